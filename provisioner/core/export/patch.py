"""A JSON text and the value that it should have → the text with only that changed.

In: well-formed JSON, as a person or a tool has laid it out, and the new value. Out: text of that value in which every part that is equal in
the normal form stands letter for letter, keys keep their order, and what is new is laid out like what stands around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from provisioner.core.canonical import fingerprint
from provisioner.core.export.alike import counterparts
from provisioner.core.model import Json

_DECODER = json.JSONDecoder(strict=False)
_COMMA = re.compile(r"^[ \t\r\n]*,")
_STEP = re.compile(r"\n([ \t]+)\S")


def patched(text: str, value: Json) -> str:
    """The text, changed to say this."""
    start = _after_blanks(text, 0)
    old, end = _DECODER.raw_decode(text, start)
    return text[:start] + _Patch(text).rendered(_Part("", start, end, old), value) + text[end:]


def same(one: Json, other: Json) -> bool:
    """Whether two values are one in the normal form."""
    return fingerprint({"": one}) == fingerprint({"": other})


@dataclass(frozen=True, slots=True)
class _Part:
    """A value in the text, and what stands between it and the one before: comma, blanks, key, colon."""

    lead: str
    start: int
    end: int
    value: Json
    key: str = ""


class _Patch:
    """One text, and how it is laid out."""

    def __init__(self, text: str) -> None:
        step = _STEP.search(text)
        self._text = text
        self._step = step[1] if step else None
        self._escapes = text.isascii() and "\\u" in text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._tight = re.search(r'":\S', text) is not None and '": ' not in text

    def rendered(self, part: _Part, value: Json) -> str:
        """What stands in place of the part from now on."""
        old = part.value
        if same(old, value):
            return self._text[part.start : part.end]
        if isinstance(old, dict) and isinstance(value, dict) and old and value:
            return self._object(part, value)
        if isinstance(old, list) and isinstance(value, list) and old and value:
            return self._list(part, old, value)
        return self._new(value, self._margin(part.start))

    def _object(self, part: _Part, value: dict[str, Json]) -> str:
        members = self._members(part.start)
        blank = self._separator(members)
        pieces: list[str] = []
        for each in members:
            if each.key in value:
                lead = each.lead if pieces else _blanks(members[0].lead) + _COMMA.sub("", each.lead).lstrip()
                pieces += (lead, self.rendered(each, value[each.key]))
        there = {each.key for each in members}
        for key in sorted(value.keys() - there):
            colon = ":" if self._tight else ": "
            name = json.dumps(key, ensure_ascii=self._escapes)
            pieces += (f"{',' if pieces else ''}{blank}{name}{colon}", self._new(value[key], blank))
        return f"{{{''.join(pieces)}{self._text[members[-1].end : part.end]}"

    def _list(self, part: _Part, old: list[Json], value: list[Json]) -> str:
        items = self._items(part.start)
        blank = self._separator(items)
        pieces: list[str] = []
        for index, (each, found) in enumerate(zip(value, counterparts(old, value), strict=True)):
            lead = f",{blank}" if index else items[0].lead
            if found is None:
                pieces += (lead, self._new(each, blank))
            else:
                pieces += (items[found].lead if found == index else lead, self.rendered(items[found], each))
        return f"[{''.join(pieces)}{self._text[items[-1].end : part.end]}"

    def _new(self, value: Json, margin: str) -> str:
        """A value that was not there, beginning on a line that is indented so; on one line where its surroundings are."""
        step = self._step if "\n" in margin else None
        separators = (",", ": ") if step is not None else (",", ":") if self._tight else (", ", ": ")
        made = json.dumps(value, ensure_ascii=self._escapes, indent=step, separators=separators, sort_keys=True)
        return made.replace("\n", self._newline + margin.rpartition("\n")[2])

    def _margin(self, at: int) -> str:
        """The line feed and blanks before the line of a place; nothing where the text is a single line."""
        line = self._text[:at].rpartition("\n")[2]
        return f"\n{_blanks(line)}" if self._step is not None else ""

    def _separator(self, parts: Sequence[_Part]) -> str:
        """The blanks before a part: those of the second, since the first may stand behind its bracket."""
        if len(parts) > 1:
            return _blanks(_COMMA.sub("", parts[1].lead))
        alone = _blanks(parts[0].lead)
        return alone if "\n" in alone else "" if self._tight else " "

    def _members(self, start: int) -> list[_Part]:
        parts: list[_Part] = []
        last = at = start + 1
        while self._text[at := _after_blanks(self._text, at)] != "}":
            at = _after_blanks(self._text, at + 1) if self._text[at] == "," else at
            key, at = _DECODER.raw_decode(self._text, at)
            begin = _after_blanks(self._text, _after_blanks(self._text, at) + 1)
            value, at = _DECODER.raw_decode(self._text, begin)
            parts.append(_Part(self._text[last:begin], begin, at, value, key))
            last = at
        return parts

    def _items(self, start: int) -> list[_Part]:
        parts: list[_Part] = []
        last = at = start + 1
        while self._text[at := _after_blanks(self._text, at)] != "]":
            at = _after_blanks(self._text, at + 1) if self._text[at] == "," else at
            value, end = _DECODER.raw_decode(self._text, at)
            parts.append(_Part(self._text[last:at], at, end, value))
            last = at = end
        return parts


def _blanks(text: str) -> str:
    return text[: _after_blanks(text, 0)]


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in {" ", "\t", "\r", "\n"}:
        at += 1
    return at
