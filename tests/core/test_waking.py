"""When a source is looked at and when a pass runs: bursts settle, the newest wish wins, failures wait longer and longer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.changes import ConflictKind, CreateDashboard, CreateFolder, Drift, Outcome, Plan, Result
from provisioner.core.conflicts import conflict
from provisioner.core.guard import Held, HoldReason, Pruning
from provisioner.core.health import Cause
from provisioner.core.home import HomeReport, HomeState
from provisioner.core.model import DesiredFolder, FolderUid, TargetName, Uid
from provisioner.core.report import PassReport
from provisioner.core.waking import (
    FIRST_BACKOFF,
    LONGEST_BACKOFF,
    LONGEST_BURST,
    QUIET,
    LookAgenda,
    PassAgenda,
    backoff,
    due_in,
    suspects_of,
)
from tests.core.builders import dashboard, recorded, wanted

AT_ONCE = float("-inf")
CPU, MEM = wanted(dashboard("cpu.json"), dashboard("mem.json", "mem")).dashboards
chances = st.floats(0, 1, exclude_max=True)
moments = st.floats(0, 1e6)
causes = st.sampled_from(Cause)


# --- sources -----------------------------------------------------------------------------------------------------------------------------


def test_nobody_hints_and_the_source_is_looked_at_when_its_interval_is_over() -> None:
    agenda = LookAgenda(regular=0.0).looked(100.0, 60.0, chance=0.0)
    assert (160.0, Cause.CHANGE) == (agenda.due, agenda.cause)


def test_chance_shortens_an_interval_by_a_tenth_at_most() -> None:
    assert 154.0 <= LookAgenda(regular=0.0).looked(100.0, 60.0, chance=0.999).due < 160.0


def test_one_hint_is_followed_after_a_moment_of_quiet() -> None:
    assert 10.0 + QUIET == LookAgenda(regular=60.0).hinted(10.0).due


def test_a_hint_shortly_before_a_regular_look_does_not_put_it_off() -> None:
    assert 10.01 == LookAgenda(regular=10.01).hinted(10.0).due


@given(gaps=st.lists(st.floats(0.0, QUIET), min_size=1, max_size=200))
def test_a_burst_is_one_look_and_never_puts_it_off_for_longer_than_its_ceiling(gaps: list[float]) -> None:
    now, agenda = 10.0, LookAgenda(regular=1000.0).hinted(10.0)
    for gap in gaps:
        now += gap
        agenda = agenda.hinted(now)
    assert agenda.due <= 10.0 + LONGEST_BURST
    assert agenda.due == min(now + QUIET, 10.0 + LONGEST_BURST)


def test_who_asks_need_not_wait_and_a_look_that_begins_takes_all_that_was_hinted() -> None:
    asked = LookAgenda(regular=60.0).hinted(10.0).asked_for(Cause.HOOK)
    assert (AT_ONCE, Cause.HOOK) == (asked.due, asked.cause)
    assert LookAgenda(regular=60.0) == asked.taken()


def test_what_is_hinted_during_a_look_is_for_the_next_one() -> None:
    agenda = LookAgenda(regular=60.0).hinted(10.0).taken().hinted(10.5).looked(10.6, 60.0, chance=0.0)
    assert 10.5 + QUIET == agenda.due


def test_a_tree_that_changed_under_our_eyes_is_looked_at_again_soon() -> None:
    assert 101.0 == LookAgenda(regular=0.0).looked(100.0, 60.0, chance=0.0, whole=False).due


def test_a_source_that_fails_is_tried_soon_at_first_then_at_its_interval() -> None:
    agenda, waits = LookAgenda(regular=0.0), []
    for _ in range(9):
        agenda = agenda.failed(0.0, 60.0, chance=0.0)
        waits.append(agenda.due)
    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0] == waits
    assert 0 == agenda.looked(0.0, 60.0, chance=0.0).failures


def test_a_short_interval_does_not_make_failures_come_faster_than_the_first_backoff() -> None:
    assert FIRST_BACKOFF == LookAgenda(regular=0.0).failed(0.0, 0.1, chance=0.0).due


# --- passes ------------------------------------------------------------------------------------------------------------------------------


def test_nothing_is_due_until_somebody_wishes_it() -> None:
    assert PassAgenda().due is None
    wished = PassAgenda().wish(Cause.CHANGE, 5.0)
    assert (5.0, Cause.CHANGE) == (wished.due, wished.cause(5.0))


def test_ten_wishes_are_one_pass_with_the_cause_of_the_newest_and_all_suspects() -> None:
    agenda = PassAgenda().wish(Cause.DRIFT, 1.0, frozenset({Uid("a")}))
    for each in range(10):
        agenda = agenda.wish(Cause.HOOK if each % 2 else Cause.CHANGE, 2.0 + each, frozenset({Uid(f"u{each}")}))
    assert (2.0, Cause.HOOK) == (agenda.due, agenda.cause(20.0))
    assert {"a", *(f"u{each}" for each in range(10))} == agenda.suspects
    assert PassAgenda() == replace(agenda.taken(), since=0.0)


def test_drift_does_not_make_a_push_less_urgent() -> None:
    agenda = replace(PassAgenda(), retry_at=100.0).wish(Cause.HOOK, 5.0).wish(Cause.DRIFT, 6.0)
    assert (5.0, Cause.HOOK) == (agenda.due, agenda.cause(6.0))


def test_drift_waits_for_the_end_of_a_backoff_and_a_push_does_not() -> None:
    failed = PassAgenda().ended(0.0, chance=0.0, failed=True)
    assert 1.0 == failed.wish(Cause.DRIFT, 0.5).due
    assert 0.5 == failed.wish(Cause.CHANGE, 0.5).due


def test_what_is_new_begins_the_count_of_failures_anew() -> None:
    failed = replace(PassAgenda(), failures=7)
    assert (7, 0) == (failed.wish(Cause.DRIFT, 0.0).failures, failed.wish(Cause.BACK, 0.0).failures)


def test_failures_wait_longer_and_longer_and_a_good_pass_ends_that() -> None:
    agenda, waits = PassAgenda(), []
    for _ in range(12):
        agenda = agenda.taken().ended(0.0, chance=0.0, failed=True)
        waits.append(agenda.due)
        assert (Cause.RETRY, 300.0 >= (agenda.due or 0.0)) == (agenda.cause(1e9), True)
    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0, 300.0] == waits
    assert PassAgenda() == agenda.taken().ended(0.0, chance=0.0, failed=False)


def test_what_was_refused_is_tried_again_when_its_time_comes_and_delays_nothing_else() -> None:
    refused = PassAgenda(again_at=300.0)
    assert (300.0, Cause.RETRY) == (refused.due, refused.cause(300.0))
    assert (5.0, Cause.DRIFT) == (refused.wish(Cause.DRIFT, 5.0).due, refused.wish(Cause.DRIFT, 5.0).cause(5.0))
    assert (100.0, Cause.DUE) == (replace(refused, due_at=100.0).due, replace(refused, due_at=100.0).cause(100.0))
    assert 400.0 == replace(refused, retry_at=400.0).due


def test_a_grace_time_that_ends_is_a_pass_by_itself() -> None:
    agenda = PassAgenda().ended(100.0, chance=0.0, failed=False, due_in=600.0)
    assert (700.0, Cause.DUE) == (agenda.due, agenda.cause(700.0))


@given(failures=st.integers(1, 10_000), chance=chances)
def test_a_backoff_is_never_nothing_and_never_longer_than_the_longest(failures: int, chance: float) -> None:
    assert FIRST_BACKOFF / 2 < backoff(failures, chance) <= LONGEST_BACKOFF


@given(wishes=st.lists(st.tuples(causes, moments), min_size=1), retry_at=st.none() | moments, due_at=st.none() | moments)
def test_however_often_something_is_wished_it_is_due_and_taken_once(
    wishes: list[tuple[Cause, float]], retry_at: float | None, due_at: float | None
) -> None:
    agenda = PassAgenda(retry_at=retry_at, due_at=due_at)
    for cause, now in wishes:
        agenda = agenda.wish(cause, now)
    assert agenda.due is not None
    assert agenda.cause(1e9) in {cause for cause, _ in wishes}
    assert agenda.taken().due is None


# --- what a report asks of the next pass -------------------------------------------------------------------------------------------------


def report(plan: Plan = Plan(), *held: Held) -> PassReport:  # noqa: B008 - a frozen value
    return PassReport(TargetName("t"), "", applied=True, plan=plan, pruning=Pruning(held=held))


def test_what_drifted_or_is_in_conflict_is_looked_at_again_and_a_folder_is_no_dashboard() -> None:
    folder = DesiredFolder(FolderUid("f"), "F", FolderUid(""), ("F",), "f")
    conflicts = (conflict(ConflictKind.BOTH_CHANGED, CPU, ""), conflict(ConflictKind.FOLDER_DIFFERS, folder, ""))
    drift = Drift(MEM, recorded(MEM), None, "", "")
    assert {"cpu", "mem"} == suspects_of(report(Plan(conflicts=conflicts, drifted=(drift,))))
    assert frozenset() == suspects_of(report())


@pytest.mark.parametrize(("result", "suspects"), [(Result.UPDATED, set()), (Result.FAILED, {"cpu"}), (Result.NOT_DONE, {"cpu"})])
def test_what_was_to_be_put_back_and_was_not_is_looked_at_again(result: Result, suspects: set[str]) -> None:
    folder = CreateFolder(DesiredFolder(FolderUid("f"), "F", FolderUid(""), ("F",), "f"), "")
    change = CreateDashboard(CPU, "")
    plan = Plan(changes=(folder, change), unchanged=(MEM,))
    outcomes = (Outcome(folder, result), Outcome(change, result))
    assert suspects == suspects_of(replace(report(plan), outcomes=outcomes, looked=frozenset({CPU.uid, MEM.uid})))


def test_what_could_not_be_compared_is_looked_at_again() -> None:
    assert {"cpu"} == suspects_of(replace(report(Plan(unchanged=(MEM,))), looked=frozenset({CPU.uid, MEM.uid})))


@pytest.mark.parametrize(
    ("state", "suspects"), [(HomeState.DRIFTED, {"cpu"}), (HomeState.FORBIDDEN, {"cpu"}), (HomeState.KEPT, set()), (HomeState.SET, set())]
)
def test_a_home_dashboard_that_is_not_the_stated_one_is_looked_at_again(state: HomeState, suspects: set[str]) -> None:
    assert suspects == suspects_of(replace(report(), home=HomeReport(state, CPU.uid, "")))


def test_the_next_pass_is_due_when_the_first_grace_time_is_over() -> None:
    record = recorded(CPU)
    waits = [Held(record, HoldReason.GRACE, "", "", until=f"2026-11-22T10:{minute}:00Z") for minute in ("30", "10", "20")]
    for_good = Held(record, HoldReason.EDITED, "", "")
    assert 600.0 == due_in(report(Plan(), for_good, *waits), "2026-11-22T10:00:00Z")
    assert 0.0 == due_in(report(Plan(), *waits), "2026-11-22T11:00:00Z")
    assert due_in(report(Plan(), for_good), "2026-11-22T10:00:00Z") is None
