"""What is live becomes files: a plan over them is empty, an edit in Grafana is one small change, and a pull without one writes nothing."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest

from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden
from provisioner.core.export import Choice, PullReport, pull_exit_code
from provisioner.core.generations import Ability
from provisioner.core.model import Json, Uid
from provisioner.core.report import Exit, PassReport, exit_code
from provisioner.core.server import LiveDashboard
from provisioner.core.settings import DirectorySettings, Settings, SourceSettings, TargetSettings
from provisioner.exporting import Pulling, pull
from provisioner.grafana import Waiting, open_grafana
from provisioner.sandbox.faults import Faults
from provisioner.wiring import Run, opened
from tests.whole.house import SOURCE, TARGET, House, dashboard, house, panel_titled


@contextmanager
def _run(house: House, wanted: TargetSettings) -> Iterator[Run]:
    source: SourceSettings = DirectorySettings(SOURCE, str(house.files))
    with opened(Settings((source,), (wanted,), str(house.place / "state.db")), house.environment, Event()) as run:
        yield run


def pulled(house: House, choice: Choice | None = None, *, parts: Mapping[str, Any] | None = None, **target: object) -> PullReport:
    """One pull of the house's server into its files. `target` are fields of `TargetSettings`, `parts` of `Pulling`."""
    stated: dict[str, Any] = {"connection": house.connection, "sources": (SOURCE,), **target}
    wanted = TargetSettings(TARGET, **stated)
    with _run(house, wanted) as run:
        waiting = Waiting(pause=lambda _: False)
        pulling = Pulling(
            directory=str(house.files),
            source=run.library.sources[SOURCE],
            library=run.library,
            records=run.ledger(wanted).records(),
            open_grafana=lambda: open_grafana(wanted.connection, run.reveal, waiting),
            clock=lambda: 0.0,
            stopping=lambda: False,
        )
        return pull(wanted, choice or Choice(), replace(pulling, **(parts or {})))


def tree(house: House) -> dict[str, bytes]:
    """Every file under the house's directory, hidden ones too."""
    return {str(each.relative_to(house.files)): each.read_bytes() for each in sorted(house.files.rglob("*")) if each.is_file()}


def folder(house: House, uid: str, title: str, parent: str = "") -> None:
    house.browser.ask("/api/folders", {"uid": uid, "title": title, **({"parentUid": parent} if parent else {})})


def create(house: House, made: Mapping[str, object], into: str = "") -> None:
    """As a page of any generation does it: up to 7.5 only the number of the folder counts."""
    number = {"folderId": house.browser.ask(f"/api/folders/{into}")["id"]} if into else {}
    house.browser.ask("/api/dashboards/db", {"dashboard": dict(made), "folderUid": into, **number, "message": "", "overwrite": False})


def move(house: House, uid: str, into: str) -> None:
    live = house.browser.content(uid)
    house.browser.ask("/api/dashboards/db", {"dashboard": live, "folderUid": into, "message": "", "overwrite": False})


def furnished(house: House, *, nested: bool) -> None:
    """Folders of which two share a name that a disk would take for one, and dashboards by hand in all of them."""
    folder(house, "plat", "Platform / Core")
    folder(house, "plat2", "PLATFORM_Core")
    folder(house, "hosts", "Hosts & Disks", "plat" if nested else "")
    folder(house, "empty", "Nothing in it")
    house.browser.create(dashboard("start", "Start here 🚀"))
    house.browser.create(dashboard("cpu", "CPU: all/of it"), "plat")
    house.browser.create(dashboard("cpu2", "CPU all_of it"), "plat")
    house.browser.create(dashboard("disk", "Überblick", tags=["größe", "日本"]), "hosts")
    house.browser.create(dashboard("core", "Con"), "plat2")


def is_empty(report: PassReport) -> bool:
    assert (None, (), ()) == (report.failure, report.plan.changes, report.conflicts)
    return Exit.OK == exit_code([report], detailed=True)


