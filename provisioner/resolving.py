"""Finds out what became of writes whose process was killed before it could write that down.

In: intents that are still open, the server, the ledger. Out: the records as they are now, and edits that such a write went over, as
conflicts. What it went over is fetched from the server's history and kept, in a pass that writes; a plan says what there is. It writes
nothing to the server.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import Conflict, ConflictKind, state_of
from provisioner.core.conflicts import conflict
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnsuitable
from provisioner.core.interrupted import History, Resolved, is_doubtful, resolved, stand_in
from provisioner.core.model import Fingerprint, FolderUid, Uid
from provisioner.core.ports import Ledger
from provisioner.core.records import FolderRecord, Intent, Record
from provisioner.core.server import LiveDashboard, Version
from provisioner.journal import Keeper

MOST_VERSIONS = 50
"""So many saves after ours, and nobody can tell any more which one it was."""


@dataclass(frozen=True, slots=True)
class Resolving:
    """What resolving works with. `when` is the time of the pass; without `write` nothing is written down, and nothing is kept."""

    grafana: Grafana
    ledger: Ledger
    when: str
    write: bool

    def all(self) -> tuple[dict[Uid, Record], tuple[Conflict, ...]]:
        """The records, and what was found of edits beneath our own writes. One that may not be read stays open. Raises TargetError."""
        records = self.ledger.records()
        told: list[Conflict] = []
        for intent in self.ledger.intents():
            try:
                told += self._one(intent, records)
            except (TargetForbidden, TargetUnsuitable):
                continue  # of this one object; the server as a whole is well
        return records, tuple(told)

    def folders(self) -> dict[FolderUid, FolderRecord]:
        """The folders that are ours. One that was about to be made is, where it is there as it was to be made. Raises TargetError."""
        found = self.ledger.folders()
        for each in [each for each in found.values() if not each.made]:
            try:
                live = self.grafana.folder(each.uid)
            except (TargetForbidden, TargetUnsuitable):
                del found[each.uid]  # nobody knows; it stays written down
                continue
            if live is not None and (live.title, live.parent) == (each.title, each.parent):
                found[each.uid] = replace(each, made=self.when)
            else:
                del found[each.uid]
            if self.write and each.uid in found:
                self.ledger.note_folder(found[each.uid])
            elif self.write:
                self.ledger.forget_folder(each.uid)
        return found

    def _one(self, intent: Intent, records: dict[Uid, Record]) -> list[Conflict]:
        live = self.grafana.dashboard(intent.uid)
        found = what_became(self.grafana, intent, records.get(intent.uid), live)
        told = list(self._buried(intent, found, live))
        if found.record is None:
            records.pop(intent.uid, None)
        else:
            records[intent.uid] = found.record
        if self.write and found.done:
            self.ledger.settle(intent.uid, found.record)
        elif self.write:
            self.ledger.abandon(intent.uid)
        return told

    def _buried(self, intent: Intent, found: Resolved, live: LiveDashboard | None) -> Iterable[Conflict]:
        """What the write went over. It is kept before anything is settled: killed again, we find it again."""
        if live is None or not found.unseen:
            return
        sent = Fingerprint("") if intent.record is None else intent.record.content
        ours = stand_in(intent.uid, intent.record or found.record)
        theirs = state_of(live, fingerprint(live.content))
        made = conflict(ConflictKind.OVERWROTE_EDIT, ours, "", theirs=theirs)
        if not self.write:
            yield replace(made, message=_in_history(self.grafana.versions(live, MOST_VERSIONS), found.unseen), remedy=_APPLY)
            return
        lost = Keeper(self.grafana, self.ledger, self.when).lost(intent.uid, found.unseen, sent, ours.titles)
        if lost.kept or lost.unread:
            yield replace(made, message=lost.told, remedy=lost.remedy(intent.uid, made.remedy))


_APPLY = "The next apply keeps it, so that provisioner restore can put it back."


def what_became(grafana: Grafana, intent: Intent, record: Record | None, live: LiveDashboard | None) -> Resolved:
    """What became of one write. The history is asked only where what is live does not tell. Raises TargetError."""
    state = None if live is None else state_of(live, fingerprint(live.content))
    if live is None or not is_doubtful(intent, state):
        return resolved(intent, record, state)
    rows = grafana.versions(live, MOST_VERSIONS)
    first = grafana.version(live, 1) if intent.record is not None and any(each.version == 1 for each in rows) else None
    return resolved(intent, record, state, History(rows, None if first is None else fingerprint(first.content)))


def _in_history(rows: tuple[Version, ...], unseen: range) -> str:
    told = ", ".join(f"version {each.version} by {each.author or 'somebody'} at {each.created}" for each in rows if each.version in unseen)
    versions = f"version {unseen[0]}" if len(unseen) == 1 else f"versions {unseen[0]} to {unseen[-1]}"
    message = f"an edit was saved while ours was on its way and was overwritten ({versions}), and the pass was killed before it could tell"
    return f"{message}; the server's history has {told}" if told else message
