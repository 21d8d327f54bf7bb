"""Results as JSON: one object with `version: 1`. The keys are a promise: they are added to, never renamed or given another meaning.

In: `Validation`, `PassReport`s or a `Failure`. Out: text. What cannot be printed is escaped, so that the file may be shown on a terminal.

Validation: version, kind "validation", exit_code, seconds, counts {errors, warnings, notes}, sources [source], servers [asked],
problems [problem].
Plan, apply: version, kind "plan" or "apply", exit_code, targets [target].
Failure: version, kind "failure", exit_code, failure, problems [problem].
source    {name, revision {name, commit, subject, author, when} | null, files, dashboards, parsed, passed_over [{path, reason}],
          failure | null}
asked     {target, url, server | null, rehearsed, failure | null}; with --server
rehearsed {asked, refused}: how many dashboards the server was shown as dry runs, and how many of these it would not take
problem   {code, severity, file, line, column, document, pointer, message, remedy}; line and column are null where no line is meant
target    {name, url, applied, stopped, seconds, requests, server | null, failure | null, counts, sources, changes [change] of a plan,
          outcomes [outcome] of an apply, notice, drifted [drift], adopted [dashboard], deletions [{base, live}], removals [removal],
          held [held], conflicts [conflict], home | null, rehearsed | null, problems}
change    {action create | update | move | create-folder | rename-folder, dashboard or folder, reason, moves, differences, live | null,
          twin | null, keep null | before-overwrite}
outcome   {change, result, detail, remedy, version_before, version_after, url, conflict kind | null}
conflict  {kind, ours, theirs | null, message, remedy, differences from live to git, ours_changed and theirs_changed since the last apply}
drift     {dashboard, base, live | null, message, remedy, differences from what we wrote to what is live}
base      {uid, title, titles, source, path, blob, commit | null, version, applied, written, missing_since | null}
home      {state, uid, message, remedy}; null where none is stated, or it was not looked at
held      {reason, base, live | null, message, remedy}
removal   {base or folder, result, detail, remedy}
difference {change, part, aspect, before, after}
failure   {subject, message, next_step, unreachable}
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from provisioner.core.changes import Result
from provisioner.core.problems import Problem
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.render import json_parts as parts
from provisioner.render import words
from provisioner.render.json_parts import Object


def validation_json(validation: Validation, code: Exit) -> str:
    """A validation; the keys are told above."""
    return text(
        {
            "kind": "validation",
            "exit_code": code.value,
            "seconds": round(validation.seconds, 3),
            "counts": parts.weights(validation.problems),
            "sources": [parts.source(each) for each in validation.sources],
            "servers": [parts.asked(each) for each in validation.servers],
            "problems": [parts.problem(each) for each in validation.problems],
        }
    )


def passes_json(reports: Sequence[PassReport], code: Exit, kind: str) -> str:
    """Plans or applies, one target each."""
    return text({"kind": kind, "exit_code": code.value, "targets": [_target(each) for each in reports]})


def failure_json(failure: Failure, problems: Sequence[Problem], code: Exit) -> str:
    """What kept a command from beginning."""
    told = [parts.problem(each) for each in problems]
    return text({"kind": "failure", "exit_code": code.value, "failure": parts.failure(failure), "problems": told})


def text(value: Object) -> str:
    """The document with its version, as text."""
    encoded = json.dumps({"version": 1, **value}, ensure_ascii=False, indent=2)
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in encoded) + "\n"


def _target(report: PassReport) -> Object:
    told = {"outcomes": [parts.outcome(each) for each in report.outcomes]} if report.applied else {}
    return {
        "name": report.target,
        "url": report.url,
        "applied": report.applied,
        "stopped": report.stopped,
        "seconds": round(report.seconds, 3),
        "requests": report.requests,
        "server": parts.server(report.server),
        "failure": parts.failure(report.failure),
        "counts": _counts(report),
        "sources": [parts.source(each) for each in report.sources],
        **(told or {"changes": [parts.change(each) for each in report.plan.changes]}),
        "notice": report.plan.notice,
        "drifted": [parts.drift(each) for each in report.plan.drifted],
        "adopted": [parts.thing(each) for each in report.plan.adopted],
        "deletions": [parts.deletion(each) for each in report.pruning.deletions],
        "removals": [parts.removal(each) for each in report.removals],
        "held": [parts.held(each) for each in report.pruning.held],
        "conflicts": [parts.conflict(each) for each in report.conflicts],
        "home": parts.home(report.home),
        "rehearsed": parts.rehearsed(report.rehearsed),
        "problems": [parts.problem(each) for each in report.problems],
    }


def _counts(report: PassReport) -> Object:
    planned = {
        "create": report.creates,
        "update": report.updates,
        "move": report.moves,
        "delete": len(report.pruning.deletions),
        "create_folders": report.folders,
        "rename_folders": report.renames,
    }
    results = {
        result.value.replace(" ", "_"): report.count(result) + words.removed(report, result)
        for result in Result
        if result not in {Result.CONFLICT, Result.UNCHANGED}
    }
    return {
        **(results if report.applied else planned),
        "unchanged": report.unchanged,
        "adopted": report.adopted,
        "drifted": report.drifted,
        "conflicts": len(report.conflicts),
        "held": len(report.held),
        **parts.weights(report.problems),
    }
