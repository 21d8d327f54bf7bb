"""Runs git: one child process, its environment, its end.

In: arguments and what is to be in the environment. Out: `Finished`, or a running `Child`. Nothing that a user, a hook or a repository set
up for git reaches the child, no secret is ever an argument (arguments are shown to every user of the machine), and no child outlives its
time.

Children are started by GitPython's `Git.execute`. What it does not do is done here: it cannot take variables out of the environment (a
server hook hands down GIT_DIR), and its own time limit finds grandchildren with `pgrep`, which a container need not have, and misses one
that is born meanwhile. Here the child leads a process group of its own, and the group is killed: git-remote-https and ssh go with it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import IO

from git.cmd import Git
from git.exc import GitCommandNotFound

from provisioner.core.errors import SourceBroken

_KEPT = frozenset({"GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"})
"""Variables of git that stay as the user has them: where git lies, whom to trust. HTTPS_PROXY and its kind are not git's, and stay."""

_CONFIGURATION: Mapping[str, str] = MappingProxyType(
    {
        "core.hooksPath": "/dev/null",
        "core.fsmonitor": "false",
        "core.logAllRefUpdates": "false",
        "credential.helper": "",
        # A pack appears whole or not at all. Unpacked into single objects, a fetch that is killed leaves a commit without its files.
        "fetch.unpackLimit": "1",
        "fetch.recurseSubmodules": "false",
        "fetch.writeCommitGraph": "false",
        # Nothing is checked out, and we look at every path and blob ourselves: odd modes in an old repository need not refuse all of it.
        "fetch.fsckObjects": "false",
        "gc.auto": "0",
        "maintenance.auto": "false",
        # The first answer may send us on (GitHub after a rename, GitLab to `….git`), later ones may not. Credentials are bound to one host.
        "http.followRedirects": "initial",
        "submodule.recurse": "false",
    }
)


_OLDEST = (2, 32)

_MOST = 64 << 20
"""Bytes: 700,000 refs."""

_MOST_WORDS = 64 << 10

_NOTICE = 0.002
"""Seconds between two looks for an orphan that is about to end."""

_LET_GO = 1.0
"""Seconds. Only a grandchild that has left the group (nobody we know of does) could hold a pipe longer."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What one child is given. `configuration` are settings of git, `variables` the environment; neither is ever seen in a process list."""

    configuration: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended. `code` is None when its time was up. `err` is as git wrote it: redact it before it is shown."""

    args: tuple[str, ...]
    code: int | None
    out: bytes
    err: bytes

    @property
    def ok(self) -> bool:
        return self.code == 0


class Child:
    """A running git. `late` is True once it was ended because its time was up."""

    def __init__(self, args: Sequence[str], setup: Setup) -> None:
        given = environment(setup)
        command = [*_without_inherited(given), Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *args]
        try:
            # The guard ends the process when it is collected, so it lives as long as this.
            self._guard = Git("/").execute(command, as_process=True, istream=subprocess.PIPE, env=given, start_new_session=True)
        except (GitCommandNotFound, OSError) as error:
            raise not_started(str(error)) from error
        process = self._guard.proc
        if process is None or process.stdin is None or process.stdout is None or process.stderr is None:
            raise TypeError("GitPython gave a process without pipes")
        self._process: subprocess.Popen[bytes] = process
        self.stdin: IO[bytes] = process.stdin
        self.stdout: IO[bytes] = process.stdout
        self.stderr: IO[bytes] = process.stderr
        self.late = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What is done inside ends, one way or the other: after this time the group is killed, and so its pipes are at their end."""
        alarm = threading.Timer(seconds, self._too_late)
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def wait(self) -> int | None:
        """The exit code, None when its time was up. Wait for the pipes first: once waited for, the group has no number to be killed by."""
        code = self._process.wait()
        return None if self.late else code

    def end(self, helpers: Sequence[threading.Thread] = ()) -> None:
        """Kills what is left of the group, and lets go of the pipes once the helpers have let go of them."""
        self._kill()
        self._process.wait()
        self._bury()
        for helper in helpers:
            if helper.ident is not None:
                helper.join(_LET_GO)
        for pipe in (self.stdin, self.stdout, self.stderr):
            with suppress(OSError):  # what was not yet written has no reader any more
                pipe.close()

    def cut(self) -> None:
        """Kills the group, from any thread. Whoever reads its pipes finds them at their end."""
        self._kill()

    def _too_late(self) -> None:
        self.late = True
        self._kill()

    def _bury(self) -> None:
        """As the first process of a container we are given the orphans of a git that was killed. Each would stay a zombie for ever.

        Of this group alone: whoever else started a child waits for it himself. Elsewhere there are none, and the first question ends it.
        """
        deadline = time.monotonic() + _LET_GO
        with suppress(ChildProcessError, ProcessLookupError):
            while time.monotonic() < deadline:
                if os.waitpid(-self._process.pid, os.WNOHANG) == (0, 0):
                    os.killpg(self._process.pid, signal.SIGKILL)  # it is ours and in the group, so the number is still the group's
                    time.sleep(_NOTICE)

    def _kill(self) -> None:
        # Not by poll(): a git that has ended may have left children, and keeps its number for them until it is waited for.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


