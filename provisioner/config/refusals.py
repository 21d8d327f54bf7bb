"""What the schema refuses, in the words of a configuration.

In: the value as written, the value with its variables filled, and the schema. Out: complaints by pointer, and the value with `BROKEN`
wherever something was refused, so that the rest can be looked at too and all is told at once. What the environment gave is never quoted.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from provisioner.config import schema as truth
from provisioner.config.complaints import Complaint, nearest
from provisioner.config.parts import BROKEN, child, keys_of, value_at
from provisioner.core.model import Json
from provisioner.core.schema import Schema, Violation

_SECRETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("token", "api_key", "apikey", "api_token", "bearer"), ("token", "secret")),
        **dict.fromkeys(("password", "pass", "passwd", "secret"), ("secret", "password")),
        **dict.fromkeys(("ssh_key", "private_key"), ("ssh_key",)),
        "previous_secret": ("previous_secret",),
    }
)
"""Words under which somebody writes a secret out, and the stems of the keys that are meant, the likeliest first."""

_OF_THE_TARGET: Mapping[str, str] = MappingProxyType(
    {
        "max_deletions": "the ceiling counts the deletions of the whole target",
        "keep": "what is kept is kept equally long for the whole target",
    }
)
"""Keys of the target's policy that an override cannot have, and why."""


def refusals(written: Json, filled: Json) -> tuple[tuple[str, Complaint], ...]:
    """All complaints of the schema about the filled value, by pointer."""
    return tuple(each for violation in _schema().violations(filled) for each in _told(violation, written, filled))


def broken(value: Json, refused: frozenset[str], pointer: str = "") -> Json:
    """The value with `BROKEN` at each refused pointer."""
    if pointer in refused:
        return BROKEN
    match value:
        case dict():
            return {key: broken(each, refused, child(pointer, key)) for key, each in value.items()}
        case list():
            return [broken(each, refused, child(pointer, index)) for index, each in enumerate(value)]
        case _:
            return value


@functools.cache
def _schema() -> Schema:
    """A constant of the program, like the file it is made from."""
    return Schema(truth.whole())


@functools.cache
def _truth() -> Mapping[str, Json]:
    return truth.whole()


def _told(violation: Violation, written: Json, filled: Json) -> Iterator[tuple[str, Complaint]]:
    pointer, value = violation.pointer, value_at(filled, violation.pointer)
    match violation.keyword:
        case "additionalProperties":
            yield pointer, _unknown(violation)
        case "required":
            yield pointer, Complaint("config-missing", f'"{violation.key}" is missing', _added(pointer, violation.key))
        case "minProperties" if pointer != "/sources":
            yield pointer, Complaint("config-missing", "no part of the policy is stated", "add one, such as drift: revert")
        case "minProperties":
            yield pointer, Complaint("config-missing", "no source is stated", "add one, such as local: {directory: {path: ./dashboards}}")
        case "uniqueItems":
            yield pointer, Complaint("config-value", "an entry is stated twice", "leave one of them out")
        case "pattern" | "minLength" if isinstance(value, dict):
            yield from _names(pointer, value)
        case _:
            yield pointer, _wrong(pointer, value_at(written, pointer))


def _unknown(violation: Violation) -> Complaint:
    way = keys_of(violation.pointer)
    if way[0] == "severities":
        message = f'there is no problem code "{_short(violation.key)}"'
        return Complaint("config-unknown-key", message, nearest(violation.key, violation.known, "the codes are in docs/problems.md:"))
    if way[2:3] == ("overrides",) and (reason := _OF_THE_TARGET.get(violation.key)):
        message = f'"{violation.key}" is not a key of an override: {reason}'
        return Complaint("config-unknown-key", message, f"state it in {way[0]}.{way[1]}.policy.prune")
    if proper := _place_of_secret(violation.key.lower(), violation.known):
        message = f'"{violation.key}" is not a key: no secret is written into the configuration'
        return Complaint("config-unknown-key", message, f"use {proper}")
    remedy = nearest(violation.key, violation.known, "the keys here are")
    return Complaint("config-unknown-key", f'"{_short(violation.key)}" is not a key here', remedy)


def _place_of_secret(key: str, known: Collection[str]) -> str:
    """The keys that name a place for what somebody wrote out; "" where the part knows no such secret, or this is none."""
    stem = next((each for each in _SECRETS.get(key, ()) if f"{each}_file" in known), None)
    return "" if stem is None else " or ".join(name for name in (f"{stem}_file", f"{stem}_env") if name in known)


def _added(pointer: str, key: str) -> str:
    node = truth.at(_truth(), child(pointer, key))
    example = next(iter(node.get("examples", ())), None)
    if isinstance(example, str):
        return f"add {key}, such as {key}: {example}"
    return f"add {key}; config.example.yaml shows how"


def _names(pointer: str, names: Mapping[str, Json]) -> Iterator[tuple[str, Complaint]]:
    """The schema's library names the mapping, not the key that is wrong."""
    rule = truth.resolved(_truth(), {"$ref": "#/$defs/name"})
    for name in names:
        if not re.search(rule["pattern"], name) or name.endswith("\n"):
            yield child(pointer, name), Complaint("config-value", f'expected {rule["title"]}; found "{_short(name)}"', "rename it")


def _wrong(pointer: str, value: Json) -> Complaint:
    node = truth.at(_truth(), pointer)
    if value is None:
        return Complaint("config-value", "nothing is stated here", "state something, or take the key out")
    expected = node.get("title", "something else") if pointer else "keys such as sources and targets"
    remedy = ""
    if "enum" in node:
        remedy = nearest(str(value), node["enum"], "write one of")
    elif node.get("type") == "string" and isinstance(value, (bool, int, float)):
        remedy = "put it in quotes"
    elif node.get("type") == "array" and isinstance(value, str):
        remedy = f"write [{_found(value)}]"
    elif node.get("type") == "object" and pointer:
        remedy = "write keys and values below it; config.example.yaml shows how"
    return Complaint("config-value", f"expected {expected}; found {_found(value)}", remedy)


def _found(value: Json) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 2**53 else "a number"
        case str():
            return f'"{_short(value)}"'
        case list():
            return "a list"
        case _:
            return "keys and values"


def _short(text: str) -> str:
    shown = "".join(each if each.isprintable() else "�" for each in text)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
