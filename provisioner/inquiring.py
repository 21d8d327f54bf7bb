"""Gathers what is known of one dashboard on one target, for `explain` and `diff`.

In: a target, the parts of a pass, a uid or a path. Out: an `Explanation`, or what was not found. A handful of requests, however much the
server holds. It decides nothing, and writes nothing: neither to the server nor to the records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from provisioner.core.asking import has_unmapped_input, wants_of
from provisioner.core.canonical import fingerprint, fingerprint_key, normal
from provisioner.core.catalog import problem
from provisioner.core.changes import CreateDashboard, UpdateDashboard, state_of
from provisioner.core.compare import compare
from provisioner.core.decide import Sides, decide
from provisioner.core.depth import within_depth
from provisioner.core.desired import desire
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnsuitable
from provisioner.core.explain import Explanation, Facts, NotFound, explain, nearest
from provisioner.core.flattening import Flattening, servable
from provisioner.core.generations import folder_levels
from provisioner.core.guard import Circumstances, Pruning, guard
from provisioner.core.introducing import of_desired, of_records
from provisioner.core.live import Live
from provisioner.core.model import ROOT, Desired, DesiredDashboard, Document, Entry, Json, Reading, SourceFiles, SourceName, Uid
from provisioner.core.placing import settle_folders
from provisioner.core.plan import Names
from provisioner.core.policy import policies
from provisioner.core.ports import Ledger
from provisioner.core.problems import Problem, Severity
from provisioner.core.records import Record
from provisioner.core.renames import with_kept_uids
from provisioner.core.server import LiveDashboard, Server
from provisioner.core.settings import Override, TargetSettings
from provisioner.core.three_way import Bodies
from provisioner.reading import Library
from provisioner.recognising import recognised
from provisioner.resolving import what_became

_MAYBE_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""What a server takes for a uid: nothing else is worth a question."""


class Desk(Protocol):
    """The parts of a pass that an inquiry needs."""

    @property
    def library(self) -> Library: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def open_grafana(self) -> Callable[[], AbstractContextManager[Grafana]]: ...
    @property
    def now(self) -> Callable[[], str]: ...
    @property
    def take(self) -> frozenset[Uid]: ...
    @property
    def severities(self) -> tuple[tuple[str, Severity], ...]: ...


def inquire(target: TargetSettings, parts: Desk, asked: str) -> Explanation | NotFound:
    """What is known of the dashboard of this uid, or of this file: its path as it is shown, or within its source.

    Raises SourceError, TargetError and StateUnusable: then nothing can be told.
    """
    files = tuple(parts.library.files(name) for name in target.sources)
    with parts.open_grafana() as grafana:
        return _Inquiry(target, parts, files, grafana, grafana.probe(), asked.strip().removeprefix("./")).answer()


