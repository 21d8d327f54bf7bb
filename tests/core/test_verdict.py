"""verdict.py: what a server says of a dry run becomes problems with a place, a weight and something to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.core.answers import (
    Busy,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NameExists,
    NotSaved,
    PluginOwned,
    Rejected,
    Unknown,
    VersionMismatch,
)
from provisioner.core.model import ROOT, DesiredDashboard, FolderUid
from provisioner.core.problems import Problem, Severity
from provisioner.core.verdict import Cause, NoSave, Refused, Taken, Verdict, dropped, forbidden, standing, told
from tests.core.builders import document, file, wanted

CONTENT: dict[str, Any] = {"title": "CPU", "panels": [{"id": 1, "datasource": None}]}
NULL = Cause("spec.panels.0.datasource", "conflicting values null and struct")


def _dashboard(pointer: str = "", index: int = 0) -> DesiredDashboard:
    [found] = wanted(file("a.json", document(pointer=pointer, index=index))).dashboards
    return found


def _only(verdict: Verdict, dashboard: DesiredDashboard | None = None) -> Problem:
    [found] = told(dashboard or _dashboard(), CONTENT, verdict)
    return found


def test_what_is_taken_without_a_doubt_is_no_problem() -> None:
    assert [] == list(told(_dashboard(), CONTENT, Taken()))


def test_a_field_that_the_save_is_refused_for_is_an_error_at_its_place() -> None:
    found = _only(Refused(Rejected(422, "all of it"), (NULL,)))
    assert ("server-refuses", Severity.ERROR, "a.json", "/panels/0/datasource") == (found.code, found.severity, found.file, found.pointer)
    assert "spec.panels.0.datasource: conflicting values null and struct" == found.message


def test_each_field_is_a_problem_of_its_own() -> None:
    both = Refused(Rejected(422, "all of it"), (NULL, Cause("spec.title", "too long")))
    assert ["/panels/0/datasource", "/title"] == [each.pointer for each in told(_dashboard(), CONTENT, both)]


def test_a_field_that_several_alternatives_of_a_schema_fault_is_one_problem() -> None:
    alternatives = tuple(Cause("DashboardSpec.title", f'Invalid value: conflicting values "{each}" and "On"') for each in ("A", "B"))
    found = _only(Refused(Rejected(422, "all of it"), alternatives))
    assert 'DashboardSpec.title: Invalid value: conflicting values "A" and "On"; conflicting values "B" and "On"' == found.message
    assert "/title" == found.pointer


@pytest.mark.parametrize(
    ("sent", "kept", "fields"),
    [
        ({"a": 1, "frob": 2}, {"a": 1, "new": 3}, ["spec.frob"]),
        ({"panel-1": {"deep": {"frob": True}}}, {"panel-1": {"deep": {}}}, ["spec.panel-1.deep.frob"]),
        ({"list": [{"frob": "x"}, {"b": 1}]}, {"list": [{}, {"b": 1}]}, ["spec.list.0.frob"]),
        ({"list": [{"frob": "x"}]}, {"list": []}, []),
        ({"empty": "", "off": False, "none": None, "no": [], "nothing": {}}, {}, []),
        ({"with.dot": 1}, {}, ['spec."with.dot"']),
        ({"a": {"b": 1}}, {"a": "other"}, []),
    ],
)
def test_what_a_server_leaves_out_is_named_by_its_path(sent: dict[str, Any], kept: dict[str, Any], fields: list[str]) -> None:
    assert fields == [each.field for each in dropped(sent, kept)]


def test_a_field_that_would_be_lost_is_a_warning_with_a_remedy_of_its_own() -> None:
    [lost] = dropped({"panels": [{"id": 1, "datasource": "x"}]}, {"panels": [{"id": 1}]})
    found = _only(Taken((lost,), "v2beta1"))
    assert ("server-schema", "/panels/0/datasource") == (found.code, found.pointer)
    assert "correct its name, or take it out of the file: it is lost in any case" == found.remedy


def test_what_only_the_schema_finds_fault_with_is_a_warning_that_says_in_which_form() -> None:
    found = _only(Taken((NULL,), "v1beta1"))
    assert ("server-schema", Severity.WARNING, "/panels/0/datasource") == (found.code, found.severity, found.pointer)
    assert "spec.panels.0.datasource in form v1beta1: conflicting values null and struct" == found.message


def test_a_doubt_about_no_field_is_one_about_all_of_it() -> None:
    assert "all of it in form v1: cannot be migrated" == _only(Taken((Cause("", "cannot be migrated"),), "v1")).message


def test_a_field_that_the_file_does_not_have_is_said_to_be_no_part_of_it() -> None:
    found = _only(Taken((Cause("spec.panels.0.type", "incomplete"),), "v1"))
    assert "/panels/0" == found.pointer
    assert found.message.endswith("; the file does not have this field")


def test_the_place_lies_in_the_wrapper_and_the_document_of_the_file() -> None:
    found = _only(Taken((NULL,), "v1"), _dashboard("/data/cpu.json", 2))
    assert ("/data/cpu.json/panels/0/datasource", 2) == (found.pointer, found.document)


@pytest.mark.parametrize(
    ("field", "pointer"),
    [("metadata.name", "/metadata/name"), ("metadata.labels", "/spec"), ("", "/spec"), ("apiVersion", "/spec"), ("spec", "/spec")],
)
def test_what_is_no_field_of_the_dashboard_is_told_of_its_name_or_of_all_of_it(field: str, pointer: str) -> None:
    assert pointer == _only(Refused(Rejected(422, ""), (Cause(field, "no"),)), _dashboard("/spec")).pointer


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (Rejected(413, "too large"), "server-refuses", "too large (413)"),
        (VersionMismatch("modified"), "server-refuses", "somebody changed it while it was looked at: modified"),
        (Gone("not found"), "server-refuses", "somebody changed it while it was looked at: not found"),
        (ManagedElsewhere("terraform provisions it"), "server-refuses", "something else writes it: terraform provisions it"),
        (PluginOwned("a plugin's"), "server-refuses", "something else writes it: a plugin's"),
        (NameExists("taken"), "server-refuses", "taken"),
        (NotSaved("queued"), "server-refuses", "queued"),
        (Unknown("500: boom"), "server-undecided", "500: boom"),
        (Busy("429"), "server-undecided", "429"),
        (Forbidden("may not"), "server-forbids", "may not"),
    ],
)
def test_a_refusal_that_names_no_field_is_told_of_the_dashboard(answer: NoSave, code: str, words: str) -> None:
    found = _only(Refused(answer), _dashboard("/spec"))
    assert (code, Severity.ERROR, "/spec", words) == (found.code, found.severity, found.pointer, found.message)
    assert found.remedy


def test_a_missing_permission_is_told_once_however_many_dashboards_need_it() -> None:
    one, no = _dashboard(), Forbidden("Permissions needed: dashboards:create", "dashboards:create")
    others = [replace(one, origin=replace(one.origin, shown=f"{name}.json")) for name in "bcde"]
    [found] = forbidden("target test", [(each, no) for each in (one, *others)])
    assert ("server-forbids", "target test") == (found.code, found.file)
    assert (
        "the credential may not write 5 dashboards (a.json, b.json, c.json and 2 more): Permissions needed: dashboards:create"
        == found.message
    )
    assert "give the credential the permission dashboards:create there" == found.remedy


def test_each_missing_permission_is_told_and_where_none_is_named_that_of_writing() -> None:
    one = _dashboard()
    found = list(forbidden("target test", [(one, Forbidden("no", "any of a, b")), (one, Forbidden("no"))]))
    assert ["a or b", "dashboards:write"] == [
        each.remedy.removeprefix("give the credential the permission ")[: -len(" there")] for each in found
    ]
    assert found[0].message.startswith("the credential may not write a dashboard (a.json)")
    assert [] == list(forbidden("target test", []))


def test_what_is_to_come_into_a_folder_that_is_not_there_yet_is_shown_in_the_nearest_one_above_it() -> None:
    platform, hosts, linux = FolderUid("platform"), FolderUid("hosts"), FolderUid("linux")
    assert platform == standing(linux, {linux: hosts, hosts: platform})
    assert ROOT == standing(hosts, {hosts: ROOT})
    assert linux == standing(linux, {})