class Leash:
    """Ends a child from another thread: whoever has to stop does not wait until a silent server has had its time. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: set[Child] = set()
        self._pulled = False

    def take(self, child: Child) -> None:
        """From now on; at once where it was pulled already."""
        with self._lock:
            self._children.add(child)
            pulled = self._pulled
        if pulled:
            child.cut()

    def release(self, child: Child) -> None:
        """It has ended."""
        with self._lock:
            self._children.discard(child)

    def pull(self) -> None:
        """Ends those that run, and every one that is taken later."""
        with self._lock:
            self._pulled = True
            children = tuple(self._children)
        for child in children:
            child.cut()


def run(args: Sequence[str], setup: Setup, *, seconds: float, given: bytes = b"", leash: Leash | None = None) -> Finished:
    """Runs git to its end, or to the end of its time, with `given` on its standard input.

    A server decides how much is printed, so no more than `_MOST` bytes are kept: past it the child is ended, with -9 as its code.
    """
    child = Child(args, setup)
    leash = leash or Leash()
    leash.take(child)
    errors = bytearray()
    helpers = [threading.Thread(target=_drain, args=(child.stderr, errors)), threading.Thread(target=_feed, args=(child.stdin, given))]
    try:
        with child.within(seconds):
            for helper in helpers:
                helper.start()
            out = _read(child.stdout)
            if len(out) <= _MOST:
                for helper in helpers:
                    helper.join(seconds)
                code = child.wait()
            else:
                code = -9
    finally:
        leash.release(child)
        child.end(helpers)
    return Finished(tuple(args), code, out, bytes(errors))


def records(args: Sequence[str], setup: Setup, *, seconds: float) -> Iterator[bytes]:
    """What git prints, record by record (each ends with a NUL), as it comes: the caller may stop early, and the child ends.

    Raises ChildFailed at the end when git did not end well or ran out of time.
    """
    child = Child(args, setup)
    errors = bytearray()
    helper = threading.Thread(target=_drain, args=(child.stderr, errors))
    try:
        with child.within(seconds):
            helper.start()
            rest = b""
            while chunk := os.read(child.stdout.fileno(), 1 << 20):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole
            helper.join(seconds)
            code = child.wait()
        if code != 0 or rest:
            raise ChildFailed(Finished(tuple(args), code, b"", bytes(errors)))
    finally:
        child.end((helper,))


def _drain(pipe: IO[bytes], kept: bytearray) -> None:
    """Reads to the end, so that the child never waits for us, and keeps the beginning and nothing after it."""
    with suppress(ValueError, OSError):  # closed by `end` in the other thread
        while chunk := os.read(pipe.fileno(), 1 << 16):
            kept += chunk[: max(0, _MOST_WORDS - len(kept))]


def _read(pipe: IO[bytes]) -> bytes:
    """To the end, or to where it is too much. Asked for all at once, Python takes memory for the most that may come: 64 MiB, each time."""
    pieces = bytearray()
    while len(pieces) <= _MOST and (piece := os.read(pipe.fileno(), 1 << 16)):
        pieces += piece
    return bytes(pieces)


def _feed(pipe: IO[bytes], given: bytes) -> None:
    with suppress(ValueError, OSError):  # it ended without reading all of it
        pipe.write(given)
        pipe.close()


class ChildFailed(Exception):
    """Only between the files git*.py of this room: git could not answer from the store."""

    def __init__(self, finished: Finished) -> None:
        super().__init__(f"git {finished.args[0]} ended with {finished.code}")
        self.finished = finished


def check_version() -> str:
    """What git says of itself. Raises SourceBroken when it is not there, or too old to be told its configuration by the environment."""
    done = run(("version",), Setup(), seconds=10)
    told = done.out.decode("utf-8", "replace").strip()
    found = re.search(r"\bversion (\d+)\.(\d+)", told)
    if found is None:
        raise not_started(f"asked for its version it says {told[:100]!r}")
    if (int(found[1]), int(found[2])) < _OLDEST:
        raise SourceBroken(f"{told} is too old", next_step="install git 2.32 or later on this machine")
    return told


def not_started(why: str) -> SourceBroken:
    """There is no git to be had."""
    return SourceBroken(f"git cannot be started: {why}", next_step="install git 2.32 or later on this machine")


def environment(setup: Setup) -> dict[str, str]:
    """The environment that the child gets on top of ours."""
    configuration = {**_CONFIGURATION, **setup.configuration}
    variables = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_COUNT": str(len(configuration)),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",  # set and empty: SSH_ASKPASS is not asked either
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_DIR": "/dev/null",  # no repository, instead of the one that the working directory happens to lie in
        "HOME": "/dev/null",  # libcurl would read .netrc there
        "LC_ALL": "C",
        "LANGUAGE": "C",
    }
    for index, (key, value) in enumerate(configuration.items()):
        variables[f"GIT_CONFIG_KEY_{index}"] = key
        variables[f"GIT_CONFIG_VALUE_{index}"] = value
    return {**variables, **setup.variables}


def _without_inherited(given: Mapping[str, str]) -> list[str]:
    """A prefix that takes git's variables of ours out of the environment: none where there are none, which is nearly always."""
    stray = [name for name in os.environ if name.startswith("GIT_") and name not in _KEPT and name not in given]
    stray = [name for name in stray if not name.startswith("GIT_PYTHON_")]
    return ["env", *(part for name in stray for part in ("-u", name))] if stray else []
