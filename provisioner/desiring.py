"""Works out what a target should hold, and keeps the last of it: between two passes of a daemon one file of ten thousand changes.

In: files, and what the target wants of them. Out: `Desired`, the same that `core.desired` gives. One of these belongs to one target, and
to one pass at a time.
"""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.core.desired import Wants, Worked, work_out
from provisioner.core.desired_again import work_out_again
from provisioner.core.model import Desired, SourceFiles, Uid
from provisioner.looking import Known

_KEPT = 2
"""A pass asks with what it knows before the server is asked, and with what it knows afterwards."""


class Desiring:
    """The last for each of the wants that it was asked for; and what is `known` of what we would send (`looking.ours_of`)."""

    def __init__(self) -> None:
        self._last: dict[Wants, Worked] = {}
        self.known: dict[Uid, Known] = {}

    def desire(self, files: Iterable[SourceFiles], wants: Wants) -> Desired:
        """What the target should hold."""
        files = tuple(files)
        last = self._last.pop(wants, None)
        worked = None if last is None else work_out_again(last, files, wants)
        if worked is None:
            worked = work_out(files, wants)
            self.known.clear()
        self._last[wants] = worked
        for wish in list(self._last)[:-_KEPT]:
            del self._last[wish]
        return worked.desired
