"""What is new since the last pass: problems, conflicts, drift and holds that appeared, and those that are gone.

In: reports of passes. Out: matters, each a value of few words that stays the same for as long as the matter does, so that the log tells it
when it comes and when it goes, and not at each pass. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.changes import ConflictKind, CreateFolder, Result
from provisioner.core.guard import HoldReason
from provisioner.core.home import HomeIs, HomeState
from provisioner.core.model import DesiredDashboard
from provisioner.core.problems import Severity
from provisioner.core.report import PassReport

_QUIET = frozenset({HoldReason.PRUNE_OFF, HoldReason.ADOPTED})
"""What will be so for good, by the policy: `status` shows it, the log need not."""


class MatterKind(StrEnum):
    """The kinds. The names are a promise: the log's events are called after them."""

    PROBLEM = "problem"
    CONFLICT = "conflict"
    DRIFT = "drift"
    HOLD = "hold"
    REFUSED = "refused"
    """A change that the server refuses, each time it is sent."""
    HOME = "home"
    """The home dashboard of the organisation is not the stated one, and stays so."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that is not as it should be. `code` is the problem's code, the conflict's kind or the hold's reason; `subject` a uid or a
    file with its place. What changes from pass to pass without the matter changing (a line number, a time) is told and not compared: it is
    in `Told`.
    """

    kind: MatterKind
    code: str
    subject: str
    severity: str


@dataclass(frozen=True, slots=True)
class Told:
    """The words that go with a matter."""

    message: str
    remedy: str
    place: str = ""


Matters = dict[Matter, Told]

_AMISS = {
    HomeState.DRIFTED: "warning",
    HomeState.CONFLICT: "warning",
    HomeState.WAITS: "warning",
    HomeState.FORBIDDEN: "error",
    HomeState.FAILED: "error",
}
"""How a home dashboard stands that a person should look at, and how bad that is."""

_ONCE = frozenset({ConflictKind.OVERWROTE_EDIT, ConflictKind.REDIRECTED, ConflictKind.VERSION_MISMATCH})
"""What happened once: that the next pass does not tell it again does not mean that it is mended."""


def matters(report: PassReport) -> Matters:
    """All that a person should look at on this target, or in the files that feed it."""
    return dict((*_problems(report), *_conflicts(report), *_drifts(report), *_holds(report), *_refusals(report), *_home(report)))


def appeared(before: Matters, now: Matters) -> Matters:
    """Those that were not there before, in the order in which they are told."""
    return {matter: told for matter, told in now.items() if matter not in before}


def gone(before: Matters, now: Matters) -> Matters:
    """Those that are not there any more. What happened once does not go."""
    return {matter: told for matter, told in before.items() if matter not in now and matter.code not in _ONCE}


def _problems(report: PassReport) -> Iterator[tuple[Matter, Told]]:
    for problem in report.problems:
        if problem.severity in (Severity.ERROR, Severity.WARNING):
            subject = f"{problem.file}#{problem.pointer}" if problem.pointer else problem.file
            matter = Matter(MatterKind.PROBLEM, problem.code, subject, problem.severity)
            yield matter, Told(problem.message, problem.remedy, problem.where)


def _conflicts(report: PassReport) -> Iterator[tuple[Matter, Told]]:
    for conflict in report.conflicts:
        place = conflict.ours.origin.shown if isinstance(conflict.ours, DesiredDashboard) else report.shown(conflict.ours)
        yield Matter(MatterKind.CONFLICT, conflict.kind, conflict.ours.uid, "warning"), Told(conflict.message, conflict.remedy, place)


def _drifts(report: PassReport) -> Iterator[tuple[Matter, Told]]:
    for drift in report.plan.drifted:
        code = "deleted" if drift.live is None else f"version {drift.live.mark.version}"
        matter = Matter(MatterKind.DRIFT, code, drift.dashboard.uid, "warning")
        yield matter, Told(drift.message, drift.remedy, drift.dashboard.origin.shown)


def _holds(report: PassReport) -> Iterator[tuple[Matter, Told]]:
    for held in report.pruning.held:
        if held.reason not in _QUIET:
            severity = "note" if held.reason is HoldReason.GRACE else "warning"
            yield (
                Matter(MatterKind.HOLD, held.reason, held.record.uid, severity),
                Told(held.message, held.remedy, report.shown(held.record)),
            )


def _refusals(report: PassReport) -> Iterator[tuple[Matter, Told]]:
    for outcome in report.outcomes:
        if outcome.result is Result.FAILED:
            change = outcome.change
            subject, place = (
                (change.folder.uid, report.shown(change.folder))
                if isinstance(change, CreateFolder)
                else (change.dashboard.uid, change.dashboard.origin.shown)
            )
            yield Matter(MatterKind.REFUSED, "refused", subject, "error"), Told(outcome.detail, outcome.remedy, place)


def _home(report: PassReport) -> Iterator[tuple[Matter, Told]]:
    """Another one that somebody chooses is another matter, as another version of a dashboard is."""
    home = report.home
    if home is not None and home.state in _AMISS:
        theirs = f" {home.live.name}" if isinstance(home.live, HomeIs) else ""
        yield Matter(MatterKind.HOME, f"{home.state.value}{theirs}", home.wanted, _AMISS[home.state]), Told(home.message, home.remedy)
