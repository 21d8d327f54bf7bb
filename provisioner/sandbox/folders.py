"""The routes of folders: list, read, create, rename, move, delete.

In: requests. Out: answers in the shape of the generation (transcripts grafana-* "create folder" to "list folders",
"delete folder …"). Deleting a folder deletes all that stands in it, as on real servers.
"""

from __future__ import annotations

import json
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects
from provisioner.sandbox.access import (
    CHANGE_FOLDER,
    CREATE_FOLDER,
    DELETE_DASHBOARD,
    DELETE_FOLDER,
    IMPORT_DASHBOARD,
    READ_DASHBOARD,
    READ_FOLDER,
    RESTORE_DASHBOARD,
    Caller,
    Deed,
    caller_of,
    permit,
    permit_early,
)
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.content import body_of, whole_number
from provisioner.sandbox.discarding import discard
from provisioner.sandbox.drafts import check_uid
from provisioner.sandbox.generation import SaveRule
from provisioner.sandbox.meta import dashboard_url
from provisioner.sandbox.objects import Item, Version
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import ANONYMOUS, Server
from provisioner.sandbox.settings import Role

_USUAL_LIMIT = 1000
_LONGEST_CHAIN = 64
_IN_ROOT = (READ_FOLDER, CREATE_FOLDER, IMPORT_DASHBOARD)
_IN_FOLDER = (*_IN_ROOT, CHANGE_FOLDER, DELETE_FOLDER, READ_DASHBOARD, RESTORE_DASHBOARD, DELETE_DASHBOARD)


def _shown(server: Server, caller: Caller, folder: Item) -> dict[str, object]:
    """A folder as the generation shows it; with its parents where folders nest."""
    shown = _alone(server, caller, folder)
    chain: list[Item] = []
    step: Item | None = folder
    while step and step.folder_uid and len(chain) < _LONGEST_CHAIN:
        step = objects.by_uid(server.store, folder.organisation, step.folder_uid, is_folder=True)
        if step:
            chain.insert(0, step)
    if chain and server.generation.nested_folders:
        shown["parents"] = [_alone(server, caller, parent) for parent in chain]
    return shown


def _alone(server: Server, caller: Caller, folder: Item) -> dict[str, object]:
    may_edit = caller.role >= Role.EDITOR
    editor = folder.updated_by or folder.created_by
    if server.generation.authors_shown_after_update and not folder.updated_by:
        editor = ANONYMOUS
    full: dict[str, object] = {
        "id": folder.id,
        "uid": folder.uid,
        "orgId": folder.organisation,
        "title": folder.title,
        "url": dashboard_url(server, folder),
        "hasAcl": False,
        "canSave": may_edit,
        "canEdit": may_edit,
        "canAdmin": caller.role >= Role.ADMIN,
        "canDelete": may_edit,
        "createdBy": folder.created_by,
        "created": folder.created,
        "updatedBy": editor,
        "updated": folder.updated,
        "version": folder.version,
        "parentUid": folder.folder_uid,
    }
    left_out = {"orgId", "canDelete", "parentUid"} - server.generation.folder_keys
    if server.generation.nested_folders and folder.folder_uid:
        left_out.discard("parentUid")
    return {key: value for key, value in full.items() if key not in left_out}


def _held(caller: Caller, deeds: tuple[Deed, ...]) -> dict[str, bool]:
    """The permissions among these that the caller holds. What is not held is left out."""
    return {deed.permission: True for deed in deeds if caller.role >= deed.role}


def _found(server: Server, caller: Caller, request: Request) -> Item:
    folder = objects.by_uid(server.store, caller.organisation, request.path_params["uid"], is_folder=True)
    if folder is None:
        raise Refused(server.generation.refusals.folder_missing)
    return folder


def _entered(request: Request, deed: Deed) -> tuple[Server, Caller]:
    server = server_of(request)
    caller = caller_of(request)
    permit_early(server, caller, deed)
    return server, caller


def _count(request: Request, name: str, usual: int) -> int:
    return whole_number(request.query_params.get(name, "")) or usual


async def list_folders(request: Request) -> Response:
    """GET /api/folders: all of them; where folders nest, the children of `parentUid` or of the root."""
    server, caller = _entered(request, READ_FOLDER)
    folders = [item for item in objects.everything(server.store, caller.organisation) if item.is_folder]
    if server.generation.nested_folders:
        parent = request.query_params.get("parentUid", "")
        parent = "" if parent == "general" else parent
        if parent and objects.by_uid(server.store, caller.organisation, parent, is_folder=True) is None:
            raise Refused(server.generation.refusals.folder_missing)
        folders = [folder for folder in folders if folder.folder_uid == parent]
    folders.sort(key=lambda folder: (folder.title.lower(), folder.id))
    limit = _count(request, "limit", _USUAL_LIMIT)
    start = limit * (_count(request, "page", 1) - 1) if server.generation.search_pages else 0
    return answer([_listed(folder) for folder in folders[start : start + limit]])


