"""The laws that a plan keeps for every input (DESIGN section 5), with records: after any story of passes, edits, moves and losses.

What was seen and what is recorded may contradict each other in every way that people, crashes and lost files can bring about.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import ConflictKind, CreateDashboard, CreateFolder, Plan, UpdateDashboard
from provisioner.core.guard import HoldReason
from provisioner.core.model import DesiredDashboard, Uid
from provisioner.core.plan import make_plan
from provisioner.core.policy import stricter
from provisioner.core.recording import at_rest
from provisioner.core.records import Record
from provisioner.core.server import Mark
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DriftPolicy, Policy
from provisioner.core.upheaval import Upheaval
from tests.core.builders import source, uid_of, unreadable
from tests.core.events import every_policy, stories
from tests.core.stories import Story


def written(plan: Plan) -> set[str]:
    """The uids of dashboards that the plan writes."""
    return {uid_of(each) for each in plan.changes if not isinstance(each, CreateFolder)}


def named(plan: Plan) -> set[str]:
    """Those that a title stands in the way of."""
    return {each.ours.uid for each in plan.conflicts if each.kind is ConflictKind.NAME_EXISTS}


def told(plan: Plan) -> set[str]:
    """Those of which a person is told and that are left as they are."""
    return {each.dashboard.uid for each in plan.drifted} | {each.ours.uid for each in plan.conflicts}


def contents(story: Story) -> dict[Uid, tuple[str, str]]:
    """What the server holds: content and folder of each dashboard."""
    return {uid: (fingerprint(each.content), each.folder) for uid, each in story.server.dashboards.items()}


@given(stories())
def test_arrival_a_plan_that_was_applied_leaves_nothing_to_do_but_what_was_reported(story: Story) -> None:
    plan = story.plan()

    arrived = story.after(plan)
    again = arrived.plan()

    assert arrived.server.refused == frozenset()
    assert written(again) <= named(plan)
    assert told(again) - named(again) <= told(plan)


@given(stories())
def test_rest_passes_come_to_rest_and_then_the_plan_is_empty(story: Story) -> None:
    resting = story.at_rest()

    plan, pruning = resting.plan(), resting.pruning(resting.plan())

    assert (plan.changes, pruning.deletions, pruning.forget, pruning.missing) == ((), (), (), ())
    assert resting.after(plan).records == resting.records


@given(stories())
def test_rest_where_all_is_as_recorded_the_records_alone_say_that_nothing_is_to_be_done(story: Story) -> None:
    resting = story.at_rest()
    desired = {each.uid for each in resting.desired.dashboards}

    plan = resting.plan()

    assume(not plan.gone and not plan.conflicts and {each.uid for each in plan.unchanged} == desired == set(resting.records))
    assert at_rest(resting.desired, resting.records, resting.ours, resting.policies)


@given(stories(), st.data())
def test_order_of_what_is_seen_and_recorded_does_not_matter(story: Story, data: st.DataObject) -> None:
    live = story.live()
    shuffled = replace(
        live,
        folders=tuple(data.draw(st.permutations(live.folders))),
        found=tuple(data.draw(st.permutations(live.found))),
        compared=tuple(data.draw(st.permutations(live.compared))),
        ours=tuple(data.draw(st.permutations(live.ours))),
    )
    records, folders = dict(data.draw(st.permutations(list(story.records.items())))), dict(reversed(list(story.folders.items())))
    sources = tuple(source(*data.draw(st.permutations(each.files)), name=each.snapshot.source) for each in reversed(story.world.sources))
    other = replace(story, world=replace(story.world, sources=sources), records=records, folders=folders)

    assert other.desired == story.desired
    assert make_plan(other.desired, shuffled, story.policies, records, folders) == story.plan()
    assert other.pruning(other.plan()) == story.pruning(story.plan())


@given(stories())
def test_not_ours_not_touched(story: Story) -> None:
    """Without a record only a policy or a person makes it ours; what was only adopted is never deleted."""
    plan = story.plan()
    takes = story.policy.adopt is AdoptPolicy.TAKE_OVER or story.policy.conflict is ConflictPolicy.GIT_WINS

    for change in plan.changes:
        if isinstance(change, UpdateDashboard):
            assert change.dashboard.uid in story.records or (takes and story.policy.adopt is not AdoptPolicy.NEVER)
        elif isinstance(change, CreateDashboard):
            assert change.dashboard.uid not in story.server.dashboards
        else:
            assert change.live is None or change.live.uid in story.folders
    for deletion in story.pruning(plan).deletions:
        assert deletion.record == story.records[deletion.record.uid] or story.policy.prune.grace == 0
        assert deletion.record.written


@given(stories(), st.data())
def test_a_person_may_take_one_and_it_alone(story: Story, data: st.DataObject) -> None:
    strict = replace(story, policy=Policy(adopt=AdoptPolicy.NEVER))
    assume(strict.desired.dashboards)
    uid = data.draw(st.sampled_from([each.uid for each in strict.desired.dashboards]))

    taken = replace(strict, taken=frozenset({uid})).plan()

    others = named(taken) | named(strict.plan())
    assert {each for each in taken.changes if uid_of(each) != uid and not isinstance(each, CreateFolder)} <= set(strict.plan().changes)
    assert written(strict.plan()) - others <= written(taken)


@given(stories())
def test_doubt_an_unreadable_file_takes_every_deletion_away_and_changes_nothing_else(story: Story) -> None:
    world = replace(story.world, sources=(*story.world.sources, source(unreadable("x.json"), name="three")))
    doubtful = replace(story, world=world)
    plan = doubtful.plan()

    assert not doubtful.desired.complete
    sure = story.plan()
    assert plan == replace(sure, gone=(), gone_folders=(), unsure=plan.unsure, hiding=plan.hiding)
    assert set(sure.gone) <= set(plan.unsure)
    assert doubtful.pruning(plan).deletions == ()


@given(stories(), st.data())
def test_a_file_that_is_refused_is_no_file_that_is_gone(story: Story, data: st.DataObject) -> None:
    resting = replace(story, policy=replace(story.policy, prune=replace(story.policy.prune, enabled=True, grace=0.0))).at_rest(2)

    path = data.draw(st.sampled_from(sorted(resting.world.contents)))
    broken = replace(resting, world=resting.world.refusing(path))

    assert {each.uid for each in broken.plan().gone} <= {each.uid for each in resting.plan().gone}


@given(stories(), every_policy, every_policy)
def test_a_stricter_policy_gives_a_subset(story: Story, one: Policy, other: Policy) -> None:
    """Save for what the looser one gives a title to, and what its ceiling holds back."""
    looser = replace(one, conflict=other.conflict if one.conflict is ConflictPolicy.REPORT else one.conflict, drift=DriftPolicy.REVERT)
    assume(stricter(one, looser))
    strict, loose = replace(story, policy=one), replace(story, policy=looser)
    few, many = strict.plan(), loose.plan()

    assert written(few) <= written(many) | named(many)
    assert plain(few) <= plain(many) or named(many) or named(few)
    if loose.pruning(many).digest is None:
        gone = {each.record.uid for each in loose.pruning(many).deletions}
        assert {each.record.uid for each in strict.pruning(few).deletions} <= gone


def plain(plan: Plan) -> set[tuple[DesiredDashboard, Mark | None]]:
    """What is written over which state, whichever policy is the reason."""
    writes = (each for each in plan.changes if not isinstance(each, CreateFolder))
    return {(each.dashboard, each.live.mark if isinstance(each, UpdateDashboard) else None) for each in writes}


@given(stories())
def test_the_ceiling_lets_all_through_or_none(story: Story) -> None:
    pruning = story.pruning(story.plan())
    limit = story.policy.prune.max_deletions.of(len(story.records))

    over = [each for each in pruning.held if each.reason is HoldReason.CEILING]

    assert len(pruning.deletions) <= limit
    assert (len(over) > limit and not pruning.deletions) if over else pruning.digest is None


@given(stories())
def test_every_record_without_a_file_is_deleted_held_or_forgotten(story: Story) -> None:
    plan = story.plan()
    pruning = story.pruning(plan)

    said = [*(each.record.uid for each in pruning.deletions), *(each.record.uid for each in pruning.held), *pruning.forget]

    assert sorted(said) == [each.uid for each in plan.gone]


@given(stories(), st.data())
def test_interruption_every_prefix_is_a_safe_stop_and_the_next_pass_does_the_rest(story: Story, data: st.DataObject) -> None:
    plan = story.plan()
    cut = data.draw(st.integers(0, len(plan.changes)))

    stopped = story.after(plan, cut)
    resumed = stopped.after(stopped.plan())

    whole = story.after(plan)
    renamed = {each.uid for each in story.desired.dashboards} - {each.uid for each in story.world.desired.dashboards}
    for uid in written(plan) - (renamed if plan.notice else set()):  # a new server knows nothing of what a file was called before
        assert contents(resumed).get(Uid(uid)) == contents(whole)[Uid(uid)]


@given(stories(), st.data())
def test_interruption_a_pass_whose_record_was_lost_with_it_overwrites_nothing_that_was_not_read(story: Story, data: st.DataObject) -> None:
    """As after a crash between a write and its record: what was written is found again, or a person is told."""
    plan = story.plan()
    cut = data.draw(st.integers(0, len(plan.changes)))
    crashed = replace(story.after(plan, cut), records=story.records, folders=story.folders)

    resumed = crashed.after(crashed.plan())

    left = written(resumed.plan()) - named(resumed.plan())
    assert left <= named(crashed.plan())


@given(stories())
def test_nobodys_edit_is_overwritten_unless_a_policy_says_so_and_then_it_is_kept(story: Story) -> None:
    for change in story.plan().changes:
        if isinstance(change, UpdateDashboard) and not is_ours(change, story.records.get(change.dashboard.uid)):
            assert change.keep is not None
            assert (story.policy.drift, story.policy.conflict, story.policy.adopt) != (
                DriftPolicy.REPORT,
                ConflictPolicy.REPORT,
                AdoptPolicy.IDENTICAL,
            ) or story.plan().notice == Upheaval.RESTORED


def is_ours(change: UpdateDashboard, record: Record | None) -> bool:
    """Whether what is replaced is what we wrote ourselves."""
    live = change.live
    return record is not None and (live.mark == record.mark or (live.fingerprint, live.folder) == (record.content, record.folder))


@given(stories())
def test_without_a_look_only_the_recorded_state_is_written_over(story: Story) -> None:
    """The server refuses the rest, so a pass that reads nothing overwrites nothing."""
    for change in story.plan(scan=False).changes:
        if isinstance(change, UpdateDashboard) and change.dashboard.uid in story.records:
            record = story.records[change.dashboard.uid]
            assert (change.live.mark, change.live.fingerprint, change.live.folder) == (record.mark, record.content, record.folder)


@given(stories())
def test_without_a_look_first_the_passes_arrive_at_the_same_state(story: Story) -> None:
    looked, blind = story.at_rest(), story.after(story.plan(scan=False)).at_rest()

    assume(not any(each.notice for each in (story.plan(), looked.plan())))
    assert set(contents(looked)) >= {each.uid for each in looked.plan().unchanged}
    agreed = {each.uid for each in looked.plan().unchanged} & {each.uid for each in blind.plan().unchanged}
    assert [contents(looked)[uid] for uid in sorted(agreed)] == [contents(blind)[uid] for uid in sorted(agreed)]


@given(stories())
def test_every_desired_dashboard_has_exactly_one_place_in_the_plan(story: Story) -> None:
    for plan in (story.plan(), story.plan(scan=False)):
        said = [uid_of(each) for each in plan.changes if not isinstance(each, CreateFolder)]
        said += [each.uid for each in plan.unchanged] + [each.dashboard.uid for each in plan.drifted]
        said += [each.ours.uid for each in plan.conflicts if isinstance(each.ours, DesiredDashboard)]

        assert sorted(said) == sorted(each.uid for each in story.desired.dashboards)
        assert len(said) == len(set(said))
