"""The resource API beyond its transcript: one store with the dashboard API, lists that stay what they were, bad input."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from provisioner.sandbox import DataSource, Running, SandboxSettings, running
from provisioner.sandbox.pages import MOST
from tests.sandbox.objecting import FOLDER, MANAGER, body, dashboards, folder, folders, make, names
from tests.sandbox.speaking import client_of, read, save

_TRASH = {"labelSelector": "grafana.app/get-trash=true"}


@pytest.fixture
def twelve() -> Iterator[Running]:
    with running(SandboxSettings(generation=12)) as started:
        yield started


@pytest.fixture
def client(twelve: Running) -> Iterator[httpx.Client]:
    with client_of(twelve) as one:
        yield one


def test_what_the_dashboard_api_saves_is_an_object_with_its_folder_version_and_message(client: httpx.Client) -> None:
    client.post("/api/folders", json={"uid": "f", "title": "F"})
    saved = {"dashboard": {"uid": "a", "title": "A", "panels": []}, "folderUid": "f", "message": "why"}
    number = client.post("/api/dashboards/db", json=saved).json()["id"]

    found = client.get(f"{dashboards()}/a").json()

    assert found["spec"] == {"title": "A", "panels": []}
    assert (found["metadata"]["generation"], found["metadata"]["annotations"][FOLDER]) == (1, "f")
    assert found["metadata"]["annotations"]["grafana.app/message"] == "why"
    assert found["metadata"]["labels"] == {"grafana.app/deprecatedInternalID": str(number)}


def test_what_an_object_is_made_of_the_dashboard_api_reads_saves_and_lists_in_the_history(client: httpx.Client) -> None:
    client.post(folders(), json=folder("f"))
    make(client, "a", annotations={FOLDER: "f"})

    found = read(client, "a")
    assert (found["meta"]["version"], found["meta"]["folderUid"], found["dashboard"]["title"]) == (1, "f", "a")
    assert save(client, "a", version=1, tags=["x"]).json()["version"] == 2
    assert client.get(f"{dashboards()}/a").json()["metadata"]["generation"] == 2
    assert [row["version"] for row in client.get("/api/dashboards/uid/a/versions").json()["versions"]] == [2, 1]


def test_of_eight_puts_with_one_resource_version_one_is_let_through(twelve: Running) -> None:
    with client_of(twelve) as client:
        revision = make(client, "a")["metadata"]["resourceVersion"]

    def work(worker: int) -> int:
        changed = body("a", spec={"title": str(worker)}, resourceVersion=revision)
        with client_of(twelve) as client:
            return client.put(f"{dashboards()}/a", json=changed).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == [200] + [409] * 7


def test_an_identical_put_writes_nothing_and_tells_no_resource_version(client: httpx.Client) -> None:
    made = make(client, "a")

    again = client.put(f"{dashboards()}/a", json=body("a")).json()

    assert "resourceVersion" not in again["metadata"]
    assert client.get(f"{dashboards()}/a").json()["metadata"] == made["metadata"]


def test_an_identical_save_by_the_dashboard_api_moves_the_resource_version_too(client: httpx.Client) -> None:
    made = make(client, "a")
    save(client, "a", version=1)

    found = client.get(f"{dashboards()}/a").json()["metadata"]

    assert (found["generation"], found["resourceVersion"] == made["metadata"]["resourceVersion"]) == (1, False)


def test_a_move_alone_is_a_generation(client: httpx.Client) -> None:
    client.post(folders(), json=folder("f"))
    make(client, "a")

    moved = client.put(f"{dashboards()}/a", json=body("a", annotations={FOLDER: "f"})).json()

    assert moved["metadata"]["generation"] == 2
    assert read(client, "a")["meta"]["folderUid"] == "f"


def test_a_page_holds_so_many_whatever_limit_says_and_every_object_is_on_one_page(client: httpx.Client) -> None:
    for number in range(MOST + 5):
        save(client, f"d{number:03}")

    first = client.get(dashboards(), params={"limit": 5000})
    rest = client.get(dashboards(), params={"limit": 5000, "continue": first.json()["metadata"]["continue"]})

    assert len(names(first)) == MOST
    assert names(first) + names(rest) == [f"d{number:03}" for number in range(MOST + 5)]
    assert "continue" not in rest.json()["metadata"]


def test_a_page_is_cut_by_the_size_of_what_is_on_it_also_where_only_metadata_is_asked_for(client: httpx.Client) -> None:
    for number in range(4):
        save(client, f"d{number}", description="x" * 900_000)

    page = client.get(dashboards(), headers={"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"})

    assert names(page) == ["d0", "d1"]
    assert page.json()["metadata"]["continue"]


def test_a_list_read_in_pages_stays_what_it_was_whatever_is_written_in_between(client: httpx.Client) -> None:
    for name in "bdfh":
        make(client, name)
    first = client.get(dashboards(), params={"limit": 2})
    make(client, "a")
    client.put(f"{dashboards()}/f", json=body("f", spec={"title": "changed"}))
    client.delete(f"{dashboards()}/h")

    rest = client.get(dashboards(), params={"continue": first.json()["metadata"]["continue"]})

    assert names(first) + names(rest) == ["b", "d", "f", "h"]
    assert [item["spec"]["title"] for item in rest.json()["items"]] == ["f", "h"]
    assert rest.json()["metadata"]["resourceVersion"] == first.json()["metadata"]["resourceVersion"]
    assert names(client.get(dashboards())) == ["a", "b", "d", "f"]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("app=x", ["a", "b"]),
        ("app==x,tier=1", ["a"]),
        ("app!=x", ["c", "d"]),
        ("app in (x, y)", ["a", "b", "c"]),
        ("app notin (x)", ["c", "d"]),
        ("tier", ["a"]),
        ("!app", ["d"]),
    ],
)
def test_labels_select(client: httpx.Client, selector: str, found: list[str]) -> None:
    for name, labels in {"a": {"app": "x", "tier": "1"}, "b": {"app": "x"}, "c": {"app": "y"}, "d": {}}.items():
        make(client, name, labels=labels)

    assert names(client.get(dashboards(), params={"labelSelector": selector})) == found


@pytest.mark.parametrize(
    "params",
    [
        {"labelSelector": "=x"},
        {"fieldSelector": "spec.title=a"},
        {"continue": "e30="},
        {"labelSelector": "grafana.app/get-history=true"},
    ],
)
def test_what_cannot_be_asked_of_a_list_is_refused(client: httpx.Client, params: dict[str, str]) -> None:
    answer = client.get(dashboards(), params=params)

    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")


def test_a_dry_run_shows_what_was_sent_and_writes_nothing(client: httpx.Client) -> None:
    sent = body("a", annotations={MANAGER: "kubectl", FOLDER: "nowhere"}, labels={"x": "y"})

    shown = client.post(f"{dashboards()}?dryRun=All", json=sent)

    assert shown.status_code == 201
    assert shown.json()["metadata"]["annotations"] == {MANAGER: "kubectl", FOLDER: "nowhere"}
    assert shown.json()["metadata"]["labels"] == {"x": "y"}
    assert names(client.get(dashboards())) == []


def test_a_dry_run_looks_at_no_permission_but_a_folder_says_what_is_held_in_it(twelve: Running, client: httpx.Client) -> None:
    client.post("/api/folders", json={"uid": "hosts", "title": "Hosts"}).raise_for_status()
    asked = "?accesscontrol=true"

    with client_of(twelve, token=twelve.token("Viewer")) as viewer:
        assert viewer.post(f"{dashboards()}?dryRun=All", json=body("a")).status_code == 201
        assert viewer.post(dashboards(), json=body("a")).status_code == 403
        assert "dashboards:create" not in viewer.get(f"/api/folders/general{asked}").json()["accessControl"]
        assert "dashboards:write" not in viewer.get(f"/api/folders/hosts{asked}").json()["accessControl"]
    assert client.get(f"/api/folders/general{asked}").json()["accessControl"]["dashboards:create"] is True
    assert client.get(f"/api/folders/hosts{asked}").json()["accessControl"]["dashboards:write"] is True
    assert "accessControl" not in client.get("/api/folders/hosts").json()


def test_a_dry_run_of_a_deletion_deletes_as_on_twelve(client: httpx.Client) -> None:
    make(client, "a")

    assert client.delete(f"{dashboards()}/a?dryRun=All").json()["status"] == "Success"
    assert client.get(f"{dashboards()}/a").status_code == 404


def _delete(client: httpx.Client, name: str, **preconditions: str) -> httpx.Response:
    return client.request("DELETE", f"{dashboards()}/{name}", json={"preconditions": preconditions})


def test_a_deletion_is_held_to_the_uid_of_the_object(client: httpx.Client) -> None:
    guid = make(client, "a")["metadata"]["uid"]
    client.delete(f"{dashboards()}/a")
    make(client, "a")

    refused = _delete(client, "a", uid=guid)

    assert (refused.status_code, refused.json()["reason"]) == (409, "Conflict")
    assert _delete(client, "a", uid=client.get(f"{dashboards()}/a").json()["metadata"]["uid"]).status_code == 200


def test_what_either_api_deletes_is_in_the_trash_until_it_is_made_again(client: httpx.Client) -> None:
    first = make(client, "a")
    make(client, "b")
    client.delete(f"{dashboards()}/a")
    client.delete("/api/dashboards/uid/b")
    assert names(client.get(dashboards(), params=_TRASH)) == ["a", "b"]

    lying = client.get(dashboards(), params=_TRASH | {"fieldSelector": "metadata.name=a"}).json()["items"][0]
    again = make(client, "a", spec=lying["spec"])

    assert lying["metadata"]["deletionTimestamp"]
    assert again["metadata"]["uid"] != first["metadata"]["uid"]
    assert again["metadata"]["generation"] == 1
    assert names(client.get(dashboards(), params=_TRASH)) == ["b"]


def test_a_folder_is_renamed_moved_and_only_deleted_when_it_is_empty(client: httpx.Client) -> None:
    for name, parent in (("top", ""), ("low", "top"), ("other", "")):
        client.post(folders(), json=folder(name, parent))

    changed = client.put(f"{folders()}/low", json=folder("low", "other", "Renamed")).json()

    assert (changed["metadata"]["generation"], changed["metadata"]["annotations"][FOLDER]) == (2, "other")
    assert client.get("/api/folders/low").json()["title"] == "Renamed"
    assert client.get("/api/folders/low").json()["parentUid"] == "other"
    assert client.delete(f"{folders()}/other").json()["details"] == {"uid": "folder.not-empty"}
    assert [client.delete(f"{folders()}/{name}").status_code for name in ("low", "other", "top")] == [200, 200, 200]


def test_a_folder_without_a_title_is_refused(client: httpx.Client) -> None:
    assert client.post(folders(), json=folder("f", title=" ")).status_code == 400


def test_a_viewer_may_read_and_is_told_by_a_status_that_more_is_forbidden(twelve: Running, client: httpx.Client) -> None:
    make(client, "a")
    with client_of(twelve, token=twelve.token("Viewer")) as viewer:
        assert names(viewer.get(dashboards())) == ["a"]
        answers = [viewer.post(dashboards(), json=body("b")), viewer.put(f"{dashboards()}/a", json=body("a")), _delete(viewer, "a")]

    assert [(answer.status_code, answer.json()["reason"]) for answer in answers] == [(403, "Forbidden")] * 3


@pytest.mark.parametrize("path", ["/apis", "/apis/dashboard.grafana.app", dashboards(), f"{dashboards()}/a"])
def test_nobody_sees_it_without_credentials(client: httpx.Client, path: str) -> None:
    assert client.get(path, auth=None).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/apis/nobody.grafana.app"),
        ("GET", "/apis/dashboard.grafana.app/v9"),
        ("GET", dashboards("v9")),
        ("GET", "/apis/dashboard.grafana.app/v1beta1/namespaces/default/panels"),
        ("POST", f"{dashboards()}/a"),
    ],
)
def test_what_there_is_not_is_told_by_a_status(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)

    assert (answer.status_code, answer.json()["kind"], answer.json()["reason"]) == (404, "Status", "NotFound")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "unexpected end of JSON input (<empty>)"),
        (b"[]", "cannot unmarshal array"),
        (b'{"kind": "Dashboard"}', "name or generateName is required"),
        (b'{"metadata": 5, "spec": []}', "cannot unmarshal number into Go struct field Dashboard.metadata of type v1.ObjectMeta"),
    ],
)
def test_a_body_that_is_no_object_is_refused(client: httpx.Client, sent: bytes, told: str) -> None:
    answer = client.post(dashboards(), content=sent, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 422}
    assert told in answer.json()["message"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [(body("b"), "the name of the object (b) does not match the name on the URL (a)"), (body("a", namespace="org-2"), "namespace")],
)
def test_an_object_must_be_what_its_address_says(client: httpx.Client, sent: dict[str, Any], told: str) -> None:
    answer = client.put(f"{dashboards()}/a", json=sent)

    assert answer.status_code == 400
    assert told in answer.json()["message"]


def test_two_objects_cannot_have_one_internal_id(client: httpx.Client) -> None:
    make(client, "a", spec={"title": "A", "id": 7})

    answer = client.post(dashboards(), json=body("b", spec={"title": "B", "id": 7}))

    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    client.delete(f"{dashboards()}/a")
    assert make(client, "b", spec={"title": "B", "id": 7})["metadata"]["generation"] == 1


@pytest.mark.parametrize(("before", "after"), [("terraform", "kubectl"), ("repo", "repo"), ("repo", None)])
def test_a_manager_is_not_changed_and_a_repositorys_object_not_at_all(client: httpx.Client, before: str, after: str | None) -> None:
    make(client, "a", annotations={MANAGER: before})

    answer = client.put(f"{dashboards()}/a", json=body("a", annotations={MANAGER: after} if after else {}))

    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")


_OLD: dict[str, Any] = {
    "title": "Old",
    "schemaVersion": 14,
    "rows": [{"height": "250px", "panels": [{"id": 1, "type": "graph", "span": 6}]}],
}


def test_where_there_is_a_default_data_source_v1_takes_an_old_dashboard_and_migrates_it(client: httpx.Client) -> None:
    spec = make(client, "a", "v1beta1", _OLD)["spec"]

    assert (spec["schemaVersion"], "rows" in spec) == (42, False)
    assert spec["panels"][0]["datasource"] == {"type": "testdata", "uid": "testdata"}
    assert spec["panels"][0]["gridPos"] == {"x": 0, "y": 0, "w": 12, "h": 6}


def test_what_v1_refuses_it_takes_when_told_to_ignore_it() -> None:
    with running(SandboxSettings(generation=12, data_sources=())) as sandbox, client_of(sandbox) as client:
        refused = client.post(dashboards("v1beta1"), json=body("a", "v1beta1", _OLD))
        taken = client.post(f"{dashboards('v1beta1')}?fieldValidation=Ignore", json=body("a", "v1beta1", _OLD))

    assert [cause["field"] for cause in refused.json()["details"]["causes"]] == ["spec.panels.0.datasource"]
    assert taken.json()["spec"]["panels"][0]["datasource"] is None


def test_a_page_that_saves_what_it_read_leaves_what_a_dry_run_makes_of_ours(client: httpx.Client) -> None:
    make(client, "a", spec=_OLD)
    page = client.get(f"{dashboards('v1beta1')}/a").json()
    client.put(f"{dashboards('v1beta1')}/a", json=page)

    live = client.get(f"{dashboards()}/a").json()["spec"]
    ours = client.put(f"{dashboards('v1beta1')}/a?dryRun=All&fieldValidation=Ignore", json=body("a", "v1beta1", _OLD)).json()["spec"]

    assert live == ours
    assert live != _OLD


def test_a_data_source_by_name_becomes_a_reference() -> None:
    named = {"title": "A", "panels": [{"id": 1, "type": "graph", "datasource": "Prom"}]}
    settings = SandboxSettings(generation=12, data_sources=(DataSource("Prom", "prometheus", "p1"),))
    with running(settings) as sandbox, client_of(sandbox) as client:
        assert make(client, "a", "v1beta1", named)["spec"]["panels"][0]["datasource"] == {"type": "prometheus", "uid": "p1"}


def test_a_v2_dashboard_is_kept_in_its_version_and_shown_as_far_as_it_goes_in_the_others(client: httpx.Client) -> None:
    classic = make(client, "old", "v1beta1", {"title": "T", "schemaVersion": 42, "panels": [{"id": 3, "type": "text", "title": "P"}]})
    spec = client.get(f"{dashboards('v2beta1')}/old").json()["spec"]
    make(client, "new", "v2beta1", spec | {"preload": True})

    assert client.get(f"{dashboards('v2beta1')}/new").json()["spec"] == spec | {"preload": True}
    shown = read(client, "new")["dashboard"]
    assert (shown["title"], shown["panels"][0]["id"], shown["panels"][0]["type"]) == ("T", 3, "text")
    assert "elements" not in shown
    converted = client.get(f"{dashboards('v1beta1')}/new").json()
    assert converted["status"] == {"conversion": {"failed": False, "storedVersion": "v2beta1"}}
    assert [panel["title"] for panel in converted["spec"]["panels"]] == [panel["title"] for panel in classic["spec"]["panels"]]


def test_a_v2_dashboard_that_is_none_is_refused_with_the_field(client: httpx.Client) -> None:
    lists = {"annotations": [], "links": [], "tags": [], "variables": [], "timeSettings": {"autoRefreshIntervals": []}}
    answer = client.post(dashboards("v2beta1"), json=body("a", "v2beta1", {"title": "A", "elements": {"p": {}}, "layout": {}} | lists))

    assert answer.status_code == 422
    assert answer.json()["details"]["causes"][0]["field"] == "DashboardSpec.elements.p"


@pytest.mark.parametrize(
    ("kind", "patch", "status"),
    [
        ("application/merge-patch+json", "{", 400),
        ("application/json-patch+json", '[{"op": "remove", "path": "/spec/nothing"}]', 400),
        ("application/json-patch+json", '[{"op": "test", "path": "/spec/title", "value": "b"}]', 400),
        ("application/strategic-merge-patch+json", "{}", 415),
        ("application/merge-patch+json", '{"metadata": {"resourceVersion": "1"}}', 409),
        ("application/json-patch+json", '[{"op": "add", "path": "/spec/tags", "value": ["x"]}]', 200),
    ],
)
def test_patches_that_fit_are_carried_out(client: httpx.Client, kind: str, patch: str, status: int) -> None:
    make(client, "a")

    answer = client.patch(f"{dashboards()}/a", content=patch, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert client.get(f"{dashboards()}/a").json()["spec"].get("tags", []) == (["x"] if status == 200 else [])


def test_it_stands_behind_a_sub_path_too() -> None:
    with running(SandboxSettings(generation=12, sub_path="/grafana")) as sandbox, client_of(sandbox) as client:
        make(client, "a")
        assert client.get("/apis/nobody").json()["kind"] == "Status"
