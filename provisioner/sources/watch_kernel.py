"""The kernel's file events: one inotify instance.

In: directories to listen to. Out: `Event`s, in batches, as the kernel tells them. It knows nothing of trees, and decides nothing.

watchdog's own `Observer` is not what is used here, but the calls that it is built on, because of what was seen in 7.1: it tells nobody
that the kernel's queue ran over (the last save of a burst is then never heard of), passes over in silence every directory below the root
that the kernel's limits keep from being watched, holds a file that was moved away back for half a second and all that comes behind it
with it, and leaves its shared descriptor and thread behind.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchdog.observers.inotify_c import InotifyConstants, inotify_add_watch, inotify_init, inotify_rm_watch
from watchdog.observers.inotify_c import Mask as _Mask
from watchdog.observers.inotify_c import WatchDescriptor as _WatchDescriptor

_NAMES = InotifyConstants.IN_CREATE | InotifyConstants.IN_DELETE | InotifyConstants.IN_MOVED_FROM | InotifyConstants.IN_MOVED_TO
_CONTENTS = InotifyConstants.IN_MODIFY | InotifyConstants.IN_CLOSE_WRITE | InotifyConstants.IN_ATTRIB
_HOW = InotifyConstants.IN_ONLYDIR | InotifyConstants.IN_DONT_FOLLOW | InotifyConstants.IN_MASK_ADD | InotifyConstants.IN_EXCL_UNLINK
"""Opening and reading are not in here: our own reading of the tree would wake us for ever. IN_MASK_ADD: who listens to names in a directory
takes nothing from whom listens to contents."""

_HEAD = struct.Struct("iIII")
_BATCH = 256 << 10
"""Bytes: some eight thousand events."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened in the directory `watch`. `name` is the entry in it, "" for the directory itself."""

    watch: int
    mask: int
    name: str

    @property
    def lost(self) -> bool:
        """The kernel had more to tell than it could keep."""
        return bool(self.mask & InotifyConstants.IN_Q_OVERFLOW)

    @property
    def over(self) -> bool:
        """The directory is gone, and is watched no more."""
        return bool(self.mask & InotifyConstants.IN_IGNORED)

    @property
    def unmounted(self) -> bool:
        """The file system that the directory lay on is gone."""
        return bool(self.mask & InotifyConstants.IN_UNMOUNT)

    @property
    def directory(self) -> bool:
        """Whether the entry is itself a directory (a link to one is none)."""
        return bool(self.mask & InotifyConstants.IN_ISDIR)

    @property
    def named(self) -> bool:
        """The entry came, went or was replaced, rather than changed."""
        return bool(self.mask & _NAMES)

    @property
    def came(self) -> bool:
        """The entry is there now and was not, or was another."""
        return bool(self.mask & (InotifyConstants.IN_CREATE | InotifyConstants.IN_MOVED_TO))

    @property
    def left(self) -> bool:
        """The entry was moved away; a directory is still watched wherever it is now."""
        return bool(self.mask & InotifyConstants.IN_MOVED_FROM)


class Kernel:
    """One thread reads, any thread may add, remove and wake. Raises OSError when the kernel gives no instance (EMFILE)."""

    def __init__(self) -> None:
        descriptor = inotify_init()
        if descriptor == -1:
            raise _error()
        self._descriptor = descriptor
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
            self._ear, self._mouth = os.pipe()
        except OSError:
            os.close(descriptor)
            raise

    def listen(self, directory: str, *, contents: bool) -> int:
        """Listens for names that come and go, and for changed `contents` too; the number of the watch, the same for the same directory.
        Raises OSError: ENOSPC when the user has no watch left.
        """
        mask = _NAMES | _HOW | (_CONTENTS if contents else 0)
        watch = inotify_add_watch(self._descriptor, os.fsencode(directory), _Mask(mask))
        if watch == -1:
            raise _error()
        return watch

    def forget(self, watch: int) -> None:
        """Listens there no more; nothing is said of a watch that is over already."""
        inotify_rm_watch(self._descriptor, _WatchDescriptor(watch))

    def wait(self) -> list[Event]:
        """Waits for events, or to be woken; then there may be none."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.register(self._ear, select.POLLIN)
        if not any(descriptor == self._descriptor for descriptor, _ in poll.poll()):
            return []
        return list(_events(os.read(self._descriptor, _BATCH)))

    def wake(self) -> None:
        """Ends every wait, now and later: it is for closing."""
        os.write(self._mouth, b"!")

    def close(self) -> None:
        """Lets go of every watch. Once, and when nobody waits any more."""
        for descriptor in (self._descriptor, self._ear, self._mouth):
            os.close(descriptor)


def limit(name: str) -> str:
    """A limit of inotify as it is now ("max_user_watches"), "unknown" where it cannot be read."""
    try:
        return Path("/proc/sys/fs/inotify", name).read_text("ascii").strip()
    except OSError:
        return "unknown"


def _events(raw: bytes) -> Iterator[Event]:
    at = 0
    while at < len(raw):
        watch, mask, _, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        yield Event(watch, mask, os.fsdecode(raw[at : at + length].rstrip(b"\0")))
        at += length


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
