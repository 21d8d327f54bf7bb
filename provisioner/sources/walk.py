"""Walks a directory tree: which files are there, without reading them.

In: a root and a `Chooser`. Out: `File`s in a stable order, problems into a `Gathering`. It opens directories only, never a file, follows
a symbolic link only where it ends inside the root, and never goes round in circles.

A ConfigMap mounted by Kubernetes is what links are followed for: `x.json -> ..data/x.json`, `..data -> ..2026_10_01`. The directories
behind begin with a dot and are not walked, so that each file is found once.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from provisioner.sources.gathering import EVERYTHING, Gathering
from provisioner.sources.paths import tamed, unsafe
from provisioner.sources.selection import Chooser

_DEEPEST = 100
"""Levels of directories, links to directories included. A tree made by people has ten."""

_MOST_VISITED = 1_000_000
"""Names looked at in one walk: `/` named by mistake as the path ends in seconds, not hours."""


class File(NamedTuple):
    """A regular file that counts. `path` is within the source, `real` where it lies once links are followed."""

    path: str
    real: str
    status: os.stat_result


@dataclass(frozen=True, slots=True)
class _Place:
    """A directory on the way: its path within the source (with a slash at the end, or empty), where it lies, and what lies above it."""

    path: str
    real: str
    above: tuple[str, ...] = ()


class Walk:
    """One walk. `restless` names something that was listed and gone a moment later: then the tree is being changed. `known` are paths of
    files that counted in an earlier walk, by the same choice: of these it need not be asked again.
    """

    def __init__(self, root: str, chooser: Chooser, gathering: Gathering, known: Container[str] = frozenset()) -> None:
        self._root = root
        self._known = known
        self._chooser = chooser
        self._gathering = gathering
        self._visited = 0
        self.restless: str | None = None

    def files(self) -> Iterator[File]:
        """The files that count. `root` must be a real path."""
        return self._below(_Place("", self._root))

    def _below(self, place: _Place) -> Iterator[File]:
        for item in self._listed(place):
            if self._gathering.full:
                return
            path = place.path + item.name
            try:
                if path in self._known and item.is_file(follow_symlinks=False):
                    yield File(path, item.path, item.stat(follow_symlinks=False))
                elif (why := unsafe(path)) is None:
                    yield from self._visit(item, place, path)
                elif item.name != ".git" and (self._chooser.takes(tamed(path)) or item.is_dir(follow_symlinks=False)):
                    self._gathering.tell("path-unsafe", path, why)
            except FileNotFoundError:
                self.restless = path
            except OSError as error:
                self._gathering.tell("file-unreadable", path, f"the operating system says: {error.strerror}")

    def _visit(self, item: os.DirEntry[str], place: _Place, path: str) -> Iterator[File]:
        if item.is_symlink():
            yield from self._follow(item, place, path)
        elif item.is_dir(follow_symlinks=False):
            if self._chooser.enters(path):
                yield from self._below(_Place(path + "/", item.path, (*place.above, place.real)))
        elif self._chooser.takes(path):
            yield from self._file(path, item.path, item.stat(follow_symlinks=False))

    def _file(self, path: str, real: str, status: os.stat_result) -> Iterator[File]:
        if stat.S_ISREG(status.st_mode):
            yield File(path, real, status)
        else:
            # Opening a pipe waits for a writer, opening a device may do anything.
            self._gathering.tell("file-unreadable", path, f"it is no regular file but {_kind(status.st_mode)}, and is not opened")

    def _follow(self, item: os.DirEntry[str], place: _Place, path: str) -> Iterator[File]:
        wanted = self._chooser.takes(path)
        if not wanted and not self._chooser.enters(path):
            return
        try:
            real = os.path.realpath(item.path, strict=True)
            status = os.stat(real)  # noqa: PTH116 - a Path for each of ten thousand names costs more than the look itself
        except OSError as error:
            if not os.path.lexists(item.path):
                raise  # the link itself went away while we looked
            if wanted:
                self._gathering.tell("link-outside", path, _why_broken(error))
            return
        directory = stat.S_ISDIR(status.st_mode)
        if not directory and not wanted:
            return
        if not _inside(real, self._root):
            self._gathering.tell("link-outside", path, f"it points to {real}, outside {self._root}")
        elif not directory:
            yield from self._file(path, real, status)
        elif any(_inside(each, real) for each in (*place.above, place.real)):
            self._gathering.tell("link-outside", path, "it points to a directory that it lies in itself")
        elif self._chooser.enters(path):
            yield from self._below(_Place(path + "/", real, (*place.above, place.real)))

    def _listed(self, place: _Place) -> list[os.DirEntry[str]]:
        if len(place.above) > _DEEPEST:
            self._gathering.tell("link-outside", place.path, f"it lies more than {_DEEPEST} directories deep")
            return []
        try:
            with os.scandir(place.real) as items:
                listed = sorted(items, key=lambda item: item.name)
        except FileNotFoundError:
            self.restless = place.path or EVERYTHING
            return []
        except OSError as error:
            self._gathering.tell("file-unreadable", place.path or EVERYTHING, f"the directory cannot be listed: {error.strerror}")
            return []
        self._visited += len(listed)
        if self._visited > _MOST_VISITED:
            self._gathering.overflow(f"there are more than {_MOST_VISITED:,} names below {self._root}")
        return listed


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


def _why_broken(error: OSError) -> str:
    match error.errno:
        case errno.ELOOP:
            return "it points to itself, or in a circle"
        case errno.ENOENT | errno.ENOTDIR:
            return "it points to nothing"
        case _:
            return f"it cannot be followed: {error.strerror}"


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
