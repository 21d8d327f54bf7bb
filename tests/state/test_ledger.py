"""Records, folders, intents, kept bodies and confirmations: what is kept is given back, by target, across restarts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.model import FolderUid, ReadingKey, TargetName, Uid
from provisioner.core.ports import Ledger
from provisioner.core.records import Action, Intent, Why
from provisioner.core.server import Mark
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from provisioner.state.sqlite import SqliteMemory
from tests.state.ledger_values import DAY, TARGET, content, folder, intent, kept, ledger, record

CPU, DISK = Uid("cpu"), Uid("disk")
BODY: dict[str, Any] = {"title": "CPU", "panels": [{"id": 1, "title": "Load ≥ 1"}], "schemaVersion": 39}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.db"


# Writes


def test_a_new_ledger_is_empty_and_is_a_ledger(path: Path) -> None:
    with ledger(path) as opened:
        one: Ledger = opened
        assert ({}, {}, (), ()) == (one.records(), one.folders(), one.intents(), one.kept())


def test_what_was_begun_is_found_after_a_restart_oldest_first(path: Path) -> None:
    create = Intent(DISK, Action.CREATE, None, record("disk"), "2026-11-22T12:00:01Z")
    delete = Intent(Uid("net"), Action.DELETE, Mark(3, 9), None, "2026-11-22T12:00:02Z")
    with ledger(path) as one:
        one.begin(intent())
        one.begin(create)
        one.begin(delete)
    with ledger(path) as one:
        assert (intent(), create, delete) == one.intents()


def test_an_older_intent_of_the_uid_is_replaced(path: Path) -> None:
    with ledger(path) as one:
        one.begin(intent(number=1))
        one.begin(intent(number=2))
        assert (intent(number=2),) == one.intents()


def test_what_is_settled_is_recorded_and_its_intent_is_gone(path: Path) -> None:
    with ledger(path) as one:
        one.begin(intent())
        one.begin(intent("disk"))
        one.settle(CPU, record(version=5), BODY)
    with ledger(path) as one:
        assert {CPU: record(version=5)} == one.records()
        assert (intent("disk"),) == one.intents()
        assert one.body(content()) == BODY


def test_a_deletion_that_is_settled_leaves_no_record(path: Path) -> None:
    with ledger(path) as one:
        one.note([record(), record("disk")])
        one.begin(intent())
        one.settle(CPU, None)
        assert ({DISK: record("disk")}, ()) == (one.records(), one.intents())


def test_what_is_abandoned_leaves_the_record_as_it_was(path: Path) -> None:
    with ledger(path) as one:
        one.note([record(version=3)])
        one.begin(intent(number=9))
        one.abandon(CPU)
        assert ({CPU: record(version=3)}, ()) == (one.records(), one.intents())


def test_records_are_noted_without_touching_an_intent(path: Path) -> None:
    adopted = replace(record("disk"), written=False, derived=True, commit=None, missing_since="2026-11-22T11:00:00Z", titles=())
    with ledger(path) as one:
        one.begin(intent())
        one.note([record(), adopted])
        one.note([record(path="moved.json")])
    with ledger(path) as one:
        assert {CPU: record(path="moved.json"), DISK: adopted} == one.records()
        assert (intent(),) == one.intents()


def test_what_is_forgotten_is_gone_and_the_rest_stays(path: Path) -> None:
    with ledger(path) as one:
        one.note([record(), record("disk")])
        one.forget([CPU, Uid("never-there")])
        assert {DISK: record("disk")} == one.records()


def test_noting_and_forgetting_nothing_writes_nothing(path: Path) -> None:
    with ledger(path) as one:
        wal = path.with_name("state.db-wal")
        one.note([record()])
        before = wal.stat().st_size
        one.note([])
        one.forget([])
        one.sweep("2026-11-22T12:00:00Z")
        assert not one.take_confirmed("never")
        assert before == wal.stat().st_size


def test_what_is_handed_out_is_the_caller_s_own(path: Path) -> None:
    with ledger(path) as one:
        one.note([record()])
        one.records().clear()
        assert {CPU: record()} == one.records()


def test_texts_that_no_encoding_takes_are_kept_as_they_are(path: Path) -> None:
    odd = record(title="half \ud83d of a face, NUL \0, \u2028", path="caf\udce9/\udcff.json")
    with ledger(path) as one:
        one.begin(replace(intent(), record=odd))
        one.settle(CPU, odd, {"title": odd.title, "big": 2**70, "one": 1.0, "z": 0, "a": None})
    with ledger(path) as one:
        assert {CPU: odd} == one.records()
        assert '{"title": "half \\ud83d' in repr(one.body(content())).replace("'", '"')
        assert [("big", 2**70), ("one", 1.0), ("z", 0), ("a", None)] == list((one.body(content()) or {}).items())[1:]


def test_folders_that_we_made_are_known_by_uid(path: Path) -> None:
    with ledger(path) as one:
        one.note_folder(folder())
        one.note_folder(folder("disks", "Disks"))
        one.note_folder(folder("hosts", "Hosts, renamed"))
        one.forget_folder(FolderUid("disks"))
    with ledger(path) as one:
        assert {FolderUid("hosts"): folder("hosts", "Hosts, renamed")} == one.folders()


def test_targets_know_nothing_of_each_other(path: Path) -> None:
    with ledger(path) as one:
        one.note([record()])
        one.begin(intent())
        one.note_folder(folder())
        one.keep(kept(), BODY)
        one.confirm("digest", "2026-11-22T12:00:00Z")
    with ledger(path, TargetName("staging")) as other:
        other.settle(CPU, None)
        other.forget([CPU])
        other.forget_folder(FolderUid("hosts"))
        assert ({}, {}, (), ()) == (other.records(), other.folders(), other.intents(), other.kept())
        assert not other.take_confirmed("digest")
    with ledger(path) as one:
        assert ({CPU: record()}, (intent(),), (kept(),)) == (one.records(), one.intents(), one.kept())
        assert one.take_confirmed("digest")


# Kept bodies


def test_what_is_kept_comes_back_newest_first_of_one_or_of_all(path: Path) -> None:
    early, late = kept(number=1, when="2026-11-22T12:00:00.5Z"), kept(number=2, when="2026-11-22T14:00:01+01:00")
    other = kept("disk", number=3, when="2026-11-22T12:00:00Z")
    with ledger(path) as one:
        for each in (late, other, early):
            one.keep(each, BODY)
        assert (late, early, other) == one.kept()
        assert (late, early) == one.kept(CPU)
        assert () == one.kept(Uid("net"))


def test_the_same_state_kept_twice_is_one_row_with_its_time_begun_anew(path: Path) -> None:
    again = kept(when="2026-11-22T18:00:00Z")
    with ledger(path) as one:
        one.keep(kept(), BODY)
        one.keep(again, BODY)
        one.keep(kept(why=Why.BEFORE_OVERWRITE), BODY)
        assert (again, kept(why=Why.BEFORE_OVERWRITE)) == one.kept()


def test_a_body_is_stored_once_however_many_need_it(path: Path) -> None:
    bodies = "SELECT count(*) FROM body"
    file = StateFile(str(path))
    for target in ("production", "staging"):
        one = SqliteLedger(file, TargetName(target), keep_seconds=DAY)
        one.keep(kept(), BODY)
        one.settle(CPU, record(), BODY)
        one.settle(DISK, record("disk"), BODY)
    with file.reading() as connection:
        assert [(1,)] == connection.execute(bodies).fetchall()
    file.close()


def test_a_body_that_is_not_there_is_none(path: Path) -> None:
    with ledger(path) as one:
        assert one.body(content()) is None


def test_what_was_kept_goes_after_its_time_and_not_before(path: Path) -> None:
    with ledger(path, keep_seconds=60) as one:
        one.keep(kept(), BODY)
        assert 0 == one.sweep("2026-11-22T12:01:00Z")
        assert one.body(content()) == BODY
        assert 1 == one.sweep("2026-11-22T12:01:01Z")
        assert ((), None) == (one.kept(), one.body(content()))


def test_the_base_of_a_record_stays_for_as_long_as_the_record(path: Path) -> None:
    with ledger(path, keep_seconds=0) as one:
        one.settle(CPU, record(), BODY)
        one.sweep("2036-01-01T00:00:00Z")
        assert one.body(content()) == BODY
        one.settle(CPU, record(number=1), {"title": "next"})
        one.sweep("2036-01-01T00:00:00Z")
        assert (None, {"title": "next"}) == (one.body(content()), one.body(content(1)))


def test_a_body_that_an_intent_would_record_is_not_swept_away(path: Path) -> None:
    with ledger(path, keep_seconds=0) as one:
        one.keep(kept(number=2), BODY)
        one.begin(intent(number=2))
        one.sweep("2036-01-01T00:00:00Z")
        assert one.body(content(2)) == BODY
        one.abandon(CPU)
        one.sweep("2036-01-01T00:00:00Z")
        assert one.body(content(2)) is None


def test_forgetting_a_record_leaves_what_was_kept_of_it(path: Path) -> None:
    with ledger(path) as one:
        one.settle(CPU, record(), BODY)
        one.keep(kept(), BODY)
        one.forget([CPU])
        one.sweep("2026-11-22T13:00:00Z")
        assert ((kept(),), BODY) == (one.kept(CPU), one.body(content()))


# Confirmations


def test_a_confirmation_is_used_up_by_asking(path: Path) -> None:
    with ledger(path) as one:
        one.confirm("digest", "2026-11-22T12:00:00Z")
        one.confirm("digest", "2026-11-22T12:00:01Z")
    with ledger(path) as one:
        assert not one.take_confirmed("another")
        assert [True, False] == [one.take_confirmed("digest"), one.take_confirmed("digest")]


def test_a_confirmation_that_nobody_used_does_not_lie_there_for_ever(path: Path) -> None:
    with ledger(path, keep_seconds=60) as one:
        one.confirm("digest", "2026-11-22T12:00:00Z")
        one.sweep("2026-11-22T12:02:00Z")
        assert not one.take_confirmed("digest")


def test_two_who_ask_at_once_are_not_both_allowed(path: Path) -> None:
    begin = threading.Barrier(4)
    file = StateFile(str(path))
    one = SqliteLedger(file, TARGET, keep_seconds=DAY)
    one.confirm("digest", "2026-11-22T12:00:00Z")

    def ask(_: int) -> bool:
        begin.wait()
        return one.take_confirmed("digest")

    with ThreadPoolExecutor(4) as pool:
        assert [False, False, False, True] == sorted(pool.map(ask, range(4)))
    file.close()


# One file, many hands


def test_what_another_process_wrote_is_seen_at_once(path: Path) -> None:
    with ledger(path) as one, ledger(path) as two:
        one.note([record()])
        assert {CPU: record()} == two.records()
        one.settle(CPU, record(version=2))
        assert {CPU: record(version=2)} == two.records()
        two.forget([CPU])
        assert {} == one.records()


def test_two_ledgers_of_one_target_on_one_open_file_see_each_other(path: Path) -> None:
    file = StateFile(str(path))
    one, two = (SqliteLedger(file, TARGET, keep_seconds=DAY) for _ in range(2))
    one.note([record()])
    assert {CPU: record()} == two.records()
    two.note([record(version=2)])
    assert {CPU: record(version=2)} == one.records()
    file.close()


def test_threads_may_write_at_the_same_time(path: Path) -> None:
    begin = threading.Barrier(4)

    def work(number: int) -> None:
        begin.wait()
        for turn in range(20):
            uid = f"{number}-{turn}"
            one.begin(intent(uid))
            one.records()
            one.settle(Uid(uid), record(uid), BODY)

    with ledger(path) as one, ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
        assert (80, ()) == (len(one.records()), one.intents())


def test_the_memory_and_the_ledger_share_one_file(path: Path) -> None:
    memory = SqliteMemory(str(path), today=lambda: 1, rules="these")
    with ledger(path) as one:
        one.note([record()])
        memory.remember_fingerprints({"f": content()})
        one.begin(intent())
        assert {"f": content()} == memory.fingerprints(["f"])
        assert ({}, None) == (memory.readings([ReadingKey("json:1")]), memory.trouble)
        assert ({CPU: record()}, (intent(),)) == (one.records(), one.intents())
    memory.close()


def test_what_is_written_around_a_request_is_flushed_to_the_disk(path: Path) -> None:
    file = StateFile(str(path))
    with file.reading() as connection:
        assert [(2,)] == connection.execute("PRAGMA synchronous").fetchall()  # FULL
        assert [("wal",)] == connection.execute("PRAGMA journal_mode").fetchall()
    file.close()


def test_nobody_else_may_look_into_the_file_and_its_directory(path: Path) -> None:
    with ledger(path) as one:
        one.note([record()])
        assert [0o700, 0o600, 0o600] == [each.stat().st_mode & 0o777 for each in (path.parent, path, path.with_name("state.db-wal"))]
