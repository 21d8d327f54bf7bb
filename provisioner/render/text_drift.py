"""Drift and adoption as text: what was edited on the server alone, and what is recorded without a write.

In: what a plan says of them. Out: lines. All drift is told up to a limit, a remedy once; what is adopted is counted, and listed on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.changes import Drift
from provisioner.core.report import PassReport
from provisioner.render import words
from provisioner.render.lines import DIM, DOUBT, GAP, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import steps
from provisioner.render.text_conflicts import MOST, labelled, side


def drift_lines(drifted: Sequence[Drift], options: Options) -> Iterator[Line]:
    """Each in a block: who edited what and when, and what to do about it; the rest of very many is counted."""
    told = drifted if options.verbose or len(drifted) == MOST + 1 else drifted[:MOST]
    rows = [(each.dashboard.name, each.dashboard.uid, each.dashboard.origin.shown) for each in told]
    columns = widths(rows)
    said: set[str] = set()
    for each, row in zip(told, rows, strict=True):
        name, uid, path = (padded(cell, width) for cell, width in zip(row, columns, strict=True))
        verb = "drifted" if each.live is not None else "deleted"
        yield line((f"  * {verb:<10}", DOUBT), (name, STRONG), GAP, uid, GAP, (path, DIM), hang=14)
        yield from _block(each, said, options)
    if len(drifted) > len(told):
        yield line(("  * ", DOUBT), f"… and {len(drifted) - len(told):,} more that drifted: -v shows each of them")


def _block(drift: Drift, said: set[str], options: Options) -> Iterator[Line]:
    yield line(words.dated(drift.message), indent=14, hang=2)
    yield side("base", words.applied(drift.record))
    if drift.live is not None:
        yield side("live", words.state(drift.live))
        if drift.live.url:
            # A line of its own, so that a terminal can open it.
            yield side("", drift.live.url)
    yield from labelled("edited", words.differences(words.edited(drift), verbose=options.verbose))
    key = drift.remedy.replace(drift.dashboard.uid, "")
    if drift.remedy and key not in said:
        said.add(key)
        yield from labelled("do", steps(drift.remedy, options))


def adopted_lines(report: PassReport, options: Options) -> Iterator[Line]:
    """How many dashboards are recorded without a write; which ones, when it is verbose."""
    adopted = report.plan.adopted
    if not adopted or (report.applied and report.failure is not None):
        return
    verb = "adopted" if report.applied else "adopt"
    are = "is as git wants it and was" if len(adopted) == 1 else "are as git wants them and were"
    recorded = "recorded without a write" if report.applied else "to be recorded without a write"
    told = f"{words.count(len(adopted), 'dashboard')} {are} not known before: {recorded}"
    yield line((f"  = {verb:<10}", DIM), told, hang=14)
    if options.verbose:
        rows = [(each.name, each.uid, each.origin.shown) for each in adopted]
        columns = widths(rows)
        for row in rows:
            name, uid, path = (padded(cell, width) for cell, width in zip(row, columns, strict=True))
            yield line(name, GAP, (f"{uid}{GAP}{path}", DIM), indent=14, hang=2)
