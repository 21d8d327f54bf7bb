"""The worker of a target, on a real server: which passes it runs by itself after one that did not end all well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.health import Cause, ConfigHealth
from provisioner.core.model import SourceFiles, SourceName, Uid
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import (
    BasicAuth,
    ConflictPolicy,
    Connection,
    DeletedPolicy,
    DirectorySettings,
    DriftPolicy,
    Policy,
    Settings,
    TargetSettings,
)
from provisioner.daemon.around import Around
from provisioner.daemon.board import Board, Identity
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.worker import TargetPart, Worker
from provisioner.reconcile import Parts
from provisioner.sandbox.faults import Faults
from provisioner.state.turns import Turns
from provisioner.wiring import Run, opened
from tests.daemon.desk import NOW, Clock, KeptLog, around, running, until
from tests.whole.house import SAVES, SOURCE, TARGET, House, dashboard, house


@dataclass
class Causes:
    """A meter that keeps why passes ran, and how they ended."""

    passes: list[tuple[str, PassReport]] = field(default_factory=list)

    def passed(self, report: PassReport, cause: str) -> None:
        self.passes.append((cause, report))

    def requested(self, target: str, method: str, status: str, seconds: float) -> None: ...
    def looked_up(self, source: SourceName, outcome: str) -> None: ...
    def hooked(self, hook: str, verdict: str) -> None: ...
    def reloaded(self, outcome: str) -> None: ...

    @property
    def causes(self) -> list[str]:
        return [cause for cause, _ in self.passes]


@dataclass
class Scene:
    place: House
    run: Run
    target: TargetSettings
    meter: Causes = field(default_factory=Causes)
    clock: Callable[[], float] = time.monotonic
    on_plan: Callable[[int], None] = lambda _: None

    def __post_init__(self) -> None:
        self.log = KeptLog()
        self.around: Around = replace(around(self.log, self.clock), meter=self.meter)
        self.shelf = Shelf((SOURCE,))
        self.board = Board((self.target,), self.shelf, self.around, lambda *_: None)
        turns = Turns(lambda: self.run.alone("test"))
        self.worker = Worker(
            TargetPart(self.target, self.parts, lambda: self.run.ledger(self.target), turns.turn), self.shelf, self.board, self.around
        )

    def parts(self, files: Mapping[SourceName, SourceFiles]) -> Parts:
        return replace(self.run.parts(self.target, files), on_plan=self.planned)

    def planned(self, count: int) -> None:
        self.on_plan(count)

    def save(self, title: str, cause: Cause = Cause.CHANGE) -> None:
        self.place.write("first.json", dashboard("first", title))
        files = self.run.source_part(self.run.settings.sources[0]).look(None)
        self.shelf.change(SOURCE, lambda each: replace(each, files=files))
        self.worker.wish(cause)

    def passed(self, cause: Cause) -> None:
        """One more pass, with the only dashboard as a suspect."""
        made = len(self.meter.passes)
        self.worker.wish(cause, frozenset({Uid("first")}))
        until(lambda: len(self.meter.passes) > made and not self.worker.passing)

    @property
    def refused(self) -> int:
        """How many saves the server took without doing them."""
        return self.place.sandbox.requests.count("POST", SAVES, 202)

    @property
    def waiting(self) -> tuple[SourceName, ...]:
        return self.board.health(Identity("1", NOW), ConfigHealth("", ""), 0).targets[0].waiting

    @property
    def title(self) -> str:
        return str(self.place.browser.content("first")["title"])


@contextmanager
def _at_work(place: House, policy: Policy, clock: Callable[[], float] = time.monotonic) -> Iterator[Scene]:
    auth = BasicAuth("admin", Secret("targets.test.password_env", variable="PASSWORD"))
    target = TargetSettings(TARGET, Connection(TARGET, place.sandbox.url, auth, attempts=1), (SOURCE,), policy=policy)
    settings = Settings((DirectorySettings(SOURCE, str(place.files)),), (target,), str(place.place / "state.db"))
    with opened(settings, place.environment, place.stop) as run:
        scene = Scene(place, run, target, clock=clock)
        with running(scene.worker.run, scene.worker.close):
            scene.save("One", Cause.START)
            until(lambda: scene.meter.passes)
            yield scene


@pytest.fixture
def place(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "place", generation=9) as made:
        yield made


def test_without_files_no_pass_runs_and_the_sources_that_are_waited_for_are_named(place: House) -> None:
    with _at_work(place, Policy()) as scene:
        scene.shelf.change(SOURCE, lambda each: replace(each, files=None))
        scene.worker.wish(Cause.HOOK)
        until(lambda: scene.waiting == (SOURCE,), "it waits")
        scene.save("Two")
        until(lambda: len(scene.meter.passes) == 2)
        assert ["start", "change"] == scene.meter.causes


def test_an_edit_that_was_seen_before_the_source_was_read_is_told_as_soon_as_it_is(place: House) -> None:
    """As after each start and reload: the patrol's first list comes before the first fetch, and the patrol tells an edit once."""
    with _at_work(place, Policy()) as scene:
        place.browser.edit("first", title="By hand")
        scene.shelf.change(SOURCE, lambda each: replace(each, files=None))
        scene.worker.wish(Cause.DRIFT, frozenset({Uid("first")}))
        until(lambda: scene.waiting == (SOURCE,), "it waits")
        scene.save("One")
        until(lambda: len(scene.meter.passes) == 2)
        assert [Uid("first")] == [each.dashboard.uid for each in scene.meter.passes[1][1].plan.drifted]


