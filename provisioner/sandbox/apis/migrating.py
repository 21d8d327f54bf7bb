"""What v1beta1 and v1 make of a classic dashboard: defaults, the newest schema, and what they cannot take.

In: a spec and the data sources of the organisation. Out: the spec as it is stored and shown in v1, or the first field
that is refused. Defaults and refusals are recorded (transcript resources-12.4.0 "create dashboard", "no title", "old
schema", "bad panel type strict"). Of the thirty migrations of a real server only those are made that nearly every
dashboard meets: rows to panels, data sources by name to references, the refresh. Migrating twice changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from provisioner.sandbox.settings import DataSource

NEWEST_SCHEMA = 42
_WITHOUT_ROWS = 16
_WITH_REFERENCES = 36
_WITH_REFRESH = 40
_NULL_SOURCE = "Invalid value: conflicting values null and {type?:string,uid?:string} (mismatched types null and struct)"
# What the schema of v1 wants at the root, as its errors name the kinds.
_ROOT_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "title": ((str,), "string"),
    "description": ((str,), "string"),
    "timezone": ((str,), "string"),
    "refresh": ((str,), "string"),
    "weekStart": ((str,), "string"),
    "editable": ((bool,), "bool"),
    "tags": ((list,), "list"),
    "panels": ((list,), "list"),
    "links": ((list,), "list"),
}
_SHOWN_KINDS = {str: "string", bool: "bool", int: "int", float: "float", list: "list", dict: "struct", type(None): "null"}


def migrated(spec: dict[str, Any], sources: tuple[DataSource, ...]) -> dict[str, Any]:
    """The spec in the newest schema, with its defaults; the one given is left alone."""
    made: dict[str, Any] = copy.deepcopy(spec)
    given = made.get("schemaVersion")
    schema = given if isinstance(given, int | float) and not isinstance(given, bool) else 0
    if schema < _WITHOUT_ROWS:
        _rows_to_panels(made)
    if schema < _WITH_REFERENCES:
        for owner in _with_sources(made):
            owner["datasource"] = _reference(owner.get("datasource"), sources)
    if schema < _WITH_REFRESH and not isinstance(made.get("refresh"), str):
        made["refresh"] = ""
    for key, value in _defaults().items():
        made.setdefault(key, value)
    if not made["title"]:
        made["title"] = "No Title"
    _with_built_in_annotation(made)
    return made | {"schemaVersion": max(schema, NEWEST_SCHEMA)}


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


def mistake_in(spec: dict[str, Any]) -> tuple[str, str] | None:
    """The first field of a migrated spec that v1 refuses, and why; None when it takes all of it."""
    for number, panel in enumerate(spec["panels"] if isinstance(spec.get("panels"), list) else []):
        if isinstance(panel, dict) and "datasource" in panel and panel["datasource"] is None:
            return f"spec.panels.{number}.datasource", _NULL_SOURCE
        if isinstance(panel, dict) and not isinstance(panel.get("type", ""), str):
            return f"spec.panels.{number}.type", _mismatch(panel["type"], "string")
    for name, (kinds, shown) in _ROOT_KINDS.items():
        value = spec.get(name, kinds[0]())
        if not isinstance(value, kinds):
            return f"spec.{name}", _mismatch(value, shown)
    return None


def _mismatch(value: object, wanted: str) -> str:
    kind = _SHOWN_KINDS[type(value)]
    return f"Invalid value: conflicting values {value} and {wanted} (mismatched types {kind} and {wanted})"
