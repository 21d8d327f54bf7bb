"""`POST /hooks/NAME`: takes a delivery in and wakes the sources that it is about.

In: requests of strangers. Out: a short JSON answer, a count, a line for the log, and a wake. What a delivery means, `core/hooks` judges;
here are the limits that hold before anything is judged: who may call, how often, how much and how slowly.

The client is whoever holds the connection. `X-Forwarded-For` is never read: anybody can write it, and a hook's networks would then keep
nobody out. Behind a proxy its address is the one that is seen, and the proxy is where networks are kept.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from provisioner.core.errors import SecretUnreadable
from provisioner.core.hooks.judging import is_to_be_remembered, judge, seen_already
from provisioner.core.hooks.values import Delivery, Hook, Judgement, Verdict
from provisioner.core.hooks.wiring import may_call, rule_of
from provisioner.core.ports import Meter, Service
from provisioner.core.secret import Reveal
from provisioner.web.hooks_limits import HookLimits, Seen, Turnstile

UNKNOWN = "unknown"
"""What a hook that is not configured is called in metrics and log: strangers must not choose the names there."""
_UNREADABLE_AGAIN = 30
_BUSY_AGAIN = 1
_LONGEST_LENGTH = 20
"""Digits; the HTTP parser takes no more."""
_MOST_DISCARDED = 64 * 1024 * 1024
"""Bytes. What is not taken is let run out up to here: a sender whose connection is closed while it writes never sees the answer."""


@dataclass(frozen=True, slots=True)
class HookClock:
    """`wall` is seconds since 1970, which signed times are compared with; `steady` never goes back."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Reception:
    """What the endpoint works with. `hooks` is asked at each delivery, so that a reload of the configuration is followed. `told` hears of
    each delivery (the hook's name or "unknown", and what became of it), `on_trouble` of a secret that cannot be read, in words without it.
    All are called on the event loop's thread and must not block.
    """

    hooks: Callable[[], tuple[Hook, ...]]
    reveal: Reveal
    service: Service
    meter: Meter
    told: Callable[[str, Judgement], None]
    on_trouble: Callable[[str], None]
    clock: HookClock = HookClock()
    limits: HookLimits = HookLimits()


def hook_routes(reception: Reception) -> list[Route]:
    """The route for the app. Any other method is answered 405 by Starlette, whatever the name."""
    return [Route("/hooks/{name}", _Desk(reception).receive, methods=["POST"], name="hook")]


@dataclass(frozen=True, slots=True)
class _Answer:
    judgement: Judgement
    retry_after: int = 0
    closes: bool = False


class _Refused(Exception):
    """A body that is not taken, with the answer to it."""

    def __init__(self, answer: _Answer) -> None:
        super().__init__(answer.judgement.message)
        self.answer = answer


class _Desk:
    """Where deliveries come in. What it remembers is bounded."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        limits = reception.limits
        self._turnstile = Turnstile(limits.burst, limits.rate)
        self._seen = Seen(limits.seen, limits.seen_seconds)
        self._reading = 0

    async def receive(self, request: Request) -> JSONResponse:
        """One delivery, from its head to its answer."""
        hooks = {hook.settings.name: hook for hook in self._reception.hooks()}
        self._seen.keep_only(frozenset(hooks))
        hook = hooks.get(request.path_params["name"])
        label = UNKNOWN if hook is None else hook.settings.name
        try:
            answer = await self._answer(request, hook, label)
        except _Refused as refused:
            answer = refused.answer
        judgement = answer.judgement
        if judgement.sources:
            self._reception.service.hooked(judgement.sources)
        self._reception.meter.hooked(label, judgement.verdict)
        self._reception.told(label, judgement)
        return _response(answer)

    async def _answer(self, request: Request, hook: Hook | None, label: str) -> _Answer:
        client = request.client.host if request.client else None
        if hook is not None and not may_call(client, hook.settings.networks):
            return _of(Verdict.FOREIGN, f"{client or 'a client without an address'} is in none of the hook's networks")
        wait = self._turnstile.wait(label, client or "", self._reception.clock.steady())
        if wait:
            return _Answer(Judgement(Verdict.LIMITED, "too many deliveries from this address"), math.ceil(wait))
        if hook is None:
            return _of(Verdict.UNKNOWN, "there is no hook of this name")
        body = await self._body(request)
        secrets = self._secrets(hook)
        if not secrets:
            return _Answer(Judgement(Verdict.UNREADABLE, "the hook's secret cannot be read here; the log says why"), _UNREADABLE_AGAIN)
        delivery = Delivery(dict(request.headers), body, self._reception.clock.wall())
        judgement = judge(delivery, rule_of(hook.settings, secrets), hook.wanted)
        return _Answer(self._unless_seen(label, judgement))

    def _unless_seen(self, name: str, judgement: Judgement) -> Judgement:
        """Only what was proven is looked up and remembered: a stranger can neither fill the memory nor use up an id."""
        if not is_to_be_remembered(judgement):
            return judgement
        now = self._reception.clock.steady()
        if self._seen.knows(name, judgement.delivery, now):
            return seen_already(judgement)
        self._seen.remember(name, judgement.delivery, now)
        return judgement

    def _secrets(self, hook: Hook) -> tuple[str, ...]:
        """Those that can be read now, each read anew. While two are rotated, one may be missing: the other still counts."""
        found: list[str] = []
        for secret in hook.settings.secrets:
            try:
                found.append(self._reception.reveal(secret))
            except SecretUnreadable as error:
                self._reception.on_trouble(f"hook {hook.settings.name}: {error.message}; {error.next_step}")
        return tuple(found)

    async def _body(self, request: Request) -> bytes:
        """The raw body. Raises _Refused."""
        limits = self._reception.limits
        stated = _stated(request)
        if stated > limits.body:
            raise _too_large(limits.body, closes=stated > _MOST_DISCARDED)
        if self._reading >= limits.readings:
            raise _Refused(_Answer(Judgement(Verdict.LIMITED, "too many deliveries at once"), _BUSY_AGAIN))
        self._reading += 1
        try:
            async with asyncio.timeout(limits.body_seconds):
                return await _read(request, limits.body)
        except TimeoutError as error:
            words = f"the body did not arrive within {limits.body_seconds:g} s"
            raise _Refused(_Answer(Judgement(Verdict.SLOW, words), closes=True)) from error
        except ClientDisconnect as error:
            words = "the connection ended before the body did"
            raise _Refused(_Answer(Judgement(Verdict.MALFORMED, words), closes=True)) from error
        finally:
            self._reading -= 1


def _stated(request: Request) -> int:
    """The length that the request states; 0 where it states none, and what arrives is counted."""
    stated = request.headers.get("content-length", "")
    return int(stated) if stated.isdecimal() and len(stated) <= _LONGEST_LENGTH else 0


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most, closes=True)
    return bytes(body)


def _too_large(most: int, *, closes: bool) -> _Refused:
    return _Refused(_Answer(Judgement(Verdict.TOO_LARGE, f"the body is larger than {most} bytes"), closes=closes))


def _of(verdict: Verdict, message: str) -> _Answer:
    return _Answer(Judgement(verdict, message))


def _response(answer: _Answer) -> JSONResponse:
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
    if answer.closes:
        headers["Connection"] = "close"
    judgement = answer.judgement
    return JSONResponse({"verdict": judgement.verdict, "message": judgement.message}, judgement.status, headers)
