"""A directory to write into: whole files or nothing, and never outside.

In: paths within it, and bytes. Out: None when it is done, else why it is not, in words. A file is written beside its place and put there in
one step, so that nobody reads half of it. A symbolic link is followed only where it ends inside the directory; its target is written, the
link stays. Nothing that is there is overwritten by something new.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OUTSIDE = "a symbolic link leads out of the directory"
_THERE = "something of this name is there that the directory's source does not read"
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What file systems say that know no hard links."""


class Directory:
    """The root may itself be a link; where it leads is looked up once."""

    def __init__(self, root: str) -> None:
        self._root = Path(os.path.realpath(root))

    def create(self, path: str, data: bytes) -> str | None:
        """A new file, with the directories above it."""
        place = self._root / path
        parent = Path(os.path.realpath(place.parent))
        if not self._holds(parent):
            return _OUTSIDE
        try:
            parent.mkdir(parents=True, exist_ok=True)
            with _beside(parent, data) as temporary:
                _put(temporary, parent / place.name)
        except FileExistsError:
            return _THERE
        except OSError as error:
            return _words(error)
        return None

    def replace(self, path: str, data: bytes) -> str | None:
        """Other bytes for a file that is there, under its own mode."""
        real = Path(os.path.realpath(self._root / path))
        if not self._holds(real.parent):
            return _OUTSIDE
        try:
            mode = stat.S_IMODE(real.stat().st_mode)
            with _beside(real.parent, data, mode) as temporary:
                temporary.replace(real)
        except OSError as error:
            return _words(error)
        return None

    def move(self, old: str, new: str, data: bytes) -> str | None:
        """The file lies at another path from now on, with these bytes. The old one goes when the new one is there."""
        source = Path(os.path.realpath((self._root / old).parent)) / Path(old).name
        if not self._holds(source.parent):
            return _OUTSIDE
        why = self.create(new, data)
        if why is not None:
            return why
        made = Path(os.path.realpath(self._root / new))
        try:
            made.chmod(stat.S_IMODE(source.stat().st_mode))
            source.unlink()
        except OSError as error:
            with suppress(OSError):
                made.unlink()  # two files of one uid would both be refused
            return _words(error)
        return None

    def _holds(self, real: Path) -> bool:
        return real == self._root or self._root in real.parents


@contextmanager
def _beside(parent: Path, data: bytes, mode: int | None = None) -> Iterator[Path]:
    """A file of these bytes in the same directory, gone afterwards. Hidden, so that no source reads it."""
    temporary = parent / f".pull-{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(data)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _put(temporary: Path, place: Path) -> None:
    """Raises FileExistsError rather than overwrite."""
    try:
        os.link(temporary, place)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(place):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from error
        temporary.rename(place)


def _words(error: OSError) -> str:
    return f"the operating system says: {error.strerror}"
