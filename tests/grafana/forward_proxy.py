"""A real forward proxy of a few lines: CONNECT tunnels, and absolute urls passed on over one connection each."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        proxy = cast("_Server", self.server).proxy
        lines = []
        while (line := self.rfile.readline()) not in {b"\r\n", b""}:
            lines.append(line)
        if not lines:
            return
        method, target, protocol = lines[0].decode().split()
        proxy.asked.append(f"{method} {target}")
        given = next((each.decode().partition(":")[2].strip() for each in lines if each.lower().startswith(b"proxy-authorization")), "")
        if proxy.wants and given != proxy.wants:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            host, _, port = target.partition(":")
            with socket.create_connection((host, int(port))) as beyond:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._pass_on(beyond)
            return
        parts = urlsplit(target)
        with socket.create_connection((parts.hostname or "", parts.port or 80)) as beyond:
            beyond.sendall(f"{method} {parts.path} {protocol}\r\n".encode() + b"".join(lines[1:]) + b"\r\n")
            self._pass_on(beyond)

    def _pass_on(self, beyond: socket.socket) -> None:
        back = threading.Thread(target=_pump, args=(beyond, self.connection), daemon=True)
        back.start()
        _pump(self.connection, beyond)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    proxy: ForwardProxy


class ForwardProxy:
    """`with ForwardProxy() as proxy`. `asked` is what it was asked for; `wants` the credentials that it demands, as a header's value."""

    def __init__(self, wants: str = "") -> None:
        self.wants = wants
        self.asked: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"
