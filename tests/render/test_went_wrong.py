"""What went wrong, what was left out, and what to do, in the words of an apply."""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.changes import Change, ConflictKind, Outcome, Plan, Result, UpdateDashboard
from provisioner.core.model import ROOT
from provisioner.core.report import Exit, Failure, exit_code
from provisioner.core.server import Mark
from provisioner.render.formats import render_apply, render_plan
from provisioner.render.options import Format, Options
from tests.render import samples

PLAIN = Options()


def _applied(*outcomes: Outcome, failure: Failure | None = None, stopped: bool = False) -> str:
    plan = Plan(tuple(each.change for each in outcomes))
    report = replace(samples.PLANNED, applied=True, plan=plan, outcomes=outcomes, failure=failure, stopped=stopped)
    return render_apply([report], Format.TEXT, exit_code([report]), PLAIN)


def _left(*changes: Change, why: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(change, Result.NOT_DONE, why, "look at the server") for change in changes)


def test_a_reason_that_keeps_many_from_being_done_is_said_once_with_their_number() -> None:
    told = _applied(*_left(samples.CREATE, samples.UPDATE, samples.MOVE, why="left out, since the disk is full"))
    assert 1 == told.count("the disk is full")
    assert 1 == told.count("look at the server")
    assert "  - not done  3 changes: left out, since the disk is full\n" in told
    assert all(name in told for name in ("Payments / Refunds", "Payments / Latency", "Platform / Hosts / Node"))


def test_a_reason_that_stands_above_already_is_not_said_again() -> None:
    failure = Failure("target production", "502 Bad Gateway", "wait")
    told = _applied(*_left(samples.CREATE, samples.UPDATE, why="left out, since 502 Bad Gateway"), failure=failure)
    assert 1 == told.count("502 Bad Gateway")
    assert "  - not done  2 changes: for the error above\n" in told


def test_a_write_over_an_edit_is_no_write_of_nothing() -> None:
    lost = samples.conflict(ConflictKind.OVERWROTE_EDIT, samples.LATENCY, "an edit was overwritten", samples.live(samples.LATENCY))
    told = _applied(Outcome(samples.UPDATE, Result.CONFLICT, before=Mark(7, 8), after=Mark(7, 10), conflict=lost))
    assert "1 written over an edit" in told
    assert "nothing written" not in told


def test_a_write_into_another_dashboard_is_told_as_written() -> None:
    elsewhere = samples.conflict(ConflictKind.REDIRECTED, samples.REFUNDS, "the server wrote into another one", None)
    told = _applied(Outcome(samples.CREATE, Result.CONFLICT, conflict=elsewhere))
    assert "1 written into another dashboard" in told
    assert "nothing written" not in told


def test_what_nobody_knows_is_neither_failed_nor_unwritten() -> None:
    told = _applied(Outcome(samples.CREATE, Result.UNKNOWN, "it is not known whether it was saved: timed out", "look again"))
    assert told.startswith("production  1 perhaps written, ")
    assert "  ? not known " in told
    assert "failed, or was left undone" in told.splitlines()[-1]
    assert "nothing written" not in told
    assert "1 failed" not in told


def test_who_stops_it_is_told_that_it_was_stopped_what_was_done_and_what_was_not() -> None:
    done = Outcome(samples.CREATE, Result.CREATED, after=Mark(9, 1))
    told = _applied(done, *_left(samples.UPDATE, why="stopped before its turn"), stopped=True)
    assert told.startswith("production  stopped before the end, 1 not done, 1 created, ")
    assert "  - not done  1 change: stopped before its turn\n" in told
    assert told.endswith("exit 1: stopped before all was done\n")


def test_a_command_that_is_to_be_run_names_what_this_one_was_given() -> None:
    one = render_plan([samples.PLANNED], Format.TEXT, Exit.CONFLICT, Options(given="-c a.yaml"))
    assert "provisioner apply --take pay-overview -c a.yaml (what is live is kept" in one
    two = render_plan([samples.PLANNED, samples.UNREACHABLE], Format.TEXT, Exit.CONFLICT, Options(given="-c a.yaml"))
    assert "provisioner pull pay-overview --into dashboards -c a.yaml --target production, and commit the file" in two


def test_the_root_folder_has_one_name_whatever_the_server_calls_it() -> None:
    there = replace(samples.live(samples.DISK, 3, "General"), folder=ROOT)
    change = UpdateDashboard(samples.DISK, there, "changed in git", moves=True)
    report = replace(samples.PLANNED, plan=Plan((change,)))
    told = render_plan([report], Format.TEXT, Exit.OK, PLAIN)
    assert 'the root folder → folder "Platform / Hosts"' in told
    assert "General" not in told
