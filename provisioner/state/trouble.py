"""What can be wrong with the state file, in words.

In: what SQLite or the system said. Out: a `StateUnusable` that names the file and says what to do. It never mends and never deletes: the
file holds records.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from provisioner.core.errors import StateUnusable
from provisioner.state.rows import Unreadable
from provisioner.state.tables import TABLES_VERSION, Foreign, Later

_NOTHING_SENT = "nothing is written to a server that cannot be recorded"
_ELSEWHERE = "name another file under `state.path`"


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Whatever the block meets that is the world's failure comes out as StateUnusable, with its cause."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise  # our own bug, not the file's
    except (sqlite3.DatabaseError, OSError, UnicodeEncodeError, Unreadable, Foreign, Later) as error:
        what, next_step = _words(path, error)
        raise StateUnusable(f"the state file {path} {what}", next_step=next_step) from error


def _words(path: str, error: Exception) -> tuple[str, str]:
    match error:
        case Foreign():
            return "is the database of another program; it was left as it is", _ELSEWHERE
        case Later(version=version):
            return (
                f"was written by a later release (tables of version {version}, we know {TABLES_VERSION}); it was left as it is",
                f"use that release, or {_ELSEWHERE}: the next pass adopts what is identical and reports the rest",
            )
        case UnicodeEncodeError():
            return f"cannot hold a name with half a character in it: {error.object!a}", "mend the name"
        case OSError():
            return f"cannot be used: {error.strerror or error}", f"look at the path, its directory and their permissions; {_NOTHING_SENT}"
        case sqlite3.DatabaseError():
            return _words_of_sqlite(path, error)
        case _:
            return _damaged(path, error)


def _words_of_sqlite(path: str, error: sqlite3.DatabaseError) -> tuple[str, str]:
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:  # the primary code: the rest of the bits say where in SQLite
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return "is locked by another program", f"find what holds it open and end it; {_NOTHING_SENT}; the next pass tries again"
        case sqlite3.SQLITE_FULL:
            return "cannot grow: the disk is full", f"make room; {_NOTHING_SENT}; the next pass tries again"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return f"may not be written: {error}", f"let the provisioner write the file and its directory; {_NOTHING_SENT}"
        case sqlite3.SQLITE_CANTOPEN:
            return f"cannot be opened: {error}", f"look at the path, its directory and their permissions; {_NOTHING_SENT}"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _damaged(path, error)
        case sqlite3.SQLITE_IOERR:
            name = getattr(error, "sqlite_errorname", "SQLITE_IOERR")
            return f"cannot be read or written: {error} ({name})", f"look at the disk: its room, its quota, its health; {_NOTHING_SENT}"
        case _:
            return f"cannot be used: {error}", f"{_NOTHING_SENT}; if it stays so, move the file away"


def _damaged(path: str, error: Exception) -> tuple[str, str]:
    moved = f"move {path} (and its -wal, -shm) away and keep it: `sqlite3 {path} .recover` may still read kept dashboards"
    return f"is damaged: {error}", f"{moved}; the next pass begins a new file, adopts what is identical and reports the rest"
