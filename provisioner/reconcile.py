"""The spine: one pass over one target, from what git says to what was done.

In: a target's settings and the parts of a run. Out: a `PassReport`; a failure of the world is in it, never raised. It decides nothing
itself: it asks `desired`, `plan` and `apply` in turn, and it never writes when told only to plan.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from provisioner.apply import Hands, apply
from provisioner.core.canonical import fingerprint_key
from provisioner.core.catalog import problem, weighed
from provisioner.core.changes import Comparison, Outcome
from provisioner.core.compare import compare, known_equal
from provisioner.core.desired import Wants, desire
from provisioner.core.errors import ProvisionerError, SourceError, SourceUnreachable, TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.model import Desired, DesiredDashboard, Fingerprint, Server, SourceFiles
from provisioner.core.plan import Live, make_plan
from provisioner.core.ports import Grafana, Memory
from provisioner.core.problems import Problem, Severity
from provisioner.core.report import Failure, PassReport
from provisioner.core.settings import TargetSettings
from provisioner.reading import Library, source_state


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pass works with. `open_grafana` connects; `clock` gives seconds; `stopping` says that a person wants it to end.

    `place_notes` finds the lines of notes too, which takes a while and is of no use where they are only counted. `on_plan` is told how many
    changes there will be, `on_outcome` of each as it happens.
    """

    library: Library
    memory: Memory
    open_grafana: Callable[[], AbstractContextManager[Grafana]]
    clock: Callable[[], float]
    stopping: Callable[[], bool]
    severities: tuple[tuple[str, Severity], ...] = ()
    place_notes: bool = True
    on_plan: Callable[[int], None] = lambda _: None
    on_outcome: Callable[[Outcome], None] = lambda _: None


def reconcile(target: TargetSettings, parts: Parts, *, write: bool) -> PassReport:
    """One pass: read, plan, apply, report."""
    started = parts.clock()
    report = PassReport(target.name, target.connection.url, applied=write)
    try:
        files = _read(target, parts)
        if isinstance(files, Failure):
            return replace(report, failure=files, seconds=parts.clock() - started)
        report = replace(report, sources=tuple(source_state(each) for each in files))

        with parts.open_grafana() as grafana:
            try:
                server = grafana.probe()
                desired = _desired(files, target, grafana, parts.severities)
                report = replace(report, server=server, problems=parts.library.placed(desired.problems, notes=parts.place_notes))

                live, doubts = look(desired, server, grafana, parts, target.connection.reads)
                plan = make_plan(desired, live, target.policy)
                report = replace(report, plan=plan, problems=parts.library.placed((*report.problems, *doubts), notes=parts.place_notes))

                if write:
                    parts.on_plan(len(plan.changes))
                    revisions = {each.snapshot.source: each.snapshot.revision for each in files}
                    hands = Hands(grafana, parts.library.content, live, revisions, target, parts.stopping, parts.on_outcome)
                    applied = apply(plan, hands)
                    failure = None if applied.error is None else failure_of(applied.error, target.name)
                    report = replace(report, outcomes=applied.outcomes, failure=failure, stopped=applied.stopped)
            finally:
                report = replace(report, requests=grafana.requests)
    except ProvisionerError as error:
        report = replace(report, failure=failure_of(error, target.name), stopped=isinstance(error, StopAsked))
    return replace(report, seconds=parts.clock() - started)


class StopAsked(ProvisionerError):
    """A person asked to stop while the pass was still reading."""

    def __init__(self) -> None:
        super().__init__("stopped while it was read; nothing was written", next_step="run it again")


def _read(target: TargetSettings, parts: Parts) -> tuple[SourceFiles, ...] | Failure:
    """All sources of the target, or why one of them could not be read: then the target is left as it is. Raises StopAsked."""
    files: list[SourceFiles] = []
    for name in target.sources:
        _go_on(parts)
        try:
            files.append(parts.library.files(name))
        except SourceError as error:
            return replace(failure_of(error, target.name), subject=f"source {name}")
    return tuple(files)


