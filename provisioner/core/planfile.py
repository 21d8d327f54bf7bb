"""A reviewed plan as a file: what exactly was reviewed, so that exactly that is applied or nothing.

In: reports of plans. Out: the file's value, and what moved since. A plan file holds no contents: it names each change by what it writes
(blob and filling) and by the state of the server that it was decided on. What a person made of the file is told, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from provisioner.core.canonical import fingerprint_key
from provisioner.core.changes import Change, CreateDashboard, CreateFolder, UpdateDashboard
from provisioner.core.guard import Deletion
from provisioner.core.home import HomeIs, HomeReport, HomeState
from provisioner.core.model import Json
from provisioner.core.report import PassReport

FORM = 2
"""The first form said nothing of the home dashboard."""

_PARTS = 4
"""Of a change: what is done, what it writes, the folder, the state that it was decided on."""


def plan_file(reports: Iterable[PassReport], made: str) -> dict[str, Json]:
    """What `plan --plan-file` writes. `made` is when, ISO 8601."""
    return {"provisioner_plan": FORM, "made": made, "targets": {str(report.target): _target(report) for report in reports}}


def targets_in(file: Mapping[str, Json]) -> tuple[str, ...]:
    """The names of the targets that were reviewed together."""
    return tuple(_mapping(file.get("targets")))


def moved(file: Mapping[str, Json], report: PassReport) -> tuple[str, ...]:
    """What is not as it was reviewed, in words; nothing when the plan of the report is the one in the file."""
    form = file.get("provisioner_plan")
    if type(form) is int and 0 < form < FORM:
        return (f"the file was written by an earlier release (form {form}; this one writes {FORM}), which did not bind the home dashboard",)
    if form != FORM:
        return ("the file is no plan of this release",)
    reviewed = _mapping(_mapping(file.get("targets")).get(str(report.target)))
    if not reviewed:
        return (f"target {report.target} is not in the file",)
    now, commits = _target(report), _mapping(reviewed.get("commits"))
    told = [] if reviewed.get("url") == report.url else [f"{reviewed.get('url')} was reviewed, the target is {report.url} now"]
    told += [
        f"source {name}: {_short(commits.get(name))} was reviewed, {_short(now['commits'].get(name))} is there now"
        for name in sorted(commits.keys() | now["commits"].keys())
        if now["commits"].get(name) != commits.get(name)
    ]
    before, after = _mapping(reviewed.get("changes")), now["changes"]
    differing = (name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name))
    told += [_difference(name, before.get(name), after.get(name), _instead(name, report)) for name in differing]
    return (*told, *_moved_home(_mapping(reviewed.get("home")), report))


def _moved_home(before: Mapping[str, Json], report: PassReport) -> Iterator[str]:
    """As long as nobody has looked at it, nothing is told: it is looked at when all is planned, before anything is written."""
    after = _mapping(_home(report.home))
    if (report.home is None and report.applied) or before == after:
        return
    if not before:
        yield f'home dashboard: setting "{after["uid"]}" was not reviewed'
    elif not after:
        now = "no home dashboard is stated any more" if report.home is None else report.home.message
        yield f'home dashboard: setting "{before.get("uid")}" was reviewed; now {now}'
    elif before.get("uid") != after["uid"]:
        yield f'home dashboard: setting "{before.get("uid")}" was reviewed, now it would be "{after["uid"]}"'
    else:
        were, are = _named(before.get("over")), _named(after["over"])
        yield f"home dashboard: somebody chose another one since ({were} was reviewed, {are} is there)"


def _instead(name: str, report: PassReport) -> str:
    """What is told of it now, in place of a change: the end of a sentence."""
    uid = name.partition(" ")[2]
    told = [f"in conflict {each.kind.value}: {each.message}" for each in report.plan.conflicts if each.ours.uid == uid]
    told += [each.message for each in report.plan.drifted if each.dashboard.uid == uid]
    told += [each.message for each in report.pruning.held if each.record.uid == uid]
    told += ["as git wants it" for each in report.plan.unchanged if each.uid == uid]
    return f"; it is {told[0]}" if told else ", and is not to be done any more"


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _target(report: PassReport) -> dict[str, Json]:
    commits = {str(each.name): each.revision.commit for each in report.sources if each.revision is not None}
    changes = dict(_change(each) for each in report.plan.changes)
    changes.update(_deletion(each) for each in report.pruning.deletions)
    changes.update((f"folder {each.uid}", ["remove if empty", each.title, each.parent, None]) for each in report.plan.gone_folders)
    return {"url": report.url, "commits": commits, "changes": changes, "home": _home(report.home)}


def _home(home: HomeReport | None) -> dict[str, Json] | None:
    """What would be set, and over which one; None where nothing would be."""
    if home is None or home.state is not HomeState.PENDING:
        return None
    return {"uid": home.wanted, "over": [home.live.uid, home.live.number] if isinstance(home.live, HomeIs) else None}


def _named(over: Json) -> str:
    if not isinstance(over, list) or len(over) != 2:
        return "none"
    return f'"{over[0]}"' if over[0] else f"number {over[1]}"


def _change(change: Change) -> tuple[str, Json]:
    match change:
        case CreateFolder(folder, _, live):
            state = None if live is None else [live.id, live.title, live.parent]
            return f"folder {folder.uid}", ["folder", folder.title, folder.parent, state]
        case CreateDashboard(dashboard):
            key = fingerprint_key(dashboard.origin.blob, dashboard.document.index, dashboard.fill)
            return f"dashboard {dashboard.uid}", ["create", key, dashboard.folder, None]
        case UpdateDashboard(dashboard, live):
            key = fingerprint_key(dashboard.origin.blob, dashboard.document.index, dashboard.fill)
            return f"dashboard {dashboard.uid}", ["update", key, dashboard.folder, [live.mark.id, live.mark.version]]
    assert_never(change)


def _deletion(deletion: Deletion) -> tuple[str, Json]:
    mark = deletion.live.mark
    return f"dashboard {deletion.record.uid}", ["delete", None, deletion.record.folder, [mark.id, mark.version]]


def _difference(name: str, before: Json, after: Json, instead: str) -> str:
    if before is None:
        return f"{name}: {after[0]} was not reviewed"
    if not isinstance(before, list) or len(before) != _PARTS:
        return f"{name}: what the file says of it is not what plan writes"
    if after is None:
        return f"{name}: {before[0]} was reviewed{instead}"
    if before[0] != after[0]:
        return f"{name}: {before[0]} was reviewed, now it would be {after[0]}"
    if before[3] != after[3]:
        return f"{name}: somebody changed it on the server since ({_state(before[3])} was reviewed, {_state(after[3])} is there)"
    return f"{name}: what would be written is not what was reviewed"


def _state(state: Json) -> str:
    return f"version {state[1]}" if isinstance(state, list) and len(state) == 2 else "another state"


def _short(commit: Json) -> str:
    return str(commit)[:12] if commit else "no commit"
