from __future__ import annotations

import httpx
import pytest

from provisioner.sandbox import GENERATIONS, Running, SandboxSettings, running
from tests.sandbox.speaking import client_of


def _browser(sandbox: Running) -> httpx.Client:
    """Somebody with cookies and nothing else."""
    return httpx.Client(base_url=sandbox.url)


def _sign_in(client: httpx.Client) -> int:
    return client.post("/login", json={"user": "admin", "password": "admin"}).status_code


@pytest.mark.parametrize("number", GENERATIONS)
def test_who_signed_in_is_known_until_the_sessions_end_and_can_sign_in_again(number: int) -> None:
    with running(SandboxSettings(generation=number)) as sandbox, _browser(sandbox) as client:
        assert _sign_in(client) == 200
        assert client.get("/api/org").status_code == 200

        assert sandbox.expire_sessions() == 1

        assert client.get("/api/org").status_code == 401
        assert _sign_in(client) == 200
        assert client.get("/api/org").status_code == 200


def test_sessions_are_ended_over_http_and_tokens_stay(sandbox: Running) -> None:
    with _browser(sandbox) as client:
        _sign_in(client)
        assert client.delete("/sandbox/sessions").json() == {"ended": 1}
        assert client.get("/api/org").status_code == 401
    with client_of(sandbox, token=sandbox.token()) as machine:
        assert machine.get("/api/org").status_code == 200


def test_an_object_is_saved_with_a_session() -> None:
    path = "/apis/dashboard.grafana.app/v0alpha1/namespaces/default/dashboards"
    body = {"apiVersion": "dashboard.grafana.app/v0alpha1", "kind": "Dashboard", "metadata": {"name": "a"}, "spec": {"title": "A"}}
    with running(SandboxSettings(generation=12)) as twelve, _browser(twelve) as client:
        _sign_in(client)
        assert client.post(path, json=body).status_code == 201
