"""What a pass intends and what became of it: changes, conflicts, the plan, outcomes.

In: nothing. Out: frozen values. A plan is made by `plan.py`, carried out by `apply.py`, shown by `render/`; each change has exactly one
outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.model import ROOT, DesiredDashboard, DesiredFolder, Fingerprint, FolderUid, Hiding, Json, Uid
from provisioner.core.records import FolderRecord, Record, Why
from provisioner.core.server import Found, LiveDashboard, LiveFolder, Mark
from provisioner.core.settings import OWNER_PREFIX


class Turn(StrEnum):
    """What became of one part of a dashboard."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, in the words of a dashboard: `part` is 'panel "p99" (id 4)', `aspect` is "query A" or "" for the whole part.

    `before` and `after` are short texts, cut to a readable length; "" where there is nothing to show.
    """

    turn: Turn
    part: str
    aspect: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class LiveState:
    """A live dashboard without its body: what a decision and a report need of it. `updated` is the server's own text (ISO 8601).

    `owner_tag` is the mark of the installation that keeps it, "" without one.
    """

    uid: Uid
    title: str
    folder: FolderUid
    folder_title: str
    url: str
    mark: Mark
    updated_by: str
    updated: str
    fingerprint: Fingerprint
    managed_by: str | None = None
    owner_tag: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours beside theirs for one uid. `differences` go from live to desired and are empty exactly when the fingerprints are equal.

    `ours_changed` and `theirs_changed` are what git and the server changed since we last wrote, where that is known.
    """

    ours: Fingerprint
    live: LiveState
    differences: tuple[Difference, ...] = ()
    ours_changed: tuple[Difference, ...] = ()
    theirs_changed: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        """Equal in the normal form; the folder is looked at apart."""
        return self.ours == self.live.fingerprint


