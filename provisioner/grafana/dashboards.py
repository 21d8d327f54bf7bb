"""The dashboard API of Grafana 5 to 13: /api/dashboards, /api/folders, /api/search (reference 1 to 3).

In: core's nouns. Out: core's nouns and answers. Every save is compare-and-set: `overwrite` is false, always (it replaces somebody else's
dashboard up to 11.2), the folder is named, always (left out it means the root), and no numeric id is sent (it may be a stranger's), but
where it is proven to be ours (`given_uids.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from provisioner.core.answers import DeleteAnswer, Deleted, FolderAnswer, FolderUpdateAnswer, Rejected, Save, SaveAnswer
from provisioner.core.introducing import Introduced
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json, Uid
from provisioner.core.payload import encode
from provisioner.core.server import DataSource, Found, LiveDashboard, LiveFolder, Mark, Version
from provisioner.grafana import failures, history
from provisioner.grafana.addresses import folder_in, folder_uid, is_askable, page_of, segment
from provisioner.grafana.answers import delete_answer, folder_answer, save_answer
from provisioner.grafana.data_sources import data_sources
from provisioner.grafana.folder_changes import delete_folder, folder_is_empty, update_folder
from provisioner.grafana.folders import all_folders, one_folder
from provisioner.grafana.opened import Opened
from provisioner.grafana.replies import Reply
from provisioner.grafana.search import found_in, search

MESSAGE_BYTES = 500
"""11 and later refuse a longer message (reference 1.1). They say characters and count bytes of UTF-8: seen of a real 12.4.0."""

_FOLDER_UID_SINCE = (8, 0)


class Dashboards(Opened):
    """One organisation by the dashboard API: a `core.dialect.Grafana`. Thread-safe. `close` it, or use it in a `with`."""

    def introduce(self, known: Iterable[Introduced]) -> None:
        """The server knows our uids by itself."""

    def find(self) -> tuple[Found, ...]:
        return tuple(found_in(self._client.site, row) for row in search(self._client, self._release, "dash-db"))

    def folders(self) -> tuple[LiveFolder, ...]:
        return all_folders(self._client, self._release, nested=self._server.nested_folders)

    def data_sources(self) -> tuple[DataSource, ...] | None:
        return data_sources(self._client)

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        """Also raises TargetForbidden where this one dashboard may not be read, though others may."""
        if not is_askable(uid):
            return None
        reply = self._client.read(f"/api/dashboards/uid/{segment(uid)}")
        if reply.status == 404 and reply.is_json:
            return None
        fields = reply.fields
        content, meta = fields.get("dashboard"), fields.get("meta")
        if not reply.ok or not isinstance(content, dict) or not isinstance(meta, dict):
            raise failures.of_read(self._client.site, f"the question for dashboard {uid!r}", reply)
        return self._live(uid, cast("dict[str, Json]", content), cast("dict[str, Json]", meta), reply)

    def folder(self, uid: str) -> LiveFolder | None:
        """Also raises TargetForbidden where this one folder may not be read, though others may."""
        if not is_askable(uid):
            return None
        return one_folder(self._client, uid, nested=self._server.nested_folders)

    def save(self, save: Save) -> SaveAnswer:
        by_number = self._release is not None and self._release < _FOLDER_UID_SINCE
        # From 8 on an empty folderUid lets a folderId win, and that would not be the root.
        folder_id = save.folder_id if by_number else None
        if by_number and folder_id is None:
            folder = one_folder(self._client, save.folder, nested=False) if save.folder != ROOT else None
            if folder is None and save.folder != ROOT:
                # Sent all the same, it would be saved in the root without a word (transcripts 5.4 to 7.5, "into folder that is not").
                return Rejected(404, "folder not found")
            folder_id = folder.id if folder else 0
        reply = self._client.write("/api/dashboards/db", body_of(save, folder_id))
        return save_answer(reply, save, self._client.site)

    def migrated(self, content: Mapping[str, Json]) -> None:
        """The dashboard API keeps what it is given, and does not say what a page would make of it."""

    def marks(self) -> None:
        """Search knows no version."""

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:  # noqa: ARG002 - nothing of it can be said here
        """5.4 deletes also what a file provisions, and old servers a folder of this uid with all that lies in it: `dashboard` names both
        as `managed_by`.
        """
        if not is_askable(uid):
            return Deleted("no dashboard can have this uid", already=True)
        return delete_answer(self._client.delete(f"/api/dashboards/uid/{segment(uid)}"), self._client.site)

    def versions(self, live: LiveDashboard, limit: int) -> tuple[Version, ...]:
        return history.versions(self._client, self._release, live, limit)

    def version(self, live: LiveDashboard, version: int) -> LiveDashboard | None:
        return history.version(self._client, self._release, live, version)

    def create_folder(self, folder: DesiredFolder) -> FolderAnswer:
        body: dict[str, Json] = {"uid": folder.uid, "title": folder.title}
        if self._server.nested_folders and folder.parent != ROOT:
            body["parentUid"] = folder.parent
        return folder_answer(self._client.write("/api/folders", encode(body)), self._client.site)

    def update_folder(self, folder: DesiredFolder, live: LiveFolder) -> FolderUpdateAnswer:
        return update_folder(self._client, folder, live, nested=self._server.nested_folders)

    def folder_is_empty(self, uid: FolderUid) -> bool | None:
        return folder_is_empty(self._client, self._release, uid, nested=self._server.nested_folders)

    def delete_folder(self, uid: FolderUid) -> DeleteAnswer:
        return delete_folder(self._client, self._release, uid, nested=self._server.nested_folders)

    def _live(self, uid: Uid, content: dict[str, Json], meta: dict[str, Json], reply: Reply) -> LiveDashboard:
        number, version = content.get("id"), content.get("version", meta.get("version"))
        if type(number) is not int or type(version) is not int:
            raise failures.of_read(self._client.site, f"the question for dashboard {uid!r} without id and version", reply)
        said = content.get("uid")
        named = said if isinstance(said, str) and said else uid
        return LiveDashboard(
            uid=Uid(named),
            title=str(content.get("title") or ""),
            folder=self._folder(meta),
            folder_title=str(meta.get("folderTitle") or ""),
            url=page_of(self._client.site, meta.get("url"), "d", named),
            mark=Mark(number, version),
            updated_by=str(meta.get("updatedBy") or ""),
            updated=str(meta.get("updated") or ""),
            content=content,
            managed_by=_manager(meta),
        )

    def _folder(self, meta: dict[str, Json]) -> FolderUid:
        """`folderUid` from 8 on. Before, the id says whether there is a folder and its url which one; without a url it is asked for."""
        if isinstance(meta.get("folderUid"), str):
            return folder_uid(meta["folderUid"])
        number = meta.get("folderId")
        if type(number) is not int or number == 0:
            return ROOT
        named = folder_in(meta.get("folderUrl"))
        if named is not None:
            return named
        reply = self._client.read(f"/api/folders/id/{number}")
        if not reply.ok or not reply.fields.get("uid"):
            raise failures.of_read(self._client.site, f"the question for folder number {number}", reply)
        return folder_uid(reply.fields["uid"])


def body_of(save: Save, folder_id: int | None) -> bytes:
    """What is sent, encoded once for all attempts. A version that stands in the file is not ours to send: it could match by chance."""
    dashboard = {key: value for key, value in save.content.items() if key not in {"id", "version"}}
    dashboard["uid"] = save.uid
    if save.number:
        dashboard["id"] = save.number
    if save.version is not None:
        dashboard["version"] = save.version
    body: dict[str, Json] = {
        "dashboard": dashboard,
        "folderUid": save.folder,
        "message": shortened(save.message),
        "overwrite": False,
    }
    if folder_id is not None:
        body["folderId"] = folder_id
    return encode(body)


def shortened(message: str) -> str:
    """As much of it as servers take: whole letters, and an ellipsis where something is left out."""
    written = message.encode(errors="replace")
    if len(written) <= MESSAGE_BYTES:
        return message
    return written[: MESSAGE_BYTES - len("…".encode())].decode(errors="ignore") + "…"


def _manager(meta: dict[str, Json]) -> str | None:
    """What else writes this dashboard. 12 and later name managers in the resource API only; a save is refused all the same."""
    if meta.get("isFolder") is True:
        return "a folder, which has this uid"
    if meta.get("provisioned") is not True:
        return None
    file = meta.get("provisionedExternalId")
    return f"file provisioning ({file})" if isinstance(file, str) and file else "file provisioning"
