"""Counts what happens in the daemon, and gives it to Prometheus with what `gauges.py` reads from how things stand.

In: events (it is a `Meter`), and a `Service` to ask at each scrape. Out: text in the classic format or OpenMetrics. The registry is its
own: two daemons in one process, as tests make them, count apart. Label values are bounded: a target or source that the configuration does
not know is not counted (it was removed a moment ago), a hook is "unknown" (strangers send them), any other unexpected word is "other".
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics

from provisioner.core.changes import CreateFolder, Result
from provisioner.core.model import SourceName, TargetName
from provisioner.core.ports import Service
from provisioner.core.records import Record
from provisioner.core.report import Exit, PassReport, exit_code
from provisioner.web import meters
from provisioner.web.gauges import GAUGES, OTHER, families
from provisioner.web.meters import Described

_OPENMETRICS = "application/openmetrics-text"
_CLASSIC = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Names:
    """What the configuration in use knows: the values that these labels may have."""

    targets: frozenset[TargetName] = frozenset()
    sources: frozenset[SourceName] = frozenset()
    hooks: frozenset[str] = frozenset()


class Metrics:
    """All metrics of one daemon. Thread-safe. `watch` is called once there is a service to ask."""

    def __init__(self, names: Names, release: str) -> None:
        registry = self._registry = CollectorRegistry()
        self._service: Service | None = None
        self._names = Names()
        # Held while a series may be made, so that none comes back after `rename` has removed it.
        self._lock = Lock()
        _gauge(meters.BUILD, registry).labels(release, platform.python_version()).set(1)
        self._passes = _counter(meters.PASSES, registry)
        self._last = _gauge(meters.LAST_OUTCOME, registry)
        self._seconds = _histogram(meters.PASS_SECONDS, meters.PASS_BUCKETS, registry)
        self._changes = _counter(meters.CHANGES, registry)
        self._requests = _counter(meters.REQUESTS, registry)
        self._request_seconds = _histogram(meters.REQUEST_SECONDS, meters.REQUEST_BUCKETS, registry)
        self._lookups = _counter(meters.LOOKUPS, registry)
        self._hooks = _counter(meters.HOOKS, registry)
        self._reloads = _counter(meters.RELOADS, registry)
        for outcome in meters.RELOAD_OUTCOMES:
            self._reloads.labels(outcome)
        ProcessCollector(registry=registry)
        self.rename(names)

    def watch(self, service: Service) -> None:
        """From now on each scrape asks this service how things stand."""
        self._service = service

    def rename(self, names: Names) -> None:
        """The configuration is another one: what it does not name any more is told no more, and what is new begins at 0.

        A counter that appears with its first event cannot be seen to rise.
        """
        with self._lock:
            before, self._names = self._names, names
            for target in before.targets - names.targets:
                for each in (self._passes, self._last, self._seconds, self._changes, self._requests, self._request_seconds):
                    each.remove_by_labels({"target": target})
            for source in before.sources - names.sources:
                self._lookups.remove_by_labels({"source": source})
            for hook in before.hooks - names.hooks:
                self._hooks.remove_by_labels({"hook": hook})
            self._begin(names)

    def passed(self, report: PassReport, cause: str) -> None:
        """A pass ended."""
        with self._lock:
            if report.target not in self._names.targets:
                return
            outcome = _outcome(report)
            self._passes.labels(report.target, _among(cause, meters.CAUSES), outcome).inc()
            for each in meters.OUTCOMES:
                self._last.labels(report.target, each).set(each == outcome)
            self._seconds.labels(report.target).observe(report.seconds)
            for kind in _written(report):
                self._changes.labels(report.target, kind).inc()

    def requested(self, target: str, method: str, status: str, seconds: float) -> None:
        """A request to a Grafana was answered, or not."""
        with self._lock:
            if target not in self._names.targets:
                return
            by = _among(method, meters.METHODS)
            self._requests.labels(target, by, _status(status)).inc()
            self._request_seconds.labels(target, by).observe(seconds)

    def looked_up(self, source: SourceName, outcome: str) -> None:
        """A source was read."""
        with self._lock:
            if source in self._names.sources:
                self._lookups.labels(source, _among(outcome, meters.LOOKUP_OUTCOMES)).inc()

    def hooked(self, hook: str, verdict: str) -> None:
        """A webhook came in."""
        with self._lock:
            name = hook if hook in self._names.hooks else meters.UNKNOWN
            self._hooks.labels(name, _among(verdict, meters.VERDICTS)).inc()

    def reloaded(self, outcome: str) -> None:
        """The configuration was read again."""
        self._reloads.labels(_among(outcome, meters.RELOAD_OUTCOMES)).inc()

    def exposed(self, accept: str = "", only: Sequence[str] = ()) -> tuple[bytes, str]:
        """The metrics in the format that an Accept header asks for, and its content type. `only` names the samples that are wanted."""
        shown = _Shown(self.collect, frozenset(only))
        # Not by prometheus-client's own `choose_encoder`: it fails on a version that is no number.
        if any(each.partition(";")[0].strip().lower() == _OPENMETRICS for each in accept.split(",")):
            written: bytes = openmetrics.generate_latest(shown)  # type: ignore[no-untyped-call] # the library has types elsewhere only
            return written, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(shown), _CLASSIC

    def collect(self) -> Iterator[Metric]:
        """Every family as it is now."""
        # The series "…_created" double what is stored and say nothing that a query needs.
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
        if self._service is not None:
            yield from families(self._service.health())

    def _begin(self, names: Names) -> None:
        """Makes the series whose first event matters."""
        for target in names.targets:
            for kind in meters.KINDS:
                self._changes.labels(target, kind)
            for method in meters.METHODS:
                for status in meters.NO_ENTRY:
                    self._requests.labels(target, method, status)
        for source in names.sources:
            for outcome in meters.LOOKUP_OUTCOMES:
                self._lookups.labels(source, outcome)
        for hook in names.hooks:
            for verdict in meters.VERDICTS:
                self._hooks.labels(hook, verdict)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the encoders take for a registry: all of the samples, or only those that were asked for."""

    families: Callable[[], Iterable[Metric]]
    only: frozenset[str]

    def collect(self) -> Iterator[Metric]:
        for family in self.families():
            if self.only:
                family.samples = [sample for sample in family.samples if sample.name in self.only]
            if family.samples or not self.only:
                yield family


