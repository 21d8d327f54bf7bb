"""What is counted and told to Prometheus: the right names, the right numbers, and never more series than the configuration has names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed

from provisioner.core.changes import ConflictKind, Removal, Result
from provisioner.core.health import Health, SourceHealth, TargetHealth
from provisioner.core.model import FolderUid, Revision, SourceName, TargetName
from provisioner.core.ports import Meter
from provisioner.core.records import FolderRecord
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, Connection
from provisioner.grafana import open_grafana
from provisioner.sandbox.serve import Running, running
from provisioner.sandbox.settings import SandboxSettings
from provisioner.web.metrics import Metrics, Names, described
from tests.render.samples import APPLIED as PASSED
from tests.render.samples import BROKEN, CREATE_FOLDER, OLD_RECORD, PLANNED, WATCHED_AND_APPLIED
from tests.web.health_values import (
    APPLIED,
    LOCAL,
    PLATFORM,
    PRODUCTION,
    SEEN,
    STAGING,
    STANDING,
    UNAUTHORISED,
    UNREACHABLE,
    Fixed,
    source,
    target,
)

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
NAMES = Names(frozenset({PRODUCTION}), frozenset({PLATFORM}), frozenset({"platform"}))
QUIET = PassReport(PRODUCTION, "https://grafana.example", applied=True, seconds=0.2)


def samples(metrics: Metrics) -> Samples:
    """Everything that is told now, by name and labels."""
    families = parsed(metrics.exposed()[0].decode())
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples}


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((name, tuple(sorted(labels.items()))))


def rows(metrics: Metrics, name: str) -> set[tuple[str, ...]]:
    """The values of the labels (by the labels' names) of all series of a name that are not 0."""
    return {tuple(each for _, each in labels) for (called, labels), number in samples(metrics).items() if called == name and number}


def told(health: Health) -> Metrics:
    metrics = Metrics(NAMES, "0.1.0")
    metrics.watch(Fixed(health))
    return metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(NAMES, "0.1.0")


# The format


def test_it_is_the_meter_that_the_daemon_is_handed(metrics: Metrics) -> None:
    meter: Meter = metrics
    meter.reloaded("taken")
    assert 1 == value(metrics, "provisioner_reloads_total", outcome="taken")


def _everything(metrics: Metrics) -> None:
    """At least one series of each metric."""
    metrics.passed(QUIET, "start")
    metrics.requested(PRODUCTION, "GET", "200", 0.1)
    metrics.watch(Fixed(target(failure=UNAUTHORISED)))


def test_what_is_told_is_what_is_described_with_the_same_labels_and_help(metrics: Metrics) -> None:
    _everything(metrics)
    found = {}
    for family in parsed(metrics.exposed()[0].decode()):
        for each in family.samples:
            suffix = "_total" if family.type == "counter" else ""
            found[f"{family.name}{suffix}"] = (family.type, frozenset(each.labels) - {"le"}, family.documentation)
    ours = {name: each for name, each in found.items() if not name.startswith("process_")}
    assert ours == {each.name: (each.kind, frozenset(each.labels), each.help) for each in described()}


def test_the_strict_parser_of_openmetrics_takes_it(metrics: Metrics) -> None:
    _everything(metrics)
    text = metrics.exposed("application/openmetrics-text")[0].decode()
    families = list(parsed_openmetrics(text))  # type: ignore[no-untyped-call] # the library has types elsewhere only
    assert len(described()) <= len(families)


def test_names_keep_to_the_conventions() -> None:
    for each in described():
        assert each.name.startswith("provisioner_")
        assert (each.kind == "counter") == each.name.endswith("_total")
        assert each.kind != "histogram" or each.name.endswith("_seconds")


def test_no_series_tells_when_another_was_made(metrics: Metrics) -> None:
    _everything(metrics)
    assert [] == [name for name, _ in samples(metrics) if name.endswith("_created")]


def test_two_daemons_in_one_process_count_apart(metrics: Metrics) -> None:
    other = Metrics(NAMES, "0.1.0")
    metrics.reloaded("refused")
    assert (1, 0) == (
        value(metrics, "provisioner_reloads_total", outcome="refused"),
        value(other, "provisioner_reloads_total", outcome="refused"),
    )


def test_the_release_is_told_before_there_is_anything_to_ask(metrics: Metrics) -> None:
    assert {("0.1.0",)} == {each[1:] for each in rows(metrics, "provisioner_build_info")}


# Passes


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (QUIET, "ok"),
        (replace(QUIET, problems=(BROKEN,)), "invalid"),
        (replace(QUIET, plan=PLANNED.plan, applied=True), "conflicts"),
        (replace(QUIET, failure=UNAUTHORISED), "failed"),
        (replace(QUIET, failure=UNREACHABLE), "failed"),
        (replace(PASSED, stopped=True), "stopped"),
    ],
)
def test_a_pass_is_counted_by_its_cause_and_its_gravest_outcome(metrics: Metrics, report: PassReport, outcome: str) -> None:
    metrics.passed(replace(report, target=PRODUCTION), "hook")
    assert {("hook", outcome, "production")} == rows(metrics, "provisioner_passes_total")


