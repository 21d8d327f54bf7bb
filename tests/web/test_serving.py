"""The address is ours before anything is served, and nobody can hold the server up: over real sockets."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from queue import SimpleQueue

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from provisioner.core.errors import AddressUnusable
from provisioner.web import serving as module
from provisioner.web.listening import Bound, bind
from provisioner.web.serving import Serving, serve
from tests.web.health_values import ask

EVERYWHERE = "0.0.0.0"  # noqa: S104 - for the moment of a test

PATIENCE = 25.0
"""Seconds: what is closed only after these was not closed in time."""

Start = Callable[..., Serving]


def app_that_says(words: str) -> Starlette:
    async def answer(_: Request) -> Response:
        return PlainTextResponse(words)

    return Starlette(routes=[Route("/", answer)])


@pytest.fixture
def bound() -> Iterator[Callable[..., Bound]]:
    with ExitStack() as stack:
        yield lambda *asked, **named: stack.enter_context(closing(bind(*asked, **named)))


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def started(app: ASGIApp | None = None, host: str = "127.0.0.1", **named: Callable[[str], None]) -> Serving:
            return stack.enter_context(closing(serve(bind(host, 0), app or app_that_says("hello"), **named)))

        yield started


def connected(serving: Serving) -> socket.socket:
    host, _, port = serving.url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side ended it, having sent nothing more."""
    try:
        return b"" == connection.recv(1)
    except ConnectionResetError:
        return True


