"""Lines of text with styles, and their way to a string: the only place where text for people is put together.

In: pieces of text, a stranger's among them. Out: `Line` values, and one string in which nothing but our own colours can steer a terminal:
each piece is made visible, control characters and the marks that turn text around as escapes, and rich's markup is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from provisioner.core.contrast import visible
from provisioner.render.options import Options

BAD, DOUBT, GOOD, DIM, STRONG, PLAIN = "bold red", "yellow", "green", "dim", "bold", ""
"""Styles by meaning. The words say the same without them."""

Piece = str | tuple[str, str]
"""A text, or a text and its style."""

GAP = "  "


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Where it is broken, the rest stands `hang` columns in; None means that it is never broken (an excerpt of a file)."""

    text: Text
    hang: int | None = 0


BLANK = Line(Text())


def line(*pieces: Piece, indent: int = 0, hang: int | None = 0) -> Line:
    """The pieces one after the other, `indent` columns in; the rest of a broken line stands `hang` columns further in."""
    text = Text(" " * indent)
    for piece in pieces:
        words, style = piece if isinstance(piece, tuple) else (piece, PLAIN)
        text.append(visible(words), style=style)
    text.rstrip()
    return Line(text, None if hang is None else indent + hang)


def padded(text: str, width: int) -> str:
    """At least `width` columns of a terminal, in which some characters take two."""
    seen = visible(text)
    return seen + " " * max(0, width - cell_len(seen))


def widths(rows: Sequence[Sequence[str]], most: int = 52) -> list[int]:
    """The width of each column: that of its widest cell, unless only a few outliers would push the rest off the page."""
    return [min(most, max((cell_len(visible(cell)) for cell in column), default=0)) for column in zip(*rows, strict=True)]


def printed(lines: Iterable[Line], options: Options) -> str:
    """The lines as one string, with a newline after each; blank ones neither first, last nor twice."""
    sink = StringIO()
    console = Console(
        file=sink,
        width=10_000,
        force_terminal=options.colour,
        color_system="standard" if options.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for each in _spaced(lines):
        for text in _broken(each, options.columns):
            console.print(text, soft_wrap=True)
    return sink.getvalue()


def _spaced(lines: Iterable[Line]) -> Iterable[Line]:
    waiting, begun = False, False
    for each in lines:
        if not each.text.plain:
            waiting = begun
            continue
        if waiting:
            yield BLANK
        waiting, begun = False, True
        yield each


def _broken(each: Line, columns: int | None) -> Iterable[Text]:
    """A line in as many as the width asks for, broken between words alone: a path stays whole, even if it sticks out."""
    if columns is None or each.hang is None or each.text.cell_len <= columns:
        yield each.text
        return
    first, *others = each.text.divide(_breaks(each.text.plain, columns, each.hang))
    yield _bare(first)
    for text in others:
        yield Text(" " * each.hang) + _bare(text)


def _breaks(plain: str, columns: int, hang: int) -> list[int]:
    """Where the lines after the first begin. The blanks that begin a line belong to its first word."""
    found: list[int] = []
    used = 0
    for word in re.finditer(r"\s*\S+(?:\s+|$)" if plain[:1].isspace() else r"\S+(?:\s+|$)", plain):
        whole = word.group()
        if used and used + cell_len(whole.rstrip()) > columns:
            found.append(word.start())
            used = hang
        used += cell_len(whole)
    return found


def _bare(text: Text) -> Text:
    text.rstrip()
    return text