def _listed(folder: Item) -> dict[str, object]:
    listed: dict[str, object] = {"id": folder.id, "uid": folder.uid, "title": folder.title}
    return listed | {"parentUid": folder.folder_uid} if folder.folder_uid else listed


async def get_folder(request: Request) -> Response:
    """GET /api/folders/:uid. With `accesscontrol=true` it says what the caller may there; 12.4.0 also of "general", which is the root."""
    server, caller = _entered(request, READ_FOLDER)
    held = bool(server.generation.resource_versions) and request.query_params.get("accesscontrol") == "true"
    if held and request.path_params["uid"] == "general":
        return answer({"id": 0, "uid": "general", "title": "Dashboards", "accessControl": _held(caller, _IN_ROOT)})
    shown = _shown(server, caller, _found(server, caller, request))
    return answer(shown | {"accessControl": _held(caller, _IN_FOLDER)} if held else shown)


async def get_folder_by_id(request: Request) -> Response:
    """GET /api/folders/id/:id."""
    server, caller = _entered(request, READ_FOLDER)
    folder = objects.by_id(server.store, caller.organisation, whole_number(request.path_params["number"]), is_folder=True)
    if folder is None:
        raise Refused(server.generation.refusals.folder_missing)
    return answer(_shown(server, caller, folder))


def _checked_title(server: Server, caller: Caller, title: object, itself: Item | None) -> str:
    """The title trimmed; Refused when a folder cannot have it."""
    refusals = server.generation.refusals
    trimmed = title.strip() if isinstance(title, str) else ""
    if not trimmed:
        raise Refused(refusals.folder_title_empty)
    if trimmed.lower() == "general" and refusals.folder_general:
        raise Refused(refusals.folder_general)
    if refusals.folder_title_taken:
        slug = server.generation.slug(trimmed)
        namesakes = objects.by_slug(server.store, caller.organisation, slug)
        if any(not item.folder_uid for item in namesakes if itself is None or item.id != itself.id):
            raise Refused(refusals.folder_title_taken)
    return trimmed


def check_new_depth(server: Server, organisation: int, parent: str) -> None:
    """Refuse a new folder that would lie too deep. Recorded of 12.4: 5 levels are made, the sixth is refused by status 500."""
    if server.generation.nested_folders and objects.level_of(server.store, organisation, parent) >= server.generation.folder_levels:
        raise Refused(server.generation.refusals.folder_too_deep)


def check_moved_depth(server: Server, folder: Item, parent: str) -> None:
    """Refuse a move by which what lies below would lie too deep. As 12.4, it does not mind a folder by itself one level too deep, nor a
    move that goes no deeper.
    """
    store, most = server.store, server.generation.folder_levels
    level = objects.level_of(store, folder.organisation, parent)
    before = objects.level_of(store, folder.organisation, folder.folder_uid)
    if not parent or parent == folder.folder_uid or (before and level <= before):
        return
    if level > most or 0 < most - level <= objects.levels_below(store, folder):
        raise Refused(server.generation.refusals.folder_moved_too_deep)


def _check_free(server: Server, caller: Caller, uid: str) -> None:
    """Refuse a uid that is another object's."""
    refusals = server.generation.refusals
    check_uid(server, uid)
    if refusals.folder_uid_reserved and uid == "general":
        raise Refused(refusals.folder_uid_reserved)
    if objects.by_uid(server.store, caller.organisation, uid, is_folder=True):
        raise Refused(refusals.folder_exists)
    if refusals.other_kind and objects.by_uid(server.store, caller.organisation, uid):
        raise Refused(replace(refusals.other_kind, traced=True))


async def create_folder(request: Request) -> Response:
    """POST /api/folders. A parent that is not there is no obstacle (12: "child of nobody")."""
    server, caller = _entered(request, CREATE_FOLDER)
    body = await read_body(request)
    with server.store.transaction():
        given = body.get("uid")
        uid = given.strip() if isinstance(given, str) else ""
        title = body.get("title")
        if not isinstance(title, str) or not title.strip():
            raise Refused(server.generation.refusals.folder_title_empty)
        if uid:
            _check_free(server, caller, uid)
        title = _checked_title(server, caller, title, None)
        permit(server, caller, CREATE_FOLDER)
        now = server.now()
        parent = body.get("parentUid") or "" if server.generation.nested_folders else ""
        check_new_depth(server, caller.organisation, parent)
        uid = uid or server.new_uid(is_dashboard=False)
        folder = Item(
            *(0, caller.organisation, True, uid, parent, server.generation.slug(title), title, 1),
            *(now, now, caller.shown, "", (), body_of({"title": title}), ""),
            guid=server.new_guid(),
            creator=caller.identity,
        )
        shown = _shown(server, caller, _kept(server, caller, folder, 0))
    if server.generation.new_folder_rights_lag and caller.role < Role.ADMIN:
        shown |= dict.fromkeys(("canSave", "canEdit", "canAdmin", "canDelete"), False)
    return answer(shown)


