"""13.1: what the reference says of it (1.2 f, 5.2); there is no transcript."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from provisioner.sandbox import Faults, ProvisionedFile, Running, SandboxSettings, running
from tests.sandbox.objecting import MANAGER, body, dashboards, make
from tests.sandbox.speaking import client_of, read, save


@pytest.fixture
def thirteen() -> Iterator[Running]:
    with running(SandboxSettings(generation=13)) as started:
        yield started


@pytest.fixture
def client(thirteen: Running) -> Iterator[httpx.Client]:
    with client_of(thirteen) as one:
        yield one


@pytest.mark.parametrize("version", [0, 7])
def test_a_stale_version_is_409_without_a_status(client: httpx.Client, version: int) -> None:
    save(client, "a")

    answer = save(client, "a", version=version)

    assert answer.status_code == 409
    assert answer.json() == {"message": "Dashboard already exists. Use overwrite flag to update."}


def test_a_create_may_carry_any_version(client: httpx.Client) -> None:
    assert save(client, "a", version=9).json()["version"] == 1


@pytest.mark.parametrize("kind", ["terraform", "kubectl", "repo"])
def test_what_has_a_manager_is_refused_before_its_version_is_looked_at(client: httpx.Client, kind: str) -> None:
    make(client, "a", annotations={MANAGER: kind})

    answer = save(client, "a", version=99)

    assert (answer.status_code, answer.json()["message"]) == (400, "Cannot save provisioned dashboard")


def test_what_came_from_a_file_is_refused_too() -> None:
    file = ProvisionedFile("f.json", "", {"uid": "a", "title": "A"})
    with running(SandboxSettings(generation=13, provisioned=(file,))) as sandbox, client_of(sandbox) as client:
        assert save(client, "a", version=1).status_code == 400


@pytest.mark.parametrize("annotations", [{MANAGER: "kubectl", "grafana.app/managerAllowsEdits": "true"}, {MANAGER: "provisioner"}])
def test_a_manager_that_allows_edits_or_that_nobody_knows_stops_nobody(client: httpx.Client, annotations: dict[str, str]) -> None:
    make(client, "a", annotations=annotations)

    assert save(client, "a", version=1).status_code == 200


def test_the_title_is_not_trimmed_and_must_be_there(client: httpx.Client) -> None:
    save(client, "a", title=" A ")

    assert read(client, "a")["dashboard"]["title"] == " A "
    assert save(client, "b", title="").json()["message"] == "Dashboard spec is missing required title property"


def test_a_folder_by_id_is_ignored(client: httpx.Client) -> None:
    number = client.post("/api/folders", json={"uid": "f", "title": "F"}).json()["id"]
    client.post("/api/dashboards/db", json={"dashboard": {"uid": "a", "title": "A"}, "folderId": number})

    assert read(client, "a")["meta"]["folderUid"] == ""


def test_an_object_inside_a_save_is_taken_in_its_version(client: httpx.Client) -> None:
    spec: dict[str, Any] = {"title": "A", "elements": {}, "layout": {"kind": "GridLayout", "spec": {"items": []}}}

    answer = client.post("/api/dashboards/db", json={"dashboard": body("a", "v2", spec)})
    bare = client.post("/api/dashboards/db", json={"dashboard": spec | {"uid": "b"}})

    assert (answer.json()["uid"], answer.json()["version"]) == ("a", 1)
    assert client.get(f"{dashboards('v2')}/a").json()["spec"] == spec
    assert bare.status_code == 400


def test_the_preferred_versions_are_the_stable_ones(client: httpx.Client) -> None:
    groups = {group["name"]: group["preferredVersion"]["version"] for group in client.get("/apis").json()["groups"]}

    assert (groups["dashboard.grafana.app"], groups["folder.grafana.app"]) == ("v1", "v1")
    assert "watch" in client.get("/apis/dashboard.grafana.app/v1").json()["resources"][0]["verbs"]


def _events(client: httpx.Client, count: int, **params: str) -> list[tuple[str, str]]:
    """So many events of a watch: kind and name."""
    found: list[tuple[str, str]] = []
    with client.stream("GET", dashboards(), params={"watch": "1"} | params) as answer:
        for line in answer.iter_lines():
            event = json.loads(line)
            found.append((event["type"], event["object"]["metadata"].get("name", "")))
            if len(found) == count:
                break
    return found


def test_a_watch_tells_of_every_write_and_deletion_from_a_resource_version_on(client: httpx.Client) -> None:
    since = make(client, "a")["metadata"]["resourceVersion"]
    save(client, "a", version=1, tags=["x"])
    make(client, "b")
    make(client, "c")
    client.delete(f"{dashboards()}/c")

    assert _events(client, 3, resourceVersion=since) == [("MODIFIED", "a"), ("ADDED", "b"), ("DELETED", "c")]
    assert _events(client, 2) == [("ADDED", "a"), ("ADDED", "b")]


def test_a_watch_under_way_hears_what_others_write(thirteen: Running, client: httpx.Client) -> None:
    since = make(client, "a")["metadata"]["resourceVersion"]
    heard: list[tuple[str, str]] = []
    with client_of(thirteen) as watching:
        thread = threading.Thread(target=lambda: heard.extend(_events(watching, 1, resourceVersion=since, timeoutSeconds="30")))
        thread.start()
        save(client, "late")
        thread.join()

    assert heard == [("ADDED", "late")]


def test_a_watch_ends_after_its_time_with_bookmarks_on_the_way(client: httpx.Client) -> None:
    since = make(client, "a")["metadata"]["resourceVersion"]

    events = _events(client, 99, resourceVersion=since, timeoutSeconds="2", allowWatchBookmarks="true")

    assert set(events) == {("BOOKMARK", "")}


def test_a_watch_from_too_long_ago_ends_in_an_error_of_410(thirteen: Running, client: httpx.Client) -> None:
    since = make(client, "a")["metadata"]["resourceVersion"]
    thirteen.faults.set(Faults(expired=1))
    for wanted in (since, "5"):
        event = json.loads(client.get(dashboards(), params={"watch": "1", "resourceVersion": wanted}).text)
        assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")


def test_a_watch_that_is_dropped_breaks_off_without_an_end(thirteen: Running, client: httpx.Client) -> None:
    since = make(client, "a")["metadata"]["resourceVersion"]
    thirteen.faults.set(Faults(path="/nowhere", dropped_watches=1))
    with pytest.raises(httpx.RemoteProtocolError):
        _events(client, 1, resourceVersion=since, timeoutSeconds="9")


def test_a_watch_that_is_garbled_says_what_is_no_event_and_goes_on(thirteen: Running, client: httpx.Client) -> None:
    make(client, "a")
    thirteen.faults.set(Faults(path="/nowhere", garbled_watches=1))
    with client.stream("GET", dashboards(), params={"watch": "1"}) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "<html>502 Bad Gateway</html>"
        assert json.loads(next(lines))["type"] == "ADDED"


def test_a_watch_ends_with_the_sandbox() -> None:
    with running(SandboxSettings(generation=13)) as sandbox, client_of(sandbox) as client:
        make(client, "a")
        with client.stream("GET", dashboards(), params={"watch": "1"}) as answer:
            lines = answer.iter_lines()
            assert json.loads(next(lines))["type"] == "ADDED"
            sandbox.server.ending.set()
            assert list(lines) == []
