"""The metrics that are counted as things happen: their names, what their labels may say, and what they mean.

In: nothing. Out: values. docs/metrics.md is made from here and from `gauges.py`. Names and labels are a promise: alert rules and dashboards
of others rest on them.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.core.health import Cause
from provisioner.core.hooks.values import Verdict


@dataclass(frozen=True, slots=True)
class Described:
    """One metric as a query names it: kind "counter", "histogram" or "gauge"."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str


CAUSES = tuple(cause.value for cause in Cause)
OUTCOMES = ("ok", "conflicts", "invalid", "failed", "stopped")
KINDS = ("created", "updated", "moved", "deleted", "folders")
METHODS = ("GET", "POST", "PUT", "DELETE")
LOOKUP_OUTCOMES = ("changed", "unchanged", "failed")
RELOAD_OUTCOMES = ("taken", "refused")
VERDICTS = tuple(verdict.value for verdict in Verdict)
UNKNOWN = "unknown"
"""A hook that the configuration does not know."""

NO_ENTRY = ("401", "407")
"""The statuses that say that a credential is wrong."""
STATUSES = frozenset(
    {"200", "201", "202", "204", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "407", "409", "412"}
    | {"413", "422", "429", "500", "502", "503", "504", "timeout", "refused", "error"}
)
"""What a Grafana, or what stands before it, answers with; another status is counted by its class, "4xx"."""

PASS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds. A pass that writes one change takes little more than its request; a first one over ten thousand dashboards takes minutes."""
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""

BUILD = Described("provisioner_build_info", "gauge", ("version", "python"), "Always 1. The release of provisioner and of Python.")
PASSES = Described(
    "provisioner_passes_total",
    "counter",
    ("target", "cause", "outcome"),
    f"Passes over a target, by why they ran and what became of them ({', '.join(OUTCOMES)}).",
)
LAST_OUTCOME = Described(
    "provisioner_target_last_pass_outcome",
    "gauge",
    ("target", "outcome"),
    "1 for what became of the last pass over the target, 0 for what else might have.",
)
PASS_SECONDS = Described("provisioner_pass_duration_seconds", "histogram", ("target",), "How long passes took.")
CHANGES = Described(
    "provisioner_changes_total",
    "counter",
    ("target", "kind"),
    "Writes that changed the server: dashboards created, updated, moved and deleted, and folders.",
)
REQUESTS = Described(
    "provisioner_requests_total",
    "counter",
    ("target", "method", "status"),
    "Requests to the target, each attempt by itself. The status is the server's, or timeout, refused (no connection) or error.",
)
REQUEST_SECONDS = Described(
    "provisioner_request_duration_seconds", "histogram", ("target", "method"), "How long requests took, with the whole answer."
)
LOOKUPS = Described(
    "provisioner_source_lookups_total",
    "counter",
    ("source", "outcome"),
    f"How often a source was looked at, by what was found ({', '.join(LOOKUP_OUTCOMES)}).",
)
HOOKS = Described(
    "provisioner_hooks_total",
    "counter",
    ("hook", "verdict"),
    'Webhooks that came in, by what became of each; "unknown" is no hook of ours.',
)
RELOADS = Described("provisioner_reloads_total", "counter", ("outcome",), "How often a changed configuration was taken or refused.")

ALL = (BUILD, PASSES, LAST_OUTCOME, PASS_SECONDS, CHANGES, REQUESTS, REQUEST_SECONDS, LOOKUPS, HOOKS, RELOADS)
