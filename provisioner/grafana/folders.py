"""All folders of an organisation, parents before children.

In: a client and what the probe found. Out: `LiveFolder`s. One search tells all of them on servers where folders are flat. Where they are
nested the search also names parents; the list of the top level shows whether it can be believed, else the tree is walked.
"""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.core.model import ROOT, FolderUid
from provisioner.core.server import LiveFolder
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_uid, page_of, segment
from provisioner.grafana.client import Client
from provisioner.grafana.probe import Release
from provisioner.grafana.replies import Reply
from provisioner.grafana.search import Row, pages, search

_PAGE = 1000
_VIRTUAL = frozenset({"general", "sharedwithme"})
"""Listed by some releases, and no folders: the root, and what others let us see (reference 3.1)."""

_MOST_FOLDERS = 20_000


def all_folders(client: Client, release: Release | None, *, nested: bool) -> tuple[LiveFolder, ...]:
    """Raises TargetError."""
    found = [folder_of(client.site, row, nested=nested) for row in _real(search(client, release, "dash-folder"))]
    if not nested:
        return tuple(found)
    top = _level(client, ROOT)
    if {folder.uid for folder in found if folder.parent == ROOT} != {folder.uid for folder in top}:
        walked = _walked(client, top)
        known = {folder.uid for folder in walked}
        found = [*walked, *(folder for folder in found if folder.uid not in known)]
    return ordered(found)


def folder_of(site: str, row: Row, *, nested: bool) -> LiveFolder:
    """A folder from a search row (`folderUid` is the parent), a list row or the folder itself (`parentUid`, and only there `version`)."""
    uid = str(row.get("uid") or "")
    number, version = row.get("id"), row.get("version")
    return LiveFolder(
        uid=FolderUid(uid),
        title=str(row.get("title") or ""),
        parent=folder_uid(row.get("parentUid") or row.get("folderUid")) if nested else ROOT,
        id=number if type(number) is int else 0,
        url=page_of(site, row.get("url"), "dashboards/f", uid),
        version=version if type(version) is int else 0,
    )


def ordered(folders: Iterable[LiveFolder]) -> tuple[LiveFolder, ...]:
    """Parents before children. Who has a parent that is not there (12 creates such) stands with the top ones; a circle comes last."""
    by_uid = {folder.uid: folder for folder in folders}
    children: dict[FolderUid, list[LiveFolder]] = {}
    for folder in by_uid.values():
        children.setdefault(folder.parent if folder.parent in by_uid else ROOT, []).append(folder)
    result: list[LiveFolder] = []
    level = children.get(ROOT, [])
    while level:
        result += level
        level = [child for folder in level for child in children.get(folder.uid, [])]
    placed = {folder.uid for folder in result}
    return (*result, *(folder for folder in by_uid.values() if folder.uid not in placed))


def _real(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.get("uid") not in _VIRTUAL]


def _walked(client: Client, top: list[LiveFolder]) -> list[LiveFolder]:
    """The tree, level by level: one request for each folder."""
    found = {folder.uid: folder for folder in top}
    level = top
    while level and len(found) < _MOST_FOLDERS:
        below = [child for folder in level for child in _level(client, folder.uid)]
        level = [child for child in below if child.uid not in found]
        found.update((child.uid, child) for child in level)
    return list(found.values())


def _level(client: Client, parent: FolderUid) -> list[LiveFolder]:
    """The folders in one folder. One that was deleted since, or may not be looked into, has none to show."""
    within = f"&parentUid={segment(parent)}" if parent else ""

    def ask(page: int) -> Reply:
        reply = client.read(f"/api/folders?limit={_PAGE}&page={page}{within}")
        hidden = parent != ROOT and reply.is_json and reply.status in {403, 404}
        return Reply(200, "application/json", b"[]") if hidden else reply

    rows = _real(pages(ask, _PAGE, client.site, "the list of folders"))
    return [folder_of(client.site, {**row, "parentUid": parent}, nested=True) for row in rows]


def one_folder(client: Client, uid: str, *, nested: bool) -> LiveFolder | None:
    """The folder as it is now; None when the server says 404. Raises TargetError, also where only this folder may not be read."""
    reply = client.read(f"/api/folders/{segment(uid)}")
    if reply.status == 404 and reply.is_json:
        return None
    if not reply.ok or not reply.fields.get("uid"):
        raise failures.of_read(client.site, f"the question for folder {uid!r}", reply)
    return folder_of(client.site, reply.fields, nested=nested)
