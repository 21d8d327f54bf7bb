"""Both sides of a dashboard that is ours change, one or both of them: each row of the table of DESIGN section 5, on real servers."""

from __future__ import annotations

import pytest

from provisioner.core.changes import ConflictKind, LiveState, Result
from provisioner.core.generations import Ability
from provisioner.core.model import Uid
from provisioner.core.records import Why
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import ConflictPolicy, DeletedPolicy, DriftPolicy, Policy, Prune
from tests.whole.desk import SALES, kept, put_back, record, title, title_of
from tests.whole.house import GIT_WINS, House, dashboard, kinds, only_conflict, panel_titled, results

REVERT = Policy(drift=DriftPolicy.REVERT)
SERVER_WINS = Policy(conflict=ConflictPolicy.SERVER_WINS)


def _applied(one: House) -> None:
    one.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    one.apply()


def _edited(one: House) -> None:
    _applied(one)
    one.browser.edit(SALES, **panel_titled("Jonas"))
    one.forget()


def _both(one: House) -> None:
    _edited(one)
    one.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))


# Only the server changed


@pytest.mark.needs(Ability.AUTHORS)
def test_an_edit_is_reported_with_its_author_and_what_was_changed_and_is_not_touched(any_house: House) -> None:
    _edited(any_house)
    report = any_house.apply()
    [drift] = report.plan.drifted
    assert "edited on the server by jonas (version 1 → 2)" == drift.message
    assert [("Git", "Jonas")] == [(each.before, each.after) for each in drift.differences]
    assert (0, 0, Exit.OK) == (report.written, any_house.writes, exit_code([report]))
    assert "Jonas" == title(any_house)


def test_an_edit_stays_reported_for_as_long_as_it_is_there(any_house: House) -> None:
    _edited(any_house)
    assert [1, 1] == [any_house.apply().drifted for _ in range(2)]


@pytest.mark.needs(Ability.AUTHORS)
def test_an_edit_is_reverted_and_kept_where_the_policy_says_so(any_house: House) -> None:
    _edited(any_house)
    report = any_house.apply(policy=REVERT)
    assert {SALES: Result.UPDATED} == results(report)
    assert ("Git", 3) == (title(any_house), any_house.browser.version(SALES))
    [state] = kept(any_house)
    assert (Why.BEFORE_OVERWRITE, "jonas", 2) == (state.why, state.author, state.mark.version)
    assert "Jonas" == title_of(any_house, state)


def test_what_was_reverted_is_at_rest_and_can_be_put_back(any_house: House) -> None:
    _edited(any_house)
    any_house.apply(policy=REVERT)
    any_house.forget()
    assert (1, 0) == (any_house.apply(policy=REVERT).unchanged, any_house.writes)
    assert Result.UPDATED is put_back(any_house).result
    assert "Jonas" == title(any_house)


def test_a_plan_tells_of_a_revert_and_neither_writes_nor_keeps(any_house: House) -> None:
    _edited(any_house)
    report = any_house.plan(policy=REVERT)
    assert (1, 0, 0) == (report.updates, report.drifted, any_house.writes)
    assert () == kept(any_house)


def test_saving_without_a_change_is_no_drift_and_does_not_stand_in_the_way_of_git(nine: House) -> None:
    _applied(nine)
    nine.browser.edit(SALES)
    assert 2 == nine.browser.version(SALES)
    report = nine.apply()
    assert (0, 1) == (report.drifted, report.unchanged)
    nine.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))
    assert {SALES: Result.UPDATED} == results(nine.apply())
    assert () == kept(nine)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_move_on_the_server_is_drift_and_says_where_it_lies(any_house: House) -> None:
    _applied(any_house)
    any_house.browser.ask("/api/folders", {"title": "Elsewhere", "uid": "elsewhere"})
    elsewhere = any_house.browser.ask("/api/folders/elsewhere")["id"]
    content = any_house.browser.content(SALES)
    any_house.browser.ask(
        "/api/dashboards/db", {"dashboard": content, "folderUid": "elsewhere", "folderId": elsewhere, "overwrite": False, "message": ""}
    )
    report = any_house.apply()
    [drift] = report.plan.drifted
    assert 'moved to folder "Elsewhere" on the server by jonas (version 1 → 2)' == drift.message
    assert {SALES: Result.MOVED} == results(any_house.apply(policy=REVERT))
    assert "shop" == any_house.browser.read(SALES)["meta"]["folderTitle"]


# Both changed


