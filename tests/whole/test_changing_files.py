"""Files that change under our eyes: never half of one and half of another, nothing guessed, and the next pass has it."""

from __future__ import annotations

from pathlib import Path

from provisioner.core.changes import Result
from provisioner.core.model import Snapshot, SourceName
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import DirectorySettings
from provisioner.reading import read_source
from provisioner.sources.directory import DirectorySource
from provisioner.state.sqlite import SqliteMemory
from tests.whole.house import GIT_WINS, SAVES, House, dashboard, outcome, panel_titled, results


class _Changing(DirectorySource):
    """A directory in which somebody saves a file just after it was listed."""

    def snapshot(self) -> Snapshot:
        found = super().snapshot()
        Path(self._settings.path, "a.json").write_text("{}", encoding="utf-8")
        return found


def test_a_file_that_changes_between_listing_and_reading_is_told_and_the_snapshot_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"title": "a", "panels": []}', encoding="utf-8")
    (tmp_path / "b.json").write_text('{"title": "b", "panels": []}', encoding="utf-8")
    memory = SqliteMemory(str(tmp_path / "state" / "s.db"), today=lambda: 1)
    read = read_source(_Changing(DirectorySettings(SourceName("s"), str(tmp_path))), memory)
    memory.close()
    assert (["b.json"], False) == ([entry.path for entry, _ in read.files], read.snapshot.complete)
    assert [("file-unreadable", "a.json")] == [(each.code, each.file) for each in read.snapshot.problems]


def test_a_file_that_changes_between_plan_and_save_is_not_sent_and_the_next_pass_has_it(nine: House) -> None:
    nine.write("a.json", dashboard("a"))
    nine.write("b.json", dashboard("b"))
    report = nine.apply(on_plan=lambda _: nine.write("a.json", dashboard("a", **panel_titled("Newer"))))
    assert ({"a": Result.NOT_DONE, "b": Result.CREATED}, Exit.ERROR) == (results(report), exit_code([report]))
    assert "changed since it was read" in outcome(report, "a").detail
    assert {"a": Result.CREATED} == results(nine.apply())
    assert "Newer" == nine.browser.content("a")["panels"][0]["title"]


def test_a_file_that_is_deleted_between_plan_and_save_is_not_sent(nine: House) -> None:
    nine.write("a.json", dashboard("a"))
    report = nine.apply(on_plan=lambda _: (nine.files / "a.json").unlink())
    assert {"a": Result.NOT_DONE} == results(report)
    assert not nine.requests("POST", SAVES)


def test_a_file_that_changes_before_it_is_compared_decides_nothing(nine: House) -> None:
    nine.browser.create(dashboard("a", **panel_titled("Theirs")))
    nine.write("a.json", dashboard("a"))
    nine.write("b.json", dashboard("b"))
    nine.on_open = lambda: nine.write("a.json", dashboard("a", **panel_titled("Newer")))
    report = nine.apply(policy=GIT_WINS)
    assert {"b": Result.CREATED} == results(report)
    assert ["file-unreadable"] == [each.code for each in report.problems]
    assert 1 == nine.browser.version("a")


def test_what_was_once_found_equal_is_not_read_again_from_its_file(nine: House) -> None:
    nine.write("a.json", dashboard("a"))
    nine.apply()
    nine.apply()
    nine.on_open = lambda: nine.write("a.json", "other bytes")
    report = nine.apply()
    assert (1, ()) == (report.unchanged, report.problems)
