"""The tables of the state file, and how a file of an earlier release gets those of this one.

In: an open connection. Out: the same with the tables of `TABLES_VERSION`, whatever was kept still there. Each step is done wholly or not at
all. It never touches a file that a later release or another program wrote, and drops nothing that cannot be made again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

TABLES_VERSION = 4
"""Kept in the file's user_version. 1: readings and fingerprints. 2: also records, folders, intents, kept bodies, confirmations. 3: intents
with the message of their write; marks with their state; home dashboards. 4: a stamp for the records of each target.
"""

APPLICATION_ID = 0x70_72_76_73
"""Kept in the file's application_id since version 2, so that another program's database is never taken for ours ("prvs")."""

# `IF NOT EXISTS` throughout: a release that knows version 1 alone sets the version back to 1 and leaves the tables of version 2 there.
_STEPS = (
    (
        "CREATE TABLE IF NOT EXISTS about (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS reading (key TEXT NOT NULL PRIMARY KEY, body BLOB NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS fingerprint (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        # `body` holds the whole value as one JSON text (rows.py): ten thousand of them are read in two thirds of the time of a column each.
        """CREATE TABLE IF NOT EXISTS record (target TEXT NOT NULL, uid TEXT NOT NULL, content TEXT NOT NULL, body TEXT NOT NULL,
           PRIMARY KEY (target, uid)) WITHOUT ROWID""",
        "CREATE INDEX IF NOT EXISTS record_content ON record (content)",
        """CREATE TABLE IF NOT EXISTS folder (target TEXT NOT NULL, uid TEXT NOT NULL, body TEXT NOT NULL,
           PRIMARY KEY (target, uid)) WITHOUT ROWID""",
        """CREATE TABLE IF NOT EXISTS intent (id INTEGER PRIMARY KEY, target TEXT NOT NULL, uid TEXT NOT NULL, content TEXT,
           body TEXT NOT NULL, UNIQUE (target, uid))""",
        # `at` in microseconds since 1970, `until` in seconds.
        """CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, target TEXT NOT NULL, uid TEXT NOT NULL, content TEXT NOT NULL,
           state TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (target, uid, content, state))""",
        "CREATE INDEX IF NOT EXISTS kept_content ON kept (content)",
        # Bodies by fingerprint, for all targets together: what is applied to five of them is kept once.
        "CREATE TABLE IF NOT EXISTS body (content TEXT NOT NULL PRIMARY KEY, packed BLOB NOT NULL)",
        """CREATE TABLE IF NOT EXISTS confirmed (target TEXT NOT NULL, digest TEXT NOT NULL, confirmed TEXT NOT NULL,
           until INTEGER NOT NULL, PRIMARY KEY (target, digest)) WITHOUT ROWID""",
        # What a target was found at rest with. Whatever touches its records or intents takes that back, whoever wrote the statement.
        "CREATE TABLE IF NOT EXISTS rest (target TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL, dashboards INTEGER NOT NULL) WITHOUT ROWID",
        *(
            f"""CREATE TRIGGER IF NOT EXISTS {table}_{verb.lower()} AFTER {verb} ON {table}
                BEGIN DELETE FROM rest WHERE target = {row}.target; END"""  # noqa: S608 - our own names alone
            for table in ("record", "intent")
            for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
        ),
    ),
    (
        # The home dashboard that was set.
        "CREATE TABLE IF NOT EXISTS home (target TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
        "UPDATE intent SET body = json_insert(body, '$[#]', '') WHERE json_array_length(body) = 5",
        "UPDATE intent SET body = json_insert(body, '$[2][#]', '') WHERE json_array_length(body, '$[2]') = 2",
        "UPDATE intent SET body = json_insert(body, '$[3][#]', '') WHERE json_array_length(body, '$[3]') = 17",
        "UPDATE record SET body = json_insert(body, '$[#]', '') WHERE json_array_length(body) = 17",
        "UPDATE kept SET body = json_insert(body, '$[#]', '') WHERE json_array_length(body) = 11",
    ),
    (
        # Another one whenever a record of the target changes, whoever wrote the statement: who has read them knows whether to read again.
        "CREATE TABLE IF NOT EXISTS stamp (target TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        *(
            f"""CREATE TRIGGER IF NOT EXISTS stamp_{verb.lower()} AFTER {verb} ON record
                BEGIN INSERT OR REPLACE INTO stamp VALUES ({row}.target, random()); END"""  # noqa: S608 - our own names alone
            for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
        ),
    ),
)
_FIRST = frozenset({"about", "reading", "fingerprint"})


class Foreign(Exception):
    """The file is another program's database."""


class Later(Exception):
    """The file has the tables of a later release. `version` is theirs."""

    def __init__(self, version: int) -> None:
        super().__init__(f"tables of version {version}")
        self.version = version


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the tables, 0 for a file that is new. Raises Foreign, Later, or sqlite3.Error. Writes nothing."""
    # Two requests here would let another process migrate between them, and the answers would not fit each other.
    version, application, names = connection.execute(
        "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id),"
        " (SELECT group_concat(name, ' ') FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%')"
    ).fetchone()
    tables = frozenset((names or "").split())
    # A crash of the release that made version 1 may have left version 0 with some of its tables.
    ours = application == APPLICATION_ID or (application == 0 and (tables <= _FIRST if version == 0 else tables >= _FIRST))
    if not ours or version < 0:
        raise Foreign
    if version > TABLES_VERSION:
        raise Later(version)
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Makes what is missing. Raises as `version_of` does; then the file is as it was."""
    with transaction(connection):
        for step in _STEPS[version_of(connection) :]:  # asked again: another process may have been faster
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {TABLES_VERSION}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it. It takes its turn to write at once, so that it fails here and not half way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
