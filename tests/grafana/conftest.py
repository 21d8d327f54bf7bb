"""What the tests of this room share: a client with a known secret, and waits that are written down instead of waited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from provisioner.core.model import TargetName
from provisioner.core.settings import Connection, Secret, TokenAuth
from provisioner.grafana import Waiting
from provisioner.grafana.client import Client
from tests.grafana.scripted import ScriptedServer

TOKEN = "glsa_a-very-secret-token"
AUTH = TokenAuth(Secret("targets.test.token_file", file="token"))

Connect = Callable[..., Client]


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
            stated: dict[str, Any] = {"url": server.url, "auth": AUTH, "timeout": 5.0, **settings}
            return open_clients.enter_context(Client(Connection(target=TargetName("test"), **stated), lambda _: TOKEN, waiting))

        yield open_client
