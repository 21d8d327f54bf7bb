"""Asked to stop: the first signal lets the current write finish, the second one ends at once.

In: SIGINT, SIGTERM. Out: an event that is looked at between changes. The handlers that were there are put back.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_signals() -> Iterator[Event]:
    """The event, set by the first signal. For the main thread."""
    stop = Event()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in _SIGNALS:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
