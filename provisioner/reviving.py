"""Deleted dashboards: lists what is still there of them, brings one back out of its server's trash, deletes one there for good.

In: a uid, the server, the ledger. Out: values. What our own keeping has, `restoring.py` puts back; here it is decided which of the two has
the newer. Raises TargetError, and StateUnusable before anything is sent that could not be recorded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.canonical import fingerprint
from provisioner.core.changes import Result
from provisioner.core.errors import TargetError, TargetForbidden, TargetUnreachable
from provisioner.core.introducing import of_records
from provisioner.core.model import ROOT, FolderUid, Uid
from provisioner.core.policy import policy_for
from provisioner.core.ports import Ledger
from provisioner.core.records import Kept, Why
from provisioner.core.report import Failure
from provisioner.core.restore import NotFound, Restored, State, next_pass
from provisioner.core.server import LiveDashboard, Mark
from provisioner.core.trash import (
    NotInTrash,
    NoTrash,
    Purged,
    Purging,
    Revived,
    Trashed,
    TrashRefusal,
    TrashReport,
    TrashSeen,
    is_newer,
    still_kept,
)
from provisioner.recalling import Desk, Wish, sides_of
from provisioner.restoring import Attempt, restore
from provisioner.saving import grant

_IN_TRASH = "what is in the server's trash"


def list_trash(desk: Desk) -> TrashReport:
    """What was deleted and can come back: from the server's trash, and from our own keeping. Reads, and writes nothing."""
    target, kept = desk.target, desk.ledger.kept()
    report = TrashReport(target.name, target.connection.url, NoTrash("it was not asked"), (), target.policy.prune.keep)
    if kept:
        desk.grafana.introduce(of_records(desk.ledger.records(), kept=kept))
        listed = desk.grafana.organisation.listed()
        there = frozenset(each.uid for each in (desk.grafana.find() if listed is None else listed))
        report = replace(report, kept=still_kept(kept, there))
    try:
        return replace(report, server=desk.grafana.trash.seen())
    except TargetForbidden as error:
        return replace(report, failure=Failure(f"the trash of {target.name}", error.message, error.next_step))


def bring_back(wish: Wish, desk: Desk) -> Restored | NotFound:
    """As `restore`; a dashboard that is not on the server comes out of the server's trash where that has it, and newer than we do."""
    desk.grafana.introduce(of_records(desk.ledger.records(), desk.ledger.intents(), desk.ledger.kept(wish.uid)))
    if wish.version is not None or desk.grafana.dashboard(wish.uid) is not None:
        return restore(wish, desk)
    row = _in_trash(wish.uid, desk)
    if row is None:
        return restore(wish, desk)
    if row.content is None:
        # As long as it lies there its uid is taken: nothing else can be saved under it.
        return _revived(row, desk)
    if is_newer(row, _newest(wish.uid, desk.ledger)):
        return Attempt(desk, sides_of(row.uid, desk), _state(row, desk), dict(row.content)).run()
    return restore(wish, desk)


def purge(uid: Uid, desk: Desk) -> Purging:
    """Deletes it in the server's trash for good. What we keep ourselves stays for its time: it is no trash."""
    seen = desk.grafana.trash.seen()
    ours = _kept_too(uid, desk)
    if isinstance(seen, NoTrash):
        return Purging(uid, done=False, message=f"{seen.why}; nothing was deleted{ours}")
    if not seen.empties:
        return Purging(uid, done=False, message=f"this server has no request that deletes out of its trash; nothing was deleted{ours}")
    match answer := desk.grafana.trash.purge(uid):
        case Purged(_, words):
            return Purging(uid, done=True, message=f"{words}: it is gone from the server for good{ours}")
        case NotInTrash() | Forbidden() | Rejected() | Unknown() | Busy():
            message, remedy = _refused(answer)
            return Purging(uid, done=False, message=message, remedy=remedy)
    assert_never(answer)


def _in_trash(uid: Uid, desk: Desk) -> Trashed | None:
    """A trash that we may not look into keeps nobody from what we keep ourselves."""
    try:
        seen = desk.grafana.trash.seen()
    except TargetForbidden:
        return None
    rows = seen.rows if isinstance(seen, TrashSeen) else ()
    return next((each for each in rows if each.uid == uid), None)


