"""Writes down what is about to be written to a server and what came of it, so that neither a crash nor a race loses anything.

In: one change, its content, and how to carry it out. Out: its outcome. Before the write: what it replaces is kept if it is somebody's work,
and the intent is recorded. After it: the record, or the intent is taken back. What a race overwrote is fetched from the server's history
and kept. Raises StateUnusable before anything is sent that could not be recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, Outcome, Result, UpdateDashboard
from provisioner.core.conflicts import conflict
from provisioner.core.dialect import Grafana
from provisioner.core.errors import StateUnusable, TargetError
from provisioner.core.interrupted import between
from provisioner.core.live import Ours
from provisioner.core.model import ROOT, DesiredFolder, Fingerprint, FolderUid, Json, Revision, SourceName, Uid
from provisioner.core.ports import Ledger
from provisioner.core.recording import Moment, history_message, record_of
from provisioner.core.records import Action, FolderRecord, Intent, Kept, Record, Why
from provisioner.core.server import LiveDashboard, Mark

_UNKNOWN = Mark(0, 0)

Write = CreateDashboard | UpdateDashboard


@dataclass(frozen=True, slots=True)
class Lost:
    """What lay between the state that was checked and ours. `kept` is kept now; `unread` are versions that the history did not give."""

    kept: tuple[Kept, ...] = ()
    unread: tuple[int, ...] = ()
    words: str = ""

    @property
    def told(self) -> str:
        """A sentence of the versions, their authors, and whether they are kept."""
        versions = [*(each.mark.version for each in self.kept), *self.unread]
        which = f"version {versions[0]}" if len(versions) == 1 else f"versions {min(versions)} to {max(versions)}"
        told = [f"an edit was saved while ours was on its way and was overwritten ({which})"]
        if self.kept:
            told.append("kept: " + ", ".join(_person(each) for each in self.kept))
        if self.unread:
            told.append(f"not kept, for the server's history did not give it: {', '.join(map(str, self.unread))} {self.words}".rstrip())
        return "; ".join(told)

    def remedy(self, uid: Uid, otherwise: str) -> str:
        """What brings it back."""
        if not self.kept:
            return otherwise
        newest = max(each.mark.version for each in self.kept)
        return f"provisioner restore {uid} --version {newest} puts it back, or take what should stay into the file"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps bodies of one server's dashboards. `when` is the time of the pass (ISO 8601, UTC)."""

    grafana: Grafana
    ledger: Ledger
    when: str

    def keep(self, live: LiveDashboard, why: Why, way: tuple[str, ...] = ()) -> Kept:
        """Keeps what was read. `way` are the titles of its folders from the top, where they are known. Raises StateUnusable."""
        # Servers up to 7.5 call the root "General", which is no folder to put anything back into.
        titles = way or ((live.folder_title,) if live.folder_title and live.folder != ROOT else ())
        kept = Kept(
            uid=live.uid,
            title=live.title,
            folder=live.folder,
            titles=titles,
            content=fingerprint(live.content),
            mark=live.mark,
            author=live.updated_by,
            updated=live.updated,
            why=why,
            kept=self.when,
        )
        self.ledger.keep(kept, live.content)
        return kept

    def lost(self, uid: Uid, between: range, sent: Fingerprint, way: tuple[str, ...] = ()) -> Lost:
        """Fetches these versions from the history and keeps those that are not what we sent. What is fetched is kept at once, so that a
        server that fails over the second takes nothing of the first. Raises StateUnusable.
        """
        kept: list[Kept] = []
        unread = list(between)
        try:
            live = self.grafana.dashboard(uid)
            for version in between if live is not None else ():
                found = self.grafana.version(live, version) if live is not None else None
                if found is not None:
                    unread.remove(version)
                    if fingerprint(found.content) != sent:
                        kept.append(self.keep(found, Why.OVERWROTE_EDIT, way))
        except TargetError as error:
            return Lost(tuple(kept), tuple(unread), f"({error.message})")
        return Lost(tuple(kept), tuple(unread))


