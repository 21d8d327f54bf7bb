"""What a pass costs where the records know: one request for one change, none at rest (`apply --no-scan`)."""

from __future__ import annotations

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.generations import Ability
from provisioner.core.model import Uid
from provisioner.core.settings import Policy, Prune
from provisioner.core.upheaval import Upheaval
from provisioner.looking import NONE
from tests.whole.desk import SALES, title
from tests.whole.house import GIT_WINS, House, dashboard, kinds, panel_titled, results


@pytest.fixture
def quiet(any_house: House) -> House:
    """Ten that were applied; from now on passes do not look at what git left as it was."""
    for number in range(10):
        any_house.write(f"shop/d{number}.json", dashboard(f"d{number}"))
    any_house.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    any_house.apply()
    any_house.parts["scan"] = NONE
    any_house.forget()
    return any_house


@pytest.fixture
def hasty(quiet: House) -> House:
    """As a daemon's pass after somebody saved."""
    quiet.parts["search"] = False
    return quiet


def _asked(one: House) -> list[str]:
    return [f"{each.method} {each.path}" for each in one.sandbox.requests.all]


def test_at_rest_the_server_is_not_asked_anything(quiet: House) -> None:
    report = quiet.apply()
    assert ([], 0, 11) == (_asked(quiet), report.requests, report.unchanged)


def test_a_renamed_file_with_a_uid_needs_no_write(quiet: House) -> None:
    (quiet.files / "shop/sales.json").rename(quiet.files / "shop/turnover.json")
    quiet.apply()
    assert 0 == quiet.writes
    quiet.forget()
    assert ([], 11) == (_asked(quiet), quiet.apply().unchanged)


@pytest.mark.needs(Ability.HISTORY)
def test_a_changed_file_is_one_save_and_no_dashboard_is_read(quiet: House) -> None:
    quiet.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))
    report = quiet.apply()
    assert {SALES: Result.UPDATED} == results(report)
    assert 1 == len(quiet.saves)
    assert [] == quiet.read
    assert "Git again" == title(quiet)


@pytest.mark.needs(Ability.HISTORY)
def test_many_changed_files_are_one_save_each(quiet: House) -> None:
    for number in range(10):
        quiet.write(f"shop/d{number}.json", dashboard(f"d{number}", **panel_titled("Git again")))
    report = quiet.apply()
    assert {Result.UPDATED} == set(results(report).values())
    assert (10, 10) == (len(quiet.saves), quiet.writes)
    assert [] == quiet.read


@pytest.mark.needs(Ability.HISTORY)
def test_where_every_dashboard_is_recorded_the_server_is_not_asked_for_all_it_has(hasty: House) -> None:
    hasty.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))
    hasty.apply()
    assert 0 == _lists_of_dashboards(hasty)


@pytest.mark.needs(Ability.UIDS)
def test_a_dashboard_that_no_record_knows_is_asked_for_by_name_before_it_is_made(hasty: House) -> None:
    hasty.write("shop/new.json", dashboard("new"))
    assert {"new": Result.CREATED} == results(hasty.apply())
    assert (["new"], 0) == (hasty.read, _lists_of_dashboards(hasty))


@pytest.mark.needs(Ability.UIDS)
def test_a_dashboard_that_no_record_knows_and_that_is_there_is_left_alone(hasty: House) -> None:
    hasty.browser.create(dashboard("theirs", **panel_titled("Theirs")))
    hasty.forget()
    hasty.write("shop/theirs.json", dashboard("theirs"))
    assert [ConflictKind.UNMANAGED] == kinds(hasty.apply())
    assert 0 == hasty.writes


@pytest.mark.needs(Ability.UIDS)
def test_many_that_no_record_knows_are_looked_for_in_one_list(hasty: House) -> None:
    for number in range(30):
        hasty.write(f"shop/new{number}.json", dashboard(f"new{number}"))
    assert {Result.CREATED} == set(results(hasty.apply()).values())
    assert ([], True) == (hasty.read, _lists_of_dashboards(hasty) > 0)


