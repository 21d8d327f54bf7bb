"""What a daemon holds over hours, and whether it grows: memory, threads, descriptors, children.

Memory rises until each kind of work was done once by each thread, so it is not compared with its beginning: of what was seen each second of
one life, the last third may lie above the middle one by a little. The longer the life, the smaller the growth that is found.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from tests.run.child import Child

AS_INSTALLED = {"MALLOC_ARENA_MAX": "2"}
"""The environment of the image and of the systemd unit (tests/deploy hold them to it)."""

MOST_RISEN = 4.0
"""MiB from the middle third to the last. What waits in cycles for the next look at the young ones is several MiB by itself."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds when it rests."""

    seconds: float
    memory: float
    threads: int
    descriptors: int
    children: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:5.0f} s  {self.memory:6.1f} MiB  {self.threads:3} threads  {self.descriptors:3} descriptors  "
            f"{self.children} children"
        )


@dataclass(slots=True)
class Course:
    """The memory (MiB) of one life, looked at once a second."""

    began: float = field(default_factory=time.monotonic)
    seen: list[float] = field(default_factory=list)
    _due: float = 0.0

    def look(self, child: Child) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + 1
            self.seen.append(child.memory)

    @property
    def thirds(self) -> tuple[float, float, float]:
        """The median of each."""
        third = len(self.seen) // 3
        first, middle, last = (statistics.median(self.seen[at * third : (at + 1) * third]) for at in range(3))
        return first, middle, last

    @property
    def risen(self) -> float:
        """From the middle third to the last."""
        _, middle, last = self.thirds
        return last - middle

    def __str__(self) -> str:
        minutes = (time.monotonic() - self.began) / 180
        thirds = ", ".join(f"{each:.1f}" for each in self.thirds)
        return f"memory by thirds of {minutes:.1f} min: {thirds} MiB; in the last one {self.risen / minutes:+.2f} MiB a minute"


def held_more(first: Held, last: Held) -> list[str]:
    """What it holds more of than connections that come and go explain."""
    limits = {"threads": 2, "descriptors": 6, "children": 1}
    return [name for name, most in limits.items() if getattr(last, name) - getattr(first, name) > most]
