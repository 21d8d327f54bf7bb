"""What was overwritten or deleted is put back: by compare-and-set, told, and never for the next pass to undo in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.generations import Ability
from provisioner.core.model import Fingerprint
from provisioner.core.records import Why
from provisioner.core.server import Mark
from provisioner.core.settings import DeletedPolicy, DriftPolicy, Policy, Prune
from tests.whole.desk import (
    SALES,
    desk,
    edited_and_overwritten,
    kept,
    only_drift,
    put_back,
    record,
    title,
    title_of,
)
from tests.whole.house import SAVES, House, dashboard, kinds, panel_titled

# --- an edit that a policy overwrote ------------------------------------------------------------------------------------------------------


@pytest.mark.needs(Ability.UIDS)
def test_an_edit_that_git_overwrote_is_put_back_with_its_author_told(any_house: House) -> None:
    edited_and_overwritten(any_house)
    found = put_back(any_house)
    assert found.before is not None
    assert found.after is not None
    assert (Result.UPDATED, 3, found.before.id) == (found.result, found.before.version, found.after.id)
    assert (4, 4) == (found.after.version, any_house.browser.version(SALES))
    assert ("jonas", Why.BEFORE_OVERWRITE, 2) == (found.state.author, found.state.why, found.state.mark.version)
    assert "version 2 by jonas is live again, as version 4" == found.message
    assert [("Git again", "Jonas")] == [(each.before, each.after) for each in found.differences]
    assert "Jonas" == title(any_house)
    assert "/d/sales" in found.url


@pytest.mark.needs(Ability.AUTHORS)
def test_what_was_put_back_is_drift_for_the_next_pass_and_is_left_alone(any_house: House) -> None:
    edited_and_overwritten(any_house)
    told = put_back(any_house).next_pass
    assert "the next pass reports it as drift from sales.json and writes nothing; take it into the file to keep it" == told
    drift = only_drift(any_house)
    assert drift.live is not None
    assert 4 == drift.live.mark.version
    assert "Jonas" == title(any_house)


def test_a_change_in_git_after_it_was_put_back_is_a_conflict(any_house: House) -> None:
    edited_and_overwritten(any_house)
    put_back(any_house)
    any_house.write("sales.json", dashboard(SALES, **panel_titled("Git for a third time")))
    assert [ConflictKind.BOTH_CHANGED] == kinds(any_house.apply())
    assert "Jonas" == title(any_house)


def test_taking_it_into_the_file_settles_it(any_house: House) -> None:
    edited_and_overwritten(any_house)
    put_back(any_house)
    any_house.write("sales.json", dashboard(SALES, **panel_titled("Jonas")))
    report = any_house.apply()
    assert ((), (), 0) == (report.plan.drifted, report.conflicts, report.written)
    assert 4 == any_house.browser.version(SALES)


def test_where_drift_is_reverted_it_is_said_that_the_next_pass_puts_git_back_and_so_it_does(nine: House) -> None:
    edited_and_overwritten(nine)
    policy = Policy(drift=DriftPolicy.REVERT)
    found = put_back(nine, policy=policy)
    assert "the policy drift: revert makes the next pass put git back, unless sales.json is changed to this first" == found.next_pass
    nine.apply(policy=policy)
    assert "Git again" == title(nine)
    assert {("Jonas", 4), ("Git again", 3), ("Jonas", 2)} == {(title_of(nine, each), each.mark.version) for each in kept(nine)}


@pytest.mark.needs(Ability.AUTHORS)
def test_what_it_replaced_is_kept_and_can_be_put_back_too(any_house: House) -> None:
    edited_and_overwritten(any_house)
    replaced = put_back(any_house).replaced
    assert replaced is not None
    assert (Why.BASE, 3, "Git again") == (replaced.why, replaced.mark.version, title_of(any_house, replaced))
    put_back(any_house, 3)
    assert ("Git again", 5) == (title(any_house), any_house.browser.version(SALES))


@pytest.mark.needs(Ability.AUTHORS)
def test_an_edit_that_it_replaced_is_kept_as_somebodys_work(any_house: House) -> None:
    edited_and_overwritten(any_house)
    any_house.browser.edit(SALES, **panel_titled("Jonas, later"))
    replaced = put_back(any_house).replaced
    assert replaced is not None
    assert (Why.BEFORE_OVERWRITE, 4, "jonas") == (replaced.why, replaced.mark.version, replaced.author)
    again = put_back(any_house)
    assert ("Jonas, later", 4) == (title(any_house), again.state.mark.version)


def test_what_the_server_holds_already_in_a_form_of_its_own_is_told_as_unchanged(twelve_by_uid: House) -> None:
    """It makes 5s of 1s whenever that is saved."""
    twelve_by_uid.write("sales.json", dashboard(SALES, refresh="1s"))
    twelve_by_uid.apply()
    twelve_by_uid.browser.edit(SALES, description="Jonas")
    put_back(twelve_by_uid, 1)
    assert "5s" == twelve_by_uid.browser.content(SALES)["refresh"]
    with desk(twelve_by_uid) as at:
        at.ledger.keep(replace(at.ledger.kept(SALES)[0], mark=Mark(1, 9), content=Fingerprint("1:x")), dashboard(SALES, refresh="1s"))
    found = put_back(twelve_by_uid, 9)
    assert (Result.UNCHANGED, 3) == (found.result, twelve_by_uid.browser.version(SALES))


@pytest.mark.needs(Ability.AUTHORS)
def test_restoring_twice_writes_once(any_house: House) -> None:
    edited_and_overwritten(any_house)
    put_back(any_house)
    any_house.forget()
    found = put_back(any_house)
    assert (Result.UNCHANGED, "version 2 by jonas is what is live", 0) == (found.result, found.message, any_house.writes)


def test_the_record_is_what_it_was_and_nothing_is_left_open(any_house: House) -> None:
    edited_and_overwritten(any_house)
    before = record(any_house)
    put_back(any_house)
    with desk(any_house) as at:
        assert before == at.ledger.records()[SALES]
        assert () == at.ledger.intents()


@pytest.mark.needs(Ability.FOLDERS)
def test_a_move_by_hand_that_was_reverted_is_put_back_with_its_folder(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    ours = any_house.browser.read(SALES)["meta"]["folderTitle"]
    live = any_house.browser.content(SALES)
    any_house.browser.ask(SAVES, {"dashboard": live, "folderUid": "", "folderId": 0, "message": "", "overwrite": False})
    any_house.apply(policy=Policy(drift=DriftPolicy.REVERT))
    assert ours == any_house.browser.read(SALES)["meta"]["folderTitle"]
    assert Result.UPDATED == put_back(any_house).result
    assert "General" == any_house.browser.read(SALES)["meta"]["folderTitle"]


# --- a dashboard that is not there --------------------------------------------------------------------------------------------------------


@pytest.mark.needs(Ability.AUTHORS)
def test_a_dashboard_deleted_by_hand_is_made_again_with_its_uid_in_its_folder(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard(SALES, "Sales", **panel_titled("Git")))
    any_house.apply()
    any_house.browser.delete("sales")
    found = put_back(any_house)
    assert (Result.CREATED, Why.BASE, None) == (found.result, found.state.why, found.before)
    assert "version 1 by provisioner is live again, as version 1" == found.message
    live = any_house.browser.read(SALES)
    assert ("Sales", "shop", "Git") == (live["dashboard"]["title"], live["meta"]["folderTitle"], title(any_house))
    report = any_house.apply()
    assert ((), (), 1) == (report.plan.changes, report.plan.drifted, report.unchanged)


@pytest.mark.needs(Ability.FOLDERS)
def test_its_folder_is_made_again_with_its_uid_when_that_is_gone_too(any_house: House) -> None:
    any_house.write("shop/till/sales.json", dashboard(SALES))
    any_house.apply()
    before = any_house.browser.folders()
    for each in sorted(before.values(), key=lambda each: "parentUid" in each, reverse=True):
        any_house.browser.ask(f"/api/folders/{each['uid']}", method="DELETE")
    assert {} == any_house.browser.folders()
    assert Result.CREATED == put_back(any_house).result
    after = any_house.browser.folders()
    assert {name: (each["uid"], each.get("parentUid")) for name, each in before.items()} == {
        name: (each["uid"], each.get("parentUid")) for name, each in after.items()
    }
    report = any_house.apply(policy=Policy(deleted=DeletedPolicy.RECREATE))
    assert ((), 1) == (report.plan.changes, report.unchanged)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_of_the_same_title_that_somebody_made_since_is_used(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    [ours] = any_house.browser.folders().values()
    any_house.browser.ask(f"/api/folders/{ours['uid']}", method="DELETE")
    any_house.browser.ask("/api/folders", {"title": "shop", "uid": "theirs"})
    put_back(any_house)
    assert {"shop": "theirs"} == {name: each["uid"] for name, each in any_house.browser.folders().items()}
    assert "shop" == any_house.browser.read(SALES)["meta"]["folderTitle"]


@pytest.mark.needs(Ability.AUTHORS)
def test_an_edit_that_was_kept_before_a_deletion_is_what_comes_back(any_house: House) -> None:
    edited_and_overwritten(any_house)
    any_house.browser.edit(SALES, **panel_titled("Jonas, later"))
    put_back(any_house)  # keeps version 4
    any_house.browser.delete("sales")
    found = put_back(any_house)
    assert (Result.CREATED, 4, "Jonas, later") == (found.result, found.state.mark.version, title(any_house))


def test_what_prune_deleted_is_brought_back_and_is_not_deleted_again(any_house: House) -> None:
    prune = Policy(prune=Prune(enabled=True, grace=0))
    any_house.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    any_house.write("stock.json", dashboard("stock"))
    any_house.apply(policy=prune)
    (any_house.files / "shop/sales.json").unlink()
    any_house.apply(policy=prune)
    assert not any_house.browser.is_there(SALES)
    found = put_back(any_house, policy=prune)
    assert (Result.CREATED, Why.BEFORE_DELETE) == (found.result, found.state.why)
    assert "no record says that it is ours" in found.next_pass
    any_house.apply(policy=prune)
    any_house.apply(policy=prune)
    assert ("Git", "shop") == (title(any_house), any_house.browser.read(SALES)["meta"]["folderTitle"])


def test_a_folder_that_may_not_be_made_is_a_failure_that_names_the_permission(twelve: House) -> None:
    twelve.write("shop/sales.json", dashboard(SALES))
    twelve.apply()
    [ours] = twelve.browser.folders().values()
    twelve.browser.ask(f"/api/folders/{ours['uid']}", method="DELETE")
    twelve.as_token(twelve.sandbox.token("Viewer"))
    found = put_back(twelve)
    assert Result.FAILED == found.result
    assert "permission" in found.remedy
