"""Deleting, and the trash of the dashboard API (11.1 to 11.6, where `dashboardRestore` is switched on).

In: items, and requests of PATCH and DELETE /api/dashboards/uid/:uid/trash. Out: what is in the trash or gone, answers.
There is no transcript of the trash of 11: routes, order and words are those of `pkg/api/dashboard.go`
(RestoreDeletedDashboard, SoftDeleteDashboard, HardDeleteDashboardByUID), that a deleted uid is still taken is read in
`pkg/services/dashboards/database/database.go` (getExistingDashboardByIDOrUIDForUpdate). Reference 2.3.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects, trash
from provisioner.sandbox.access import DELETE_DASHBOARD, RESTORE_DASHBOARD, Caller, Deed, caller_of, permit
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.objects import Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server
from provisioner.sandbox.trash import Deleted


def has_trash_routes(server: Server) -> bool:
    """Whether the dashboard API has a trash: a release that can, and a server that is told to."""
    return server.generation.trash_switch and server.settings.dashboard_restore


def discard(server: Server, caller: Caller, item: Item) -> None:
    """Delete an object: to the trash where there is one. Folders are in no trash on 11."""
    if server.generation.resource_versions or (has_trash_routes(server) and not item.is_folder):
        trash.put_away(server.store, item, server.now(), deleter=caller.identity)
    else:
        objects.remove(server.store, item)


def _entered(request: Request, deed: Deed) -> tuple[Server, Caller, Deleted]:
    server = server_of(request)
    caller = caller_of(request)
    permit(server, caller, deed)
    deleted = trash.by_uid(server.store, caller.organisation, request.path_params["uid"])
    if deleted is None:
        raise Refused(server.generation.refusals.dashboard_missing)
    return server, caller, deleted


async def restore(request: Request) -> Response:
    """PATCH /api/dashboards/uid/:uid/trash {folderUid}: back again, in that folder or the root, with its version and history."""
    body = await read_body(request)
    server, caller, deleted = _entered(request, RESTORE_DASHBOARD)
    folder_uid = body.get("folderUid") or ""
    with server.store.transaction():
        if folder_uid and objects.by_uid(server.store, caller.organisation, folder_uid, is_folder=True) is None:
            raise Refused(server.generation.refusals.folder_uid_unknown or server.generation.refusals.folder_missing)
        trash.take_back(server.store, deleted, replace(deleted.item, folder_uid=folder_uid))
    title = deleted.item.title
    return answer({"title": title, "message": f"Dashboard {title} restored", "uid": deleted.item.uid})


async def purge(request: Request) -> Response:
    """DELETE /api/dashboards/uid/:uid/trash: for good; 404 for what is not in the trash."""
    server, _, deleted = _entered(request, DELETE_DASHBOARD)
    trash.destroy(server.store, deleted)
    title = deleted.item.title
    return answer({"title": title, "message": f"Dashboard {title} deleted", "uid": deleted.item.uid})


def routes(server: Server) -> list[Route]:
    """Nothing where there is no such trash."""
    if not has_trash_routes(server):
        return []
    return [
        Route("/api/dashboards/uid/{uid}/trash", restore, methods=["PATCH"]),
        Route("/api/dashboards/uid/{uid}/trash", purge, methods=["DELETE"]),
    ]