def test_a_save_that_lost_a_race_is_settled_by_the_next_pass_which_comes_by_itself(place: House) -> None:
    with _at_work(place, Policy(ConflictPolicy.GIT_WINS)) as scene:
        raced = iter((True,))
        scene.on_plan = lambda _: place.browser.edit("first", title="By hand") if next(raced, False) else None
        scene.save("Two")
        until(lambda: len(scene.meter.passes) == 3)
        assert (["start", "change", "retry"], "Two") == (scene.meter.causes, scene.title)


def test_a_save_that_the_server_refused_is_tried_again(place: House) -> None:
    with _at_work(place, Policy()) as scene:
        place.sandbox.faults.set(Faults(path=SAVES, methods=("POST",), proxy_page=1))
        scene.save("Two")
        until(lambda: len(scene.meter.passes) == 3)
        assert (["start", "change", "retry"], "Two") == (scene.meter.causes, scene.title)


def test_an_edit_that_a_save_ran_into_is_looked_at_once_more_and_then_left_to_people(place: House) -> None:
    with _at_work(place, Policy()) as scene:
        place.browser.edit("first", title="By hand")
        scene.save("Two")
        until(lambda: len(scene.meter.passes) == 3)
        until(lambda: scene.worker.again_at is None, "nothing is tried again")
        assert [ConflictKind.VERSION_MISMATCH, ConflictKind.BOTH_CHANGED] == [
            each.kind for _, report in scene.meter.passes for each in report.conflicts
        ]


@pytest.mark.parametrize("deed", ["edited", "deleted"])
def test_what_a_refused_save_was_to_put_back_is_looked_at_until_it_is_put_back(place: House, deed: str) -> None:
    """The records alone said that all was at rest: the next pass believed them, and the patrol tells each state once."""
    with _at_work(place, Policy(drift=DriftPolicy.REVERT, deleted=DeletedPolicy.RECREATE)) as scene:
        if deed == "edited":
            place.browser.edit("first", title="By hand")
        else:
            place.browser.delete("first")
        place.sandbox.faults.set(Faults(path=SAVES, methods=("POST",), pending=1))
        scene.worker.wish(Cause.DRIFT, frozenset({Uid("first")}))
        until(lambda: len(scene.meter.passes) == 3)
        assert (["start", "drift", "retry"], "One") == (scene.meter.causes, scene.title)


def test_what_the_server_refuses_is_left_alone_by_passes_for_other_reasons_and_told_by_each(place: House) -> None:
    clock = Clock()
    with _at_work(place, Policy(), clock) as scene:
        place.sandbox.faults.set(Faults(path=SAVES, methods=("POST",), pending=1000))
        scene.save("Two")
        until(lambda: scene.worker.again_at is not None, "it is refused")
        tries = [scene.refused]
        for cause, seconds in ((Cause.DRIFT, 0), (Cause.BACK, 0), (Cause.DRIFT, 1), (Cause.DRIFT, 0.4), (Cause.SIGNAL, 0)):
            clock.now += seconds
            scene.passed(cause)
            tries.append(scene.refused)
            assert [Result.FAILED] == [each.result for each in scene.meter.passes[-1][1].outcomes]
        assert [1, 1, 1, 2, 2, 3] == tries
        place.sandbox.faults.set(Faults())
        scene.save("Three")
        until(lambda: scene.title == "Three", "git changed: it is tried at once")


def test_an_edit_is_looked_at_at_once_though_another_dashboard_is_refused(place: House) -> None:
    with _at_work(place, Policy(), Clock()) as scene:
        place.sandbox.faults.set(Faults(path=SAVES, methods=("POST",), pending=1000))
        place.write("second.json", dashboard("second", "Refused"))
        scene.save("One")
        until(lambda: scene.worker.again_at is not None, "it is refused")
        place.sandbox.faults.set(Faults())
        place.browser.edit("first", title="By hand")
        scene.passed(Cause.DRIFT)
        assert [Uid("first")] == [each.dashboard.uid for each in scene.meter.passes[-1][1].plan.drifted]
