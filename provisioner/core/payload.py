"""JSON for the wire: the bytes of a value, as quickly as they can be had.

In: a value. Out: compact UTF-8. Integers of any size and lone surrogates survive: what the quick encoder refuses, the careful one writes.
"""

from __future__ import annotations

import json

import orjson

from provisioner.core.model import Json


def encode(value: Json) -> bytes:
    """Compact JSON. A lone surrogate (YAML can write one) cannot be UTF-8; escaped it is still JSON, and the server's to judge."""
    try:
        return orjson.dumps(value)
    except TypeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8", "backslashreplace")
