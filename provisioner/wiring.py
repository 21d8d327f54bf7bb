"""Builds the parts of a run out of its settings.

In: loaded settings, the environment, a stop event. Out: a `Run`, open for as long as the block lasts. It reads no source and asks no server
yet.
"""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Lock
from typing import TYPE_CHECKING

from provisioner.config.secrets import reveal
from provisioner.core.errors import StateUnusable
from provisioner.core.model import SourceFiles, SourceName, TargetName
from provisioner.core.ports import Source, Written
from provisioner.core.secret import Reveal
from provisioner.core.settings import Connection, DirectorySettings, Settings, SourceSettings, TargetSettings
from provisioner.daemon.keeper import SourcePart
from provisioner.judging import Way
from provisioner.reading import Library, read_source
from provisioner.reconcile import Parts
from provisioner.sources import open_source, watched
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from provisioner.state.lock import Asking, StateLock
from provisioner.state.sqlite import SqliteMemory

if TYPE_CHECKING:
    from provisioner.grafana import OpenGrafana, Sessions

_SECONDS_A_DAY = 86_400

OnRequest = Callable[[str, str, float], None]

Confirmed = tuple[TargetName, str]
"""A digest that a person confirmed, and where."""


def unheard(_method: str, _status: str, _seconds: float) -> None:
    """Nobody listens."""


class _State:
    """The state file, opened when the first target asks for its records: `validate` needs none. One ledger for each target, since it
    remembers
    what it read.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = Lock()
        self._file: StateFile | None = None
        self._ledgers: dict[TargetName, SqliteLedger] = {}

    def ledger(self, target: TargetSettings) -> SqliteLedger:
        """Raises StateUnusable."""
        with self._lock:
            self._file = self._file or StateFile(_placed(self._path))
            if target.name not in self._ledgers:
                self._ledgers[target.name] = SqliteLedger(self._file, target.name, keep_seconds=int(target.policy.prune.keep))
            return self._ledgers[target.name]

    def sweep(self) -> None:
        """Drops what was kept for long enough. A file that cannot be written is told by the next pass."""
        with self._lock:
            for each in self._ledgers.values():
                with suppress(StateUnusable):
                    each.sweep(now())

    def close(self) -> None:
        """Drops what was kept for long enough, and lets go of the file."""
        self.sweep()
        with self._lock:
            if self._file is not None:
                self._file.close()


class _Servers:
    """The way to servers, with the sessions there: a pass goes on with the cookie of the one before."""

    def __init__(self, secrets: Reveal, stop: Event) -> None:
        self._secrets = secrets
        self._stop = stop
        self._lock = Lock()
        self._sessions: Sessions | None = None

    def opener(self, connection: Connection, told: OnRequest) -> Callable[[], OpenGrafana]:
        """Opens this one, as often as it is called."""
        # Half of the time that `provisioner validate` takes to start would go into importing what speaks HTTP.
        from provisioner.grafana import Sessions, Waiting, open_grafana  # noqa: PLC0415 - the comment above says why

        with self._lock:
            sessions = self._sessions = self._sessions or Sessions(time.monotonic)
        waiting = Waiting(pause=self._stop.wait)
        return lambda: open_grafana(connection, self._secrets, waiting, told, sessions)


class _Looking:
    """Reads a source for the daemon, which has what was read before. Once a day the memory is asked for all of it, or it would forget what
    nobody asked for in a month, and a restart would parse every file.
    """

    def __init__(self, source: Source, memory: SqliteMemory, prefix: str) -> None:
        self._source = source
        self._memory = memory
        self._prefix = prefix
        self._day = -1

    def __call__(self, before: SourceFiles | None) -> SourceFiles:
        """Raises SourceError and SecretUnreadable."""
        today = _today()
        shown = before if today == self._day else None
        files = read_source(self._source, self._memory, self._prefix, shown)
        self._day = today
        return files


@dataclass(frozen=True, slots=True)
class Run:
    """The parts that all targets of one run share. `trouble` of the memory is told at the end: it cost time and nothing else."""

    settings: Settings
    library: Library
    memory: SqliteMemory
    reveal: Reveal
    stop: Event
    state: _State
    servers: _Servers

    def ledger(self, target: TargetSettings) -> SqliteLedger:
        """The records of this target. Raises StateUnusable."""
        return self.state.ledger(target)

    def confirmed(self) -> frozenset[Confirmed]:
        """What people allowed that was not done yet. Of a file that cannot be read nothing is known: the next pass tells why."""
        with suppress(StateUnusable):
            return frozenset((each.name, digest) for each in self.settings.targets for digest in self.ledger(each).confirmed())
        return frozenset()

    def sweep(self) -> None:
        """Drops what was kept for long enough."""
        self.state.sweep()
        self.memory.forget_unused()

    def alone(self, command: str) -> StateLock:
        """The block in which this process alone writes to the servers of the state file. Raises StateUnusable, which says who holds it."""
        asking = Asking(command, now(), self.stop.wait, self.settings.lock_wait)
        return StateLock(_placed(self.settings.state), asking)

    def source_part(self, settings: SourceSettings) -> SourcePart:
        """How the daemon keeps this source."""
        source, prefix = self.library.sources[settings.name], self.library.prefixes.get(settings.name, "")
        return SourcePart(
            name=settings.name,
            look=_Looking(source, self.memory, prefix),
            watch=lambda on_hint: watched(settings, on_hint),
            age=source.age if isinstance(source, Written) else lambda _: None,
            interrupt=getattr(source, "interrupt", lambda: None),
        )

    def way(self, target: TargetSettings) -> Way:
        """How this target's server is asked what it says of the files, without its records."""
        return Way(target, self.servers.opener(target.connection, unheard))

    def parts(self, target: TargetSettings, files: Mapping[SourceName, SourceFiles] | None = None, told: OnRequest = unheard) -> Parts:
        """What a pass over this target works with; where `files` are given it reads no source. `told` hears of each request."""
        return Parts(
            library=self.library if files is None else self.library.holding(files),
            memory=self.memory,
            ledger=self.ledger(target),
            open_grafana=self.servers.opener(target.connection, told),
            clock=time.monotonic,
            now=now,
            stopping=self.stop.is_set,
            release=self.memory.rules,
            severities=self.settings.severities,
        )


