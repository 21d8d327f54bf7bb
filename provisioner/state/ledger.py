"""The records of one target in the state file.

In: the open file, the name of the target, how long bodies are kept. Out: a `Ledger`. Each method is one transaction, flushed to the disk
before it returns: what was begun or settled survives a power cut. It decides nothing, and reads no clock: times are handed in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from provisioner.core.home import HomeRecord
from provisioner.core.model import Fingerprint, FolderUid, Json, TargetName, Uid
from provisioner.core.records import FolderRecord, Intent, Kept, Record
from provisioner.state import rows
from provisioner.state.file import StateFile

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PUT_RECORD = "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)"
_DROP_RECORD = "DELETE FROM record WHERE target = ? AND uid = ?"
_UNNEEDED_BODIES = """
DELETE FROM body WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.content = body.content)
                   AND NOT EXISTS (SELECT 1 FROM kept WHERE kept.content = body.content)
                   AND body.content NOT IN (SELECT content FROM intent WHERE content IS NOT NULL)
"""


class SqliteLedger:
    """A `Ledger` in the state file. `keep_seconds` is how long from its own time on a kept body, or a confirmation, stays."""

    def __init__(self, file: StateFile, target: TargetName, *, keep_seconds: int) -> None:
        self._file = file
        self._target = target
        self._keep_seconds = keep_seconds
        self._known: tuple[int | None, dict[Uid, Record]] | None = None

    def records(self) -> dict[Uid, Record]:
        """All records of the target, by uid. Read anew only when somebody else has changed one since: after a save of ours, the next
        pass of the daemon parses nothing.
        """
        with self._file.reading() as connection:
            stamp = self._stamp(connection)
            if self._known is None or self._known[0] != stamp:
                found = connection.execute("SELECT body FROM record WHERE target = ? ORDER BY uid", (self._target,))
                self._known = stamp, rows.records_in(text for (text,) in found)
            return self._known[1].copy()

    def folders(self) -> dict[FolderUid, FolderRecord]:
        """The folders that we made there."""
        found = self._read(rows.folder_in, "SELECT body FROM folder WHERE target = ?", self._target)
        return {each.uid: each for each in found}

    def intents(self) -> tuple[Intent, ...]:
        """Those without an outcome, in the order in which they were begun."""
        return self._read(rows.intent_in, "SELECT body FROM intent WHERE target = ? ORDER BY id", self._target)

    def begin(self, intent: Intent) -> None:
        """Before a write. An older intent of this uid is replaced."""
        content = None if intent.record is None else intent.record.content
        row = (self._target, intent.uid, content, rows.intent_out(intent))
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO intent (target, uid, content, body) VALUES (?, ?, ?, ?)", row)

    def settle(self, uid: Uid, record: Record | None, body: Mapping[str, Json] | None = None) -> None:
        """After it. `body` is kept as the base for as long as a record has this content; it is no row of `kept`."""
        with self._recording({uid: record}) as connection:
            if record is not None and body is not None:
                _put_body(connection, record.content, body)
            self._end_intent(connection, uid)

    def abandon(self, uid: Uid) -> None:
        """The write was certainly not done: the intent is gone, the record stays."""
        with self._file.writing() as connection:
            self._end_intent(connection, uid)

    def note(self, records: Iterable[Record]) -> None:
        """Records without a write, all in one transaction."""
        noted = {each.uid: each for each in records}
        if noted:
            with self._recording(noted):
                pass

    def forget(self, uids: Iterable[Uid]) -> None:
        """These records go, all in one transaction; kept bodies stay for their time."""
        gone = dict.fromkeys(uids)
        if gone:
            with self._recording(gone):
                pass

    def note_folder(self, folder: FolderRecord) -> None:
        """A folder that was made, renamed or moved."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO folder VALUES (?, ?, ?)", (self._target, folder.uid, rows.folder_out(folder)))

    def forget_folder(self, uid: FolderUid) -> None:
        """It is gone."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM folder WHERE target = ? AND uid = ?", (self._target, uid))

    def home(self) -> HomeRecord | None:
        """The home dashboard as we last set it, or found it as stated."""
        found = self._read(rows.home_in, "SELECT body FROM home WHERE target = ?", self._target)
        return found[0] if found else None

    def note_home(self, home: HomeRecord) -> None:
        """It was set, or is as stated."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO home VALUES (?, ?)", (self._target, rows.home_out(home)))

    def keep(self, kept: Kept, body: Mapping[str, Json]) -> None:
        """The same state for the same reason is kept once, its time begun anew: a pass repeated after a crash fills no list."""
        at = _microseconds(kept.kept)
        state = f"{kept.mark.id}:{kept.mark.version}:{kept.why.value}"
        row = (self._target, kept.uid, kept.content, state, at, self._until(at), rows.kept_out(kept))
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO kept (target, uid, content, state, at, until, body) VALUES (?, ?, ?, ?, ?, ?, ?)", row
            )
            _put_body(connection, kept.content, body)

    def kept(self, uid: Uid | None = None) -> tuple[Kept, ...]:
        """What is kept, newest first."""
        query = "SELECT body FROM kept WHERE target = ? AND uid = coalesce(?, uid) ORDER BY at DESC, id DESC"
        return self._read(rows.kept_in, query, self._target, uid)

    def body(self, content: Fingerprint) -> dict[str, Json] | None:
        """A kept body. Equal dashboards are kept once: what a fingerprint leaves out (uid, id, version) may be that of another of them."""
        with self._file.reading() as connection:
            found = connection.execute("SELECT packed FROM body WHERE content = ?", (content,)).fetchone()
            return None if found is None else rows.body_in(found[0])

    def confirm(self, digest: str, when: str) -> None:
        """A person allows the held plan with this digest, once."""
        row = (self._target, digest, when, self._until(_microseconds(when)))
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO confirmed VALUES (?, ?, ?, ?)", row)

    def confirmed(self) -> frozenset[str]:
        """The digests that are allowed and not used up."""
        return frozenset(self._read(str, "SELECT digest FROM confirmed WHERE target = ?", self._target))

    def take_confirmed(self, digest: str) -> bool:
        """Whether it is allowed; it is used up by asking. Asking for what nobody confirmed writes nothing."""
        with self._file.reading() as connection:
            asked = (self._target, digest)
            if not connection.execute("SELECT 1 FROM confirmed WHERE target = ? AND digest = ?", asked).fetchall():
                return False
            with self._file.writing():
                return connection.execute("DELETE FROM confirmed WHERE target = ? AND digest = ?", asked).rowcount > 0

    def sweep(self, now: str) -> int:
        """Drops what was kept for long enough, of all targets, and the bodies that no record, intent or kept row needs; says how many
        bodies. When there is nothing to drop, nothing is written.
        """
        ended = (_microseconds(now) // 1_000_000,)
        with self._file.writing() as connection:
            connection.execute("DELETE FROM kept WHERE until < ?", ended)
            connection.execute("DELETE FROM confirmed WHERE until < ?", ended)
            return connection.execute(_UNNEEDED_BODIES).rowcount

    def rest(self, key: str) -> int | None:
        """How many dashboards were found at rest with this key, since when no record changed; None when they were not."""
        with self._file.reading() as connection:
            found = connection.execute("SELECT dashboards FROM rest WHERE target = ? AND key = ?", (self._target, key)).fetchone()
            return None if found is None else int(found[0])

    def note_rest(self, key: str, dashboards: int) -> None:
        """The target is at rest with what this key names."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO rest VALUES (?, ?, ?)", (self._target, key, dashboards))

    def _read(self, understood: Callable[[str], T], query: str, *values: str | None) -> tuple[T, ...]:
        with self._file.reading() as connection:
            return tuple(understood(text) for (text,) in connection.execute(query, values))

    @contextmanager
    def _recording(self, changed: Mapping[Uid, Record | None]) -> Iterator[sqlite3.Connection]:
        """One transaction that puts these records, or drops them where None stands; what is known of the others stays known."""
        with self._file.reading():  # so that no thread reads between the transaction and what is known of it
            with self._file.writing() as connection:
                known, self._known = self._known, None
                current = known is not None and known[0] == self._stamp(connection)
                connection.executemany(_DROP_RECORD, [(self._target, uid) for uid, record in changed.items() if record is None])
                connection.executemany(_PUT_RECORD, [self._row(record) for record in changed.values() if record is not None])
                yield connection
                stamp = self._stamp(connection)
            if known is not None and current:
                records = {uid: record for uid, record in {**known[1], **changed}.items() if record is not None}
                self._known = stamp, records if changed.keys() <= known[1].keys() else dict(sorted(records.items()))

    def _stamp(self, connection: sqlite3.Connection) -> int | None:
        """Another one whenever a record of the target changed, whoever changed it; None before the first."""
        found = connection.execute("SELECT value FROM stamp WHERE target = ?", (self._target,)).fetchone()
        return None if found is None else int(found[0])

    def _row(self, record: Record) -> tuple[str, str, str, str]:
        return self._target, record.uid, record.content, rows.record_out(record)

    def _end_intent(self, connection: sqlite3.Connection, uid: Uid) -> None:
        connection.execute("DELETE FROM intent WHERE target = ? AND uid = ?", (self._target, uid))

    def _until(self, at: int) -> int:
        return at // 1_000_000 + self._keep_seconds


def _put_body(connection: sqlite3.Connection, content: Fingerprint, body: Mapping[str, Json]) -> None:
    """Within the transaction that needs it: looked for before it, a body that is there could be swept away in between."""
    if not connection.execute("SELECT 1 FROM body WHERE content = ?", (content,)).fetchall():
        connection.execute("INSERT INTO body VALUES (?, ?)", (content, rows.body_out(body)))


def _microseconds(when: str) -> int:
    """Since 1970. ISO 8601; without an offset it is UTC."""
    read = datetime.fromisoformat(when)
    return ((read if read.tzinfo else read.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)
