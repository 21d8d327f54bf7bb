"""A shift at work on a real server: a fault of ours in one hand is told, begins anew, and no other hand notices."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from provisioner.core.dialect import Grafana
from provisioner.core.health import Cause, ConfigHealth, Health, TargetHealth
from provisioner.core.model import SourceFiles, SourceName, TargetName
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, Connection, DirectorySettings, Settings, TargetSettings
from provisioner.daemon.board import Board, Identity
from provisioner.daemon.patrol import PatrolPart
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.shift import Parts, Shift
from provisioner.daemon.worker import TargetPart
from provisioner.reconcile import Parts as PassParts
from provisioner.state.turns import Turns
from provisioner.wiring import Run, opened
from tests.daemon.desk import NOW, PATIENCE, KeptLog, around, until
from tests.whole.house import House, dashboard, house

SOURCE = SourceName("files")
T = TypeVar("T")


@dataclass
class Scene:
    """Two targets on one server, "sound" and "faulty", each with an organisation's worth of records of its own."""

    place: House
    run: Run
    log: KeptLog = field(default_factory=KeptLog)
    faults: dict[str, int] = field(default_factory=dict)
    """How many more times each hand fails."""

    def __post_init__(self) -> None:
        self.around = around(self.log)
        self.turns = Turns(lambda: self.run.alone("test"))
        shelf = Shelf((SOURCE,))
        targets = tuple(self._part(each) for each in self.run.settings.targets)
        source = self.run.source_part(self.run.settings.sources[0])
        look = source.look
        source = replace(source, look=lambda before: self._faulty("source", partial(look, before)))
        board = Board(self.run.settings.targets, shelf, self.around, lambda *_: None)
        self.shift = Shift(Parts((source,), targets), shelf, board, self.around)

    def _part(self, target: TargetSettings) -> PatrolPart:
        def parts(files: Mapping[SourceName, SourceFiles]) -> PassParts:
            return self._faulty(target.name, lambda: self.run.parts(target, files))

        def server() -> AbstractContextManager[Grafana]:
            return self._faulty(f"patrol of {target.name}", lambda: self.run.parts(target, {}).open_grafana())

        part = TargetPart(target, parts, lambda: self.run.ledger(target), self.turns.turn)
        return PatrolPart(part, server)

    def _faulty(self, who: str, work: Callable[[], T]) -> T:
        if self.faults.get(who, 0):
            self.faults[who] -= 1
            raise ZeroDivisionError("a fault of ours")
        return work()

    @property
    def health(self) -> Health:
        return self.shift.board.health(Identity("1", NOW), ConfigHealth("", ""), 0)

    def target(self, name: str) -> TargetHealth:
        return next(each for each in self.health.targets if each.name == name)


@contextmanager
def _at_work(place: House, **faults: int) -> Iterator[Scene]:
    place.write("first.json", dashboard("first"))
    auth = BasicAuth("admin", Secret("targets.test.password_env", variable="PASSWORD"))
    names = (TargetName("sound"), TargetName("faulty"))
    targets = tuple(TargetSettings(name, Connection(name, place.sandbox.url, auth), (SOURCE,), drift_interval=0.2) for name in names)
    settings = Settings((DirectorySettings(SOURCE, str(place.files)),), targets, str(place.place / "state.db"))
    with opened(settings, place.environment, place.stop) as run:
        scene = Scene(place, run, faults={name.replace("_", " "): times for name, times in faults.items()})
        scene.shift.start()
        try:
            yield scene
        finally:
            scene.shift.stop()
            assert scene.shift.ended(PATIENCE), scene.shift.late


@pytest.fixture
def place(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "place") as made:
        yield made


def test_a_fault_in_one_worker_is_told_with_its_traceback_shown_and_begun_anew_while_the_other_works(place: House) -> None:
    with _at_work(place, faulty=1) as scene:
        until(lambda: "fault" in scene.log.events)
        told = scene.log.fields("fault")
        assert ("target faulty", True, True) == (told["who"], "ZeroDivisionError" in told["error"], "_faulty" in told["traceback"])
        until(lambda: scene.target("sound").good)
        until(lambda: scene.target("faulty").good, "it began anew")
        assert None is scene.target("faulty").failure
        assert "target.back" in scene.log.events


def test_a_worker_that_fails_again_and_again_says_so_and_waits_longer(place: House) -> None:
    begun = time.monotonic()
    with _at_work(place, faulty=1_000) as scene:
        until(lambda: (failure := scene.target("faulty").failure) is not None and "a fault of provisioner" in failure.message)
        place.write("first.json", dashboard("first", "Changed"))
        until(lambda: place.browser.content("first")["title"] == "Changed", "the other goes on")
        assert NOW == scene.target("faulty").failing_since
        assert scene.log.events.count("fault") <= 1 + math.log2((time.monotonic() - begun) / 0.5 + 1)  # half a second, doubled each time


def test_a_fault_in_a_keeper_is_told_and_the_source_is_read_again(place: House) -> None:
    with _at_work(place, source=1) as scene:
        until(lambda: scene.target("sound").good, "it was read again")
        assert "source files" == scene.log.fields("fault")["who"]
        until(lambda: scene.health.sources[0].failure is None)


def test_a_fault_in_a_patrol_harms_no_pass_and_drift_is_found_afterwards(place: House) -> None:
    with _at_work(place, patrol_of_sound=1) as scene:
        until(lambda: "fault" in scene.log.events)
        until(lambda: scene.target("sound").good)
        place.browser.edit("first", title="By hand")
        until(lambda: scene.target("sound").drifted == 1)


def test_a_wish_reaches_every_target_and_a_stranger_source_nobody(place: House) -> None:
    with _at_work(place) as scene:
        until(lambda: all(each.good for each in scene.health.targets))
        scene.shift.ask((SourceName("stranger"), SOURCE), Cause.HOOK)
        scene.shift.wish(Cause.RECORDS)
        until(lambda: all(each.cause is Cause.RECORDS for each in scene.health.targets))


def test_after_the_end_all_have_gone_home_and_nothing_was_told_of_it(place: House) -> None:
    with _at_work(place) as scene:
        until(lambda: all(each.good for each in scene.health.targets))
    assert ((), True) == (scene.shift.late, scene.shift.written)
    assert "fault" not in scene.log.events