@pytest.mark.parametrize(("generation", "nested"), [(9, False), (12, True)])
def test_a_pull_then_an_edit_then_a_pull(tmp_path: Path, generation: int, nested: bool) -> None:  # noqa: FBT001 - pytest hands it in by name
    with house(tmp_path / "one", generation=generation) as one:
        furnished(one, nested=nested)
        first = pulled(one)
        assert (None, (), (), Exit.OK) == (first.failure, first.done.held, first.done.problems, pull_exit_code(first))
        hosts = "platform-core-plat/hosts-disks" if nested else "hosts-disks"
        assert {
            "start-here.json",
            "platform-core-plat/_folder.yaml",
            "platform-core-plat/cpu-all-of-it-cpu.json",
            "platform-core-plat/cpu-all-of-it-cpu2.json",
            "platform-core-plat2/_folder.yaml",
            "platform-core-plat2/con-core.json",
            f"{hosts}/_folder.yaml",
            f"{hosts}/uberblick.json",
        } == set(tree(one))
        assert (5, 3, 8) == (len(first.done.created), len(first.done.folder_files), first.written)
        report = one.plan()
        assert is_empty(report)
        assert 5 == report.unchanged

        before = tree(one)
        one.browser.edit("disk", **panel_titled("Other words"))
        second = pulled(one)
        after = tree(one)
        assert ((f"{hosts}/uberblick.json",), 1) == (second.done.changed, second.written)
        assert [f"{hosts}/uberblick.json"] == [path for path in after if after[path] != before[path]]
        assert ['-      "title": "Words",', '+      "title": "Other words",'] == diff(before, after, f"{hosts}/uberblick.json")
        assert is_empty(one.plan())

        third = pulled(one)
        assert (0, 5) == (third.written, third.done.equal)
        assert after == tree(one)


def diff(before: Mapping[str, bytes], after: Mapping[str, bytes], path: str) -> list[str]:
    """The lines that changed."""
    lines = difflib.unified_diff(before[path].decode().splitlines(), after[path].decode().splitlines(), n=0, lineterm="")
    return [each.replace("\t", "  ") for each in lines if not each.startswith(("---", "+++", "@@"))]


def test_a_pull_sends_nothing_but_questions(twelve: House) -> None:
    furnished(twelve, nested=True)
    twelve.forget()
    report = pulled(twelve)
    assert 0 == twelve.writes
    assert report.requests == len(twelve.sandbox.requests.all)


def test_a_file_by_hand_keeps_its_path_its_order_and_its_layout(any_house: House) -> None:
    by_hand = '{ "title": "CPU", "uid": "cpu",\n\n  "panels": [ { "type": "text", "id": 1, "title": "Words",\n'
    by_hand += '     "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8}, "options": {"content": "hello"} } ],\n'
    by_hand += '  "schemaVersion": 39, "tags": ["a", "b"] }'
    any_house.write("My Own/Name.json", by_hand)
    any_house.apply()
    any_house.browser.edit("cpu", **panel_titled("Mine"))
    report = pulled(any_house)
    assert ("My Own/Name.json",) == report.done.changed
    assert by_hand.replace('"Words"', '"Mine"') == (any_house.files / "My Own/Name.json").read_text()
    assert is_empty(any_house.plan())


def test_a_dashboard_moved_in_grafana_takes_its_file_along(twelve: House) -> None:
    furnished(twelve, nested=True)
    pulled(twelve)
    os.chmod(twelve.files / "start-here.json", 0o640)  # noqa: PTH101 - as short as it gets
    move(twelve, "start", "hosts")
    report = pulled(twelve)
    assert (("start-here.json", "platform-core-plat/hosts-disks/start-here.json"),) == report.done.moved
    assert not (twelve.files / "start-here.json").exists()
    assert 0o640 == stat.S_IMODE((twelve.files / "platform-core-plat/hosts-disks/start-here.json").stat().st_mode)
    assert is_empty(twelve.plan())


def test_a_file_without_a_uid_gets_it_when_its_dashboard_was_moved(twelve: House) -> None:
    nameless = dashboard("x", "Nameless")
    del nameless["uid"]
    twelve.write("nameless.json", nameless)
    twelve.apply()
    [uid] = [row["uid"] for row in twelve.browser.ask("/api/search?type=dash-db")]
    folder(twelve, "plat", "Platform")
    move(twelve, uid, "plat")
    assert (("nameless.json", "platform/nameless.json"),) == pulled(twelve).done.moved
    assert is_empty(twelve.plan())


