"""The only room with jsonschema and jsonschema_rs: a schema, and what of a value does not fit it, in a person's words.

In: a JSON Schema (draft 2020-12) as an object, and any parsed value. Out: violations, all at once, each with its JSON pointer. A word of
the value itself is never repeated, because a configuration may carry a secret in the wrong place; the excerpt of the file shows it to who
may read the file.

Core does no I/O. The one packaged schema is read here all the same: it is a constant of this program, kept as JSON for editors to use.
"""

from __future__ import annotations

import functools
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import jsonschema_rs
import orjson

from provisioner.core.model import Json

_Refusal: TypeAlias = Any
"""A jsonschema.ValidationError. The module is imported where a refusal is put into words, because it takes a quarter of a second."""

_DEEPEST = 64
_LARGEST = 10**18

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "object": "an object",
        "array": "a list",
        "string": "text",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
        "null": "null",
    }
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that does not fit. `pointer` (RFC 6901) is the value's own place, or for an unknown key the place of that key.

    `keyword` is the schema's word that refused it. For `additionalProperties`, `key` is the unknown key and `known` what could stand there;
    for `required`, `key` is the missing key (`pointer` the object that lacks it), and `known` are all of them where any one would do; for
    `enum`, `known` are the texts that could stand there.
    """

    pointer: str
    message: str
    keyword: str
    key: str = ""
    known: tuple[str, ...] = ()


class Schema:
    """A schema, built once. Saying yes takes 0.03 ms for a dashboard of 48 kB; only a no is put into words, which takes milliseconds.

    A subschema may carry `x-expected` ("a duration such as 30s"): then that is what the message asks for. Raises ValueError for what is no
    schema.
    """

    __slots__ = ("_quick", "source")

    def __init__(self, source: Mapping[str, Json]) -> None:
        self.source: Mapping[str, Json] = dict(source)
        try:
            self._quick = jsonschema_rs.Draft202012Validator(self.source)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            raise ValueError(f"not a schema: {error}") from error

    def fits(self, value: Json) -> bool:
        """Whether nothing is wrong with the value."""
        return not self.violations(value)

    def violations(self, value: Json) -> tuple[Violation, ...]:
        """Everything that does not fit, sorted by place. Empty when all fits."""
        return () if self.quickly(value) else self.in_words(value)

    def quickly(self, value: Json) -> bool:
        """Whether all fits. False may also mean that this cannot be said quickly: then `in_words` knows."""
        try:
            return self._quick.is_valid(value)
        except ValueError:  # a key with a lone surrogate has no UTF-8
            return False

    def in_words(self, value: Json) -> tuple[Violation, ...]:
        """What `violations` says where `quickly` says no. What is nested deeper than 64 levels is not looked at."""
        from jsonschema import Draft202012Validator  # noqa: PLC0415 - a quarter of a second that most runs never need

        refusals = Draft202012Validator(self.source).iter_errors(_bounded(value, _DEEPEST))
        found = (each for refusal in refusals for each in _told(refusal))
        return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.pointer, each.keyword, each.key)))


def pointer(keys: Iterable[str | int]) -> str:
    """A JSON pointer from the keys on the way."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in keys)


@functools.cache
def dashboard_schema(kind: str) -> Schema:
    """The packaged schema of a dashboard's own object: `kind` is "classic" or "v2", a definition of dashboard.schema.json."""
    whole = _packaged()
    return Schema({"$schema": whole["$schema"], "$ref": f"#/$defs/{kind}", "$defs": whole["$defs"]})


@functools.cache
def known_keys(kind: str) -> frozenset[str]:
    """The keys that the schema knows at the top of a dashboard's own object."""
    return frozenset(_packaged()["$defs"][kind]["properties"])


@functools.cache
def _packaged() -> Mapping[str, Json]:
    """A constant of the program: the same bytes for as long as it is installed."""
    whole: Mapping[str, Json] = orjson.loads(pkgutil.get_data("provisioner.core", "dashboard.schema.json") or b"")
    return whole


def _bounded(value: Json, levels: int) -> Json:
    """The value as the slower library can bear it: that one writes each value it refuses into a message, whatever its depth or digits."""
    match value:
        case dict():
            return {key: _bounded(each, levels - 1) for key, each in value.items()} if levels else {}
        case list():
            return [_bounded(each, levels - 1) for each in value] if levels else []
        case int() if not -_LARGEST < value < _LARGEST:
            return _LARGEST if value > 0 else -_LARGEST
        case _:
            return value


