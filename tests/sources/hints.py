"""Follows a directory as the daemon does: waits for a hint, then reads the tree; never looks without one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioner.core.errors import SourceError
from provisioner.core.model import SourceName
from provisioner.core.ports import Watch
from provisioner.core.service import Watching, WatchMode
from provisioner.core.settings import DirectorySettings, Selection
from provisioner.sources.directory import DirectorySource
from provisioner.sources.watching import open_watch

LONG = 30.0
"""Seconds. Nothing here takes so long; a test that waits for it has failed."""


class Hints:
    """What to call on a hint. `times` is when they came; `then` is done at each, in the watcher's own thread."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self._event = threading.Event()
        self._then = then
        self.times: list[float] = []

    def __call__(self) -> None:
        self.times.append(time.perf_counter())
        self._then()
        self._event.set()

    def wait(self, seconds: float = LONG) -> None:
        assert self._event.wait(seconds), "no hint came"
        self._event.clear()

    def until(self, true: Callable[[], bool]) -> None:
        """Asks after each hint, and only then. What happened before the last hint must be enough to make it true."""
        deadline = time.monotonic() + LONG
        self.wait()
        while not true():
            self.wait(max(0.0, deadline - time.monotonic()))


def directory(path: Path, *, mode: WatchMode = WatchMode.AUTO, exclude: tuple[str, ...] = ()) -> DirectorySettings:
    return DirectorySettings(SourceName("local"), str(path), Selection(exclude=exclude), Watching(mode, 2.0))


@contextmanager
def watched(path: Path, hints: Hints, *, exclude: tuple[str, ...] = ()) -> Iterator[Watch]:
    watch = open_watch(directory(path, exclude=exclude), hints)
    try:
        yield watch
    finally:
        watch.close()


class Follower:
    """A watched directory. `sees` fails unless hints alone lead to the files being these."""

    def __init__(self, path: Path, hints: Hints) -> None:
        self.hints = hints
        self._source = DirectorySource(directory(path))

    def sees(self, **files: str) -> None:
        """Files by name: `a__b` is a/b.json."""
        wanted = {name.replace("__", "/") + ".json": text.encode() for name, text in files.items()}
        self.hints.until(lambda: self._files() == wanted)

    def _files(self) -> dict[str, bytes | None]:
        try:
            return {entry.path: data for entry, data in self._source.read(self._source.snapshot().entries)}
        except SourceError as error:  # not there just now
            return {str(error): None}


@contextmanager
def following(path: Path, then: Callable[[], object] = lambda: None) -> Iterator[Follower]:
    hints = Hints(then)
    with watched(path, hints):
        yield Follower(path, hints)


def until(true: Callable[[], bool], about: str) -> None:
    """Asks again and again, where no hint tells of it."""
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, about
        time.sleep(0.001)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def listeners() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("watch-")]


def watches() -> int:
    """How many watches this process holds, as the kernel counts them."""
    return sum(line.startswith("inotify ") for each in Path("/proc/self/fdinfo").iterdir() for line in _lines(each))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:  # closed meanwhile, as is the descriptor of the listing itself
        return []
