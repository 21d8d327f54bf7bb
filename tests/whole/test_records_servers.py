"""The server is another one, or the records are gone: recognised, said, and nothing of anybody is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.core.changes import ConflictKind, CreateDashboard, Outcome, Result
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import AdoptPolicy, Api, DriftPolicy, Policy, Prune
from provisioner.core.upheaval import Upheaval
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person
from tests.whole.desk import SALES, desk, kept, record, title, title_of
from tests.whole.house import GIT_WINS, House, dashboard, house, kinds, only_conflict, panel_titled, results

AT_ONCE = Policy(prune=Prune(enabled=True, grace=0))
LOOSE = Policy(drift=DriftPolicy.REVERT, adopt=AdoptPolicy.TAKE_OVER, prune=Prune(enabled=True, grace=0))
OURS = ("sales", "stock", "till")


@contextmanager
def _server(generation: int, database: Path | None = None) -> Iterator[Running]:
    with running(SandboxSettings(generation=generation, database=database, people=(Person("jonas", "jonas"),))) as started:
        yield started


def _at(one: House, sandbox: Running) -> None:
    """From now on the target's server is this one."""
    one.sandbox = sandbox
    one.connection = replace(one.connection, url=sandbox.url)


def _git(one: House, panel: str) -> None:
    for uid in OURS:
        one.write(f"shop/{uid}.json", dashboard(uid, **panel_titled(panel)))


