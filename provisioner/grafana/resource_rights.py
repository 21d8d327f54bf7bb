"""What the credential may write, asked before it is said that a save would be taken: Grafana 12.4 looks at no permission in a dry run.

In: a client, where the API is, and saves. Out: the permission that a save lacks, "" where none is known to be lacking. It only reads, each
folder once. Seen on 12.4.0: a viewer's dry run of a create is answered with 201, the create itself with 403.

    folder      GET /api/folders/UID?accesscontrol=true names the permissions held in it; "general" is the root. What it says of a folder
                may be a minute old, so its 403 is asked again at /apis/…/folders/UID/access, which is not
    dashboard   GET …/dashboards/UID/dto says whether it can be saved: asked where its folder does not grant it, as the root never does
"""

from __future__ import annotations

from http import HTTPStatus
from threading import Lock

from provisioner.core.answers import Save
from provisioner.core.model import FolderUid
from provisioner.grafana.addresses import segment
from provisioner.grafana.client import Client
from provisioner.grafana.resource_api import Api
from provisioner.grafana.resource_heads import head_of, object_in

_CREATE, _WRITE = "dashboards:create", "dashboards:write"


class Rights:
    """Those of one connection. Thread-safe."""

    def __init__(self, client: Client, api: Api) -> None:
        self._client = client
        self._api = api
        self._lock = Lock()
        self._lacked: dict[FolderUid, frozenset[str]] = {}

    def lacked(self, save: Save) -> str:
        """Raises TargetError."""
        in_folder = self._in_folder(save.folder)
        if save.version is None:
            return _CREATE if _CREATE in in_folder else ""
        return self._over(save) if _WRITE in in_folder else ""

    def _over(self, save: Save) -> str:
        """Of one whose folder does not grant it: it may do so itself, unless it is moved there."""
        reply = self._client.read(f"{self._api.dashboard(save.uid)}/dto")
        head = head_of(reply.fields) if reply.ok else None
        if head is not None and head.folder != save.folder:
            return _CREATE if _CREATE in self._in_folder(save.folder) else ""
        may = object_in(reply.fields, "access").get("canSave")
        return _WRITE if reply.status == HTTPStatus.FORBIDDEN or may is False else ""

    def _in_folder(self, folder: FolderUid) -> frozenset[str]:
        """Those of the two that are not held there. None is known to be missing in a folder that is not there."""
        with self._lock:
            known = self._lacked.get(folder)
        if known is None:
            known = self._asked(folder)
            with self._lock:
                self._lacked[folder] = known
        return known

    def _asked(self, folder: FolderUid) -> frozenset[str]:
        reply = self._client.read(f"/api/folders/{segment(folder or 'general')}", {"accesscontrol": "true"})
        held = object_in(reply.fields, "accessControl")
        if reply.ok and held:
            return frozenset(each for each in (_CREATE, _WRITE) if held.get(each) is not True)
        if reply.status != HTTPStatus.FORBIDDEN or not folder:
            return frozenset()
        access = self._client.read(f"{self._api.folder(folder)}/access")
        may = access.fields.get("canEdit") if access.ok else access.status != HTTPStatus.FORBIDDEN
        return frozenset((_CREATE, _WRITE)) if may is False else frozenset()
