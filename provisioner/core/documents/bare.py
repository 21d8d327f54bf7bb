"""Is this object a Grafana dashboard as it stands, and if not, what is it?

In: any object. Out: yes or no, the shape, or the reason in two words. The rule was made on 1,200 real dashboards and on what lies beside
them in repositories: a dashboard is never passed over because a key is missing or wrong, and package.json is never taken for one.
"""

from __future__ import annotations

from provisioner.core.documents.found import Object
from provisioner.core.model import Json, Shape

_STRONG = frozenset({
    "__elements", "__inputs", "__requires", "annotations", "fiscalYearStartMonth", "gnetId", "graphTooltip", "hideControls", "iteration",
    "liveNow", "schemaVersion", "sharedCrosshair", "templating", "timepicker", "weekStart",
})  # fmt: skip
"""Keys that hardly anything but a Grafana dashboard has."""

_WEAK = frozenset({"editable", "id", "links", "refresh", "style", "tags", "time", "timezone", "uid", "version"})
"""Keys that dashboards have, as other things do."""

_PANEL = frozenset({"datasource", "fieldConfig", "gridPos", "id", "libraryPanel", "options", "span", "targets", "type"})

_EXPORT = ("__inputs", "__requires", "__elements")


def is_dashboard(value: Object) -> bool:
    """Whether this is a dashboard of the classic schema. A wrong type of `panels` or a missing title does not make it something else."""
    strong = len(_STRONG & value.keys())
    titled = "title" in value
    if isinstance(value.get("type"), str) and not strong:
        # A panel, a row, a search result: these have a title, and a row has panels.
        return False
    panels, rows = value.get("panels"), value.get("rows")
    if isinstance(panels, list) and (not panels or any(map(_is_panel, panels))):
        return titled or strong > 0 or bool(panels)
    if isinstance(rows, list) and any(isinstance(row, dict) and isinstance(row.get("panels"), list) for row in rows):
        return titled or strong > 0
    weak = len(_WEAK & value.keys())
    return (strong > 1 or (strong > 0 and weak > 1)) and (titled or "panels" in value or "rows" in value)


def is_new_schema(value: Object) -> bool:
    """Whether this is the body of a v2 dashboard: elements, and a layout that places them."""
    return isinstance(value.get("elements"), dict) and isinstance(value.get("layout"), dict)


def shape_of(value: Object) -> Shape:
    """Which of the bare shapes a dashboard has."""
    if any(key in value for key in _EXPORT):
        return Shape.EXPORT
    return Shape.ROWS if isinstance(value.get("rows"), list) and "panels" not in value else Shape.CLASSIC


def what_else(value: Json) -> str:
    """What a value is that is no dashboard, in words for a count: "2 library panels, 1 npm package"."""
    if not isinstance(value, dict):
        return "no dashboard"
    for reason, fits in _OTHERS:
        if fits(value):
            return reason
    return "no dashboard"


def _is_panel(value: Json) -> bool:
    return isinstance(value, dict) and not _PANEL.isdisjoint(value)


def _is_template(value: Object) -> bool:
    """ScyllaDB's generator: objects name a class from which the rest is filled in."""
    inner = value.get("dashboard")
    return isinstance(value.get("class"), str) or (isinstance(inner, dict) and isinstance(inner.get("class"), str))


def _is_library_panel(value: Object) -> bool:
    """As the API gives it, as {result}, and as gdg keeps it ({Entity})."""
    inner = value.get("result") or value.get("Entity") or value
    return isinstance(inner, dict) and isinstance(inner.get("model"), dict) and "kind" in inner


def _is_panel_alone(value: Object) -> bool:
    return isinstance(value.get("type"), str) and ("gridPos" in value or "targets" in value or "panels" in value)


_OTHERS = (
    ("library panel", _is_library_panel),
    ("generator template", _is_template),
    ("alert rules", lambda value: isinstance(value.get("groups"), list)),
    ("data sources", lambda value: isinstance(value.get("datasources"), list)),
    ("dashboard providers", lambda value: isinstance(value.get("providers"), list)),
    ("panel", _is_panel_alone),
    ("npm package", lambda value: "name" in value and not {"dependencies", "devDependencies", "scripts"}.isdisjoint(value)),
    ("JSON Schema", lambda value: "$schema" in value and "properties" in value),
)
