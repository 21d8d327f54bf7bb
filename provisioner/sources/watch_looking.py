"""Watches nothing: the caller looks at intervals. `Looking` for a directory, `Polled` for a repository.

In: how often, and why. Out: something that satisfies `core.ports.Watch`. It has no thread and opens nothing.
"""

from __future__ import annotations


class Looking:
    """Satisfies `core.ports.Watch` by leaving all of it to the caller's clock."""

    def __init__(self, interval: float, why: str) -> None:
        self._interval = interval
        self._why = why

    @property
    def how(self) -> str:
        return looked_at(self._interval, self._why)

    @property
    def interval(self) -> float:
        return self._interval

    def missed(self) -> None:
        """There are no hints to be missed."""

    def close(self) -> None:
        """Nothing was opened."""


def looked_at(interval: float, why: str) -> str:
    """How a source is watched that is looked at, in words."""
    return f"looked at every {interval:g} s: {why}"


class Polled:
    """Satisfies `core.ports.Watch` for a repository: its ref is looked up at intervals, and whenever a hook says that there is a push."""

    def __init__(self, interval: float) -> None:
        self._interval = interval

    @property
    def how(self) -> str:
        return f"polled every {self._interval:g} s"

    @property
    def interval(self) -> float:
        return self._interval

    def missed(self) -> None:
        """A commit that a poll finds is what polls are for."""

    def close(self) -> None:
        """Nothing was opened."""