@dataclass(frozen=True, slots=True)
class Journal:
    """What is written down on one target in one pass."""

    grafana: Grafana
    ledger: Ledger
    ours: Mapping[Uid, Ours]
    moment: Moment
    revisions: Mapping[SourceName, Revision]

    def around(self, change: Write, content: dict[str, Json] | None, send: Callable[[], Outcome]) -> Outcome:
        """Carries the change out, with everything written down. Raises what `send` raises; then the intent stays, to be resolved by
        reading.
        """
        if content is None:
            return send()
        record = record_of(change.dashboard, self.ours[change.dashboard.uid], fingerprint(content), _UNKNOWN, self.moment)
        self._keep_theirs(change)
        before = change.live.mark if isinstance(change, UpdateDashboard) else None
        action = Action.CREATE if before is None else Action.UPDATE
        message = history_message(change.dashboard, self.revisions)
        self.ledger.begin(Intent(record.uid, action, before, record, self.moment.when, message))
        outcome = send()
        try:
            told = self._with_what_was_lost(change, outcome, record)  # first: once it is settled, nobody looks for it any more
            if outcome.after is not None:
                written = outcome.result is not Result.UNCHANGED or self._was_written(record)
                self.ledger.settle(record.uid, replace(record, mark=outcome.after, written=written), content)
            else:
                self.ledger.abandon(record.uid)
        except StateUnusable as error:
            detail = f"{outcome.result.value} on the server, but that could not be recorded: {error.message}"
            return replace(outcome, result=Result.FAILED, detail=detail, remedy=error.next_step, conflict=None)
        return told

    def folder(self, folder: DesiredFolder) -> None:
        """A folder was made, or is as it should be: it is ours from now on."""
        self.ledger.note_folder(FolderRecord(folder.uid, folder.title, folder.parent, folder.path, self.moment.when))

    def intend_folder(self, folder: DesiredFolder) -> None:
        """A folder is about to be made. Killed before `folder` or `forget_folder`, the next pass looks whether it was."""
        self.ledger.note_folder(FolderRecord(folder.uid, folder.title, folder.parent, folder.path, ""))

    def forget_folder(self, folder: DesiredFolder) -> None:
        """It was not made by us."""
        self.ledger.forget_folder(folder.uid)

    def base(self, uid: Uid) -> Mapping[str, Json] | None:
        """What we last wrote of it, None where that is not kept. Raises StateUnusable."""
        record = self.ledger.records().get(uid)
        return None if record is None else self.ledger.body(record.content)

    @property
    def _keeper(self) -> Keeper:
        return Keeper(self.grafana, self.ledger, self.moment.when)

    def _was_written(self, record: Record) -> bool:
        """One that we wrote stays ours when somebody else makes the next change of it: else its file could go and it would stay."""
        earlier = self.ledger.records().get(record.uid)
        return earlier is not None and earlier.written

    def _keep_theirs(self, change: Write) -> None:
        """Reads what the write replaces and keeps it. If somebody saved again in between, the server will refuse the write anyway."""
        if isinstance(change, UpdateDashboard) and change.keep is not None:
            live = self.grafana.dashboard(change.dashboard.uid)
            if live is not None:
                self._keeper.keep(live, change.keep, way_of(live.folder, change.dashboard.folder, change.dashboard.titles))

    def _with_what_was_lost(self, change: Write, outcome: Outcome, sent: Record) -> Outcome:
        """A save that was answered with more than the next version has overwritten edits: they are in the history, and are kept. So has
        one whose answer was lost and that was found to be more than one version further.
        """
        unseen = between(outcome.before, outcome.after) if outcome.after is not None else range(0)
        if not unseen or outcome.result is Result.UNCHANGED:
            return outcome
        lost = self._keeper.lost(sent.uid, unseen, sent.content, sent.titles)
        if not lost.kept and not lost.unread:
            return outcome
        found = outcome.conflict or conflict(ConflictKind.OVERWROTE_EDIT, change.dashboard, "")
        return replace(outcome, result=Result.CONFLICT, conflict=_told(found, lost, sent.uid))


def way_of(folder: FolderUid, known: FolderUid, titles: tuple[str, ...]) -> tuple[str, ...]:
    """The titles of the folders above, where the folder is the one that they are known of; none elsewhere."""
    return titles if folder == known else ()


def _told(found: Conflict, lost: Lost, uid: Uid) -> Conflict:
    return replace(found, message=lost.told, remedy=lost.remedy(uid, found.remedy))


def _person(kept: Kept) -> str:
    return f"version {kept.mark.version} by {kept.author or 'somebody'} at {kept.updated}"
