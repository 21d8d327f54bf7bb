"""The daemon's page tells of every event of its log, and of no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from provisioner.core.news import MatterKind
from provisioner.core.waking import LONGEST_BACKOFF, LONGEST_BURST, QUIET

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
TELLERS = ("daemon", "front.py", "log.py", "staging.py", "cli/serving.py", "cli/running.py")
LEVELS = frozenset({"debug", "info", "warning", "error"})
ONE_SHOT = frozenset({"pass.planned", "validation.done"})
"""What only other commands tell."""


def python() -> Iterator[ast.AST]:
    for name in TELLERS:
        place = ROOT / "provisioner" / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def told() -> set[str]:
    """The events that stand in the code as texts, and those of the matters, whose names are put together."""
    found = {"request.again", *(f"{kind}.{how}" for kind in MatterKind for how in ("appeared", "gone"))}
    for node in python():
        match node:
            case ast.Call(func=ast.Attribute(attr=level), args=[first, *_]) if level in LEVELS:
                found |= {each.value for each in ast.walk(first) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
            case ast.Call(args=[ast.IfExp() as choice, *_]):
                found |= {
                    each.value for each in (choice.body, choice.orelse) if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
            case _:
                pass
    return {each for each in found if re.fullmatch(r"[a-z]+\.[a-z]+|fault", each)}


def shown() -> set[str]:
    rows = re.findall(r"^\| ((?:`[a-z.]+`(?:, )?)+) \| (?:debug|info|warning|error|by severity)", PAGE, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z.]+)`", row)}


def test_every_event_of_the_log_is_explained_and_none_that_there_is_not() -> None:
    assert told() - ONE_SHOT == shown()


def test_the_page_says_the_times_that_the_code_has() -> None:
    assert (0.02, 0.5, 300.0) == (QUIET, LONGEST_BURST, LONGEST_BACKOFF)
    for words in ("settle for 20 ms", "every half second", "five minutes at most"):
        assert words in PAGE
