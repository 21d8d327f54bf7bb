"""Deletions, and folders renamed, moved and deleted, where a server is in a special state or answers oddly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from provisioner.core.answers import (
    Busy,
    Deleted,
    FolderRenamed,
    FolderStale,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    Rejected,
    Save,
    Saved,
    Unknown,
)
from provisioner.core.errors import TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Uid
from provisioner.core.secret import Secret
from provisioner.core.server import LiveFolder
from provisioner.core.settings import Api
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.serve import Running
from provisioner.sandbox.settings import ProvisionedFile
from tests.grafana.conftest import Open
from tests.grafana.scripted import Answer, ScriptedServer, page

SECRET = Secret("secret")
F = FolderUid("f")
LOOK, RENAME, MOVE, DELETE = "GET /api/folders/f", "PUT /api/folders/f", "POST /api/folders/f/move", "DELETE /api/folders/f"
SEARCH, CHILDREN, PANELS = "GET /api/search", "GET /api/folders", "GET /api/library-elements"
REFUSAL = Answer({"title": "Access denied", "message": "Permissions needed: folders:write"}, 403)
NO_PANELS = Answer({"result": {"totalCount": 0, "elements": []}})


@pytest.fixture
def grafana(grafana: Open) -> Open:
    """By the dashboard API, on 12 too."""
    return partial(grafana, api=Api.DASHBOARD)


def version(server: ScriptedServer, number: str) -> None:
    """What the scripted server is: its probe, and an empty folder "f"."""
    server.routes |= {
        "GET /api/health": [Answer({"database": "ok", "version": number})],
        "GET /api/org": [Answer({"id": 1, "name": "Main"})],
    }
    server.routes |= {LOOK: [told("F", 3)], SEARCH: [Answer([])], CHILDREN: [Answer([])], PANELS: [NO_PANELS]}
    server.routes |= {DELETE: [Answer({"message": "Folder deleted"})]}


def told(title: str, version: int, parent: str = "") -> Answer:
    return Answer({"uid": "f", "id": 7, "title": title, "version": version, "parentUid": parent})


def wanted(title: str = "F", parent: str = "") -> DesiredFolder:
    return DesiredFolder(F, title, FolderUid(parent), (title,), "")


def seen(version: int = 3, title: str = "F", parent: str = "") -> LiveFolder:
    return LiveFolder(F, title, FolderUid(parent), 7, version=version)


def writes(server: ScriptedServer) -> list[str]:
    return [request.route for request in server.received if not request.route.startswith("GET")]


# --- renamed and moved -------------------------------------------------------------------------------------------------------------------


def test_a_rename_sends_title_and_version_and_nothing_else(server: ScriptedServer, grafana: Open) -> None:
    version(server, "9.3.2")
    server.routes[RENAME] = [told("New", 4)]
    assert grafana(server.url).update_folder(wanted(" New "), seen()) == FolderUpdated("New", ROOT, 4)
    assert server.received[-1].json == {"title": "New", "version": 3}
    assert server.asked(LOOK) == []


def test_the_rename_comes_before_the_move(server: ScriptedServer, grafana: Open) -> None:
    version(server, "11.2.0")
    server.routes |= {RENAME: [told("New", 4)], MOVE: [told("New", 5, "p")]}
    assert grafana(server.url).update_folder(wanted("New", "p"), seen()) == FolderUpdated("New", FolderUid("p"), 5)
    assert writes(server) == [RENAME, MOVE]
    assert server.received[-1].json == {"parentUid": "p"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer({"message": "folder not found"}, 404), Gone("folder not found")),
        (Answer({"message": "maximum depth reached"}, 400), Rejected(400, "maximum depth reached")),
        (Answer({"message": "move folder failed"}, 500), Unknown("500: move folder failed")),
        (told("New", 4), Unknown('200, but the folder is said to lie in ""')),
        (Answer(None), Unknown("200, but not with what was changed: OK")),
        (b"", Unknown("Server disconnected without sending a response.")),
    ],
)
def test_what_was_reached_before_a_move_failed_is_told(server: ScriptedServer, grafana: Open, answer: Answer | bytes, why: Unknown) -> None:
    version(server, "11.2.0")
    server.routes |= {RENAME: [told("New", 4)], MOVE: [answer]}
    assert grafana(server.url).update_folder(wanted("New", "p"), seen()) == FolderRenamed("New", 4, why)
    assert writes(server) == [RENAME, MOVE]


def test_what_is_not_renamed_is_not_moved_either(server: ScriptedServer, grafana: Open) -> None:
    version(server, "11.2.0")
    server.routes[RENAME] = [Answer({"message": "The dashboard has been changed by someone else"}, 412)]
    answer = grafana(server.url).update_folder(wanted("New", "p"), seen())
    assert answer == FolderStale("The dashboard has been changed by someone else")
    assert writes(server) == [RENAME]


@pytest.mark.parametrize("now", [told("Theirs", 4), told("F", 4), told("F", 3, "elsewhere")])
def test_a_move_looks_first_whether_somebody_was_faster(server: ScriptedServer, grafana: Open, now: Answer) -> None:
    version(server, "11.2.0")
    server.routes[LOOK] = [now]
    assert isinstance(grafana(server.url).update_folder(wanted("F", "p"), seen()), FolderStale)
    assert writes(server) == []


def test_a_move_that_stands_alone_is_told_as_it_went(server: ScriptedServer, grafana: Open) -> None:
    version(server, "11.2.0")
    server.routes[MOVE] = [REFUSAL]
    assert grafana(server.url).update_folder(wanted("F", "p"), seen()) == Forbidden("Permissions needed: folders:write", "folders:write")


def test_a_folder_without_a_version_is_read_before_it_is_renamed(server: ScriptedServer, grafana: Open) -> None:
    version(server, "9.3.2")
    server.routes[RENAME] = [told("New", 4)]
    assert grafana(server.url).update_folder(wanted("New"), seen(0)) == FolderUpdated("New", ROOT, 4)
    assert server.received[-1].json == {"title": "New", "version": 3}


def test_a_folder_that_is_gone_meanwhile_is_told_as_gone(server: ScriptedServer, grafana: Open) -> None:
    version(server, "9.3.2")
    server.routes[LOOK] = [Answer({"message": "folder not found"}, 404)]
    assert isinstance(grafana(server.url).update_folder(wanted("New"), seen(0)), Gone)
    assert writes(server) == []


@pytest.mark.parametrize("fault", [Faults(error_after_write=1), Faults(drop_after=1), Faults(drop_before=1, methods=("PUT",))])
def test_a_rename_of_which_nobody_knows_is_sent_once(sandbox: Callable[..., Running], grafana: Open, fault: Faults) -> None:
    place = sandbox(generation=12)
    client = grafana(place.url)
    client.create_folder(wanted())
    place.faults.set(fault)
    before = client.requests
    assert isinstance(client.update_folder(wanted("New"), seen(1)), Unknown)
    assert client.requests - before == 1


@pytest.mark.parametrize(("generation", "permission"), [(7, ""), (12, "folders:write")])
def test_a_viewer_renames_nothing(sandbox: Callable[..., Running], grafana: Open, generation: int, permission: str) -> None:
    place = sandbox(generation=generation)
    grafana(place.url).create_folder(wanted())
    answer = grafana(place.url, place.token("Viewer")).update_folder(wanted("New"), seen(1))
    assert isinstance(answer, Forbidden)
    assert answer.permission == permission


# --- deleted -----------------------------------------------------------------------------------------------------------------------------

PROVISIONED = ProvisionedFile("f.json", "From files", {"uid": "from-file", "title": "From file", "panels": [], "schemaVersion": 30})


@pytest.mark.parametrize("generation", [6, 7, 8, 9, 12])
def test_a_provisioned_dashboard_is_managed_elsewhere(sandbox: Callable[..., Running], grafana: Open, generation: int) -> None:
    client = grafana(sandbox(generation=generation, provisioned=(PROVISIONED,)).url)
    assert isinstance(client.delete(Uid("from-file")), ManagedElsewhere)
    assert client.dashboard(Uid("from-file")) is not None


@pytest.mark.parametrize(
    "fault", [Faults(error_after_write=1), Faults(drop_after=1), Faults(drop_before=1, methods=("DELETE",)), Faults(proxy_page=1)]
)
def test_a_deletion_of_which_nobody_knows_is_unknown_and_sent_once(sandbox: Callable[..., Running], grafana: Open, fault: Faults) -> None:
    place = sandbox(generation=9)
    client = grafana(place.url)
    assert isinstance(client.save(Save(Uid("one"), {"title": "one"}, ROOT, None, "")), Saved)
    place.faults.set(fault)
    before = client.requests
    assert isinstance(client.delete(Uid("one")), Unknown)
    assert client.requests - before == 1


def test_a_server_that_stays_busy_has_certainly_not_deleted(sandbox: Callable[..., Running], grafana: Open, pauses: list[float]) -> None:
    place = sandbox(generation=12)
    client = grafana(place.url, attempts=2)
    client.save(Save(Uid("one"), {"title": "one"}, ROOT, None, ""))
    place.faults.set(Faults(too_many_requests=2, retry_after=2))
    assert client.delete(Uid("one")) == Busy("Too Many Requests", 2.0)
    assert pauses == [2.0]
    assert client.dashboard(Uid("one")) is not None


@pytest.mark.parametrize(("generation", "permission"), [(7, ""), (9, "dashboards:delete")])
def test_a_viewer_deletes_nothing(sandbox: Callable[..., Running], grafana: Open, generation: int, permission: str) -> None:
    place = sandbox(generation=generation)
    grafana(place.url).save(Save(Uid("one"), {"title": "one"}, ROOT, None, ""))
    answer = grafana(place.url, place.token("Viewer")).delete(Uid("one"))
    assert isinstance(answer, Forbidden)
    assert answer.permission == permission


# --- what lies in a folder ---------------------------------------------------------------------------------------------------------------

IN_F = {"uid": "d", "title": "D", "type": "dash-db", "folderUid": "f", "folderId": 7}
ELSEWHERE = {"uid": "e", "title": "E", "type": "dash-db"}


def panel(folder: str) -> dict[str, Any]:
    return {"uid": "p", "meta": {"folderUid": folder}}


def panels(total: int, *folders: str) -> Answer:
    return Answer({"result": {"totalCount": total, "elements": [panel(folder) for folder in folders]}})


@pytest.mark.parametrize(
    ("release", "query"),
    [
        ("5.4.5", "folderIds=7&limit=10"),
        ("9.5.1", "folderIds=7&limit=10"),
        ("10.0.0", "folderUIDs=f&limit=10"),
        ("13.1.0", "folderUIDs=f&limit=10"),
    ],
)
def test_a_folder_is_searched_in_the_way_that_the_release_understands(
    server: ScriptedServer, grafana: Open, release: str, query: str
) -> None:
    version(server, release)
    server.routes["GET /api/frontend/settings"] = [Answer({"featureToggles": {}})]
    assert grafana(server.url).folder_is_empty(F) is True
    [request] = server.asked(SEARCH)
    assert request.target == f"/api/search?{query}"


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ({SEARCH: Answer([IN_F])}, False),
        ({SEARCH: Answer([{**ELSEWHERE, "folderUrl": "/dashboards/f/f/f"}])}, False),
        ({SEARCH: Answer([ELSEWHERE])}, None),
        ({SEARCH: REFUSAL}, None),
        ({SEARCH: REFUSAL, PANELS: panels(1, "f")}, False),
        ({CHILDREN: Answer([{"uid": "c", "parentUid": "f"}])}, False),
        ({CHILDREN: Answer([{"uid": "c"}])}, False),
        ({CHILDREN: Answer([{"uid": "c"}, {"uid": "f"}])}, None),
        ({CHILDREN: REFUSAL}, None),
        ({PANELS: panels(1, "f")}, False),
        ({PANELS: panels(2, "g", "")}, True),
        ({PANELS: Answer({"result": {"totalCount": 1, "elements": [{"folderUid": "f"}, "odd"]}})}, False),
        ({PANELS: REFUSAL}, None),
        ({PANELS: Answer({"message": "Not found"}, 404)}, True),
        ({LOOK: Answer({"message": "folder not found"}, 404)}, None),
        ({LOOK: REFUSAL}, None),
    ],
)
def test_whether_a_folder_is_empty(server: ScriptedServer, grafana: Open, routes: dict[str, Answer], expected: bool | None) -> None:  # noqa: FBT001 - an expected value
    version(server, "11.2.0")
    server.routes |= {route: [answer] for route, answer in routes.items()}
    assert grafana(server.url).folder_is_empty(F) is expected


def test_a_library_panel_on_a_later_page_is_found(server: ScriptedServer, grafana: Open) -> None:
    version(server, "8.5.15")
    server.routes[PANELS] = [panels(150, "g"), panels(150, "f")]
    assert grafana(server.url).folder_is_empty(F) is False
    assert [request.target for request in server.asked(PANELS)] == [f"/api/library-elements?perPage=100&page={number}" for number in (1, 2)]


def test_before_8_nobody_is_asked_for_library_panels(server: ScriptedServer, grafana: Open) -> None:
    version(server, "6.7.4")
    server.routes[PANELS] = [page(200)]
    assert grafana(server.url).folder_is_empty(F) is True
    assert server.asked(PANELS) == []


def test_a_folder_without_a_number_is_not_taken_for_the_root_of_an_old_server(server: ScriptedServer, grafana: Open) -> None:
    version(server, "7.5.17")
    server.routes[LOOK] = [Answer({"uid": "f", "title": "F"})]
    assert grafana(server.url).folder_is_empty(F) is None
    assert server.asked(SEARCH) == []


@pytest.mark.parametrize("route", [SEARCH, CHILDREN, PANELS])
@pytest.mark.parametrize(("answer", "error"), [(Answer({"message": "broken"}, 500), TargetUnreachable), (page(200), TargetUnsuitable)])
def test_a_look_that_fails_deletes_nothing(
    server: ScriptedServer, grafana: Open, route: str, answer: Answer, error: type[Exception]
) -> None:
    version(server, "11.2.0")
    server.routes[route] = [answer]
    with pytest.raises(error):
        grafana(server.url).delete_folder(F)
    assert writes(server) == []


@pytest.mark.parametrize(
    ("found", "answer"),
    [(IN_F, Rejected(400, "the folder is not empty")), (ELSEWHERE, Forbidden("it cannot be seen whether the folder is empty"))],
)
def test_a_folder_that_is_not_known_to_be_empty_stays(
    server: ScriptedServer, grafana: Open, found: dict[str, Any], answer: Rejected | Forbidden
) -> None:
    version(server, "11.2.0")
    server.routes[SEARCH] = [Answer([found])]
    assert grafana(server.url).delete_folder(F) == answer
    assert writes(server) == []


def test_a_folder_that_may_not_be_read_is_not_deleted(server: ScriptedServer, grafana: Open) -> None:
    version(server, "11.2.0")
    server.routes[LOOK] = [REFUSAL]
    with pytest.raises(TargetForbidden):
        grafana(server.url).delete_folder(F)
    assert writes(server) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Answer(""), Deleted("OK")),
        (Answer({"message": "folder contains alert rules"}, 400), Rejected(400, "folder contains alert rules")),
        (page(502, "Bad Gateway"), Unknown("502: Bad Gateway")),
        (b"", Unknown("Server disconnected without sending a response.")),
    ],
)
def test_an_empty_folder_is_deleted_once_and_never_by_force(
    server: ScriptedServer, grafana: Open, said: Answer | bytes, expected: Deleted | Rejected | Unknown
) -> None:
    version(server, "11.2.0")
    server.routes[DELETE] = [said]
    assert grafana(server.url).delete_folder(F) == expected
    assert [request.target for request in server.asked(DELETE)] == ["/api/folders/f"]
