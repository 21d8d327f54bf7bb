"""The trash: dashboards that were deleted and are still on the server (reference 2.3).

In: a client and what the probe found. Out: core's values. Nothing is put back by saving here: `reviving.py` does that where the trash shows
contents.
    up to 11.0      none: what is deleted is gone
    11.1 to 11.6    behind the switch `dashboardRestore`: search `deleted=true` for administrators (401 for others), PATCH and DELETE
                    /api/dashboards/uid/UID/trash (read in the source; no transcript has them)
    12 and later    /apis with the selector grafana.app/get-trash=true, bodies included (transcript resources-12.4.0 "trash"); there is no
                    request that empties it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.errors import TargetForbidden, TargetUnauthorised
from provisioner.core.model import FolderUid, Json, Uid
from provisioner.core.payload import encode
from provisioner.core.server import Server
from provisioner.core.trash import NotInTrash, NoTrash, Purged, Revived, Trashed, TrashRefusal, TrashSeen
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_uid, is_askable, segment
from provisioner.grafana.client import Client, is_refusal_to_work
from provisioner.grafana.probe import Release, release_of
from provisioner.grafana.replies import Lost, Reply
from provisioner.grafana.resource_people import named
from provisioner.grafana.search import PAGE, Row, pages

_SINCE: Release = (11, 1)
_RESOURCES_SINCE: Release = (12, 0)
_SWITCH = "dashboardRestore"
_GROUP = "/apis/dashboard.grafana.app"
_AS_STORED = "v0alpha1"
"""The version that gives classic contents as they are (reference 5.1)."""
_SELECTOR = "grafana.app/get-trash=true"
_LIMIT = 200
_MOST_PAGES = 1000


class TrashRoutes:
    """The trash of one organisation: a `core.dialect.Trash`. Thread-safe."""

    def __init__(self, client: Client, server: Server) -> None:
        self._client = client
        self._server = server
        self._release = release_of(server.version)

    def seen(self) -> TrashSeen | NoTrash:
        if self._release is None or self._release >= _RESOURCES_SINCE:
            return self._by_resources()
        if self._release < _SINCE:
            return NoTrash(f"Grafana {self._server.version} has no trash: what is deleted there is gone")
        if self._is_off():
            return NoTrash(f"the trash of this Grafana {self._server.version} is switched off (feature toggle {_SWITCH})")
        return TrashSeen(self._by_search(), empties=True)

    def revive(self, uid: Uid, folder: FolderUid) -> Revived | TrashRefusal:
        if not is_askable(uid):
            return NotInTrash("no dashboard can have this uid")
        reply = self._client.write(_path(uid), encode({"folderUid": folder}), "PATCH")
        refusal = _refusal(reply, "dashboards:write")
        return refusal or Revived(_title(reply), _words(reply))

    def purge(self, uid: Uid) -> Purged | TrashRefusal:
        if not is_askable(uid):
            return NotInTrash("no dashboard can have this uid")
        reply = self._client.delete(_path(uid))
        refusal = _refusal(reply, "dashboards:delete")
        return refusal or Purged(_title(reply), _words(reply))

    # --- 11.1 to 11.6 -------------------------------------------------------------------------------------------------------------------

    def _is_off(self) -> bool:
        toggles = self._client.read("/api/frontend/settings").fields.get("featureToggles")
        return not isinstance(toggles, Mapping) or toggles.get(_SWITCH) is not True

    def _by_search(self) -> tuple[Trashed, ...]:
        params: dict[str, str | int] = {"type": "dash-db", "deleted": "true", "limit": PAGE, "sort": "alpha-asc"}
        ask = lambda page: self._client.read("/api/search", {**params, "page": page})  # noqa: E731 - as in search.py
        try:
            rows = pages(ask, PAGE, self._client.site, "the search of the trash")
        except TargetUnauthorised as refused:  # said of the search alone: who we are was found good by the probe
            raise TargetForbidden(
                f"{self._client.site} shows its trash to administrators of the organisation alone ({refused.message})",
                next_step="give the credential the role Admin",
            ) from refused
        return tuple(_of_search(row) for row in rows if row.get("isDeleted") is True)

    # --- 12 and later -------------------------------------------------------------------------------------------------------------------

    def _by_resources(self) -> TrashSeen | NoTrash:
        version = self._version()
        if not version:
            return NoTrash("the server does not let us at the resource API (/apis), which its trash is seen by")
        items: list[Mapping[str, Json]] = []
        token = ""
        namespace = self._namespace()
        path = f"{_GROUP}/{version}/namespaces/{segment(namespace)}/dashboards"
        for _ in range(_MOST_PAGES):
            params: dict[str, str | int] = {"labelSelector": _SELECTOR, "limit": _LIMIT}
            reply = self._client.read(path, {**params, "continue": token} if token else params)
            listed = reply.fields.get("items")
            if not reply.ok or not isinstance(listed, list):
                raise failures.of_read(self._client.site, "the list of the trash", reply)
            items += [each for each in listed if isinstance(each, Mapping)]
            token = _text(_object(reply.fields.get("metadata")).get("continue"))
            if not token:
                break
        found = sorted((each for item in items if (each := _of_resource(item))), key=lambda each: each.deleted, reverse=True)
        newest: dict[Uid, Trashed] = {}
        for each in found:
            newest.setdefault(each.uid, each)
        people = named(self._client, namespace, (each.by for each in newest.values()))
        return TrashSeen(tuple(replace(each, by=people.get(each.by, each.by)) for each in newest.values()), empties=False)

    def _version(self) -> str:
        """The version of the group to ask by; "" where the server hides it: a proxy answers 404 or a page, permissions 403."""
        fields = self._client.read(_GROUP).fields
        listed = fields.get("versions")
        served = [_text(_object(each).get("version")) for each in listed] if isinstance(listed, list) else []
        preferred = _text(_object(fields.get("preferredVersion")).get("version"))
        return _AS_STORED if _AS_STORED in served else preferred or next(filter(None, served), "")

    def _namespace(self) -> str:
        """By the organisation; where it is not known, or in Grafana Cloud, the web page's settings say it (reference 4)."""
        said = _text(self._client.read("/api/frontend/settings").fields.get("namespace"))
        return said or ("default" if self._server.org_id in {0, 1} else f"org-{self._server.org_id}")


