"""Stories for the laws of the planner: a world that passes go over while people work on both sides, with what is recorded of it.

A pass is carried out as values, and is written down as `journal.py` and `deleting.py` write it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from provisioner.core.canonical import fingerprint, fingerprint_key
from provisioner.core.changes import Change, CreateFolder, LiveState, Plan, UpdateDashboard, state_of
from provisioner.core.guard import Circumstances, Pruning, guard
from provisioner.core.live import Live, Ours
from provisioner.core.model import Desired, FolderUid, Uid
from provisioner.core.plan import make_plan
from provisioner.core.policy import Policies
from provisioner.core.recording import Moment, notes, record_of, stale
from provisioner.core.records import FolderRecord, Record
from provisioner.core.renames import with_kept_uids
from provisioner.core.server import LiveDashboard
from provisioner.core.settings import Policy
from tests.core.pure_server import PureServer
from tests.core.worlds import World

BEGINNING = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """A world, and what is recorded of it. `minutes` is what its clock says."""

    world: World
    policy: Policy = Policy()
    records: Mapping[Uid, Record] = field(default_factory=dict)
    folders: Mapping[FolderUid, FolderRecord] = field(default_factory=dict)
    taken: frozenset[Uid] = frozenset()
    minutes: int = 0

    @property
    def server(self) -> PureServer:
        return self.world.server

    @cached_property
    def desired(self) -> Desired:
        return with_kept_uids(self.world.desired, self.records)

    @property
    def policies(self) -> Policies:
        return Policies(self.policy, taken=self.taken)

    @property
    def moment(self) -> Moment:
        return Moment((BEGINNING + timedelta(minutes=self.minutes)).isoformat(), {})

    @cached_property
    def ours(self) -> dict[Uid, Ours]:
        """As `looking.ours_of` has it, with a memory that knows nothing."""
        keys = {each.uid: fingerprint_key(each.origin.blob, each.document.index, each.fill) for each in self.desired.dashboards}
        known = {uid: self.records[uid].content for uid, key in keys.items() if uid in self.records and self.records[uid].key == key}
        return {uid: Ours(uid, key, known.get(uid)) for uid, key in keys.items()}

    def live(self, *, scan: bool = True) -> Live:
        """As `looking.look` has it: with `scan` everything is read, without it what no record knows and search shows."""
        desired = self.desired
        seen = self.server.shown_for(desired, self.world.contents)
        there = self.server.dashboards
        read = frozenset(each.uid for each in desired.dashboards if (scan if each.uid in self.records else each.uid in there))
        compared = tuple((uid, each) for uid, each in seen.compared if uid in read)
        return replace(seen, compared=compared, read=read, ours=tuple(self.ours.values()))

    def plan(self, *, scan: bool = True) -> Plan:
        return make_plan(self.desired, self.live(scan=scan), self.policies, self.records, self.folders)

    def pruning(self, plan: Plan) -> Pruning:
        states: dict[Uid, LiveState | None] = {each.uid: self.state(each.uid) for each in plan.gone}
        desired = self.desired
        there = len(desired.dashboards) + len(desired.withheld)
        return guard(plan.gone, self.policies, Circumstances(self.moment.when, states, len(self.records), there))

    def state(self, uid: Uid) -> LiveState | None:
        live = self.server.dashboards.get(uid)
        return None if live is None else state_of(live, fingerprint(live.content))

    def after(self, plan: Plan, stop: int | None = None) -> Story:
        """The story when a pass carried the plan out, or was stopped before this change. An hour goes by."""
        pruning = self.pruning(plan)
        forgotten = {*stale(plan, self.records), *pruning.forget}
        kept = {uid: each for uid, each in self.records.items() if uid not in forgotten}
        noted = {each.uid: each for each in (*notes(plan, self.records, self.ours, self.moment), *pruning.missing)}
        story = replace(self, records={**kept, **noted})
        ours = self.ours
        for change in plan.changes[:stop]:
            story = story.after_one(change, ours)
        for each in pruning.deletions if stop is None else ():
            gone = each.record.uid
            left = {uid: record for uid, record in story.records.items() if uid != gone}
            story = replace(story.on(story.server.without(gone)), records=left)
        for folder in plan.gone_folders if stop is None and self.policy.prune.enabled and not pruning.held else ():
            story = story.without_folder(folder.uid)
        return replace(story, minutes=self.minutes + 60)

    def after_one(self, change: Change, ours: Mapping[Uid, Ours]) -> Story:
        """One change, and its record. A write over a state that is not the newest is refused, as servers refuse it."""
        if isinstance(change, CreateFolder):
            story = self.on(self.server.after_one(change, self.world.contents))
            made = FolderRecord(change.folder.uid, change.folder.title, change.folder.parent, change.folder.path, self.moment.when)
            return story if change.folder.uid in story.server.refused else replace(story, folders={**self.folders, made.uid: made})
        wanted = change.dashboard
        there = self.server.dashboards.get(wanted.uid)
        if isinstance(change, UpdateDashboard) and (there is None or there.mark != change.live.mark):
            return self
        story = self.on(self.server.after_one(change, self.world.contents))
        if wanted.uid in story.server.refused:
            return story
        sent = fingerprint(self.world.contents[wanted.origin.path])
        record = record_of(wanted, ours[wanted.uid], sent, story.server.dashboards[wanted.uid].mark, self.moment)
        return replace(story, records={**self.records, wanted.uid: record})

    def without_folder(self, uid: FolderUid) -> Story:
        """With one folder of ours less, if it is empty; it is forgotten if it is not there."""
        if uid in self.server.folders and not self.server.is_empty(uid):
            return self
        server = self.server.without_folder(uid) if uid in self.server.folders else self.server
        return replace(self.on(server), folders={each: made for each, made in self.folders.items() if each != uid})

    def on(self, server: PureServer) -> Story:
        return replace(self, world=replace(self.world, server=server))

    def holding(self, live: LiveDashboard) -> Story:
        """With this on the server, as somebody put it there."""
        return self.on(replace(self.server.with_dashboard(live), refused=frozenset()))

    def at_rest(self, passes: int = 6) -> Story:
        """The story after so many passes over it in which nobody else does anything."""
        story = self
        for _ in range(passes):
            story = story.after(story.plan())
        return story
