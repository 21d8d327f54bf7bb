"""The decision about one dashboard: record, desired and live side by side (the table of DESIGN section 5).

In: the three sides of one uid, and the policy that holds for its path. Out: one decision. Pure; every row of the table is a test. In doubt
nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.changes import (
    Comparison,
    Conflict,
    ConflictKind,
    CreateDashboard,
    Difference,
    Drift,
    LiveState,
    Turn,
    UpdateDashboard,
)
from provisioner.core.conflicts import DRIFT_REMEDY, conflict, named
from provisioner.core.model import ROOT, DesiredDashboard, Fingerprint
from provisioner.core.records import Record, Why
from provisioner.core.server import Found
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy
from provisioner.core.three_way import turned
from provisioner.core.upheaval import Upheaval, is_older

_BLOB_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Sides:
    """What is known of one dashboard. `key` names what we would send; `content` is its fingerprint, None where nobody needed it yet.

    `read` says whether the server was looked at: without it, the record stands for what is live. `comparison` is None where it was read and
    is not there, or was not read. `twin` is another dashboard that has its title in its folder, on a server where names are unique.
    """

    dashboard: DesiredDashboard
    key: str
    content: Fingerprint | None
    record: Record | None
    comparison: Comparison | None
    read: bool
    twin: Found | None = None
    unique_names: bool = False
    upheaval: Upheaval | None = None

    def with_twin(self, twin: Found | None) -> Sides:
        """The same, with another one that has its title."""
        return self if twin is None else replace(self, twin=twin)


@dataclass(frozen=True, slots=True)
class Same:
    """As it should be. `seen` is what was seen of it, None where it was not looked at."""

    dashboard: DesiredDashboard
    seen: Comparison | None


@dataclass(frozen=True, slots=True)
class Adopt:
    """Live is as git wants it, and no record knew: recorded without a write."""

    dashboard: DesiredDashboard
    seen: Comparison


Decision = CreateDashboard | UpdateDashboard | Conflict | Drift | Same | Adopt


def decide(sides: Sides, policy: Policy) -> Decision:
    """One row of the table."""
    if sides.record is None:
        return _unrecorded(sides, policy)
    if not sides.read:
        return _unread(sides, sides.record)
    if sides.comparison is None:
        return _deleted(sides, sides.record, policy)
    return _recorded(sides, sides.record, sides.comparison, policy)


def _unrecorded(sides: Sides, policy: Policy) -> Decision:
    beside, dashboard = sides.comparison, sides.dashboard
    if beside is None:
        return _create(sides, "the server does not have it")
    if _owned_elsewhere(sides, beside.live):
        return owned_elsewhere(dashboard, beside)
    if beside.equal and beside.live.folder == dashboard.folder and policy.adopt is not AdoptPolicy.NEVER:
        return Adopt(dashboard, beside)
    if beside.live.managed_by is not None:
        return managed_elsewhere(dashboard, beside)
    if policy.adopt is AdoptPolicy.TAKE_OVER:
        return _update(sides, beside, "it differs, and the policy adopt: take-over says that git counts", Why.BEFORE_OVERWRITE)
    if policy.conflict is ConflictPolicy.GIT_WINS and policy.adopt is not AdoptPolicy.NEVER:
        return _update(sides, beside, "it differs, and the policy conflict: git-wins says that git counts", Why.BEFORE_OVERWRITE)
    return unmanaged(dashboard, beside)


def _unread(sides: Sides, record: Record) -> Decision:
    """Nothing suggests that the server changed, so the record stands for it; the server's own check says whether it still holds."""
    if desired_as_recorded(sides, record):
        return Same(sides.dashboard, None)
    if sides.twin is not None and sides.unique_names:
        return name_exists(sides.dashboard, sides.twin)
    live = LiveState(
        record.uid, record.title, record.folder, record.titles[-1] if record.titles else "", "", record.mark, "", "", record.content
    )
    differs = () if _content_as_recorded(sides, record) else (_unseen_difference(sides.dashboard, record),)
    return UpdateDashboard(sides.dashboard, live, "changed in git", differs, moves=record.folder != sides.dashboard.folder)


