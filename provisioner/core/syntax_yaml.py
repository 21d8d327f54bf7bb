"""YAML, read as JSON would have it: the only room with PyYAML, of which it takes nothing but the stream of events.

In: a text. Out: a value for each document that is not empty, every fault, and where each value stands. Scalars follow the core schema of
YAML 1.2: `yes`, `no`, `on`, dates and 12:30 stay text. No tags, no objects; aliases are written out within a budget. Iterative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

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

LOADERS: tuple[type[Any], ...] = tuple(getattr(yaml, name) for name in ("CSafeLoader", "SafeLoader") if hasattr(yaml, name))
"""libyaml's parser where it was built in, then the one in Python. Both give the same events (a test compares them)."""

BUDGET = 500_000
"""What aliases may add to a file, in values and characters. The largest real dashboard (597 panels) has about 90,000 values."""

_WORDS: Mapping[str, Json] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_RADIX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NOT_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_WORDS_OF: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a ':' stands where no key can be", "put text that holds ': ' in quotes, and check the indentation"),
    ("could not find expected ':'", "a key without ':'", "add the ':', or indent the line if it continues the text above"),
    ("did not find expected key", "expected a key here", "check the indentation and the quotes of the lines before"),
    ("expected <block end>", "expected a key or the end of the block", "check the indentation and the quotes of the lines before"),
    ("did not find expected '-'", "expected '-' for the next item of the list", "check the indentation"),
    ("did not find expected ',' or ']'", "expected ',' or ']' in a list", "add what is missing"),
    ("expected ',' or ']'", "expected ',' or ']' in a list", "add what is missing"),
    ("did not find expected ',' or '}'", "expected ',' or '}' in an object", "add what is missing"),
    ("expected ',' or '}'", "expected ',' or '}' in an object", "add what is missing"),
    (
        "unexpected end of stream",
        "the text ends before the string is closed that was opened on line " + OTHER_LINE,
        "add the closing quote",
    ),
    (
        "unexpected document separator",
        "the document ends before the string is closed that was opened on line " + OTHER_LINE,
        "add the closing quote",
    ),
    ("unknown escape character", "this escape is not known", "a backslash in double quotes is written \\\\; or use single quotes"),
)
_STARTS = {"\t": ("a tab stands where the indentation should be", "indent with spaces"), "%": ("text begins with '%'", "put it in quotes")}


class _Stop(Exception):
    """The builder cannot tell how to go on. Never leaves this module."""


@dataclass(slots=True)
class _Frame:
    """An object or list that is being read."""

    value: dict[str, Json] | list[Json]
    pointer: str
    anchor: str | None
    key: str | None = None
    keys: dict[str, int] = field(default_factory=dict)
    merged: list[Json] = field(default_factory=list)


