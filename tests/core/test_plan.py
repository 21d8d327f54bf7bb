"""The decision table, row by row, and the folders that a plan makes, uses or leaves alone."""

import re
from dataclasses import replace

import pytest

from provisioner.core.changes import Comparison, ConflictKind, CreateDashboard, CreateFolder, Plan, UpdateDashboard
from provisioner.core.conflicts import CONFLICTS, named
from provisioner.core.decide import name_exists
from provisioner.core.identity import derived_uid
from provisioner.core.live import Live, Ours
from provisioner.core.model import ROOT, Desired, Fingerprint, Hiding, Uid
from provisioner.core.plan import make_plan
from provisioner.core.policy import Policies
from provisioner.core.records import Record, Why
from provisioner.core.server import Found, LiveFolder, Server
from provisioner.core.settings import ConflictPolicy, DeletedPolicy, Policy, PolicyChange
from tests.core.builders import BASE, NEW, OLD, SOMETHING, beside, dashboard, found, live_folder, recorded, server, wanted

REPORT, GIT_WINS = Policy(), Policy(ConflictPolicy.GIT_WINS)
POLICIES = pytest.mark.parametrize("policy", [REPORT, GIT_WINS], ids=["report", "git-wins"])

CPU_FILE = dashboard("cpu.json")
ONE = wanted(CPU_FILE)
[CPU] = ONE.dashboards


def plan(
    desired: Desired,
    *compared: Comparison,
    policy: Policy = GIT_WINS,
    on: Server = NEW,
    folders: tuple[LiveFolder, ...] = (),
    rows: tuple[Found, ...] = (),
) -> Plan:
    return make_plan(desired, Live(on, folders, rows, tuple((each.live.uid, each) for each in compared)), policy)


def kinds(made: Plan) -> list[ConflictKind]:
    return [each.kind for each in made.conflicts]


# The table


@POLICIES
def test_what_the_server_does_not_have_is_created(policy: Policy) -> None:
    assert plan(ONE, policy=policy) == Plan((CreateDashboard(CPU, "the server does not have it"),))


@POLICIES
def test_what_is_equal_is_left_alone(policy: Policy) -> None:
    equal = beside(CPU, equal=True)

    assert plan(ONE, equal, policy=policy) == Plan(unchanged=(CPU,), adopted=(CPU,), seen=((CPU, equal),))


@POLICIES
def test_what_is_equal_is_left_alone_even_if_another_tool_keeps_it(policy: Policy) -> None:
    equal = beside(CPU, equal=True, managed_by="file provisioning")

    assert plan(ONE, equal, policy=policy) == Plan(unchanged=(CPU,), adopted=(CPU,), seen=((CPU, equal),))


def test_what_differs_is_a_conflict_with_both_sides_and_nothing_is_written() -> None:
    differing = beside(CPU, equal=False)

    made = plan(ONE, differing, policy=REPORT)

    [told] = made.conflicts
    assert made.changes == ()
    assert (told.kind, told.ours, told.theirs, told.differences) == (ConflictKind.UNMANAGED, CPU, differing.live, SOMETHING)
    assert told.message == "it exists with other content, and no record says that it is ours"
    assert told.remedy == named(CONFLICTS[ConflictKind.UNMANAGED].remedy, CPU)


def test_where_git_wins_what_differs_is_kept_and_written_over_the_version_just_read() -> None:
    differing = beside(CPU, equal=False)

    [change] = plan(ONE, differing).changes

    reason = "it differs, and the policy conflict: git-wins says that git counts"
    assert change == UpdateDashboard(CPU, differing.live, reason, SOMETHING, keep=Why.BEFORE_OVERWRITE)


@pytest.mark.parametrize("equal", [True, False])
def test_what_lies_in_another_folder_moves_where_git_wins(*, equal: bool) -> None:
    [change] = plan(ONE, beside(CPU, equal=equal, folder="elsewhere")).changes

    assert isinstance(change, UpdateDashboard)
    assert change.moves
    assert change.differences == (() if equal else SOMETHING)


@pytest.mark.parametrize(("title", "shown"), [("Ops", "Ops"), ("", "elsewhere")])
def test_what_only_lies_in_another_folder_is_a_conflict_that_names_that_folder(title: str, shown: str) -> None:
    moved = beside(CPU, equal=True, folder="elsewhere")
    moved = replace(moved, live=replace(moved.live, folder_title=title))

    [told] = plan(ONE, moved, policy=REPORT).conflicts

    assert told.kind is ConflictKind.UNMANAGED
    assert told.message == f'the same content lies in folder "{shown}", and no record says that it is ours to move'


