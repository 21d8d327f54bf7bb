"""When to try again: what a server asks for by Retry-After, and a growing wait with chance in it.

In: headers, clock, chance and a pause that a stop signal ends, all handed in. Out: seconds. Nothing here sends anything.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from threading import Event

FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0
"""Seconds before the second attempt, and at most; doubled in between, up to as much again by chance."""

LONGEST_PATIENCE = 30.0
"""A server that asks for a longer pause is not waited for: what it asks for is handed on, and the pass goes on."""

_LONGEST_RETRY_AFTER = 86_400.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Time and chance. `pause` waits so many seconds and returns True when it is time to stop: a `threading.Event().wait`.

    `now` is seconds since 1970, `clock` seconds that never run backwards, `chance` a number from 0 up to 1.
    """

    pause: Callable[[float], bool | None] = field(default_factory=lambda: Event().wait)
    now: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random


def retry_after(header: str | None, now: float) -> float | None:
    """Seconds to wait as the header says, in seconds or as an HTTP date (RFC 9110, 10.2.3); None when it says nothing usable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    # A date without a zone ("-0000") is UTC, whatever this machine's zone is.
    moment = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(moment.timestamp() - now, 0.0), _LONGEST_RETRY_AFTER)
