"""The laws that a plan keeps for every input (DESIGN section 5), as far as they hold without records.

A world is drawn: the files of one or two sources, and a server of some generation that holds some of it already, changed or not, beside
things of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, CreateFolder, Plan, UpdateDashboard
from provisioner.core.desired import desire
from provisioner.core.identity import derived_folder_uid, derived_uid
from provisioner.core.model import (
    DesiredDashboard,
    Json,
    Uid,
)
from provisioner.core.plan import make_plan
from provisioner.core.problems import Severity
from provisioner.core.settings import ConflictPolicy, Policy
from tests.core.builders import codes, source, uid_of, unreadable
from tests.core.pure_server import PureServer
from tests.core.worlds import OUR_FOLDERS, World, worlds

GIT_WINS, REPORT = Policy(ConflictPolicy.GIT_WINS), Policy(ConflictPolicy.REPORT)


# The laws


def held(plan: Plan) -> set[tuple[ConflictKind, str]]:
    return {(each.kind, each.ours.uid) for each in plan.conflicts}


def about_names(conflicts: Sequence[Conflict]) -> set[str]:
    return {each.ours.uid for each in conflicts if each.kind is ConflictKind.NAME_EXISTS}


@given(worlds())
def test_arrival_a_plan_that_was_applied_leaves_nothing_to_do_but_what_a_name_stood_in_the_way_of(world: World) -> None:
    plan = world.plan(GIT_WINS)

    arrived = world.after(plan)

    assert arrived.server.refused == frozenset()
    assert {uid_of(each) for each in arrived.plan(GIT_WINS).changes if not isinstance(each, CreateFolder)} <= about_names(plan.conflicts)


@given(worlds())
def test_arrival_planning_and_applying_comes_to_rest(world: World) -> None:
    for _ in range(len(world.desired.dashboards) + 1):
        world = world.after(world.plan(GIT_WINS))

    assert world.plan(GIT_WINS).changes == ()
    wanted = {each.uid for each in world.desired.dashboards}
    assert wanted == {each.uid for each in world.plan(GIT_WINS).unchanged} | {uid for _, uid in held(world.plan(GIT_WINS)) if uid in wanted}


@given(worlds())
def test_arrival_under_report_what_remains_are_exactly_the_conflicts(world: World) -> None:
    plan = world.plan(REPORT)

    again = world.after(plan).plan(REPORT)

    assert again.changes == ()
    assert held(again) == held(plan)
    assert {each.uid for each in again.unchanged} == {each.uid for each in plan.unchanged} | {
        uid_of(each) for each in plan.changes if isinstance(each, CreateDashboard)
    }


@given(worlds(), st.data())
def test_rest_equal_sides_give_an_empty_plan_whatever_the_server_adds(world: World, data: st.DataObject) -> None:
    for _ in range(len(world.desired.dashboards) + 1):
        world = world.after(world.plan(GIT_WINS))
    noisy = {uid: replace(each, content=data.draw(noise(each.content))) for uid, each in world.server.dashboards.items()}

    again = replace(world, server=replace(world.server, dashboards=noisy)).plan(GIT_WINS)

    assert again == world.plan(GIT_WINS)


@st.composite
def noise(draw: st.DrawFn, content: Mapping[str, Json]) -> dict[str, Json]:
    """The same dashboard as a server may answer with it."""
    panel = {"value": 2.5, "id": 1.0} if "2.5" in str(content["panels"]) else {"value": draw(st.sampled_from([1, 1.0])), "id": 1}
    title = f"{draw(st.sampled_from(['', ' ', chr(0xFEFF)]))}{content['title']} "
    body = {**content, "title": title, "panels": [panel], "id": 99, "version": 17, "iteration": draw(st.integers(0, 9))}
    return dict(draw(st.permutations(list(body.items()))))


@given(worlds(), st.data())
def test_order_of_sources_files_and_rows_does_not_matter(world: World, data: st.DataObject) -> None:
    live = world.live
    shuffled_live = replace(
        live,
        folders=tuple(data.draw(st.permutations(live.folders))),
        found=tuple(data.draw(st.permutations(live.found))),
        compared=tuple(data.draw(st.permutations(live.compared))),
    )
    sources = [source(*data.draw(st.permutations(each.files)), name=each.snapshot.source) for each in reversed(world.sources)]

    shuffled = desire(sources, world.wants)

    assert shuffled == world.desired
    for policy in (GIT_WINS, REPORT):
        assert make_plan(shuffled, shuffled_live, policy) == world.plan(policy)


@given(worlds())
def test_not_ours_not_touched(world: World) -> None:
    dashboards, folders = {each.uid for each in world.desired.dashboards}, {each.uid for each in world.desired.folders}

    for policy in (GIT_WINS, REPORT):
        for change in world.plan(policy).changes:
            assert change.folder.uid in folders if isinstance(change, CreateFolder) else change.dashboard.uid in dashboards
    assert not any(isinstance(each, UpdateDashboard) for each in world.plan(REPORT).changes)


@given(worlds())
def test_what_is_withheld_is_neither_written_nor_wanted(world: World) -> None:
    assert world.desired.withheld.isdisjoint({each.uid for each in world.desired.dashboards})
    assert world.desired.withheld.isdisjoint({uid_of(each) for each in world.plan(GIT_WINS).changes})


@given(worlds())
def test_a_stricter_policy_gives_a_subset_of_the_changes(world: World) -> None:
    """Save for what the looser one gives a title to, that the stricter one leaves free."""
    loose, strict = world.plan(GIT_WINS), world.plan(REPORT)
    written, freed = {uid_of(each) for each in loose.changes}, about_names(loose.conflicts)

    assert {each for each in strict.changes if uid_of(each) in written} <= set(loose.changes)
    assert {uid_of(each) for each in strict.changes if isinstance(each, CreateDashboard)} <= written | freed


@given(worlds())
def test_every_desired_dashboard_has_exactly_one_place_in_the_plan(world: World) -> None:
    for policy in (GIT_WINS, REPORT):
        plan = world.plan(policy)
        said = [uid_of(each) for each in plan.changes if not isinstance(each, CreateFolder)]
        said += [each.uid for each in plan.unchanged]
        said += [each.ours.uid for each in plan.conflicts if isinstance(each.ours, DesiredDashboard)]

        assert sorted(said) == sorted(each.uid for each in world.desired.dashboards)


@given(worlds(), st.data())
def test_every_prefix_is_a_safe_stop_and_the_next_pass_does_the_rest(world: World, data: st.DataObject) -> None:
    plan = world.plan(GIT_WINS)
    cut = data.draw(st.integers(0, len(plan.changes)))

    stopped = world.after(replace(plan, changes=plan.changes[:cut]))
    resumed = stopped.after(stopped.plan(GIT_WINS))

    whole = world.after(plan).server
    written = [each.dashboard.uid for each in plan.changes if not isinstance(each, CreateFolder)]
    assert [as_written(resumed.server, uid) for uid in written] == [as_written(whole, uid) for uid in written]


def as_written(server: PureServer, uid: Uid) -> tuple[str, str]:
    """Content and folder of a dashboard."""
    live = server.dashboards[uid]
    return fingerprint(live.content), live.folder


@given(worlds(), st.data())
def test_independence_one_file_less_or_refused_alters_the_change_of_no_other(world: World, data: st.DataObject) -> None:
    assume(world.contents)
    path = data.draw(st.sampled_from(sorted(world.contents)))
    assume(not shares_folders(world) and not shares_folders(world.without(path)))
    related = relatives(world, path)

    before = changes_of(world.plan(GIT_WINS), related)

    assert changes_of(world.without(path).plan(GIT_WINS), related) == before
    assert changes_of(world.refusing(path).plan(GIT_WINS), related) == before


def shares_folders(world: World) -> bool:
    """Whether two directories have one folder, or may come to have it: then their dashboards have to do with each other."""
    places = [(each.parent, each.title.casefold()) for each in world.desired.folders]
    renamed = OUR_FOLDERS & {uid for uid, each in world.server.folders.items() if derived_folder_uid(each.title) != uid}
    return len(places) > len(set(places)) or bool(renamed) or "folder-duplicate" in codes(world.desired.problems)


def relatives(world: World, path: str) -> set[str]:
    """The uids that a file has to do with: its own, and those of files that have its title, or that of its duplicate."""
    documents = [
        (entry.path, each.title.strip().casefold(), each.uid or derived_uid(files.snapshot.source, entry.path, 0))
        for files in world.sources
        for entry, reading in files.files
        for each in reading.documents
    ]
    mine = {uid for at, _, uid in documents if at == path}
    titles = {title for _, title, uid in documents if uid in mine}
    return mine | {uid for _, title, uid in documents if title in titles}


def changes_of(plan: Plan, related: set[str]) -> dict[str, object]:
    return {uid_of(each): each for each in plan.changes if not isinstance(each, CreateFolder) and uid_of(each) not in related}


@given(worlds())
def test_doubt_one_unreadable_file_more_changes_nothing_but_what_is_known_to_be_whole(world: World) -> None:
    doubtful = replace(world, sources=(*world.sources, source(unreadable("x.json"), name="three")))

    assert not doubtful.desired.complete
    assert doubtful.plan(GIT_WINS) == replace(world.plan(GIT_WINS), hiding=doubtful.desired.hiding)


@given(worlds(), st.sampled_from(Severity))
def test_no_weight_gives_two_changes_for_one_uid(world: World, weight: Severity) -> None:
    codes = ("uid-duplicate", "folder-duplicate", "folder-invalid", "title-duplicate", "uid-derived", "yaml-syntax")
    weighty = replace(world, wants=replace(world.wants, severities=tuple((code, weight) for code in codes)))

    uids = [uid_of(each) for each in weighty.plan(GIT_WINS).changes]

    assert len(uids) == len(set(uids))
