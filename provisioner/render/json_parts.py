"""The parts that all JSON documents are made of. The keys are a promise: they are told in `json_.py`.

In: values of core. Out: objects for `json.dumps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from provisioner.core.changes import (
    Change,
    Conflict,
    CreateDashboard,
    CreateFolder,
    Difference,
    Drift,
    LiveState,
    Outcome,
    Removal,
    UpdateDashboard,
)
from provisioner.core.guard import Deletion, Held
from provisioner.core.home import HomeReport
from provisioner.core.model import DesiredDashboard, DesiredFolder
from provisioner.core.problems import Problem, Severity
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import Failure, ServerAsked, SourceState
from provisioner.core.server import Found, LiveFolder, Server
from provisioner.core.verdict import Rehearsed
from provisioner.render import words

Object = dict[str, Any]


def weights(problems: Sequence[Problem]) -> Object:
    """How many problems of each weight."""
    return {
        f"{severity.value}s": sum(each.severity is severity for each in problems) for severity in Severity if severity is not Severity.OFF
    }


def problem(each: Problem) -> Object:
    """A problem with its place."""
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


def failure(of: Failure | None) -> Object | None:
    """Why something could not be worked with, null for nothing."""
    if of is None:
        return None
    return {
        "subject": of.subject,
        "message": of.message,
        "next_step": of.next_step,
        "unreachable": of.unreachable,
    }


def server(found: Server | None) -> Object | None:
    """Who answered."""
    if found is None:
        return None
    return {"version": found.version, "dialect": found.dialect, "organisation": {"id": found.org_id, "name": found.org_name}}


def rehearsed(found: Rehearsed | None) -> Object | None:
    """What came of dry runs."""
    return None if found is None else {"asked": found.asked, "refused": found.refused}


def asked(found: ServerAsked) -> Object:
    """A server that was shown the files."""
    told = {"server": server(found.server), "rehearsed": rehearsed(found.rehearsed), "failure": failure(found.failure)}
    return {"target": found.target, "url": found.url, **told}


def source(state: SourceState) -> Object:
    """A source and what was read of it."""
    found = state.revision
    keys = ("name", "commit", "subject", "author", "when")
    return {
        "name": state.name,
        "revision": None if found is None else {key: getattr(found, key) for key in keys},
        "files": state.files,
        "dashboards": state.dashboards,
        "parsed": state.parsed,
        "passed_over": [{"path": path, "reason": reason} for path, reason in state.passed_over],
        "failure": failure(state.failure),
    }


def thing(of: DesiredDashboard | DesiredFolder) -> Object:
    """`{"dashboard": …}` or `{"folder": …}`."""
    if isinstance(of, DesiredFolder):
        return {"folder": {"uid": of.uid, "title": of.title, "parent": of.parent, "titles": list(of.titles), "directory": of.path}}
    origin = {"source": of.origin.source, "path": of.origin.path, "shown": of.origin.shown, "blob": of.origin.blob}
    folder = {"uid": of.folder, "titles": list(of.titles)}
    return {"dashboard": {"uid": of.uid, "derived": of.derived, "title": of.title, "folder": folder, "file": origin}}


def side(of: LiveState | Found | LiveFolder | None) -> Object | None:
    """What is live, or what search shows of it; null for nothing."""
    match of:
        case None:
            return None
        case LiveFolder():
            return {"uid": of.uid, "title": of.title, "folder": of.parent, "url": of.url, "version": of.version}
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


def difference(each: Difference) -> Object:
    """One difference."""
    return {"change": each.turn.value, "part": each.part, "aspect": each.aspect, "before": each.before, "after": each.after}


def change(of: Change) -> Object:
    """One change of a plan."""
    verb = words.verb(of)
    update = of if isinstance(of, UpdateDashboard) else None
    return {
        "action": {"folder": "create-folder", "rename": "rename-folder"}.get(verb, verb),
        **thing(words.thing(of)),
        "reason": of.reason,
        "moves": update is not None and update.moves,
        "live": side(update.live) if update else _folder(of),
        "twin": side(of.twin) if isinstance(of, CreateDashboard) else None,
        "differences": differences(update.differences if update else ()),
        "keep": update.keep.value if update and update.keep else None,
    }


def outcome(of: Outcome) -> Object:
    """What became of one change."""
    return {
        "change": change(of.change),
        "result": of.result.value,
        "detail": of.detail,
        "remedy": of.remedy,
        "version_before": of.before.version if of.before else None,
        "version_after": of.after.version if of.after else None,
        "url": of.url,
        "conflict": of.conflict.kind.value if of.conflict else None,
    }


def conflict(of: Conflict) -> Object:
    """Both sides of it."""
    return {
        "kind": of.kind.value,
        "ours": thing(of.ours),
        "theirs": side(of.theirs),
        "message": of.message,
        "remedy": of.remedy,
        "differences": differences(of.differences),
        "ours_changed": differences(of.ours_changed),
        "theirs_changed": differences(of.theirs_changed),
    }


def differences(found: Sequence[Difference]) -> list[Object]:
    """A list of them."""
    return [difference(each) for each in found]


def drift(of: Drift) -> Object:
    """What was edited on the server alone; `differences` go from what we wrote to what is live."""
    return {
        **thing(of.dashboard),
        "base": record(of.record),
        "live": side(of.live),
        "message": of.message,
        "remedy": of.remedy,
        "differences": differences(words.edited(of)),
    }


def record(of: Record | None) -> Object | None:
    """What was last applied, null for nothing."""
    if of is None:
        return None
    return {
        "uid": of.uid,
        "title": of.title,
        "titles": list(of.titles),
        "source": of.source,
        "path": of.path,
        "blob": of.blob,
        "commit": of.commit,
        "version": of.mark.version,
        "applied": of.applied,
        "written": of.written,
        "missing_since": of.missing_since,
    }


def deletion(of: Deletion) -> Object:
    """A dashboard that would be deleted."""
    return {"base": record(of.record), "live": side(of.live)}


def held(of: Held) -> Object:
    """A dashboard without a file that is not deleted."""
    return {"reason": of.reason.value, "base": record(of.record), "live": side(of.live), "message": of.message, "remedy": of.remedy}


def removal(of: Removal) -> Object:
    """What became of one deletion."""
    told = {"result": of.result.value, "detail": of.detail, "remedy": of.remedy}
    if isinstance(of.record, FolderRecord):
        return {"folder": {"uid": of.record.uid, "title": of.record.title, "directory": of.record.path}, **told}
    return {"base": record(of.record), **told}


def home(of: HomeReport | None) -> Object | None:
    """How the home dashboard stands."""
    return None if of is None else {"state": of.state.value, "uid": of.wanted, "message": of.message, "remedy": of.remedy}


def _folder(of: Change) -> Object | None:
    live = of.live if isinstance(of, CreateFolder) else None
    return side(live)
