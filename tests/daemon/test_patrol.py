"""The patrol: each dashboard once in the interval, what moved is told once, and a silent server is asked until it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any, cast

import pytest

from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnreachable
from provisioner.core.health import Cause, ConfigHealth, TargetHealth
from provisioner.core.model import Uid
from provisioner.core.ports import Ledger
from provisioner.core.records import Record
from provisioner.core.server import LiveDashboard, Mark
from provisioner.core.watching import Begun, Expired, Moved, NoWatch, Sighting, Watch
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


class Told:
    """A watch that tells what a test puts in; an error is raised."""

    def __init__(self, *first: Sighting | Exception, versions: dict[str, int] | None = None) -> None:
        self.marks = {Uid(uid): Mark(7, (versions or {}).get(uid, 1)) for uid in ("a", "b", "c")}
        self._told: SimpleQueue[Sighting | Exception | None] = SimpleQueue()
        for each in first:
            self._told.put(each)

    def tell(self, uid: str, version: int) -> None:
        self._told.put(Moved(Uid(uid), Mark(7, version) if version else None))

    def __iter__(self) -> Iterator[Sighting]:
        while (each := self._told.get()) is not None:
            if isinstance(each, Exception):
                raise each
            yield each

    def close(self) -> None:
        self._told.put(None)


@dataclass
class Scene:
    """A server and records that a test writes; nobody works, so that wishes stay where they can be seen."""

    interval: float = 0.03
    uids: tuple[str, ...] = ("a", "b", "c")
    recorded: dict[str, int] = field(default_factory=dict)
    """The version that each record has; 1 unless told."""
    versions: dict[str, int] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    silent: bool = False
    lists: bool = False
    """Whether one list tells all states."""
    watches: list[Told | NoWatch] = field(default_factory=list)
    """What is got by asking to watch, one after the other; the last stays."""
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
        return {Uid(uid): replace(record(uid), mark=Mark(7, self.recorded.get(uid, 1))) for uid in self.uids}

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

    def watch(self) -> Watch | NoWatch:
        if not self.watches:
            return NoWatch("")
        self.listed += 1
        return self.watches.pop(0) if len(self.watches) > 1 else self.watches[0]

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
    def health(self) -> TargetHealth:
        return self.board.health(Identity("1", NOW), ConfigHealth("", ""), 0).targets[0]

    @property
    def failure(self) -> str | None:
        return None if self.health.failure is None else self.health.failure.message


class _Wished(Worker):
    """Notes the wishes. `failed_until` is what a pass that failed leaves behind."""

    def __init__(self, part: TargetPart, board: Board, scene: Scene) -> None:
        super().__init__(part, Shelf(()), board, scene.around)
        self._scene = scene
        self.failed_until: float | None = None
        self.busy = self.first = False
        self.asked_whether_busy = self.asked_whether_it_begins = 0

    @property
    def passing(self) -> bool:
        self.asked_whether_busy += 1
        return self.busy

    @property
    def begins(self) -> bool:
        self.asked_whether_it_begins += 1
        return self.first

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


@pytest.mark.parametrize("lists", [True, False])
def test_what_was_made_anew_and_went_again_before_it_was_seen_is_told_again(*, lists: bool) -> None:
    with _on_patrol(Scene(lists=lists, versions={"b": 0})) as scene:
        until(lambda: scene.wishes)
        scene.recorded["b"] = 5
        until(lambda: len(scene.wishes) == 2)


def test_nothing_is_looked_at_while_a_first_pass_fills_the_server() -> None:
    """The few that are recorded by then would be looked at again and again, for a whole interval."""
    scene = Scene(uids=("a",))
    scene.worker.first = True
    with _on_patrol(scene):
        until(lambda: scene.worker.asked_whether_it_begins, "it would begin")
        scene.uids = ("a", "b", "c")
        scene.worker.first = False
        until(lambda: len(scene.looks) >= 3)
        assert ["a", "b", "c"] == scene.looks[:3]


def test_one_that_may_not_be_read_is_passed_over() -> None:
    with _on_patrol(Scene(forbidden={"a"})) as scene:
        until(lambda: len(scene.looks) >= 6)
        assert (None, []) == (scene.failure, scene.wishes)


def test_a_server_that_falls_silent_is_told_once_and_a_pass_is_wished_when_it_answers() -> None:
    with _on_patrol(Scene()) as scene:
        until(lambda: scene.looks)
        scene.silent = True
        until(lambda: scene.opened >= 2, "it is asked again")
        assert ("it does not answer", ["target.watched", "target.failed"]) == (scene.failure, scene.log.events)
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


# --- what the server tells by itself -----------------------------------------------------------------------------------------------------

HOUR = 3600.0


def _watching(*watches: Told | NoWatch, **stated: Any) -> Scene:  # noqa: ANN401 - fields of Scene
    return Scene(HOUR, watches=list(watches), **stated)


@pytest.mark.parametrize("version", [2, 0])
def test_what_the_server_tells_is_found_at_once_though_the_next_list_is_far_and_told_once(version: int) -> None:
    watch = Told(Begun())
    with _on_patrol(_watching(watch)) as scene:
        watch.tell("b", version)
        until(lambda: scene.wishes)
        watch.tell("b", version)
        watch.tell("b", 3)
        until(lambda: len(scene.wishes) == 2)
        assert ([(Cause.DRIFT, frozenset({"b"}))] * 2, 1, "by watch") == (scene.wishes, scene.listed, scene.health.watched)


def test_what_moved_before_the_watch_began_is_found_by_its_list() -> None:
    with _on_patrol(_watching(Told(Begun(), versions={"c": 5}))) as scene:
        until(lambda: scene.wishes)
        assert [(Cause.DRIFT, frozenset({"c"}))] == scene.wishes


def test_what_we_wrote_ourselves_wakes_nobody_though_it_is_told_before_it_is_recorded() -> None:
    watch = Told(Begun())
    with _on_patrol(_watching(watch)) as scene:
        scene.worker.busy = True
        watch.tell("a", 2)
        watch.tell("stranger", 9)
        until(lambda: scene.worker.asked_whether_busy >= 3, "it waits for the end of the pass")
        scene.recorded["a"] = 2
        scene.worker.busy = False
        watch.tell("b", 2)
        until(lambda: scene.wishes)
        assert [(Cause.DRIFT, frozenset({"b"}))] == scene.wishes


def test_an_edit_while_a_pass_runs_is_told_when_it_has_ended() -> None:
    watch = Told(Begun())
    with _on_patrol(_watching(watch)) as scene:
        scene.worker.busy = True
        watch.tell("a", 2)
        until(lambda: scene.worker.asked_whether_busy >= 3, "it waits for the end of the pass")
        assert [] == scene.wishes
        scene.worker.busy = False
        until(lambda: scene.wishes)


def test_a_watch_that_expired_is_begun_anew_with_a_list() -> None:
    with _on_patrol(_watching(Told(Begun(), Expired()), Told(Begun(), versions={"a": 4}))) as scene:
        until(lambda: scene.wishes)
        assert ([(Cause.DRIFT, frozenset({"a"}))], 2) == (scene.wishes, scene.listed)


@pytest.mark.parametrize("at_once", [True, False])
def test_without_a_watch_lists_do_and_why_is_said(*, at_once: bool) -> None:
    no = NoWatch("it will not")
    with _on_patrol(Scene(1.0, watches=[no if at_once else Told(no)], lists=True)) as scene:
        until(lambda: scene.listed >= 2)
        scene.versions["b"] = 2
        until(lambda: scene.wishes)
        assert ("by lists: it will not", {"target": "test", "how": "by lists: it will not"}) == (
            scene.health.watched,
            scene.log.fields("target.watched"),
        )


def test_a_list_is_made_once_in_the_interval_though_a_watch_goes_on() -> None:
    with _on_patrol(Scene(0.05, watches=[Told(Begun()), Told(Begun()), Told(Begun())])) as scene:
        until(lambda: scene.listed >= 3)
        assert ["target.watched"] == scene.log.events


def test_a_watch_that_finds_the_server_silent_is_told_and_begun_anew_when_it_answers() -> None:
    with _on_patrol(_watching(Told(Begun(), SILENT), Told(Begun()))) as scene:
        until(lambda: scene.wishes)
        assert ([(Cause.BACK, frozenset())], 2) == (scene.wishes, scene.opened)


def test_a_fault_of_ours_in_a_watch_is_not_hidden() -> None:
    scene = _watching(Told(ZeroDivisionError("ours")))
    with pytest.raises(ZeroDivisionError, match="ours"):
        scene.patrol.run()


def test_a_patrol_that_listens_goes_home_at_once() -> None:
    with _on_patrol(_watching(Told(Begun()))) as scene:
        until(lambda: scene.health.watched == "by watch")
        begun = time.monotonic()
    assert time.monotonic() - begun < 5


def test_a_watch_that_hangs_keeps_nobody_from_going_home() -> None:
    class Stubborn(Told):
        def close(self) -> None:
            """It waits for an answer that does not come."""

    watch = Stubborn(Begun())
    with _on_patrol(_watching(watch)) as scene:
        until(lambda: scene.health.watched == "by watch")
    Told.close(watch)
