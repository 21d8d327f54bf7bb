"""Folders by the resource API: listed with one request for a few hundred, read, made, renamed, moved, deleted where nothing lies in them.

In: a client, where the API is, and core's nouns. Out: core's nouns and answers. A folder is changed by one PUT over the resourceVersion of
the state that was looked at, with whatever else is on it, and never where another manager's mark is. Whether it is empty is asked by the
dashboard API.

Folders have no recorded PUT: it is that of the generic server (reference 5.2), as recorded for dashboards, and Grafana's documentation of
the folder API, which moves by the annotation too. Where folders are still kept in SQL (some 12.x) the server takes a stale one as well;
hence the look just before, which the dashboard API would need all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provisioner.core.answers import (
    DeleteAnswer,
    Deleted,
    FolderAnswer,
    FolderStale,
    FolderUpdateAnswer,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    Rejected,
)
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json
from provisioner.core.payload import encode
from provisioner.core.server import LiveFolder
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_uid, is_askable, page_of
from provisioner.grafana.client import Client
from provisioner.grafana.folders import ordered
from provisioner.grafana.replies import Reply
from provisioner.grafana.resource_answers import delete_answer, folder_answer, folder_update_answer
from provisioner.grafana.resource_api import FOLDER_GROUP, Api
from provisioner.grafana.resource_heads import FOLDER, GRANT, INTERNAL_ID, Head, head_of, is_absence, object_in, preconditions
from provisioner.grafana.resource_lists import listed

_GRANTS_WHEN_ASKED = "v1"
"""The version of the folder API from which on a folder in the root has default permissions only if its create asks for them."""


def all_folders(client: Client, api: Api) -> tuple[LiveFolder, ...]:
    """Parents before children. Raises TargetError."""
    rows = listed(client, api.all_folders(), "the list of folders")
    return ordered(_folder(client.site, row.head, row.title) for row in rows.values())


def one_folder(client: Client, api: Api, uid: str) -> LiveFolder | None:
    """The folder as it is now; None when the server says 404. Raises TargetError, also where only this folder may not be read."""
    found = _read(client, api, uid)
    return None if found is None else _folder(client.site, found[0], _title(found[1]))


def create_folder(client: Client, api: Api, folder: DesiredFolder) -> FolderAnswer:
    """In the root, default permissions are asked for where the server gives none by itself: else only administrators would see it (grafana
    pull requests 127631 and 126745). Where it gives them by itself (111690; v1beta1 alone) it may know no such wish, and refuse it; in
    another folder permissions are inherited. Raises TargetError.
    """
    meta: dict[str, Json] = {"name": folder.uid, "namespace": api.namespace}
    if folder.parent != ROOT:
        meta["annotations"] = {FOLDER: folder.parent}
    elif api.folders == _GRANTS_WHEN_ASKED:
        meta["annotations"] = {GRANT: "default"}
    return folder_answer(client.write(api.all_folders(), _encoded(api, meta, {"title": folder.title})), client.site)


def update_folder(client: Client, api: Api, folder: DesiredFolder, live: LiveFolder) -> FolderUpdateAnswer:
    """Renamed and moved at once: wholly or not at all. Raises TargetError."""
    title = folder.title.strip()
    if (title, folder.parent) == (live.title, live.parent):
        return FolderUpdated(live.title, live.parent, live.version)
    found = _read(client, api, live.uid)
    if found is None:
        return Gone("the folder is there no more")
    head, reply = found
    now = _folder(client.site, head, _title(reply))
    if now.managed_by is not None:
        return ManagedElsewhere(f"{now.managed_by} provisions it")
    if (now.title, now.parent) != (live.title, live.parent) or live.state not in {"", now.state}:
        return FolderStale(f'the folder was changed since it was read: it is "{now.title}", version {head.generation}')
    spec = {**object_in(reply.fields, "spec"), "title": title}
    body = _encoded(api, _carried(api, head, reply, folder.parent), spec)
    return folder_update_answer(client.write(api.folder(live.uid), body, "PUT"), client.site)


def delete_folder(client: Client, api: Api, uid: FolderUid, is_empty: Callable[[], bool | None]) -> DeleteAnswer:
    """Looked at before it is asked whether it is empty, and deleted in that state alone. The server refuses a folder with something in it
    by itself (400 `folder.not-empty`), as long as no `gracePeriodSeconds` is sent: what came between is safe. Raises TargetError.
    """
    if folder_uid(uid) == ROOT:
        return Rejected(400, "the root is no folder that can be deleted")
    found = _read(client, api, uid)
    if found is None:
        return Deleted("it is there no more", already=True)
    head, _ = found
    if head.manager is not None:
        return ManagedElsewhere(f"{head.manager} provisions it")
    match is_empty():
        case True:
            return delete_answer(client.delete(api.folder(uid), preconditions(head)), client.site, "folders:delete")
        case False:
            return Rejected(400, "the folder is not empty")
        case None:
            return Forbidden("it cannot be seen whether the folder is empty")


def _read(client: Client, api: Api, uid: str) -> tuple[Head, Reply] | None:
    if not is_askable(uid):
        return None
    reply = client.read(api.folder(uid))
    if is_absence(reply):
        return None
    head = head_of(reply.fields) if reply.ok else None
    if head is None:
        raise failures.of_read(client.site, f"the question for folder {uid!r}", reply)
    return head, reply


def _carried(api: Api, head: Head, reply: Reply, parent: FolderUid) -> dict[str, Json]:
    """The metadata of a folder as it goes out again: a PUT replaces all of it, and the teams that own it are named there too."""
    annotations = head.carried_annotations
    if parent != ROOT:
        annotations[FOLDER] = parent
    labels = {key: value for key, value in head.labels.items() if key != INTERNAL_ID}
    known = object_in(reply.fields, "metadata")
    kept = {key: known[key] for key in ("finalizers", "ownerReferences") if known.get(key)}
    meta = {"name": head.name, "namespace": api.namespace, "resourceVersion": head.version, "annotations": annotations}
    return {**meta, **({"labels": labels} if labels else {}), **kept}


def _encoded(api: Api, meta: Mapping[str, Json], spec: Mapping[str, Json]) -> bytes:
    return encode({"apiVersion": f"{FOLDER_GROUP}/{api.folders}", "kind": "Folder", "metadata": dict(meta), "spec": dict(spec)})


def _title(reply: Reply) -> str:
    return str(object_in(reply.fields, "spec").get("title") or "")


def _folder(site: str, head: Head, title: str) -> LiveFolder:
    return LiveFolder(
        uid=FolderUid(head.name),
        title=title,
        parent=head.folder,
        id=head.id,
        url=page_of(site, None, "dashboards/f", head.name),
        state=head.version,
        managed_by=head.manager,
    )
