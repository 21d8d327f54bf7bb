"""Watches over real sockets: what is told, gone on with, given up, and ended; by a scripted server, and by the sandbox of 13, since no
transcript has a watch that works.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from provisioner.core.answers import Save, Saved
from provisioner.core.errors import TargetUnreachable
from provisioner.core.model import ROOT, Json, TargetName, Uid
from provisioner.core.server import Mark
from provisioner.core.settings import Api, Connection
from provisioner.core.watching import Begun, Expired, Moved, NoWatch, Sighting, Watch
from provisioner.grafana import OpenGrafana
from provisioner.grafana.client import Client
from provisioner.grafana.given_watch import GivenWatch
from provisioner.grafana.resource_watch import Pace, Watches
from provisioner.grafana.streaming import Stream
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.serve import Running
from tests.grafana.conftest import AUTH, Connect, Open
from tests.grafana.resource_steps import PATH, STEPS, twelve
from tests.grafana.scripted import Answer, ScriptedServer, held, page

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
QUICK = Pace(wait=0.001)
PATIENCE = 30.0
LIST = Answer({"kind": "PartialObjectMetadataList", "metadata": {"resourceVersion": "100"}, "items": []})


def chunk(*lines: bytes) -> bytes:
    body = b"".join(line + b"\n" for line in lines)
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def told(kind: str, name: str, version: str) -> bytes:
    thing = {"kind": "PartialObjectMetadata", "metadata": {"name": name, "uid": "f00", "resourceVersion": version, "generation": 2}}
    return json.dumps({"type": kind, "object": thing}).encode()


def error(code: Json, message: str = "too old") -> bytes:
    return json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": code, "message": message}}).encode()


BOOKMARK = json.dumps({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "150"}}}).encode()
REFUSED = Answer({"message": "no"}, 405)


def moved(found: list[Sighting]) -> list[tuple[str, str]]:
    """Names and states, "" for what is gone."""
    return [(each.uid, each.mark.state if each.mark else "") for each in found if isinstance(each, Moved)]


@pytest.fixture
def watched(server: ScriptedServer, connect: Connect) -> Callable[..., Watch]:
    """A watch of a server that says this to the list and to each question after it; the last stays."""

    def begun(*answers: Answer | bytes, pace: Pace = QUICK) -> Watch:
        server.routes[f"GET {PATH}"] = [LIST, *answers]
        found = Watches(connect(), PATH, pace).begin()
        assert not isinstance(found, NoWatch)
        return found

    return begun


def versions_asked(server: ScriptedServer) -> list[str]:
    """From which states on it was asked to tell."""
    asked = [each.target.partition("?")[2].split("&") for each in server.asked(f"GET {PATH}")]
    return [value for each in asked for key, _, value in (pair.partition("=") for pair in each) if key == "resourceVersion"]


@contextmanager
def listening(watch: Watch) -> Iterator[list[Sighting]]:
    """What is heard so far, by a thread that goes through the watch and goes home when it is closed."""
    heard: list[Sighting] = []

    def listen() -> None:
        for each in watch:
            heard.append(each)  # noqa: PERF402 - one at a time, to be seen as it comes

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        watch.close()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def until(what: Callable[[], object]) -> None:
    latest = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < latest
        time.sleep(0.002)


# --- what is told ------------------------------------------------------------------------------------------------------------------------


def test_events_become_sightings_and_the_stream_is_asked_for_from_the_state_of_the_list(
    server: ScriptedServer, watched: Callable[..., Watch]
) -> None:
    lines = chunk(
        told("ADDED", "a", "101"), b"", told("MODIFIED", "b", "102"), told("DELETED", "c", "103"), BOOKMARK, told("LATER", "d", "1")
    )
    found = list(watched(HEAD + lines + END, REFUSED))
    assert (Begun(), [("a", "101"), ("b", "102"), ("c", "")]) == (found[0], moved(found))
    asked = server.asked(f"GET {PATH}")[1]
    assert "watch=1&allowWatchBookmarks=true&timeoutSeconds=50&resourceVersion=100" == asked.target.partition("?")[2]
    assert ("as=PartialObjectMetadata;" in asked.headers["accept"], "identity") == (True, asked.headers["accept-encoding"])


def test_an_event_that_comes_in_pieces_is_one(watched: Callable[..., Watch]) -> None:
    line = told("ADDED", "a", "101") + b"\n"
    pieces = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (line[:1], line[1:40], line[40:]))
    assert [("a", "101")] == moved(list(watched(HEAD + pieces + END, REFUSED)))


def test_the_list_tells_how_all_are_when_it_begins(server: ScriptedServer, connect: Connect) -> None:
    thing = {"metadata": {"name": "a", "uid": "f00", "resourceVersion": "7", "generation": 2, "labels": {"team": "x"}}}
    server.routes[f"GET {PATH}"] = [Answer({"kind": "List", "metadata": {"resourceVersion": "100"}, "items": [thing]})]
    found = Watches(connect(), PATH).begin()
    assert not isinstance(found, NoWatch)
    assert {"a": "7+"} == {uid: mark.state for uid, mark in found.marks.items()}


def test_a_stream_is_counted_when_it_begins(server: ScriptedServer) -> None:
    over = threading.Event()
    server.routes["GET /stream"] = [held(HEAD, over)]
    counted: list[tuple[str, str]] = []
    with Client(Connection(TargetName("t"), server.url, AUTH), lambda _: "x", None, lambda *each: counted.append(each[:2])) as client:
        stream = client.stream("/stream", {"watch": 1}, "", 5.0)
        assert ([("GET", "200")], 1) == (counted, client.requests)
        over.set()
    assert isinstance(stream, Stream)


# --- gone on with ------------------------------------------------------------------------------------------------------------------------


def test_a_stream_that_breaks_or_ends_is_gone_on_with_from_the_last_state(server: ScriptedServer, watched: Callable[..., Watch]) -> None:
    broken, ended = HEAD + chunk(told("ADDED", "a", "101")), HEAD + chunk(told("ADDED", "b", "102"), BOOKMARK) + END
    cut_off = HEAD + chunk(told("ADDED", "c", "151")) + b"40\r\n" + told("ADDED", "d", "152")[:30]
    found = list(watched(broken, ended, cut_off, b"", REFUSED))
    assert [("a", "101"), ("b", "102"), ("c", "151")] == moved(found)
    assert ["100", "101", "150", "151", "151"] == versions_asked(server)
    assert 1 == found.count(Begun())


def test_after_a_while_without_a_stream_all_is_listed_again_since_a_server_forgets_without_a_word(
    server: ScriptedServer, watched: Callable[..., Watch]
) -> None:
    ended = HEAD + chunk(told("ADDED", "b", "102")) + END
    found = list(watched(ended, Answer({}, 503), HEAD + chunk(told("ADDED", "z", "999")) + END, pace=Pace(wait=0.001, gap=0.0)))
    assert [Begun(), Expired()] == [each for each in found if not isinstance(each, Moved)]
    assert [("b", "102")] == moved(found)
    assert ["100", "102", "102"] == versions_asked(server)


def test_a_connection_that_is_silent_for_too_long_is_a_dead_one(watched: Callable[..., Watch]) -> None:
    never = threading.Event()
    pace = Pace(stream=0, grace=0.2, lasting=0.1, wait=0.001)
    found = list(watched(held(HEAD, never), HEAD + chunk(told("ADDED", "a", "101")) + END, REFUSED, pace=pace))
    never.set()
    assert [("a", "101")] == moved(found)


def test_an_error_of_the_server_within_a_stream_is_gone_on_with(watched: Callable[..., Watch]) -> None:
    found = list(watched(HEAD + chunk(error(500)), HEAD + chunk(error("?")), HEAD + chunk(told("ADDED", "a", "101")) + END, REFUSED))
    assert [("a", "101")] == moved(found)


def test_a_server_that_is_gone_is_told_as_one_that_does_not_answer(connect: Connect) -> None:
    with ScriptedServer({f"GET {PATH}": [LIST, HEAD]}) as other:
        watch = Watches(connect(url=other.url, attempts=1), PATH, QUICK).begin()
        assert not isinstance(watch, NoWatch)
        sightings = iter(watch)
        assert Begun() == next(sightings)
    with pytest.raises(TargetUnreachable):
        next(sightings)


def test_a_dashboard_goes_by_the_uid_that_we_know_it_by(watched: Callable[..., Watch]) -> None:
    ours = {"000000012": "ours"}
    stream = HEAD + chunk(told("ADDED", "000000012", "101"), told("ADDED", "b", "102")) + END
    watch = GivenWatch(watched(stream, REFUSED), lambda uid: Uid(ours.get(uid, uid)))
    assert ({}, [("ours", "101"), ("b", "102")]) == (watch.marks, moved(list(watch)))
    watch.close()
    assert [] == list(watch)


# --- its end -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [Answer({"kind": "Status", "code": 410}, 410), HEAD + chunk(error(410)) + END])
def test_a_state_that_expired_ends_it_and_another_one_may_begin(server: ScriptedServer, connect: Connect, gone: Answer | bytes) -> None:
    server.routes[f"GET {PATH}"] = [LIST, gone, LIST]
    watches = Watches(connect(), PATH, QUICK)
    first = watches.begin()
    assert not isinstance(first, NoWatch)
    assert Expired() == list(first)[-1]
    assert not isinstance(watches.begin(), NoWatch)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_a_refusal_ends_it_and_is_remembered(server: ScriptedServer, connect: Connect, status: int) -> None:
    server.routes[f"GET {PATH}"] = [LIST, Answer({"message": "no"}, status)]
    watches = Watches(connect(), PATH, QUICK)
    found = watches.begin()
    assert not isinstance(found, NoWatch)
    refusal = NoWatch(f"the server answers {status} to watch")
    assert [refusal] == list(found)
    assert (refusal, 2) == (watches.begin(), len(server.received))


@pytest.mark.parametrize(
    "line",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"type": 1}',
        b'{"type": "ADDED"}',
        b'{"type": "ADDED", "object": {"metadata": {"name": "a"}}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_ends_it_and_is_remembered(server: ScriptedServer, connect: Connect, line: bytes) -> None:
    server.routes[f"GET {PATH}"] = [LIST, HEAD + chunk(line)]
    watches = Watches(connect(), PATH, QUICK)
    found = watches.begin()
    assert not isinstance(found, NoWatch)
    garbage = NoWatch("what the server says in a watch is no event")
    assert ([Begun(), garbage], garbage) == (list(found), watches.begin())


def test_a_line_without_an_end_is_not_read_for_ever(watched: Callable[..., Watch]) -> None:
    found = list(watched(HEAD + chunk(b"x" * 3000)[:-3], pace=Pace(line_bytes=1000)))
    assert [Begun(), NoWatch("a line of its watch has no end")] == found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (HEAD + END, "the server ends each watch at once"),
        (HEAD + chunk(told("ADDED", "a", "100")) + END, "the server ends each watch at once"),
        (page(502, "Bad Gateway"), "the watch is answered 502: Bad Gateway"),
        (Answer({"message": "later"}, 503), "the watch is answered 503: later"),
        (HEAD + chunk(error(500, "no storage")), "the watch breaks off: no storage"),
        (b"HTTP/1.1 200 OK\r\n", "the watch is not answered: Server disconnected without sending a response."),
    ],
)
def test_one_that_is_never_of_use_is_given_up_without_asking_on_and_on(
    server: ScriptedServer, watched: Callable[..., Watch], answer: Answer | bytes, why: str
) -> None:
    found = list(watched(answer))
    assert (NoWatch(why), 1 + 5) == (found[-1], len(server.received))


def test_the_waits_between_useless_streams_grow(watched: Callable[..., Watch]) -> None:
    watch = watched(HEAD + END, pace=Pace(wait=0.02))
    begun = time.monotonic()
    list(watch)
    assert time.monotonic() - begun > 0.02 * (2 + 4 + 8 + 16)


def test_who_waits_for_a_silent_server_is_woken_when_it_is_closed(watched: Callable[..., Watch]) -> None:
    never = threading.Event()
    with ExitStack() as later:
        later.callback(never.set)
        with listening(watched(held(HEAD + chunk(told("ADDED", "a", "101")), never))) as heard:
            until(lambda: len(heard) == 2)
            begun = time.monotonic()
        assert time.monotonic() - begun < 30
    assert [Begun(), Moved(Uid("a"), Mark(heard[1].mark.id, 2, "101"))] == heard  # type: ignore[union-attr]  # a Moved with a mark


def test_one_that_was_closed_before_says_nothing(watched: Callable[..., Watch]) -> None:
    watch = watched(REFUSED)
    watch.close()
    assert [] == list(watch)


# --- servers -----------------------------------------------------------------------------------------------------------------------------


def test_twelve_answers_as_it_was_recorded(server: ScriptedServer, grafana: Open) -> None:
    status, line = (STEPS["watch events"]["response"][number][key] for number, key in ((0, "status"), (1, "line")))
    opened = grafana(twelve(server).url)
    server.routes[f"GET {PATH}"] = [LIST, Answer(json.loads(line), status)]
    found = opened.watch()
    assert not isinstance(found, NoWatch)
    assert [NoWatch("the server answers 405 to watch")] == list(found)
    assert NoWatch("the server answers 405 to watch") == opened.watch()


@pytest.mark.parametrize(("generation", "api"), [(4, Api.AUTO), (9, Api.AUTO), (13, Api.DASHBOARD)])
def test_other_dialects_have_none_and_ask_nobody(sandbox: Callable[..., Running], grafana: Open, generation: int, api: Api) -> None:
    opened = grafana(sandbox(generation=generation).url, api=api)
    before = opened.requests
    assert (NoWatch(""), before) == (opened.watch(), opened.requests)


def _save(grafana: OpenGrafana, uid: str, over: Mark | None = None, **content: Any) -> Mark:  # noqa: ANN401 - of a dashboard
    version, state = (None, "") if over is None else (over.version, over.state)
    answer = grafana.save(Save(Uid(uid), {"title": uid, "schemaVersion": 39, **content}, ROOT, version, "", state=state))
    assert isinstance(answer, Saved), answer
    return answer.mark


def _thirteen(started: Running, grafana: Open) -> tuple[OpenGrafana, Watch]:
    opened = grafana(started.url)
    watch = opened.watch()
    assert not isinstance(watch, NoWatch)
    return opened, watch


def test_the_mark_that_is_told_is_the_one_that_the_save_was_answered_with(sandbox: Callable[..., Running], grafana: Open) -> None:
    opened, watch = _thirteen(sandbox(generation=13), grafana)
    with listening(watch) as heard:
        made = _save(opened, "a")
        changed = _save(opened, "a", made, tags=["x"])
        until(lambda: Moved(Uid("a"), changed) in heard)
        opened.delete(Uid("a"), changed)
        until(lambda: Moved(Uid("a"), None) in heard)


def test_the_sandbox_drops_a_watch_and_it_goes_on(sandbox: Callable[..., Running], grafana: Open) -> None:
    started = sandbox(generation=13)
    opened, watch = _thirteen(started, grafana)
    with listening(watch) as heard:
        until(lambda: heard)
        started.faults.set(Faults(dropped_watches=1))
        until(lambda: not started.faults.current.dropped_watches)
        mark = _save(opened, "a")
        until(lambda: Moved(Uid("a"), mark) in heard)


@pytest.mark.parametrize(
    ("fault", "end"),
    [(Faults(garbled_watches=1), NoWatch("what the server says in a watch is no event")), (Faults(expired=1), Expired())],
)
def test_the_sandbox_garbles_a_watch_or_lets_its_state_expire(
    sandbox: Callable[..., Running], grafana: Open, fault: Faults, end: Sighting
) -> None:
    started = sandbox(generation=13)
    _, watch = _thirteen(started, grafana)
    started.faults.set(fault)
    assert [Begun(), end] == list(watch)
