"""Sets the daemon's stage: a shift made of a configuration, with all that was opened for it.

In: a way to load the configuration, the environment, the front that outlasts it. Out: `Stage`, open until it is closed. It begins nothing:
`daemon/life.py` says when.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event

from provisioner.config.assemble import Loaded
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.ports import Meter, Service
from provisioner.core.settings import GitSettings, Settings, TargetSettings
from provisioner.daemon.around import Around, Pulse
from provisioner.daemon.board import PATIENCE, Board
from provisioner.daemon.life import Stage as AnyStage
from provisioner.daemon.patrol import PatrolPart
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.shift import Parts, Shift
from provisioner.daemon.worker import TargetPart
from provisioner.front import Front
from provisioner.log import log_pass, open_log
from provisioner.state.turns import Turns
from provisioner.wiring import Confirmed, OnRequest, Run, now, opened

_COMMAND = "provisioner run"

_STEPS_OF_A_LOOK = 5
"""Of git: asking for the ref, fetching it, once more into a new store, listing it."""

_Stamp = dict[str, tuple[int, int, int]]
"""By path: when it was changed (nanoseconds), its size, and which it is."""


@dataclass(frozen=True, slots=True)
class House:
    """What outlasts every configuration. `load` reads the one that is there now and raises ConfigurationInvalid; `file` is its name for
    people.
    """

    load: Callable[[], Loaded]
    file: str
    environment: Mapping[str, str]
    front: Front
    pulse: Pulse = field(default_factory=lambda: Pulse(time.monotonic))

    def open_stage(self, old: AnyStage | None) -> Stage | None:
        """Satisfies `daemon.life.World.open_stage`. What was read and refused is watched too: it may be another file that has to be
        mended.
        """
        before = old.stamp() if isinstance(old, Stage) else {}
        try:
            loaded = self.load()
        except ConfigurationInvalid as error:
            if isinstance(old, Stage):
                old.watch_also(error.files, before)
            raise
        if isinstance(old, Stage):
            old.watch_also(loaded.files, before)
            if loaded.settings == old.loaded.settings:
                return None
        with ExitStack() as held:
            stage = Stage(self, loaded, held)
            stage.held = held.pop_all()
        stage.watch_also((), before)
        return stage


class Stage:
    """Satisfies `daemon.life.Stage`."""

    held: ExitStack

    def __init__(self, house: House, loaded: Loaded, held: ExitStack) -> None:
        """Opens everything, to be closed with `held`. Raises ProvisionerError; then the old stage is as it was."""
        settings = loaded.settings
        self.loaded = loaded
        self.file = house.file
        self._front = house.front
        self._bound = house.front.reserve(settings.server)
        if self._bound is not None:
            held.callback(self._not_needed)
        self._stopping = Event()
        self._run = held.enter_context(opened(settings, house.environment, self._stopping))
        self._turns = Turns(lambda: self._run.alone(_COMMAND))
        self._confirmed: frozenset[Confirmed] = frozenset()
        self._files, self._directories = loaded.files, loaded.directories
        self._stamp = self._seen = self.stamp()
        self.log = open_log(settings.log, sys.stderr)
        for each in loaded.problems:
            self.log.warning("config.caution", code=each.code, place=each.where, message=each.message, next=each.remedy)
        self.shift = self._shift(house)

    def _shift(self, house: House) -> Shift:
        settings, meter = self.loaded.settings, self._front.meter(self.loaded.settings)
        around = Around(time.monotonic, now, random.random, self.log, meter, house.pulse, self._stopping)
        shelf = Shelf(each.name for each in settings.sources)
        board = Board(settings.targets, shelf, around, partial(log_pass, self.log), _patience(settings))
        sources = tuple(self._run.source_part(each) for each in settings.sources)
        targets = tuple(_target_part(self._run, each, self._turns, _Heard(each.name, meter, house.pulse)) for each in settings.targets)
        return Shift(Parts(sources, targets), shelf, board, around)

    @property
    def stop_grace(self) -> float:
        return self.loaded.settings.daemon.stop_grace

    @property
    def reload(self) -> bool:
        return self.loaded.settings.daemon.reload

    @property
    def state_bytes(self) -> int:
        """What the state file takes on the disk, with what SQLite has beside it."""
        path = self.loaded.settings.state
        return sum(size for _, size, _ in _stamp((path, f"{path}-wal")).values())

    @property
    def trouble(self) -> tuple[str, str] | None:
        """Of what is remembered of files."""
        memory = self._run.memory
        return None if memory.trouble is None else (memory.trouble, memory.advice)

    def begin(self, service: Service) -> None:
        """Serves and works."""
        self._front.open(self.loaded.settings, self._bound, service, self.log)
        self._bound = None
        self.shift.start()

    def changed(self) -> bool:
        """Whether a file is another than when it was read, and has been so for as long as between two questions: somebody may still be
        writing. Said once for each change.
        """
        before, self._seen = self._seen, self.stamp()
        if self._seen == self._stamp or self._seen != before:
            return False
        self._stamp = self._seen
        return True

    def stamp(self) -> _Stamp:
        """The files and directories of the configuration, as they are now."""
        return _stamp((*self._files, *self._directories))

    def watch_also(self, files: tuple[str, ...], before: _Stamp) -> None:
        """These files belong to the configuration too. `before` it was read, its files were so: who saved while it was read is noticed."""
        self._files = tuple(dict.fromkeys((*self._files, *files)))
        self._seen = self.stamp()
        self._stamp = {path: before.get(path, here) for path, here in self._seen.items()}

    def meddled(self) -> bool:
        """Whether another process has written to the state file meanwhile: in a turn of its own, or what a person confirmed."""
        before, self._confirmed = self._confirmed, self._run.confirmed()
        return bool(self._confirmed - before) or self._turns.meddled()

    def tidy(self) -> None:
        """Drops what was kept for long enough."""
        self._run.sweep()

    def close(self) -> None:
        """Lets go of what was opened. The shift has ended."""
        self.held.close()

    def _not_needed(self) -> None:
        """The address was reserved, and the configuration was refused for another reason."""
        if self._bound is not None:
            self._bound.close()


@dataclass(frozen=True, slots=True)
class _Heard:
    """Hears of each request of one target: it is counted, and it is progress."""

    target: str
    meter: Meter
    pulse: Pulse

    def by(self, who: str) -> OnRequest:
        def told(method: str, status: str, seconds: float) -> None:
            self.meter.requested(self.target, method, status, seconds)
            self.pulse.beat_if_busy(who)

        return told


def _target_part(run: Run, target: TargetSettings, turns: Turns, heard: _Heard) -> PatrolPart:
    worker, patrol = heard.by(f"target {target.name}"), heard.by(f"patrol {target.name}")
    part = TargetPart(
        settings=target,
        parts=lambda files: replace(run.parts(target, files, worker), place_notes=False),
        ledger=lambda: run.ledger(target),
        alone=turns.turn,
    )
    return PatrolPart(part, lambda: run.parts(target, {}, patrol).open_grafana())


def _patience(settings: Settings) -> float:
    """Where a person allows a request, or a step of git, more than is usual, a thread may be silent for longer before it hangs."""
    steps = (_STEPS_OF_A_LOOK * each.timeout for each in settings.sources if isinstance(each, GitSettings))
    requests = (2 * each.connection.timeout for each in settings.targets)
    return max((PATIENCE, *steps, *requests))


def _stamp(paths: Iterable[str]) -> _Stamp:
    """How they are now, behind links: what is not there is zeros, and so is another state than being there."""
    found: _Stamp = {}
    for path in paths:
        try:
            status = Path(path).stat()
        except OSError:
            found[path] = (0, 0, 0)
        else:
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
