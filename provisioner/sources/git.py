"""A git repository as a source: `GitSource`.

In: `GitSettings` and the way to secrets. Out: snapshots read straight from a bare store, bytes by blob id. Nothing is ever checked out,
so no hook, filter or attribute of the repository has anything to act on.

The course of one snapshot: look the ref up (one `git ls-remote`; none for a commit) → the commit of the last snapshot: that one again →
in the store: list it → not there: fetch it, then list it → cannot be read: make the store anew, once, beside the old one. A server that
fails leaves the store as it was.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from provisioner.core.catalog import problem
from provisioner.core.errors import RefNotFound, SourceBroken, SourceError
from provisioner.core.model import Entry, Snapshot, SourceName
from provisioner.core.secret import Reveal
from provisioner.core.settings import GitSettings
from provisioner.sources.blob_id import blob_id
from provisioner.sources.gathering import EVERYTHING
from provisioner.sources.git_access import Access, access
from provisioner.sources.git_blobs import Blobs, Object
from provisioner.sources.git_child import ChildFailed, check_version, run
from provisioner.sources.git_errors import cause, failure, told
from provisioner.sources.git_reading import NotInStore, Reading
from provisioner.sources.git_remote import Pointed, Remote
from provisioner.sources.git_store import WANTED, Store, Upkeep
from provisioner.sources.git_tree import TreeDamaged

_AT_ONCE = 64
_BYTES_AT_ONCE = 4 << 20

_Damage = (ChildFailed, TreeDamaged, NotInStore)


@dataclass(frozen=True, slots=True)
class _Last:
    pointed: Pointed
    snapshot: Snapshot


class GitSource:
    """Satisfies `core.ports.Source`. Safe to use from several threads, and from several processes on one store.

    `lookups` and `fetches` count what was asked of the server. `notes` tells what was mended without anybody's help.
    """

    def __init__(self, settings: GitSettings, reveal: Reveal, *, upkeep: Upkeep | None = None) -> None:
        self._settings = settings
        self._reveal = reveal
        self._upkeep = upkeep or Upkeep()
        self._remote = Remote(settings)
        self._store = Store(settings.store, settings.url, settings.timeout)
        self._blobs = Blobs(self._store.setup, settings.timeout)
        self._reading = Reading(settings, self._store.setup, self._blobs)
        self._turn = threading.Lock()
        self._last: _Last | None = None
        self._mended: str | None = None
        self._tidied = 0
        self._checked = False
        self.notes: tuple[str, ...] = ()

    @property
    def name(self) -> SourceName:
        return self._settings.name

    @property
    def lookups(self) -> int:
        """How often a ref was looked up, over the life of this value."""
        return self._remote.lookups

    @property
    def fetches(self) -> int:
        """How often something was fetched."""
        return self._remote.fetches

    def close(self) -> None:
        """Ends the child that reads the store. The source can still be used: it starts another."""
        self._blobs.close()

    def interrupt(self) -> None:
        """From any thread, and for good: whatever waits for the server now or later fails at once."""
        self._remote.leash.pull()

    def snapshot(self) -> Snapshot:
        """The files of the commit that the ref names now. The same value as before while the commit is the same. Raises SourceError."""
        with self._turn:
            if not self._checked:
                check_version()
                self._checked = True
            pointed = self._remote.look_up(self._access)
            if self._last is not None and self._last.pointed.commit == pointed.commit:
                self._tidy(self._upkeep.packs)
                return self._again(self._last, pointed)
            before = len(self.notes)
            self._last = self._taken(pointed)
            self._blobs.close()  # a child keeps packs open that are long replaced
            self._tidy(self._upkeep.packs * 3)
            mended = tuple(problem("store-rebuilt", EVERYTHING, note) for note in self.notes[before:])
            return replace(self._last.snapshot, problems=(*self._last.snapshot.problems, *mended)) if mended else self._last.snapshot

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """A few files at a time, no more than 4 MiB or one file. What the store has lost of the last snapshot is fetched again, once."""
        for portion in _portions(entries):
            found = self._found(portion)
            if any(data is None for data in found) and self._mend(portion, found):
                found = self._found(portion)
            yield from zip(portion, found, strict=True)

    def _access(self) -> Access:
        return access(self._settings, self._reveal)

    def _again(self, last: _Last, pointed: Pointed) -> Snapshot:
        if last.pointed.name != pointed.name:  # the default branch has another name now
            revision = replace(last.snapshot.revision, name=pointed.name)
            self._last = last = _Last(pointed, replace(last.snapshot, revision=revision))
        return last.snapshot

    def _taken(self, pointed: Pointed) -> _Last:
        """The commit from the store, brought there if need be."""
        if self._store.usable():
            try:
                last = _Last(pointed, self._reading.snapshot(pointed))
                if self._reading.commit_of(WANTED) != pointed.commit:
                    with self._store.held():
                        self._store.point(self._store.repository, pointed.commit)
                return last
            except _Damage:  # not there, or not whole: fetching will tell which
                self._blobs.close()
        with self._store.held():
            return self._brought(pointed, self._access())

    def _brought(self, pointed: Pointed, reached: Access) -> _Last:
        """Fetched into the store that is there, or into a new one. The lock is held."""
        if not self._store.usable():
            return self._made(pointed, reached)
        done = self._remote.fetch(pointed, reached, self._store.repository)
        if self._remote.commit_refused(pointed, done):
            return self._made(pointed, reached)
        if not done.ok and (told(done, reached) or self._whole()):
            raise failure(done, reached, f"fetching {pointed.name}") from cause(done, reached)
        if done.ok:
            try:
                return self._read(pointed)
            except _Damage:
                self._blobs.close()
        last = self._made(pointed, reached)
        self.notes += (f"the store {self._store.directory} was damaged and was made anew",)
        return last

    def _made(self, pointed: Pointed, reached: Access) -> _Last:
        """A new store takes the place of the one that is there, once it holds what was asked for. The lock is held."""
        with self._store.made(pointed.algorithm) as new:
            done = self._remote.fetch(pointed, reached, new)
            if self._remote.commit_refused(pointed, done):
                done = self._remote.fetch_everything(reached, new)
                if done.ok and not self._store.point(new, pointed.commit).ok:
                    raise RefNotFound(
                        f"{reached.shown} has no commit {pointed.commit} on any branch or tag", next_step="correct `commit` of the source"
                    )
            if not done.ok:
                raise failure(done, reached, f"fetching {pointed.name}") from cause(done, reached)
        self._blobs.close()
        try:
            return self._read(pointed)
        except _Damage as error:
            raise SourceBroken(
                f"the store {self._store.directory} cannot be read, though it was just made anew: {error}",
                next_step="see to the disk that holds it; tried again at the next pass",
            ) from error

    def _read(self, pointed: Pointed) -> _Last:
        """What was just fetched: the ref may have moved on since it was looked up."""
        commit = self._reading.commit_of(WANTED) or pointed.commit
        here = replace(pointed, commit=commit)
        return _Last(here, self._reading.snapshot(here))

    def _whole(self) -> bool:
        """Whether everything that the store should hold is there. Looked at only when a fetch failed in words that nobody knows."""
        done = run(("fsck", "--connectivity-only", "--no-dangling", "--no-progress"), self._store.setup, seconds=self._settings.timeout)
        return done.ok

    def _found(self, portion: Sequence[Entry]) -> list[bytes | None]:
        try:
            found = self._blobs.get([entry.blob for entry in portion], max(entry.size for entry in portion))
        except ChildFailed:
            return [None] * len(portion)
        return [_intact(entry, each) for entry, each in zip(portion, found, strict=True)]

    def _mend(self, portion: Sequence[Entry], found: Sequence[bytes | None]) -> bool:
        """Whether it is worth asking again. Blobs of an older snapshot may rightly be gone; those of the last one may not."""
        lost = {entry.blob for entry, data in zip(portion, found, strict=True) if data is None}
        with self._turn:
            last = self._last
            if last is None or lost.isdisjoint(entry.blob for entry in last.snapshot.entries):
                return False
            self._blobs.close()
            if self._mended == last.pointed.commit or all(data is not None for data in self._found(portion)):
                return True
            self._mended = last.pointed.commit
            with self._store.held():
                self._made(last.pointed, self._access())
            self.notes += (f"the store {self._store.directory} had lost files and was made anew",)
            return True

    def _tidy(self, most: int) -> None:
        if self._store.packs() <= max(most, self._tidied):
            return
        try:
            with self._store.held(patient=False):
                self._store.tidy(self._upkeep)
        except SourceError:  # somebody else is at it
            return
        self._blobs.close()
        # Where it could not be tidied there is no use in trying at every look-up: again when more has come.
        self._tidied = self._store.packs()


def _portions(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    portion: list[Entry] = []
    size = 0
    for entry in entries:
        if portion and (len(portion) >= _AT_ONCE or size + entry.size > _BYTES_AT_ONCE):
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += entry.size
    if portion:
        yield portion


def _intact(entry: Entry, found: Object | None) -> bytes | None:
    """The bytes, if they are the ones that the id stands for: git does not look when it reads from a pack."""
    if found is None or found.kind != "blob" or blob_id(found.data, digits=len(entry.blob)) != entry.blob:
        return None
    return found.data
