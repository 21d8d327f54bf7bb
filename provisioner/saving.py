"""One dashboard on its way to the server: send it by compare-and-set, understand the answer, look again where the answer leaves doubt.

In: a change of the plan. Out: its outcome. A refusal is re-read and decided once more, then reported; nothing is ever overwritten that was
not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.answers import (
    Busy,
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
    Unknown,
    VersionMismatch,
)
from provisioner.core.changes import (
    Change,
    Comparison,
    Conflict,
    ConflictKind,
    CreateDashboard,
    LiveState,
    Outcome,
    Result,
    UpdateDashboard,
)
from provisioner.core.compare import compare
from provisioner.core.conflicts import conflict
from provisioner.core.decide import managed_elsewhere, name_exists, unmanaged
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetError, TargetUnreachable
from provisioner.core.interrupted import between
from provisioner.core.live import Live
from provisioner.core.model import DesiredDashboard, FolderUid, Json, Revision, SourceName, Uid
from provisioner.core.placing import namesake
from provisioner.core.recording import history_message
from provisioner.core.server import Mark
from provisioner.recognising import recognised

AGAIN = "the next apply tries again; what is done already is left alone"
LOOK = "nothing is lost: the next apply reads what is there before it does anything about it"
_MADE_AGAIN = "it had been deleted on the server meanwhile, and was made again"

Write = CreateDashboard | UpdateDashboard


class Unsettled(Exception):
    """A write of which nobody knows whether it was done: the answer was lost, and the server cannot be asked. Never leaves `apply`."""

    def __init__(self, words: str, cause: TargetError) -> None:
        super().__init__(words)
        self.words = words
        self.cause = cause


def not_done(change: Change, why: str, remedy: str = "") -> Outcome:
    """A change that was not tried, said as plainly as what was done."""
    return Outcome(change, Result.NOT_DONE, why, remedy)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends dashboards to one server. `folder_ids` are numeric ids of folders, for servers up to 7.5; `base` gives what we last wrote,
    where it is kept: with it what somebody else changed is told apart from what git changes.
    """

    grafana: Grafana
    live: Live
    folder_ids: Mapping[FolderUid, int]
    revisions: Mapping[SourceName, Revision]
    base: Callable[[Uid], Mapping[str, Json] | None] = lambda _: None

    def send(self, change: Write, content: dict[str, Json] | None) -> Outcome:
        """One request where nothing stands in the way; content None when the file changed since it was read. Raises TargetError and
        Unsettled.
        """
        if content is None:
            return not_done(change, "its file changed since it was read", AGAIN)
        tried: Write = change
        answer = self.grafana.save(self._save(change, content))
        if isinstance(answer, Gone) and isinstance(change, UpdateDashboard):
            tried = CreateDashboard(change.dashboard, _MADE_AGAIN)
            answer = self.grafana.save(self._save(tried, content))
        # Whatever was tried instead of it, the outcome is that of the change which the plan names.
        return replace(self._outcome(tried, content, answer), change=change)

    def _save(self, change: Write, content: dict[str, Json]) -> Save:
        dashboard = change.dashboard
        over = change.live.mark if isinstance(change, UpdateDashboard) else None
        version, state = (None, "") if over is None else (over.version, over.state)
        message = history_message(dashboard, self.revisions)
        folder_id = self.folder_ids.get(dashboard.folder)
        form, owner = dashboard.document.form, dashboard.fill.tag
        return Save(dashboard.uid, content, dashboard.folder, version, message, folder_id, state, form, owner)

    def _outcome(self, change: Write, content: dict[str, Json], answer: SaveAnswer) -> Outcome:
        match answer:
            case Saved():
                return _saved(change, answer)
            case VersionMismatch(words):
                return self._refused(change, content, words)
            case NameExists(_, is_folder):
                return _conflict(change, self._name_exists(change.dashboard, is_folder=is_folder))
            case PluginOwned(words):
                return _conflict(change, conflict(ConflictKind.PLUGIN_DASHBOARD, change.dashboard, words, theirs=_theirs(change)))
            case ManagedElsewhere(words):
                return _conflict(change, conflict(ConflictKind.MANAGED_ELSEWHERE, change.dashboard, words, theirs=_theirs(change)))
            case Unknown(words):
                return self._in_doubt(change, content, words)
            case Rejected(404, words):
                return Outcome(change, Result.FAILED, f"the server does not find where to put it: {words}", AGAIN)
            case Rejected(status, words):
                return Outcome(change, Result.FAILED, f"the server refuses it ({status}): {words}", _mend(change))
            case Forbidden(words, permission):
                return Outcome(change, Result.FAILED, words, grant(permission or "dashboards:write"))
            case Gone(words):
                return Outcome(change, Result.FAILED, f"the server does not find where to put it: {words}", AGAIN)
            case NotSaved(words):
                return Outcome(
                    change,
                    Result.FAILED,
                    f"the server took it without saving it (202): {words}",
                    "save it where the server's own workflow wants it",
                )
            case Busy(words):
                raise busy(words)
        assert_never(answer)

    def _refused(self, change: Write, content: dict[str, Json], words: str) -> Outcome:
        """Somebody saved since it was read, or it exists though search did not show it: read, decide once more, report."""
        beside = self._beside(change.dashboard, content)
        if beside is None:
            return Outcome(
                change,
                Result.FAILED,
                f"the server says that it exists, but does not show it: {words}",
                "look whether the credential may read it",
            )
        if beside.equal and beside.live.folder == change.dashboard.folder:
            return Outcome(change, Result.UNCHANGED, "somebody made it so meanwhile", after=beside.live.mark, url=beside.live.url)
        if beside.live.managed_by is not None:
            return _conflict(change, managed_elsewhere(change.dashboard, beside))
        if isinstance(change, CreateDashboard):
            return _conflict(change, unmanaged(change.dashboard, beside))
        if beside.live.fingerprint == change.live.fingerprint and beside.live.folder == change.live.folder:
            # Saved without a change: nothing of anybody's is in the way.
            return self._once_more(replace(change, live=beside.live), content)
        return _conflict(change, version_mismatch(change, beside))

    def _once_more(self, change: UpdateDashboard, content: dict[str, Json]) -> Outcome:
        """Over the mark just read, and this time a refusal is the end."""
        answer = self.grafana.save(self._save(change, content))
        if isinstance(answer, VersionMismatch):
            beside = self._beside(change.dashboard, content)
            return _conflict(change, version_mismatch(change, beside) if beside else _refused_again(change))
        return self._outcome(change, content, answer)

    def _in_doubt(self, change: Write, content: dict[str, Json], words: str) -> Outcome:
        """500, a time-out, a dropped connection: written or not? Servers store it and answer 500 (reference 0.1, library panels)."""
        try:
            beside = self._beside(change.dashboard, content)
        except TargetError as error:
            raise Unsettled(words, error) from error
        if beside is not None and beside.equal and beside.live.folder == change.dashboard.folder:
            detail = f"saved, though the answer was lost: {words}"
            return Outcome(change, _done(change), detail, before=_mark_before(change), after=beside.live.mark, url=beside.live.url)
        if beside is None or (isinstance(change, UpdateDashboard) and beside.live.mark == change.live.mark):
            return Outcome(change, Result.FAILED, f"not saved: {words}", AGAIN)
        if isinstance(change, UpdateDashboard):
            return _conflict(change, version_mismatch(change, beside))
        return _conflict(change, unmanaged(change.dashboard, beside))

    def _beside(self, dashboard: DesiredDashboard, content: dict[str, Json]) -> Comparison | None:
        live = self.grafana.dashboard(dashboard.uid)
        base = self.base(dashboard.uid)
        return None if live is None else compare(content, recognised(self.grafana, live, base).live, base)

    def _name_exists(self, dashboard: DesiredDashboard, *, is_folder: bool) -> Conflict:
        """Finds the one that has the name: as it was when the pass began, else by searching again."""
        if is_folder:
            message = "a folder has this title, and this server wants titles of dashboards to differ from those of folders"
            found = conflict(ConflictKind.NAME_EXISTS, dashboard, message)
            return replace(found, remedy="Give the dashboard another title, or put its file into a directory.")
        wanted = (dashboard.uid, dashboard.folder, dashboard.title, self.live.server.name_key)
        other = namesake(self.live.found, *wanted) or namesake(self.grafana.find(), *wanted)
        return name_exists(dashboard, other)


