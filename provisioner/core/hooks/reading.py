"""What of a delivery's body every provider reads alike.

In: a delivery, or a value of its JSON. Out: the value that stands there, or an empty one. Nothing raises: a stranger may send anything, and
after a right signature a vendor may have changed what it sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

import orjson

from provisioner.core.hooks.values import Change, Delivery, Malformed
from provisioner.core.model import Json
from provisioner.core.settings import RefKind

_FORM = "application/x-www-form-urlencoded"
_LONGEST_ID = 200
_HEADS, _TAGS = "refs/heads/", "refs/tags/"


def is_form(delivery: Delivery) -> bool:
    """The payload comes as a field of a form (GitHub, Gitea and Gogs let people choose so)."""
    return delivery.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM


def payload_bytes(delivery: Delivery) -> bytes:
    """The JSON text: the body, or the form's field "payload"; empty where the form has none."""
    if not is_form(delivery):
        return delivery.body
    try:
        fields = parse_qs(delivery.body, max_num_fields=16)
    except ValueError:
        return b""
    return fields.get(b"payload", [b""])[0]


def object_in(text: bytes) -> dict[str, Json] | Malformed:
    """The payload, which every provider sends as an object."""
    try:
        payload: Json = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Malformed("the body is not JSON")
    return payload if isinstance(payload, dict) else Malformed("the body is JSON, but not an object")


def at(value: Json, *keys: str) -> Json:
    """What stands under these keys; None where something on the way is missing or no object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Json, *keys: str) -> str:
    """The same, when it is text; else ""."""
    found = at(value, *keys)
    return found if isinstance(found, str) else ""


def items_at(value: Json, *keys: str) -> list[Json]:
    """The same, when it is a list; else an empty one."""
    found = at(value, *keys)
    return found if isinstance(found, list) else []


def texts(*found: str) -> tuple[str, ...]:
    """Those that are not empty, each once."""
    return tuple(dict.fromkeys(each for each in found if each))


def first_header(delivery: Delivery, names: Iterable[str]) -> str:
    """The first of these headers that says something; "" where none does."""
    return next((value for value in (delivery.headers.get(name, "") for name in names) if value), "")


def delivery_id(delivery: Delivery, names: Iterable[str]) -> str:
    """The vendor's id of the delivery. One that is longer than any vendor's is none: two of them must not count as the same."""
    found = first_header(delivery, names)
    return found if len(found) <= _LONGEST_ID else ""


def is_nothing(commit: str) -> bool:
    """The commit that git writes for "there is none": forty zeros, or sixty-four."""
    return bool(commit) and not commit.strip("0")


def change_of(ref: str, commit: str) -> Change:
    """A full ref and the commit it now has. A ref that is neither branch nor tag ("main" in a generic payload) is of no kind."""
    gone = is_nothing(commit)
    kept = "" if gone else commit
    if ref.startswith(_HEADS):
        return Change(RefKind.BRANCH, ref.removeprefix(_HEADS), kept, gone)
    if ref.startswith(_TAGS):
        return Change(RefKind.TAG, ref.removeprefix(_TAGS), kept, gone)
    return Change(None, ref, kept, gone)
