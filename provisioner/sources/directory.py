"""A directory as a source: `DirectorySource`.

In: `DirectorySettings`. Out: snapshots whose blob ids are git's own, so that a file that moves from a directory into git is still the
same blob. It reads regular files inside the root and nothing else, keeps no bytes, and never writes.

A file is not read again while device, inode, size, mtime and ctime are the ones under which it was hashed. ctime cannot be set back by a
user, so a file that was restored with its old mtime is seen. Times that were younger than two seconds when the file was hashed are not
trusted: the file could have been changed again in the same tick of the clock ("racy git").
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from provisioner.core.errors import RefNotFound, SourceError, SourceRefused
from provisioner.core.model import BlobId, Entry, Revision, Snapshot, SourceName
from provisioner.core.settings import DirectorySettings
from provisioner.sources.blob_id import blob_id
from provisioner.sources.gathering import Gathering
from provisioner.sources.selection import Chooser
from provisioner.sources.walk import File, Walk

_RACY = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT) ticks every two seconds."""

_WALKS = 3
"""How often a tree that changes under our eyes is walked before it is called incomplete."""

_Stamp = tuple[int, int, int, int, int]
_Hashed = tuple[_Stamp, Entry]
_Found = tuple[Snapshot, bool]


class DirectorySource:
    """Satisfies `core.ports.Source` and `Written`. Safe to use from several threads. `now` gives the time in nanoseconds since 1970."""

    def __init__(self, settings: DirectorySettings, *, now: Callable[[], int] = time.time_ns) -> None:
        self._settings = settings
        self._chooser = Chooser(settings.selection)
        self._now = now
        self._hashed: dict[str, _Hashed] = {}

    @property
    def name(self) -> SourceName:
        return self._settings.name

    def snapshot(self) -> Snapshot:
        """The files as they are now; the path may itself be a link, and may name a single file, which then counts whatever it is called.

        Raises RefNotFound when the path is not there, SourceRefused when it may not be read. A tree that changes during the walk is
        walked again; one that does not come to rest is incomplete.
        """
        for _ in range(_WALKS - 1):
            snapshot, steady = self._look(last=False)
            if steady:
                return snapshot
        return self._look(last=True)[0]

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """One file at a time. A file that was changed since the snapshot is None: the next snapshot has it."""
        root = self._root()
        place = _Place(root)
        for entry in entries:
            real = place.of(entry.path)
            try:
                data = _bytes(real, entry.size) if real is not None else None
            except OSError:  # readable at the snapshot, not now: the same to the caller as gone
                data = None
            yield entry, data if data is not None and blob_id(data) == entry.blob else None

    def age(self, path: str) -> float | None:
        """As `core.ports.Written` says. By ctime, which writing, renaming and copying all set to now, whatever mtime a program asks for."""
        try:
            real = _Place(self._root()).of(path)
            changed = None if real is None else os.stat(real).st_ctime_ns  # noqa: PTH116 - as in walk.py
        except (OSError, SourceError):
            return None
        return None if changed is None else max(0, self._now() - changed) / 1e9

    def _root(self) -> str:
        """Where the path leads now. Links above the files are followed once: a switch of trees is seen whole or not at all."""
        path = self._settings.path
        try:
            root = os.path.realpath(path, strict=True)
            status = os.stat(root)  # noqa: PTH116 - as in walk.py
            if stat.S_ISDIR(status.st_mode):
                os.scandir(root).close()
        except OSError as error:
            raise _unusable(path, error) from error
        if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
            raise RefNotFound(f"{path} is neither a directory nor a file", next_step="name a directory in `path` of the source")
        return root

    def _look(self, *, last: bool) -> _Found:
        root = self._root()
        gathering = Gathering(self._settings.selection.limits)
        walk = Walk(root, self._chooser, gathering, self._hashed)
        data = _switch(root)
        hashed: dict[str, _Hashed] = {}
        for file in _alone(root) or walk.files():
            if gathering.admits(file.path, file.status.st_size):
                self._take(file, gathering, walk, hashed)
        self._hashed = hashed
        if _switch(root) != data:
            walk.restless = "..data"
        if walk.restless is not None and last:
            message = "it changed or went away while it was read, three times over"
            gathering.tell("file-unreadable", walk.restless, message, remedy="nothing to do: the next pass reads it again")
        return gathering.snapshot(self.name, Revision(self._settings.path), self._settings.path), walk.restless is None

    def _take(self, file: File, gathering: Gathering, walk: Walk, hashed: dict[str, _Hashed]) -> None:
        stamp = _stamp(file.status)
        known = self._hashed.get(file.path)
        if known is not None and known[0] == stamp:
            hashed[file.path] = known
            gathering.take(known[1])
            return
        begun = self._now()
        try:
            data = _bytes(file.real, file.status.st_size)
        except OSError as error:
            gathering.tell("file-unreadable", file.path, f"the operating system says: {error.strerror}")
            return
        if data is None:
            walk.restless = file.path
            return
        entry = Entry(file.path, BlobId(blob_id(data)), len(data))
        gathering.take(entry)
        if begun - max(file.status.st_mtime_ns, file.status.st_ctime_ns) > _RACY:
            hashed[file.path] = (stamp, entry)


class _Place:
    """Where files lie under a root, links followed; each directory is resolved once, which is most of the work."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._inside = root.rstrip("/") + "/"
        self._alone = not Path(root).is_dir()
        self._directories: dict[str, str] = {}

    def of(self, path: str) -> str | None:
        """The real path of a file; None when it lies outside."""
        if self._alone:
            return self._root
        parent, _, name = path.rpartition("/")
        directory = self._directories.get(parent)
        if directory is None:
            directory = self._directories[parent] = os.path.realpath(self._inside + parent)
        real = f"{directory}/{name}"
        if os.path.islink(real):  # noqa: PTH114 - as in walk.py
            real = os.path.realpath(real)
        return real if real.startswith(self._inside) else None


def _bytes(real: str, size: int) -> bytes | None:
    """The bytes of a regular file of this size; None when it is gone, is no regular file any more, or has another size. Raises OSError."""
    try:
        # Between the look and here a pipe may have taken the file's place: without O_NONBLOCK opening it would wait for ever.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        data = file.read(size + 1)
    return data if len(data) == size else None


def _alone(root: str) -> list[File]:
    """The file itself, where the source is a single one."""
    status = os.stat(root)  # noqa: PTH116 - as in walk.py
    return [File(Path(root).name, root, status)] if stat.S_ISREG(status.st_mode) else []


def _switch(root: str) -> str:
    """Where `..data` points: Kubernetes changes a whole ConfigMap by turning this one link."""
    try:
        return os.readlink(f"{root}/..data")  # noqa: PTH115 - as in walk.py
    except OSError:
        return ""


def _stamp(status: os.stat_result) -> _Stamp:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _unusable(path: str, error: OSError) -> SourceError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return RefNotFound(f"{path} is not there", next_step="create the directory, or correct `path` of the source")
        case PermissionError():
            return SourceRefused(f"{path} cannot be read: permission denied", next_step="let the user that runs the provisioner read it")
        case _:
            return RefNotFound(f"{path} cannot be read: {error.strerror}", next_step="correct `path` of the source")
