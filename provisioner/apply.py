"""Carries out a plan: folders first, then dashboards on a small pool; one outcome for each change.

In: a plan and the hands to carry it out with. Out: outcomes in the order of the plan. One failure stops nothing but what depends on it;
a server that cannot be worked with, or a person who asks to stop, leaves the rest as not done, and says so. It never retries what a server
refused by overwriting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.answers import (
    Busy,
    FolderExists,
    FolderRenamed,
    FolderSaved,
    FolderStale,
    FolderUpdateAnswer,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    Rejected,
    TooDeep,
    Unknown,
)
from provisioner.core.catalog import BY_CODE
from provisioner.core.changes import Change, ConflictKind, CreateDashboard, CreateFolder, Outcome, Plan, Result, UpdateDashboard
from provisioner.core.conflicts import conflict
from provisioner.core.dialect import Grafana
from provisioner.core.errors import SourceError, StateUnusable, TargetError, TargetForbidden, TargetUnsuitable
from provisioner.core.folder_order import in_order, passing_title
from provisioner.core.live import Live
from provisioner.core.model import ROOT, DesiredDashboard, DesiredFolder, FolderUid, Json, Revision, SourceName, Uid
from provisioner.core.server import LiveFolder
from provisioner.core.settings import TargetSettings
from provisioner.journal import Journal
from provisioner.saving import AGAIN, LOOK, Sender, Unsettled, busy, grant, not_done

FLATTEN = BY_CODE["folder-too-deep"].remedy


@dataclass(frozen=True, slots=True)
class Hands:
    """What an apply works with. `content` gives what is to be sent, None when the file changed since. What is `left_alone` is not sent, and
    told as it was told before.
    """

    grafana: Grafana
    journal: Journal
    content: Callable[[DesiredDashboard], dict[str, Json] | None]
    live: Live
    revisions: Mapping[SourceName, Revision]
    target: TargetSettings
    left_alone: Mapping[Uid, Outcome]
    stopping: Callable[[], bool]
    on_outcome: Callable[[Outcome], None]

    @property
    def at_a_time(self) -> int:
        """How many saves: as stated, else as many as suit the server."""
        return self.target.connection.saves or self.live.server.saves


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan. `error` is why the rest was left, if a server's failure was the reason; `stopped` if a person asked."""

    outcomes: tuple[Outcome, ...]
    error: TargetError | StateUnusable | None = None
    stopped: bool = False


def apply(plan: Plan, hands: Hands) -> Applied:
    """Each change once, in an order whose every prefix is a safe stop."""
    run = _Run(hands)
    folders = run.folders([change for change in plan.changes if isinstance(change, CreateFolder)])
    sender = Sender(hands.grafana, hands.live, run.folder_ids, hands.revisions, hands.journal.base)
    writes = [change for change in plan.changes if not isinstance(change, CreateFolder)]
    # Twice as many threads as saves: while some wait for the server, the others have the next contents ready.
    with ThreadPoolExecutor(2 * hands.at_a_time, thread_name_prefix="save") as pool:
        dashboards = list(pool.map(lambda change: run.dashboard(change, sender), writes))
    return Applied((*folders, *dashboards), run.error, run.stopped)


