"""A watch in which each dashboard goes by the uid that we know it by.

In: a watch, and our uid for each of the server's. Out: the same watch. It asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from provisioner.core.model import Uid
from provisioner.core.server import Mark
from provisioner.core.watching import Moved, Sighting, Watch


class GivenWatch:
    """A `core.watching.Watch`."""

    def __init__(self, inner: Watch, ours: Callable[[Uid], Uid]) -> None:
        self._inner = inner
        self._ours = ours

    @property
    def marks(self) -> Mapping[Uid, Mark]:
        return {self._ours(uid): mark for uid, mark in self._inner.marks.items()}

    def __iter__(self) -> Iterator[Sighting]:
        for each in self._inner:
            yield replace(each, uid=self._ours(each.uid)) if isinstance(each, Moved) else each

    def close(self) -> None:
        self._inner.close()
