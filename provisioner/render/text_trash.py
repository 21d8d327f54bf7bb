"""What was deleted and is still there, as text.

In: `TrashReport`s, and what became of deleting one for good. Out: lines: for each target what the server's trash has, then what we keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.records import Kept
from provisioner.core.trash import NoTrash, Purging, Trashed, TrashReport
from provisioner.render import words
from provisioner.render.lines import BAD, BLANK, DIM, GAP, GOOD, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import runnable
from provisioner.render.text_conflicts import MOST
from provisioner.render.text_problems import failure_lines

_SECONDS_A_DAY = 86_400


def trash_lines(reports: Sequence[TrashReport], options: Options) -> Iterator[Line]:
    """Each target by itself."""
    for each in reports:
        mine = options.at(each.target) if len(reports) > 1 else options
        yield BLANK
        yield line((each.target, STRONG), GAP, ", ".join(_counts(each)))
        yield line((each.url, DIM), indent=2)
        yield BLANK
        if each.failure is not None:
            yield from failure_lines(each.failure)
        elif isinstance(each.server, NoTrash):
            yield line((each.server.why, DIM), indent=2, hang=2)
        else:
            yield from _rows("in the server's trash", [_trashed(row) for row in each.server.rows], options)
        yield BLANK
        yield from _rows(_keeping(each), [_kept(row) for row in each.kept], options)
        yield BLANK
        yield from (line((told, DIM), indent=2, hang=2) for told in _next(each, mine))


def purging_lines(of: Purging) -> tuple[Line, ...]:
    """What became of deleting one for good."""
    word = ("deleted for good  ", GOOD) if of.done else ("not deleted  ", BAD)
    remedy = [line(of.remedy, indent=2)] if of.remedy else []
    return (line(word, f"{of.uid}: {of.message}"), *remedy)


def _counts(of: TrashReport) -> list[str]:
    server = [] if isinstance(of.server, NoTrash) else [f"{words.count(len(of.server.rows), 'dashboard')} in the server's trash"]
    return [*server, f"{words.count(len(of.kept), 'deleted dashboard')} kept by us"]


def _keeping(of: TrashReport) -> str:
    return f"kept by us, for {words.count(round(of.keep_seconds / _SECONDS_A_DAY), 'day')} each"


def _rows(title: str, rows: Sequence[tuple[str, str, str]], options: Options) -> Iterator[Line]:
    if not rows:
        return
    shown = rows if options.verbose else rows[:MOST]
    yield line(f"{title}  ", (f"{len(rows):,}", DIM), indent=2)
    columns = widths([row[:2] for row in shown])
    for row in shown:
        name, uid = (padded(cell, width) for cell, width in zip(row[:2], columns, strict=True))
        yield line(name, GAP, (uid, DIM), GAP, (row[2], DIM), indent=4, hang=2)
    if len(rows) > len(shown):
        yield line((f"… and {len(rows) - len(shown):,} more: -v shows each of them", DIM), indent=4)


def _trashed(row: Trashed) -> tuple[str, str, str]:
    told = [f"deleted {words.moment(row.deleted)}" if row.deleted else "", f"by {row.by}" if row.by else ""]
    told += [f"gone for good {words.moment(row.until)}" if row.until else ""]
    return " / ".join(filter(None, (row.folder_title, row.title))), row.uid, " ".join(filter(None, told))


def _kept(row: Kept) -> tuple[str, str, str]:
    return " / ".join((*row.titles, row.title)), row.uid, f"version {row.mark.version}, kept {words.moment(row.kept)}"


def _next(of: TrashReport, options: Options) -> list[str]:
    rows = () if isinstance(of.server, NoTrash) else of.server.rows
    uids = [each.uid for each in rows] + [each.uid for each in of.kept]
    if not uids:
        return []
    uid = uids[0]
    told = [f"{runnable(f'provisioner restore {uid}', options)} brings it back"]
    if rows and not isinstance(of.server, NoTrash) and of.server.empties:
        given = f" {options.given}" if options.given else ""
        told.append(f"provisioner trash --purge {uid} --yes {uid}{given} deletes it for good; that cannot be undone")
    return told
