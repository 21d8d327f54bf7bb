"""The schema of the configuration: the one truth about its keys.

In: the packaged file. Out: its text, and the schema that values are held against. It is read, never changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import cast

from provisioner.config.parts import keys_of
from provisioner.core.catalog import RULES, Rule
from provisioner.core.model import Json


def base() -> dict[str, Json]:
    """The schema as it lies in the package."""
    text = files("provisioner.config").joinpath("config.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Json]", json.loads(text))


def with_codes(schema: dict[str, Json], rules: Iterable[Rule]) -> dict[str, Json]:
    """The schema with every problem code as a key of `severities`, so that editors complete them and a misspelt one is refused."""
    codes = {
        rule.code: {"$ref": "#/$defs/severity", "description": f"{rule.title}. {rule.explanation} Its own severity is {rule.severity}."}
        for rule in sorted(rules, key=lambda rule: rule.code)
    }
    severities = {**schema["properties"]["severities"], "properties": codes, "additionalProperties": False}
    return {**schema, "properties": {**schema["properties"], "severities": severities}}


def whole() -> dict[str, Json]:
    """What `provisioner config schema` prints and what a configuration is held against."""
    return with_codes(base(), RULES)


def text() -> str:
    """`whole()` as text, ending in a newline."""
    return json.dumps(whole(), indent=2, ensure_ascii=False) + "\n"


def resolved(schema: Mapping[str, Json], node: Mapping[str, Json]) -> dict[str, Json]:
    """The node with its `$ref`s followed; what stands beside a `$ref` wins."""
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return dict(node)
    found: Json = schema
    for key in keys_of(reference.removeprefix("#")):
        found = found[key]
    return {**resolved(schema, found), **{key: value for key, value in node.items() if key != "$ref"}}


def at(schema: Mapping[str, Json], pointer: str) -> dict[str, Json]:
    """What the schema says of the value at a pointer of the configuration; empty where it says nothing."""
    node = resolved(schema, schema)
    for key in keys_of(pointer):
        below = node.get("properties", {}).get(key) or node.get("additionalProperties") or node.get("items") or {}
        if not isinstance(below, Mapping):
            return {}
        node = resolved(schema, below)
    return node