def version_mismatch(change: UpdateDashboard, beside: Comparison) -> Conflict:
    """Somebody saved between our reading and our writing. Their work stays."""
    was, now = change.live.mark.version, beside.live.mark.version
    when = f" at {beside.live.updated}" if beside.live.updated else ""
    message = f"saved by {beside.live.updated_by or 'somebody'}{when}, after it was read (version {was} → {now}); not overwritten"
    found = conflict(ConflictKind.VERSION_MISMATCH, change.dashboard, message, theirs=beside.live, differences=beside.differences)
    return replace(found, ours_changed=beside.ours_changed, theirs_changed=beside.theirs_changed)


def grant(permission: str) -> str:
    """What to do about a 403. 9 and later say "any of a, b" where either would do."""
    some = permission.removeprefix("any of ")
    return f"give the credential the permission {some.replace(', ', ' or ')} for it"


def busy(words: str) -> TargetUnreachable:
    """429 or 503 after all attempts: certainly not written. A server that asks for a rest is given one, not the next change."""
    return TargetUnreachable(f"the server is busy: {words}", next_step="once it answers, another pass does what is left")


def _saved(change: Write, answer: Saved) -> Outcome:
    dashboard, before = change.dashboard, _mark_before(change)
    if answer.uid != dashboard.uid:
        message = f'the server wrote into "{answer.uid}" instead ({answer.url})'
        return _conflict(change, conflict(ConflictKind.REDIRECTED, dashboard, message))
    anew = before is None or answer.mark.id != before.id
    if between(before, answer.mark):
        message = f"{_lost(between(before, answer.mark))}; the server's history has it"
        found = conflict(ConflictKind.OVERWROTE_EDIT, dashboard, message, theirs=_theirs(change))
        return Outcome(change, Result.CONFLICT, before=before, after=answer.mark, url=answer.url, conflict=found)
    if anew:
        return Outcome(change, Result.CREATED, _about_new(change), after=answer.mark, url=answer.url)
    moved = isinstance(change, UpdateDashboard) and change.moves
    if before is not None and (answer.mark == before or (answer.mark.version == before.version and not moved)):
        detail = "the server has it already, in a form of its own, and wrote nothing"
        return Outcome(change, Result.UNCHANGED, detail, after=answer.mark, url=answer.url)
    detail = change.unseen if isinstance(change, UpdateDashboard) else ""
    return Outcome(change, _done(change), detail, before=before, after=answer.mark, url=answer.url)


