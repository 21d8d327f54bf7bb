"""A tiny server on a real socket that answers what a test tells it to, for answers that no Grafana gives on purpose.

Each route ("GET /api/search") has a list of answers; the last one stays. An answer is `Answer`, or bytes that go out as they are before
the connection is closed (b"" drops it). Every request is kept.
"""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, cast

from provisioner.core.model import Json

WEB_PAGE = b"<!DOCTYPE html><html><head><title>Grafana</title></head><body></body></html>"


@dataclass(frozen=True)
class Answer:
    """What goes out. `hold` is an event to wait for before, `body` is JSON unless it is bytes."""

    body: Json = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    hold: threading.Event | None = None

    def wire(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Odd"
        headers = {"Content-Type": self.content_type, "Content-Length": str(len(body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} {phrase}\r\n{lines}\r\n".encode() + body


class Held(bytes):
    """Bytes after which the connection stays open in silence, for a minute or until the event."""

    until: threading.Event


def held(wire: bytes, until: threading.Event) -> Held:
    made = Held(wire)
    made.until = until
    return made


def page(status: int, title: str = "Grafana", **headers: str) -> Answer:
    """A web page, as proxies and 6.7 answer."""
    body = f"<html>\n<head><title>{title}</title></head>\n<body>…</body></html>".encode()
    return Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()}, "text/html; charset=utf-8")


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def route(self) -> str:
        return f"{self.method} {self.target.partition('?')[0]}"

    @property
    def json(self) -> Json:
        return json.loads(self.body)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        script = cast("_Server", self.server).script
        while (request := self._request()) is not None:
            answer = script.next_answer(request)
            if isinstance(answer, bytes):
                self.wfile.write(answer)
                if isinstance(answer, Held):
                    answer.until.wait(60)
                # Closed with unread bytes it would be a reset, which may overtake what was just written.
                self.connection.close()
                return
            if answer.hold is not None:
                answer.hold.wait(30)
            try:
                self.wfile.write(answer.wire())
            except OSError:
                return

    def _request(self) -> Request | None:
        try:
            first = self.rfile.readline().decode().split()
            if len(first) != 3:
                return None
            headers: dict[str, str] = {}
            while line := self.rfile.readline().decode().strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            return Request(first[0], first[1], headers, self.rfile.read(int(headers.get("content-length", "0"))))
        except (OSError, ValueError):
            return None


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    script: ScriptedServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what many of these tests are about."""


class ScriptedServer:
    """`with ScriptedServer(...) as server`: listens at `server.url` until the end."""

    def __init__(self, routes: Mapping[str, list[Answer | bytes]] | None = None, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.routes: dict[str, list[Answer | bytes]] = {route: list(answers) for route, answers in (routes or {}).items()}
        self.received: list[Request] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.script = self
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def next_answer(self, request: Request) -> Answer | bytes:
        with self._lock:
            self.received.append(request)
            answers = self.routes.get(request.route, [_absent(request.route)])
            return answers.pop(0) if len(answers) > 1 else answers[0]

    @property
    def newest(self) -> Any:  # noqa: ANN401 - whatever JSON was sent
        """The body of the newest request."""
        return self.received[-1].json

    @property
    def asked_for(self) -> list[str]:
        """The routes of all requests, in order."""
        return [each.route for each in self.received]

    def asked(self, route: str) -> list[Request]:
        """The requests of one route, in order."""
        return [request for request in self.received if request.route == route]


def _absent(route: str) -> Answer:
    """As each API says it of what is not there."""
    kind = {"kind": "Status", "status": "Failure", "code": 404} if "/namespaces/" in route else {}
    return Answer({**kind, "message": "Not found"}, 404)
