"""Serves an application at an address that is ours already, beside everything else that the process does.

In: `Bound`, an ASGI application. Out: `Serving`, which answers from when it is made until it is closed. uvicorn's protocol speaks HTTP; its
server, with its signal handlers, its log and its ten looks a second at whether to end, is left out: an idle server does nothing at all.
Strangers may reach the port, so nobody holds a connection for longer than an answer takes, and nobody can hold them all.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from email.utils import formatdate
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from provisioner.core.errors import AddressUnusable
from provisioner.web.listening import Bound

MOST_CONNECTIONS = 128
"""With one more, the one that has waited longest without an answer is dropped: refusing the new one instead would let a stranger with 128
idle connections make the health check fail, and have the daemon restarted."""
EXCHANGE_SECONDS = 15.0
"""From the connection, or the answer before, to the end of the next answer."""
IDLE_SECONDS = 5
_HEAD_BYTES = 16 * 1024
_GRACE_SECONDS = 1.0
"""How long an answer that is under way may take when the server ends."""

Tell = Callable[[str], None]
Application = ASGIApp
"""What is served, for callers: they hand it on and know nothing of the library that it is made with."""


class _Swap:
    """The application behind the address, which may be exchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class _Guest(H11Protocol):
    """A connection with an end."""

    def __init__(self, config: uvicorn.Config, state: ServerState, room: _Room, logger: logging.Logger) -> None:
        super().__init__(config, state, {})
        self._room = room
        self.logger = logger
        self.access_log = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own narrows it
        super().connection_made(transport)
        self._room.welcome(self)
        self._allow()

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.forget(self)
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        super().data_received(data)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._room.welcome(self)
        self._allow()

    def drop(self) -> None:
        """Close it now, whatever it waits for."""
        self.transport.abort()

    def _allow(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(EXCHANGE_SECONDS, self.drop)


class _Room:
    """The connections, the one that has waited longest first."""

    def __init__(self) -> None:
        self._guests: dict[_Guest, None] = {}

    def welcome(self, guest: _Guest) -> None:
        """A new one, or one that got its answer."""
        self._guests.pop(guest, None)
        while len(self._guests) >= MOST_CONNECTIONS:
            oldest = next(iter(self._guests))
            del self._guests[oldest]
            oldest.drop()
        self._guests[guest] = None

    def forget(self, guest: _Guest) -> None:
        """It is gone."""
        self._guests.pop(guest, None)

    def empty(self) -> None:
        """Drops all."""
        for guest in list(self._guests):
            guest.drop()


class Serving:
    """A server on a thread of its own. `close` it; it never ends by itself."""

    def __init__(self, bound: Bound, app: ASGIApp, tell: Tell) -> None:
        self.bound = bound
        self._swap = _Swap(app)
        self._tell = tell
        self._begun: Future[Callable[[], None]] = Future()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()
        self._end = self._begun.result()

    @property
    def address(self) -> str:
        """As people write it."""
        return self.bound.address

    @property
    def url(self) -> str:
        """Where this machine reaches it, without a slash at the end."""
        return self.bound.url

    def take(self, app: ASGIApp) -> None:
        """From the next request on this application answers; those under way are finished by the one before."""
        self._swap.app = app

    def close(self) -> None:
        """Ends it within two seconds, and lets go of the address."""
        self._end()
        self._thread.join()
        self.bound.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            failure = AddressUnusable(f"cannot serve at {self.address}: {error}", next_step="see what the system lacks: files, memory")
            failure.__cause__ = error
            if self._begun.done():
                self._tell(failure.message)
            else:
                self._begun.set_exception(failure)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, told: self._tell(_words(told)))
        ended = asyncio.Event()
        state, room, config, logger = ServerState(), _Room(), _config(self._swap), _logger(self._tell)
        servers = [
            await loop.create_server(lambda: _Guest(config, state, room, logger), sock=each, backlog=128) for each in self.bound.sockets
        ]
        self._begun.set_result(lambda: _from_outside(loop, ended))
        await ended.wait()
        for server in servers:
            server.close()
        for connection in list(state.connections):
            connection.shutdown()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=_GRACE_SECONDS)
        room.empty()


def serve(bound: Bound, app: ASGIApp, tell: Tell = lambda _: None) -> Serving:
    """Answers at once when this returns. `tell` hears of failures of our own, in a line, from another thread. Raises AddressUnusable."""
    return Serving(bound, app, tell)


def _from_outside(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(ended.set)


def _config(app: ASGIApp) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=H11Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        # Anybody can write X-Forwarded-For.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        h11_max_incomplete_event_size=_HEAD_BYTES,
    )
    config.load()
    return config


def _logger(tell: Tell) -> logging.Logger:
    """A logger that belongs to nobody else: what uvicorn says of strangers' broken requests goes nowhere, our own failures are told."""
    logger = logging.Logger("web", level=logging.ERROR)  # noqa: LOG001 - one of the process's own would be shared by all servers
    logger.addHandler(_Telling(tell))
    return logger


class _Telling(logging.Handler):
    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.ERROR)
        self._tell_of = tell

    def emit(self, record: logging.LogRecord) -> None:
        """The exception in a line: type, text, and where it came from."""
        error = record.exc_info[1] if record.exc_info else None
        self._tell_of(_sentence(error) if error else record.getMessage().strip())


def _words(told: dict[str, Any]) -> str:
    error = told.get("exception")
    return f"{told.get('message', 'the web server failed')}: {_sentence(error)}" if error else str(told.get("message", ""))


def _sentence(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    at = f" ({place.tb_frame.f_code.co_name}, line {place.tb_lineno})" if place else ""
    return f"{type(error).__name__}: {error}{at}"
