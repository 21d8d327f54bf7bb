"""The trash of 11 and of 12: what is in it, what brings one back, what deletes it for good, and each refusal as what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.errors import TargetForbidden, TargetUnauthorised, TargetUnsuitable
from provisioner.core.model import ROOT, FolderUid, Json, Uid
from provisioner.core.server import Server
from provisioner.core.trash import NotInTrash, NoTrash, Purged, Revived, TrashSeen
from provisioner.grafana.trash import TrashRoutes
from tests.grafana.conftest import Connect
from tests.grafana.scripted import Answer, ScriptedServer, page

TRANSCRIPT = Path(__file__).resolve().parents[1] / "transcripts" / "resources-12.4.0.json"
SETTINGS, SEARCH = "GET /api/frontend/settings", "GET /api/search"
GROUP = "GET /apis/dashboard.grafana.app"
TRASH = "/api/dashboards/uid/a-b/trash"
SWITCHED = Answer({"featureToggles": {"dashboardRestore": True}})
VERSIONS = Answer({"versions": [{"version": "v1beta1"}, {"version": "v0alpha1"}], "preferredVersion": {"version": "v1beta1"}})
UID = Uid("a-b")

At = Callable[..., TrashRoutes]


@pytest.fixture
def at(connect: Connect) -> At:
    def opened(version: str, organisation: int = 1) -> TrashRoutes:
        return TrashRoutes(connect(), Server("", version, "", "", organisation, "", nested_folders=True))

    return opened


def lists(version: str = "v0alpha1", namespace: str = "default") -> str:
    return f"{GROUP}/{version}/namespaces/{namespace}/dashboards"


def item(name: str, deleted: str | None = "2026-11-22T04:32:49Z", **annotations: str) -> dict[str, Json]:
    named = {f"grafana.app/{key}": value for key, value in annotations.items()}
    times = {} if deleted is None else {"deletionTimestamp": deleted}
    return {"metadata": {"name": name, **times, "annotations": named}, "spec": {"title": name.upper()}}


def listing(*items: Json, **metadata: Json) -> Answer:
    return Answer({"items": list(items), "metadata": metadata})


# --- 11.1 to 11.6 -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["5.4.5", "9.3.2", "11.0.0"])
def test_before_11_1_there_is_none_and_nothing_is_asked(server: ScriptedServer, at: At, version: str) -> None:
    assert NoTrash(f"Grafana {version} has no trash: what is deleted there is gone") == at(version).seen()
    assert [] == server.received


@pytest.mark.parametrize("settings", [Answer({"featureToggles": {}}), Answer({}), Answer({"message": "no"}, 401 + 2)])
def test_on_11_it_is_there_with_its_switch_alone(server: ScriptedServer, at: At, settings: Answer) -> None:
    server.routes = {SETTINGS: [settings]}
    seen = at("11.4.0").seen()
    assert isinstance(seen, NoTrash)
    assert "dashboardRestore" in seen.why


def test_on_11_search_lists_it(server: ScriptedServer, at: At) -> None:
    row: Json = {
        "uid": "a-b",
        "title": "A",
        "folderUid": "shop",
        "folderTitle": "Shop",
        "isDeleted": True,
        "permanentlyDeleteDate": "2026-12-22",
    }
    server.routes = {SETTINGS: [SWITCHED], SEARCH: [Answer([row])]}
    seen = at("11.4.0").seen()
    assert isinstance(seen, TrashSeen)
    [found] = seen.rows
    assert (UID, "A", "shop", "Shop", "2026-12-22", None) == (
        found.uid,
        found.title,
        found.folder,
        found.folder_title,
        found.until,
        found.content,
    )
    assert seen.empties
    assert ["true"] == parse_qs(urlsplit(server.asked(SEARCH)[0].target).query)["deleted"]


def test_rows_of_a_server_that_ignores_the_question_are_no_trash(server: ScriptedServer, at: At) -> None:
    server.routes = {SETTINGS: [SWITCHED], SEARCH: [Answer([{"uid": "live", "title": "Live", "isDeleted": False}, {"uid": "old"}])]}
    assert TrashSeen((), empties=True) == at("11.4.0").seen()


def test_401_of_the_search_means_that_it_is_for_administrators(server: ScriptedServer, at: At) -> None:
    server.routes = {SETTINGS: [SWITCHED], SEARCH: [Answer({"message": "Unauthorized"}, 401)]}
    with pytest.raises(TargetForbidden, match="administrators of the organisation alone") as caught:
        at("11.4.0").seen()
    assert "Admin" in caught.value.next_step


def test_one_is_brought_back_into_the_folder_that_is_named(server: ScriptedServer, at: At) -> None:
    server.routes = {f"PATCH {TRASH}": [Answer({"title": "A", "message": "Dashboard A restored", "uid": "a-b"})]}
    assert Revived("A", "Dashboard A restored") == at("11.4.0").revive(UID, FolderUid("shop"))
    assert [{"folderUid": "shop"}] == [request.json for request in server.received]


def test_one_is_deleted_for_good(server: ScriptedServer, at: At) -> None:
    server.routes = {f"DELETE {TRASH}": [Answer({"title": "A", "message": "Dashboard A deleted", "uid": "a-b"})]}
    assert Purged("A", "Dashboard A deleted") == at("11.4.0").purge(UID)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer({"message": "Dashboard not found"}, 404), NotInTrash("Dashboard not found")),
        (Answer({"message": "Access denied"}, 403), Forbidden("Access denied", "dashboards:delete")),
        (
            Answer({"message": "Permissions needed: dashboards:write"}, 403),
            Forbidden("Permissions needed: dashboards:write", "dashboards:write"),
        ),
        (Answer({"message": "later"}, 429), Busy("later")),
        (Answer({"message": "broken"}, 500), Unknown("500: broken")),
        (Answer({"message": "no"}, 400), Rejected(400, "no")),
        (page(200), Rejected(200, "Grafana")),
        (page(404), Rejected(404, "Grafana")),
        (b"", Unknown("Server disconnected without sending a response.")),
    ],
)
def test_each_refusal_is_told_apart(server: ScriptedServer, at: At, answer: Answer | bytes, expected: object) -> None:
    server.routes = {f"DELETE {TRASH}": [answer]}
    assert expected == at("11.4.0").purge(UID)


def test_401_is_of_the_credential_and_not_of_the_dashboard(server: ScriptedServer, at: At) -> None:
    server.routes = {f"PATCH {TRASH}": [Answer({"message": "Unauthorized"}, 401)]}
    with pytest.raises(TargetUnauthorised):
        at("11.4.0").revive(UID, ROOT)


def test_what_cannot_be_a_uid_is_not_asked_for(server: ScriptedServer, at: At) -> None:
    for odd in ("", "..", "a/b"):
        assert isinstance(at("11.4.0").revive(Uid(odd), ROOT), NotInTrash)
        assert isinstance(at("11.4.0").purge(Uid(odd)), NotInTrash)
    assert [] == server.received


# --- 12 and later -------------------------------------------------------------------------------------------------------------------------


def test_12_lists_it_with_its_contents_as_recorded(server: ScriptedServer, at: At) -> None:
    if not TRANSCRIPT.exists():
        pytest.skip("the transcript of the resource API is not beside the tests")
    [step] = [step for step in json.loads(TRANSCRIPT.read_text(encoding="utf-8")) if step.get("step") == "trash"]
    server.routes = {GROUP: [Answer({"versions": [{"version": "v1beta1"}]})], lists("v1beta1"): [Answer(step["response"])]}
    seen = at("12.4.0").seen()
    assert isinstance(seen, TrashSeen)
    [found] = seen.rows
    assert ("r2", "R1 five", ROOT, "2026-11-22T04:32:49Z") == (found.uid, found.title, found.folder, found.deleted)
    assert found.content is not None
    assert 42 == found.content["schemaVersion"]
    assert not seen.empties


def test_contents_are_asked_for_as_they_are_stored(server: ScriptedServer, at: At) -> None:
    server.routes = {GROUP: [VERSIONS], lists(): [listing(item("a", folder="shop", updatedBy="user:x"))]}
    seen = at("12.4.0").seen()
    assert isinstance(seen, TrashSeen)
    assert [("a", "A", "shop", "user:x")] == [(each.uid, each.title, each.folder, each.by) for each in seen.rows]
    assert ["grafana.app/get-trash=true"] == parse_qs(urlsplit(server.asked(lists())[0].target).query)["labelSelector"]


PEOPLE, DISPLAY = "GET /api/org/users", "GET /apis/iam.grafana.app/v0alpha1/namespaces/default/display"
SHOWN = Answer({"display": [{"identity": {"type": "user", "name": "x"}, "displayName": "Anna"}, "odd", {"identity": {"type": "user"}}]})


def deleted_by(server: ScriptedServer, at: At, *who: str) -> list[str]:
    server.routes |= {GROUP: [VERSIONS], lists(): [listing(*(item(f"d{number}", updatedBy=each) for number, each in enumerate(who)))]}
    seen = at("12.4.0").seen()
    assert isinstance(seen, TrashSeen)
    return [each.by for each in sorted(seen.rows, key=lambda row: row.uid)]


def test_who_deleted_it_is_told_by_the_login_that_people_know(server: ScriptedServer, at: At) -> None:
    server.routes = {PEOPLE: [Answer([{"uid": "x", "login": "anna"}, {"uid": "", "login": "y"}])], DISPLAY: [Answer({"display": []})]}
    assert ["anna", "user:gone", "provisioner"] == deleted_by(server, at, "user:x", "user:gone", "provisioner")
    assert ["user:gone"] == parse_qs(urlsplit(server.asked(DISPLAY)[0].target).query)["key"]


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_list_people_is_told_the_name_that_pages_show(server: ScriptedServer, at: At, status: int) -> None:
    server.routes = {PEOPLE: [Answer({"message": "no"}, status)], DISPLAY: [SHOWN]}
    assert ["Anna", "service-account:r"] == deleted_by(server, at, "user:x", "service-account:r")


@pytest.mark.parametrize("refusal", [Answer({"message": "Unauthorized"}, 401), Answer({"message": "no"}, 404), page(200)])
def test_whom_nobody_names_stays_as_the_server_says(server: ScriptedServer, at: At, refusal: Answer) -> None:
    server.routes = {DISPLAY: [refusal]}
    assert ["service-account:r"] == deleted_by(server, at, "service-account:r")
    assert [] == server.asked(PEOPLE)


def test_nobody_is_asked_who_people_are_where_nothing_was_deleted(server: ScriptedServer, at: At) -> None:
    assert [] == deleted_by(server, at)
    assert ([], []) == (server.asked(PEOPLE), server.asked(DISPLAY))


def test_pages_go_on_and_of_each_the_newest_deletion_counts(server: ScriptedServer, at: At) -> None:
    first = listing(item("a", "2026-11-01T00:00:00Z"), item("live", None), "odd", **{"continue": "more"})
    server.routes = {GROUP: [VERSIONS], lists(): [first, listing(item("a", "2026-11-03T00:00:00Z"), item("b", "2026-11-02T00:00:00Z"))]}
    seen = at("12.4.0").seen()
    assert isinstance(seen, TrashSeen)
    assert [("a", "2026-11-03T00:00:00Z"), ("b", "2026-11-02T00:00:00Z")] == [(each.uid, each.deleted) for each in seen.rows]
    assert ["more"] == parse_qs(urlsplit(server.asked(lists())[1].target).query)["continue"]


@pytest.mark.parametrize("hidden", [Answer({"message": "Not found"}, 404), Answer({"message": "Forbidden"}, 403), page(200)])
def test_a_server_that_hides_its_resource_api_is_told_as_such(server: ScriptedServer, at: At, hidden: Answer) -> None:
    server.routes = {GROUP: [hidden]}
    seen = at("12.4.0").seen()
    assert isinstance(seen, NoTrash)
    assert "/apis" in seen.why


@pytest.mark.parametrize(
    ("organisation", "settings", "namespace"),
    [(1, {}, "default"), (0, {}, "default"), (3, {}, "org-3"), (1, {"namespace": "stacks-9"}, "stacks-9")],
)
def test_the_namespace_is_that_of_the_organisation(
    server: ScriptedServer, at: At, organisation: int, settings: Json, namespace: str
) -> None:
    server.routes = {GROUP: [VERSIONS], SETTINGS: [Answer(settings)], lists(namespace=namespace): [listing()]}
    assert TrashSeen((), empties=False) == at("", organisation).seen()


def test_a_list_that_is_none_is_a_failure_of_the_target(server: ScriptedServer, at: At) -> None:
    server.routes = {GROUP: [VERSIONS], lists(): [Answer({"kind": "Status"}, 400)]}
    with pytest.raises(TargetUnsuitable, match="list of the trash"):
        at("12.4.0").seen()
