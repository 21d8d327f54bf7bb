"""The trash of 11 with `dashboardRestore` switched on: read in the source, not recorded."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from provisioner.sandbox import Running, SandboxSettings, running
from tests.sandbox.speaking import client_of, read, save

_TRASH = "/api/dashboards/uid/a/trash"


@pytest.fixture
def eleven() -> Iterator[Running]:
    with running(SandboxSettings(generation=11, dashboard_restore=True)) as started:
        yield started


@pytest.fixture
def client(eleven: Running) -> Iterator[httpx.Client]:
    with client_of(eleven) as one:
        save(one, "a", tags=["x"])
        save(one, "a", version=1, tags=["y"])
        yield one


def _deleted(client: httpx.Client) -> list[tuple[str, bool]]:
    return [(hit["uid"], hit["isDeleted"]) for hit in client.get("/api/search?deleted=true").json()]


def test_what_is_deleted_is_gone_from_the_list_and_found_in_the_trash(client: httpx.Client) -> None:
    answer = client.delete("/api/dashboards/uid/a")

    assert answer.json() == {"message": "Dashboard a moved to Recently deleted", "title": "a", "uid": "a"}
    assert client.get("/api/dashboards/uid/a").status_code == 404
    assert client.get("/api/search").json() == []
    assert _deleted(client) == [("a", True)]


def test_what_is_restored_has_its_id_version_and_history(client: httpx.Client) -> None:
    number = read(client, "a")["dashboard"]["id"]
    client.delete("/api/dashboards/uid/a")

    answer = client.patch(_TRASH, json={})

    assert (answer.status_code, answer.json()) == (200, {"title": "a", "message": "Dashboard a restored", "uid": "a"})
    assert [read(client, "a")["dashboard"][key] for key in ("id", "version", "tags")] == [number, 2, ["y"]]
    assert len(client.get("/api/dashboards/uid/a/versions").json()) == 2
    assert _deleted(client) == []


def test_it_is_restored_into_the_folder_that_is_named_or_the_root(client: httpx.Client) -> None:
    client.post("/api/folders", json={"uid": "f", "title": "F"})
    client.delete("/api/dashboards/uid/a")
    assert client.patch(_TRASH, json={"folderUid": "nowhere"}).status_code == 400

    client.patch(_TRASH, json={"folderUid": "f"})
    assert read(client, "a")["meta"]["folderUid"] == "f"

    client.delete("/api/dashboards/uid/a")
    client.patch(_TRASH, json={})
    assert read(client, "a")["meta"]["folderUid"] == ""


def test_what_is_purged_is_gone_for_good(client: httpx.Client) -> None:
    client.delete("/api/dashboards/uid/a")

    assert client.delete(_TRASH).json() == {"title": "a", "message": "Dashboard a deleted", "uid": "a"}
    assert [client.delete(_TRASH).status_code, client.patch(_TRASH, json={}).status_code] == [404, 404]
    assert save(client, "a").json()["version"] == 1


def test_what_was_never_deleted_is_not_in_the_trash(client: httpx.Client) -> None:
    assert [client.patch(_TRASH, json={}).status_code, client.delete(_TRASH).status_code] == [404, 404]


def test_who_may_not_is_told_401_or_403(eleven: Running, client: httpx.Client) -> None:
    client.delete("/api/dashboards/uid/a")
    with client_of(eleven, token=eleven.token("Viewer")) as viewer:
        assert [viewer.patch(_TRASH, json={}).status_code, viewer.delete(_TRASH).status_code] == [403, 403]
        assert viewer.get("/api/search?deleted=true").status_code == 401

    assert httpx.patch(f"{eleven.url}{_TRASH}", json={}).status_code == 401


def test_a_uid_in_the_trash_is_taken_and_a_save_that_fits_its_version_does_not_bring_it_back(client: httpx.Client) -> None:
    client.delete("/api/dashboards/uid/a")

    refused = save(client, "a")
    written = save(client, "a", version=2, tags=["z"])

    assert (refused.status_code, refused.json()["status"]) == (412, "version-mismatch")
    assert (written.status_code, written.json()["version"]) == (200, 3)
    assert client.get("/api/dashboards/uid/a").status_code == 404
    client.patch(_TRASH, json={})
    assert read(client, "a")["dashboard"]["tags"] == ["z"]


def test_a_folder_takes_its_dashboards_to_the_trash_and_is_gone_itself(client: httpx.Client) -> None:
    client.post("/api/folders", json={"uid": "f", "title": "F"})
    client.post("/api/dashboards/db", json={"dashboard": {"uid": "b", "title": "B"}, "folderUid": "f"})

    client.delete("/api/folders/f")

    assert _deleted(client) == [("b", True)]
    assert client.get("/api/folders/f").status_code == 404


def test_without_the_switch_there_is_no_trash() -> None:
    with running(SandboxSettings(generation=11)) as sandbox, client_of(sandbox) as client:
        save(client, "a")
        assert client.delete("/api/dashboards/uid/a").json()["message"] == "Dashboard a deleted"
        assert [client.patch(_TRASH, json={}).status_code, client.delete(_TRASH).status_code] == [404, 404]
        assert save(client, "a").json()["version"] == 1
        assert client.get("/api/frontend/settings").json()["featureToggles"] == {}


def test_the_switch_is_told_among_the_features(client: httpx.Client) -> None:
    assert client.get("/api/frontend/settings").json()["featureToggles"] == {"dashboardRestore": True}
