"""A problem: what is wrong with something a person wrote, where, and what to do about it.

In: nothing. Out: the value `Problem`, told all at once and never raised. The codes, with their severities and explanations, are in
`catalog.py`. A rule names a JSON pointer; `places.py` turns it into line and column where the bytes are at hand. A problem never carries a
secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter


class Severity(StrEnum):
    """How much a problem weighs. An error keeps its file (and only its file) from being applied; a warning and a note keep nothing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"

    @property
    def rank(self) -> int:
        """Errors first."""
        return _RANKS[self]


_RANKS: Mapping[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2, Severity.OFF: 3}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines a problem is about, as they stand in the file. `line` numbers the first one; `caret` is a column in the last one."""

    line: int
    lines: tuple[str, ...]
    caret: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one file (or with the configuration, or a source), and its remedy.

    `line` and `column` count from 1; 0 means that no line is meant (a whole file, a directory, an environment variable). `pointer` is a
    JSON pointer (RFC 6901) from the root of the file's document number `document` (0 except in YAML files with several documents).
    """

    code: str
    severity: Severity
    file: str
    message: str
    remedy: str
    line: int = 0
    column: int = 0
    pointer: str = ""
    document: int = 0
    excerpt: Excerpt | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, or only the file where no line is meant."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def sort_key(self) -> tuple[str, int, int, int, int, str, str, str, str]:
        """File, then place, then weight: the order in which a person mends things. Two with one key read the same."""
        place = (self.file, self.line, self.column, self.document)
        return (*place, self.severity.rank, self.code, self.pointer, self.message, self.remedy)

    def within(self, file: str) -> Problem:
        """The same problem told of another file: one blob may lie at two paths."""
        # Spelled out: `dataclasses.replace` takes ten times as long, and ten thousand files have thirty thousand notes.
        return Problem(
            self.code, self.severity, file, self.message, self.remedy, self.line, self.column, self.pointer, self.document, self.excerpt
        )


def ordered(problems: tuple[Problem, ...] | list[Problem]) -> tuple[Problem, ...]:
    """Sorted for people, the same one told once."""
    # Equal ones stand side by side once they are sorted; looking each up by its hash took longer than sorting, and so did asking all of
    # their fields whether they are equal, where their keys differ.
    arranged = sorted(((each.sort_key, each) for each in problems), key=itemgetter(0))
    following = zip([(), *(key for key, _ in arranged)], [None, *(each for _, each in arranged)], arranged, strict=False)
    return tuple(each for before_key, before, (key, each) in following if key != before_key or each != before)


def errors(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Those that keep a file from being applied."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


MOST_LISTED = 3


def listed(names: Sequence[str], total: int | None = None) -> str:
    """The first few of them, and how many more of `total` there are: ten thousand copies of one file name each other in a line."""
    first = names[:MOST_LISTED]
    more = (len(names) if total is None else total) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")