def _go_on(parts: Parts) -> None:
    if parts.stopping():
        raise StopAsked


def _desired(
    files: tuple[SourceFiles, ...], target: TargetSettings, grafana: Grafana, severities: tuple[tuple[str, Severity], ...]
) -> Desired:
    """What the target should hold. The server is asked for its data sources only when a file has a hole that the mapping does not fill."""
    wants = Wants(target.folder, target.data_sources, target.variables, None, asked=True, severities=severities)
    if not _has_unmapped_input(files, target):
        return desire(files, wants)
    server = grafana.data_sources()
    desired = desire(files, replace(wants, server=server))
    if server is not None:
        return desired
    forbidden = problem("data-sources-forbidden", f"target {target.name}", "the credential may not list the server's data sources")
    return replace(desired, problems=(*desired.problems, *weighed((forbidden,), dict(severities))))


def _has_unmapped_input(files: tuple[SourceFiles, ...], target: TargetSettings) -> bool:
    mapped = {name for name, _ in target.data_sources}
    return any(
        each.kind == "datasource" and each.used and each.name not in mapped
        for source in files
        for _, reading in source.files
        for document in reading.documents
        for each in document.inputs
    )


def look(desired: Desired, server: Server, grafana: Grafana, parts: Parts, reads: int) -> tuple[Live, tuple[Problem, ...]]:
    """What the server holds of the desired: folders, search, a read of each dashboard that search shows; and what could not be compared.

    Raises TargetError, SourceError and StopAsked.
    """
    if not desired.dashboards:
        return Live(server), ()
    folders, found = grafana.folders(), grafana.find()
    shown = {each.uid for each in found}
    wanted = [each for each in desired.dashboards if each.uid in shown]
    keys = {each.uid: fingerprint_key(each.origin.blob, each.document.index, each.fill) for each in wanted}
    known = parts.memory.fingerprints(keys.values())
    with ThreadPoolExecutor(reads, thread_name_prefix="read") as pool:
        beside = list(pool.map(lambda each: _compare(each, known.get(keys[each.uid]), grafana, parts), wanted))
    compared = tuple((each.uid, result) for each, result in zip(wanted, beside, strict=True) if isinstance(result, Comparison))
    doubts = tuple((each, result) for each, result in zip(wanted, beside, strict=True) if isinstance(result, Problem))
    parts.memory.remember_fingerprints({keys[uid]: each.ours for uid, each in compared if keys[uid] not in known})
    return Live(server, folders, found, compared, frozenset(each.uid for each, _ in doubts)), tuple(each for _, each in doubts)


def _compare(dashboard: DesiredDashboard, known: Fingerprint | None, grafana: Grafana, parts: Parts) -> Comparison | Problem | None:
    """None when search shows what is gone by now: search lags (reference 2.5). A problem when it cannot be told; the others go on."""
    _go_on(parts)
    try:
        live = grafana.dashboard(dashboard.uid)
    except (TargetForbidden, TargetUnsuitable) as error:
        return problem(
            "live-unreadable", dashboard.origin.shown, f"dashboard {dashboard.uid} is there, but: {error.message}", remedy=error.next_step
        )
    if live is None:
        return None
    if (equal := known_equal(known, live)) is not None:
        return equal
    content = parts.library.content(dashboard)
    if content is None:
        return problem("file-unreadable", dashboard.origin.shown, "it changed while it was read", remedy="nothing: the next pass reads it")
    return compare(content, live)


def failure_of(error: ProvisionerError, target: str) -> Failure:
    """The failure as a value, with what happens next."""
    subject = f"a source of target {target}" if isinstance(error, SourceError) else f"target {target}"
    return Failure(subject, error.message, error.next_step, unreachable=isinstance(error, SourceUnreachable | TargetUnreachable))
