"""Between the classic dashboard and the layout of v2: what a server shows when it is asked for the other one.

In: a spec of one. Out: a spec of the other. The way to v2 is recorded for a plain panel (transcript resources-12.4.0
"get v2beta1"); the rest follows the published v2 schema. The way back loses what the classic form cannot say, as on
real servers (reference 2.1, 5.1).
"""

from __future__ import annotations

from typing import Any

_REFRESHES = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"]
_CURSORS = ("Off", "Crosshair", "Tooltip")
_VARIABLES = {
    "query": "QueryVariable",
    "custom": "CustomVariable",
    "constant": "ConstantVariable",
    "textbox": "TextVariable",
    "interval": "IntervalVariable",
    "datasource": "DatasourceVariable",
    "adhoc": "AdhocVariable",
    "groupby": "GroupByVariable",
}
_CLASSIC_VARIABLES = {kind: name for name, kind in _VARIABLES.items()}

Spec = dict[str, Any]


def _objects(value: object) -> list[Spec]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _part(value: object) -> Spec:
    return value if isinstance(value, dict) else {}


def is_new_layout(version: str) -> bool:
    """Whether a version of the resource API is of the v2 family."""
    return version.startswith("v2")


def to_v2(spec: Spec) -> Spec:
    """A migrated classic spec in the layout of v2."""
    panels = [panel for panel in _objects(spec.get("panels")) if panel.get("type") != "row"]
    panels += [inner for row in _objects(spec.get("panels")) for inner in _objects(row.get("panels"))]
    time, picker, tip = _part(spec.get("time")), _part(spec.get("timepicker")), spec.get("graphTooltip")
    made: Spec = {
        "annotations": [_annotation(one) for one in _objects(_part(spec.get("annotations")).get("list"))],
        "cursorSync": _CURSORS[tip] if tip in {0, 1, 2} else "Off",
        "editable": spec.get("editable", True),
        "elements": {f"panel-{panel.get('id', 0)}": _element(panel) for panel in panels},
        "layout": _layout(_objects(spec.get("panels"))),
        "links": spec.get("links", []),
        "liveNow": bool(spec.get("liveNow", False)),
        "preload": bool(spec.get("preload", False)),
        "tags": spec.get("tags", []),
        "timeSettings": {
            "timezone": spec.get("timezone", ""),
            "from": time.get("from", "now-6h"),
            "to": time.get("to", "now"),
            "autoRefresh": spec.get("refresh", ""),
            "autoRefreshIntervals": picker.get("refresh_intervals", list(_REFRESHES)),
            "hideTimepicker": bool(picker.get("hidden", False)),
            "fiscalYearStartMonth": spec.get("fiscalYearStartMonth", 0),
        },
        "title": spec.get("title", ""),
        "variables": [_variable(one) for one in _objects(_part(spec.get("templating")).get("list"))],
    }
    return made | {"description": spec["description"]} if "description" in spec else made


def _source(reference: object) -> Spec:
    named = _part(reference)
    return {"datasource": {"name": named["uid"]}} if "uid" in named else {}


def _query(target: Spec, kind: str = "") -> Spec:
    own = {key: value for key, value in target.items() if key not in {"refId", "hide", "datasource"}}
    group = _part(target.get("datasource")).get("type", kind)
    return {"kind": "DataQuery", "group": group, "version": "v0", **_source(target.get("datasource")), "spec": own}


def _annotation(one: Spec) -> Spec:
    spec: Spec = {
        "query": _query({"datasource": one.get("datasource")} | _part(one.get("target"))),
        "enable": one.get("enable", False),
        "hide": one.get("hide", False),
        "iconColor": one.get("iconColor", ""),
        "name": one.get("name", ""),
    }
    if one.get("builtIn"):
        spec["builtIn"] = True
    return {"kind": "AnnotationQuery", "spec": spec | ({"legacyOptions": {"type": one["type"]}} if "type" in one else {})}


def _element(panel: Spec) -> Spec:
    queries = [
        {
            "kind": "PanelQuery",
            "spec": {"query": _query(target), "refId": target.get("refId", "A"), "hidden": bool(target.get("hide", False))},
        }
        for target in _objects(panel.get("targets"))
    ]
    drawn = {"options": panel.get("options", {}), "fieldConfig": panel.get("fieldConfig", {"defaults": {}, "overrides": []})}
    data = {"queries": queries, "transformations": panel.get("transformations", []), "queryOptions": {}}
    return {
        "kind": "Panel",
        "spec": {
            "id": panel.get("id", 0),
            "title": panel.get("title", ""),
            "description": panel.get("description", ""),
            "links": panel.get("links", []),
            "data": {"kind": "QueryGroup", "spec": data},
            "vizConfig": {"kind": "VizConfig", "group": panel.get("type", ""), "version": panel.get("pluginVersion", ""), "spec": drawn},
        },
    }


