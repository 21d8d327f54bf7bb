"""The state of a sandbox: one SQLite database, in memory or in a file.

In: a path or None. Out: `Store`, through which the shelves (objects, people) read and write, one thread at a time.
A file outlives a killed process; a crash of the machine is not guarded against. It decides nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioner.sandbox.settings import SandboxUnusable

# Told by SQLite's user_version; a database of another shape is refused, not read wrongly.
_SHAPE = 2
# Two revisions are never neighbours: a list has one of its own, one above the newest that it shows.
_REVISION_STEP = 1013

# What is long stands last in its row: SQLite reads all that stands before what is asked for.
# Ids are never given twice (AUTOINCREMENT), as on real servers.
_SCHEMA = """
CREATE TABLE about (generation INTEGER NOT NULL, revision INTEGER NOT NULL, first_revision INTEGER NOT NULL);
CREATE TABLE organisation (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
    home_uid TEXT NOT NULL DEFAULT '', preferences TEXT NOT NULL DEFAULT '{}');
CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    secret TEXT NOT NULL, organisation INTEGER NOT NULL, server_admin INTEGER NOT NULL, service INTEGER NOT NULL);
CREATE TABLE member (organisation INTEGER NOT NULL, person INTEGER NOT NULL, role INTEGER NOT NULL,
    PRIMARY KEY (organisation, person));
CREATE TABLE api_key (id INTEGER PRIMARY KEY AUTOINCREMENT, organisation INTEGER NOT NULL, name TEXT NOT NULL,
    role INTEGER NOT NULL, secret TEXT NOT NULL UNIQUE, UNIQUE (organisation, name));
CREATE TABLE token (id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, name TEXT NOT NULL,
    secret TEXT NOT NULL UNIQUE);
CREATE TABLE session (secret TEXT PRIMARY KEY, person INTEGER NOT NULL);
CREATE TABLE star (person INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (person, item));
CREATE TABLE data_source (id INTEGER PRIMARY KEY AUTOINCREMENT, organisation INTEGER NOT NULL, uid TEXT NOT NULL,
    name TEXT NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL, is_default INTEGER NOT NULL);
CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, organisation INTEGER NOT NULL, is_folder INTEGER NOT NULL,
    uid TEXT NOT NULL, folder_uid TEXT NOT NULL, slug TEXT NOT NULL, title TEXT NOT NULL, version INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, created_by TEXT NOT NULL, updated_by TEXT NOT NULL,
    tags TEXT NOT NULL, file TEXT NOT NULL, guid TEXT NOT NULL, revision INTEGER NOT NULL,
    creator TEXT NOT NULL, updater TEXT NOT NULL, labels TEXT NOT NULL, annotations TEXT NOT NULL, stored TEXT NOT NULL,
    status TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (organisation, is_folder, uid));
CREATE TABLE trash (id INTEGER PRIMARY KEY, organisation INTEGER NOT NULL, is_folder INTEGER NOT NULL, uid TEXT NOT NULL,
    revision INTEGER NOT NULL, deleted TEXT NOT NULL, item TEXT NOT NULL);
CREATE INDEX trash_by_uid ON trash (organisation, is_folder, uid);
CREATE INDEX item_by_slug ON item (organisation, slug);
CREATE INDEX item_by_folder ON item (organisation, folder_uid);
CREATE TABLE version (id INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL, version INTEGER NOT NULL,
    parent INTEGER NOT NULL, restored_from INTEGER NOT NULL, created TEXT NOT NULL, created_by TEXT NOT NULL,
    message TEXT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL, object TEXT NOT NULL, UNIQUE (item, version));
"""


class Store:
    """The database, and the lock that whoever uses it holds."""

    def __init__(self, path: Path | None, generation: int, first_revision: int = 1) -> None:
        """Open it, or make it. SandboxUnusable: no database, or that of a sandbox of another generation or an earlier release.

        `first_revision` is where a new one begins to count its writes; servers that were set up apart count apart.
        """
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self.database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            self.is_new = self._prepare(generation, first_revision)
        except sqlite3.Error as error:
            self.database.close()
            raise _unusable(path, error) from error
        except SandboxUnusable:
            self.database.close()
            raise

    def _prepare(self, generation: int, first_revision: int) -> bool:
        self.database.row_factory = sqlite3.Row
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = OFF")
        with self.transaction() as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
                if database.execute("PRAGMA user_version").fetchone()[0] != _SHAPE:
                    raise SandboxUnusable("the database is that of a sandbox of another release", next_step="name another file")
                found = int(database.execute("SELECT generation FROM about").fetchone()[0])
                if found != generation:
                    raise SandboxUnusable(
                        f"the database is that of a sandbox of generation {found}, not {generation}",
                        next_step=f"ask for generation {found}, or name another file",
                    )
                return False
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute("INSERT INTO about VALUES (?, ?, ?)", (generation, first_revision, first_revision))
            database.execute(f"PRAGMA user_version = {_SHAPE}")
            return True

    def next_revision(self) -> int:
        """What names the next write: grows with each, and is never given twice."""
        with self.transaction() as database:
            database.execute("UPDATE about SET revision = revision + ?", (_REVISION_STEP,))
            return int(database.execute("SELECT revision FROM about").fetchone()[0])

    def revision(self) -> int:
        """The newest revision."""
        with self.reading() as database:
            return int(database.execute("SELECT revision FROM about").fetchone()[0])

    def first_revision(self) -> int:
        """Where the count began."""
        with self.reading() as database:
            return int(database.execute("SELECT first_revision FROM about").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside happens, or nothing; nobody else looks in between. Inside another, it is part of that one."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self.database.execute("BEGIN IMMEDIATE")
            self._depth += 1
            done = False
            try:
                yield self.database
                done = True
            finally:
                self._depth -= 1
                if outermost:
                    self.database.execute("COMMIT" if done else "ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One look, alone; without a transaction, which would cost more than the look."""
        with self._lock:
            yield self.database

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self.database.close()


def _unusable(path: Path | None, error: sqlite3.Error) -> SandboxUnusable:
    return SandboxUnusable(
        f"{path}: no database of a sandbox: {error}",
        next_step="name a file that is not there yet, or one that a sandbox made",
    )
