"""A v2 spec as a typed server keeps it, and what its schema refuses.

In: a spec of v2, decoded. Out: the spec with every field that the type has, or the causes of a refusal. Recorded on 12.4.0
(transcript refusals-12.4.0): what is left out becomes null, an unknown layout an empty grid, and the schema says nothing of a spec with
a list that is null.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from provisioner.sandbox.apis.decoding import V2_SPEC, V2_TIMES

Spec = dict[str, Any]
Causes = tuple[tuple[str, str], ...]

_LISTS = ("annotations", "links", "tags", "variables")
_CURSORS = ("Crosshair", "Off", "Tooltip")
_NAME = re.compile(r"[A-Za-z_]\w*")
_SPEC: Spec = {
    "annotations": None,
    "cursorSync": "",
    "elements": None,
    "layout": None,
    "links": None,
    "preload": False,
    "tags": None,
    "timeSettings": {
        "autoRefresh": "",
        "autoRefreshIntervals": None,
        "fiscalYearStartMonth": 0,
        "from": "",
        "hideTimepicker": False,
        "to": "",
    },
    "title": "",
    "variables": None,
}
_PANEL: Spec = {
    "data": {"kind": "", "spec": {"queries": None, "queryOptions": {}, "transformations": None}},
    "description": "",
    "id": 0,
    "links": None,
    "title": "",
    "vizConfig": {
        "group": "",
        "kind": "",
        "spec": {"fieldConfig": {"defaults": {}, "overrides": None}, "options": None},
        "version": "",
    },
}
_LAYOUTS: dict[object, Spec] = {
    "GridLayout": {"items": None},
    "RowsLayout": {"rows": None},
    "TabsLayout": {"tabs": None},
    "AutoGridLayout": {"columnWidthMode": "", "items": None, "rowHeightMode": ""},
}


def filled(spec: Spec) -> Spec:
    """The spec with what its type has; what the type does not have is dropped at the top and in the time settings."""
    made = _with(_SPEC, {key: value for key, value in spec.items() if key in V2_SPEC and value is not None})
    made["timeSettings"] = {key: value for key, value in made["timeSettings"].items() if key in V2_TIMES}
    elements = made["elements"]
    if elements is not None:
        made["elements"] = {name: _element(element) for name, element in elements.items()}
    layout = made["layout"] or {}
    kind = layout.get("kind") if layout.get("kind") in _LAYOUTS else "GridLayout"
    given = layout.get("spec") if layout.get("kind") == kind else None
    made["layout"] = {"kind": kind, "spec": _with(_LAYOUTS[kind], given if isinstance(given, dict) else {})}
    return made


def _with(usual: Spec, given: Spec) -> Spec:
    made = copy.deepcopy(usual)
    for key, value in given.items():
        inner = made.get(key)
        made[key] = _with(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return made


def _element(element: Spec | None) -> Spec | None:
    if element is None or element.get("kind") not in {"Panel", "LibraryPanel"}:
        return None
    spec = element.get("spec")
    given: Spec = spec if isinstance(spec, dict) else {}
    return {"kind": element["kind"], "spec": _with(_PANEL, given) if element["kind"] == "Panel" else given}


def mistakes_in_v2(made: Spec) -> Causes:
    """The first field of a filled spec that the schema refuses, with every cause."""
    if any(made[name] is None for name in _LISTS) or made["timeSettings"].get("autoRefreshIntervals") is None:
        return ()
    if made["elements"] is None:
        wanted = "{[ElementReference.name]:(Element|*{})} (mismatched types null and struct)"
        return (("DashboardSpec.elements", f"Invalid value: conflicting values null and {wanted}"),)
    for name, element in made["elements"].items():
        if element is None:
            field = f"DashboardSpec.elements.{name if _NAME.fullmatch(name) else json.dumps(name)}"
            kinds = ('{kind:"LibraryPanel",spec:LibraryPanelKindSpec}', '{kind:"Panel",spec:PanelSpec}', "{}")
            return tuple((field, f"Invalid value: conflicting values null and {kind} (mismatched types null and struct)") for kind in kinds)
    cursor = made["cursorSync"]
    if cursor not in _CURSORS:
        return tuple(
            ("DashboardSpec.cursorSync", f'Invalid value: conflicting values "{each}" and {json.dumps(cursor)}') for each in _CURSORS
        )
    if made["layout"]["kind"] == "GridLayout" and made["layout"]["spec"]["items"] is None:
        others = ("AutoGridLayout", "RowsLayout", "TabsLayout")
        return tuple(("DashboardSpec.layout.kind", f'Invalid value: conflicting values "{each}" and "GridLayout"') for each in others)
    return ()
