"""The routes of dashboards: save, read, delete.

In: requests. Out: answers in the shape of the generation (transcripts grafana-*). Whether a save is allowed is
decided in saving.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects
from provisioner.sandbox.access import (
    DELETE_DASHBOARD,
    READ_DASHBOARD,
    SAVE_DASHBOARD,
    Caller,
    caller_of,
    permit,
    permit_early,
)
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.discarding import discard, has_trash_routes
from provisioner.sandbox.drafts import Wanted
from provisioner.sandbox.generation import SaveRule
from provisioner.sandbox.meta import dashboard_url, meta, shown_content
from provisioner.sandbox.objects import Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.saving import save
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
    if server.generation.save_rule is SaveRule.BY_SLUG:
        return {"slug": item.slug, "status": "success", "version": item.version}
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
            own = {} if server.generation.save_rule is SaveRule.BY_SLUG else {"uid": item.uid}
            content = earlier.content() | {"id": item.id, "version": earlier.version} | own
            body = meta(server, caller, item) | {"version": earlier.version, "updated": earlier.created}
            return {"meta": body, "dashboard": content}
    return {"meta": meta(server, caller, item), "dashboard": shown_content(server, item)}


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
    discard(server, caller, item)
    if server.generation.save_rule is SaveRule.BY_SLUG:
        return answer({"title": item.title})
    told = f"Dashboard {item.title} moved to Recently deleted" if has_trash_routes(server) else f"Dashboard {item.title} deleted"
    return answer({"message": told, "title": item.title} | ({named: getattr(item, named)} if named else {}))


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
    """GET /api/dashboards/db/:slug (2 to 7)."""
    server = server_of(request)
    caller = caller_of(request)
    return answer(_shown(server, caller, _by_slug(server, caller, request.path_params["slug"])[0]))


async def delete_by_slug(request: Request) -> Response:
    """DELETE /api/dashboards/db/:slug (2 to 7); refused when several have it."""
    server = server_of(request)
    caller = caller_of(request)
    with server.store.transaction():
        items = _by_slug(server, caller, request.path_params["slug"])
        if len(items) > 1:
            raise Refused(server.generation.refusals.slug_ambiguous)
        return _deleted(server, caller, items[0])


def routes(server: Server) -> list[Route]:
    """What this generation has of dashboards."""
    found_routes = [Route("/api/dashboards/db", post_dashboard, methods=["POST"])]
    if server.generation.save_rule is not SaveRule.BY_SLUG:
        found_routes += [
            Route("/api/dashboards/uid/{uid}", get_dashboard, methods=["GET"]),
            Route("/api/dashboards/uid/{uid}", delete_dashboard, methods=["DELETE"]),
        ]
    if server.generation.slug_routes:
        found_routes += [
            Route("/api/dashboards/db/{slug}", get_by_slug, methods=["GET"]),
            Route("/api/dashboards/db/{slug}", delete_by_slug, methods=["DELETE"]),
        ]
    return found_routes
