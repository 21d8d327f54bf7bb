"""What the records are good for: requests per changed dashboard, a pass over 10,000 records with nothing to do, and the memory of it."""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.cold_sync import choose, sandbox
from benchmarks.table import Row
from provisioner.core.model import SourceName, TargetName
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, Connection, DirectorySettings, GitSettings, RefKind, Settings, TargetSettings
from provisioner.looking import NONE
from provisioner.reconcile import reconcile
from provisioner.wiring import collect_rarely, opened

RECORDS = 10_000
PASSWORD = {"BENCH_PASSWORD": "admin"}


def measure(corpus: Path) -> list[Row]:
    """Against a sandbox in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="provisioner-bench-") as place:
        return [*_changed(corpus, Path(place)), *_at_rest(Path(place))]


def _target(source: SourceName, url: str) -> TargetSettings:
    auth = BasicAuth("admin", Secret("bench", variable="BENCH_PASSWORD"))
    return TargetSettings(TargetName("bench"), Connection(TargetName("bench"), url, auth), (source,))


def _changed(corpus: Path, place: Path) -> list[Row]:
    files = place / "changed"
    count = choose(corpus, files)
    source = DirectorySettings(SourceName("bench"), str(files))
    with sandbox(0) as url, ExitStack() as held:
        target = _target(source.name, url)
        settings = Settings((source,), (target,), str(place / "changed.db"))
        run = held.enter_context(opened(settings, {**os.environ, **PASSWORD}, Event()))
        reconcile(target, run.parts(target), write=True)
        for file in files.iterdir():
            dashboard = json.loads(file.read_bytes())
            file.write_text(json.dumps({**dashboard, "description": "changed"}), encoding="utf-8")
        again = replace(run, library=replace(run.library, _read={}))
        report = reconcile(target, replace(again.parts(target), scan=NONE), write=True)
    about = f"{report.requests} requests for {report.written} of {count} changed, one pass without a scan"
    return [Row("requests per changed dashboard", f"{report.requests / max(report.written, 1):.3f}", about, "1.0")]


def _at_rest(place: Path) -> list[Row]:
    with sandbox(0) as url:
        first, _, again = (_child(place, url) for _ in range(3))
    how = f"{again['unchanged']} records; the first pass wrote {first['written']}"
    return [
        Row("10,000 records at rest, requests", f"{again['requests']}", how, "0"),
        Row("10,000 records at rest, CPU", f"{again['cpu'] * 1000:.0f} ms", "beside reading the source, in a process of its own", "50 ms"),
        Row("10,000 records at rest, memory", f"{again['memory']:.0f} MiB", "peak of the whole process", "120 MB"),
    ]


def _child(place: Path, url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.records", str(place), url]
    child = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **PASSWORD})
    figures: dict[str, Any] = json.loads(child.stdout)
    return figures


def one_pass(place: Path, url: str) -> dict[str, Any]:
    """A pass over ten thousand small dashboards in git; the first one fills the server."""
    repository = place / "ten-thousand"
    if not repository.exists():
        _fill(repository)
    collect_rarely()
    source = GitSettings(SourceName("bench"), repository.as_uri(), str(place / "store"), RefKind.BRANCH, "main")
    target = _target(source.name, url)
    settings = Settings((source,), (target,), str(place / "records.db"))
    importlib.import_module("provisioner.sources.git")
    with opened(settings, os.environ, Event()) as run:
        run.library.files(source.name)
        parts = replace(run.parts(target), scan=NONE)
        before = os.times()
        report = reconcile(target, parts, write=True)
        after = os.times()
    cpu = after.user - before.user + after.system - before.system
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"requests": report.requests, "written": report.written, "unchanged": report.unchanged}
    return {**figures, "cpu": cpu, "memory": memory}


def _fill(repository: Path) -> None:
    for number in range(RECORDS):
        file = repository / f"team-{number % 100:02}" / f"dashboard-{number:05}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        panel = {"id": 1, "type": "text", "title": "Words", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8}}
        body = {"uid": f"bench-{number:05}", "title": f"Dashboard {number}", "schemaVersion": 39, "panels": [panel]}
        file.write_text(json.dumps(body), encoding="utf-8")
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], [*identity, "commit", "-q", "-m", "ten thousand"]):
        subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    print(json.dumps(one_pass(Path(sys.argv[1]), sys.argv[2])))
