"""A file is gone: what deletes its dashboard, what holds the deletion back, and what brings the dashboard back (DESIGN section 6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest

from provisioner.config.secrets import reveal
from provisioner.core.answers import DeleteAnswer
from provisioner.core.changes import Result
from provisioner.core.generations import Ability
from provisioner.core.guard import HoldReason
from provisioner.core.model import Uid
from provisioner.core.records import Why
from provisioner.core.report import Exit, PassReport, exit_code
from provisioner.core.server import Mark
from provisioner.core.settings import Ceiling, Policy, Prune
from provisioner.grafana import open_grafana
from provisioner.sandbox.faults import Faults
from tests.whole.desk import SALES, desk, kept, put_back, record, title, title_of
from tests.whole.house import BY_UID, House, dashboard, panel_titled

AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))
TWO_AT_MOST = Policy(prune=Prune(enabled=True, grace=0, max_deletions=Ceiling(2, 0)))
IN_TEN_MINUTES = Policy(prune=Prune(enabled=True))


def _gone(one: House) -> None:
    """Two were applied, of which one has no file any more."""
    one.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    one.write("stock.json", dashboard("stock"))
    one.apply()
    one.delete("shop/sales.json")
    one.forget()


def _many_gone(one: House) -> None:
    for number in range(4):
        one.write(f"d{number}.json", dashboard(f"d{number}"))
    one.apply()
    for number in range(3):
        one.delete(f"d{number}.json")


def _holds(report: PassReport) -> list[HoldReason]:
    return [each.reason for each in report.pruning.held]


def _removed(report: PassReport) -> dict[str, Result]:
    return {str(each.record.uid): each.result for each in report.removals}


def test_a_file_that_is_gone_deletes_nothing_unless_it_is_asked_for(any_house: House) -> None:
    _gone(any_house)
    report = any_house.apply()
    assert ([HoldReason.PRUNE_OFF], Exit.OK, 0) == (_holds(report), exit_code([report]), any_house.writes)
    assert any_house.browser.is_there(SALES)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_file_that_is_gone_deletes_its_dashboard_and_the_folder_that_was_made_for_it(any_house: House) -> None:
    _gone(any_house)
    assert "shop" in any_house.browser.folders()
    report = any_house.apply(policy=AT_ONCE)
    assert Result.DELETED is _removed(report)[SALES]
    assert not any_house.browser.is_there(SALES)
    assert "shop" not in any_house.browser.folders()
    assert any_house.browser.is_there("stock")
    assert (2, Exit.OK) == (report.written, exit_code([report]))


def test_after_a_deletion_all_is_at_rest(any_house: House) -> None:
    _gone(any_house)
    any_house.apply(policy=AT_ONCE)
    any_house.forget()
    report = any_house.apply(policy=AT_ONCE)
    assert ((), (), 0) == (report.removals, report.pruning.held, any_house.writes)


def test_a_plan_tells_of_the_deletion_and_deletes_nothing(any_house: House) -> None:
    _gone(any_house)
    report = any_house.plan(policy=AT_ONCE)
    assert [SALES] == [each.record.uid for each in report.pruning.deletions]
    assert (0, True) == (any_house.writes, any_house.browser.is_there(SALES))


def test_what_was_deleted_is_kept_and_restore_brings_it_back_with_its_folder(any_house: House) -> None:
    _gone(any_house)
    any_house.apply(policy=AT_ONCE)
    [state] = kept(any_house)
    assert (Why.BEFORE_DELETE, "Git") == (state.why, title_of(any_house, state))
    assert Result.CREATED is put_back(any_house).result
    assert ("Git", "shop") == (title(any_house), any_house.browser.read(SALES)["meta"]["folderTitle"])


def test_what_restore_brought_back_is_not_deleted_by_the_next_pass(any_house: House) -> None:
    _gone(any_house)
    any_house.apply(policy=AT_ONCE)
    put_back(any_house)
    any_house.apply(policy=AT_ONCE)
    assert any_house.browser.is_there(SALES)


def test_a_file_has_to_be_gone_for_the_grace_time(any_house: House) -> None:
    _gone(any_house)
    report = any_house.apply(policy=IN_TEN_MINUTES)
    assert ([HoldReason.GRACE], Exit.OK) == (_holds(report), exit_code([report]))
    later = (datetime.now(UTC) + timedelta(minutes=9)).isoformat(timespec="seconds")
    any_house.parts["now"] = lambda: later
    assert [HoldReason.GRACE] == _holds(any_house.apply(policy=IN_TEN_MINUTES))
    even_later = (datetime.now(UTC) + timedelta(minutes=11)).isoformat(timespec="seconds")
    any_house.parts["now"] = lambda: even_later
    assert Result.DELETED is _removed(any_house.apply(policy=IN_TEN_MINUTES))[SALES]


def test_a_file_that_came_back_in_time_begins_anew(nine: House) -> None:
    _gone(nine)
    nine.apply(policy=IN_TEN_MINUTES)
    nine.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    nine.apply(policy=IN_TEN_MINUTES)
    nine.delete("shop/sales.json")
    later = (datetime.now(UTC) + timedelta(minutes=11)).isoformat(timespec="seconds")
    nine.parts["now"] = lambda: later
    assert [HoldReason.GRACE] == _holds(nine.apply(policy=IN_TEN_MINUTES))


def test_a_look_at_the_plan_does_not_start_the_grace_time(nine: House) -> None:
    _gone(nine)
    nine.plan(policy=IN_TEN_MINUTES)
    later = (datetime.now(UTC) + timedelta(minutes=11)).isoformat(timespec="seconds")
    nine.parts["now"] = lambda: later
    assert [HoldReason.GRACE] == _holds(nine.apply(policy=IN_TEN_MINUTES))


def test_more_deletions_than_the_ceiling_are_held_all_of_them_and_told_with_a_digest(any_house: House) -> None:
    _many_gone(any_house)
    report = any_house.apply(policy=TWO_AT_MOST)
    assert ([HoldReason.CEILING] * 3, ()) == (_holds(report), report.removals)
    digest = report.pruning.digest
    assert digest is not None
    assert all(digest in each.remedy for each in report.pruning.held)
    assert all(any_house.browser.is_there(f"d{number}") for number in range(4))


def test_what_a_person_confirmed_is_deleted_once(nine: House) -> None:
    _many_gone(nine)
    digest = nine.plan(policy=TWO_AT_MOST).pruning.digest
    assert digest is not None
    with desk(nine) as at:
        at.ledger.confirm(digest, "2026-11-22T15:00:00Z")
    assert {f"d{number}": Result.DELETED for number in range(3)} == _removed(nine.apply(policy=TWO_AT_MOST))
    with desk(nine) as at:
        assert frozenset() == at.ledger.confirmed()


def test_a_confirmation_holds_for_exactly_what_was_confirmed(nine: House) -> None:
    _many_gone(nine)
    digest = nine.plan(policy=TWO_AT_MOST).pruning.digest
    assert digest is not None
    with desk(nine) as at:
        at.ledger.confirm(digest, "2026-11-22T15:00:00Z")
    nine.delete("d3.json")
    nine.write("another.json", dashboard("another"))
    report = nine.apply(policy=TWO_AT_MOST)
    assert [HoldReason.CEILING] * 4 == _holds(report)
    assert report.pruning.digest != digest


@pytest.mark.needs(Ability.AUTHORS)
def test_what_somebody_edited_is_held_and_says_by_whom(any_house: House) -> None:
    _gone(any_house)
    any_house.browser.edit(SALES, **panel_titled("Jonas"))
    any_house.forget()
    report = any_house.apply(policy=AT_ONCE)
    [held] = report.pruning.held
    assert (HoldReason.EDITED, Exit.CONFLICT) == (held.reason, exit_code([report]))
    assert "by jonas (version 1 → 2)" in held.message
    assert ("Jonas", 0) == (title(any_house), any_house.writes)


@pytest.mark.needs(Ability.AUTHORS)
def test_what_somebody_edits_just_before_is_held_too(any_house: House) -> None:
    _gone(any_house)
    report = any_house.apply(policy=AT_ONCE, on_plan=lambda _: any_house.browser.edit(SALES, **panel_titled("Jonas")))
    assert (Result.CONFLICT, Exit.CONFLICT) == (_removed(report)[SALES], exit_code([report]))
    assert "saved by jonas just now (version 2)" in report.removals[0].detail
    assert "Jonas" == title(any_house)


def test_what_is_gone_by_itself_just_before_is_told_and_forgotten(nine: House) -> None:
    _gone(nine)
    report = nine.apply(policy=AT_ONCE, on_plan=lambda _: nine.browser.delete(SALES))
    assert Result.UNCHANGED is _removed(report)[SALES]
    assert record(nine) is None


def test_an_empty_tree_never_deletes(any_house: House) -> None:
    _gone(any_house)
    any_house.delete("stock.json")
    report = any_house.apply(policy=AT_ONCE)
    assert {HoldReason.EMPTY_TREE} == set(_holds(report))
    assert any_house.browser.is_there(SALES)
    assert any_house.browser.is_there("stock")


def test_a_file_that_cannot_be_read_suspends_every_deletion(any_house: House) -> None:
    _gone(any_house)
    any_house.write("broken.json", "{")
    report = any_house.apply(policy=AT_ONCE)
    assert ((), ()) == (report.removals, report.pruning.deletions)
    assert any_house.browser.is_there(SALES)
    [held] = report.held
    assert (SALES, HoldReason.UNREADABLE, Exit.INVALID) == (held.record.uid, held.reason, exit_code([report]))
    assert held.message.endswith("1 file has errors and may be it: " + str(any_house.files / "broken.json"))
    assert getattr(record(any_house), "missing_since", "") is None
    any_house.delete("broken.json")
    assert Result.DELETED is _removed(any_house.apply(policy=AT_ONCE))[SALES]


def test_a_file_that_became_unreadable_keeps_its_own_dashboard(any_house: House) -> None:
    any_house.write("sales.json", dashboard(SALES))
    any_house.write("stock.json", dashboard("stock"))
    any_house.apply()
    any_house.write("sales.json", "{")
    report = any_house.apply(policy=AT_ONCE)
    assert ((), ()) == (report.removals, report.pruning.held)
    assert any_house.browser.is_there(SALES)


def test_what_was_adopted_and_never_written_is_never_deleted(any_house: House) -> None:
    any_house.browser.create(dashboard(SALES))
    any_house.write("sales.json", dashboard(SALES))
    any_house.write("stock.json", dashboard("stock"))
    assert 1 == any_house.apply().adopted
    any_house.delete("sales.json")
    assert [HoldReason.ADOPTED] == _holds(any_house.apply(policy=AT_ONCE))
    assert any_house.browser.is_there(SALES)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_holds_something_of_others_stays(any_house: House) -> None:
    _gone(any_house)
    folder = any_house.browser.folders()["shop"]
    body = {"dashboard": dashboard("theirs"), "folderUid": folder["uid"], "folderId": folder["id"], "overwrite": False, "message": ""}
    any_house.browser.ask("/api/dashboards/db", body)
    any_house.apply(policy=AT_ONCE)
    assert not any_house.browser.is_there(SALES)
    assert any_house.browser.is_there("theirs")
    assert "shop" in any_house.browser.folders()


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_was_there_before_us_stays(any_house: House) -> None:
    any_house.browser.ask("/api/folders", {"title": "shop", "uid": "theirs"})
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.write("stock.json", dashboard("stock"))
    any_house.apply()
    any_house.delete("shop/sales.json")
    any_house.apply(policy=AT_ONCE)
    assert not any_house.browser.is_there(SALES)
    assert "theirs" in {each["uid"] for each in any_house.browser.folders().values()}


def test_a_server_that_goes_away_before_the_folder_is_deleted_leaves_what_was_done_told(nine: House) -> None:
    _gone(nine)
    nine.connection = replace(nine.connection, attempts=1)
    uid = nine.browser.folders()["shop"]["uid"]
    nine.sandbox.faults.set(Faults(path=f"/api/folders/{uid}", proxy_page=1000))
    report = nine.apply(policy=AT_ONCE)
    nine.sandbox.faults.set(Faults())
    assert Result.DELETED is _removed(report)[SALES]
    assert report.failure is None
    nine.apply(policy=AT_ONCE)
    assert "shop" not in nine.browser.folders()


def test_nested_folders_go_with_the_deepest_first(twelve: House) -> None:
    twelve.write("shop/west/till/sales.json", dashboard(SALES))
    twelve.write("stock.json", dashboard("stock"))
    twelve.apply()
    assert {"shop", "west", "till"} == twelve.browser.folders().keys()
    (twelve.files / "shop/west/till/sales.json").unlink()
    report = twelve.apply(policy=AT_ONCE)
    assert {} == twelve.browser.folders()
    assert [Result.DELETED] * 4 == [each.result for each in report.removals]


def test_a_deletion_that_the_credential_may_not_make_is_told_and_changes_no_record(any_house: House) -> None:
    _gone(any_house)
    any_house.as_token(any_house.sandbox.token("Viewer"))
    report = any_house.apply(policy=AT_ONCE)
    assert (Result.FAILED, Exit.ERROR) == (_removed(report)[SALES], exit_code([report]))
    assert "dashboards:delete" in report.removals[0].remedy
    assert record(any_house) is not None


class _LosingSight:
    """A server that breaks down while it deletes: the answer is lost, and it cannot be asked any more."""

    def __init__(self, one: House) -> None:
        self._one = one
        self._real = open_grafana(one.connection, reveal(one.environment))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:
        self._one.sandbox.faults.set(Faults(path=BY_UID, drop_after=1))
        answer = self._real.delete(uid, over)
        self._one.sandbox.faults.set(Faults(path=BY_UID, drop_before=1000))
        return answer


def test_a_deletion_of_which_nobody_knows_is_said_so_and_found_out_by_the_next_pass(nine: House) -> None:
    _gone(nine)
    nine.parts["open_grafana"] = lambda: _LosingSight(nine)
    report = nine.apply(policy=AT_ONCE)
    assert Result.UNKNOWN is _removed(report)[SALES]
    assert "perhaps deleted" in report.removals[0].detail
    assert Exit.ERROR is exit_code([report])

    nine.parts.clear()
    nine.sandbox.faults.set(Faults())
    report = nine.apply(policy=AT_ONCE)
    assert (Exit.OK, None) == (exit_code([report]), record(nine))
