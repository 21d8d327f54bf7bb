from __future__ import annotations

import pytest

from provisioner.sandbox import SandboxSettings, running
from tests.sandbox.speaking import client_of, save


@pytest.mark.parametrize("number", [9, 11, 12, 13])
def test_from_9_on_a_patch_sets_the_home_dashboard_and_leaves_the_rest(number: int) -> None:
    with running(SandboxSettings(generation=number)) as sandbox, client_of(sandbox) as client:
        save(client, "a")
        client.put("/api/org/preferences", json={"theme": "light"})

        assert client.patch("/api/org/preferences", json={"homeDashboardUID": "a"}).status_code == 200

        preferences = client.get("/api/org/preferences").json()
        assert (preferences["theme"], preferences["homeDashboardUID"]) == ("light", "a")
        assert client.get("/api/dashboards/home").json() == {"redirectUri": "/d/a/a"}


@pytest.mark.parametrize("number", [4, 5, 8])
def test_before_it_is_set_by_id(number: int) -> None:
    with running(SandboxSettings(generation=number)) as sandbox, client_of(sandbox) as client:
        client.post("/api/dashboards/db", json={"dashboard": {"title": "a"}})
        client.put("/api/org/preferences", json={"homeDashboardId": client.get("/api/search").json()[0]["id"]})

        assert "redirectUri" in client.get("/api/dashboards/home").json()
        assert client.patch("/api/org/preferences", json={"homeDashboardId": 0}).status_code == 404
