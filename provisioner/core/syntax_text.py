"""What the readers of JSON and YAML share: faults, places, and lines of a text.

In: a decoded text. Out: `Fault`, `Place` and `Scan`, which speak in offsets (characters from 0), and `Lines`, which turns these into line
and column. Nothing here knows JSON or YAML.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, repeat

from provisioner.core.model import Json

MAX_DEPTH = 64
"""A value may lie inside so many objects and lists. The deepest of 6,164 real dashboards has 23 (reference/dashboards.md section 1)."""

MAX_FAULTS = 50
"""More faults than this help nobody; the first ones are told."""

OTHER_LINE = "\x00"
"""Stands in a fault's words for the line of its other place, which is known only when the text is placed in its file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps a text from being what it should be. `offset` is where; `other` a second place, told as a line in the words."""

    code: str
    offset: int
    message: str
    remedy: str = ""
    other: int = 0
    pointer: str = ""
    document: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value begins. `block` is the text of a YAML block scalar (`|` or `>`), whose characters can be found again one by one."""

    value: int
    block: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What a careful reading of a text gave. `whole` is False when it stopped midway: then the values hold what came before.

    `places` has one mapping for each value: from JSON pointer to place.
    """

    values: tuple[Json, ...]
    faults: tuple[Fault, ...]
    places: tuple[Mapping[str, Place], ...]
    whole: bool


class Lines:
    """The lines of a text. They end at a line feed alone, as git counts them; a carriage return before it belongs to the line."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        # The offset behind each line's end; all in C, since a file with a mere note is split like any other.
        self._ends = list(accumulate(map(int.__add__, map(len, self._lines), repeat(1))))

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in characters."""
        line = min(bisect_right(self._ends, offset), len(self._lines) - 1)
        return line + 1, offset - (self._ends[line] - len(self._lines[line]) - 1) + 1

    def line(self, number: int) -> str:
        """The line of this number, without its ending."""
        return self._lines[number - 1].rstrip("\r")


def escaped(token: str) -> str:
    """A key as it stands in a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def tokens(pointer: str) -> list[str]:
    """The keys of a JSON pointer."""
    return [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]


def number(token: str) -> int | float | None:
    """The value of a decimal number, exact for integers; None when it is beyond a double."""
    value = float(token)
    if value in (float("inf"), float("-inf")):
        return None
    return int(token) if token.lstrip("+-").isdigit() else value


def printable(text: str, limit: int = 40) -> str:
    """A piece of a text that is safe to show: one line, no control characters, cut to the limit."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return cut if cut.isprintable() else "".join(_harmless(char) for char in cut)


def _harmless(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"


# `{{ x }}` and `{% x %}` are fine inside a string (legends are written so); where a reader stumbles over them they are a template's.
_OPENING = re.compile(r"\{\{(?!\s*[\"}]|\s*$)|\{%|\{#|<%|\$\{", re.MULTILINE)
_WHOLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>|\$\{.*?\}|[^\n]+")
_DIRECTIVE = re.compile(
    r"^([ \t]*)(?:\{%-?\s*(?:if|for|set|end|include|macro|raw)\b"
    r"|\{\{-?\s*(?:(?:if|range|with|end|define|include|template|toYaml)\b|\.)[^\n]*\}\})",
    re.MULTILINE,
)


def template_near(text: str, offset: int) -> int | None:
    """Where a template's directive stands that explains why a reader stumbled at this offset; None when there is none."""
    for start in (max(offset - 1, 0), offset):
        if _OPENING.match(text, start):
            return start
    line = text.rfind("\n", 0, offset) + 1
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        found = text.rfind(opening, line, offset)
        if found >= 0 and text.find(closing, found, offset) < 0:
            return found
    directive = _DIRECTIVE.search(text)
    return directive.end(1) if directive else None


def template_fault(text: str, offset: int) -> Fault:
    """The fault of a directive that was never filled in."""
    directive = _WHOLE.match(text, offset)
    words = printable(directive[0].strip()) if directive else ""
    return Fault("template-unrendered", offset, f"this is a template: '{words}' has not been filled in")
