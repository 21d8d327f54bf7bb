"""Values to keep, and a ledger to keep them in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioner.core.model import BlobId, Fingerprint, FolderUid, SourceName, TargetName, Uid
from provisioner.core.records import Action, FolderRecord, Intent, Kept, Record, Why
from provisioner.core.server import Mark
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger

ROOT = Path(__file__).resolve().parents[2]
TARGET = TargetName("production")
NOON = "2026-11-22T12:00:00Z"
DAY = 86_400


@contextmanager
def ledger(path: Path, target: TargetName = TARGET, *, keep_seconds: int = DAY, busy_seconds: float = 5.0) -> Iterator[SqliteLedger]:
    """A ledger alone in its file."""
    file = StateFile(str(path), busy_seconds=busy_seconds)
    try:
        yield SqliteLedger(file, target, keep_seconds=keep_seconds)
    finally:
        file.close()


def content(number: int = 0) -> Fingerprint:
    return Fingerprint(f"1:{hashlib.sha256(str(number).encode()).hexdigest()}")


def record(uid: str = "cpu", *, number: int = 0, title: str = "CPU", path: str = "hosts/cpu.json", version: int = 1) -> Record:
    return Record(
        uid=Uid(uid),
        title=title,
        source=SourceName("platform"),
        path=path,
        index=0,
        blob=BlobId("b" * 40),
        commit="c" * 40,
        key=f"1:{'b' * 40}:0:-",
        content=content(number),
        folder=FolderUid("hosts"),
        titles=("Platform", "Hosts"),
        mark=Mark(7, version),
        applied=NOON,
    )


def intent(uid: str = "cpu", *, number: int = 0, begun: str = NOON) -> Intent:
    return Intent(Uid(uid), Action.UPDATE, Mark(7, 1), record(uid, number=number, version=0), begun)


def kept(uid: str = "cpu", *, number: int = 0, when: str = NOON, why: Why = Why.BEFORE_DELETE, version: int = 4) -> Kept:
    return Kept(
        Uid(uid),
        "CPU",
        FolderUid("hosts"),
        ("Platform", "Hosts"),
        content(number),
        Mark(7, version),
        "jonas",
        "2026-11-21T09:00:00Z",
        why,
        when,
    )


def folder(uid: str = "hosts", title: str = "Hosts") -> FolderRecord:
    return FolderRecord(FolderUid(uid), title, FolderUid("platform"), "hosts", NOON)
