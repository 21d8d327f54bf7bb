"""One blob, read: parsed, its dashboards found, each of them checked, every problem placed.

In: bytes and kind. Out: `Reading`; and for a document of it, the dashboard's own object. Any bytes give a reading.
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.core import inputs, validate
from provisioner.core.catalog import problem
from provisioner.core.documents.folders import read_folder
from provisioner.core.documents.found import Candidate, Context, Found, text_of
from provisioner.core.documents.wrappers import find
from provisioner.core.model import Document, FileKind, Json, Reading
from provisioner.core.places import placed
from provisioner.core.problems import Problem, Severity, errors, ordered
from provisioner.core.syntax import Parsed, parse, parse_again
from provisioner.core.syntax_text import tokens

_KINDS = {".json": FileKind.JSON, ".yaml": FileKind.YAML, ".yml": FileKind.YAML}
_FOLDER_KINDS = {"_folder.json": FileKind.FOLDER_JSON, "_folder.yaml": FileKind.FOLDER_YAML, "_folder.yml": FileKind.FOLDER_YAML}


LARGE = 1024 * 1024
"""Bytes. 14 of 8,500 real dashboards are larger (reference/dashboards.md, section 1)."""


def kind_of(path: str) -> FileKind | None:
    """How a file is to be read, by its name alone; None when it is not for us."""
    name = path.rpartition("/")[2].lower()
    stem, dot, ending = name.rpartition(".")
    return _FOLDER_KINDS.get(name) or (_KINDS.get(dot + ending) if stem else None)


def read(raw: bytes, kind: FileKind, *, place_notes: bool = True) -> Reading:
    """What the bytes say. A file with errors still names the documents that could be recognised, so that their uids are known.

    Finding lines takes longer than everything else, and most notes are only counted: without `place_notes` they keep the pointer alone, for
    `placed`.
    """
    parsed = parse(raw, kind)
    if kind in _FOLDER_KINDS.values():
        folder, problems = read_folder(parsed.documents, Context(raw, kind, 0)) if parsed.whole else (None, ())
        return Reading(folder=folder, problems=ordered(placed((*parsed.problems, *problems), raw, kind)))
    found = [find(value, "", Context(raw, kind, number)) for number, value in enumerate(parsed.documents)]
    documents, problems = _documents(parsed, found)
    large = (_large(raw),) if documents and len(raw) > LARGE else ()
    told = (*large, *parsed.problems, *(each for one in found for each in one.problems), *problems)
    reason = next((one.reason for one in found if one.reason), "nothing in it")
    return Reading(
        documents=documents,
        problems=ordered(_placed(told, raw, kind, notes=place_notes)),
        passed_over=None if documents or errors(told) else reason,
    )


def _large(raw: bytes) -> Problem:
    return problem("file-large", "", f"the file has {len(raw) / 1024 / 1024:.1f} MiB: pages and saves of it will be slow")


def _placed(problems: tuple[Problem, ...], raw: bytes, kind: FileKind, *, notes: bool) -> tuple[Problem, ...]:
    later = () if notes else tuple(each for each in problems if each.severity is Severity.NOTE and not each.line)
    return (*placed(tuple(each for each in problems if each not in later), raw, kind), *later)


def body(raw: bytes, kind: FileKind, document: Document) -> dict[str, Json]:
    """The dashboard's own object, parsed anew, for the caller to keep. The bytes must be those that gave the document."""
    value = parse_again(raw, kind)[document.document]
    for token in tokens(document.pointer):
        value = _unfolded(value)
        value = value[int(token)] if isinstance(value, list) else value[token]
    own = _unfolded(value)
    return dict(own)


def _unfolded(value: Json) -> Json:
    """The value itself, or the one that a text holds."""
    return parse_again(value.encode(), FileKind.JSON)[0] if isinstance(value, str) else value


def _documents(parsed: Parsed, found: list[Found]) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """The documents in the order of the file, and what is to be said of the dashboards themselves."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for number, one in enumerate(found):
        for candidate in one.candidates:
            context = Context(b"", FileKind.JSON, number)
            documents.append(_document(candidate, len(documents), number))
            # Of a beginning nothing can be said: what is missing may stand in what could not be read.
            if candidate.body is not None and candidate.whole and parsed.whole:
                problems.extend(
                    context.problem(each.code, candidate.pointer + each.pointer, each.message, each.remedy)
                    for each in validate.check(candidate.body, candidate.api_version)
                )
    return tuple(documents), tuple(problems)


def _document(candidate: Candidate, index: int, number: int) -> Document:
    content = candidate.body or {}
    version = content.get("schemaVersion")
    holes, by_name = inputs.holes(content)
    return Document(
        index=index,
        document=number,
        pointer=candidate.pointer,
        embedded=candidate.embedded,
        shape=candidate.shape,
        uid=candidate.uid,
        title=(text_of(content.get("title")) or "").strip(),
        folder=candidate.folder,
        message=candidate.message,
        api_version=candidate.api_version,
        schema_version=version if isinstance(version, int) and not isinstance(version, bool) else None,
        inputs=tuple(replace(each, pointer=candidate.pointer + each.pointer) for each in holes),
        by_name=tuple(replace(each, pointer=candidate.pointer + each.pointer) for each in by_name),
    )
