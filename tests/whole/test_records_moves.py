"""Files and directories move in git: dashboards keep their uid, their number and their history, folders of ours go along."""

from __future__ import annotations

import pytest

from provisioner.core.changes import ConflictKind, CreateFolder, Result
from provisioner.core.generations import Ability
from provisioner.core.guard import HoldReason
from provisioner.core.settings import Policy, Prune
from provisioner.sandbox import Faults
from tests.whole.desk import SALES, kept
from tests.whole.house import House, dashboard, kinds, panel_titled, results

AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))


def _unnamed(title: str = "Sales", panel: str = "Git") -> dict[str, object]:
    """A dashboard whose file states no uid: it is derived from the path."""
    content = dashboard("x", title, **panel_titled(panel))
    del content["uid"]
    return content


def _only_uid(one: House) -> str:
    [uid] = one.browser.uids()
    return uid


def _move(one: House, old: str, new: str) -> None:
    content = (one.files / old).read_bytes()
    one.delete(old)
    one.write(new, content)


# Files that state no uid


def test_a_renamed_file_keeps_its_dashboard_with_its_number_and_its_history(any_house: House) -> None:
    any_house.write("sales.json", _unnamed())
    any_house.write("stock.json", dashboard("stock"))
    any_house.apply()
    [uid] = any_house.browser.uids() - {"stock"}
    number = any_house.browser.content(uid)["id"]
    _move(any_house, "sales.json", "turnover.json")
    any_house.forget()
    report = any_house.apply(policy=AT_ONCE)
    assert ((), (), 0) == (report.plan.changes, report.removals, any_house.writes)
    assert (number, 1) == (any_house.browser.content(uid)["id"], any_house.browser.version(uid))


def test_a_renamed_file_that_changes_later_updates_the_same_dashboard(any_house: House) -> None:
    any_house.write("sales.json", _unnamed())
    any_house.apply()
    uid = _only_uid(any_house)
    _move(any_house, "sales.json", "turnover.json")
    any_house.apply(policy=AT_ONCE)
    any_house.write("turnover.json", _unnamed(panel="Git again"))
    assert {uid: Result.UPDATED} == results(any_house.apply(policy=AT_ONCE))
    assert (uid, 2) == (_only_uid(any_house), any_house.browser.version(uid))


@pytest.mark.needs(Ability.FOLDERS)
def test_a_file_that_moves_to_another_directory_moves_its_dashboard(any_house: House) -> None:
    any_house.write("shop/sales.json", _unnamed())
    any_house.write("stock.json", dashboard("stock"))
    any_house.apply()
    [uid] = any_house.browser.uids() - {"stock"}
    number = any_house.browser.content(uid)["id"]
    _move(any_house, "shop/sales.json", "market/sales.json")
    report = any_house.apply(policy=AT_ONCE)
    assert Result.MOVED is results(report)[uid]
    assert (number, "market") == (any_house.browser.content(uid)["id"], any_house.browser.read(uid)["meta"]["folderTitle"])
    assert {"market"} == any_house.browser.folders().keys()
    any_house.forget()
    assert (2, 0) == (any_house.apply(policy=AT_ONCE).unchanged, any_house.writes)


def test_a_file_that_is_renamed_and_changed_at_once_is_another_one(nine: House) -> None:
    """Nothing says that they belong together. The old one stays until pruning is allowed."""
    nine.write("sales.json", _unnamed())
    nine.apply()
    old = _only_uid(nine)
    nine.delete("sales.json")
    nine.write("turnover.json", _unnamed("Turnover", "Other"))
    report = nine.apply()
    assert [Result.CREATED] == list(results(report).values())
    assert [HoldReason.PRUNE_OFF] == [each.reason for each in report.pruning.held]
    assert nine.browser.is_there(old)


# Files that state one


def test_a_file_with_a_uid_may_be_called_as_it_likes(any_house: House) -> None:
    any_house.write("sales.json", dashboard(SALES))
    any_house.apply()
    _move(any_house, "sales.json", "turnover.json")
    any_house.forget()
    report = any_house.apply(policy=AT_ONCE)
    assert (1, 0, ()) == (report.unchanged, any_house.writes, report.pruning.held)


def test_a_uid_that_was_changed_in_the_file_is_a_new_dashboard_and_the_old_one_goes_by_the_rules(twelve: House) -> None:
    twelve.write("sales.json", dashboard(SALES))
    twelve.apply()
    twelve.write("sales.json", dashboard("turnover", SALES))
    report = twelve.apply()
    assert {"turnover": Result.CREATED} == results(report)
    assert [(SALES, HoldReason.PRUNE_OFF)] == [(each.record.uid, each.reason) for each in report.pruning.held]
    assert twelve.browser.is_there(SALES)
    twelve.apply(policy=AT_ONCE)
    assert not twelve.browser.is_there(SALES)
    assert [SALES] == [each.uid for each in kept(twelve)]


def test_a_uid_that_was_changed_in_the_file_waits_where_a_folder_has_one_of_each_title(nine: House) -> None:
    """The old one has the title: it is told, and once it is gone the new one is made."""
    nine.write("sales.json", dashboard(SALES))
    nine.apply()
    nine.write("sales.json", dashboard("turnover", SALES))
    report = nine.apply(policy=AT_ONCE)
    assert [ConflictKind.NAME_EXISTS] == kinds(report)
    assert {"turnover": Result.CREATED} == results(nine.apply(policy=AT_ONCE))


# Directories