def collect_rarely(young: int = 200_000) -> None:
    """For a process that works on ten thousand files: their readings are half a million small values without a cycle among them, and
    looking through them again and again took half of an unchanged pass. `young` is after how many new values the young ones are looked
    through; until then what a pass leaves in cycles stays in memory.
    """
    gc.set_threshold(young, 20, 20)


@contextmanager
def opened(settings: Settings, environment: Mapping[str, str], stop: Event) -> Iterator[Run]:
    """The run, with sources and state open. Raises SourceBroken when a source needs git and there is none."""
    with ExitStack() as held:
        secrets = reveal(environment)
        memory = SqliteMemory(settings.state, today=_today)
        held.callback(memory.close)
        sources: dict[SourceName, Source] = {}
        for each in settings.sources:
            sources[each.name] = open_source(each, secrets)
            held.callback(getattr(sources[each.name], "close", lambda: None))
        prefixes = _prefixes(settings.sources)

        state = _State(settings.state)
        held.callback(state.close)
        yield Run(settings, Library(sources, memory, prefixes), memory, secrets, stop, state, _Servers(secrets, stop))
        memory.forget_unused()


def _placed(state: str) -> str:
    """The path of the state file. Raises StateUnusable where there is none."""
    if not state:
        raise StateUnusable(
            "there is no place for the state file: neither XDG_STATE_HOME nor HOME is set",
            next_step="name one with --state FILE, or as state: {path: …} of the configuration; nothing was sent to a server",
        )
    return state


def _today() -> int:
    """Days since 1970, in UTC."""
    return int(time.time()) // _SECONDS_A_DAY


def now() -> str:
    """The time, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _prefixes(sources: tuple[SourceSettings, ...]) -> dict[SourceName, str]:
    """By source. Where two would show one path for different files, the source's name stands before it."""
    prefixes = {each.name: _prefix(each) for each in sources}
    shared = {prefix for prefix, times in Counter(prefixes.values()).items() if times > 1}
    return {name: f"{name}:{prefix}" if prefix in shared else prefix for name, prefix in prefixes.items()}


def _prefix(settings: SourceSettings) -> str:
    """What makes a path of the source one that can be opened from the working directory, or found in the repository."""
    if not isinstance(settings, DirectorySettings):
        path = settings.path.strip("/")
        return f"{path}/" if path else ""
    near = os.path.relpath(settings.path)
    shown = settings.path if near.startswith("..") else near
    return "" if shown == "." else f"{shown}/"
