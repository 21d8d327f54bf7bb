"""Results as a comment on a merge request: the headline, what changes, what differs, conflicts, problems.

In: `Validation`, `PassReport`s or a `Failure`. Out: Markdown of at most `MOST` bytes: GitHub takes 65,536 characters and refuses a longer
comment whole. What does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provisioner.core.changes import Change, Conflict, Drift, Outcome, Result, UpdateDashboard
from provisioner.core.home import HomeReport
from provisioner.core.problems import Problem, Severity
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.render import rehearsal_words, words
from provisioner.render.markdown_text import code, details, row, text
from provisioner.render.text_problems import fold

MOST = 60_000
"""Bytes of one comment."""

_ROWS = 100
_CONFLICTS = 30
_ICONS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💬", Severity.OFF: ""}


def validation_markdown(validation: Validation, code_: Exit) -> str:
    """A validation: the verdict, and every problem up to the limit."""
    found = words.weights(validation.problems)
    sign = "❌" if code_ is not Exit.OK else "⚠️" if found else "✅"
    read = f"{words.count(sum(each.dashboards for each in validation.sources), 'dashboard')} read"
    parts = [f"### {sign} Dashboards: {', '.join([*rehearsal_words.unread(validation), found or 'no problems', read])}", ""]
    for failure in validation.failures:
        parts += _failure(failure)
    asked = [part for each in validation.servers if each.failure is None for part in (text(rehearsal_words.asked(each)), "")]
    return whole([*parts, *asked, *_problems(validation.problems)], code_)


def passes_markdown(reports: Sequence[PassReport], code_: Exit) -> str:
    """Plans or applies, a chapter for each target."""
    parts: list[str] = []
    for report in reports:
        parts += _chapter(report)
    return whole(parts, code_, words.ended(code_, reports))


def failure_markdown(failure: Failure, problems: Sequence[Problem], code_: Exit) -> str:
    """What kept a command from beginning."""
    return whole(["### ❌ Dashboards: nothing was done", "", *_failure(failure), *_problems(problems)], code_)


def _chapter(report: PassReport) -> list[str]:
    numbers = words.written(report) if report.applied else words.planned(report)
    trouble = [*words.trouble(report), *rehearsal_words.refused(report)]
    failures = [each for each in (report.failure, *(source.failure for source in report.sources)) if each is not None]
    planned = ["nothing to change" if report.failure is None else "no plan could be made"]
    nothing = words.nothing_written(report) if report.applied else planned
    told = ", ".join([*trouble, *(numbers or nothing), *([] if report.failure else words.untouched(report))])
    where = [text(report.url), *([text(words.server(report.server))] if report.server else [])]
    sources = [text(words.source(source)) for source in report.sources if source.failure is None]
    note = [] if report.applied else [*rehearsal_words.planned(report), "nothing was written"]
    sign = "❌" if failures or trouble else "⚠️" if report.drifted else "✅"
    parts = [f"### {sign} {text(report.target)}: {told}", "", " · ".join([*where, *sources, *note]), ""]
    parts += [f"**{text(report.plan.notice)}**", ""] if report.plan.notice else []
    for failure in failures:
        parts += _failure(failure)
    for at, conflict in enumerate(report.conflicts):
        parts += _conflict(conflict) if at < _CONFLICTS else []
    if len(report.conflicts) > _CONFLICTS:
        parts += [f"… and {words.count(len(report.conflicts) - _CONFLICTS, 'more conflict')}", ""]
    parts += home_markdown(report.home)
    parts += _drifted(report.plan.drifted)
    parts += _pruning(report)
    parts += _outcomes(report.outcomes) if report.applied else _changes(report.plan.changes)
    return [*parts, *_problems(report.problems)]


def home_markdown(home: HomeReport | None) -> list[str]:
    """How the home dashboard stands, and what to do."""
    if home is None:
        return []
    return [f"home dashboard {code(home.wanted)}: {text('. '.join(part for part in (home.message, home.remedy) if part))}", ""]


def _failure(failure: Failure) -> list[str]:
    return [f"**{text(failure.subject)}**: {text(failure.message)}  ", f"Next: {text(failure.next_step)}", ""]


def _conflict(conflict: Conflict) -> list[str]:
    url = conflict.theirs.url if conflict.theirs else ""
    return [
        f"**Conflict {conflict.kind.value}: {text(words.name(conflict.ours))}**: {text(words.dated(conflict.message))}",
        "",
        f"- git: {text(words.ours(conflict))}",
        f"- server: {text(words.theirs(conflict))}{f', {text(url)}' if url else ''}",
        *(f"- {label}: {text(each)}" for label, found in words.sides(conflict) for each in words.differences(found)),
        f"- to do: {text(conflict.remedy)}",
        "",
    ]


def _drifted(drifted: Sequence[Drift]) -> list[str]:
    parts: list[str] = []
    for each in drifted[:_CONFLICTS]:
        word = "Drifted" if each.live is not None else "Deleted on the server"
        parts += [f"**{word}: {text(each.dashboard.name)}** ({code(each.dashboard.uid)}): {text(each.message)}", ""]
        parts.append(f"- base: {text(words.applied(each.record))}")
        if each.live is not None:
            url = f", {text(each.live.url)}" if each.live.url else ""
            parts.append(f"- live: {text(words.state(each.live))}{url}")
        parts += (f"- edited: {text(found)}" for found in words.differences(words.edited(each)))
        parts += [f"- to do: {text(each.remedy)}", ""]
    return [*parts, *_rest(len(drifted) - _CONFLICTS, "more drifted dashboard")]


def _pruning(report: PassReport) -> list[str]:
    """What waits for a person, what is deleted, what became of it. What only waits for its time is left out."""
    told = [
        f"- held: {_recorded(each.record)}: {text(words.dated(each.message))}; {text(words.dated(each.remedy))}"
        for each in report.held[:_CONFLICTS]
    ]
    if report.applied:
        for each in report.removals[:_ROWS]:
            note = text("; ".join(part for part in (each.detail, each.remedy) if part))
            told.append(f"- {each.result.value}: {_recorded(each.record)}" + (f": {note}" if note else ""))
    else:
        told += (f"- to delete: {_recorded(each.record)}: {text(words.state(each.live))}" for each in report.pruning.deletions[:_ROWS])
    left = max(0, len(report.held) - _CONFLICTS) + max(0, len(report.removals or report.pruning.deletions) - _ROWS)
    return [*told, "", *_rest(left, "more without a file")] if told else []


def _recorded(record: Record | FolderRecord) -> str:
    return f"{text(words.recorded(record))} ({code(record.uid)})"


def _changes(changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    parts = ["| | what | uid | file |", "|---|---|---|---|"]
    parts += [row([words.verb(each), *_cells(each)]) for each in changes[:_ROWS]]
    parts += ["", *_rest(len(changes) - _ROWS, "more change")]
    updates = [each for each in changes if isinstance(each, UpdateDashboard)]
    for each in updates[:_ROWS]:
        moved = [f"- {text(words.move(each))}{text(f'; {each.unseen}' if each.unseen else '')}"] if each.moves else []
        told = [*moved, *(f"- {text(found)}" for found in words.differences(each.differences))]
        parts += details(text(words.name(each.dashboard)), told)
    return parts


def _outcomes(outcomes: Sequence[Outcome]) -> list[str]:
    told = [each for each in outcomes if each.result not in {Result.UNCHANGED, Result.CONFLICT}]
    told.sort(key=lambda each: each.result not in {Result.FAILED, Result.UNKNOWN, Result.NOT_DONE})
    if not told:
        return []
    parts = ["| | what | uid | file | |", "|---|---|---|---|---|"]
    for each in told[:_ROWS]:
        note = "; ".join(part for part in (words.versions(each), each.detail, each.remedy) if part)
        parts.append(row([each.result.value, *_cells(each.change), text(note)]))
    return [*parts, "", *_rest(len(told) - _ROWS, "more outcome")]


def _cells(change: Change) -> list[str]:
    of = words.thing(change)
    return [text(words.name(of)), code(of.uid), code(words.path(of))]


def _problems(problems: Sequence[Problem]) -> list[str]:
    folded = fold(problems, verbose=False)
    parts = [
        f"- {_ICONS[each.severity]} {code(each.where)} **{text(each.code)}** {text(each.message)}<br>{text(each.remedy)}"
        for each in folded.told
    ]
    parts += [f"- … and {number:,} × {severity.value} {text(kind)}" for kind, severity, number in folded.rest]
    return [*parts, ""] if parts else []


def _rest(number: int, noun: str) -> Iterable[str]:
    return [f"… and {words.count(number, noun)}", ""] if number > 0 else []


def whole(parts: Sequence[str], code_: Exit, ended: str = "") -> str:
    """The parts up to the limit, and how it ended. What is open is closed, and what was left out is counted, in the last line."""
    end = f"_{ended or words.ended(code_, ())}_" if code_ is not Exit.OK else ""
    kept: list[str] = []
    size, opened = 0, 0
    for at, part in enumerate(parts):
        size += len(part.encode()) + 1
        if size > MOST - 200:
            left = sum(bool(rest) for rest in parts[at:])
            kept += [
                *(["", "</details>"] * opened),
                "",
                f"… and {words.count(left, 'more line')}, left out since a comment may not be longer",
            ]
            break
        kept.append(part)
        opened += part.startswith("<details>") - (part == "</details>")
    return "\n".join([*kept, end]).rstrip() + "\n"
