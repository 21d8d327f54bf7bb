"""The metrics that are read from how things stand, at each scrape.

In: a `Health`. Out: metric families of prometheus-client. Label values are names of the configuration, codes of the catalogue and kinds
of conflicts, and for each source one commit: what else comes is "other". Ages are told as the time of the last good one, in seconds since
1970 (https://prometheus.io/docs/practices/instrumentation/): it stays right when this process hangs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily

from provisioner.core.catalog import BY_CODE
from provisioner.core.changes import ConflictKind
from provisioner.core.health import Health, SourceHealth, TargetHealth
from provisioner.core.redaction import redacted
from provisioner.core.report import Failure

Row = tuple[tuple[str, ...], float]

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric: `rows` gives the values of its `labels`, in their order, with the number."""

    name: str
    help: str
    labels: tuple[str, ...]
    rows: Callable[[Health], Iterable[Row]]


def families(health: Health) -> Iterator[GaugeMetricFamily]:
    """All of them. A metric without a row is told all the same, with its help."""
    for gauge in GAUGES:
        family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
        for values, number in gauge.rows(health):
            family.add_metric([redacted(each) for each in values], number)
        yield family


def behind(health: Health, target: TargetHealth) -> int:
    """How many commits that were seen this target does not show yet; counted once for each source that it has shown before."""
    seen = {each.name: each.revision.commit for each in health.sources if each.revision is not None and each.revision.commit}
    return sum(1 for name, commit in target.applied.items() if seen.get(name, commit) != commit)


def seconds_since_1970(when: str | None) -> float | None:
    """The moment that an ISO 8601 text names, UTC where it names no zone; None for None and for a text that is none."""
    if when is None:
        return None
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _of_targets(number: Callable[[TargetHealth], float | None]) -> Callable[[Health], Iterator[Row]]:
    """One row for each target; none where there is no number."""

    def rows(health: Health) -> Iterator[Row]:
        for each in health.targets:
            value = number(each)
            if value is not None:
                yield (each.name,), value

    return rows


def _of_sources(number: Callable[[SourceHealth], float | None]) -> Callable[[Health], Iterator[Row]]:
    """One row for each source; none where there is no number."""

    def rows(health: Health) -> Iterator[Row]:
        for each in health.sources:
            value = number(each)
            if value is not None:
                yield (each.name,), value

    return rows


def _failing(subjects: Iterable[tuple[str, Failure | None]]) -> Iterator[Row]:
    """Both reasons, since a person acts on them differently: one mends itself, the other does not."""
    for name, failure in subjects:
        yield (name, "unreachable"), failure is not None and failure.unreachable
        yield (name, OTHER), failure is not None and not failure.unreachable


def _behind(health: Health) -> Iterator[Row]:
    return (((each.name,), behind(health, each)) for each in health.targets)


def _servers(health: Health) -> Iterator[Row]:
    return (((each.name, each.url, each.server), 1) for each in health.targets)


def _conflicts(health: Health) -> Iterator[Row]:
    """Every kind, zero too: an alert on a sum must not fall silent because there is nothing to add."""
    kinds = tuple(kind.value for kind in ConflictKind)
    for each in health.targets:
        counted = _known(each.conflicts, kinds)
        for kind in dict.fromkeys((*kinds, *counted)):
            yield (each.name, kind), counted.get(kind, 0)


def _target_problems(health: Health) -> Iterator[Row]:
    for each in health.targets:
        for code, number in sorted(_known(each.problems, BY_CODE).items()):
            yield (each.name, code), number


def _source_problems(health: Health) -> Iterator[Row]:
    for each in health.sources:
        for code, number in sorted(_known(each.problems, BY_CODE).items()):
            yield (each.name, code), number


def _known(counts: Mapping[str, int], names: Iterable[str]) -> Mapping[str, int]:
    """The counts with every name that is not one of `names` under "other"."""
    among = frozenset(names)
    found: Counter[str] = Counter()
    for name, number in counts.items():
        found[name if name in among else OTHER] += number
    return found


def _commits_seen(health: Health) -> Iterator[Row]:
    for each in health.sources:
        if each.revision is not None and each.revision.commit:
            yield (each.name, each.revision.commit), 1


def _commits_applied(health: Health) -> Iterator[Row]:
    """Of sources that have commits: what a directory is called is no commit."""
    named = {each.name for each in health.sources if each.revision is not None and each.revision.commit}
    for each in health.targets:
        for source, commit in sorted(each.applied.items()):
            if source in named:
                yield (each.name, source, commit), 1


def _loaded(health: Health) -> Iterator[Row]:
    moment = seconds_since_1970(health.config.loaded)
    if moment is not None:
        yield (), moment


