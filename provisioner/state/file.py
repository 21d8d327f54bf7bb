"""The state file, opened: one SQLite file in WAL mode, shared by the memory and the ledgers of all targets.

In: a path. Out: connections with the tables of this release, and transactions on them. Whatever is wrong with the file is StateUnusable,
raised before anything is sent to a server; the file is never begun anew, for it holds records.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

from provisioner.state.tables import TABLES_VERSION, migrate, transaction, version_of
from provisioner.state.trouble import translated

BUSY_SECONDS = 5.0
"""How long a transaction waits for another's to end. Ours take milliseconds."""

_OURS_ALONE = 0o700


def connect(path: str, *, synchronous: Literal["FULL", "NORMAL"], busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection to the file, which is made when it is not there, without transactions of its own. Raises StateUnusable.

    FULL survives a power cut, each commit at the price of a flush to the disk. NORMAL may lose the last commits, never the file.
    """
    with translated(path):
        _make(Path(path))
        with ExitStack() as undo:
            connection = sqlite3.connect(path, timeout=busy_seconds, check_same_thread=False, isolation_level=None)
            undo.callback(connection.close)
            _prepare(connection, synchronous)
            undo.pop_all()
    return connection


class StateFile:
    """The file for all ledgers of a run. Thread-safe. `path` is as the configuration says it."""

    def __init__(self, path: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Raises StateUnusable."""
        self.path = path
        self._lock = threading.RLock()
        self._connection = connect(path, synchronous="FULL", busy_seconds=busy_seconds)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one statement or two. Raises StateUnusable."""
        with translated(self.path), self._lock:
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: when the block has ended without an error it is on the disk; else nothing of it is. Raises StateUnusable."""
        with translated(self.path), self._lock, transaction(self._connection):
            yield self._connection

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()


def _make(path: Path) -> None:
    """For its owner alone, since it holds dashboards of every team. SQLite gives the files beside it the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_OURS_ALONE)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _prepare(connection: sqlite3.Connection, synchronous: str) -> None:
    version = version_of(connection)  # first of all: nothing of another's file may be changed, not even its journal mode
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    if version != TABLES_VERSION:
        migrate(connection)
