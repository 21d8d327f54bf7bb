"""Servers that live as long as a test: git over smart and dumb http, with and without TLS; one that never answers."""

from __future__ import annotations

import base64
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Behaviour:
    """How the server is to behave. `login` is what basic auth must say ("user:password"). `held` keeps a POST with `hold` in it
    waiting until it is set. `redirect` is put before every path that is not below /moved."""

    root: Path
    login: str | None = None
    dumb: bool = False
    old_protocol: bool = False
    redirect: str | None = None
    answer: tuple[int, bytes] | None = None
    hold: bytes = b""
    held: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    requests: list[str] = field(default_factory=list)
    authorisations: list[str] = field(default_factory=list)


@contextmanager
def serving(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The url of the server; repositories are below `behaviour.root`."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        scheme = "https" if context is not None else "http"
        yield f"{scheme}://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent() -> Iterator[int]:
    """The port of a server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=_accept, args=(server.accept, accepted))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for each in accepted:
                each.close()


def _accept(accept: Callable[[], tuple[socket.socket, object]], accepted: list[socket.socket]) -> None:
    while True:
        try:
            accepted.append(accept()[0])
        except OSError:
            return


class _Handler(BaseHTTPRequestHandler):
    """`git http-backend` as a CGI program, or plain files for the dumb protocol."""

    behaviour: Behaviour
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.behaviour.hold and self.behaviour.hold in body:
            self.behaviour.reached.set()
            self.behaviour.held.wait(60)
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        behaviour = self.behaviour
        behaviour.requests.append(f"{self.command} {self.path}")
        given = self.headers.get("Authorization", "")
        behaviour.authorisations.append(given)
        if behaviour.redirect is not None and not self.path.startswith("/moved"):
            return self._say(302, b"", Location=behaviour.redirect + self.path)
        if behaviour.login is not None and given != "Basic " + base64.b64encode(behaviour.login.encode()).decode():
            return self._say(401, b"", **{"WWW-Authenticate": 'Basic realm="test"'})
        if behaviour.answer is not None:
            return self._say(*behaviour.answer)
        if behaviour.dumb:
            file = behaviour.root / self.path.partition("?")[0].lstrip("/")
            return self._say(200, file.read_bytes()) if file.is_file() else self._say(404, b"")
        return self._backend(body)

    def _backend(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.behaviour.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_PROTOCOL": "" if self.behaviour.old_protocol else self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self._say(int(fields.pop("Status", "200").split()[0]), content, **fields)

    def _say(self, status: int, content: bytes, **fields: str) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