def test_what_became_of_the_last_pass_is_told(metrics: Metrics) -> None:
    metrics.passed(replace(QUIET, failure=UNREACHABLE), "change")
    metrics.passed(QUIET, "retry")
    assert {("ok", "production")} == rows(metrics, "provisioner_target_last_pass_outcome")
    assert 0 == value(metrics, "provisioner_target_last_pass_outcome", target="production", outcome="failed")


def test_the_time_of_passes_is_kept_in_a_histogram(metrics: Metrics) -> None:
    metrics.passed(QUIET, "change")
    metrics.passed(replace(QUIET, seconds=20.0), "change")
    assert 20.2 == value(metrics, "provisioner_pass_duration_seconds_sum", target="production")
    assert 1 == value(metrics, "provisioner_pass_duration_seconds_bucket", target="production", le="0.25")


def test_changes_are_counted_by_what_they_did(metrics: Metrics) -> None:
    folder = Removal(FolderRecord(FolderUid("old"), "Old", FolderUid(""), "old", "2026-03-04T10:00:00Z"), Result.DELETED)
    metrics.passed(replace(WATCHED_AND_APPLIED, target=PRODUCTION, removals=(Removal(OLD_RECORD, Result.DELETED), folder)), "change")
    made = sum(outcome.change is CREATE_FOLDER and outcome.result is Result.CREATED for outcome in WATCHED_AND_APPLIED.outcomes)
    counted = {
        kind: value(metrics, "provisioner_changes_total", target="production", kind=kind) for kind in ("created", "deleted", "folders")
    }
    created = WATCHED_AND_APPLIED.count(Result.CREATED) - made
    assert {"created": created, "deleted": 1, "folders": made + 1} == counted


def test_a_change_that_was_refused_is_not_counted(metrics: Metrics) -> None:
    refused = tuple(replace(each, result=Result.FAILED) for each in PASSED.outcomes)
    metrics.passed(replace(PASSED, target=PRODUCTION, outcomes=refused, removals=()), "change")
    assert set() == rows(metrics, "provisioner_changes_total")


def test_counters_begin_at_0_so_that_the_first_event_is_seen(metrics: Metrics) -> None:
    assert 0 == value(metrics, "provisioner_requests_total", target="production", method="GET", status="401")
    assert 0 == value(metrics, "provisioner_source_lookups_total", source="platform", outcome="failed")
    assert 0 == value(metrics, "provisioner_hooks_total", hook="platform", verdict="refused")
    assert 0 == value(metrics, "provisioner_changes_total", target="production", kind="deleted")


# Requests, for real


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with ExitStack() as stack:
        yield stack.enter_context(running(SandboxSettings()))


def test_requests_to_a_server_are_counted_as_it_answered_them(metrics: Metrics, sandbox: Running) -> None:
    connection = Connection(target=PRODUCTION, url=sandbox.url, auth=BasicAuth("admin", Secret("password")))
    with open_grafana(connection, lambda _: sandbox.admin[1], None, lambda *told: metrics.requested(PRODUCTION, *told)) as grafana:
        assert grafana.find() == ()
        sent = grafana.requests
    counted = {labels: number for (name, labels), number in samples(metrics).items() if name == "provisioner_requests_total" and number}
    assert sent == sum(counted.values())
    assert {"GET"} == {dict(labels)["method"] for labels in counted}
    assert sent == value(metrics, "provisioner_request_duration_seconds_count", target="production", method="GET")


# Bounds


