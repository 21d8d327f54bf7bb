"""What can be made to go wrong, so that a client can be seen to cope.

In: a frozen `Faults`. Out: through `FaultControl`, whether the next request meets one of them. Counted faults ("the
next N") count down. The control may be used from any thread. It never touches the state: what a fault does to a write
is written where writing is.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong. Nothing, by default. Numbers without a unit are "the next N requests that match".

    `path` (a prefix) and `methods` (empty: all) say which requests match. Writes are requests of other methods than GET and HEAD.
    """

    path: str = "/api"
    methods: tuple[str, ...] = ()

    latency_ms: float = 0
    """Every matching request waits as long before it is answered."""
    write_latency_ms: float = 0
    """Every matching write waits as long, on top of `latency_ms`."""

    too_many_requests: int = 0
    """429, nothing done."""
    too_many_requests_every: int = 0
    """429 for every Nth matching request, without end."""
    retry_after: int | None = 1
    """Seconds in the Retry-After header of 429 and 503; None leaves it out."""
    unavailable: int = 0
    """503, nothing done."""
    proxy_page: int = 0
    """502 with an HTML page, as a proxy answers; nothing done."""
    pending: int = 0
    """202 {"status": "pending"} for a write; nothing is saved (reference 1.2, step 24)."""
    drop_before: int = 0
    """The connection is closed without an answer, nothing done."""
    drop_after: int = 0
    """The write is done, then the connection is closed without an answer."""
    error_after_write: int = 0
    """The write is done, then answered with 500."""
    stale_reads: int = 0
    """GET of a dashboard by uid, or of an object by name, answers the version before the last."""
    lost_races: int = 0
    """Somebody edits while an update is under way. By POST /api/dashboards/db the edit is overwritten (reference 0.1); a PUT to
    /apis with a resourceVersion is refused for it, with 409."""
    expired: int = 0
    """A list that goes on, or a watch from a resourceVersion, is too old: 410."""
    dropped_watches: int = 0
    """The connection of a watch is closed in the middle of the stream, at once where one is under way."""
    garbled_watches: int = 0
    """A watch says a line that is no event, at once where one is under way."""
    apis_hidden: int = 0
    """Every request below /apis, whatever `path` says, is answered with this status: 404 as by a proxy that does not let it
    through, 403 as for a lack of permissions. Not counted; 0 is off."""

    def matches(self, method: str, path: str) -> bool:
        """Whether a request can meet a fault at all."""
        return path.startswith(self.path) and (not self.methods or method in self.methods)


def faults_of(document: object) -> Faults:
    """The faults that a JSON object asks for; what it leaves out is off. ValueError says what is wrong with it."""
    if not isinstance(document, dict):
        raise ValueError("faults are a JSON object")  # noqa: TRY004 - what came is wrong, not how we were called
    kinds = {field.name: field.type for field in fields(Faults)}
    unknown = sorted(set(document) - set(kinds))
    if unknown:
        raise ValueError(f"no such fault: {', '.join(unknown)}; there are {', '.join(kinds)}")
    for name, value in document.items():
        if not _fits(name, value):
            raise ValueError(f"{name}: {json.dumps(value)} is not {kinds[name]}")
    values: dict[str, Any] = {name: tuple(value) if name == "methods" else value for name, value in document.items()}
    return Faults(**values)


def _fits(name: str, value: object) -> bool:
    if name == "path":
        return isinstance(value, str)
    if name == "methods":
        return isinstance(value, list) and all(isinstance(method, str) for method in value)
    if name == "retry_after" and value is None:
        return True
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if name.endswith("_ms") else int) and value >= 0


class FaultControl:
    """The faults of a running sandbox: read, replaced and used up, from any thread."""

    def __init__(self, faults: Faults) -> None:
        self._lock = threading.Lock()
        self._faults = faults
        self._seen = 0

    @property
    def current(self) -> Faults:
        """What is switched on now, with the counts that are left."""
        return self._faults

    def set(self, faults: Faults) -> None:
        """Replace all faults; `set(Faults())` ends them."""
        with self._lock:
            self._faults = faults
            self._seen = 0

    def take(self, name: str) -> bool:
        """Whether the counted fault of this name is due now; if so it is one fewer."""
        if not getattr(self._faults, name):
            return False
        with self._lock:
            left = int(getattr(self._faults, name))
            if left:
                change: dict[str, Any] = {name: left - 1}
                self._faults = replace(self._faults, **change)
            return left > 0

    def refused_in_turn(self) -> bool:
        """Whether this matching request is an Nth one (`too_many_requests_every`)."""
        with self._lock:
            every = self._faults.too_many_requests_every
            if not every:
                return False
            self._seen += 1
            return self._seen % every == 0

    def told(self) -> dict[str, object]:
        """What is switched on, as JSON can say it."""
        return asdict(self._faults)


def is_write(method: str) -> bool:
    """Whether a request of this method may change something."""
    return method not in _READING
