"""The routes of the history of dashboards: list, read, restore; by id up to 9, by uid from 9.

In: requests. Out: answers in the shape of the generation (transcripts history-*; reference 2.6).
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects
from provisioner.sandbox.access import READ_DASHBOARD, RESTORE_DASHBOARD, Caller, caller_of, permit, permit_early
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.dashboards import saved_answer
from provisioner.sandbox.drafts import Wanted
from provisioner.sandbox.objects import Item, Version
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.saving import save
from provisioner.sandbox.server import Server

_USUAL_LIMIT = 1000


def _reached(request: Request) -> tuple[Server, Caller, Item]:
    """The dashboard whose history is asked for."""
    server = server_of(request)
    caller = caller_of(request)
    permit_early(server, caller, READ_DASHBOARD if server.generation.history_pages else RESTORE_DASHBOARD)
    refusals = server.generation.refusals
    if "number" in request.path_params:
        item = objects.by_id(server.store, caller.organisation, whole_number(request.path_params["number"]), is_folder=False)
        missing = refusals.dashboard_missing
    else:
        item = objects.by_uid(server.store, caller.organisation, request.path_params["uid"], is_folder=False)
        missing = refusals.history_of_nobody
    if item is None:
        raise Refused(missing)
    if not server.generation.history_pages:
        permit(server, caller, RESTORE_DASHBOARD)
    return server, caller, item


def _row(server: Server, item: Item, version: Version, *, uid_key: str, uid: str) -> dict[str, object]:
    row: dict[str, object] = {
        "id": version.version if server.generation.history_pages else version.id,
        "dashboardId": item.id,
        "parentVersion": version.parent,
        "restoredFrom": version.restored_from,
        "version": version.version,
        "created": version.created,
        "createdBy": version.created_by,
        "message": version.message,
    }
    return row | {uid_key: uid} if uid_key else row


def _listed(server: Server, item: Item, version: Version) -> dict[str, object]:
    """A row of the list: its first and its restored ones carry a message of their own."""
    paged = server.generation.history_pages
    key = server.generation.history_list_key
    row = _row(server, item, version, uid_key=key, uid=item.uid if paged else "")
    if version.restored_from:
        row["message"] = f"Restored from version {version.restored_from}"
    elif version.parent == 0:
        row["message"] = "Initial save"
    return row | {"data": version.content()} if paged else row


async def list_versions(request: Request) -> Response:
    """GET …/versions, newest first."""
    server, _, item = _reached(request)
    rows = objects.versions(server.store, item)
    limit = _number(request, "limit") or _USUAL_LIMIT
    start = _start_of(request)
    page = rows[start : start + limit]
    if not server.generation.history_pages:
        return answer([_listed(server, item, row) for row in page])
    after = start + len(page)
    token = _token(after, item) if after < len(rows) else ""
    return answer({"continueToken": token, "versions": [_listed(server, item, row) for row in page]})


def _number(request: Request, name: str) -> int:
    return whole_number(request.query_params.get(name, ""))


def _token(after: int, item: Item) -> str:
    """Where the next page begins, as nobody but the server should read it."""
    return base64.b64encode(json.dumps({"o": after, "v": item.id, "s": False}).encode()).decode()


def _start_of(request: Request) -> int:
    token = request.query_params.get("continueToken")
    if not token:
        return _number(request, "start")
    try:
        return whole_number(json.loads(base64.b64decode(token))["o"])
    except (ValueError, KeyError, TypeError):
        return 0


def _found(server: Server, item: Item, number: int) -> Version:
    version = objects.version(server.store, item, number)
    if version is None:
        raise Refused(server.generation.refusals.version_missing.about(version=number, dashboard=item.id))
    return version


async def get_version(request: Request) -> Response:
    """GET …/versions/:version, with its content."""
    server, _, item = _reached(request)
    version = _found(server, item, whole_number(request.path_params["version"]))
    by_uid = "uid" in request.path_params
    key = server.generation.history_one_key
    row = _row(server, item, version, uid_key=key, uid=item.uid if by_uid else "")
    return answer(row | {"data": version.content()})


async def restore(request: Request) -> Response:
    """POST …/restore {version}: the content of that version becomes the newest."""
    server, caller, item = _reached(request)
    body = await read_body(request)
    number = whole_number(body.get("version"))
    with server.store.transaction():
        version = objects.version(server.store, item, number)
        if version is None:
            raise Refused(server.generation.refusals.restore_missing)
        content = version.content() | {"id": item.id, "uid": item.uid, "version": item.version}
        wanted = Wanted(content, message=f"Restored from version {number}", restored_from=version.version)
        folder = objects.by_uid(server.store, item.organisation, item.folder_uid, is_folder=True)
        wanted = replace(wanted, folder_id=folder.id if folder else 0)
        return answer(saved_answer(server, save(server, caller, wanted)))


def routes(server: Server) -> list[Route]:
    """What this generation has of the history."""
    ways = [("uid/{uid}", server.generation.history_by_uid), ("id/{number:int}", server.generation.history_by_id)]
    found: list[Route] = []
    for way, there in ways:
        if there:
            found += [
                Route(f"/api/dashboards/{way}/versions", list_versions, methods=["GET"]),
                Route(f"/api/dashboards/{way}/versions/{{version:int}}", get_version, methods=["GET"]),
                Route(f"/api/dashboards/{way}/restore", restore, methods=["POST"]),
            ]
    return found
