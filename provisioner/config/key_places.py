"""Moves a problem from the value it is about to that value's key, where the key is the better place to look.

In: a text, and problems with line and column. Out: the same problems, those about a whole part (a mapping, a list) or about a key itself
placed at the key: the first line of a block's value is the line after it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from provisioner.config.parts import keys_of, value_at
from provisioner.core.model import Json
from provisioner.core.problems import Problem

_REACH = 4000
"""Characters looked at before a value: comments may stand between it and its key."""
_BETWEEN = r"(?:\s|#[^\n]*\n|&\S+\s)*\Z"


def at_keys(problems: tuple[Problem, ...], text: str, written: Json) -> tuple[Problem, ...]:
    """The problems at the places where a person should look."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return tuple(_moved(each, text, starts) if _is_about_key(each, written) else each for each in problems)


def _is_about_key(told: Problem, written: Json) -> bool:
    if not told.pointer or not told.line:
        return False
    return told.code in {"config-unknown-key", "config-missing"} or isinstance(value_at(written, told.pointer), (dict, list))


def _moved(told: Problem, text: str, starts: list[int]) -> Problem:
    value = starts[told.line - 1] + told.column - 1
    start = max(0, value - _REACH)
    key = re.escape(keys_of(told.pointer)[-1])
    match = re.search(rf"(?:\"{key}\"|'{key}'|(?<![^\s{{,?]){key})\s*:{_BETWEEN}", text[start:value])
    if match is None:
        return told
    offset = start + match.start()
    line = bisect_right(starts, offset)
    return replace(told, line=line, column=offset - starts[line - 1] + 1)
