"""What became of a write whose process was killed before it could write that down.

In: the intent that it left, the record, what is live, and the server's history where that alone does not tell. Out: `Resolved`. Pure. It
calls a write done only where contents or history prove it; else the record stays, and the planner sees whatever differs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from provisioner.core.changes import LiveState
from provisioner.core.model import ROOT, BlobId, DesiredDashboard, Document, Fingerprint, Origin, Shape, SourceName, Uid
from provisioner.core.records import Action, Intent, Record
from provisioner.core.server import Mark, Version

_CUT = "…"
"""What ends a message that was too long for the server."""


@dataclass(frozen=True, slots=True)
class History:
    """What the server's history says: its rows, newest first, and the fingerprint of version 1 where somebody needed it."""

    rows: tuple[Version, ...] = ()
    first: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """`record` is the record as it is now, None where there is none. `done` says that the write was done, and `unseen` names the versions
    that it went over without anybody having looked at them.
    """

    record: Record | None
    done: bool = False
    unseen: range = range(0)


def between(before: Mark | None, after: Mark) -> range:
    """The versions that ours went over without having seen them; empty when there are none. Another id counts from 1 again.

    Where a state was named to the letter, the server let us through over that one and over nothing else: then there are none, whatever it
    counts.
    """
    is_exact = bool(after.state) and (before is None or bool(before.state))
    return range(0) if is_exact else _since(before, after)


def _since(before: Mark | None, after: Mark) -> range:
    """The versions after the one and before the other."""
    return range(1 if before is None or before.id != after.id else before.version + 1, after.version)


def is_doubtful(intent: Intent, live: LiveState | None) -> bool:
    """Whether the history has to be asked: what is live is neither what was before nor plainly what we sent."""
    if live is None or intent.action is Action.DELETE or live.mark == intent.before:
        return False
    return not (_as_sent(intent, live) and not _since(intent.before, live.mark))


def resolved(intent: Intent, record: Record | None, live: LiveState | None, history: History | None = None) -> Resolved:
    """What the intent came to. Without a history the contents alone decide."""
    if live is None:
        return Resolved(None, done=True) if intent.action is Action.DELETE else Resolved(record)
    if intent.action is Action.DELETE:
        return Resolved(record)
    version = _version_of_ours(intent, live, history or History())
    if version is not None:
        mark = live.mark if version == live.mark.version else Mark(live.mark.id, version)
        then = record if intent.record is None else replace(intent.record, mark=mark, written=True)
        return Resolved(then, done=True, unseen=between(intent.before, replace(live.mark, version=version)))
    if intent.record is None or not _as_sent(intent, live):
        return Resolved(record)
    # It is as we wanted it, and nothing proves that it was us: it is ours no more than it was before.
    told = intent.before is None or (history is not None and bool(history.rows))  # a create goes over nothing: it would be refused
    unseen = range(0) if told else between(intent.before, live.mark)
    return Resolved(replace(intent.record, mark=live.mark, written=record is not None and record.written), done=True, unseen=unseen)


def _version_of_ours(intent: Intent, live: LiveState, history: History) -> int | None:
    """The version that is certainly ours: the next one with our contents, else the one with our message, else a first one with our
    contents: its message is hidden behind words of the server's own.
    """
    later = [*_since(intent.before, live.mark), live.mark.version] if live.mark != intent.before else []
    if len(later) == 1 and _as_sent(intent, live):
        return live.mark.version
    told = (each.version for each in history.rows if each.version in later and _is_message(intent.message, each.message))
    found = next(told, None)
    if found is None and intent.record is not None and 1 in later and history.first == intent.record.content:
        return 1
    return found


def _as_sent(intent: Intent, live: LiveState) -> bool:
    sent = intent.record
    return sent is not None and (live.fingerprint, live.folder) == (sent.content, sent.folder)


def _is_message(sent: str, shown: str) -> bool:
    if not sent or not shown:
        return False
    return sent.startswith(shown.removesuffix(_CUT)) if shown.endswith(_CUT) else sent == shown


def stand_in(uid: Uid, record: Record | None) -> DesiredDashboard:
    """A dashboard as git wanted it when it was written, for a conflict: its file may be gone by now."""
    if record is None:
        document = Document(0, 0, "", embedded=False, shape=Shape.CLASSIC, uid=uid, title=uid)
        return DesiredDashboard(uid, uid, ROOT, (), document, Origin(SourceName(""), "", BlobId(""), 0, f"uid {uid}"))
    document = Document(record.index, 0, "", embedded=False, shape=Shape.CLASSIC, uid=None if record.derived else uid, title=record.title)
    origin = Origin(record.source, record.path, record.blob, 0, record.path)
    return DesiredDashboard(uid, record.title, record.folder, record.titles, document, origin, derived=record.derived)
