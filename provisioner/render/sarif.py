"""Results as SARIF 2.1.0, as GitHub's code scanning takes it: rules from the catalogue, a place for each result.

In: `Validation`, `PassReport`s or a `Failure`. Out: JSON text. Paths are relative to the root of the repository (`Options.prefix` leads
from there to the source), lines count from 1. A pending change is no finding; an error, a conflict and a failed write are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from provisioner.core.catalog import BY_CODE
from provisioner.core.changes import ConflictKind, Result
from provisioner.core.conflicts import CONFLICTS
from provisioner.core.contrast import visible
from provisioner.core.problems import Problem, Severity
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.render import words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

MOST = 5_000
"""GitHub shows the first 5,000 results of a run; the rest is counted in a notification."""

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Finding:
    """One result: `path` is "" where it is about no file."""

    rule: str
    level: str
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    pointer: str = ""


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note", Severity.OFF: "none"}
_RANKS = {"error": 0, "warning": 1, "note": 2, "none": 3}
_FAILED, _DRIFT, _HELD = "write-failed", "drift", "deletion-held"
_TITLES = {
    _FAILED: ("A dashboard could not be written or deleted", "error"),
    _DRIFT: ("A dashboard was edited on the server, and git was not", "warning"),
    _HELD: ("A dashboard without a file is not deleted until a person says so", "error"),
}


def validation_sarif(validation: Validation, code: Exit, prefix: str) -> str:
    """The problems of every file."""
    return _text([_of(each) for each in validation.problems], validation.failures, code, prefix)


def passes_sarif(reports: Sequence[PassReport], code: Exit, prefix: str) -> str:
    """The problems, conflicts and failed writes of every target; what two targets say alike is said once."""
    findings = dict.fromkeys(finding for report in reports for finding in _pass(report))
    failures = [each for report in reports for each in (report.failure, *(source.failure for source in report.sources)) if each]
    return _text(list(findings), failures, code, prefix)


def failure_sarif(failure: Failure, problems: Sequence[Problem], code: Exit, prefix: str) -> str:
    """What kept a command from beginning."""
    return _text([_of(each) for each in problems], [failure], code, prefix)


def _pass(report: PassReport) -> Iterator[_Finding]:
    yield from (_of(each) for each in report.problems)
    for each in report.conflicts:
        sides = f"git: {words.ours(each)}; server: {words.theirs(each)}"
        message = f"{report.target}: {each.message}. {sides}. {each.remedy}"
        yield _Finding(_conflict_rule(each.kind), "error", message, words.path(each.ours).rstrip("/"))
    for drift in report.plan.drifted:
        edited = "; ".join(words.differences(words.edited(drift)))
        message = f"{report.target}: {drift.message}{f': {edited}' if edited else ''}. {drift.remedy}"
        yield _Finding(_DRIFT, "warning", message, words.path(drift.dashboard))
    for held in report.held:
        yield _Finding(
            _HELD, "error", f"{report.target}: {words.recorded(held.record)}: {held.message}. {held.remedy}", report.shown(held.record)
        )
    for removal in report.removals:
        if removal.result in {Result.FAILED, Result.UNKNOWN, Result.CONFLICT}:
            message = f"{report.target}: {words.recorded(removal.record)}: {removal.detail}. {removal.remedy}".strip()
            yield _Finding(_FAILED, "error", message, report.shown(removal.record))
    for outcome in report.outcomes:
        if outcome.result in {Result.FAILED, Result.UNKNOWN}:
            message = f"{report.target}: {outcome.detail}. {outcome.remedy}".strip()
            yield _Finding(_FAILED, "error", message, words.path(words.thing(outcome.change)).rstrip("/"))


def _of(each: Problem) -> _Finding:
    message = f"{each.message}. {each.remedy}" if each.remedy else each.message
    return _Finding(each.code, _LEVELS[each.severity], message, each.file, each.line, each.column, each.pointer)


def _conflict_rule(kind: ConflictKind) -> str:
    return f"conflict-{kind.value}"


def _text(findings: Sequence[_Finding], failures: Sequence[Failure], code: Exit, prefix: str) -> str:
    kept = sorted(findings, key=lambda each: _RANKS[each.level])[:MOST]
    ids = sorted({each.rule for each in kept})
    notes = [_note(f"{each.subject}: {each.message}. {each.next_step}") for each in failures]
    if len(findings) > MOST:
        notes.append(_note(f"{len(findings) - MOST:,} more results are left out", level="warning"))
    run = {
        "tool": {"driver": {"name": "provisioner", "rules": [_rule(each) for each in ids]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, ids.index(each.rule), prefix) for each in kept],
        "invocations": [{"executionSuccessful": not failures, "exitCode": code.value, "toolExecutionNotifications": notes}],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _note(words_: str, level: str = "error") -> Object:
    return {"level": level, "message": {"text": visible(words_)}}


def _rule(code: str) -> Object:
    """What the catalogue says of a code; a code that it does not have is told by itself."""
    if code in BY_CODE:
        rule = BY_CODE[code]
        return _described(code, rule.title, f"{rule.explanation} To mend it: {rule.remedy}.", _LEVELS[rule.severity])
    conflict = next((CONFLICTS[kind] for kind in ConflictKind if _conflict_rule(kind) == code), None)
    if conflict is not None:
        return _described(code, conflict.title, f"{conflict.explanation} {conflict.remedy}", "error")
    if code in _TITLES:
        title, level = _TITLES[code]
        return _described(code, title, title, level)
    return _described(code, code, code, "error")


def _described(code: str, title: str, help_: str, level: str) -> Object:
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": help_},
        "help": {"text": help_},
        "defaultConfiguration": {"level": level},
    }


def _result(each: _Finding, index: int, prefix: str) -> Object:
    uri = _uri(each.path, prefix)
    region = {"startLine": max(1, each.line), "startColumn": max(1, each.column)}
    identity = f"{each.rule}\n{uri}\n{each.pointer}\n{each.message}"
    return {
        "ruleId": each.rule,
        "ruleIndex": index,
        "level": each.level,
        "message": {"text": visible(each.message)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"provisioner/v1": hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()[:32]},
    }


def _uri(path: str, prefix: str) -> str:
    """A path as a relative uri; one that is outside (a configuration in /etc) as a file uri; "." where no file is meant."""
    quoted = quote(path.encode("utf-8", "backslashreplace"), safe="/")
    if path.startswith("/"):
        return f"file://{quoted}"
    before = quote(prefix.strip("/").encode("utf-8", "backslashreplace"), safe="/")
    return "/".join(part for part in ("" if before == "." else before, quoted) if part) or "."
