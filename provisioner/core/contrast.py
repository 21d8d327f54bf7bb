"""Two values side by side, short enough to read: the part that differs, and enough around it to find it.

In: JSON values, of any size and with any characters. Out: short texts without control characters. Nothing here knows what a dashboard is.
"""

from __future__ import annotations

import json

from provisioner.core.model import Json

WIDTH = 60
"""How long a shown text is at most, in characters."""

CONTEXT = 14
"""How much of what both sides share is left standing before and after the part that differs."""

_NESTING = 3
"""How deep a structure is written out; what lies deeper is an ellipsis, so that no depth of a stranger's JSON can hurt."""


def visible(text: str) -> str:
    """The text on one line, with every character that cannot be seen written as an escape: two texts that differ look different."""
    return "".join("⏎" if char == "\n" else char if char.isprintable() else _escaped(char) for char in text)


def cut(text: str, width: int = WIDTH) -> str:
    """At most `width` characters; an ellipsis stands for the middle."""
    if len(text) <= width:
        return text
    head = width * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - head - 1) :]}"


def shown(value: Json) -> str:
    """A value as a person would say it: texts bare, unless blanks at an end would be lost, numbers short, structures as small JSON."""
    return cut(whole(value))


def quoted(text: str) -> str:
    """The text in double quotes, visible."""
    return f'"{visible(text)}"'


def compact(value: Json, depth: int = _NESTING) -> str:
    """JSON on one line, keys sorted, texts quoted; what lies deeper than `depth` is an ellipsis."""
    match value:
        case str():
            return quoted(value)
        case list() if value:
            return "[…]" if depth == 0 else f"[{', '.join(compact(each, depth - 1) for each in value)}]"
        case dict() if value:
            inner = ", ".join(f"{visible(key)}: {compact(value[key], depth - 1)}" for key in sorted(value)) if depth else "…"
            return f"{{{inner}}}"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return json.dumps(value)


def contrast(before: Json, after: Json) -> tuple[str, str]:
    """Both values, each at most `WIDTH` characters and with what differs in view: two different texts, unless they differ far down."""
    old, new = whole(before), whole(after)
    if old == new:
        old, new = compact(before), compact(after)
    if len(old) <= WIDTH and len(new) <= WIDTH:
        return old, new
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    return _middle(old, head, tail), _middle(new, head, tail)


def whole(value: Json) -> str:
    """As `shown`, of any length."""
    if isinstance(value, str) and value and value == value.strip():
        return visible(value)
    return compact(value)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _middle(text: str, head: int, tail: int) -> str:
    """What lies between a shared head and a shared tail, with a little of both."""
    start = max(0, head - CONTEXT)
    end = min(len(text), len(text) - tail + CONTEXT)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return f"{before}{cut(text[start:end], WIDTH - len(before) - len(after))}{after}"


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
