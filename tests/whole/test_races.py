"""Somebody saves between our reading and our writing: never overwritten unseen, and always told."""

from __future__ import annotations

import pytest

from provisioner.core.changes import ConflictKind, LiveState, Result
from provisioner.core.generations import Ability
from provisioner.core.report import Exit, exit_code
from provisioner.core.server import Found
from provisioner.sandbox.faults import Faults
from tests.whole.house import BY_UID, GIT_WINS, SAVES, House, dashboard, kinds, only_conflict, outcome, panel_titled, results


def _ours_differs(one: House, uid: str = "sales") -> None:
    """Live and file differ, so that under git-wins an update is on its way."""
    one.browser.create(dashboard(uid, **panel_titled("Before")))
    one.write(f"{uid}.json", dashboard(uid, **panel_titled("Ours")))


@pytest.mark.needs(Ability.AUTHORS)
def test_an_edit_between_reading_and_writing_stays_and_is_told(any_house: House) -> None:
    _ours_differs(any_house)
    report = any_house.apply(policy=GIT_WINS, on_plan=lambda _: any_house.browser.edit("sales", **panel_titled("Theirs")))
    found = only_conflict(report)
    assert (ConflictKind.VERSION_MISMATCH, Exit.CONFLICT) == (found.kind, exit_code([report]))
    assert "Theirs" == any_house.browser.content("sales")["panels"][0]["title"]
    assert isinstance(found.theirs, LiveState)
    assert ("jonas", 2) == (found.theirs.updated_by, found.theirs.mark.version)
    assert "version 1 → 2" in found.message
    assert {("Theirs", "Ours")} == {(each.before, each.after) for each in found.differences}
    assert {"sales": Result.CONFLICT} == results(report)


def test_a_save_without_a_change_in_between_is_written_over_once(nine: House) -> None:
    _ours_differs(nine)
    report = nine.apply(policy=GIT_WINS, on_plan=lambda _: nine.browser.edit("sales"))
    assert {"sales": Result.UPDATED} == results(report)
    told = outcome(report, "sales")
    assert told.before is not None
    assert told.after is not None
    assert (2, 3) == (told.before.version, told.after.version)
    assert "Ours" == nine.browser.content("sales")["panels"][0]["title"]


def test_what_was_made_equal_meanwhile_is_left_as_it_is(any_house: House) -> None:
    _ours_differs(any_house)
    report = any_house.apply(policy=GIT_WINS, on_plan=lambda _: any_house.browser.edit("sales", **panel_titled("Ours")))
    assert {"sales": Result.UNCHANGED} == results(report)
    assert (Exit.OK, 1) == (exit_code([report]), report.unchanged)
    assert 2 == any_house.browser.version("sales")


def test_a_conflict_in_the_middle_keeps_nothing_else_from_being_written(nine: House) -> None:
    for uid in ("a", "b", "c"):
        _ours_differs(nine, uid)
    report = nine.apply(policy=GIT_WINS, on_plan=lambda _: nine.browser.edit("b", **panel_titled("Theirs")))
    assert {"a": Result.UPDATED, "b": Result.CONFLICT, "c": Result.UPDATED} == results(report)


def test_what_was_deleted_meanwhile_is_made_again_and_the_report_says_so(any_house: House) -> None:
    _ours_differs(any_house)
    report = any_house.apply(policy=GIT_WINS, on_plan=lambda _: any_house.browser.delete("sales"))
    assert {"sales": Result.CREATED} == results(report)
    assert "deleted on the server meanwhile" in outcome(report, "sales").detail
    assert 1 == any_house.browser.version("sales")


def test_what_was_deleted_and_made_anew_by_hand_is_never_overwritten_without_a_word(any_by_uid: House) -> None:
    """Its version is the one that was read, so the server lets the save through; only the number of the answer tells."""
    _ours_differs(any_by_uid)

    def replaced(_: int) -> None:
        any_by_uid.browser.delete("sales")
        any_by_uid.browser.create(dashboard("sales", **panel_titled("Theirs, anew")))

    report = any_by_uid.apply(policy=GIT_WINS, on_plan=replaced)
    assert [ConflictKind.OVERWROTE_EDIT] == kinds(report)
    assert "(version 1)" in only_conflict(report).message


def test_an_edit_that_slips_in_while_the_server_checks_is_told_with_its_version(any_by_uid: House) -> None:
    _ours_differs(any_by_uid)
    any_by_uid.sandbox.faults.set(Faults(lost_races=1))
    report = any_by_uid.apply(policy=GIT_WINS)
    told = outcome(report, "sales")
    assert ([ConflictKind.OVERWROTE_EDIT], Exit.CONFLICT) == (kinds(report), exit_code([report]))
    assert "(version 2)" in only_conflict(report).message
    assert told.after is not None
    assert 3 == told.after.version


def test_a_name_that_is_taken_in_between_is_told_by_the_server_and_the_other_found(nine: House) -> None:
    nine.write("shop/ours.json", dashboard("ours", "Sales"))
    nine.apply(on_plan=lambda _: None)
    nine.write("shop/second.json", dashboard("second", "Stock"))
    folder = nine.browser.read("ours")["meta"]["folderUid"]
    report = nine.apply(on_plan=lambda _: nine.browser.create(dashboard("theirs", "Stock"), folder))
    found = only_conflict(report)
    assert isinstance(found.theirs, Found)
    assert (ConflictKind.NAME_EXISTS, "theirs") == (found.kind, found.theirs.uid)
    assert not nine.browser.is_there("second")


