"""Who may write to the servers that a state file speaks of: one process at a time.

In: the path of the state file, who asks, how long to wait. Out: a block that nobody else is in. The lock is the system's (`flock`): it ends
with the process, however that ends, so there is no stale lock and nothing to be cleared by hand.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from provisioner.core.errors import StateUnusable

_STEP_SECONDS = 0.05
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, in the words that the next one is told, and how it waits: `now` is ISO 8601, `command` carries no secret, `pause` sleeps
    for so many seconds and says True when the process was asked to stop meanwhile (`threading.Event.wait`).
    """

    command: str
    now: str
    pause: Callable[[float], bool]
    wait_seconds: float = 0.0


class StateLock:
    """`with StateLock(path, asking):` waits for its turn. Raises StateUnusable, which says who holds it and since when.

    `found` and `left` are the stamps of its file when it was taken, and when it was let go: where the one is not the other of the turn
    before, somebody else had a turn between.
    """

    def __init__(self, path: str, asking: Asking) -> None:
        # Beside the file itself, not beside a link to it: two configurations may name one file in two ways.
        self.path = Path(f"{os.path.realpath(path)}.lock")
        self._asking = asking
        self._descriptor: int | None = None
        self.found = self.left = stamp(None)

    def __enter__(self) -> Self:
        try:
            with ExitStack() as undo:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                undo.callback(os.close, descriptor)
                self._wait(descriptor)
                self.found = stamp(descriptor)
                self._sign(descriptor)
                undo.pop_all()
        except OSError as error:
            raise StateUnusable(
                f"the lock {self.path} cannot be taken: {error.strerror or error}",
                next_step="let the provisioner write there, on a file system that knows locks; nothing was sent to a server",
            ) from error
        self._descriptor = descriptor
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._descriptor is not None:
            # The file stays: were it removed, a third process could make a new one while a second waits for the lock of the old.
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            self.left = stamp(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def _wait(self, descriptor: int) -> None:
        waited = 0.0
        while not _taken(descriptor):
            if waited >= self._asking.wait_seconds or self._asking.pause(_STEP_SECONDS):
                raise StateUnusable(
                    f"the state file is in use by {holder(self.path)} (lock {self.path}, waited {waited:.0f} s)",
                    next_step="wait until it is done, or stop it; nothing was sent to a server",
                )
            waited += _STEP_SECONDS

    def _sign(self, descriptor: int) -> None:
        asking = self._asking
        told = {"pid": os.getpid(), "host": socket.gethostname(), "since": asking.now, "command": asking.command}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(told).encode(), 0)


Stamp = tuple[int, int]
"""When the file was changed (nanoseconds), and which it is."""


def stamp(file: int | Path | None) -> Stamp:
    """Of the file as it is; zeros where there is none."""
    try:
        status = None if file is None else os.stat(file)  # noqa: PTH116 - a descriptor has no path
    except OSError:
        status = None
    return (0, 0) if status is None else (status.st_mtime_ns, status.st_ino)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder(path: Path) -> str:
    """What the holder wrote. It may have not yet written, or the file may be anything at all."""
    try:
        told = json.loads(path.read_bytes()[:_LONGEST])
        return f"process {told['pid']} on {told['host']} since {told['since']} ({told['command']})"
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return "another process"