class ConflictKind(StrEnum):
    """Why a change may not be made without a person or a policy. The names are a promise: they stand in reports, logs and docs."""

    UNMANAGED = "unmanaged"
    VERSION_MISMATCH = "version-mismatch"
    NAME_EXISTS = "name-exists"
    REDIRECTED = "redirected"
    OVERWROTE_EDIT = "overwrote-edit"
    PLUGIN_DASHBOARD = "plugin-dashboard"
    MANAGED_ELSEWHERE = "managed-elsewhere"
    BOTH_CHANGED = "both-changed"
    DELETED_ON_SERVER = "deleted-on-server"
    OWNED_ELSEWHERE = "owned-elsewhere"
    FOLDER_NAME_EXISTS = "folder-name-exists"
    FOLDER_DIFFERS = "folder-differs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides of a conflict, and what to do. `ours` is what git wants; `theirs` is what stands in the way, None when it could not be
    found out.

    `message` says what happened, without the names of the two sides; `remedy` what a person can do, in one or two sentences. `differences`
    go
    from live to git; `ours_changed` and `theirs_changed` are what each side changed since we last wrote, where that is known.
    """

    kind: ConflictKind
    ours: DesiredDashboard | DesiredFolder
    message: str
    remedy: str
    theirs: LiveState | Found | LiveFolder | None = None
    differences: tuple[Difference, ...] = ()
    ours_changed: tuple[Difference, ...] = ()
    theirs_changed: tuple[Difference, ...] = ()


UNSEEN = "in the root folder it inherits no permissions: administrators alone see it, until it is given some"
"""What becomes of a dashboard or folder that leaves a folder for the root (12.4.0, by /api and /apis alike): it has no permissions of its
own, and default ones are given to what is created there, never to what is moved there.
"""


@dataclass(frozen=True, slots=True)
class CreateFolder:
    """`folder` as the server will hold it: flat ("Parent / Child") where it has no nested folders.

    `live` is given where the folder is there and ours: then it is renamed or moved over that state.
    """

    folder: DesiredFolder
    reason: str
    live: LiveFolder | None = None

    @property
    def unseen(self) -> str:
        """`UNSEEN` where that is what becomes of it; else "". A state is what the servers give of which it is known."""
        live = self.live
        return UNSEEN if live is not None and live.state and live.parent != self.folder.parent == ROOT else ""


@dataclass(frozen=True, slots=True)
class CreateDashboard:
    """A uid that the server does not hold. `twin` is another dashboard of this title in this folder, where the server allows two."""

    dashboard: DesiredDashboard
    reason: str
    twin: Found | None = None


@dataclass(frozen=True, slots=True)
class UpdateDashboard:
    """Write over `live.mark`, and over nothing else. `moves` says that the folder changes; without `differences` it changes only that.

    `keep` says why what it replaces is somebody's work and is kept for `restore` first; None when it is our own.
    """

    dashboard: DesiredDashboard
    live: LiveState
    reason: str
    differences: tuple[Difference, ...] = ()
    moves: bool = False
    keep: Why | None = None

    @property
    def unseen(self) -> str:
        """As that of a folder."""
        return UNSEEN if self.moves and self.live.mark.state and self.live.folder != self.dashboard.folder == ROOT else ""


Change = CreateFolder | CreateDashboard | UpdateDashboard


@dataclass(frozen=True, slots=True)
class Drift:
    """Somebody edited on the server what git did not change. `differences` go from what we wrote to what is live. Nothing is written.

    `live` is None when it was deleted there.
    """

    dashboard: DesiredDashboard
    record: Record
    live: LiveState | None
    message: str
    remedy: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What leads from live to desired: parents before children, then dashboards by path; every prefix is a safe stop.

    `unchanged` are the dashboards that are already as they should be. `adopted` are those of them that no record
    knew: they are recorded without a write. `drifted` were edited on the server alone. `seen` is what was seen of unchanged and adopted
    ones, `gone` the records whose file is not there any more, `unsure` those of which that is not known, for it may be one of `hiding`.
    `agreed_folders` are folders of ours that are as they should be, though no record says so. `notice` says what happened to the server as
    a whole, "" when nothing did.
    """

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unchanged: tuple[DesiredDashboard, ...] = ()
    adopted: tuple[DesiredDashboard, ...] = ()
    drifted: tuple[Drift, ...] = ()
    seen: tuple[tuple[DesiredDashboard, Comparison], ...] = ()
    gone: tuple[Record, ...] = ()
    unsure: tuple[Record, ...] = ()
    hiding: tuple[Hiding, ...] = ()
    gone_folders: tuple[FolderRecord, ...] = ()
    agreed_folders: tuple[DesiredFolder, ...] = ()
    notice: str = ""


class Result(StrEnum):
    """What became of one change."""

    CREATED = "created"
    UPDATED = "updated"
    MOVED = "moved"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    """Found to be so already when it was looked at again: nothing was written."""
    CONFLICT = "conflict"
    FAILED = "failed"
    UNKNOWN = "not known"
    """It was sent, the answer was lost, and the server could not be asked: it may have been written or not."""
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one outcome of one change. `detail` is a sentence ("" when there is nothing to say); `remedy` what to do after a failure.

    `before` and `after` are the marks around a write that was made; `conflict` is given exactly when `result` is CONFLICT.
    """

    change: Change
    result: Result
    detail: str = ""
    remedy: str = ""
    before: Mark | None = None
    after: Mark | None = None
    url: str = ""
    conflict: Conflict | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one deletion: DELETED, UNCHANGED (it was gone already), CONFLICT, FAILED or NOT_DONE."""

    record: Record | FolderRecord
    result: Result
    detail: str = ""
    remedy: str = ""


def state_of(live: LiveDashboard, fingerprint: Fingerprint) -> LiveState:
    """The live dashboard without its body."""
    return LiveState(
        uid=live.uid,
        title=live.title,
        folder=live.folder,
        folder_title=live.folder_title,
        url=live.url,
        mark=live.mark,
        updated_by=live.updated_by,
        updated=live.updated,
        fingerprint=fingerprint,
        managed_by=live.managed_by,
        owner_tag=live.owner or _owner_tag(live.content.get("tags")),
    )


def _owner_tag(tags: Json) -> str:
    found = (tag for tag in (tags if isinstance(tags, list) else ()) if isinstance(tag, str) and tag.startswith(OWNER_PREFIX))
    return next(found, "")
