"""What the threads of the daemon share: clock, chance, log, meter, and the pulse that says whether they make progress.

In: nothing. Out: values and Protocols, handed in by the command line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from provisioner.core.ports import Meter


class Log(Protocol):
    """A structured log. The name of an event is a promise, the rest are fields."""

    def debug(self, event: str, **fields: object) -> object:
        """For somebody who looks for a fault."""
        ...

    def info(self, event: str, **fields: object) -> object:
        """What happened."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """What somebody should look at."""
        ...

    def error(self, event: str, **fields: object) -> object:
        """What does not work, and what happens next."""
        ...


class Pulse:
    """Who is at work, and when each last made progress. Who waits for something to do is well, however long. Thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._beats: dict[str, float] = {}
        self._lock = threading.Lock()

    def beat(self, who: str) -> None:
        """Progress: a request was answered, a file read."""
        with self._lock:
            self._beats[who] = self._clock()

    def beat_if_busy(self, who: str) -> None:
        """Progress of somebody who is at work; of one who has gone it says nothing."""
        with self._lock:
            if who in self._beats:
                self._beats[who] = self._clock()

    def is_busy(self, who: str) -> bool:
        """Whether somebody is at work."""
        with self._lock:
            return who in self._beats

    def idle(self, who: str) -> None:
        """Nothing to do, or gone."""
        with self._lock:
            self._beats.pop(who, None)

    def slowest(self) -> tuple[str, float]:
        """Who has gone longest without progress, and for how many seconds; "" and 0 when all wait."""
        with self._lock:
            if not self._beats:
                return "", 0.0
            who = min(self._beats, key=self._beats.__getitem__)
            return who, self._clock() - self._beats[who]


@dataclass(frozen=True, slots=True)
class Around:
    """`clock` gives seconds that never run backwards, `now` the time (ISO 8601, UTC), `chance` a number from 0 up to 1. `stopping` is set
    when all are to go home.
    """

    clock: Callable[[], float]
    now: Callable[[], str]
    chance: Callable[[], float]
    log: Log
    meter: Meter
    pulse: Pulse
    stopping: threading.Event = field(default_factory=threading.Event)