def _about_new(change: Write) -> str:
    if isinstance(change, UpdateDashboard) or change.reason == _MADE_AGAIN:
        return _MADE_AGAIN
    return "" if change.twin is None else f"another dashboard of this title is there too: uid {change.twin.uid}"


def _lost(unseen: range) -> str:
    which = f"version {unseen[0]}" if len(unseen) == 1 else f"versions {unseen[0]} to {unseen[-1]}"
    return f"an edit was saved while ours was on its way and was overwritten ({which})"


def _refused_again(change: UpdateDashboard) -> Conflict:
    return conflict(ConflictKind.VERSION_MISMATCH, change.dashboard, "saved, then deleted, while ours was on its way", theirs=change.live)


def _done(change: Write) -> Result:
    match change:
        case CreateDashboard():
            return Result.CREATED
        case UpdateDashboard(differences=()):
            return Result.MOVED
        case UpdateDashboard():
            return Result.UPDATED
        case never:
            assert_never(never)


def _mark_before(change: Write) -> Mark | None:
    return change.live.mark if isinstance(change, UpdateDashboard) else None


def _theirs(change: Write) -> LiveState | None:
    return change.live if isinstance(change, UpdateDashboard) else None


def _conflict(change: Write, found: Conflict) -> Outcome:
    return Outcome(change, Result.CONFLICT, conflict=found)


def _mend(change: Write) -> str:
    """Where the reason stands in the file, it is named: a person may have switched off the rule that would have said it before."""
    return "mend the file" if change.dashboard.title.strip() else "give the dashboard a title in the file"
