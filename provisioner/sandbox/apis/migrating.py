"""What v1beta1 and v1 make of a classic dashboard: defaults, the newest schema, and what they cannot take.

In: a spec and the data sources of the organisation. Out: the spec as it is stored and shown in v1, or the first field
that is refused. Defaults and refusals are recorded (transcript resources-12.4.0 "create dashboard", "no title", "old
schema", "bad panel type strict"). Of the thirty migrations of a real server only those are made that nearly every
dashboard meets: rows to panels, data sources by name to references, the refresh. Migrating twice changes nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from provisioner.sandbox.settings import DataSource

NEWEST_SCHEMA = 42
_WITHOUT_ROWS = 16
_WITH_REFERENCES = 36
_WITH_REFRESH = 40
_NULL_SOURCE = "Invalid value: conflicting values null and {type?:string,uid?:string} (mismatched types null and struct)"
_TIME = '{from:(string|*"now-6h"),to:(string|*"now")}'
_PICKER = (
    '{hidden?:(bool|*false),refresh_intervals?:([...string]|*["5s","10s","30s","1m","5m","15m","30m","1h","2h","1d"]),'
    "quick_ranges?:[...#TimeOption],nowDelay?:string}"
)
# What the schema of v1 wants at the root: the kind, and every form that its errors name.
_ROOT_KINDS: dict[str, tuple[type, str, tuple[str, ...]]] = {
    "tags": (list, "list", ("[...string]",)),
    "links": (list, "list", ("[...#DashboardLink]",)),
    "title": (str, "string", ("string",)),
    "description": (str, "string", ("string",)),
    "timezone": (str, "string", ('"browser"', "string")),
    "refresh": (str, "string", ("string",)),
    "weekStart": (str, "string", ("string",)),
    "gnetId": (str, "string", ("string",)),
    "editable": (bool, "bool", ("bool", "true")),
    "liveNow": (bool, "bool", ("bool",)),
    "preload": (bool, "bool", ("bool",)),
    "graphTooltip": (int, "int", ("0", "1", "2")),
    "fiscalYearStartMonth": (int, "int", ("0", "int & >=0 & <=255")),
    "time": (dict, "struct", (_TIME,)),
    "timepicker": (dict, "struct", (_PICKER,)),
}
_SHOWN_KINDS = {str: "string", bool: "bool", int: "int", float: "float", list: "list", dict: "struct", type(None): "null"}
_LATER_KINDS = {"list": 2, "struct": 3}  # errors name a list and a struct after anything else

Causes = tuple[tuple[str, str], ...]


def schema_of(spec: dict[str, Any]) -> int:
    """The schema that a spec says it is in, also as a text; 0 where it says none."""
    given = spec.get("schemaVersion")
    if isinstance(given, str) and given.isascii() and given.isdigit():
        return int(given)
    return int(given) if isinstance(given, int | float) and not isinstance(given, bool) else 0


def migration_error(spec: dict[str, Any]) -> str:
    """Why a spec cannot be brought to the newest schema; "" when it can."""
    schema = schema_of(spec)
    if schema < 0:
        path = "migration path only exists for versions greater than 0"
        return f"dashboard schema version {schema} cannot be migrated to latest version {NEWEST_SCHEMA} - {path}"
    if schema > NEWEST_SCHEMA:
        return f"schema migration from version {schema} to {NEWEST_SCHEMA} failed: schema version not migrated to target version"
    return ""


def migrated(spec: dict[str, Any], sources: tuple[DataSource, ...]) -> dict[str, Any]:
    """The spec in the newest schema, with its defaults; the one given is left alone. A schema that cannot be migrated stays."""
    made: dict[str, Any] = copy.deepcopy(spec)
    schema = schema_of(made)
    if schema < _WITHOUT_ROWS:
        _rows_to_panels(made)
    if schema < _WITH_REFERENCES:
        for owner in _with_sources(made):
            owner["datasource"] = _reference(owner.get("datasource"), sources)
    if schema < _WITH_REFRESH and not isinstance(made.get("refresh"), str):
        made["refresh"] = ""
    for key, value in _defaults().items():
        if made.get(key) is None:
            made[key] = value
    made["panels"] = _objects(made["panels"])
    if not isinstance(made["templating"], dict) or not isinstance(made["templating"].get("list"), list):
        made["templating"] = {"list": []}
    _with_built_in_annotation(made)
    return made | {"schemaVersion": schema if migration_error(spec) else NEWEST_SCHEMA}


def _defaults() -> dict[str, Any]:
    return {
        "editable": True,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 0,
        "links": [],
        "panels": [],
        "tags": [],
        "templating": {"list": []},
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {},
        "timezone": "",
        "title": "No Title",
        "weekStart": "",
    }


def _with_built_in_annotation(made: dict[str, Any]) -> None:
    annotations = made.get("annotations")
    kept = annotations.get("list") if isinstance(annotations, dict) else None
    listed = list(kept) if isinstance(kept, list) else []
    if not any(isinstance(one, dict) and one.get("builtIn") == 1 for one in listed):
        listed.insert(
            0,
            {
                "builtIn": 1,
                "datasource": {"type": "grafana", "uid": "-- Grafana --"},
                "enable": True,
                "hide": True,
                "iconColor": "rgba(0, 211, 255, 1)",
                "name": "Annotations & Alerts",
                "type": "dashboard",
            },
        )
    made["annotations"] = (annotations if isinstance(annotations, dict) else {}) | {"list": listed}


def _objects(value: object) -> list[dict[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _rows_to_panels(made: dict[str, Any]) -> None:
    """Up to schema 15 panels stand in rows, with a span of 12 and a height of the row."""
    panels, top = _objects(made.get("panels")), 0
    for row in _objects(made.pop("rows", None)):
        left, height = 0, _height(row.get("height"))
        for panel in _objects(row.get("panels")):
            span = panel.pop("span", 4)
            width = int(span * 2) if isinstance(span, int | float) and not isinstance(span, bool) else 8
            if left + width > 24:
                left, top = 0, top + height
            panels.append(panel | {"gridPos": {"x": left, "y": top, "w": width, "h": height}})
            left += width
        top += height
    made["panels"] = panels


def _height(value: object) -> int:
    text = value.removesuffix("px") if isinstance(value, str) else value
    pixels = int(text) if isinstance(text, int | float) or (isinstance(text, str) and text.isdigit()) else 250
    return max(pixels // 38, 3)


def _with_sources(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What names a data source: panels, also in rows, and variables that query."""
    for panel in _objects(made.get("panels")):
        if panel.get("type") != "row":
            yield panel
        yield from _objects(panel.get("panels"))
    templating = made.get("templating")
    variables = _objects(templating.get("list")) if isinstance(templating, dict) else []
    yield from (one for one in variables if one.get("type") == "query")


