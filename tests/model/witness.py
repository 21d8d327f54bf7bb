"""Remembers who wrote what, and says after each pass whether anybody's work was lost.

In: what people did, as it stood on the server just afterwards; each pass with its report. It fails by assertion. Its memory is its own: it
knows of the engine only its report and what `kept` gives back.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from provisioner.core.changes import ConflictKind, CreateFolder, Outcome, Removal, Result
from provisioner.core.guard import HoldReason, digest_of
from provisioner.core.report import PassReport
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy
from tests.model.town import FOREIGN, OURS, SLIPPED_IN, US, Seen, Town

_DONE = frozenset({Result.CREATED, Result.UPDATED, Result.MOVED})


@dataclass(frozen=True, slots=True)
class Before:
    """How it stood when a pass began."""

    live: dict[str, Seen]
    saves: Counter[str]
    ours: frozenset[str]
    edited: frozenset[str]


@dataclass(slots=True)
class Witness:
    """`edits` is the newest work of a person on each dashboard; `bases` what we last put there or found to be as git wants it; `slips` are
    edits that a lost race buried and that nobody has told of yet; `touched` are those of which a conflict or drift would be no surprise;
    `forgot` says that a state file was lost.
    """

    town: Town
    edits: dict[str, Seen] = field(default_factory=dict)
    foreign: dict[str, Seen] = field(default_factory=dict)
    bases: dict[str, Seen] = field(default_factory=dict)
    slips: dict[tuple[str, int, int], str] = field(default_factory=dict)
    slips_told: set[tuple[str, int, int]] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    deleted_by_hand: set[str] = field(default_factory=set)
    forgot: bool = False

    # --- what people did -----------------------------------------------------------------------------------------------------------------

    def person_saved(self, uid: str) -> None:
        """Whatever an earlier person left there, this one saw it. What is as we left it is nobody's work."""
        seen = self.town.live(uid)
        assert seen is not None
        if uid in FOREIGN:
            self.foreign[uid] = seen
            return
        self.touched.add(uid)
        self.edits.pop(uid, None)
        base = self.bases.get(uid)
        if base is None or not seen.same(base):
            self.edits[uid] = seen

    def person_deleted(self, uid: str) -> None:
        """Their own will; the history goes with it."""
        self.touched.add(uid)
        self.deleted_by_hand.add(uid)
        self.edits.pop(uid, None)
        self.slips = {key: body for key, body in self.slips.items() if key[0] != uid}

    def state_lost(self) -> None:
        """Nothing is known to be ours any more, so anything that differs may rightly be told as a conflict."""
        self.forgot = True
        self.touched |= set(OURS)
        self.slips_told |= self.slips.keys()
        self.slips.clear()

    # --- a pass --------------------------------------------------------------------------------------------------------------------------

    def before(self) -> Before:
        """To be asked just before a pass."""
        self._forgive_what_git_says()
        self.deleted_by_hand.clear()
        ours = frozenset(uid for uid in OURS if any(row.created_by == US for row in self.town.history(uid)))
        return Before(self.town.everything(), self.town.our_saves(), ours, frozenset(self.edits))

    def after(self, before: Before, report: PassReport | None) -> None:
        """Checks all that may never happen. `report` is None when the process died."""
        told = {} if report is None else _told(report)
        self._no_foreign_one_was_changed()
        self._no_edit_is_gone(told, died=report is None)
        self._no_buried_edit_is_forgotten(told, died=report is None or report.failure is not None)
        self._deleted_only_what_may_be(before, report)
        self._written_once(before, report)
        if report is not None:
            _one_outcome_each(report)
        self._forgive_what_git_says()
        for uid in OURS:
            seen = self.town.live(uid)
            if seen is None:
                self.bases.pop(uid, None)
            elif seen.author == US or (report is not None and (seen.body, seen.folder) == self.town.desired().get(uid)):
                self.bases[uid] = seen
                if report is not None and (seen.body, seen.folder) == self.town.desired().get(uid):
                    self.touched.discard(uid)

    def _forgive_what_git_says(self) -> None:
        """An edit that the files say too is not lost with the server's copy."""
        desired = self.town.desired()
        self.edits = {uid: each for uid, each in self.edits.items() if (each.body, each.folder) != desired.get(uid)}

    def _no_foreign_one_was_changed(self) -> None:
        assert self.foreign == {uid: self.town.live(uid) for uid in self.foreign}, "a foreign dashboard was changed"

    def _no_edit_is_gone(self, told: dict[str, str], *, died: bool) -> None:
        for uid, edit in list(self.edits.items()):
            now = self.town.live(uid)
            if now is not None and (now.item, now.body, now.folder) == (edit.item, edit.body, edit.folder):
                continue
            assert edit.body in self.town.kept(uid), f"an edit of {uid} is gone from the server and was not kept: {edit} → {now}"
            assert died or uid in told, f"an edit of {uid} was replaced without a word: {edit} → {now}"
            del self.edits[uid]

    def _no_buried_edit_is_forgotten(self, told: dict[str, str], *, died: bool) -> None:
        """What slipped in beneath a save of ours is kept and told by the end of the first pass that lives."""
        for uid in OURS:
            for row in self.town.history(uid):
                key = (uid, row.item, row.version)
                if row.created_by == SLIPPED_IN and key not in self.slips_told:
                    self.slips.setdefault(key, row.body)
                    self.touched.add(uid)
        if died:  # what is kept by now nobody may be left to tell of; what is not, the next pass finds, keeps and tells
            kept = {key for key, body in self.slips.items() if _plain_text(body) in self.town.kept(key[0])}
            self.slips_told |= kept
            self.slips = {key: body for key, body in self.slips.items() if key not in kept}
            return
        for key in list(self.slips):
            uid, item, version = key
            now = self.town.live(uid)
            if now is None or now.item != item or now.version == version:
                del self.slips[key]
                continue
            what = f"version {version} of {uid}, which a save of ours went over"
            assert _plain_text(self.slips[key]) in self.town.kept(uid), f"{what}, is not kept"
            assert ConflictKind.OVERWROTE_EDIT.value in told.get(uid, ""), f"{what}, was not told: {told.get(uid)!r}"
            self.slips_told.add(key)
            del self.slips[key]

    def _deleted_only_what_may_be(self, before: Before, report: PassReport | None) -> None:
        gone = {uid for uid in before.live if self.town.live(uid) is None} - self.deleted_by_hand
        policy = self.town.policy.prune
        broken = [path for path, each in self.town.files.items() if each.broken]
        assert not gone or (policy.enabled and not broken), f"{gone} deleted, though prune is off or {broken} cannot be read"
        assert not gone or self.town.files, f"{gone} deleted for an empty tree"
        few = len(gone) <= policy.max_deletions.of(len(before.live))
        allowed = self.town.confirmed if report is None else self.town.confirmed & {digest_of(report.pruning.deletions)}
        assert few or allowed, f"{gone} are more than the ceiling allows"
        for uid in gone:
            assert self.town.path_of(uid) is None, f"{uid} deleted, though its file is there"
            assert uid in before.ours, f"{uid} deleted, though we never wrote it"
            assert uid not in before.edited, f"{uid} deleted, though it was edited"
            assert before.live[uid].body in self.town.kept(uid), f"{uid} deleted without being kept"

    def _written_once(self, before: Before, report: PassReport | None) -> None:
        saves = self.town.our_saves() - before.saves
        assert all(times == 1 for times in saves.values()), f"written twice in one pass: {saves}"
        written = {name.partition(" ")[0] for name in saves}
        if self.town.identical_saves_count:
            for uid in written:
                was, now = before.live.get(uid), self.town.live(uid)
                again = was is not None and now is not None and was.author == US and was.same(now) and was.item == now.item
                assert not again, f"{uid} was written again as it was"
        if report is None:
            return
        said = {_uid(each) for each in report.outcomes if not isinstance(each.change, CreateFolder) and _says_written(each)}
        assert written <= said, f"{written - said} written, and the report says otherwise"
        if self.town.identical_saves_count:
            assert written == said, f"{said - written} said to be written, and were not"

    # --- at the end ----------------------------------------------------------------------------------------------------------------------

    def at_rest(self, report: PassReport) -> None:
        """The third pass after everybody went home."""
        assert report.failure is None, report.failure
        assert () == report.plan.changes, report.plan.changes
        assert () == report.pruning.deletions, report.pruning
        told = _told(report)
        for uid, wanted in self.town.desired().items():
            seen = self.town.live(uid)
            if seen is not None and (seen.body, seen.folder) == wanted:
                left_to_others = self.town.policy.adopt is AdoptPolicy.NEVER and ConflictKind.UNMANAGED.value in told.get(uid, "")
                assert uid not in told or left_to_others, f"{uid} is as git wants it, and yet: {told[uid]}"
                continue
            assert uid in told, f"{uid} is not as git wants it, and nothing says so: {seen}"
            assert uid in self.touched, f"{uid} does not arrive, and nobody touched it: {told[uid]}"
            assert not _git_always_wins(self.town.policy), f"{uid} does not arrive, and git always wins: {told[uid]}"
        held = {str(each.record.uid): each.reason for each in report.pruning.held}
        for uid in OURS:
            if uid not in self.town.desired() and uid in self.bases and uid not in self.touched and self.town.policy.prune.enabled:
                adopted = set() if self._is_made_by_us(uid) else {HoldReason.ADOPTED}
                assert held.get(uid, HoldReason.CEILING) in {HoldReason.CEILING, HoldReason.EMPTY_TREE, *adopted}, held
        assert 0 == len(self.town.house.sandbox.requests.writes)

    def _is_made_by_us(self, uid: str) -> bool:
        """Known to be: we made it, and no state file was lost in between. It is ours then, even if we died before that was written down."""
        now = self.town.live(uid)
        made = {row.created_by for row in self.town.history(uid) if now is not None and (row.item, row.version) == (now.item, 1)}
        return made == {US} and not self.forgot


