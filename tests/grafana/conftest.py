"""What the tests of this room share: a client with a known secret, waits that are written down instead of waited, and contract places."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from provisioner.core.model import TargetName
from provisioner.core.secret import Secret
from provisioner.core.settings import Api, BasicAuth, Connection, TokenAuth
from provisioner.grafana import OpenGrafana, Waiting, open_grafana
from provisioner.grafana.client import Client
from provisioner.sandbox.serve import Running, running
from provisioner.sandbox.settings import SandboxSettings
from tests.grafana.contract_place import BY_APIS, REAL, SERVERS, Place
from tests.grafana.scripted import ScriptedServer

TOKEN = "glsa_a-very-secret-token"
AUTH = TokenAuth(Secret("targets.test.token_file", file="token"))

Connect = Callable[..., Client]
Open = Callable[..., OpenGrafana]


class Pauses(list[float]):
    """Instead of waiting: the seconds that would have been waited, and from when on it is time to stop."""

    stop_at: int | None = None

    def __call__(self, seconds: float) -> bool:
        self.append(seconds)
        return self.stop_at is not None and len(self) >= self.stop_at


@pytest.fixture(autouse=True)
def _no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def waiting(pauses: Pauses) -> Waiting:
    return Waiting(pause=pauses, now=lambda: 1_800_000_000.0, chance=lambda: 0.5)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def connect(server: ScriptedServer, waiting: Waiting) -> Iterator[Connect]:
    """A client of the scripted server; keywords go to `Connection`."""
    with ExitStack() as open_clients:

        def open_client(**settings: object) -> Client:
            stated: dict[str, Any] = {"url": server.url, "auth": AUTH, "timeout": 30.0, **settings}
            return open_clients.enter_context(Client(Connection(target=TargetName("test"), **stated), lambda _: TOKEN, waiting))

        yield open_client


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Running]]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(running(SandboxSettings(**settings)))


@pytest.fixture
def grafana(waiting: Waiting) -> Iterator[Open]:
    """Opens a server's url as administrator, or with a token."""
    with ExitStack() as stack:

        def opened(url: str, token: str | None = None, **settings: object) -> OpenGrafana:
            auth = AUTH if token else BasicAuth("admin", AUTH.token)
            stated: dict[str, Any] = {"auth": auth, "timeout": 30.0, **settings}
            connection = Connection(target=TargetName("test"), url=url, **stated)
            return stack.enter_context(open_grafana(connection, lambda _: token or "admin", waiting))

        yield opened


@pytest.fixture(scope="module", params=SERVERS, ids=lambda server: f"grafana-{server}")
def which(request: pytest.FixtureRequest) -> int | str:
    """Which server, and by which API."""
    found: int | str = request.param
    return found


@pytest.fixture(scope="module")
def account(which: int | str) -> Iterator[tuple[str, str, str]]:
    with ExitStack() as stack:
        if REAL:
            yield REAL.rstrip("/"), os.environ["GRAFANA_USER"], os.environ["GRAFANA_PASSWORD"]
        else:
            sandbox = stack.enter_context(running(SandboxSettings(generation=12 if which == BY_APIS else int(which))))
            yield sandbox.url, *sandbox.admin


@pytest.fixture(scope="module")
def opened(account: tuple[str, str, str], which: int | str) -> Iterator[OpenGrafana]:
    url, user, password = account
    api = Api.AUTO if REAL or which == BY_APIS else Api.DASHBOARD
    connection = Connection(target=TargetName("contract"), url=url, auth=BasicAuth(user, Secret("password")), api=api)
    with open_grafana(connection, lambda _: password) as grafana:
        yield grafana


@pytest.fixture
def place(account: tuple[str, str, str], opened: OpenGrafana) -> Iterator[Place]:
    made = Place(*account, opened, f"prov-contract-{uuid.uuid4().hex[:8]}")
    try:
        yield made
    finally:
        made.clean()
