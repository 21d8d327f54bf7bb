"""How a result is to be shown.

In: nothing. Out: `Format` and `Options`, frozen. `terminal.py` makes the options that suit a stream.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

NARROWEST, WIDEST = 80, 160


class Format(StrEnum):
    """The forms of output; the names are those of `--format`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    SARIF = "sarif"


Answer = Literal[Format.TEXT, Format.JSON, Format.MARKDOWN]
"""The forms of an answer about one dashboard. JUnit and SARIF tell of checks and findings, which an answer is not."""

ANSWERS: tuple[Answer, ...] = (Format.TEXT, Format.JSON, Format.MARKDOWN)


def answer_form(form: Format) -> Answer | None:
    """The form, if an answer can have it."""
    return next((each for each in ANSWERS if each is form), None)


@dataclass(frozen=True, slots=True)
class Options:
    """`width` is the terminal's in columns, None where there is none: then no line is broken. `verbose` folds nothing.

    `prefix` is put before the paths in SARIF, whose readers want them from the root of the repository ("" when the source is the root).
    `given` is what a command that a text names is to be given besides, as in "-c provisioner.yaml --target production".
    """

    colour: bool = False
    width: int | None = None
    verbose: bool = False
    prefix: str = ""
    given: str = ""

    def at(self, target: str) -> Options:
        """The same for one of several targets, which a command has to name."""
        return replace(self, given=f"{self.given} --target {shlex.quote(target)}".strip())

    @property
    def columns(self) -> int | None:
        """The width that text is set in: no narrower and no wider than it can be read."""
        return None if self.width is None else min(max(self.width, NARROWEST), WIDEST)
