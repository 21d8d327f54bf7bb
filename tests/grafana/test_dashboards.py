"""The dashboard API where a server is in a special state: other generations, roles, faults, sub-paths, many pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from provisioner.core.answers import Busy, Forbidden, ManagedElsewhere, NotSaved, Rejected, Save, Saved, Unknown
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnauthorised, TargetUnreachable, TargetUnsuitable
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Uid
from provisioner.core.secret import Secret
from provisioner.core.server import LiveFolder
from provisioner.core.settings import Api
from provisioner.grafana import search as searching
from provisioner.grafana.dashboards import body_of
from provisioner.grafana.folders import ordered
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.serve import Running
from provisioner.sandbox.settings import ProvisionedFile
from tests.grafana.conftest import Open
from tests.grafana.scripted import Answer, ScriptedServer, page

SECRET = Secret("secret")


@pytest.fixture
def grafana(grafana: Open) -> Open:
    """By the dashboard API, on 12 too."""
    return partial(grafana, api=Api.DASHBOARD)


def save(uid: str = "one", folder: FolderUid = ROOT, version: int | None = None, **content: object) -> Save:
    return Save(Uid(uid), {"title": uid, "panels": [], **content}, folder, version, "")


def desired(uid: str, parent: FolderUid = ROOT) -> DesiredFolder:
    return DesiredFolder(FolderUid(uid), uid, parent, (uid,), "")


def test_it_is_a_grafana(sandbox: Callable[..., Running], grafana: Open) -> None:
    as_core_sees_it: Grafana = grafana(sandbox(generation=9).url)
    assert as_core_sees_it.probe().version.startswith("9.")


# --- the probe ---------------------------------------------------------------------------------------------------------------------------

HEALTH, ORG, SETTINGS = "GET /api/health", "GET /api/org", "GET /api/frontend/settings"
HOME = Answer({"id": 1, "name": "Main Org."})


def health(version: str | None) -> Answer:
    return Answer({"database": "ok", **({"version": version, "commit": "x"} if version else {})})


@pytest.mark.parametrize(
    ("version", "nested"), [("5.4.5", False), ("9.3.2", False), ("11.0.0", True), ("12.4.0", True), ("13.1.0-pre", True)]
)
def test_the_version_tells_whether_folders_are_nested(server: ScriptedServer, grafana: Open, version: str, nested: bool) -> None:  # noqa: FBT001 - an expected value
    server.routes |= {HEALTH: [health(version)], ORG: [HOME]}
    found = grafana(server.url).probe()
    assert (found.version, found.nested_folders, found.org_id, found.org_name) == (version, nested, 1, "Main Org.")
    assert len(server.received) == 2


@pytest.mark.parametrize(("toggles", "nested"), [({"nestedFolders": True}, True), ({}, False)])
def test_from_9_4_to_10_4_a_toggle_tells_it(server: ScriptedServer, grafana: Open, toggles: dict[str, bool], nested: bool) -> None:  # noqa: FBT001 - an expected value
    server.routes |= {HEALTH: [health("10.4.2")], ORG: [HOME], SETTINGS: [Answer({"featureToggles": toggles})]}
    assert grafana(server.url).probe().nested_folders is nested


def test_a_hidden_version_is_looked_for_in_the_settings(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [health(None)], ORG: [HOME], SETTINGS: [Answer({"buildInfo": {"version": "9.3.2"}})]}
    found = grafana(server.url).probe()
    assert (found.version, found.nested_folders) == ("9.3.2", False)


def test_a_version_that_stays_hidden_is_taken_for_a_new_one(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [health(None)], ORG: [HOME], SETTINGS: [Answer({}, 403)], "GET /api/folders": [Answer([])]}
    found = grafana(server.url).probe()
    assert (found.version, found.nested_folders) == ("", True)


def test_a_health_check_that_a_proxy_hides_is_not_needed(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [page(403, "Forbidden")], ORG: [HOME], SETTINGS: [Answer({"buildInfo": {"version": "9.3.2"}})]}
    assert grafana(server.url).probe().version == "9.3.2"


@pytest.mark.parametrize("routes", [{HEALTH: [health("4.6.5")]}, {SETTINGS: [Answer({"buildInfo": {"version": "2.6.0"}})]}])
def test_a_slug_server_is_told_as_one(server: ScriptedServer, grafana: Open, routes: dict[str, list[Answer | bytes]]) -> None:
    server.routes |= {ORG: [HOME], **routes}
    with pytest.raises(TargetUnsuitable, match="knows dashboards by slug"):
        grafana(server.url)


@pytest.mark.parametrize(
    "answer", [page(200, "My shop"), Answer({"status": "UP"}), Answer(b"404 page not found\n", 404, content_type="text/plain")]
)
def test_what_is_no_grafana_is_told_by_what_it_answers(server: ScriptedServer, grafana: Open, answer: Answer) -> None:
    server.routes |= {HEALTH: [answer], ORG: [answer]}
    with pytest.raises(TargetUnsuitable, match=r"is no Grafana: /api/health answered (200|404) \(.*\): (My shop|OK|404 page not found)"):
        grafana(server.url)


def test_a_server_whose_database_fails_is_unreachable(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [Answer({"database": "failing", "version": "9.3.2"}, 503)]}
    with pytest.raises(TargetUnreachable, match="its own health check fails"):
        grafana(server.url)


def test_an_organisation_that_may_not_be_read_keeps_nothing_from_working(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [health("12.4.0")], ORG: [Answer({"message": "Permissions needed: orgs:read"}, 403)]}
    found = grafana(server.url, org_id=3).probe()
    assert (found.org_id, found.org_name) == (3, "")


def test_a_token_of_another_organisation_is_found_out(sandbox: Callable[..., Running], grafana: Open) -> None:
    place = sandbox(generation=9)
    with pytest.raises(TargetUnsuitable, match="belong to organisation 1, and org_id says 2"):
        grafana(place.url, place.token("Admin"), org_id=2)


def test_a_token_of_another_organisation_is_refused_by_12(sandbox: Callable[..., Running], grafana: Open) -> None:
    place = sandbox(generation=12)
    with pytest.raises(TargetUnauthorised, match="does not belong to the requested organization"):
        grafana(place.url, place.token("Admin"), org_id=2)


@pytest.mark.parametrize("generation", [7, 9])
def test_an_organisation_that_is_not_there_is_told(sandbox: Callable[..., Running], grafana: Open, generation: int) -> None:
    with pytest.raises(TargetUnsuitable, match="has no organisation 99"):
        grafana(sandbox(generation=generation).url, org_id=99)


def test_an_upgrade_is_seen_by_the_second_probe(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [health("9.3.2"), health("11.0.0")], ORG: [HOME]}
    opened = grafana(server.url)
    assert [opened.probe().version, opened.probe().version] == ["9.3.2", "11.0.0"]


# --- many pages --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", [5, 6, 7, 9, 12])
def test_every_dashboard_is_found_once_across_pages(
    sandbox: Callable[..., Running], grafana: Open, monkeypatch: pytest.MonkeyPatch, generation: int
) -> None:
    monkeypatch.setattr(searching, "PAGE", 3)
    client = grafana(sandbox(generation=generation).url)
    uids = [f"uid-{number}" for number in range(8)]
    for uid in uids:
        assert isinstance(client.save(save(uid)), Saved)
    assert sorted(found.uid for found in client.find()) == uids


def test_a_server_that_ignores_the_page_is_not_asked_for_ever(
    server: ScriptedServer, grafana: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    rows = [{"uid": "a", "title": "A", "type": "dash-db"}, {"uid": "b", "title": "B", "type": "dash-db"}]
    server.routes |= {HEALTH: [health("9.3.2")], ORG: [HOME], "GET /api/search": [Answer(rows)]}
    assert [found.uid for found in grafana(server.url).find()] == ["a", "b"]
    assert len(server.asked("GET /api/search")) == 2


def test_before_6_2_all_is_asked_for_at_once(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [health("6.1.6")], ORG: [HOME], "GET /api/search": [Answer([])]}
    assert grafana(server.url).find() == ()
    [request] = server.asked("GET /api/search")
    assert request.target == "/api/search?type=dash-db&limit=1000000"


def test_a_search_that_may_not_be_made_names_the_permission(server: ScriptedServer, grafana: Open) -> None:
    refusal = Answer({"title": "Access denied", "message": "Sorry. Permissions needed: dashboards:read"}, 403)
    server.routes |= {HEALTH: [health("12.4.0")], ORG: [HOME], "GET /api/search": [refusal]}
    with pytest.raises(TargetForbidden, match="the search") as caught:
        grafana(server.url).find()
    assert "dashboards:read" in caught.value.next_step


# --- folders -----------------------------------------------------------------------------------------------------------------------------


def folder(uid: str, parent: str = "") -> LiveFolder:
    return LiveFolder(FolderUid(uid), uid, FolderUid(parent), 1)


def test_parents_come_before_children_and_nobody_is_left_out() -> None:
    given = [
        folder("c", "b"),
        folder("loop-1", "loop-2"),
        folder("b", "a"),
        folder("a"),
        folder("orphan", "nobody"),
        folder("loop-2", "loop-1"),
    ]
    assert [each.uid for each in ordered(given)] == ["a", "orphan", "b", "c", "loop-1", "loop-2"]


def nested(server: ScriptedServer, rows: list[dict[str, Any]]) -> None:
    server.routes |= {HEALTH: [health("11.2.0")], ORG: [HOME], "GET /api/search": [Answer(rows)]}


def test_a_search_that_names_parents_is_believed_after_a_look_at_the_top(server: ScriptedServer, grafana: Open) -> None:
    nested(server, [{"uid": "b", "title": "B", "id": 2, "folderUid": "a"}, {"uid": "a", "title": "A", "id": 1}])
    server.routes["GET /api/folders"] = [Answer([{"uid": "a", "title": "A", "id": 1}, {"uid": "sharedwithme", "title": "Shared with me"}])]

    found = grafana(server.url).folders()

    assert [(each.uid, each.parent, each.id) for each in found] == [("a", "", 1), ("b", "a", 2)]
    assert len(server.received) == 4


def test_the_tree_is_walked_where_the_search_does_not_name_parents(server: ScriptedServer, grafana: Open) -> None:
    rows = [{"uid": uid, "title": uid, "id": 1} for uid in ("a", "b", "c")]
    nested(server, [*rows, {"uid": "lost", "title": "lost", "id": 1, "folderUid": "nobody"}])
    levels: list[Answer | bytes] = [Answer(rows[:1]), Answer(rows[1:2]), Answer(rows[2:]), Answer({"message": "no"}, 403)]
    server.routes["GET /api/folders"] = levels

    found = grafana(server.url).folders()

    assert [(each.uid, each.parent) for each in found] == [("a", ""), ("lost", "nobody"), ("b", "a"), ("c", "b")]
    assert [request.target.rpartition("&")[2] for request in server.asked("GET /api/folders")] == [
        "page=1",
        "parentUid=a",
        "parentUid=b",
        "parentUid=c",
    ]


def test_a_folder_of_old_servers_is_known_by_its_number_where_its_url_is_missing(server: ScriptedServer, grafana: Open) -> None:
    live = {"dashboard": {"id": 9, "uid": "x", "version": 2, "title": "X"}, "meta": {"folderId": 4, "folderTitle": "F"}}
    server.routes |= {HEALTH: [health("6.7.4")], ORG: [HOME], "GET /api/dashboards/uid/x": [Answer(live)]}
    server.routes["GET /api/folders/id/4"] = [Answer({"uid": "folder-f", "id": 4, "title": "F"})]

    found = grafana(server.url).dashboard(Uid("x"))

    assert found is not None
    assert (found.folder, found.folder_title) == ("folder-f", "F")


def test_a_folder_that_is_gone_on_an_old_server_does_not_become_the_root(sandbox: Callable[..., Running], grafana: Open) -> None:
    client = grafana(sandbox(generation=5).url)
    assert client.save(save(folder=FolderUid("nobody"))) == Rejected(404, "folder not found")
    assert client.find() == ()


def test_a_folder_id_is_never_sent_where_a_uid_is_understood(server: ScriptedServer, grafana: Open) -> None:
    saved = Answer({"uid": "one", "id": 1, "version": 1, "url": "/d/one/one"})
    server.routes |= {HEALTH: [health("9.3.2")], ORG: [HOME], "POST /api/dashboards/db": [saved]}
    grafana(server.url).save(Save(Uid("one"), {"title": "one"}, ROOT, None, "", folder_id=7))
    assert "folderId" not in server.received[-1].json


# --- what a server guards, and what goes wrong -------------------------------------------------------------------------------------------

PROVISIONED = ProvisionedFile("f.json", "From files", {"uid": "from-file", "title": "From file", "panels": [], "schemaVersion": 30})


@pytest.mark.parametrize("generation", [5, 8, 9, 12])
def test_a_provisioned_dashboard_is_managed_elsewhere(sandbox: Callable[..., Running], grafana: Open, generation: int) -> None:
    client = grafana(sandbox(generation=generation, provisioned=(PROVISIONED,)).url)

    live = client.dashboard(Uid("from-file"))
    assert live is not None
    answer = client.save(save("from-file", live.folder, live.mark.version, title="From file"))

    assert live.managed_by in {"file provisioning", "file provisioning (f.json)"}
    assert answer == ManagedElsewhere("Cannot save provisioned dashboard")


@pytest.mark.parametrize(("generation", "permission"), [(7, ""), (9, "any of dashboards:create, dashboards:write")])
def test_a_viewer_is_told_what_is_missing(sandbox: Callable[..., Running], grafana: Open, generation: int, permission: str) -> None:
    place = sandbox(generation=generation)
    answer = grafana(place.url, place.token("Viewer")).save(save())
    assert isinstance(answer, Forbidden)
    assert answer.permission == permission


def test_a_viewer_of_old_servers_may_not_list_data_sources(sandbox: Callable[..., Running], grafana: Open) -> None:
    place = sandbox(generation=7)
    assert grafana(place.url, place.token("Viewer")).data_sources() is None


@pytest.mark.parametrize(
    "fault", [Faults(error_after_write=1), Faults(drop_after=1), Faults(drop_before=1, methods=("POST",)), Faults(proxy_page=1)]
)
def test_a_save_of_which_nobody_knows_is_unknown_and_sent_once(sandbox: Callable[..., Running], grafana: Open, fault: Faults) -> None:
    place = sandbox(generation=9)
    client = grafana(place.url)
    place.faults.set(fault)
    before = client.requests
    assert isinstance(client.save(save()), Unknown)
    assert client.requests - before == 1


def test_a_save_that_something_else_took_is_not_saved(sandbox: Callable[..., Running], grafana: Open) -> None:
    place = sandbox(generation=9)
    client = grafana(place.url)
    place.faults.set(Faults(pending=1))
    assert isinstance(client.save(save()), NotSaved)
    assert client.dashboard(Uid("one")) is None


def test_a_server_that_is_busy_is_asked_again_after_the_time_it_names(
    sandbox: Callable[..., Running], grafana: Open, pauses: list[float]
) -> None:
    place = sandbox(generation=12)
    client = grafana(place.url)
    place.faults.set(Faults(too_many_requests=2, retry_after=4))
    assert isinstance(client.save(save()), Saved)
    assert pauses == [4.0, 4.0]


def test_a_server_that_stays_busy_has_certainly_not_saved(sandbox: Callable[..., Running], grafana: Open) -> None:
    place = sandbox(generation=12)
    client = grafana(place.url, attempts=3)
    place.faults.set(Faults(too_many_requests=3, retry_after=2))
    answer = client.save(save())
    assert isinstance(answer, Busy)
    assert answer.retry_after == 2.0
    assert client.dashboard(Uid("one")) is None


def test_urls_are_those_by_which_we_reach_the_server(sandbox: Callable[..., Running], grafana: Open) -> None:
    place = sandbox(generation=9, sub_path="/grafana")
    client = grafana(place.url)
    saved = client.save(save())
    live = client.dashboard(Uid("one"))
    assert isinstance(saved, Saved)
    assert live is not None
    assert saved.url == live.url == f"{place.url}/d/one/one"


def test_a_folder_that_has_the_uid_is_told_as_its_manager(server: ScriptedServer, grafana: Open) -> None:
    live = {"dashboard": {"id": 9, "uid": "x", "version": 2, "title": "X"}, "meta": {"isFolder": True}}
    server.routes |= {HEALTH: [health("9.3.2")], ORG: [HOME], "GET /api/dashboards/uid/x": [Answer(live)]}
    found = grafana(server.url).dashboard(Uid("x"))
    assert found is not None
    assert found.managed_by == "a folder, which has this uid"


@pytest.mark.parametrize(
    "answer", [page(200), Answer({"dashboard": {}}), Answer({"dashboard": {"id": "1"}, "meta": {}}), page(404), Answer([], 200)]
)
def test_an_answer_that_is_no_dashboard_is_not_taken_for_absence(server: ScriptedServer, grafana: Open, answer: Answer) -> None:
    server.routes |= {HEALTH: [health("6.7.4")], ORG: [HOME], "GET /api/dashboards/uid/x": [answer]}
    with pytest.raises(TargetUnsuitable, match="the question for dashboard 'x'"):
        grafana(server.url).dashboard(Uid("x"))


def test_data_sources_without_a_uid_go_by_their_name(server: ScriptedServer, grafana: Open) -> None:
    rows = [{"id": 1, "name": "Prom", "type": "prometheus", "isDefault": True}, {"uid": "loki-1", "name": "Loki", "type": "loki"}]
    server.routes |= {HEALTH: [health("5.4.5")], ORG: [HOME], "GET /api/datasources": [Answer(rows)]}
    found = grafana(server.url).data_sources()
    assert found is not None
    assert [(each.uid, each.default) for each in found] == [("Prom", True), ("loki-1", False)]


# --- what is sent ------------------------------------------------------------------------------------------------------------------------


def test_a_save_never_overwrites_and_always_names_its_folder() -> None:
    in_the_file = {"id": 5, "version": 9, "uid": "another", "title": "one", "panels": []}
    sent = json.loads(body_of(Save(Uid("one"), in_the_file, ROOT, None, ""), None))
    assert sent == {"dashboard": {"title": "one", "panels": [], "uid": "one"}, "folderUid": "", "message": "", "overwrite": False}


def test_the_version_that_was_read_is_sent() -> None:
    assert json.loads(body_of(save("one", version=7), 12)) == {
        "dashboard": {"title": "one", "panels": [], "uid": "one", "version": 7},
        "folderUid": "",
        "folderId": 12,
        "message": "",
        "overwrite": False,
    }


def test_large_numbers_and_odd_letters_are_sent_as_they_are() -> None:
    body = body_of(save("one", big=2**63 + 1, text="é🚀\ud800\u2028"), None)
    assert b'"big":9223372036854775809' in body
    assert json.loads(body)["dashboard"]["text"] == "é🚀\ud800\u2028"
    assert "é🚀".encode() in body
