"""What the client does with a Grafana, whichever, once something is there: histories, deletions, folders renamed, moved and deleted.

As test_contract.py: against the sandbox of each generation, by `make contract` against a real server.
"""

from __future__ import annotations

import pytest

from provisioner.core.answers import Deleted, FolderExists, FolderStale, FolderUpdated, Gone, Rejected
from provisioner.core.model import ROOT, FolderUid, Uid
from provisioner.core.server import LiveFolder, Mark
from tests.grafana.contract_place import Place, eventually

pytestmark = pytest.mark.contract


def saved_three_times(place: Place, name: str) -> None:
    mark = None
    for number in (1, 2, 3):
        mark = place.saved(name, {"tags": [f"t{number}"]}, mark, message=f"m{number}").mark


# --- history -----------------------------------------------------------------------------------------------------------------------------


def test_the_history_tells_the_newest_first_with_author_and_message(place: Place) -> None:
    saved_three_times(place, "history")

    found = place.grafana.versions(place.live("history"), 10)

    assert [(each.version, each.author) for each in found] == [(3, place.user), (2, place.user), (1, place.user)]
    assert [each.message for each in found[:2]] == ["m3", "m2"]
    assert all(each.created for each in found)


def test_no_more_of_the_history_is_told_than_asked_for(place: Place) -> None:
    saved_three_times(place, "limited")
    live = place.live("limited")
    assert [each.version for each in place.grafana.versions(live, 2)] == [3, 2]
    assert place.grafana.versions(live, 0) == ()


def test_a_version_is_read_with_its_body_and_its_author(place: Place) -> None:
    saved_three_times(place, "state")
    live = place.live("state")

    second = place.grafana.version(live, 2)

    assert second is not None
    assert (second.uid, second.title, second.folder, second.url) == (live.uid, live.title, live.folder, live.url)
    assert (second.mark, second.updated_by) == (Mark(live.mark.id, 2), place.user)
    assert second.updated
    assert second.content["tags"] == ["t2"]


def test_a_version_that_is_not_there_is_none(place: Place) -> None:
    place.saved("young")
    assert place.grafana.version(place.live("young"), 99) is None


def test_what_is_deleted_has_no_history(place: Place) -> None:
    saved_three_times(place, "short-lived")
    live = place.live("short-lived")
    place.grafana.delete(live.uid)
    assert place.grafana.versions(live, 10) == ()
    assert place.grafana.version(live, 2) is None


# --- deletions ---------------------------------------------------------------------------------------------------------------------------


def test_a_dashboard_is_deleted_in_one_request_and_then_gone(place: Place) -> None:
    saved = place.saved("delete")
    uid, before = saved.uid, place.grafana.requests

    answer = place.grafana.delete(uid, saved.mark)

    assert place.grafana.requests - before == 1
    assert isinstance(answer, Deleted)
    assert not answer.already
    assert place.grafana.dashboard(uid) is None


@pytest.mark.parametrize("uid", ["prov-contract-nobody", "..", "", "a/b"])
def test_a_dashboard_that_is_gone_is_deleted_already(place: Place, uid: str) -> None:
    answer = place.grafana.delete(Uid(uid))
    assert isinstance(answer, Deleted)
    assert answer.already


# --- folders -----------------------------------------------------------------------------------------------------------------------------


def test_a_folder_is_renamed_and_keeps_its_uid(place: Place) -> None:
    place.folder("rename")
    live = place.live_folder("rename")

    answer = place.grafana.update_folder(place.wanted("rename", title=f"{place.mark} New"), live)

    assert isinstance(answer, FolderUpdated)
    assert (answer.title, answer.parent) == (f"{place.mark} New", ROOT)
    renamed = place.live_folder("rename")
    assert (renamed.uid, renamed.id, renamed.title) == (live.uid, live.id, f"{place.mark} New")
    # The resource API does not tell the number of the state, so there it is looked at before.
    assert (live.version, renamed.version) == ((0, 0) if place.by_apis else (answer.version - 1, answer.version))


def test_a_folder_that_somebody_renamed_since_is_left_as_it_is(place: Place) -> None:
    place.folder("stale")
    seen = place.live_folder("stale")
    place.grafana.update_folder(place.wanted("stale", title=f"{place.mark} Theirs"), seen)

    answer = place.grafana.update_folder(place.wanted("stale", title=f"{place.mark} Ours"), seen)

    assert isinstance(answer, FolderStale)
    assert place.live_folder("stale").title == f"{place.mark} Theirs"


def test_a_folder_known_from_a_list_is_renamed_only_if_it_is_still_so(place: Place) -> None:
    place.folder("listed")

    def row() -> LiveFolder | None:
        return next((folder for folder in place.grafana.folders() if folder.uid == f"{place.mark}-listed"), None)

    listed = eventually(row)

    assert listed.version == 0
    assert isinstance(place.grafana.update_folder(place.wanted("listed", title=f"{place.mark} B"), listed), FolderUpdated)
    assert isinstance(place.grafana.update_folder(place.wanted("listed", title=f"{place.mark} C"), listed), FolderStale)
    assert place.live_folder("listed").title == f"{place.mark} B"


