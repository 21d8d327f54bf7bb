"""Cold start, rest, and one change: what a pass writes, and what it leaves alone."""

from __future__ import annotations

import pytest

from provisioner.core.changes import CreateDashboard, CreateFolder, Result, UpdateDashboard
from provisioner.core.generations import Ability
from provisioner.core.report import Exit, exit_code
from tests.whole.house import GIT_WINS, House, dashboard, outcome, panel_titled, results


def _fill(one: House) -> None:
    one.write("top.json", dashboard("top"))
    one.write("platform/fleet.json", dashboard("fleet"))
    one.write("platform/hosts/detail.json", dashboard("detail"))
    one.write("platform/hosts/disks/free.json", dashboard("free"))


def test_a_cold_sync_makes_folders_from_the_top_down_and_nests_them_where_the_server_can(twelve: House) -> None:
    _fill(twelve)
    report = twelve.apply()
    made = [each.folder for each in report.plan.changes if isinstance(each, CreateFolder)]
    assert ["platform", "hosts", "disks"] == [each.title for each in made]
    folders = twelve.browser.folders()
    assert folders["disks"]["parentUid"] == folders["hosts"]["uid"]
    assert folders["hosts"]["parentUid"] == folders["platform"]["uid"]
    assert folders["disks"]["uid"] == twelve.browser.read("free")["meta"]["folderUid"]


def test_a_server_without_nesting_gets_the_parents_in_the_title(nine: House) -> None:
    _fill(nine)
    nine.apply()
    assert {"platform", "platform / hosts", "platform / hosts / disks"} == set(nine.browser.folders())
    assert "platform / hosts / disks" == nine.browser.read("free")["meta"]["folderTitle"]


def test_every_generation_gets_every_dashboard_into_its_folder(any_house: House) -> None:
    _fill(any_house)
    report = any_house.apply()
    assert Exit.OK == exit_code([report])
    titles = {uid: any_house.browser.read(uid)["meta"]["folderTitle"] for uid in ("top", "fleet", "detail")}
    last = "hosts" if int(any_house.sandbox.version.partition(".")[0]) >= 11 else "platform / hosts"
    assert {"top": "General", "fleet": "platform", "detail": last} == {**titles, "top": titles["top"] or "General"}


@pytest.mark.needs(Ability.FOLDERS)
def test_a_cold_sync_is_one_request_for_each_folder_and_each_dashboard(any_house: House) -> None:
    _fill(any_house)
    any_house.apply()
    assert 4 == len(any_house.saves)
    assert 3 == len(any_house.made_folders)
    assert not any_house.read


def test_nothing_is_read_one_by_one_of_what_search_does_not_show(any_house: House) -> None:
    _fill(any_house)
    report = any_house.plan()
    assert 4 == report.creates
    assert 0 == any_house.writes
    assert not any_house.read


def test_a_second_pass_sends_no_write_and_no_version_grows(any_house: House) -> None:
    _fill(any_house)
    any_house.apply()
    any_house.forget()
    report = any_house.apply()
    assert 0 == any_house.writes
    assert (4, 0, Exit.OK) == (report.unchanged, report.written, exit_code([report]))
    assert {1} == {any_house.browser.version(uid) for uid in ("top", "fleet", "detail", "free")}


def test_a_second_pass_under_git_wins_writes_nothing_either(any_house: House) -> None:
    _fill(any_house)
    any_house.apply(policy=GIT_WINS)
    any_house.forget()
    assert 0 == any_house.apply(policy=GIT_WINS).written
    assert 0 == any_house.writes


def test_a_second_pass_parses_no_file_again(nine: House) -> None:
    _fill(nine)
    assert 4 == nine.apply().sources[0].parsed
    assert 0 == nine.apply().sources[0].parsed


def test_of_many_only_the_one_that_changed_is_written(any_house: House) -> None:
    _fill(any_house)
    any_house.apply()
    any_house.write("platform/fleet.json", dashboard("fleet", **panel_titled("Other words")))
    any_house.forget()
    report = any_house.apply(policy=GIT_WINS)
    assert {"fleet": Result.UPDATED} == results(report)
    assert 1 == any_house.writes
    assert {"top": 1, "fleet": 2, "detail": 1, "free": 1} == {
        uid: any_house.browser.version(uid) for uid in ("top", "fleet", "detail", "free")
    }


@pytest.mark.needs(Ability.FOLDERS)
def test_a_file_that_moves_takes_its_dashboard_along_instead_of_making_a_new_one(any_house: House) -> None:
    _fill(any_house)
    any_house.apply()
    before = any_house.browser.content("fleet")["id"]
    (any_house.files / "platform/fleet.json").rename(any_house.files / "platform/hosts/fleet.json")
    report = any_house.apply(policy=GIT_WINS)
    assert {"fleet": Result.MOVED} == results(report)
    assert before == any_house.browser.content("fleet")["id"]
    assert any_house.browser.read("fleet")["meta"]["folderTitle"].endswith("hosts")


@pytest.mark.needs(Ability.FOLDERS)
def test_a_file_that_moves_to_the_top_takes_its_dashboard_to_the_root(any_house: House) -> None:
    _fill(any_house)
    any_house.apply()
    (any_house.files / "platform/fleet.json").rename(any_house.files / "fleet.json")
    any_house.apply(policy=GIT_WINS)
    assert any_house.browser.read("fleet")["meta"]["folderId"] == 0


def test_the_stated_folder_becomes_the_parent_of_everything(any_house: House) -> None:
    _fill(any_house)
    report = any_house.apply(folder="Team A")
    assert Exit.OK == exit_code([report])
    assert "Team A" == any_house.browser.read("top")["meta"]["folderTitle"]


@pytest.mark.needs(Ability.FOLDERS)
def test_a_plan_tells_what_apply_then_does(any_house: House) -> None:
    _fill(any_house)
    planned = any_house.plan().plan.changes
    applied = any_house.apply()
    assert planned == applied.plan.changes
    assert {CreateFolder, CreateDashboard} == {type(each) for each in planned}
    assert [type(each) for each in planned] == [type(each.change) for each in applied.outcomes]


def test_the_history_of_the_server_names_the_file_that_a_change_came_from(nine: House) -> None:
    nine.write("a.json", dashboard("a"))
    nine.apply()
    nine.write("a.json", dashboard("a", **panel_titled("Other words")))
    nine.apply(policy=GIT_WINS)
    number = nine.browser.content("a")["id"]
    newest, _ = nine.browser.ask(f"/api/dashboards/id/{number}/versions")
    assert str(nine.files / "a.json") == newest["message"]


def test_an_update_names_what_differs_and_the_mark_it_was_written_over(nine: House) -> None:
    nine.write("a.json", dashboard("a"))
    nine.apply()
    nine.write("a.json", dashboard("a", **panel_titled("Other words")))
    report = nine.apply(policy=GIT_WINS)
    [change] = report.plan.changes
    assert isinstance(change, UpdateDashboard)
    assert [("Words", "Other words")] == [(each.before, each.after) for each in change.differences]
    told = outcome(report, "a")
    assert told.before is not None
    assert told.after is not None
    assert (1, 2) == (told.before.version, told.after.version)
    assert told.url == f"{nine.sandbox.url}/d/a/a"


def test_an_empty_directory_of_dashboards_asks_only_who_answers(nine: House) -> None:
    report = nine.apply()
    assert (0, 0) == (report.written, nine.writes)
    assert ["source-empty"] == [each.code for each in report.problems]