def described() -> tuple[Described, ...]:
    """All metrics of ours, for the documentation; those of the process (`process_…`) are prometheus-client's own."""
    return (*meters.ALL, *(Described(each.name, "gauge", each.labels, each.help) for each in GAUGES))


def _counter(described: Described, registry: CollectorRegistry) -> Counter:
    return Counter(described.name, described.help, described.labels, registry=registry)


def _gauge(described: Described, registry: CollectorRegistry) -> Gauge:
    return Gauge(described.name, described.help, described.labels, registry=registry)


def _histogram(described: Described, buckets: Sequence[float], registry: CollectorRegistry) -> Histogram:
    return Histogram(described.name, described.help, described.labels, buckets=buckets, registry=registry)


def _among(word: str, known: Container[str]) -> str:
    return word if word in known else OTHER


def _status(status: str) -> str:
    """The status as it is where it is one that servers give, else its class ("4xx"), else "other"."""
    if status in meters.STATUSES:
        return status
    return f"{status[0]}xx" if len(status) == 3 and status.isascii() and status.isdigit() and status[0] in "12345" else OTHER


def _outcome(report: PassReport) -> str:
    """What became of a pass as a whole, the gravest first."""
    if report.stopped:
        return "stopped"
    match exit_code([report]):
        case Exit.UNREACHABLE | Exit.ERROR:
            return "failed"
        case Exit.INVALID:
            return "invalid"
        case Exit.CONFLICT:
            return "conflicts"
        case Exit.OK | Exit.PENDING:
            return "ok"


def _written(report: PassReport) -> Iterator[str]:
    """The kind of each write that changed the server."""
    kinds = {Result.CREATED: "created", Result.UPDATED: "updated", Result.MOVED: "moved"}
    for outcome in report.outcomes:
        if outcome.result in kinds:
            yield "folders" if isinstance(outcome.change, CreateFolder) else kinds[outcome.result]
    for removal in report.removals:
        if removal.result is Result.DELETED:
            yield "deleted" if isinstance(removal.record, Record) else "folders"
