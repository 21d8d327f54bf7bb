"""The table of DESIGN section 5, row by row: record, desired and live side by side give one decision."""

from dataclasses import replace

import pytest

from provisioner.core.changes import (
    Comparison,
    Conflict,
    ConflictKind,
    CreateDashboard,
    Difference,
    Drift,
    LiveState,
    Turn,
    UpdateDashboard,
)
from provisioner.core.conflicts import CONFLICTS, DRIFT_REMEDY, named
from provisioner.core.decide import Adopt, Decision, Same, Sides, decide
from provisioner.core.model import BlobId, Fill, Fingerprint, FolderUid
from provisioner.core.records import Record, Why
from provisioner.core.server import Mark
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy
from provisioner.core.upheaval import Upheaval
from tests.core.builders import BASE, OURS, SOMETHING, THEIRS, WRITTEN, dashboard, found, recorded, there, wanted

[CPU] = wanted(dashboard("ops/cpu.json")).dashboards
RECORD = recorded(CPU)
ELSEWHERE = FolderUid("elsewhere")
OTHER = found("other", "CPU", CPU.folder)

REPORT, NEVER, TAKE_OVER = Policy(), Policy(adopt=AdoptPolicy.NEVER), Policy(adopt=AdoptPolicy.TAKE_OVER)
GIT_WINS, SERVER_WINS = Policy(ConflictPolicy.GIT_WINS), Policy(ConflictPolicy.SERVER_WINS)
REVERT, RECREATE = Policy(drift=DriftPolicy.REVERT), Policy(deleted=DeletedPolicy.RECREATE)
ALL = Policy(ConflictPolicy.GIT_WINS, DriftPolicy.REVERT, AdoptPolicy.TAKE_OVER, DeletedPolicy.RECREATE)
EVERY = [REPORT, NEVER, TAKE_OVER, GIT_WINS, SERVER_WINS, REVERT, RECREATE, ALL]


def sides(record: Record | None, ours: Fingerprint, live: LiveState | None) -> Sides:
    """What git wants beside what is recorded and what was read of the server."""
    beside = None if live is None else Comparison(ours, live, () if ours == live.fingerprint else SOMETHING)
    return Sides(CPU, f"1:{ours}:0:-", ours, record, beside, read=True)


def row(record: Record | None, ours: Fingerprint, live: LiveState | None, policy: Policy = REPORT) -> Decision:
    return decide(sides(record, ours, live), policy)


def moved(live: LiveState) -> LiveState:
    return replace(live, folder=ELSEWHERE, folder_title="Elsewhere")


def conflict_of(decision: Decision) -> Conflict:
    assert isinstance(decision, Conflict)
    return decision


# No record


@pytest.mark.parametrize("policy", EVERY)
def test_what_nobody_has_is_created(policy: Policy) -> None:
    assert row(None, OURS, None, policy) == CreateDashboard(CPU, "the server does not have it")


@pytest.mark.parametrize("policy", [each for each in EVERY if each is not NEVER])
def test_what_is_live_as_git_wants_it_is_adopted_without_a_write(policy: Policy) -> None:
    live = there(CPU, OURS)

    assert row(None, OURS, live, policy) == Adopt(CPU, Comparison(OURS, live))


def test_what_is_live_as_git_wants_it_is_left_to_others_where_nothing_is_adopted() -> None:
    told = conflict_of(row(None, OURS, there(CPU, OURS), NEVER))

    assert (told.kind, told.message) == (
        ConflictKind.UNMANAGED,
        "the same content is there, and the policy adopt: never leaves it to others",
    )


@pytest.mark.parametrize("policy", [REPORT, NEVER, SERVER_WINS, REVERT, RECREATE, replace(NEVER, conflict=ConflictPolicy.GIT_WINS)])
def test_what_differs_and_is_not_ours_is_not_written(policy: Policy) -> None:
    told = conflict_of(row(None, OURS, there(CPU), policy))

    assert (told.kind, told.theirs, told.differences) == (ConflictKind.UNMANAGED, there(CPU), SOMETHING)


@pytest.mark.parametrize(("policy", "word"), [(TAKE_OVER, "adopt: take-over"), (GIT_WINS, "conflict: git-wins"), (ALL, "adopt: take-over")])
def test_what_differs_is_taken_where_a_policy_says_so_and_kept_first(policy: Policy, word: str) -> None:
    reason = f"it differs, and the policy {word} says that git counts"

    assert row(None, OURS, there(CPU), policy) == UpdateDashboard(CPU, there(CPU), reason, SOMETHING, keep=Why.BEFORE_OVERWRITE)