def _newest(uid: Uid, ledger: Ledger) -> str | None:
    """When we kept the newest of it, or wrote it last."""
    record = ledger.records().get(uid)
    moments = [each.kept for each in ledger.kept(uid)] + ([record.applied] if record is not None else [])
    return max(moments, default=None)


def _state(row: Trashed, desk: Desk) -> State:
    """As `restore` knows states: where it lay, and what to call it."""
    record = desk.ledger.records().get(row.uid)
    ways = {each.folder: each.titles for each in reversed(desk.ledger.kept(row.uid))}
    ways |= {record.folder: record.titles} if record is not None else {}
    folder = row.folder
    titles = ways.get(folder, (row.folder_title,) if row.folder_title else ())
    content = fingerprint(row.content or {})
    kept = Kept(row.uid, row.title, folder, titles, content, Mark(0, 0), row.by, row.deleted, Why.BEFORE_DELETE, row.deleted)
    return State(kept.mark, row.by, row.deleted, kept, called=_IN_TRASH)


def _revived(row: Trashed, desk: Desk) -> Restored:
    """The server's own way back: with its id, versions and permissions."""
    state = _state(row, desk)
    folder = Attempt(desk, sides_of(row.uid, desk), state, {}).folder()
    if isinstance(folder, Restored):
        return folder
    match answer := desk.grafana.trash.revive(row.uid, folder):
        case Revived(_, words):
            return _looked(row.uid, state, folder, words, desk)
        case Unknown(words):
            return _looked(row.uid, state, folder, f"the answer was lost ({words})", desk)
        case NotInTrash() | Forbidden() | Rejected() | Busy():
            message, remedy = _refused(answer)
            return Restored(row.uid, state, Result.FAILED, message, remedy)
    assert_never(answer)


def _looked(uid: Uid, state: State, folder: FolderUid, words: str, desk: Desk) -> Restored:
    """What is live by now says whether it came back."""
    try:
        live = desk.grafana.dashboard(uid)
    except TargetError as error:
        return Restored(
            uid, state, Result.UNKNOWN, f"it is not known whether it came back: {words}; then {error.message}", "restore it again"
        )
    if live is None:
        return Restored(uid, state, Result.FAILED, f"it did not come back: {words}", "restore it again")
    return _told(live, state, folder, words, desk)


def _told(live: LiveDashboard, state: State, folder: FolderUid, words: str, desk: Desk) -> Restored:
    record = desk.ledger.records().get(live.uid)
    policy = policy_for(desk.target, record.path if record is not None else "")
    return Restored(
        live.uid,
        state,
        Result.CREATED,
        f"{words}: it is live again out of the server's trash, in {_place(live)}, as version {live.mark.version}, with its history",
        after=live.mark,
        url=live.url,
        next_pass=next_pass(record, policy, fingerprint(live.content), folder),
    )


def _place(live: LiveDashboard) -> str:
    """Said, since the trash does not tell the folder of a dashboard whose folder is gone: then it comes back at the top."""
    return "the top level" if live.folder == ROOT else f'the folder "{live.folder_title or live.folder}"'


def _refused(answer: TrashRefusal) -> tuple[str, str]:
    """What happened, and what to do. Raises TargetUnreachable where the server works for nobody now."""
    match answer:
        case NotInTrash(words):
            return f"it is not in the server's trash: {words}", "provisioner trash lists what is"
        case Forbidden(words, permission):
            return words, grant(permission)
        case Rejected(status, words):
            return f"the server refuses it ({status}): {words}", ""
        case Unknown(words):
            return f"it is not known whether it was done: {words}", "provisioner trash lists what is there"
        case Busy(words):
            raise TargetUnreachable(f"the server is busy: {words}; nothing was done", next_step="try it again later")
    assert_never(answer)


def _kept_too(uid: Uid, desk: Desk) -> str:
    return "; what we keep of it ourselves stays for its time (policy prune.keep)" if desk.ledger.kept(uid) else ""
