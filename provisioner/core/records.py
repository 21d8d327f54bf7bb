"""What is kept of what was done: records, folders that were made, intents, kept bodies (DESIGN sections 2, 5 and 6).

In: nothing. Out: frozen values. `state/` keeps them, `plan.py` decides by them. Times are ISO 8601 in UTC, handed in by whoever has a
clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.model import BlobId, Fingerprint, FolderUid, SourceName, Uid
from provisioner.core.server import Mark


@dataclass(frozen=True, slots=True)
class Record:
    """What we last applied to one target for one uid, and the mark that the server answered with.

    `key` names what was sent (`canonical.fingerprint_key`): an equal key needs no parsing. `content` is its fingerprint. `folder` is the
    live
    folder that it was put into, `titles` the way to it. `written` is False when it was adopted as identical, without a write.
    `missing_since`
    is when its file was first found gone from a complete snapshot, None while it is there.
    """

    uid: Uid
    title: str
    source: SourceName
    path: str
    index: int
    blob: BlobId
    commit: str | None
    key: str
    content: Fingerprint
    folder: FolderUid
    titles: tuple[str, ...]
    mark: Mark
    applied: str
    derived: bool = False
    written: bool = True
    missing_since: str | None = None


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder that we made. `path` is the directory that it stands for. `made` is "" from before it is made until that is known: killed in
    between, the next pass finds out by reading the server.
    """

    uid: FolderUid
    title: str
    parent: FolderUid
    path: str
    made: str


class Action(StrEnum):
    """What an intent is about to do."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Intent:
    """Said before a write, taken back with its outcome. One that is found at the start of a pass is resolved by reading the server.

    `record` is what will be recorded when the write turns out to have been done (its mark is not known yet: `Mark(0, 0)`); None for a
    delete, and for a write that leaves the record as it is. `message` is what the server's history will show beside the write.
    """

    uid: Uid
    action: Action
    before: Mark | None
    record: Record | None
    begun: str
    message: str = ""


class Why(StrEnum):
    """Why a body is kept."""

    BASE = "base"
    """What we wrote: the base of a three-way comparison."""
    BEFORE_OVERWRITE = "before-overwrite"
    """What a policy (git-wins, take-over, revert) replaced."""
    BEFORE_DELETE = "before-delete"
    OVERWROTE_EDIT = "overwrote-edit"
    """An edit that slipped in between the server's check and our write."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept state of one dashboard: enough to put it back. Its body is found by `content`. `author` and `updated` are the server's
    words.
    """

    uid: Uid
    title: str
    folder: FolderUid
    titles: tuple[str, ...]
    content: Fingerprint
    mark: Mark
    author: str
    updated: str
    why: Why
    kept: str
