"""Gathers what a source finds into a snapshot, within the limits.

In: files and what is wrong with them, one after the other, in a stable order. Out: a `Snapshot`. One rule decides whether it is complete:
every problem told here that is an error leaves it incomplete, for whatever the file held must not be taken for gone.
"""

from __future__ import annotations

from provisioner.core.catalog import problem
from provisioner.core.model import Entry, Revision, Snapshot, SourceName
from provisioner.core.problems import Problem, Severity, ordered
from provisioner.core.settings import Limits
from provisioner.sources.paths import shown

EVERYTHING = "."
"""What a problem names as its file when it is about the source as a whole."""


class Gathering:
    """Files and problems of one look at a source. `full` turns True when a limit is reached; then looking on is of no use."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: list[Entry] = []
        self._problems: list[Problem] = []
        self._bytes = 0
        self._files = 0
        self.full = False

    def admits(self, path: str, size: int) -> bool:
        """Whether a file of this size (bytes) may be read. Says so itself when it may not. Ask before reading, `take` afterwards."""
        limits = self._limits
        if size > limits.file_bytes:
            self.tell("file-too-large", path, f"the file has {size:,} bytes, the limit is {limits.file_bytes:,}")
            return False
        if self._files >= limits.files:
            self.overflow(f"more than {limits.files:,} files count; those after {self._last!r} are not read")
            return False
        if self._bytes + size > limits.total_bytes:
            self.overflow(f"the files have more than {limits.total_bytes:,} bytes; those after {self._last!r} are not read")
            return False
        self._files += 1
        self._bytes += size
        return True

    def take(self, entry: Entry) -> None:
        """The file counts."""
        self._entries.append(entry)

    def tell(self, code: str, path: str, message: str, *, remedy: str = "") -> None:
        """Something is wrong with the file at this path, which may be unprintable."""
        self._problems.append(problem(code, shown(path), message, remedy=remedy))

    def overflow(self, message: str) -> None:
        """There is more than may be read. Told once."""
        if not self.full:
            self.tell("too-many-files", EVERYTHING, message)
        self.full = True

    def snapshot(self, source: SourceName, revision: Revision, where: str) -> Snapshot:
        """What was gathered, sorted. `where` says in words what was looked at ("dashboards in branch main"), for when nothing was found."""
        complete = all(each.severity is not Severity.ERROR for each in self._problems)
        if not self._entries and complete:
            self.tell("source-empty", EVERYTHING, f"no file of {where} matches include and exclude")
        entries = tuple(sorted(self._entries, key=lambda entry: entry.path))
        return Snapshot(source, revision, entries, ordered(self._problems), complete)

    @property
    def _last(self) -> str:
        return self._entries[-1].path if self._entries else ""
