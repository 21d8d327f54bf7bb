"""The patrol: each dashboard once in the interval, what moved is told once, and a silent server is asked until it answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnreachable
from provisioner.core.health import Cause, ConfigHealth
from provisioner.core.model import Uid
from provisioner.core.ports import Ledger
from provisioner.core.records import Record
from provisioner.core.server import LiveDashboard, Mark
from provisioner.daemon.board import Board, Identity
from provisioner.daemon.patrol import Patrol, PatrolPart
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.worker import TargetPart, Worker
from provisioner.reconcile import Parts
from tests.core.builders import live_dashboard
from tests.daemon.desk import NOW, KeptLog, around, running, target, until
from tests.state.ledger_values import record

SILENT = TargetUnreachable("it does not answer", next_step="it is tried again")
FORBIDDEN = TargetForbidden("it may not be read", next_step="grant it")


@dataclass
class Scene:
    """A server and records that a test writes; nobody works, so that wishes stay where they can be seen."""

    interval: float = 0.03
    uids: tuple[str, ...] = ("a", "b", "c")
    versions: dict[str, int] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    silent: bool = False
    lists: bool = False
    """Whether one list tells all states."""
    listed: int = 0
    looks: list[str] = field(default_factory=list)
    opened: int = 0
    log: KeptLog = field(default_factory=KeptLog)

    def __post_init__(self) -> None:
        stated = target(drift_interval=self.interval)
        self.around = around(self.log)
        self.board = Board((stated,), Shelf(()), self.around, lambda *_: None)
        part = TargetPart(stated, self.no_parts, lambda: cast("Ledger", self), nullcontext)
        self.wishes: list[tuple[Cause, frozenset[Uid]]] = []
        self.worker = _Wished(part, self.board, self)
        self.patrol = Patrol(PatrolPart(part, self.open_grafana), self.worker, self.board, self.around)

    @staticmethod
    def no_parts(_: object) -> Parts:
        raise AssertionError("nobody makes a pass here")

    def records(self) -> dict[Uid, Record]:
        return {Uid(uid): record(uid) for uid in self.uids}

    @contextmanager
    def open_grafana(self) -> Iterator[Grafana]:
        self.opened += 1
        if self.silent:
            raise SILENT
        yield cast("Grafana", self)

    def marks(self) -> dict[Uid, Mark] | None:
        if not self.lists:
            return None
        self.listed += 1
        return {Uid(uid): Mark(7, self.versions.get(uid, 1)) for uid in self.uids if self.versions.get(uid, 1)}

    def introduce(self, _: object) -> None: ...

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        self.looks.append(uid)
        if self.silent:
            raise SILENT
        if uid in self.forbidden:
            raise FORBIDDEN
        version = self.versions.get(uid, 1)
        return replace(live_dashboard(uid, {}), mark=Mark(7, version)) if version else None

    @property
    def failure(self) -> str | None:
        found = self.board.health(Identity("1", NOW), ConfigHealth("", ""), 0).targets[0].failure
        return None if found is None else found.message


class _Wished(Worker):
    """Notes the wishes. `failed_until` is what a pass that failed leaves behind."""

    def __init__(self, part: TargetPart, board: Board, scene: Scene) -> None:
        super().__init__(part, Shelf(()), board, scene.around)
        self._scene = scene
        self.failed_until: float | None = None

    @property
    def retry_at(self) -> float | None:
        return self.failed_until

    def wish(self, cause: Cause, suspects: frozenset[Uid] = frozenset()) -> None:
        self._scene.wishes.append((cause, suspects))


@contextmanager
def _on_patrol(scene: Scene) -> Iterator[Scene]:
    with running(scene.patrol.run, scene.patrol.close):
        yield scene


def test_each_is_looked_at_in_turn_over_one_connection() -> None:
    with _on_patrol(Scene()) as scene:
        until(lambda: len(scene.looks) >= 7)
        assert (["a", "b", "c", "a", "b", "c", "a"], 1) == (scene.looks[:7], scene.opened)
        assert [] == scene.wishes


@pytest.mark.parametrize("version", [2, 0])
def test_what_moved_or_went_is_told_once_until_it_moves_again(version: int) -> None:
    with _on_patrol(Scene(versions={"b": version})) as scene:
        until(lambda: len(scene.looks) >= 12)
        assert [(Cause.DRIFT, frozenset({"b"}))] == scene.wishes
        scene.versions["b"] = 3
        until(lambda: len(scene.wishes) == 2)


@pytest.mark.parametrize("version", [2, 0])
def test_where_one_list_tells_all_what_moved_or_went_is_found_by_it_and_told_once(version: int) -> None:
    with _on_patrol(Scene(lists=True, versions={"b": version})) as scene:
        until(lambda: scene.listed >= 4)
        assert ([(Cause.DRIFT, frozenset({"b"}))], []) == (scene.wishes, scene.looks)


def test_one_that_may_not_be_read_is_passed_over() -> None:
    with _on_patrol(Scene(forbidden={"a"})) as scene:
        until(lambda: len(scene.looks) >= 6)
        assert (None, []) == (scene.failure, scene.wishes)


def test_a_server_that_falls_silent_is_told_once_and_a_pass_is_wished_when_it_answers() -> None:
    with _on_patrol(Scene()) as scene:
        until(lambda: scene.looks)
        scene.silent = True
        until(lambda: scene.opened >= 2, "it is asked again")
        assert ("it does not answer", ["target.failed"]) == (scene.failure, scene.log.events)
        scene.silent = False
        until(lambda: scene.wishes)
        assert [(Cause.BACK, frozenset())] == scene.wishes


def test_a_pass_that_failed_has_the_server_looked_at_at_once_though_the_next_look_is_far() -> None:
    with _on_patrol(Scene(interval=3600.0)) as scene:
        scene.silent = True
        scene.worker.failed_until = 1.0
        until(lambda: scene.failure, "it was asked")
        scene.silent = False
        until(lambda: scene.wishes)
        assert Cause.BACK is scene.wishes[0][0]


def test_where_nothing_is_ours_yet_or_nobody_wants_looks_a_failed_pass_is_noticed_all_the_same() -> None:
    for scene in (Scene(uids=()), Scene(interval=0.0)):
        scene.silent = True
        with _on_patrol(scene):
            scene.worker.failed_until = 1.0
            until(lambda scene=scene: scene.failure, "it was asked")  # type: ignore[misc]  # a lambda in a loop
            scene.silent = False
            until(lambda scene=scene: scene.wishes)  # type: ignore[misc]  # as above
            assert [] == scene.looks


def test_a_server_that_answers_all_but_saves_is_not_asked_on_and_on() -> None:
    noticed = threading.Event()
    with _on_patrol(Scene(interval=3600.0)) as scene:
        scene.worker.failed_until = 1.0
        until(lambda: scene.looks, "it was looked at once")
        noticed.wait(1.2)
        assert (1, []) == (len(scene.looks), scene.wishes)
