"""The life of the daemon: begins a shift, reloads, tells systemd and the watcher of the house, and ends.

In: a way to make a shift out of the configuration as it is now, and what a person or the system asks for. Out: an exit code. A new
configuration is taken whole or not at all: the old shift works on until the new one could be made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from provisioner.core.errors import ProvisionerError
from provisioner.core.model import SourceName
from provisioner.core.ports import Service
from provisioner.core.report import Exit
from provisioner.core.standing import Cause, ConfigStanding, Standing
from provisioner.daemon.board import Identity
from provisioner.daemon.shift import Shift
from provisioner.daemon.systemd import Systemd

TICK = 1.0
"""Seconds between two looks at the configuration's files, the state file's lock, and the pulse."""

_A_DAY = 86_400.0


class Stage(Protocol):
    """A shift with all that was opened for it. `stop_grace` is how long a stop waits (seconds), `reload` whether changed files are read
    again by themselves, `file` the configuration's name.
    """

    @property
    def shift(self) -> Shift: ...
    @property
    def stop_grace(self) -> float: ...
    @property
    def reload(self) -> bool: ...
    @property
    def file(self) -> str: ...
    @property
    def state_bytes(self) -> int: ...

    def begin(self, service: Service) -> None:
        """Serves and works."""
        ...

    def changed(self) -> bool:
        """Whether a file of the configuration is another than when it was read."""
        ...

    def meddled(self) -> bool:
        """Whether another process has written to the state file since this was asked last."""
        ...

    def tidy(self) -> None:
        """Drops what was kept for long enough."""
        ...

    def close(self) -> None:
        """Lets go of what was opened. The shift has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Asks:
    """What signals ask for. `wake` is set by each of them."""

    stop: threading.Event
    reload: threading.Event
    wake: threading.Event


@dataclass(frozen=True, slots=True)
class World:
    """`open_stage` makes a stage of the configuration as it is now, given the one that works: None when it says the same as that. It raises
    ProvisionerError when the configuration cannot be taken; then the old one works on. `clock` gives seconds that never run backwards,
    `now` the time (ISO 8601, UTC).
    """

    open_stage: Callable[[Stage | None], Stage | None]
    asks: Asks
    systemd: Systemd
    identity: Identity
    clock: Callable[[], float]
    now: Callable[[], str]


