"""Folders by the resource API: over one state alone, with what has to stay, and never where another manager's mark is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.core.answers import (
    Deleted,
    FolderSaved,
    FolderStale,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    Rejected,
    Unknown,
    VersionMismatch,
)
from provisioner.core.model import ROOT, DesiredFolder, FolderUid
from provisioner.core.server import LiveFolder
from provisioner.grafana import OpenGrafana
from tests.grafana.resource_steps import FOLDERS, PATH, STEPS, answer, twelve
from tests.grafana.scripted import Answer, ScriptedServer

Open = Callable[..., OpenGrafana]
UID = FolderUid("res-a")
AT = f"{FOLDERS}/res-a"
TERRAFORM = {"grafana.app/managedBy": "terraform", "grafana.app/managerId": "tf"}


def _now(title: str = "Res A", rv: str = "17", **metadata: object) -> Answer:
    """The folder as the server has it."""
    meta = {"name": "res-a", "uid": "f01", "resourceVersion": rv, "generation": 4, **metadata}
    return Answer({"kind": "Folder", "metadata": meta, "spec": {"title": title, "description": "Theirs"}})


def _seen(title: str = "Res A", parent: str = "", state: str = "17") -> LiveFolder:
    return LiveFolder(UID, title, FolderUid(parent), 5, state=state)


def _folder(parent: str = "", title: str = "Res A") -> DesiredFolder:
    return DesiredFolder(UID, title, FolderUid(parent), (title,), "res-a")


@pytest.fixture
def client(server: ScriptedServer, grafana: Open) -> OpenGrafana:
    twelve(server)
    opened = grafana(server.url)
    server.received.clear()
    return opened


# --- made --------------------------------------------------------------------------------------------------------------------------------


def test_a_folder_is_made_under_its_uid_in_its_parent(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes[f"POST {FOLDERS}"] = [answer("create folder")]
    assert isinstance(client.create_folder(_folder()), FolderSaved)
    assert STEPS["create folder"]["request"] == server.newest
    client.create_folder(_folder("above"))
    assert {"grafana.app/folder": "above"} == server.newest["metadata"]["annotations"]


def test_where_the_folder_api_is_v1_a_folder_in_the_root_asks_for_the_usual_permissions(server: ScriptedServer, grafana: Open) -> None:
    groups = [{"name": name, "versions": [{"version": "v1"}]} for name in ("dashboard.grafana.app", "folder.grafana.app")]
    twelve(server).routes["GET /apis"] = [Answer({"groups": groups})]
    at = FOLDERS.replace("v1beta1", "v1")
    server.routes |= {f"GET {PATH.replace('v0alpha1', 'v1')}": [answer("list v1beta1")], f"POST {at}": [answer("create folder")]}
    opened = grafana(server.url)
    opened.create_folder(_folder())
    assert {"grafana.app/grant-permissions": "default"} == server.newest["metadata"]["annotations"]
    opened.create_folder(_folder("above"))
    assert {"grafana.app/folder": "above"} == server.newest["metadata"]["annotations"]


# --- renamed and moved -------------------------------------------------------------------------------------------------------------------


def test_a_folder_is_renamed_and_moved_by_one_put_over_the_state_that_was_looked_at(server: ScriptedServer, client: OpenGrafana) -> None:
    moved = _now("Res B", "18", generation=5, annotations={"grafana.app/folder": "above"})
    server.routes |= {f"GET {AT}": [_now()], f"PUT {AT}": [moved]}
    assert FolderUpdated("Res B", FolderUid("above"), 5) == client.update_folder(_folder("above", " Res B "), _seen())
    assert [f"GET {AT}", f"PUT {AT}"] == server.asked_for
    assert {
        "apiVersion": "folder.grafana.app/v1beta1",
        "kind": "Folder",
        "metadata": {
            "name": "res-a",
            "namespace": "default",
            "resourceVersion": "17",
            "annotations": {"grafana.app/folder": "above"},
        },
        "spec": {"title": "Res B", "description": "Theirs"},
    } == server.newest


def test_what_somebody_put_on_a_folder_stays_and_so_do_the_teams_that_own_it(server: ScriptedServer, client: OpenGrafana) -> None:
    team = {"apiVersion": "iam.grafana.app/v0alpha1", "kind": "Team", "name": "t1", "uid": "u1"}
    labels = {"team": "a", "grafana.app/deprecatedInternalID": "5"}
    theirs = {"team.example/runbook": "x", "grafana.app/folder": "old", "grafana.app/updatedBy": "user:a"}
    now = _now(labels=labels, annotations=theirs, ownerReferences=[team], finalizers=["team.example/keep"])
    server.routes |= {f"GET {AT}": [now], f"PUT {AT}": [_now("Res B", "18")]}
    assert isinstance(client.update_folder(_folder(title="Res B"), _seen(parent="old")), FolderUpdated)
    meta = server.newest["metadata"]
    assert ({"team": "a"}, {"team.example/runbook": "x"}) == (meta["labels"], meta["annotations"])
    assert ([team], ["team.example/keep"]) == (meta["ownerReferences"], meta["finalizers"])


@pytest.mark.parametrize(
    ("now", "meaning"),
    [
        (_now("Theirs", "18"), FolderStale),
        (_now(rv="18"), FolderStale),
        (_now(annotations={"grafana.app/folder": "elsewhere"}), FolderStale),
        (_now(annotations=TERRAFORM), ManagedElsewhere),
        (answer("get deleted"), Gone),
    ],
)
def test_what_is_found_may_keep_the_change_from_going_out(
    server: ScriptedServer, client: OpenGrafana, now: Answer, meaning: type[Any]
) -> None:
    server.routes[f"GET {AT}"] = [now]
    assert meaning is type(client.update_folder(_folder(title="Res B"), _seen()))
    assert [f"GET {AT}"] == server.asked_for


def test_a_state_that_another_dialect_read_is_compared_by_title_and_parent(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes |= {f"GET {AT}": [_now(rv="99")], f"PUT {AT}": [_now("Res B", "100")]}
    assert isinstance(client.update_folder(_folder(title="Res B"), _seen(state="")), FolderUpdated)
    assert "99" == server.newest["metadata"]["resourceVersion"]


def test_somebody_who_comes_between_the_look_and_the_put_is_not_overwritten(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes |= {f"GET {AT}": [_now()], f"PUT {AT}": [answer("put with stale rv")]}
    assert isinstance(client.update_folder(_folder(title="Res B"), _seen()), FolderStale)
    server.routes[f"PUT {AT}"] = [b""]
    assert isinstance(client.update_folder(_folder(title="Res B"), _seen()), Unknown)


def test_a_folder_as_it_should_be_and_one_that_none_can_be_cost_no_request(server: ScriptedServer, client: OpenGrafana) -> None:
    assert FolderUpdated("Res A", ROOT, 0) == client.update_folder(_folder(), _seen())
    nobody = LiveFolder(FolderUid(".."), "Res B", ROOT, 5)
    assert isinstance(client.update_folder(_folder(), nobody), Gone)
    assert [] == server.asked_for


# --- deleted -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(server: ScriptedServer, client: OpenGrafana) -> OpenGrafana:
    server.routes |= {
        f"GET {AT}": [_now()],
        "GET /api/folders/res-a": [Answer({"uid": "res-a", "id": 5, "title": "Res A", "version": 1})],
        "GET /api/search": [Answer([])],
        "GET /api/folders": [Answer([])],
        "GET /api/library-elements": [Answer({"result": {"elements": [], "totalCount": 0}})],
        f"DELETE {AT}": [answer("delete with right precondition")],
    }
    return client


def test_a_folder_that_is_found_empty_is_deleted_in_that_state_by_the_request_that_refuses_a_full_one(
    server: ScriptedServer, empty: OpenGrafana
) -> None:
    assert isinstance(empty.delete_folder(UID), Deleted)
    assert {"preconditions": {"resourceVersion": "17", "uid": "f01"}} == server.newest
    server.routes[f"DELETE {AT}"] = [answer("delete folder with child")]
    assert Rejected(400, "Folder cannot be deleted: folder is not empty") == empty.delete_folder(UID)
    server.routes[f"DELETE {AT}"] = [answer("delete with stale precondition")]
    assert isinstance(empty.delete_folder(UID), VersionMismatch)


def test_a_folder_with_something_in_it_is_left_alone(server: ScriptedServer, empty: OpenGrafana) -> None:
    server.routes["GET /api/search"] = [Answer([{"uid": "x", "folderUid": "res-a"}])]
    assert Rejected(400, "the folder is not empty") == empty.delete_folder(UID)
    assert Rejected(400, "the root is no folder that can be deleted") == empty.delete_folder(ROOT)
    assert [] == server.asked(f"DELETE {AT}")


def test_a_folder_that_somebody_else_keeps_is_left_alone(server: ScriptedServer, empty: OpenGrafana) -> None:
    server.routes[f"GET {AT}"] = [_now(annotations=TERRAFORM)]
    assert ManagedElsewhere("terraform (tf) provisions it") == empty.delete_folder(UID)
    assert [f"GET {AT}"] == server.asked_for


def test_a_folder_that_cannot_be_looked_into_is_left_alone_and_one_that_is_gone_is_gone(server: ScriptedServer, empty: OpenGrafana) -> None:
    server.routes["GET /api/search"] = [Answer({"message": "no"}, 403)]
    assert isinstance(empty.delete_folder(UID), Forbidden)
    server.routes[f"GET {AT}"] = [answer("get deleted")]
    assert Deleted("it is there no more", already=True) == empty.delete_folder(UID)
    assert [] == server.asked(f"DELETE {AT}")


def test_who_manages_a_folder_is_read_with_it_and_a_team_that_owns_it_manages_nothing(server: ScriptedServer, client: OpenGrafana) -> None:
    owned = {"kind": "Team", "name": "t1"}
    server.routes[f"GET {AT}"] = [_now(annotations=TERRAFORM), _now(ownerReferences=[owned])]
    assert ["terraform (tf)", None] == [found.managed_by if found else "" for found in (client.folder(UID), client.folder(UID))]
