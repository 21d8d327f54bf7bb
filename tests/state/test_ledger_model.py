"""Any sequence of operations, restarts among them, leaves what plain dictionaries would hold."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from provisioner.core.model import Fingerprint, FolderUid, TargetName, Uid
from provisioner.core.records import Action, FolderRecord, Intent, Kept, Record, Why
from provisioner.core.server import Mark
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from tests.state.ledger_values import content, folder, kept, record

KEEP = 100
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
TARGETS = (TargetName("production"), TargetName("staging"))

targets = st.sampled_from(TARGETS)
uids = st.sampled_from([Uid(each) for each in ("cpu", "disk", "net", "ü ' \" %")])
texts = st.text(alphabet=st.characters(), max_size=8) | st.sampled_from(["\udcff", "\ud83d", "\0", ""])
numbers = st.integers(0, 5)
marks = st.builds(Mark, st.integers(0, 2**63 - 1), st.integers(0, 9))
moments = st.integers(0, 400).map(lambda seconds: (START + timedelta(seconds=seconds)).isoformat())


@st.composite
def records(draw: st.DrawFn) -> Record:
    made = record(draw(uids), number=draw(numbers), title=draw(texts), path=draw(texts))
    return replace(
        made,
        commit=draw(st.none() | texts),
        titles=tuple(draw(st.lists(texts, max_size=2))),
        mark=draw(marks),
        derived=draw(st.booleans()),
        written=draw(st.booleans()),
        missing_since=draw(st.none() | moments),
    )


@st.composite
def states(draw: st.DrawFn) -> Kept:
    made = kept(draw(uids), number=draw(numbers), when=draw(moments), why=draw(st.sampled_from(Why)))
    return replace(made, author=draw(texts))


def body(content: Fingerprint) -> dict[str, Any]:
    return {"title": content, "panels": [{"é\ud83d": [1, 1.5, None, True, content]}]}


class Model:
    """What one target should hold."""

    def __init__(self) -> None:
        self.records: dict[Uid, Record] = {}
        self.intents: dict[Uid, Intent] = {}
        self.folders: dict[FolderUid, FolderRecord] = {}
        self.kept: dict[object, Kept] = {}
        self.confirmed: dict[str, str] = {}

    def newest_first(self) -> list[Kept]:
        numbered = sorted(enumerate(self.kept.values()), key=lambda pair: (datetime.fromisoformat(pair[1].kept), pair[0]), reverse=True)
        return [each for _, each in numbered]

    def needed(self) -> set[Fingerprint]:
        intended = {each.record.content for each in self.intents.values() if each.record is not None}
        return {each.content for each in self.records.values()} | {each.content for each in self.kept.values()} | intended

    def sweep(self, now: datetime) -> None:
        self.kept = {key: each for key, each in self.kept.items() if not over(each.kept, now)}
        self.confirmed = {digest: when for digest, when in self.confirmed.items() if not over(when, now)}


def over(when: str, now: datetime) -> bool:
    return datetime.fromisoformat(when) + timedelta(seconds=KEEP) < now


class LedgerMachine(RuleBasedStateMachine):
    """Two targets in one file, beside two models and the bodies that they share."""

    @initialize()
    def open(self) -> None:
        self.room = tempfile.TemporaryDirectory()
        self.models = {each: Model() for each in TARGETS}
        self.bodies: set[Fingerprint] = set()
        self._open()

    def _open(self) -> None:
        self.file = StateFile(str(Path(self.room.name) / "state.db"))
        self.ledgers: Mapping[TargetName, SqliteLedger] = {each: SqliteLedger(self.file, each, keep_seconds=KEEP) for each in TARGETS}

    @rule()
    def restart(self) -> None:
        self.file.close()
        self._open()

    @rule(on=targets, made=records(), action=st.sampled_from(Action), before=st.none() | marks, begun=moments)
    def begin(self, on: TargetName, made: Record, action: Action, before: Mark | None, begun: str) -> None:
        intent = Intent(made.uid, action, before, None if action is Action.DELETE else made, begun)
        self.ledgers[on].begin(intent)
        self.models[on].intents.pop(made.uid, None)
        self.models[on].intents[made.uid] = intent

    @rule(on=targets, made=records(), with_body=st.booleans())
    def settle(self, on: TargetName, made: Record, *, with_body: bool) -> None:
        self.ledgers[on].settle(made.uid, made, body(made.content) if with_body else None)
        self.models[on].records[made.uid] = made
        self.models[on].intents.pop(made.uid, None)
        self.bodies |= {made.content} if with_body else set()

    @rule(on=targets, uid=uids)
    def settle_without_a_record(self, on: TargetName, uid: Uid) -> None:
        self.ledgers[on].settle(uid, None)
        self.models[on].records.pop(uid, None)
        self.models[on].intents.pop(uid, None)

    @rule(on=targets, uid=uids)
    def abandon(self, on: TargetName, uid: Uid) -> None:
        self.ledgers[on].abandon(uid)
        self.models[on].intents.pop(uid, None)

    @rule(on=targets, made=st.lists(records(), max_size=4))
    def note(self, on: TargetName, made: list[Record]) -> None:
        self.ledgers[on].note(iter(made))
        self.models[on].records.update({each.uid: each for each in made})

    @rule(on=targets, gone=st.sets(uids))
    def forget(self, on: TargetName, gone: set[Uid]) -> None:
        self.ledgers[on].forget(iter(gone))
        for each in gone:
            self.models[on].records.pop(each, None)

    @rule(on=targets, uid=st.sampled_from(["a", "b"]), title=texts)
    def note_folder(self, on: TargetName, uid: str, title: str) -> None:
        self.ledgers[on].note_folder(folder(uid, title))
        self.models[on].folders[FolderUid(uid)] = folder(uid, title)

    @rule(on=targets, uid=st.sampled_from(["a", "b"]))
    def forget_folder(self, on: TargetName, uid: str) -> None:
        self.ledgers[on].forget_folder(FolderUid(uid))
        self.models[on].folders.pop(FolderUid(uid), None)

    @rule(on=targets, made=states())
    def keep(self, on: TargetName, made: Kept) -> None:
        self.ledgers[on].keep(made, body(made.content))
        key = (made.uid, made.content, made.mark, made.why)
        self.models[on].kept.pop(key, None)
        self.models[on].kept[key] = made
        self.bodies.add(made.content)

    @rule(on=targets, digest=st.sampled_from(["one", "two"]), when=moments)
    def confirm(self, on: TargetName, digest: str, when: str) -> None:
        self.ledgers[on].confirm(digest, when)
        self.models[on].confirmed[digest] = when

    @rule(on=targets, digest=st.sampled_from(["one", "two"]))
    def take_confirmed(self, on: TargetName, digest: str) -> None:
        expected = self.models[on].confirmed.pop(digest, None) is not None
        assert expected == self.ledgers[on].take_confirmed(digest)

    @rule(on=targets, now=moments)
    def sweep(self, on: TargetName, now: str) -> None:
        for model in self.models.values():
            model.sweep(datetime.fromisoformat(now))
        needed = set[Fingerprint]().union(*(model.needed() for model in self.models.values()))
        assert len(self.bodies - needed) == self.ledgers[on].sweep(now)
        self.bodies &= needed

    @invariant()
    def both_hold_the_same(self) -> None:
        for on, model in getattr(self, "models", {}).items():
            one = self.ledgers[on]
            assert model.records == one.records()
            assert tuple(model.intents.values()) == one.intents()
            assert model.folders == one.folders()
            assert frozenset(model.confirmed) == one.confirmed()
            assert tuple(model.newest_first()) == one.kept()
            assert tuple(each for each in model.newest_first() if each.uid == "cpu") == one.kept(Uid("cpu"))

    @invariant()
    def the_bodies_are_there_and_no_others(self) -> None:
        for each in map(content, range(6) if hasattr(self, "file") else ()):
            assert (body(each) if each in self.bodies else None) == self.ledgers[TARGETS[0]].body(each)

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
            self.room.cleanup()


TestAnySequence = LedgerMachine.TestCase
TestAnySequence.pytestmark = [pytest.mark.timeout(1_200)]  # type: ignore[attr-defined]  # pytest looks for it; the deep profile takes minutes
