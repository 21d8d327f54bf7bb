"""Where in a file a JSON pointer leads: line, column, and the lines to show.

In: the bytes of a file and problems that name a pointer. Out: the same problems with their place. Runs only where there are problems, and
reads no more than it must: what a pointer does not pass through is skipped at the speed of the standard library.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from provisioner.core import syntax_json, syntax_yaml
from provisioner.core.model import FileKind
from provisioner.core.problems import Excerpt, Problem
from provisioner.core.syntax import YAML_KINDS, decoded
from provisioner.core.syntax_text import Lines, Place, escaped, printable, tokens

Inside = Callable[[str, int], tuple[int, int]]
"""Line and column in a file of an offset in the text that stands at a pointer."""

WIDTH = 120
"""The longest line of an excerpt, in characters."""

_BLANK = re.compile(r"[ \t\n\r]*")
_DARK = re.compile(r"\S+")
_WRITTEN = re.compile(r'(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u....|\\[^u])|[^\\"]+', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)

_Trie = dict[str, Any]
_Places = Mapping[str, Place]


def placed(problems: tuple[Problem, ...], raw: bytes, kind: FileKind) -> tuple[Problem, ...]:
    """The problems with line, column and excerpt. Those that have a line already keep it; what cannot be found keeps line 0."""
    if not problems:
        return ()
    text, _ = decoded(raw)
    lines = Lines(text)
    wanted = {(each.document, each.pointer) for each in problems if not each.line}
    found = _Finder(text, yaml=kind in YAML_KINDS).offsets(wanted)
    return tuple(_placed(each, lines, found.get((each.document, each.pointer))) for each in problems)


def locate(raw: bytes, kind: FileKind, pointer: str, document: int = 0) -> tuple[int, int] | None:
    """Line and column of the value that the pointer names, or of the nearest thing around it; None where there is no such document."""
    text, _ = decoded(raw)
    offset = _Finder(text, yaml=kind in YAML_KINDS).offsets({(document, pointer)}).get((document, pointer))
    return None if offset is None else Lines(text).at(offset)


def inside(raw: bytes, kind: FileKind, document: int, pointers: Collection[str]) -> Inside:
    """For texts that stand as strings at these pointers. The file is walked through once for all of them."""
    text, _ = decoded(raw)
    lines = Lines(text)
    finder = _Finder(text, yaml=kind in YAML_KINDS)
    strings = finder.strings(document, pointers)
    mappings: dict[str, Callable[[int], int]] = {}

    def locate(pointer: str, offset: int) -> tuple[int, int]:
        if pointer not in mappings:
            mappings[pointer] = finder.mapping(strings[pointer])
        return lines.at(mappings[pointer](offset))

    return locate


def _placed(problem: Problem, lines: Lines, offset: int | None) -> Problem:
    if not problem.line:
        if offset is None:
            return problem
        line, column = lines.at(offset)
        problem = replace(problem, line=line, column=column)
    return replace(problem, excerpt=_excerpt(lines, problem.line, problem.column))


def _excerpt(lines: Lines, number: int, column: int) -> Excerpt:
    """The line and the one before it, cut around the caret, with nothing in them that a terminal would obey."""
    start = max(0, column - 1 - WIDTH // 2) if len(lines.line(number)) > WIDTH else 0
    first = number - 1 if number > 1 and lines.line(number - 1).strip() else number
    shown = tuple(_cut(lines.line(each), start) for each in range(first, number + 1))
    return Excerpt(first, shown, column - start)


def _cut(line: str, start: int) -> str:
    piece = line[start : start + WIDTH]
    before = "…" if start and piece else ""
    after = "…" if len(line) > start + WIDTH else ""
    return printable(before + piece[len(before) : len(piece) - len(after)] + after, WIDTH)


class _Finder:
    """Finds places in one text. Works out what it needs of the text once."""

    def __init__(self, text: str, *, yaml: bool) -> None:
        self._text = text
        self._yaml = yaml

    def offsets(self, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """The offset of each pointer, following it into texts that hold JSON themselves."""
        return self._followed(self._places({pointer for _, pointer in wanted}), wanted) if wanted else {}

    def strings(self, document: int, pointers: Collection[str]) -> dict[str, Place]:
        """The places of strings. One that is itself inside a text is at most told where it begins."""
        documents = self._places(set(pointers))
        known = documents[document] if document < len(documents) else {}
        offsets = self._followed(documents, {(document, pointer) for pointer in pointers if pointer not in known})
        return {pointer: known.get(pointer) or Place(offsets.get((document, pointer), 0)) for pointer in pointers}

    def mapping(self, place: Place) -> Callable[[int], int]:
        """For the string at the place: the offset here of an offset in its text."""
        inner = self._embedded(place)
        if inner is None:
            return lambda _: place.value
        return _block(self._text, place.value, inner) if self._yaml else _quoted(self._text, place.value)

    def _followed(self, documents: tuple[_Places, ...], wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
        found: dict[tuple[int, str], int] = {}
        beyond: dict[tuple[int, str], list[str]] = {}
        for number, pointer in wanted:
            if number >= len(documents):
                continue
            near = _nearest(documents[number], pointer)
            found[number, pointer] = documents[number][near].value
            if near != pointer:
                beyond.setdefault((number, near), []).append(pointer)
        for (number, near), pointers in beyond.items():
            found.update(self._within(documents[number][near], number, near, pointers))
        return found

    def _within(self, place: Place, document: int, near: str, pointers: list[str]) -> dict[tuple[int, str], int]:
        inner = self._embedded(place)
        if inner is None:
            return {}
        outer = self.mapping(place)
        offsets = _Finder(inner, yaml=False).offsets({(0, pointer[len(near) :]) for pointer in pointers})
        return {(document, near + rest): outer(offset) for (_, rest), offset in offsets.items()}

    def _embedded(self, place: Place) -> str | None:
        """The text of the string that stands there; None when it is no string whose characters can be found again."""
        if self._yaml:
            return place.block
        if not self._text.startswith('"', place.value):
            return None
        value, _ = _DECODER.raw_decode(self._text, place.value)
        return str(value)

    def _places(self, pointers: set[str]) -> tuple[_Places, ...]:
        if self._yaml:
            return syntax_yaml.scan(self._text).places
        places: dict[str, Place] = {}
        try:
            _walk(self._text, _blank(self._text, 0), _trie(pointers), "", places)
        except (ValueError, IndexError, RecursionError):
            # Not JSON, or so deep that the standard library gives up: the careful reader finds what can be found.
            return syntax_json.scan(self._text).places
        return (places,)


def _nearest(places: _Places, pointer: str) -> str:
    """The pointer itself, or the longest beginning of it that is there. The root always is."""
    while pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return pointer


def _block(text: str, start: int, inner: str) -> Callable[[int], int]:
    """A YAML block scalar: indentation and folding change white space only, so the same words stand there in the same order."""
    begin = text.find("\n", start) + 1
    here = [match.start() for match in _DARK.finditer(inner)]
    there = [match.start() for match in islice(_DARK.finditer(text, begin), len(here))]

    def outer(offset: int) -> int:
        index = bisect_right(here, offset) - 1
        return there[index] + offset - here[index] if index >= 0 else begin

    return outer


def _quoted(text: str, start: int) -> Callable[[int], int]:
    """A JSON string: runs of characters that are themselves, and escapes that are one each."""
    here, there = [0], [start + 1]
    while match := _WRITTEN.match(text, there[-1]):
        here.append(here[-1] + (1 if match[1] else len(match[0])))
        there.append(match.end())

    def outer(offset: int) -> int:
        index = bisect_right(here, offset) - 1
        return there[index] + offset - here[index]

    return outer


def _trie(pointers: set[str]) -> _Trie:
    root: _Trie = {}
    for pointer in pointers:
        node = root
        for token in tokens(pointer):
            node = node.setdefault(token, {})
    return root


def _blank(text: str, pos: int) -> int:
    blank = _BLANK.match(text, pos)
    return blank.end() if blank else pos


def _walk(text: str, pos: int, wanted: _Trie, pointer: str, places: dict[str, Place]) -> int:
    """Notes the place of a value and of what is wanted inside it; gives where it ends. ValueError or IndexError on what is no JSON."""
    places[pointer] = Place(pos)
    opener = text[pos]
    if not wanted or opener not in "{[":
        return _DECODER.raw_decode(text, pos)[1]
    pos = _blank(text, pos + 1)
    index = 0
    while text[pos] not in "}]":
        token = str(index)
        if opener == "{":
            token, pos = _DECODER.raw_decode(text, text.index('"', pos, pos + 1))
            pos = _blank(text, text.index(":", pos) + 1)
        child = wanted.get(token)
        pos = _DECODER.raw_decode(text, pos)[1] if child is None else _walk(text, pos, child, f"{pointer}/{escaped(token)}", places)
        index += 1
        pos = _blank(text, pos)
        if text[pos] == ",":
            pos = _blank(text, pos + 1)
    return pos + 1
