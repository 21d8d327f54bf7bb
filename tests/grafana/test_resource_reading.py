"""What is read by the resource API, against recorded bodies: heads, lists, states, owners, and where the API is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from provisioner.core.errors import TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.model import ROOT, FolderUid, Json, Uid
from provisioner.core.server import LiveFolder, Mark
from provisioner.core.settings import Api
from provisioner.grafana import OpenGrafana
from provisioner.grafana.resource_heads import Head, head_of, is_plain
from tests.grafana.resource_steps import FOLDERS, PATH, STEPS, answer, steps, twelve
from tests.grafana.scripted import Answer, ScriptedServer, page

Open = Callable[..., OpenGrafana]
R1 = f"GET {PATH}/r1"


def head(step: str) -> Head:
    found = head_of(STEPS[step]["response"])
    assert found is not None
    return found


def _object(name: str = "one", **metadata: object) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": "f00", "resourceVersion": "17", "generation": 2, **metadata}, "spec": {"title": name}}


@pytest.fixture
def grafana_12(server: ScriptedServer, grafana: Open) -> OpenGrafana:
    return grafana(twelve(server).url)


# --- heads -------------------------------------------------------------------------------------------------------------------------------


def test_a_mark_has_the_number_and_version_of_the_dashboard_api_and_a_state_of_its_own() -> None:
    legacy = STEPS["legacy get"]["response"]["dashboard"]
    assert Mark(legacy["id"], legacy["version"], "1795321965782001") == head("get v1beta1").mark


def test_without_the_old_number_the_objects_own_uid_makes_one_that_stays() -> None:
    one, again, other = (head_of(_object(uid=uid)) for uid in ("f00", "f00", "f01"))
    assert one is not None
    assert again is not None
    assert other is not None
    assert one.mark == again.mark != other.mark
    assert 0 < one.mark.id < 2**48


@pytest.mark.parametrize("step", ["create dashboard", "put with rv", "create child folder", "managed no edits, put without manager"])
def test_a_state_with_nothing_but_what_saves_give_is_plain(step: str) -> None:
    assert is_plain(head(step).mark.state)


@pytest.mark.parametrize("step", ["labels", "managed by us", "managed as terraform", "managed as unknown kind"])
def test_a_state_with_labels_or_a_manager_is_not_plain(step: str) -> None:
    assert not is_plain(head(step).mark.state)


@pytest.mark.parametrize(
    "metadata",
    [
        {"annotations": {"team.example/runbook": "x"}},
        {"labels": {"team": "a"}},
        {"finalizers": ["team.example/keep"]},
        {"ownerReferences": [{"kind": "Operator", "name": "ops"}]},
    ],
)
def test_whatever_a_put_would_drop_makes_a_state_one_that_is_looked_at(metadata: dict[str, Json]) -> None:
    found = head_of(_object(**metadata))
    assert found is not None
    assert "17+" == found.mark.state


def test_what_the_page_says_of_a_save_is_nothing_to_carry_on() -> None:
    found = head_of(_object(annotations={"grafana.app/saved-from-ui": "Grafana v12", "grafana.app/message": "x"}))
    assert found is not None
    assert ({}, "17") == (found.carried_annotations, found.mark.state)


@pytest.mark.parametrize(
    ("step", "manager"),
    [
        ("create dashboard", None),
        ("managed by us", "kubectl (provisioner)"),
        ("managed as terraform", "terraform (tf)"),
        ("managed as unknown kind", "provisioner (x)"),
        ("managed, get after legacy save", None),
    ],
)
def test_a_manager_is_named(step: str, manager: str | None) -> None:
    assert manager == head(step).managed_by


@pytest.mark.parametrize(
    ("metadata", "manager"),
    [
        ({"ownerReferences": [{"kind": "GrafanaDashboard", "name": "cpu"}]}, "GrafanaDashboard cpu"),
        ({"ownerReferences": ["?"]}, "another owner"),
        ({"annotations": {"grafana.app/managedBy": "repo", "grafana.app/managerId": "infra"}}, "Git Sync (infra)"),
        ({"annotations": {"grafana.app/managedBy": "plugin"}}, "plugin"),
    ],
)
def test_other_owners_are_named_too(metadata: dict[str, Json], manager: str) -> None:
    found = head_of(_object(**metadata))
    assert found is not None
    assert manager == found.managed_by


def test_a_dashboard_provisioned_from_a_file_names_the_file() -> None:
    found = head_of(steps("orgs-and-provisioned-12.4.0")["provisioned: resource read"]["response"])
    assert found is not None
    assert "file provisioning (f.json)" == found.managed_by


@pytest.mark.parametrize("value", [None, 5, [], {}, {"metadata": {}}, {"metadata": {"name": ""}}, {"metadata": {"name": "a"}}])
def test_what_is_no_object_has_no_head(value: Json) -> None:
    assert head_of(value) is None


# --- reading -----------------------------------------------------------------------------------------------------------------------------


def test_a_dashboard_is_read_as_classic_content_with_its_folder_and_who_saved(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    server.routes[R1] = [answer("get v0alpha1")]
    server.routes[f"GET {FOLDERS}/res-a"] = [answer("create folder")]
    server.routes["GET /api/dashboards/uid/r1/versions"] = [Answer({"versions": [{"version": 1, "createdBy": "jonas"}]})]
    server.routes[f"GET {FOLDERS}/res-a"] = [Answer(STEPS["create folder"]["response"])]
    live = grafana_12.dashboard(Uid("r1"))
    assert live is not None
    assert ("R1", "res-a", "Res A", "jonas") == (live.title, live.folder, live.folder_title, live.updated_by)
    assert ("2026-11-22T04:32:45Z", f"{server.url}/d/r1", "v1beta1") == (live.updated, live.url, live.form)
    assert STEPS["get v0alpha1"]["response"]["spec"] == live.content


def test_a_person_is_asked_for_once(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    server.routes[R1] = [answer("get v0alpha1")]
    server.routes["GET /api/dashboards/uid/r1/versions"] = [Answer({"versions": [{"version": 1, "createdBy": "jonas"}]})]
    assert ["jonas"] * 3 == [live.updated_by for _ in range(3) if (live := grafana_12.dashboard(Uid("r1")))]
    assert 1 == len(server.asked("GET /api/dashboards/uid/r1/versions"))


@pytest.mark.parametrize(
    "history",
    [
        Answer({"versions": [{"version": 2, "createdBy": "mira"}]}),
        Answer({"message": "forbidden"}, 403),
        Answer({"versions": []}),
        Answer({"versions": [{"version": 1, "createdBy": ""}]}),
        page(200),
    ],
)
def test_a_person_who_cannot_be_told_is_named_as_the_server_does(server: ScriptedServer, grafana_12: OpenGrafana, history: Answer) -> None:
    server.routes[R1] = [answer("get v0alpha1")]
    server.routes["GET /api/dashboards/uid/r1/versions"] = [history]
    live = grafana_12.dashboard(Uid("r1"))
    assert live is not None
    assert "user:dg51awuovqio0e" == live.updated_by


def test_nobody_asks_who_a_service_of_the_server_is(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    step = steps("orgs-and-provisioned-12.4.0")["provisioned: resource read"]
    server.routes[f"GET {PATH}/from-file"] = [Answer(step["response"])]
    live = grafana_12.dashboard(Uid("from-file"))
    assert live is not None
    assert ("access-policy:service", []) == (live.updated_by, server.asked("GET /api/dashboards/uid/from-file/versions"))


def test_a_dashboard_that_is_kept_with_elements_is_read_in_its_own_form(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    classic = json.loads(json.dumps(STEPS["get v0alpha1"]["response"]))
    classic["status"]["conversion"]["storedVersion"] = "v2beta1"
    server.routes[R1] = [Answer(classic)]
    server.routes[R1.replace("v0alpha1", "v2beta1")] = [answer("get v2beta1")]
    live = grafana_12.dashboard(Uid("r1"))
    assert live is not None
    assert ("v2beta1", True) == (live.form, "elements" in live.content)


@pytest.mark.parametrize("uid", ["", ".", "..", "a/b"])
def test_what_cannot_be_a_name_is_not_asked_for(grafana_12: OpenGrafana, uid: str) -> None:
    before = grafana_12.requests
    assert (None, None, before) == (grafana_12.dashboard(Uid(uid)), grafana_12.folder(uid), grafana_12.requests)


def test_what_is_not_there_is_none_and_what_may_not_be_read_is_an_error(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    server.routes[f"GET {PATH}/gone"] = [answer("get deleted")]
    assert grafana_12.dashboard(Uid("gone")) is None
    server.routes[f"GET {PATH}/secret"] = [Answer({"message": "forbidden"}, 403)]
    with pytest.raises(TargetForbidden):
        grafana_12.dashboard(Uid("secret"))
    server.routes[f"GET {PATH}/odd"] = [page(200)]
    with pytest.raises(TargetUnsuitable):
        grafana_12.dashboard(Uid("odd"))


def test_a_folder_that_may_not_be_read_has_no_title_and_is_asked_for_once(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    server.routes[R1] = [answer("get v0alpha1")]
    server.routes[f"GET {FOLDERS}/res-a"] = [Answer({"message": "forbidden"}, 403)]
    assert ["", ""] == [live.folder_title for _ in range(2) if (live := grafana_12.dashboard(Uid("r1")))]
    assert 1 == len(server.asked(f"GET {FOLDERS}/res-a"))


# --- lists -------------------------------------------------------------------------------------------------------------------------------


def test_all_dashboards_are_found_with_titles_and_marks_by_the_recorded_table(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    table = json.loads(json.dumps(STEPS["list table"]["response"]))
    table["metadata"].pop("continue")
    server.routes[f"GET {PATH}"] = [Answer(table)]
    found = {each.uid: each for each in grafana_12.find()}
    assert "as=Table" in server.received[-1].headers["accept"]
    assert ("R4", Mark(3164990043561984, 1, "1795321966192017")) == (found[Uid("Upper_Case-1")].title, found[Uid("Upper_Case-1")].mark)
    assert 3 == len(found)


def test_all_marks_come_by_the_recorded_list_of_metadata(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    one, two = (json.loads(json.dumps(STEPS[step]["response"])) for step in ("list partial metadata", "list page 2"))
    two["metadata"].pop("continue")
    server.routes[f"GET {PATH}"] = [Answer(one), Answer(two)]
    marks = grafana_12.marks()
    assert marks is not None
    assert {"Upper_Case-1", "gen-rp8zr", "l1", "m1", "m2", "m3"} == set(marks)
    assert Mark(3164992660807680, 1, "1795321966815993+") == marks[Uid("l1")]
    assert "as=PartialObjectMetadataList" in server.received[-1].headers["accept"]
    assert "continue=eyJvIjozLCJ2" in server.received[-1].target


def test_a_server_that_gives_bodies_all_the_same_is_read_with_titles(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    server.routes[f"GET {PATH}"] = [Answer({"kind": "DashboardList", "metadata": {}, "items": [_object(), 5, {}]})]
    assert [("one", "one", ROOT)] == [(each.uid, each.title, each.folder) for each in grafana_12.find()]


def test_a_table_without_a_column_for_titles_has_none(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    rows = [{"cells": ["one"], "object": _object()}, {"cells": None, "object": _object("two")}]
    for columns in ([{"name": "Name"}], [{"name": "Name"}, {"name": "Title"}], None):
        server.routes[f"GET {PATH}"] = [Answer({"kind": "Table", "metadata": {}, "columnDefinitions": columns, "rows": rows})]
        assert ["", ""] == [each.title for each in grafana_12.find()]


def test_a_list_whose_state_has_expired_is_begun_once_more(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    first = {"kind": "DashboardList", "metadata": {"continue": "x"}, "items": [_object("a")]}
    expired = Answer({"kind": "Status", "message": "too old", "reason": "Expired"}, 410)
    rest = Answer({"kind": "DashboardList", "metadata": {}, "items": [_object("a"), _object("b")]})
    server.routes[f"GET {PATH}"] = [Answer(first), expired, rest]
    assert {"a", "b"} == set(grafana_12.marks() or {})
    server.routes[f"GET {PATH}"] = [Answer(first), expired]
    with pytest.raises(TargetUnsuitable):
        grafana_12.marks()


def test_a_server_that_repeats_its_place_for_ever_does_not_hold_us(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    server.routes[f"GET {PATH}"] = [Answer({"kind": "DashboardList", "metadata": {"continue": "x"}, "items": [_object("a")]})]
    assert {"a"} == set(grafana_12.marks() or {})


@pytest.mark.parametrize(("reply", "error"), [(Answer({"message": "x"}, 403), TargetForbidden), (page(200), TargetUnsuitable)])
def test_a_list_that_is_refused_is_an_error(server: ScriptedServer, grafana_12: OpenGrafana, reply: Answer, error: type[Exception]) -> None:
    server.routes[f"GET {PATH}"] = [reply]
    with pytest.raises(error):
        grafana_12.find()


def test_folders_come_parents_first_with_what_lies_where(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    items = [STEPS[step]["response"] for step in ("create child folder", "create folder")]
    server.routes[f"GET {FOLDERS}"] = [Answer({"kind": "FolderList", "metadata": {}, "items": items})]
    url = f"{server.url}/dashboards/f/res-a"
    above = LiveFolder(FolderUid("res-a"), "Res A", ROOT, 3164987985838080, url, state="1795321965707007")
    below = LiveFolder(FolderUid("res-a-1"), "Res A1", above.uid, 3164988166193152, f"{url}-1", state="1795321965743015")
    assert (above, below) == grafana_12.folders()
    server.routes[f"GET {FOLDERS}/res-a"] = [answer("create folder again")]
    with pytest.raises(TargetUnsuitable):
        grafana_12.folder("res-a")
    server.routes[f"GET {FOLDERS}/res-a"] = [Answer(STEPS["create folder"]["response"])]
    assert above == grafana_12.folder("res-a")


# --- where the API is --------------------------------------------------------------------------------------------------------------------


def test_it_is_spoken_where_it_is_offered_and_said_so(grafana_12: OpenGrafana) -> None:
    server = grafana_12.probe()
    assert ("resource API", 8, ("v2beta1", "v2alpha1"), "") == (server.dialect, server.saves, server.forms, server.passed_over)
    assert server.why.endswith("/apis offers dashboard.grafana.app/v0alpha1")


def test_asked_again_it_stays_the_same_and_sees_an_upgrade(server: ScriptedServer, grafana_12: OpenGrafana) -> None:
    first = grafana_12.probe()
    server.routes["GET /api/health"] = [Answer({"database": "ok", "version": "12.5.0"})]
    assert replace(first, version="12.5.0", why=first.why.replace("12.4.0", "12.5.0")) == grafana_12.probe()


def test_the_dashboard_api_is_spoken_where_it_is_stated_and_apis_is_not_even_asked_for(server: ScriptedServer, grafana: Open) -> None:
    opened = grafana(twelve(server).url, api=Api.DASHBOARD)
    assert ("dashboard API", []) == (opened.probe().dialect, server.asked("GET /apis"))


@pytest.mark.parametrize(
    ("route", "reply", "said"),
    [
        ("GET /apis", Answer({"message": "Not found"}, 404), "/apis answers 404"),
        ("GET /apis", page(200), "/apis answers with something else: a proxy, or no resource API"),
        ("GET /apis", page(404), "/apis answers 404"),
        ("GET /apis", Answer({"kind": "APIGroupList", "groups": []}), "/apis answers with something else: a proxy, or no resource API"),
        (
            "GET /apis",
            Answer({"groups": [{"name": "dashboard.grafana.app", "versions": [{"version": "v9"}]}, 5]}),
            "/apis offers no version",
        ),
        (f"GET {PATH}", Answer({"message": "no rights"}, 403), f"{PATH} answers 403 (no rights)"),
    ],
)
def test_a_server_that_hides_it_gets_the_dashboard_api_and_is_told_so(
    server: ScriptedServer, grafana: Open, route: str, reply: Answer, said: str
) -> None:
    twelve(server).routes[route] = [reply]
    found = grafana(server.url).probe()
    assert "dashboard API" == found.dialect
    assert found.passed_over.startswith(said)
    assert said in found.why
    with pytest.raises(TargetUnsuitable, match="does not offer the resource API"):
        grafana(server.url, api=Api.RESOURCE)


def test_an_older_server_is_not_asked_for_it(server: ScriptedServer, grafana: Open) -> None:
    twelve(server).routes["GET /api/health"] = [Answer({"database": "ok", "version": "11.6.1"})]
    assert ("dashboard API", "", []) == (
        grafana(server.url).probe().dialect,
        grafana(server.url).probe().passed_over,
        server.asked("GET /apis"),
    )


def test_a_server_that_hides_its_version_is_asked_for_it_and_nothing_is_missed_without(server: ScriptedServer, grafana: Open) -> None:
    twelve(server).routes["GET /api/health"] = [Answer({"database": "ok"})]
    assert "resource API" == grafana(server.url).probe().dialect
    server.routes["GET /apis"] = [page(200)]
    assert ("dashboard API", "") == (grafana(server.url).probe().dialect, grafana(server.url).probe().passed_over)


def test_an_organisation_of_the_cloud_is_called_as_the_page_says(server: ScriptedServer, grafana: Open) -> None:
    twelve(server).routes[f"GET {PATH}"] = [answer("wrong namespace")]
    server.routes["GET /api/frontend/settings"] = [Answer({"namespace": "stacks-7"})]
    server.routes[f"GET {PATH.replace('default', 'stacks-7')}"] = [answer("list v0alpha1")]
    assert "resource API" == grafana(server.url).probe().dialect


def test_the_second_organisation_has_its_own_name(server: ScriptedServer, grafana: Open) -> None:
    twelve(server).routes["GET /api/org"] = [Answer({"id": 2, "name": "Two"})]
    server.routes[f"GET {PATH.replace('default', 'org-2')}"] = [answer("list v0alpha1")]
    assert "resource API" == grafana(server.url).probe().dialect


def test_a_server_that_is_down_is_not_taken_for_one_that_hides_it(server: ScriptedServer, grafana: Open) -> None:
    twelve(server).routes["GET /apis"] = [b""]
    with pytest.raises(TargetUnreachable):
        grafana(server.url)
