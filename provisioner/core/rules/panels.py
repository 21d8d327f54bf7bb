"""The panels of a classic dashboard: ids, types, places, rows, and what Grafana has left behind.

In: the parts of a dashboard. Out: findings. What concerns many panels in the same way is said once, at the first of them, with their
number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provisioner.core.model import Json
from provisioner.core.rules.anatomy import Anatomy, Part, title_of
from provisioner.core.rules.finding import Finding, counted

GRID_COLUMNS = 24
_USUAL = (("x", 0), ("y", 0), ("w", 1), ("h", 1))
_FAR = 1_000_000
ROWS_MIGRATED_BELOW = 16
"""Grafana lays `rows` out on the grid only in dashboards below this schemaVersion."""

REPLACED: Mapping[str, str] = MappingProxyType(
    {
        "graph": "timeseries",
        "table-old": "table",
        "singlestat": "stat",
        "grafana-singlestat-panel": "stat",
        "grafana-piechart-panel": "piechart",
        "grafana-worldmap-panel": "geomap",
    }
)
"""Angular panels that Grafana 11 and later show as another one by themselves (`autoMigrateAngular` of its PanelModel)."""

GONE = frozenset(
    {
        "agenty-flowcharting-panel",
        "aidanmountford-html-panel",
        "bessler-pictureit-panel",
        "blackmirror1-singlestat-math-panel",
        "briangann-datatable-panel",
        "corpglory-progresslist-panel",
        "farski-blendstat-panel",
        "fatcloud-windrose-panel",
        "flant-statusmap-panel",
        "marcuscalidus-svg-panel",
        "michaeldmoore-annunciator-panel",
        "michaeldmoore-multistat-panel",
        "mtanda-histogram-panel",
        "mxswat-separator-panel",
        "natel-discrete-panel",
        "natel-plotly-panel",
        "neocat-cal-heatmap-panel",
        "petrslavotinek-carpetplot-panel",
        "pr0ps-trackmap-panel",
        "ryantxu-ajax-panel",
        "savantly-heatmap-panel",
        "snuids-radar-panel",
        "snuids-trafficlights-panel",
        "vonage-status-panel",
        "yesoreyeram-boomtable-panel",
    }
)
"""Angular panels that have no React version (Grafana's own list, "Plugins using AngularJS"): Grafana 12 shows an error in their place."""


def panels(whole: Anatomy) -> Iterator[Finding]:
    """Everything that is said of panels."""
    yield from ids(whole.panels)
    yield from types(whole.panels)
    yield from places(whole.panels)
    yield from leftovers(whole.panels)


def ids(panels: tuple[Part, ...]) -> Iterator[Finding]:
    """One id at two panels: links and alerts find only one of them. A panel without id is given another one whenever it is opened."""
    first: dict[int | float, Part] = {}
    missing: list[Part] = []
    for panel in panels:
        value = panel.value.get("id")
        if value is None:
            missing.append(panel)
        elif isinstance(value, int | float):
            other = first.setdefault(value, panel)
            if other is not panel:
                message = f"{title_of(panel.value)} has the id {counted(value)}, which {title_of(other.value)} has too"
                yield Finding("panel-id-duplicate", f"{panel.pointer}/id", message)
    if missing:
        yield Finding("panel-id-missing", missing[0].pointer, f"{_count(missing)} no id")


def types(panels: tuple[Part, ...]) -> Iterator[Finding]:
    """Panels of no type, of a type that is shown as another one, and of a type that is gone."""
    replaced: list[Part] = []
    gone: dict[str, list[Part]] = {}
    for panel in panels:
        kind = panel.value.get("type")
        if not isinstance(kind, str) or not kind:
            if not isinstance(panel.value.get("libraryPanel"), dict):
                yield Finding("panel-type-missing", panel.pointer, f"{title_of(panel.value)} has no type")
        elif kind in REPLACED:
            replaced.append(panel)
        elif kind in GONE:
            gone.setdefault(kind, []).append(panel)
    if replaced:
        kinds = sorted({f"{panel.value['type']} as {REPLACED[panel.value['type']]}" for panel in replaced})
        message = f"{_count(replaced)} an old type; Grafana 11 and later show {', '.join(kinds)}"
        yield Finding("panel-type-replaced", f"{replaced[0].pointer}/type", message)
    for kind, several in gone.items():
        yield Finding("panel-type-gone", f"{several[0].pointer}/type", f"{_count(several)} the type {kind}, which Grafana 12 cannot show")


def places(panels: tuple[Part, ...]) -> Iterator[Finding]:
    """Panels that stand outside the grid or have no extent. Rows take the whole width whatever they say."""
    wrong = [panel for panel in panels if panel.value.get("type") != "row" and _off_grid(panel.value.get("gridPos"))]
    if wrong:
        message = f"{_count(wrong)} a place outside the {GRID_COLUMNS} columns of the grid"
        yield Finding("panel-off-grid", f"{wrong[0].pointer}/gridPos", message)


def leftovers(panels: tuple[Part, ...]) -> Iterator[Finding]:
    """Alerts of the old kind, and options that some generator wrote as a list."""
    alerts = [panel for panel in panels if isinstance(panel.value.get("alert"), dict) and panel.value["alert"]]
    if alerts:
        message = f"{_count(alerts)} an alert of the kind that Grafana 11 and later ignore"
        yield Finding("alert-legacy", f"{alerts[0].pointer}/alert", message)
    listed = [panel for panel in panels if isinstance(panel.value.get("options"), list)]
    if listed:
        yield Finding("panel-options-list", f"{listed[0].pointer}/options", f"{_count(listed)} a list for options where an object belongs")


def rows(body: Mapping[str, Json]) -> Iterator[Finding]:
    """Rows as they were up to Grafana 4, and rows that nobody sees."""
    own, panels = body.get("rows"), body.get("panels")
    if not isinstance(own, list) or not own:
        if not panels:
            pointer = "/panels" if "panels" in body else ""
            yield Finding("panels-none", pointer, "the dashboard has no panels")
        return
    version = body.get("schemaVersion")
    if isinstance(version, int) and version >= ROWS_MIGRATED_BELOW:
        message = f"rows are not shown: with schemaVersion {counted(version)} Grafana looks at panels only"
        yield Finding("rows-ignored", "/rows", message)
    elif panels:
        message = "there are both rows and panels; which of them are shown depends on the version of Grafana"
        yield Finding("rows-and-panels", "/rows", message)
    else:
        yield Finding("rows-layout", "/rows", "the panels are in rows, as up to Grafana 4; newer ones lay them out when it is opened")


def _off_grid(place: Json) -> bool:
    if not isinstance(place, dict):
        return False
    left, top, width, height = (_cut(place.get(key, usual)) for key, usual in _USUAL)
    return left < 0 or top < 0 or width <= 0 or height <= 0 or left + width > GRID_COLUMNS


def _cut(value: Json) -> float:
    """A coordinate, cut to where sums are safe. What is missing or null is fine, since Grafana has a default for it."""
    if type(value) is int and -_FAR < value < _FAR:
        return value
    return max(-_FAR, min(_FAR, value)) if isinstance(value, int | float) else 1


def _count(several: list[Part]) -> str:
    """The panels as a subject with its verb: "3 panels have", or the one panel by its title."""
    return f"{len(several)} panels have" if len(several) > 1 else f"{title_of(several[0].value)} has"
