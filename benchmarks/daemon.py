"""The daemon as a process of its own: from an event to the request that it leads to, its start, and what it takes when nothing happens.

The server is a sandbox in this process, which notes when a save arrives, before it is read. An event is the renaming of a saved file, or
the sending of a hook. BENCH_IDLE_SECONDS says how long it is watched doing nothing; a minute where nothing is said.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.table import Row
from tests.run.child import Child, until
from tests.run.pushing import announce, only_git, push, repository
from tests.run.yard import Noticing, Yard, yard
from tests.whole.house import SAVES, dashboard

SAVES_MEASURED, PUSHES_MEASURED, SIZED_MEASURED, STARTS = 100, 40, 20, 5
SIZES = (1_000, 10_000)
GOAL = "≤ 150 ms"

Event = Callable[[str], None]


def measure(_: Path) -> list[Row]:
    """Needs no corpus: what is measured does not depend on what the dashboards show."""
    with tempfile.TemporaryDirectory(prefix="provisioner-bench-") as place:
        small, large = Path(place) / "small", [Path(place) / f"size-{size}" for size in SIZES]
        rows = [*_directory(small), *_hooked(Path(place) / "git" / "yard")]
        for size, where in zip(SIZES, large, strict=True):
            rows += _sized(where, size)
        return rows


def content(uid: str, title: str, words: str = "words") -> dict[str, Any]:
    """A dashboard of some ten panels, 4 kB."""
    plain = dashboard(uid, title)
    panels = [{**plain["panels"][0], "id": number, "gridPos": {"x": 0, "y": 8 * number, "w": 24, "h": 8}} for number in range(1, 11)]
    return {**plain, "panels": [{**each, "options": {"content": f"{words} " * 40}} for each in panels]}


def _fill(plot: Yard, count: int) -> None:
    for number in range(count):
        plot.write(f"team-{number % 50:02}/d{number:05}.json", content(f"d{number:05}", f"Dashboard {number}"))


def _latencies(plot: Yard, child: Child, times: int, happen: Event, **counted: int) -> list[float]:
    """Milliseconds from each event to the arrival of its save, once the pass before has ended."""
    found: list[float] = []
    for number in range(times):
        noticing = Noticing(path=SAVES)
        plot.sandbox.faults.set(noticing)
        began = time.monotonic()
        happen(f"Event {number}")
        until(lambda seen=noticing: seen.arrived, "the save arrives")  # type: ignore[misc]  # a lambda in a loop
        found.append((noticing.arrived[0] - began) * 1000)
        child.wait_for("pass.done", **(counted or {"updated": 1}))
    return found


def _row(name: str, found: list[float], about: str) -> Row:
    ordered = sorted(found)
    late = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return Row(f"daemon, {name}", f"{statistics.median(ordered):.0f} ms, p99 {late:.0f} ms", f"{len(found)} {about}", GOAL)


def _directory(place: Path) -> list[Row]:
    with yard(place) as plot:
        _fill(plot, 100)
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start", within=60)
            found = _latencies(plot, child, SAVES_MEASURED, lambda words: _save(plot, words))
        return [_row("save to request", found, "saves in a directory of 100 dashboards"), *_starts(plot), _idle(plot)]


def _save(plot: Yard, words: str) -> None:
    """A panel is changed, as in most saves."""
    plot.put("team-07/d00007.json", content("d00007", "Dashboard 7", words))


def _rename(plot: Yard, title: str) -> None:
    plot.put("team-07/d00007.json", content("d00007", title))


def _add(plot: Yard, title: str) -> None:
    name = title.casefold().replace("event ", "new-")
    plot.put(f"team-07/{name}.json", content(name, f"New {title}"))


def _hooked(place: Path) -> list[Row]:
    with yard(place) as plot:
        remote = repository(plot)
        push(remote, board=content("board", "One"))
        only_git(plot, remote.url)
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start", within=60)
            found: list[float] = []
            for number in range(PUSHES_MEASURED):
                commit = push(remote, board=content("board", f"Push {number}"))
                found += _latencies(plot, child, 1, lambda _, commit=commit: _announced(child, commit))  # type: ignore[misc]  # as above
        return [_row("hook to request", found, "hooks of pushes to a repository over file://: ls-remote, fetch and ls-tree are in it")]


def _announced(child: Child, commit: str) -> None:
    announce(child, commit)


def _starts(plot: Yard) -> list[Row]:
    found: list[float] = []
    for _ in range(STARTS):
        began = time.monotonic()
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start")
            found.append(time.monotonic() - began)
            child.stop()
    return [Row("daemon, start to first pass", f"{statistics.median(found):.2f} s", f"{STARTS} starts, 100 dashboards at rest", "")]


def _idle(plot: Yard) -> Row:
    seconds = float(os.environ.get("BENCH_IDLE_SECONDS", "60"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        began, before = time.monotonic(), child.cpu
        while time.monotonic() - began < seconds:
            time.sleep(0.5)
        used = (child.cpu - before) * 60 / seconds
    about = f"CPU in a minute of doing nothing, looks for drift at 100 dashboards in ten minutes included; watched for {seconds:.0f} s"
    return Row("daemon, idle", f"{used * 1000:.0f} ms", about, "")


def _sized(place: Path, size: int) -> list[Row]:
    with yard(place) as plot:
        plot.config["targets"]["test"]["concurrency"] = {"saves": 4}
        _fill(plot, size)
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start", within=600)
            first = child.memory
            saved = _latencies(plot, child, SIZED_MEASURED, lambda words: _save(plot, words))
            named = _latencies(plot, child, SIZED_MEASURED, lambda title: _rename(plot, title))
            made = _latencies(plot, child, SIZED_MEASURED, lambda title: _add(plot, title), created=1)
            then = child.memory
            child.stop(within=60)
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start", within=600)
            again = child.memory
    about = f"after the first pass, which wrote all; {then:.0f} MiB sixty saves later; {again:.0f} MiB after a restart"
    return [
        Row(f"daemon, memory with {size:,} dashboards", f"{first:.0f} MiB", about, ""),
        _row(f"save to request with {size:,}", saved, "saves of another panel"),
        _row(f"new title to request with {size:,}", named, "saves of another title"),
        _row(f"new file to request with {size:,}", made, "files that were not there"),
    ]