@pytest.mark.needs(Ability.FOLDERS)
def test_a_folder_renamed_in_grafana_changes_its_title_and_keeps_its_directory(any_house: House) -> None:
    folder(any_house, "plat", "Platform")
    create(any_house, dashboard("cpu"), "plat")
    pulled(any_house)
    (any_house.files / "platform/_folder.yaml").write_text("# ours\nuid: plat\ntitle: Platform  # people know it so\n")
    any_house.browser.ask("/api/folders/plat", {"title": "Plattform: neu", "overwrite": True}, "PUT")
    report = pulled(any_house)
    assert (("platform/_folder.yaml",), ()) == (report.done.folder_files, report.done.held)
    expected = '# ours\nuid: plat\ntitle: "Plattform: neu"  # people know it so\n'
    assert expected == (any_house.files / "platform/_folder.yaml").read_text()
    assert is_empty(any_house.plan())
    assert 0 == pulled(any_house).written


def test_a_file_whose_dashboard_is_gone_is_named_and_left(any_house: House) -> None:
    any_house.browser.create(dashboard("cpu"))
    pulled(any_house)
    any_house.browser.delete("cpu")
    report = pulled(any_house)
    assert (("cpu.json",), 0) == (report.done.gone, report.written)
    assert (any_house.files / "cpu.json").exists()


def test_holes_of_a_file_stay_where_only_something_else_was_changed(twelve: House) -> None:
    source = {"type": "prometheus", "uid": "${DS_PROM}"}
    panel = {**dashboard("cpu")["panels"][0], "datasource": source}
    declared = [{"name": "DS_PROM", "label": "P", "type": "datasource", "pluginId": "prometheus"}]
    twelve.write("cpu.json", dashboard("cpu", panels=[panel], __inputs=declared))
    mapping: dict[str, Json] = {"data_sources": (("DS_PROM", "prom-main"),)}
    twelve.apply(**mapping)
    live = twelve.browser.content("cpu")["panels"][0]
    assert "prom-main" == live["datasource"]["uid"]
    assert 0 == pulled(twelve, **mapping).written
    added = {**live, "id": 2, "title": "More", "gridPos": {"x": 0, "y": 8, "w": 24, "h": 8}}
    before = tree(twelve)
    twelve.browser.edit("cpu", panels=[{**live, "title": "Mine"}, added])
    assert ("cpu.json",) == pulled(twelve, **mapping).done.changed
    changed = diff(before, tree(twelve), "cpu.json")
    assert 2 == (twelve.files / "cpu.json").read_text().count('"${DS_PROM}"')
    assert ['-      "title": "Words",', '+      "title": "Mine",'] == changed[:2]
    assert is_empty(twelve.plan(**mapping))


def test_only_what_was_asked_for_is_pulled(twelve: House) -> None:
    furnished(twelve, nested=True)
    by_uid = pulled(twelve, Choice(uids=frozenset({Uid("disk"), Uid("nobody")})))
    assert ("platform-core/hosts-disks/uberblick.json",) == by_uid.done.created
    assert (["nobody"], Exit.CONFLICT) == ([each.subject for each in by_uid.done.held], pull_exit_code(by_uid))
    by_folder = pulled(twelve, Choice(folder="Platform / Core"))
    assert 2 == len(by_folder.done.created)
    assert is_empty(twelve.plan())


@pytest.mark.parametrize("generation", [9, 12])
def test_below_a_stated_folder_only_that_is_pulled(tmp_path: Path, generation: int) -> None:
    with house(tmp_path / "one", generation=generation) as one:
        folder(one, "plat", "Platform")
        folder(one, "hosts", "Hosts" if generation == 12 else "Platform / Hosts", "plat" if generation == 12 else "")
        one.browser.create(dashboard("top"), "plat")
        one.browser.create(dashboard("disk"), "hosts")
        one.browser.create(dashboard("foreign"))
        report = pulled(one, folder="Platform")
        assert {"top.json", "hosts/disk.json", "hosts/_folder.yaml"} == set(tree(one))
        assert 1 == report.done.outside
        assert is_empty(one.plan(folder="Platform"))
        assert 0 == pulled(one, folder="Platform").written


