"""Keepers, workers and patrols against real servers, with a drift interval of an hour: what a person saves is found at once where the
server tells it, what we save ourselves wakes nobody, and where it does not tell it, lists do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from provisioner.core.health import ConfigHealth, TargetHealth
from provisioner.core.model import SourceName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, Connection, DirectorySettings, Settings, TargetSettings
from provisioner.daemon.board import Board, Identity
from provisioner.daemon.patrol import PatrolPart
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.shift import Parts, Shift
from provisioner.daemon.worker import TargetPart
from provisioner.sandbox.faults import Faults
from provisioner.state.turns import Turns
from provisioner.wiring import Run, opened
from tests.daemon.desk import NOW, KeptLog, around, until
from tests.whole.house import TARGET, House, dashboard, house

SOURCE = SourceName("files")
HOUR = 3600.0


@dataclass
class Scene:
    """One target on a server, kept by a daemon."""

    place: House
    run: Run
    log: KeptLog = field(default_factory=KeptLog)
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        shared = around(self.log)
        turns = Turns(lambda: self.run.alone("test"))
        shelf = Shelf((SOURCE,))
        [target] = self.run.settings.targets
        part = TargetPart(target, lambda files: self.run.parts(target, files), lambda: self.run.ledger(target), turns.turn)
        source = self.run.source_part(self.run.settings.sources[0])
        self.board = Board((target,), shelf, shared, self._tell)
        parts = Parts((source,), (PatrolPart(part, lambda: self.run.parts(target, {}).open_grafana()),))
        self.shift = Shift(parts, shelf, self.board, shared)

    def _tell(self, _: PassReport, cause: str) -> None:
        self.written.append(cause)

    @property
    def target(self) -> TargetHealth:
        return self.board.health(Identity("1", NOW), ConfigHealth("", ""), 0).targets[0]

    @property
    def causes(self) -> list[str]:
        """Why each pass was made, whether it had something to do or not."""
        return self.written + [str(fields["cause"]) for _, event, fields in self.log.lines if event == "pass.rested"]


@contextmanager
def _at_work(place: Path, generation: int, interval: float = HOUR) -> Iterator[Scene]:
    with house(place / "place", generation=generation) as made:
        made.write("first.json", dashboard("first"))
        auth = BasicAuth("admin", Secret("targets.test.password_env", variable="PASSWORD"))
        target = TargetSettings(TARGET, Connection(TARGET, made.sandbox.url, auth), (SOURCE,), drift_interval=interval)
        settings = Settings((DirectorySettings(SOURCE, str(made.files)),), (target,), str(made.place / "state.db"))
        with opened(settings, made.environment, made.stop) as run:
            scene = Scene(made, run)
            scene.shift.start()
            try:
                until(lambda: scene.target.good and scene.target.watched, "the first pass, and the first look")
                yield scene
            finally:
                scene.shift.stop()
                assert scene.shift.ended(30), scene.shift.late


def test_an_edit_by_hand_is_found_at_once_where_the_server_tells_it(tmp_path: Path) -> None:
    with _at_work(tmp_path, 13) as scene:
        scene.place.browser.edit("first", title="By hand")
        until(lambda: scene.target.drifted == 1)
        assert ("by watch", "by watch") == (scene.target.watched, scene.log.fields("target.watched")["how"])


def test_one_that_is_deleted_by_hand_is_found_too(tmp_path: Path) -> None:
    with _at_work(tmp_path, 13) as scene:
        scene.place.browser.delete("first")
        until(lambda: "drift" in scene.causes)


def test_what_we_save_ourselves_wakes_no_pass(tmp_path: Path) -> None:
    with _at_work(tmp_path, 13) as scene:
        for number in range(3):
            title = f"Changed {number}"
            scene.place.write("first.json", dashboard("first", title))
            until(lambda title=title: scene.place.browser.content("first")["title"] == title)  # type: ignore[misc]  # in a loop
        scene.place.browser.edit("first", title="By hand")
        until(lambda: scene.target.drifted == 1)
        assert 1 == scene.causes.count("drift")


def test_a_watch_that_breaks_and_one_that_expires_lose_no_edit(tmp_path: Path) -> None:
    with _at_work(tmp_path, 13) as scene:
        scene.place.sandbox.faults.set(Faults(path="/nowhere", dropped_watches=1, expired=1))
        until(lambda: not scene.place.sandbox.faults.current.expired, "it was gone on with, and had expired")
        scene.place.browser.edit("first", title="By hand")
        until(lambda: scene.target.drifted == 1)


@pytest.mark.parametrize(("generation", "how"), [(12, "by lists: the server answers 405 to watch"), (9, "one after the other")])
def test_where_the_server_tells_nothing_it_is_looked_at(tmp_path: Path, generation: int, how: str) -> None:
    with _at_work(tmp_path, generation, interval=1.0) as scene:
        scene.place.browser.edit("first", title="By hand")
        until(lambda: scene.target.drifted == 1)
        asked = [each for each in scene.place.sandbox.requests.all if "watch=1" in each.query]
        assert (how, how, int(generation == 12)) == (scene.target.watched, scene.log.fields("target.watched")["how"], len(asked))
