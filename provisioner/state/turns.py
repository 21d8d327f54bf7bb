"""The state file's lock, taken for a whole process: its threads may write at the same time, other processes may not.

In: the lock, as one thread would take it. Out: a block that several threads may be in and no other process; and whether another process was
in it meanwhile. The daemon holds it for as long as passes run and lets go between them, so that `confirm`, `apply --take` and `restore` have
their turn beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from provisioner.state.lock import StateLock


class Turns:
    """`make` gives a new lock each time. Thread-safe."""

    def __init__(self, make: Callable[[], StateLock]) -> None:
        self._make = make
        self._path = make().path
        self._mutex = threading.Lock()
        self._held: StateLock | None = None
        self._inside = 0
        self._left = self._stamp()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for other processes, not for other threads. Raises StateUnusable, which says who holds the lock."""
        with self._mutex:
            if self._held is None:
                lock = self._make()
                lock.__enter__()
                self._held = lock
            self._inside += 1
        try:
            yield
        finally:
            with self._mutex:
                self._inside -= 1
                if not self._inside and self._held is not None:
                    held, self._held = self._held, None
                    held.__exit__(None, None, None)
                    self._left = self._stamp()

    def meddled(self) -> bool:
        """Whether another process had a turn since this was asked last, or since ours: whoever takes the lock signs its file."""
        with self._mutex:
            if self._held is not None:
                return False
            stamp, before = self._stamp(), self._left
            self._left = stamp
            return stamp != before

    def _stamp(self) -> tuple[int, int]:
        """Of the file as it is; zeros where there is none."""
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino
