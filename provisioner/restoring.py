"""Puts a kept state of a dashboard back on the server.

In: a wish, the server, the ledger. Out: `Restored` or `NotFound`. It writes by compare-and-set like everything else, over the
mark that it has just read, and keeps what it replaces first. The record stays: what was put back differs from it, for the next pass to
report. Raises TargetError, and StateUnusable before anything is sent that could not be recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.answers import (
    Busy,
    FolderExists,
    FolderSaved,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NameExists,
    NotSaved,
    PluginOwned,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    TooDeep,
    Unknown,
    VersionMismatch,
)
from provisioner.core.canonical import fingerprint
from provisioner.core.changes import ConflictKind, Result, state_of
from provisioner.core.compare import compare
from provisioner.core.errors import TargetError, TargetUnreachable
from provisioner.core.interrupted import between
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json, Uid
from provisioner.core.placing import name_key, namesake
from provisioner.core.policy import policy_for
from provisioner.core.records import Action, FolderRecord, Intent, Kept, Why
from provisioner.core.restore import HISTORY, NotFound, Restored, State, next_pass, other_owner, place
from provisioner.core.server import LiveDashboard, Mark
from provisioner.journal import Keeper
from provisioner.recalling import Desk, Sides, Wish, body_of, chosen_state, sides_of
from provisioner.saving import grant

_AGAIN = "restore it again"
_LOOK = "look at what is live now, then restore again if it is still wanted"


def restore(wish: Wish, desk: Desk) -> Restored | NotFound:
    """Puts one state back. A dashboard that is not on the server is created again under its uid, in its folder."""
    sides = sides_of(wish.uid, desk)
    state = chosen_state(wish, sides, desk)
    if isinstance(state, NotFound):
        return state
    content = body_of(state, sides.live, desk)
    if content is None:
        return NotFound(wish.uid, f"the contents of {state.told} are not kept any more", "provisioner restore --list shows what is")
    return Attempt(desk, sides, state, content).run()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One state on its way back."""

    desk: Desk
    sides: Sides
    state: State
    content: dict[str, Json]

    def run(self) -> Restored:
        """Looks whether it may be written, keeps what it replaces, writes, and tells."""
        live = self.sides.seen
        if (refused := self._not_ours()) is not None:
            return refused
        folder = self.folder()
        if isinstance(folder, Restored):
            return folder
        if live is not None and live.fingerprint == fingerprint(self.content) and live.folder == folder:
            return self._told(Result.UNCHANGED, f"{self.state.told} is what is live", after=live.mark, url=live.url)
        replaced = self._keep()
        before = None if live is None else live.mark
        action = Action.CREATE if live is None else Action.UPDATE
        # Without a record: should we crash here, the next pass must not take what was put back for what git wanted.
        message = HISTORY + self.state.told
        self.desk.ledger.begin(Intent(self.sides.uid, action, before, None, self.desk.when, message))
        version, state = (None, "") if before is None else (before.version, before.state)
        form = self.sides.live.form if self.sides.live is not None and self.sides.live.form.startswith("v2") else ""
        save = Save(self.sides.uid, self.content, folder, version, message, state=state, form=form, owner=self.desk.target.owner_tag or "")
        answer = self.desk.grafana.save(save)
        if isinstance(answer, Gone) and before is not None:  # deleted since it was read: the dashboard API makes it anew by itself
            answer = self.desk.grafana.save(replace(save, version=None, state=""))
        restored = self._outcome(answer, folder)
        self.desk.ledger.settle(self.sides.uid, self.sides.record)
        return replace(restored, replaced=replaced)

    def _not_ours(self) -> Restored | None:
        live = self.sides.live
        if live is not None and live.managed_by is not None:
            return self._conflict(ConflictKind.MANAGED_ELSEWHERE, f"{live.managed_by} provisions it", "restore it with that tool")
        owner = None if live is None else other_owner(live, self.desk.target.owner_tag)
        if owner is None:
            return None
        return self._conflict(
            ConflictKind.OWNED_ELSEWHERE, f'it carries the owner tag "{owner}" of another installation', "restore it there"
        )

    def _keep(self) -> Kept | None:
        """What is live. Our own is kept as a base: nobody's work, but the way back all the same."""
        live, record = self.sides.live, self.sides.record
        if live is None:
            return None
        ours = record is not None and self.sides.seen is not None and self.sides.seen.fingerprint == record.content
        way = record.titles if record is not None and record.folder == live.folder else ()
        return self._keeper.keep(live, Why.BASE if ours else Why.BEFORE_OVERWRITE, way)

    @property
    def _keeper(self) -> Keeper:
        return Keeper(self.desk.grafana, self.desk.ledger, self.desk.when)

    # --- its folder ---------------------------------------------------------------------------------------------------------------------

    def folder(self) -> FolderUid | Restored:
        """Where it lay. What is live stays where it is when that is not known or not there; else the folder is made again."""
        live, kept, grafana = self.sides.live, self.state.kept, self.desk.grafana
        if kept is None or (live is not None and kept.folder == live.folder):
            return ROOT if live is None else live.folder
        if kept.folder == ROOT or grafana.folder(kept.folder) is not None:
            return kept.folder
        if live is not None:
            return live.folder
        server, record = grafana.probe(), self.sides.record
        if server.by_slug:
            return ROOT
        titles = record.titles if record is not None and record.folder == kept.folder else kept.titles
        found = place(kept, titles, self.desk.ledger.folders(), grafana.folders(), nested=server.nested_folders)
        if found is None:
            message = f'its folder "{kept.folder}" is gone, and its title is not known'
            return self._told(Result.FAILED, message, f'make a folder with the uid "{kept.folder}", then {_AGAIN}')
        instead = {ROOT: ROOT}
        for wanted in found.make:
            made = self._make(replace(wanted, parent=instead.get(wanted.parent, wanted.parent)))
            if isinstance(made, Restored):
                return made
            instead[wanted.uid] = made
        return instead.get(found.folder, found.folder)

    def _make(self, folder: DesiredFolder) -> FolderUid | Restored:
        match answer := self.desk.grafana.create_folder(folder):
            case FolderSaved(uid):
                self.desk.ledger.note_folder(FolderRecord(uid, folder.title, folder.parent, folder.path, self.desk.when))
                return uid
            case FolderExists(words) | Unknown(words):
                message = f'its folder "{folder.title}" could not be made: {words}'
                return self._there_already(folder) or self._told(Result.FAILED, message, _AGAIN)
            case Forbidden(words, permission):
                return self._told(Result.FAILED, f'its folder "{folder.title}" is gone: {words}', grant(permission or "folders:create"))
            case Rejected(_, words) | Gone(words) | TooDeep(words):
                message = f'its folder "{folder.title}" is gone, and the server refuses to make it: {words}'
                return self._told(Result.FAILED, message, "make the folder by hand, then restore again")
            case Busy(words):
                raise _busy(words)
        assert_never(answer)

    def _there_already(self, folder: DesiredFolder) -> FolderUid | None:
        """Made by somebody meanwhile, or hidden from the search that lags behind."""
        if self.desk.grafana.folder(folder.uid) is not None:
            return folder.uid
        wanted = (folder.parent, name_key(folder.title))
        return next((each.uid for each in self.desk.grafana.folders() if (each.parent, name_key(each.title)) == wanted), None)

    # --- the answer ---------------------------------------------------------------------------------------------------------------------

    def _outcome(self, answer: SaveAnswer, folder: FolderUid) -> Restored:
        match answer:
            case Saved(uid, mark, url):
                return self._saved(uid, mark, url, folder)
            case VersionMismatch():
                return self._refused()
            case NameExists(_, is_folder):
                return self._name_exists(folder, is_folder=is_folder)
            case PluginOwned(words):
                return self._conflict(ConflictKind.PLUGIN_DASHBOARD, words, "restore it with its plugin")
            case ManagedElsewhere(words):
                return self._conflict(ConflictKind.MANAGED_ELSEWHERE, words, "restore it with the tool that provisions it")
            case Unknown(words):
                return self._in_doubt(words, folder)
            case Rejected(status, words):
                return self._told(Result.FAILED, f"the server refuses it ({status}): {words}", "restore another version")
            case Forbidden(words, permission):
                return self._told(Result.FAILED, words, grant(permission or "dashboards:write"))
            case Gone(words):
                return self._told(Result.FAILED, f"it, or its folder, was deleted meanwhile: {words}", _AGAIN)
            case NotSaved(words):
                message = f"the server took it without saving it (202): {words}"
                return self._told(Result.FAILED, message, "save it where the server's own workflow wants it")
            case Busy(words):
                self.desk.ledger.settle(self.sides.uid, self.sides.record)
                raise _busy(words)
        assert_never(answer)

    def _saved(self, uid: Uid, after: Mark, url: str, folder: FolderUid, detail: str = "") -> Restored:
        if uid != self.sides.uid:
            message = f'the server wrote into "{uid}" instead ({url}); its earlier contents are in its version history'
            return self._conflict(ConflictKind.REDIRECTED, message, "open the other dashboard and restore the version before this one")
        before = self.sides.seen.mark if self.sides.seen else None
        unseen = between(before, after)
        lost = self._keeper.lost(uid, unseen, fingerprint(self.content)) if unseen else None
        if before is not None and (before.id, before.version) == (after.id, after.version):
            found = self._told(Result.UNCHANGED, f"{self.state.told} is what is live, in a form of the server's own; it wrote nothing")
        elif lost is not None and (lost.kept or lost.unread):
            remedy = lost.remedy(uid, "compare the last versions in the dashboard's history")
            found = self._conflict(ConflictKind.OVERWROTE_EDIT, lost.told, remedy)
        else:
            result = Result.CREATED if before is None or before.id != after.id else Result.UPDATED
            # A server creates what it does not find, whatever version is sent (DESIGN section 5).
            again = "; it had been deleted meanwhile" if result is Result.CREATED and before is not None else ""
            found = self._told(result, f"{self.state.told} is live again, as version {after.version}{again}{detail}")
        policy = policy_for(self.desk.target, self.sides.record.path if self.sides.record else "")
        next_ = next_pass(self.sides.record, policy, fingerprint(self.content), folder)
        return replace(found, before=before, after=after, url=url, next_pass=next_)

    def _refused(self) -> Restored:
        """Somebody saved since it was read. Their work stays."""
        live = self.desk.grafana.dashboard(self.sides.uid)
        gone = "saved, then deleted, while this was on its way"
        return self._saved_meanwhile(live) if live else self._conflict(ConflictKind.VERSION_MISMATCH, gone, _AGAIN)

    def _saved_meanwhile(self, live: LiveDashboard) -> Restored:
        was, now = self.sides.seen, live.mark.version
        versions = f"version {now}, where nothing was before" if was is None else f"version {was.mark.version} → {now}"
        message = f"saved by {live.updated_by or 'somebody'} after it was read ({versions}); not overwritten"
        theirs = state_of(live, fingerprint(live.content))
        return replace(self._conflict(ConflictKind.VERSION_MISMATCH, message, _LOOK), theirs=theirs)

    def _in_doubt(self, words: str, folder: FolderUid) -> Restored:
        """500, a time-out, a dropped connection: written or not? What is live says so."""
        try:
            live = self.desk.grafana.dashboard(self.sides.uid)
        except TargetError as error:
            message = f"it is not known whether it was saved: {words}; then {error.message}"
            return self._told(Result.UNKNOWN, message, "provisioner restore --list shows what is live, once the server answers again")
        if live is not None and fingerprint(live.content) == fingerprint(self.content) and live.folder == folder:
            return self._saved(self.sides.uid, live.mark, live.url, folder, f", though the answer was lost: {words}")
        if live is None or (self.sides.live is not None and live.mark == self.sides.live.mark):
            return self._told(Result.FAILED, f"not saved: {words}", _AGAIN)
        return self._saved_meanwhile(live)

    def _name_exists(self, folder: FolderUid, *, is_folder: bool) -> Restored:
        title = str(self.content.get("title") or "")
        if is_folder:
            message = f'a folder has the title "{title}", and this server wants titles of dashboards to differ from those of folders'
            return self._conflict(ConflictKind.NAME_EXISTS, message, f"rename the folder, then {_AGAIN}")
        twin = namesake(self.desk.grafana.find(), self.sides.uid, folder, title, self.desk.grafana.probe().name_key)
        named = (
            f'"{title}" is in this folder as uid "{twin.uid}" ({twin.url})' if twin else f'something hidden here has the title "{title}"'
        )
        return replace(self._conflict(ConflictKind.NAME_EXISTS, named, f"rename or move that one, then {_AGAIN}"), theirs=twin)

    def _conflict(self, kind: ConflictKind, message: str, remedy: str) -> Restored:
        return replace(self._told(Result.CONFLICT, message, remedy), conflict=kind, theirs=self.sides.seen)

    def _told(self, result: Result, message: str, remedy: str = "", *, after: Mark | None = None, url: str = "") -> Restored:
        differences = () if self.sides.live is None else compare(self.content, self.sides.live).differences
        return Restored(self.sides.uid, self.state, result, message, remedy, after=after, url=url, differences=differences)


def _busy(words: str) -> TargetUnreachable:
    return TargetUnreachable(f"the server is busy: {words}; nothing was put back", next_step="restore it again later")
