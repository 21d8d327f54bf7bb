"""Which dashboards without a file are deleted, and every reason why one is held (DESIGN section 6)."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.changes import LiveState
from provisioner.core.guard import Circumstances, Deletion, HoldReason, Pruning, digest_of, guard, suspended, to_look_at
from provisioner.core.model import FolderUid, Hiding, SourceName, TargetName, Uid
from provisioner.core.policy import Policies, policies
from provisioner.core.records import Record
from provisioner.core.server import Mark
from provisioner.core.settings import Ceiling, Connection, Override, Policy, PolicyChange, Prune, TargetSettings
from tests.core.builders import BASE, PLATFORM, WRITTEN, dashboard, recorded, there, wanted

NOW, AN_HOUR_AGO, JUST_NOW = "2026-11-22T10:00:00Z", "2026-11-22T09:00:00Z", "2026-11-22T09:51:00Z"
PRUNING = Policies(Policy(prune=Prune(enabled=True)))

MANY = wanted(*(dashboard(f"ops/d{number}.json", f"d{number}") for number in range(9))).dashboards
RECORDS = tuple(replace(recorded(each), missing_since=AN_HOUR_AGO) for each in MANY)
RECORD, LIVE = RECORDS[0], there(MANY[0], BASE, WRITTEN)


def around(
    live: Iterable[LiveState] = (LIVE,), *, owned: int = 20, desired: int = 11, confirmed: frozenset[str] = frozenset()
) -> Circumstances:
    """An ordinary pass that finds these of what it looked for."""
    states: dict[Uid, LiveState | None] = {each.uid: None for each in RECORDS}
    return Circumstances(NOW, states | {each.uid: each for each in live}, owned, desired, confirmed)


def judged(record: Record = RECORD, live: LiveState = LIVE, *, chosen: Policies = PRUNING) -> Pruning:
    return guard((record,), chosen, around((live,)))


def reason(found: Pruning) -> HoldReason:
    """Why the only one is held."""
    [held] = found.held
    assert found.deletions == ()
    return held.reason


# One dashboard


def test_what_is_ours_unedited_and_gone_for_the_grace_time_is_deleted() -> None:
    assert judged() == Pruning((Deletion(RECORD, LIVE),))


def test_without_candidates_there_is_nothing_to_do() -> None:
    assert guard((), PRUNING, around()) == Pruning()


def test_nothing_is_deleted_unless_pruning_is_stated() -> None:
    assert reason(judged(chosen=Policies(Policy()))) is HoldReason.PRUNE_OFF


def test_where_nothing_may_be_deleted_the_server_is_not_asked() -> None:
    target = TargetSettings(TargetName("t"), Connection(TargetName("t"), "https://grafana.example"), (PLATFORM,), policy=PRUNING.base)
    chosen = policies(replace(target, overrides=(Override(("ops/d1.json",), PolicyChange(prune=False)),)))

    assert to_look_at(RECORDS[:3], chosen) == (RECORDS[0], RECORDS[2])
    assert to_look_at(RECORDS, Policies(Policy())) == ()
    assert guard(RECORDS[1:2], chosen, replace(around(), live={})).held[0].reason is HoldReason.PRUNE_OFF


def test_what_is_gone_on_the_server_too_is_forgotten() -> None:
    assert guard((RECORD,), PRUNING, around(())) == Pruning(forget=(RECORD.uid,))


def test_what_is_gone_on_both_sides_at_once_does_not_begin_to_be_missing() -> None:
    assert guard((replace(RECORD, missing_since=None),), PRUNING, around(())) == Pruning(forget=(RECORD.uid,))


def test_what_was_adopted_and_never_written_stays() -> None:
    assert reason(judged(replace(RECORD, written=False))) is HoldReason.ADOPTED


def test_what_another_tool_provisions_stays_and_the_tool_is_named() -> None:
    found = judged(live=replace(LIVE, managed_by="terraform"))

    assert (reason(found), found.held[0].message) == (HoldReason.MANAGED, "terraform provisions it")


@pytest.mark.parametrize("owner", ["", "provisioner:us"])
def test_what_another_installation_marked_stays(owner: str) -> None:
    found = judged(live=replace(LIVE, owner_tag="provisioner:them"), chosen=replace(PRUNING, owner_tag=owner))

    assert (reason(found), found.held[0].message) == (HoldReason.MANAGED, 'it carries the tag "provisioner:them" of another installation')


def test_what_carries_our_own_mark_is_deleted() -> None:
    assert len(judged(live=replace(LIVE, owner_tag="provisioner:us"), chosen=replace(PRUNING, owner_tag="provisioner:us")).deletions) == 1


@pytest.mark.parametrize(("by", "told"), [("jonas", " by jonas"), ("", "")])
def test_what_was_edited_stays_and_says_by_whom(by: str, told: str) -> None:
    found = judged(live=there(MANY[0], by=by))

    assert reason(found) is HoldReason.EDITED
    assert found.held[0].message == f"its file is gone, but it was edited on the server{told} (version 3 → 4)"
    assert found.held[0].live == there(MANY[0], by=by)


def test_what_was_moved_stays_for_somebody_wants_it_there() -> None:
    found = judged(live=replace(there(MANY[0], BASE), folder=FolderUid("elsewhere")))

    assert reason(found) is HoldReason.EDITED
    assert found.held[0].message == "its file is gone, but it was moved on the server by jonas (version 3 → 4)"


@pytest.mark.parametrize("live", [there(MANY[0], mark=WRITTEN), there(MANY[0], BASE)], ids=["our mark", "our contents"])
def test_what_the_server_made_of_it_or_a_save_without_a_change_is_no_edit(live: LiveState) -> None:
    assert judged(live=live).deletions == (Deletion(RECORD, live),)


def test_an_empty_tree_never_deletes() -> None:
    assert reason(guard((RECORD,), PRUNING, around(desired=0))) is HoldReason.EMPTY_TREE


@pytest.mark.parametrize(
    ("sources", "deleted"), [(None, 1), (frozenset({PLATFORM, SourceName("b")}), 1), (frozenset({SourceName("b")}), 0)]
)
def test_removing_a_source_never_deletes(sources: frozenset[SourceName] | None, deleted: int) -> None:
    found = guard((RECORD,), PRUNING, replace(around(), sources=sources))

    assert len(found.deletions) == deleted
    assert [each.reason for each in found.held] == [HoldReason.SOURCE_REMOVED] * (1 - deleted)


# The grace time


def test_what_is_missing_for_the_first_time_is_written_down_and_waits() -> None:
    found = judged(replace(RECORD, missing_since=None))

    assert reason(found) is HoldReason.GRACE
    assert found.missing == (replace(RECORD, missing_since=NOW),)
    assert found.held[0].remedy == "nothing: a pass after 2026-11-22T10:10:00Z deletes it"


def test_the_time_when_it_was_first_missed_counts_and_is_not_written_again() -> None:
    found = judged(replace(RECORD, missing_since=JUST_NOW))

    assert (reason(found), found.missing) == (HoldReason.GRACE, ())
    assert found.held[0].message == "its file is gone since 2026-11-22T09:51:00Z; it is deleted after the grace time"


@pytest.mark.parametrize(("since", "deleted"), [("2026-11-22T09:50:00Z", 1), ("2026-11-22T09:50:01Z", 0), ("2026-11-22T11:00:00Z", 0)])
def test_the_grace_time_ends_to_the_second_and_a_clock_that_went_back_deletes_nothing(since: str, deleted: int) -> None:
    assert len(judged(replace(RECORD, missing_since=since)).deletions) == deleted


def test_without_a_grace_time_it_goes_in_the_pass_that_misses_it() -> None:
    at_once = Policies(Policy(prune=Prune(enabled=True, grace=0.0)))

    found = judged(replace(RECORD, missing_since=None), chosen=at_once)

    since = replace(RECORD, missing_since=NOW)
    assert found == Pruning((Deletion(since, LIVE),), missing=(since,))


def test_prune_off_notes_since_when_it_is_missing_all_the_same() -> None:
    assert judged(replace(RECORD, missing_since=None), chosen=Policies(Policy())).missing == (replace(RECORD, missing_since=NOW),)


# The ceiling

LIVES = tuple(there(each, BASE, WRITTEN) for each in MANY)
DIGEST = digest_of([Deletion(record, live) for record, live in zip(RECORDS[:6], LIVES, strict=False)])


@pytest.mark.parametrize(("owned", "many"), [(20, 5), (60, 6), (10, 0)])
def test_at_the_ceiling_all_are_deleted(owned: int, many: int) -> None:
    found = guard(RECORDS[:many], PRUNING, around(LIVES, owned=owned))

    assert [each.record for each in found.deletions] == list(RECORDS[:many])
    assert (found.held, found.digest) == ((), None)


def test_over_the_ceiling_none_is_deleted_and_a_person_is_asked() -> None:
    found = guard(RECORDS[:6], PRUNING, around(LIVES))

    assert found.deletions == ()
    assert {each.reason for each in found.held} == {HoldReason.CEILING}
    assert [each.record for each in found.held] == list(RECORDS[:6])
    assert found.held[0].message == "6 deletions are more than the 5 that one pass may make"
    assert (found.digest, DIGEST in found.held[0].remedy) == (DIGEST, True)


def test_a_single_deletion_over_a_ceiling_of_none_is_counted_as_one() -> None:
    none = Policies(Policy(prune=Prune(enabled=True, max_deletions=Ceiling(0, 0))))
    assert guard(RECORDS[:1], none, around(LIVES)).held[0].message == "1 deletion is more than the 0 that one pass may make"


def test_what_was_confirmed_is_deleted_all_of_it() -> None:
    found = guard(RECORDS[:6], PRUNING, around(LIVES, confirmed=frozenset({"else", DIGEST})))

    assert [each.record for each in found.deletions] == list(RECORDS[:6])


@pytest.mark.parametrize(
    "others",
    [(RECORDS[:7], LIVES), (RECORDS[1:7], LIVES), (RECORDS[:6], (replace(LIVES[0], mark=Mark(7, 9)), *LIVES[1:]))],
    ids=["one more", "another one", "saved again"],
)
def test_what_was_confirmed_are_these_dashboards_in_these_states_and_no_others(
    others: tuple[tuple[Record, ...], tuple[LiveState, ...]],
) -> None:
    records, lives = others

    found = guard(records, PRUNING, around(lives, confirmed=frozenset({DIGEST})))

    assert found.deletions == ()
    assert found.digest not in {None, DIGEST}


def test_only_what_would_be_deleted_counts_against_the_ceiling() -> None:
    waiting = replace(RECORDS[5], missing_since=JUST_NOW)

    found = guard((*RECORDS[:5], waiting), PRUNING, around(LIVES))

    assert len(found.deletions) == 5
    assert [each.reason for each in found.held] == [HoldReason.GRACE]


def test_a_ceiling_of_nothing_asks_for_each() -> None:
    assert reason(judged(chosen=Policies(Policy(prune=Prune(enabled=True, max_deletions=Ceiling(0, 0)))))) is HoldReason.CEILING


@given(st.permutations(range(6)))
def test_the_order_in_which_they_come_does_not_change_the_digest(order: list[int]) -> None:
    assert guard(tuple(RECORDS[each] for each in order), PRUNING, around(LIVES)).digest == DIGEST


# Files that cannot be read


def hiding(*names: str) -> tuple[Hiding, ...]:
    return tuple(Hiding(f"dashboards/{each}", PLATFORM, each) for each in names)


def test_what_may_be_in_a_file_that_cannot_be_read_is_held_and_the_file_named() -> None:
    [held] = suspended((RECORD,), hiding("broken.json"), PRUNING, frozenset({PLATFORM}))
    assert (held.record, held.reason) == (RECORD, HoldReason.UNREADABLE)
    assert held.message == "its file is not found, and 1 file has errors and may be it: dashboards/broken.json"


def test_of_many_files_that_cannot_be_read_the_first_are_named_and_the_others_counted() -> None:
    [held] = suspended((RECORD,), hiding(*(f"b{number}.json" for number in range(9))), PRUNING, frozenset({PLATFORM}))
    assert "9 files have errors and may be it: dashboards/b0.json, " in held.message
    assert held.message.endswith(" more")


def test_what_would_not_be_deleted_anyway_waits_for_no_file() -> None:
    never = (replace(RECORD, written=False), replace(RECORD, source=SourceName("removed")))
    assert suspended(never, hiding("broken.json"), PRUNING, frozenset({PLATFORM})) == ()
    assert suspended((RECORD,), hiding("broken.json"), Policies(Policy()), frozenset({PLATFORM})) == ()
