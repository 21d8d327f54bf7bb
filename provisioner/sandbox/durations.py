"""Durations as dashboards write them: "5s", "1m30s", "1d".

In: a text. Out: milliseconds, or None when it is no duration.
"""

from __future__ import annotations

import re

_MILLISECONDS = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "M": 2_629_800_000,
    "y": 31_557_600_000,
}
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdwMy]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwMy])")


def milliseconds(text: str) -> float | None:
    """How long that is; None when it cannot be read."""
    if not _WHOLE.fullmatch(text):
        return None
    return sum(float(count) * _MILLISECONDS[unit] for count, unit in _PART.findall(text))