def _unseen_difference(dashboard: DesiredDashboard, record: Record) -> Difference:
    """Nobody has both contents at hand, so the blobs are named: without any difference it would be told as a move."""
    was, now = record.blob[:_BLOB_DIGITS], dashboard.origin.blob[:_BLOB_DIGITS]
    if was == now:
        return Difference(Turn.CHANGED, "contents", "", "as recorded", "as filled now")
    return Difference(Turn.CHANGED, "contents", "", f"blob {was}", f"blob {now}")


def _deleted(sides: Sides, record: Record, policy: Policy) -> Decision:
    if sides.upheaval is Upheaval.EMPTIED:
        return _create(sides, "the server was emptied: it is made again")
    # Who deletes a folder deletes what lies in it; the directory's next folder has another uid, and git has changed nothing all the same.
    if not (desired_as_recorded(sides, record) or (_content_as_recorded(sides, record) and sides.dashboard.titles == record.titles)):
        return _create(sides, "it was deleted on the server and changed in git since: it is made again")
    if policy.deleted is DeletedPolicy.RECREATE:
        return _create(sides, "it was deleted on the server, and the policy deleted: recreate says that git counts")
    found = conflict(ConflictKind.DELETED_ON_SERVER, sides.dashboard, "it was deleted on the server")
    return Drift(sides.dashboard, record, None, found.message, found.remedy)


def _recorded(sides: Sides, record: Record, beside: Comparison, policy: Policy) -> Decision:
    dashboard, live = sides.dashboard, beside.live
    if beside.equal and live.folder == dashboard.folder:
        return Same(dashboard, beside)
    as_recorded = desired_as_recorded(sides, record)
    untouched = live.mark == record.mark or (live.fingerprint == record.content and live.folder == record.folder)
    if as_recorded and untouched:
        return Same(dashboard, beside)  # whatever the server made of the JSON, nobody has saved since
    if live.managed_by is not None:
        return managed_elsewhere(dashboard, beside)
    if untouched:  # before the tag is looked at: what we wrote under an earlier owner is no stranger's
        return _update(sides, beside, "changed in git", None)
    if _owned_elsewhere(sides, live):
        return owned_elsewhere(dashboard, beside)
    if sides.upheaval is Upheaval.RESTORED and is_older(record, beside):
        return _update(sides, beside, "the server was restored from a backup", Why.BEFORE_OVERWRITE)
    if as_recorded:
        return _drift(sides, record, beside, policy)
    return _both_changed(sides, record, beside, policy)


def _drift(sides: Sides, record: Record, beside: Comparison, policy: Policy) -> Decision:
    match policy.drift:
        case DriftPolicy.REVERT:
            reason = f"{_touched(beside)} on the server{_by(beside.live)}, and the policy drift: revert puts git back"
            return _update(sides, beside, reason, Why.BEFORE_OVERWRITE)
        case DriftPolicy.REPORT:
            message = f"{_touched(beside)} on the server{_by(beside.live)} (version {record.mark.version} → {beside.live.mark.version})"
            return _drifted(sides, record, beside, message)
        case never:
            assert_never(never)


def _drifted(sides: Sides, record: Record, beside: Comparison, message: str) -> Drift:
    remedy = named(DRIFT_REMEDY, sides.dashboard)
    return Drift(sides.dashboard, record, beside.live, message, remedy, beside.theirs_changed or turned(beside.differences))


def _both_changed(sides: Sides, record: Record, beside: Comparison, policy: Policy) -> Decision:
    match policy.conflict:
        case ConflictPolicy.GIT_WINS:
            reason = f"changed in git and on the server{_by(beside.live)}, and the policy conflict: git-wins says that git counts"
            return _update(sides, beside, reason, Why.BEFORE_OVERWRITE)
        case ConflictPolicy.SERVER_WINS:
            message = f"changed in git and on the server{_by(beside.live)}; the policy conflict: server-wins leaves the server's"
            return _drifted(sides, record, beside, message)
        case ConflictPolicy.REPORT:
            versions = f"version {record.mark.version} → {beside.live.mark.version}"
            message = f"changed in git, and on the server{_by(beside.live)} ({versions}), since it was last applied"
            found = conflict(ConflictKind.BOTH_CHANGED, sides.dashboard, message, theirs=beside.live, differences=beside.differences)
            return replace(found, ours_changed=beside.ours_changed, theirs_changed=beside.theirs_changed)
        case never:
            assert_never(never)


