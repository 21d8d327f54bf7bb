"""What a pass intends and what became of it: changes, conflicts, the plan, outcomes.

In: nothing. Out: frozen values. A plan is made by `plan.py`, carried out by `apply.py`, shown by `render/`; each change has exactly one
outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.model import DesiredDashboard, DesiredFolder, Fingerprint, FolderUid, Found, LiveDashboard, Mark, Uid


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
    """A live dashboard without its body: what a decision and a report need of it. `updated` is the server's own text (ISO 8601)."""

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours beside theirs for one uid. `differences` go from live to desired and are empty exactly when the fingerprints are equal."""

    ours: Fingerprint
    live: LiveState
    differences: tuple[Difference, ...] = ()

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
    FOLDER_NAME_EXISTS = "folder-name-exists"
    FOLDER_DIFFERS = "folder-differs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides of a conflict, and what to do. `ours` is what git wants; `theirs` is what stands in the way, None when it could not be
    found out.

    `message` says what happened, without the names of the two sides; `remedy` what a person can do, in one or two sentences.
    """

    kind: ConflictKind
    ours: DesiredDashboard | DesiredFolder
    message: str
    remedy: str
    theirs: LiveState | Found | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateFolder:
    """`folder` as the server will hold it: flat ("Parent / Child") where it has no nested folders."""

    folder: DesiredFolder
    reason: str


@dataclass(frozen=True, slots=True)
class CreateDashboard:
    """A uid that the server does not hold. `twin` is another dashboard of this title in this folder, where the server allows two."""

    dashboard: DesiredDashboard
    reason: str
    twin: Found | None = None


@dataclass(frozen=True, slots=True)
class UpdateDashboard:
    """Write over `live.mark`, and over nothing else. `moves` says that the folder changes; without `differences` it changes only that."""

    dashboard: DesiredDashboard
    live: LiveState
    reason: str
    differences: tuple[Difference, ...] = ()
    moves: bool = False


Change = CreateFolder | CreateDashboard | UpdateDashboard


@dataclass(frozen=True, slots=True)
class Plan:
    """What leads from live to desired: parents before children, then dashboards by path; every prefix is a safe stop.

    `unchanged` are the dashboards that are already as they should be.
    """

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unchanged: tuple[DesiredDashboard, ...] = ()


class Result(StrEnum):
    """What became of one change."""

    CREATED = "created"
    UPDATED = "updated"
    MOVED = "moved"
    UNCHANGED = "unchanged"
    """Found to be so already when it was looked at again: nothing was written."""
    CONFLICT = "conflict"
    FAILED = "failed"
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
    )
