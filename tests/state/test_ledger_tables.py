"""The file of an earlier release gets our tables and keeps what it has; one of a later release, or of another program, is refused."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.core.errors import StateUnusable
from provisioner.core.model import Uid
from provisioner.core.server import Mark
from provisioner.state.file import StateFile
from provisioner.state.sqlite import SqliteMemory
from provisioner.state.tables import TABLES_VERSION
from tests.state.ledger_values import content, intent, kept, ledger, record

# As the release before this one made it.
VERSION_1 = """
CREATE TABLE about (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reading (key TEXT NOT NULL PRIMARY KEY, body BLOB NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE fingerprint (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO about VALUES ('rules', 'these');
INSERT INTO fingerprint VALUES ('f', '1:abc', 1);
PRAGMA user_version = 1;
"""
BACK_TO_1 = "DROP TABLE about; DROP TABLE reading; DROP TABLE fingerprint;" + VERSION_1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def script(path: Path, statements: str) -> None:
    with closing(sqlite3.connect(path)) as direct:
        direct.executescript(statements)


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as direct:
        return int(direct.execute("PRAGMA user_version").fetchone()[0])


def fingerprints(path: Path) -> dict[str, str]:
    memory = SqliteMemory(str(path), today=lambda: 1, rules="these")
    try:
        assert memory.trouble is None
        return dict(memory.fingerprints(["f"]))
    finally:
        memory.close()


def test_a_file_of_version_1_gets_records_and_keeps_its_readings(path: Path) -> None:
    script(path, "PRAGMA journal_mode = WAL;" + VERSION_1)
    with ledger(path) as one:
        one.note([record()])
    assert (TABLES_VERSION, {"f": "1:abc"}) == (version(path), fingerprints(path))


def test_the_memory_alone_brings_a_file_of_version_1_up_to_date_too(path: Path) -> None:
    script(path, VERSION_1)
    assert ({"f": "1:abc"}, TABLES_VERSION) == (fingerprints(path), version(path))


def test_records_survive_a_release_that_knows_nothing_of_them(path: Path) -> None:
    with ledger(path) as one:
        one.settle(Uid("cpu"), record(), {"title": "CPU"})
        one.begin(intent("disk"))
    script(path, BACK_TO_1)
    with ledger(path) as one:
        assert ({Uid("cpu"): record()}, (intent("disk"),)) == (one.records(), one.intents())
        assert {"title": "CPU"} == one.body(content())
    assert TABLES_VERSION == version(path)


def test_an_intent_of_version_2_had_no_message_and_is_kept(path: Path) -> None:
    with ledger(path) as one:
        one.begin(intent("disk"))
        one.begin(replace(intent("cpu"), message="cpu.json at beef"))
    script(path, "UPDATE intent SET body = json_remove(body, '$[5]'); PRAGMA user_version = 2;")
    with ledger(path) as one:
        assert (intent("disk"), intent("cpu")) == one.intents()
    assert TABLES_VERSION == version(path)


def test_marks_of_version_2_had_no_state_and_are_kept(path: Path) -> None:
    with ledger(path) as one:
        one.note([record()])
        one.begin(intent("disk"))
        one.begin(replace(intent("net"), before=None, record=None))
        one.keep(kept(), {"title": "CPU"})
    script(
        path,
        """UPDATE record SET body = json_remove(body, '$[17]'); UPDATE kept SET body = json_remove(body, '$[11]');
        UPDATE intent SET body = json_remove(body, '$[2][2]', '$[3][17]', '$[5]'); PRAGMA user_version = 2;""",
    )
    with ledger(path) as one:
        assert {Uid("cpu"): record()} == one.records()
        assert (intent("disk"), replace(intent("net"), before=None, record=None)) == one.intents()
        assert (kept(),) == one.kept()


def test_a_mark_keeps_its_state_in_records_intents_and_kept_bodies(path: Path) -> None:
    mark = Mark(7, 3, "1795321965782001")
    written = replace(record(), mark=mark)
    begun, body = replace(intent(), before=mark, record=written), replace(kept(), mark=mark)
    with ledger(path) as one:
        one.note([written])
        one.begin(begun)
        one.keep(body, {"title": "CPU"})
    with ledger(path) as one:
        assert ({Uid("cpu"): written}, (begun,), (body,)) == (one.records(), one.intents(), one.kept())


def test_a_file_that_a_crash_left_half_made_is_finished(path: Path) -> None:
    script(path, VERSION_1.replace("PRAGMA user_version = 1;", "DROP TABLE fingerprint;"))
    with ledger(path) as one:
        one.note([record()])
    assert ({}, TABLES_VERSION) == (fingerprints(path), version(path))


def test_a_file_of_a_later_release_is_refused_and_left_as_it_is(path: Path) -> None:
    with ledger(path) as one:
        one.note([record()])
    script(path, "PRAGMA user_version = 9; PRAGMA wal_checkpoint(TRUNCATE);")
    before = path.read_bytes()
    with pytest.raises(StateUnusable, match=r"written by a later release \(tables of version 9, we know 4\)") as caught:
        StateFile(str(path))
    assert "use that release" in caught.value.next_step
    memory = SqliteMemory(str(path), today=lambda: 1, rules="others")
    memory.remember_fingerprints({"f": content()})
    memory.close()
    assert memory.trouble is not None
    assert "later release" in memory.trouble
    assert before == path.read_bytes()


@pytest.mark.parametrize(
    "theirs",
    [
        "CREATE TABLE dashboard (uid TEXT);",
        "CREATE TABLE dashboard (uid TEXT); PRAGMA user_version = 1;",
        "CREATE TABLE dashboard (uid TEXT); PRAGMA user_version = 7;",
        VERSION_1 + "PRAGMA application_id = 77;",
        "PRAGMA user_version = -1;",
    ],
)
def test_the_database_of_another_program_is_refused_and_left_as_it_is(path: Path, theirs: str) -> None:
    script(path, theirs)
    before = path.read_bytes()
    with pytest.raises(StateUnusable, match="is the database of another program") as caught:
        StateFile(str(path))
    assert "name another file under `state.path`" in caught.value.next_step
    assert before == path.read_bytes()


def test_many_who_open_a_new_file_at_once_all_get_it(path: Path) -> None:
    def work(number: int) -> None:
        with ledger(path) as one:
            one.note([record(f"u{number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    with ledger(path) as one:
        assert {f"u{number}" for number in range(16)} == set(one.records())
