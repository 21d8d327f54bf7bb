"""A process that may die at any of its writes, played by an exception: from that point on nothing of it is heard again.

`Life` counts the points before and after each write to the ledger and to the server. At the chosen one it ends: that call and every later
one, from whatever thread, raises `Crashed`. What was sent before is done, what was not is not; as with kill -9, which
tests/whole/test_kill.py does in earnest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from provisioner.core.dialect import Grafana
from provisioner.core.ports import Ledger

WRITES = frozenset(
    {
        *("begin", "settle", "abandon", "note", "forget", "keep", "note_folder", "forget_folder", "take_confirmed"),
        *("save", "delete", "create_folder", "update_folder", "delete_folder"),
    }
)


class Crashed(Exception):
    """The process is gone. No error of the tree that the engine knows, so nothing catches it."""


class Life:
    """Ends at the `at`-th point; 0 is never. `last` names the point at which it ended."""

    def __init__(self, at: int) -> None:
        self._left = at
        self._lock = threading.Lock()
        self.last = ""

    @property
    def over(self) -> bool:
        return self.last != ""

    def point(self, name: str) -> None:
        """Raises Crashed here or, when it ended before, again."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self.last = name
            if self.last:
                raise Crashed(self.last)

    def ledger(self, one: Ledger) -> Ledger:
        """The same, as long as this life lasts."""
        return cast("Ledger", _Mortal(one, self))

    def opener(self, opened: Callable[[], AbstractContextManager[Grafana]]) -> Callable[[], AbstractContextManager[Grafana]]:
        """The server, as long as this life lasts."""

        @contextmanager
        def mortal() -> Iterator[Grafana]:
            with opened() as grafana:
                yield cast("Grafana", _Mortal(grafana, self))

        return mortal


class _Mortal:
    """Whatever it stands for, until the life is over."""

    def __init__(self, one: object, life: Life) -> None:
        self._one = one
        self._life = life

    def __getattr__(self, name: str) -> object:
        value = getattr(self._one, name)
        if not callable(value):
            return value

        def called(*args: object, **named: object) -> object:
            if self._life.over:
                raise Crashed(self._life.last)
            if name not in WRITES:
                return value(*args, **named)
            self._life.point(f"before {name}")
            result = value(*args, **named)
            self._life.point(f"after {name}")
            return result

        return called