@pytest.fixture(params=[5, 9, 12])
def generation(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def one(tmp_path: Path, generation: int) -> Iterator[House]:
    with house(tmp_path / "one", generation=generation) as made:
        yield made


# Emptied, replaced, restored


def test_a_server_that_was_emptied_is_said_so_and_filled_again(one: House, generation: int) -> None:
    _git(one, "Git")
    one.apply()
    with _server(generation) as empty:
        _at(one, empty)
        report = one.apply()
        assert Upheaval.EMPTIED == report.plan.notice
        assert dict.fromkeys(OURS, Result.CREATED).items() <= results(report).items()
        assert Exit.OK == exit_code([report])
        empty.requests.reset()
        again = one.apply()
        assert ("", 3, 0) == (again.plan.notice, again.unchanged, one.writes)


def test_filling_an_emptied_server_may_be_stopped_half_way_and_the_next_pass_makes_the_rest(one: House, generation: int) -> None:
    """Neither empty nor full, it would look as if somebody had deleted what is missing, and that is only reported."""
    for number in range(8):
        one.write(f"shop/d{number}.json", dashboard(f"d{number}"))
    one.apply()
    with _server(generation) as empty:
        _at(one, empty)
        one.save_one_at_a_time()

        def stop(told: Outcome) -> None:
            if isinstance(told.change, CreateDashboard):
                one.stop.set()

        stopped = one.apply(on_outcome=stop)
        assert stopped.count(Result.NOT_DONE)
        assert stopped.stopped
        one.stop.clear()
        assert 0 == one.apply().drifted
        assert 8 == one.apply().unchanged


def test_an_emptied_server_deletes_no_record_of_a_file_that_went_at_the_same_time(one: House, generation: int) -> None:
    _git(one, "Git")
    one.apply()
    one.delete("shop/till.json")
    with _server(generation) as empty:
        _at(one, empty)
        assert () == one.apply(policy=AT_ONCE).removals
        assert {"sales", "stock"} == {row["uid"] for row in one.browser.ask("/api/search?type=dash-db")}


def test_a_server_with_other_dashboards_under_our_uids_is_another_server_and_nothing_of_it_is_touched(one: House, generation: int) -> None:
    _git(one, "Git")
    one.apply()
    with _server(generation) as other:
        _at(one, other)
        for number in range(5):
            one.browser.create(dashboard(f"before{number}"))
        for uid in OURS:
            one.browser.create(dashboard(uid, **panel_titled("Theirs")))
        other.requests.reset()
        report = one.apply()
        assert Upheaval.REPLACED == report.plan.notice
        assert [ConflictKind.UNMANAGED] * 3 == kinds(report)
        assert (0, "Theirs") == (one.writes, title(one))


def test_on_another_server_nothing_is_reverted_or_deleted_by_what_was_recorded_of_the_old_one(one: House, generation: int) -> None:
    _git(one, "Git")
    one.apply()
    one.delete("shop/till.json")
    with _server(generation) as other:
        _at(one, other)
        for number in range(5):
            one.browser.create(dashboard(f"before{number}"))
        for uid in OURS:
            one.browser.create(dashboard(uid, **panel_titled("Theirs")))
        for _ in range(2):
            report = one.apply(policy=replace(LOOSE, adopt=AdoptPolicy.IDENTICAL))
            assert () == report.removals
        assert ["Theirs"] * 3 == [title(one, uid) for uid in OURS]


def test_a_server_that_was_restored_from_a_backup_is_said_so_and_brought_up_to_date(tmp_path: Path, generation: int) -> None:
    database, backup = tmp_path / "grafana.db", tmp_path / "backup.db"
    with house(tmp_path / "one", generation=generation) as one:
        with _server(generation, database) as first:
            _at(one, first)
            _git(one, "Git")
            one.apply()
        shutil.copy(database, backup)
        with _server(generation, database) as second:
            _at(one, second)
            _git(one, "Git again")
            one.apply()
        for leftover in tmp_path.glob("grafana.db-*"):
            leftover.unlink()
        shutil.copy(backup, database)
        with _server(generation, database) as restored:
            _at(one, restored)
            report = one.apply()
            assert Upheaval.RESTORED == report.plan.notice
            assert dict.fromkeys(OURS, Result.UPDATED) == results(report)
            assert (["Git again"] * 3, Exit.OK) == ([title(one, uid) for uid in OURS], exit_code([report]))
            restored.requests.reset()
            again = one.apply()
            assert ("", 3, 0) == (again.plan.notice, again.unchanged, one.writes)


def test_an_edit_that_a_backup_brought_back_is_kept_before_it_is_written_over(tmp_path: Path) -> None:
    database, backup = tmp_path / "grafana.db", tmp_path / "backup.db"
    with house(tmp_path / "one", generation=9) as one:
        with _server(9, database) as first:
            _at(one, first)
            _git(one, "Git")
            one.apply()
            one.browser.edit(SALES, **panel_titled("Jonas"))
        shutil.copy(database, backup)
        with _server(9, database) as second:
            _at(one, second)
            _git(one, "Git again")
            one.apply(policy=GIT_WINS)
            _git(one, "Git for a third time")
            one.apply(policy=GIT_WINS)
        for leftover in tmp_path.glob("grafana.db-*"):
            leftover.unlink()
        shutil.copy(backup, database)
        with _server(9, database) as restored:
            _at(one, restored)
            report = one.apply()
            assert Upheaval.RESTORED == report.plan.notice
            assert "Git for a third time" == title(one)
            assert "Jonas" in {title_of(one, each) for each in kept(one)}


def test_a_restored_server_is_recognised_although_an_edit_is_waiting_on_it(tmp_path: Path) -> None:
    """One that is in conflict is newer than its record, then and now; the others say what happened."""
    database, backup = tmp_path / "grafana.db", tmp_path / "backup.db"
    with house(tmp_path / "one", generation=9) as one:
        with _server(9, database) as first:
            _at(one, first)
            _git(one, "Git")
            one.apply()
            one.browser.edit(SALES, **panel_titled("Jonas"))
        shutil.copy(database, backup)
        with _server(9, database) as second:
            _at(one, second)
            _git(one, "Git again")
            assert [ConflictKind.BOTH_CHANGED] == kinds(one.apply())
        for leftover in tmp_path.glob("grafana.db-*"):
            leftover.unlink()
        shutil.copy(backup, database)
        with _server(9, database) as restored:
            _at(one, restored)
            report = one.apply()
            assert Upheaval.RESTORED == report.plan.notice
            assert {"stock": Result.UPDATED, "till": Result.UPDATED} == results(report)
            assert [ConflictKind.BOTH_CHANGED] == kinds(report)
            assert "Jonas" == title(one)


# Records that are gone


def _lost(one: House) -> None:
    for each in one.place.glob("state.db*"):
        each.unlink()


def test_without_records_what_is_identical_is_adopted_and_the_rest_told_and_nothing_is_written(any_house: House) -> None:
    _git(any_house, "Git")
    any_house.apply()
    any_house.browser.edit(SALES, **panel_titled("Jonas"))
    any_house.delete("shop/till.json")
    _lost(any_house)
    any_house.forget()
    report = any_house.apply(policy=AT_ONCE)
    assert (1, [ConflictKind.UNMANAGED]) == (report.adopted, kinds(report))
    assert (SALES, 0, ()) == (only_conflict(report).ours.uid, any_house.writes, report.removals)
    assert ("Jonas", True) == (title(any_house), any_house.browser.is_there("till"))


def test_without_records_the_next_change_in_git_of_an_adopted_one_is_written_with_one_request(any_house: House) -> None:
    _git(any_house, "Git")
    any_house.apply()
    _lost(any_house)
    any_house.apply()
    any_house.write("shop/stock.json", dashboard("stock", **panel_titled("Git again")))
    any_house.forget()
    assert {"stock": Result.UPDATED} == results(any_house.apply())
    assert 1 == len(any_house.saves)
    now = record(any_house)
    assert now is not None
    assert not now.written


# Two installations


def _two(place: Path, generation: int) -> Iterator[tuple[House, House]]:
    with house(place / "one", generation=generation) as one, house(place / "other", generation=generation) as other:
        _at(other, one.sandbox)
        yield one, other


def test_two_installations_refuse_each_others_dashboards(tmp_path: Path, generation: int) -> None:
    for one, other in _two(tmp_path, generation):
        one.write("sales.json", dashboard(SALES, **panel_titled("One")))
        other.write("sales.json", dashboard(SALES, **panel_titled("Other")))
        one.apply(owner="one")
        report = other.apply(owner="other", policy=LOOSE)
        assert [ConflictKind.OWNED_ELSEWHERE] == kinds(report)
        assert "provisioner:one" in only_conflict(report).message
        assert ("One", 0) == (title(one), report.written)


def test_an_owner_tag_is_on_the_dashboard_for_both_to_see_and_is_no_drift(one: House) -> None:
    one.write("sales.json", dashboard(SALES, tags=["shop"]))
    one.apply(owner="one")
    assert {"shop", "provisioner:one"} == set(one.browser.content(SALES)["tags"])
    one.forget()
    assert (1, 0) == (one.apply(owner="one").unchanged, one.writes)


def test_an_owner_is_known_by_the_label_too_where_somebody_took_the_tag_off(tmp_path: Path) -> None:
    """The resource API keeps a mark beside the content. A save by the dashboard API drops it (reference 0.1), one by /apis keeps it."""
    with (
        house(tmp_path / "one", generation=12, api=Api.RESOURCE) as one,
        house(tmp_path / "other", generation=12, api=Api.RESOURCE) as other,
    ):
        _at(other, one.sandbox)
        one.write("sales.json", dashboard(SALES, **panel_titled("One")))
        one.apply(owner="one")
        path = f"/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards/{SALES}"
        live = one.browser.ask(path)
        one.browser.ask(path, {**live, "spec": {**live["spec"], "tags": []}}, "PUT")
        other.write("sales.json", dashboard(SALES, **panel_titled("Other")))
        report = other.apply(owner="other", policy=LOOSE)
        assert ([ConflictKind.OWNED_ELSEWHERE], 0) == (kinds(report), report.written)
        assert "provisioner:one" in only_conflict(report).message

        one.apply(owner="one", policy=LOOSE)
        assert ("One", ["provisioner:one"]) == (title(one), one.browser.content(SALES)["tags"])


def test_what_another_installation_took_over_is_not_deleted_with_our_file(tmp_path: Path) -> None:
    for one, other in _two(tmp_path, 9):
        one.write("sales.json", dashboard(SALES, **panel_titled("One")))
        one.write("stock.json", dashboard("stock"))
        one.apply()
        other.write("sales.json", dashboard(SALES, **panel_titled("One")))
        other.apply(owner="other", policy=LOOSE)
        one.delete("sales.json")
        assert () == one.apply(policy=AT_ONCE).removals
        assert one.browser.is_there(SALES)


def test_two_installations_without_tags_never_overwrite_each_other_in_silence(tmp_path: Path) -> None:
    for one, other in _two(tmp_path, 9):
        one.write("sales.json", dashboard(SALES, **panel_titled("One")))
        other.write("sales.json", dashboard(SALES, **panel_titled("Other")))
        one.apply()
        assert [ConflictKind.UNMANAGED] == kinds(other.apply())
        with desk(other) as at:
            assert {} == at.ledger.records()