def scan(text: str, loader: type[Any] = LOADERS[0]) -> Scan:
    """Reads every document of a text. Never raises."""
    return _Builder(text).run(loader)


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []
        self.values: list[Json] = []
        self.all_places: list[dict[str, Place]] = []
        self.stack: list[_Frame] = []
        self.root: list[Json] = []
        self.places: dict[str, Place] = {}
        self.anchors: dict[str, tuple[Json, int, int]] = {}
        self.spent = 0

    def run(self, loader: type[Any]) -> Scan:
        whole = False
        try:
            for event in yaml.parse(self.text, Loader=loader):
                self._take(event)
            whole = True
        except _Stop:
            self._document_end()
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # ValueError and OverflowError: the parser in Python meets an escape like \UFFFFFFFF with chr().
            self._syntax(error)
            self._document_end()
        return Scan(tuple(self.values), tuple(self.faults), tuple(self.all_places), whole)

    # --- events ---

    def _take(self, event: yaml.Event) -> None:
        at = event.start_mark.index if event.start_mark else 0
        match event:
            case yaml.DocumentStartEvent():
                self.stack, self.root, self.places, self.anchors = [], [], {}, {}
            case yaml.DocumentEndEvent():
                self._document_end()
            case yaml.ScalarEvent():
                self._scalar(event, at)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), at)
            case yaml.MappingStartEvent():
                self._open(event, {}, at)
            case yaml.SequenceStartEvent():
                self._open(event, [], at)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
            case _:
                pass

    def _document_end(self) -> None:
        """Keeps the value, unless the document is empty (nothing but comments between two `---`)."""
        if self.root:
            self.values.append(self.root[0])
            self.all_places.append(self.places)
        self.root = []

    def _scalar(self, event: yaml.ScalarEvent, at: int) -> None:
        text = str(event.value).encode("utf-8", "replace").decode()
        plain = event.implicit[0] and event.tag is None
        if self._expects_key():
            self._key(text, at)
            return
        if not self.stack and plain and not text:
            return
        self._tag(event.tag, at)
        value = self._resolve(text, at) if plain else text
        self._attach(value, Place(at, text if event.style in ("|", ">") else None))
        if event.anchor:
            self.anchors[event.anchor] = (value, *_weight(value))

    def _open(self, event: yaml.CollectionStartEvent, value: dict[str, Json] | list[Json], at: int) -> None:
        if self._expects_key():
            self._no_key(at)
        self._tag(event.tag, at)
        pointer = self._pointer()
        self._attach(value, Place(at))
        self.stack.append(_Frame(value, pointer, event.anchor))
        if event.anchor:
            # An alias to what is still open would contain itself.
            self.anchors.pop(event.anchor, None)

    def _close(self) -> None:
        frame = self.stack.pop()
        if isinstance(frame.value, dict):
            for value in frame.merged:
                for key, each in _brought_in(value):
                    frame.value.setdefault(key, each)
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.value, *_weight(frame.value))

    def _alias(self, name: str, at: int) -> None:
        if name not in self.anchors:
            self._stop(Fault("yaml-alias", at, f"the alias *{printable(name)} names no anchor that ends before it"))
        value, weight, height = self.anchors[name]
        if self._expects_key():
            if not isinstance(value, str):
                self._no_key(at)
            self._key(value, at)
            return
        self.spent += weight
        if self.spent > BUDGET:
            self._stop(Fault("yaml-expansion", at, f"written out, the aliases up to here add more than {BUDGET:,} values and characters"))
        if len(self.stack) + height > MAX_DEPTH:
            self._too_deep(at)
        self._attach(_copied(value), Place(at))

    # --- keys and values ---

    def _expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def _key(self, key: str, at: int) -> None:
        frame = self.stack[-1]
        if key in frame.keys and key != "<<":
            message = f'the key "{printable(key)}" is already given on line {OTHER_LINE}'
            self._add(Fault("duplicate-key", at, message, "remove one of the two", frame.keys[key], f"{frame.pointer}/{escaped(key)}"))
        frame.keys.setdefault(key, at)
        frame.key = key

    def _no_key(self, at: int) -> None:
        directive = template_near(self.text, at)
        if directive is not None:
            self._stop(template_fault(self.text, directive))
        self._stop(Fault("yaml-key", at, "a list or an object stands where a key should be"))

    def _pointer(self) -> str:
        if not self.stack:
            return ""
        frame = self.stack[-1]
        return f"{frame.pointer}/{len(frame.value) if isinstance(frame.value, list) else escaped(frame.key or '')}"

    def _attach(self, value: Json, place: Place) -> None:
        if len(self.stack) > MAX_DEPTH:
            self._too_deep(place.value)
        self.places[self._pointer()] = place
        if not self.stack:
            self.root = [value]
            return
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
            return
        key, frame.key = frame.key or "", None
        if key == "<<":
            # What it brings in is known when it has been read, and wanted when the object around it has been.
            frame.merged.append(value)
        else:
            frame.value[key] = value

    def _resolve(self, text: str, at: int) -> Json:
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_NUMBER.fullmatch(text):
            self._add(
                Fault("number-not-json", at, f"{text} is no number in JSON", "write null or a number, or put it in quotes if it is text")
            )
            return None
        if _NUMBER.fullmatch(text):
            value = number(text)
        elif _RADIX.fullmatch(text):
            value = int(text, 0) if len(text) < 250 else None
        else:
            return text
        if value is None:
            self._add(Fault("number-too-large", at, f"{printable(text)} is more than a number can hold"))
        return value

    # --- telling ---

    def _tag(self, tag: str | None, at: int) -> None:
        if tag is not None:
            name = tag.replace("tag:yaml.org,2002:", "!!")
            self._add(Fault("yaml-tag", at, f"the tag {printable(name)} is not followed"))

    def _too_deep(self, at: int) -> None:
        self._stop(Fault("nesting-too-deep", at, f"this value lies inside more than {MAX_DEPTH} objects and lists"))

    def _stop(self, fault: Fault) -> None:
        self._add(fault)
        raise _Stop

    def _add(self, fault: Fault) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)

    def _syntax(self, error: Exception) -> None:
        """A breach of YAML's grammar in our words, or in the parser's where we have none."""
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        at = min(mark.index, max(len(self.text) - 1, 0)) if mark else 0
        directive = template_near(self.text, at)
        if directive is not None:
            self._add(template_fault(self.text, directive))
            return
        said = str(getattr(error, "problem", None) or error).partition("\n")[0]
        context = getattr(error, "context_mark", None)
        other = min(context.index, len(self.text)) if context else at
        if "cannot start any token" in said:
            char = self.text[at : at + 1]
            message, remedy = _STARTS.get(char, (f"text begins with '{printable(char)}'", "put it in quotes"))
        else:
            message, remedy = next(((ours, cure) for words, ours, cure in _WORDS_OF if words in said), (said, ""))
        self._add(Fault("yaml-syntax", at, message, remedy, other))


def _brought_in(value: Json) -> Iterator[tuple[str, Json]]:
    """What a `<<` key brings in from an object or a list of objects; with anything else it is an ordinary key."""
    items = value if isinstance(value, list) else [value]
    if all(isinstance(each, dict) for each in items):
        for each in items:
            yield from each.items()
    else:
        yield "<<", value


def _weight(value: Json) -> tuple[int, int]:
    """What a value costs to write out, in values and characters, and how many objects and lists are in each other."""
    if isinstance(value, str):
        return 1 + len(value), 0
    if isinstance(value, dict):
        parts = [_weight(each) for each in value.values()]
        return 1 + sum(map(len, value)) + sum(part[0] for part in parts), 1 + max((part[1] for part in parts), default=0)
    if isinstance(value, list):
        parts = [_weight(each) for each in value]
        return 1 + sum(part[0] for part in parts), 1 + max((part[1] for part in parts), default=0)
    return 1, 0


def _copied(value: Json) -> Json:
    """The same value over again: what an alias brings in may be changed without changing the anchor."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return value
