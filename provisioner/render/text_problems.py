"""Problems as text: place, weight, code, message; the lines of the file with a caret; what to do.

In: problems. Out: lines. What says the same many times is told a few times and counted; `verbose` folds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provisioner.core.catalog import BY_CODE
from provisioner.core.contrast import visible
from provisioner.core.problems import Excerpt, Problem, Severity
from provisioner.core.report import Failure
from provisioner.render import words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, STRONG, Line, line, padded, widths

STYLES = {Severity.ERROR: BAD, Severity.WARNING: DOUBT, Severity.NOTE: DIM, Severity.OFF: DIM}

SHOWN = {Severity.ERROR: 50, Severity.WARNING: 5, Severity.NOTE: 0, Severity.OFF: 0}
"""How many of one code are told before the rest is counted."""

_EXCERPT = 120
"""How much of a line of a file is shown, in characters: the part around the caret."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What is told, and how many of each code are only counted."""

    told: tuple[Problem, ...]
    rest: tuple[tuple[str, Severity, int], ...]


def fold(problems: Sequence[Problem], *, verbose: bool) -> Folded:
    """The first few of each code and severity, the others as counts. One more than the limit is told rather than counted."""
    if verbose:
        return Folded(tuple(problems), ())
    totals = Counter((each.code, each.severity) for each in problems)
    seen: Counter[tuple[str, Severity]] = Counter()
    told = []
    for each in problems:
        key = (each.code, each.severity)
        seen[key] += 1
        most = SHOWN[each.severity]
        if seen[key] <= most or (most and totals[key] == most + 1):
            told.append(each)
    shown = Counter((each.code, each.severity) for each in told)
    left = [(code, severity, total - shown[code, severity]) for (code, severity), total in totals.items()]
    rest = sorted((each for each in left if each[2]), key=lambda each: (each[1].rank, each[0]))
    return Folded(tuple(told), tuple(rest))


def problem_lines(problems: Sequence[Problem], *, verbose: bool) -> Iterator[Line]:
    """Every problem with its place, excerpt and remedy, a remedy that was just said not again; then what was folded."""
    folded = fold(problems, verbose=verbose)
    rows = [(each.where, each.severity.value, each.code) for each in folded.told]
    columns = widths(rows, most=56)
    said: set[tuple[str, str]] = set()
    for each, row in zip(folded.told, rows, strict=True):
        place, weight, code = (padded(cell, width) for cell, width in zip(row, columns, strict=True))
        yield line((place, STRONG), GAP, (weight, STYLES[each.severity]), GAP, (code, DIM), GAP, each.message, hang=3)
        if each.excerpt is not None:
            yield from _excerpt(each.excerpt)
        if each.remedy and (each.code, each.remedy) not in said:
            said.add((each.code, each.remedy))
            yield line(each.remedy, indent=3)
    yield BLANK
    yield from _rest(folded)


def _rest(folded: Folded) -> Iterator[Line]:
    told = {each.code for each in folded.told}
    rows = [(words.count(number, f"{'more ' if code in told else ''}{severity.value}"), code) for code, severity, number in folded.rest]
    columns = widths(rows)
    for (number, code), (_, severity, _) in zip(rows, folded.rest, strict=True):
        title = BY_CODE[code].title if code in BY_CODE and code not in told else ""
        weight = (padded(number, columns[0]), STYLES[severity])
        yield line("… and ", weight, GAP, (padded(code, columns[1]), DIM), GAP, title, hang=3)
    if rows:
        yield line(("-v shows each of them", DIM), indent=3)


def _excerpt(excerpt: Excerpt) -> Iterator[Line]:
    """The lines as they stand in the file, tabs as one blank, cut around the caret; the caret under its column."""
    caret = max(excerpt.caret, 1)
    start = max(0, caret - _EXCERPT * 2 // 3) if any(len(text) > _EXCERPT for text in excerpt.lines) else 0
    margin = len(str(excerpt.line + len(excerpt.lines) - 1))
    for number, text in enumerate(excerpt.lines, start=excerpt.line):
        yield line((f"{number:>{margin}} │ ", DIM), _window(text, start), indent=3, hang=None)
    # What is not printable is shown as an escape, so the caret stands where the column went to, not where it was.
    under = len(_window(excerpt.lines[-1][: caret - 1], start)) if excerpt.lines else 0
    yield line((f"{'':>{margin}} │ ", DIM), " " * under, ("^", BAD), indent=3, hang=None)


def _window(text: str, start: int) -> str:
    part = text[start : start + _EXCERPT].replace("\t", " ")
    before, after = "…" if start and text else "", "…" if len(text) > start + _EXCERPT else ""
    return f"{before}{visible(part)}{after}"


def failure_lines(failure: Failure) -> Iterator[Line]:
    """Why something could not be worked with, and what happens next: one block."""
    yield line(("error", BAD), GAP, (failure.subject, STRONG), ": ", failure.message, hang=7)
    if failure.next_step:
        yield line(("next   ", DIM), failure.next_step, hang=7)
