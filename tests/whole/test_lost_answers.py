"""The answer was lost: was it written or not? It is read back, told right, and nothing is written twice."""

from __future__ import annotations

import pytest

from provisioner.core.changes import ConflictKind, CreateFolder, Result
from provisioner.core.generations import Ability
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import Policy, Prune
from provisioner.sandbox.faults import Faults
from tests.whole.house import GIT_WINS, SAVES, House, dashboard, kinds, outcome, panel_titled, results


def test_a_create_that_was_done_and_answered_with_500_is_told_as_created(any_house: House) -> None:
    any_house.write("sales.json", dashboard("sales"))
    any_house.when_saving(error_after_write=1)
    report = any_house.apply()
    assert ({"sales": Result.CREATED}, Exit.OK) == (results(report), exit_code([report]))
    assert "the answer was lost" in outcome(report, "sales").detail
    assert 1 == any_house.browser.version("sales")


@pytest.mark.needs(Ability.AUTHORS)
def test_an_update_that_was_done_and_answered_with_500_is_told_as_updated(any_house: House) -> None:
    any_house.browser.create(dashboard("sales", **panel_titled("Before")))
    any_house.write("sales.json", dashboard("sales"))
    any_house.when_saving(error_after_write=1)
    report = any_house.apply(policy=GIT_WINS)
    assert {"sales": Result.UPDATED} == results(report)
    told = outcome(report, "sales")
    assert told.before is not None
    assert told.after is not None
    assert (1, 2, 2) == (told.before.version, told.after.version, any_house.browser.version("sales"))


def test_a_create_whose_connection_broke_after_it_was_done_is_told_as_created(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.sandbox.faults.set(Faults(path=SAVES, drop_after=1))
    assert {"sales": Result.CREATED} == results(nine.apply())
    assert 1 == nine.browser.version("sales")


def test_a_create_whose_connection_broke_before_it_was_done_is_told_as_not_saved_and_the_next_pass_saves_it(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.sandbox.faults.set(Faults(path=SAVES, drop_before=1))
    report = nine.apply()
    assert ({"sales": Result.FAILED}, Exit.ERROR) == (results(report), exit_code([report]))
    assert outcome(report, "sales").detail.startswith("not saved: ")
    assert not nine.browser.is_there("sales")
    assert {"sales": Result.CREATED} == results(nine.apply())


def test_an_update_whose_connection_broke_before_it_was_done_is_told_as_not_saved(nine: House) -> None:
    nine.browser.create(dashboard("sales", **panel_titled("Before")))
    nine.write("sales.json", dashboard("sales"))
    nine.sandbox.faults.set(Faults(path=SAVES, drop_before=1))
    report = nine.apply(policy=GIT_WINS)
    assert {"sales": Result.FAILED} == results(report)
    assert 1 == nine.browser.version("sales")


def test_one_lost_answer_keeps_nothing_else_from_being_written(nine: House) -> None:
    for uid in ("a", "b", "c"):
        nine.write(f"{uid}.json", dashboard(uid))
    nine.sandbox.faults.set(Faults(path=SAVES, drop_before=1))
    report = nine.apply()
    assert [Result.CREATED, Result.CREATED, Result.FAILED] == sorted(results(report).values())


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_was_made_and_answered_with_500_is_told_as_created_and_filled(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard("sales"))
    any_house.sandbox.faults.set(Faults(path=any_house.folders_at, methods=("POST",), error_after_write=1))
    report = any_house.apply()
    assert {Result.CREATED} == set(results(report).values())
    assert "shop" == any_house.browser.read("sales")["meta"]["folderTitle"]
    assert 1 == len(any_house.made_folders)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_whose_connection_broke_before_it_was_made_fails_and_what_belongs_in_it_is_not_put_elsewhere(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard("sales"))
    any_house.write("top.json", dashboard("top"))
    any_house.sandbox.faults.set(Faults(path=any_house.folders_at, methods=("POST",), drop_before=1))
    report = any_house.apply()
    [folder] = [each for each in report.outcomes if isinstance(each.change, CreateFolder)]
    assert (Result.FAILED, []) == (folder.result, kinds(report))
    assert folder.detail.startswith("not made: ")
    assert (Result.NOT_DONE, Result.CREATED) == (results(report)["sales"], results(report)["top"])
    assert not any_house.browser.is_there("sales")


def test_an_edit_that_lies_over_a_lost_answer_is_a_conflict(nine: House) -> None:
    """500 for ours, and somebody saved in between: whose content is there is told, and nothing is sent again."""
    nine.browser.create(dashboard("sales", **panel_titled("Before")))
    nine.write("sales.json", dashboard("sales"))

    def edited(_: int) -> None:
        nine.browser.edit("sales", **panel_titled("Theirs"))
        nine.sandbox.faults.set(Faults(path=SAVES, drop_before=1))

    report = nine.apply(policy=GIT_WINS, on_plan=edited)
    assert [ConflictKind.VERSION_MISMATCH] == kinds(report)
    assert "Theirs" == nine.browser.content("sales")["panels"][0]["title"]


def test_a_save_that_cannot_be_read_back_is_told_as_unknown_and_never_as_not_done(nine: House) -> None:
    """It may be there: who reads "not done" would not look."""
    nine.write("a.json", dashboard("a"))
    nine.write("b.json", dashboard("b"))
    nine.save_one_at_a_time()
    report = nine.apply(on_plan=lambda _: nine.sandbox.faults.set(Faults(path="/api/dashboards/", proxy_page=100)))
    assert [Result.NOT_DONE, Result.UNKNOWN] == sorted(results(report).values())
    [doubtful] = [each for each in report.outcomes if each.result is Result.UNKNOWN]
    assert doubtful.detail.startswith("it is not known whether it was saved: ")
    assert Exit.UNREACHABLE == exit_code([report])
    assert 1 == len(nine.requests("POST", SAVES))


def test_a_deletion_that_was_taken_and_not_done_is_told_so_and_done_by_the_next_pass(any_house: House) -> None:
    """By the resource API it was believed: the record was dropped, and the dashboard left on the server for good without a word."""
    any_house.write("sales.json", dashboard("sales"))
    any_house.write("stock.json", dashboard("stock"))
    any_house.apply()
    any_house.delete("sales.json")
    any_house.sandbox.faults.set(Faults(methods=("DELETE",), pending=1))
    report = any_house.apply(policy=Policy(prune=Prune(enabled=True, grace=0)))
    assert ([Result.FAILED], Exit.ERROR) == ([each.result for each in report.removals], exit_code([report]))
    assert any_house.browser.is_there("sales")
    report = any_house.apply(policy=Policy(prune=Prune(enabled=True, grace=0)))
    assert [Result.DELETED] == [each.result for each in report.removals]
    assert not any_house.browser.is_there("sales")
