"""The home page that comes with a server, by the generation that first had it.

In: 2, 4, 5, 6, 7 or 12. Out: the dashboard as GET /api/dashboards/home shows it (transcripts grafana-* "home"). It is put
together anew for each answer, so that nobody can change it.
"""

from __future__ import annotations

from typing import Any

_REFRESH = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"]
_SPANS = ["5m", "15m", "1h", "6h", "12h", "24h", "2d", "7d", "30d"]
_NEWS = {"feedUrl": "https://grafana.com/blog/news.xml"}


def home_page(design: int) -> dict[str, Any]:
    """The home page of that design."""
    if design == 2:
        return _page_of_2()
    if design == 4:
        return _page_of_4()
    if design == 5:
        return _page(16, _panels_of_5()) | {
            "annotations": {"list": []},
            "editable": True,
            "folderId": None,
            "gnetId": None,
            "graphTooltip": 0,
            "hideControls": True,
            "id": None,
            "rows": [],
            "style": "dark",
            "version": 0,
        }
    if design == 6:
        return _page(22, _panels_of_6())
    if design == 7:
        listed = {"headings": True, "limit": 30, "query": "", "recent": True, "search": False, "starred": True, "tags": []}
        return _page(22, _panels_since_7(listed | {"folderId": 0, "options": {}}))
    options = {"folderId": 0, "maxItems": 30, "query": "", "tags": []}
    shown = {"showHeadings": True, "showRecentlyViewed": True, "showSearch": False, "showStarred": True}
    home = _page(22, _panels_since_7({"folderId": 0, "options": options | shown})) | {"editable": False}
    del home["timepicker"]["time_options"]
    return home


def _page(schema: int, panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "links": [],
        "panels": panels,
        "schemaVersion": schema,
        "tags": [],
        "templating": {"list": []},
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {
            "hidden": True,
            "refresh_intervals": list(_REFRESH),
            "time_options": list(_SPANS),
            "type": "timepicker",
        },
        "timezone": "browser",
        "title": "Home",
    }


def _place(across: int, down: int, width: int, height: int) -> dict[str, int]:
    return {"x": across, "y": down, "w": width, "h": height}


def _getting_started(height: int) -> dict[str, Any]:
    return {"gridPos": _place(0, 3, 24, height), "id": 123123, "type": "gettingstarted"}


def _greeting(text: str, height: int) -> dict[str, Any]:
    return {
        "content": text,
        "editable": True,
        "gridPos": _place(0, 0, 24, height),
        "id": 1,
        "links": [],
        "mode": "html",
        "style": {},
        "title": "",
        "transparent": True,
        "type": "text",
    }


def _list_of_dashboards(place: dict[str, int]) -> dict[str, Any]:
    return {"gridPos": place, "id": 3, "links": [], "type": "dashlist"}


def _panels_of_5() -> list[dict[str, Any]]:
    text = '<div class="text-center dashboard-header">\n  <span>Home Dashboard</span>\n</div>'
    shown: dict[str, Any] = {"headings": True, "limit": 4, "query": "", "recent": True, "search": False, "starred": True}
    plugins = {"editable": True, "error": False, "links": [], "title": "", "transparent": False, "type": "pluginlist"}
    return [
        _greeting(text, 3),
        _list_of_dashboards(_place(0, 6, 12, 17)) | shown | {"folderId": 0, "tags": [], "title": "", "transparent": False},
        plugins | {"gridPos": _place(12, 6, 12, 17), "id": 4},
        _getting_started(4),
    ]


