"""Folders within folders: a plan tells which files lie too deep for the server, and what the server refuses for it is refused for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.core.changes import Result
from provisioner.core.problems import Severity
from provisioner.core.report import Exit, PassReport, exit_code
from provisioner.core.settings import Api, Policy, Prune
from tests.whole.house import House, dashboard, house, results

LEVELS = ("a", "b", "c", "d", "e", "f", "g")
AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))


@pytest.fixture(params=[(11, Api.AUTO), (12, Api.DASHBOARD), (12, Api.RESOURCE)], ids=["11", "12 dashboards", "12 resources"])
def deep(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """A tree of seven levels, for servers that take five."""
    generation, api = request.param
    with house(tmp_path / "deep", generation=generation, api=api) as made:
        _tree(made)
        yield made


@pytest.fixture(params=[Api.DASHBOARD, Api.RESOURCE])
def unknown(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """The same for a server whose limit is a setting of its own."""
    with house(tmp_path / "unknown", generation=13, api=request.param) as made:
        _tree(made)
        yield made


def _tree(one: House) -> None:
    for level in range(1, len(LEVELS) + 1):
        one.write("/".join((*LEVELS[:level], f"l{level}.json")), dashboard(f"l{level}"))


def _told(report: PassReport) -> list[str]:
    return [each.file.rpartition("/")[2] for each in report.problems if each.code == "folder-too-deep" and each.severity is Severity.ERROR]


def test_a_plan_tells_the_files_that_lie_too_deep_and_makes_no_folder_for_them(deep: House) -> None:
    report = deep.plan()
    assert (["l6.json", "l7.json"], 5, 5, Exit.INVALID) == (sorted(_told(report)), report.folders, report.creates, exit_code((report,)))


def test_an_apply_does_all_the_rest_and_asks_for_nothing_that_cannot_be(deep: House) -> None:
    first = deep.apply()
    assert ({Result.CREATED}, 5) == (set(results(first).values()), len(deep.made_folders))
    deep.forget()
    again = deep.apply()
    assert (5, 0, ["l6.json", "l7.json"]) == (again.unchanged, deep.writes, sorted(_told(again)))


def test_a_dashboard_that_git_moves_too_deep_stays_where_it_is(deep: House) -> None:
    deep.apply()
    deep.delete("a/l1.json")
    deep.write("a/b/c/d/e/f/l1.json", dashboard("l1", "Changed"))
    deep.forget()
    report = deep.apply(policy=AT_ONCE)
    assert ((), 0, True) == (report.removals, deep.writes, deep.browser.is_there("l1"))


def test_a_file_is_applied_once_it_lies_higher(deep: House) -> None:
    deep.apply()
    for level in (6, 7):
        deep.delete("/".join((*LEVELS[:level], f"l{level}.json")))
        deep.write(f"a/b/l{level}.json", dashboard(f"l{level}"))
    report = deep.apply()
    assert ({"l6": Result.CREATED, "l7": Result.CREATED}, []) == (results(report), _told(report))


def test_a_refusal_for_depth_is_for_good_with_what_to_do_and_nothing_below_it_is_sent(unknown: House) -> None:
    report = unknown.apply()
    outcomes = {each.change.folder.title if hasattr(each.change, "folder") else each.change.dashboard.uid: each for each in report.outcomes}
    assert (Result.FAILED, Result.NOT_DONE, Result.NOT_DONE) == tuple(outcomes[name].result for name in ("f", "g", "l7"))
    assert "the server takes no folder that deep: Folder API error: folder max depth exceeded, max depth is 4" == outcomes["f"].detail
    assert "flatten the directories" in outcomes["f"].remedy
    assert not any(unknown.browser.is_there(uid) for uid in ("l6", "l7"))


def test_a_folder_that_git_moves_too_deep_stays_and_is_told_for_good(deep: House) -> None:
    for path, uid in (("m", "m"), ("m/n", "n")):
        deep.write(f"{path}/_folder.yaml", f"title: {uid}\nuid: {uid}\n")
        deep.write(f"{path}/{uid}.json", dashboard(f"in-{uid}"))
    deep.apply()
    deep.delete("m/n/n.json")
    deep.delete("m/n/_folder.yaml")
    deep.delete("m/m.json")
    deep.delete("m/_folder.yaml")
    for path, uid in (("a/b/c/d/m", "m"), ("a/b/c/d/m/n", "n")):
        deep.write(f"{path}/_folder.yaml", f"title: {uid}\nuid: {uid}\n")
        deep.write(f"{path}/{uid}.json", dashboard(f"in-{uid}"))
    [refused] = [each for each in deep.apply().outcomes if each.result is Result.FAILED]
    assert "the server takes no folder that deep: Maximum nested folder depth reached" == refused.detail
    assert "flatten the directories" in refused.remedy


def test_a_folder_that_is_renamed_on_its_way_too_deep_is_told_with_the_reason(tmp_path: Path) -> None:
    """By the dashboard API a rename and a move are two requests, and the first is done."""
    with house(tmp_path / "both", generation=12, api=Api.DASHBOARD) as one:
        _tree(one)
        one.write("m/_folder.yaml", "title: Old\nuid: m\n")
        one.write("m/n/x.json", dashboard("x"))
        one.write("m/n/_folder.yaml", "uid: n\n")
        one.apply()
        for path in ("m/n/x.json", "m/n/_folder.yaml", "m/_folder.yaml"):
            one.delete(path)
        one.write("a/b/c/d/m/_folder.yaml", "title: New\nuid: m\n")
        one.write("a/b/c/d/m/n/x.json", dashboard("x"))
        one.write("a/b/c/d/m/n/_folder.yaml", "uid: n\n")
        [refused] = [each for each in one.apply().outcomes if each.result is Result.FAILED]
    assert "it was renamed, but could not be moved: Maximum nested folder depth reached" == refused.detail
    assert "flatten the directories" in refused.remedy
