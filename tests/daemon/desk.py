"""What the daemon's threads share, for tests: a log that is kept, a clock that a test moves where time must not pass by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from provisioner.core.model import TargetName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import Connection, TargetSettings, TokenAuth
from provisioner.daemon.around import Around, Pulse
from provisioner.front import Unmetered

NOW = "2026-11-22T12:00:00Z"
PATIENCE = 40.0


class KeptLog:
    """Lines, in the order in which they were told: (level, event, fields)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def debug(self, event: str, **fields: object) -> None:
        self.lines.append(("debug", event, fields))

    def info(self, event: str, **fields: object) -> None:
        self.lines.append(("info", event, fields))

    def warning(self, event: str, **fields: object) -> None:
        self.lines.append(("warning", event, fields))

    def error(self, event: str, **fields: object) -> None:
        self.lines.append(("error", event, fields))

    @property
    def events(self) -> list[str]:
        return [event for level, event, _ in self.lines if level != "debug"]

    def fields(self, event: str) -> dict[str, Any]:
        [found] = [fields for _, each, fields in self.lines if each == event]
        return found


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def around(log: KeptLog, clock: Callable[[], float] = time.monotonic, chance: float = 0.99) -> Around:
    """With the chance that makes the first backoff half a second."""
    return Around(clock, lambda: NOW, lambda: chance, log, Unmetered(), Pulse(clock))


def target(name: str = "test", **stated: Any) -> TargetSettings:  # noqa: ANN401 - fields of TargetSettings
    auth = TokenAuth(Secret("targets.test.token_env", variable="TOKEN"))
    connection = Connection(TargetName(name), "http://127.0.0.1:9", auth, timeout=1.0, attempts=1)
    return TargetSettings(TargetName(name), **{"connection": connection, "sources": (), **stated})


def report(**fields: Any) -> PassReport:  # noqa: ANN401 - fields of PassReport
    return PassReport(**{"target": TargetName("test"), "url": "http://127.0.0.1:9", "applied": True, **fields})


def until(what: Callable[[], object], about: str = "") -> None:
    latest = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < latest, about
        time.sleep(0.002)


@contextmanager
def running(work: Callable[[], None], end: Callable[[], None]) -> Iterator[threading.Thread]:
    """On a thread of its own; `end` must bring it home."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        end()
        thread.join(PATIENCE)
    assert not thread.is_alive()
