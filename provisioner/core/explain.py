"""Why one dashboard is treated as it is: every fact that its decision rests on, and the row of the table (DESIGN section 5).

In: `Facts`, gathered by `inquiring.py`. Out: an `Explanation`. Pure. The decision is asked of `decide.py`, so that what is explained is
what a pass does; where the file is gone, `guard.py` was asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import assert_never

from provisioner.core.changes import Conflict, CreateDashboard, Drift, LiveState, UpdateDashboard
from provisioner.core.decide import Adopt, Decision, Same, Sides, decide, desired_as_recorded
from provisioner.core.guard import Pruning
from provisioner.core.model import Revision, TargetName, Uid
from provisioner.core.problems import Problem
from provisioner.core.records import Intent, Kept, Record
from provisioner.core.settings import Override, Policy
from provisioner.core.three_way import Bodies, ThreeWay, three_way

NEAREST = 5
"""How many names are offered instead of one that was not found."""

_ALIKE = 0.6
"""How alike two names must be (difflib's ratio) for one to be offered for the other."""


class Verdict(StrEnum):
    """What a pass makes of the dashboard. The names are a promise: they stand in JSON."""

    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"
    ADOPT = "adopt"
    IN_SYNC = "in-sync"
    DRIFTED = "drifted"
    DELETED = "deleted-on-server"
    CONFLICT = "conflict"
    DELETE = "delete"
    """Its file is gone, and every rule lets the deletion through, save the ceiling: that is for all deletions of a pass together."""
    HELD = "held"
    """Its file is gone, and it is not deleted."""
    FORGOTTEN = "forgotten"
    """A record without a file and without a dashboard."""
    FOREIGN = "not-ours"
    """Neither a file nor a record names it: it is never touched."""
    KEPT_BACK = "kept-back"
    """Its file has an error, or could not be read, or the server does not show the dashboard: nothing is decided."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one dashboard on one target.

    `sides` is None where git does not have it or nothing may be decided (`doubt`); then `pruning` is what the guard says of its record.
    `path` is the one that `policy` was chosen by, `overrides` those that match it. `interrupted` is a write that a crash left without an
    outcome. `revision` is that of its source.
    """

    target: TargetName
    uid: Uid
    policy: Policy
    sides: Sides | None = None
    record: Record | None = None
    live: LiveState | None = None
    bodies: Bodies = Bodies()
    path: str = ""
    overrides: tuple[Override, ...] = ()
    kept: tuple[Kept, ...] = ()
    revision: Revision | None = None
    interrupted: Intent | None = None
    problems: tuple[Problem, ...] = ()
    pruning: Pruning = Pruning()
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The row of the table. None where a comparison has only one side. `same_mark` says that nobody saved since we wrote."""

    record: bool
    desired: bool
    live: bool
    desired_is_base: bool | None = None
    live_is_base: bool | None = None
    live_is_desired: bool | None = None
    same_mark: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """As the table writes it: ("record B", "desired ≠ B", "live ≠ B", "live ≠ desired")."""
        told = ["record B" if self.record else "no record"]
        if not self.desired:
            told.append("not in git")
        elif self.desired_is_base is not None:
            told.append(f"desired {_sign(self.desired_is_base)} B")
        if not self.live:
            told.append("not on the server")
        if self.live_is_base is not None:
            told.append(f"live {_sign(self.live_is_base)} B")
        if self.live_is_desired is not None:
            told.append(f"live {_sign(self.live_is_desired)} desired")
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts, the row that they make, and what follows. `decision` is None where git does not have the dashboard."""

    facts: Facts
    row: Row
    verdict: Verdict
    decision: Decision | None
    changes: ThreeWay
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing is called so on this target, or more than one thing is. `nearest` are uids and paths that may have been meant."""

    target: TargetName
    asked: str
    message: str
    nearest: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def explain(facts: Facts) -> Explanation:
    """What a pass would make of this dashboard, and why."""
    changes = three_way(facts.bodies)
    if facts.sides is None or facts.doubt:
        verdict, reason, remedy = _without_a_decision(facts)
        return Explanation(facts, row_of(facts), verdict, None, changes, reason, remedy)
    decision = decide(facts.sides, facts.policy)
    reason, remedy = _reason(decision)
    return Explanation(facts, row_of(facts), _verdict(decision), decision, changes, reason, remedy)


def row_of(facts: Facts) -> Row:
    """Which row of the table the facts are."""
    sides, record, live = facts.sides, facts.record, facts.live
    if record is None:
        return Row(
            record=False, desired=sides is not None, live=live is not None, live_is_desired=None if live is None else _as_desired(sides)
        )
    same_mark = live is not None and live.mark == record.mark
    kept = live is not None and (live.fingerprint, live.folder) == (record.content, record.folder)
    return Row(
        record=True,
        desired=sides is not None,
        live=live is not None,
        desired_is_base=None if sides is None else desired_as_recorded(sides, record),
        live_is_base=None if live is None else same_mark or kept,
        live_is_desired=None if live is None else _as_desired(sides),
        same_mark=same_mark,
    )


def nearest(asked: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that may have been meant: those that contain it first, then those that are spelled alike."""
    known = sorted(set(names))
    folded = asked.casefold()
    containing = [each for each in known if folded and folded in each.casefold()]
    alike = get_close_matches(asked, known, NEAREST, _ALIKE) if len(containing) < NEAREST else []
    return tuple(dict.fromkeys([*sorted(containing, key=len), *alike]))[:NEAREST]


def _sign(equal: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    return "=" if equal else "≠"


def _as_desired(sides: Sides | None) -> bool | None:
    if sides is None or sides.comparison is None:
        return None
    return sides.comparison.equal and sides.comparison.live.folder == sides.dashboard.folder


def _verdict(decision: Decision) -> Verdict:
    match decision:
        case CreateDashboard():
            return Verdict.CREATE
        case UpdateDashboard(differences=(), moves=True):
            return Verdict.MOVE
        case UpdateDashboard():
            return Verdict.UPDATE
        case Conflict():
            return Verdict.CONFLICT
        case Drift(live=None):
            return Verdict.DELETED
        case Drift():
            return Verdict.DRIFTED
        case Same():
            return Verdict.IN_SYNC
        case Adopt():
            return Verdict.ADOPT
        case never:
            assert_never(never)


def _reason(decision: Decision) -> tuple[str, str]:
    match decision:
        case CreateDashboard(reason=reason) | UpdateDashboard(reason=reason):
            return reason, ""
        case Conflict(message=message, remedy=remedy) | Drift(message=message, remedy=remedy):
            return message, remedy
        case Same():
            return "it is as it should be: nothing is written", ""
        case Adopt():
            return "it is as git wants it, and no record knows it: it is recorded without a write", ""
        case never:
            assert_never(never)


def _without_a_decision(facts: Facts) -> tuple[Verdict, str, str]:
    if facts.doubt:
        return Verdict.KEPT_BACK, "nothing is decided about it, and what is live stays", "mend what is told below"
    if facts.record is None:
        if facts.live is None:
            return Verdict.FORGOTTEN, "neither git nor the server has it", ""
        return Verdict.FOREIGN, "no file and no record names it: it is never touched", ""
    for held in facts.pruning.held:
        return Verdict.HELD, held.message, held.remedy
    if facts.pruning.deletions:
        return Verdict.DELETE, "its file is gone for the grace time and nobody edited it: the next apply deletes it, and keeps its body", ""
    return Verdict.FORGOTTEN, "its file is gone and so is the dashboard: the record is forgotten", ""
