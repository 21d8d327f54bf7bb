"""What is there already and differs: reported, or written over exactly what was read."""

from __future__ import annotations

from pathlib import Path

from provisioner.core.changes import ConflictKind, LiveState, Result
from provisioner.core.model import DesiredDashboard
from provisioner.core.report import Exit, exit_code
from provisioner.core.server import Found
from provisioner.sandbox.settings import ProvisionedFile
from tests.whole.house import GIT_WINS, SAVES, House, dashboard, house, kinds, only_conflict, outcome, panel_titled, results


def test_a_dashboard_that_somebody_else_made_is_left_alone_and_told_with_both_sides(nine: House) -> None:
    nine.browser.create(dashboard("sales", "Sales", **panel_titled("Theirs")))
    nine.write("sales.json", dashboard("sales", "Sales of today", **panel_titled("Ours")))
    report = nine.apply()
    found = only_conflict(report)
    assert Exit.CONFLICT == exit_code([report])
    assert (ConflictKind.UNMANAGED, 0) == (found.kind, report.written)
    assert isinstance(found.ours, DesiredDashboard)
    assert ("sales", "Sales of today", ()) == (found.ours.uid, found.ours.title, found.ours.titles)
    assert isinstance(found.theirs, LiveState)
    assert ("sales", "Sales", "", 1) == (found.theirs.uid, found.theirs.title, found.theirs.folder, found.theirs.mark.version)
    assert f"{nine.sandbox.url}/d/sales/sales" == found.theirs.url
    assert found.theirs.updated
    assert {("Sales", "Sales of today"), ("Theirs", "Ours")} == {(each.before, each.after) for each in found.differences}
    assert "Theirs" == nine.browser.content("sales")["panels"][0]["title"]


def test_who_saved_last_is_told_with_the_conflict(nine: House) -> None:
    nine.browser.create(dashboard("sales"))
    nine.browser.edit("sales", **panel_titled("Theirs"))
    nine.write("sales.json", dashboard("sales"))
    theirs = only_conflict(nine.plan()).theirs
    assert isinstance(theirs, LiveState)
    assert ("jonas", 2) == (theirs.updated_by, theirs.mark.version)


def test_content_that_is_equal_is_left_alone_whoever_made_it(any_house: House) -> None:
    any_house.browser.create(dashboard("sales"))
    any_house.write("sales.json", dashboard("sales"))
    any_house.forget()
    report = any_house.apply()
    assert (1, 0, Exit.OK) == (report.unchanged, any_house.writes, exit_code([report]))


def test_git_wins_writes_over_exactly_the_version_that_was_read(any_house: House) -> None:
    any_house.browser.create(dashboard("sales", **panel_titled("Theirs")))
    any_house.browser.edit("sales", **panel_titled("Theirs again"))
    any_house.write("sales.json", dashboard("sales", **panel_titled("Ours")))
    report = any_house.apply(policy=GIT_WINS)
    assert {"sales": Result.UPDATED} == results(report)
    assert "Ours" == any_house.browser.content("sales")["panels"][0]["title"]
    assert 3 == any_house.browser.version("sales")


def test_a_conflict_keeps_no_other_dashboard_from_being_written(nine: House) -> None:
    nine.browser.create(dashboard("sales", **panel_titled("Theirs")))
    nine.write("sales.json", dashboard("sales"))
    nine.write("stock.json", dashboard("stock"))
    report = nine.apply()
    assert {"stock": Result.CREATED} == results(report)
    assert [ConflictKind.UNMANAGED] == kinds(report)


def test_the_same_content_in_another_folder_is_not_moved_without_being_told_to(nine: House) -> None:
    nine.browser.create(dashboard("sales"))
    nine.write("shop/sales.json", dashboard("sales"))
    report = nine.apply()
    assert [ConflictKind.UNMANAGED] == kinds(report)
    assert () == only_conflict(report).differences
    assert not nine.requests("POST", "/api/folders")


def test_what_file_provisioning_keeps_is_not_written_even_where_git_wins(tmp_path: Path) -> None:
    kept = ProvisionedFile("sales.json", "", dashboard("sales", **panel_titled("Theirs")))
    for generation in (9, 12):
        with house(tmp_path / str(generation), generation=generation, provisioned=(kept,)) as one:
            one.write("sales.json", dashboard("sales", **panel_titled("Ours")))
            report = one.apply(policy=GIT_WINS)
            assert (Exit.CONFLICT, [ConflictKind.MANAGED_ELSEWHERE]) == (exit_code([report]), kinds(report))
            assert 0 == one.writes
            assert "Theirs" == one.browser.content("sales")["panels"][0]["title"]


def test_a_name_that_is_taken_is_foreseen_and_the_other_dashboard_named(nine: House) -> None:
    nine.browser.create(dashboard("theirs", "Sales"))
    nine.write("ours.json", dashboard("ours", "Sales"))
    nine.forget()
    report = nine.apply()
    found = only_conflict(report)
    assert isinstance(found.theirs, Found)
    assert (ConflictKind.NAME_EXISTS, "theirs", "Sales") == (found.kind, found.theirs.uid, found.theirs.title)
    assert f"{nine.sandbox.url}/d/theirs/sales" == found.theirs.url
    assert 0 == nine.writes


def test_a_name_that_is_taken_is_not_overwritten_where_git_wins_either(nine: House) -> None:
    nine.browser.create(dashboard("theirs", "Sales"))
    nine.write("ours.json", dashboard("ours", "Sales"))
    report = nine.apply(policy=GIT_WINS)
    assert [ConflictKind.NAME_EXISTS] == kinds(report)
    assert not nine.browser.is_there("ours")


def test_a_server_that_allows_two_of_a_name_gets_the_second_and_the_report_says_so(twelve: House) -> None:
    twelve.browser.create(dashboard("theirs", "Sales"))
    twelve.write("ours.json", dashboard("ours", "Sales"))
    report = twelve.apply()
    assert {"ours": Result.CREATED} == results(report)
    assert "another dashboard of this title is there too: uid theirs" == outcome(report, "ours").detail


def test_a_folder_of_that_title_that_is_there_is_used(nine: House) -> None:
    made = nine.browser.ask("/api/folders", {"title": "shop", "uid": "theirs"})
    nine.write("shop/sales.json", dashboard("sales"))
    report = nine.apply()
    assert {"sales": Result.CREATED} == results(report)
    assert made["uid"] == nine.browser.read("sales")["meta"]["folderUid"]


def test_nothing_is_sent_of_what_only_the_server_made(nine: House) -> None:
    nine.browser.create(dashboard("theirs"))
    nine.write("ours.json", dashboard("ours"))
    nine.forget()
    nine.apply(policy=GIT_WINS)
    assert 1 == len(nine.requests("POST", SAVES))
    assert 1 == nine.browser.version("theirs")
