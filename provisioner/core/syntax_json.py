"""JSON, read slowly and carefully: says in a person's words what is wrong and where, and goes on where the meaning is plain.

In: a text that the fast reader refused or suspects. Out: the value as far as it can be told, every fault, and where each value stands.
Iterative, so that no nesting can exhaust it. It accepts exactly what orjson accepts, save repeated keys and deep nesting.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

from provisioner.core.model import Json
from provisioner.core.syntax_text import (
    MAX_DEPTH,
    MAX_FAULTS,
    OTHER_LINE,
    Fault,
    Place,
    Scan,
    escaped,
    number,
    printable,
    template_fault,
    template_near,
)

_BLANK = re.compile(r"[ \t\n\r]*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\#[^\n]*", re.DOTALL)
_WORD = re.compile(r"[-+.$@\w]+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SINGLE = re.compile(r"'((?:[^'\\\n]|\\.)*)'")
_ROUGH = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_YAML = re.compile(r"(?:---|%YAML|[\w.-]+:(?:[ \t]|\r?$))", re.MULTILINE)

_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_FOREIGN: dict[str, tuple[str, Json]] = {
    "True": ("true", True),
    "TRUE": ("true", True),
    "False": ("false", False),
    "FALSE": ("false", False),
    "None": ("null", None),
    "NULL": ("null", None),
    "Null": ("null", None),
    "nil": ("null", None),
    "undefined": ("null", None),
}
_NOT_NUMBERS = frozenset({"nan", "inf", "infinity"})

_DECODER = json.JSONDecoder()


class _Stop(Exception):
    """The scanner cannot tell how to go on. Never leaves this module."""


@dataclass(slots=True)
class _Frame:
    """An object or list that is being read. `ended` is where its latest member ended, None before the first one."""

    value: dict[str, Json] | list[Json]
    pointer: str
    opened: int
    ended: int | None = None
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def closer(self) -> str:
        return "}" if isinstance(self.value, dict) else "]"

    @property
    def name(self) -> str:
        return "object" if isinstance(self.value, dict) else "list"


def scan(text: str) -> Scan:
    """Reads one JSON value. Never raises."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.faults: list[Fault] = []
        self.places: dict[str, Place] = {}
        self.stack: list[_Frame] = []
        self.root: list[Json] = []
        self.commented = False

    def run(self) -> Scan:
        whole = False
        try:
            self._skip()
            self.root.append(self._value(""))
            while self.stack:
                self._step(self.stack[-1])
            whole = True
            self._tail()
        except _Stop:
            pass
        return Scan(tuple(self.root), tuple(self.faults), (self.places,) * len(self.root), whole)

    # --- structure ---

    def _step(self, frame: _Frame) -> None:
        """One member of the innermost object or list, or its end."""
        self._skip()
        if frame.ended is not None and not self._at(frame.closer):
            self._comma(frame, frame.ended)
        if self._at(frame.closer):
            self._close()
            return
        if isinstance(frame.value, dict):
            key = self._member_name(frame)
            value = self._value(f"{frame.pointer}/{escaped(key)}")
            frame.value[key] = value
        else:
            value = self._value(f"{frame.pointer}/{len(frame.value)}")
            frame.value.append(value)
        if self.stack[-1] is frame:
            frame.ended = self.pos

    def _close(self) -> None:
        self.pos += 1
        self.stack.pop()
        if self.stack:
            self.stack[-1].ended = self.pos

    def _comma(self, frame: _Frame, ended: int) -> None:
        """What stands between two members. A comma too few or too many is told, and the reading goes on as if it were right."""
        if self._at(","):
            comma = self.pos
            self.pos += 1
            self._skip()
            while self._at(","):
                self._fault(self.pos, "expected a value between two commas", "remove one comma")
                self.pos += 1
                self._skip()
            if self._at(frame.closer):
                self._fault(comma, f"a comma stands before the closing '{frame.closer}'", "remove the comma")
            return
        begins = '"' if isinstance(frame.value, dict) else '"{[-0123456789'
        char = self.text[self.pos : self.pos + 1]
        if char and char in begins:
            place = f"at the end of line {OTHER_LINE}" if "\n" in self.text[ended : self.pos] else "between the two values"
            self._fault(ended, f"expected ',' or '{frame.closer}' after a value", f"put a comma {place}", ended)
            return
        self._surprise(f"expected ',' or '{frame.closer}' after a value")

    def _member_name(self, frame: _Frame) -> str:
        start = self.pos
        if self._at('"'):
            key = self._string()
        elif self._at("'"):
            key = self._single()
        elif word := _WORD.match(self.text, start):
            key = word[0]
            self._fault(start, f"the name {printable(key)} does not stand in double quotes", f'write "{printable(key)}"')
            self.pos = word.end()
        else:
            self._surprise("expected a name in double quotes" + ("" if frame.keys else " or '}'"))
        self._skip()
        if not self._at(":"):
            self._surprise(f"expected ':' after the name \"{printable(key)}\"")
        self.pos += 1
        self._skip()
        if key in frame.keys:
            self._duplicate(frame, key, start)
        frame.keys.setdefault(key, start)
        return key

    def _duplicate(self, frame: _Frame, key: str, start: int) -> None:
        message = f'the key "{printable(key)}" is already given on line {OTHER_LINE}'
        pointer = f"{frame.pointer}/{escaped(key)}"
        self._add(Fault("duplicate-key", start, message, "remove one of the two", frame.keys[key], pointer))

    def _tail(self) -> None:
        self._skip()
        char = self.text[self.pos : self.pos + 1]
        if not char:
            return
        if char in '{["':
            self._fault(self.pos, "a second value begins here, and a JSON file holds one", "put each value into a file of its own")
        elif char in "}]":
            self._fault(self.pos, f"there is one '{char}' too many", "remove it, or look for a bracket that was closed too early")
        else:
            rest = printable(self.text[self.pos :].partition("\n")[0])
            self._fault(self.pos, f"'{rest}' stands after the end of the JSON", "remove what follows the last bracket")

    # --- values ---

    def _value(self, pointer: str) -> Json:
        if len(self.stack) > MAX_DEPTH:
            self._add(Fault("nesting-too-deep", self.pos, f"this value lies inside more than {MAX_DEPTH} objects and lists"))
            raise _Stop
        self.places[pointer] = Place(self.pos)
        char = self.text[self.pos : self.pos + 1]
        if char and char in "{[":
            opened: dict[str, Json] | list[Json] = {} if char == "{" else []
            self.stack.append(_Frame(opened, pointer, self.pos))
            self.pos += 1
            return opened
        if char == '"':
            return self._string()
        if char == "'":
            return self._single()
        if word := _WORD.match(self.text, self.pos):
            return self._word(word[0])
        return self._surprise("expected a value")

    def _word(self, word: str) -> Json:
        start, self.pos = self.pos, self.pos + len(word)
        if _NUMBER.fullmatch(word):
            value = number(word)
            if value is None:
                self._add(Fault("number-too-large", start, f"{printable(word)} is more than a number can hold"))
            return value
        if word in _WORDS:
            return _WORDS[word]
        if word in _FOREIGN:
            right, meant = _FOREIGN[word]
            self._fault(start, f"'{word}' is no word of JSON", f"write {right}")
            return meant
        if word.lstrip("+-").lower() in _NOT_NUMBERS:
            self._add(Fault("number-not-json", start, f"{word} is no number in JSON"))
            return None
        if word[0] in "+-.0123456789":
            self._fault(
                start, f"{printable(word)} is not a number as JSON writes it", "no leading '+', zero or dot, and a digit after the dot"
            )
            return None
        self.pos = start
        return self._surprise("expected a value")

    def _string(self) -> str:
        start = self.pos
        try:
            value, self.pos = _DECODER.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            return self._bad_string(start, error.pos)
        if _SURROGATE.search(value):
            self._add(Fault("surrogate-lone", start, "this text holds half of a surrogate pair"))
            value = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
        return str(value)

    def _bad_string(self, start: int, at: int) -> str:
        """A string that the standard library refuses at `at`: not closed, a control character, or an escape that is none."""
        rough = _ROUGH.match(self.text, start)
        char = self.text[at : at + 1]
        if rough is None or char in ("\n", "\r"):
            self._fault(start, "the string that begins here is not closed" + (" on its line" if char else ""), 'add the closing "')
            raise _Stop
        if char < " ":
            written = {"\t": "\\t", "\b": "\\b", "\f": "\\f"}.get(char, f"\\u{ord(char):04x}")
            self._fault(at, "a control character stands in a string", f"write {written}")
        else:
            piece = printable(self.text[self.text.rfind("\\", start, at + 1) :][:2])
            self._fault(at, f"'{piece}' is no escape that JSON knows here", "a backslash itself is written \\\\")
        self.pos = rough.end()
        return rough[1]

    def _single(self) -> str:
        quoted = _SINGLE.match(self.text, self.pos)
        if quoted is None:
            self._surprise("expected text in double quotes")
        self._fault(self.pos, "text stands in single quotes", "JSON takes double quotes only")
        self.pos = quoted.end()
        return quoted[1]

    # --- reading and telling ---

    def _at(self, char: str) -> bool:
        return self.text.startswith(char, self.pos)

    def _skip(self) -> None:
        """White space, and comments: the first one is told, the others are the same mistake."""
        self.pos = self._blank(self.pos)
        while comment := _COMMENT.match(self.text, self.pos):
            if not self.commented:
                self._fault(self.pos, "a comment begins here, and JSON has none", "remove the comments, or write the file as YAML")
                self.commented = True
            self.pos = self._blank(comment.end())

    def _blank(self, pos: int) -> int:
        blank = _BLANK.match(self.text, pos)
        return blank.end() if blank else pos

    def _fault(self, offset: int, message: str, remedy: str, other: int = 0) -> None:
        """A breach of JSON's grammar, unless a template's directive explains it: then that is told, and nothing that follows from it."""
        directive = template_near(self.text, self.pos)
        if directive is not None:
            self._add(template_fault(self.text, directive))
            raise _Stop
        self._add(Fault("json-syntax", offset, message, remedy, other))

    def _add(self, fault: Fault) -> None:
        self.faults.append(fault)
        if len(self.faults) == MAX_FAULTS:
            # A hostile file of a million mistakes costs no more than one of fifty.
            raise _Stop

    def _surprise(self, expected: str) -> NoReturn:
        """Something stands here that leaves no way to go on."""
        char = self.text[self.pos : self.pos + 1]
        frame = self.stack[-1] if self.stack else None
        if not char and frame is not None:
            end = len(self.text.rstrip())
            message = f"the text ends before the {frame.name} is closed that was opened on line {OTHER_LINE}"
            self._fault(max(end - 1, 0), message, f"add the missing '{frame.closer}', or restore what was cut off", frame.opened)
        elif frame is not None and char in "]}" and frame.ended is not None:
            message = f"found '{char}', but the {frame.name} opened on line {OTHER_LINE} is closed by '{frame.closer}'"
            self._fault(self.pos, message, "a bracket before it is missing or wrong", frame.opened)
        else:
            self._fault(self.pos, f"{expected}, found {self._found()}", self._hint())
        raise _Stop

    def _found(self) -> str:
        word = _WORD.match(self.text, self.pos)
        piece = word[0] if word else self.text[self.pos : self.pos + 1]
        if not piece:
            return "the end of the text"
        return f"'{printable(piece)}'" if piece.isprintable() else f"the character U+{ord(piece[0]):04X}"

    def _hint(self) -> str:
        if not self.stack and self._at("<"):
            return "this looks like a web page, perhaps a login page that was saved in place of the file"
        if not self.stack and _YAML.match(self.text, self.pos):
            return "this looks like YAML: name the file .yaml"
        return ""
