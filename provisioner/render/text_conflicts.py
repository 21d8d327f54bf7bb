"""Conflicts as text: who, what differs, both sides, what to do.

In: conflicts of a plan or an apply. Out: lines. All are told up to a limit, a remedy once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from provisioner.core.changes import Conflict
from provisioner.render import words
from provisioner.render.lines import BAD, DIM, GAP, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import steps

MOST = 50
"""How many conflicts are told in full before the rest is counted by kind."""

_INDENT = 14


def conflict_lines(conflicts: Sequence[Conflict], options: Options) -> Iterator[Line]:
    """Each conflict in a block; the rest of very many by kind."""
    told = conflicts if options.verbose or len(conflicts) == MOST + 1 else conflicts[:MOST]
    rows = [(words.name(each.ours), each.ours.uid) for each in told]
    columns = widths(rows)
    said: set[tuple[str, str]] = set()
    for each, (name, uid) in zip(told, rows, strict=True):
        yield line(("  ! conflict  ", BAD), (padded(name, columns[0]), STRONG), GAP, padded(uid, columns[1]), GAP, (each.kind.value, BAD))
        yield from _block(each, said, options)
    rest = Counter(each.kind.value for each in conflicts[len(told) :])
    for kind, number in sorted(rest.items()):
        yield line(("  ! ", BAD), f"… and {words.count(number, 'more conflict')} {kind}: -v shows each of them")


def _block(conflict: Conflict, said: set[tuple[str, str]], options: Options) -> Iterator[Line]:
    yield line(words.dated(conflict.message), indent=_INDENT, hang=2)
    yield side("git", words.ours(conflict))
    yield side("server", words.theirs(conflict))
    if conflict.theirs is not None and conflict.theirs.url:
        # A line of its own, so that a terminal can open it.
        yield side("", conflict.theirs.url)
    for label, found in words.sides(conflict):
        yield from labelled(label, words.differences(found, verbose=options.verbose))
    # What to do is the same for each of a kind, but for the uid that a command names: said once, it is understood.
    key = (conflict.kind.value, conflict.remedy.replace(conflict.ours.uid, ""))
    if conflict.remedy and key not in said:
        said.add(key)
        yield from labelled("do", steps(conflict.remedy, options))


def labelled(label: str, told: Sequence[str]) -> Iterator[Line]:
    """The first one behind the label, the others below it."""
    for at, each in enumerate(told):
        yield side("" if at else label, each)


def side(label: str, text: str) -> Line:
    """One fact of a block."""
    return line((f"{label:<9}", DIM), text, indent=_INDENT, hang=9)
