"""What is kept of files across restarts, in the state file (file.py), with the version of the rules that readings were made by.

In: a path. Out: a `Memory`. All that it keeps can be made again, so its troubles cost time and nothing else: where the file cannot be used
the pass goes on without it and `trouble` says why. It never begins the file anew: the records of what was applied are in there too
(ledger.py).
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import islice
from typing import Any

from provisioner.core import codec
from provisioner.core.errors import StateUnusable
from provisioner.core.model import Fingerprint, Reading, ReadingKey
from provisioner.state.file import connect
from provisioner.state.tables import transaction
from provisioner.state.trouble import translated

KEPT_DAYS = 30
"""A reading that no pass asked for in so long is forgotten: its file is gone, or has other bytes."""

_AT_ONCE = 500
_BUSY_SECONDS = 2.0


class SqliteMemory:
    """A `Memory` in a file, for one process at a time and all its threads; with "" for a path it remembers nothing. `today` counts days;
    rows are touched once a day, so that rest writes nothing. `advice` is what to do about `trouble`.
    """

    def __init__(self, path: str, *, today: Callable[[], int], rules: str | None = None) -> None:
        self._path = path
        self._today = today
        self.rules = rules or rules_version()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.trouble: str | None = None
        self.advice = "nothing is to be done: what is not remembered is read again"
        if path:
            with self._noticing():
                self._connection = _opened(path, self.rules)

    def readings(self, keys: Iterable[ReadingKey]) -> dict[ReadingKey, Reading]:
        """Those that are remembered."""
        known: dict[ReadingKey, Reading] = {}
        for key, body in self._remembered("reading", "body", keys):
            try:
                known[ReadingKey(key)] = codec.decode(body)
            except (ValueError, TypeError, LookupError):
                self.trouble = self.trouble or "the state file: what it keeps of a file is damaged, so the file is parsed again"
        return known

    def remember(self, readings: dict[ReadingKey, Reading]) -> None:
        """Keep these."""
        rows = [(key, codec.encode(reading), self._today()) for key, reading in readings.items()]
        self._write("INSERT OR REPLACE INTO reading VALUES (?, ?, ?)", rows)

    def fingerprints(self, keys: Iterable[str]) -> dict[str, Fingerprint]:
        """Those that are remembered."""
        return {key: Fingerprint(value) for key, value in self._remembered("fingerprint", "value", keys)}

    def remember_fingerprints(self, fingerprints: dict[str, Fingerprint]) -> None:
        """Keep these."""
        self._write(
            "INSERT OR REPLACE INTO fingerprint VALUES (?, ?, ?)", [(key, value, self._today()) for key, value in fingerprints.items()]
        )

    def forget_unused(self) -> int:
        """Drops what no pass asked for in `KEPT_DAYS`, once a day; says how many."""
        today = self._today()
        if self._rows("SELECT value FROM about WHERE name = 'forgot' AND value = ?", [str(today)]):
            return 0
        self._write("INSERT OR REPLACE INTO about VALUES ('forgot', ?)", [(str(today),)])
        return sum(self._write(f"DELETE FROM {table} WHERE used < ?", [(today - KEPT_DAYS,)]) for table in ("reading", "fingerprint"))  # noqa: S608 - our own names

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock, suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _remembered(self, table: str, column: str, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Key and value of the rows that are there; those that were not asked for today yet are marked so."""
        today = self._today()
        for batch in _batches(sorted(set(keys))):
            rows = self._rows(f"SELECT key, {column}, used FROM {table} WHERE key IN ({_marks(batch)})", batch)  # noqa: S608 - our own names
            self._write(f"UPDATE {table} SET used = ? WHERE key = ?", [(today, key) for key, _, used in rows if used != today])  # noqa: S608 - as above
            yield from ((key, value) for key, value, _ in rows)

    def _rows(self, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        with self._noticing():
            if self._connection is not None:
                with self._lock:
                    return self._connection.execute(query, values).fetchall()
        return []

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> int:
        with self._noticing():
            if rows and self._connection is not None:
                with self._lock, transaction(self._connection):
                    return self._connection.executemany(statement, rows).rowcount
        return 0

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """A full disk or a locked file costs time, never a pass. The first trouble is kept to be told, and the last: another wait for the
        same lock would come to the same end.
        """
        try:
            with translated(self._path):
                yield
        except StateUnusable as error:
            if self.trouble is None:
                self.trouble, self.advice = error.message, f"here it cost time and nothing else; {error.next_step}"
            self.close()


def rules_version() -> str:
    """Names the code that readings are made by: a change of any rule, even in a checkout, makes them anew."""
    digest = hashlib.sha256(str(codec.FORM).encode())
    for part in _parts(resources.files("provisioner.core")):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _parts(folder: Traversable) -> Iterator[Traversable]:
    for each in sorted(folder.iterdir(), key=lambda part: part.name):
        if each.is_dir() and each.name != "__pycache__":
            yield from _parts(each)
        elif each.name.endswith((".py", ".json")):
            yield each


def _opened(path: str, rules: str) -> sqlite3.Connection:
    """With the readings of these rules alone."""
    connection = connect(path, synchronous="NORMAL", busy_seconds=_BUSY_SECONDS)
    with ExitStack() as undo:
        undo.callback(connection.close)
        if connection.execute("SELECT value FROM about WHERE name = 'rules'").fetchall() != [(rules,)]:
            with transaction(connection):
                connection.execute("DELETE FROM reading")
                connection.execute("DELETE FROM fingerprint")
                connection.execute("INSERT OR REPLACE INTO about VALUES ('rules', ?)", (rules,))
        undo.pop_all()
    return connection


def _batches(values: Sequence[str]) -> Iterator[list[str]]:
    remaining = iter(values)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