def _layout(panels: list[Spec]) -> Spec:
    """A grid, or rows of grids where there are rows."""
    if not any(panel.get("type") == "row" for panel in panels):
        return _grid(panels)
    rows: list[Spec] = []
    loose: list[Spec] = []
    for panel in panels:
        if panel.get("type") == "row":
            loose = _objects(panel.get("panels"))
            title, shut = panel.get("title", ""), bool(panel.get("collapsed", False))
            rows.append({"title": title, "collapse": shut, "hideHeader": False, "panels": loose})
        elif rows:
            loose.append(panel)
        else:
            loose = [panel]
            rows.append({"title": "", "collapse": False, "hideHeader": True, "panels": loose})
    shown = [{"kind": "RowsLayoutRow", "spec": {**row, "layout": _grid(row.pop("panels"))}} for row in rows]
    return {"kind": "RowsLayout", "spec": {"rows": shown}}


def _grid(panels: list[Spec]) -> Spec:
    items = []
    for panel in panels:
        place = _part(panel.get("gridPos"))
        spec = {"x": place.get("x", 0), "y": place.get("y", 0), "width": place.get("w", 12), "height": place.get("h", 8)}
        element = {"kind": "ElementReference", "name": f"panel-{panel.get('id', 0)}"}
        items.append({"kind": "GridLayoutItem", "spec": spec | {"element": element}})
    return {"kind": "GridLayout", "spec": {"items": items}}


def _variable(one: Spec) -> Spec:
    kind = _VARIABLES.get(str(one.get("type")), "CustomVariable")
    spec = {key: value for key, value in one.items() if key not in {"type", "datasource"}}
    if kind == "QueryVariable":
        asked = one.get("query")
        spec["query"] = _query({"datasource": one.get("datasource")} | (asked if isinstance(asked, dict) else {"query": asked}))
    return {"kind": kind, "spec": spec}


def missing_element(spec: Spec) -> str:
    """The first name that the layout calls for and that no element has; then there is no classic form (12.4). "" for none."""
    elements = _part(spec.get("elements"))
    names = (str(_part(place.get("element")).get("name")) for place in _grid_items(spec.get("layout")))
    return next((name for name in names if name not in elements), "")


def to_classic(spec: Spec) -> Spec:
    """A v2 spec as a classic one, without what that cannot say, and without lists that are empty."""
    times = _part(spec.get("timeSettings"))
    cursor = spec.get("cursorSync")
    made: Spec = {
        "annotations": {"list": []},
        "editable": spec.get("editable", True),
        "fiscalYearStartMonth": times.get("fiscalYearStartMonth", 0),
        "graphTooltip": _CURSORS.index(cursor) if cursor in _CURSORS else 0,
        "preload": bool(spec.get("preload", False)),
        "refresh": times.get("autoRefresh", ""),
        "schemaVersion": 42,
        "time": {"from": times.get("from") or "now-6h", "to": times.get("to") or "now"},
        "title": spec.get("title", ""),
    }
    variables = [_classic_variable(one) for one in _objects(spec.get("variables"))]
    picker: Spec = {"hidden": True} if times.get("hideTimepicker") else {}
    if times.get("autoRefreshIntervals"):
        picker["refresh_intervals"] = times["autoRefreshIntervals"]
    rest: Spec = {
        "description": spec.get("description"),
        "links": spec.get("links"),
        "liveNow": spec.get("liveNow"),
        "panels": list(_panels(spec)),
        "tags": spec.get("tags"),
        "templating": {"list": variables} if variables else None,
        "timepicker": picker,
        "timezone": times.get("timezone"),
        "weekStart": times.get("weekStart"),
    }
    return made | {key: value for key, value in rest.items() if value}


def _classic_variable(one: Spec) -> Spec:
    return _part(one.get("spec")) | {"type": _CLASSIC_VARIABLES.get(str(one.get("kind")), "custom")}


def _panels(spec: Spec) -> list[Spec]:
    """The panels in the order of the layout; what it does not name is not shown."""
    elements = _part(spec.get("elements"))
    panels = []
    for place in _grid_items(spec.get("layout")):
        name = _part(place.get("element")).get("name")
        if name in elements:
            grid = {"x": place.get("x", 0), "y": place.get("y", 0), "w": place.get("width", 12), "h": place.get("height", 8)}
            panels.append(_classic_panel(_part(_part(elements[name]).get("spec"))) | {"gridPos": grid})
    return panels


def _grid_items(layout: object) -> list[Spec]:
    """The places of a layout, through rows and tabs."""
    spec = _part(_part(layout).get("spec"))
    found = [_part(one.get("spec")) for one in _objects(spec.get("items"))]
    for inner in (*_objects(spec.get("rows")), *_objects(spec.get("tabs"))):
        found += _grid_items(_part(inner.get("spec")).get("layout"))
    return found


def _classic_panel(panel: Spec) -> Spec:
    drawn = _part(panel.get("vizConfig"))
    queries = [_part(one.get("spec")) for one in _objects(_part(_part(panel.get("data")).get("spec")).get("queries"))]
    return {
        "id": panel.get("id", 0),
        "title": panel.get("title", ""),
        "type": drawn.get("group", ""),
        "pluginVersion": drawn.get("version", ""),
        "targets": [_part(_part(one.get("query")).get("spec")) | {"refId": one.get("refId", "A")} for one in queries],
        **_drawn(_part(drawn.get("spec"))),
    }


def _drawn(spec: Spec) -> Spec:
    """The options, and a field configuration that says something."""
    fields = _part(spec.get("fieldConfig"))
    found: Spec = {"options": spec["options"]} if "options" in spec else {}
    return found | {"fieldConfig": fields} if fields.get("defaults") or fields.get("overrides") else found
