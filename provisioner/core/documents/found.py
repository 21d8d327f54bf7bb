"""What the shapes speak in: dashboards found in a value, and why there are none.

In: nothing. Out: `Candidate`, `Found`, and `Context` and `Texts`, which know the file that is being read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from provisioner.core import places
from provisioner.core.catalog import problem
from provisioner.core.identity import root_unified
from provisioner.core.model import FileKind, FolderUid, Json, Shape, Uid
from provisioner.core.problems import Problem
from provisioner.core.syntax import Parsed, parse_embedded
from provisioner.core.syntax_text import MAX_FAULTS

Object = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dashboard in a value. `pointer` leads to its own object (`body`), which is None when the wrapper holds none.

    `uid` is what the wrapper says, else what the dashboard says.
    """

    pointer: str
    shape: Shape
    body: Object | None
    uid: Uid | None
    embedded: bool = False
    folder: FolderUid | None = None
    message: str | None = None
    api_version: str | None = None
    whole: bool = True

    def within(self, shape: Shape, *, whole: bool) -> Candidate:
        """The same dashboard, found in a text inside another thing."""
        return replace(self, shape=shape, embedded=True, whole=self.whole and whole)


@dataclass(frozen=True, slots=True)
class Found:
    """What one value holds. `reason` says why it holds no dashboard, and counts only when there is no candidate."""

    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The file that is being read, and the number of the document in it."""

    raw: bytes
    kind: FileKind
    document: int

    def problem(self, code: str, pointer: str, message: str, remedy: str = "") -> Problem:
        """A problem of this document."""
        return problem(code, "", message, remedy=remedy, pointer=pointer, document=self.document)


class Texts:
    """The texts of one manifest that hold JSON. Their places are looked up when the first mistake is met, once for all of them."""

    def __init__(self, context: Context, pointers: Collection[str]) -> None:
        self._context = context
        self._pointers = pointers
        self._inside: places.Inside | None = None
        self._told = 0

    def unfold(self, text: str, pointer: str, *, aloud: bool = True) -> Parsed:
        """The JSON in the text at the pointer, its problems placed in the file. Not `aloud`, a broken text is nobody's mistake."""

        def locate(offset: int) -> tuple[int, int]:
            if self._inside is None:
                self._inside = places.inside(self._context.raw, self._context.kind, self._context.document, self._pointers)
            return self._inside(pointer, offset)

        if not aloud or self._told >= MAX_FAULTS:
            return replace(parse_embedded(text, lambda _: (0, 0)), problems=())
        parsed = parse_embedded(text, locate)
        self._told += len(parsed.problems)
        told = tuple(replace(each, pointer=pointer + each.pointer, document=self._context.document) for each in parsed.problems)
        return replace(parsed, problems=told)


def text_of(value: Json) -> str | None:
    """A text that says something, None for anything else."""
    return value if isinstance(value, str) and value.strip() else None


def uid_of(value: Json) -> Uid | None:
    """A uid as it is given, fit or not: also an unfit one must be known, so that it is not taken for gone."""
    text = text_of(value)
    return None if text is None else Uid(text)


def folder_of(value: Json) -> FolderUid | None:
    """A folder uid as a wrapper gives it; the root has two names, and one here."""
    return root_unified(value) if isinstance(value, str) else None


def object_at(value: Json, *keys: str) -> Object:
    """The object under these keys, an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
