"""The keeper of a source: news when there is any, patience with what is being written, and the last good files in bad times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from provisioner.core.errors import ProvisionerError, SourceUnreachable
from provisioner.core.health import Cause
from provisioner.core.model import BlobId, SourceFiles, SourceName
from provisioner.daemon.keeper import Keeper, SourcePart
from provisioner.daemon.shelf import Shelf
from tests.core.builders import PLATFORM, dashboard, source, unreadable
from tests.daemon.desk import Clock, KeptLog, around, running, until

GONE = SourceUnreachable("the remote does not answer", next_step="tried again")


@dataclass
class Scene:
    """A source whose looks a test writes beforehand; the last of them stays. Its watch hints when a test says so."""

    looks: list[SourceFiles | ProvisionerError]
    age: float | None = None
    interval: float = 3600.0
    log: KeptLog = field(default_factory=KeptLog)
    news: list[Cause] = field(default_factory=list)
    looked: int = 0
    shown: list[SourceFiles | None] = field(default_factory=list)
    misses: int = 0
    interrupted: threading.Event = field(default_factory=threading.Event)
    hint: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.shelf = Shelf((PLATFORM,))
        self.around = around(self.log, self.clock)
        self.keeper = Keeper(
            SourcePart(PLATFORM, self.look, self.watch, lambda _: self.age, self.interrupted.set), self.shelf, self.told, self.around
        )

    @property
    def how(self) -> str:
        return "events"

    def missed(self) -> None:
        self.misses += 1

    def close(self) -> None: ...

    def look(self, before: SourceFiles | None) -> SourceFiles:
        self.shown.append(before)
        self.looked += 1
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, ProvisionerError):
            raise found
        return found

    def watch(self, on_hint: Callable[[], None]) -> Scene:
        self.hint = on_hint
        return self

    def told(self, _: SourceName, cause: Cause) -> None:
        self.news.append(cause)

    def end(self) -> None:
        self.around.stopping.set()
        self.keeper.close()


@contextmanager
def _kept(scene: Scene) -> Iterator[Scene]:
    with running(scene.keeper.run, scene.end):
        yield scene


def _version(number: int) -> SourceFiles:
    """The same file, with other bytes in it."""
    entry, reading = dashboard("cpu.json")
    return source((replace(entry, blob=BlobId(f"{number:040}")), reading))


def _half(number: int) -> SourceFiles:
    entry, reading = unreadable("cpu.json")
    return source((replace(entry, blob=BlobId(f"{number:040}")), reading))


def test_the_first_look_is_news_and_the_same_files_once_more_are_not() -> None:
    with _kept(Scene([_version(1)])) as scene:
        until(lambda: scene.news == [Cause.START])
        scene.hint()
        until(lambda: scene.looked == 2 and scene.shelf.of(PLATFORM).lookups == 2)
        assert [Cause.START] == scene.news
        assert [None, _version(1)] == scene.shown


def test_a_hint_is_followed_and_a_hook_is_told_as_the_cause() -> None:
    with _kept(Scene([_version(1), _version(2), _version(3)])) as scene:
        until(lambda: scene.news == [Cause.START])
        scene.hint()
        until(lambda: scene.news == [Cause.START, Cause.CHANGE])
        scene.keeper.ask(Cause.HOOK)
        until(lambda: scene.news == [Cause.START, Cause.CHANGE, Cause.HOOK])
        assert 0 == scene.misses


def test_a_change_that_nobody_hinted_at_is_told_to_the_watch() -> None:
    with _kept(Scene([_version(1), _version(2)], interval=0.05)) as scene:
        until(lambda: scene.misses == 1)
        assert [Cause.START, Cause.CHANGE] == scene.news


def test_a_young_file_that_is_wrong_is_read_once_more_before_anybody_hears_of_it() -> None:
    with _kept(Scene([_half(1), _version(2)], age=0.1)) as scene:
        until(lambda: scene.news)
        files = scene.shelf.of(PLATFORM).files
        assert files is not None
        assert (2, "0" * 39 + "2") == (scene.looked, files.snapshot.entries[0].blob)


def test_a_young_file_that_stays_wrong_is_told_after_the_second_look() -> None:
    with _kept(Scene([_half(1)], age=0.1)) as scene:
        until(lambda: scene.news)
        assert (2, 1) == (scene.looked, len(scene.news))


def test_a_file_that_grows_from_look_to_look_is_waited_for() -> None:
    with _kept(Scene([_half(1), _half(2), _half(3), _version(4)], age=0.1, clock=Clock())) as scene:
        until(lambda: scene.news)
        assert 4 == scene.looked


def test_an_old_file_that_is_wrong_is_told_at_once() -> None:
    with _kept(Scene([_half(1)], age=60.0)) as scene:
        until(lambda: scene.news)
        assert 1 == scene.looked


def test_a_source_that_fails_keeps_its_files_and_is_told_once_and_once_more_when_it_is_back() -> None:
    with _kept(Scene([_version(1), GONE, GONE, GONE, _version(1)], clock=Clock())) as scene:
        until(lambda: scene.news)
        for lookups in (2, 3, 4):
            scene.keeper.ask(Cause.HOOK)
            until(lambda wanted=lookups: scene.shelf.of(PLATFORM).lookups == wanted)  # type: ignore[misc]  # a lambda in a loop
        shelved = scene.shelf.of(PLATFORM)
        assert (True, True) == (shelved.files is not None, shelved.failure is not None and shelved.failure.unreachable)
        assert ["source.failed"] == scene.log.events
        scene.keeper.ask(Cause.HOOK)
        until(lambda: "source.back" in scene.log.events)
        until(lambda: len(scene.news) == 2)  # a pass that could not run then can run now
        assert None is scene.shelf.of(PLATFORM).failure


def test_a_source_that_fails_is_tried_again_sooner_than_its_interval() -> None:
    with _kept(Scene([GONE, _version(1)])) as scene:
        until(lambda: scene.news)
        assert 2 == scene.looked


def test_closing_breaks_off_a_look_that_waits_and_is_no_failure() -> None:
    scene = Scene([_version(1)])

    def waiting(_: SourceFiles | None) -> SourceFiles:
        scene.looked += 1
        scene.interrupted.wait(60)
        raise GONE

    scene.keeper = Keeper(
        SourcePart(PLATFORM, waiting, scene.watch, lambda _: None, scene.interrupted.set), scene.shelf, scene.told, scene.around
    )
    with _kept(scene):
        until(lambda: scene.looked == 1)
    assert [] == scene.log.events