def _panels_of_6() -> list[dict[str, Any]]:
    text = '<div class="dashboard-header">\n  <span>Welcome to Grafana</span>\n</div>'
    shown = {"headings": True, "limit": 30, "query": "", "recent": True, "search": False, "starred": True}
    listed: dict[str, Any] = {"datasource": None, "folderId": 0, "options": {}, "tags": [], "title": "Dashboards"}
    links: dict[str, Any] = {"datasource": None, "links": [], "options": {}, "title": "Useful links", "type": "homelinks"}
    return [
        _greeting(text, 2) | {"datasource": None, "options": {}},
        _list_of_dashboards(_place(0, 4, 11, 15)) | shown | listed,
        _news(_place(11, 4, 8, 15)),
        links | {"gridPos": _place(19, 4, 5, 15), "id": 123124},
        _getting_started(4),
    ]


def _panels_since_7(listed: dict[str, Any]) -> list[dict[str, Any]]:
    welcome = {"datasource": None, "id": 1, "title": "", "transparent": False, "type": "welcome"}
    dashboards = _list_of_dashboards(_place(0, 4, 12, 15)) | {"datasource": None, "title": "Dashboards"}
    return [
        welcome | {"gridPos": _place(0, 0, 24, 3)},
        dashboards | listed,
        _news(_place(12, 4, 12, 15)),
        _getting_started(9),
    ]


def _news(place: dict[str, int]) -> dict[str, Any]:
    news: dict[str, Any] = {"datasource": None, "id": 4, "links": [], "title": "Latest from the blog", "type": "news"}
    return news | {"gridPos": place, "options": dict(_NEWS)}


_SLUG_PAGE: dict[str, Any] = {"editable": True, "hideControls": True, "style": "dark", "timezone": "browser", "title": "Home"}


def _rest() -> dict[str, Any]:
    return {"tags": [], "templating": {"list": []}, "time": {"from": "now-6h", "to": "now"}}


def _page_of_2() -> dict[str, Any]:
    logo = '<div class="text-center" style="padding: 10px 0 20px 0">\n<img src="img/logo_transparent_200x.png" width="170px"> \n</div>'
    greeting = {"content": logo, "editable": True, "id": 1, "mode": "html", "span": 12, "style": {}, "title": "", "type": "text"}
    lists = [
        {"id": 2, "mode": "starred", "span": 6, "title": "Starred dashboards", "type": "dashlist"},
        {"id": 3, "mode": "search", "span": 6, "title": "Dashboards", "type": "dashlist"},
    ]
    rows = [
        {"collapse": False, "editable": True, "height": "100px", "panels": [greeting], "title": "New row"},
        {"height": "610px", "panels": lists},
    ]
    return _SLUG_PAGE | _rest() | {"nav": [{"enable": False, "type": "timepicker"}], "rows": rows, "version": 5}


def _page_of_4() -> dict[str, Any]:
    text = '<div class="text-center dashboard-header">\n  <span>Home Dashboard</span>\n</div>'
    greeting = {"content": text, "editable": True, "id": 1, "links": [], "mode": "html", "span": 12, "style": {}, "title": ""}
    listed = {"headings": True, "id": 3, "limit": 4, "links": [], "query": "", "recent": True, "search": False, "span": 7}
    plugins = {"editable": True, "error": False, "id": 4, "isNew": True, "links": [], "span": 5, "title": "", "transparent": False}
    first = [greeting | {"transparent": True, "type": "text"}, {"id": 123123, "span": 12, "type": "gettingstarted"}]
    second = [
        listed | {"starred": True, "tags": [], "title": "", "transparent": False, "type": "dashlist"},
        plugins | {"type": "pluginlist"},
    ]
    rows = [
        {"collapse": False, "editable": True, "height": "25px", "panels": first, "title": "Home Dashboard"},
        {"collapse": False, "editable": True, "height": "510px", "panels": second, "title": "Row"},
    ]
    picker = {"enable": False, "refresh_intervals": list(_REFRESH), "time_options": list(_SPANS), "type": "timepicker"}
    page: dict[str, Any] = {
        "annotations": {"list": []},
        "id": None,
        "links": [],
        "rows": rows,
        "schemaVersion": 12,
        "sharedCrosshair": False,
    }
    return _SLUG_PAGE | _rest() | page | {"timepicker": picker, "version": 0}
