"""Watches of the resource API: a server tells by itself who was saved or taken away, as Kubernetes has it (reference 5.2). Grafana 12.4
answers 405 for dashboards, whatever is switched on; this was tried with one of its kinds that can be watched.

In: a client and the path of a kind. Out: `core.watching.Watch`es. A broken stream is gone on with where it ended, if that was just now. One
that the server refuses, or that says what nobody understands, is not asked for again on this connection; one that always ends at once is
given up.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event, Lock

from provisioner.core.model import Json, Uid
from provisioner.core.server import Mark
from provisioner.core.watching import Begun, Expired, Moved, NoWatch, Sighting
from provisioner.grafana import failures
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Lost, Reply, readable
from provisioner.grafana.resource_heads import head_of, object_in
from provisioner.grafana.resource_lists import METADATA, Listing, listing
from provisioner.grafana.streaming import LINE_BYTES, LineTooLong, Stream, StreamBroken
from provisioner.grafana.waiting import FIRST_WAIT, LONGEST_WAIT

ACCEPT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
"""A server that cannot do it sends whole dashboards, whose metadata is read as well."""

_MOST_USELESS = 5
"""Streams in a row that end at once with nothing new, after which a server is left alone with it: 6 to 12 seconds, with what is waited."""

_TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_MOVING = frozenset({"ADDED", "MODIFIED"})


class _EndError(Exception):
    """The watch is over, and how. Never leaves this module."""

    def __init__(self, end: Expired | NoWatch, *, for_good: bool = False) -> None:
        super().__init__(end)
        self.end = end
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, and the bytes of a line. The server is to end each stream after `stream`: who stands between may forget a connection that is
    silent for 60 seconds, and tell nobody. One that is silent for `grace` beyond that is dead. A stream of `lasting` was of use though
    nothing happened. The first wait before the next is `wait`. After a `gap` without a stream all is listed again: 12.4 remembers the last
    100 events of all kinds, and of what it has forgotten it says nothing (no 410; of 130 saves, the last 100 were told).
    """

    stream: int = 50
    grace: float = 10.0
    lasting: float = 10.0
    gap: float = 5.0
    wait: float = FIRST_WAIT
    line_bytes: int = LINE_BYTES


class Watches:
    """Those of one connection. Thread-safe."""

    def __init__(self, client: Client, path: str, pace: Pace | None = None) -> None:
        """`path` is that of all dashboards."""
        self.client = client
        self.path = path
        self.pace = pace or Pace()
        self._none: NoWatch | None = None

    def begin(self) -> ResourceWatch | NoWatch:
        """Lists all, unless it is known that there is no watch. Raises TargetError."""
        return self._none or ResourceWatch(self, listing(self.client, self.path, "the list of dashboards", METADATA))

    def remember(self, none: NoWatch) -> None:
        """There is none for as long as this connection lasts."""
        self._none = none


class ResourceWatch:
    """A `core.watching.Watch`."""

    def __init__(self, of: Watches, found: Listing) -> None:
        self._of = of
        self._marks = {Uid(name): row.head.mark for name, row in found.rows.items()}
        self._since = found.version
        self._lock = Lock()
        self._closed = Event()
        self._stream: Stream | None = None
        self._begun = False
        self._ended: float | None = None

    @property
    def marks(self) -> Mapping[Uid, Mark]:
        return self._marks

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            stream = self._stream
        if stream is not None:
            stream.close()

    def __iter__(self) -> Iterator[Sighting]:
        useless, pace = 0, self._of.pace
        clock, chance = self._of.client.waiting.clock, self._of.client.waiting.chance
        try:
            while not self._closed.is_set():
                begun, before = clock(), self._since
                why = yield from self._one()
                useless = 0 if self._since != before or clock() - begun >= pace.lasting else useless + 1
                if useless == _MOST_USELESS:
                    yield NoWatch(why)
                    return
                self._closed.wait(min(pace.wait * 2.0**useless, LONGEST_WAIT) * (1 + chance()))
        except _EndError as over:
            if self._closed.is_set():
                return
            if over.for_good and isinstance(over.end, NoWatch):
                self._of.remember(over.end)
            yield over.end

    def _one(self) -> Generator[Sighting, None, str]:
        """One stream, to its end; returns in words why that is no good end. Raises `_EndError` and TargetError."""
        stream = self._opened()
        if isinstance(stream, str):
            return stream
        try:
            if self._ended is not None and self._of.client.waiting.clock() - self._ended > self._of.pace.gap:
                stream.close()
                raise _EndError(Expired())
            if not self._begun:
                self._begun = True
                yield Begun()
            with closing(stream.lines(self._of.pace.line_bytes)) as lines:
                for line in lines:
                    moved = self._read(line)
                    if moved is not None:
                        yield moved
        except StreamBroken as error:
            return f"the watch breaks off: {error}"
        except LineTooLong:
            raise _EndError(NoWatch("a line of its watch has no end"), for_good=True) from None
        finally:
            self._ended = self._of.client.waiting.clock()
            with self._lock:
                self._stream = None
        return "the server ends each watch at once"

    def _opened(self) -> Stream | str:
        """A stream from the last state that is known; why there is none this time, in words."""
        of = self._of
        params: dict[str, str | int] = {"watch": 1, "allowWatchBookmarks": "true", "timeoutSeconds": of.pace.stream}
        if self._since:
            params["resourceVersion"] = self._since
        answered = of.client.stream(of.path, params, ACCEPT, of.pace.stream + of.pace.grace)
        match answered:
            case Lost():
                return f"the watch is not answered: {answered.words}"
            case Reply():
                _end_at(answered.status)
                return f"the watch is answered {failures.saying(answered)}"
        with self._lock:
            self._stream = answered
        if self._closed.is_set():
            answered.close()
        return answered

    def _read(self, line: bytes) -> Moved | None:
        """What one line says; None where it is nothing to tell. Raises `_EndError`."""
        event = _event(line)
        thing, kind = object_in(event, "object"), event.get("type")
        if kind == "ERROR":
            code = thing.get("code")
            _end_at(code if type(code) is int else 0)
            raise StreamBroken(readable(str(thing.get("message") or "an error without words")))
        head = head_of(event.get("object"))
        if head is not None and (kind in _MOVING or kind == "DELETED"):
            self._since = head.version
            return Moved(Uid(head.name), head.mark if kind in _MOVING else None)
        if kind in _MOVING or kind == "DELETED" or not isinstance(kind, str):
            raise _garbage()
        version = object_in(thing, "metadata").get("resourceVersion")
        if kind == "BOOKMARK" and isinstance(version, str) and version:
            self._since = version
        return None


def _end_at(status: int) -> None:
    """Whether another try has any sense. Raises `_EndError` where it has none."""
    if status == HTTPStatus.GONE:
        raise _EndError(Expired())
    if (400 <= status < 500 and status not in _TRANSIENT) or status == HTTPStatus.NOT_IMPLEMENTED:
        raise _EndError(NoWatch(f"the server answers {status} to watch"), for_good=True)


def _event(line: bytes) -> Mapping[str, Json]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise _garbage()
    return event


def _garbage() -> _EndError:
    return _EndError(NoWatch("what the server says in a watch is no event"), for_good=True)