def _titled(one: House, title: str) -> None:
    one.write("shop/_folder.yaml", f"title: {title}\n")


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_is_renamed_in_git_is_renamed_and_its_dashboards_are_not_written(any_house: House) -> None:
    _titled(any_house, "Shop")
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    uid = any_house.browser.folders()["Shop"]["uid"]
    _titled(any_house, "Market")
    report = any_house.apply()
    assert {uid: Result.UPDATED} == results(report)
    assert uid == any_house.browser.folders()["Market"]["uid"]
    assert ("Market", 1) == (any_house.browser.read(SALES)["meta"]["folderTitle"], any_house.browser.version(SALES))
    any_house.forget()
    assert (1, 0) == (any_house.apply().unchanged, any_house.writes)


def test_a_folder_with_a_uid_that_moves_in_git_is_moved_with_what_lies_in_it(twelve: House) -> None:
    twelve.write("shop/till/_folder.yaml", "title: Till\nuid: till\n")
    twelve.write("shop/till/sales.json", dashboard(SALES))
    twelve.write("market/stock.json", dashboard("stock"))
    twelve.apply()
    _move(twelve, "shop/till/_folder.yaml", "market/till/_folder.yaml")
    _move(twelve, "shop/till/sales.json", "market/till/sales.json")
    report = twelve.apply(policy=AT_ONCE)
    assert {"till": Result.MOVED} == results(report)
    folders = twelve.browser.folders()
    assert folders["market"]["uid"] == folders["Till"]["parentUid"]
    assert 1 == twelve.browser.version(SALES)
    twelve.forget()
    assert (2, 0) == (twelve.apply(policy=AT_ONCE).unchanged, twelve.writes)


def test_a_folder_that_was_renamed_and_could_not_be_moved_is_still_ours_and_is_moved_by_the_next_pass(twelve_by_uid: House) -> None:
    """By the resource API it is renamed and moved by one request."""
    twelve = twelve_by_uid
    twelve.write("shop/till/_folder.yaml", "title: Till\nuid: till\n")
    twelve.write("shop/till/sales.json", dashboard(SALES))
    twelve.write("market/stock.json", dashboard("stock"))
    twelve.apply()
    _move(twelve, "shop/till/_folder.yaml", "market/till/_folder.yaml")
    twelve.write("market/till/_folder.yaml", "title: Desk\nuid: till\n")
    _move(twelve, "shop/till/sales.json", "market/till/sales.json")
    twelve.sandbox.faults.set(Faults(path="/api/folders/till/move", drop_before=9))
    assert Result.FAILED is results(twelve.apply())["till"]
    assert "Desk" in twelve.browser.folders()
    twelve.sandbox.faults.set(Faults())
    assert Result.MOVED is results(twelve.apply())["till"]
    folders = twelve.browser.folders()
    assert folders["market"]["uid"] == folders["Desk"]["parentUid"]


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_of_ours_that_a_person_renamed_is_told_and_left_so(any_house: House) -> None:
    _titled(any_house, "Shop")
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    folder = any_house.browser.folders()["Shop"]
    renamed = {"title": "Theirs", "version": folder.get("version", 1)}
    any_house.browser.ask(f"/api/folders/{folder['uid']}", renamed, "PUT")
    _titled(any_house, "Market")
    any_house.forget()
    report = any_house.apply()
    assert [ConflictKind.FOLDER_DIFFERS] == kinds(report)
    assert 0 == any_house.writes
    assert {"Theirs"} == any_house.browser.folders().keys()


def test_a_folder_whose_answer_was_lost_is_ours_and_goes_along_when_git_renames_it(any_house: House) -> None:
    _titled(any_house, "Shop")
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.sandbox.faults.set(Faults(path="/api/folders", methods=("POST",), error_after_write=1))
    any_house.apply()
    _titled(any_house, "Market")
    any_house.apply()
    assert {"Market"} == any_house.browser.folders().keys()


def test_a_folder_of_ours_that_git_calls_like_another_one_is_told_and_stays_as_it_is(nine: House) -> None:
    _titled(nine, "Shop")
    nine.write("shop/sales.json", dashboard(SALES))
    nine.apply()
    nine.browser.ask("/api/folders", {"title": "Market", "uid": "theirs"})
    _titled(nine, "Market")
    for report in (nine.plan(), nine.apply(), nine.apply()):
        assert ([ConflictKind.FOLDER_NAME_EXISTS], (), 1) == (kinds(report), report.plan.changes, report.unchanged)
    assert {"Shop", "Market"} == nine.browser.folders().keys()


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_was_there_before_us_is_never_renamed(any_house: House) -> None:
    any_house.browser.ask("/api/folders", {"title": "Shop", "uid": "shop"})
    any_house.write("shop/_folder.yaml", "title: Shop\nuid: shop\n")
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    any_house.write("shop/_folder.yaml", "title: Market\nuid: shop\n")
    assert [ConflictKind.FOLDER_DIFFERS] == kinds(any_house.apply())
    assert {"Shop"} == any_house.browser.folders().keys()


def test_a_plan_says_of_a_folder_what_it_was_called(nine: House) -> None:
    _titled(nine, "Shop")
    nine.write("shop/sales.json", dashboard(SALES))
    nine.apply()
    _titled(nine, "Market")
    [change] = nine.plan().plan.changes
    assert isinstance(change, CreateFolder)
    assert 'renamed in git: it was "Shop"' == change.reason


@pytest.mark.needs(Ability.FOLDERS)
def test_a_directory_that_is_renamed_takes_its_dashboards_along_and_leaves_no_empty_folder(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    number = any_house.browser.content(SALES)["id"]
    _move(any_house, "shop/sales.json", "market/sales.json")
    report = any_house.apply(policy=AT_ONCE)
    assert Result.MOVED is results(report)[SALES]
    assert {"market"} == any_house.browser.folders().keys()
    assert number == any_house.browser.content(SALES)["id"]
