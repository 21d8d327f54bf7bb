"""Small builders, one for each shape in which dashboards are kept: what they give is what a file would hold."""

import json
from collections.abc import Mapping, Sequence

from provisioner.core.model import Json

Object = dict[str, Json]


def dashboard(uid: str | None = "cpu", title: str = "CPU", **more: Json) -> Object:
    """A classic dashboard of one panel, of which nothing is to be said."""
    source = {"type": "prometheus", "uid": "prom"}
    panel = {
        "id": 1,
        "type": "timeseries",
        "title": "Load",
        "datasource": source,
        "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},
        "targets": [{"refId": "A", "expr": "node_load1", "datasource": source}],
    }
    named = {} if uid is None else {"uid": uid}
    return {**named, "title": title, "schemaVersion": 41, "tags": [], "time": {"from": "now-1h", "to": "now"}, "panels": [panel], **more}


def rows(uid: str = "old", title: str = "Old") -> Object:
    """As Grafana 2 to 4 kept it: panels in rows."""
    panel = {"id": 1, "type": "graph", "title": "Load", "span": 12, "datasource": "prom", "targets": [{"refId": "A", "expr": "up"}]}
    return {
        "uid": uid,
        "title": title,
        "schemaVersion": 14,
        "rows": [{"title": "Row", "panels": [panel]}],
        "time": {"from": "now-1h", "to": "now"},
    }


def export(uid: str = "exp", title: str = "Exported") -> Object:
    """Shared externally: an input instead of the data source."""
    made = dashboard(uid, title)
    made["panels"][0]["datasource"] = {"type": "prometheus", "uid": "${DS_PROM}"}
    made["panels"][0]["targets"][0]["datasource"] = {"type": "prometheus", "uid": "${DS_PROM}"}
    declared = {"name": "DS_PROM", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus", "pluginName": "Prometheus"}
    return {"__inputs": [declared], "__elements": {}, "__requires": [{"type": "grafana", "id": "grafana", "version": "10.0.0"}], **made}


def new_schema(title: str = "New") -> Object:
    """The spec of a v2 dashboard with one panel."""
    panel = {
        "kind": "Panel",
        "spec": {
            "id": 1,
            "title": "Load",
            "description": "",
            "links": [],
            "data": {"kind": "QueryGroup", "spec": {"queries": [], "queryOptions": {}, "transformations": []}},
            "vizConfig": {
                "kind": "VizConfig",
                "group": "text",
                "version": "12.0.0",
                "spec": {"options": {}, "fieldConfig": {"defaults": {}, "overrides": []}},
            },
        },
    }
    item = {
        "kind": "GridLayoutItem",
        "spec": {"x": 0, "y": 0, "width": 12, "height": 8, "element": {"kind": "ElementReference", "name": "panel-1"}},
    }
    return {
        "title": title,
        "annotations": [],
        "cursorSync": "Off",
        "elements": {"panel-1": panel},
        "layout": {"kind": "GridLayout", "spec": {"items": [item]}},
        "links": [],
        "preload": False,
        "tags": [],
        "timeSettings": {
            "from": "now-1h",
            "to": "now",
            "autoRefresh": "",
            "autoRefreshIntervals": ["5s"],
            "hideTimepicker": False,
            "fiscalYearStartMonth": 0,
        },
        "variables": [],
    }


def answer(inner: Object, **meta: Json) -> Object:
    """What the API gives for a dashboard, and what gdg keeps."""
    return {"dashboard": inner, "meta": {"slug": "cpu", "isFolder": False, "folderUid": "team", **meta}}


def request(inner: Object, **more: Json) -> Object:
    """What the API takes for a dashboard."""
    return {"dashboard": inner, "folderUid": "team", "message": "raise the line", "overwrite": True, **more}


def resource(spec: Json, name: str = "cpu", version: str = "v1beta1", folder: str | None = "team", kind: str = "Dashboard") -> Object:
    """A resource of dashboard.grafana.app, as gcx and grafanactl pull it."""
    annotations = {} if folder is None else {"annotations": {"grafana.app/folder": folder}}
    return {"apiVersion": f"dashboard.grafana.app/{version}", "kind": kind, "metadata": {"name": name, **annotations}, "spec": spec}


def grizzly(spec: Json, name: str = "cpu", folder: str = "team") -> Object:
    """Grizzly's envelope."""
    return {"apiVersion": "grizzly.grafana.com/v1alpha1", "kind": "Dashboard", "metadata": {"name": name, "folder": folder}, "spec": spec}


def config_map(files: Mapping[str, Json]) -> Object:
    """A ConfigMap whose data are files; what is no text is written as JSON."""
    data = {name: content if isinstance(content, str) else json.dumps(content, indent=2) for name, content in files.items()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dashboards", "labels": {"grafana_dashboard": "1"}}, "data": data}


def operator(spec: Mapping[str, Json], version: str = "grafana.integreatly.org/v1beta1") -> Object:
    """A GrafanaDashboard of the grafana-operator."""
    return {"apiVersion": version, "kind": "GrafanaDashboard", "metadata": {"name": "cpu"}, "spec": {"instanceSelector": {}, **spec}}


def listed(items: Sequence[Json], kind: str = "List", version: str = "v1") -> Object:
    """A list as kubectl writes it."""
    return {"apiVersion": version, "kind": kind, "metadata": {}, "items": list(items)}


def as_json(value: Json) -> bytes:
    """As an editor would save it."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
