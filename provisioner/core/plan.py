"""Desired, live and records side by side → plan (DESIGN section 5), without I/O.

In: what a target should hold, what its server holds, what we last wrote, and the policy. Out: a `Plan`. It must never name a dashboard that
is not ours to write, and equal sides must give an empty plan, in whatever order they come. The rows of the table are in `decide.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import assert_never

from provisioner.core.changes import Conflict, CreateDashboard, Drift, Plan, UpdateDashboard
from provisioner.core.decide import Adopt, Decision, Same, Sides, decide
from provisioner.core.identity import derived_uid
from provisioner.core.live import Live
from provisioner.core.model import Desired, DesiredDashboard, FolderUid, Uid
from provisioner.core.placing import NO_FOLDERS, Placed, folder_changes, settle_folders
from provisioner.core.policy import Policies
from provisioner.core.records import FolderRecord, Record
from provisioner.core.server import Found
from provisioner.core.settings import Policy
from provisioner.core.upheaval import Upheaval, upheaval

NO_RECORDS: Mapping[Uid, Record] = MappingProxyType({})


def make_plan(
    desired: Desired,
    live: Live,
    policy: Policy | Policies,
    records: Mapping[Uid, Record] = NO_RECORDS,
    folders: Mapping[FolderUid, FolderRecord] = NO_FOLDERS,
) -> Plan:
    """The changes, conflicts, drifts and untouched dashboards that lead from live to desired."""
    what = upheaval(live, records)
    placed = settle_folders(desired, live, NO_FOLDERS if what in {Upheaval.EMPTIED, Upheaval.REPLACED} else folders)
    chosen = policy if isinstance(policy, Policies) else Policies(policy)
    found = _sorted_out(placed, _Table(live, NO_RECORDS if what is Upheaval.REPLACED else records, chosen, what))
    gone = () if what is not None else _gone(desired, records)
    settled: list[Same | Adopt] = [*found.same, *found.adopted]
    return Plan(
        changes=(*folder_changes(placed, live, (each.dashboard.folder for each in found.writes)), *found.writes),
        conflicts=(*placed.conflicts, *found.conflicts),
        unchanged=(*found.resting, *(each.dashboard for each in settled)),
        adopted=tuple(each.dashboard for each in found.adopted),
        drifted=tuple(found.drifted),
        seen=tuple((each.dashboard, each.seen) for each in settled if each.seen is not None),
        gone=gone,
        unsure=() if what is not None else _unsure(desired, records, gone),
        hiding=desired.hiding,
        gone_folders=() if what is not None else _gone_folders(desired, folders),
        agreed_folders=placed.agreed,
        notice=what.value if what is not None else "",
    )


class _Table:
    """All that the decisions about dashboards rest on, by uid. `records` are those that count."""

    def __init__(self, live: Live, records: Mapping[Uid, Record], policies: Policies, what: Upheaval | None) -> None:
        self.live = live
        self._records = records
        self._policies = policies
        self._upheaval = what
        self._compared = dict(live.compared)
        self._ours = {each.uid: each for each in live.ours}

    def is_settled(self, dashboard: DesiredDashboard) -> bool:
        """Whether it was not looked at, and git wants what was recorded: `decide` says the same, and takes ten times as long for each of
        ten thousand.
        """
        record, ours = self._records.get(dashboard.uid), self._ours.get(dashboard.uid)
        if record is None or ours is None or dashboard.uid in self.live.read:
            return False
        return record.key == ours.key and record.folder == dashboard.folder and ours.content in (None, record.content)

    def sides(self, dashboard: DesiredDashboard) -> Sides:
        """Of one dashboard."""
        ours, comparison = self._ours.get(dashboard.uid), self._compared.get(dashboard.uid)
        key, content = (ours.key, ours.content) if ours else ("", None)
        return Sides(
            dashboard=dashboard,
            key=key,
            content=comparison.ours if comparison else content,
            record=self._records.get(dashboard.uid),
            comparison=comparison,
            read=comparison is not None or dashboard.uid in self.live.read,
            unique_names=self.live.server.unique_names,
            upheaval=self._upheaval,
        )

    def decision(self, sides: Sides) -> Decision:
        """By the policy that holds for its path."""
        return decide(sides, self._policies.of(sides.dashboard.origin.path, sides.dashboard.uid))


def _sorted_out(placed: Placed, table: _Table) -> _Sorted:
    """Each dashboard decided: first by itself, then, where it is to be written, beside those that have its title."""
    found = _Sorted()
    open_: list[Sides] = []
    for dashboard in (each for each in placed.dashboards if each.uid not in table.live.doubtful):
        if table.is_settled(dashboard):
            found.resting.append(dashboard)
            continue
        sides = table.sides(dashboard)
        decision = table.decision(sides)
        if isinstance(decision, CreateDashboard | UpdateDashboard):
            open_.append(sides)
        else:
            found.take(decision)
    names = Names(table.live, (sides.dashboard for sides in open_))
    for sides in open_:
        decision = table.decision(sides.with_twin(names.twin(sides)))
        found.take(decision)
        if isinstance(decision, CreateDashboard | UpdateDashboard):
            names.take(sides.dashboard)
    return found


def _gone(desired: Desired, records: Mapping[Uid, Record]) -> tuple[Record, ...]:
    """Records whose file is not there any more. In doubt (a file that could not be read) none is.

    A refused file that names no uid is withheld by the uid of its path, while its dashboard may have the one of an earlier path.
    """
    if not desired.complete:
        return ()
    missing = _missing(desired, records)
    strange = desired.withheld - records.keys()
    return tuple(each for each in missing if not each.derived or not (strange or _uid_of_its_path(each) in desired.withheld))


def _unsure(desired: Desired, records: Mapping[Uid, Record], gone: tuple[Record, ...]) -> tuple[Record, ...]:
    """Records whose file is not found, while it may be one that cannot be read. What cannot be read at its own path is not gone."""
    told = {each.uid for each in gone}
    broken = {(each.source, each.path) for each in desired.hiding}
    return tuple(each for each in _missing(desired, records) if each.uid not in told and (each.source, each.path) not in broken)


def _missing(desired: Desired, records: Mapping[Uid, Record]) -> list[Record]:
    there = {each.uid for each in desired.dashboards} | desired.withheld
    return [records[uid] for uid in sorted(records.keys() - there)]


def _uid_of_its_path(record: Record) -> Uid:
    return derived_uid(record.source, record.path, record.index)


def _gone_folders(desired: Desired, folders: Mapping[FolderUid, FolderRecord]) -> tuple[FolderRecord, ...]:
    """Folders that we made and that no directory stands for any more, children first. They go only when they are found empty."""
    if not desired.complete:
        return ()
    there = {each.uid for each in desired.folders}
    gone = (each for uid, each in folders.items() if uid not in there)
    return tuple(sorted(gone, key=lambda each: (-len(each.path.split("/")) if each.path else 0, each.uid)))


class _Sorted:
    """Decisions by kind, in the order in which they came. `resting` need none."""

    def __init__(self) -> None:
        self.resting: list[DesiredDashboard] = []
        self.writes: list[CreateDashboard | UpdateDashboard] = []
        self.conflicts: list[Conflict] = []
        self.drifted: list[Drift] = []
        self.same: list[Same] = []
        self.adopted: list[Adopt] = []

    def take(self, decision: Decision) -> None:
        match decision:
            case CreateDashboard() | UpdateDashboard():
                self.writes.append(decision)
            case Conflict():
                self.conflicts.append(decision)
            case Drift():
                self.drifted.append(decision)
            case Same():
                self.same.append(decision)
            case Adopt():
                self.adopted.append(decision)
            case never:
                assert_never(never)


class Names:
    """Who has which title in which folder: what search shows, and what the plan is about to write where only one may have it."""

    def __init__(self, live: Live, asking: Iterable[DesiredDashboard]) -> None:
        self._server = live.server
        self._taken: dict[tuple[FolderUid, str], list[Found]] = {self._place(each): [] for each in asking}
        for each in sorted(live.found, key=lambda found: found.uid) if self._taken else ():
            if (same := self._taken.get((each.folder, self._server.name_key(each.title)))) is not None:
                same.append(each)

    def twin(self, sides: Sides) -> Found | None:
        """Another one of its title in its folder; None for one that has the title there already, since it came first."""
        dashboard, there = sides.dashboard, sides.comparison.live if sides.comparison is not None else None if sides.read else sides.record
        if there is not None and (there.folder, self._server.name_key(there.title)) == self._place(dashboard):
            return None
        return next((each for each in self._taken[self._place(dashboard)] if each.uid != dashboard.uid), None)

    def take(self, dashboard: DesiredDashboard) -> None:
        """Of two files with one title the first by path is written: left to the server, it would be whichever request is faster."""
        if self._server.unique_names:
            self._taken[self._place(dashboard)].append(Found(dashboard.uid, dashboard.title, dashboard.folder, ""))

    def _place(self, dashboard: DesiredDashboard) -> tuple[FolderUid, str]:
        return (dashboard.folder, self._server.name_key(dashboard.title))
