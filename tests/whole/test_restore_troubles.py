"""Restoring where races, lost answers, refusals and other people are in the way; and saying what there is to restore."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.errors import StateUnusable, TargetUnreachable
from provisioner.core.generations import Ability
from provisioner.core.records import Why
from provisioner.recalling import Wish
from provisioner.restoring import restore
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.settings import ProvisionedFile
from provisioner.state.ledger import SqliteLedger
from tests.whole.desk import (
    SALES,
    desk,
    edited_and_overwritten,
    keep_by_hand,
    kept,
    ledger,
    listed,
    not_found,
    only_drift,
    put_back,
    put_back_while,
    record,
    title,
)
from tests.whole.house import GIT_WINS, SAVES, House, dashboard, house, kinds, only_conflict, panel_titled

# --- an edit that a race overwrote --------------------------------------------------------------------------------------------------------


def test_an_edit_that_a_race_overwrote_is_kept_from_the_history_and_put_back(any_by_uid: House) -> None:
    any_by_uid.write("sales.json", dashboard(SALES, **panel_titled("Git")))
    any_by_uid.apply()
    any_by_uid.write("sales.json", dashboard(SALES, **panel_titled("Git again")))
    any_by_uid.sandbox.faults.set(Faults(lost_races=1))
    report = any_by_uid.apply()
    assert [ConflictKind.OVERWROTE_EDIT] == kinds(report)
    assert "provisioner restore sales --version 2" in only_conflict(report).remedy
    found = put_back(any_by_uid, 2)
    assert (Result.UPDATED, "somebody", Why.OVERWROTE_EDIT) == (found.result, found.state.author, found.state.why)
    assert "Edited while another save was under way." == any_by_uid.browser.content(SALES)["description"]


def test_an_edit_that_a_race_overwrote_is_kept_though_the_answer_was_lost(any_by_uid: House) -> None:
    any_by_uid.write("sales.json", dashboard(SALES, **panel_titled("Git")))
    any_by_uid.apply()
    any_by_uid.write("sales.json", dashboard(SALES, **panel_titled("Git again")))
    any_by_uid.sandbox.faults.set(Faults(path=SAVES, lost_races=1, error_after_write=1))
    assert [ConflictKind.OVERWROTE_EDIT] == kinds(any_by_uid.apply())
    assert [(Why.OVERWROTE_EDIT, "somebody", 2)] == [(each.why, each.author, each.mark.version) for each in kept(any_by_uid)]


def test_what_was_made_anew_by_hand_and_overwritten_is_kept(any_by_uid: House) -> None:
    any_by_uid.browser.create(dashboard(SALES, **panel_titled("Before")))
    any_by_uid.write("sales.json", dashboard(SALES, **panel_titled("Git")))

    def replaced(_: int) -> None:
        any_by_uid.browser.delete("sales")
        any_by_uid.browser.create(dashboard(SALES, **panel_titled("Jonas, anew")))

    report = any_by_uid.apply(policy=GIT_WINS, on_plan=replaced)
    assert [ConflictKind.OVERWROTE_EDIT] == kinds(report)
    assert "version 1 by jonas" in only_conflict(report).message
    put_back(any_by_uid, 1)
    assert "Jonas, anew" == title(any_by_uid)


def test_a_race_that_restoring_itself_loses_is_told_and_kept(any_by_uid: House) -> None:
    edited_and_overwritten(any_by_uid)
    any_by_uid.sandbox.faults.set(Faults(lost_races=1))
    found = put_back(any_by_uid)
    assert (Result.CONFLICT, ConflictKind.OVERWROTE_EDIT) == (found.result, found.conflict)
    assert "version 4 by somebody" in found.message
    assert "provisioner restore sales --version 4" in found.remedy
    assert "Jonas" == title(any_by_uid)
    put_back(any_by_uid, 4)
    assert "Edited while another save was under way." == any_by_uid.browser.content(SALES)["description"]


# --- what there is ------------------------------------------------------------------------------------------------------------------------


def test_nothing_kept_and_nothing_live_is_said(any_house: House) -> None:
    found = not_found(any_house)
    assert ("nothing is kept of it, and it is not on the server", ()) == (found.message, found.there)


@pytest.mark.needs(Ability.HISTORY)
def test_nothing_kept_of_anybody_is_said_with_what_the_history_has(any_house: House) -> None:
    any_house.browser.create(dashboard(SALES))
    any_house.browser.edit(SALES, **panel_titled("Jonas"))
    found = not_found(any_house)
    assert "nobody's work on it is kept: we have overwritten or deleted none" == found.message
    assert [1] == [each.mark.version for each in found.there]


@pytest.mark.needs(Ability.HISTORY)
def test_a_version_that_only_the_history_has_is_put_back(any_house: House) -> None:
    any_house.browser.create(dashboard(SALES, **panel_titled("First")))
    any_house.browser.edit(SALES, **panel_titled("Second"))
    any_house.browser.edit(SALES, **panel_titled("Third"))
    found = put_back(any_house, 2)
    assert (Result.UPDATED, None, "jonas") == (found.result, found.state.why, found.state.author)
    assert ("Second", 4) == (title(any_house), any_house.browser.version(SALES))
    assert [(Why.BEFORE_OVERWRITE, 3)] == [(each.why, each.mark.version) for each in kept(any_house)]
    assert found.next_pass.startswith("no record says that it is ours")


def test_an_old_version_beyond_what_is_listed_is_found_by_its_number(nine: House) -> None:
    nine.browser.create(dashboard(SALES, **panel_titled("First")))
    for number in range(24):
        nine.browser.edit(SALES, **panel_titled(f"Edit {number}"))
    assert 1 not in {each.state.mark.version for each in listed(nine).rows}
    put_back(nine, 1)
    assert "First" == title(nine)


@pytest.mark.needs(Ability.HISTORY)
def test_a_version_that_nobody_has_is_told_with_those_that_there_are(any_house: House) -> None:
    edited_and_overwritten(any_house)
    found = not_found(any_house, 99)
    assert "version 99 is neither kept nor in the server's history" == found.message
    assert "--version puts one of these back: 2, 1" == found.remedy


@pytest.mark.needs(Ability.AUTHORS)
def test_the_version_that_is_live_is_said_to_be(any_house: House) -> None:
    edited_and_overwritten(any_house)
    assert "version 3 is what is live" == not_found(any_house, 3).message


@pytest.mark.needs(Ability.HISTORY)
def test_the_list_has_what_is_kept_and_what_the_history_has_newest_first_beside_what_is_live(any_house: House) -> None:
    edited_and_overwritten(any_house)
    any_house.forget()
    found = listed(any_house)
    assert found.live is not None
    assert 3 == found.live.mark.version
    assert [(2, "jonas", Why.BEFORE_OVERWRITE, True), (1, any_house.sandbox.admin[0], None, False)] == [
        (each.state.mark.version, each.state.author, each.state.why, each.chosen) for each in found.rows
    ]
    assert [("Git again", "Jonas"), ("Git again", "Git")] == [(one.before, one.after) for each in found.rows for one in each.differences]
    assert ["sales", "sales"] == [each.title for each in found.rows]
    assert 0 == any_house.writes


# --- what stands in the way ---------------------------------------------------------------------------------------------------------------


@pytest.mark.needs(Ability.AUTHORS)
def test_a_person_who_saves_in_between_is_not_overwritten(any_house: House) -> None:
    edited_and_overwritten(any_house)
    found = put_back_while(any_house, lambda: any_house.browser.edit(SALES, **panel_titled("Jonas, just now")))
    assert (Result.CONFLICT, ConflictKind.VERSION_MISMATCH) == (found.result, found.conflict)
    assert "saved by jonas after it was read (version 3 → 4); not overwritten" == found.message
    assert ("Jonas, just now", 4, "") == (title(any_house), any_house.browser.version(SALES), found.next_pass)
    with desk(any_house) as at:
        assert () == at.ledger.intents()


def test_a_dashboard_that_somebody_makes_in_between_is_not_overwritten(any_house: House) -> None:
    any_house.write("sales.json", dashboard(SALES))
    any_house.apply()
    any_house.browser.delete("sales")
    found = put_back_while(any_house, lambda: any_house.browser.create(dashboard(SALES, **panel_titled("Jonas, anew"))))
    assert ConflictKind.VERSION_MISMATCH == found.conflict
    assert ("Jonas, anew", 1) == (title(any_house), any_house.browser.version(SALES))


def test_what_is_deleted_in_between_is_made_again_and_said_to_be(any_house: House) -> None:
    edited_and_overwritten(any_house)
    found = put_back_while(any_house, lambda: any_house.browser.delete("sales"))
    assert (Result.CREATED, "Jonas") == (found.result, title(any_house))
    assert "it had been deleted meanwhile" in found.message


def test_a_crash_after_the_write_leaves_the_record_and_the_next_pass_reports_drift(any_house: House) -> None:
    edited_and_overwritten(any_house)
    before = record(any_house)

    class Dies(SqliteLedger):
        def settle(self, *_: object, **__: object) -> None:
            raise StateUnusable("the disk is full", next_step="make room")

    with desk(any_house) as at, ledger(any_house, Dies) as dies, pytest.raises(StateUnusable):
        restore(Wish(SALES), replace(at, ledger=dies))
    assert "Jonas" == title(any_house)
    drift = only_drift(any_house)
    assert (before, "Jonas") == (drift.record, title(any_house))


@pytest.mark.needs(Ability.AUTHORS)
def test_a_save_that_was_done_and_answered_with_500_is_told_as_done(any_house: House) -> None:
    edited_and_overwritten(any_house)
    any_house.when_saving(error_after_write=1)
    found = put_back(any_house)
    assert (Result.UPDATED, 4) == (found.result, found.after.version if found.after else 0)
    assert "though the answer was lost" in found.message


def test_a_save_whose_connection_broke_before_it_was_done_is_told_as_not_done(any_house: House) -> None:
    edited_and_overwritten(any_house)
    any_house.when_saving(drop_before=1)
    found = put_back(any_house)
    assert (Result.FAILED, "Git again") == (found.result, title(any_house))
    assert found.message.startswith("not saved: ")


def test_a_busy_server_is_given_a_rest_and_nothing_is_left_open(nine: House) -> None:
    edited_and_overwritten(nine)
    nine.sandbox.faults.set(Faults(path=SAVES, unavailable=99))
    with desk(nine) as at:
        with pytest.raises(TargetUnreachable, match="nothing was put back"):
            restore(Wish(SALES), at)
        assert () == at.ledger.intents()


def test_a_title_that_is_taken_is_told_with_who_has_it(nine: House) -> None:
    nine.write("sales.json", dashboard(SALES, "Sales"))
    nine.apply()
    nine.browser.delete("sales")
    nine.browser.create(dashboard("theirs", "Sales"))
    found = put_back(nine)
    assert (Result.CONFLICT, ConflictKind.NAME_EXISTS) == (found.result, found.conflict)
    assert f'"Sales" is in this folder as uid "theirs" ({nine.sandbox.url}/d/theirs/sales)' == found.message
    assert not nine.browser.is_there(SALES)


def test_a_credential_that_may_not_write_is_told_what_it_lacks(twelve: House) -> None:
    edited_and_overwritten(twelve)
    twelve.as_token(twelve.sandbox.token("Viewer"))
    found = put_back(twelve)
    assert (Result.FAILED, "Git again") == (found.result, title(twelve))
    assert "permission" in found.remedy


def test_what_something_else_provisions_is_left_to_it(tmp_path: Path) -> None:
    file = ProvisionedFile("sales.json", "", dashboard(SALES, **panel_titled("Theirs")))
    with house(tmp_path / "nine", generation=9, provisioned=(file,)) as one:
        keep_by_hand(one, dashboard(SALES, **panel_titled("Jonas")))
        found = put_back(one)
        assert (ConflictKind.MANAGED_ELSEWHERE, 0, "Theirs") == (found.conflict, one.writes, title(one))


def test_what_another_installation_owns_is_left_to_it(nine: House) -> None:
    nine.browser.create(dashboard(SALES, tags=["provisioner:other"]))
    keep_by_hand(nine, dashboard(SALES, **panel_titled("Jonas")))
    found = put_back(nine, owner="us")
    assert (ConflictKind.OWNED_ELSEWHERE, 1) == (found.conflict, nine.browser.version(SALES))
    assert "provisioner:other" in found.message
