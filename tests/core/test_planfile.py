"""A reviewed plan as a file: equal plans agree, and every way of not being equal is told in words."""

import json
from dataclasses import replace

import pytest

from provisioner.core.changes import Change, ConflictKind, CreateDashboard, CreateFolder, LiveState, Plan, UpdateDashboard
from provisioner.core.conflicts import conflict
from provisioner.core.guard import Deletion, Pruning
from provisioner.core.home import Home, HomeIs, HomeReport, HomeState, NoHome
from provisioner.core.model import Json, Revision, SourceName, TargetName, Uid
from provisioner.core.planfile import FORM, moved, plan_file, targets_in
from provisioner.core.report import PassReport, SourceState
from tests.core.builders import BASE, LATER, PLATFORM, WRITTEN, dashboard, live_folder, recorded, there, wanted

MADE, URL = "2026-11-22T10:00:00Z", "https://grafana.example"
DESIRED = wanted(dashboard("ops/cpu.json"))
[CPU], [OPS] = DESIRED.dashboards, DESIRED.folders
FOLDER, CREATE, SEEN = CreateFolder(OPS, ""), CreateDashboard(CPU, ""), there(CPU, BASE, WRITTEN)


def update(live: LiveState = SEEN) -> UpdateDashboard:
    return UpdateDashboard(CPU, live, "")


def report(*changes: Change, commit: str | None = "c0ffee", deletions: tuple[Deletion, ...] = ()) -> PassReport:
    sources = (SourceState(PLATFORM, Revision("main", commit)),)
    plan = Plan(changes=changes)
    return PassReport(TargetName("prod"), URL, applied=False, sources=sources, plan=plan, pruning=Pruning(deletions))


def file(*reports: PassReport) -> dict[str, Json]:
    """As it comes back from the disk."""
    read: dict[str, Json] = json.loads(json.dumps(plan_file(reports, MADE)))
    return read


def test_the_plan_that_was_reviewed_is_the_one_that_is_made() -> None:
    same = report(FOLDER, CREATE, deletions=(Deletion(recorded(CPU), there(CPU)),))

    assert moved(file(same), same) == ()


def test_it_says_when_it_was_made_and_names_no_contents() -> None:
    made = file(report(CREATE))

    assert made["made"] == MADE
    assert CPU.title not in json.dumps(made)


def test_each_target_has_its_own_plan() -> None:
    other = replace(report(update()), target=TargetName("test"))

    assert moved(file(report(CREATE), other), other) == ()


def test_a_source_that_has_moved_on_is_told_with_both_commits() -> None:
    assert moved(file(report()), report(commit="beef")) == ("source platform: c0ffee was reviewed, beef is there now",)


def test_commits_are_shortened() -> None:
    assert moved(file(report(commit="a" * 40)), report(commit=None)) == (
        "source platform: aaaaaaaaaaaa was reviewed, no commit is there now",
    )


def test_a_source_that_came_since_is_told() -> None:
    more = replace(report(), sources=(*report().sources, SourceState(SourceName("team"), Revision("main", "beef"))))

    assert moved(file(report()), more) == ("source team: no commit was reviewed, beef is there now",)


def test_a_source_that_could_not_be_read_has_no_commit() -> None:
    unread = replace(report(), sources=(SourceState(PLATFORM, None),))

    assert moved(file(unread), unread) == ()


def test_another_server_under_the_targets_name_is_told() -> None:
    other = replace(report(), url="https://other.example")

    assert moved(file(report()), other) == (f"{URL} was reviewed, the target is https://other.example now",)


def test_a_change_that_nobody_has_seen_is_told() -> None:
    assert moved(file(report()), report(CREATE)) == ("dashboard cpu: create was not reviewed",)


def test_a_change_that_is_not_needed_any_more_is_told() -> None:
    assert moved(file(report(CREATE)), report()) == ("dashboard cpu: create was reviewed, and is not to be done any more",)


def test_a_change_that_is_a_conflict_by_now_is_told_with_what_happened() -> None:
    now = replace(report(), plan=Plan(conflicts=(conflict(ConflictKind.BOTH_CHANGED, CPU, "changed by jonas"),)))
    assert moved(file(report(CREATE)), now) == ("dashboard cpu: create was reviewed; it is in conflict both-changed: changed by jonas",)


def test_a_file_names_the_targets_that_were_reviewed_together() -> None:
    assert targets_in(file(report())) == (report().target,)
    assert targets_in({"targets": []}) == ()


def test_a_change_that_would_be_another_one_is_told() -> None:
    assert moved(file(report(CREATE)), report(update())) == ("dashboard cpu: create was reviewed, now it would be update",)


def test_a_deletion_that_nobody_has_seen_is_told() -> None:
    assert moved(file(report()), report(deletions=(Deletion(recorded(CPU), there(CPU)),))) == ("dashboard cpu: delete was not reviewed",)


