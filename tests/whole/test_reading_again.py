"""What a daemon has read and worked out is not read and worked out again: of ten thousand files one changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from provisioner.core.desired import Wants, desire
from provisioner.core.model import Entry, Reading, ReadingKey, SourceFiles, SourceName
from provisioner.core.settings import DirectorySettings
from provisioner.desiring import Desiring
from provisioner.reading import read_source
from provisioner.sources.directory import DirectorySource
from provisioner.state.sqlite import SqliteMemory
from tests.whole.house import dashboard


class _Asked(SqliteMemory):
    """A memory that keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__("", today=lambda: 1)
        self.asked: list[ReadingKey] = []

    def readings(self, keys: Iterable[ReadingKey]) -> dict[ReadingKey, Reading]:
        wanted = list(keys)
        self.asked += wanted
        return super().readings(wanted)


class _Directory:
    """A source that is read again and again, as a daemon does it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.memory = _Asked()
        self._source = DirectorySource(DirectorySettings(SourceName("s"), str(path)))

    def write(self, name: str, title: str) -> None:
        (self.path / name).write_text(json.dumps(dashboard(name.removesuffix(".json"), title)), encoding="utf-8")

    def read(self, before: SourceFiles | None) -> SourceFiles:
        self.memory.asked.clear()
        return read_source(self._source, self.memory, "", before)


def _pair(files: SourceFiles, path: str) -> tuple[Entry, Reading]:
    [found] = [each for each in files.files if each[0].path == path]
    return found


def test_what_was_read_before_stands_in_the_next_reading_as_the_same_object(tmp_path: Path) -> None:
    place = _Directory(tmp_path)
    place.write("a.json", "A")
    place.write("b.json", "B")
    before = place.read(None)
    assert 2 == len(place.memory.asked)
    place.write("b.json", "Another")
    after = place.read(before)
    assert _pair(before, "a.json") is _pair(after, "a.json")
    assert (["Another"], 1) == ([each.title for each in _pair(after, "b.json")[1].documents], after.parsed)
    assert [f"json:{_pair(after, 'b.json')[0].blob}"] == place.memory.asked


def test_files_that_came_and_went_are_read_and_left_out(tmp_path: Path) -> None:
    place = _Directory(tmp_path)
    place.write("a.json", "A")
    before = place.read(None)
    (tmp_path / "a.json").unlink()
    place.write("b.json", "B")
    assert ["b.json"] == [entry.path for entry, _ in place.read(before).files]


def test_what_a_target_should_hold_is_worked_out_once_for_the_same_files(tmp_path: Path) -> None:
    place, desiring = _Directory(tmp_path), Desiring()
    place.write("a.json", "A")
    files = (place.read(None),)
    first = desiring.desire(files, Wants())
    assert desiring.desire(files, Wants(asked=True)) == first
    assert desiring.desire((place.read(files[0]),), Wants()) is first


def test_whatever_came_in_between_it_is_what_the_files_say(tmp_path: Path) -> None:
    place, desiring = _Directory(tmp_path), Desiring()
    files: SourceFiles | None = None
    for name, title in (("a.json", "A"), ("b.json", "B"), ("a.json", "A"), ("b.json", "Another"), ("c.json", "B")):
        place.write(name, title)
        files = place.read(files)
        for wants in (Wants(), Wants(asked=True), Wants(folder="Ops")):
            assert desire([files], wants) == desiring.desire([files], wants)