class Daemon:
    """Satisfies `core.ports.Service`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._stage: Stage | None = None
        self._config = ConfigStanding("", "")
        self._swept = world.clock()

    # --- what the web asks ----------------------------------------------------------------------------------------------------------------

    def standing(self) -> Standing:
        """How things stand now."""
        with self._lock:
            stage, config = self._stage, self._config
        if stage is None:
            return Standing(self._world.identity.release, self._world.identity.started, self._world.now(), 0.0, 1.0, config)
        return stage.shift.board.standing(self._world.identity, config, stage.state_bytes)

    def hooked(self, sources: tuple[SourceName, ...]) -> None:
        """A push was announced."""
        with self._lock:
            stage = self._stage
        if stage is not None:
            stage.shift.ask(sources, Cause.HOOK)

    # --- from beginning to end ------------------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Until it is asked to stop. Raises ProvisionerError when it cannot begin."""
        stage = self._world.open_stage(None)
        if stage is None:
            raise AssertionError("there is nothing that a first configuration could be equal to")
        self._begin(stage)
        self._world.systemd.ready()
        while not self._world.asks.stop.is_set():
            self._world.asks.wake.wait(self._tick())
            self._world.asks.wake.clear()
            self._round()
        return self._end()

    def _tick(self) -> float:
        watchdog = self._world.systemd.watchdog
        return TICK if watchdog is None else min(TICK, watchdog / 3)

    def _round(self) -> None:
        """What is looked at each second."""
        stage, asks = self._now, self._world.asks
        asked = asks.reload.is_set()
        if asked or (stage.reload and stage.changed()):
            asks.reload.clear()
            self._reload(asked=asked)
            stage = self._now
        if stage.meddled():
            stage.shift.wish(Cause.RECORDS)
        standing = self.standing()
        if standing.alive:  # a watchdog that is fed by a timer would say nothing
            self._world.systemd.alive()
        self._world.systemd.status(summary(standing))
        if self._world.clock() - self._swept > _A_DAY:
            self._swept = self._world.clock()
            stage.tidy()

    @property
    def _now(self) -> Stage:
        with self._lock:
            if self._stage is None:
                raise AssertionError("no shift has begun")
            return self._stage

    def _begin(self, stage: Stage) -> None:
        with self._lock:
            self._stage = stage
            self._config = ConfigStanding(stage.file, self._world.now())
        stage.begin(self)

    def _reload(self, *, asked: bool) -> None:
        """All or nothing. A signal is answered with a look at every source and target, also where nothing changed."""
        old = self._now
        self._world.systemd.reloading()
        try:
            new = self._world.open_stage(old)
        except ProvisionerError as error:
            self._refused(error)
        else:
            with self._lock:
                self._config = replace(self._config, refused=None, refused_at=None)
            if new is None:
                if asked:
                    old.shift.ask(old.shift.shelf.all(), Cause.SIGNAL)
                    old.shift.wish(Cause.SIGNAL)
            else:
                self._relieve(old, new)
        self._world.systemd.ready()

    def _refused(self, error: ProvisionerError) -> None:
        around = self._now.shift.around
        with self._lock:
            self._config = replace(self._config, refused=error.message, refused_at=self._world.now())
        around.meter.reloaded("refused")
        around.log.error("config.refused", error=error.message, next="the configuration that was taken before stays in use")

    def _relieve(self, old: Stage, new: Stage) -> None:
        """The old shift finishes what it is writing before the new one begins: two at once would fight over the same dashboards."""
        around = new.shift.around
        old.shift.stop()
        while not old.shift.ended(old.stop_grace):
            around.log.warning("config.waiting", late=", ".join(old.shift.late), next="the new configuration begins when they are done")
            if self._world.asks.stop.is_set():
                break
        self._begin(new)
        old.close()
        around.meter.reloaded("taken")
        around.log.info("config.taken", file=new.file)

    def _end(self) -> int:
        """The write that is under way is finished, within the grace. What was cut off is resolved by the next start: its intent is written
        down.
        """
        stage = self._now
        around = stage.shift.around
        self._world.systemd.stopping()
        stage.shift.stop()
        if not stage.shift.ended(stage.stop_grace):
            late = ", ".join(stage.shift.late)
            around.log.error("daemon.cut", late=late, grace=stage.stop_grace, next="the next start finds out what became of it")
            return Exit.ERROR
        stage.close()
        around.log.info("daemon.stopped")
        return Exit.OK


def summary(standing: Standing) -> str:
    """One line: whether it is well, and if not, what is not."""
    if not standing.alive:
        return f"hangs: {standing.slowest} has made no progress for {standing.progress_age:.0f} s"
    ill = [f"{each.name}: {each.failure.message} (since {each.failing_since})" for each in standing.sources if each.failure is not None]
    ill += [f"{each.name}: {each.failure.message} (since {each.failing_since})" for each in standing.targets if each.failure is not None]
    if standing.config.refused:
        ill.append("the changed configuration was refused")
    conflicts = sum(sum(each.conflicts.values()) for each in standing.targets)
    drifted, held = sum(each.drifted for each in standing.targets), sum(each.held for each in standing.targets)
    waiting = sum(each.good is None for each in standing.targets)
    counts = [
        f"{count:,} {word}"
        for count, word in ((conflicts, "in conflict"), (drifted, "drifted"), (held, "held"), (waiting, "not read yet"))
        if count
    ]
    in_sync = f"{sum(each.in_sync for each in standing.targets):,} in sync on {len(standing.targets)} targets"
    return "; ".join((*ill, ", ".join((in_sync, *counts))))
