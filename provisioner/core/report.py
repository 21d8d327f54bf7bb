"""One pass, one validation, as values: what renderers, the log and the exit code are made from.

In: nothing. Out: frozen values and `exit_code`. Seconds are measured by the caller, who has a clock. How a target stands is in
`status.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, CreateFolder, Outcome, Plan, Removal, Result, UpdateDashboard
from provisioner.core.guard import Held, HoldReason, Pruning
from provisioner.core.home import HomeReport, HomeState
from provisioner.core.model import DesiredFolder, Revision, SourceName, TargetName, Uid
from provisioner.core.problems import Problem, errors
from provisioner.core.records import FolderRecord, Record
from provisioner.core.server import Server
from provisioner.core.verdict import Rehearsed


class Exit(IntEnum):
    """The exit codes (DESIGN section 9). Where several apply, the first of UNREACHABLE, ERROR, INVALID, CONFLICT, PENDING counts."""

    OK = 0
    ERROR = 1
    PENDING = 2
    INVALID = 3
    CONFLICT = 4
    UNREACHABLE = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a source or a target could not be worked with, and what happens next. `unreachable` tells the network's failures from others."""

    subject: str
    message: str
    next_step: str
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class SourceState:
    """What was read of one source. `passed_over` are files that are no dashboards, with the reason; `parsed` counts new ones. `prefix` is
    put before its paths when they are shown.
    """

    name: SourceName
    revision: Revision | None
    files: int = 0
    dashboards: int = 0
    parsed: int = 0
    passed_over: tuple[tuple[str, str], ...] = ()
    failure: Failure | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class ServerAsked:
    """One server that was shown the files as dry runs: what it is, how many it was shown, or why it could not be asked."""

    target: TargetName
    url: str
    server: Server | None = None
    rehearsed: Rehearsed = Rehearsed(0, 0)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validate` found: every problem of every file. `servers` are those that were asked, none without `--server`."""

    sources: tuple[SourceState, ...]
    problems: tuple[Problem, ...]
    seconds: float
    servers: tuple[ServerAsked, ...] = ()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Why sources could not be read, and servers not be asked."""
        found = (*(each.failure for each in self.sources), *(each.failure for each in self.servers))
        return tuple(each for each in found if each is not None)


@dataclass(frozen=True, slots=True)
class PassReport:
    """One pass over one target. For a plan `applied` is False and `outcomes` is empty; else each change of the plan has one outcome.

    `resting` counts the dashboards of a target that the records alone show to be at rest: it was not even asked. `looked` are the uids
    whose live state was read. `buried` are edits that a write went over whose process was killed before it could tell. `stopped` says that
    somebody asked to stop before all was done. `home` is given where a home dashboard is stated and was looked at. `rehearsed` is given
    where the server was shown the plan as dry runs.
    """

    target: TargetName
    url: str
    applied: bool
    sources: tuple[SourceState, ...] = ()
    server: Server | None = None
    plan: Plan = Plan()
    outcomes: tuple[Outcome, ...] = ()
    pruning: Pruning = Pruning()
    removals: tuple[Removal, ...] = ()
    problems: tuple[Problem, ...] = ()
    resting: int = 0
    looked: frozenset[Uid] = frozenset()
    buried: tuple[Conflict, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    stopped: bool = False
    failure: Failure | None = None
    home: HomeReport | None = None
    rehearsed: Rehearsed | None = None

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Those that an earlier pass left, those that the plan saw and those that the server told of."""
        told = tuple(outcome.conflict for outcome in self.outcomes if outcome.conflict is not None)
        return (*self.buried, *self.plan.conflicts, *told)

    def shown(self, of: Record | FolderRecord | DesiredFolder) -> str:
        """The path of what was recorded, or of a folder, as the paths of dashboards are shown. Of which source a folder is, only a single
        one tells.
        """
        prefixes = {each.prefix for each in self.sources if not isinstance(of, Record) or each.name == of.source}
        return f"{prefixes.pop() if len(prefixes) == 1 else ''}{of.path}"

    def count(self, result: Result) -> int:
        """How many changes ended so."""
        return sum(outcome.result is result for outcome in self.outcomes)

    @property
    def held(self) -> tuple[Held, ...]:
        """Deletions that wait for a person. Waiting for the grace time, or for nothing since prune is off, is no such thing."""
        quiet = {HoldReason.GRACE, HoldReason.PRUNE_OFF, HoldReason.ADOPTED, HoldReason.SOURCE_REMOVED}
        return tuple(each for each in self.pruning.held if each.reason not in quiet)

    @property
    def written(self) -> int:
        """How many writes changed the server: folders, deletions, and those that went wrong are among them."""
        deleted = sum(removal.result is Result.DELETED for removal in self.removals)
        return sum(wrote(outcome) for outcome in self.outcomes) + deleted + (self.home is not None and self.home.state is HomeState.SET)

    @property
    def unchanged(self) -> int:
        """How many dashboards are as they should be without a write."""
        return self.resting + len(self.plan.unchanged) + self.count(Result.UNCHANGED)

    @property
    def drifted(self) -> int:
        """How many dashboards were edited or deleted on the server alone, and left so."""
        return len(self.plan.drifted)

    @property
    def adopted(self) -> int:
        """How many of the unchanged dashboards no record knew: an apply records them without a write."""
        return len(self.plan.adopted)

    @property
    def creates(self) -> int:
        """How many dashboards the plan makes."""
        return sum(isinstance(change, CreateDashboard) for change in self.plan.changes)

    @property
    def updates(self) -> int:
        """How many dashboards the plan changes in content, moved ones with other content included."""
        return sum(isinstance(change, UpdateDashboard) and bool(change.differences) for change in self.plan.changes)

    @property
    def moves(self) -> int:
        """How many dashboards the plan only moves."""
        return sum(isinstance(change, UpdateDashboard) and not change.differences for change in self.plan.changes)

    @property
    def folders(self) -> int:
        """How many folders the plan makes."""
        return sum(isinstance(change, CreateFolder) and change.live is None for change in self.plan.changes)

    @property
    def renames(self) -> int:
        """How many folders of ours the plan renames or moves."""
        return sum(isinstance(change, CreateFolder) and change.live is not None for change in self.plan.changes)


def wrote(outcome: Outcome) -> bool:
    """Whether something was written: as it was meant, over an edit, into another dashboard, or without being recorded."""
    if outcome.result in {Result.CONFLICT, Result.FAILED}:
        redirected = outcome.conflict is not None and outcome.conflict.kind is ConflictKind.REDIRECTED
        return redirected or outcome.after is not None
    return outcome.result in {Result.CREATED, Result.UPDATED, Result.MOVED}


def exit_code(reports: Iterable[PassReport], *, detailed: bool = False) -> Exit:
    """The exit code of a command over these passes. `detailed` makes pending changes and drift of a plan PENDING instead of OK."""
    found = {code for report in reports for code in _codes(report)}
    for code in (Exit.UNREACHABLE, Exit.ERROR, Exit.INVALID, Exit.CONFLICT):
        if code in found:
            return code
    return Exit.PENDING if detailed and Exit.PENDING in found else Exit.OK


def validation_exit_code(validation: Validation) -> Exit:
    """3 when a file has an error, 5 or 1 when a source could not be read or a server not be asked, else 0."""
    if validation.failures:
        return Exit.UNREACHABLE if any(failure.unreachable for failure in validation.failures) else Exit.ERROR
    return Exit.INVALID if errors(validation.problems) else Exit.OK


_HOME_CODES = {
    HomeState.PENDING: Exit.PENDING,
    HomeState.DRIFTED: Exit.PENDING,
    HomeState.CONFLICT: Exit.CONFLICT,
    HomeState.FORBIDDEN: Exit.ERROR,
    HomeState.FAILED: Exit.ERROR,
    HomeState.WAITS: Exit.ERROR,
}
"""What a home dashboard adds to the exit code. That it drifted counts as a dashboard's drift does."""


def _codes(report: PassReport) -> set[Exit]:
    codes: set[Exit] = set()
    for failure in (report.failure, *(source.failure for source in report.sources)):
        if failure is not None:
            codes.add(Exit.UNREACHABLE if failure.unreachable else Exit.ERROR)
    results = {each.result for each in report.outcomes} | {each.result for each in report.removals}
    if results & {Result.FAILED, Result.UNKNOWN, Result.NOT_DONE}:
        codes.add(Exit.ERROR)
    if errors(report.problems):
        codes.add(Exit.INVALID)
    if report.conflicts or report.held or any(each.result is Result.CONFLICT for each in report.removals):
        codes.add(Exit.CONFLICT)
    if report.home is not None and (code := _HOME_CODES.get(report.home.state)) is not None:
        codes.add(code)
    if (report.plan.changes or report.plan.drifted or report.pruning.deletions) and not report.applied:
        codes.add(Exit.PENDING)
    return codes
