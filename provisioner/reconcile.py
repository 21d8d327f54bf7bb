"""The spine: one pass over one target, from what git says to what was done.

In: a target's settings and the parts of a run. Out: a `PassReport`; a failure of the world is in it, never raised. It decides nothing
itself: it asks `desired`, `plan` and `apply` in turn, and it never writes when told only to plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from provisioner.apply import Hands, apply
from provisioner.core.asking import documents_of, has_unmapped_input, wants_of
from provisioner.core.catalog import problem, weighed
from provisioner.core.changes import CreateDashboard, LiveState, Outcome, Plan
from provisioner.core.depth import within_depth
from provisioner.core.dialect import Grafana
from provisioner.core.errors import ProvisionerError, SourceError, SourceUnreachable, TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.flattening import Flattening, flat, servable
from provisioner.core.guard import Circumstances, Pruning, digest_of, guard, suspended, to_look_at
from provisioner.core.introducing import of_desired, of_records
from provisioner.core.live import Live, Ours
from provisioner.core.model import Desired, SourceFiles, Uid
from provisioner.core.plan import make_plan
from provisioner.core.policy import policies
from provisioner.core.ports import Ledger, Memory
from provisioner.core.problems import Problem, Severity
from provisioner.core.recording import Moment, at_rest, has_news, notes, rest_key, stale
from provisioner.core.records import Record
from provisioner.core.renames import with_kept_uids
from provisioner.core.report import Failure, PassReport
from provisioner.core.server import Server
from provisioner.core.settings import TargetSettings
from provisioner.deleting import Deleting
from provisioner.desiring import Desiring
from provisioner.homing import Keeping, is_settled, keep_home
from provisioner.journal import Journal
from provisioner.looking import ALL, NONE, Eyes, Scan, StopAsked, look, ours_of, state_in
from provisioner.reading import Library, source_state
from provisioner.rehearsing import rehearse, scenes_of, stage_for
from provisioner.resolving import Resolving


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pass works with. `clock` gives seconds, `now` the time (ISO 8601, UTC); `stopping` says that a person wants it to end.

    `release` names the rules that we work by. `scan` says which dashboards of ours are looked at for drift; what git changed is asked for
    anyway. Without `search`, the server is not asked for all that it has where a few questions will do. `take` are dashboards of which a
    person said that git wins, this once. What is `left_alone` was refused before: for as long as it is the same, it is not sent, and is
    told as it was. `place_notes` finds the lines of notes too, which takes a while and is of no use where they are only counted.
    `desiring` is kept from pass to pass where there are many. `only_records` adopts and writes nothing to the server; `server_side` shows
    the server what a plan would write, as dry runs; `agree` is shown the plan before anything is written, and raises to forbid it.
    `take_home` sets the home dashboard whoever chose another one. `reach` asks the server who it is also where the records alone show that
    nothing is to be done: whether it is there at all. `on_plan` is told how many changes there will be, `on_outcome` of each as it happens.
    """

    library: Library
    memory: Memory
    ledger: Ledger
    open_grafana: Callable[[], AbstractContextManager[Grafana]]
    clock: Callable[[], float]
    now: Callable[[], str]
    stopping: Callable[[], bool]
    scan: Scan = ALL
    search: bool = True
    take: frozenset[Uid] = frozenset()
    left_alone: Mapping[Uid, Outcome] = field(default_factory=dict)
    release: str = ""
    severities: tuple[tuple[str, Severity], ...] = ()
    place_notes: bool = True
    desiring: Desiring = field(default_factory=Desiring)
    only_records: bool = False
    server_side: bool = False
    take_home: bool = False
    reach: bool = False
    agree: Callable[[PassReport], None] = lambda _: None
    on_plan: Callable[[int], None] = lambda _: None
    on_outcome: Callable[[Outcome], None] = lambda _: None


