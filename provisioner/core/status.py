"""How a target stands: each dashboard in sync, pending, drifted, in conflict; since when, and what was last applied.

In: the report of a plan, and the records. Out: a `StatusReport`. Pure: what is told of a dashboard is what the plan decided about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, CreateFolder, Difference, Drift, LiveState, UpdateDashboard
from provisioner.core.guard import HoldReason
from provisioner.core.model import DesiredDashboard, DesiredFolder, Uid
from provisioner.core.records import Record
from provisioner.core.report import PassReport
from provisioner.core.server import LiveFolder


class Standing(StrEnum):
    """How one dashboard stands, those that a person must look at first. The names are a promise: they stand in JSON."""

    CONFLICT = "conflict"
    NOT_OURS = "not-ours"
    """It is in git, and on the server somebody else's: nothing is written."""
    DELETED = "deleted-on-server"
    DRIFTED = "drifted"
    PENDING = "pending"
    """An apply writes it, or deletes it when its time has come."""
    HELD = "held"
    """Its file is gone, and it is not deleted until a person says so."""
    LEFT = "left"
    """Its file is gone, and by the policy it stays."""
    IN_SYNC = "in-sync"


_NOT_OURS = frozenset({ConflictKind.UNMANAGED, ConflictKind.PLUGIN_DASHBOARD, ConflictKind.MANAGED_ELSEWHERE, ConflictKind.OWNED_ELSEWHERE})
_HOLDS = {HoldReason.PRUNE_OFF: Standing.LEFT, HoldReason.ADOPTED: Standing.LEFT, HoldReason.GRACE: Standing.PENDING}
_ORDER = tuple(Standing)


@dataclass(frozen=True, slots=True)
class Stand:
    """One dashboard, or a folder that is in conflict or that git renames or moves. `since` is when it came to stand so (ISO 8601), "" where
    that is not known: for what is in sync when it was last applied, for what was edited when it was last saved, for what has no file when
    that was first seen.

    `detail` and `remedy` are sentences, "" where there is nothing to say. `differences` go from what we wrote to what is live where it
    drifted, and from live to git elsewhere.
    """

    standing: Standing
    uid: str
    name: str
    path: str
    record: Record | None = None
    since: str = ""
    conflict: Conflict | None = None
    detail: str = ""
    remedy: str = ""
    url: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One target. `report` is the plan that it was made from; `stands` those first that a person must look at, then by path."""

    report: PassReport
    stands: tuple[Stand, ...] = ()
    last: Record | None = None
    """What was applied last of all."""

    def count(self, standing: Standing) -> int:
        """How many stand so."""
        return sum(each.standing is standing for each in self.stands)

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many stand how, in the order of `Standing`; all of them, zeros too."""
        found = Counter(each.standing for each in self.stands)
        return {each: found[each] for each in Standing}

    @property
    def well(self) -> bool:
        """Whether everything is in sync, as far as it could be told. What is left by the policy is as it should be."""
        sources = all(source.failure is None for source in self.report.sources)
        return self.report.failure is None and sources and self.count(Standing.IN_SYNC) + self.count(Standing.LEFT) == len(self.stands)


def status(report: PassReport, records: Mapping[Uid, Record]) -> StatusReport:
    """How the target of this plan stands."""
    if report.failure is not None:
        return StatusReport(report, last=_last(records))
    stands = sorted(_once(report, records), key=lambda each: (_ORDER.index(each.standing), each.path, each.uid))
    return StatusReport(report, tuple(stands), _last(records))


