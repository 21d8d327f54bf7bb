"""Which states there are, which one is meant, where it goes, and what a pass makes of it: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.changes import LiveState
from provisioner.core.model import ROOT, BlobId, Fingerprint, FolderUid, SourceName, Uid
from provisioner.core.records import FolderRecord, Kept, Record, Why
from provisioner.core.restore import NotFound, Place, State, base_of, choose, next_pass, other_owner, place, states
from provisioner.core.server import LiveFolder, Mark, Version
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DriftPolicy, Policy, Prune
from tests.core.builders import live_dashboard

SALES = Uid("sales")
SHOP, TILL = FolderUid("shop-uid"), FolderUid("till-uid")
RECORD = Record(
    uid=SALES,
    title="Sales",
    source=SourceName("files"),
    path="shop/sales.json",
    index=0,
    blob=BlobId("b"),
    commit=None,
    key="k",
    content=Fingerprint("1:git"),
    folder=SHOP,
    titles=("Shop",),
    mark=Mark(7, 3),
    applied="2026-11-22T10:03:00Z",
)


def kept(version: int, why: Why = Why.BEFORE_OVERWRITE, *, number: int = 7, content: str = "", when: int = 0) -> Kept:
    return Kept(
        SALES,
        "Sales",
        SHOP,
        ("Shop",),
        Fingerprint(f"1:{content or version}"),
        Mark(number, version),
        "jonas",
        f"2026-11-22T10:{version:02}:00Z",
        why,
        f"2026-11-22T11:{when or version:02}:00Z",
    )


def live(version: int, content: str = "1:live", number: int = 7) -> LiveState:
    return LiveState(SALES, "Sales", SHOP, "Shop", "url", Mark(number, version), "mira", "2026-11-22T12:00:00Z", Fingerprint(content))


def versions(*numbers: int) -> tuple[Version, ...]:
    return tuple(Version(each, "mira", f"2026-11-22T10:{each:02}:00Z", f"save {each}") for each in numbers)


def numbers(found: tuple[State, ...]) -> list[int]:
    return [each.mark.version for each in found]


def chosen(found: State | NotFound) -> State:
    assert isinstance(found, State), found
    return found


def missing(found: State | NotFound) -> NotFound:
    assert isinstance(found, NotFound), found
    return found


# --- what there is ------------------------------------------------------------------------------------------------------------------------


def test_what_is_kept_and_what_the_history_has_stand_together_newest_first() -> None:
    found = states((kept(4), kept(2)), versions(5, 3, 1), live(6))
    assert [(5, None), (4, Why.BEFORE_OVERWRITE), (3, None), (2, Why.BEFORE_OVERWRITE), (1, None)] == [
        (each.mark.version, each.why) for each in found
    ]


def test_a_version_that_is_kept_and_in_the_history_is_listed_once_as_kept() -> None:
    [found] = states((kept(2),), versions(2), live(3))
    assert Why.BEFORE_OVERWRITE == found.why


def test_what_is_live_is_not_listed() -> None:
    assert () == states((kept(3, content="live"), base_of(RECORD)), versions(3), live(3))


def test_a_state_with_the_number_of_what_is_live_but_other_contents_is_listed() -> None:
    """After a server was set back to an old backup its versions count again: what was kept of version 3 is not its version 3 of today."""
    assert [3] == numbers(states((kept(3),), versions(3), live(3)))


def test_what_is_kept_of_somebody_stands_for_the_same_state_kept_as_a_base() -> None:
    [found] = states((kept(2, Why.BASE), kept(2)), (), None)
    assert Why.BEFORE_OVERWRITE == found.why


def test_states_of_the_dashboard_that_is_live_come_before_those_of_one_that_was_deleted() -> None:
    old, new = kept(9, number=5, when=1), kept(2, number=7, when=2)
    assert [2, 1, 9] == numbers(states((new, old), versions(1), live(3)))


def test_states_of_two_deleted_ones_come_with_the_last_kept_first() -> None:
    assert [2, 9] == numbers(states((kept(2, number=4, when=20), kept(9, number=5, when=10)), (), None))


# --- which one is meant -------------------------------------------------------------------------------------------------------------------


def test_without_a_version_the_newest_work_of_somebody_is_meant() -> None:
    found = states((kept(5, Why.BASE), kept(4, Why.OVERWROTE_EDIT), kept(2)), versions(6), live(7))
    assert (4, Why.OVERWROTE_EDIT) == (chosen(choose(SALES, found, live(7), None)).mark.version, Why.OVERWROTE_EDIT)


def test_without_a_version_what_only_the_history_has_is_never_meant() -> None:
    found = missing(choose(SALES, states((), versions(2, 1), live(3)), live(3), None))
    assert "--version puts one of these back: 2, 1" == found.remedy
    assert [2, 1] == numbers(found.there)


def test_without_a_version_our_own_base_is_not_meant_where_the_dashboard_is_live() -> None:
    assert isinstance(choose(SALES, states((kept(2, Why.BASE),), (), live(3)), live(3), None), NotFound)


def test_of_a_dashboard_that_is_gone_the_newest_of_any_kind_is_meant() -> None:
    found = states((kept(2), base_of(RECORD)), (), None)
    assert (3, Why.BASE) == (chosen(choose(SALES, found, None, None)).mark.version, chosen(choose(SALES, found, None, None)).why)


def test_a_version_is_found_by_its_number() -> None:
    found = states((kept(4), kept(2)), versions(3), live(5))
    assert [(2, Why.BEFORE_OVERWRITE), (3, None)] == [
        (each.mark.version, each.why) for each in (chosen(choose(SALES, found, live(5), number)) for number in (2, 3))
    ]


def test_a_version_of_the_dashboard_that_is_live_is_meant_before_one_that_was_deleted() -> None:
    found = states((kept(2, number=5, when=50), kept(2, number=7, when=1)), (), live(3))
    assert 7 == chosen(choose(SALES, found, live(3), 2)).mark.id


def test_a_version_that_is_not_there_is_told_with_what_there_is() -> None:
    found = missing(choose(SALES, states((kept(2),), (), None), None, 8))
    assert "version 8 is neither kept nor in the server's history; it is not on the server, so there is no history to ask" == found.message
    assert "--version puts one of these back: 2" == found.remedy


def test_the_version_that_is_live_is_told_to_be() -> None:
    assert "version 3 is what is live" == missing(choose(SALES, (), live(3), 3)).message


def test_nothing_at_all_is_told() -> None:
    assert "nothing is kept of it, and it is not on the server" == missing(choose(SALES, (), None, None)).message


# --- where it goes ------------------------------------------------------------------------------------------------------------------------


def folder(uid: FolderUid, title: str, parent: FolderUid = ROOT) -> LiveFolder:
    return LiveFolder(uid, title, parent, 1)


def made(uid: FolderUid, title: str, parent: FolderUid = ROOT) -> dict[FolderUid, FolderRecord]:
    return {uid: FolderRecord(uid, title, parent, title.lower(), "2026-11-22T09:00:00Z")}


def placed(titles: tuple[str, ...], ours: dict[FolderUid, FolderRecord], *there: LiveFolder, nested: bool = True) -> Place:
    found = place(replace(kept(2), folder=TILL), titles, ours, there, nested=nested)
    assert found is not None
    return found


def told(found: Place) -> list[tuple[str, str, str]]:
    return [(each.uid, each.title, each.parent) for each in found.make]


def test_a_folder_that_is_gone_is_made_under_its_uid_with_those_above_it() -> None:
    found = placed((), {**made(SHOP, "Shop"), **made(TILL, "Till", SHOP)})
    assert (TILL, [(SHOP, "Shop", ROOT), (TILL, "Till", SHOP)]) == (found.folder, told(found))


def test_a_folder_above_that_is_there_is_used() -> None:
    found = placed((), {**made(SHOP, "Shop"), **made(TILL, "Till", SHOP)}, folder(SHOP, "Shop, renamed"))
    assert [(TILL, "Till", SHOP)] == told(found)


def test_a_folder_of_the_same_title_in_the_same_place_is_used() -> None:
    theirs = FolderUid("theirs")
    assert Place(theirs) == placed(("Shop", "Till"), {}, folder(SHOP, "shop"), folder(theirs, "Till ", SHOP))


def test_without_nesting_the_titles_of_the_way_are_one() -> None:
    assert [(TILL, "Shop / Till", ROOT)] == told(placed(("Shop", "Till"), {}, nested=False))
    assert Place(SHOP) == placed(("Shop", "Till"), {}, folder(SHOP, "Shop / Till"), nested=False)


def test_of_a_folder_that_was_not_ours_the_only_one_of_its_title_is_taken_wherever_it_is() -> None:
    theirs = FolderUid("theirs")
    assert Place(theirs) == placed(("Till",), {}, folder(SHOP, "Shop"), folder(theirs, "Till", SHOP))


def test_a_folder_of_which_nothing_is_known_is_nowhere() -> None:
    assert place(replace(kept(2), folder=TILL), (), {}, (), nested=True) is None


# --- what a pass makes of it --------------------------------------------------------------------------------------------------------------

PRUNE = Policy(prune=Prune(enabled=True))
GONE = replace(RECORD, missing_since="2026-11-22T09:00:00Z")


@pytest.mark.parametrize(
    ("record", "policy", "content", "words"),
    [
        (RECORD, Policy(), "1:other", "reports it as drift"),
        (RECORD, Policy(drift=DriftPolicy.REVERT), "1:other", "makes the next pass put git back"),
        (RECORD, Policy(conflict=ConflictPolicy.GIT_WINS), "1:other", "the next change of that file is written over it"),
        (RECORD, Policy(drift=DriftPolicy.REVERT), "1:git", "nothing to tell"),
        (GONE, Policy(), "1:git", "no pass writes it any more"),
        (GONE, PRUNE, "1:git", "the policy prune deletes it again"),
        (GONE, PRUNE, "1:other", "prune holds it"),
        (None, Policy(), "1:other", "reported as a conflict"),
        (None, Policy(adopt=AdoptPolicy.TAKE_OVER), "1:other", "that file is written over it"),
        (None, Policy(ConflictPolicy.GIT_WINS, adopt=AdoptPolicy.NEVER), "1:other", "reported as a conflict"),
    ],
)
def test_what_the_next_pass_does_is_said(record: Record | None, policy: Policy, content: str, words: str) -> None:
    assert words in next_pass(record, policy, Fingerprint(content), SHOP)


def test_the_same_content_in_another_folder_is_drift_too() -> None:
    assert "drift" in next_pass(RECORD, Policy(), RECORD.content, ROOT)


def test_the_tag_of_another_owner_is_named_and_ours_is_not() -> None:
    tagged, wrong = (live_dashboard("cpu", {"tags": tags}) for tags in (["a", "provisioner:them"], "none"))
    assert ("provisioner:them", "provisioner:them", None, None) == (
        other_owner(tagged, None),
        other_owner(tagged, "provisioner:us"),
        other_owner(tagged, "provisioner:them"),
        other_owner(wrong, None),
    )


def test_a_mark_beside_the_content_counts_before_the_tag() -> None:
    marked = replace(live_dashboard("cpu", {"tags": ["provisioner:us"]}), owner="provisioner:them")
    assert ("provisioner:them", None) == (other_owner(marked, "provisioner:us"), other_owner(marked, "provisioner:them"))


# --- dialects ----------------------------------------------------------------------------------------------------------------------------


def test_one_version_is_one_state_whether_its_mark_names_a_state_or_not() -> None:
    exact = replace(kept(2), mark=Mark(7, 2, "17"))
    assert [3, 2, 1] == numbers(states([exact, kept(2), kept(3)], versions(1, 2, 3), live(4)))


def test_what_is_live_is_left_out_by_whichever_dialect_it_was_kept() -> None:
    now = replace(live(4, content="1:git"), mark=Mark(7, 4, "21"))
    assert [3] == numbers(states([kept(4, content="git"), kept(3)], versions(4), now))
