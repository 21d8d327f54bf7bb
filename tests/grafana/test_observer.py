"""Whoever counts requests is told of every attempt, and of what came of it: over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from provisioner.core.errors import TargetUnauthorised, TargetUnreachable
from provisioner.core.model import TargetName
from provisioner.core.settings import Connection
from provisioner.grafana import Waiting, open_grafana
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Lost
from provisioner.sandbox.serve import Running
from tests.grafana.conftest import AUTH, TOKEN
from tests.grafana.scripted import Answer, ScriptedServer
from tests.ports import reserved_port

READ, WRITE = "GET /api/org", "POST /api/dashboards/db"
Told = list[tuple[str, str]]


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def watched(server: ScriptedServer, waiting: Waiting, told: Told) -> Iterator[Callable[..., Client]]:
    """A client of the scripted server that tells of its requests."""
    with ExitStack() as stack:

        def opened(**settings: Any) -> Client:  # noqa: ANN401 - the fields of a Connection
            stated: dict[str, Any] = {"url": server.url, "auth": AUTH, "timeout": 30.0, **settings}
            connection = Connection(target=TargetName("test"), **stated)
            return stack.enter_context(
                Client(connection, lambda _: TOKEN, waiting, lambda method, status, _: told.append((method, status)))
            )

        yield opened


def test_an_answer_is_told_by_its_status(server: ScriptedServer, watched: Callable[..., Client], told: Told) -> None:
    server.routes = {READ: [Answer({"id": 1})], WRITE: [Answer({"status": "version-mismatch"}, 412)]}
    client = watched()
    client.read("/api/org")
    client.write("/api/dashboards/db", b"{}")
    assert [("GET", "200"), ("POST", "412")] == told


def test_each_attempt_is_told_by_itself(server: ScriptedServer, watched: Callable[..., Client], told: Told) -> None:
    server.routes = {READ: [Answer(status=503), Answer(status=429), Answer({"id": 1})]}
    client = watched(attempts=3)
    client.read("/api/org")
    assert ([("GET", "503"), ("GET", "429"), ("GET", "200")], 3) == (told, client.requests)


def test_a_credential_that_is_refused_is_told_before_the_error_comes(
    server: ScriptedServer, watched: Callable[..., Client], told: Told
) -> None:
    server.routes = {READ: [Answer({"message": "Unauthorized"}, 401)]}
    with pytest.raises(TargetUnauthorised):
        watched().read("/api/org")
    assert [("GET", "401")] == told


def test_no_connection_is_told_as_refused(watched: Callable[..., Client], told: Told) -> None:
    with reserved_port() as port, pytest.raises(TargetUnreachable):
        watched(url=f"http://127.0.0.1:{port}", attempts=2).read("/api/org")
    assert [("GET", "refused")] * 2 == told


def test_no_answer_in_time_is_told_as_a_timeout(server: ScriptedServer, watched: Callable[..., Client], told: Told) -> None:
    hold = threading.Event()
    server.routes = {READ: [Answer({"id": 1}, hold=hold)]}
    with pytest.raises(TargetUnreachable):
        watched(timeout=0.2, attempts=1).read("/api/org")
    hold.set()
    assert [("GET", "timeout")] == told


def test_a_broken_answer_is_told_as_an_error(server: ScriptedServer, watched: Callable[..., Client], told: Told) -> None:
    server.routes = {WRITE: [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]}
    assert isinstance(watched().write("/api/dashboards/db", b"{}"), Lost)
    assert [("POST", "error")] == told


def test_a_certificate_that_is_not_trusted_is_told_as_an_error(watched: Callable[..., Client], told: Told) -> None:
    with ScriptedServer({READ: [Answer({"id": 1})]}) as plain, pytest.raises(TargetUnreachable):
        watched(url=plain.url.replace("http:", "https:"), attempts=1).read("/api/org")
    assert [("GET", "error")] == told


def test_the_requests_of_opening_a_target_are_told_with_the_time_they_took(sandbox: Callable[..., Running]) -> None:
    server = sandbox()
    told: list[tuple[str, str, float]] = []
    connection = Connection(target=TargetName("test"), url=server.url, auth=AUTH)
    token = server.token()
    with open_grafana(connection, lambda _: token, None, lambda *each: told.append(each)) as grafana:
        assert grafana.requests == len(told) > 0
    assert all(0 < seconds < 30 for _, _, seconds in told)