def _stands(report: PassReport, records: Mapping[Uid, Record]) -> Iterator[Stand]:
    plan = report.plan
    seen = {dashboard.uid: beside for dashboard, beside in plan.seen}
    adopted = {each.uid for each in plan.adopted}
    for each in plan.unchanged:
        record, beside = records.get(each.uid), seen.get(each.uid)
        detail = "no record knows it yet: the next apply records it without a write" if each.uid in adopted else ""
        since, url = record.applied if record else "", beside.live.url if beside else ""
        yield Stand(Standing.IN_SYNC, each.uid, each.name, each.origin.shown, record, since, detail=detail, url=url)
    for change in plan.changes:
        if not isinstance(change, CreateFolder):
            yield _pending(change, records.get(change.dashboard.uid))
        elif change.live is not None:  # one that is only to be made comes with the dashboards that need it
            yield _to_be_renamed(change, change.live, report)
    for drift in plan.drifted:
        yield _drifted(drift)
    for conflict in plan.conflicts:
        yield _in_conflict(conflict, report, records)
    for held in report.pruning.held:
        yield _without_file(_HOLDS.get(held.reason, Standing.HELD), held.record, report, held.message, held.remedy)
    for deletion in report.pruning.deletions:
        yield _without_file(Standing.PENDING, deletion.record, report, "its file is gone: it is deleted, and its body kept")


def _once(report: PassReport, records: Mapping[Uid, Record]) -> Iterator[Stand]:
    """Each dashboard once: an edit that one of our writes went over comes before whatever else there is to say of it."""
    buried = {str(each.ours.uid): _in_conflict(each, report, records) for each in report.buried}
    for each in _stands(report, records):
        if each.uid not in buried or each.path.endswith("/"):
            yield each
        elif each.conflict is not None:
            found = buried[each.uid]
            buried[each.uid] = replace(found, detail=f"{found.detail}; {each.detail}", remedy=f"{found.remedy} {each.remedy}")
    yield from buried.values()


def _without_file(standing: Standing, record: Record, report: PassReport, detail: str, remedy: str = "") -> Stand:
    name, since = " / ".join((*record.titles, record.title)), record.missing_since or ""
    return Stand(standing, record.uid, name, report.shown(record), record, since, detail=detail, remedy=remedy)


def _pending(change: CreateDashboard | UpdateDashboard, record: Record | None) -> Stand:
    of, update = change.dashboard, change if isinstance(change, UpdateDashboard) else None
    return Stand(
        Standing.PENDING,
        of.uid,
        of.name,
        of.origin.shown,
        record,
        detail=change.reason,
        url=update.live.url if update else "",
        differences=update.differences if update else (),
    )


def _to_be_renamed(change: CreateFolder, live: LiveFolder, report: PassReport) -> Stand:
    of = change.folder
    return Stand(Standing.PENDING, of.uid, " / ".join(of.titles), f"{report.shown(of)}/", detail=change.reason, url=live.url)


def _drifted(drift: Drift) -> Stand:
    of, live = drift.dashboard, drift.live
    standing = Standing.DELETED if live is None else Standing.DRIFTED
    since, url = (live.updated, live.url) if live else ("", "")
    return Stand(standing, of.uid, of.name, of.origin.shown, drift.record, since, None, drift.message, drift.remedy, url, drift.differences)


def _in_conflict(conflict: Conflict, report: PassReport, records: Mapping[Uid, Record]) -> Stand:
    of, theirs = conflict.ours, conflict.theirs
    name = of.name if isinstance(of, DesiredDashboard) else " / ".join(of.titles)
    path = f"{report.shown(of)}/" if isinstance(of, DesiredFolder) else of.origin.shown
    return Stand(
        Standing.NOT_OURS if conflict.kind in _NOT_OURS else Standing.CONFLICT,
        of.uid,
        name,
        path,
        records.get(Uid(of.uid)) if isinstance(of, DesiredDashboard) else None,
        theirs.updated if isinstance(theirs, LiveState) else "",
        conflict,
        conflict.message,
        conflict.remedy,
        theirs.url if theirs else "",
        conflict.differences,
    )


def _last(records: Mapping[Uid, Record]) -> Record | None:
    written = [each for each in records.values() if each.written]
    return max(written, key=lambda each: (each.applied, each.uid), default=None)
