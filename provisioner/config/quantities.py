"""Durations, sizes, counts, ceilings as people write them. In: a number or text. Out: seconds, bytes, numbers, or the complaint. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from provisioner.config.complaints import Complaint
from provisioner.core.settings import Ceiling

LONGEST = 24 * 60 * 60.0
"""A day, in seconds: no step and no request may take longer; far beyond it the operating system's own timers overflow."""
LONGEST_SPAN = 3650 * LONGEST
"""Ten years, in seconds."""
LARGEST = 2**53
"""Beyond it JSON's numbers are no longer exact."""

_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+")
_STEP = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_SECONDS: Mapping[str, float] = MappingProxyType({"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": LONGEST})

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(B|[kKMG]B|[KMG]iB)?")
_CEILING = re.compile(r"(?P<number>[0-9]{1,15})(?: or (?P<percent>[0-9]{1,3})%)?|(?P<alone>[0-9]{1,3})%", re.ASCII)
_BYTES: Mapping[str, int] = MappingProxyType(
    {
        "B": 1,
        "kB": 10**3,
        "KB": 10**3,
        "MB": 10**6,
        "GB": 10**9,
        "KiB": 2**10,
        "MiB": 2**20,
        "GiB": 2**30,
    }
)


def seconds(value: object) -> float | Complaint:
    """Seconds of `30`, `"30s"`, `"1m30s"`, `"250ms"`: above 0, a day at the most."""
    number = _duration(value)
    if number is None:
        return Complaint("config-value", f"{_shown(value)} is not a duration", 'write seconds, or text such as "30s" or "1m30s"')
    if not 0 < number <= LONGEST:
        return Complaint("config-value", "a duration is above 0, and a day at the most", 'write seconds, or text such as "30s"')
    return number


def span(value: object) -> float | Complaint:
    """Seconds of `600`, `"10m"`, `"30d"`: 0 or more, ten years at the most."""
    number = _duration(value)
    if number is None or number < 0:
        return Complaint("config-value", f"{_shown(value)} is not a span of time", 'write seconds, or text such as "10m" or "30d"')
    if number > LONGEST_SPAN:
        return Complaint("config-value", "a span of time is ten years at the most", 'write seconds, or text such as "10m" or "30d"')
    return number


def ceiling(value: object) -> Ceiling | Complaint:
    """What `10`, `"10%"` or `"5 or 10%"` allows: a number of dashboards, a whole percentage, or the greater of both."""
    match = _CEILING.fullmatch(value.strip() if isinstance(value, str) else str(_whole(value)))
    percent = int(match["percent"] or match["alone"] or 0) if match else 0
    if match is None or percent > 100:
        remedy = 'write a number, a whole percentage ("10%"), or both ("5 or 10%": the greater)'
        return Complaint("config-value", f"{_shown(value)} is neither a number of dashboards nor a share of them", remedy)
    return Ceiling(int(match["number"] or 0), percent)


def truth(value: object) -> bool | Complaint:
    """Also of "true" and "false": what an environment variable puts there is text."""
    match value:
        case bool():
            return value
        case str() if value.strip() in {"true", "false"}:
            return value.strip() == "true"
        case _:
            return Complaint("config-value", f"{_shown(value)} is neither true nor false", "write true or false")


def size(value: object) -> int | Complaint:
    """Bytes of `1048576`, `"500kB"`, `"10MiB"`: at least 1."""
    number = _size(value)
    if number is None:
        return Complaint("config-value", f"{_shown(value)} is not a size", 'write bytes, or text such as "500kB" or "10MiB"')
    if not 1 <= number <= LARGEST:
        return Complaint("config-value", f"a size is from 1 to {LARGEST} bytes", 'write bytes, or text such as "10MiB"')
    return number


def count(value: object) -> int | Complaint:
    """The whole number of `4`, and of `"4"`: what an environment variable puts there is text. At least 1."""
    number = _whole(value)
    if number is None or not 1 <= number <= LARGEST:
        return Complaint("config-value", f"{_shown(value)} is not a whole number of 1 or more", "write a number")
    return number


def _duration(value: object) -> float | None:
    if isinstance(value, str):
        text = value.strip()
        if _DURATION.fullmatch(text):
            return sum(float(number) * _SECONDS[unit] for number, unit in _STEP.findall(text))
        value = _number(text)
    return float(value) if isinstance(value, (int, float)) and _is_sane(value) else None


def _size(value: object) -> int | None:
    if isinstance(value, str):
        match = _SIZE.fullmatch(value.strip())
        if match is None or not _is_sane(float(match[1])):
            return None
        return int(float(match[1]) * _BYTES[match[2] or "B"])
    return _whole(value)


def _whole(value: object) -> int | None:
    if isinstance(value, str):
        value = _number(value.strip())
    if not isinstance(value, (int, float)) or not _is_sane(value) or value != int(value):
        return None
    return int(value)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII) else None


def _is_sane(value: float) -> bool:
    """`float()` of an int with 400 digits raises OverflowError; infinity and NaN are numbers in YAML."""
    return not isinstance(value, bool) and (abs(value) <= LARGEST if isinstance(value, int) else math.isfinite(value))


def _shown(value: object) -> str:
    text = str(value) if not isinstance(value, int) or _is_sane(value) else "so large a number"
    return f'"{text[:40]}"' if isinstance(value, str) else text[:40]
