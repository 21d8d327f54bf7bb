"""The head of a dashboard: title, uid, tags, refresh, schemaVersion, and the keys at its top.

In: a dashboard's own object. Out: findings. A value of an impossible type is the schema's business and is passed over here.
The limits are Grafana's own (reference/dashboards.md section 2, "What Grafana itself does").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from provisioner.core.model import Json
from provisioner.core.rules.anatomy import step
from provisioner.core.rules.finding import Finding, counted, shown

TITLE_BYTES = 5000
UID_LENGTH = 40
TAG_BYTES = 50
REFRESH_SECONDS = 5.0
"""Grafana's default for `min_refresh_interval`."""

OLDEST_UNMIGRATED = 36
"""From this schemaVersion on data sources are objects; Grafana migrates what is older in the browser, each time it is opened."""
NEWEST_SCHEMA = 42

MOST_KEYS = 20
"""Looking for what was meant takes half a millisecond a key."""

_UID = re.compile(r"[A-Za-z0-9_-]*\Z")
_UNITS: Mapping[str, float] = MappingProxyType(
    {
        "ns": 1e-9,
        "us": 1e-6,
        "µs": 1e-6,
        "μs": 1e-6,
        "ms": 1e-3,
        "s": 1,
        "m": 60,
        "h": 3600,
        "d": 86_400,
        "w": 604_800,
        "M": 2_592_000,
        "y": 31_557_600,
    }
)
_DURATION = re.compile(r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|[+-]?0|\d+[dwMy]", re.ASCII)
_STEP = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([a-zµμ]+|[My])", re.ASCII)
_NO_REFRESH = frozenset({"", "auto"})


def title(body: Mapping[str, Json]) -> Iterator[Finding]:
    """A title that Grafana refuses: blank, or over 5000 bytes."""
    value = body.get("title")
    if isinstance(value, str):
        if not value.strip():
            yield Finding("title-invalid", "/title", "the title is blank")
        elif (size := _bytes(value)) > TITLE_BYTES:
            message = f"the title is {size} bytes long, and Grafana takes {TITLE_BYTES}"
            yield Finding("title-invalid", "/title", message, "shorten the title")


def uid(body: Mapping[str, Json]) -> Iterator[Finding]:
    """A uid that Grafana refuses. None and "" mean that there is none."""
    value = body.get("uid")
    if isinstance(value, str):
        if len(value) > UID_LENGTH:
            yield Finding("uid-invalid", "/uid", f"the uid has {len(value)} characters, and Grafana takes {UID_LENGTH}")
        if not _UID.match(value):
            wrong = "".join(sorted({each for each in value if not _UID.match(each)}))
            yield Finding("uid-invalid", "/uid", f"the uid holds {shown(wrong)}; letters, digits, - and _ are allowed")


def tags(body: Mapping[str, Json]) -> Iterator[Finding]:
    """Tags over 50 bytes, which have no room in Grafana's table."""
    value = body.get("tags")
    for index, tag in enumerate(value if isinstance(value, list) else ()):
        if isinstance(tag, str) and len(tag) * 4 > TAG_BYTES and (size := _bytes(tag)) > TAG_BYTES:
            yield Finding("tag-invalid", f"/tags/{index}", f"the tag is {size} bytes long, and Grafana takes {TAG_BYTES}")


def refresh(value: Json, pointer: str) -> Iterator[Finding]:
    """A refresh that is no duration, or one that most servers find too short. Booleans and numbers are ignored by Grafana."""
    if isinstance(value, str) and value not in _NO_REFRESH:
        seconds = duration(value)
        if seconds is None:
            yield Finding("refresh-invalid", pointer, f"refresh is {shown(value)}, which is no duration")
        elif seconds < REFRESH_SECONDS:
            message = f"refresh is {shown(value)}; servers take {REFRESH_SECONDS:g}s and more unless set otherwise"
            yield Finding("refresh-too-short", pointer, message)


def duration(text: str) -> float | None:
    """Seconds of a duration as Grafana reads it (Go's "1m30s", and "1d", "2w", "3M", "1y"), None for what is none."""
    if not _DURATION.fullmatch(text):
        return None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _STEP.findall(text))
    return -seconds if text.startswith("-") else seconds


def schema_version(body: Mapping[str, Json]) -> Iterator[Finding]:
    """A schemaVersion that makes Grafana migrate the dashboard when it is opened, or that no migration can start from."""
    value = body.get("schemaVersion")
    if value is None:
        pointer = "/schemaVersion" if "schemaVersion" in body else ""
        yield Finding("schema-version-old", pointer, "there is no schemaVersion, so Grafana migrates from the beginning")
    elif not isinstance(value, int) or isinstance(value, bool):
        yield Finding("schema-version-invalid", "/schemaVersion", "schemaVersion is no whole number, and Grafana takes it for 0")
    elif value < OLDEST_UNMIGRATED:
        yield Finding("schema-version-old", "/schemaVersion", f"schemaVersion is {counted(value)}; Grafana migrates it when it is opened")
    elif value > NEWEST_SCHEMA:
        message = f"schemaVersion is {counted(value)}, and the newest known here is {NEWEST_SCHEMA}"
        yield Finding("schema-version-new", "/schemaVersion", message)


def server_number(body: Mapping[str, Json]) -> Iterator[Finding]:
    """An `id`: the number of the server that the file came from."""
    if body.get("id") is not None:
        yield Finding("id-set", "/id", "id is the number that one server gave; it is not sent")


def keys(body: Mapping[str, Json], known: frozenset[str]) -> Iterator[Finding]:
    """Keys at the top that Grafana does not know. It keeps them, but a misspelt one does nothing."""
    unknown = [key for key in body if key not in known]
    for key in unknown[:MOST_KEYS]:
        meant = _meant(key, known)
        if meant is None:
            yield Finding("key-unknown", step("", key), f"{shown(key)} is no key of a dashboard")
        else:
            message = f'{shown(key)} is no key of a dashboard; did you mean "{meant}"?'
            yield Finding("key-misspelt", step("", key), message, f'write "{meant}", or take it out')
    if more := unknown[MOST_KEYS:]:
        yield Finding("key-unknown", step("", more[0]), f"{len(more)} more keys are none of a dashboard's")


def _meant(key: str, known: Iterable[str]) -> str | None:
    """The known key that a key looks like: the same in other letters, or one slip away."""
    by_small = {each.lower(): each for each in known}
    near = get_close_matches(key[:UID_LENGTH].lower(), by_small, n=1, cutoff=0.88)
    return by_small[near[0]] if near else None


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
