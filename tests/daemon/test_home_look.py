"""The look at the home dashboard: once in the interval, told once until somebody chooses anew, and when it is put back."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import cast

import pytest

from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden
from provisioner.core.health import Cause
from provisioner.core.home import Home, HomeHidden, HomeIs, HomeRecord, NoHome, NoHomes
from provisioner.core.model import Uid
from provisioner.core.ports import Ledger
from provisioner.daemon.home import HomeLook
from provisioner.daemon.worker import TargetPart, Worker
from provisioner.reconcile import Parts
from tests.daemon.desk import NOW, Clock, target

OURS, THEIRS = HomeIs(Uid("fleet"), 1), HomeIs(Uid("shop"), 2)
TOLD = (Cause.DRIFT, frozenset({Uid("fleet")}))


@dataclass
class Scene:
    """A server of which a test says which home dashboard it has; None: it may not be asked."""

    live: Home | None = OURS
    record: HomeRecord | None = field(default_factory=lambda: HomeRecord(Uid("fleet"), 1, NOW))
    stated: str | None = "fleet"
    asked: int = 0
    homes_set: int = 0
    wishes: list[tuple[Cause, frozenset[Uid]]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        ledger = cast("Ledger", _Records(self))
        part = TargetPart(target(home=self.stated, drift_interval=60.0), self.no_parts, lambda: ledger, nullcontext)
        self._look = HomeLook(part, cast("Worker", self), self.clock)

    @staticmethod
    def no_parts(_: object) -> Parts:
        raise AssertionError("nobody makes a pass here")

    @property
    def organisation(self) -> Scene:
        return self

    def home(self) -> Home:
        self.asked += 1
        if self.live is None:
            raise TargetForbidden("it may not be read", next_step="grant it")
        return self.live

    def wish(self, cause: Cause, suspects: frozenset[Uid] = frozenset()) -> None:
        self.wishes.append((cause, suspects))

    def look(self, live: Home | None = OURS) -> None:
        """The next one, when it is due."""
        self.live = live
        self.clock.now += 60
        self._look.look(cast("Grafana", self))

    def look_again(self) -> None:
        """Before it is due."""
        self._look.look(cast("Grafana", self))


@dataclass
class _Records:
    scene: Scene

    def home(self) -> HomeRecord | None:
        return self.scene.record


def test_as_long_as_it_is_ours_nobody_is_told() -> None:
    scene = Scene()
    scene.look()
    scene.look()
    assert (2, []) == (scene.asked, scene.wishes)


def test_it_is_looked_at_once_in_the_interval() -> None:
    scene = Scene()
    scene.look()
    scene.look_again()
    assert 1 == scene.asked


def test_where_none_is_stated_no_server_is_asked() -> None:
    scene = Scene(stated=None)
    scene.look()
    assert 0 == scene.asked


@pytest.mark.parametrize("live", [THEIRS, NoHome(), HomeHidden("", "orgs.preferences:read", Uid("shop"))])
def test_another_one_is_told_once_with_ours_as_the_suspect(live: Home) -> None:
    scene = Scene()
    scene.look(live)
    scene.look(live)
    assert [TOLD] == scene.wishes


def test_another_one_again_is_told_again() -> None:
    scene = Scene()
    scene.look(THEIRS)
    scene.look(NoHome())
    assert [TOLD, TOLD] == scene.wishes


def test_that_ours_was_put_back_is_told_once() -> None:
    scene = Scene()
    scene.look(THEIRS)
    scene.look()
    scene.look()
    assert [TOLD, (Cause.DRIFT, frozenset())] == scene.wishes


@pytest.mark.parametrize("record", [None, HomeRecord(Uid("shop"), 1, NOW)])
def test_a_number_says_nothing_of_one_that_was_never_set(record: HomeRecord | None) -> None:
    scene = Scene(record=record)
    scene.look(HomeIs(Uid(""), 1))
    assert [TOLD] == scene.wishes


@pytest.mark.parametrize("live", [HomeIs(Uid(""), 1), NoHomes("too old"), None])
def test_one_that_is_ours_by_number_or_cannot_be_asked_for_is_nothing_to_tell(live: Home | None) -> None:
    scene = Scene()
    scene.look(live)
    assert (1, []) == (scene.asked, scene.wishes)


def test_the_same_choice_after_ours_was_set_is_told_again() -> None:
    scene = Scene()
    scene.look(THEIRS)
    scene.homes_set += 1
    scene.look(THEIRS)
    assert [TOLD, TOLD] == scene.wishes
