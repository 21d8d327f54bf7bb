"""A reception behind a real server on a real socket, and what it told.

One server serves a module; each test has a reception of its own, with a clock that goes when it is told to.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from provisioner.config.secrets import reveal
from provisioner.core.health import Health
from provisioner.core.hooks.values import Hook, Judgement, Wanted
from provisioner.core.model import SourceName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.service import HookSettings
from provisioner.web.hooks import HookClock, Reception, hook_routes
from provisioner.web.hooks_limits import HookLimits
from tests.web.payloads.deliveries import GENERIC_HEADER, NOW, USER, Sent

SOURCE = SourceName("platform")


@dataclass(slots=True)
class Front:
    """A server that answers with whatever app is set."""

    port: int = 0
    app: Starlette = field(default_factory=Starlette)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def front() -> Iterator[Front]:
    """Runs it on a thread, at a free port of 127.0.0.1."""
    serving = Front()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving.port = listening.getsockname()[1]
        config = uvicorn.Config(serving, lifespan="off", ws="none", log_config=None, access_log=False, proxy_headers=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield serving
        finally:
            server.should_exit = True
            thread.join()


@dataclass(slots=True)
class Told:
    """What a reception told whom. It is the service and the meter of its reception."""

    woken: list[tuple[SourceName, ...]] = field(default_factory=list)
    counted: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[str, Judgement]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    heard: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    seconds: float = 0.0
    """Of the clock that never goes back."""

    def health(self) -> Health:
        raise NotImplementedError("a reception asks for no health")

    def hooked(self, *given: Any) -> None:  # noqa: ANN401 - the service hears of sources, the meter of a hook and a verdict
        if len(given) == 1:
            self.woken.append(given[0])
        else:
            self.counted.append((given[0], str(given[1])))

    def line(self, hook: str, judgement: Judgement) -> None:
        self.lines.append((hook, judgement))
        self.heard.release()

    def passed(self, report: PassReport, cause: str) -> None:
        raise NotImplementedError("a reception runs no pass")

    def requested(self, target: str, method: str, status: str, seconds: float) -> None:
        raise NotImplementedError("a reception asks no server")

    def looked_up(self, source: SourceName, outcome: str) -> None:
        raise NotImplementedError("a reception looks nothing up")

    def reloaded(self, outcome: str) -> None:
        raise NotImplementedError("a reception reloads nothing")

    @property
    def verdicts(self) -> list[str]:
        return [verdict for _, verdict in self.counted]


@dataclass(slots=True)
class Desk:
    """A reception with its hooks, which may be changed while it runs, and what was told."""

    front: Front
    folder: Path
    told: Told = field(default_factory=Told)
    hooks: tuple[Hook, ...] = ()

    def open(self, *hooks: Hook, limits: HookLimits | None = None) -> None:
        self.hooks = hooks
        clock = HookClock(wall=lambda: NOW, steady=lambda: self.told.seconds)
        reception = Reception(
            hooks=lambda: self.hooks,
            reveal=reveal({}),
            service=self.told,
            meter=self.told,
            told=self.told.line,
            on_trouble=self.told.troubles.append,
            clock=clock,
            limits=limits or HookLimits(),
        )
        self.front.app = Starlette(routes=hook_routes(reception))

    def secret(self, text: str, name: str = "secret") -> Secret:
        file = self.folder / name
        file.write_text(f"{text}\n")
        return Secret(f"server.hooks.platform.{name}_file", str(file))

    def hook_for(self, sent: Sent, *secrets: Secret, networks: tuple[str, ...] = ()) -> Hook:
        settings = HookSettings(
            *("platform", sent.provider, secrets or (self.secret(sent.secret),), (SOURCE,)),
            user=USER,
            header=GENERIC_HEADER,
            networks=networks,
        )
        return Hook(settings, (Wanted(SOURCE, sent.repository, sent.kind, sent.ref),))

    def post(self, headers: dict[str, str], body: bytes, path: str = "/hooks/platform", method: str = "POST") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.front.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(), {name.lower(): value for name, value in response.getheaders()})
        finally:
            connection.close()

    def send(self, sent: Sent, **headers: str) -> Answer:
        """The vendor's delivery, rightly signed, with headers changed."""
        return self.post({**sent.proven(), **{name.replace("_", "-"): value for name, value in headers.items()}}, sent.body())

    def speak(self, *parts: bytes) -> Answer:
        """Raw bytes over a connection, and the answer to them."""
        with self.connected() as one:
            for part in parts:
                one.sendall(part)
            return answered(one)

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.front.port), timeout=30)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def verdict(self) -> str:
        return str(json.loads(self.body)["verdict"])

    @property
    def message(self) -> str:
        return str(json.loads(self.body)["message"])


def answered(connection: socket.socket) -> Answer:
    """The answer that a raw connection has to give."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response.status, response.read(), {name.lower(): value for name, value in response.getheaders()})


def head(*lines: str) -> bytes:
    """The head of a delivery, as bytes."""
    return "\r\n".join(("POST /hooks/platform HTTP/1.1", "Host: localhost", *lines, "", "")).encode()
