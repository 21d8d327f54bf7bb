"""Guards deletions: which of the dashboards whose file is gone may be deleted, and why the others are held (DESIGN section 6).

In: the records without a file, what is live of them, and what is known of the pass. Out: a `Pruning`. Pure. Every rule here can only hold a
deletion back: in doubt nothing is deleted, and what is held says why and what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from provisioner.core.changes import LiveState
from provisioner.core.model import Hiding, SourceName, Uid
from provisioner.core.policy import Policies
from provisioner.core.problems import MOST_LISTED, listed
from provisioner.core.records import Record

_DIGEST_DIGITS = 12


class HoldReason(StrEnum):
    """Why a dashboard without a file is not deleted. The names are a promise."""

    PRUNE_OFF = "prune-off"
    SOURCE_REMOVED = "source-removed"
    ADOPTED = "adopted"
    EDITED = "edited-before-delete"
    MANAGED = "managed-elsewhere"
    EMPTY_TREE = "empty-tree"
    UNREADABLE = "unreadable-files"
    GRACE = "grace"
    CEILING = "over-the-ceiling"


@dataclass(frozen=True, slots=True)
class Held:
    """A dashboard of ours that has no file any more and is left on the server. `live` is None where it was not looked at. `until` is when
    its grace time ends (ISO 8601, UTC), where that is all it waits for.
    """

    record: Record
    reason: HoldReason
    message: str
    remedy: str
    live: LiveState | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """One dashboard to be deleted, as it was seen just now."""

    record: Record
    live: LiveState


@dataclass(frozen=True, slots=True)
class Pruning:
    """What becomes of records without a file. `forget` are gone on the server too; `missing` are records that begin to be missing now.

    `digest` names the deletions that are held for being too many: a person confirms exactly these.
    """

    deletions: tuple[Deletion, ...] = ()
    held: tuple[Held, ...] = ()
    forget: tuple[Uid, ...] = ()
    missing: tuple[Record, ...] = ()
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else a deletion rests on. `live` has the states of those that were looked at, None for what is not there; `owned` counts our
    records on the target, `desired` its files' dashboards; `confirmed` are the digests that a person allowed. `sources` are those that the
    target states, None where nobody said.
    """

    now: str
    live: Mapping[Uid, LiveState | None]
    owned: int
    desired: int
    confirmed: frozenset[str] = frozenset()
    sources: frozenset[SourceName] | None = None


def guard(gone: tuple[Record, ...], policies: Policies, around: Circumstances) -> Pruning:
    """The deletions that every rule lets through, all or none of them where they are too many."""
    deletions: list[Deletion] = []
    held: list[Held] = []
    forget: list[Uid] = []
    missing: list[Record] = []
    for record in gone:
        since = record if record.missing_since else replace(record, missing_since=around.now)
        if not record.missing_since:
            missing.append(since)
        match _judged(since, policies, around):
            case None:
                forget.append(record.uid)
            case Held() as hold:
                held.append(hold)
            case deletion:
                deletions.append(deletion)
    missing = [each for each in missing if each.uid not in forget]
    digest = digest_of(deletions)
    limit = policies.base.prune.max_deletions.of(around.owned)
    if len(deletions) <= limit or digest in around.confirmed:
        return Pruning(tuple(deletions), tuple(held), tuple(forget), tuple(missing))
    many = "1 deletion is" if len(deletions) == 1 else f"{len(deletions)} deletions are"
    message = f"{many} more than the {limit} that one pass may make"
    remedy = f"if this is meant: provisioner confirm {digest}, then apply again; else bring the files back"
    over = [Held(each.record, HoldReason.CEILING, message, remedy, each.live) for each in deletions]
    return Pruning((), (*held, *over), tuple(forget), tuple(missing), digest)


def suspended(
    unsure: tuple[Record, ...], hiding: tuple[Hiding, ...], policies: Policies, sources: frozenset[SourceName]
) -> tuple[Held, ...]:
    """Those that might be deleted, were it known that their files are gone: as long as files cannot be read, nobody counts the time."""
    names = [each.shown for each in hiding[:MOST_LISTED]]
    files = "1 file has errors" if len(hiding) == 1 else f"{len(hiding)} files have errors"
    message = f"its file is not found, and {files} and may be it: {listed(names, len(hiding))}"
    remedy = "mend what has errors (provisioner validate tells what is wrong), or delete the dashboard by hand"
    ours = (each for each in to_look_at(unsure, policies) if each.written and each.source in sources)
    return tuple(Held(each, HoldReason.UNREADABLE, message, remedy) for each in ours)


def digest_of(deletions: Sequence[Deletion]) -> str:
    """Names a set of deletions: these dashboards in these states."""
    named = "\n".join(sorted(f"{each.record.uid} {each.live.mark.id} {each.live.mark.version}" for each in deletions))
    return hashlib.sha256(named.encode()).hexdigest()[:_DIGEST_DIGITS]


def to_look_at(gone: tuple[Record, ...], policies: Policies) -> tuple[Record, ...]:
    """Those of which the server has to be asked: where nothing may be deleted, nobody needs to know."""
    return tuple(record for record in gone if policies.of(record.path, record.uid).prune.enabled)


def _judged(record: Record, policies: Policies, around: Circumstances) -> Deletion | Held | None:
    """None when it is gone on the server too."""
    prune = policies.of(record.path, record.uid).prune
    if not prune.enabled:
        return Held(
            record, HoldReason.PRUNE_OFF, "its file is gone, and prune is off", "delete it by hand, or set policy.prune.enabled: true"
        )
    live = around.live[record.uid]
    if live is None:
        return None
    if around.sources is not None and record.source not in around.sources:
        message = f'its source "{record.source}" is not one of the target any more: that never deletes'
        return Held(record, HoldReason.SOURCE_REMOVED, message, "state the source again, or delete the dashboard by hand", live)
    if not record.written:
        message = "its file is gone, but it was adopted and never written by us"
        return Held(record, HoldReason.ADOPTED, message, "delete it by hand if nobody needs it", live)
    if live.managed_by is not None:
        return Held(record, HoldReason.MANAGED, f"{live.managed_by} provisions it", "take it out of the other tool", live)
    if live.owner_tag not in {"", policies.owner_tag}:
        message = f'it carries the tag "{live.owner_tag}" of another installation'
        return Held(record, HoldReason.MANAGED, message, "let the other installation delete it", live)
    if live.mark != record.mark and (live.fingerprint, live.folder) != (record.content, record.folder):
        by = f" by {live.updated_by}" if live.updated_by else ""
        what = "moved" if live.fingerprint == record.content else "edited"
        message = f"its file is gone, but it was {what} on the server{by} (version {record.mark.version} → {live.mark.version})"
        remedy = "bring the file back and take the edit into it, or delete the dashboard by hand"
        return Held(record, HoldReason.EDITED, message, remedy, live)
    if not around.desired:
        message = "no file is left at all: an empty tree never deletes"
        return Held(record, HoldReason.EMPTY_TREE, message, "check path, branch and include of the source", live)
    until = _moment(record.missing_since or around.now) + timedelta(seconds=prune.grace)
    if _moment(around.now) < until:
        message = f"its file is gone since {record.missing_since}; it is deleted after the grace time"
        end = until.isoformat().replace("+00:00", "Z")
        return Held(record, HoldReason.GRACE, message, f"nothing: a pass after {end} deletes it", live, end)
    return Deletion(record, live)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
