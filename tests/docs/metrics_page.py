"""docs/metrics.md, from the tables that the metrics themselves are made from."""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.core.changes import ConflictKind
from provisioner.web import meters, status_json
from provisioner.web.metrics import described

_HEAD = """# Health, status and metrics

<!-- Made from the code by `make docs`. Do not edit. -->

With `server` in the configuration the daemon answers over HTTP. Nothing needs a login, no secret is in any answer, and who may see the
rest is decided by the address in `server.listen`.

| Path | Answers |
| --- | --- |
| `/` | How things stand, as a page for people |
| `/status.json` | The same for programs |
| `/healthz` | 200 while the daemon makes progress, else 503 with the thread that does not: restart it |
| `/readyz` | 200 once every source was read and every target had a good pass, else 503 with those that did not |
| `/metrics` | Metrics for Prometheus, in the classic format or as OpenMetrics |

A server that does not answer makes the daemon neither unhealthy nor, once it had a good pass, unready: restarting it would not help.
"""

_LABELS = """
Counters whose first event matters begin at 0. A target, source or hook that is taken out of the configuration disappears with the reload.
"""

_TAIL = """
Beside these there are `process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_virtual_memory_bytes`,
`process_open_fds`, `process_max_fds` and `process_start_time_seconds`.

`deploy/monitoring/alerts.yaml` has alert rules for these metrics, and `deploy/monitoring/dashboard.json` a dashboard.
"""


def metrics_page() -> str:
    """The whole page."""
    metrics = "".join(f"| `{each.name}` | {each.kind} | {_names(each.labels)} | {each.help} |\n" for each in described())
    return (
        f"{_HEAD}\n## Metrics\n\n| Metric | Kind | Labels | |\n| --- | --- | --- | --- |\n{metrics}"
        f"\n### What labels say\n\n| Label | Of | Values |\n| --- | --- | --- |\n{_values()}{_LABELS}{_TAIL}"
        "\n## /status.json\n\nThe keys are added to, never renamed or given another meaning. Times are ISO 8601 in UTC, spans and ages\n"
        f"are seconds, and null stands where there was nothing yet.\n\n```text\n{_status_keys()}\n```\n"
    )


def _names(labels: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in labels)


def _values() -> str:
    """The labels that do not speak for themselves."""
    rows = (
        ("cause", "passes", f"{_names(meters.CAUSES)}; here and below, `other` is a word that this release does not know"),
        ("outcome", "passes", _names(meters.OUTCOMES)),
        ("kind", "changes", _names(meters.KINDS)),
        ("kind", "conflicts", _names([each.value for each in ConflictKind])),
        ("status", "requests", "the server's status (a rare one as `4xx`), `timeout`, `refused` (no connection), `error`"),
        ("outcome", "look-ups", _names(meters.LOOKUP_OUTCOMES)),
        ("verdict", "hooks", _names(meters.VERDICTS)),
        ("hook", "hooks", f"a hook of the configuration, or `{meters.UNKNOWN}`"),
        ("outcome", "reloads", _names(meters.RELOAD_OUTCOMES)),
        ("reason", "failures", "`unreachable` (it is tried again), `other` (a person must act)"),
        ("code", "problems", "a code of [problems.md](problems.md)"),
    )
    return "".join(f"| `{label}` | {of} | {values} |\n" for label, of, values in rows)


def _status_keys() -> str:
    """The part of the module's docstring that tells the keys."""
    told = (status_json.__doc__ or "").strip()
    return told[told.index("Whole ") :]
