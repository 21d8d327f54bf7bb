"""The life of the daemon around its shifts: reloads, the watchdog, faults of ours, the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from provisioner.core.errors import AddressUnusable, ProvisionerError
from provisioner.core.health import Cause, ConfigHealth, Health, SourceHealth, TargetHealth
from provisioner.core.model import SourceName, TargetName
from provisioner.core.ports import Service
from provisioner.core.report import Exit, Failure
from provisioner.daemon.board import Board, Identity
from provisioner.daemon.life import Asks, Daemon, Stage, World, summary
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.shift import Parts, Shift
from provisioner.daemon.systemd import Systemd
from tests.daemon.desk import NOW, Clock, KeptLog, around, running, until

CONFIG = ConfigHealth("config.yaml", NOW)
WHOLE = Health("1", NOW, NOW, 0.0, 300.0, CONFIG, targets=(TargetHealth(TargetName("test"), "", good=NOW, in_sync=1_200),))
SILENT = Failure("", "it does not answer", "")


class HeardSystemd(Systemd):
    """Keeps what would be sent; it looks after the daemon often."""

    def __init__(self) -> None:
        super().__init__({}, 1)
        self.watchdog = 0.03
        self.heard: list[str] = []

    def _send(self, message: str) -> None:
        self.heard.append(message.partition("\n")[0])

    def count(self, message: str) -> int:
        return sum(each == message for each in self.heard)


@dataclass
class Set:
    """A stage without sources and targets, which a test changes under the daemon."""

    log: KeptLog
    clock: Callable[[], float]
    file: str = "config.yaml"
    stop_grace: float = 5.0
    reload: bool = True
    state_bytes: int = 0
    trouble: tuple[str, str] | None = None
    changes: int = 0
    fault: Exception | None = None
    begun: bool = False
    closed: bool = False
    meddlings: int = 0
    wishes: list[Cause] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.around = around(self.log, self.clock)
        shelf = Shelf(())
        self.shift = _Shift(self, shelf)

    def begin(self, _: Service) -> None:
        self.begun = True

    def changed(self) -> bool:
        self.changes, changed = max(0, self.changes - 1), self.changes
        return bool(changed)

    def meddled(self) -> bool:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        self.meddlings, meddled = 0, self.meddlings
        return bool(meddled)

    def tidy(self) -> None: ...

    def close(self) -> None:
        self.closed = True


class _Shift(Shift):
    def __init__(self, stage: Set, shelf: Shelf) -> None:
        super().__init__(Parts((), ()), shelf, Board((), shelf, stage.around, lambda *_: None), stage.around)
        self._stage = stage
        self.hangs = threading.Event()

    def wish(self, cause: Cause) -> None:
        self._stage.wishes.append(cause)

    def ended(self, _: float) -> bool:
        """A moment, instead of a second."""
        time.sleep(0.001)
        return not self.hangs.is_set()


class Scene:
    """A daemon on a thread, with what it opens: each a stage, None for "the same", or why it is refused."""

    def __init__(self) -> None:
        self.log, self.clock, self.systemd, self.asks = KeptLog(), Clock(), HeardSystemd(), Asks()
        self.first = Set(self.log, self.clock)
        self.opens: list[Set | ProvisionerError | None] = [self.first]
        self.code: int | None = None
        self.daemon = Daemon(World(self.open_stage, self.asks, self.systemd, Identity("1", NOW), self.clock, lambda: NOW))

    def open_stage(self, _: Stage | None) -> Stage | None:
        found = self.opens.pop(0)
        if isinstance(found, ProvisionerError):
            raise found
        return found

    def run(self) -> None:
        self.code = self.daemon.run()

    @property
    def config(self) -> ConfigHealth:
        return self.daemon.health().config


@pytest.fixture
def scene() -> Scene:
    return Scene()


REFUSED = AddressUnusable("cannot listen there", next_step="name another address")


def test_it_begins_tells_systemd_and_ends_well(scene: Scene) -> None:
    with running(scene.run, scene.asks.stop):
        until(lambda: scene.systemd.count("WATCHDOG=1") >= 2)
    assert ("READY=1", "STOPPING=1", Exit.OK) == (scene.systemd.heard[0], scene.systemd.heard[-1], scene.code)
    assert (True, True) == (scene.first.begun, scene.first.closed)


def test_the_watchdog_is_fed_only_while_there_is_progress(scene: Scene) -> None:
    with running(scene.run, scene.asks.stop):
        scene.first.around.pulse.beat("target test")
        until(lambda: scene.systemd.count("WATCHDOG=1") >= 1)
        scene.clock.now += 301
        until(lambda: scene.systemd.heard[-1].startswith("STATUS=hangs: "))
        fed = scene.systemd.count("WATCHDOG=1")
        scene.systemd.heard.append("from here on")
        until(lambda: len(scene.systemd.heard) > scene.systemd.heard.index("from here on") + 4)
        assert fed == scene.systemd.count("WATCHDOG=1")
        scene.first.around.pulse.beat("target test")
        until(lambda: scene.systemd.count("WATCHDOG=1") > fed)


def test_a_fault_of_ours_is_told_with_its_traceback_and_the_daemon_goes_on(scene: Scene) -> None:
    with running(scene.run, scene.asks.stop):
        scene.first.fault = ZeroDivisionError("of ours")
        until(lambda: "fault" in scene.log.events)
        told = scene.log.fields("fault")
        assert (True, True) == ("ZeroDivisionError: of ours" in told["error"], "meddled" in told["traceback"])
        scene.first.meddlings = 1
        until(lambda: scene.first.wishes)
    assert Exit.OK == scene.code


def test_what_another_command_wrote_wishes_a_pass(scene: Scene) -> None:
    with running(scene.run, scene.asks.stop):
        scene.first.meddlings = 1
        until(lambda: scene.first.wishes == [Cause.RECORDS])


def test_a_state_in_trouble_is_told_once(scene: Scene) -> None:
    with running(scene.run, scene.asks.stop):
        scene.first.trouble = ("the disk is full", "make room")
        until(lambda: "state.trouble" in scene.log.events)
        rounds = scene.systemd.count("WATCHDOG=1")
        until(lambda: scene.systemd.count("WATCHDOG=1") > rounds + 2)
        assert 1 == scene.log.events.count("state.trouble")
    assert {"error": "the disk is full", "next": "make room"} == scene.log.fields("state.trouble")


def test_a_new_configuration_relieves_the_old_one(scene: Scene) -> None:
    new = Set(scene.log, scene.clock, file="new.yaml")
    scene.opens.append(new)
    with running(scene.run, scene.asks.stop):
        scene.first.changes = 1
        until(lambda: "config.taken" in scene.log.events)
        assert ("new.yaml", True, True, False) == (scene.config.file, scene.first.closed, new.begun, new.closed)
    assert new.closed


def test_a_configuration_that_is_refused_leaves_the_old_one_at_work_until_a_good_one_comes(scene: Scene) -> None:
    scene.opens += [REFUSED, None]
    with running(scene.run, scene.asks.stop):
        scene.asks.reload()
        until(lambda: scene.config.refused)
        assert (NOW, False) == (scene.config.refused_at, scene.first.closed)
        scene.asks.reload()
        until(lambda: scene.config.refused is None)
        assert [Cause.SIGNAL] == scene.first.wishes
    assert ["config.refused", "config.same", "daemon.stopped"] == scene.log.events


def test_the_new_configuration_waits_for_what_hangs_and_tells_so_once_and_feeds_the_watchdog(scene: Scene) -> None:
    new = Set(scene.log, scene.clock)
    scene.opens.append(new)
    scene.first.shift.hangs.set()
    with running(scene.run, scene.asks.stop):
        scene.asks.reload()
        until(lambda: "RELOADING=1" in scene.systemd.heard)
        scene.clock.now += 6
        until(lambda: "config.waiting" in scene.log.events)
        fed = scene.systemd.count("WATCHDOG=1")
        until(lambda: scene.systemd.count("WATCHDOG=1") > fed + 2)
        assert (1, False) == (scene.log.events.count("config.waiting"), new.begun)
        scene.first.shift.hangs.clear()
        until(lambda: new.begun)


def test_a_stop_while_a_reload_waits_is_heard_and_the_new_configuration_never_begins(scene: Scene) -> None:
    new = Set(scene.log, scene.clock)
    scene.opens.append(new)
    scene.first.shift.hangs.set()
    with running(scene.run, scene.asks.stop):
        scene.asks.reload()
        until(lambda: "RELOADING=1" in scene.systemd.heard)
    assert (False, True) == (new.begun, new.closed)


def test_a_hook_before_anything_has_begun_is_no_failure(scene: Scene) -> None:
    scene.daemon.hooked(())
    assert () == scene.daemon.health().targets


def test_asking_twice_is_one_reload() -> None:
    asks = Asks()
    asks.reload()
    asks.reload()
    assert (True, False) == (asks.take_reload(), asks.take_reload())


def test_a_status_line_says_what_is_ill_first() -> None:
    source = SourceHealth(SourceName("platform"), "", failure=SILENT, failing_since=NOW)
    assert "1,200 in sync on 1 targets" == summary(WHOLE)
    assert f"platform: it does not answer (since {NOW}); 1,200 in sync on 1 targets" == summary(replace(WHOLE, sources=(source,)))
    assert "hangs: x has made no progress for 301 s" == summary(replace(WHOLE, progress_age=301.0, slowest="x"))
    ill = replace(WHOLE.targets[0], conflicts={"stale": 2}, drifted=1, held=3, good=None)
    assert "1,200 in sync on 1 targets, 2 in conflict, 1 drifted, 3 held, 1 not read yet" == summary(replace(WHOLE, targets=(ill,)))
