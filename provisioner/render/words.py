"""The words that every format shares: counts, names, versions, times, one difference in a sentence.

In: values of core. Out: plain strings, not yet made safe for any format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from provisioner.core.changes import (
    Change,
    Conflict,
    ConflictKind,
    CreateDashboard,
    CreateFolder,
    Difference,
    Drift,
    LiveState,
    Outcome,
    Result,
    Turn,
    UpdateDashboard,
)
from provisioner.core.model import ROOT, DesiredDashboard, DesiredFolder, Revision
from provisioner.core.problems import Problem, Severity
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import Exit, PassReport, SourceState, wrote
from provisioner.core.server import Found, LiveFolder, Server
from provisioner.render import home_words

ROOT_FOLDER = "the root folder"

_WRITTEN = (Result.CREATED, Result.UPDATED, Result.MOVED)
_NOTHING_BUT_PLACE = (Difference(Turn.CHANGED, "its folder, and nothing in it"),)
"""Told of a side that changed, and whose contents did not."""

_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")

MOST_DIFFERENCES = 12
"""How many differences of one dashboard are shown before the rest is counted."""

_DECIMALS_BELOW = 9.95


def count(number: int, noun: str) -> str:
    """A number and its noun: "1 file", "1,200 files"."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def seconds(value: float) -> str:
    """A duration: "0.04 s", "3.1 s", "75 s"."""
    if value < 0.1:
        return f"{value:.2f} s"
    return f"{value:.1f} s" if value < _DECIMALS_BELOW else f"{value:.0f} s"


def moment(text: str) -> str:
    """ISO 8601 as people write it: blanks for the T, no fractions, UTC for Z. Anything else is left as it is."""
    if len(text) < 19 or text[10] != "T":
        return text
    zone = text[19:].lstrip(".0123456789")
    return f"{text[:10]} {text[11:19]}" + (" UTC" if zone == "Z" else f" {zone}" if zone else "")


def difference(each: Difference) -> str:
    """'panel "p99" (id 4): query A  rate(…[5m]) → rate(…[1m])'."""
    subject = f"{each.part}: {each.aspect}" if each.aspect else each.part
    match each.turn:
        case Turn.ADDED:
            return f"{subject} added" + (f": {each.after}" if each.after else "")
        case Turn.REMOVED:
            return f"{subject} removed" + (f" (was {each.before})" if each.before else "")
        case Turn.CHANGED | Turn.MOVED:
            return f"{subject}  {each.before} → {each.after}" if each.before or each.after else subject


def differences(found: tuple[Difference, ...], *, verbose: bool = False) -> list[str]:
    """Each in a sentence; what is beyond a dozen is counted, unless `verbose`."""
    most = len(found) if verbose or len(found) == MOST_DIFFERENCES + 1 else MOST_DIFFERENCES
    rest = len(found) - most
    return [difference(each) for each in found[:most]] + ([f"… and {count(rest, 'more difference')}"] if rest > 0 else [])


def revision(found: Revision) -> str:
    """'main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00'."""
    words = [found.name] if found.name else []
    if found.commit and not found.commit.startswith(found.name or " "):
        words.append(found.commit[:7])
    if found.subject:
        words.append(f'"{found.subject}"')
    by = [f"by {found.author}"] if found.author else []
    return ", ".join([" ".join([*words, *by]), *([moment(found.when)] if found.when else [])])


def server(found: Server) -> str:
    """'Grafana 12.4.0, dashboard API, organisation 1 "Main Org."'."""
    version = f"Grafana {found.version}" if found.version else "a Grafana that hides its version"
    name = f' "{found.org_name}"' if found.org_name else ""
    dialect = f"{found.dialect} ({found.passed_over})" if found.passed_over else found.dialect
    return f"{version}, {dialect}, organisation {found.org_id}{name}"


def source(state: SourceState) -> str:
    """A source and what was read of it."""
    return f"{state.name} at {revision(state.revision)}" if state.revision is not None else f"{state.name}"


def place(titles: tuple[str, ...]) -> str:
    """The way to a folder. The root has another name in every release of Grafana ("General", "Dashboards"), so it has one of ours."""
    return " / ".join(titles) or ROOT_FOLDER


def lies_in(found: LiveState | Found, ours: DesiredDashboard | Record | None = None) -> str:
    """The folder of a live dashboard: with those above it where it is the one that we know, else as the server titles it."""
    if found.folder == ROOT:
        return ROOT_FOLDER
    if ours is not None and ours.folder == found.folder:
        return place(ours.titles)
    return found.folder_title or found.folder


def folder(name_: str) -> str:
    """'folder "Platform"', or the root folder."""
    return name_ if name_ == ROOT_FOLDER else f'folder "{name_}"'


def thing(change: Change) -> DesiredDashboard | DesiredFolder:
    """What a change is about."""
    return change.folder if isinstance(change, CreateFolder) else change.dashboard


def name(of: DesiredDashboard | DesiredFolder) -> str:
    """The name with its folders: "Platform / Hosts / Overview"."""
    return of.name if isinstance(of, DesiredDashboard) else place(of.titles)