def _told(refusal: _Refusal) -> Iterator[Violation]:
    """One refusal of the library as violations of ours. A choice (`anyOf`, `oneOf`) is reduced to what most likely was meant."""
    if refusal.validator in ("anyOf", "oneOf") and refusal.context:
        yield from _choice(refusal)
        return
    keys = list(refusal.absolute_path)
    keyword = str(refusal.validator)
    if keyword == "additionalProperties" and refusal.validator_value is False:
        known = tuple(sorted(refusal.schema.get("properties", {})))
        for key in _unknown(refusal):
            yield Violation(pointer([*keys, key]), f'unknown key "{key}"', keyword, key, known)
    elif keyword == "required":
        for key in refusal.validator_value:
            if key not in refusal.instance:
                yield Violation(pointer(keys), f'"{key}" is missing', keyword, key)
    else:
        known = tuple(str(each) for each in refusal.validator_value) if keyword == "enum" else ()
        yield Violation(pointer(keys), _message(refusal), keyword, known=known)


def _unknown(refusal: _Refusal) -> list[str]:
    """The keys that a closed object does not know. Patterns are looked at with the library's own eyes: it searches, it does not match."""
    patterns = [re.compile(each) for each in refusal.schema.get("patternProperties", {})]
    known = refusal.schema.get("properties", {})
    return sorted(key for key in refusal.instance if key not in known and not any(each.search(key) for each in patterns))


def _choice(refusal: _Refusal) -> Iterator[Violation]:
    """Says of several forms, none of which fits, what a person should hear: the forms, or what is wrong with the one that was meant."""
    where, level = pointer(refusal.absolute_path), len(refusal.absolute_path)
    flat = all(len(each.absolute_path) == level for each in refusal.context)
    expected = refusal.schema.get("x-expected")
    if expected is not None:
        yield Violation(where, f"expected {expected}, found {_kind(refusal.instance)}", str(refusal.validator))
    elif flat and all(each.validator == "type" for each in refusal.context):
        kinds = dict.fromkeys(kind for each in refusal.context for kind in _names(each.validator_value))
        yield Violation(where, f"expected {_either(kinds)}, found {_kind(refusal.instance)}", "type")
    elif flat and all(each.validator == "required" for each in refusal.context):
        keys = tuple(dict.fromkeys(key for each in refusal.context for key in each.validator_value))
        yield Violation(where, f"one of {_quoted(keys)} is missing", "required", keys[0], keys)
    else:
        forms: dict[Json, list[_Refusal]] = {}
        for each in refusal.context:
            forms.setdefault(each.relative_schema_path[0], []).append(each)
        for each in min(forms.values(), key=lambda form: _distance(form, level)):
            yield from _told(each)


def _distance(form: list[_Refusal], level: int) -> tuple[bool, int]:
    """How far a value is from a form: one of another kind was hardly meant, nor was one whose name (a `const` key) is another's."""
    another = any(
        (each.validator == "type" and len(each.absolute_path) == level)
        or (each.validator in ("const", "enum") and len(each.absolute_path) <= level + 1)
        for each in form
    )
    return another, len(form)


def _names(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _kind(value: Json) -> str:
    """What a value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _either(kinds: Iterable[str]) -> str:
    words = [_KINDS[each] for each in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _quoted(texts: Iterable[Json]) -> str:
    return ", ".join(f'"{each}"' if isinstance(each, str) else orjson.dumps(each).decode() for each in texts)


def _message(refusal: _Refusal) -> str:
    """The refusal in our words, by the schema's word; never the library's, which repeats the whole value."""
    keyword, limit = str(refusal.validator), refusal.validator_value
    expected = refusal.schema.get("x-expected") if isinstance(refusal.schema, Mapping) else None
    if keyword == "type":
        return f"expected {expected or _either(_names(limit))}, found {_kind(refusal.instance)}"
    if expected is not None:
        return f"expected {expected}"
    return _SAID[keyword](limit) if keyword in _SAID else "does not fit here"


def _length(limit: int) -> str:
    return "is empty" if limit == 1 else f"is shorter than {limit} characters"


def _items(limit: int) -> str:
    return "is empty" if limit == 1 else f"has fewer than {limit} entries"


_SAID: Mapping[str, Callable[[Json], str]] = MappingProxyType(
    {
        "enum": lambda limit: f"expected one of {_quoted(limit)}",
        "const": lambda limit: f"expected {_quoted([limit])}",
        "pattern": lambda limit: f"does not have the form {limit}",
        "minLength": _length,
        "maxLength": lambda limit: f"is longer than {limit} characters",
        "minimum": lambda limit: f"is less than {limit}",
        "exclusiveMinimum": lambda limit: f"is not more than {limit}",
        "maximum": lambda limit: f"is more than {limit}",
        "exclusiveMaximum": lambda limit: f"is not less than {limit}",
        "minItems": _items,
        "maxItems": lambda limit: f"has more than {limit} entries",
        "minProperties": lambda limit: "is empty" if limit == 1 else f"has fewer than {limit} keys",
        "maxProperties": lambda limit: f"has more than {limit} keys",
        "uniqueItems": lambda _: "says something twice",
        "oneOf": lambda _: "fits more than one form",
        "not": lambda _: "is not allowed here",
        "dependentRequired": lambda limit: f"{_quoted(limit)} asks for {_quoted(key for all_of in limit.values() for key in all_of)} too",
    }
)