def test_the_same_content_in_another_folder_is_moved_only_where_it_may_be_taken() -> None:
    live = moved(there(CPU, OURS))

    held, taken = conflict_of(row(None, OURS, live)), row(None, OURS, live, TAKE_OVER)

    assert held.message == 'the same content lies in folder "Elsewhere", and no record says that it is ours to move'
    assert isinstance(taken, UpdateDashboard)
    assert (taken.moves, taken.differences, taken.keep) == (True, (), Why.BEFORE_OVERWRITE)


@pytest.mark.parametrize("policy", EVERY)
@pytest.mark.parametrize("record", [None, RECORD])
def test_what_another_tool_provisions_is_never_written(record: Record | None, policy: Policy) -> None:
    told = conflict_of(row(record, OURS, replace(there(CPU), managed_by="terraform"), policy))

    assert (told.kind, told.message) == (ConflictKind.MANAGED_ELSEWHERE, "terraform provisions it")


@pytest.mark.parametrize("policy", EVERY)
@pytest.mark.parametrize("record", [None, RECORD])
def test_what_another_installation_marked_is_never_written(record: Record | None, policy: Policy) -> None:
    told = conflict_of(row(record, OURS, replace(there(CPU), owner_tag="provisioner:them"), policy))

    assert told.kind is ConflictKind.OWNED_ELSEWHERE
    assert told.message == 'it carries the tag "provisioner:them" of another installation'


def test_what_another_installation_marked_is_not_adopted_even_if_it_is_equal() -> None:
    assert conflict_of(row(None, OURS, replace(there(CPU, OURS), owner_tag="provisioner:them"))).kind is ConflictKind.OWNED_ELSEWHERE


def test_what_we_wrote_under_an_earlier_owner_is_no_strangers() -> None:
    decision = row(RECORD, OURS, replace(there(CPU, BASE), owner_tag="provisioner:before"))

    assert isinstance(decision, UpdateDashboard)


def test_what_carries_our_own_mark_is_ours_to_take() -> None:
    marked = replace(CPU, fill=Fill(tag="provisioner:us"))
    beside = sides(None, OURS, replace(there(CPU), owner_tag="provisioner:us"))

    assert isinstance(decide(replace(beside, dashboard=marked), TAKE_OVER), UpdateDashboard)


# Recorded, and nothing changed


@pytest.mark.parametrize("policy", EVERY)
def test_what_is_as_it_was_written_is_left_alone(policy: Policy) -> None:
    live = there(CPU, BASE, WRITTEN)

    assert row(RECORD, BASE, live, policy) == Same(CPU, Comparison(BASE, live))


@pytest.mark.parametrize("policy", EVERY)
def test_under_our_mark_nobody_has_saved_since_whatever_the_server_made_of_the_contents(policy: Policy) -> None:
    live = there(CPU, THEIRS, WRITTEN)

    assert row(RECORD, BASE, live, policy) == Same(CPU, Comparison(BASE, live, SOMETHING))


@pytest.mark.parametrize("mark", [Mark(7, 9), Mark(8, 1)], ids=["saved", "made again"])
def test_saved_without_a_change_is_left_alone(mark: Mark) -> None:
    assert isinstance(row(RECORD, BASE, there(CPU, BASE, mark), ALL), Same)


# Changed in git


@pytest.mark.parametrize(
    "live", [there(CPU, BASE), there(CPU, BASE, WRITTEN), there(CPU, THEIRS, WRITTEN)], ids=["content", "both", "mark"]
)
@pytest.mark.parametrize("policy", EVERY)
def test_what_git_changed_alone_is_written_over_what_was_read_and_nothing_need_be_kept(live: LiveState, policy: Policy) -> None:
    assert row(RECORD, OURS, live, policy) == UpdateDashboard(CPU, live, "changed in git", SOMETHING)


def test_what_git_moved_alone_is_moved() -> None:
    live = moved(there(CPU, BASE, WRITTEN))

    decision = row(replace(RECORD, folder=ELSEWHERE), BASE, live)

    assert decision == UpdateDashboard(CPU, live, "changed in git", moves=True)


@pytest.mark.parametrize("policy", EVERY)
def test_what_both_sides_changed_alike_is_only_recorded(policy: Policy) -> None:
    live = there(CPU, OURS)

    assert row(RECORD, OURS, live, policy) == Same(CPU, Comparison(OURS, live))


@pytest.mark.parametrize("policy", [REPORT, REVERT, TAKE_OVER, NEVER, RECREATE])
def test_what_both_sides_changed_is_a_conflict_that_says_who_and_which_versions(policy: Policy) -> None:
    told = conflict_of(row(RECORD, OURS, there(CPU), policy))

    assert told.message == "changed in git, and on the server by jonas (version 3 → 4), since it was last applied"
    assert (told.kind, told.theirs, told.differences) == (ConflictKind.BOTH_CHANGED, there(CPU), SOMETHING)
    assert told.remedy == named(CONFLICTS[ConflictKind.BOTH_CHANGED].remedy, CPU)