def _of_search(row: Row) -> Trashed:
    return Trashed(
        uid=Uid(str(row["uid"])),
        title=_text(row.get("title")),
        folder=folder_uid(row.get("folderUid")),
        folder_title=_text(row.get("folderTitle")),
        until=_text(row.get("permanentlyDeleteDate")),
    )


def _of_resource(item: Mapping[str, Json]) -> Trashed | None:
    """What is not marked as deleted is no trash, whatever the selector was taken for."""
    metadata, spec = _object(item.get("metadata")), _object(item.get("spec"))
    name, deleted = _text(metadata.get("name")), _text(metadata.get("deletionTimestamp"))
    if not name or not deleted:
        return None
    annotations = _object(metadata.get("annotations"))
    return Trashed(
        uid=Uid(name),
        title=_text(spec.get("title")),
        folder=folder_uid(annotations.get("grafana.app/folder")),
        deleted=deleted,
        by=_text(annotations.get("grafana.app/updatedBy")),
        content=spec,
    )


def _path(uid: Uid) -> str:
    return f"/api/dashboards/uid/{segment(uid)}/trash"


def _refusal(reply: Reply | Lost, permission: str) -> TrashRefusal | None:
    """Why it was not done; None when it was. 401 never comes here: it says nothing of the one dashboard."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    if reply.ok and reply.is_json:
        return None
    if is_refusal_to_work(reply):
        return Busy(reply.words, reply.retry_after)
    if reply.status == 403:
        return Forbidden(reply.words, failures.permission_in(reply.words) or permission)
    if reply.status == 404 and reply.is_json:
        return NotInTrash(reply.words)
    return Unknown(failures.saying(reply)) if reply.status >= 500 else Rejected(reply.status, reply.words)


def _title(reply: Reply | Lost) -> str:
    return _text(reply.fields.get("title")) if isinstance(reply, Reply) else ""


def _words(reply: Reply | Lost) -> str:
    return reply.words


def _object(value: Json) -> Mapping[str, Json]:
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
