"""Bytes to values: JSON and YAML, with everything that is wrong told at once and in its place.

In: the bytes of one file, or a text that stands inside one. Out: `Parsed`. Any bytes give values and problems, never an exception. What is
well formed costs hardly more than orjson alone; only what is not goes to the careful readers (`syntax_json`, `syntax_yaml`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

import orjson

from provisioner.core import syntax_json, syntax_yaml
from provisioner.core.catalog import problem
from provisioner.core.model import FileKind, Json
from provisioner.core.problems import Problem
from provisioner.core.syntax_text import MAX_DEPTH, MAX_FAULTS, OTHER_LINE, Fault, Lines, Scan

YAML_KINDS = frozenset({FileKind.YAML, FileKind.FOLDER_YAML})

Locate = Callable[[int], tuple[int, int]]
"""Line and column in the file of an offset in a text."""

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LFS = b"version https://git-lfs.github.com/spec/"

# Conflicts are looked for only in what is no JSON or YAML: in a text field seven '=' are nobody's business.
_MARKER = re.compile(r"^([<>])\1{6}(?: [^\n]*)?\r?$", re.MULTILINE)
_NUL = re.compile("\0")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# See `_plain`.
_TOO_DEEP = b"\n" + b"  " * (MAX_DEPTH + 1)
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says: one value for each document, and all that is wrong with it.

    `whole` is False when the reading stopped midway: then the last value is a beginning, good enough to tell what it would have been.
    """

    documents: tuple[Json, ...]
    problems: tuple[Problem, ...] = ()
    whole: bool = True


def parse(raw: bytes, kind: FileKind) -> Parsed:
    """The values of a file. Problems have line and column, and no file yet."""
    if kind not in YAML_KINDS:
        plain = _plain(raw)
        if plain is not None:
            return Parsed(plain)
    if raw.startswith(_LFS):
        return _told(Scan((), (_lfs(raw),), (), whole=False), Lines("").at)
    text, faults = decoded(raw)
    scan = _careful(text, yaml=kind in YAML_KINDS)
    if any(fault.code == "not-utf8" for fault in faults):
        # What else seems wrong may come from the bytes that were replaced.
        scan = replace(scan, faults=())
    return _told(replace(scan, faults=(*faults, *scan.faults)), Lines(text).at)


def parse_again(raw: bytes, kind: FileKind) -> tuple[Json, ...]:
    """The values of a file that has been parsed before, without looking again for what may be wrong with it."""
    if kind not in YAML_KINDS and _LONG_NUMBER not in raw.translate(_DIGITS):
        try:
            return (orjson.loads(raw),)
        except orjson.JSONDecodeError:
            pass
    return parse(raw, kind).documents


def parse_embedded(text: str, locate: Locate) -> Parsed:
    """The value of JSON that stands as text inside a file. `locate` tells where in the file an offset of the text is."""
    plain = _plain(text.encode())
    return Parsed(plain) if plain is not None else _told(_careful(text, yaml=False), locate)


def decoded(raw: bytes) -> tuple[str, tuple[Fault, ...]]:
    """The text of a file, without its byte order mark, and what is wrong with the bytes. What is not UTF-8 is replaced."""
    if raw.startswith(_UTF16):
        return "", (Fault("not-utf8", 0, "the file is UTF-16"),)
    faults = [Fault("byte-order-mark", 0, "the file begins with a byte order mark")] if raw.startswith(_BOM) else []
    body = raw.removeprefix(_BOM)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        text = body.decode(errors="replace")
        faults.append(Fault("not-utf8", len(before), f"the byte 0x{body[error.start]:02X} is no UTF-8 here"))
    return text, tuple(faults)


_NOTHING = Scan((), (), (), whole=False)


def _plain(raw: bytes) -> tuple[Json, ...] | None:
    r"""The value of JSON of which nothing is to be said; None where there is, or may be, something to say.

    orjson keeps the last of two equal keys without a word, so the value is written again and the quotes of both are counted. A quote stands
    around a string or is escaped within it; both sides escape it alike, save for \u0022, which is looked for. A key that was dropped takes
    at least its own two quotes with it, so equal counts mean that no key was. Written with two spaces a level, a value inside more than 64
    objects and lists begins a line with 130 spaces. Integers beyond 64 bit become floats in orjson: they have 19 digits or more.
    """
    try:
        value = orjson.loads(raw)
        again = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    if _TOO_DEEP in again or raw.count(b'"') != again.count(b'"') or b"\\u0022" in raw or not isinstance(value, dict | list):
        return None
    if _LONG_NUMBER in raw.translate(_DIGITS):
        return (json.loads(raw),)
    return (value,)


def _careful(text: str, *, yaml: bool) -> Scan:
    """The careful reader's answer, and what only the whole text can tell."""
    if not text.strip():
        return replace(
            _NOTHING, faults=(Fault("file-empty", 0, "there is nothing in it" if not text else "there is only white space in it"),)
        )
    control = (_NOT_YAML if yaml else _NUL).search(text)
    if control:
        fault = Fault("control-character", control.start(), f"the character U+{ord(control[0]):04X} has no place in a text")
        return replace(_NOTHING, faults=(fault,))
    scan = syntax_yaml.scan(text) if yaml else syntax_json.scan(text)
    if scan.faults:
        conflicts = _conflicts(text)
        if conflicts:
            return replace(scan, faults=conflicts, whole=False)
    roots = (_root(value, places[""].value, number) for number, (value, places) in enumerate(zip(scan.values, scan.places, strict=True)))
    return replace(scan, faults=(*scan.faults, *(fault for fault in roots if fault)))


def _conflicts(text: str) -> tuple[Fault, ...]:
    """Each conflict that git left in the text, from its first marker to its last."""
    found: list[Fault] = []
    begin: int | None = None
    for marker in islice(_MARKER.finditer(text), 2 * MAX_FAULTS):
        if marker[1] == "<":
            begin = marker.start() if begin is None else begin
        elif begin is not None:
            message = f"a merge conflict was committed: it ends on line {OTHER_LINE}"
            found.append(Fault("merge-marker", begin, message, other=marker.start()))
            begin = None
    if begin is not None:
        found.append(Fault("merge-marker", begin, "a merge conflict begins here, and its end is missing"))
    return tuple(found)


def _root(value: Json, offset: int, document: int) -> Fault | None:
    if isinstance(value, dict | list):
        return None
    return Fault("root-not-object", offset, f"expected an object, found {_named(value)}", document=document)


def _named(value: Json) -> str:
    return "null" if value is None else "text" if isinstance(value, str) else "a single value"


def _lfs(raw: bytes) -> Fault:
    size = re.search(rb"^size ([0-9]{1,18})\s*$", raw, re.MULTILINE)
    held = f" ({int(size[1]):,} bytes lie there)" if size else ""
    return Fault("lfs-pointer", 0, f"this is a pointer to Git LFS, not the file itself{held}")


def _told(scan: Scan, locate: Locate) -> Parsed:
    return Parsed(scan.values, tuple(_problem(fault, locate) for fault in scan.faults), scan.whole)


def _problem(fault: Fault, locate: Locate) -> Problem:
    line, column = locate(fault.offset)
    other = str(locate(fault.other)[0])
    message, remedy = fault.message.replace(OTHER_LINE, other), fault.remedy.replace(OTHER_LINE, other)
    made = problem(fault.code, "", message, remedy=remedy, pointer=fault.pointer, document=fault.document)
    return replace(made, line=line, column=column)