@pytest.mark.needs(Ability.UIDS)
def test_a_title_that_somebody_else_has_is_refused_by_the_server_and_then_foreseen(hasty: House) -> None:
    hasty.write("board.json", dashboard("board", "Board"))
    hasty.apply()
    hasty.browser.create(dashboard("theirs", "Turnover"))
    hasty.write("board.json", dashboard("board", "Turnover"))
    refused = hasty.apply()
    hasty.parts["search"] = True
    hasty.forget()
    foreseen = hasty.apply()
    if refused.server is not None and not refused.server.unique_names:
        assert ([], [], {"board": Result.UPDATED}) == (kinds(refused), kinds(foreseen), results(refused))
    else:
        assert ([ConflictKind.NAME_EXISTS], [ConflictKind.NAME_EXISTS]) == (kinds(refused), kinds(foreseen))
        assert 0 == hasty.writes


def _lists_of_dashboards(one: House) -> int:
    """By search, or by the list of the resource API; what asks for one alone, to see whether there is an answer, is none."""
    asked = [each for each in one.sandbox.requests.all if each.method == "GET"]
    lists = [each for each in asked if each.path.endswith("/dashboards") and "limit=1&" not in f"{each.query}&"]
    return len(lists) + sum("type=dash-db" in each.query for each in asked)


def test_an_edit_is_not_looked_for_and_is_found_when_git_changes_the_same(quiet: House) -> None:
    quiet.browser.edit(SALES, **panel_titled("Jonas"))
    assert 0 == quiet.apply().drifted
    quiet.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))
    report = quiet.apply()
    assert report.written == 0
    assert kinds(report) in ([ConflictKind.BOTH_CHANGED], [ConflictKind.VERSION_MISMATCH])
    assert "Jonas" == title(quiet)


def test_an_edit_that_nobody_looked_for_is_not_written_over_in_silence_where_git_wins(quiet: House) -> None:
    quiet.browser.edit(SALES, **panel_titled("Jonas"))
    quiet.write("shop/sales.json", dashboard(SALES, **panel_titled("Git again")))
    assert "Jonas" == title(quiet)
    assert [ConflictKind.VERSION_MISMATCH] == kinds(quiet.apply(policy=GIT_WINS))
    assert "Jonas" == title(quiet)


def test_a_deletion_asks_for_what_it_deletes_alone(quiet: House) -> None:
    quiet.delete("shop/sales.json")
    quiet.apply(policy=Policy(prune=Prune(enabled=True, grace=0)))
    assert {SALES} == set(quiet.read)
    assert not quiet.browser.is_there(SALES)


def test_with_a_file_gone_and_pruning_off_the_server_is_left_alone_again_after_one_pass(quiet: House) -> None:
    quiet.delete("shop/sales.json")
    quiet.apply()
    quiet.forget()
    quiet.apply()
    assert [] == _asked(quiet)


def test_a_scan_of_some_looks_at_exactly_these_and_says_so(quiet: House) -> None:
    quiet.browser.edit(SALES, **panel_titled("Jonas"))
    quiet.parts["scan"] = frozenset({Uid(SALES), Uid("d3"), Uid("of nobody")})
    report = quiet.apply()
    assert ({SALES, "d3"}, 1, 10) == (set(report.looked), report.drifted, report.unchanged)
    assert ({SALES} if quiet.speaks_resources else {SALES, "d3"}) == set(quiet.read)  # a list says by itself that d3 has not moved


def test_a_scan_of_some_that_were_deleted_does_not_take_the_server_for_an_emptied_one(quiet: House) -> None:
    some = frozenset({Uid("d1"), Uid("d2")})
    for uid in some:
        quiet.browser.delete(uid)
    quiet.parts["scan"] = some
    report = quiet.apply()
    assert ("", 2, 0) == (report.plan.notice, report.drifted, report.written)


def test_a_scan_of_some_recognises_a_server_that_was_emptied(quiet: House) -> None:
    for uid in (SALES, *(f"d{number}" for number in range(10))):
        quiet.browser.delete(uid)
    quiet.parts["scan"] = frozenset({Uid("d1"), Uid("d2")})
    report = quiet.apply()
    assert (Upheaval.EMPTIED, 11) == (report.plan.notice, report.written)


def test_a_folder_whose_uid_changes_under_one_title_is_seen_without_a_scan(twelve: House) -> None:
    twelve.write("shop/_folder.yaml", "title: Shop\nuid: one\n")
    twelve.write("shop/sales.json", dashboard(SALES))
    twelve.apply()
    twelve.parts["scan"] = NONE
    assert 1 == twelve.apply().resting
    twelve.write("shop/_folder.yaml", "title: Shop\nuid: two\n")
    twelve.apply()
    assert "two" == twelve.browser.read(SALES)["meta"]["folderUid"]