def answer_on(connection: socket.socket, until: bytes) -> bytes:
    """What comes until it ends so."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    got = b""
    while not got.endswith(until):
        part = connection.recv(4096)
        assert part, f"it ended after {got!r}"
        got += part
    return got


# The address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", EVERYWHERE, "::", ""])
def test_it_answers_at_every_kind_of_address(start: Start, host: str) -> None:
    if ":" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    assert "hello" == ask(start(host=host).url, "/").text


def test_all_addresses_are_those_of_both_families(start: Start) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    for host in ("::", ""):
        port = start(host=host).bound.port
        assert ["hello", "hello"] == [ask(f"http://{each}:{port}", "/").text for each in ("127.0.0.1", "[::1]")]


def test_the_address_is_shown_as_people_write_it_and_the_url_is_one_that_can_be_reached(bound: Callable[..., Bound]) -> None:
    shown = [bound(host, 0) for host in ("127.0.0.1", "localhost", EVERYWHERE, "")]
    assert ["127.0.0.1:", "localhost:", f"{EVERYWHERE}:", ":"] == [each.address.removesuffix(str(each.port)) for each in shown]
    assert ["127.0.0.1", "localhost", "127.0.0.1", "127.0.0.1"] == [each.url[7:].rpartition(":")[0] for each in shown]


def test_it_is_told_who_can_reach_it(bound: Callable[..., Bound]) -> None:
    """By the url alone, an address that is open to all looked like one of this machine."""
    all_, own = "all addresses of this machine", "this machine alone"
    assert [own, own, own, all_, all_] == [bound(host, 0).open_to for host in ("127.0.0.1", "127.9.9.9", "localhost", EVERYWHERE, "")]


def test_a_port_in_use_is_one_clear_error(bound: Callable[..., Bound]) -> None:
    first = bound("127.0.0.1", 0)
    with pytest.raises(AddressUnusable) as told:
        bind("127.0.0.1", first.port)
    assert f"cannot listen at 127.0.0.1:{first.port}: something listens there already" == told.value.message
    assert "end it, or name another port in server.listen" == told.value.next_step


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("192.0.2.1", 0, "this machine has no such address"),
        ("127.0.0.1", 65_536, "there is no such port"),
        ("no-such-host.invalid", 0, "'no-such-host.invalid' is no address"),
        ("a" * 64 + ".invalid", 0, "is no address"),
    ],
)
def test_what_cannot_be_listened_at_is_said(host: str, port: int, why: str) -> None:
    with pytest.raises(AddressUnusable, match=why):
        bind(host, port)


def test_a_wider_address_can_be_taken_beside_our_own_older_one(start: Start) -> None:
    old = start()
    new = serve(bind(EVERYWHERE, old.bound.port, beside=old.bound), app_that_says("new"))
    with closing(new):
        old.close()
        assert "new" == ask(new.url, "/").text


def test_a_second_daemon_does_not_get_in_by_that(bound: Callable[..., Bound]) -> None:
    old = bound("127.0.0.1", 0)
    bound(EVERYWHERE, old.port, beside=old)
    for host in ("127.0.0.1", EVERYWHERE):
        with pytest.raises(AddressUnusable, match="something listens there already"):
            bind(host, old.port)


def test_the_port_is_free_as_soon_as_it_is_closed(start: Start) -> None:
    serving = start()
    assert "hello" == ask(serving.url, "/").text
    serving.close()
    bind("127.0.0.1", serving.bound.port).close()


# Life


def test_it_starts_and_stops_fast_even_with_open_connections(start: Start) -> None:
    starts: list[float] = []
    ends: list[float] = []
    while not starts or (len(starts) < 8 and (min(starts) >= 0.3 or min(ends) >= 2)):  # a delay of ours would be in each of them
        begun = time.monotonic()
        serving = start()
        starts.append(time.monotonic() - begun)
        with closing(connected(serving)) as idle, closing(connected(serving)) as kept, closing(connected(serving)) as half:
            answer_on(kept, b"hello")
            half.sendall(b"GET / HT")
            begun = time.monotonic()
            serving.close()
            ends.append(time.monotonic() - begun)
            assert is_closed(idle)
    assert min(starts) < 0.3
    assert min(ends) < 2


def test_an_answer_that_never_ends_does_not_hold_up_the_end(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.2)
    arrived = threading.Event()

    async def hang(request: Request) -> Response:
        arrived.set()
        await request.body()
        return PlainTextResponse("never")

    serving = start(Starlette(routes=[Route("/", hang, methods=["POST"])]))
    with closing(connected(serving)) as waiting:
        waiting.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        assert arrived.wait(30)
        serving.close()
        assert is_closed(waiting)


def test_closing_twice_is_nothing_new(start: Start) -> None:
    serving = start()
    serving.close()
    serving.close()
    assert "web" not in {thread.name for thread in threading.enumerate()}


def test_the_process_keeps_its_own_signal_handlers_and_loggers(start: Start) -> None:
    def handlers() -> tuple[object, ...]:
        told = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "web")]
        return (*(signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)), *((each.level, len(each.handlers)) for each in told))

    before = handlers()
    serving = start()
    assert "hello" == ask(serving.url, "/").text
    assert before == handlers()


def test_another_application_takes_over_at_the_same_address(start: Start) -> None:
    serving = start(app_that_says("old"))
    before = ask(serving.url, "/").text
    serving.take(app_that_says("new"))
    assert ["old", "new"] == [before, ask(serving.url, "/").text]


def test_a_kept_connection_meets_the_new_application_too(start: Start) -> None:
    serving = start(app_that_says("old"))
    with closing(connected(serving)) as kept:
        answer_on(kept, b"old")
        serving.take(app_that_says("new"))
        answer_on(kept, b"new")


# Strangers


def test_a_slow_request_is_dropped_in_time(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXCHANGE_SECONDS", 0.2)
    serving = start()
    with closing(connected(serving)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert is_closed(slow)
    monkeypatch.setattr(module, "EXCHANGE_SECONDS", 30.0)
    assert "hello" == ask(serving.url, "/").text


def test_a_client_that_does_not_read_its_answer_is_dropped_in_time(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXCHANGE_SECONDS", 0.2)
    gone = threading.Event()

    class Large:
        async def __call__(self, scope: object, receive: object, send: Callable[..., object]) -> None:
            del scope, receive
            try:
                await PlainTextResponse("x" * 20_000_000)({"type": "http"}, None, send)  # type: ignore[arg-type] # neither is read here
            finally:
                gone.set()

    serving = start(Large())
    with closing(connected(serving)) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert gone.wait(30)


def test_a_crowd_of_idle_connections_keeps_nobody_out(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 8)
    monkeypatch.setattr(module, "EXCHANGE_SECONDS", 300.0)  # nobody is dropped for being slow here
    serving = start()
    with ExitStack() as stack:
        crowd = [stack.enter_context(closing(connected(serving))) for _ in range(40)]
        assert "hello" == ask(serving.url, "/").text
        assert is_closed(crowd[0])


def test_a_head_without_end_is_refused(start: Start) -> None:
    with closing(connected(start())) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000)
        assert stranger.recv(4096).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET / GOPHER/1\r\n\r\n", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_is_refused_and_told_to_nobody(start: Start, sent: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    with closing(connected(start(tell=told.append))) as stranger:
        stranger.sendall(sent + b"\r\n\r\n")
        assert stranger.recv(4096).startswith(b"HTTP/1.1 400")
    assert ([], ("", "")) == (told, capfd.readouterr())


def test_a_failure_of_our_own_is_told_in_a_line_and_answered(start: Start, capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(_: Request) -> Response:
        raise LookupError("no such standing")

    told: SimpleQueue[str] = SimpleQueue()
    answer = ask(start(Starlette(routes=[Route("/", broken)]), tell=told.put).url, "/")
    # The answer is sent before the failure is told.
    assert told.get(timeout=30).startswith("LookupError: no such standing (broken, line ")
    assert (500, True, ("", "")) == (answer.status, told.empty(), capfd.readouterr())


def test_a_forwarded_address_is_not_believed(start: Start) -> None:
    async def who(request: Request) -> Response:
        return PlainTextResponse(request.client.host if request.client else "nobody")

    serving = start(Starlette(routes=[Route("/", who)]))
    assert "127.0.0.1" == ask(serving.url, "/", X_Forwarded_For="203.0.113.9").text


def test_each_answer_has_its_date_and_names_no_software(start: Start) -> None:
    headers = ask(start().url, "/").headers
    assert headers["date"].endswith("GMT")
    assert headers["server"] is None
