"""Folders of ours that somebody else has a hand in: renamed meanwhile, kept by another tool, swapped titles, made without our seeing it."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.generations import Ability
from provisioner.core.settings import Policy, Prune
from provisioner.sandbox import Faults
from tests.whole.desk import SALES, kept
from tests.whole.house import House, dashboard, house, kinds, results

AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))
FOLDERS = "/apis/folder.grafana.app/{}/namespaces/default/folders"


def _folder(one: House, name: str, title: str) -> None:
    one.write(f"{name}/_folder.yaml", f"title: {title}\nuid: {name}\n")


def _titles(one: House) -> dict[str, str]:
    return {each["uid"]: title for title, each in one.browser.folders().items()}


@pytest.fixture
def shop(any_house: House) -> House:
    """A folder of ours with a dashboard in it."""
    _folder(any_house, "shop", "Shop")
    any_house.write("shop/sales.json", dashboard(SALES))
    any_house.apply()
    return any_house


@pytest.fixture(params=[12, 13])
def newer(tmp_path: Path, request: pytest.FixtureRequest) -> object:
    """By the resource API of either."""
    with house(tmp_path / "newer", generation=request.param) as made:
        yield made


def _at(one: House, uid: str = "shop") -> str:
    return f"{FOLDERS.format('v1beta1' if one.generation == 12 else 'v1')}/{uid}"


# --- meanwhile ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_a_person_renames_while_we_would_is_a_conflict_and_keeps_their_title(shop: House) -> None:
    _folder(shop, "shop", "Market")
    version = shop.browser.ask("/api/folders/shop").get("version", 1)
    report = shop.apply(on_plan=lambda _: shop.browser.ask("/api/folders/shop", {"title": "Theirs", "version": version}, "PUT"))
    assert [ConflictKind.FOLDER_DIFFERS] == kinds(report)
    assert {"shop": "Theirs"} == _titles(shop)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_whose_rename_was_answered_by_nothing_is_known_to_be_renamed(shop: House) -> None:
    _folder(shop, "shop", "Market")
    shop.sandbox.faults.set(Faults(path=shop.folders_at, methods=("PUT",), error_after_write=1))
    assert {"shop": Result.UPDATED} == results(shop.apply())
    _folder(shop, "shop", "Store")
    shop.apply()
    assert {"shop": "Store"} == _titles(shop)


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_that_was_renamed_by_hand_as_git_renames_it_stays_ours(shop: House) -> None:
    version = shop.browser.ask("/api/folders/shop").get("version", 1)
    shop.browser.ask("/api/folders/shop", {"title": "Market", "version": version}, "PUT")
    _folder(shop, "shop", "Market")
    shop.forget()
    assert ((), 0) == (shop.apply().conflicts, shop.writes)
    _folder(shop, "shop", "Store")
    assert {"shop": Result.UPDATED} == results(shop.apply())


# --- another keeper ----------------------------------------------------------------------------------------------------------------------


def _given_to_terraform(one: House) -> None:
    live = one.browser.ask(_at(one))
    marks = {**live["metadata"]["annotations"], "grafana.app/managedBy": "terraform", "grafana.app/managerId": "tf"}
    one.browser.ask(_at(one), {**live, "metadata": {**live["metadata"], "annotations": marks}}, "PUT")


def test_a_folder_that_another_tool_keeps_by_now_is_neither_renamed_nor_deleted(newer: House) -> None:
    _folder(newer, "shop", "Shop")
    newer.write("shop/sales.json", dashboard(SALES))
    newer.apply()
    _given_to_terraform(newer)
    _folder(newer, "shop", "Market")
    [conflict] = newer.apply().plan.conflicts
    assert 'the folder is there as "Shop", kept by terraform (tf); it is used as it is' == conflict.message
    for name in ("_folder.yaml", "sales.json"):
        newer.delete(f"shop/{name}")
    newer.write("other.json", dashboard("other"))
    newer.apply(policy=AT_ONCE)
    assert ({"shop": "Shop"}, False) == (_titles(newer), newer.browser.is_there(SALES))


def test_a_folder_that_another_tool_takes_over_while_we_rename_it_is_a_conflict(newer: House) -> None:
    _folder(newer, "shop", "Shop")
    newer.write("shop/sales.json", dashboard(SALES))
    newer.apply()
    _folder(newer, "shop", "Market")
    report = newer.apply(on_plan=lambda _: _given_to_terraform(newer))
    assert [ConflictKind.FOLDER_DIFFERS] == kinds(report)
    assert {"shop": "Shop"} == _titles(newer)


def test_what_others_put_on_a_folder_stays_when_git_renames_and_moves_it(newer: House) -> None:
    _folder(newer, "shop", "Shop")
    newer.write("shop/sales.json", dashboard(SALES))
    newer.write("market/stock.json", dashboard("stock"))
    newer.apply()
    live = newer.browser.ask(_at(newer))
    annotations = {**live["metadata"]["annotations"], "team.example/runbook": "x"}
    metadata = {**live["metadata"], "annotations": annotations, "labels": {"team": "a"}}
    newer.browser.ask(_at(newer), {**live, "metadata": metadata, "spec": {**live["spec"], "description": "Theirs"}}, "PUT")
    for name in ("_folder.yaml", "sales.json"):
        newer.delete(f"shop/{name}")
    newer.write("market/shop/_folder.yaml", "title: Store\nuid: shop\n")
    newer.write("market/shop/sales.json", dashboard(SALES))
    newer.forget()
    assert {"shop": Result.MOVED} == results(newer.apply(policy=AT_ONCE))
    assert ["PUT"] == [each.method for each in newer.sandbox.requests.writes]
    now = newer.browser.ask(_at(newer))
    assert ("a", "x") == (now["metadata"]["labels"]["team"], now["metadata"]["annotations"]["team.example/runbook"])
    assert {"title": "Store", "description": "Theirs"} == now["spec"]
    newer.forget()
    assert (2, 0) == (newer.apply(policy=AT_ONCE).unchanged, newer.writes)


# --- titles ------------------------------------------------------------------------------------------------------------------------------


def _three(one: House, *titles: str) -> None:
    for name, title in zip(("a", "b", "c"), titles, strict=True):
        _folder(one, name, title)
        one.write(f"{name}/board.json", dashboard(f"board-{name}"))


@pytest.mark.needs(Ability.FOLDERS)
@pytest.mark.parametrize("titles", [("Two", "Three", "Four"), ("Two", "One", "Three"), ("Two", "Three", "One")])
def test_folders_that_take_each_others_titles_have_them_after_one_pass(any_house: House, titles: tuple[str, ...]) -> None:
    _three(any_house, "One", "Two", "Three")
    any_house.apply()
    _three(any_house, *titles)
    report = any_house.apply()
    assert {Result.UPDATED} == set(results(report).values())
    assert dict(zip(("a", "b", "c"), titles, strict=True)) == _titles(any_house)
    any_house.forget()
    assert ((), 0) == (any_house.apply().plan.changes, any_house.writes)


def test_a_folder_that_cannot_step_aside_is_told_and_the_next_pass_goes_on(nine: House) -> None:
    _three(nine, "One", "Two", "Three")
    nine.apply()
    _three(nine, "Two", "One", "Three")
    nine.sandbox.faults.set(Faults(path="/api/folders/a", methods=("PUT",), drop_before=9))
    report = nine.apply()
    assert {"a": Result.FAILED, "b": Result.FAILED} == results(report)
    assert {"a": "One", "b": "Two", "c": "Three"} == _titles(nine)
    nine.sandbox.faults.set(Faults())
    assert {Result.UPDATED} == set(results(nine.apply()).values())
    assert {"a": "Two", "b": "One", "c": "Three"} == _titles(nine)


# --- kept --------------------------------------------------------------------------------------------------------------------------------


def test_what_lay_in_the_root_is_kept_as_of_the_root_before_it_is_deleted(any_house: House) -> None:
    any_house.write("sales.json", dashboard(SALES))
    any_house.write("other.json", dashboard("other"))
    any_house.apply()
    any_house.delete("sales.json")
    any_house.apply(policy=AT_ONCE)
    assert [()] == [each.titles for each in kept(any_house)]
