"""Runs a sandbox: beside the caller in this process, or in its stead.

In: settings. Out: `running`, a context with a `Running` that tells the address, what was asked, and takes faults;
`serve_forever` for the command. Nothing is written to the log; both close the database when they end.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from provisioner.sandbox.app import close_app, create_app
from provisioner.sandbox.faults import FaultControl
from provisioner.sandbox.people import end_sessions
from provisioner.sandbox.recorder import Recorder
from provisioner.sandbox.server import MAIN_ORGANISATION, Server
from provisioner.sandbox.settings import Role, SandboxSettings, SandboxUnusable

_START_SECONDS = 30
_BACKLOG = 512
_TICK_SECONDS = 0.1
_MOMENT_SECONDS = 0.001
_GRACE_SECONDS = 1
_IDLE_SECONDS = 75
"""As long as proxies keep them. After uvicorn's five a slow client's next request may meet the close on its way, and be lost."""


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers at `url` (with its sub-path, without a slash at the end)."""

    url: str
    server: Server
    requests: Recorder
    faults: FaultControl

    @property
    def version(self) -> str:
        """The version that it says it is: "9.3.2"."""
        return self.server.generation.version

    @property
    def admin(self) -> tuple[str, str]:
        """Login and password of its administrator."""
        return "admin", self.server.settings.admin_password

    def expire_sessions(self) -> int:
        """Let every session end, as if its time were over; who signed in has to do so again. How many there were."""
        return end_sessions(self.server.store)

    def token(self, role: str = "Editor", organisation: int = MAIN_ORGANISATION) -> str:
        """A token with that role ("Viewer", "Editor", "Admin"), that works at once."""
        known = Role.named(role)
        if known is None:
            raise ValueError(f"no role is called {role}")
        return self.server.new_token(known, organisation)


class _Droppable(H11Protocol):
    """A connection that a fault can close without an answer."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)

    def drop(self) -> None:
        """Close it now."""
        self.transport.abort()


class _Prompt(uvicorn.Server):
    """A server that tells when it answers, and ends as soon as it is told to."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], ending: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._ending = ending
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._ready()

    async def main_loop(self) -> None:
        """As uvicorn's own, which looks every tenth of a second whether it is to end; a signal is still seen that way."""
        ticks = itertools.count()
        while not await self.on_tick(next(ticks)):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own without its rest of a tenth of a second: requests under way have a second to be answered."""
        self._ending.set()
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        latest = asyncio.get_running_loop().time() + _GRACE_SECONDS
        while self.server_state.connections or self.server_state.tasks:
            if self.force_exit or asyncio.get_running_loop().time() > latest:
                break
            await asyncio.sleep(_MOMENT_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()

    def end(self) -> None:
        """End now; from any thread."""
        self.should_exit = True
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Droppable,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_SECONDS,
    )


def _listening(settings: SandboxSettings) -> socket.socket:
    """A socket at the host and port that were asked for."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        # The protocol is named, or asyncio leaves Nagle's delay on: 40 ms for each answer.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _unusable(settings, error) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        raise _unusable(settings, error) from error
    return listening


def _unusable(settings: SandboxSettings, error: Exception) -> SandboxUnusable:
    return SandboxUnusable(f"cannot listen at {settings.host}:{settings.port}: {error}", next_step="name another port, or 0 for a free one")


def _told(app: Starlette, listening: socket.socket) -> Running:
    server, recorder = app.state.server, app.state.recorder
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}{server.settings.sub_path.rstrip('/')}"
    return Running(url, server, recorder, server.faults)


@contextmanager
def running(settings: SandboxSettings) -> Iterator[Running]:
    """A sandbox on a thread of this process, which answers when the block begins and is gone when it ends."""
    app = create_app(settings)
    try:
        listening = _listening(settings)
        ready = threading.Event()
        server = _Prompt(_config(app), ready.set, app.state.server.ending)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True)
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise SandboxUnusable("the sandbox did not start in time", next_step="try again")
            yield _told(app, listening)
        finally:
            server.end()
            thread.join()
            listening.close()
    finally:
        close_app(app)


def serve_forever(settings: SandboxSettings, started: Callable[[Running], None]) -> None:
    """Serve in this thread until the process is told to stop; `started` is called once it answers."""
    app = create_app(settings)
    try:
        listening = _listening(settings)
        running_now = _told(app, listening)
        server = _Prompt(_config(app), lambda: started(running_now), running_now.server.ending)
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            return
        finally:
            listening.close()
    finally:
        close_app(app)
