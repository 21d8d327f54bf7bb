"""A server that is not the one it was: emptied, replaced by another one, or restored from an old backup.

In: the records and what was read of their dashboards. Out: what happened to the server as a whole, or nothing. One deleted dashboard is
somebody's
decision; all of them gone at once is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from provisioner.core.changes import Comparison
from provisioner.core.live import Live
from provisioner.core.model import Uid
from provisioner.core.records import Record

FEWEST = 2
"""Of a single dashboard nobody can tell whether it was deleted or the server emptied."""


class Upheaval(StrEnum):
    """What happened. The values are sentences for reports."""

    EMPTIED = "the server has none of the dashboards that were applied to it: it was emptied or set up anew, and is filled again"
    REPLACED = (
        "the server has other dashboards under all of our uids: it is another server, and what was recorded of the old one does not count"
    )
    RESTORED = "the server is older than what was last applied to it: it was restored from a backup, and is brought up to date"


def upheaval(live: Live, records: Mapping[Uid, Record]) -> Upheaval | None:
    """Looks at all recorded dashboards that were read."""
    asked = [records[uid] for uid in live.read if uid in records]
    if len(asked) < FEWEST:
        return None
    compared = dict(live.compared)
    there = [(record, compared[record.uid]) for record in asked if record.uid in compared]
    if not there:
        return None if live.doubtful else Upheaval.EMPTIED
    if len(there) < FEWEST:
        return None
    if all(beside.live.mark.id != record.mark.id for record, beside in there):
        return Upheaval.REPLACED
    older = sum(is_older(record, beside) for record, beside in there)
    newer = sum(_is_newer(record, beside) for record, beside in there)
    # An edit that was waiting for a person when the backup was made is newer than its record on the restored server too.
    return Upheaval.RESTORED if older > newer else None


def is_older(record: Record, beside: Comparison) -> bool:
    """The same dashboard at a version before the one that we wrote: no edit does that."""
    return beside.live.mark.id == record.mark.id and beside.live.mark.version < record.mark.version


def _is_newer(record: Record, beside: Comparison) -> bool:
    return beside.live.mark.version > record.mark.version