def _git_always_wins(policy: Policy) -> bool:
    return (policy.conflict, policy.drift, policy.adopt, policy.deleted) == (
        *(ConflictPolicy.GIT_WINS, DriftPolicy.REVERT),
        *(AdoptPolicy.TAKE_OVER, DeletedPolicy.RECREATE),
    )


def _plain_text(body: str) -> str:
    """The sandbox keeps bodies with their keys in order, and so do we; only blanks differ."""
    return json.dumps(json.loads(body), sort_keys=True)


def _told(report: PassReport) -> dict[str, str]:
    """All that a report says of each dashboard."""
    told: dict[str, str] = {}
    for outcome in report.outcomes:
        if not isinstance(outcome.change, CreateFolder):
            kind = outcome.conflict.kind.value if outcome.conflict else ""
            told[_uid(outcome)] = f"{outcome.result} {kind} {outcome.detail}"
    for drift in report.plan.drifted:
        told[drift.dashboard.uid] = f"drift {drift.message}"
    for conflict in (*report.plan.conflicts, *report.buried):
        told[str(conflict.ours.uid)] = f"conflict {conflict.kind.value} {conflict.message}"
    for removal in report.removals:
        told[str(removal.record.uid)] = f"removal {removal.result} {removal.detail}"
    return told


def _says_written(outcome: Outcome) -> bool:
    buried = outcome.conflict is not None and outcome.conflict.kind is ConflictKind.OVERWROTE_EDIT
    return outcome.result in _DONE or buried


def _uid(outcome: Outcome) -> str:
    return str(outcome.change.folder.uid if isinstance(outcome.change, CreateFolder) else outcome.change.dashboard.uid)


def _one_outcome_each(report: PassReport) -> None:
    assert list(report.plan.changes) == [each.change for each in report.outcomes], "not one outcome for each change, in order"
    removed = [each.record.uid for each in report.removals if _is_dashboard(each)]
    if report.failure is None:
        assert [each.record.uid for each in report.pruning.deletions] == removed


def _is_dashboard(removal: Removal) -> bool:
    return removal.record.uid in OURS
