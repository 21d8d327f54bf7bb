"""A server that is upgraded in place: nothing is lost, nothing is made twice, and records go on counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.model import Uid
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import Api, DriftPolicy, FoldersAs, Policy, Prune
from provisioner.looking import NONE
from tests.whole.desk import put_back
from tests.whole.house import House, dashboard, kinds, panel_titled, results
from tests.whole.test_pull import pulled, tree
from tests.whole.upgrading import Old, old_server

AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))
REVERT = Policy(drift=DriftPolicy.REVERT)
NEWER = [(5, Api.AUTO), (12, Api.DASHBOARD), (12, Api.RESOURCE)]
EVERY = [(5, Api.AUTO), (9, Api.AUTO), (11, Api.AUTO), (12, Api.DASHBOARD), (12, Api.RESOURCE)]
RENAMING = {5, 9, 11}


def furnished(one: House) -> None:
    """One in the root and one in a folder, applied."""
    one.write("top.json", dashboard("top", "Top"))
    one.write("ops/cpu.json", dashboard("cpu", "CPU"))
    assert Exit.OK == exit_code([one.apply()])


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Old]:
    with old_server(tmp_path / "old", 4) as made:
        furnished(made.house)
        yield made


@pytest.fixture(params=[2, 4])
def oldest(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Old]:
    with old_server(tmp_path / "old", request.param) as made:
        furnished(made.house)
        yield made


def given(one: House, title: str) -> str:
    """The uid that the upgrade gives it. Asked before that."""
    return next(f"{row['id']:09d}" for row in one.browser.ask("/api/search") if row["title"] == title)


def live(one: House) -> dict[str, tuple[str, str, int]]:
    """Uid, folder and version of all dashboards, by title."""
    rows = one.browser.ask("/api/search?type=dash-db&limit=1000")
    read = [one.browser.read(row["uid"]) for row in rows]
    assert len({each["dashboard"]["title"] for each in read}) == len(read)
    return {
        each["dashboard"]["title"]: (each["dashboard"]["uid"], each["meta"].get("folderTitle", ""), each["dashboard"]["version"])
        for each in read
    }


@pytest.mark.parametrize(("generation", "api"), EVERY)
def test_after_an_upgrade_to_uids_and_folders_each_is_the_same_dashboard_and_goes_into_its_folder(
    oldest: Old, generation: int, api: Api
) -> None:
    numbers = {row["title"]: row["id"] for row in oldest.house.browser.ask("/api/search")}
    one = oldest.upgrade(generation, api)
    report = one.apply()
    assert ({"cpu": Result.UPDATED}, (), 0, "") == (
        {uid: each for uid, each in results(report).items() if uid in {"cpu", "top"}},
        report.conflicts,
        report.drifted,
        report.plan.notice,
    )
    found = live(one)
    assert ({"CPU", "Top"}, "ops", "cpu" if generation in RENAMING else f"{numbers['CPU']:09d}") == (
        set(found),
        found["CPU"][1],
        found["CPU"][0],
    )
    assert None is one.browser.content(found["CPU"][0]).get("tags")
    assert numbers == {row["title"]: row["id"] for row in one.browser.ask("/api/search?type=dash-db")}
    one.forget()
    again = one.apply()
    assert (0, 2, (), 0) == (one.writes, again.unchanged, again.plan.changes, again.drifted)


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_a_plan_after_the_upgrade_shows_what_an_apply_does(old: Old, generation: int, api: Api) -> None:
    one = old.upgrade(generation, api)
    planned = one.plan()
    assert (["cpu"], ["top"]) == (
        [each.dashboard.uid for each in planned.plan.changes if hasattr(each, "dashboard")],
        [each.uid for each in planned.plan.unchanged],
    )


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_without_a_look_at_the_server_git_s_next_change_goes_over_the_same_dashboard(old: Old, generation: int, api: Api) -> None:
    one = old.upgrade(generation, api)
    one.parts["scan"] = NONE
    one.write("top.json", dashboard("top", "Top", **panel_titled("Git again")))
    report = one.apply()
    assert ((), {"Top", "CPU"}) == (report.conflicts, set(live(one)))
    assert Result.UPDATED is results(report)["top"]
    one.forget()
    assert 0 == (one.apply().drifted + one.writes)


@pytest.mark.parametrize(("generation", "api"), EVERY)
def test_while_nobody_looks_what_lies_in_the_root_is_changed_and_not_made_a_second_time(old: Old, generation: int, api: Api) -> None:
    one = old.upgrade(generation, api)
    one.parts["scan"] = NONE
    for passes in range(3):
        path, made = ("ops/cpu.json", dashboard("cpu", "CPU")) if passes == 1 else ("top.json", dashboard("top", "Top"))
        one.write(path, {**made, "description": f"Git {passes}"})
        report = one.apply()
        found = live(one)
        assert ((), {"Top", "CPU"}) == (report.conflicts, set(found))
        assert f"Git {passes}" == one.browser.content(found[made["title"]][0])["description"]


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_what_a_person_did_before_the_upgrade_or_after_it_is_told_and_left(old: Old, generation: int, api: Api) -> None:
    old.house.browser.edit("Top", description="before")
    cpu = given(old.house, "CPU")
    one = old.upgrade(generation, api)
    one.write("ops/cpu.json", dashboard("cpu", "CPU", **panel_titled("Git")))
    one.browser.edit(cpu, description="after")
    report = one.apply()
    assert (["top"], [ConflictKind.BOTH_CHANGED]) == ([each.dashboard.uid for each in report.plan.drifted], kinds(report))
    assert {"Top", "CPU"} == set(live(one))
    reverted = one.apply(policy=REVERT)
    assert Result.UPDATED is results(reverted)["top"]
    assert "description" not in one.browser.content(live(one)["Top"][0])
    assert Result.UPDATED is put_back(one, uid=Uid("top")).result
    assert "before" == one.browser.content(live(one)["Top"][0])["description"]


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_a_title_that_git_or_a_person_changed_meanwhile_makes_no_second_dashboard(old: Old, generation: int, api: Api) -> None:
    old.house.browser.edit("Top", title="By hand")
    one = old.upgrade(generation, api)
    one.write("ops/cpu.json", dashboard("cpu", "Load"))
    report = one.apply()
    assert ["top"] == [each.dashboard.uid for each in report.plan.drifted]
    assert {"By hand", "Load"} == set(live(one))


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_a_file_that_is_gone_deletes_that_one_and_no_other(old: Old, generation: int, api: Api) -> None:
    one = old.upgrade(generation, api)
    one.delete("top.json")
    assert [Result.DELETED] == [each.result for each in one.apply(policy=AT_ONCE).removals]
    assert {"CPU"} == set(live(one))


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_a_pull_after_the_upgrade_knows_the_files_again(old: Old, generation: int, api: Api) -> None:
    one = old.upgrade(generation, api)
    one.apply()
    before = tree(one)
    assert (0, (), before) == ((report := pulled(one)).written, report.done.gone, tree(one))


@pytest.mark.parametrize(("generation", "api"), NEWER)
def test_on_another_server_that_was_upgraded_no_stranger_is_taken_for_ours(old: Old, generation: int, api: Api, tmp_path: Path) -> None:
    with old_server(tmp_path / "other", old.generation) as other:
        for title in ("Theirs A", "Theirs B"):
            other.house.browser.ask("/api/dashboards/db", {"dashboard": {"id": None, "title": title, "rows": []}, "overwrite": False})
        theirs = other.upgrade(generation, api)
        old.house.sandbox, old.house.connection = theirs.sandbox, theirs.connection
        report = old.house.apply(policy=REVERT)
        assert {"cpu": Result.CREATED, "top": Result.CREATED} == {uid: results(report)[uid] for uid in ("cpu", "top")}
        assert {("Theirs A", "000000001"), ("Theirs B", "000000002")} < {(title, uid) for title, (uid, _, _) in live(theirs).items()}


def test_with_folders_in_the_titles_an_upgrade_takes_them_out_again(tmp_path: Path) -> None:
    with old_server(tmp_path / "old", 4) as made:
        made.house.write("ops/cpu.json", dashboard("cpu", "CPU"))
        made.house.apply(folders_as=FoldersAs.PREFIX)
        one = made.upgrade(9)
        assert Result.UPDATED is results(one.apply(folders_as=FoldersAs.PREFIX))["cpu"]
        assert {"CPU": ("cpu", "ops")} == {title: (uid, folder) for title, (uid, folder, _) in live(one).items()}


def test_where_the_server_keeps_its_uid_it_does_so_over_the_next_upgrade_too(old: Old) -> None:
    one, top = old.house, given(old.house, "Top")
    for generation in (9, 12, 13):
        one = old.upgrade(generation)
        one.apply()
        one.forget()
        report = one.apply()
        assert (0, 2, 0) == (one.writes, report.unchanged, report.drifted)
        assert {"CPU": "cpu", "Top": top} == {title: uid for title, (uid, _, _) in live(one).items()}
    one.write("top.json", dashboard("top", "Top", **panel_titled("Git")))
    assert {"top": Result.UPDATED} == results(one.apply())
    assert {"Top", "CPU"} == set(live(one))


# From the dashboard API to the resource API


def by_version(one: House) -> dict[str, int]:
    return {title: version for title, (_, _, version) in live(one).items()}


@pytest.fixture
def eleven(tmp_path: Path) -> Iterator[Old]:
    with old_server(tmp_path / "eleven", 11) as made:
        furnished(made.house)
        yield made


@pytest.mark.parametrize(("generation", "api"), [(12, Api.DASHBOARD), (12, Api.RESOURCE), (13, Api.AUTO)])
def test_after_an_upgrade_from_11_nothing_is_written_and_nothing_told(eleven: Old, generation: int, api: Api) -> None:
    versions = by_version(eleven.house)
    one = eleven.upgrade(generation, api)
    for scan in (NONE, None, None):
        one.parts["scan"] = scan
        report = one.apply()
        assert ((), 0, "", Exit.OK) == (report.plan.changes, report.drifted, report.plan.notice, exit_code([report]))
    assert (0, versions) == (len(one.saves), by_version(one))


@pytest.mark.parametrize("scan", [NONE, None])
def test_after_an_upgrade_from_11_git_s_change_and_a_person_s_edit_are_told_apart(eleven: Old, scan: frozenset[Uid] | None) -> None:
    one = eleven.upgrade(12, Api.RESOURCE)
    one.browser.edit("top", description="Jonas")
    one.write("top.json", dashboard("top", "Top", **panel_titled("Git")))
    one.write("ops/cpu.json", dashboard("cpu", "CPU", **panel_titled("Git")))
    one.parts["scan"] = scan
    report = one.apply()
    told = [each.conflict.kind for each in report.outcomes if each.conflict is not None] or kinds(report)
    assert (1, {"cpu": Result.UPDATED}) == (len(told), {uid: each for uid, each in results(report).items() if uid == "cpu"})
    assert ("Jonas", {"top": 2, "cpu": 2}) == (
        one.browser.content("top")["description"],
        {uid: one.browser.version(uid) for uid in ("top", "cpu")},
    )


@pytest.mark.parametrize("begins", [Api.DASHBOARD, Api.RESOURCE])
def test_who_changes_the_api_and_changes_it_back_loses_and_repeats_nothing(tmp_path: Path, begins: Api) -> None:
    with old_server(tmp_path / "one", 12, begins) as made:
        one = made.house
        furnished(one)
        turns = [Api.RESOURCE, Api.DASHBOARD] if begins is Api.DASHBOARD else [Api.DASHBOARD, Api.RESOURCE]
        for number, api in enumerate(turns * 2, start=2):
            one.connection = replace(one.connection, api=api)
            one.forget()
            assert (0, 2, 0) == ((report := one.apply()).drifted, report.unchanged, len(one.saves))
            one.write("top.json", dashboard("top", "Top", **panel_titled(f"Git {number}")))
            one.parts["scan"] = NONE if number % 2 else None
            assert {"top": Result.UPDATED} == results(one.apply())
            assert {"Top": number, "CPU": 1} == by_version(one)
            one.browser.edit("cpu")
            one.parts["scan"] = None
            assert (0, 0) == ((quiet := one.apply()).drifted, len(quiet.plan.changes))
