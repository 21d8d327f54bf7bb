"""Answers about one dashboard, and how targets stand, as JSON. The keys are a promise, as in `json_.py`, whose parts these are made of.

In: `StatusReport`s, `Explanation`s, what was not found. Out: text.

Status: version, kind "status", exit_code, targets [{name, url, in_sync, failure | null, notice, counts by standing, last base | null,
        sources, dashboards [stand], home | null, problems}].
stand   {standing, uid, name, path, since, conflict kind | null, detail, remedy, url, base | null, differences}
Explanation: version, kind "explanation", answers [answer].
Diff: version, kind "diff", answers [answer, with raw text where it was asked for].
answer  {target, uid, found true, verdict, conflict kind | null, held reason | null, reason, remedy, row {record, desired, live,
        desired_is_base, live_is_base, live_is_desired, same_mark, words}, git {dashboard, revision} | null, base | null, live | null,
        policy, overrides, kept, interrupted | null, live_to_git | null, base_to_live | null, base_to_git | null, problems}
        or {target, asked, found false, message, nearest, problems}
"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.core.changes import Conflict, Difference
from provisioner.core.explain import Explanation, NotFound
from provisioner.core.records import Kept
from provisioner.core.report import Exit
from provisioner.core.settings import Policy, PolicyChange
from provisioner.core.status import Stand, StatusReport
from provisioner.render import answer_words
from provisioner.render import json_parts as parts
from provisioner.render.json_ import text
from provisioner.render.json_parts import Object
from provisioner.render.raw import raw_diff


def status_json(reports: Sequence[StatusReport], code: Exit) -> str:
    """How targets stand."""
    return text({"kind": "status", "exit_code": code.value, "targets": [_status(each) for each in reports]})


def explanation_json(answers: Sequence[Explanation | NotFound]) -> str:
    """What is known of one dashboard, on each target."""
    return text({"kind": "explanation", "answers": [_answer(each) for each in answers]})


def diff_json(answers: Sequence[Explanation | NotFound], *, raw: bool) -> str:
    """The same, with the unified diff where it was asked for."""
    return text({"kind": "diff", "answers": [{**_answer(each), **(_raw(each) if raw else {})} for each in answers]})


def _status(status: StatusReport) -> Object:
    report = status.report
    return {
        "name": report.target,
        "url": report.url,
        "in_sync": status.well,
        "failure": parts.failure(report.failure),
        "notice": report.plan.notice,
        "counts": {each.value: number for each, number in status.counts.items()},
        "last": parts.record(status.last),
        "sources": [parts.source(each) for each in report.sources],
        "dashboards": [_stand(each) for each in status.stands],
        "home": parts.home(report.home),
        "problems": [parts.problem(each) for each in report.problems],
    }


def _stand(each: Stand) -> Object:
    return {
        "standing": each.standing.value,
        "uid": each.uid,
        "name": each.name,
        "path": each.path,
        "since": each.since,
        "conflict": each.conflict.kind.value if each.conflict else None,
        "detail": each.detail,
        "remedy": each.remedy,
        "url": each.url,
        "base": parts.record(each.record),
        "differences": parts.differences(each.differences),
    }


def _answer(of: Explanation | NotFound) -> Object:
    if isinstance(of, NotFound):
        told = {"message": of.message, "nearest": list(of.nearest), "problems": [parts.problem(each) for each in of.problems]}
        return {"target": of.target, "asked": of.asked, "found": False, **told}
    facts, row = of.facts, of.row
    return {
        "target": facts.target,
        "uid": facts.uid,
        "found": True,
        "verdict": of.verdict.value,
        "conflict": of.decision.kind.value if isinstance(of.decision, Conflict) else None,
        "held": next((each.reason.value for each in facts.pruning.held), None),
        "reason": of.reason,
        "remedy": of.remedy,
        "row": {
            "record": row.record,
            "desired": row.desired,
            "live": row.live,
            "desired_is_base": row.desired_is_base,
            "live_is_base": row.live_is_base,
            "live_is_desired": row.live_is_desired,
            "same_mark": row.same_mark,
            "words": list(row.words),
        },
        "git": _git(of),
        "base": parts.record(facts.record),
        "live": parts.side(facts.live),
        "policy": _policy(facts.policy),
        "overrides": [{"paths": list(each.paths), **_override(each.change)} for each in facts.overrides],
        "kept": [_kept(each) for each in facts.kept],
        "interrupted": facts.interrupted and {"action": facts.interrupted.action.value, "begun": facts.interrupted.begun},
        "live_to_git": _list(of.changes.live_to_git),
        "base_to_live": _list(of.changes.base_to_live),
        "base_to_git": _list(of.changes.base_to_git),
        "problems": [parts.problem(each) for each in facts.problems],
    }


def _raw(of: Explanation | NotFound) -> Object:
    if isinstance(of, NotFound):
        return {}
    return {"raw": "\n".join(raw_diff(of.facts.bodies.live, of.facts.bodies.git, answer_words.raw_names(of)))}


def _git(of: Explanation) -> Object | None:
    if of.facts.sides is None:
        return None
    revision = of.facts.revision
    keys = ("name", "commit", "subject", "author", "when")
    return {
        **parts.thing(of.facts.sides.dashboard),
        "revision": None if revision is None else {key: getattr(revision, key) for key in keys},
    }


def _policy(of: Policy) -> Object:
    prune = {
        "enabled": of.prune.enabled,
        "max_deletions": str(of.prune.max_deletions),
        "grace_seconds": of.prune.grace,
        "keep_seconds": of.prune.keep,
    }
    return {"conflict": of.conflict.value, "drift": of.drift.value, "adopt": of.adopt.value, "deleted": of.deleted.value, "prune": prune}


def _override(of: PolicyChange) -> Object:
    parts_ = {"conflict": of.conflict, "drift": of.drift, "adopt": of.adopt, "deleted": of.deleted}
    named: Object = {name: value.value for name, value in parts_.items() if value is not None}
    named |= {} if of.prune is None else {"prune": of.prune}
    return named | ({} if of.grace is None else {"grace_seconds": of.grace})


def _kept(of: Kept) -> Object:
    return {"version": of.mark.version, "author": of.author, "updated": of.updated, "kept": of.kept, "why": of.why.value, "title": of.title}


def _list(found: tuple[Difference, ...] | None) -> list[Object] | None:
    return None if found is None else parts.differences(found)
