"""The same server by the dashboard API and by the resource API: a scan of all for drift, and a cold sync, each beside the other.

One sandbox in a process of its own answers as 12.4 and takes 5 ms for each request; so what counts are requests, connections and bytes,
and the ratios of one run. Bytes are those of the answers, unpacked. What real servers take is in reference/grafana-api.md, section 0.1.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from benchmarks.cold_sync import choose, sandbox
from benchmarks.table import Row
from provisioner.core.model import SourceName, TargetName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import Api, BasicAuth, Connection, DirectorySettings, Settings, TargetSettings
from provisioner.grafana.client import Client
from provisioner.reconcile import reconcile
from provisioner.wiring import collect_rarely, opened

DASHBOARDS = 10_000
FOLDERS = 100
MILLISECONDS = 5
BOTH = (Api.DASHBOARD, Api.RESOURCE)


@dataclass(frozen=True, slots=True)
class Cost:
    """One pass. Bytes are those of the answers."""

    report: PassReport
    seconds: float
    bytes: int

    def __str__(self) -> str:
        return f"{self.report.requests} requests, {self.bytes / 1e6:.1f} MB, {self.seconds:.1f} s"


def measure(corpus: Path) -> list[Row]:
    """Rows for the scan and for the cold sync."""
    collect_rarely()
    with tempfile.TemporaryDirectory(prefix="provisioner-bench-") as place:
        return [*_scan(Path(place) / "scan"), *_cold(corpus, Path(place) / "cold")]


def _scan(place: Path) -> list[Row]:
    """Filled without delay; then each dialect notes its own marks, and its next full scan is what is measured."""
    _fill(place / "files")
    costs: dict[Api, Cost] = {}
    with sandbox(0) as url:
        _one_pass(place, url, Api.RESOURCE)
        for api in reversed(BOTH):
            _one_pass(place, url, api)
            _slow_down(url)
            costs[api] = _one_pass(place, url, api)
            _slow_down(url, 0)
    wrong = [f"{api}: {cost.report.unchanged} unchanged" for api, cost in costs.items() if cost.report.unchanged != DASHBOARDS]
    if wrong:
        return [Row("drift scan", "failed", "; ".join(wrong), "")]
    name = f"drift scan of {DASHBOARDS:,} dashboards"
    return _beside(name, costs, lambda cost: cost.report.requests, "requests") + _beside(name, costs, lambda cost: cost.seconds, "time")


def _cold(corpus: Path, place: Path) -> list[Row]:
    place.mkdir()
    chosen = choose(corpus, place / "files")
    costs: dict[Api, Cost] = {}
    for api in BOTH:
        with sandbox(0) as url:
            _slow_down(url)
            costs[api] = _one_pass(place, url, api, f"{api}.db")
    wrong = [f"{api}: {cost.report.written} written" for api, cost in costs.items() if cost.report.written != chosen]
    if wrong:
        return [Row("cold sync by dialect", "failed", "; ".join(wrong), "")]
    return _beside(f"cold sync of {chosen} real dashboards", costs, lambda cost: cost.seconds, "time")


def _beside(name: str, costs: dict[Api, Cost], of: Callable[[Cost], float], what: str) -> list[Row]:
    ratio = of(costs[Api.RESOURCE]) / of(costs[Api.DASHBOARD])
    about = f"{what} by the resource API beside the dashboard API: {costs[Api.RESOURCE]}; {costs[Api.DASHBOARD]}"
    return [Row(f"{name}, {what}", f"{ratio:.3f}", about, "")]


def _one_pass(place: Path, url: str, api: Api, state: str = "state.db") -> Cost:
    source = DirectorySettings(SourceName("bench"), str(place / "files"))
    auth = BasicAuth("admin", Secret("bench", variable="BENCH_PASSWORD"))
    target = TargetSettings(TargetName("bench"), Connection(TargetName("bench"), url, auth, api=api), (source.name,))
    settings = Settings((source,), (target,), str(place / state))
    with opened(settings, {**os.environ, "BENCH_PASSWORD": "admin"}, Event()) as run, _counted() as counted:
        started = time.perf_counter()
        report = reconcile(target, run.parts(target), write=True)
        return Cost(report, time.perf_counter() - started, counted[0])


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many bytes the answers have."""
    counted, read = [0], Client._body  # noqa: SLF001 - where the bytes come in

    def body(client: Client, response: httpx.Response) -> bytes:
        found = read(client, response)
        counted[0] += len(found)
        return found

    Client._body = body  # type: ignore[method-assign, assignment]  # noqa: SLF001 - put back below
    try:
        yield counted
    finally:
        Client._body = read  # type: ignore[method-assign]  # noqa: SLF001 - as above


def _slow_down(url: str, milliseconds: int = MILLISECONDS) -> None:
    httpx.put(f"{url}/sandbox/faults", json={"latency_ms": milliseconds}).raise_for_status()


def _fill(files: Path) -> None:
    """Small ones: what is measured is what has to be asked."""
    panel = {
        "id": 1,
        "type": "text",
        "title": "Words",
        "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8},
        "options": {"content": "hello " * 100},
    }
    for number in range(DASHBOARDS):
        body: dict[str, Any] = {"uid": f"bench-{number:05}", "title": f"Dashboard {number}", "schemaVersion": 39, "panels": [panel]}
        file = files / f"team-{number % FOLDERS:02}" / f"dashboard-{number:05}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(body), encoding="utf-8")
