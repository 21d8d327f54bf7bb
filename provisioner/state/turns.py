"""The state file's lock, taken for a whole process: its threads may write at the same time, other processes may not.

In: the lock, as one thread would take it. Out: a block that several threads may be in and no other process; and whether another process
was in it meanwhile. The daemon holds it for as long as passes run and lets go between them, so that `apply --take` and `restore` have
their turn beside it. (`confirm` needs none: it writes one row.)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from provisioner.state.lock import Stamp, StateLock, stamp


class Turns:
    """`make` gives a new lock each time. Thread-safe."""

    def __init__(self, make: Callable[[], StateLock]) -> None:
        self._make = make
        self._path = make().path
        self._mutex = threading.Lock()
        self._held: StateLock | None = None
        self._inside = 0
        self._left = stamp(self._path)
        self._others = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for other processes, not for other threads. Raises StateUnusable, which says who holds the lock."""
        with self._mutex:
            if self._held is None:
                lock = self._make()
                lock.__enter__()
                self._held = lock
                self._compared(lock.found)
            self._inside += 1
        try:
            yield
        finally:
            with self._mutex:
                self._inside -= 1
                if not self._inside and self._held is not None:
                    held, self._held = self._held, None
                    held.__exit__(None, None, None)
                    self._left = held.left

    def meddled(self) -> bool:
        """Whether another process had a turn since this was asked last. Never waits: while a thread of ours has the lock, or waits for it,
        the question is answered another time.
        """
        if not self._mutex.acquire(blocking=False):
            return False
        try:
            if self._held is not None:
                return False
            self._compared(stamp(self._path))
            others, self._others = self._others, False
            return others
        finally:
            self._mutex.release()

    def _compared(self, found: Stamp) -> None:
        """Whoever takes the lock signs its file. Where there was none at the beginning, the first pass is still to come."""
        self._others = self._others or (found != self._left and self._left != stamp(None))
        self._left = found