def path(of: DesiredDashboard | DesiredFolder) -> str:
    """The file of a dashboard, the directory of a folder."""
    return of.origin.shown if isinstance(of, DesiredDashboard) else f"{of.path}/" if of.path else ""


def verb(change: Change) -> str:
    """What a plan says of a change."""
    match change:
        case CreateFolder(live=None):
            return "folder"
        case CreateFolder():
            return "rename"
        case CreateDashboard():
            return "create"
        case UpdateDashboard(differences=()):
            return "move"
        case UpdateDashboard():
            return "update"


def move(change: UpdateDashboard) -> str:
    """From where to where."""
    return between_folders(lies_in(change.live), place(change.dashboard.titles))


def between_folders(before: str, after: str) -> str:
    """'folder "Infra" → "Platform / Hosts"'."""
    return f"{folder(before)} → {folder(after)}" if ROOT_FOLDER in {before, after} else f'folder "{before}" → "{after}"'


def versions(outcome: Outcome) -> str:
    """The versions around a write: "version 8 → 9", "version 1"; "" where nothing was written or it is not known."""
    if outcome.after is None:
        return ""
    return f"version {outcome.before.version} → {outcome.after.version}" if outcome.before else f"version {outcome.after.version}"


def kept(outcome: Outcome) -> str | None:
    """How to bring back what a write replaced, where that was somebody's work."""
    change = outcome.change
    if not isinstance(change, UpdateDashboard) or change.keep is None or outcome.after is None or outcome.before is None:
        return None
    return f"what it replaced is kept: provisioner restore {change.dashboard.uid} --version {outcome.before.version}"


def ours(conflict: Conflict) -> str:
    """Git's side of a conflict."""
    wanted = conflict.ours
    if isinstance(wanted, DesiredFolder):
        where = f", directory {wanted.path}/" if wanted.path else ""
        return f'folder "{wanted.title}", uid {wanted.uid}{where}'
    return f'"{wanted.title}" in {place(wanted.titles)}, uid {wanted.uid}, file {wanted.origin.shown} of {wanted.origin.source}'


def theirs(conflict: Conflict) -> str:
    """The server's side of a conflict: what stands there, its version, who saved last and when."""
    found = conflict.theirs
    if found is None:
        return "what stands in the way could not be found out"
    ours_ = conflict.ours if isinstance(conflict.ours, DesiredDashboard) else None
    if isinstance(found, LiveFolder):
        return f'folder "{found.title}", uid {found.uid}' + (f", kept by {found.managed_by}" if found.managed_by else "")
    told = f'"{found.title}" in {lies_in(found, ours_)}, uid {found.uid}'
    return told if isinstance(found, Found) else f"{told}, {state(found)}"


def state(found: LiveState) -> str:
    """One state of a live dashboard: "version 7, saved by jonas at 2026-11-22 08:12:00 UTC, managed by file provisioning"."""
    words = [f"version {found.mark.version}"]
    if found.updated_by or found.updated:
        by = f" by {found.updated_by}" if found.updated_by else ""
        words.append(f"saved{by} at {moment(found.updated)}" if found.updated else f"saved{by}")
    return ", ".join([*words, *([f"managed by {found.managed_by}"] if found.managed_by else [])])


def applied(record: Record) -> str:
    """What we last did: "version 6, written 2026-11-20 16:40:00 UTC from 88e10d4"."""
    did = "written" if record.written else "adopted without a write"
    return f"version {record.mark.version}, {did} {moment(record.applied)}" + (f" from {record.commit[:7]}" if record.commit else "")


def recorded(record: Record | FolderRecord) -> str:
    """The name of what a record is about, a dashboard with its folders."""
    if isinstance(record, FolderRecord):
        return record.title
    return " / ".join((*record.titles, record.title))


def edited(drift: Drift) -> tuple[Difference, ...]:
    """What was changed on the server, the folder first where that changed too."""
    live, record = drift.live, drift.record
    if live is None or live.folder == record.folder:
        return drift.differences
    return (Difference(Turn.MOVED, "folder", "", place(record.titles), lies_in(live)), *drift.differences)


def sides(conflict: Conflict) -> list[tuple[str, tuple[Difference, ...]]]:
    """What differs, under a word: what each side changed since it was last applied where that is known, else from live to git."""
    if conflict.ours_changed or conflict.theirs_changed:
        return [("in git", conflict.ours_changed or _NOTHING_BUT_PLACE), ("in live", conflict.theirs_changed or _NOTHING_BUT_PLACE)]
    return [("differs", conflict.differences)]


def dated(text: str) -> str:
    """A sentence of core with its moments as people write them."""
    return _MOMENT.sub(lambda found: moment(found.group()), text)


def weights(problems: Iterable[Problem]) -> str:
    """The weights of problems: "2 errors, 1 warning, 7 notes"; nothing when there are none."""
    found = Counter(problem.severity for problem in problems)
    return ", ".join(count(found[severity], severity.value) for severity in Severity if found[severity])