class _Run:
    """What the threads of one apply share: why to halt, which folders are there, and the one who is told of outcomes."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._lock = threading.Lock()
        self.error: TargetError | StateUnusable | None = None
        self.stopped = False
        self.folder_ids: dict[FolderUid, int] = {ROOT: 0, **{folder.uid: folder.id for folder in hands.live.folders}}
        self._missing: set[FolderUid] = set()
        self._aside: dict[FolderUid, LiveFolder] = {}
        self._noted: frozenset[FolderUid] | None = None
        self._turns = threading.BoundedSemaphore(hands.at_a_time)

    def folders(self, changes: Sequence[CreateFolder]) -> list[Outcome]:
        """Makes and changes folders in an order that titles allow; the outcomes are in the order of the plan."""
        told: dict[FolderUid, Outcome] = {}
        for step in in_order(changes, self._hands.live.server):
            uid = step.change.folder.uid
            if uid in told:
                continue  # it could not step aside
            outcome = self.folder(step.change) if step.aside is None else self._aside_for_a_moment(step.change, step.aside)
            if outcome is not None:
                told[uid] = outcome
        return [told[change.folder.uid] for change in changes]

    def folder(self, change: CreateFolder) -> Outcome:
        """Makes or changes one folder, unless its parent could not be made."""
        outcome = self._guarded(change, change.folder.parent, lambda: self._make(change))
        if change.live is None and outcome.result not in (Result.CREATED, Result.UNCHANGED):
            self._missing.add(change.folder.uid)
        return self._told(outcome)

    def dashboard(self, change: CreateDashboard | UpdateDashboard, sender: Sender) -> Outcome:
        """Saves one dashboard, unless its folder could not be made."""
        refused = self._hands.left_alone.get(change.dashboard.uid)
        if refused is not None and not isinstance(refused.change, CreateFolder) and refused.change.dashboard == change.dashboard:
            return self._told(replace(refused, change=change))
        try:
            content = None if self.stopped or self.error else self._hands.content(change.dashboard)
        except SourceError as failed:
            return self._told(Outcome(change, Result.FAILED, failed.message, failed.next_step))
        return self._told(self._guarded(change, change.dashboard.folder, lambda: self._journaled(change, content, sender)))

    def _journaled(self, change: CreateDashboard | UpdateDashboard, content: dict[str, Json] | None, sender: Sender) -> Outcome:
        return self._hands.journal.around(change, content, lambda: self._in_turn(change, content, sender))

    def _in_turn(self, change: CreateDashboard | UpdateDashboard, content: dict[str, Json] | None, sender: Sender) -> Outcome:
        """Only the request itself waits for its turn: while some wait for the server, others write down what they did and will do."""
        with self._turns:
            try:
                return self._halted(change) or sender.send(change, content)
            except TargetError as failed:
                self._halt(failed)  # before the next one has its turn
                raise
            except Unsettled as doubt:
                self._halt(doubt.cause)
                raise

    def _halted(self, change: Change) -> Outcome | None:
        """Why nothing is begun any more, if so."""
        with self._lock:
            self.stopped = self.stopped or self._hands.stopping()
            error, stopped = self.error, self.stopped
        if stopped:
            return not_done(change, "stopped before its turn", AGAIN)
        if error is not None:
            return not_done(change, f"left out, since {error.message}", error.next_step)
        return None

    def _guarded(self, change: Change, parent: FolderUid, do: Callable[[], Outcome]) -> Outcome:
        """Looks between changes whether to go on; turns the world's failures into outcomes."""
        if (halted := self._halted(change)) is not None:
            return halted
        if parent in self._missing:
            return not_done(change, "the folder that it belongs in could not be made")
        try:
            return do()
        except (TargetForbidden, TargetUnsuitable) as refused:  # of this one object; the server as a whole is well
            return Outcome(change, Result.FAILED, refused.message, refused.next_step)
        except TargetError as failed:
            self._halt(failed)
            return not_done(change, failed.message, failed.next_step)
        except Unsettled as doubt:
            return Outcome(change, Result.UNKNOWN, f"it is not known whether it was saved: {doubt.words}", LOOK)
        except SourceError as failed:
            return Outcome(change, Result.FAILED, failed.message, failed.next_step)
        except StateUnusable as failed:
            self._halt(failed)
            return not_done(change, failed.message, failed.next_step)

    def _halt(self, error: TargetError | StateUnusable) -> None:
        """Nothing is begun any more. One object that may not be read again is no reason."""
        if not isinstance(error, TargetForbidden | TargetUnsuitable):
            with self._lock:
                self.error = self.error or error

    def _told(self, outcome: Outcome) -> Outcome:
        with self._lock:
            self._hands.on_outcome(outcome)
        return outcome

    def _make(self, change: CreateFolder) -> Outcome:
        folder = change.folder
        if change.live is not None:
            return self._change(change, self._aside.get(folder.uid, change.live))
        if self._noted is None:
            self._noted = frozenset(self._hands.journal.ledger.folders())
        if folder.uid in self._noted:
            return self._created(change)
        self._hands.journal.intend_folder(folder)
        outcome = self._created(change)
        if outcome.result is not Result.CREATED:
            self._hands.journal.forget_folder(folder)
        return outcome

    def _created(self, change: CreateFolder) -> Outcome:
        folder = change.folder
        match answer := self._hands.grafana.create_folder(folder):
            case FolderSaved():
                self.folder_ids[folder.uid] = answer.id
                self._hands.journal.folder(folder)
                return Outcome(change, Result.CREATED)
            case FolderExists(words):
                return self._looked_again(change, self._hands.grafana.folder(folder.uid), words)
            case Unknown(words):
                return self._in_doubt(change, words)
            case TooDeep(words):
                return Outcome(change, Result.FAILED, _too_deep(words), FLATTEN)
            case Rejected(_, words) | Gone(words):
                return Outcome(
                    change, Result.FAILED, f"the server refuses the folder: {words}", "correct its title or uid in the _folder file"
                )
            case Forbidden(words, permission):
                return Outcome(change, Result.FAILED, words, grant(permission or "folders:create"))
            case Busy(words):
                raise busy(words)
        assert_never(answer)

    def _in_doubt(self, change: CreateFolder, words: str) -> Outcome:
        """The answer was lost: what is there decides."""
        try:
            live = self._hands.grafana.folder(change.folder.uid)
        except TargetError as error:
            raise Unsettled(words, error) from error
        if live is None:
            return Outcome(change, Result.FAILED, f"not made: {words}", AGAIN)
        if (live.title, live.parent) != (change.folder.title, change.folder.parent):
            return self._looked_again(change, live, words)
        self.folder_ids[live.uid] = live.id
        self._hands.journal.folder(change.folder)
        return Outcome(change, Result.CREATED, f"made, though the answer was lost: {words}")

    def _change(self, change: CreateFolder, live: LiveFolder) -> Outcome:
        """Renames or moves a folder of ours, over the state that was seen."""
        return self._changed(change, live, self._hands.grafana.update_folder(change.folder, live))

    def _aside_for_a_moment(self, change: CreateFolder, live: LiveFolder) -> Outcome | None:
        """None where it gave its title away; the change itself comes later."""
        outcome = self._guarded(change, ROOT, lambda: self._step_aside(change, live))
        return None if change.folder.uid in self._aside else self._told(outcome)

    def _step_aside(self, change: CreateFolder, live: LiveFolder) -> Outcome:
        """Not written down: the title of a moment is known again by itself."""
        grafana, uid = self._hands.grafana, change.folder.uid
        aside = replace(change.folder, title=passing_title(uid), parent=live.parent)
        answer = grafana.update_folder(aside, live)
        if not isinstance(answer, FolderUpdated):
            return self._changed(change, live, answer)
        self._aside[uid] = grafana.folder(uid) or live
        return Outcome(change, Result.UNCHANGED)

    def _changed(self, change: CreateFolder, live: LiveFolder, answer: FolderUpdateAnswer) -> Outcome:
        folder = change.folder
        match answer:
            case FolderUpdated():
                return self._done(change, live)
            case FolderRenamed():
                self._hands.journal.folder(replace(folder, parent=live.parent))
                return _only_renamed(change, answer)
            case FolderStale(words):
                found = conflict(ConflictKind.FOLDER_DIFFERS, folder, f"somebody changed the folder meanwhile: {words}")
                return Outcome(change, Result.CONFLICT, conflict=found)
            case ManagedElsewhere(words):
                message = f"{words}, and it is neither renamed nor moved by anybody else"
                found = conflict(ConflictKind.FOLDER_DIFFERS, folder, message, theirs=live)
                return Outcome(change, Result.CONFLICT, conflict=found)
            case Unknown(words) if self._is_now(folder, words):
                return self._done(change, live, f"changed, though the answer was lost: {words}")
            case TooDeep(words):
                return Outcome(change, Result.FAILED, _too_deep(words), FLATTEN)
            case FolderExists(words) | Rejected(_, words) | Gone(words) | Unknown(words):
                return Outcome(change, Result.FAILED, f"the server does not change the folder: {words}", AGAIN)
            case Forbidden(words, permission):
                return Outcome(change, Result.FAILED, words, f"give the credential the permission {permission or 'folders:write'}")
            case Busy(words):
                raise busy(words)
        assert_never(answer)

    def _done(self, change: CreateFolder, live: LiveFolder, detail: str = "") -> Outcome:
        self._hands.journal.folder(change.folder)
        told = "; ".join(each for each in (detail, change.unseen) if each)
        return Outcome(change, Result.MOVED if live.parent != change.folder.parent else Result.UPDATED, told)

    def _is_now(self, folder: DesiredFolder, words: str) -> bool:
        """The answer was lost: what is there decides."""
        try:
            live = self._hands.grafana.folder(folder.uid)
        except TargetError as error:
            raise Unsettled(words, error) from error
        return live is not None and (live.title, live.parent) == (folder.title, folder.parent)

    def _looked_again(self, change: CreateFolder, live: LiveFolder | None, words: str) -> Outcome:
        """Somebody was faster: what is there decides."""
        if live is None:
            found = conflict(ConflictKind.FOLDER_NAME_EXISTS, change.folder, f"the server refuses to make the folder: {words}")
            return Outcome(change, Result.CONFLICT, conflict=found)
        self.folder_ids[live.uid] = live.id
        return Outcome(change, Result.UNCHANGED, "it is there by now")


def _too_deep(words: str) -> str:
    return f"the server takes no folder that deep: {words}"


def _only_renamed(change: CreateFolder, answer: FolderRenamed) -> Outcome:
    """What keeps it where it was is said: of a refusal that stays, trying again is no help."""
    remedy = FLATTEN if isinstance(answer.move, TooDeep) else AGAIN
    return Outcome(change, Result.FAILED, f"it was renamed, but could not be moved: {answer.move.words}", remedy)
