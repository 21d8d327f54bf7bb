"""What a server holds, and who it is: the nouns of the live side.

In: nothing. Out: frozen values, read by a dialect of `grafana/` and compared with what is desired. Nothing here asks or decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.core.model import FolderUid, Json, Uid
from provisioner.core.slugs import slug_key


@dataclass(frozen=True, slots=True)
class Mark:
    """How a server names one state of one dashboard. Another id under the same uid means deleted and made again; `version` is what people
    read.

    `state` names the state to the letter, metadata included, where a server does that (12 and later, by the resource API); "" elsewhere. It
    is read by the dialect that made it alone. A mark of another dialect is another mark: then the contents decide.
    """

    id: int
    version: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """What a probe found out. `version` is "" when the server hides it. `nested_folders` tells whether folders may have parents.

    `by_slug` tells that the server has neither uids nor folders: there a dashboard is known by the slug of its title (2 to 4). `saves` is
    how many saves at a time suit it; `forms` are the versions with elements and layout that it takes ("v2beta1"). `passed_over` says why a
    newer API is not spoken that servers of this version have: "/apis answers 403".
    """

    url: str
    version: str
    dialect: str
    why: str
    org_id: int
    org_name: str
    nested_folders: bool
    by_slug: bool = False
    saves: int = 2
    forms: tuple[str, ...] = ()
    passed_over: str = ""

    @property
    def unique_names(self) -> bool:
        """Whether a folder holds at most one dashboard of a name: up to 11.2 (reference, milestones). When the version is hidden: not so,
        unless it is known by its slugs.
        """
        if self.by_slug:
            return True
        major, _, rest = self.version.partition(".")
        minor = rest.partition(".")[0]
        return major.isdigit() and minor.isdigit() and (int(major), int(minor)) < (11, 3)

    def name_key(self, title: str) -> str:
        """Equal for titles that are one name on this server."""
        return slug_key(title) if self.by_slug else title.strip().casefold()


@dataclass(frozen=True, slots=True)
class LiveFolder:
    """A folder as the server has it. `parent` is ROOT at the top and on servers without nested folders.

    `state` names its state to the letter where a server does that, as that of a `Mark` does; "" elsewhere. `managed_by` names what else
    keeps it, None when nobody says so.
    """

    uid: FolderUid
    title: str
    parent: FolderUid
    id: int
    url: str = ""
    version: int = 0
    state: str = ""
    managed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the server's search or list: enough to know that it is there, never proof of absence (reference 2.5). `mark` and `tags`
    are given where the row says them.
    """

    uid: Uid
    title: str
    folder: FolderUid
    url: str
    folder_title: str = ""
    mark: Mark | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LiveDashboard:
    """A dashboard as the server has it. `url` is absolute. `managed_by` names what else provisions it ("file provisioning"), None when
    nobody does. `form` is the version that the server keeps it in: "v2beta1" has elements and layout, "v1beta1" is what pages save; ""
    where it is kept as it was sent. `owner` is the owner's mark ("provisioner:NAME") where the server has it beside the content.
    """

    uid: Uid
    title: str
    folder: FolderUid
    folder_title: str
    url: str
    mark: Mark
    updated_by: str
    updated: str
    content: Mapping[str, Json]
    managed_by: str | None = None
    form: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A row of a dashboard's history. `created` is the server's own text (ISO 8601)."""

    version: int
    author: str
    created: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class DataSource:
    """A data source of the server, for filling inputs."""

    uid: str
    name: str
    type: str
    default: bool