def planned(report: PassReport) -> list[str]:
    """What a plan would do, in numbers: ["3 to create", "1 folder to make"], only what there is."""
    numbers = {"create": report.creates, "update": report.updates, "move": report.moves}
    numbers["delete"] = len(report.pruning.deletions)
    folders = [f"{count(report.folders, 'folder')} to make"] if report.folders else []
    folders += [f"{count(report.renames, 'folder')} to rename or move"] if report.renames else []
    return [*(f"{number:,} to {verb_}" for verb_, number in numbers.items() if number), *folders, *home_words.planned(report.home)]


def written(report: PassReport) -> list[str]:
    """What an apply wrote, in numbers: ["3 created", "1 folder made"], only what there is."""
    results = Counter(each.result for each in report.outcomes if not isinstance(each.change, CreateFolder))
    results[Result.DELETED] = sum(each.result is Result.DELETED and isinstance(each.record, Record) for each in report.removals)
    told = [f"{results[each]:,} {each.value}" for each in (*_WRITTEN, Result.DELETED) if results[each]]
    folders = Counter(each.result for each in report.outcomes if isinstance(each.change, CreateFolder))
    folders[Result.DELETED] = removed(report, Result.DELETED) - results[Result.DELETED]
    changed = folders[Result.UPDATED] + folders[Result.MOVED]
    made = {"made": folders[Result.CREATED], "renamed or moved": changed, "deleted": folders[Result.DELETED]}
    told += [f"{count(number, 'folder')} {verb_}" for verb_, number in made.items() if number]
    return [*told, *home_words.written(report.home), *_went_wrong(report)]


def nothing_written(report: PassReport) -> list[str]:
    """What is said where nothing is known to be written; nothing where that is not known."""
    doubtful = report.written or report.count(Result.UNKNOWN) or removed(report, Result.UNKNOWN)
    return [] if doubtful else ["nothing written"]


def _went_wrong(report: PassReport) -> list[str]:
    """Writes that were made, but not as they were meant."""
    wrong = [each for each in report.outcomes if each.result in {Result.CONFLICT, Result.FAILED} and wrote(each)]
    kinds = Counter(each.conflict.kind if each.conflict is not None else None for each in wrong)
    elsewhere, unrecorded = kinds[ConflictKind.REDIRECTED], kinds[None]
    over = len(wrong) - elsewhere - unrecorded
    told = {"written over an edit": over, "written into another dashboard": elsewhere, "written, but not recorded": unrecorded}
    return [f"{number:,} {word}" for word, number in told.items() if number]


def removed(report: PassReport, result: Result) -> int:
    """How many deletions ended so."""
    return sum(each.result is result for each in report.removals)


def untouched(report: PassReport) -> list[str]:
    """What needs no write, in numbers: ["2 drifted", "1 deleted on the server", "207 unchanged (3 to adopt)"]; the last one always."""
    adopted = f" ({report.adopted:,} {'adopted' if report.applied else 'to adopt'})" if report.adopted else ""
    return [*drifted(report), f"{report.unchanged:,} unchanged{adopted}"]


def drifted(report: PassReport) -> list[str]:
    """What was changed on the server alone, in numbers: ["2 drifted", "1 deleted on the server"], only what there is."""
    deleted = sum(each.live is None for each in report.plan.drifted)
    numbers = {"drifted": report.drifted - deleted, "deleted on the server": deleted}
    return [f"{number:,} {word}" for word, number in numbers.items() if number]


def trouble(report: PassReport) -> list[str]:
    """What keeps a pass from being well, in numbers: ["stopped before the end", "1 failed", "2 conflicts"], only what there is."""
    numbers = {result: report.count(result) + removed(report, result) for result in (Result.FAILED, Result.UNKNOWN, Result.NOT_DONE)}
    conflicts = len(report.conflicts) + removed(report, Result.CONFLICT)
    unread = sum(source.failure is not None for source in report.sources)
    told = [
        "stopped before the end" if report.stopped else "",
        f"{count(unread, 'source')} could not be read" if unread else "",
        *(f"{number:,} {_TROUBLE[result]}" if number else "" for result, number in numbers.items()),
        count(conflicts, "conflict") if conflicts else "",
        f"{len(report.held):,} held" if report.held else "",
        *home_words.trouble(report.home),
    ]
    return [each for each in told if each]


_TROUBLE = {Result.FAILED: "failed", Result.UNKNOWN: "perhaps written", Result.NOT_DONE: "not done"}


def ended(code: Exit, reports: Iterable[PassReport]) -> str:
    """The exit code in words. Who stopped it knows that nothing failed."""
    stopped = code is Exit.ERROR and any(report.stopped for report in reports)
    return f"exit {code.value}: {'stopped before all was done' if stopped else EXITS[code]}"


EXITS: Mapping[Exit, str] = MappingProxyType(
    {
        Exit.OK: "done, or nothing to do",
        Exit.ERROR: "something failed, or was left undone",
        Exit.PENDING: "changes are pending, or dashboards drifted",
        Exit.INVALID: "files have errors",
        Exit.CONFLICT: "conflicts or holds wait for a person",
        Exit.UNREACHABLE: "a server or a source is unreachable",
    }
)
"""What each exit code means, in a few words."""
