"""How a target stands: each dashboard of a plan once, those that a person must look at first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, CreateFolder, Drift, Plan, Removal, Result, UpdateDashboard
from provisioner.core.conflicts import conflict
from provisioner.core.guard import Deletion, Held, HoldReason, Pruning
from provisioner.core.model import DesiredFolder, FolderUid, SourceName, TargetName, Uid
from provisioner.core.records import Record
from provisioner.core.report import Exit, Failure, PassReport, SourceState, exit_code
from provisioner.core.server import Mark
from provisioner.core.status import Standing, StatusReport, status
from tests.core.builders import SOMETHING, beside, dashboard, live_folder, wanted

CPU, MEM, NET = wanted(dashboard("cpu.json"), dashboard("mem.json", "mem"), dashboard("net.json", "net")).dashboards


def record(uid: str, applied: str = "2026-11-20T16:40:00Z", *, written: bool = True) -> Record:
    made = Record(
        Uid(uid), uid, SourceName("platform"), f"{uid}.json", 0, CPU.origin.blob, "88e10d4", "", CPU_CONTENT, CPU.folder, (), MARK, applied
    )
    return replace(made, written=written)


BESIDE = beside(CPU, equal=False)
CPU_CONTENT, MARK = BESIDE.ours, Mark(7, 3)
DRIFT = Drift(CPU, record("cpu"), BESIDE.live, "edited", "take it", SOMETHING)


def stands(plan: Plan = Plan(), pruning: Pruning = Pruning(), **records: Record) -> StatusReport:  # noqa: B008 - frozen values
    report = PassReport(TargetName("t"), "", applied=False, plan=plan, pruning=pruning)
    return status(report, {Uid(uid): each for uid, each in records.items()})


def test_what_is_unchanged_is_in_sync_since_it_was_applied() -> None:
    told = stands(Plan(unchanged=(CPU, MEM), adopted=(MEM,), seen=((CPU, beside(CPU, equal=True)),)), cpu=record("cpu"))

    cpu, mem = told.stands
    assert (cpu.standing, cpu.since, cpu.url) == (Standing.IN_SYNC, "2026-11-20T16:40:00Z", BESIDE.live.url)
    assert (mem.standing, mem.since, mem.record) == (Standing.IN_SYNC, "", None)
    assert "the next apply records it" in mem.detail
    assert told.well


def test_an_edit_stands_since_it_was_saved_and_a_deletion_since_nobody_knows_when() -> None:
    told = stands(Plan(drifted=(DRIFT, replace(DRIFT, dashboard=MEM, live=None))))

    assert [(each.uid, each.standing, each.since) for each in told.stands] == [
        ("mem", Standing.DELETED, ""),
        ("cpu", Standing.DRIFTED, "2026-11-22T09:47:00Z"),
    ]
    assert told.stands[1].differences == SOMETHING
    assert not told.well


@pytest.mark.parametrize(
    ("kind", "standing"),
    [
        (ConflictKind.BOTH_CHANGED, Standing.CONFLICT),
        (ConflictKind.NAME_EXISTS, Standing.CONFLICT),
        (ConflictKind.UNMANAGED, Standing.NOT_OURS),
        (ConflictKind.MANAGED_ELSEWHERE, Standing.NOT_OURS),
        (ConflictKind.OWNED_ELSEWHERE, Standing.NOT_OURS),
        (ConflictKind.PLUGIN_DASHBOARD, Standing.NOT_OURS),
    ],
)
def test_what_belongs_to_others_is_told_apart_from_a_conflict_over_ours(kind: ConflictKind, standing: Standing) -> None:
    [told] = stands(Plan(conflicts=(conflict(kind, CPU, "so", theirs=BESIDE.live),)), cpu=record("cpu")).stands

    assert (told.standing, told.conflict and told.conflict.kind, told.record) == (standing, kind, record("cpu"))


def test_a_folder_that_git_renames_is_pending_and_one_that_is_only_made_comes_with_its_dashboards() -> None:
    [team] = wanted(dashboard("team/cpu.json")).folders
    plan = Plan((CreateFolder(team, "moved in git", live_folder(team.uid, "old")), CreateFolder(replace(team, uid=FolderUid("n")), "new")))
    [told] = stands(plan).stands

    assert (Standing.PENDING, team.uid, "team", "team/", "moved in git") == (told.standing, told.uid, told.name, told.path, told.detail)
    assert not stands(plan).well


def test_a_folder_in_conflict_is_told_too() -> None:
    [team] = wanted(dashboard("team/cpu.json")).folders
    [told] = stands(Plan(conflicts=(conflict(ConflictKind.FOLDER_DIFFERS, team, "other title"),))).stands

    assert (told.standing, told.name, told.path, told.record) == (Standing.CONFLICT, "team", "team/", None)


@pytest.mark.parametrize(
    ("reason", "standing"),
    [
        (HoldReason.PRUNE_OFF, Standing.LEFT),
        (HoldReason.ADOPTED, Standing.LEFT),
        (HoldReason.GRACE, Standing.PENDING),
        (HoldReason.EDITED, Standing.HELD),
        (HoldReason.CEILING, Standing.HELD),
        (HoldReason.EMPTY_TREE, Standing.HELD),
    ],
)
def test_a_file_that_is_gone_waits_for_nothing_for_its_time_or_for_a_person(reason: HoldReason, standing: Standing) -> None:
    missing = replace(record("old"), missing_since="2026-11-22T09:30:00Z")
    told = stands(pruning=Pruning(held=(Held(missing, reason, "gone", ""),)))

    assert [(each.uid, each.standing, each.since) for each in told.stands] == [("old", standing, "2026-11-22T09:30:00Z")]
    assert told.well == (standing is Standing.LEFT)


def test_each_dashboard_of_a_plan_stands_once_and_the_worst_first() -> None:
    plan = Plan(
        changes=(CreateDashboard(MEM, "new"), UpdateDashboard(NET, beside(NET, equal=False).live, "changed in git", SOMETHING)),
        conflicts=(conflict(ConflictKind.BOTH_CHANGED, CPU, "both", theirs=BESIDE.live),),
    )
    told = stands(plan, Pruning((Deletion(record("old"), BESIDE.live),)))

    assert [(each.uid, each.standing.value) for each in told.stands] == [
        ("cpu", "conflict"),
        ("mem", "pending"),
        ("net", "pending"),
        ("old", "pending"),
    ]
    assert sum(told.counts.values()) == len(told.stands)


def test_the_last_apply_is_the_last_one_that_wrote() -> None:
    told = stands(
        a=record("a", "2026-11-20T16:40:00Z"), b=record("b", "2026-11-21T08:00:00Z"), c=record("c", "2026-11-23T00:00:00Z", written=False)
    )

    assert told.last is not None
    assert told.last.uid == "b"


def test_of_a_target_that_could_not_be_read_nothing_is_told() -> None:
    failed = PassReport(TargetName("t"), "", applied=False, failure=Failure("t", "down", ""), plan=Plan(unchanged=(CPU,)))

    assert (status(failed, {}).stands, status(failed, {}).well) == ((), False)


# What a report counts of it

DRIFTED = PassReport(TargetName("t"), "", applied=False, plan=Plan(unchanged=(CPU,), adopted=(CPU,), drifted=(DRIFT,)))


def test_drift_is_no_failure_and_pending_only_for_a_plan_in_detail() -> None:
    assert (DRIFTED.drifted, DRIFTED.adopted, DRIFTED.unchanged) == (1, 1, 1)
    assert exit_code([DRIFTED]) is Exit.OK
    assert exit_code([DRIFTED], detailed=True) is Exit.PENDING
    assert exit_code([replace(DRIFTED, applied=True)], detailed=True) is Exit.OK


def test_adoption_alone_is_nothing_to_do() -> None:
    assert exit_code([replace(DRIFTED, plan=Plan(unchanged=(CPU,), adopted=(CPU,)))], detailed=True) is Exit.OK


def test_a_deletion_is_a_write() -> None:
    done = replace(DRIFTED, applied=True, removals=(Removal(record("old"), Result.DELETED), Removal(record("older"), Result.UNCHANGED)))

    assert done.written == 1


def test_a_folder_that_is_to_be_made_is_no_dashboard_that_stands() -> None:
    folder = DesiredFolder(FolderUid("a"), "A", FolderUid(""), ("A",), "a")
    assert ["cpu"] == [each.uid for each in stands(Plan(changes=(CreateFolder(folder, "new"), CreateDashboard(CPU, "new")))).stands]


def buried(message: str = "an edit was overwritten") -> Conflict:
    return replace(conflict(ConflictKind.OVERWROTE_EDIT, CPU, message, theirs=BESIDE.live), remedy="restore it")


@pytest.mark.parametrize(
    "plan",
    [Plan(unchanged=(CPU, MEM)), Plan(unchanged=(MEM,), drifted=(DRIFT,)), Plan(changes=(UpdateDashboard(CPU, BESIDE.live, "git"),))],
)
def test_an_edit_that_a_write_went_over_stands_once_and_before_all_else_of_its_dashboard(plan: Plan) -> None:
    told = status(PassReport(TargetName("t"), "", applied=False, plan=plan, buried=(buried(),)), {})

    assert [(each.uid, each.standing, each.detail) for each in told.stands if each.uid == "cpu"] == [
        ("cpu", Standing.CONFLICT, "an edit was overwritten")
    ]
    assert len({each.uid for each in told.stands}) == len(told.stands)


def test_of_two_conflicts_of_one_dashboard_both_are_told_in_one_place() -> None:
    other = replace(conflict(ConflictKind.BOTH_CHANGED, CPU, "changed on both sides", theirs=BESIDE.live), remedy="decide")
    told = status(PassReport(TargetName("t"), "", applied=False, plan=Plan(conflicts=(other,)), buried=(buried(),)), {})

    [stand] = told.stands
    assert (stand.detail, stand.remedy) == ("an edit was overwritten; changed on both sides", "restore it decide")


def test_a_folder_in_conflict_stands_beside_a_dashboard_of_its_uid() -> None:
    folder = DesiredFolder(FolderUid("cpu"), "CPU", FolderUid(""), ("CPU",), "cpu")
    found = conflict(ConflictKind.FOLDER_DIFFERS, folder, "it differs")
    told = status(PassReport(TargetName("t"), "", applied=False, plan=Plan(conflicts=(found,)), buried=(buried(),)), {})

    assert sorted(each.path for each in told.stands) == ["cpu.json", "cpu/"]


def test_paths_of_what_has_no_file_and_of_folders_are_shown_as_those_of_files() -> None:
    folder = DesiredFolder(FolderUid("ops"), "Ops", FolderUid(""), ("Ops",), "ops")
    plan = Plan(conflicts=(conflict(ConflictKind.FOLDER_DIFFERS, folder, "it differs"),))
    pruning = Pruning(held=(Held(record("old"), HoldReason.CEILING, "too many", "confirm"),))
    sources = (SourceState(SourceName("platform"), None, prefix="dashboards/"),)
    one = PassReport(TargetName("t"), "", applied=False, plan=plan, pruning=pruning, sources=sources)
    two = replace(one, sources=(*sources, SourceState(SourceName("team"), None, prefix="team/")))

    assert sorted(each.path for each in status(one, {}).stands) == ["dashboards/old.json", "dashboards/ops/"]
    assert sorted(each.path for each in status(two, {}).stands) == ["dashboards/old.json", "ops/"]
