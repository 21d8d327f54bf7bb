"""The persistent bare store of one source: made, locked, replaced, kept small.

In: a directory of our own. Out: a bare repository in it that is either whole or not there. Layout:

    STORE/lock              held (flock) while the store is changed; says by whom
    STORE/repository.git    the bare repository, put here by one rename
    STORE/repository.git/provisioner   the url that it was fetched from
    STORE/new-…, old-…      half-made or replaced ones, swept away by the next holder of the lock

Exactly one ref is kept, `WANTED`: the commit that was asked for last. Whatever it does not reach is let go of by `tidy`.

How large it may grow: a fetch adds one pack. When `Upkeep.packs` of them lie there, they are packed into one, and objects that no ref has
reached for `Upkeep.grace` are dropped (so that a pass which still reads the commit before is not disturbed). The store is then one
snapshot and what the last hour brought, however long it is polled. This is done after a look-up that found nothing new, so that no push
waits for it; a store that never has a quiet moment is tidied at three times as many packs.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioner.core.errors import SourceBroken, SourceError
from provisioner.sources.git_child import Finished, Setup, run

WANTED = "refs/provisioner/wanted"
_ORIGIN = "provisioner"
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Upkeep:
    """When the store is tidied and what is spared. `grace` is a time as git takes it ("1.hour.ago", "now")."""

    packs: int = 30
    grace: str = "1.hour.ago"


class Store:
    """One store. `timeout` (seconds) bounds each child, and the wait for another process."""

    def __init__(self, directory: str, url: str, timeout: float) -> None:
        self.directory = Path(directory)
        self.repository = self.directory / "repository.git"
        self._url = url
        self._timeout = timeout

    @property
    def setup(self) -> Setup:
        """For children that read the store and speak to nobody."""
        return Setup(variables={"GIT_DIR": str(self.repository), "GIT_ALLOW_PROTOCOL": "none"})

    def usable(self) -> bool:
        """Whether there is a repository that came from our url. Whether it is whole, reading it will tell."""
        try:
            return (self.repository / _ORIGIN).read_text("utf-8") == self._url and (self.repository / "objects").is_dir()
        except (OSError, UnicodeDecodeError):
            return False

    @contextmanager
    def held(self, *, patient: bool = True) -> Iterator[None]:
        """The store is ours to change. Waits for another process for `timeout`, or not at all, then raises SourceBroken naming it."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unusable(self.directory, error) from error
        try:
            self._wait(lock, patient=patient)
            try:
                self._sweep()
            except OSError as error:
                raise unusable(self.directory, error) from error
            try:
                yield
            finally:
                with contextlib.suppress(OSError):  # told when the store is held next
                    self._sweep()
        finally:
            os.close(lock)  # and with it the lock, as when we are killed

    @contextmanager
    def made(self, algorithm: str) -> Iterator[Path]:
        """An empty repository beside the one that is there. It takes its place when the block ends well; otherwise nothing has changed."""
        try:
            new = Path(tempfile.mkdtemp(prefix="new-", dir=self.directory))
        except OSError as error:
            raise unusable(self.directory, error) from error
        try:
            self._init(new, algorithm)
            yield new
            self._replace_by(new)
        except OSError as error:
            raise unusable(self.directory, error) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def packs(self) -> int:
        """How many packs lie there."""
        try:
            return sum(name.endswith(".pack") for name in os.listdir(self.repository / "objects" / "pack"))  # noqa: PTH208 - names are enough
        except OSError:
            return 0

    def tidy(self, upkeep: Upkeep) -> None:
        """Packs everything that WANTED reaches, and drops what the grace does not spare. What goes wrong, the next reader finds out."""
        for args in (
            ("repack", "-A", "-d", "-q", f"--unpack-unreachable={upkeep.grace}"),
            ("prune", f"--expire={upkeep.grace}"),
        ):
            if not self._git(*args).ok:
                return

    def point(self, repository: Path, commit: str) -> Finished:
        """WANTED is this commit, and there is no other ref."""
        setup = Setup(variables={"GIT_DIR": str(repository)})
        others = run(("for-each-ref", "--format=%(refname)"), setup, seconds=self._timeout)
        dropped = [name for name in others.out.split(b"\n") if name and name != WANTED.encode()]
        orders = b"".join(b"delete %s\n" % name for name in dropped)
        return run(("update-ref", "--stdin"), setup, seconds=self._timeout, given=f"update {WANTED} {commit}\n".encode() + orders)

    def _git(self, *args: str) -> Finished:
        return run(args, self.setup, seconds=self._timeout)

    def _wait(self, lock: int, *, patient: bool) -> None:
        for attempt in range(max(1, round(self._timeout / _PAUSE)) if patient else 1):
            if attempt:
                time.sleep(_PAUSE)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(lock, 0)
                os.pwrite(lock, f"process {os.getpid()} on {os.uname().nodename}".encode(), 0)
                return
        holder = os.pread(lock, 200, 0).decode("utf-8", "replace") or "another process"
        raise SourceBroken(
            f"the store {self.directory} is in use by {holder}",
            next_step="tried again at the next pass; give each provisioner a store of its own if this lasts",
        )

    def _sweep(self) -> None:
        """Takes away what a process that was killed has left: half-made stores, and git's own lock files, whose holders cannot be alive;
        and the pack that a git was writing when its time was up or the disk was full, which it leaves there, so that it stays full.
        """
        for left in (*self.directory.glob("new-*"), *self.directory.glob("old-*")):
            shutil.rmtree(left, ignore_errors=True)
        for pattern in (
            "*.lock",
            "refs/**/*.lock",
            "objects/info/*.lock",
            "objects/pack/*.lock",
            "objects/pack/tmp_*",
            "objects/pack/.tmp-*",
        ):
            for left in self.repository.glob(pattern):
                left.unlink(missing_ok=True)

    def _init(self, new: Path, algorithm: str) -> None:
        setup = Setup(variables={"GIT_DIR": str(new), "GIT_DEFAULT_REF_FORMAT": "files"})
        done = run(("init", "--bare", "--quiet", "--template=", f"--object-format={algorithm}"), setup, seconds=self._timeout)
        if not done.ok:
            said = done.err.decode("utf-8", "replace").strip()[:400]
            raise SourceBroken(
                f"no store can be made in {self.directory}; git says: {said}", next_step="see to the disk; nothing was changed"
            )
        (new / _ORIGIN).write_text(self._url, "utf-8")

    def _replace_by(self, new: Path) -> None:
        """Two renames: a directory that is not empty cannot be replaced by one. Killed in between, the next holder makes it anew."""
        if os.path.lexists(self.repository):
            old = Path(tempfile.mkdtemp(prefix="old-", dir=self.directory))
            self.repository.rename(old / "repository.git")
            new.rename(self.repository)
            shutil.rmtree(old, ignore_errors=True)
        else:
            new.rename(self.repository)


def unusable(directory: Path, error: OSError) -> SourceError:
    """The operating system's refusal, in words."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            step = "free some space; the next pass goes on"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            step = "let the user that runs the provisioner write it, or state another directory"
        case _:
            step = "see to the directory, or state another one"
    return SourceBroken(f"the store {directory} cannot be used: {error.strerror}", next_step=step)
