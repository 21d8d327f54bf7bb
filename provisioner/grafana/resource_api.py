"""Where the resource API of a server is: which versions it offers, and under which name it has the organisation (reference 5.1).

In: a client and what the probe found. Out: `Api`, or in words why it cannot be used: hidden by a proxy, not permitted, not there. It never
writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from provisioner.core.model import Json
from provisioner.core.server import Server
from provisioner.grafana.addresses import segment
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Reply
from provisioner.grafana.resource_lists import METADATA

GROUP = "dashboard.grafana.app"
FOLDER_GROUP = "folder.grafana.app"

AS_IT_IS = "v0alpha1"
_CLASSIC = (AS_IT_IS, "v1", "v1beta1")
"""For classic content, the best first: v0alpha1 keeps it as it is, the others migrate it."""

_NEWER = ("v2", "v2beta1", "v2alpha1")
_FOLDERS = ("v1", "v1beta1", "v0alpha1")


@dataclass(frozen=True, slots=True)
class Api:
    """`classic` is the version for classic content, `newer` are those of the form with elements and layout, `folders` that of folders.
    `pages` is the version that Grafana's own pages save classic content in, "" where none is known.
    """

    namespace: str
    classic: str
    newer: tuple[str, ...]
    folders: str
    pages: str = ""

    def dashboards(self, version: str = "") -> str:
        """The path of all dashboards, in the version for classic content or in another one."""
        return f"/apis/{GROUP}/{version or self.classic}/namespaces/{self.namespace}/dashboards"

    def dashboard(self, name: str, version: str = "") -> str:
        return f"{self.dashboards(version)}/{segment(name)}"

    def all_folders(self) -> str:
        return f"/apis/{FOLDER_GROUP}/{self.folders}/namespaces/{self.namespace}/folders"

    def folder(self, name: str) -> str:
        return f"{self.all_folders()}/{segment(name)}"


def discover(client: Client, server: Server) -> Api | str:
    """Two requests where all is well. Raises TargetError where the server does not answer, or does not know us."""
    reply = client.read("/apis")
    versions = _versions(reply.fields) if reply.ok else {}
    classic = _first(_CLASSIC, versions.get(GROUP, ()))
    folders = _first(_FOLDERS, versions.get(FOLDER_GROUP, ()))
    if not classic or not folders:
        return f"/apis {_hidden(reply)}" if GROUP not in versions else "/apis offers no version that is known here"
    newer = tuple(each for each in _NEWER if each in versions[GROUP])
    api = Api(_namespace(server.org_id), classic, newer, folders, _first(_CLASSIC[1:], versions[GROUP]))
    asked = _asked(client, api)
    if asked.ok:
        return api
    named = client.read("/api/frontend/settings").fields.get("namespace")
    if isinstance(named, str) and named not in {"", api.namespace}:
        api = replace(api, namespace=named)  # Grafana Cloud calls the organisation by the stack (reference 4)
        asked = _asked(client, api)
    return api if asked.ok else f"{api.dashboards()} {_hidden(asked)}"


def _asked(client: Client, api: Api) -> Reply:
    return client.read(api.dashboards(), {"limit": 1}, METADATA)


def _namespace(org_id: int) -> str:
    """An organisation that may not be asked for (0) is most often the first."""
    return "default" if org_id <= 1 else f"org-{org_id}"


def _hidden(reply: Reply) -> str:
    if reply.ok:
        return "answers with something else: a proxy, or no resource API"
    return f"answers {reply.status}" + (f" ({reply.words})" if reply.is_json and reply.status != HTTPStatus.NOT_FOUND else "")


def _versions(fields: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
    """The versions of each group."""
    groups = fields.get("groups")
    found: dict[str, tuple[str, ...]] = {}
    for group in groups if isinstance(groups, list) else ():
        name = group.get("name") if isinstance(group, dict) else None
        offered = group.get("versions") if isinstance(group, dict) else None
        if isinstance(name, str) and isinstance(offered, list):
            found[name] = tuple(str(each.get("version") or "") for each in offered if isinstance(each, dict))
    return found


def _first(wanted: tuple[str, ...], offered: tuple[str, ...]) -> str:
    return next((each for each in wanted if each in offered), "")