def test_strangers_cannot_make_series(metrics: Metrics) -> None:
    _everything(metrics)
    before = samples(metrics).keys()
    for number in range(500):
        metrics.hooked(f"../{number}", f"verdict {number}")
        metrics.requested(PRODUCTION, f"METHOD{number}", f"odd {number}", 0.1)
        metrics.requested(PRODUCTION, "GET", str(100 + number), 0.1)
        metrics.requested(f"target {number}", "GET", "200", 0.1)
        metrics.passed(replace(QUIET, target=TargetName(f"target {number}")), "start")
        metrics.passed(QUIET, f"cause {number}")
        metrics.looked_up(SourceName(f"source {number}"), "changed")
        metrics.looked_up(PLATFORM, f"outcome {number}")
        metrics.reloaded(f"outcome {number}")
    more = samples(metrics).keys() - before
    assert len(more) < 60
    assert {"platform", "unknown"} == {dict(labels)["hook"] for name, labels in samples(metrics) if name == "provisioner_hooks_total"}
    assert not {each for _, labels in more for _, each in labels if each.endswith(("499", " 7"))}


def test_codes_and_kinds_that_nobody_knows_are_one_series() -> None:
    strange = {f"code {number}": 1 for number in range(100)}
    health = replace(source(problems=strange), targets=target(problems=strange, conflicts=strange).targets)
    metrics = told(health)
    assert {("other", "platform")} == rows(metrics, "provisioner_source_problems")
    assert {("other", "production")} == rows(metrics, "provisioner_target_problems")
    assert 100 == value(metrics, "provisioner_target_conflicts", target="production", kind="other")


def test_a_status_that_is_rare_is_counted_by_its_class(metrics: Metrics) -> None:
    for status in ("418", "599", "999", "²²²", ""):
        metrics.requested(PRODUCTION, "GET", status, 0.1)
    assert {"4xx", "5xx", "other"} == {each[1] for each in rows(metrics, "provisioner_requests_total")}


def test_what_is_taken_out_of_the_configuration_disappears(metrics: Metrics) -> None:
    _everything(metrics)
    metrics.rename(Names(frozenset({STAGING}), frozenset({LOCAL}), frozenset({"local"})))
    metrics.watch(Fixed(replace(STANDING, targets=(TargetHealth(STAGING, ""),), sources=(SourceHealth(LOCAL, "events"),))))
    # A pass that was under way when the configuration changed ends now.
    metrics.passed(QUIET, "change")
    metrics.requested(PRODUCTION, "GET", "200", 0.1)
    metrics.looked_up(PLATFORM, "changed")
    values = {each for _, labels in samples(metrics) for name, each in labels if name in {"target", "source", "hook"}}
    assert {"staging", "local"} == values


def test_what_stays_in_the_configuration_keeps_its_numbers(metrics: Metrics) -> None:
    metrics.looked_up(PLATFORM, "changed")
    metrics.rename(replace(NAMES, targets=frozenset({PRODUCTION, STAGING})))
    assert 1 == value(metrics, "provisioner_source_lookups_total", source="platform", outcome="changed")


def test_it_counts_right_from_many_threads_while_it_is_read(metrics: Metrics) -> None:
    def work() -> None:
        for number in range(200):
            metrics.requested(PRODUCTION, "GET", "200", 0.01)
            metrics.hooked("platform", "accepted")
            if number % 50 == 0:
                metrics.exposed()
                metrics.rename(NAMES)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert 800 == value(metrics, "provisioner_requests_total", target="production", method="GET", status="200")
    assert 800 == value(metrics, "provisioner_hooks_total", hook="platform", verdict="accepted")


# How things stand


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("provisioner_target_ready", 1),
        ("provisioner_target_waiting_sources", 0),
        ("provisioner_target_behind_sources", 0),
        ("provisioner_target_last_success_timestamp_seconds", 1772622012),
        ("provisioner_target_last_pass_timestamp_seconds", 1772622012),
        ("provisioner_target_dashboards_in_sync", 9),
        ("provisioner_target_dashboards_owned", 10),
        ("provisioner_target_dashboards_drifted", 1),
        ("provisioner_target_dashboards_looked", 4),
        ("provisioner_target_deletions_held", 2),
    ],
)
def test_how_a_target_stands_is_told(name: str, number: float) -> None:
    assert number == value(told(STANDING), name, target="production")


