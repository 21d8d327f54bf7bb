"""What a server keeps of deleted dashboards, and what can be done with it.

In: nothing. Out: frozen values. Which servers have a trash at all is `grafana/trash.py`'s to find out (reference 2.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.model import FolderUid, Json, Uid
from provisioner.core.records import Kept, Why
from provisioner.core.report import Exit, Failure


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted dashboard that its server still has. `deleted` and `until` (when it goes for good) are ISO 8601, "" where the server does
    not say; `by` is the server's name of who deleted it. `content` is given where the trash shows it (12 and later).
    """

    uid: Uid
    title: str
    folder: FolderUid
    folder_title: str = ""
    deleted: str = ""
    by: str = ""
    until: str = ""
    content: Mapping[str, Json] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TrashSeen:
    """What is in the trash, newest first where the server says when. `empties` says that single ones can be deleted for good."""

    rows: tuple[Trashed, ...]
    empties: bool


@dataclass(frozen=True, slots=True)
class NoTrash:
    """The server has none for us. `why` is a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Revived:
    """It is on the server again, as it was, with its history."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Purged:
    """It is gone for good."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class NotInTrash:
    """404: it is not there, or not any more."""

    words: str


TrashRefusal = NotInTrash | Forbidden | Rejected | Unknown | Busy


@dataclass(frozen=True, slots=True)
class TrashReport:
    """What was deleted on one target and is still there: in the server's trash, and in our own keeping, for as long as the policy says."""

    target: str
    url: str
    server: TrashSeen | NoTrash
    kept: tuple[Kept, ...]
    keep_seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Purging:
    """What became of deleting one for good. `message` and `remedy` are sentences."""

    uid: Uid
    done: bool
    message: str
    remedy: str = ""


def trash_exit_code(reports: Iterable[TrashReport]) -> Exit:
    """That a server has no trash is no failure."""
    failures = [each.failure for each in reports if each.failure is not None]
    if any(each.unreachable for each in failures):
        return Exit.UNREACHABLE
    return Exit.ERROR if failures else Exit.OK


def still_kept(kept: Iterable[Kept], live: frozenset[Uid]) -> tuple[Kept, ...]:
    """Of each dashboard that was deleted and is not on the server, the newest of what we keep, newest first. `kept` comes so."""
    deleted = {each.uid for each in kept if each.why is Why.BEFORE_DELETE} - live
    newest: dict[Uid, Kept] = {}
    for each in kept:
        if each.uid in deleted:
            newest.setdefault(each.uid, each)
    return tuple(newest.values())


CLOCKS = 300.0
"""Seconds that two clocks may be apart: what lies in the trash is most often the newest that there was, and the server says when."""


def is_newer(trashed: Trashed, kept: str | None) -> bool:
    """Whether it was deleted after we kept our own (ISO 8601; None: we have none), as far as two clocks can tell."""
    return kept is None or _moment(trashed.deleted) >= _moment(kept) - CLOCKS


def _moment(text: str) -> float:
    """Seconds since 1970, 0 for what is no time: then it is not newer."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
