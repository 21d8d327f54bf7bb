"""What became of a write whose process was killed before it could write that down."""

from dataclasses import replace

import pytest

from provisioner.core.changes import LiveState
from provisioner.core.interrupted import History, Resolved, between, is_doubtful, resolved, stand_in
from provisioner.core.model import Fingerprint, FolderUid, Uid
from provisioner.core.records import Action, Intent
from provisioner.core.server import Mark, Version
from tests.core.builders import BASE, OURS, THEIRS, WRITTEN, dashboard, recorded, there, wanted

[CPU] = wanted(dashboard("ops/cpu.json")).dashboards
RECORD = recorded(CPU)
SENT = replace(RECORD, content=OURS, mark=Mark(0, 0))
WHEN, MESSAGE = "2026-11-22T10:00:00Z", "ops/cpu.json at beef: Second"
UPDATE = Intent(CPU.uid, Action.UPDATE, WRITTEN, SENT, WHEN, MESSAGE)
CREATE = Intent(CPU.uid, Action.CREATE, None, SENT, WHEN, MESSAGE)
RESTORE = Intent(CPU.uid, Action.UPDATE, WRITTEN, None, WHEN, MESSAGE)
DELETE = Intent(CPU.uid, Action.DELETE, WRITTEN, None, WHEN)
FIRST, SECOND, NEXT, AFTER, LAST = Mark(7, 1), Mark(7, 2), Mark(7, 4), Mark(7, 5), Mark(7, 6)
ELSEWHERE = FolderUid("elsewhere")


def live(content: Fingerprint, mark: Mark, folder: FolderUid = CPU.folder) -> LiveState:
    return replace(there(CPU, content, mark), folder=folder)


def history(*messages: str, newest: int, first: Fingerprint | None = None) -> History:
    """Newest first, as a server tells it."""
    return History(tuple(Version(newest - back, "jonas", WHEN, said) for back, said in enumerate(messages)), first)


def test_the_next_version_with_our_contents_is_ours() -> None:
    assert Resolved(replace(SENT, mark=NEXT), done=True) == resolved(UPDATE, RECORD, live(OURS, NEXT))
    assert Resolved(replace(SENT, mark=FIRST), done=True) == resolved(CREATE, None, live(OURS, FIRST))


def test_what_was_adopted_is_ours_once_a_write_of_ours_is_found() -> None:
    adopted = replace(RECORD, written=False)
    assert Resolved(replace(SENT, mark=NEXT), done=True) == resolved(UPDATE, adopted, live(OURS, NEXT))


@pytest.mark.parametrize("now", [live(BASE, WRITTEN), live(THEIRS, NEXT), live(OURS, NEXT, ELSEWHERE), None])
def test_what_nothing_proves_to_be_done_was_not_done(now: LiveState | None) -> None:
    assert Resolved(RECORD) == resolved(UPDATE, RECORD, now)
    assert Resolved(None) == resolved(CREATE, None, now if now != live(BASE, WRITTEN) else None)


def test_our_message_tells_our_own_write_although_the_server_made_something_else_of_the_json() -> None:
    found = resolved(UPDATE, RECORD, live(THEIRS, NEXT), history(MESSAGE, "First", newest=4))
    assert Resolved(replace(SENT, mark=NEXT), done=True) == found


def test_a_message_that_the_server_cut_is_ours_too() -> None:
    assert resolved(UPDATE, RECORD, live(THEIRS, NEXT), history("ops/cpu.json at b…", newest=4)).done
    assert not resolved(UPDATE, RECORD, live(THEIRS, NEXT), history("ops/ram.json at b…", newest=4)).done


@pytest.mark.parametrize("message", ["", "Restored from version 2"])
def test_another_message_or_none_proves_nothing(message: str) -> None:
    assert Resolved(RECORD) == resolved(UPDATE, RECORD, live(THEIRS, NEXT), history(message, newest=4))
    assert Resolved(RECORD) == resolved(replace(UPDATE, message=""), RECORD, live(THEIRS, NEXT), history(message, newest=4))


def test_our_message_of_an_earlier_write_proves_nothing() -> None:
    assert Resolved(RECORD) == resolved(UPDATE, RECORD, live(THEIRS, NEXT), history("", MESSAGE, newest=4))


def test_versions_beneath_our_write_that_nobody_looked_at_are_named() -> None:
    found = resolved(UPDATE, RECORD, live(OURS, AFTER), history(MESSAGE, "", "First", newest=5))
    assert Resolved(replace(SENT, mark=AFTER), done=True, unseen=range(4, 5)) == found


def test_our_write_is_found_beneath_what_somebody_saved_after_it() -> None:
    found = resolved(UPDATE, RECORD, live(THEIRS, LAST), history("", MESSAGE, "", "First", newest=6))
    assert Resolved(replace(SENT, mark=AFTER), done=True, unseen=range(4, 5)) == found


