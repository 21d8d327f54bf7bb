"""A state file that cannot be used: a clear error with what to do, at `begin` at the latest, and the file left as it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from provisioner.core.errors import StateUnusable
from provisioner.core.model import Uid
from provisioner.state.sqlite import SqliteMemory
from tests.state.ledger_child import ENVIRONMENT, command, confined
from tests.state.ledger_values import ROOT, content, intent, kept, ledger, record

READ_ONLY = 'mount --bind "{0}" "{0}" && mount -o remount,ro,bind "{0}"'
TINY = 'mount -t tmpfs -o size=512k tmpfs "{0}"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def mounts(tmp_path: Path) -> None:
    tried = confined(f'mount --bind "{tmp_path}" "{tmp_path}"', "try", tmp_path / "tried.db")
    if "begun" not in tried.stdout:
        pytest.skip(f"this machine gives no name spaces to mount in: {tried.stderr.strip()}")


def refusal(path: Path) -> StateUnusable:
    with pytest.raises(StateUnusable) as caught, ledger(path, busy_seconds=0.05) as one:
        one.begin(intent())
    return caught.value


def test_a_file_that_another_program_has_locked_is_refused_at_begin_after_the_wait(path: Path) -> None:
    with ledger(path, busy_seconds=0.1) as one, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateUnusable) as caught:
            one.begin(intent())
        assert caught.value.message == f"the state file {path} is locked by another program"
        assert "the next pass tries again" in caught.value.next_step
        other.execute("ROLLBACK")
        one.begin(intent())
        assert (intent(),) == one.intents()


def test_a_file_that_is_held_for_one_program_alone_is_refused_when_it_is_opened(path: Path) -> None:
    with ledger(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert "is locked by another program" in refusal(path).message


@pytest.mark.usefixtures("mounts")
def test_a_full_disk_refuses_the_next_begin_and_loses_nothing_that_was_said(tmp_path: Path, path: Path) -> None:
    filled = confined(TINY.format(tmp_path), "fill", path)
    *begun, counts, message, next_step, _ = filled.stdout.splitlines()
    assert (message, next_step.split(";")[0]) == (f"the state file {path} cannot grow: the disk is full", "make room")
    settled, intents = map(int, counts.split())
    assert (len(begun), True) == (intents, settled > 0)


def test_a_file_that_may_not_grow_further_keeps_what_was_said_before(path: Path) -> None:
    with ledger(path):
        pass
    filled = subprocess.run(command("fill", path, 300_000), capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, check=True)
    *begun, counts, message, next_step, _ = filled.stdout.splitlines()
    assert "cannot be read or written: disk I/O error" in message
    assert "its quota" in next_step
    with ledger(path) as one:
        assert f"{len(one.records())} {len(begun)}" == counts
        assert [intent(f"i{number:04}", number=number) for number in range(len(begun))] == list(one.intents())
        assert all(one.body(each.content) is not None for each in one.records().values())
        one.begin(intent("room again"))


@pytest.mark.usefixtures("mounts")
def test_a_read_only_file_is_refused(path: Path) -> None:
    with ledger(path):
        tried = confined(READ_ONLY.format(path), "try", path)
    message, next_step = tried.stdout.splitlines()
    assert f"the state file {path} may not be written" in message
    assert "let the provisioner write the file and its directory" in next_step


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("name", ["state.db", "another.db"])
def test_a_read_only_directory_is_refused(tmp_path: Path, path: Path, name: str) -> None:
    with ledger(path):
        pass
    tried = confined(READ_ONLY.format(tmp_path), "try", tmp_path / name)
    message, next_step = tried.stdout.splitlines()
    assert message.startswith(f"the state file {tmp_path / name} cannot be ")
    assert "its directory and their permissions" in next_step


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_is_refused(tmp_path: Path, path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "cannot be used: Permission denied" in refusal(path).message
    finally:
        tmp_path.chmod(0o700)


def test_a_directory_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    error = refusal(path)
    assert f"the state file {path} cannot be opened" in error.message
    assert "look at the path" in error.next_step


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    assert "cannot be used" in refusal(tmp_path / "file" / "state.db").message


# Damage


def test_a_file_that_is_no_database_is_refused_with_the_remedy_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"this is no database at all, but long enough to be looked at as one" * 100)
    before = path.read_bytes()
    error = refusal(path)
    assert f"the state file {path} is damaged: file is not a database" == error.message
    assert f"move {path} (and its -wal, -shm) away" in error.next_step
    assert "adopts what is identical and reports the rest" in error.next_step
    assert isinstance(error.__cause__, sqlite3.DatabaseError)
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_file_that_is_damaged_within_is_refused_when_that_is_met(path: Path) -> None:
    with ledger(path) as one:
        one.note([record(f"u{number}") for number in range(500)])
    raw = bytearray(path.read_bytes())
    for page in range(12 * 4096, len(raw), 4096):
        raw[page : page + 64] = b"\xff" * 64
    path.write_bytes(raw)
    with ledger(path) as one, pytest.raises(StateUnusable, match="is damaged"):
        one.records()
    assert bytes(raw) == path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE record SET body = '[1, 2'",
        "UPDATE record SET body = '[1, 2]'",
        "UPDATE record SET body = 7",
        "UPDATE intent SET body = replace(body, 'update', 'upset')",
        "UPDATE kept SET body = '{}'",
        "UPDATE body SET packed = substr(packed, 1, 12)",
    ],
)
def test_a_row_that_is_not_what_was_written_is_never_half_understood(path: Path, damage: str) -> None:
    with ledger(path) as one:
        one.settle(Uid("cpu"), record(), {"title": "CPU", "text": "words and more words"})
        one.begin(intent())
        one.keep(kept(), {"title": "CPU"})
    with closing(sqlite3.connect(path)) as direct, direct:
        direct.execute(damage)
    with ledger(path) as one, pytest.raises(StateUnusable, match="is damaged: a row cannot be understood"):
        assert (one.records(), one.intents(), one.kept(), one.body(content())) is None


def test_the_memory_does_without_a_damaged_file_and_leaves_it_to_be_looked_at(path: Path) -> None:
    path.write_bytes(b"this is no database at all, but long enough to be looked at as one" * 100)
    before = path.read_bytes()
    memory = SqliteMemory(str(path), today=lambda: 1, rules="these")
    memory.remember_fingerprints({"f": content()})
    assert {} == memory.fingerprints(["f"])
    assert memory.trouble is not None
    assert "is damaged" in memory.trouble
    assert before == path.read_bytes()
    memory.close()


def test_a_refused_write_leaves_nothing_of_itself(path: Path) -> None:
    class Unwritable:
        """No JSON can be made of it, which is met after the record was put."""

    with ledger(path) as one:
        one.begin(intent())
        with pytest.raises(TypeError):
            one.settle(Uid("cpu"), record(), {"title": Unwritable()})
        assert ({}, (intent(),)) == (one.records(), one.intents())
        one.settle(Uid("cpu"), record())
        assert ({Uid("cpu"): record()}, ()) == (one.records(), one.intents())


def test_a_uid_that_no_encoding_takes_is_refused_in_words(path: Path) -> None:
    with ledger(path) as one, pytest.raises(StateUnusable, match="half a character"):
        one.begin(intent("\ud83d"))