def _create(sides: Sides, reason: str) -> Decision:
    if sides.twin is not None and sides.unique_names:
        return name_exists(sides.dashboard, sides.twin)
    return CreateDashboard(sides.dashboard, reason, sides.twin)


def _update(sides: Sides, beside: Comparison, reason: str, keep: Why | None) -> Decision:
    if sides.twin is not None and sides.unique_names:
        return name_exists(sides.dashboard, sides.twin)
    moves = beside.live.folder != sides.dashboard.folder
    return UpdateDashboard(sides.dashboard, beside.live, reason, beside.differences, moves, keep)


def desired_as_recorded(sides: Sides, record: Record) -> bool:
    """Whether git wants what we last wrote, where we wrote it: desired = B."""
    return _content_as_recorded(sides, record) and sides.dashboard.folder == record.folder


def _content_as_recorded(sides: Sides, record: Record) -> bool:
    """Contents decide where both are known in one form. Of another release's form only the key says something: what stands after its form
    names the blob, the place in it and what fills it.
    """
    if sides.content is not None and _form(sides.content) == _form(record.content):
        return sides.content == record.content
    return sides.key.partition(":")[2] == record.key.partition(":")[2]


def _form(fingerprint: Fingerprint) -> str:
    return fingerprint.partition(":")[0]


def _touched(beside: Comparison) -> str:
    """What somebody did to it there. Equal contents in another folder show no difference, so the folder is named."""
    return f"moved to {_folder(beside.live)}" if beside.equal else "edited"


def _folder(live: LiveState) -> str:
    return "the root folder" if live.folder == ROOT else f'folder "{live.folder_title or live.folder}"'


def _owned_elsewhere(sides: Sides, live: LiveState) -> bool:
    return live.owner_tag not in {"", sides.dashboard.fill.tag}


def _by(live: LiveState) -> str:
    return f" by {live.updated_by}" if live.updated_by else ""


def unmanaged(dashboard: DesiredDashboard, beside: Comparison) -> Conflict:
    """It is there, it differs, and nothing says that we wrote it."""
    live = beside.live
    if beside.equal and live.folder == dashboard.folder:
        message = "the same content is there, and the policy adopt: never leaves it to others"
    elif beside.equal:
        message = f"the same content lies in {_folder(live)}, and no record says that it is ours to move"
    else:
        message = "it exists with other content, and no record says that it is ours"
    return conflict(ConflictKind.UNMANAGED, dashboard, message, theirs=live, differences=beside.differences)


def managed_elsewhere(dashboard: DesiredDashboard, beside: Comparison) -> Conflict:
    """Another tool provisions it: two of them would fight."""
    message = f"{beside.live.managed_by} provisions it"
    return conflict(ConflictKind.MANAGED_ELSEWHERE, dashboard, message, theirs=beside.live, differences=beside.differences)


def owned_elsewhere(dashboard: DesiredDashboard, beside: Comparison) -> Conflict:
    """Another installation keeps it: two of them would fight."""
    message = f'it carries the tag "{beside.live.owner_tag}" of another installation'
    return conflict(ConflictKind.OWNED_ELSEWHERE, dashboard, message, theirs=beside.live, differences=beside.differences)


def name_exists(dashboard: DesiredDashboard, twin: Found | None) -> Conflict:
    """Another dashboard has the title in the folder, on a server that allows one of a name. Overwriting would replace the other one."""
    if twin is None:
        message = "something else in this folder has the title, hidden from this credential"
    elif twin.url:
        message = "another dashboard of this folder has the title"
    else:
        message = "another file of this directory has the title, and is applied first"
    return conflict(ConflictKind.NAME_EXISTS, dashboard, message, theirs=twin)
