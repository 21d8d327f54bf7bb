"""Deletions as text: what is deleted, what is held, and why.

In: what the guard let through, what it held back, what became of it. Out: lines. What waits for a person is told in a block each; what only
waits for its time, or for nothing, is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.changes import Removal, Result
from provisioner.core.guard import Deletion, Held, HoldReason
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import PassReport
from provisioner.render import words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import runnable, steps
from provisioner.render.text_conflicts import MOST, labelled, side

QUIET = frozenset({HoldReason.GRACE, HoldReason.PRUNE_OFF, HoldReason.ADOPTED})
"""Reasons that ask nothing of a person."""

_NAMED = 3
"""How many are named of those that ask nothing of a person."""

_INDENT = 14
_RESULTS = {
    Result.DELETED: ("-", DOUBT),
    Result.UNCHANGED: ("=", DIM),
    Result.CONFLICT: ("!", BAD),
    Result.FAILED: ("x", BAD),
    Result.UNKNOWN: ("?", BAD),
    Result.NOT_DONE: ("-", BAD),
}


def deletion_lines(deletions: Sequence[Deletion], report: PassReport, options: Options) -> Iterator[Line]:
    """What a plan deletes, each with the state that would be kept."""
    told = deletions if options.verbose else deletions[:MOST]
    rows = [_cells(each.record, report) for each in told]
    columns = widths(rows)
    for each, row in zip(told, rows, strict=True):
        yield _row(("-", DOUBT), "delete", row, columns)
        missing = f"its file is gone since {words.moment(each.record.missing_since)}; " if each.record.missing_since else ""
        yield line((f"{missing}{words.state(each.live)}, which is kept", DIM), indent=_INDENT, hang=2)
    if len(deletions) > len(told):
        yield line(("  - ", DOUBT), f"… and {words.count(len(deletions) - len(told), 'more deletion')}: -v shows each of them")


def removal_lines(removals: Sequence[Removal], report: PassReport, options: Options) -> Iterator[Line]:
    """What became of each deletion; a remedy once."""
    told = [each for each in removals if options.verbose or each.result is not Result.UNCHANGED]
    rows = [_cells(each.record, report) for each in told]
    columns = widths(rows)
    said: set[str] = set()
    for each, row in zip(told, rows, strict=True):
        again = each.result is Result.NOT_DONE and each.detail in said
        yield _row(_RESULTS.get(each.result, ("!", BAD)), each.result.value, row, columns, "for the same reason" if again else each.detail)
        said.add(each.detail)
        if each.remedy and each.remedy not in said:
            said.add(each.remedy)
            yield line(runnable(each.remedy, options), indent=_INDENT, hang=2)


def held_lines(held: Sequence[Held], report: PassReport, options: Options) -> Iterator[Line]:
    """What waits for a person in a block each, the rest by reason; a remedy once."""
    loud = [each for each in held if options.verbose or each.reason not in QUIET]
    told = loud if options.verbose or len(loud) == MOST + 1 else loud[:MOST]
    rows = [(words.recorded(each.record), each.record.uid) for each in told]
    columns = widths(rows)
    said: set[str] = set()
    for each, (name, uid) in zip(told, rows, strict=True):
        style = DIM if each.reason in QUIET else BAD
        yield line(
            ("  ! held      ", style), (padded(name, columns[0]), STRONG), GAP, padded(uid, columns[1]), GAP, (each.reason.value, style)
        )
        yield from _block(each, said, options)
    if len(loud) > len(told):
        yield line(("  ! ", BAD), f"… and {len(loud) - len(told):,} more held: -v shows each of them")
    yield BLANK
    for reason in HoldReason if not options.verbose else ():
        quiet = [each for each in held if each.reason is reason and reason in QUIET]
        if quiet:
            yield line((f"  - {'left':<10}", DIM), f"{words.count(len(quiet), 'dashboard')} without a file: {_WHY[reason]}", hang=_INDENT)
            yield from _named(quiet, report)


def _named(quiet: Sequence[Held], report: PassReport) -> Iterator[Line]:
    """A few by name, with the time that the first of them waits for."""
    for each in quiet[:_NAMED]:
        until = f"{GAP}{words.dated(each.remedy)}" if each.reason is HoldReason.GRACE else ""
        yield line(
            (f"{words.recorded(each.record)}{GAP}{each.record.uid}{GAP}{report.shown(each.record)}{until}", DIM), indent=_INDENT, hang=2
        )
    if len(quiet) > _NAMED:
        yield line((f"… and {len(quiet) - _NAMED:,} more: -v shows each of them", DIM), indent=_INDENT)


_WHY = {
    HoldReason.GRACE: "not gone for the grace time yet",
    HoldReason.PRUNE_OFF: "the policy prune is off, so nothing is deleted",
    HoldReason.ADOPTED: "adopted and never written by us, so not ours to delete",
}


def _block(held: Held, said: set[str], options: Options) -> Iterator[Line]:
    if held.message not in said:
        said.add(held.message)
        yield line(words.dated(held.message), indent=_INDENT, hang=2)
    yield side("base", words.applied(held.record))
    if held.live is not None:
        yield side("live", words.state(held.live))
        if held.live.url:
            yield side("", held.live.url)
    if held.remedy and held.remedy not in said:
        said.add(held.remedy)
        yield from labelled("do", steps(held.remedy, options))


def _cells(record: Record | FolderRecord, report: PassReport) -> tuple[str, str, str]:
    return words.recorded(record), record.uid, report.shown(record)


def _row(sign: tuple[str, str], verb: str, cells: Sequence[str], columns: Sequence[int], note: str = "") -> Line:
    name, uid, path = (padded(cell, width) for cell, width in zip(cells, columns, strict=True))
    return line((f"  {sign[0]} {verb:<10}", sign[1]), name, GAP, (uid + GAP + path, DIM), GAP, note, hang=_INDENT)