def test_a_dashboard_that_somebody_saved_since_is_told_with_both_versions() -> None:
    later = update(there(CPU, BASE, LATER))

    assert moved(file(report(update())), report(later)) == (
        "dashboard cpu: somebody changed it on the server since (version 3 was reviewed, version 4 is there)",
    )


def test_what_is_filled_otherwise_is_told() -> None:
    [other] = wanted(dashboard("ops/memory.json")).dashboards

    assert moved(file(report(CREATE)), report(CreateDashboard(other, ""))) == (
        "dashboard cpu: what would be written is not what was reviewed",
    )


def test_a_folder_that_somebody_renamed_since_is_told() -> None:
    seen, renamed = (CreateFolder(OPS, "", live_folder(OPS.uid, title)) for title in ("Ops", "Theirs"))

    assert moved(file(report(seen)), report(renamed)) == (
        f"folder {OPS.uid}: somebody changed it on the server since (another state was reviewed, another state is there)",
    )


# The home dashboard


def with_home(live: Home, wanted: str = "cpu", state: HomeState = HomeState.PENDING) -> PassReport:
    return replace(report(), home=HomeReport(state, Uid(wanted), "somebody chose it", live=live))


PENDING, OVER = with_home(NoHome()), with_home(HomeIs(Uid("theirs"), 3))


@pytest.mark.parametrize("same", [PENDING, OVER, report(), with_home(HomeIs(Uid("cpu")), state=HomeState.KEPT)])
def test_a_home_dashboard_that_is_as_it_was_reviewed_agrees(same: PassReport) -> None:
    assert moved(file(same), same) == ()


@pytest.mark.parametrize("unset", [report(), with_home(HomeIs(Uid("theirs")), state=HomeState.DRIFTED)])
def test_a_home_dashboard_that_nobody_has_seen_is_told(unset: PassReport) -> None:
    assert moved(file(unset), OVER) == ('home dashboard: setting "cpu" was not reviewed',)


def test_a_home_dashboard_that_is_not_to_be_set_any_more_is_told_with_what_happened() -> None:
    theirs = with_home(HomeIs(Uid("theirs")), state=HomeState.CONFLICT)
    assert moved(file(PENDING), theirs) == ('home dashboard: setting "cpu" was reviewed; now somebody chose it',)


def test_a_home_dashboard_that_is_not_stated_any_more_is_told() -> None:
    assert moved(file(PENDING), report()) == ('home dashboard: setting "cpu" was reviewed; now no home dashboard is stated any more',)


def test_another_home_dashboard_is_told() -> None:
    other = with_home(NoHome(), "memory")
    assert moved(file(PENDING), other) == ('home dashboard: setting "cpu" was reviewed, now it would be "memory"',)


@pytest.mark.parametrize(("live", "named"), [(HomeIs(Uid("other")), '"other"'), (HomeIs(Uid(""), 7), "number 7"), (NoHome(), "none")])
def test_a_home_dashboard_that_would_be_set_over_another_one_is_told(live: Home, named: str) -> None:
    told = f'home dashboard: somebody chose another one since ("theirs" was reviewed, {named} is there)'
    assert moved(file(OVER), with_home(live)) == (told,)


def test_a_pass_that_writes_looks_at_the_home_dashboard_last_and_is_not_held_to_it_before() -> None:
    assert moved(file(PENDING), replace(report(), applied=True)) == ()


# Files that plan did not write


def test_a_file_of_an_earlier_release_is_refused_with_the_reason() -> None:
    told = "the file was written by an earlier release (form 1; this one writes 2), which did not bind the home dashboard"
    assert moved({**file(report()), "provisioner_plan": 1}, report()) == (told,)


def test_a_target_that_is_not_in_the_file_is_told() -> None:
    assert moved(file(report()), replace(report(), target=TargetName("test"))) == ("target test is not in the file",)


@pytest.mark.parametrize("made", [{}, {"provisioner_plan": 0, "targets": {}}])
def test_another_file_is_no_plan(made: dict[str, Json]) -> None:
    assert moved(made, report()) == ("the file is no plan of this release",)


@pytest.mark.parametrize("targets", [None, [], "prod", {"prod": None}, {"prod": []}])
def test_a_file_that_somebody_made_up_agrees_to_nothing(targets: Json) -> None:
    assert moved({"provisioner_plan": FORM, "targets": targets}, report()) == ("target prod is not in the file",)


@pytest.mark.parametrize("change", [True, "create", [], ["create"]])
def test_a_change_that_somebody_made_up_is_not_understood(change: Json) -> None:
    made = file(report(CREATE))
    made["targets"]["prod"]["changes"]["dashboard cpu"] = change

    assert moved(made, report(CREATE)) == ("dashboard cpu: what the file says of it is not what plan writes",)


@pytest.mark.parametrize("changes", [None, [], 1])
def test_changes_that_somebody_made_up_are_none(changes: Json) -> None:
    made = file(report(CREATE))
    made["targets"]["prod"]["changes"] = changes

    assert moved(made, report(CREATE)) == ("dashboard cpu: create was not reviewed",)
