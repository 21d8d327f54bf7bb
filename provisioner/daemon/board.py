"""How things stand: gathered from keepers, workers and patrols, shown on the status page, in the metrics and the log.

In: what passes reported. Out: `Health`, and lines of the log: one for each pass that did something, one for each matter when it comes and
when it goes. It decides nothing. Thread-safe.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from provisioner.core.changes import CreateFolder, Result
from provisioner.core.health import Cause, ConfigHealth, Health, SourceHealth, TargetHealth
from provisioner.core.home import HomeState
from provisioner.core.model import SourceName, TargetName
from provisioner.core.news import Matter, MatterKind, Matters, appeared, gone, matters
from provisioner.core.report import Failure, PassReport
from provisioner.core.settings import TargetSettings
from provisioner.daemon.around import Around
from provisioner.daemon.shelf import Shelf, Shelved

_IN_SYNC = frozenset({Result.CREATED, Result.UPDATED, Result.MOVED, Result.UNCHANGED})

PATIENCE = 300.0
"""Seconds without progress after which a thread hangs, unless more is allowed. A request has 30 seconds and counts as progress; a look at a
repository is a few steps of git, 60 seconds each.
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this daemon is, for the whole of its life."""

    release: str
    started: str


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known of one target. `health` carries what does not follow from the clock; the moments are seconds of the clock. Where
    the failure is `of_server`, only somebody who asked the server can tell that it is over.
    """

    health: TargetHealth
    good_at: float | None = None
    retry_at: float | None = None
    of_server: bool = False
    matters: Matters = field(default_factory=dict)