def reconcile(target: TargetSettings, parts: Parts, *, write: bool) -> PassReport:
    """One pass: read, plan, guard, apply, record, report."""
    started = parts.clock()
    report = PassReport(target.name, target.connection.url, applied=write)
    try:
        files = _read(target, parts)
        if isinstance(files, Failure):
            return replace(report, failure=files, seconds=parts.clock() - started)
        report = replace(report, sources=tuple(source_state(each) for each in files))

        if write and (resting := _resting(report, files, target, parts)) is not None:
            return replace(resting, seconds=parts.clock() - started)

        with parts.open_grafana() as grafana:
            try:
                server = grafana.probe()
                report = replace(report, server=server)
                shown = _rehearsing(server, grafana, target, parts)
                grafana.introduce(of_records(parts.ledger.records(), parts.ledger.intents()))
                records, buried = (resolving := Resolving(grafana, parts.ledger, parts.now(), write)).all()
                report = replace(report, buried=buried)
                desired = with_kept_uids(_desired(files, target, grafana, server.forms, parts), records)
                desired = servable(desired, Flattening.of(server, target, parts.severities))
                grafana.introduce(of_desired(desired))
                report = replace(report, problems=_placed(desired.problems, parts))

                ours = ours_of(desired, records, parts.memory, parts.desiring.known)
                scan = parts.scan if write else ALL  # a plan always looks at everything: it has to show
                live, doubts = look(desired, Eyes(server, grafana, parts, target.connection.reads, scan, parts.search), ours, records)
                desired, deep = within_depth(desired, live, dict(parts.severities))
                told = _placed((*report.problems, *doubts, *deep), parts) if doubts or deep else report.problems
                report = replace(report, looked=live.read, problems=told)

                plan = make_plan(desired, live, policies(target, parts.take), records, resolving.folders())
                report = replace(report, plan=plan, pruning=_pruning(plan, desired, target, grafana, parts))

                report = _carried_out(report, Intended(files, live, ours, records), grafana, target, parts) if write else shown(report)
                report = _with_home(report, grafana, target, parts)
            finally:
                report = replace(report, requests=grafana.requests)
    except ProvisionerError as error:
        report = replace(report, failure=failure_of(error, target.name), stopped=isinstance(error, StopAsked))
    return replace(report, seconds=parts.clock() - started)


def _rehearsing(server: Server, grafana: Grafana, target: TargetSettings, parts: Parts) -> Callable[[PassReport], PassReport]:
    """What adds to the report of a plan what the server says of it. Raises TargetUnsuitable at once where it cannot be asked."""
    if not parts.server_side:
        return lambda report: report
    stage = stage_for(target, grafana, server, parts, "--server-side")

    def rehearsed(report: PassReport) -> PassReport:
        shown, problems = rehearse(scenes_of(report.plan), stage)
        return replace(report, rehearsed=shown, problems=_placed((*report.problems, *problems), parts))

    return rehearsed


def _resting(report: PassReport, files: tuple[SourceFiles, ...], target: TargetSettings, parts: Parts) -> PassReport | None:
    """The report of a pass that has nothing to do; None when it has to look. Raises TargetError where the server is to be reached."""
    dashboards = _at_rest(files, target, parts) if parts.scan == NONE else None
    if dashboards is None:
        return None
    report = replace(report, resting=dashboards)
    if not parts.reach:
        return report
    with parts.open_grafana() as grafana:
        return replace(report, server=grafana.probe(), requests=grafana.requests)


def _placed(problems: tuple[Problem, ...], parts: Parts) -> tuple[Problem, ...]:
    return parts.library.placed(problems, notes=parts.place_notes)


def _with_home(report: PassReport, grafana: Grafana, target: TargetSettings, parts: Parts) -> PassReport:
    """The home dashboard comes last: it is to be one that is there."""
    if target.home is None or report.failure is not None or report.stopped:
        return report
    wanted = Uid(target.home)
    coming = any(isinstance(each, CreateDashboard) and each.dashboard.uid == wanted for each in report.plan.changes)
    writes = report.applied and not parts.only_records
    keeping = Keeping(target.policy, parts.now(), writes, parts.take_home, coming)
    return replace(report, home=keep_home(wanted, grafana, parts.ledger, keeping))


@dataclass(frozen=True, slots=True)
class Intended:
    """What a plan rests on, for carrying it out."""

    files: tuple[SourceFiles, ...]
    live: Live
    ours: Mapping[Uid, Ours]
    records: Mapping[Uid, Record]


def _carried_out(report: PassReport, intended: Intended, grafana: Grafana, target: TargetSettings, parts: Parts) -> PassReport:
    """The plan of the report, written down and applied; then the deletions that the guard let through."""
    parts.agree(report)
    plan, pruning = report.plan, report.pruning
    parts.on_plan(len(plan.changes))
    revisions = {each.snapshot.source: each.snapshot.revision for each in intended.files}
    moment = Moment(parts.now(), {source: revision.commit for source, revision in revisions.items()})
    parts.ledger.forget((*stale(plan, intended.records), *pruning.forget))
    parts.ledger.note((*notes(plan, intended.records, intended.ours, moment), *pruning.missing))
    if parts.only_records:
        return report

    journal = Journal(grafana, parts.ledger, intended.ours, moment, revisions)
    for folder in plan.agreed_folders:
        journal.folder(folder)
    waiting = (parts.left_alone, parts.stopping, parts.on_outcome)
    hands = Hands(grafana, journal, parts.library.content, intended.live, revisions, target, *waiting)
    applied = apply(plan, hands)
    report = replace(report, outcomes=applied.outcomes, stopped=applied.stopped)
    if applied.error is not None:
        return replace(report, failure=failure_of(applied.error, target.name))

    deleting = Deleting(grafana, parts.ledger, parts.stopping, moment.when)
    removals = deleting.all(pruning.deletions)
    parts.ledger.take_confirmed(digest_of(pruning.deletions))
    if target.policy.prune.enabled and not pruning.held:
        removals += deleting.folders(plan.gone_folders)
    return replace(report, removals=removals)


