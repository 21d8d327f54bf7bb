"""Durations as dashboards write them: "5s", "1m30s", "1d".

In: a text. Out: milliseconds, or why it cannot be read, in the words of Go. Days, weeks, months and years stand alone
("1d", not "1d2h"): recorded on 12.4.0 (transcript refusals-12.4.0).
"""

from __future__ import annotations

import re

_MILLISECONDS = {
    "ns": 1e-6,
    "us": 1e-3,
    "µs": 1e-3,
    "μs": 1e-3,
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "M": 2_629_800_000,
    "y": 31_557_600_000,
}
_LARGE = re.compile(r"(\d+)([dwMy])", re.ASCII)
_STEP = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([^\d.]*)", re.ASCII)


def unreadable_duration(text: str) -> str:
    """Why Go does not read it; "" where it does."""
    if _LARGE.fullmatch(text):
        return ""
    rest = text[1:] if text[:1] in {"+", "-"} else text
    if rest == "0":
        return ""
    if not rest:
        return f'time: invalid duration "{text}"'
    while rest:
        step = _STEP.match(rest)
        if step is None:
            return f'time: invalid duration "{text}"'
        unit = step[2]
        if not unit:
            return f'time: missing unit in duration "{text}"'
        if unit not in _MILLISECONDS or unit in "dwMy":
            return f'time: unknown unit "{unit}" in duration "{text}"'
        rest = rest[step.end() :]
    return ""


def usual_milliseconds(text: str) -> float:
    """How long that is; 0 for what cannot be read."""
    if unreadable_duration(text):
        return 0
    length = sum(float(count) * _MILLISECONDS[unit] for count, unit in _STEP.findall(text) if unit)
    return -length if text.startswith("-") else length


def milliseconds(text: str) -> float | None:
    """How long that is; None when it cannot be read."""
    return None if unreadable_duration(text) else usual_milliseconds(text)