def test_a_uid_that_is_taken_in_between_is_read_and_told(any_house: House) -> None:
    any_house.write("sales.json", dashboard("sales", **panel_titled("Ours")))
    report = any_house.apply(on_plan=lambda _: any_house.browser.create(dashboard("sales", **panel_titled("Theirs"))))
    found = only_conflict(report)
    assert ConflictKind.UNMANAGED == found.kind
    assert {("Theirs", "Ours")} == {(each.before, each.after) for each in found.differences}
    assert "Theirs" == any_house.browser.content("sales")["panels"][0]["title"]


def test_a_uid_that_is_taken_in_between_by_the_same_content_is_left_as_it_is(any_house: House) -> None:
    any_house.write("sales.json", dashboard("sales"))
    report = any_house.apply(on_plan=lambda _: any_house.browser.create(dashboard("sales")))
    assert {"sales": Result.UNCHANGED} == results(report)
    assert 1 == any_house.browser.version("sales")


def test_where_git_wins_a_dashboard_that_nobody_had_seen_is_told_first_and_written_over_by_the_next_pass(any_house: House) -> None:
    """What stands there was never read when the plan was made: a refused create is no leave to overwrite it."""
    any_house.write("sales.json", dashboard("sales", **panel_titled("Ours")))
    report = any_house.apply(policy=GIT_WINS, on_plan=lambda _: any_house.browser.create(dashboard("sales", **panel_titled("Theirs"))))
    assert [ConflictKind.UNMANAGED] == kinds(report)
    assert 1 == any_house.browser.version("sales")
    assert {"sales": Result.UPDATED} == results(any_house.apply(policy=GIT_WINS))
    assert 2 == any_house.browser.version("sales")


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_is_made_in_between_is_used(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard("sales"))
    planned = any_house.plan().plan.changes[0]
    uid = planned.folder.uid if hasattr(planned, "folder") else ""
    report = any_house.apply(on_plan=lambda _: any_house.browser.ask("/api/folders", {"title": "shop", "uid": uid}))
    assert {uid: Result.UNCHANGED, "sales": Result.CREATED} == results(report)
    assert "shop" == any_house.browser.read("sales")["meta"]["folderTitle"]


def test_a_folder_of_that_title_made_in_between_keeps_back_what_belongs_in_it(nine: House) -> None:
    nine.write("shop/sales.json", dashboard("sales"))
    nine.write("top.json", dashboard("top"))
    report = nine.apply(on_plan=lambda _: nine.browser.ask("/api/folders", {"title": "shop", "uid": "theirs"}))
    assert [ConflictKind.FOLDER_NAME_EXISTS] == kinds(report)
    assert (Result.NOT_DONE, Result.CREATED) == (results(report)["sales"], results(report)["top"])
    again = nine.apply()
    assert {"sales": Result.CREATED} == results(again)


def test_a_folder_that_is_deleted_in_between_is_a_failure_of_its_dashboard_alone(nine: House) -> None:
    nine.write("shop/sales.json", dashboard("sales"))
    nine.apply()
    nine.write("shop/stock.json", dashboard("stock"))
    nine.write("top.json", dashboard("top"))
    folder = nine.browser.read("sales")["meta"]["folderUid"]
    report = nine.apply(on_plan=lambda _: nine.browser.ask(f"/api/folders/{folder}", method="DELETE"))
    assert {"stock": Result.FAILED, "top": Result.CREATED} == results(report)
    assert Exit.ERROR == exit_code([report])


def test_what_another_tool_took_over_in_between_is_left_to_it(nine: House) -> None:
    _ours_differs(nine)

    def taken_over(_: int) -> None:
        nine.browser.edit("sales")
        with nine.sandbox.server.store.transaction() as database:
            database.execute("UPDATE item SET file = 'theirs.json' WHERE uid = 'sales'")

    report = nine.apply(policy=GIT_WINS, on_plan=taken_over)
    assert [ConflictKind.MANAGED_ELSEWHERE] == kinds(report)
    assert [412] == [each.status for each in nine.requests("POST", SAVES) if each.status != 200]
    assert "Before" == nine.browser.content("sales")["panels"][0]["title"]


def test_a_stale_read_ends_in_a_conflict_and_never_in_an_overwritten_edit(nine: House) -> None:
    _ours_differs(nine)
    nine.browser.edit("sales", **panel_titled("Theirs"))
    nine.sandbox.faults.set(Faults(path=BY_UID, stale_reads=1))
    report = nine.apply(policy=GIT_WINS)
    assert [ConflictKind.VERSION_MISMATCH] == kinds(report)
    assert "Theirs" == nine.browser.content("sales")["panels"][0]["title"]


def test_no_request_ever_asks_to_overwrite(nine: House) -> None:
    """The sandbox would let it: then a version-mismatch could not be seen here at all."""
    _ours_differs(nine)
    nine.forget()
    nine.apply(policy=GIT_WINS, on_plan=lambda _: nine.browser.edit("sales", **panel_titled("Theirs")))
    assert [412] == [each.status for each in nine.requests("POST", SAVES) if each.status != 200]
