"""A real Grafana to try the spine on: GRAFANA_URL, GRAFANA_USER and GRAFANA_PASSWORD name it (`make contract`).

Each test has an organisation of its own there, empty as a new server, with two administrators of that organisation alone; both go again
with it. What is asked of the server passes through a forwarder, which notes it as the sandbox does. What only the sandbox can be told to do
wrong is skipped.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Never, cast
from urllib.parse import urlsplit

import pytest

from provisioner.core.settings import Api
from provisioner.sandbox import GENERATIONS, Generation, Recorded, Recorder

URL = os.environ.get("GRAFANA_URL", "").rstrip("/")
HAND_ON = ("authorization", "content-type", "accept", "x-grafana-org-id", "cookie")
PASSWORD = uuid.uuid4().hex


@dataclass
class Stand:
    """What a house asks of a sandbox, of a real server."""

    url: str
    version: str
    admin: tuple[str, str]
    namespace: str
    requests: Recorder = field(default_factory=Recorder)

    @property
    def server(self) -> Stand:
        """The generation is known by the version alone."""
        return self

    @property
    def generation(self) -> Generation:
        major = int(self.version.partition(".")[0])
        return GENERATIONS[max(each for each in GENERATIONS if each <= major)]

    @property
    def faults(self) -> Never:
        pytest.skip("what goes wrong here, only the sandbox does on demand")

    def token(self, *_: object) -> Never:
        pytest.skip("its tokens are made by the sandbox")


def apis() -> list[Api]:
    """Those that the server speaks."""
    major = int(_version().partition(".")[0])
    return [Api.DASHBOARD, Api.RESOURCE] if major >= 12 else [Api.DASHBOARD]


@contextmanager
def stand() -> Iterator[Stand]:
    """An organisation of its own, until the block ends."""
    name = f"provisioner-{uuid.uuid4().hex[:12]}"
    organisation = _ask("POST", "/api/orgs", {"name": name})["orgId"]
    people = [_person(login, organisation) for login in (name, "jonas")]
    try:
        with _forwarding() as (url, requests):
            yield Stand(url, _version(), (name, PASSWORD), f"org-{organisation}", requests)
    finally:
        for person in people:
            _ask("DELETE", f"/api/admin/users/{person}")
        _ask("DELETE", f"/api/orgs/{organisation}")


def _person(login: str, organisation: int) -> int:
    """An administrator of this organisation and of no other one."""
    password = PASSWORD if login != "jonas" else "jonas"
    made = _ask("POST", "/api/admin/users", {"name": login, "login": login, "password": password, "OrgId": organisation})
    _ask("PATCH", f"/api/orgs/{organisation}/users/{made['id']}", {"role": "Admin"})
    return int(made["id"])


def _version() -> str:
    return str(_ask("GET", "/api/health")["version"])


def _ask(method: str, path: str, body: object = None) -> dict[str, Any]:
    pair = f"{os.environ.get('GRAFANA_USER', 'admin')}:{os.environ.get('GRAFANA_PASSWORD', 'admin')}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}", "Content-Type": "application/json"}
    status, _, raw = _sent(method, urlsplit(URL).path + path, headers, b"" if body is None else json.dumps(body).encode())
    assert status < 300, f"{method} {path}: {status} {raw[:300]!r}"
    return cast("dict[str, Any]", json.loads(raw))


def _sent(method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    parts = urlsplit(URL)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=60)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


@contextmanager
def _forwarding() -> Iterator[tuple[str, Recorder]]:
    recorder = Recorder()

    class Forwarder(BaseHTTPRequestHandler):
        """One connection. The answer is handed back whole."""

        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() in HAND_ON}
            status, answered, raw = _sent(self.command, urlsplit(URL).path + self.path, headers, body)
            path, _, query = self.path.partition("?")
            recorder.add(Recorded(self.command, path, status, query))
            self.send_response_only(status)
            for name, value in answered:
                if name.lower() in {"content-type", "retry-after", "set-cookie", "location", "date"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Nothing: the tests say what they asked."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Forwarder) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", recorder
        finally:
            server.shutdown()
            thread.join()
