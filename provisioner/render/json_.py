"""Results as JSON: one object with `version: 1`. The keys are a promise: they are added to, never renamed or given another meaning.

In: `Validation`, `PassReport`s or a `Failure`. Out: text. What cannot be printed is escaped, so that the file may be shown on a terminal.

Validation: version, kind "validation", exit_code, seconds, counts {errors, warnings, notes}, sources [source], problems [problem].
Plan, apply: version, kind "plan" or "apply", exit_code, targets [target].
Failure: version, kind "failure", exit_code, failure, problems [problem].
source    {name, revision {name, commit, subject, author, when} | null, files, dashboards, parsed, passed_over [{path, reason}],
          failure | null}
problem   {code, severity, file, line, column, document, pointer, message, remedy}; line and column are null where no line is meant
target    {name, url, applied, stopped, seconds, requests, server | null, failure | null, counts, sources, changes [change] of a plan,
          outcomes [outcome] of an apply, conflicts [conflict], problems}
change    {action create | update | move | create-folder, dashboard or folder, reason, moves, differences, live | null, twin | null}
outcome   {change, result, detail, remedy, version_before, version_after, url, conflict kind | null}
conflict  {kind, ours, theirs | null, message, remedy, differences [{change, part, aspect, before, after}]}
failure   {subject, message, next_step, unreachable}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from provisioner.core.changes import (
    Change,
    Conflict,
    CreateDashboard,
    CreateFolder,
    Difference,
    LiveState,
    Outcome,
    Result,
    UpdateDashboard,
)
from provisioner.core.model import DesiredDashboard, DesiredFolder, Found
from provisioner.core.problems import Problem, Severity
from provisioner.core.report import Exit, Failure, PassReport, SourceState, Validation
from provisioner.render import words

Object = dict[str, Any]


def validation_json(validation: Validation, code: Exit) -> str:
    """A validation; the keys are told above."""
    return _text(
        {
            "kind": "validation",
            "exit_code": code.value,
            "seconds": round(validation.seconds, 3),
            "counts": _weights(validation.problems),
            "sources": [_source(each) for each in validation.sources],
            "problems": [_problem(each) for each in validation.problems],
        }
    )


def passes_json(reports: Sequence[PassReport], code: Exit, kind: str) -> str:
    """Plans or applies, one target each."""
    return _text({"kind": kind, "exit_code": code.value, "targets": [_target(each) for each in reports]})


def failure_json(failure: Failure, problems: Sequence[Problem], code: Exit) -> str:
    """What kept a command from beginning."""
    told = [_problem(each) for each in problems]
    return _text({"kind": "failure", "exit_code": code.value, "failure": _failure(failure), "problems": told})


def _text(value: Object) -> str:
    text = json.dumps({"version": 1, **value}, ensure_ascii=False, indent=2)
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text) + "\n"


def _weights(problems: Sequence[Problem]) -> Object:
    return {
        f"{severity.value}s": sum(each.severity is severity for each in problems) for severity in Severity if severity is not Severity.OFF
    }


def _problem(each: Problem) -> Object:
    return {
        "code": each.code,
        "severity": each.severity.value,
        "file": each.file,
        "line": each.line or None,
        "column": each.column or None,
        "document": each.document,
        "pointer": each.pointer,
        "message": each.message,
        "remedy": each.remedy,
    }


def _failure(failure: Failure | None) -> Object | None:
    if failure is None:
        return None
    return {
        "subject": failure.subject,
        "message": failure.message,
        "next_step": failure.next_step,
        "unreachable": failure.unreachable,
    }


def _source(state: SourceState) -> Object:
    found = state.revision
    keys = ("name", "commit", "subject", "author", "when")
    return {
        "name": state.name,
        "revision": None if found is None else {key: getattr(found, key) for key in keys},
        "files": state.files,
        "dashboards": state.dashboards,
        "parsed": state.parsed,
        "passed_over": [{"path": path, "reason": reason} for path, reason in state.passed_over],
        "failure": _failure(state.failure),
    }


def _target(report: PassReport) -> Object:
    found = report.server
    told = {"outcomes": [_outcome(each) for each in report.outcomes]} if report.applied else {}
    return {
        "name": report.target,
        "url": report.url,
        "applied": report.applied,
        "stopped": report.stopped,
        "seconds": round(report.seconds, 3),
        "requests": report.requests,
        "server": found
        and {"version": found.version, "dialect": found.dialect, "organisation": {"id": found.org_id, "name": found.org_name}},
        "failure": _failure(report.failure),
        "counts": _counts(report),
        "sources": [_source(each) for each in report.sources],
        **(told or {"changes": [_change(each) for each in report.plan.changes]}),
        "conflicts": [_conflict(each) for each in report.conflicts],
        "problems": [_problem(each) for each in report.problems],
    }


def _counts(report: PassReport) -> Object:
    planned = {"create": report.creates, "update": report.updates, "move": report.moves, "create_folders": report.folders}
    results = {
        result.value.replace(" ", "_"): report.count(result) for result in Result if result not in {Result.CONFLICT, Result.UNCHANGED}
    }
    return {
        **(results if report.applied else planned),
        "unchanged": report.unchanged,
        "conflicts": len(report.conflicts),
        **_weights(report.problems),
    }


def _thing(of: DesiredDashboard | DesiredFolder) -> Object:
    if isinstance(of, DesiredFolder):
        return {"folder": {"uid": of.uid, "title": of.title, "parent": of.parent, "titles": list(of.titles), "directory": of.path}}
    origin = {"source": of.origin.source, "path": of.origin.path, "shown": of.origin.shown, "blob": of.origin.blob}
    folder = {"uid": of.folder, "titles": list(of.titles)}
    return {"dashboard": {"uid": of.uid, "derived": of.derived, "title": of.title, "folder": folder, "file": origin}}


def _side(of: LiveState | Found | None) -> Object | None:
    match of:
        case None:
            return None
        case Found():
            return {"uid": of.uid, "title": of.title, "folder": of.folder, "folder_title": of.folder_title, "url": of.url}
        case LiveState():
            return {
                "uid": of.uid,
                "title": of.title,
                "folder": of.folder,
                "folder_title": of.folder_title,
                "url": of.url,
                "version": of.mark.version,
                "updated_by": of.updated_by,
                "updated": of.updated,
                "managed_by": of.managed_by,
            }


def _difference(each: Difference) -> Object:
    return {"change": each.turn.value, "part": each.part, "aspect": each.aspect, "before": each.before, "after": each.after}


def _change(change: Change) -> Object:
    verb = words.verb(change)
    update = change if isinstance(change, UpdateDashboard) else None
    return {
        "action": "create-folder" if isinstance(change, CreateFolder) else verb,
        **_thing(words.thing(change)),
        "reason": change.reason,
        "moves": update is not None and update.moves,
        "live": _side(update.live) if update else None,
        "twin": _side(change.twin) if isinstance(change, CreateDashboard) else None,
        "differences": [_difference(each) for each in (update.differences if update else ())],
    }


def _outcome(outcome: Outcome) -> Object:
    return {
        "change": _change(outcome.change),
        "result": outcome.result.value,
        "detail": outcome.detail,
        "remedy": outcome.remedy,
        "version_before": outcome.before.version if outcome.before else None,
        "version_after": outcome.after.version if outcome.after else None,
        "url": outcome.url,
        "conflict": outcome.conflict.kind.value if outcome.conflict else None,
    }


def _conflict(conflict: Conflict) -> Object:
    return {
        "kind": conflict.kind.value,
        "ours": _thing(conflict.ours),
        "theirs": _side(conflict.theirs),
        "message": conflict.message,
        "remedy": conflict.remedy,
        "differences": [_difference(each) for each in conflict.differences],
    }
