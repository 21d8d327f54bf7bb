"""What the reception of webhooks remembers: how often somebody called, and which deliveries it has seen.

In: names, addresses and the time, which is handed in (seconds of a clock that never goes back). Out: how long to wait, whether it is new.
Both are bounded whatever strangers do. For one thread: the event loop's.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HookLimits:
    """What one hook takes. `body` in bytes, `body_seconds` for all of it. `burst` calls of one client at once, then `rate` a second.
    `readings` bodies are read at the same time, of all hooks. `seen` ids of deliveries are remembered for `seen_seconds`, of each hook.
    """

    body: int = 5 * 1024 * 1024
    body_seconds: float = 10.0
    burst: int = 60
    rate: float = 2.0
    readings: int = 16
    seen: int = 1024
    seen_seconds: float = 3600.0


class Turnstile:
    """A bucket of tokens for each hook and client. Of each client: one who has no secret must not be able to shut a hook for those who
    do.
    """

    MOST = 1024
    """Buckets. The one that was not used for longest goes first, and is full when it comes back."""

    def __init__(self, burst: int, rate: float) -> None:
        self._burst = float(burst)
        self._rate = rate
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait(self, hook: str, client: str, now: float) -> float:
        """Takes a token; 0 when there was one, else the seconds until there is."""
        key = (hook, client)
        tokens, since = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        taken = tokens >= 1
        self._buckets[key] = (tokens - 1 if taken else tokens, now)
        if len(self._buckets) > self.MOST:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - tokens) / self._rate


class Seen:
    """The ids of deliveries that were proven and understood."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._hooks: dict[str, OrderedDict[str, float]] = {}

    def knows(self, hook: str, delivery: str, now: float) -> bool:
        """Whether the hook had this delivery before, and not too long ago."""
        ids = self._hooks.get(hook)
        since = None if ids is None else ids.get(delivery)
        return since is not None and now - since < self._seconds

    def remember(self, hook: str, delivery: str, now: float) -> None:
        """It was had now. The oldest goes where there are too many."""
        ids = self._hooks.setdefault(hook, OrderedDict())
        ids[delivery] = now
        ids.move_to_end(delivery)
        if len(ids) > self._most:
            ids.popitem(last=False)

    def keep_only(self, hooks: frozenset[str]) -> None:
        """Forgets the hooks that are configured no more."""
        for name in self._hooks.keys() - hooks:
            del self._hooks[name]
