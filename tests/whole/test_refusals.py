"""What a server will not take, or takes in its own way: told of that one file, and the others go on."""

from __future__ import annotations

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.report import Exit, exit_code
from tests.whole.house import GIT_WINS, House, dashboard, kinds, only_conflict, outcome, panel_titled, results


def test_a_dashboard_that_is_too_large_for_the_server_is_told_in_its_words(twelve: House) -> None:
    twelve.write("large.json", dashboard("large", description="x" * 17_000_000))
    twelve.write("small.json", dashboard("small"))
    report = twelve.apply()
    assert ({"large": Result.FAILED, "small": Result.CREATED}, Exit.ERROR) == (results(report), exit_code([report]))
    assert "(413)" in outcome(report, "large").detail


def test_a_dashboard_with_the_uid_of_a_folder_is_refused_and_the_folder_stays(nine: House) -> None:
    nine.browser.ask("/api/folders", {"title": "Shop", "uid": "shop"})
    nine.write("shop.json", dashboard("shop", "Other"))
    nine.write("small.json", dashboard("small"))
    report = nine.apply(policy=GIT_WINS)
    assert {"shop": Result.FAILED, "small": Result.CREATED} == results(report)
    assert "Shop" == nine.browser.ask("/api/folders/shop")["title"]


def test_a_dashboard_of_a_folders_title_is_a_conflict_that_does_not_say_to_take_over_the_folders_uid(nine: House) -> None:
    nine.browser.ask("/api/folders", {"title": "Shop", "uid": "shop"})
    nine.write("ours.json", dashboard("ours", "Shop"))
    report = nine.apply()
    assert [ConflictKind.NAME_EXISTS] == kinds(report)
    assert "uid" not in only_conflict(report).remedy


def test_what_the_server_makes_of_it_while_saving_is_no_drift_and_is_not_saved_again(twelve_by_uid: House) -> None:
    """The dashboard API makes 5s of 1s whenever that is saved. Nobody has saved since we did, so the record says that all is well."""
    twelve_by_uid.write("a.json", dashboard("a", refresh="1s"))
    twelve_by_uid.apply()
    twelve_by_uid.forget()
    report = twelve_by_uid.apply(policy=GIT_WINS)
    assert (1, 0, 0, 1) == (report.unchanged, report.drifted, twelve_by_uid.writes, twelve_by_uid.browser.version("a"))


def test_what_the_server_calls_no_change_is_told_as_unchanged(twelve_by_uid: House) -> None:
    """12 writes no version for what it holds already, which is what it makes of 1s."""
    twelve_by_uid.write("a.json", dashboard("a", refresh="1s"))
    twelve_by_uid.apply()
    twelve_by_uid.write("a.json", dashboard("a", refresh="2s"))
    report = twelve_by_uid.apply()
    assert ({"a": Result.UNCHANGED}, 1) == (results(report), twelve_by_uid.browser.version("a"))


def test_a_live_dashboard_of_any_depth_is_compared_and_left_alone(nine: House) -> None:
    deep: object = "bottom"
    for _ in range(400):
        deep = [deep]
    nine.browser.create(dashboard("a", strange=deep, **panel_titled("Theirs")))
    nine.write("a.json", dashboard("a"))
    assert [ConflictKind.UNMANAGED] == kinds(nine.apply())


def test_a_commit_message_of_any_length_is_no_reason_to_refuse(twelve: House) -> None:
    twelve.write("a.json", {"dashboard": dashboard("a"), "message": "why " * 500})
    assert {"a": Result.CREATED} == results(twelve.apply())


def test_titles_in_any_script_are_found_again(any_house: House) -> None:
    any_house.write("größe/ünïcode.json", dashboard("a", "日本語 – Größe"))
    assert Exit.OK == exit_code([any_house.apply()])
    any_house.forget()
    assert (1, 0) == (any_house.apply().unchanged, any_house.writes)


def test_a_uid_that_is_derived_stays_the_same_and_finds_its_dashboard(any_house: House) -> None:
    content = dashboard("x")
    del content["uid"]
    any_house.write("shop/a.json", content)
    assert Exit.OK == exit_code([any_house.apply()])
    any_house.forget()
    assert (1, 0) == (any_house.apply().unchanged, any_house.writes)
