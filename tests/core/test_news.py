"""What is new since the last pass: each matter is told when it comes and when it goes, and not in between."""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.catalog import problem
from provisioner.core.changes import ConflictKind, CreateDashboard, CreateFolder, Drift, Outcome, Plan, Result
from provisioner.core.conflicts import conflict
from provisioner.core.guard import Held, HoldReason, Pruning
from provisioner.core.home import Home, HomeIs, HomeReport, HomeState, NoHome
from provisioner.core.model import DesiredFolder, FolderUid, TargetName, Uid
from provisioner.core.news import Matter, MatterKind, Told, appeared, gone, matters
from provisioner.core.problems import Severity
from provisioner.core.report import PassReport
from provisioner.core.server import Mark
from tests.core.builders import dashboard, recorded, there, wanted

[CPU] = wanted(dashboard("ops/cpu.json")).dashboards
FOLDER = DesiredFolder(FolderUid("f"), "F", FolderUid(""), ("F",), "ops")
GOOD = PassReport(TargetName("t"), "", applied=True)


def drifted(version: int) -> PassReport:
    drift = Drift(CPU, recorded(CPU), there(CPU, mark=Mark(7, version)), "edited by jonas", "take it")
    return replace(GOOD, plan=Plan(drifted=(drift,)))


def test_a_pass_without_a_matter_has_none() -> None:
    assert {} == matters(GOOD)


def test_a_problem_is_the_same_matter_wherever_in_the_file_it_has_moved() -> None:
    wrong = problem("json-syntax", "ops/a.json", "expected , or }")
    first, later = (replace(GOOD, problems=(replace(wrong, line=line, column=2),)) for line in (4, 9))
    assert {} == appeared(matters(first), matters(later)) == gone(matters(first), matters(later))
    [(matter, told)] = matters(later).items()
    assert Matter(MatterKind.PROBLEM, "json-syntax", "ops/a.json", Severity.ERROR) == matter
    assert ("expected , or }", "ops/a.json:9:2") == (told.message, told.place)


def test_two_problems_of_one_code_in_one_file_are_two_matters() -> None:
    found = tuple(problem("input-unfilled", "a.json", "no data source", pointer=each) for each in ("/panels/0", "/panels/1"))
    assert {"a.json#/panels/0", "a.json#/panels/1"} == {each.subject for each in matters(replace(GOOD, problems=found))}


def test_notes_are_no_matter() -> None:
    assert {} == matters(replace(GOOD, problems=(replace(problem("json-syntax", "a.json", "x"), severity=Severity.NOTE),)))


def test_drift_that_goes_on_is_told_with_each_version_and_when_it_is_over() -> None:
    before, now = matters(drifted(4)), matters(drifted(5))
    assert ["version 5"] == [each.code for each in appeared(before, now)]
    assert ["version 4"] == [each.code for each in gone(before, now)]
    assert before == gone(before, matters(GOOD))
    assert {} == appeared(before, before)


def at_home(state: HomeState, live: Home | None = None) -> PassReport:
    return replace(GOOD, home=HomeReport(state, Uid("fleet"), "theirs", "take it", live))


def test_another_home_dashboard_is_a_matter_with_each_one_that_somebody_chooses() -> None:
    first, other = (matters(at_home(HomeState.DRIFTED, HomeIs(Uid(uid)))) for uid in ("shop", "till"))
    assert {Matter(MatterKind.HOME, 'drifted "shop"', "fleet", "warning"): Told("theirs", "take it")} == first
    assert ['drifted "till"'] == [each.code for each in appeared(first, other)]
    assert first == gone(first, matters(at_home(HomeState.KEPT)))


def test_a_home_dashboard_that_may_not_be_set_is_an_error_and_one_that_is_as_stated_no_matter() -> None:
    assert [("forbidden", "error")] == [(each.code, each.severity) for each in matters(at_home(HomeState.FORBIDDEN, NoHome()))]
    assert {} == matters(at_home(HomeState.SET)) == matters(at_home(HomeState.UNSUPPORTED))


def test_a_dashboard_that_was_deleted_on_the_server_has_no_version() -> None:
    lost = replace(GOOD, plan=Plan(drifted=(Drift(CPU, recorded(CPU), None, "deleted", "recreate"),)))
    assert {Matter(MatterKind.DRIFT, "deleted", "cpu", "warning"): Told("deleted", "recreate", "ops/cpu.json")} == matters(lost)


def test_conflicts_of_dashboards_and_folders_name_their_place() -> None:
    found = (conflict(ConflictKind.BOTH_CHANGED, CPU, "both"), conflict(ConflictKind.FOLDER_DIFFERS, FOLDER, "other"))
    told = matters(replace(GOOD, plan=Plan(conflicts=found)))
    assert [("both-changed", "cpu", "ops/cpu.json"), ("folder-differs", "f", "ops")] == [
        (matter.code, matter.subject, words.place) for matter, words in told.items()
    ]


def test_what_happened_once_is_not_gone_because_it_is_not_told_again() -> None:
    overwrote = conflict(ConflictKind.OVERWROTE_EDIT, CPU, "an edit was overwritten, and kept")
    before = matters(replace(GOOD, plan=Plan(conflicts=(overwrote,))))
    assert ["overwrote-edit"] == [each.code for each in before]
    assert {} == gone(before, matters(GOOD))


def test_holds_that_wait_are_told_and_those_that_the_policy_means_are_not() -> None:
    held = tuple(Held(recorded(CPU), reason, "gone", "look") for reason in (HoldReason.GRACE, HoldReason.EDITED, HoldReason.PRUNE_OFF))
    told = matters(replace(GOOD, pruning=Pruning(held=held)))
    assert [("grace", "note"), ("edited-before-delete", "warning")] == [(each.code, each.severity) for each in told]


def test_a_change_that_the_server_refuses_is_told_once_however_often_it_is_sent() -> None:
    made = (CreateDashboard(CPU, ""), CreateFolder(FOLDER, ""))
    outcomes = (*(Outcome(each, Result.FAILED, "refused", "mend it") for each in made), Outcome(made[0], Result.CREATED))
    told = matters(replace(GOOD, outcomes=outcomes))
    assert [("cpu", "ops/cpu.json"), ("f", "ops")] == [(matter.subject, words.place) for matter, words in told.items()]
    assert {} == appeared(told, told)
