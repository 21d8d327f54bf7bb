"""Folders by the resource API: listed with one request for a few hundred, read, made, and deleted where nothing lies in them.

In: a client, where the API is, and core's nouns. Out: core's nouns and answers. Renamed and moved they are by the dashboard API
(`folder_changes.py`), whose answers to that are recorded; so the number that tells their state there is not given here, and they are
looked at before.
"""

from __future__ import annotations

from provisioner.core.answers import DeleteAnswer, Deleted, FolderAnswer, Forbidden, Rejected
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json
from provisioner.core.payload import encode
from provisioner.core.server import LiveFolder
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_uid, is_askable, page_of
from provisioner.grafana.client import Client
from provisioner.grafana.folders import ordered
from provisioner.grafana.resource_answers import delete_answer, folder_answer
from provisioner.grafana.resource_api import FOLDER_GROUP, Api
from provisioner.grafana.resource_heads import FOLDER, Head, head_of, object_in
from provisioner.grafana.resource_lists import listed


def all_folders(client: Client, api: Api) -> tuple[LiveFolder, ...]:
    """Parents before children. Raises TargetError."""
    rows = listed(client, api.all_folders(), "the list of folders")
    return ordered(_folder(client.site, row.head, row.title) for row in rows.values())


def one_folder(client: Client, api: Api, uid: str) -> LiveFolder | None:
    """The folder as it is now; None when the server says 404. Raises TargetError, also where only this folder may not be read."""
    if not is_askable(uid):
        return None
    reply = client.read(api.folder(uid))
    if reply.status == 404 and reply.is_json:
        return None
    head = head_of(reply.fields) if reply.ok else None
    if head is None:
        raise failures.of_read(client.site, f"the question for folder {uid!r}", reply)
    return _folder(client.site, head, str(object_in(reply.fields, "spec").get("title") or ""))


def create_folder(client: Client, api: Api, folder: DesiredFolder) -> FolderAnswer:
    """Raises TargetError."""
    meta: dict[str, Json] = {"name": folder.uid, "namespace": api.namespace}
    if folder.parent != ROOT:
        meta["annotations"] = {FOLDER: folder.parent}
    body = {"apiVersion": f"{FOLDER_GROUP}/{api.folders}", "kind": "Folder", "metadata": meta, "spec": {"title": folder.title}}
    return folder_answer(client.write(api.all_folders(), encode(body)), client.site)


def delete_folder(client: Client, api: Api, uid: FolderUid, *, empty: bool | None) -> DeleteAnswer:
    """`empty` is what a look just before found. The server refuses a folder with something in it by itself (400 `folder.not-empty`):
    what came between is safe. Raises TargetError.
    """
    if folder_uid(uid) == ROOT:
        return Rejected(400, "the root is no folder that can be deleted")
    if empty is False:
        return Rejected(400, "the folder is not empty")
    if empty is None:
        if one_folder(client, api, uid) is None:
            return Deleted("it is there no more", already=True)
        return Forbidden("it cannot be seen whether the folder is empty")
    return delete_answer(client.delete(api.folder(uid)), client.site, "folders:delete")


def _folder(site: str, head: Head, title: str) -> LiveFolder:
    return LiveFolder(FolderUid(head.name), title, head.folder, head.id, page_of(site, None, "dashboards/f", head.name))