GAUGES: tuple[Gauge, ...] = (
    Gauge(
        "provisioner_progress_age_seconds",
        "Seconds since the slowest of the threads that must make progress did so.",
        (),
        lambda health: [((), health.progress_age)],
    ),
    Gauge(
        "provisioner_progress_patience_seconds",
        "How old that progress may be: beyond it /healthz answers 503.",
        (),
        lambda health: [((), health.patience)],
    ),
    Gauge(
        "provisioner_config_refused",
        "1 while the configuration file is not the one in use, because it was refused.",
        (),
        lambda health: [((), health.config.refused is not None)],
    ),
    Gauge("provisioner_config_loaded_timestamp_seconds", "When the configuration in use was loaded, in seconds since 1970.", (), _loaded),
    Gauge("provisioner_state_bytes", "Size of the state file.", (), lambda health: [((), health.state_bytes)]),
    Gauge(
        "provisioner_target_info",
        "Always 1. Where the target is, and what answers there.",
        ("target", "url", "server"),
        _servers,
    ),
    Gauge(
        "provisioner_target_ready",
        "1 once the target had a good pass since the daemon started.",
        ("target",),
        _of_targets(lambda target: target.good is not None),
    ),
    Gauge(
        "provisioner_target_failing",
        "1 while the target cannot be worked with: it does not answer (unreachable), or something else is wrong (other).",
        ("target", "reason"),
        lambda health: _failing((each.name, each.failure) for each in health.targets),
    ),
    Gauge(
        "provisioner_target_waiting_sources",
        "Sources of the target that were never read: without them no pass runs.",
        ("target",),
        _of_targets(lambda target: len(target.waiting)),
    ),
    Gauge(
        "provisioner_target_behind_sources",
        "Sources of the target with a commit that was seen and is not live yet.",
        ("target",),
        _behind,
    ),
    Gauge(
        "provisioner_target_last_success_timestamp_seconds",
        "When the last good pass ended, in seconds since 1970; absent before the first.",
        ("target",),
        _of_targets(lambda target: seconds_since_1970(target.good)),
    ),
    Gauge(
        "provisioner_target_last_pass_timestamp_seconds",
        "When the last pass ended, good or not, in seconds since 1970; absent before the first.",
        ("target",),
        _of_targets(lambda target: seconds_since_1970(target.ended)),
    ),
    Gauge(
        "provisioner_target_commit_applied_info",
        "Always 1. The commit of each source that the last good pass made live; only the newest is told.",
        ("target", "source", "commit"),
        _commits_applied,
    ),
    Gauge(
        "provisioner_target_dashboards_in_sync",
        "Dashboards that are live as git has them.",
        ("target",),
        _of_targets(lambda target: target.in_sync),
    ),
    Gauge(
        "provisioner_target_dashboards_owned",
        "Dashboards that a record says are ours.",
        ("target",),
        _of_targets(lambda target: target.owned),
    ),
    Gauge(
        "provisioner_target_dashboards_drifted",
        "Dashboards that were edited or deleted on the server alone, now.",
        ("target",),
        _of_targets(lambda target: target.drifted),
    ),
    Gauge(
        "provisioner_target_dashboards_looked",
        "Dashboards that the drift look has seen in this round.",
        ("target",),
        _of_targets(lambda target: target.looked),
    ),
    Gauge(
        "provisioner_target_deletions_held",
        "Deletions that wait for a person, now.",
        ("target",),
        _of_targets(lambda target: target.held),
    ),
    Gauge("provisioner_target_conflicts", "Conflicts that are open now, by kind.", ("target", "kind"), _conflicts),
    Gauge("provisioner_target_problems", "Problems of files as this target meets them now, by code.", ("target", "code"), _target_problems),
    Gauge(
        "provisioner_source_failing",
        "1 while the source cannot be read and its last good state is worked with: it does not answer (unreachable), or otherwise (other).",
        ("source", "reason"),
        lambda health: _failing((each.name, each.failure) for each in health.sources),
    ),
    Gauge(
        "provisioner_source_last_read_timestamp_seconds",
        "When the source was last read well, in seconds since 1970; absent before the first time.",
        ("source",),
        _of_sources(lambda source: seconds_since_1970(source.read)),
    ),
    Gauge(
        "provisioner_source_commit_seen_info",
        "Always 1. The newest commit that was read, and no other.",
        ("source", "commit"),
        _commits_seen,
    ),
    Gauge("provisioner_source_files", "Files of the source.", ("source",), _of_sources(lambda source: source.files)),
    Gauge("provisioner_source_dashboards", "Dashboards that the source holds.", ("source",), _of_sources(lambda source: source.dashboards)),
    Gauge("provisioner_source_problems", "Problems of the source's files, now, by code.", ("source", "code"), _source_problems),
)
