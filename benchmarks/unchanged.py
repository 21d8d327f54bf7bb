"""A pass over 10,000 unchanged files from git, after a restart: one ref look-up, no parse, and the CPU of it, the git processes included.

The server's side is a value: 10,000 dashboards whose comparison is known. What is measured is all that a pass does from the repository to
the plan.
"""

from __future__ import annotations

import csv
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.table import Row
from provisioner.core.changes import Comparison, LiveState
from provisioner.core.desired import Wants, desire
from provisioner.core.live import Live
from provisioner.core.model import Desired, DesiredDashboard, Fingerprint, SourceName
from provisioner.core.plan import make_plan
from provisioner.core.server import LiveFolder, Mark, Server
from provisioner.core.settings import GitSettings, Policy, RefKind, Settings
from provisioner.wiring import collect_rarely, opened

FILES = 10_000
SERVER = Server("http://127.0.0.1", "12.4.0", "dashboard", "", 1, "Main Org.", nested_folders=True)


def measure(corpus: Path) -> list[Row]:
    """Two processes: the first one parses, the second one must not. Start and imports of Python are not counted."""
    with tempfile.TemporaryDirectory(prefix="provisioner-bench-") as place:
        _repository(corpus, Path(place) / "repository")
        first, again = (_child(place) for _ in range(2))
    how = f"{again['files']} files, {again['changes']} changes, {again['unchanged']} unchanged; git's processes included"
    return [
        Row("unchanged pass, ref look-ups", f"{again['lookups']}", f"{again['fetches']} fetches", "1"),
        Row("unchanged pass, parses", f"{again['parsed']}", f"after a restart; the first pass parsed {first['parsed']}", "0"),
        Row("unchanged pass, CPU", f"{again['cpu']:.2f} s", f"{how}; {again['cpu'] / first['cpu']:.3f} of the first pass", "< 0.3 s"),
    ]


def _child(place: str) -> dict[str, Any]:
    child = subprocess.run([sys.executable, "-m", "benchmarks.unchanged", place], check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(child.stdout)
    return figures


def one_pass(place: Path) -> dict[str, Any]:
    """From the repository to the plan, with the CPU that it took."""
    collect_rarely()
    source = GitSettings(SourceName("bench"), (place / "repository").as_uri(), str(place / "store"), RefKind.BRANCH, "main")
    settings = Settings((source,), (), str(place / "state.db"))
    importlib.import_module("provisioner.sources.git")
    before = os.times()
    with opened(settings, os.environ, Event()) as run:
        files = run.library.files(source.name)
        desired = desire((files,), Wants())
        between = os.times()
        live = _live(desired)
        after_live = os.times()
        plan = make_plan(desired, live, Policy())
        git = run.library.sources[source.name]
        figures = {"lookups": getattr(git, "lookups", -1), "fetches": getattr(git, "fetches", -1)}
    after = os.times()
    figures |= {"files": len(files.files), "parsed": files.parsed, "changes": len(plan.changes), "unchanged": len(plan.unchanged)}
    return {**figures, "cpu": _cpu(before, between) + _cpu(after_live, after)}


def _cpu(before: os.times_result, after: os.times_result) -> float:
    fields = ("user", "system", "children_user", "children_system")
    return sum(float(getattr(after, field)) - float(getattr(before, field)) for field in fields)


def _live(desired: Desired) -> Live:
    folders = tuple(LiveFolder(each.uid, each.title, each.parent, number) for number, each in enumerate(desired.folders, 1))
    return Live(SERVER, folders, (), tuple((each.uid, _equal(each)) for each in desired.dashboards))


def _equal(dashboard: DesiredDashboard) -> Comparison:
    state = LiveState(dashboard.uid, dashboard.title, dashboard.folder, "", "", Mark(1, 1), "", "", Fingerprint("1:same"))
    return Comparison(Fingerprint("1:same"), state)


def _real(corpus: Path) -> list[dict[str, Any]]:
    with (corpus / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        rows = [row for row in csv.DictReader(index, delimiter="\t") if row["shape"] == "classic" and 5_000 < int(row["bytes"]) < 20_000]
    return [json.loads((corpus / row["path"]).read_bytes()) for row in rows]


def _repository(corpus: Path, path: Path) -> Path:
    """Real dashboards of ordinary size over and over, each time with a uid and a title of its own, in a hundred folders."""
    real = _real(corpus)
    for number in range(FILES):
        dashboard = real[number % len(real)]
        file = path / f"team-{number % 100:02}" / f"dashboard-{number:05}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**dashboard, "uid": f"bench-{number:05}", "title": f"Dashboard {number}"}), encoding="utf-8")
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], [*identity, "commit", "-q", "-m", "ten thousand"]):
        subprocess.run(["git", "-C", str(path), *arguments], check=True, capture_output=True)
    return path


if __name__ == "__main__":
    print(json.dumps(one_pass(Path(sys.argv[1]))))