def test_a_first_version_is_known_by_its_contents_since_the_server_hides_its_message() -> None:
    rows = history("", "Initial save", newest=2, first=OURS)
    assert Resolved(replace(SENT, mark=FIRST), done=True) == resolved(CREATE, None, live(THEIRS, SECOND), rows)
    assert Resolved(None) == resolved(CREATE, None, live(THEIRS, SECOND), replace(rows, first=THEIRS))


def test_what_was_deleted_and_made_again_by_our_update_is_known_by_its_first_version_too() -> None:
    rows = history("", "Initial save", newest=2, first=OURS)
    found = resolved(UPDATE, RECORD, live(THEIRS, Mark(8, 2)), rows)
    assert Resolved(replace(SENT, mark=Mark(8, 1)), done=True) == found


def test_what_somebody_else_made_so_is_recorded_and_is_ours_no_more_than_before() -> None:
    others = history("", "", newest=5)
    assert Resolved(replace(SENT, mark=AFTER), done=True) == resolved(UPDATE, RECORD, live(OURS, AFTER), others)
    assert Resolved(replace(SENT, mark=SECOND, written=False), done=True) == resolved(CREATE, None, live(OURS, SECOND), others)
    assert Resolved(replace(SENT, mark=WRITTEN), done=True) == resolved(UPDATE, RECORD, live(OURS, WRITTEN))


def test_without_a_history_contents_like_ours_are_taken_for_ours_and_what_lies_beneath_is_named() -> None:
    found = resolved(UPDATE, RECORD, live(OURS, AFTER), History())
    assert Resolved(replace(SENT, mark=AFTER), done=True, unseen=range(4, 5)) == found


def test_a_create_went_over_nothing_whatever_the_history_says() -> None:
    expected = Resolved(replace(SENT, mark=SECOND, written=False), done=True)
    assert expected == resolved(CREATE, None, live(OURS, SECOND), History())


def test_a_state_that_was_put_back_leaves_the_record_and_names_what_it_went_over() -> None:
    assert Resolved(RECORD, done=True, unseen=range(4, 5)) == resolved(RESTORE, RECORD, live(THEIRS, AFTER), history(MESSAGE, "", newest=5))
    assert Resolved(RECORD) == resolved(RESTORE, RECORD, live(THEIRS, AFTER), history("", "", newest=5))


def test_a_deletion_was_done_when_nothing_is_there() -> None:
    assert Resolved(None, done=True) == resolved(DELETE, RECORD, None)
    assert Resolved(RECORD) == resolved(DELETE, RECORD, live(BASE, WRITTEN))


@pytest.mark.parametrize(
    ("intent", "now", "expected"),
    [
        (UPDATE, None, False),
        (DELETE, live(THEIRS, NEXT), False),
        (UPDATE, live(BASE, WRITTEN), False),
        (UPDATE, live(OURS, NEXT), False),
        (CREATE, live(OURS, FIRST), False),
        (UPDATE, live(OURS, AFTER), True),
        (UPDATE, live(THEIRS, NEXT), True),
        (UPDATE, live(OURS, NEXT, ELSEWHERE), True),
        (CREATE, live(OURS, SECOND), True),
        (RESTORE, live(THEIRS, NEXT), True),
    ],
)
def test_the_history_is_asked_only_where_what_is_live_does_not_tell(intent: Intent, now: LiveState | None, *, expected: bool) -> None:
    assert expected is is_doubtful(intent, now)


def test_a_write_over_a_state_that_was_named_to_the_letter_went_over_nothing_else() -> None:
    before, after = replace(WRITTEN, state="17"), replace(LAST, state="29")
    assert [] == list(between(before, after)) == list(between(None, after))
    assert [4, 5] == list(between(WRITTEN, after)) == list(between(before, LAST))


def test_ours_is_found_beneath_what_was_saved_after_it_where_states_are_named_and_nothing_lies_beneath() -> None:
    exact = replace(UPDATE, before=replace(WRITTEN, state="17"))
    found = resolved(exact, RECORD, live(THEIRS, replace(LAST, state="29")), history("Third", "Second", MESSAGE, newest=6))
    assert Resolved(replace(SENT, mark=NEXT), done=True) == found


def test_the_state_of_what_is_live_is_kept_with_a_write_that_is_found_to_be_ours() -> None:
    now = replace(NEXT, state="18")
    assert Resolved(replace(SENT, mark=now), done=True) == resolved(UPDATE, RECORD, live(OURS, now))


def test_another_id_counts_from_one_again() -> None:
    assert [range(4, 5), range(1, 2), range(1, 1)] == [between(WRITTEN, AFTER), between(WRITTEN, Mark(8, 2)), between(None, FIRST)]


def test_a_conflict_of_a_write_names_it_as_it_was_recorded_even_without_its_file() -> None:
    named = stand_in(CPU.uid, RECORD)
    assert (CPU.name, CPU.origin.path, CPU.folder) == (named.name, named.origin.shown, named.folder)
    assert stand_in(CPU.uid, replace(RECORD, derived=True)).document.uid is None
    assert "uid lost" == stand_in(Uid("lost"), None).origin.shown
