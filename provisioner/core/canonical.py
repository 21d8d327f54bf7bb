"""The one normal form of a dashboard, and its fingerprint. Both sides go through it, so that only like is compared with like.

In: a dashboard's own object, as a file has it (holes filled) or as a server answered. Out: its normal form, or the fingerprint of that.
It must never call two dashboards equal that a person would tell apart, nor tell apart what servers are known to change (reference 6).

The form: no `id`, `version`, `iteration` (scratch values of the server and its page), no `uid` (checked apart), no `__inputs`,
`__requires`, `__elements` (taken out when holes are filled); title trimmed; U+FEFF dropped from texts; numbers as IEEE doubles, so 1.0 is
1 and integers over 2^53 are as unified storage rounds them (transcript 12.4.0 "normalise get"); half a character (a lone surrogate) is
U+FFFD, as a server written in Go reads it; of a library panel only its id, its place and the uid of what it shows, since servers 7.4 to
9.2 strip the rest on saving and put it back on reading.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import orjson

from provisioner.core.model import BlobId, Fill, Fingerprint, Json

FORM = 1
"""The version of the form. It is part of every fingerprint: another form never looks like a change."""

_DROPPED = frozenset({"id", "version", "iteration", "uid", "__inputs", "__requires", "__elements"})
_LIBRARY_PANEL_KEPT = ("id", "gridPos")
_OF_FOLDER = "+"
_BOM = "\ufeff"
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_LARGEST_EXACT = 2**53
_LARGEST_DOUBLE = float.fromhex("0x1.fffffffffffffp+1023")
_SMALLEST_PLAIN = 1e-3
_DEEPEST = 254
"""How many containers within each other orjson writes. Both ways to a fingerprint must turn at the same depth."""

_CARE = (b".0,", b".0}", b".0]", b"0.000", b"\xef\xbb\xbf", b'"libraryPanel"')
_LONG_INTEGER = b"0" * 16
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_EXPONENT = re.compile(rb"\de[+-]?\d+[,}\]]")


def normal(body: Mapping[str, Json]) -> dict[str, Json]:
    """The normal form as a new object, for telling differences."""
    return {_whole(key): _plain(value, 1) for key, value in _kept(body).items()}


def fingerprint(body: Mapping[str, Json]) -> Fingerprint:
    """The same for equal dashboards on every platform and release, "1:" and 64 hex digits."""
    encoded = _quickly(_kept(body))
    if encoded is None or _needs_care(encoded):
        encoded = orjson.dumps(_exact(normal(body)), option=orjson.OPT_SORT_KEYS)
    return Fingerprint(f"{FORM}:{hashlib.sha256(encoded).hexdigest()}")


def fingerprint_key(blob: BlobId, index: int, fill: Fill) -> str:
    """Names the fingerprint of one document of one blob, filled so.

    A document's place in its blob is decided by the reading, which has a version. What stands for a folder comes last, so that a file that
    moves to another directory is known again.
    """
    return f"{FORM}:{blob}:{index}:{filling(fill)}"


def filling(fill: Fill) -> str:
    """The end of such a name: what fills the document."""
    parts = [fill.inputs, fill.by_name, fill.tag]
    filled = _short(parts) if any(parts) else "-"
    flattened = f"{_OF_FOLDER}{_short([fill.folder_tag, fill.prefix])}" if fill.folder_tag or fill.prefix else ""
    return f"{filled}{flattened}"


def key_in_any_folder(key: str) -> str:
    """The same for a document wherever its file lies."""
    return key.partition(_OF_FOLDER)[0]


def _short(parts: list[Json]) -> str:
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:16]


def _quickly(kept: Mapping[str, Json]) -> bytes | None:
    """None where orjson refuses: an integer over 64 bits, a lone surrogate, a nesting of more than 254."""
    try:
        return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return None


def _needs_care(encoded: bytes) -> bool:
    """Whether the quick encoding cannot be trusted: whole floats, long integers, exponents, small fractions, U+FEFF, library panels.

    A match inside a text costs time and changes nothing. Searches for fixed bytes, since one pattern for all of this took ten times as
    long. Whatever `_exact` would write in its own way must be found here: else 0.0001 is one thing beside 1 and another beside 1.0.
    """
    if any(trace in encoded for trace in _CARE):
        return True
    digits = encoded.translate(_DIGITS_TO_ZERO)
    return _LONG_INTEGER in digits or (b"0e" in digits and _EXPONENT.search(encoded) is not None)


def _kept(body: Mapping[str, Json]) -> dict[str, Json]:
    kept = {key: value for key, value in body.items() if key not in _DROPPED}
    title = kept.get("title")
    if isinstance(title, str):
        kept["title"] = title.replace(_BOM, "").strip()
    return kept


def _plain(value: Json, depth: int) -> Json:
    """The normal form of a value that lies in `depth` containers."""
    match value:
        case str():
            return _whole(value.replace(_BOM, ""))
        case bool() | None:
            return value
        case int() | float():
            return _number(value)
        case _ if depth >= _DEEPEST:
            return _digest(value)
        case list():
            return [_plain(each, depth + 1) for each in value]
        case _:
            return {_whole(key): _plain(each, depth + 1) for key, each in _without_library_body(value).items()}


def _whole(text: str) -> str:
    return text if text.isascii() else _HALF_CHARACTER.sub("\ufffd", text)


def _without_library_body(value: Mapping[str, Json]) -> Mapping[str, Json]:
    library = value.get("libraryPanel")
    if not isinstance(library, dict) or not isinstance(library.get("uid"), str) or not library["uid"]:
        return value
    kept = {key: value[key] for key in _LIBRARY_PANEL_KEPT if key in value}
    return {**kept, "libraryPanel": {"uid": library["uid"]}}


def _number(value: float) -> int | float:
    """As a double; whole ones up to 2^53 as an integer. What no double can hold is the largest one: files with it are refused anyway."""
    try:
        double = float(value)
    except OverflowError:
        return _LARGEST_DOUBLE if value > 0 else -_LARGEST_DOUBLE
    return int(double) if double.is_integer() and abs(double) <= _LARGEST_EXACT else double


def _digest(value: Json) -> str:
    """Stands for what lies deeper than any encoder goes. Without recursion, since Python goes no deeper either."""
    digest = hashlib.sha256()
    waiting = [value]
    while waiting:
        match waiting.pop():
            case list() as values:
                digest.update(b"[%d," % len(values))
                waiting += reversed(values)
            case dict() as members:
                kept = _without_library_body(members)
                names = sorted(kept)
                digest.update(b"{" + orjson.dumps([_whole(name) for name in names]))
                waiting += [kept[name] for name in reversed(names)]
            case single:
                digest.update(orjson.dumps(_exact(_plain(single, 0))) + b",")
    return digest.hexdigest()


def _exact(value: Json) -> Json:
    """Doubles that an encoder may write with an exponent, in hexadecimal: orjson has changed how it writes them (1e16, 1e+16).

    Unquoted, as no JSON is, so that nothing else is written so.
    """
    match value:
        case float() if abs(value) > _LARGEST_EXACT or abs(value) < _SMALLEST_PLAIN:
            return orjson.Fragment(value.hex())
        case list():
            return [_exact(each) for each in value]
        case dict():
            return {key: _exact(each) for key, each in value.items()}
        case _:
            return value
