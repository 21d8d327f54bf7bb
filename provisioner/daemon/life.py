"""The life of the daemon: begins a shift, reloads, tells systemd and the watcher of the house, and ends.

In: a way to make a shift out of the configuration as it is now, and what a person or the system asks for. Out: an exit code. A new
configuration is taken whole or not at all: the old shift works on until the new one could be made.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from provisioner.core.errors import ProvisionerError
from provisioner.core.health import Cause, ConfigHealth, Health
from provisioner.core.model import SourceName
from provisioner.core.ports import Service
from provisioner.core.report import Exit
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
    @property
    def trouble(self) -> tuple[str, str] | None:
        """What keeps the state from keeping what it should, and what to do about it: it costs time, and loses nothing."""
        ...

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


class Asks:
    """What signals ask for. `stop` and `reload` are for their handlers, which may interrupt the one who waits at any point: an Event has a
    lock that he may be holding just then, and the daemon would hang for ever. Of the queue's `put` it is promised that it may.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._reload = False
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()

    def stop(self) -> None:
        """It is to end."""
        self.stopped = True
        self._wake.put(None)

    def reload(self) -> None:
        """It is to read its configuration again."""
        self._reload = True
        self._wake.put(None)

    def wait(self, seconds: float) -> None:
        """Until something is asked for, and no longer than this."""
        with suppress(queue.Empty):
            self._wake.get(timeout=seconds)

    def take_reload(self) -> bool:
        """Whether a reload was asked for since this was called last."""
        asked, self._reload = self._reload, False
        return asked


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
    """Satisfies `core.ports.Service`. `cut_off` says after `run` that a thread still hangs in a request: nobody should wait for it."""

    def __init__(self, world: World) -> None:
        self.cut_off = False
        self._world = world
        self._lock = threading.Lock()
        self._stage: Stage | None = None
        self._config = ConfigHealth("", "")
        self._swept = world.clock()
        self._trouble: tuple[str, str] | None = None

    # --- what the web asks ----------------------------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """How things stand now."""
        with self._lock:
            stage, config = self._stage, self._config
        if stage is None:
            return Health(self._world.identity.release, self._world.identity.started, self._world.now(), 0.0, 1.0, config)
        return stage.shift.board.health(self._world.identity, config, stage.state_bytes)

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
        while not self._world.asks.stopped:
            self._world.asks.wait(self._tick())
            try:
                self._round()
            except Exception as fault:  # noqa: BLE001 - the top of this thread: told whole, and no reason to stop the others
                self._told(fault)
        return self._end()

    def _told(self, fault: Exception) -> None:
        lines, step = "".join(traceback.format_exception(fault)), "this is a fault of provisioner, please report it; the daemon goes on"
        self._now.shift.around.log.error("fault", who="daemon", error=f"{type(fault).__name__}: {fault}", traceback=lines, next=step)

    def _tick(self) -> float:
        watchdog = self._world.systemd.watchdog
        return TICK if watchdog is None else min(TICK, watchdog / 3)

    def _round(self) -> None:
        """What is looked at each second."""
        if self._world.asks.stopped:
            return
        stage = self._now
        asked = self._world.asks.take_reload()
        if asked or (stage.reload and stage.changed()):
            self._reload(asked=asked)
            stage = self._now
        if stage.meddled():
            stage.shift.wish(Cause.RECORDS)
        self._troubled(stage)
        self._told_systemd()
        if self._world.clock() - self._swept > _A_DAY:
            self._swept = self._world.clock()
            stage.tidy()

    def _troubled(self, stage: Stage) -> None:
        before, self._trouble = self._trouble, stage.trouble
        if self._trouble is not None and self._trouble != before:
            stage.shift.around.log.warning("state.trouble", error=self._trouble[0], next=self._trouble[1])

    def _told_systemd(self) -> None:
        health = self.health()
        if health.alive:  # a watchdog that is fed by a timer would say nothing
            self._world.systemd.alive()
        self._world.systemd.status(summary(health))

    @property
    def _now(self) -> Stage:
        with self._lock:
            if self._stage is None:
                raise AssertionError("no shift has begun")
            return self._stage

    def _begin(self, stage: Stage) -> None:
        with self._lock:
            self._stage = stage
            self._config = ConfigHealth(stage.file, self._world.now())
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
            if new is not None:
                self._relieve(old, new)
            elif asked:
                old.shift.ask(old.shift.shelf.all(), Cause.SIGNAL)
                old.shift.wish(Cause.SIGNAL)
                old.shift.around.log.info("config.same", file=old.file)
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
        told = around.clock() + old.stop_grace
        while not old.shift.ended(self._tick()):
            if self._world.asks.stopped:
                new.close()
                return
            if around.clock() > told:
                told = float("inf")
                around.log.warning("config.waiting", late=", ".join(old.shift.late), next="the new configuration begins when they are done")
            self._told_systemd()
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
        if stage.shift.ended(stage.stop_grace):
            stage.close()
            around.log.info("daemon.stopped")
            return Exit.OK
        self.cut_off = True
        late = ", ".join(stage.shift.late)
        if stage.shift.written:
            around.log.info("daemon.stopped", late=late)
            return Exit.OK
        around.log.error("daemon.cut", late=late, grace=stage.stop_grace, next="the next start finds out what became of it")
        return Exit.ERROR


def summary(health: Health) -> str:
    """One line: whether it is well, and if not, what is not."""
    if not health.alive:
        return f"hangs: {health.slowest} has made no progress for {health.progress_age:.0f} s"
    ill = [f"{each.name}: {each.failure.message} (since {each.failing_since})" for each in health.sources if each.failure is not None]
    ill += [f"{each.name}: {each.failure.message} (since {each.failing_since})" for each in health.targets if each.failure is not None]
    if health.config.refused:
        ill.append("the changed configuration was refused")
    conflicts = sum(sum(each.conflicts.values()) for each in health.targets)
    drifted, held = sum(each.drifted for each in health.targets), sum(each.held for each in health.targets)
    waiting = sum(each.good is None for each in health.targets)
    counts = [
        f"{count:,} {word}"
        for count, word in ((conflicts, "in conflict"), (drifted, "drifted"), (held, "held"), (waiting, "not read yet"))
        if count
    ]
    in_sync = f"{sum(each.in_sync for each in health.targets):,} in sync on {len(health.targets)} targets"
    return "; ".join((*ill, ", ".join((in_sync, *counts))))
