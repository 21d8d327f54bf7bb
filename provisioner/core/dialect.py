"""What is asked of a Grafana, by whichever dialect, as Protocols: the seam between the spine and `grafana/`.

In: nothing. Out: `Grafana`, with its `Organisation`, its `Trash` and its `Rehearsal`. The planner never knows which dialect answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from provisioner.core.answers import DeleteAnswer, FolderAnswer, FolderUpdateAnswer, Save, SaveAnswer
from provisioner.core.home import Home, HomeAnswer
from provisioner.core.introducing import Introduced
from provisioner.core.model import DesiredFolder, FolderUid, Json, Uid
from provisioner.core.server import DataSource, Found, LiveDashboard, LiveFolder, Mark, Server, Version
from provisioner.core.trash import NoTrash, Purged, Revived, TrashRefusal, TrashSeen
from provisioner.core.verdict import NoRehearsal, Verdict
from provisioner.core.watching import NoWatch, Watch


class Organisation(Protocol):
    """What an organisation has beside dashboards and folders, the same by every dialect. Each method may raise TargetError."""

    def home(self) -> Home:
        """Its home dashboard."""
        ...

    def choose_home(self, uid: Uid, number: int) -> HomeAnswer:
        """Makes this dashboard the home dashboard; `number` is its numeric id. Other preferences stay as they are."""
        ...

    def listed(self) -> tuple[Found, ...] | None:
        """All dashboards that the credential may see, by search, with their tags; None where search names no uids (2 to 4)."""
        ...

    def tags(self) -> tuple[tuple[str, int], ...] | None:
        """All tags with how many dashboards carry them; None when the credential may not list them."""
        ...


class Trash(Protocol):
    """The dashboards that were deleted and are still on the server. Each method may raise TargetError."""

    def seen(self) -> TrashSeen | NoTrash:
        """What is in it, or why there is none for us."""
        ...

    def revive(self, uid: Uid, folder: FolderUid) -> Revived | TrashRefusal:
        """Puts one back as it was, into this folder. For a trash that does not show contents; with contents it is saved anew instead."""
        ...

    def purge(self, uid: Uid) -> Purged | TrashRefusal:
        """Deletes one for good. Nobody brings it back."""
        ...


class Rehearsal(Protocol):
    """The way to be told what a server would answer, with nothing written. Thread-safe. May raise TargetError."""

    def verdict(self, save: Save) -> Verdict:
        """What would become of this save, and what the server's schema says of the content."""
        ...


class Grafana(Protocol):
    """One organisation on one server, by whichever dialect. Every method may raise TargetError; a write also answers with a typed value.

    Thread-safe: the reads and saves of a pass come from a small pool. `requests` counts every request sent since it was made.
    """

    @property
    def requests(self) -> int:
        """How many requests were sent so far, retries included."""
        ...

    @property
    def organisation(self) -> Organisation:
        """What there is beside dashboards and folders."""
        ...

    @property
    def trash(self) -> Trash:
        """What was deleted and is still there."""
        ...

    def probe(self) -> Server:
        """Asks who answers, which version, which organisation."""
        ...

    def introduce(self, known: Iterable[Introduced]) -> None:
        """Says who is who before anything else is asked, where a server does not know our uids (2 to 4): what is introduced first is
        believed first, and it may be said again. Others need no such thing. Sends nothing.
        """
        ...

    def find(self) -> tuple[Found, ...]:
        """All dashboards that the credential may see, by search."""
        ...

    def folders(self) -> tuple[LiveFolder, ...]:
        """All folders that the credential may see, parents before children."""
        ...

    def data_sources(self) -> tuple[DataSource, ...] | None:
        """All data sources; None when the credential may not list them."""
        ...

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        """The dashboard as it is now; None when the server says 404."""
        ...

    def migrated(self, content: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """What the server's own pages make of this content when they save it; None where the server cannot be asked, or refuses it. Nothing
        is written.
        """
        ...

    def rehearsal(self) -> Rehearsal | NoRehearsal:
        """The way to dry runs, after a trial showed that this server makes them without writing; or why there is none."""
        ...

    def save(self, save: Save) -> SaveAnswer:
        """Create or update by compare-and-set. Never overwrites."""
        ...

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:
        """Delete, in this state alone where the dialect can say so. The dashboard API knows no precondition: look at it just before."""
        ...

    def marks(self) -> Mapping[Uid, Mark] | None:
        """The marks of all dashboards that the credential may see, where one list tells them; None elsewhere, without a request. Never
        proof of absence.
        """
        ...

    def watch(self) -> Watch | NoWatch:
        """What is saved and taken away from now on, as the server tells it by itself: it lists all at once, and begins when somebody goes
        through it. `NoWatch` without a request where the dialect knows none, or the server has refused one on this connection.
        """
        ...

    def versions(self, live: LiveDashboard, limit: int) -> tuple[Version, ...]:
        """Its history, newest first; empty where the server keeps none or the credential may not see it."""
        ...

    def version(self, live: LiveDashboard, version: int) -> LiveDashboard | None:
        """One state of its history, with its body; None when the server does not have it any more."""
        ...

    def update_folder(self, folder: DesiredFolder, live: LiveFolder) -> FolderUpdateAnswer:
        """Rename, and move where folders nest; over the state or version of `live` alone. The folder keeps the uid of `live`;
        `folder.parent` is the uid of a folder that is there.
        """
        ...

    def folder_is_empty(self, uid: FolderUid) -> bool | None:
        """Whether nothing lies in the folder, as far as the credential may see; None when that cannot be known, or it is not there."""
        ...

    def delete_folder(self, uid: FolderUid) -> DeleteAnswer:
        """Delete a folder, if a look just before finds it empty: the dashboard API would delete what lies in it too. `Rejected` when
        something lies in it, `Forbidden` when that cannot be known.
        """
        ...

    def create_folder(self, folder: DesiredFolder) -> FolderAnswer:
        """Create; a uid or title that is taken is `FolderExists`."""
        ...

    def folder(self, uid: str) -> LiveFolder | None:
        """The folder as it is now; None when the server says 404."""
        ...
