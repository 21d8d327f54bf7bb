"""A mailbox with one letter in it: the agenda, which anybody may change and one thread waits for.

In: changes of the agenda, from any thread. Out: the agenda when it is due, to the one that waits. It decides nothing: an agenda says
itself when it is due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

A = TypeVar("A")

_LONGEST = 3600.0
"""Seconds of one wait: the system's own limit is far away, and waking once an hour costs nothing."""


class Mailbox(Generic[A]):
    """`due` gives the moment of an agenda, None for never; `take` what it is when it was taken. `clock` never runs backwards."""

    def __init__(self, agenda: A, due: Callable[[A], float | None], take: Callable[[A], A], clock: Callable[[], float]) -> None:
        self._agenda = agenda
        self._due = due
        self._take = take
        self._clock = clock
        self._closed = False
        self._changed = threading.Condition()

    @property
    def agenda(self) -> A:
        """As it is now."""
        with self._changed:
            return self._agenda

    def post(self, change: Callable[[A], A]) -> None:
        """Changes the agenda. Never blocks for long."""
        with self._changed:
            self._agenda = change(self._agenda)
            self._changed.notify()

    def wait(self) -> A | None:
        """The agenda, once it is due; what is left in the mailbox is then what `take` leaves. None when the mailbox was closed."""
        with self._changed:
            while not self._closed:
                due = self._due(self._agenda)
                left = _LONGEST if due is None else due - self._clock()
                if left <= 0:
                    taken = self._agenda
                    self._agenda = self._take(taken)
                    return taken
                self._changed.wait(min(left, _LONGEST))
            return None

    def close(self) -> None:
        """The one who waits goes home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