def test_a_folder_is_not_renamed_to_what_another_is_called_where_titles_are_unique(place: Place) -> None:
    place.folder("one", title=f"{place.mark} One")
    place.folder("two", title=f"{place.mark} Two")
    answer = place.grafana.update_folder(place.wanted("two", title=f"{place.mark} One"), place.live_folder("two"))
    assert isinstance(answer, FolderExists if place.names_are_unique else FolderUpdated)


def test_a_folder_that_is_gone_cannot_be_renamed(place: Place) -> None:
    nobody = LiveFolder(FolderUid(f"{place.mark}-nobody"), "Was here", ROOT, 7, version=3)
    assert isinstance(place.grafana.update_folder(place.wanted("nobody", title="New"), nobody), Gone)


def test_a_folder_as_it_should_be_costs_no_request(place: Place) -> None:
    place.folder("same")
    live = place.live_folder("same")
    before = place.grafana.requests
    assert place.grafana.update_folder(place.wanted("same"), live) == FolderUpdated(live.title, ROOT, live.version)
    assert place.grafana.requests == before


def test_a_folder_is_renamed_and_moved_where_folders_nest_and_else_only_renamed(place: Place) -> None:
    nested = place.grafana.probe().nested_folders
    top = place.folder("top")
    place.folder("moves")
    there = place.saved("inside", folder=FolderUid(f"{place.mark}-moves"))

    answer = place.grafana.update_folder(place.wanted("moves", top, f"{place.mark} Moved"), place.live_folder("moves"))

    assert isinstance(answer, FolderUpdated)
    assert (answer.title, answer.parent) == (f"{place.mark} Moved", top if nested else ROOT)
    moved = place.live_folder("moves")
    assert (moved.title, moved.parent) == (f"{place.mark} Moved", top if nested else ROOT)
    assert place.live("inside").mark == there.mark


def test_a_folder_moves_back_to_the_root(place: Place) -> None:
    top = place.folder("up")
    place.folder("down", top)
    answer = place.grafana.update_folder(place.wanted("down"), place.live_folder("down"))
    assert isinstance(answer, FolderUpdated)
    assert place.live_folder("down").parent == ROOT


def test_a_move_is_not_made_over_somebody_elses_change(place: Place) -> None:
    if not place.grafana.probe().nested_folders:
        pytest.skip("folders do not nest here")
    top = place.folder("target")
    place.folder("raced")
    seen = place.live_folder("raced")
    place.grafana.update_folder(place.wanted("raced", title=f"{place.mark} Theirs"), seen)

    assert isinstance(place.grafana.update_folder(place.wanted("raced", top, seen.title), seen), FolderStale)
    assert place.live_folder("raced").parent == ROOT


def test_an_empty_folder_is_known_as_empty_and_deleted(place: Place) -> None:
    uid = place.folder("empty")
    place.saved("elsewhere")
    assert place.grafana.folder_is_empty(uid) is True

    answer = place.grafana.delete_folder(uid)

    assert isinstance(answer, Deleted)
    assert not answer.already
    assert place.grafana.folder(uid) is None


def test_a_folder_with_a_dashboard_is_never_deleted(place: Place) -> None:
    uid = place.folder("full")
    place.saved("kept", folder=uid)
    eventually(lambda: True if place.grafana.folder_is_empty(uid) is False else None)

    assert isinstance(place.grafana.delete_folder(uid), Rejected)
    assert place.live("kept").folder == uid


def test_a_folder_with_a_folder_is_never_deleted(place: Place) -> None:
    if not place.grafana.probe().nested_folders:
        pytest.skip("folders do not nest here")
    uid = place.folder("parent")
    place.folder("child", uid)

    assert place.grafana.folder_is_empty(uid) is False
    assert isinstance(place.grafana.delete_folder(uid), Rejected)
    assert place.live_folder("child").parent == uid


def test_a_folder_that_is_not_there_is_deleted_already_and_nobody_knows_what_was_in_it(place: Place) -> None:
    uid = FolderUid(f"{place.mark}-nobody")
    assert place.grafana.folder_is_empty(uid) is None
    answer = place.grafana.delete_folder(uid)
    assert isinstance(answer, Deleted)
    assert answer.already


@pytest.mark.parametrize("uid", ["", "general"])
def test_the_root_is_never_deleted(place: Place, uid: str) -> None:
    assert place.grafana.folder_is_empty(FolderUid(uid)) is None
    assert isinstance(place.grafana.delete_folder(FolderUid(uid)), Rejected)
