"""Grafana 2 to 4: dashboards without uid and folder. What is a stranger's is never written, and steady state writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.model import Uid
from provisioner.core.problems import Severity
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import Api, ConflictPolicy, DeletedPolicy, DriftPolicy, FoldersAs, Policy, Prune
from tests.whole.browser import BY_SLUG, SAVES
from tests.whole.desk import put_back
from tests.whole.house import House, dashboard, house, kinds, panel_titled, results

AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))
ALL_OURS = Policy(
    conflict=ConflictPolicy.GIT_WINS, drift=DriftPolicy.REVERT, deleted=DeletedPolicy.RECREATE, prune=Prune(enabled=True, grace=0)
)


@pytest.fixture(params=[2, 4])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with house(tmp_path / "old", generation=request.param, api=Api.SLUG) as made:
        yield made


@pytest.fixture
def four(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "four", generation=4) as made:
        yield made


def live(one: House, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = one.browser.ask(f"{BY_SLUG}{slug}")["dashboard"]
    return found


def by_hand(one: House, title: str, **fields: object) -> int:
    """Somebody's own. Its number."""
    one.browser.ask(SAVES, {"dashboard": {"id": None, "title": title, "rows": [], **fields}, "overwrite": False})
    rows = one.browser.ask("/api/search")
    return int(next(row["id"] for row in rows if row["title"] == title))


# Folders


@pytest.mark.parametrize(
    ("folders_as", "title", "tags"),
    [(FoldersAs.TAG, "CPU", ["ops / hosts"]), (FoldersAs.PREFIX, "ops / hosts / CPU", None), (FoldersAs.NONE, "CPU", None)],
)
def test_a_folder_becomes_what_is_stated_and_a_second_pass_writes_nothing(
    old: House, folders_as: FoldersAs, title: str, tags: list[str] | None
) -> None:
    old.write("ops/hosts/cpu.json", dashboard("cpu", "CPU"))
    old.apply(folders_as=folders_as)
    [row] = old.browser.ask("/api/search")
    found = old.browser.ask(f"/api/dashboards/{row['uri']}")["dashboard"]
    assert (title, tags) == (found["title"], found.get("tags"))
    old.forget()
    again = old.apply(folders_as=folders_as)
    assert (0, 1, ()) == (old.writes, again.unchanged, again.plan.changes)


def test_what_became_of_folders_and_what_cannot_be_done_is_told_once(old: House) -> None:
    for number in range(3):
        old.write(f"ops/d{number}.json", dashboard(f"d{number}"))
    told = [each for each in old.apply().problems if each.code in {"folders-flattened", "server-limits"}]
    assert {Severity.NOTE} == {each.severity for each in told}
    assert 1 == sum(each.code == "folders-flattened" for each in told)
    assert len({each.message for each in told}) == len(told)


def test_a_file_that_moves_to_another_directory_keeps_its_number_and_gets_the_other_tag(old: House) -> None:
    old.write("ops/cpu.json", dashboard("cpu", "CPU"))
    old.apply()
    number = live(old, "cpu")["id"]
    old.delete("ops/cpu.json")
    old.write("web/cpu.json", dashboard("cpu", "CPU"))
    old.apply(policy=AT_ONCE)
    assert (number, ["web"]) == (live(old, "cpu")["id"], live(old, "cpu")["tags"])


def test_a_file_without_a_uid_that_moves_keeps_its_dashboard(old: House) -> None:
    content = {key: value for key, value in dashboard("x", "CPU").items() if key != "uid"}
    old.write("ops/cpu.json", content)
    old.apply()
    number = live(old, "cpu")["id"]
    old.delete("ops/cpu.json")
    old.write("web/load.json", content)
    report = old.apply(policy=AT_ONCE)
    assert ([Result.UPDATED], (), number) == (list(results(report).values()), report.removals, live(old, "cpu")["id"])


def test_at_rest_the_server_is_not_asked_anything(old: House) -> None:
    old.write("ops/cpu.json", dashboard("cpu", "CPU"))
    old.apply()
    old.parts["scan"] = frozenset()
    old.apply()
    old.forget()
    assert (1, 0) == (old.apply().resting, len(old.sandbox.requests.all))


# Names


def test_two_titles_of_one_slug_are_told_before_anything_is_sent(old: House) -> None:
    old.write("a/one.json", dashboard("one", "Über CPU"))
    old.write("b/two.json", dashboard("two", "uber cpu"))
    report = old.apply()
    told = [(each.file.rpartition("/")[2], each.line > 0) for each in report.problems if each.code == "slug-duplicate"]
    assert [("one.json", True), ("two.json", True)] == told
    assert (0, Exit.INVALID) == (old.writes, exit_code([report]))


def test_a_title_that_git_changes_renames_the_dashboard_of_its_number_and_stars_stay(old: House) -> None:
    old.write("cpu.json", dashboard("cpu", "CPU"))
    old.apply()
    number = live(old, "cpu")["id"]
    old.browser.ask(f"/api/user/stars/dashboard/{number}", {}, "POST")
    old.write("cpu.json", dashboard("cpu", "Load"))
    old.apply()
    starred = [(row["id"], row["uri"]) for row in old.browser.ask("/api/search?starred=true")]
    assert [(number, "db/load")] == starred


def test_two_that_swap_their_titles_are_told_and_nobody_is_lost(old: House) -> None:
    old.write("a.json", dashboard("a", "One"))
    old.write("b.json", dashboard("b", "Two"))
    old.apply()
    numbers = {title: live(old, title)["id"] for title in ("one", "two")}
    old.write("a.json", dashboard("a", "Two"))
    old.write("b.json", dashboard("b", "One"))
    report = old.apply()
    assert [ConflictKind.NAME_EXISTS, ConflictKind.NAME_EXISTS] == kinds(report)
    assert numbers == {title: live(old, title)["id"] for title in ("one", "two")}


