"""The state file: readings survive a restart; whatever happens to the file costs time and nothing else, and is said."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from provisioner.core import documents
from provisioner.core.model import FileKind, Fingerprint, Reading, ReadingKey
from provisioner.state.sqlite import KEPT_DAYS, SqliteMemory, rules_version

READING = documents.read(b'{"title": "a", "uid": "a", "panels": [], "schemaVersion": 39, "x": {"uid": "${DS_X}"}}', FileKind.JSON)
KEY, OTHER = ReadingKey("json:1"), ReadingKey("json:2")


@contextmanager
def memory(path: Path, *, today: int = 100, rules: str = "these") -> Iterator[SqliteMemory]:
    opened = SqliteMemory(str(path), today=lambda: today, rules=rules)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.db"


def test_readings_and_fingerprints_survive_a_restart(path: Path) -> None:
    with memory(path) as first:
        first.remember({KEY: READING})
        first.remember_fingerprints({"f": Fingerprint("1:abc")})
    with memory(path) as second:
        assert {KEY: READING} == second.readings([KEY, OTHER])
        assert {"f": "1:abc"} == second.fingerprints(["f", "g"])
        assert second.trouble is None


def test_only_what_was_asked_for_is_given(path: Path) -> None:
    with memory(path) as one:
        one.remember({KEY: READING, OTHER: Reading()})
        assert {OTHER: Reading()} == one.readings([OTHER])
        assert {} == one.readings([])


def test_very_many_keys_are_asked_for_at_once(path: Path) -> None:
    many = {ReadingKey(f"json:{number}"): Reading(passed_over=str(number)) for number in range(2_500)}
    with memory(path) as one:
        one.remember(many)
        assert many == one.readings(many)


def test_what_another_release_read_is_read_anew(path: Path) -> None:
    with memory(path, rules="old") as one:
        one.remember({KEY: READING})
        one.remember_fingerprints({"f": Fingerprint("1:abc")})
    with memory(path, rules="new") as one:
        assert ({}, {}) == (one.readings([KEY]), one.fingerprints(["f"]))
        assert one.trouble is None


def test_the_rules_are_named_by_the_code_itself() -> None:
    assert rules_version() == rules_version()
    assert len(rules_version()) >= 32


def test_what_nobody_asked_for_in_thirty_days_is_forgotten_and_nothing_else(path: Path) -> None:
    with memory(path, today=100) as one:
        one.remember({KEY: READING, OTHER: READING})
        one.remember_fingerprints({"f": Fingerprint("1:abc")})
    with memory(path, today=100 + KEPT_DAYS) as one:
        assert 0 == one.forget_unused()
        one.readings([KEY])
    with memory(path, today=101 + KEPT_DAYS) as one:
        assert 2 == one.forget_unused()
        assert {KEY} == set(one.readings([KEY, OTHER]))


def test_rest_writes_nothing_to_the_file(path: Path) -> None:
    with memory(path) as one:
        one.remember({KEY: READING})
        one.readings([KEY])
        one.forget_unused()
    before = path.read_bytes()
    with memory(path) as one:
        one.readings([KEY])
        one.fingerprints(["f"])
        one.forget_unused()
    assert before == path.read_bytes()


def test_a_damaged_file_is_told_and_left_as_it_is_for_it_may_hold_records(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all, but long enough to be looked at as one" * 100)
    before = path.read_bytes()
    for _ in range(2):
        with memory(path) as one:
            one.remember({KEY: READING})
            assert {} == one.readings([KEY])
            assert one.trouble is not None
            assert "is damaged" in one.trouble
    assert before == path.read_bytes()


def test_a_file_that_is_damaged_within_is_told_each_time_and_left_as_it_is(path: Path) -> None:
    with memory(path) as one:
        one.remember({ReadingKey(f"json:{number}"): READING for number in range(200)})
    raw = bytearray(path.read_bytes())
    for page in range(3 * 4096, len(raw), 4096):
        raw[page : page + 64] = b"\xff" * 64
    path.write_bytes(raw)
    for _ in range(2):
        with memory(path) as one:
            one.readings([ReadingKey(f"json:{number}") for number in range(200)])
            one.remember({KEY: READING})
            assert one.trouble is not None
            assert "is damaged" in one.trouble
    assert path.exists()


def test_a_row_that_is_damaged_is_parsed_again(path: Path) -> None:
    with memory(path) as one:
        one.remember({KEY: READING, OTHER: READING})
    with closing(sqlite3.connect(path)) as direct, direct:
        direct.execute("UPDATE reading SET body = ? WHERE key = ?", (b'[["half', KEY))
    with memory(path) as one:
        assert {OTHER: READING} == one.readings([KEY, OTHER])
        assert one.trouble is not None


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as theirs, theirs:
        theirs.execute("CREATE TABLE dashboard (uid TEXT)")
    before = path.read_bytes()
    with memory(path) as one:
        one.remember({KEY: READING})
        assert one.trouble is not None
        assert "another program" in one.trouble
    with closing(sqlite3.connect(path)) as theirs:
        assert [("dashboard",)] == theirs.execute("SELECT name FROM sqlite_master").fetchall()
    assert len(before) == len(path.read_bytes())


def test_a_file_that_another_process_has_locked_costs_one_wait_and_is_told(path: Path) -> None:
    with memory(path) as one:
        one.remember({KEY: READING})
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            one.remember({OTHER: READING})
            one.remember_fingerprints({"f": Fingerprint("1:abc")})
        assert one.trouble is not None
        assert "locked" in one.trouble
        assert {} == one.readings([KEY])


def test_a_place_that_cannot_be_is_told_and_everything_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with memory(tmp_path / "file" / "state.db") as one:
        one.remember({KEY: READING})
        assert {} == one.readings([KEY])
        assert 0 == one.forget_unused()
        assert one.trouble is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_is_told_and_everything_goes_on(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with memory(tmp_path / "state.db") as one:
            one.remember({KEY: READING})
            assert one.trouble is not None
    finally:
        tmp_path.chmod(0o700)


def test_threads_may_ask_and_remember_at_the_same_time(path: Path) -> None:
    begin = threading.Barrier(4)

    def work(number: int) -> int:
        begin.wait()
        for turn in range(25):
            one.remember({ReadingKey(f"json:{number}:{turn}"): READING})
            one.readings([ReadingKey(f"json:{other}:{turn}") for other in range(4)])
        return len(one.readings([ReadingKey(f"json:{number}:{turn}") for turn in range(25)]))

    with memory(path) as one, ThreadPoolExecutor(4) as pool:
        assert [25, 25, 25, 25] == list(pool.map(work, range(4)))
        assert one.trouble is None


def test_two_processes_may_share_a_file_in_turn(path: Path) -> None:
    with memory(path) as one, memory(path) as two:
        one.remember({KEY: READING})
        assert {KEY: READING} == two.readings([KEY])
        two.remember({OTHER: READING})
        assert {OTHER: READING} == one.readings([OTHER])


def test_nobody_else_may_look_into_the_directory_that_is_made_for_it(path: Path) -> None:
    with memory(path):
        assert 0o700 == path.parent.stat().st_mode & 0o777