async def change_folder(request: Request) -> Response:
    """PUT /api/folders/:uid: a new title, with the version that was read or with `overwrite`; up to 9 also a new uid."""
    server, caller = _entered(request, CHANGE_FOLDER)
    body = await read_body(request)
    with server.store.transaction():
        folder = _found(server, caller, request)
        if body.get("version") != folder.version and not body.get("overwrite"):
            raise Refused(server.generation.refusals.folder_stale)
        title = _checked_title(server, caller, body.get("title"), folder)
        permit(server, caller, CHANGE_FOLDER)
        uid = body.get("uid") if server.generation.folder_uid_can_change else None
        uid = uid if isinstance(uid, str) and uid else folder.uid
        if uid != folder.uid:
            _check_free(server, caller, uid)
            objects.rename_folder_uid(server.store, folder, uid)
        content = body_of({"title": title})
        if content == folder.body and uid == folder.uid and not server.generation.identical_save_is_a_version:
            return answer(_shown(server, caller, folder))
        changed = replace(folder, uid=uid, title=title, slug=server.generation.slug(title), body=content)
        return answer(_shown(server, caller, _updated(server, caller, changed)))


async def move_folder(request: Request) -> Response:
    """POST /api/folders/:uid/move: under another parent, or "" for the root (where folders nest)."""
    server, caller = _entered(request, CHANGE_FOLDER)
    body = await read_body(request)
    with server.store.transaction():
        folder = _found(server, caller, request)
        parent = body.get("parentUid") or ""
        above = objects.by_uid(server.store, caller.organisation, parent, is_folder=True) if parent else None
        if parent and above is None:
            raise Refused(server.generation.refusals.folder_missing)
        circle = server.generation.refusals.folder_in_itself
        if circle and above and objects.is_inside(server.store, above, folder):
            raise Refused(circle)
        check_moved_depth(server, folder, parent)
        return answer(_shown(server, caller, _updated(server, caller, replace(folder, folder_uid=parent))))


def _updated(server: Server, caller: Caller, folder: Item) -> Item:
    changed = replace(folder, version=folder.version + 1, updated=server.now(), updated_by=caller.shown, updater=caller.identity)
    return _kept(server, caller, changed, folder.version)


def _kept(server: Server, caller: Caller, folder: Item, parent: int) -> Item:
    stored = objects.put(server.store, folder, large_ids=server.generation.large_ids)
    head = json.dumps({"uid": stored.uid, "version": stored.version})
    row = Version(0, stored.id, stored.version, parent, 0, stored.updated, caller.shown, "", head, stored.body)
    objects.add_version(server.store, row)
    return stored


async def delete_folder(request: Request) -> Response:
    """DELETE /api/folders/:uid, with everything in it."""
    server, caller = _entered(request, DELETE_FOLDER)
    with server.store.transaction():
        folder = _found(server, caller, request)
        permit(server, caller, DELETE_FOLDER)
        remaining = [folder]
        while remaining:
            item = remaining.pop()
            if item.is_folder:
                remaining += objects.children(server.store, item)
            discard(server, caller, item)
    if server.generation.folder_delete_answer == "empty":
        return answer("")
    if server.generation.folder_delete_answer == "message":
        return answer({"message": "Folder deleted"})
    told: dict[str, object] = {"message": f"Folder {folder.title} deleted", "title": folder.title}
    return answer(told | {"id": folder.id} if server.generation.folder_delete_answer == "title and id" else told)


def routes(server: Server) -> list[Route]:
    """What this generation has of folders: nothing on slug servers."""
    if server.generation.save_rule is SaveRule.BY_SLUG:
        return []
    found = [
        Route("/api/folders", list_folders, methods=["GET"]),
        Route("/api/folders", create_folder, methods=["POST"]),
        Route("/api/folders/id/{number:int}", get_folder_by_id, methods=["GET"]),
        Route("/api/folders/{uid}", get_folder, methods=["GET"]),
        Route("/api/folders/{uid}", change_folder, methods=["PUT"]),
        Route("/api/folders/{uid}", delete_folder, methods=["DELETE"]),
    ]
    if server.generation.nested_folders:
        found.append(Route("/api/folders/{uid}/move", move_folder, methods=["POST"]))
    return found
