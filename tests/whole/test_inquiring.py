"""What is known of one dashboard, asked of a real house: the answer is what a pass would do, and asking changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from provisioner.core.explain import Explanation, NotFound, Verdict
from provisioner.core.generations import Ability
from provisioner.core.model import Uid
from provisioner.core.settings import DirectorySettings, DriftPolicy, Override, Policy, PolicyChange, Prune, Settings, TargetSettings
from provisioner.inquiring import inquire
from provisioner.reconcile import Parts
from provisioner.wiring import opened
from tests.whole.house import SOURCE, TARGET, House, dashboard, kinds, panel_titled


@contextmanager
def asking(house: House, **stated: object) -> Iterator[tuple[TargetSettings, Parts]]:
    target = replace(TargetSettings(TARGET, house.connection, (SOURCE,)), **stated)  # type: ignore[arg-type]  # fields of TargetSettings
    settings = Settings((DirectorySettings(SOURCE, str(house.files)),), (target,), str(house.place / "state.db"))
    with opened(settings, house.environment, house.stop) as run:
        yield target, run.parts(target)


def ask(house: House, asked: str, **stated: object) -> Explanation | NotFound:
    with asking(house, **stated) as (target, parts):
        return inquire(target, parts, asked)


def explained(house: House, asked: str, **stated: object) -> Explanation:
    found = ask(house, asked, **stated)
    assert isinstance(found, Explanation)
    return found


def not_found(house: House, asked: str) -> NotFound:
    found = ask(house, asked)
    assert isinstance(found, NotFound)
    return found


@pytest.mark.needs(Ability.AUTHORS)
def test_a_conflict_is_explained_with_what_each_side_changed(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard("sales", "Sales"))
    any_house.apply()
    any_house.browser.edit("sales", **panel_titled("Theirs"))
    any_house.write("shop/sales.json", dashboard("sales", "Sales of today"))
    any_house.forget()
    told = explained(any_house, "sales")
    assert ("record B", "desired ≠ B", "live ≠ B", "live ≠ desired") == told.row.words
    assert (Verdict.CONFLICT, ["both-changed"]) == (told.verdict, [each.value for each in kinds(any_house.plan())])
    assert told.changes.base_to_git is not None
    assert told.changes.base_to_live is not None
    assert [("Sales", "Sales of today")] == [(each.before, each.after) for each in told.changes.base_to_git]
    assert [("Words", "Theirs")] == [(each.before, each.after) for each in told.changes.base_to_live]
    assert told.facts.live is not None
    assert ("jonas", 2) == (told.facts.live.updated_by, told.facts.live.mark.version)


def test_asking_costs_a_handful_of_requests_and_writes_nothing(twelve: House) -> None:
    for number in range(30):
        twelve.write(f"shop/{number}.json", dashboard(f"sales-{number}"))
    twelve.apply()
    before = (twelve.place / "state.db").read_bytes()
    twelve.forget()
    assert Verdict.IN_SYNC == explained(twelve, "sales-7").verdict
    assert len(twelve.sandbox.requests.all) <= 8
    assert 0 == twelve.writes
    assert before == (twelve.place / "state.db").read_bytes()


@pytest.mark.parametrize("asked", ["sales", "shop/sales.json", "./shop/sales.json"])
def test_a_dashboard_is_found_by_uid_and_by_path(twelve: House, asked: str) -> None:
    twelve.write("shop/sales.json", dashboard("sales"))
    told = explained(twelve, asked)
    assert (Uid("sales"), Verdict.CREATE) == (told.facts.uid, told.verdict)


def test_an_edit_is_told_with_the_policy_of_its_path(twelve: House) -> None:
    twelve.write("shop/sales.json", dashboard("sales"))
    twelve.apply()
    twelve.browser.edit("sales", **panel_titled("Theirs"))
    override = Override(("shop/**",), PolicyChange(drift=DriftPolicy.REVERT))
    assert Verdict.DRIFTED == explained(twelve, "sales").verdict
    told = explained(twelve, "sales", overrides=(override,))
    assert (Verdict.UPDATE, (override,), DriftPolicy.REVERT) == (told.verdict, told.facts.overrides, told.facts.policy.drift)


def test_what_was_replaced_is_told_as_kept(twelve: House) -> None:
    twelve.write("sales.json", dashboard("sales"))
    twelve.apply()
    twelve.browser.edit("sales", **panel_titled("Theirs"))
    twelve.apply(policy=Policy(drift=DriftPolicy.REVERT))
    told = explained(twelve, "sales")
    assert Verdict.IN_SYNC == told.verdict
    assert [("jonas", 2)] == [(each.author, each.mark.version) for each in told.facts.kept]


def test_a_dashboard_that_git_never_named_is_not_ours(twelve: House) -> None:
    twelve.browser.create(dashboard("theirs"))
    twelve.write("sales.json", dashboard("sales"))
    told = explained(twelve, "theirs")
    assert (Verdict.FOREIGN, None, None) == (told.verdict, told.facts.record, told.decision)


def test_a_file_that_is_gone_is_found_by_its_old_path_and_told_as_the_guard_sees_it(twelve: House) -> None:
    twelve.write("shop/sales.json", dashboard("sales"))
    twelve.write("shop/stock.json", dashboard("stock"))
    twelve.apply()
    (twelve.files / "shop/sales.json").unlink()
    assert Verdict.HELD == explained(twelve, "shop/sales.json").verdict
    pruned = Policy(prune=Prune(enabled=True, grace=0))
    assert Verdict.DELETE == explained(twelve, "sales", policy=pruned).verdict
    twelve.browser.edit("sales", **panel_titled("Theirs"))
    told = explained(twelve, "sales", policy=pruned)
    assert (Verdict.HELD, False) == (told.verdict, told.row.live_is_base)


def test_a_file_with_an_error_is_kept_back_and_its_problems_are_told(twelve: House) -> None:
    twelve.write("a.json", dashboard("sales"))
    twelve.write("b.json", dashboard("sales", "Other"))
    told = explained(twelve, "sales")
    assert Verdict.KEPT_BACK == told.verdict
    assert {"uid-duplicate"} == {each.code for each in told.facts.problems}


def test_a_file_that_cannot_be_read_is_told_with_its_problem(twelve: House) -> None:
    twelve.write("broken.json", "{")
    told = not_found(twelve, "broken.json")
    assert "no dashboard of this file can be applied" == told.message
    assert ["json-syntax"] == [each.code for each in told.problems]


def test_a_name_that_nobody_has_is_answered_with_the_nearest(twelve: House) -> None:
    twelve.write("shop/sales.json", dashboard("sales"))
    assert ("sales",) == not_found(twelve, "slaes").nearest
    assert ("shop/sales.json",) == not_found(twelve, "shop/sale.json").nearest


def test_a_title_that_is_taken_is_foreseen_as_a_plan_foresees_it(nine: House) -> None:
    nine.browser.create(dashboard("theirs", "Sales"))
    nine.write("ours.json", dashboard("ours", "Sales"))
    told = explained(nine, "ours")
    assert ["name-exists"] == [each.value for each in kinds(nine.plan())]
    assert (Verdict.CONFLICT, "name-exists") == (told.verdict, getattr(getattr(told.decision, "kind", None), "value", None))


def test_a_dashboard_whose_file_was_renamed_is_one_that_is_known(twelve: House) -> None:
    unnamed = {key: value for key, value in dashboard("x", "Sales").items() if key != "uid"}
    twelve.write("old.json", unnamed)
    twelve.apply()
    (twelve.files / "old.json").rename(twelve.files / "new.json")
    told = explained(twelve, "new.json")
    assert told.facts.record is not None
    assert Verdict.IN_SYNC == told.verdict
