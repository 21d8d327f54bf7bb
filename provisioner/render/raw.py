"""Two sides of a dashboard as a unified diff of JSON, for those who want to see all of it.

In: normal forms. Out: the lines of `diff -u`, without newlines at their ends. Keys are sorted on both sides: only what differs is shown.

Lines are matched by those that stand once on each side, and so on between them ("patience"): a dashboard is mostly lines like `},`, over
which difflib alone took seven minutes for 5,000 panels, and then called nearly everything changed.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from provisioner.core.model import Json

_CONTEXT = 3
_LITTLE = 40_000
"""How many pairs of lines are compared one by one where no line stands once: 200 lines against 200. More are shown as replaced."""

_Pair = tuple[int, int]


def raw_diff(before: Mapping[str, Json] | None, after: Mapping[str, Json] | None, names: tuple[str, str]) -> list[str]:
    """From one side to the other; none when they are equal. A side that is not there is empty."""
    old, new = _lines(before), _lines(after)
    if old == new:
        return []
    hunks = _Patient(old, new).get_grouped_opcodes(_CONTEXT)
    return [f"--- {names[0]}", f"+++ {names[1]}", *(line for each in hunks for line in _hunk(each, old, new))]


def _lines(body: Mapping[str, Json] | None) -> list[str]:
    return [] if body is None else json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False).split("\n")


def _hunk(opcodes: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Iterator[str]:
    first, last = opcodes[0], opcodes[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"
    for tag, start, end, begin, stop in opcodes:
        if tag == "equal":
            yield from (f" {line}" for line in old[start:end])
            continue
        yield from (f"-{line}" for line in old[start:end])
        yield from (f"+{line}" for line in new[begin:stop])


def _range(start: int, end: int) -> str:
    """As `diff -u` counts: from 1, and the line before an empty range."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"


class _Patient(SequenceMatcher[str]):
    """difflib's grouping over matches found by patience."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        super().__init__(None, (), (), autojunk=False)
        self.a, self.b = old, new
        blocks: list[list[int]] = []
        for at, other in _matches(old, new):
            if blocks and (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2]) == (at, other):
                blocks[-1][2] += 1
            else:
                blocks.append([at, other, 1])
        self.opcodes = _opcodes(blocks, len(old), len(new))


def _opcodes(blocks: list[list[int]], old: int, new: int) -> list[tuple[str, int, int, int, int]]:
    found: list[tuple[str, int, int, int, int]] = []
    at = other = 0
    for start, begin, length in (*blocks, [old, new, 0]):
        if (at, other) != (start, begin):
            found.append(("replace" if at < start and other < begin else "delete" if at < start else "insert", at, start, other, begin))
        if length:
            found.append(("equal", start, start + length, begin, begin + length))
        at, other = start + length, begin + length
    return found


def _matches(old: list[str], new: list[str]) -> list[_Pair]:
    """Pairs of equal lines, growing on both sides. A stack instead of recursion: a stranger's JSON may be deep."""
    found: list[_Pair] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        start, end, begin, stop = waiting.pop()
        while start < end and begin < stop and old[start] == new[begin]:
            found.append((start, begin))
            start, begin = start + 1, begin + 1
        while start < end and begin < stop and old[end - 1] == new[stop - 1]:
            end, stop = end - 1, stop - 1
            found.append((end, stop))
        if start == end or begin == stop:
            continue
        anchors = _anchors(old[start:end], new[begin:stop])
        if not anchors:
            found += _compared(old, new, (start, end, begin, stop))
            continue
        at, other = start, begin
        for offset, counterpart in (*anchors, (end - start, stop - begin)):
            waiting.append((at, start + offset, other, begin + counterpart))
            at, other = start + offset, begin + counterpart
    return sorted(set(found))


def _anchors(old: list[str], new: list[str]) -> list[_Pair]:
    """Lines that stand once on each side: the longest row of them that has one order on both."""
    once, counterparts = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(new) if counterparts[line] == 1}
    pairs = [(at, places[line]) for at, line in enumerate(old) if once[line] == 1 and line in places]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
    row: list[_Pair] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]


def _compared(old: list[str], new: list[str], part: tuple[int, int, int, int]) -> Iterator[_Pair]:
    start, end, begin, stop = part
    if (end - start) * (stop - begin) > _LITTLE:
        return
    for block in SequenceMatcher(None, old[start:end], new[begin:stop], autojunk=False).get_matching_blocks():
        yield from ((start + block.a + step, begin + block.b + step) for step in range(block.size))
