"""Counts what was asked of a sandbox, for tests and the demo.

In: each request as it was answered. Out: the newest of them, and how many there were. It may be read from any thread,
and holds at most `KEPT` requests, so that a sandbox can run for long; the counts go on.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass

KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request. `path` is without its query; `status` is 0 when the connection was closed without an answer."""

    method: str
    path: str
    status: int
    query: str = ""


class Recorder:
    """The requests of a running sandbox, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[Recorded] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()

    def add(self, request: Recorded) -> None:
        """Note one request."""
        with self._lock:
            self._requests.append(request)
            self._counts[request.method] += 1

    def reset(self) -> None:
        """Begin again."""
        with self._lock:
            self._requests.clear()
            self._counts.clear()

    @property
    def all(self) -> tuple[Recorded, ...]:
        """Every request since the last reset, or the newest of very many."""
        with self._lock:
            return tuple(self._requests)

    @property
    def total(self) -> int:
        """How many requests there were since the last reset."""
        return self._counts.total()

    def count(self, method: str | None = None, path: str = "", status: int | None = None) -> int:
        """How many of the kept requests are of this method, this path or below, and this status."""
        return sum(
            1
            for request in self.all
            if (method is None or request.method == method)
            and request.path.startswith(path)
            and (status is None or request.status == status)
        )

    @property
    def writes(self) -> tuple[Recorded, ...]:
        """The requests that may have changed something, without logins."""
        return tuple(r for r in self.all if r.method not in {"GET", "HEAD"} and r.path != "/login")
