"""Where to listen, so that no change of a source goes unheard: the directories of the tree, and every directory on the way to it.

In: the path of a source and its `Chooser`. Out: `Post`s by the number of their watch. It reads directories and links, never a file.

The way is listened to name by name, for a change anywhere on it shows another tree under the same path: a link of git-sync that is turned,
the `..data` of a ConfigMap, a directory that is moved away and another put in its place, a path that is not there yet. Every directory is
listened to before it is looked into: what comes between the two is either seen or heard.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from provisioner.sources.selection import Chooser
from provisioner.sources.watch_kernel import Kernel, limit

_MOST = 20_000
"""Directories: as many as files may count. Every watch is a kilobyte of the kernel's, and the user has not endlessly many."""

_DEEPEST = 100
"""Levels of directories, as in walk.py."""

_HOPS = 40
"""Links on one way, as in the kernel (path_resolution(7))."""


@dataclass(slots=True)
class Post:
    """What is listened for in one directory. `names` are entries that a way leads through; whatever happens to them counts. `shown` are
    the paths within the source under which the directory is seen ("" or "team/"); none when it only lies on a way.
    """

    real: str
    names: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)


class Unwatchable(Exception):
    """Only between the files watch*.py of this room: says in words why no events can be had."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """A directory to listen in: where it lies, its path within the source, and the real directories that lead there."""

    real: str
    shown: str
    above: tuple[str, ...] = ()


class Survey:
    """One look at where to listen. It adds to `posts`. `blind` is a directory on the way that may not be listened in, "" without one."""

    def __init__(self, kernel: Kernel, chooser: Chooser, posts: dict[int, Post]) -> None:
        self._kernel = kernel
        self._chooser = chooser
        self._posts = posts
        self._count = 0
        self._root = ""
        self.blind = ""

    def whole(self, path: str) -> str:
        """The way to the path, and the tree that it leads to. Where it leads, or "" when it leads nowhere now. Raises Unwatchable."""
        root = self._follow("/", path)
        if root is None:
            return ""
        if not stat.S_ISDIR(root.mode):
            self._listen(os.path.dirname(root.real), name=os.path.basename(root.real), contents=True)  # noqa: PTH119, PTH120 - as in walk.py
            return root.real
        self._root = root.real
        self._tree(_Branch(root.real, ""))
        return root.real

    def branch(self, root: str, post: Post, name: str) -> None:
        """A directory that is new in a tree that is listened to already. Raises Unwatchable."""
        self._root = root
        for shown in sorted(post.shown):
            if self._chooser.enters(shown + name):
                self._tree(_Branch(f"{post.real.rstrip('/')}/{name}", f"{shown}{name}/", (post.real,)))

    def _tree(self, start: _Branch) -> None:
        waiting = [start]
        while waiting:
            here = waiting.pop()
            self._count += 1
            if self._count > _MOST:
                raise Unwatchable(f"there are more than {_MOST:,} directories in it")
            if self._listen(here.real, shown=here.shown) and len(here.above) <= _DEEPEST:
                waiting += self._below(here)

    def _below(self, here: _Branch) -> Iterator[_Branch]:
        try:
            with os.scandir(here.real) as items:
                listed = [(item, item.is_symlink(), item.is_dir(follow_symlinks=False)) for item in items]
        except OSError:  # gone, which is heard where it lay; or may not be listed, which the snapshot tells
            return
        for item, link, directory in listed:
            path = here.shown + item.name
            above = (*here.above, here.real)
            if directory and self._chooser.enters(path):
                yield _Branch(item.path, f"{path}/", above)
            elif link and (self._chooser.takes(path) or self._chooser.enters(path)):
                yield from self._behind(item, path, above)

    def _behind(self, item: os.DirEntry[str], path: str, above: tuple[str, ...]) -> Iterator[_Branch]:
        """What a link in the tree leads to, as walk.py follows it: inside the root only, and in no circle."""
        end = self._follow(above[-1], item.name, within=self._root)
        if end is None or not _inside(end.real, self._root):
            return
        if not stat.S_ISDIR(end.mode):
            if self._chooser.takes(path):
                self._listen(os.path.dirname(end.real), name=os.path.basename(end.real), contents=True)  # noqa: PTH119, PTH120 - as above
        elif self._chooser.enters(path) and not any(_inside(each, end.real) for each in above):
            yield _Branch(end.real, f"{path}/", above)

    def _follow(self, here: str, path: str, *, within: str = "") -> _End | None:
        """As the kernel follows a path, listening for every name in the directory that it is looked up in. None when it leads nowhere.

        With `within`, nothing is listened to outside of that directory.
        """
        rest, hops, mode = path.split("/"), 0, stat.S_IFDIR
        while rest:
            part = rest.pop(0)
            if part in {"", "."}:
                continue
            if not stat.S_ISDIR(mode):
                return None
            if part == "..":
                here = os.path.dirname(here)  # noqa: PTH120 - as above
                continue
            if not within or _inside(here, within):
                self._listen(here, name=part)
            there = f"{here.rstrip('/')}/{part}"
            try:
                mode = os.lstat(there).st_mode
                text = os.readlink(there) if stat.S_ISLNK(mode) else ""  # noqa: PTH115 - as above
            except OSError:
                return None
            if not text:
                here = there
                continue
            hops, mode = hops + 1, stat.S_IFDIR
            if hops > _HOPS:
                return None
            rest = [*text.split("/"), *rest]
            here = "/" if text.startswith("/") else here
        return _End(here, mode)

    def _listen(self, directory: str, *, name: str = "", shown: str | None = None, contents: bool = False) -> bool:
        """Listens for one name, or for all there is; False where that cannot be. Raises Unwatchable when it can be nowhere else."""
        try:
            watch = self._kernel.listen(directory, contents=contents or shown is not None)
        except OSError as error:
            self._refused(directory, error, needed=not shown)
            return False
        post = self._posts.setdefault(watch, Post(directory))
        if name:
            post.names.add(name)
        if shown is not None:
            post.shown.add(shown)
        return True

    def _refused(self, directory: str, error: OSError, *, needed: bool) -> None:
        match error.errno:
            case errno.ENOENT | errno.ENOTDIR | errno.ELOOP:
                return  # it went away just now, which is heard where it lay
            case errno.EACCES | errno.EPERM:
                # Below the root the snapshot tells that it cannot be read, and the parent hears when it is opened to us.
                self.blind = self.blind or (directory if needed else "")
            case errno.ENOSPC:
                raise Unwatchable(
                    f"this user's inotify watches are used up: raise fs.inotify.max_user_watches, now {limit('max_user_watches')}"
                ) from error
            case _:
                raise Unwatchable(f"the kernel does not watch {directory}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _End:
    """Where a way ends: a real path, and its mode."""

    real: str
    mode: int


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")
