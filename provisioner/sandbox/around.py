"""The routes around dashboards: the home page, tags, stars, import.

In: requests. Out: answers in the shape of the generation (transcripts grafana-* "home", "tags", "import with inputs",
slugs-* "star"; reference 2.4, 2.7).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects, people
from provisioner.sandbox.access import IMPORT_DASHBOARD, caller_of, permit_early
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.dashboards import wanted_of
from provisioner.sandbox.generation import SaveRule
from provisioner.sandbox.home import home_page
from provisioner.sandbox.meta import dashboard_uri, dashboard_url, home_meta
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.saving import save
from provisioner.sandbox.server import Server


async def get_home(request: Request) -> Response:
    """GET /api/dashboards/home: the organisation's own, or the one that comes with the server."""
    server = server_of(request)
    caller = caller_of(request)
    organisation = people.organisation(server.store, caller.organisation)
    if organisation and organisation.home_uid:
        item = objects.by_uid(server.store, caller.organisation, organisation.home_uid, is_folder=False)
        if item:
            return answer({"redirectUri": dashboard_uri(server, item)})
    return answer({"meta": home_meta(server, caller), "dashboard": home_page(server.generation.home_page)})


async def get_tags(request: Request) -> Response:
    """GET /api/dashboards/tags: each tag with how many dashboards have it."""
    server = server_of(request)
    caller = caller_of(request)
    counts = Counter(tag for item in objects.everything(server.store, caller.organisation) for tag in item.tags)
    rows = sorted(counts.items())
    if server.generation.tags_by_count:
        rows.sort(key=lambda row: -row[1])
    return answer([{"term": term, "count": count} for term, count in rows])


async def post_star(request: Request) -> Response:
    """POST /api/user/stars/dashboard/:id: the caller's, not everyone's."""
    return _starred(request, shines=True)


async def delete_star(request: Request) -> Response:
    """DELETE /api/user/stars/dashboard/:id."""
    return _starred(request, shines=False)


def _starred(request: Request, *, shines: bool) -> Response:
    server = server_of(request)
    caller = caller_of(request)
    item = objects.by_id(server.store, caller.organisation, whole_number(request.path_params["number"]), is_folder=False)
    if item is None or caller.account is None:
        raise Refused(server.generation.refusals.dashboard_missing)
    objects.star(server.store, caller.account.id, item, shines=shines)
    return answer({"message": "Dashboard starred!" if shines else "Dashboard unstarred"})


def _filled(server: Server, body: dict[str, Any]) -> dict[str, Any]:
    """The dashboard of an import with its inputs filled in (reference 2.7)."""
    dashboard = body.get("dashboard")
    if not isinstance(dashboard, dict):
        raise Refused(server.generation.refusals.import_empty)
    given = _objects(body.get("inputs"))
    text = json.dumps({key: value for key, value in dashboard.items() if key not in {"__inputs", "__requires"}})
    for wanted in _objects(dashboard.get("__inputs")):
        name, kind = wanted.get("name"), wanted.get("type")
        match = next((entry for entry in given if entry.get("name") in {name, "*"} and entry.get("type") == kind), None)
        if match is None:
            raise Refused(server.generation.refusals.import_input_missing.about(name=name))
        text = text.replace(f"${{{name}}}", json.dumps(str(match.get("value", "")))[1:-1])
    filled: dict[str, Any] = json.loads(text)
    return filled


def _objects(value: object) -> list[dict[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


async def post_import(request: Request) -> Response:
    """POST /api/dashboards/import."""
    server = server_of(request)
    caller = caller_of(request)
    permit_early(server, caller, IMPORT_DASHBOARD)
    body = await read_body(request)
    item = save(server, caller, wanted_of(body | {"dashboard": _filled(server, body), "isFolder": False}))
    if server.generation.save_rule is SaveRule.BY_SLUG:
        told = {"pluginId": "", "title": item.title, "imported": True, "importedUri": f"db/{item.slug}", "slug": ""}
        return answer(told | {"importedRevision": 1, "revision": 1, "description": "", "path": "", "removed": False})
    named = server.generation.import_names_result
    folder = objects.by_uid(server.store, caller.organisation, item.folder_uid, is_folder=True)
    optional = {"uid": item.uid, "folderUid": item.folder_uid, "importedRevision": 1, "revision": 1}
    return answer(
        {
            "pluginId": "",
            "title": item.title,
            "imported": True,
            "importedUri": f"db/{item.slug}",
            "importedUrl": dashboard_url(server, item),
            "slug": item.slug if named else "",
            "dashboardId": item.id if named else 0,
            "folderId": folder.id if folder else 0,
            "description": "",
            "path": "",
            "removed": False,
        }
        | {key: value for key, value in optional.items() if key in server.generation.import_keys}
    )


def routes(server: Server) -> list[Route]:
    """What this generation has of them."""
    found = [
        Route("/api/dashboards/home", get_home, methods=["GET"]),
        Route("/api/dashboards/tags", get_tags, methods=["GET"]),
        Route("/api/user/stars/dashboard/{number:int}", post_star, methods=["POST"]),
        Route("/api/user/stars/dashboard/{number:int}", delete_star, methods=["DELETE"]),
    ]
    if server.generation.imports:
        found.append(Route("/api/dashboards/import", post_import, methods=["POST"]))
    return found
