"""Cold sync of 500 real dashboards, beside a bare loop that sends the same saves over a connection pool of the same size.

Both against a sandbox in a process of its own that takes 20 ms a save, in turn, each time an empty one. Ours is timed from settings to
report: reading, parsing,
validating, planning and saving; the loop has its bodies made beforehand.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from benchmarks.table import Row
from provisioner.core.model import SourceName, TargetName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import Api, BasicAuth, Connection, DirectorySettings, Settings, TargetSettings
from provisioner.reconcile import reconcile
from provisioner.wiring import opened

DASHBOARDS = 500
SAVE_MILLISECONDS = 20
SHAPES = ("classic", "classic-export", "rows")
PAIRS = 3


def measure(corpus: Path) -> list[Row]:
    """The ratio of the medians, and of each pair."""
    with tempfile.TemporaryDirectory(prefix="provisioner-bench-") as place:
        files = Path(place) / "dashboards"
        chosen = choose(corpus, files)
        ratios, requests = [], 0
        for turn in range(PAIRS):
            report, ours = _ours(files, Path(place) / f"state-{turn}.db")
            loop = _loop(files)
            if report.written != chosen or report.failure is not None:
                return [Row("cold sync", "failed", f"{report.written} of {chosen} written: {report.failure}", "")]
            ratios.append(ours / loop)
            requests = report.requests
    pairs = ", ".join(f"{ratio:.3f}" for ratio in sorted(ratios))
    about = f"time beside a bare loop of the same {chosen} saves, 2 at a time, {SAVE_MILLISECONDS} ms a save; pairs {pairs}"
    return [
        Row("cold sync, 500 real dashboards", f"{statistics.median(ratios):.3f}", about, "≤ 1.05"),
        Row("cold sync, requests", f"{requests}", f"for {chosen} dashboards: the rest asks who answers and what is there", ""),
    ]


def choose(corpus: Path, into: Path) -> int:
    """Copies real classic dashboards with own uid, title and no inputs, all into one folder."""
    into.mkdir()
    seen: set[str] = set()
    with (corpus / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            if row["shape"] not in SHAPES or not row["uid"] or {row["uid"], row["title"].casefold()} & seen or len(seen) >= 2 * DASHBOARDS:
                continue
            raw = (corpus / row["path"]).read_bytes()
            if b"${DS_" in raw or b"${VAR_" in raw or b'"__inputs"' in raw:
                continue
            seen |= {row["uid"], row["title"].casefold()}
            shutil.copyfile(corpus / row["path"], into / f"{row['uid']}.json")
    return len(list(into.iterdir()))


@contextmanager
def sandbox(write_milliseconds: int) -> Iterator[str]:
    """A sandbox in a process of its own, at this address."""
    command = [sys.executable, "-m", "provisioner", "sandbox", "--port", "0", "--generation", "12"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        [url] = re.findall(r"http://\S+", child.stdout.readline() if child.stdout else "")
        try:
            httpx.put(f"{url}/sandbox/faults", json={"write_latency_ms": write_milliseconds}).raise_for_status()
            yield url
        finally:
            child.terminate()


def _ours(files: Path, state: Path) -> tuple[PassReport, float]:
    with sandbox(SAVE_MILLISECONDS) as url:
        source = DirectorySettings(SourceName("bench"), str(files))
        connection = Connection(TargetName("bench"), url, BasicAuth("admin", Secret("bench", variable="BENCH_PASSWORD")), api=Api.DASHBOARD)
        target = TargetSettings(TargetName("bench"), connection, (source.name,))
        settings = Settings((source,), (target,), str(state))
        with opened(settings, {**os.environ, "BENCH_PASSWORD": "admin"}, Event()) as run:
            started = time.perf_counter()
            report = reconcile(target, replace(run.parts(target), place_notes=False), write=True)
            return report, time.perf_counter() - started


def _loop(files: Path) -> float:
    bodies = [_body(json.loads(file.read_bytes())) for file in sorted(files.iterdir())]
    with (
        sandbox(SAVE_MILLISECONDS) as url,
        httpx.Client(base_url=url, auth=("admin", "admin"), limits=httpx.Limits(max_connections=2)) as client,
    ):
        client.get("/api/health").raise_for_status()

        def send(body: bytes) -> None:
            client.post("/api/dashboards/db", content=body, headers={"Content-Type": "application/json"}).raise_for_status()

        started = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(send, bodies))
        return time.perf_counter() - started


def _body(dashboard: dict[str, Any]) -> bytes:
    dashboard.pop("id", None)
    dashboard.pop("version", None)
    return json.dumps({"dashboard": dashboard, "folderUid": "", "message": "", "overwrite": False}).encode()