def _reference(named: object, sources: tuple[DataSource, ...]) -> object:
    """A data source by reference; the default one for none, null when there is no default."""
    if isinstance(named, dict):
        return named
    if named is None or named == "default":
        default = next((one for one in sources if one.is_default), None)
        return {"type": default.type, "uid": default.uid} if default else None
    found = next((one for one in sources if named in {one.name, one.uid}), None)
    return {"type": found.type, "uid": found.uid} if found else {"uid": str(named)}


def mistakes_in(spec: dict[str, Any]) -> Causes:
    """The first field of a migrated spec that v1 refuses, with every cause; none when it takes all of it."""
    for number, panel in enumerate(spec["panels"]):
        place = f"spec.panels.{number}"
        if "datasource" in panel and panel["datasource"] is None:
            return ((f"{place}.datasource", _NULL_SOURCE),)
        if not isinstance(panel.get("type", ""), str):
            return _mismatches(f"{place}.type", panel["type"], "string", ('"row"', "string"))
    for name, (kind, called, forms) in _ROOT_KINDS.items():
        value: Any = spec.get(name, kind())
        fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not fits:
            return _mismatches(f"spec.{name}", value, called, forms)
        if name == "tags" and not all(isinstance(tag, str) for tag in value):
            wrong = next(number for number, tag in enumerate(value) if not isinstance(tag, str))
            return _mismatches(f"spec.tags.{wrong}", value[wrong], "string", ("string",))
    return ()


def _mismatches(field: str, value: object, wanted: str, forms: tuple[str, ...]) -> Causes:
    """The two values and their kinds, in the order that they are named in."""
    kind = _SHOWN_KINDS[type(value)]
    shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    turned = _LATER_KINDS.get(kind, 0) > _LATER_KINDS.get(wanted, 0)
    kinds = f"(mismatched types {wanted} and {kind})" if turned else f"(mismatched types {kind} and {wanted})"
    pairs = ((form, shown) if turned else (shown, form) for form in forms)
    return tuple((field, f"Invalid value: conflicting values {first} and {second} {kinds}") for first, second in pairs)
