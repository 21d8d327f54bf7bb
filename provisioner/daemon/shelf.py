"""The last good files of each source, on which passes work: a source that cannot be read keeps them, and says since when.

In: what keepers read, or why they could not. Out: `Shelved`, by source. Thread-safe; it reads nothing itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from provisioner.core.model import SourceFiles, SourceName
from provisioner.core.report import Failure


@dataclass(frozen=True, slots=True)
class Shelved:
    """`files` were read at `read` (ISO 8601) and `read_at` (seconds of the clock). `failure` is why they cannot be read now, since
    `failing_since`; `retry_at` is when they are looked at again. `watched` says how changes are noticed.
    """

    files: SourceFiles | None = None
    read: str | None = None
    read_at: float | None = None
    failure: Failure | None = None
    failing_since: str | None = None
    retry_at: float | None = None
    lookups: int = 0
    watched: str = ""


class Shelf:
    """By source, in the order of the configuration."""

    def __init__(self, names: Iterable[SourceName]) -> None:
        self._places = {name: Shelved() for name in names}
        self._lock = threading.Lock()

    def of(self, name: SourceName) -> Shelved:
        """As it is now."""
        with self._lock:
            return self._places[name]

    def change(self, name: SourceName, changed: Callable[[Shelved], Shelved]) -> None:
        """Puts another value in its place."""
        with self._lock:
            self._places[name] = changed(self._places[name])

    def all(self) -> dict[SourceName, Shelved]:
        """A picture of the whole."""
        with self._lock:
            return dict(self._places)

    def files(self, names: Iterable[SourceName]) -> dict[SourceName, SourceFiles]:
        """Of those that were read at least once."""
        with self._lock:
            return {name: files for name in names if (files := self._places[name].files) is not None}