@POLICIES
def test_what_another_tool_keeps_is_not_written_and_the_tool_is_named(policy: Policy) -> None:
    kept = beside(CPU, equal=False, managed_by="file provisioning")

    made = plan(ONE, kept, policy=policy)

    [told] = made.conflicts
    assert made.changes == ()
    assert (told.kind, told.theirs, told.differences) == (ConflictKind.MANAGED_ELSEWHERE, kept.live, SOMETHING)
    assert told.message == "file provisioning provisions it"


@POLICIES
@pytest.mark.parametrize("compared", [True, False])
def test_nothing_is_decided_about_what_is_in_doubt(policy: Policy, *, compared: bool) -> None:
    live = Live(NEW, compared=((CPU.uid, beside(CPU, equal=False)),) if compared else (), doubtful=frozenset({CPU.uid}))

    assert make_plan(ONE, live, policy) == Plan()


def test_changes_come_in_the_order_of_the_files() -> None:
    desired = wanted(dashboard("c.json", "c"), dashboard("a.json", "a"), dashboard("b.json", "b"))
    [a, b, c] = desired.dashboards

    changes = plan(desired, beside(b, equal=False)).changes

    assert [type(each) for each in changes] == [CreateDashboard, UpdateDashboard, CreateDashboard]
    assert [each.dashboard for each in changes if not isinstance(each, CreateFolder)] == [a, b, c]


def test_an_empty_desired_gives_an_empty_plan() -> None:
    assert plan(Desired(), rows=(found("x", "X"),), folders=(live_folder("f", "F"),)) == Plan()


# Names


@pytest.mark.parametrize("version", ["5.4.5", "9.3.2", "11.2.9"])
@pytest.mark.parametrize("title", ["CPU", " cpu "])
def test_a_title_that_is_taken_is_foreseen_where_it_may_be_taken_once(version: str, title: str) -> None:
    other = found("other", title)

    made = plan(ONE, on=server(version), rows=(other,))

    [told] = made.conflicts
    assert made.changes == ()
    assert (told.kind, told.ours, told.theirs) == (ConflictKind.NAME_EXISTS, CPU, other)
    assert told.message == "another dashboard of this folder has the title"


@pytest.mark.parametrize("version", ["11.3.0", "12.4.0", ""])
def test_a_title_that_is_taken_is_noted_where_it_may_be_taken_twice_or_nobody_knows(version: str) -> None:
    other = found("other", "CPU")

    made = plan(ONE, on=server(version), rows=(found("z", "CPU"), other))

    assert made == Plan((CreateDashboard(CPU, "the server does not have it", other),))


@pytest.mark.parametrize(
    "row", [found("other", "CPU", "elsewhere"), found("other", "RAM"), found("cpu", "CPU")], ids=["folder", "title", "itself"]
)
def test_a_title_elsewhere_another_title_or_itself_is_in_nobodys_way(row: Found) -> None:
    assert plan(ONE, on=OLD, rows=(row,)).conflicts == ()


def test_a_row_of_the_dashboard_itself_does_not_hide_the_other_one() -> None:
    other = found("other", "CPU")

    [told] = plan(ONE, on=OLD, rows=(found("cpu", "CPU"), other)).conflicts

    assert told.theirs == other


@pytest.mark.parametrize(("folder", "title"), [("elsewhere", "CPU"), ("", "Old name")])
def test_a_move_or_a_new_title_into_one_that_is_taken_is_foreseen(folder: str, title: str) -> None:
    moved = beside(CPU, equal=False, folder=folder, title=title)

    assert kinds(plan(ONE, moved, on=OLD, rows=(found("other", "CPU"),))) == [ConflictKind.NAME_EXISTS]
    assert kinds(plan(ONE, moved, on=NEW, rows=(found("other", "CPU"),))) == []


def test_who_has_the_title_already_keeps_it() -> None:
    made = plan(ONE, beside(CPU, equal=False), on=OLD, rows=(found("other", "CPU"), found("cpu", "CPU")))

    assert [type(each) for each in made.changes] == [UpdateDashboard]


def test_of_two_files_with_one_title_the_first_is_written_and_the_second_told_of_it() -> None:
    desired = wanted(dashboard("b.json", "b", "Load"), dashboard("a.json", "a", "load"))
    first, second = desired.dashboards

    made = plan(desired, on=OLD)

    [told] = made.conflicts
    assert made.changes == (CreateDashboard(first, "the server does not have it"),)
    assert (told.kind, told.ours, told.theirs) == (ConflictKind.NAME_EXISTS, second, Found(Uid("a"), "load", ROOT, ""))
    assert told.message == "another file of this directory has the title, and is applied first"


def test_of_two_files_with_one_title_both_are_written_where_a_title_may_be_taken_twice() -> None:
    desired = wanted(dashboard("b.json", "b", "Load"), dashboard("a.json", "a", "Load"))

    made = plan(desired, on=NEW)

    assert made == Plan(tuple(CreateDashboard(each, "the server does not have it") for each in desired.dashboards))


