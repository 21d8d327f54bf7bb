"""What a server says of a dashboard that it is shown as a dry run, and what people are told of it.

In: a dashboard, what was sent, the server's verdict. Out: problems with a place in the file. Pure: that nothing is written is for the
dialect to see to. What the server would refuse is an error; what only its schema finds fault with is a warning, for an apply goes through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from provisioner.core.answers import (
    Busy,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NameExists,
    NotSaved,
    PluginOwned,
    Rejected,
    Unknown,
    VersionMismatch,
)
from provisioner.core.catalog import problem
from provisioner.core.desired import uid_pointer
from provisioner.core.fields import Field, field_in, steps_of
from provisioner.core.model import DesiredDashboard, FolderUid, Json, Uid
from provisioner.core.problems import Problem, listed

UNUSED = Uid("provisioner-dry-run")
"""The name under which a server is shown what it has to judge for its contents alone. Were a dry run taken for a save, nothing of
anybody's would be written over.
"""

NoSave = VersionMismatch | NameExists | PluginOwned | ManagedElsewhere | Rejected | Forbidden | Gone | NotSaved | Busy | Unknown
"""Every answer to a save but that it was done."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that the server says of one field. `field` is the path as it writes it, "" where it names none; `words` are its own."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """It would be saved. `doubts` are what the server's schema says of it in `version`, the form in which Grafana's own pages save; `form`
    is what the server makes of it there, where that is needed to find the fields again.
    """

    doubts: tuple[Cause, ...] = ()
    version: str = ""
    form: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It would not be saved, or nobody knows."""

    answer: NoSave
    causes: tuple[Cause, ...] = ()


Verdict = Taken | Refused


@dataclass(frozen=True, slots=True)
class NoRehearsal:
    """Why a server cannot be asked for a dry run, as a sentence without its end, and what else there is to do ("" for nothing)."""

    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How many dashboards a server was shown, and how many of these it would not take."""

    asked: int
    refused: int


_SPEC = frozenset({"spec", "DashboardSpec"})
"""What the path of a field begins with; the second is how 12.4 writes it of the form with elements and layout."""

_NOT_KEPT = "the server does not know this field, and leaves it out"


def dropped(sent: Json, kept: Json, path: str = "spec") -> Iterator[Cause]:
    """The fields that a server leaves out of what it stores: 12.4 takes a v2 dashboard with fields that this form does not have, and says
    nothing, at any depth (`fieldValidation=Strict` tells those at the top alone). What is empty is nobody's loss.
    """
    if isinstance(sent, Mapping) and isinstance(kept, Mapping):
        for key, value in sent.items():
            step = f"{path}.{json.dumps(key, ensure_ascii=False) if _UNSAFE.search(key) else key}"
            if key in kept:
                yield from dropped(value, kept[key], step)
            elif value:
                yield Cause(step, _NOT_KEPT)
    elif isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        for number, (value, other) in enumerate(zip(sent, kept, strict=True)):
            yield from dropped(value, other, f"{path}.{number}")


_UNSAFE = re.compile(r"[^\w-]")


def standing(folder: FolderUid, missing: Mapping[FolderUid, FolderUid]) -> FolderUid:
    """The folder, or the nearest one above it that is there. `missing` are those to be made, each with its parent: what is not there yet
    has no permissions to judge by, and may be refused for nothing but that.
    """
    while folder in missing:
        folder = missing[folder]
    return folder


def told(dashboard: DesiredDashboard, content: Mapping[str, Json], verdict: Verdict) -> Iterator[Problem]:
    """What is to be said of one dashboard. That the credential may not write several is better told at once (`forbidden`)."""
    match verdict:
        case Taken(doubts, version, form):
            for each in _gathered(doubts):
                found, remedy = _field(dashboard, each, content, form), _WITHOUT_IT if each.words == _NOT_KEPT else ""
                yield _about(dashboard, "server-schema", _in_words(each, f" in form {version}"), found, remedy)
        case Refused(answer, ()):
            code, message, remedy = _of_the_whole(answer)
            yield _about(dashboard, code, message, Field(dashboard.document.pointer, there=True), remedy)
        case Refused(_, causes):
            for each in _gathered(causes):
                yield _about(dashboard, "server-refuses", _in_words(each, ""), _field(dashboard, each, content, None))
        case never:
            assert_never(never)


def forbidden(subject: str, refused: Sequence[tuple[DesiredDashboard, Forbidden]]) -> Iterator[Problem]:
    """What the credential may not, once for each permission: it is one thing to mend, however many dashboards need it."""
    by_permission: dict[str, list[tuple[DesiredDashboard, Forbidden]]] = {}
    for each in refused:
        by_permission.setdefault(each[1].permission or "dashboards:write", []).append(each)
    for permission, some in by_permission.items():
        files = listed([dashboard.origin.shown for dashboard, _ in some])
        number = "a dashboard" if len(some) == 1 else f"{len(some):,} dashboards"
        message = f"the credential may not write {number} ({files}): {some[0][1].words}"
        wanted = permission.removeprefix("any of ").replace(", ", " or ")
        yield problem("server-forbids", subject, message, remedy=f"give the credential the permission {wanted} there")


def _of_the_whole(answer: NoSave) -> tuple[str, str, str]:
    """Code, message and remedy of a refusal that names no field. A remedy of "" is that of the code."""
    match answer:
        case VersionMismatch(words) | Gone(words):
            return "server-refuses", f"somebody changed it while it was looked at: {words}", "ask again"
        case ManagedElsewhere(words) | PluginOwned(words):
            return "server-refuses", f"something else writes it: {words}", "let one of the two write it, and take it out of the other"
        case Rejected(status, words):
            return "server-refuses", f"{words} ({status})", ""
        case NameExists(words) | NotSaved(words):
            return "server-refuses", words, ""
        case Unknown(words) | Busy(words):
            return "server-undecided", words, ""
        case Forbidden(words):
            return "server-forbids", words, ""
    assert_never(answer)


_WITHOUT_IT = "correct its name, or take it out of the file: it is lost in any case"


def _gathered(causes: Iterable[Cause]) -> Iterator[Cause]:
    """One for each field: a schema of several alternatives names a field once for each of them, for instance three times for one word."""
    by_field: dict[str, list[str]] = {}
    for each in causes:
        by_field.setdefault(each.field, []).append(each.words)
    for field, (first, *others) in by_field.items():
        yield Cause(field, "; ".join((first, *(each.removeprefix("Invalid value: ") for each in others))))


def _in_words(cause: Cause, where: str) -> str:
    return f"{cause.field or 'all of it'}{where}: {cause.words}" if cause.field or where else cause.words


def _field(dashboard: DesiredDashboard, cause: Cause, content: Mapping[str, Json], form: Mapping[str, Json] | None) -> Field:
    """The field as a place in the file. What a server says of an object's metadata is about its name, or about nothing that a file has."""
    document = dashboard.document
    first, *path = steps_of(cause.field) or ("",)
    if first in _SPEC:
        found = field_in(content, path, form)
        return Field(document.pointer + found.pointer, found.there)
    return Field(uid_pointer(document) if (first, *path) == ("metadata", "name") else document.pointer, there=True)


def _about(dashboard: DesiredDashboard, code: str, message: str, field: Field, remedy: str = "") -> Problem:
    missing = "" if field.there else "; the file does not have this field"
    shown, document = dashboard.origin.shown, dashboard.document.document
    return problem(code, shown, f"{message}{missing}", remedy=remedy, pointer=field.pointer, document=document)
