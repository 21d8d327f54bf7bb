"""kill -9 between any two steps, and a power cut in any write: the file opens, and holds each step wholly or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.core.model import Uid
from provisioner.state.ledger import SqliteLedger
from tests.state.ledger_child import start
from tests.state.ledger_values import intent, kept, ledger, record


def killed_after(path: Path, what: str, lines: int) -> list[str]:
    """Starts the child, kills it when it has said so much, and gives all that it said."""
    with start(what, path) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.readlines()
    return [line.strip() for line in said]


def test_a_process_killed_between_begin_and_settle_leaves_its_intent(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    assert ["begun"] == killed_after(path, "begin", 1)
    with ledger(path) as one:
        assert ((intent(),), {}) == (one.intents(), one.records())
        one.abandon(Uid("cpu"))
        assert () == one.intents()


@pytest.mark.parametrize("lines", [1, 2, 7, 60, 151])
def test_a_process_killed_while_it_works_leaves_all_that_it_said_and_no_half_of_the_rest(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "state.db"
    said = [line.split() for line in killed_after(path, "work", lines)]
    begun, settled = (max((int(rest[0]) for word, *rest in said if word == which), default=-1) for which in ("begun", "settled"))
    with ledger(path) as one:
        recorded = len(one.records())
        # The last thing done may not have been said any more.
        assert recorded - 1 in {settled, settled + 1}
        assert {f"u{number:06}": record(f"u{number:06}", number=number) for number in range(recorded)} == one.records()
        assert [] == [each for number, each in enumerate(one.records().values()) if (one.body(each.content) or {}).get("number") != number]
        open_ones = [intent(f"u{number:06}", number=number) for number in range(recorded, begun + 1)]
        assert list(one.intents()) in (open_ones, [intent(f"u{recorded:06}", number=recorded)])
        assert all((one.body(each.content) or {})["kept"] == int(each.uid[1:]) for each in one.kept())
        assert len(one.kept()) in {max(recorded, begun + 1), max(recorded, begun + 1) + 1}


State = tuple[object, ...]


def state(one: SqliteLedger) -> State:
    contents = [each.content for each in one.records().values()] + [each.content for each in one.kept()]
    return one.records(), one.intents(), one.kept(), [one.body(each) for each in contents]


def steps(one: SqliteLedger) -> list[State]:
    """What is in the ledger after each of its transactions."""
    seen = [state(one)]
    for number in range(4):
        uid = Uid(f"u{number}")
        one.keep(kept(uid, number=-1 - number), {"kept": number})
        seen.append(state(one))
        one.begin(intent(uid, number=number))
        seen.append(state(one))
        one.settle(uid, record(uid, number=number), {"number": number, "text": "x" * 9_000})
        seen.append(state(one))
    one.note([record(f"n{number}") for number in range(200)])
    seen.append(state(one))
    one.forget([Uid(f"n{number}") for number in range(200)])
    return [*seen, state(one)]


def test_a_power_cut_in_any_write_leaves_the_state_after_one_of_the_transactions(tmp_path: Path) -> None:
    path, copy = tmp_path / "state.db", tmp_path / "copy.db"
    with ledger(path):
        pass
    with ledger(path) as one:
        seen = steps(one)
        log = path.with_name("state.db-wal").read_bytes()
        page_file = path.read_bytes()
    found: list[int] = []
    # What the power cut left of the log: lengths in the middle of pages as well as between them.
    for length in range(0, len(log) + 1, len(log) // 150):
        copy.write_bytes(page_file)
        copy.with_name("copy.db-wal").write_bytes(log[:length])
        with ledger(copy) as one:
            found.append(seen.index(state(one)))
    assert sorted(found) == found
    assert set(range(len(seen) - 2)) <= set(found)