def test_a_move_in_git_and_an_edit_on_the_server_is_a_conflict_too() -> None:
    assert conflict_of(row(replace(RECORD, folder=ELSEWHERE), BASE, moved(there(CPU)))).kind is ConflictKind.BOTH_CHANGED


def test_what_both_sides_changed_is_kept_and_written_where_git_wins() -> None:
    reason = "changed in git and on the server by jonas, and the policy conflict: git-wins says that git counts"

    assert row(RECORD, OURS, there(CPU), GIT_WINS) == UpdateDashboard(CPU, there(CPU), reason, SOMETHING, keep=Why.BEFORE_OVERWRITE)


def test_what_both_sides_changed_stays_and_is_no_conflict_where_the_server_wins() -> None:
    message = "changed in git and on the server by jonas; the policy conflict: server-wins leaves the server's"

    assert row(RECORD, OURS, there(CPU), SERVER_WINS) == Drift(CPU, RECORD, there(CPU), message, named(DRIFT_REMEDY, CPU), SOMETHING)


# Edited on the server


@pytest.mark.parametrize("policy", [REPORT, GIT_WINS, SERVER_WINS, TAKE_OVER, NEVER, RECREATE])
@pytest.mark.parametrize(("by", "told"), [("jonas", " by jonas"), ("", "")])
def test_an_edit_on_the_server_is_told_and_stays(policy: Policy, by: str, told: str) -> None:
    drift = row(RECORD, BASE, there(CPU, by=by), policy)

    assert isinstance(drift, Drift)
    assert drift.message == f"edited on the server{told} (version 3 → 4)"
    assert (drift.record, drift.live, drift.differences) == (RECORD, there(CPU, by=by), SOMETHING)


@pytest.mark.parametrize(("title", "told"), [("Elsewhere", 'folder "Elsewhere"'), ("", 'folder "elsewhere"')])
def test_a_move_on_the_server_shows_no_difference_so_it_names_the_folder(title: str, told: str) -> None:
    drift = row(RECORD, BASE, replace(moved(there(CPU, BASE)), folder_title=title))

    assert isinstance(drift, Drift)
    assert drift.message == f"moved to {told} on the server by jonas (version 3 → 4)"
    assert drift.differences == ()


def test_an_edit_on_the_server_is_kept_and_put_back_where_the_policy_says_so() -> None:
    reason = "edited on the server by jonas, and the policy drift: revert puts git back"

    assert row(RECORD, BASE, there(CPU), REVERT) == UpdateDashboard(CPU, there(CPU), reason, SOMETHING, keep=Why.BEFORE_OVERWRITE)


def test_made_again_with_other_contents_is_an_edit() -> None:
    assert isinstance(row(RECORD, BASE, there(CPU, mark=Mark(9, 3))), Drift)


# Deleted on the server


def test_deleted_on_the_server_is_told() -> None:
    drift = row(RECORD, BASE, None)

    assert drift == Drift(CPU, RECORD, None, "it was deleted on the server", named(CONFLICTS[ConflictKind.DELETED_ON_SERVER].remedy, CPU))


def test_deleted_on_the_server_is_made_again_where_the_policy_says_so() -> None:
    reason = "it was deleted on the server, and the policy deleted: recreate says that git counts"

    assert row(RECORD, BASE, None, RECREATE) == CreateDashboard(CPU, reason)


@pytest.mark.parametrize("policy", EVERY)
def test_deleted_on_the_server_and_changed_in_git_is_made_again_and_said_so(policy: Policy) -> None:
    reason = "it was deleted on the server and changed in git since: it is made again"

    assert row(RECORD, OURS, None, policy) == CreateDashboard(CPU, reason)


def test_deleted_with_its_folder_is_no_change_in_git_though_the_next_folder_has_another_uid() -> None:
    assert isinstance(row(replace(RECORD, folder=ELSEWHERE), BASE, None), Drift)
    assert isinstance(row(replace(RECORD, folder=ELSEWHERE, titles=("infra",)), BASE, None), CreateDashboard)


@pytest.mark.parametrize("policy", EVERY)
def test_a_server_that_was_emptied_is_filled_again(policy: Policy) -> None:
    emptied = replace(sides(RECORD, BASE, None), upheaval=Upheaval.EMPTIED)

    assert decide(emptied, policy) == CreateDashboard(CPU, "the server was emptied: it is made again")
    assert decide(replace(emptied, content=OURS), policy) == CreateDashboard(CPU, "the server was emptied: it is made again")


