"""Listens to what one server tells by itself, on a thread of its own, so that who asked for it can do other things meanwhile.

In: a `Watch`. Out: its sightings, one after the other, to whoever asks; what moved, when it is time to believe it. It decides nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from provisioner.core.model import Uid
from provisioner.core.server import Mark
from provisioner.core.watching import Sighting, Watch

MOMENT = 0.25
"""Seconds after which a state is believed to be the newest. What another process of ours writes is recorded by then; and of a server that
tells many at once, all are looked up together.
"""

_HOME = 1.0
"""Seconds that the thread has to go home. It hangs for longer only where a server takes a connection and says nothing."""


class Watchman:
    """One thread at a time, as long as `listening`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._heard: SimpleQueue[Sighting | Exception | None] = SimpleQueue()

    @contextmanager
    def listening(self, watch: Watch) -> Iterator[None]:
        """Goes through the watch until the end of the block."""
        heard: SimpleQueue[Sighting | Exception | None] = SimpleQueue()
        self._heard = heard  # what is left of an earlier watch is of no use
        # As a daemon: where it hangs in a request beyond its time, the process ends without it.
        thread = threading.Thread(target=_listen, args=(watch, heard), name=self._name, daemon=True)
        thread.start()
        try:
            yield
        finally:
            watch.close()
            thread.join(_HOME)

    def next(self, seconds: float) -> Sighting | None:
        """What was told next; None when nothing was for so long, or it was woken. Raises what going through the watch raised."""
        try:
            heard = self._heard.get(timeout=max(0.0, seconds))
        except Empty:
            return None
        if isinstance(heard, Exception):
            raise heard
        return heard

    def wake(self) -> None:
        """Whoever waits for the next goes on at once."""
        self._heard.put(None)


def _listen(watch: Watch, heard: SimpleQueue[Sighting | Exception | None]) -> None:
    """The top of a thread."""
    try:
        for each in watch:
            heard.put(each)
    except Exception as error:  # noqa: BLE001 - nothing is hidden: it is raised on the thread that waits for what was heard
        heard.put(error)


@dataclass(slots=True)
class Moves:
    """The newest state of each that was said to have moved, until it is believed. Of one thread."""

    clock: Callable[[], float]
    _waiting: dict[Uid, tuple[float, Mark | None]] = field(default_factory=dict)
    _due: float = 0.0

    def note(self, moves: Mapping[Uid, Mark | None]) -> None:
        """These were seen just now. A state that was seen already is as old as it was."""
        now = self.clock()
        if not self._waiting:
            self._due = now + MOMENT
        for uid, mark in moves.items():
            since, before = self._waiting.get(uid, (now, mark))
            self._waiting[uid] = (since if before == mark else now, mark)

    @property
    def due_in(self) -> float:
        """Seconds until it is worth asking for those that are to be believed; 0 when there are none."""
        return max(0.001, self._due - self.clock()) if self._waiting else 0.0

    @property
    def are_due(self) -> bool:
        """Whether it is worth it now."""
        return bool(self._waiting) and self._due <= self.clock()

    def take(self) -> dict[Uid, Mark | None]:
        """Those that are old enough; the rest is due a moment later."""
        now = self.clock()
        old = {uid: mark for uid, (since, mark) in self._waiting.items() if now - since >= MOMENT}
        self._waiting = {uid: each for uid, each in self._waiting.items() if uid not in old}
        self._due = now + MOMENT
        return old

    def later(self) -> None:
        """Not now: ask again in a moment."""
        self._due = self.clock() + MOMENT