class Board:
    """For one configuration. `tell_pass` writes the line of a pass into the log; `patience` is in seconds, as `PATIENCE`."""

    def __init__(
        self,
        targets: Iterable[TargetSettings],
        shelf: Shelf,
        around: Around,
        tell_pass: Callable[[PassReport, str], None],
        patience: float = PATIENCE,
    ) -> None:
        self._places = {each.name: _Place(TargetHealth(each.name, each.connection.url)) for each in targets}
        self._shelf = shelf
        self._around = around
        self._tell_pass = tell_pass
        self._patience = patience
        self._lock = threading.Lock()

    # --- what happens ---------------------------------------------------------------------------------------------------------------------

    def waiting(self, target: TargetName, sources: tuple[SourceName, ...]) -> None:
        """These sources were never read yet: no pass runs."""
        self._change(target, lambda each: replace(each, health=replace(each.health, waiting=sources)))

    def begun(self, target: TargetName, cause: Cause) -> None:
        """A pass runs."""
        self._change(target, lambda each: replace(each, health=replace(each.health, passing=True, cause=cause)))

    def passed(self, target: TargetName, report: PassReport, *, retry_at: float | None, owned: int) -> None:
        """A pass ended. Where it failed, what was known of the dashboards stays."""
        with self._lock:
            before = self._places[target]
            told_before = self._all_matters()
            after = self._after(before, report, owned)
            self._places[target] = replace(after, retry_at=retry_at)
            told_now = self._all_matters()
        self._tell(before.health, report, after.health)
        self._tell_matters(target, appeared(told_before, told_now), "appeared")
        self._tell_matters(target, gone(told_before, told_now), "gone")

    def looked(self, target: TargetName, count: int) -> None:
        """The drift look has seen so many of the target's dashboards in this round, and the server answers."""
        with self._lock:
            before = self._places[target].health
            self._places[target] = replace(self._places[target], health=replace(before, looked=count))

    def watched(self, target: TargetName, how: str) -> None:
        """How edits on the server are noticed. The log tells it when it is another way than before."""
        with self._lock:
            place = self._places[target]
            self._places[target] = replace(place, health=replace(place.health, watched=how))
        if place.health.watched != how:
            self._around.log.info("target.watched", target=target, how=how)

    def failed(self, target: TargetName, failure: Failure, *, of_server: bool) -> None:
        """Something else than a pass found that the target cannot be worked with. The log tells it once."""
        with self._lock:
            place = self._places[target]
            since = place.health.failing_since or self._around.now()
            health = replace(place.health, passing=False, failure=failure, failing_since=since)
            self._places[target] = replace(place, health=health, of_server=of_server)
        if place.health.failure is None:
            self._around.log.error("target.failed", target=target, error=failure.message, next=failure.next_step)

    # --- how it stands --------------------------------------------------------------------------------------------------------------------

    def health(self, identity: Identity, config: ConfigHealth, state_bytes: int) -> Health:
        """A picture of this moment."""
        now = self._around.clock()
        with self._lock:
            places = tuple(self._places.values())
        late, age = self._around.pulse.slowest()
        return Health(
            release=identity.release,
            started=identity.started,
            now=self._around.now(),
            progress_age=age,
            patience=self._patience,
            slowest=late,
            config=config,
            sources=tuple(_source(name, each, now) for name, each in self._shelf.all().items()),
            targets=tuple(
                replace(
                    each.health,
                    good_age=None if each.good_at is None else now - each.good_at,
                    retry_in=None if each.retry_at is None else max(0.0, each.retry_at - now),
                )
                for each in places
            ),
            state_bytes=state_bytes,
        )

    def _change(self, target: TargetName, changed: Callable[[_Place], _Place]) -> None:
        with self._lock:
            self._places[target] = changed(self._places[target])

    def _after(self, before: _Place, report: PassReport, owned: int) -> _Place:
        now = self._around.now()
        health = replace(before.health, passing=False, ended=now, owned=owned)
        if report.failure is not None:
            since = before.health.failing_since or now
            failing = replace(health, failure=report.failure, failing_since=since)
            return replace(before, health=failing, of_server=report.failure.unreachable)
        unasked = before.of_server and report.server is None and before.health.cause is not Cause.BACK
        if report.stopped or unasked:
            return replace(before, health=health)
        conflicts = Counter(each.kind.value for each in report.conflicts)
        health = replace(
            health,
            server=f"Grafana {report.server.version}" if report.server is not None else health.server,
            good=now,
            applied={each.name: each.revision.commit or each.revision.name for each in report.sources if each.revision is not None},
            in_sync=_in_sync(report),
            drifted=report.drifted,
            held=len(report.held),
            conflicts=dict(conflicts),
            problems=dict(Counter(each.code for each in report.problems)),
            failure=None,
            failing_since=None,
        )
        return replace(before, health=health, good_at=self._around.clock(), of_server=False, matters=matters(report))

    def _all_matters(self) -> Matters:
        """Of all targets: a file that is wrong is told once, however many targets it feeds."""
        found: Matters = {}
        for name, place in self._places.items():
            for matter, told in place.matters.items():
                shared = matter.kind is MatterKind.PROBLEM
                found[matter if shared else replace(matter, subject=f"{name}/{matter.subject}")] = told
        return found

    def _tell(self, before: TargetHealth, report: PassReport, after: TargetHealth) -> None:
        """A pass that did nothing is told to who looks for it; a failure once, and when it is over."""
        log, words = self._around.log, after.cause.value if after.cause else ""
        if report.failure is not None:
            if before.failure is None or before.failure.message != report.failure.message:
                self._tell_pass(report, words)
            else:
                log.debug("pass.failed", target=report.target, cause=words, error=report.failure.message)
            return
        if before.failure is not None and after.failure is None:
            log.info("target.back", target=report.target, since=before.failing_since)
        home = report.home is not None and report.home.state is HomeState.SET
        if report.written or report.plan.adopted or report.outcomes or report.removals or home or before.good is None:
            self._tell_pass(report, words)
        else:
            log.debug("pass.rested", target=report.target, cause=words, unchanged=report.unchanged, seconds=round(report.seconds, 3))

    def _tell_matters(self, target: TargetName, found: Matters, how: str) -> None:
        for matter, told in found.items():
            subject = matter.subject if matter.kind is MatterKind.PROBLEM else matter.subject.removeprefix(f"{target}/")
            fields = {"code": matter.code, "subject": subject, "place": told.place, "message": told.message}
            event = f"{matter.kind}.{how}"
            if how == "gone":
                self._around.log.info(event, target=target, **fields)
            else:
                self._line(matter)(event, target=target, **fields, next=told.remedy)

    def _line(self, matter: Matter) -> Callable[..., object]:
        log = self._around.log
        return {"error": log.error, "warning": log.warning}.get(matter.severity, log.info)


def _in_sync(report: PassReport) -> int:
    """How many dashboards are now as git wants them. Folders are none, nor are those that were deleted."""
    saved = (each.result in _IN_SYNC for each in report.outcomes if not isinstance(each.change, CreateFolder))
    return report.resting + len(report.plan.unchanged) + sum(saved)


def _source(name: SourceName, each: Shelved, now: float) -> SourceHealth:
    files = each.files
    return SourceHealth(
        name=name,
        watched=each.watched,
        revision=None if files is None else files.snapshot.revision,
        read=each.read,
        read_age=None if each.read_at is None else now - each.read_at,
        files=0 if files is None else len(files.files),
        dashboards=0 if files is None else sum(len(reading.documents) for _, reading in files.files),
        failure=each.failure,
        failing_since=each.failing_since,
        retry_in=None if each.failure is None or each.retry_at is None else max(0.0, each.retry_at - now),
        lookups=each.lookups,
    )
