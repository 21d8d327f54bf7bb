"""Durations, sizes and counts as people write them. In: a number or text. Out: seconds, bytes, a number, or the complaint. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from provisioner.config.complaints import Complaint

LONGEST = 24 * 60 * 60.0
"""A day, in seconds: no step and no request may take longer; far beyond it the operating system's own timers overflow."""
LARGEST = 2**53
"""Beyond it JSON's numbers are no longer exact."""

_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+")
_STEP = re.compile(r"([0-9.]+)(ms|s|m|h)")
_SECONDS: Mapping[str, float] = MappingProxyType({"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0})

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(B|[kKMG]B|[KMG]iB)?")
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