def test_a_title_that_is_taken_by_what_nobody_shows_is_said_so() -> None:
    assert name_exists(CPU, None).message == "something else in this folder has the title, hidden from this credential"


# Records


def looked(*, read: bool, ours: Fingerprint | None = None, rows: tuple[Found, ...] = (), on: Server = OLD) -> Live:
    """A server on which the dashboard was not found, or was not asked for."""
    asked = frozenset({CPU.uid}) if read else frozenset()
    return Live(on, found=rows, read=asked, ours=(Ours(CPU.uid, "1:new:0:-", ours),))


RECORDS = {CPU.uid: recorded(CPU)}


def test_what_is_not_there_is_told_only_where_it_was_asked_for() -> None:
    asked, unasked = (make_plan(ONE, looked(read=each, ours=BASE), REPORT, RECORDS) for each in (True, False))

    assert ([each.live for each in asked.drifted], asked.unchanged) == ([None], ())
    assert (unasked.drifted, unasked.unchanged, unasked.seen) == ((), (CPU,), ())


def test_a_title_that_it_had_before_is_not_taken_by_it_and_a_new_one_may_be() -> None:
    rows = (found("other", "CPU"), found("cpu", "CPU"))
    renamed = {CPU.uid: replace(recorded(CPU), title="Load")}

    assert [type(each) for each in make_plan(ONE, looked(read=False, rows=rows), REPORT, RECORDS).changes] == [UpdateDashboard]
    assert kinds(make_plan(ONE, looked(read=False, rows=rows), REPORT, renamed)) == [ConflictKind.NAME_EXISTS]
    recreate = Policy(deleted=DeletedPolicy.RECREATE)
    assert kinds(make_plan(ONE, looked(read=True, rows=rows), recreate, RECORDS)) == [ConflictKind.NAME_EXISTS]


def test_a_record_without_a_file_is_gone() -> None:
    gone = replace(recorded(CPU), uid=Uid("gone"))

    assert make_plan(ONE, looked(read=False), REPORT, {**RECORDS, gone.uid: gone}).gone == (gone,)


def test_in_doubt_no_record_is_gone() -> None:
    assert make_plan(Desired(complete=False), looked(read=False), REPORT, RECORDS).gone == ()


def test_in_doubt_records_without_a_file_are_named_but_for_those_whose_own_file_is_in_doubt() -> None:
    lost, broken = (replace(recorded(CPU), uid=Uid(each), path=f"{each}.json") for each in ("lost", "broken"))
    hiding = (Hiding("dash/broken.json", broken.source, "broken.json"),)

    made = make_plan(
        replace(ONE, complete=False, hiding=hiding), looked(read=False), REPORT, {**RECORDS, lost.uid: lost, broken.uid: broken}
    )

    assert (made.gone, made.unsure, made.hiding) == ((), (lost,), hiding)


def test_what_a_refused_file_names_is_neither_gone_nor_drifted() -> None:
    plan = make_plan(Desired(withheld=frozenset({CPU.uid})), looked(read=True), REPORT, RECORDS)

    assert (plan.gone, plan.drifted, plan.changes) == ((), (), ())


def test_what_a_refused_file_was_called_before_is_not_gone() -> None:
    """A renamed file keeps the uid of its first path; refused, it is withheld by the uid of its path of now."""
    renamed = replace(recorded(CPU), uid=Uid("first"), path="second.json", derived=True)
    elsewhere = replace(renamed, uid=Uid("third"), path="third.json")
    now = derived_uid(renamed.source, "second.json", 0)

    def gone(withheld: Uid, *records: Record) -> list[Uid]:
        desired = Desired(withheld=frozenset({withheld}))
        return [each.uid for each in make_plan(desired, looked(read=True), REPORT, {each.uid: each for each in records}).gone]

    assert gone(now, renamed) == []
    assert gone(now, renamed, replace(elsewhere, uid=now)) == []
    assert gone(Uid("another"), renamed) == []
    assert gone(Uid("third"), replace(renamed, derived=False), elsewhere) == ["first"]
    assert gone(Uid("third"), renamed, elsewhere) == ["first"]


def test_of_one_dashboard_a_person_may_say_that_git_wins() -> None:
    taken = Policies(REPORT, taken=frozenset({CPU.uid}))

    assert [type(each) for each in make_plan(ONE, looked(read=True, on=NEW), taken, RECORDS).changes] == [CreateDashboard]


def test_the_policy_of_its_path_counts() -> None:
    stated = Policies(REPORT, ((re.compile("cpu.json"), PolicyChange(deleted=DeletedPolicy.RECREATE)),))

    assert [type(each) for each in make_plan(ONE, looked(read=True, ours=BASE, on=NEW), stated, RECORDS).changes] == [CreateDashboard]
