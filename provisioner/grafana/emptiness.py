"""Whether anything lies in a folder: asked before it is deleted, since every server deletes what lies in it too (reference 3.1).

In: a client and the folder as it was just read. Out: True, False, or None when it cannot be known. Looks for dashboards, folders and
library panels; alert rules need no look, since a server refuses to delete those by itself. A filter that a server ignores is noticed, and
never taken for an empty folder. From 13 on search lags behind writes: what was saved a moment ago may be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provisioner.core.model import Json
from provisioner.core.server import LiveFolder
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_in
from provisioner.grafana.client import Client
from provisioner.grafana.probe import Release
from provisioner.grafana.replies import Reply
from provisioner.grafana.search import Row

_BY_UID_SINCE: Release = (10, 0)
"""`folderUIDs` of the search. Before, it is ignored and everything found; on 12 it is `folderIds` that finds nothing (transcripts)."""

_PANELS_SINCE: Release = (8, 0)
_SOME = 10
_PAGE = 100
_MOST_PAGES = 1000


def is_empty(client: Client, release: Release | None, folder: LiveFolder, *, nested: bool) -> bool | None:
    """Raises TargetError where a server does not answer; what it does not show to this credential is None."""
    looks: list[Callable[[], bool | None]] = [lambda: _nothing_found(client, release, folder)]
    if nested:
        looks.append(lambda: _no_folders(client, folder))
    if release is None or release >= _PANELS_SINCE:
        looks.append(lambda: _no_panels(client, folder))
    known: bool | None = True
    for look in looks:
        nothing = look()
        if nothing is False:
            return False
        known = None if nothing is None else known
    return known


def _nothing_found(client: Client, release: Release | None, folder: LiveFolder) -> bool | None:
    """By search, which tells dashboards and folders."""
    by_uid = release is None or release >= _BY_UID_SINCE
    if not by_uid and folder.id == 0:
        return None
    wanted: dict[str, str | int] = {"folderUIDs": folder.uid} if by_uid else {"folderIds": folder.id}
    rows = _rows(client, "the search", client.read("/api/search", {**wanted, "limit": _SOME}))
    if not rows:
        return None if rows is None else True
    return False if any(_lies_in(row, folder) for row in rows) else None


def _lies_in(row: Row, folder: LiveFolder) -> bool:
    named = row.get("folderUid") or folder_in(row.get("folderUrl"))
    return named == folder.uid or (folder.id != 0 and row.get("folderId") == folder.id)


def _no_folders(client: Client, folder: LiveFolder) -> bool | None:
    """By the list of its children. A server that ignores `parentUid` lists the folder itself among them."""
    rows = _rows(client, "the list of folders", client.read("/api/folders", {"limit": _PAGE, "parentUid": folder.uid}))
    if not rows:
        return None if rows is None else True
    if any(row.get("parentUid") == folder.uid for row in rows):
        return False
    return None if len(rows) >= _PAGE or any(row.get("uid") == folder.uid for row in rows) else False


def _no_panels(client: Client, folder: LiveFolder) -> bool | None:
    """By the list of all library panels: how they are asked for by folder has changed. Those that nothing uses go with their folder."""
    seen = 0
    for page in range(1, _MOST_PAGES):
        reply = client.read("/api/library-elements", {"perPage": _PAGE, "page": page})
        if reply.status == 404 and reply.is_json:
            return True
        if reply.status == 403 and reply.is_json:
            return None
        result = reply.fields.get("result")
        elements = result.get("elements") if isinstance(result, dict) else None
        if not reply.ok or not isinstance(result, dict) or not isinstance(elements, list):
            raise failures.of_read(client.site, "the list of library panels", reply)
        if any(_is_panel_in(element, folder) for element in elements):
            return False
        total = result.get("totalCount")
        seen += _PAGE
        if type(total) is not int or seen >= total:
            return True
    return None


def _is_panel_in(element: Json, folder: LiveFolder) -> bool:
    if not isinstance(element, Mapping):
        return False
    meta = element.get("meta")
    named = meta.get("folderUid") if isinstance(meta, Mapping) else None
    return folder.uid in (named, element.get("folderUid"))


def _rows(client: Client, what: str, reply: Reply) -> list[Row] | None:
    """None where it may not be asked."""
    if reply.status == 403 and reply.is_json:
        return None
    rows = reply.rows
    if not reply.ok or rows is None:
        raise failures.of_read(client.site, what, reply)
    return rows
