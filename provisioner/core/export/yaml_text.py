"""Values → YAML, for files that were YAML before: blocks, long texts as literals, everything doubtful in quotes.

In: a value as JSON has it. Out: text that our own reader, and any reader of YAML 1.1 or 1.2, takes for the same value. No comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from provisioner.core.model import Json

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./()+-]*[A-Za-z0-9_/)])?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What some reader takes for something else than text."""

_LINE = re.compile(r"[\x20-\x7e\t\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_ESCAPED = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def yaml_text(value: Json) -> str:
    """One document, with a line feed at its end."""
    return "\n".join(_lines(value)) + "\n"


def scalar(value: Json) -> str:
    """A single value on one line."""
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _lines(value: Json) -> Iterator[str]:
    match value:
        case dict() if value:
            for key, each in value.items():
                yield from _member(f"{scalar(key)}:", each)
        case list() if value:
            for each in value:
                literal = _literal(each)
                first, *more = literal or _lines(each)
                yield f"- {first}"
                yield from more if literal else _indented(more)
        case str() if (literal := _literal(value)) is not None:
            yield from literal
        case _:
            yield scalar(value)


def _member(key: str, value: Json) -> Iterator[str]:
    literal = _literal(value)
    if literal is not None:
        yield f"{key} {literal[0]}"
        yield from literal[1:]
    elif isinstance(value, dict | list) and value:
        yield key
        yield from _indented(_lines(value))
    else:
        yield f"{key} {scalar(value)}"


def _literal(value: Json) -> list[str] | None:
    """A text of several lines as a block, its content indented; None where a block would not keep it as it is."""
    if not isinstance(value, str) or "\n" not in value:
        return None
    whole = value.removesuffix("\n")
    lines = whole.split("\n")
    if not lines[0].strip() or not lines[-1].strip() or lines[0][0] in " \t" or any(_unfit(line) for line in lines):
        return None
    return ["|" if value.endswith("\n") else "|-", *_indented(lines)]


def _unfit(line: str) -> bool:
    return line != line.rstrip() or line.startswith("\t") or _LINE.fullmatch(line) is None


def _indented(lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"  {line}" if line else line for line in lines)