def test_nothing_is_written_through_a_link_that_leaves_the_directory(twelve: House) -> None:
    outside = twelve.place / "outside"
    outside.mkdir()
    folder(twelve, "plat", "Platform")
    twelve.browser.create(dashboard("cpu"), "plat")
    (twelve.files / "platform").symlink_to(outside)
    report = pulled(twelve)
    assert [] == list(outside.iterdir())
    assert ["platform/_folder.yaml", "platform/cpu.json"] == sorted(each.subject for each in report.done.held)


def test_a_link_within_the_directory_stays_a_link(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu"))
    pulled(twelve)
    (twelve.files / ".real").mkdir()
    (twelve.files / "cpu.json").rename(twelve.files / ".real/cpu.json")
    (twelve.files / "cpu.json").symlink_to(".real/cpu.json")
    twelve.browser.edit("cpu", **panel_titled("Mine"))
    assert ("cpu.json",) == pulled(twelve).done.changed
    assert (twelve.files / "cpu.json").is_symlink()
    assert is_empty(twelve.plan())


def test_what_the_source_does_not_read_is_never_overwritten(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu"))
    (twelve.files / "cpu.json").mkdir()
    report = pulled(twelve)
    assert ["cpu.json"] == [each.subject for each in report.done.held]
    assert (twelve.files / "cpu.json").is_dir()


def test_a_file_that_is_broken_keeps_its_dashboard_from_being_pulled_twice(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu"))
    twelve.browser.create(dashboard("ram"))
    broken = '{"uid": "cpu", "title": "cpu", "panels": [], "schemaVersion": 39, "tags": [1,}'
    twelve.write("mine.json", broken)
    report = pulled(twelve)
    assert (("ram.json",), Exit.INVALID) == (report.done.created, pull_exit_code(report))
    assert ["mine.json"] == [each.subject for each in report.done.held]
    assert broken == (twelve.files / "mine.json").read_text()


class _Forbidding:
    """A server on which this one dashboard may not be read."""

    def __init__(self, real: Grafana) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        if uid == "cpu":
            raise TargetForbidden("dashboards:read on dashboard cpu is missing", next_step="grant it")
        return self._real.dashboard(uid)


def test_one_dashboard_that_may_not_be_read_keeps_no_other_from_being_pulled(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu"))
    twelve.browser.create(dashboard("ram"))

    @contextmanager
    def connected() -> Iterator[Grafana]:
        with open_grafana(twelve.connection, lambda _: twelve.environment["PASSWORD"], Waiting()) as real:
            yield cast("Grafana", _Forbidding(real))

    report = pulled(twelve, parts={"open_grafana": connected})
    assert (("ram.json",), ["live-unreadable"]) == (report.done.created, [each.code for each in report.done.problems])
    assert Exit.INVALID == pull_exit_code(report)


def test_a_server_that_goes_away_midway_leaves_what_was_written_and_the_next_pull_has_the_rest(twelve: House) -> None:
    for uid in ("a", "b", "c"):
        twelve.browser.create(dashboard(uid))
    twelve.connection = replace(twelve.connection, reads=1, attempts=1)
    report = pulled(twelve, parts={"on_file": lambda _: twelve.sandbox.faults.set(Faults(path=twelve.bodies_at, unavailable=9))})
    assert (Exit.UNREACHABLE, ("a.json",)) == (pull_exit_code(report), report.done.created)
    twelve.sandbox.faults.set(Faults())
    assert ("b.json", "c.json") == pulled(twelve).done.created
    assert is_empty(twelve.plan())


def test_a_file_that_changes_while_it_is_pulled_is_not_written_over(twelve: House) -> None:
    twelve.write("cpu.json", dashboard("cpu"))
    twelve.apply()
    twelve.browser.edit("cpu", **panel_titled("In Grafana"))
    newer = dashboard("cpu", **panel_titled("In an editor"))
    report = pulled(twelve, parts={"on_layout": lambda _: twelve.write("cpu.json", newer)})
    assert (["cpu.json"], 0) == ([each.subject for each in report.done.held], report.written)
    assert "In an editor" in (twelve.files / "cpu.json").read_text()


def test_a_file_without_a_uid_is_changed_in_its_place_and_known_again_when_it_was_renamed(twelve: House) -> None:
    nameless = dashboard("x", "Nameless")
    del nameless["uid"]
    twelve.write("nameless.json", nameless)
    twelve.apply()
    [uid] = [row["uid"] for row in twelve.browser.ask("/api/search?type=dash-db")]
    twelve.browser.edit(uid, **panel_titled("Mine"))
    before = tree(twelve)
    assert ("nameless.json",) == pulled(twelve).done.changed
    assert 2 == len(diff(before, tree(twelve), "nameless.json"))
    twelve.apply()
    (twelve.files / "nameless.json").rename(twelve.files / "other.json")
    assert (1, 0) == ((report := pulled(twelve)).done.equal, report.written)


def test_the_owner_s_mark_comes_into_no_file(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu", tags=["a", "provisioner:ours"]))
    report = pulled(twelve, owner="ours")
    assert ((), '"provisioner:ours"' in (twelve.files / "cpu.json").read_text()) == (report.done.remarks, False)
    assert is_empty(twelve.plan(owner="ours"))
    assert 0 == pulled(twelve, owner="ours").written


def test_a_file_that_cannot_be_written_keeps_no_other_from_being_pulled(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu"))
    twelve.browser.create(dashboard("ram"))
    pulled(twelve, Choice(uids=frozenset({Uid("cpu")})))
    (twelve.files / "cpu.json").unlink()
    (twelve.files / "ram.json").symlink_to("/nowhere/at-all")
    report = pulled(twelve)
    assert ("cpu.json",) == report.done.created
    assert ["ram.json"] == [each.subject for each in report.done.held]


def test_a_server_that_is_not_there_is_a_failure_and_nothing_is_written(twelve: House) -> None:
    twelve.connection = replace(twelve.connection, url="http://127.0.0.1:9", attempts=1)
    report = pulled(twelve)
    assert Exit.UNREACHABLE == pull_exit_code(report)
    assert {} == tree(twelve)


def test_a_directory_that_is_not_there_yet_is_made(twelve: House) -> None:
    twelve.browser.create(dashboard("cpu"))
    twelve.files.rmdir()
    assert ("cpu.json",) == pulled(twelve).done.created


def test_a_directory_that_cannot_be_made_is_told_before_the_server_is_asked(twelve: House) -> None:
    twelve.files.rmdir()
    twelve.files.write_text("a file")
    twelve.forget()
    report = pulled(twelve)
    assert (Exit.ERROR, 0) == (pull_exit_code(report), len(twelve.sandbox.requests.all))


def test_who_asks_to_stop_gets_what_was_done_until_then(twelve: House) -> None:
    for uid in ("a", "b", "c"):
        twelve.browser.create(dashboard(uid))
    twelve.connection = replace(twelve.connection, reads=1)
    done: list[object] = []
    report = pulled(twelve, parts={"on_file": done.append, "stopping": lambda: len(done) == 2})
    assert (True, 2, ["a.json", "b.json"]) == (report.stopped, report.written, sorted(tree(twelve)))
    assert Exit.ERROR == pull_exit_code(report)


def test_wrappers_texts_and_neighbours_in_a_file_stay_what_they_are(twelve: House) -> None:
    resource = {"apiVersion": "dashboard.grafana.app/v1beta1", "kind": "Dashboard", "metadata": {"name": "res"}, "spec": dashboard("res")}
    del resource["spec"]["uid"]  # type: ignore[attr-defined] # a plain object, as a file has it
    twelve.write("resource.json", resource)
    twelve.write("api.json", {"meta": {"slug": "x"}, "dashboard": dashboard("api")})
    twelve.write("two.yaml", f"# both\n---\nuid: one\ntitle: One\nschemaVersion: 39\npanels: []\n---\n{YAML}")
    twelve.apply()
    for uid in ("res", "api", "two"):
        twelve.browser.edit(uid, description="changed\nin Grafana")
    before = tree(twelve)
    report = pulled(twelve)
    assert ("api.json", "resource.json", "two.yaml") == report.done.changed
    assert ["two.yaml"] == [each.subject for each in report.done.remarks]
    added = [line for path in ("api.json", "resource.json") for line in diff(before, tree(twelve), path) if line.startswith("+")]
    assert 2 == sum('"description": "changed\\nin Grafana"' in line for line in added)
    assert tree(twelve)["two.yaml"].startswith(b"# both\nuid: one\n")
    assert is_empty(twelve.plan())
    assert 0 == pulled(twelve).written


YAML = "uid: two\ntitle: Two # the second\nschemaVersion: 39\npanels: []\n"