def _pruning(plan: Plan, desired: Desired, target: TargetSettings, grafana: Grafana, parts: Parts) -> Pruning:
    """What becomes of dashboards whose file is gone. The server is asked about those alone that may be deleted."""
    chosen, sources = policies(target, parts.take), frozenset(target.sources)
    unsure = suspended(plan.unsure, plan.hiding, chosen, sources)
    if not plan.gone:
        return Pruning(held=unsure)
    live, hidden = _states(to_look_at(plan.gone, chosen), grafana)
    gone = tuple(each for each in plan.gone if each.uid not in hidden)
    there = len(desired.dashboards) + len(desired.withheld)
    owned, confirmed = len(parts.ledger.records()), parts.ledger.confirmed()
    guarded = guard(gone, chosen, Circumstances(parts.now(), live, owned, there, confirmed, sources))
    return replace(guarded, held=(*guarded.held, *unsure))


def _states(records: tuple[Record, ...], grafana: Grafana) -> tuple[dict[Uid, LiveState | None], frozenset[Uid]]:
    """What is live of them, and those that may not be read: nothing is decided about these, least of all a deletion."""
    live: dict[Uid, LiveState | None] = {}
    hidden: set[Uid] = set()
    for each in records:
        try:
            live[each.uid] = state_in(grafana, each.uid)
        except (TargetForbidden, TargetUnsuitable):
            hidden.add(each.uid)
    return live, frozenset(hidden)


def _at_rest(files: tuple[SourceFiles, ...], target: TargetSettings, parts: Parts) -> int | None:
    """How many dashboards the records alone show to be as they should be; then the server is not even asked who it is. None otherwise.

    Once found so, it stays so until a file, a setting or a record changes.
    """
    key = rest_key(files, target, parts.severities, parts.release)
    known = parts.ledger.rest(key)
    if known is not None and not parts.take and not parts.take_home:
        return known
    if parts.take_home or not is_settled(target.home, parts.ledger):
        return None
    records = parts.ledger.records()
    if parts.ledger.intents() or has_news(files, records) or has_unmapped_input(documents_of(files), target):
        return None
    desired = parts.desiring.desire(files, wants_of(target, parts.severities))
    if any(each.severity is not Severity.NOTE for each in desired.problems):
        return None
    desired = with_kept_uids(desired, records)
    ways = [desired]
    if not any(each.titles for each in records.values()):  # as on a server without folders
        ways.append(flat(desired, target.folders_as))
    if not any(at_rest(each, records, ours_of(each, records, parts.memory), policies(target, parts.take)) for each in ways):
        return None
    parts.ledger.note_rest(key, len(desired.dashboards))
    return len(desired.dashboards)


def _read(target: TargetSettings, parts: Parts) -> tuple[SourceFiles, ...] | Failure:
    """All sources of the target, or why one of them could not be read: then the target is left as it is. Raises StopAsked."""
    files: list[SourceFiles] = []
    for name in target.sources:
        if parts.stopping():
            raise StopAsked
        try:
            files.append(parts.library.files(name))
        except SourceError as error:
            return replace(failure_of(error, target.name), subject=f"source {name}")
    return tuple(files)


def _desired(files: tuple[SourceFiles, ...], target: TargetSettings, grafana: Grafana, forms: tuple[str, ...], parts: Parts) -> Desired:
    """What the target should hold. The server is asked for its data sources only when a file has a hole that the mapping does not fill."""
    wants = replace(wants_of(target, parts.severities), forms=forms)
    if not has_unmapped_input(documents_of(files), target):
        return parts.desiring.desire(files, wants)
    server = grafana.data_sources()
    desired = parts.desiring.desire(files, replace(wants, server=server))
    if server is not None:
        return desired
    forbidden = problem("data-sources-forbidden", f"target {target.name}", "the credential may not list the server's data sources")
    return replace(desired, problems=(*desired.problems, *weighed((forbidden,), dict(wants.severities))))


def failure_of(error: ProvisionerError, target: str) -> Failure:
    """The failure as a value, with what happens next."""
    subject = f"a source of target {target}" if isinstance(error, SourceError) else f"target {target}"
    return Failure(subject, error.message, error.next_step, unreachable=isinstance(error, SourceUnreachable | TargetUnreachable))
