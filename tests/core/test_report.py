"""One pass as a value: its counts are those of the plan and of the outcomes, and its exit code says the worst that happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.catalog import problem
from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, CreateFolder, Outcome, Plan, Result, UpdateDashboard
from provisioner.core.conflicts import conflict
from provisioner.core.desired import Wants
from provisioner.core.model import Revision, TargetName
from provisioner.core.problems import Problem
from provisioner.core.report import Exit, Failure, PassReport, SourceState, Validation, exit_code, validation_exit_code
from tests.core.builders import PLATFORM, SOMETHING, beside, dashboard, wanted

DESIRED = wanted(dashboard("cpu.json"), wants=Wants(folder="Team"))
[CPU], [TEAM] = DESIRED.dashboards, DESIRED.folders
LIVE = beside(CPU, equal=False).live

FOLDER = CreateFolder(TEAM, "")
CREATE = CreateDashboard(CPU, "")
UPDATE = UpdateDashboard(CPU, LIVE, "", SOMETHING)
MOVE = UpdateDashboard(CPU, LIVE, "", moves=True)
BOTH = UpdateDashboard(CPU, LIVE, "", SOMETHING, moves=True)
CHANGES = (FOLDER, CREATE, UPDATE, MOVE, BOTH)

HELD: Conflict = conflict(ConflictKind.UNMANAGED, CPU, "it differs")
DOWN = Failure("target t", "no answer", "tried again", unreachable=True)
DENIED = Failure("target t", "401", "give a token")
ERROR, WARNING = problem("uid-duplicate", "a.json", "twice"), problem("title-duplicate", "a.json", "twice")


def report(
    plan: Plan = Plan(),  # noqa: B008 - a frozen value
    *outcomes: Outcome,
    applied: bool = False,
    problems: tuple[Problem, ...] = (),
    failure: Failure | None = None,
    source: Failure | None = None,
) -> PassReport:
    states = (SourceState(PLATFORM, Revision("main"), failure=source),)
    return PassReport(TargetName("t"), "", applied, states, plan=plan, outcomes=outcomes, problems=problems, failure=failure)


def done(result: Result) -> Outcome:
    return Outcome(CREATE, result, conflict=HELD if result is Result.CONFLICT else None)


# Exit codes

NOTHING = report()
PENDING = report(Plan((CREATE,)))
WRITTEN = report(Plan((CREATE,)), done(Result.CREATED), applied=True)
INVALID = report(problems=(ERROR,))
CONFLICTING = report(Plan(conflicts=(HELD,)))
REFUSED = report(Plan((CREATE,)), done(Result.CONFLICT), applied=True)
FAILED = report(Plan((CREATE,)), done(Result.FAILED), applied=True)
STOPPED = report(Plan((CREATE,)), done(Result.NOT_DONE), applied=True)
UNREACHABLE, UNAUTHORISED = report(failure=DOWN), report(failure=DENIED)
SOURCE_DOWN, SOURCE_DENIED = report(source=DOWN), report(source=DENIED)


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([], Exit.OK),
        ([NOTHING], Exit.OK),
        ([report(problems=(WARNING,))], Exit.OK),
        ([report(Plan(unchanged=(CPU,)))], Exit.OK),
        ([PENDING], Exit.OK),
        ([WRITTEN], Exit.OK),
        ([report(Plan((CREATE,)), done(Result.UNCHANGED), applied=True)], Exit.OK),
        ([INVALID], Exit.INVALID),
        ([CONFLICTING], Exit.CONFLICT),
        ([REFUSED], Exit.CONFLICT),
        ([FAILED], Exit.ERROR),
        ([STOPPED], Exit.ERROR),
        ([UNREACHABLE], Exit.UNREACHABLE),
        ([UNAUTHORISED], Exit.ERROR),
        ([SOURCE_DOWN], Exit.UNREACHABLE),
        ([SOURCE_DENIED], Exit.ERROR),
        ([CONFLICTING, INVALID], Exit.INVALID),
        ([PENDING, CONFLICTING], Exit.CONFLICT),
        ([INVALID, FAILED], Exit.ERROR),
        ([FAILED, UNREACHABLE], Exit.UNREACHABLE),
        ([WRITTEN, NOTHING, SOURCE_DENIED, CONFLICTING], Exit.ERROR),
    ],
)
def test_the_exit_code_is_that_of_the_worst(reports: list[PassReport], code: Exit) -> None:
    assert code is exit_code(reports)
    assert code is exit_code(reversed(reports))


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([NOTHING], Exit.OK),
        ([PENDING], Exit.PENDING),
        ([NOTHING, PENDING], Exit.PENDING),
        ([WRITTEN], Exit.OK),
        ([PENDING, CONFLICTING], Exit.CONFLICT),
        ([PENDING, INVALID], Exit.INVALID),
    ],
)
def test_a_detailed_exit_code_tells_a_plan_that_has_changes_from_one_that_has_none(reports: list[PassReport], code: Exit) -> None:
    assert code is exit_code(reports, detailed=True)


@pytest.mark.parametrize(
    ("failures", "problems", "code"),
    [
        ([None], (), Exit.OK),
        ([None], (WARNING,), Exit.OK),
        ([None], (WARNING, ERROR), Exit.INVALID),
        ([DENIED], (ERROR,), Exit.ERROR),
        ([DENIED, DOWN], (ERROR,), Exit.UNREACHABLE),
        ([None, DOWN], (), Exit.UNREACHABLE),
    ],
)
def test_a_validation_fails_for_a_file_with_an_error_or_a_source_that_cannot_be_read(
    failures: list[Failure | None], problems: tuple[Problem, ...], code: Exit
) -> None:
    states = tuple(SourceState(PLATFORM, None, failure=each) for each in failures)

    assert code is validation_exit_code(Validation(states, problems, 0.1))


# Counts


def test_a_plan_is_counted_by_what_it_does() -> None:
    counted = report(Plan(CHANGES, unchanged=(CPU, CPU)))

    assert (counted.folders, counted.creates, counted.updates, counted.moves, counted.unchanged) == (1, 1, 2, 1, 2)


def test_conflicts_are_those_of_the_plan_and_those_that_the_server_told_of() -> None:
    told = conflict(ConflictKind.VERSION_MISMATCH, CPU, "saved since")

    counted = report(Plan((CREATE,), (HELD,)), Outcome(CREATE, Result.CONFLICT, conflict=told), applied=True)

    assert counted.conflicts == (HELD, told)


def test_what_was_found_to_be_so_already_counts_as_unchanged() -> None:
    counted = report(Plan((CREATE,), unchanged=(CPU,)), done(Result.UNCHANGED), applied=True)

    assert (counted.unchanged, counted.written) == (2, 0)


@given(st.lists(st.sampled_from(CHANGES)))
def test_every_change_of_a_plan_is_counted_once(changes: list[CreateDashboard]) -> None:
    counted = report(Plan(tuple(changes)))

    assert len(changes) == counted.folders + counted.creates + counted.updates + counted.moves


@given(st.lists(st.sampled_from([each for each in Result if each is not Result.DELETED])))
def test_every_outcome_is_counted_once(results: list[Result]) -> None:
    counted = report(Plan((CREATE,) * len(results)), *(done(each) for each in results), applied=True)

    others = counted.count(Result.CONFLICT) + sum(counted.count(each) for each in (Result.FAILED, Result.UNKNOWN, Result.NOT_DONE))
    assert len(results) == counted.written + counted.unchanged + others
    assert len(counted.conflicts) == counted.count(Result.CONFLICT)
    assert {each: results.count(each) for each in Result} == {each: counted.count(each) for each in Result}