def test_a_title_that_a_person_changed_is_drift_of_the_same_dashboard(old: House) -> None:
    old.write("cpu.json", dashboard("cpu", "CPU"))
    old.write("ram.json", dashboard("ram", "RAM"))
    old.apply()
    old.browser.edit("cpu", title="By hand")
    report = old.apply()
    assert ["cpu"] == [each.dashboard.uid for each in report.plan.drifted]
    assert not report.plan.changes
    reverted = old.apply(policy=ALL_OURS)
    assert {"cpu": Result.UPDATED} == results(reverted)
    assert 2 == len(old.browser.ask("/api/search"))


# Strangers


def test_a_dashboard_of_somebody_with_our_title_is_told_and_left(old: House) -> None:
    number = by_hand(old, "CPU")
    old.write("cpu.json", dashboard("cpu", "CPU"))
    assert [ConflictKind.UNMANAGED] == kinds(old.apply())
    assert (number, 0) == (live(old, "cpu")["id"], len([each for each in old.sandbox.requests.writes if each.path == SAVES]) - 1)


def test_one_that_is_as_git_wants_it_is_adopted_without_a_write(old: House) -> None:
    content = dashboard("cpu", "CPU")
    by_hand(old, "CPU", **{key: value for key, value in content.items() if key not in {"uid", "title"}})
    old.write("cpu.json", {**content, "rows": []})
    old.forget()
    report = old.apply()
    assert (1, 0, 1) == (report.adopted, old.writes, report.unchanged)


def test_on_a_server_set_up_anew_no_stranger_is_written_over_for_having_our_number(old: House, tmp_path: Path) -> None:
    """The records say number 1 and 2; there these are somebody else's, of the very versions that we recorded."""
    for name in ("cpu", "ram"):
        old.write(f"{name}.json", dashboard(name, name.upper()))
    old.apply()
    with house(tmp_path / "anew", generation=old.generation) as anew:
        for title in ("Theirs A", "Theirs B"):
            by_hand(anew, title)
        old.sandbox, old.connection = anew.sandbox, anew.connection
        for name in ("cpu", "ram"):
            old.write(f"{name}.json", dashboard(name, name.upper(), **panel_titled("Git again")))
        report = old.apply(policy=ALL_OURS)
        assert {"cpu": Result.CREATED, "ram": Result.CREATED} == results(report)
        titles = {row["id"]: row["title"] for row in anew.browser.ask("/api/search")}
        assert {"Theirs A", "Theirs B", "CPU", "RAM"} == set(titles.values())
        assert ["Theirs A", "Theirs B"] == [titles[1], titles[2]]


def test_a_file_that_is_gone_never_deletes_a_stranger_that_has_its_number(old: House, tmp_path: Path) -> None:
    for name in ("cpu", "ram"):
        old.write(f"{name}.json", dashboard(name, name.upper()))
    old.apply()
    with house(tmp_path / "anew", generation=old.generation) as anew:
        for title in ("Theirs A", "Theirs B"):
            by_hand(anew, title)
        old.sandbox, old.connection = anew.sandbox, anew.connection
        old.delete("cpu.json")
        old.apply(policy=ALL_OURS)
        assert {"Theirs A", "Theirs B"} <= {row["title"] for row in anew.browser.ask("/api/search")}


# The rest of the house


def test_what_was_pruned_comes_back_with_its_tag(old: House) -> None:
    old.write("ops/cpu.json", dashboard("cpu", "CPU"))
    old.write("ram.json", dashboard("ram", "RAM"))
    old.apply()
    old.delete("ops/cpu.json")
    assert [Result.DELETED] == [each.result for each in old.apply(policy=AT_ONCE).removals]
    assert Result.CREATED is put_back(old, uid=Uid("cpu")).result
    assert ["ops"] == live(old, "cpu")["tags"]


def test_without_records_what_we_wrote_is_known_again_by_its_name(old: House) -> None:
    old.write("ops/cpu.json", dashboard("cpu", "CPU"))
    old.apply()
    (old.place / "state.db").unlink()
    old.forget()
    assert (1, 0) == (old.apply().adopted, old.writes)


def test_the_api_that_is_stated_must_be_the_servers(four: House) -> None:
    four.connection = replace(four.connection, api=Api.DASHBOARD)
    four.write("cpu.json", dashboard("cpu"))
    failure = four.apply().failure
    assert failure is not None
    assert "knows dashboards by slug alone" in failure.message


def test_whatever_the_server_makes_of_numbers_and_signs_a_second_pass_writes_nothing(old: House) -> None:
    odd: dict[str, object] = {"a": 1.0, "b": 2**60, "c": None, "d": "<b> & \u2028", "e": [[], {}], "f": 1e-7, "g": "\ufeffx"}
    old.write("ops/cpu.json", dashboard("cpu", "  CPU ", odd=odd, version=7, id=99))
    old.apply()
    (old.place / "state.db").unlink()
    old.forget()
    again = old.apply()
    assert (0, 1, 1) == (old.writes, again.adopted, again.unchanged)


def test_two_targets_of_one_server_do_not_take_each_others_dashboards(old: House, tmp_path: Path) -> None:
    """Records of another target are not ours: what has our title there is a stranger's."""
    old.write("cpu.json", dashboard("cpu", "CPU"))
    old.apply()
    with house(tmp_path / "other", generation=old.generation) as other:
        other.sandbox, other.connection = old.sandbox, old.connection
        other.write("theirs.json", dashboard("theirs", "cpu"))
        report = other.apply()
        assert [ConflictKind.UNMANAGED] == kinds(report)
        assert "CPU" == live(old, "cpu")["title"]