def test_how_a_source_stands_is_told() -> None:
    metrics = told(STANDING)
    assert (12, 10) == (
        value(metrics, "provisioner_source_files", source="platform"),
        value(metrics, "provisioner_source_dashboards", source="platform"),
    )
    assert 1772622010 == value(metrics, "provisioner_source_last_read_timestamp_seconds", source="platform")
    assert 2 == value(metrics, "provisioner_source_problems", source="platform", code="json-syntax")


def test_what_never_was_has_no_time() -> None:
    metrics = told(replace(target(good=None, ended=None), sources=(SourceHealth(PLATFORM, "events"),)))
    assert value(metrics, "provisioner_target_last_success_timestamp_seconds", target="production") is None
    assert value(metrics, "provisioner_source_last_read_timestamp_seconds", source="platform") is None
    assert 0 == value(metrics, "provisioner_target_ready", target="production")


def test_every_kind_of_conflict_is_told_even_at_0() -> None:
    metrics = told(STANDING)
    kinds = {dict(labels)["kind"] for name, labels in samples(metrics) if name == "provisioner_target_conflicts"}
    assert ({kind.value for kind in ConflictKind}, {("both-changed", "production")}) == (
        kinds,
        rows(metrics, "provisioner_target_conflicts"),
    )


def test_a_failure_is_told_by_whether_it_mends_itself() -> None:
    metrics = told(replace(target(failure=UNAUTHORISED), sources=source(failure=UNREACHABLE).sources))
    assert {("other", "production")} == rows(metrics, "provisioner_target_failing")
    assert {("unreachable", "platform")} == rows(metrics, "provisioner_source_failing")
    assert 0 == value(metrics, "provisioner_target_failing", target="production", reason="unreachable")


def test_only_the_newest_commits_are_told() -> None:
    service = Fixed(target(applied={PLATFORM: APPLIED}))
    metrics = Metrics(NAMES, "0.1.0")
    metrics.watch(service)
    before = rows(metrics, "provisioner_target_commit_applied_info"), rows(metrics, "provisioner_source_commit_seen_info")
    service.now = STANDING
    after = rows(metrics, "provisioner_target_commit_applied_info"), rows(metrics, "provisioner_source_commit_seen_info")
    assert ({(APPLIED, "platform", "production")}, {(SEEN, "platform")}) == before
    assert ({(SEEN, "platform", "production")}, {(SEEN, "platform")}) == after


def test_a_target_is_behind_until_the_commit_that_was_seen_is_live() -> None:
    assert 1 == value(told(target(applied={PLATFORM: APPLIED})), "provisioner_target_behind_sources", target="production")


def test_a_directory_has_no_commit_to_be_behind_of() -> None:
    health = replace(source(revision=Revision("./dashboards")), targets=target(applied={PLATFORM: "./dashboards"}).targets)
    metrics = told(health)
    assert 0 == value(metrics, "provisioner_target_behind_sources", target="production")
    assert set() == rows(metrics, "provisioner_target_commit_applied_info") | rows(metrics, "provisioner_source_commit_seen_info")


def test_a_configuration_that_was_refused_is_told_until_one_is_taken() -> None:
    refused = replace(STANDING, config=replace(STANDING.config, refused="line 3: no such key"))
    assert (1, 0) == (value(told(refused), "provisioner_config_refused"), value(told(STANDING), "provisioner_config_refused"))
    assert 1772618400 == value(told(STANDING), "provisioner_config_loaded_timestamp_seconds")


def test_the_daemon_itself_is_told() -> None:
    metrics = told(STANDING)
    names = ("provisioner_state_bytes", "provisioner_progress_age_seconds", "provisioner_progress_patience_seconds")
    assert [4096, 0.5, 30] == [value(metrics, name) for name in names]
    assert (value(metrics, "process_resident_memory_bytes") or 0) > 1_000_000


@pytest.mark.parametrize("when", ["yesterday", ""])
def test_a_time_that_cannot_be_read_is_left_out(when: str) -> None:
    assert value(told(target(good=when)), "provisioner_target_last_success_timestamp_seconds", target="production") is None


def test_names_of_any_kind_are_escaped() -> None:
    name = TargetName('a"b\\c\nd')
    assert 1 == value(told(replace(STANDING, targets=(replace(STANDING.targets[0], name=name),))), "provisioner_target_ready", target=name)