@dataclass(frozen=True, slots=True)
class _Inquiry:
    """One question. `asked` is a uid or a path."""

    target: TargetSettings
    parts: Desk
    files: tuple[SourceFiles, ...]
    grafana: Grafana
    server: Server
    asked: str

    def answer(self) -> Explanation | NotFound:
        """Finds out which one is meant, then what is known of it."""
        records = self.parts.ledger.records()
        self.grafana.introduce(of_records(records, self.parts.ledger.intents()))
        desired = servable(with_kept_uids(self._desired(), records), Flattening.of(self.server, self.target, self.parts.severities))
        self.grafana.introduce(of_desired(desired))
        desired = self._within_depth(desired)
        uids = self._meant(desired, records)
        if len(uids) > 1:
            message = f"{len(uids)} dashboards come from this file: name one by its uid"
            return NotFound(self.target.name, self.asked, message, uids)
        if uids:
            return self._explained(uids[0], desired, records)
        if _MAYBE_UID.fullmatch(self.asked):
            explanation = self._explained(Uid(self.asked), desired, records)
            if explanation.facts.live is not None:
                return explanation
        return self._not_found(desired, records)

    # --- which one is meant ---------------------------------------------------------------------------------------------------------------

    def _meant(self, desired: Desired, records: dict[Uid, Record]) -> tuple[Uid, ...]:
        """By uid, else by path: of git, of files that are kept back, of the records."""
        known = {each.uid for each in desired.dashboards} | desired.withheld | records.keys()
        if self.asked in known:
            return (Uid(self.asked),)
        there = [each.uid for each in desired.dashboards if self.asked in {each.origin.shown, each.origin.path}]
        kept_back = [uid for shown, entry, reading in self._read() if self._names(shown, entry) for uid in _uids(reading)]
        prefixes = {each.snapshot.source: each.prefix for each in self.files}
        gone = [each.uid for each in records.values() if self.asked in {each.path, prefixes.get(each.source, "") + each.path}]
        return tuple(dict.fromkeys(there or kept_back or gone))

    def _not_found(self, desired: Desired, records: dict[Uid, Record]) -> NotFound:
        for shown, entry, reading in self._read():
            if self._names(shown, entry):
                why = reading.passed_over
                message = f"it is no dashboard: {why}" if why else "no dashboard of this file can be applied"
                told = [each for each in desired.problems if each.file == shown]
                return NotFound(self.target.name, self.asked, message, (), self._placed(told))
        names = [name for each in desired.dashboards for name in (each.uid, each.origin.path)]
        names += [name for each in records.values() for name in (each.uid, each.path)]
        message = "neither git, nor the records, nor the server has a dashboard of this uid or path"
        return NotFound(self.target.name, self.asked, message, nearest(self.asked, names))

    def _read(self) -> Iterator[tuple[str, Entry, Reading]]:
        for source in self.files:
            for entry, reading in source.files:
                yield source.prefix + entry.path, entry, reading

    def _names(self, shown: str, entry: Entry) -> bool:
        return self.asked in {shown, entry.path}

    # --- what git wants -------------------------------------------------------------------------------------------------------------------

    def _desired(self) -> Desired:
        """The server is asked for its data sources only where what is asked for has a hole that the mapping does not fill."""
        wants = replace(wants_of(self.target, self.parts.severities), forms=self.server.forms)
        asked = has_unmapped_input(self._in_question(), self.target)
        return desire(self.files, replace(wants, server=self.grafana.data_sources()) if asked else wants)

    def _in_question(self) -> Iterator[Document]:
        """The documents that may turn out to be what is asked for."""
        for shown, entry, reading in self._read():
            named = self._names(shown, entry)
            yield from (each for each in reading.documents if named or each.uid is None or each.uid == self.asked)

    def _placed(self, problems: list[Problem]) -> tuple[Problem, ...]:
        return self.parts.library.placed(problems, notes=True)

    def _within_depth(self, desired: Desired) -> Desired:
        """The server is asked for its folders only where some may lie too deep for it."""
        most = folder_levels(self.server)
        if most is None or all(len(each.titles) <= most for each in desired.folders):
            return desired
        shallow, told = within_depth(desired, Live(self.server, self.grafana.folders()), dict(self.parts.severities))
        return replace(shallow, problems=(*desired.problems, *told))

    # --- what is known of it --------------------------------------------------------------------------------------------------------------

    def _explained(self, uid: Uid, desired: Desired, records: dict[Uid, Record]) -> Explanation:
        ours = next((each for each in desired.dashboards if each.uid == uid), None)
        live, unreadable = self._live(uid, ours)
        content, vanished = self._content(ours)
        state = None if live is None else state_of(live, fingerprint(live.content))
        intent = next((each for each in self.parts.ledger.intents() if each.uid == uid), None)
        record = records.get(uid) if intent is None else what_became(self.grafana, intent, records.get(uid), live).record
        path, source = _origin(ours, record)
        facts = Facts(
            target=self.target.name,
            uid=uid,
            policy=policies(self.target, self.parts.take).of(path, uid),
            record=record,
            live=state,
            bodies=self._bodies(content, record, live),
            path=path,
            overrides=self._overrides(path),
            kept=self.parts.ledger.kept(uid),
            revision=next((each.snapshot.revision for each in self.files if each.snapshot.source == source), None),
            interrupted=intent,
            problems=self._placed([*self._told(uid, ours, desired), *unreadable, *vanished]),
            doubt=bool(unreadable or vanished or uid in desired.withheld) or (ours is None and not desired.complete),
        )
        if facts.doubt:
            return explain(facts)
        if ours is None or content is None:
            return explain(replace(facts, pruning=self._pruning(facts, desired, len(records))))
        return explain(replace(facts, sides=self._sides(facts, self._in_place(ours, desired), content, live)))

    def _live(self, uid: Uid, ours: DesiredDashboard | None) -> tuple[LiveDashboard | None, list[Problem]]:
        try:
            return self.grafana.dashboard(uid), []
        except (TargetForbidden, TargetUnsuitable) as error:
            shown = ours.origin.shown if ours else f"target {self.target.name}"
            message = f"dashboard {uid} cannot be read: {error.message}"
            return None, [problem("live-unreadable", shown, message, remedy=error.next_step)]

    def _content(self, ours: DesiredDashboard | None) -> tuple[dict[str, Json] | None, list[Problem]]:
        content = None if ours is None else self.parts.library.content(ours)
        if ours is None or content is not None:
            return content, []
        return None, [problem("file-unreadable", ours.origin.shown, "it changed while it was read", remedy="nothing: ask again")]

    def _bodies(self, content: dict[str, Json] | None, record: Record | None, live: LiveDashboard | None) -> Bodies:
        """The base is what was kept of our last write; where it was not kept, an equal one may be at hand."""
        base = None if record is None else self.parts.ledger.body(record.content)
        theirs = None if live is None else live.content
        if base is None and record is not None:
            equal = (each for each in (content, theirs) if each is not None and fingerprint(each) == record.content)
            base = next((dict(each) for each in equal), None)
        git, kept, there = (None if each is None else normal(each) for each in (content, base, theirs))
        return Bodies(git, kept, there)

    def _overrides(self, path: str) -> tuple[Override, ...]:
        compiled = policies(self.target).overrides
        return tuple(each for each, (pattern, _) in zip(self.target.overrides, compiled, strict=True) if pattern.fullmatch(path))

    def _told(self, uid: Uid, ours: DesiredDashboard | None, desired: Desired) -> Iterator[Problem]:
        """What is wrong with its files; with any file, where it is not known whether it is gone. Notes decide nothing."""
        if ours is None and not desired.complete:
            return (each for each in desired.problems if each.severity is Severity.ERROR)
        files = {shown for shown, _, reading in self._read() if uid in _uids(reading)} | ({ours.origin.shown} if ours else set())
        return (each for each in desired.problems if each.file in files and each.severity is not Severity.NOTE)

    def _in_place(self, ours: DesiredDashboard, desired: Desired) -> DesiredDashboard:
        """In the folder that the server has for its directory."""
        folders = () if ours.folder == ROOT else self.grafana.folders()
        placed = settle_folders(desired, Live(self.server, folders), self.parts.ledger.folders())
        return next(each for each in placed.dashboards if each.uid == ours.uid)

    def _recognised(self, live: LiveDashboard, facts: Facts) -> LiveDashboard:
        """What a page made of ours by itself counts as ours."""
        if facts.record is None or live.mark == facts.record.mark:
            return live
        return recognised(self.grafana, live, facts.bodies.base, facts.record.mark.version).live

    def _sides(self, facts: Facts, ours: DesiredDashboard, content: dict[str, Json], live: LiveDashboard | None) -> Sides:
        """As a plan lays them side by side."""
        sides = Sides(
            dashboard=ours,
            key=fingerprint_key(ours.origin.blob, ours.document.index, ours.fill),
            content=fingerprint(content),
            record=facts.record,
            comparison=None if live is None else compare(content, self._recognised(live, facts), facts.bodies.base),
            read=True,
            unique_names=self.server.unique_names,
        )
        if not sides.unique_names or not isinstance(decide(sides, facts.policy), CreateDashboard | UpdateDashboard):
            return sides
        return sides.with_twin(Names(Live(self.server, found=self.grafana.find()), (ours,)).twin(sides))

    def _pruning(self, facts: Facts, desired: Desired, owned: int) -> Pruning:
        """What the guard says of this one record."""
        if facts.record is None:
            return Pruning()
        there = len(desired.dashboards) + len(desired.withheld)
        confirmed, sources = self.parts.ledger.confirmed(), frozenset(self.target.sources)
        around = Circumstances(self.parts.now(), {facts.uid: facts.live}, owned, there, confirmed, sources)
        return guard((facts.record,), policies(self.target, self.parts.take), around)


def _uids(reading: Reading) -> Iterator[Uid]:
    return (each.uid for each in reading.documents if each.uid is not None)


def _origin(ours: DesiredDashboard | None, record: Record | None) -> tuple[str, SourceName | None]:
    if ours is not None:
        return ours.origin.path, ours.origin.source
    return (record.path, record.source) if record is not None else ("", None)
