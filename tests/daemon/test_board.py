"""How things stand, and what the log hears of it: each matter when it comes and when it goes, and a failure once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.health import Cause, ConfigHealth, Health, TargetHealth
from provisioner.core.model import TargetName
from provisioner.core.report import Failure, PassReport
from provisioner.daemon.around import Around
from provisioner.daemon.board import Board, Identity
from provisioner.daemon.shelf import Shelf
from tests.core.builders import NEW
from tests.daemon.desk import NOW, Clock, KeptLog, around, report, target

TEST, OTHER = TargetName("test"), TargetName("other")
DOWN = Failure("target test", "it does not answer", "it is tried again", unreachable=True)
GOOD = report(server=NEW)
RESTING = report(resting=3)


class Scene:
    """A board of two targets, with its log."""

    def __init__(self) -> None:
        self.clock, self.log = Clock(), KeptLog()
        self.around: Around = around(self.log, self.clock)
        self.board = Board((target("test"), target("other")), Shelf(()), self.around, self.told, patience=100.0)

    def told(self, each: PassReport, cause: str) -> None:
        self.log.info("pass.failed" if each.failure else "pass.done", target=each.target, cause=cause)

    def passed(self, each: PassReport, cause: Cause = Cause.CHANGE) -> None:
        self.board.begun(each.target, cause)
        self.board.passed(each.target, each, retry_at=None, owned=3)

    @property
    def health(self) -> Health:
        return self.board.health(Identity("1", NOW), ConfigHealth("config.yaml", NOW), 0)

    @property
    def target(self) -> TargetHealth:
        return self.health.targets[0]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_failure_is_told_once_for_as_long_as_it_is_the_same_and_once_when_it_is_over(scene: Scene) -> None:
    for _ in range(3):
        scene.passed(report(failure=DOWN), Cause.RETRY)
    assert (DOWN, NOW) == (scene.target.failure, scene.target.failing_since)
    scene.passed(GOOD, Cause.RETRY)
    assert ["pass.failed", "target.back", "pass.done"] == scene.log.events
    assert (None, NOW, "Grafana 12.4.0") == (scene.target.failure, scene.target.good, scene.target.server)


def test_another_failure_is_told_anew(scene: Scene) -> None:
    scene.passed(report(failure=DOWN))
    scene.passed(report(failure=replace(DOWN, message="it forbids")))
    assert ["pass.failed", "pass.failed"] == scene.log.events


def test_a_server_that_the_patrol_found_silent_is_not_back_because_a_pass_had_nothing_to_ask(scene: Scene) -> None:
    scene.passed(GOOD)
    scene.board.failed(TEST, DOWN, of_server=True)
    scene.passed(RESTING)
    assert (DOWN, ["pass.done", "target.failed"]) == (scene.target.failure, scene.log.events)
    scene.passed(RESTING, Cause.BACK)
    assert (None, "target.back") == (scene.target.failure, scene.log.events[-1])


def test_a_fault_of_ours_is_over_with_the_next_good_pass_whatever_it_asked(scene: Scene) -> None:
    scene.board.failed(TEST, replace(DOWN, unreachable=False), of_server=False)
    scene.passed(RESTING)
    assert None is scene.target.failure


def test_what_the_patrol_finds_and_a_pass_found_before_is_not_told_twice(scene: Scene) -> None:
    scene.passed(report(failure=DOWN))
    scene.board.failed(TEST, DOWN, of_server=True)
    assert ["pass.failed"] == scene.log.events


def test_a_pass_that_failed_keeps_what_was_known_before(scene: Scene) -> None:
    scene.passed(replace(GOOD, resting=5))
    scene.passed(report(failure=DOWN))
    assert (5, NOW) == (scene.target.in_sync, scene.target.good)


def test_ages_and_waits_follow_the_clock(scene: Scene) -> None:
    scene.board.begun(TEST, Cause.CHANGE)
    scene.board.passed(TEST, GOOD, retry_at=scene.clock.now + 30, owned=3)
    scene.clock.now += 10
    assert (10.0, 20.0) == (scene.target.good_age, scene.target.retry_in)
    scene.clock.now += 60
    assert 0.0 == scene.target.retry_in


def test_it_is_alive_while_whoever_is_busy_makes_progress_and_whoever_waits_is_well(scene: Scene) -> None:
    scene.clock.now += 1000
    alive = [scene.health.alive]
    scene.around.pulse.beat("target test")
    for seconds in (100, 1):
        scene.clock.now += seconds
        alive.append(scene.health.alive)
    assert "target test" == scene.health.slowest
    scene.around.pulse.beat_if_busy("target test")
    assert [True, True, False, True] == [*alive, scene.health.alive]


def test_the_targets_are_told_apart(scene: Scene) -> None:
    scene.passed(report(target=OTHER, failure=DOWN))
    assert (None, DOWN) == tuple(each.failure for each in scene.health.targets)
