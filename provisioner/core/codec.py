"""Readings as bytes and back, so that they can be kept across restarts.

In: a `Reading`, or bytes that `encode` gave. Out: bytes, or the equal `Reading`. The form has a version, and so have the rules that a
reading was made by: what another release kept is read anew, never half understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from provisioner.core.model import DataSourceName, Document, FolderDocument, FolderUid, Input, Reading, Shape, Uid
from provisioner.core.problems import Excerpt, Problem, Severity

_SHAPES: Mapping[str, Shape] = MappingProxyType({each.value: each for each in Shape})
_SEVERITIES: Mapping[str, Severity] = MappingProxyType({each.value: each for each in Severity})

FORM = 1
"""To be raised whenever a rule, a shape or a field changes what a reading of the same bytes would be."""


_LONGEST = 2**63


def encode(reading: Reading) -> bytes:
    """Compact JSON; positions instead of names, since ten thousand of them are read at every start."""
    return orjson.dumps(
        [
            [_document_out(each) for each in reading.documents],
            None if reading.folder is None else [reading.folder.title, reading.folder.uid, reading.folder.description],
            [_problem_out(each) for each in reading.problems],
            reading.passed_over,
        ]
    )


def decode(raw: bytes) -> Reading:
    """The reading that was encoded."""
    documents, folder, problems, passed_over = orjson.loads(raw)
    return Reading(
        documents=tuple(_document_in(each) for each in documents),
        folder=None if folder is None else FolderDocument(*folder),
        problems=tuple(_problem_in(each) for each in problems),
        passed_over=passed_over,
    )


def _document_out(document: Document) -> list[Any]:
    return [
        document.index,
        document.document,
        document.pointer,
        document.embedded,
        document.shape.value,
        document.uid,
        document.title,
        document.folder,
        document.message,
        document.api_version,
        _whole_out(document.schema_version),
        [[each.name, each.kind, each.plugin, each.value, each.pointer, each.declared, each.used] for each in document.inputs],
        [[each.name, each.pointer] for each in document.by_name],
    ]


def _whole_out(number: int | None) -> int | str | None:
    """A file may hold any number; orjson writes 64 bits, so a longer one goes as text."""
    return number if number is None or -_LONGEST <= number < _LONGEST else str(number)


def _document_in(row: list[Any]) -> Document:
    index, document, pointer, embedded, shape, uid, title, folder, message, api_version, schema_version, inputs, by_name = row
    return Document(
        index,
        document,
        pointer,
        embedded,
        _SHAPES[shape],
        None if uid is None else Uid(uid),
        title,
        None if folder is None else FolderUid(folder),
        message,
        api_version,
        int(schema_version) if isinstance(schema_version, str) else schema_version,
        tuple(Input(*each) for each in inputs),
        tuple(DataSourceName(*each) for each in by_name),
    )


def _problem_out(problem: Problem) -> list[Any]:
    excerpt = problem.excerpt
    return [
        problem.code,
        problem.severity.value,
        problem.file,
        problem.message,
        problem.remedy,
        problem.line,
        problem.column,
        problem.pointer,
        problem.document,
        None if excerpt is None else [excerpt.line, list(excerpt.lines), excerpt.caret],
    ]


def _problem_in(row: list[Any]) -> Problem:
    code, severity, file, message, remedy, line, column, pointer, document, excerpt = row
    kept = None if excerpt is None else Excerpt(excerpt[0], tuple(excerpt[1]), excerpt[2])
    return Problem(code, _SEVERITIES[severity], file, message, remedy, line, column, pointer, document, kept)
