"""Looks at the state file without changing anything: whether it could be written, and who holds it.

In: its path. Out: the holder in words, or StateUnusable as a pass would meet it. Nothing is made: who looks may be another user (root) than
the one who will write.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from provisioner.core.errors import StateUnusable
from provisioner.state.lock import holder

_NEXT = "let the user that runs the provisioner write the file and its directory, or name another under `state.path`"


def examine(path: str) -> str:
    """Who holds the file now, "" for nobody. Raises StateUnusable where it could not be made or written."""
    file = Path(path)
    for each in (file, Path(f"{os.path.realpath(path)}.lock")):
        if each.exists() and not os.access(each, os.R_OK | os.W_OK):
            raise StateUnusable(f"the state file {path} cannot be used: {each} may not be written", next_step=_NEXT)
    directory = _nearest(Path(os.path.realpath(path)).parent)
    if not directory.is_dir() or not os.access(directory, os.W_OK | os.X_OK):
        why = f"{directory} may not be written" if directory.is_dir() else f"{directory} is not a directory"
        raise StateUnusable(f"the state file {path} cannot be used: {why}", next_step=_NEXT)
    return _holder(Path(f"{os.path.realpath(path)}.lock"))


def _nearest(directory: Path) -> Path:
    """The directory, or the nearest above it that is there: a pass makes those that are missing."""
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return directory


def _holder(lock: Path) -> str:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        # Shared, for the blink of an eye: who wants it meanwhile waits as for anybody else.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return holder(lock)
    finally:
        os.close(descriptor)
    return ""
