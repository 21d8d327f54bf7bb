"""GET /api/search.

In: a query. Out: hits with the keys and in the order of the generation (transcripts grafana-* "search …"; reference
2.5). Order: up to 9 the database's (by title, ASCII letters without case; 6 by id) cuts the page, then folders come
first and titles in order.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects, trash
from provisioner.sandbox.access import Caller, caller_of
from provisioner.sandbox.answers import answer, server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.discarding import has_trash_routes
from provisioner.sandbox.generation import Generation
from provisioner.sandbox.meta import dashboard_url
from provisioner.sandbox.objects import Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server
from provisioner.sandbox.settings import Role

_USUAL_LIMIT = 1000
_HIGHEST_LIMIT = 5000
_OPTIONAL = frozenset({"slug", "sortMeta", "orgId", "isDeleted"})


@dataclass(frozen=True, slots=True)
class _Filter:
    """What a query asks for; empty sets ask for everything."""

    text: str
    kind: str
    tags: frozenset[str]
    ids: frozenset[str]
    uids: frozenset[str]
    folder_ids: frozenset[str]
    folder_uids: frozenset[str]


def _filter_of(request: Request, generation: Generation) -> _Filter:
    text, tags = request.query_params.get("query", "").lower(), frozenset(tag for tag in request.query_params.getlist("tag") if tag)
    if generation.hits_by_slug:
        nothing: frozenset[str] = frozenset()
        return _Filter(text, "", tags, nothing, nothing, nothing, nothing)

    def many(name: str) -> frozenset[str]:
        return frozenset(value for value in request.query_params.getlist(name) if value)

    def one(name: str) -> str:
        return request.query_params.get(name, "")

    return _Filter(
        text=text,
        kind=one("type"),
        tags=tags,
        ids=many("dashboardIds"),
        uids=(many("dashboardUIDs") or many("dashboardUID")) if generation.search_dashboard_uids else frozenset(),
        folder_ids=many("folderIds"),
        folder_uids=many("folderUIDs") if generation.search_folder_uids else frozenset(),
    )


def _fits(wanted: _Filter, item: Item) -> bool:
    if wanted.kind in {"dash-db", "dash-folder"} and item.is_folder != (wanted.kind == "dash-folder"):
        return False
    if wanted.text and wanted.text not in item.title.lower():
        return False
    if not wanted.tags <= set(item.tags):
        return False
    if wanted.ids and str(item.id) not in wanted.ids:
        return False
    if wanted.uids and item.uid not in wanted.uids:
        return False
    return not wanted.folder_uids or (item.folder_uid or "general") in wanted.folder_uids


def _in_folder_ids(generation: Generation, wanted: _Filter, folder: Item | None) -> bool:
    """Whether a folder is one of those given by id; 12 knows only the root by its id, 0."""
    if not wanted.folder_ids:
        return True
    if folder and not generation.search_folder_ids:
        return False
    return str(folder.id if folder else 0) in wanted.folder_ids


def _hit(server: Server, item: Item, folder: Item | None, *, starred: bool) -> dict[str, object]:
    hit: dict[str, object] = {
        "id": item.id,
        "uid": item.uid,
        "orgId": item.organisation,
        "title": item.title,
        "uri": f"db/{item.slug}",
        "url": dashboard_url(server, item),
        "slug": "",
        "type": "dash-folder" if item.is_folder else "dash-db",
        "tags": list(item.tags),
        "isStarred": starred,
    }
    if server.generation.hits_by_slug:
        return {key: hit[key] for key in ("id", "title", "uri", "type", "tags", "isStarred")}
    if folder:
        hit |= {
            "folderId": folder.id,
            "folderUid": folder.uid,
            "folderTitle": folder.title,
            "folderUrl": dashboard_url(server, folder),
        }
    hit |= {"sortMeta": 0, "isDeleted": False}
    return {key: value for key, value in hit.items() if key not in _OPTIONAL or key in server.generation.hit_keys}


def _database_key(item: Item) -> str:
    """The order of SQLite without case: only ASCII letters lose it."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in item.title)


def _page(request: Request, generation: Generation, items: list[Item]) -> list[Item]:
    limit = _whole_number(request, "limit", _USUAL_LIMIT)
    if limit > _HIGHEST_LIMIT and generation.refusals.limit_too_high:
        raise Refused(generation.refusals.limit_too_high)
    start = limit * (_whole_number(request, "page", 1) - 1) if generation.search_pages else 0
    if generation.search_ties_backwards:
        items.sort(key=lambda item: item.uid, reverse=True)
    if not generation.search_limits_by_id:
        items.sort(key=_database_key, reverse=request.query_params.get("sort") == "alpha-desc")
    page = items[start : start + limit]
    if generation.hits_by_slug:
        page.sort(key=lambda item: item.title)
    elif not request.query_params.get("sort"):
        page.sort(key=lambda item: (not item.is_folder, item.title.lower()))
    return page


def _whole_number(request: Request, name: str, usual: int) -> int:
    return whole_number(request.query_params.get(name, "")) or usual


def _may_see(caller: Caller, request: Request) -> bool:
    """`permission=Edit` hides what the caller may not edit."""
    return request.query_params.get("permission") != "Edit" or caller.role >= Role.EDITOR


async def search(request: Request) -> Response:
    """GET /api/search."""
    server = server_of(request)
    caller = caller_of(request)
    wanted = _filter_of(request, server.generation)
    stars = objects.starred(server.store, caller.account.id) if caller.account else frozenset()
    asked = {"folders_alone": wanted.kind == "dash-folder"}
    everything = objects.everything(server.store, caller.organisation, **asked) if _may_see(caller, request) else ()
    folders = {item.uid: item for item in everything if item.is_folder}
    shows_deleted = has_trash_routes(server) and request.query_params.get("deleted") == "true"
    if shows_deleted:  # for administrators only, others are told 401 (reference 2.5; `pkg/api/search.go` of 11)
        if caller.role < Role.ADMIN:
            raise Refused(server.generation.refusals.unauthorized)
        lying = trash.everything(server.store, caller.organisation, is_folder=False)
        everything = tuple(one.item for one in lying)
    found = [item for item in everything if _fits(wanted, item) and _in_folder_ids(server.generation, wanted, folders.get(item.folder_uid))]
    if request.query_params.get("starred") == "true":
        found = [item for item in found if item.id in stars]
    page = _page(request, server.generation, found)
    hits = [_hit(server, item, folders.get(item.folder_uid), starred=item.id in stars) for item in page]
    return answer([hit | {"isDeleted": True} for hit in hits] if shows_deleted else hits)


def routes(_: Server) -> list[Route]:
    """Every generation searches."""
    return [Route("/api/search", search, methods=["GET"]), Route("/api/search/", search, methods=["GET"])]
