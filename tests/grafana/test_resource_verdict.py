"""Dry runs: the server's own verdict on a save, with nothing left on it, and only where a trial showed that it is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.core.answers import Busy, Forbidden, ManagedElsewhere, Rejected, Save, Saved, Unknown, VersionMismatch
from provisioner.core.dialect import Rehearsal
from provisioner.core.errors import TargetUnreachable
from provisioner.core.model import ROOT, FolderUid, Json, Uid
from provisioner.core.settings import Api
from provisioner.core.verdict import Cause, NoRehearsal, Refused, Taken
from provisioner.grafana import OpenGrafana
from provisioner.grafana.resource_verdict import causes_in
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.serve import Running
from tests.grafana.resource_steps import PATH, STEPS, answer, reply, reply_of, twelve
from tests.grafana.scripted import Answer, ScriptedServer

Open = Callable[..., OpenGrafana]
Start = Callable[..., Running]

BETA = PATH.replace("v0alpha1", "v1beta1")
AT = f"{PATH}/one"
UNUSED = f"{PATH}/provisioner-dry-run"
DRY, NOT_THERE = answer("dry run create"), answer("dry run left nothing")
NULL = "Invalid value: conflicting values null and {type?:string,uid?:string} (mismatched types null and struct)"


def _save(version: int | None = None, state: str = "", **stated: object) -> Save:
    fields: dict[str, Any] = {
        "uid": Uid("one"),
        "content": {"title": "One"},
        "folder": ROOT,
        "version": version,
        "message": "",
        "state": state,
    }
    return Save(**{**fields, **stated})


def _dry(server: ScriptedServer) -> ScriptedServer:
    """A 12.4 that makes dry runs as the recorded one."""
    twelve(server).routes |= {f"POST {PATH}": [DRY], f"POST {BETA}": [DRY], f"GET {UNUSED}": [NOT_THERE]}
    return server


def _rehearsal(server: ScriptedServer, grafana: Open) -> Rehearsal:
    found = grafana(server.url).rehearsal()
    assert not isinstance(found, NoRehearsal)
    server.received.clear()
    return found


def _targets(server: ScriptedServer) -> list[str]:
    return [f"{each.method} {each.target}" for each in server.received]


# --- the trial ---------------------------------------------------------------------------------------------------------------------------


def test_before_anything_of_anybodys_is_named_a_trial_shows_that_nothing_is_left(server: ScriptedServer, grafana: Open) -> None:
    opened = grafana(_dry(server).url)
    server.received.clear()
    assert not isinstance(opened.rehearsal(), NoRehearsal)
    assert [f"POST {PATH}?dryRun=All", f"GET {UNUSED}"] == _targets(server)
    assert "provisioner-dry-run" == server.received[0].json["metadata"]["name"]


def test_a_server_that_takes_a_dry_run_for_a_save_is_found_out_and_the_trial_deleted_again(server: ScriptedServer, grafana: Open) -> None:
    stored = {"metadata": {"name": "provisioner-dry-run", "resourceVersion": "17", "generation": 1}, "spec": {}}
    _dry(server).routes |= {f"POST {PATH}": [Answer(stored, 201)], f"GET {UNUSED}": [Answer(stored)], f"DELETE {UNUSED}": [Answer({})]}
    found = grafana(server.url).rehearsal()
    assert isinstance(found, NoRehearsal)
    assert "a dry run was taken for a save" in found.words
    assert f"DELETE {UNUSED}" == _targets(server)[-1]
    assert {"preconditions": {"resourceVersion": "17"}} == server.received[-1].json


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Answer({"message": "dryRun is not supported"}, 400), "a dry run is answered with 400: dryRun is not supported"),
        (Answer({"message": "no"}, 405), "a dry run is answered with 405: no"),
        (answer("create again"), "the name that dry runs are made under is taken"),
    ],
)
def test_a_server_that_makes_no_dry_runs_is_asked_for_none(server: ScriptedServer, grafana: Open, said: Answer, words: str) -> None:
    _dry(server).routes |= {f"POST {PATH}": [said]}
    found = grafana(server.url).rehearsal()
    assert isinstance(found, NoRehearsal)
    assert words in found.words


@pytest.mark.parametrize("said", [Answer({"message": "Permissions needed: dashboards:create"}, 403), Answer({"message": "boom"}, 500), b""])
def test_who_may_not_write_in_the_root_may_still_ask_elsewhere(server: ScriptedServer, grafana: Open, said: Answer | bytes) -> None:
    _dry(server).routes |= {f"POST {PATH}": [said]}
    assert not isinstance(grafana(server.url, attempts=1).rehearsal(), NoRehearsal)
    assert f"GET {UNUSED}" == _targets(server)[-1]


def test_a_server_that_is_busy_is_left_alone(server: ScriptedServer, grafana: Open) -> None:
    _dry(server).routes |= {f"POST {PATH}": [Answer({"message": "later"}, 429)]}
    with pytest.raises(TargetUnreachable, match="it is busy"):
        grafana(server.url, attempts=1).rehearsal()


# --- verdicts ----------------------------------------------------------------------------------------------------------------------------


def test_a_create_is_asked_as_it_would_be_sent_and_then_strictly_under_a_name_that_nobody_has(
    server: ScriptedServer, grafana: Open
) -> None:
    rehearsal = _rehearsal(_dry(server), grafana)
    assert Taken() == rehearsal.verdict(_save(folder=FolderUid("hosts")))
    may = "GET /api/folders/hosts?accesscontrol=true"
    assert [f"POST {PATH}?dryRun=All", may, f"POST {BETA}?fieldValidation=Strict&dryRun=All"] == _targets(server)
    asked, checked = (each.json["metadata"] for each in server.received if each.method == "POST")
    assert ("one", "provisioner-dry-run") == (asked["name"], checked["name"])
    assert "hosts" == asked["annotations"]["grafana.app/folder"]


def test_an_update_is_asked_over_the_state_that_was_seen(server: ScriptedServer, grafana: Open) -> None:
    _dry(server).routes |= {f"PUT {AT}": [answer("dry run update")]}
    rehearsal = _rehearsal(server, grafana)
    assert Taken() == rehearsal.verdict(_save(2, "17"))
    may = "GET /api/folders/general?accesscontrol=true"
    assert [f"PUT {AT}?dryRun=All", may, f"POST {BETA}?fieldValidation=Strict&dryRun=All"] == _targets(server)
    assert ["17", None] == [each.json["metadata"].get("resourceVersion") for each in server.received if each.method != "GET"]


def test_content_with_elements_is_asked_once_in_its_own_form_which_is_checked_anyway(server: ScriptedServer, grafana: Open) -> None:
    v2 = PATH.replace("v0alpha1", "v2beta1")
    _dry(server).routes |= {f"POST {v2}": [DRY]}
    rehearsal = _rehearsal(server, grafana)
    assert Taken(version="v2beta1") == rehearsal.verdict(_save(content={"title": "T", "elements": {}, "layout": {}}, form="v2beta1"))
    assert [f"POST {v2}?dryRun=All", "GET /api/folders/general?accesscontrol=true"] == _targets(server)


def test_a_field_that_the_answer_to_a_dry_run_lacks_would_be_lost(server: ScriptedServer, grafana: Open) -> None:
    kept = {"title": "T", "elements": {}, "layout": {"kind": "GridLayout"}}
    made = Answer({"metadata": {"name": "one"}, "spec": kept}, 201)
    _dry(server).routes |= {f"POST {PATH.replace('v0alpha1', 'v2beta1')}": [made]}
    found = _rehearsal(server, grafana).verdict(_save(content={**kept, "layout": {"kind": "GridLayout", "frob": 1}}, form="v2beta1"))
    assert isinstance(found, Taken)
    assert (["spec.layout.frob"], "v2beta1") == ([each.field for each in found.doubts], found.version)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer("put with stale rv"), VersionMismatch),
        (answer("name with dot"), Rejected),
        (Answer({"message": "Permissions needed: dashboards:write"}, 403), Forbidden),
        (Answer({"message": "this resource is managed by a repository"}, 403), ManagedElsewhere),
        (Answer({"message": "too large"}, 413), Rejected),
        (Answer({"message": "boom"}, 500), Unknown),
        (Answer({"message": "later"}, 429), Busy),
        (Answer(b"<html></html>", 200, content_type="text/html"), Unknown),
        (b"", Unknown),
    ],
)
def test_whatever_a_save_can_be_answered_with_a_dry_run_can(
    server: ScriptedServer, grafana: Open, said: Answer | bytes, expected: type[object]
) -> None:
    _dry(server)
    opened = grafana(server.url, attempts=1)
    rehearsal = opened.rehearsal()
    assert not isinstance(rehearsal, NoRehearsal)
    server.routes[f"POST {PATH}"] = [said]
    found = rehearsal.verdict(_save())
    assert isinstance(found, Refused)
    assert isinstance(found.answer, expected)
    assert () == found.causes


def test_a_form_that_the_server_does_not_take_is_refused_without_a_request(server: ScriptedServer, grafana: Open) -> None:
    rehearsal = _rehearsal(_dry(server), grafana)
    found = rehearsal.verdict(_save(content={"elements": {}, "layout": {}}, form="v2gamma1"))
    assert Refused(Rejected(400, "this server does not take dashboards in form v2gamma1")) == found
    assert [] == _targets(server)


def test_what_the_strict_check_says_is_a_doubt_and_no_refusal(server: ScriptedServer, grafana: Open) -> None:
    _dry(server).routes |= {f"POST {BETA}": [answer("bad panel type strict")]}
    assert Taken((Cause("spec.panels.0.datasource", NULL),), "v1beta1") == _rehearsal(server, grafana).verdict(_save())


def test_a_doubt_about_a_dashboard_of_rows_comes_with_what_the_server_makes_of_it(server: ScriptedServer, grafana: Open) -> None:
    content = STEPS["old schema"]["request"]["spec"]
    form = {"panels": [{"id": 1, "datasource": None}]}
    made = Answer({"metadata": {"name": "x"}, "spec": form}, 201)
    _dry(server).routes |= {f"POST {BETA}": [answer("old schema"), made]}
    found = _rehearsal(server, grafana).verdict(_save(content=content))
    assert Taken((Cause("spec.panels.0.datasource", NULL),), "v1beta1", form) == found
    assert "fieldValidation=Ignore" in server.received[-1].target


def test_a_check_that_fails_without_a_field_is_told_in_the_servers_words(server: ScriptedServer, grafana: Open) -> None:
    _dry(server).routes |= {f"POST {BETA}": [Answer({"message": "migration failed"}, 400)]}
    assert Taken((Cause("", "migration failed"),), "v1beta1") == _rehearsal(server, grafana).verdict(_save())


@pytest.mark.parametrize("said", [Answer({}, 403), Answer({}, 500), Answer({}, 404), b""])
def test_a_check_that_gives_no_verdict_leaves_that_on_the_save(server: ScriptedServer, grafana: Open, said: Answer | bytes) -> None:
    _dry(server).routes |= {f"POST {BETA}": [said]}
    opened = grafana(server.url, attempts=1)
    rehearsal = opened.rehearsal()
    assert not isinstance(rehearsal, NoRehearsal)
    assert Taken() == rehearsal.verdict(_save())


# --- fields ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["bad panel type strict", "bad panel type default", "old schema"])
def test_every_recorded_field_is_found(step: str) -> None:
    assert (Cause("spec.panels.0.datasource", NULL),) == causes_in(reply(step))


def test_a_field_that_a_name_has_is_found() -> None:
    assert (Cause("metadata.name", "Invalid value: \"a/b\": may not contain '/'"),) == causes_in(reply("name with slash"))


@pytest.mark.parametrize(
    ("body", "causes"),
    [
        ({"details": {"causes": [{"field": "spec.a", "reason": "FieldValueInvalid"}, 5, {"field": 7}]}}, [("spec.a", "FieldValueInvalid")]),
        ({"details": {"causes": [{"field": "spec.a", "message": "no"}] * 2}}, [("spec.a", "no")]),
        ({"details": {"causes": "?"}, "message": "?"}, []),
        (
            {"message": 'strict decoding error: unknown field "spec.zzz", duplicate field "elements.a", unknown field "metadata.x"'},
            [("spec.zzz", "unknown field"), ("spec.elements.a", "duplicate field"), ("metadata.x", "unknown field")],
        ),
        (
            {"message": "json: cannot unmarshal string into Go struct field DashboardSpec.spec.editable of type bool"},
            [("spec.editable", "bool is wanted, and string was sent")],
        ),
        ([], []),
    ],
)
def test_what_is_no_field_is_passed_over(body: Json, causes: list[tuple[str, str]]) -> None:
    assert causes == [(each.field, each.words) for each in causes_in(reply_of(422, body))]


# --- the embedded server -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", [12, 13])
def test_an_embedded_server_is_asked_and_holds_nothing_more(sandbox: Start, grafana: Open, generation: int) -> None:
    running = sandbox(generation=generation)
    opened = grafana(running.url)
    assert isinstance(opened.save(_save()), Saved)
    [mark] = [each.mark for each in opened.find()]
    assert mark is not None
    rehearsal = opened.rehearsal()
    assert not isinstance(rehearsal, NoRehearsal)
    assert Taken() == rehearsal.verdict(_save(mark.version, mark.state, content={"title": "Two"}))
    again = rehearsal.verdict(_save())
    assert isinstance(again, Refused)
    assert isinstance(again.answer, VersionMismatch)
    bad = rehearsal.verdict(_save(uid=Uid("two"), content={"title": "T", "schemaVersion": 41, "panels": [{"id": 1, "datasource": None}]}))
    assert isinstance(bad, Taken)
    assert ["spec.panels.0.datasource"] == [each.field for each in bad.doubts]
    assert [("one", mark)] == [(each.uid, each.mark) for each in opened.find()]


@pytest.mark.parametrize(("generation", "name"), [(4, "Grafana 4.6.5 makes no dry runs by the slug API"), (9, "Grafana 9.3.2 makes")])
def test_servers_without_the_resource_api_say_that_they_have_none(sandbox: Start, grafana: Open, generation: int, name: str) -> None:
    found = grafana(sandbox(generation=generation).url).rehearsal()
    assert isinstance(found, NoRehearsal)
    assert found.words.startswith(name)
    assert "" == found.remedy


def test_where_the_dashboard_api_was_stated_that_is_what_is_in_the_way(sandbox: Start, grafana: Open) -> None:
    found = grafana(sandbox(generation=12).url, api=Api.DASHBOARD).rehearsal()
    assert isinstance(found, NoRehearsal)
    assert "leave `api` out of the target" == found.remedy


def test_where_apis_is_hidden_it_is_said_that_this_is_why(sandbox: Start, grafana: Open) -> None:
    running = sandbox(generation=12)
    running.faults.set(Faults(apis_hidden=404))
    found = grafana(running.url).rehearsal()
    assert isinstance(found, NoRehearsal)
    assert "/apis answers 404" in found.words
    assert "let /apis through" == found.remedy
