"""What goes out by the resource API: over one state alone, with what has to stay, and never over another manager's mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.core.answers import (
    Deleted,
    Forbidden,
    Gone,
    ManagedElsewhere,
    Rejected,
    Save,
    Saved,
    Unknown,
    VersionMismatch,
)
from provisioner.core.model import ROOT, FolderUid, Json, Uid
from provisioner.core.server import Mark
from provisioner.grafana import OpenGrafana
from tests.grafana.resource_steps import PATH, STEPS, answer, twelve
from tests.grafana.scripted import Answer, ScriptedServer

Open = Callable[..., OpenGrafana]
ONE = Uid("one")
AT = f"{PATH}/one"
STALE = answer("put with stale rv")


def _live(rv: str = "17", **metadata: object) -> Answer:
    meta = {"name": "one", "uid": "f00", "resourceVersion": rv, "generation": 2, **metadata}
    return Answer({"kind": "Dashboard", "metadata": meta, "spec": {"title": "One"}})


def _save(version: int | None = 2, state: str = "17", **stated: object) -> Save:
    fields: dict[str, Any] = {"uid": ONE, "content": {"title": "One"}, "folder": ROOT, "version": version, "message": "m", "state": state}
    return Save(**{**fields, **stated})


def _new(**stated: object) -> Save:
    return _save(None, "", **stated)


@pytest.fixture
def client(server: ScriptedServer, grafana: Open) -> OpenGrafana:
    twelve(server).routes |= {f"PUT {AT}": [_live("18")], f"POST {PATH}": [_live("1")]}
    opened = grafana(server.url)
    server.received.clear()
    return opened


# --- saves -------------------------------------------------------------------------------------------------------------------------------


def test_an_update_is_one_put_over_the_state_that_was_recorded(server: ScriptedServer, client: OpenGrafana) -> None:
    assert isinstance(client.save(_save(folder=FolderUid("hosts"))), Saved)
    assert [f"PUT {AT}"] == server.asked_for
    assert {
        "apiVersion": "dashboard.grafana.app/v0alpha1",
        "kind": "Dashboard",
        "metadata": {
            "name": "one",
            "namespace": "default",
            "annotations": {"grafana.app/folder": "hosts", "grafana.app/message": "m"},
            "resourceVersion": "17",
        },
        "spec": {"title": "One"},
    } == server.newest


def test_a_create_in_the_root_is_one_post_without_a_state_and_grants_what_the_dashboard_api_grants(
    server: ScriptedServer, client: OpenGrafana
) -> None:
    assert isinstance(client.save(_new()), Saved)
    assert [f"POST {PATH}"] == server.asked_for
    annotations = {"grafana.app/message": "m", "grafana.app/grant-permissions": "default"}
    assert {"name": "one", "namespace": "default", "annotations": annotations} == server.newest["metadata"]


def test_in_a_folder_permissions_are_inherited_and_none_are_asked_for(server: ScriptedServer, client: OpenGrafana) -> None:
    client.save(_new(folder=FolderUid("hosts")))
    assert {"grafana.app/folder": "hosts", "grafana.app/message": "m"} == server.newest["metadata"]["annotations"]


def test_numbers_and_uid_of_a_file_do_not_go_out(server: ScriptedServer, client: OpenGrafana) -> None:
    client.save(_new(content={"title": "One", "id": 7, "uid": "other", "version": 9}))
    assert {"title": "One"} == server.newest["spec"]


def test_a_long_message_is_cut_and_none_is_left_out(server: ScriptedServer, client: OpenGrafana) -> None:
    client.save(_save(message="m" * 600))
    assert f"{'m' * 497}…" == server.newest["metadata"]["annotations"]["grafana.app/message"]
    client.save(_save(message=""))
    assert {} == server.newest["metadata"]["annotations"]


def test_a_message_is_cut_by_its_bytes_between_two_letters(server: ScriptedServer, client: OpenGrafana) -> None:
    client.save(_save(message="é" * 250))
    assert "é" * 250 == server.newest["metadata"]["annotations"]["grafana.app/message"]
    client.save(_save(message="é" * 251))
    assert f"{'é' * 248}…" == server.newest["metadata"]["annotations"]["grafana.app/message"]


def test_a_record_of_the_dashboard_api_says_nothing_of_the_state_and_nothing_is_sent(server: ScriptedServer, client: OpenGrafana) -> None:
    assert isinstance(client.save(_save(state="")), VersionMismatch)
    assert [] == server.asked_for


def test_what_somebody_put_on_it_is_read_and_goes_out_again(server: ScriptedServer, client: OpenGrafana) -> None:
    theirs = {"team.example/runbook": "x", "grafana.app/message": "old", "grafana.app/folder": "old", "grafana.app/updatedBy": "user:a"}
    labels = {"team": "a", "grafana.app/deprecatedInternalID": "5"}
    server.routes[f"GET {AT}"] = [_live(annotations=theirs, labels=labels, finalizers=["team.example/keep"])]
    assert isinstance(client.save(_save(state="17+")), Saved)
    assert [f"GET {AT}", f"PUT {AT}"] == server.asked_for
    meta = server.newest["metadata"]
    assert {"team.example/runbook": "x", "grafana.app/message": "m"} == meta["annotations"]
    assert ({"team": "a"}, ["team.example/keep"], "17") == (meta["labels"], meta["finalizers"], meta["resourceVersion"])


@pytest.mark.parametrize(
    ("live", "meaning"),
    [
        (_live(annotations={"grafana.app/managedBy": "terraform", "grafana.app/managerId": "tf"}), ManagedElsewhere),
        (_live(ownerReferences=[{"kind": "Operator", "name": "ops"}]), ManagedElsewhere),
        (_live("18", labels={"team": "a"}), VersionMismatch),
        (answer("get deleted"), Gone),
        (Answer({"message": "no"}, 403), Forbidden),
    ],
)
def test_what_is_found_on_it_may_keep_the_save_from_going_out(
    server: ScriptedServer, client: OpenGrafana, live: Answer, meaning: type[Any]
) -> None:
    server.routes[f"GET {AT}"] = [live]
    assert meaning is type(client.save(_save(state="17+")))
    assert [f"GET {AT}"] == server.asked_for


def test_a_lost_answer_leaves_it_open(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes[f"PUT {AT}"] = [b""]
    assert isinstance(client.save(_save()), Unknown)
    assert [f"PUT {AT}"] == server.asked_for


ELEMENTS: dict[str, Json] = {"title": "One", "elements": {}, "layout": {"kind": "GridLayout"}}


@pytest.mark.parametrize(("form", "sent"), [("v2alpha1", "v2alpha1"), ("v2beta1", "v2beta1"), ("", "v2beta1")])
def test_content_with_elements_goes_out_in_its_own_form(server: ScriptedServer, client: OpenGrafana, form: str, sent: str) -> None:
    server.routes[f"POST {PATH.replace('v0alpha1', sent)}"] = [_live("1")]
    assert isinstance(client.save(_new(content=ELEMENTS, form=form)), Saved)
    assert f"dashboard.grafana.app/{sent}" == server.newest["apiVersion"]


def test_a_form_that_the_server_does_not_offer_is_refused_here(server: ScriptedServer, client: OpenGrafana) -> None:
    assert Rejected(400, "this server does not take dashboards in form v2") == client.save(_new(content=ELEMENTS, form="v2"))
    assert [] == server.asked_for


def test_where_only_v1_is_offered_classic_content_of_any_age_is_let_through(server: ScriptedServer, grafana: Open) -> None:
    group = {"name": "dashboard.grafana.app", "versions": [{"version": "v1"}]}
    twelve(server).routes["GET /apis"] = [Answer({"groups": [group, STEPS["groups"]["response"]["groups"][1]]})]
    path = PATH.replace("v0alpha1", "v1")
    server.routes |= {f"GET {path}": [answer("list v1beta1")], f"POST {path}": [_live("1")], f"PUT {path}/one": [_live("18")]}
    opened = grafana(server.url)
    assert ("v1", ()) == (opened.probe().why[-2:], opened.probe().forms)
    assert isinstance(opened.save(_new()), Saved)
    assert isinstance(opened.save(_save()), Saved)
    assert {"fieldValidation=Ignore"} == {each.target.partition("?")[2] for each in server.received if each.method in {"POST", "PUT"}}


# --- deletions ---------------------------------------------------------------------------------------------------------------------------


def test_a_deletion_is_one_request_in_that_state_alone(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes[f"DELETE {AT}"] = [answer("delete with right precondition")]
    assert isinstance(client.delete(ONE, Mark(5, 2, "17+")), Deleted)
    assert [f"DELETE {AT}"] == server.asked_for
    assert {"preconditions": {"resourceVersion": "17"}} == server.newest


def test_a_deletion_that_comes_too_late_is_refused(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes[f"DELETE {AT}"] = [answer("delete with stale precondition")]
    assert isinstance(client.delete(ONE, Mark(5, 2, "1")), VersionMismatch)


def test_without_a_state_it_is_looked_at_first(server: ScriptedServer, client: OpenGrafana) -> None:
    server.routes |= {f"GET {AT}": [_live()], f"DELETE {AT}": [answer("delete with right precondition")]}
    assert isinstance(client.delete(ONE), Deleted)
    assert {"preconditions": {"resourceVersion": "17", "uid": "f00"}} == server.newest
    assert isinstance(client.delete(ONE, Mark(5, 2)), Deleted)
    assert isinstance(client.delete(ONE, Mark(5, 1)), VersionMismatch)
    server.routes[f"GET {AT}"] = [_live(annotations={"grafana.app/managedBy": "terraform"})]
    assert isinstance(client.delete(ONE), ManagedElsewhere)
    server.routes[f"GET {AT}"] = [answer("get deleted")]
    assert Deleted("it is there no more", already=True) == client.delete(ONE)
    assert 2 == len(server.asked(f"DELETE {AT}"))


def test_what_cannot_be_a_name_needs_no_deletion(server: ScriptedServer, client: OpenGrafana) -> None:
    assert Deleted("no dashboard can have this uid", already=True) == client.delete(Uid(".."))
    assert [] == server.asked_for
