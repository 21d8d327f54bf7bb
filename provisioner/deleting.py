"""Carries out deletions that the guard let through: looked at once more, kept, recorded, then deleted.

In: deletions, the server, the ledger. Out: what became of each. The dashboard API knows no precondition on deleting, so the look just
before is as near as one can come; the body is kept before anything is sent. It never deletes what the guard has not named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from provisioner.core.answers import Busy, Deleted, Forbidden, ManagedElsewhere, Rejected, Unknown, VersionMismatch
from provisioner.core.changes import Removal, Result
from provisioner.core.dialect import Grafana
from provisioner.core.errors import StateUnusable, TargetError, TargetForbidden, TargetUnsuitable
from provisioner.core.guard import Deletion
from provisioner.core.ports import Ledger
from provisioner.core.records import Action, FolderRecord, Intent, Record, Why
from provisioner.core.server import Mark
from provisioner.journal import Keeper, way_of


@dataclass(frozen=True, slots=True)
class Deleting:
    """What deletions work with. `when` is the time of the pass."""

    grafana: Grafana
    ledger: Ledger
    stopping: Callable[[], bool]
    when: str

    def all(self, deletions: tuple[Deletion, ...]) -> tuple[Removal, ...]:
        """One after the other: a person may stop it between any two. A server that cannot be worked with ends it, and so does a
        state file in which nothing can be written down: what was done before is told all the same.
        """
        done: list[Removal] = []
        failed: TargetError | StateUnusable | None = None
        for each in deletions:
            if self.stopping():
                done.append(Removal(each.record, Result.NOT_DONE, "stopped before its turn", "apply again"))
            elif failed is not None:
                done.append(Removal(each.record, Result.NOT_DONE, f"left out, since {failed.message}", failed.next_step))
            else:
                try:
                    done.append(self._one(each))
                except (TargetForbidden, TargetUnsuitable) as error:
                    done.append(Removal(each.record, Result.FAILED, error.message, error.next_step))
                except (TargetError, StateUnusable) as error:
                    failed = error
                    done.append(Removal(each.record, Result.FAILED, error.message, error.next_step))
        return tuple(done)

    def folders(self, gone: tuple[FolderRecord, ...]) -> tuple[Removal, ...]:
        """Folders that we made and that stand for nothing any more, each only if it is found empty. What is not empty stays without a
        word: it holds what is not ours.
        """
        done: list[Removal] = []
        for each in gone:
            if self.stopping():
                break
            try:
                done += self._folder(each)
            except (TargetError, StateUnusable) as error:
                done.append(Removal(each, Result.FAILED, error.message, error.next_step))
                break
        return tuple(done)

    def _folder(self, folder: FolderRecord) -> tuple[Removal, ...]:
        match self.grafana.delete_folder(folder.uid):
            case Deleted(already=already):
                self.ledger.forget_folder(folder.uid)
                return () if already else (Removal(folder, Result.DELETED),)
            case Forbidden(words, _):
                return (Removal(folder, Result.FAILED, words, "delete the folder by hand, or permit it"),)
            case _:
                return ()

    def _one(self, deletion: Deletion) -> Removal:
        record = deletion.record
        live = self.grafana.dashboard(record.uid)
        if live is None:
            self.ledger.settle(record.uid, None)
            return Removal(record, Result.UNCHANGED, "it was gone already")
        if live.mark != deletion.live.mark:
            message = f"saved by {live.updated_by or 'somebody'} just now (version {live.mark.version}); it is not deleted"
            return Removal(record, Result.CONFLICT, message, "bring the file back and take the edit into it, or delete it by hand")
        keeper = Keeper(self.grafana, self.ledger, self.when)
        keeper.keep(live, Why.BEFORE_DELETE, way_of(live.folder, record.folder, record.titles))
        self.ledger.begin(Intent(record.uid, Action.DELETE, live.mark, None, self.when))
        return self._settled(record, live.mark)

    def _settled(self, record: Record, seen: Mark) -> Removal:
        match answer := self.grafana.delete(record.uid, seen):
            case Deleted(already=True):
                self.ledger.settle(record.uid, None)
                return Removal(record, Result.UNCHANGED, "it was gone already")
            case Deleted():
                self.ledger.settle(record.uid, None)
                return Removal(record, Result.DELETED, remedy=f"provisioner restore {record.uid} brings it back")
            case Unknown(words):
                return self._looked_again(record, words)
            case ManagedElsewhere(words):
                return self._not_deleted(record, Result.CONFLICT, words, "take it out of the tool that provisions it")
            case VersionMismatch(words):
                remedy = "bring the file back and take the edit into it, or delete it by hand"
                return self._not_deleted(record, Result.CONFLICT, f"saved by somebody just now; it is not deleted: {words}", remedy)
            case Forbidden(words, permission):
                return self._not_deleted(
                    record, Result.FAILED, words, f"give the credential the permission {permission or 'dashboards:delete'}"
                )
            case Rejected(status, words):
                return self._not_deleted(record, Result.FAILED, f"the server refuses ({status}): {words}", "delete it by hand")
            case Busy(words):
                return self._not_deleted(record, Result.FAILED, f"the server is busy: {words}", "nothing: the next pass tries again")
        assert_never(answer)

    def _looked_again(self, record: Record, words: str) -> Removal:
        """The answer was lost: what is there decides. Where that cannot be asked either, the intent stays, and the next pass finds out."""
        try:
            live = self.grafana.dashboard(record.uid)
        except TargetError as error:
            detail = f"perhaps deleted: {words}; then {error.message}"
            return Removal(record, Result.UNKNOWN, detail, "the next pass finds out what became of it")
        if live is None:
            self.ledger.settle(record.uid, None)
            return Removal(record, Result.DELETED, f"deleted, though the answer was lost: {words}")
        return self._not_deleted(record, Result.FAILED, f"not deleted: {words}", "nothing: the next pass tries again")

    def _not_deleted(self, record: Record, result: Result, detail: str, remedy: str) -> Removal:
        self.ledger.abandon(record.uid)
        return Removal(record, result, detail, remedy)
