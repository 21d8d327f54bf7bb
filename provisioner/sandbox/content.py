"""JSON as Grafana takes it in and gives it out.

In: the bytes of a request, or values. Out: values, text with its keys in order, and the words of Go's decoder for
what it cannot read. It knows nothing of HTTP or of dashboards.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

# Any JSON value: what Go calls interface{}.
Json: TypeAlias = Any

_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_EXACT = 2**53
_WRITTEN_SHORT = 1e21  # from here on numbers are written with an exponent
_FIRST_TOO_LARGE = 2**63
_DIGITS = 19
_OWN_FIELDS = ("id", "uid", "version")
# A value that was just read holds no circles; not looking for them saves a third.
_IN_ORDER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, check_circular=False, separators=(",", ":"))
_AS_IT_IS = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


class Unreadable(ValueError):
    """Bytes that are no JSON value, in the words of Go's decoder."""


def read(raw: bytes) -> Json:
    """The first JSON value in some bytes; what follows it is not looked at, as Go's decoder does not. None for no bytes."""
    text = raw.decode("utf-8", "replace").lstrip(" \t\r\n")
    if not text:
        return None
    try:
        value, _ = _DECODER.raw_decode(text)
        return _whole(value) if _LONE_SURROGATE.search(raw) else value
    except json.JSONDecodeError as error:
        raise Unreadable(_in_words_of_go(text, error)) from error
    except Unreadable:
        raise
    except ValueError as error:  # an integer of more digits than Python reads
        raise Unreadable("json: cannot unmarshal number into Go value of type float64") from error
    except RecursionError as error:
        raise Unreadable("exceeded max depth") from error


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"invalid character '{name[0]}' looking for beginning of value")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Unreadable(f"json: cannot unmarshal number {text} into Go value of type float64")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def _in_words_of_go(text: str, error: json.JSONDecodeError) -> str:
    """How Go tells the same mistake."""
    if error.pos >= len(text):
        return "unexpected EOF"
    letter = text[error.pos]
    shown = "'\\''" if letter == "'" else f"'{letter}'"
    if error.msg.startswith("Expecting property name"):
        return f"invalid character {shown} looking for beginning of object key string"
    if error.msg.startswith("Expecting ':'"):
        return f"invalid character {shown} after object key"
    if error.msg.startswith("Expecting ','"):
        return f"invalid character {shown} after object key:value pair"
    if error.msg.startswith("Invalid control character"):
        return f"invalid character {json.dumps(letter)[1:-1]!r} in string literal"
    if error.msg.startswith(("Unterminated", "Invalid \\")):
        return "unexpected EOF" if error.msg.startswith("Unterminated") else "invalid character in string escape code"
    return f"invalid character {shown} looking for beginning of value"


def _whole(value: Json) -> Json:
    """Half of a surrogate pair becomes U+FFFD, as Go's decoder has it; kept, it could not be encoded again."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(member) for member in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(member) for key, member in value.items()}
    return value


def as_doubles(value: Json) -> Json:
    """Values as unified storage returns them: numbers are doubles, in as few digits as name them (1.0 is 1, 12345678901234567890 is
    12345678901234567000), no U+FEFF.
    """
    if isinstance(value, str):
        return value.replace("\ufeff", "") if "\ufeff" in value else value
    if isinstance(value, list):
        return [as_doubles(member) for member in value]
    if isinstance(value, dict):
        return {key: as_doubles(member) for key, member in value.items()}
    if isinstance(value, float) and value.is_integer() and abs(value) < _WRITTEN_SHORT:
        return int(Decimal(repr(value)))
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return _rounded(value)
    return value


def _rounded(number: int) -> int | float:
    try:
        double = float(number)
    except OverflowError:
        return number
    return int(Decimal(repr(double))) if abs(double) < _WRITTEN_SHORT else double


def whole_number(value: object) -> int:
    """An id, a version or a count, from JSON or from the text of an address; 0 for what is none or fits no database."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= _FIRST_TOO_LARGE:
        return 0
    return int(value)


def body_of(content: dict[str, Any], without: tuple[str, ...] = _OWN_FIELDS) -> str:
    """The content of a dashboard without id, uid and version: equal values, equal text."""
    return _IN_ORDER.encode({key: value for key, value in content.items() if key not in without})


def text_of(value: object) -> bytes:
    """A JSON value as bytes."""
    return _AS_IT_IS.encode(value).encode()
