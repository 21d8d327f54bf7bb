"""Renames, moves and deletes folders.

In: a client, what is wished, and the folder as it was read. Out: core's answers. Nothing is overwritten: a rename goes out with the
version that was read; a move knows no version, so the folder is looked at just before. A folder is deleted only when it was found empty a
moment ago, since the dashboard API deletes all that lies in it (transcripts, "delete folder with dashboards").
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.answers import (
    DeleteAnswer,
    Deleted,
    FolderRefusal,
    FolderRenamed,
    FolderStale,
    FolderUpdateAnswer,
    FolderUpdated,
    Forbidden,
    Gone,
    Rejected,
    Unknown,
)
from provisioner.core.errors import TargetForbidden
from provisioner.core.model import ROOT, DesiredFolder, FolderUid
from provisioner.core.payload import encode
from provisioner.core.server import LiveFolder
from provisioner.grafana.addresses import folder_uid, is_askable, segment
from provisioner.grafana.answers import delete_answer, folder_update_answer
from provisioner.grafana.client import Client
from provisioner.grafana.emptiness import is_empty
from provisioner.grafana.folders import one_folder
from provisioner.grafana.probe import Release


def update_folder(client: Client, folder: DesiredFolder, live: LiveFolder, *, nested: bool) -> FolderUpdateAnswer:
    """Raises TargetError; where the move ends so, the rename before it may have been done."""
    rename, move = folder.title.strip() != live.title, nested and folder.parent != live.parent
    reached = FolderUpdated(live.title, live.parent, live.version)
    if not rename and not move:
        return reached
    if not is_askable(live.uid):
        return Gone("no folder can have this uid")
    if live.version == 0 or not rename:
        now = one_folder(client, live.uid, nested=nested)
        if now is None:
            return Gone("the folder is there no more")
        if (now.title, now.parent) != (live.title, live.parent) or live.version not in {0, now.version}:
            return FolderStale(f'the folder was changed since it was read: it is "{now.title}", version {now.version}')
        reached = replace(reached, version=now.version)
    if rename:
        renamed = _rename(client, folder.title.strip(), live.uid, reached.version)
        if not isinstance(renamed, FolderUpdated):
            return renamed
        # Not every release names the parent here.
        reached = replace(renamed, parent=live.parent)
    if not move:
        return reached
    moved = _move(client, folder.parent, live.uid)
    if rename and not isinstance(moved, FolderUpdated):
        return FolderRenamed(reached.title, reached.version, moved)
    return moved


def _rename(client: Client, title: str, uid: FolderUid, version: int) -> FolderUpdated | FolderRefusal:
    """Without a uid, which 5 to 9 would give to the folder, and without `overwrite`."""
    body = encode({"title": title, "version": version})
    return folder_update_answer(client.write(f"/api/folders/{segment(uid)}", body, "PUT"), client.site)


def _move(client: Client, parent: FolderUid, uid: FolderUid) -> FolderUpdated | FolderRefusal:
    """Early releases with nested folders answer 200 to a move to the root, and do nothing: the parent in the answer decides."""
    body = encode({"parentUid": parent})
    answer = folder_update_answer(client.write(f"/api/folders/{segment(uid)}/move", body), client.site)
    if isinstance(answer, FolderUpdated) and answer.parent != parent:
        return Unknown(f'200, but the folder is said to lie in "{answer.parent}"')
    return answer


def folder_is_empty(client: Client, release: Release | None, uid: FolderUid, *, nested: bool) -> bool | None:
    """None also for a folder that is not there, may not be read, or is the root. Raises TargetError where the server does not answer."""
    if not is_askable(uid) or folder_uid(uid) == ROOT:
        return None
    try:
        folder = one_folder(client, uid, nested=nested)
    except TargetForbidden:
        return None
    return None if folder is None else is_empty(client, release, folder, nested=nested)


def delete_folder(client: Client, release: Release | None, uid: FolderUid, *, nested: bool) -> DeleteAnswer:
    """Raises TargetError, also where only this folder may not be read."""
    if folder_uid(uid) == ROOT:
        return Rejected(400, "the root is no folder that can be deleted")
    folder = one_folder(client, uid, nested=nested) if is_askable(uid) else None
    if folder is None:
        return Deleted("it is there no more", already=True)
    match is_empty(client, release, folder, nested=nested):
        case True:
            return delete_answer(client.delete(f"/api/folders/{segment(uid)}"), client.site)
        case False:
            return Rejected(400, "the folder is not empty")
        case None:
            return Forbidden("it cannot be seen whether the folder is empty")
