"""The two kinds of objects, and who asks for which of them in what version.

In: a generation, names out of an address. Out: `Kind`, `Asked`. Facts: transcript resources-12.4.0 "groups" to "folder
versions list"; reference 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.sandbox.access import (
    CHANGE_FOLDER,
    CREATE_FOLDER,
    DELETE_DASHBOARD,
    DELETE_FOLDER,
    READ_DASHBOARD,
    READ_FOLDER,
    SAVE_DASHBOARD,
    Caller,
    Deed,
)
from provisioner.sandbox.generation import Generation
from provisioner.sandbox.server import Server


@dataclass(frozen=True, slots=True)
class Kind:
    """Dashboards or folders, with what one must be allowed to read, create, change and delete them."""

    group: str
    plural: str
    singular: str
    name: str
    is_folder: bool
    reading: Deed
    creating: Deed
    changing: Deed
    deleting: Deed

    @property
    def full(self) -> str:
        """As messages name them: "dashboards.dashboard.grafana.app"."""
        return f"{self.plural}.{self.group}"

    def versions(self, generation: Generation) -> tuple[str, ...]:
        """The versions that a generation serves, the preferred one first."""
        return generation.folder_versions if self.is_folder else generation.resource_versions


DASHBOARDS = Kind(
    *("dashboard.grafana.app", "dashboards", "dashboard", "Dashboard", False),
    *(READ_DASHBOARD, SAVE_DASHBOARD, SAVE_DASHBOARD, DELETE_DASHBOARD),
)
FOLDERS = Kind(
    *("folder.grafana.app", "folders", "folder", "Folder", True),
    *(READ_FOLDER, CREATE_FOLDER, CHANGE_FOLDER, DELETE_FOLDER),
)
KINDS = (DASHBOARDS, FOLDERS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the resource API: whose, of which kind, in which version; `namespace` as it was spelt."""

    server: Server
    caller: Caller
    kind: Kind
    version: str
    namespace: str

    @property
    def api_version(self) -> str:
        """As objects tell it: "dashboard.grafana.app/v1beta1"."""
        return f"{self.kind.group}/{self.version}"