@pytest.mark.needs(Ability.AUTHORS)
def test_a_change_on_both_sides_is_a_conflict_that_shows_both_and_writes_nothing(any_house: House) -> None:
    _both(any_house)
    report = any_house.apply()
    found = only_conflict(report)
    assert (ConflictKind.BOTH_CHANGED, Exit.CONFLICT) == (found.kind, exit_code([report]))
    assert [("Jonas", "Git again")] == [(each.before, each.after) for each in found.differences]
    assert isinstance(found.theirs, LiveState)
    assert ("jonas", 2) == (found.theirs.updated_by, found.theirs.mark.version)
    assert "version 1 → 2" in found.message
    assert ("Jonas", 0) == (title(any_house), any_house.writes)


@pytest.mark.needs(Ability.AUTHORS)
def test_a_person_lets_git_win_for_one_dashboard_and_what_it_replaces_is_kept(any_house: House) -> None:
    _both(any_house)
    any_house.write("other.json", dashboard("other", **panel_titled("Ours")))
    any_house.browser.create(dashboard("other", **panel_titled("Theirs")))
    any_house.parts["take"] = frozenset({SALES})
    report = any_house.apply()
    assert {SALES: Result.UPDATED} == results(report)
    assert [ConflictKind.UNMANAGED] == kinds(report)
    assert ("Git again", "Theirs") == (title(any_house), title(any_house, "other"))
    [state] = kept(any_house)
    assert (SALES, "jonas", "Jonas") == (state.uid, state.author, title_of(any_house, state))


def test_taking_counts_for_drift_and_for_what_is_not_ours_too(any_house: House) -> None:
    _edited(any_house)
    any_house.write("other.json", dashboard("other", **panel_titled("Ours")))
    any_house.browser.create(dashboard("other", **panel_titled("Theirs")))
    any_house.parts["take"] = frozenset({SALES, Uid("other")})
    assert {SALES: Result.UPDATED, "other": Result.UPDATED} == results(any_house.apply())
    assert ("Git", "Ours") == (title(any_house), title(any_house, "other"))
    assert {"Jonas", "Theirs"} == {title_of(any_house, each) for each in kept(any_house)}


def test_where_git_wins_what_it_replaces_is_kept(any_house: House) -> None:
    _both(any_house)
    assert {SALES: Result.UPDATED} == results(any_house.apply(policy=GIT_WINS))
    assert ["Jonas"] == [title_of(any_house, each) for each in kept(any_house)]


def test_where_the_server_wins_its_edit_stays_and_is_told_and_is_no_conflict(any_house: House) -> None:
    _both(any_house)
    report = any_house.apply(policy=SERVER_WINS)
    [drift] = report.plan.drifted
    assert "server-wins leaves the server's" in drift.message
    assert ((), Exit.OK, 0) == (report.conflicts, exit_code([report]), any_house.writes)
    assert "Jonas" == title(any_house)


@pytest.mark.needs(Ability.AUTHORS)
def test_when_the_file_takes_the_edit_it_is_recorded_without_a_write_and_is_still_ours(any_house: House) -> None:
    _edited(any_house)
    any_house.write("shop/sales.json", dashboard(SALES, **panel_titled("Jonas")))
    report = any_house.apply()
    assert (1, 0, 0, 0) == (report.unchanged, report.drifted, len(report.conflicts), any_house.writes)
    now = record(any_house)
    assert now is not None
    assert (2, True) == (now.mark.version, now.written)


# It is not on the server any more


def _deleted(one: House) -> None:
    _applied(one)
    one.write("stock.json", dashboard("stock"))
    one.apply()
    one.browser.delete(SALES)
    one.forget()


def test_what_was_deleted_on_the_server_is_reported_and_stays_deleted(any_house: House) -> None:
    _deleted(any_house)
    for report in (any_house.apply(), any_house.apply()):
        [drift] = report.plan.drifted
        assert ("it was deleted on the server", None) == (drift.message, drift.live)
    assert 0 == any_house.writes
    assert not any_house.browser.is_there(SALES)


def test_what_was_deleted_on_the_server_is_made_again_where_the_policy_says_so(any_house: House) -> None:
    _deleted(any_house)
    assert {SALES: Result.CREATED} == results(any_house.apply(policy=Policy(deleted=DeletedPolicy.RECREATE)))
    assert 1 == any_house.browser.version(SALES)


def test_what_was_deleted_on_the_server_and_changed_in_git_is_made_again(any_house: House) -> None:
    _deleted(any_house)
    any_house.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))
    report = any_house.apply()
    assert {SALES: Result.CREATED} == results(report)
    assert "it was deleted on the server and changed in git since: it is made again" == report.plan.changes[0].reason
    assert "Git again" == title(any_house)


def test_what_was_deleted_on_both_sides_is_forgotten(nine: House) -> None:
    _deleted(nine)
    nine.delete("shop/sales.json")
    nine.apply(policy=Policy(prune=Prune(enabled=True)))
    assert record(nine) is None