def test_a_server_that_was_restored_is_brought_up_to_date_and_what_it_had_is_kept() -> None:
    older = there(CPU, mark=Mark(7, 2))

    restored = replace(sides(RECORD, BASE, older), upheaval=Upheaval.RESTORED)

    reason = "the server was restored from a backup"
    assert decide(restored, REPORT) == UpdateDashboard(CPU, older, reason, SOMETHING, keep=Why.BEFORE_OVERWRITE)


def test_of_a_server_that_was_restored_a_newer_dashboard_is_still_an_edit() -> None:
    assert isinstance(decide(replace(sides(RECORD, BASE, there(CPU)), upheaval=Upheaval.RESTORED), REPORT), Drift)


# Not looked at


def unread(ours: Fingerprint | None, record: Record = RECORD, key: str = "another") -> Sides:
    return Sides(CPU, key, ours, record, None, read=False)


def test_what_is_as_recorded_needs_no_look() -> None:
    assert decide(unread(None, key=RECORD.key), REPORT) == Same(CPU, None)
    assert decide(unread(BASE), REPORT) == Same(CPU, None)


@pytest.mark.parametrize(
    ("blob", "difference"),
    [
        ("e2e2e2e2e2", Difference(Turn.CHANGED, "contents", "", "blob e2e2e2e", f"blob {CPU.origin.blob[:7]}")),
        (CPU.origin.blob, Difference(Turn.CHANGED, "contents", "", "as recorded", "as filled now")),
    ],
)
@pytest.mark.parametrize("ours", [None, OURS])
def test_what_git_changed_goes_out_over_the_recorded_mark_without_a_look(
    blob: str, difference: Difference, ours: Fingerprint | None
) -> None:
    decision = decide(unread(ours, replace(RECORD, blob=BlobId(blob))), REPORT)

    assert isinstance(decision, UpdateDashboard)
    assert (decision.live.mark, decision.live.fingerprint, decision.live.folder) == (WRITTEN, BASE, CPU.folder)
    assert (decision.reason, decision.differences, decision.moves, decision.keep) == ("changed in git", (difference,), False, None)


@pytest.mark.parametrize(("titles", "title"), [(("Elsewhere",), "Elsewhere"), ((), "")])
def test_what_git_only_moved_is_told_as_a_move(titles: tuple[str, ...], title: str) -> None:
    decision = decide(unread(BASE, replace(RECORD, folder=ELSEWHERE, titles=titles)), REPORT)

    assert isinstance(decision, UpdateDashboard)
    assert (decision.differences, decision.moves, decision.live.folder_title) == ((), True, title)


# What is as recorded


def test_contents_decide_where_they_are_known_whatever_the_key_says() -> None:
    live = there(CPU, BASE, WRITTEN)

    assert isinstance(decide(replace(sides(RECORD, OURS, live), key=RECORD.key), REPORT), UpdateDashboard)
    assert isinstance(decide(replace(sides(RECORD, BASE, live), key="1:of-another-blob:0:-"), REPORT), Same)


@pytest.mark.parametrize(("key", "expected"), [("2:1:base:0:-", Same), ("2:1:else:0:-", UpdateDashboard)])
def test_a_record_of_an_earlier_normal_form_is_told_by_what_its_key_names(key: str, expected: type) -> None:
    """Else a release with another normal form would write every dashboard anew."""
    ours = Fingerprint("2:ours")

    assert type(decide(unread(ours, key=key), REPORT)) is expected
    assert type(decide(replace(sides(RECORD, ours, there(CPU, THEIRS, WRITTEN)), key=key), REPORT)) is expected


# Names


@pytest.mark.parametrize(
    ("beside", "policy"),
    [
        (sides(None, OURS, None), REPORT),
        (sides(RECORD, BASE, None), RECREATE),
        (sides(RECORD, OURS, there(CPU, BASE)), REPORT),
        (sides(RECORD, BASE, there(CPU)), REVERT),
        (sides(RECORD, OURS, there(CPU)), GIT_WINS),
        (sides(None, OURS, there(CPU)), TAKE_OVER),
        (unread(OURS), REPORT),
    ],
    ids=["create", "recreate", "update", "revert", "git-wins", "take-over", "unread"],
)
def test_a_title_that_is_taken_is_told_where_it_may_be_taken_once_and_in_nobodys_way_elsewhere(beside: Sides, policy: Policy) -> None:
    twins = beside.with_twin(OTHER)

    assert conflict_of(decide(replace(twins, unique_names=True), policy)).kind is ConflictKind.NAME_EXISTS
    assert isinstance(decide(twins, policy), CreateDashboard | UpdateDashboard)
    assert beside.with_twin(None) is beside
