"""What the server refuses is tried again later and later, and left alone in between; another file of it begins the count anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.changes import CreateDashboard, CreateFolder, Outcome, Removal, Result
from provisioner.core.home import HomeReport, HomeState
from provisioner.core.model import BlobId, DesiredDashboard, DesiredFolder, FolderUid, TargetName
from provisioner.core.refusals import Refusals
from provisioner.core.report import PassReport
from provisioner.core.server import Mark
from tests.core.builders import dashboard, recorded, wanted

CPU, MEM = wanted(dashboard("cpu.json"), dashboard("mem.json", "mem")).dashboards
FOLDER = DesiredFolder(FolderUid("f"), "F", FolderUid(""), ("F",), "f")


def became(result: Result, *of: DesiredDashboard) -> PassReport:
    outcomes = tuple(Outcome(CreateDashboard(each, ""), result, "no") for each in of)
    return PassReport(TargetName("t"), "", applied=True, outcomes=outcomes)


def again(refusals: Refusals, report: PassReport, now: float) -> Refusals:
    return refusals.after(report, refusals.left_alone(now), now, chance=0.0)


def test_nothing_is_tried_again_after_a_pass_in_which_all_went_well() -> None:
    assert (None, {}) == (Refusals().due, Refusals().left_alone(0.0))
    assert Refusals() == again(Refusals(), became(Result.CREATED, CPU), 0.0)


def test_the_same_refusal_is_tried_again_later_and_later() -> None:
    now, waits, refusals = 0.0, [], Refusals()
    for _ in range(11):
        refusals = again(refusals, became(Result.FAILED, CPU), now)
        waits.append((refusals.due or 0.0) - now)
        now = refusals.due or 0.0
        assert {} == refusals.left_alone(now)
    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0] == waits


def test_a_pass_that_left_it_alone_does_not_count_as_a_try() -> None:
    refusals = again(Refusals(), became(Result.FAILED, CPU), 0.0)
    assert {CPU.uid} == refusals.left_alone(0.5).keys()
    assert refusals == again(refusals, became(Result.FAILED, CPU), 0.5)


def test_a_pass_that_tried_it_before_its_time_counts() -> None:
    refusals = again(Refusals(), became(Result.FAILED, CPU), 0.0)
    assert 2.5 == refusals.after(became(Result.FAILED, CPU), {}, 0.5, 0.0).due


def test_another_file_begins_the_count_anew_and_another_dashboard_has_its_own() -> None:
    refusals = again(again(Refusals(), became(Result.FAILED, CPU), 0.0), became(Result.FAILED, CPU), 1.0)
    changed = replace(CPU, origin=replace(CPU.origin, blob=BlobId("other")))
    assert 11.0 == again(refusals, became(Result.FAILED, changed), 10.0).due
    assert 11.0 == again(refusals, became(Result.FAILED, CPU, MEM), 10.0).due
    assert 14.0 == again(refusals, became(Result.FAILED, CPU), 10.0).due


@pytest.mark.parametrize(
    ("state", "due"), [(HomeState.FAILED, 1.0), (HomeState.FORBIDDEN, 1.0), (HomeState.SET, None), (HomeState.DRIFTED, None)]
)
def test_a_home_dashboard_that_could_not_be_set_is_tried_again(state: HomeState, due: float | None) -> None:
    report = replace(became(Result.CREATED), home=HomeReport(state, CPU.uid, ""))
    assert due == again(Refusals(), report, 0.0).due


def test_what_is_not_refused_for_certain_is_left_to_every_pass() -> None:
    """Somebody was faster, the file changed, nobody knows, a folder, a deletion: what has changed meanwhile only a look can tell."""
    unknown = became(Result.UNKNOWN, CPU)
    folder = replace(
        unknown, outcomes=(Outcome(CreateFolder(FOLDER, ""), Result.FAILED), Outcome(CreateFolder(FOLDER, ""), Result.CREATED))
    )
    saved = replace(unknown, outcomes=(Outcome(CreateDashboard(CPU, ""), Result.FAILED, "not recorded", after=Mark(7, 1)),))
    gone = (Removal(recorded(CPU), Result.FAILED), Removal(recorded(MEM), Result.DELETED))
    for report in (unknown, saved, folder, replace(unknown, outcomes=(), removals=gone)):
        refusals = again(Refusals(), report, 0.0)
        assert (1.0, {}) == (refusals.due, refusals.left_alone(0.0))
        assert 2.5 == again(refusals, report, 0.5).due
