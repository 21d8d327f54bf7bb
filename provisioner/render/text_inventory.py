"""What is on servers, as text: the counts of each in its first line, then lists, folded unless it is verbose.

In: `Inventory`s. Out: lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.inventory import Inventory
from provisioner.render import stock_words, words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, GOOD, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.stock_words import Part
from provisioner.render.text_conflicts import MOST
from provisioner.render.text_problems import failure_lines


def inventory_lines(inventories: Sequence[Inventory], options: Options) -> Iterator[Line]:
    """Each target by itself."""
    for each in inventories:
        yield BLANK
        yield from _head(each)
        yield BLANK
        for failure in (each.failure, *(source.failure for source in each.sources)):
            if failure is not None:
                yield from failure_lines(failure)
        for part in stock_words.parts(each):
            yield BLANK
            yield from _part(part, options)
        yield BLANK
        if each.failure is None:
            yield from (line((told, DIM), indent=2, hang=2) for told in stock_words.limits(each))


def _head(of: Inventory) -> Iterator[Line]:
    if of.failure is not None:
        yield line((str(of.target), STRONG), GAP, ("not looked at", BAD))
    else:
        style = DOUBT if of.edited or of.twins or of.missing or of.lost else GOOD
        yield line((str(of.target), STRONG), GAP, (", ".join(stock_words.counts(of)), style))
    where = " · ".join([of.url, *([words.server(of.server)] if of.server else [])])
    yield line((where, DIM), indent=2, hang=2)
    for source in of.sources:
        if source.failure is None:
            yield line((words.source(source), DIM), indent=2, hang=2)
    if home := stock_words.home(of):
        yield line(home, indent=2, hang=2)


def _part(part: Part, options: Options) -> Iterator[Line]:
    """Its title with the number, and as many rows as there is room for."""
    most = len(part.rows) if options.verbose else 0 if part.quiet else MOST
    yield line(f"{part.title}  ", (f"{len(part.rows):,}", DIM), indent=2)
    shown = part.rows[:most]
    columns = widths([row[:2] for row in shown])
    for row in shown:
        name, uid = (padded(cell, width) for cell, width in zip(row[:2], columns, strict=True))
        yield line(name, GAP, (uid, DIM), GAP, (row[2], DIM), indent=4, hang=2)
    if len(part.rows) > most:
        rest = len(part.rows) - most
        yield line((f"… and {rest:,} more: -v shows each of them" if shown else "-v shows each of them", DIM), indent=4)
