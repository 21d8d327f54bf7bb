"""The routes of dashboards: save, read, delete, import, home, tags.

In: requests. Out: answers in the shape of the generation (transcripts grafana-*). Whether a save is allowed is
decided in saving.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects, people
from provisioner.sandbox.access import (
    DELETE_DASHBOARD,
    IMPORT_DASHBOARD,
    READ_DASHBOARD,
    SAVE_DASHBOARD,
    Caller,
    caller_of,
    permit,
    permit_early,
)
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.home import home_page
from provisioner.sandbox.meta import dashboard_url, home_meta, meta
from provisioner.sandbox.objects import Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.saving import Wanted, save
from provisioner.sandbox.server import Server

_LARGEST_BODY = 16 * 1024 * 1024


def wanted_of(body: dict[str, Any]) -> Wanted:
    """What the body of a save asks for."""
    return Wanted(
        body.get("dashboard"),
        overwrite=bool(body.get("overwrite")),
        message=body.get("message") or "",
        folder_id=whole_number(body.get("folderId")),
        folder_uid=body.get("folderUid") or "",
        is_folder=bool(body.get("isFolder")),
    )


def saved_answer(server: Server, item: Item) -> dict[str, object]:
    """What a save is answered with."""
    body: dict[str, object] = {
        "id": item.id,
        "slug": item.slug,
        "status": "success",
        "uid": item.uid,
        "url": dashboard_url(server, item),
        "version": item.version,
    }
    return body | {"folderUid": item.folder_uid} if server.generation.answer_names_folder else body


async def post_dashboard(request: Request) -> Response:
    """POST /api/dashboards/db."""
    server = server_of(request)
    caller = caller_of(request)
    permit_early(server, caller, SAVE_DASHBOARD)
    refusals = server.generation.refusals
    if refusals.too_large and len(await request.body()) > _LARGEST_BODY:
        raise Refused(refusals.too_large)
    wanted = wanted_of(await read_body(request, required="dashboard"))
    if wanted.is_folder and refusals.use_folders_route:
        raise Refused(refusals.use_folders_route)
    if wanted.is_folder and (wanted.folder_id > 0 or wanted.folder_uid):
        raise Refused(refusals.folder_in_folder)
    return answer(saved_answer(server, save(server, caller, wanted)))


def found(server: Server, caller: Caller, uid: str) -> Item:
    """The dashboard of that uid. Refused: there is none in the caller's organisation."""
    item = objects.by_uid(server.store, caller.organisation, uid, is_folder=False)
    if item is None and server.generation.refusals.other_kind:
        item = objects.by_uid(server.store, caller.organisation, uid, is_folder=True)
    if item is None:
        raise Refused(server.generation.refusals.dashboard_missing)
    return item


def _shown(server: Server, caller: Caller, item: Item) -> dict[str, object]:
    if server.faults.current.stale_reads:
        earlier = objects.version(server.store, item, item.version - 1)
        if earlier and server.faults.take("stale_reads"):
            content = earlier.content() | {"id": item.id, "uid": item.uid, "version": earlier.version}
            body = meta(server, caller, item) | {"version": earlier.version, "updated": earlier.created}
            return {"meta": body, "dashboard": content}
    return {"meta": meta(server, caller, item), "dashboard": item.content()}


async def get_dashboard(request: Request) -> Response:
    """GET /api/dashboards/uid/:uid."""
    server = server_of(request)
    caller = caller_of(request)
    permit_early(server, caller, READ_DASHBOARD)
    return answer(_shown(server, caller, found(server, caller, request.path_params["uid"])))


def _deleted(server: Server, caller: Caller, item: Item) -> Response:
    refusals, named = server.generation.refusals, server.generation.delete_answer_names
    permit(server, caller, DELETE_DASHBOARD)
    if item.file and refusals.provisioned_delete:
        raise Refused(refusals.provisioned_delete)
    objects.remove(server.store, item)
    body = {"message": f"Dashboard {item.title} deleted", "title": item.title}
    return answer(body | ({named: getattr(item, named)} if named else {}))


async def delete_dashboard(request: Request) -> Response:
    """DELETE /api/dashboards/uid/:uid."""
    server = server_of(request)
    caller = caller_of(request)
    permit_early(server, caller, DELETE_DASHBOARD)
    with server.store.transaction():
        return _deleted(server, caller, found(server, caller, request.path_params["uid"]))


def _by_slug(server: Server, caller: Caller, slug: str) -> tuple[Item, ...]:
    items = tuple(item for item in objects.by_slug(server.store, caller.organisation, slug) if not item.is_folder)
    if not items:
        raise Refused(server.generation.refusals.dashboard_missing)
    return items


async def get_by_slug(request: Request) -> Response:
    """GET /api/dashboards/db/:slug (5 to 7)."""
    server = server_of(request)
    caller = caller_of(request)
    return answer(_shown(server, caller, _by_slug(server, caller, request.path_params["slug"])[0]))


async def delete_by_slug(request: Request) -> Response:
    """DELETE /api/dashboards/db/:slug (5 to 7); refused when several have it."""
    server = server_of(request)
    caller = caller_of(request)
    with server.store.transaction():
        items = _by_slug(server, caller, request.path_params["slug"])
        if len(items) > 1:
            raise Refused(server.generation.refusals.slug_ambiguous)
        return _deleted(server, caller, items[0])


async def get_home(request: Request) -> Response:
    """GET /api/dashboards/home: the organisation's own, or the one that comes with the server."""
    server = server_of(request)
    caller = caller_of(request)
    organisation = people.organisation(server.store, caller.organisation)
    if organisation and organisation.home_uid:
        item = objects.by_uid(server.store, caller.organisation, organisation.home_uid, is_folder=False)
        if item:
            return answer({"redirectUri": dashboard_url(server, item)})
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
    """What this generation has of dashboards."""
    found_routes = [
        Route("/api/dashboards/db", post_dashboard, methods=["POST"]),
        Route("/api/dashboards/uid/{uid}", get_dashboard, methods=["GET"]),
        Route("/api/dashboards/uid/{uid}", delete_dashboard, methods=["DELETE"]),
        Route("/api/dashboards/home", get_home, methods=["GET"]),
        Route("/api/dashboards/tags", get_tags, methods=["GET"]),
        Route("/api/dashboards/import", post_import, methods=["POST"]),
    ]
    if server.generation.slug_routes:
        found_routes += [
            Route("/api/dashboards/db/{slug}", get_by_slug, methods=["GET"]),
            Route("/api/dashboards/db/{slug}", delete_by_slug, methods=["DELETE"]),
        ]
    return found_routes
