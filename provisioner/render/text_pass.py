"""A plan or an apply as text.

In: `PassReport`s. Out: lines; the first of each target says whether it is well, then what happens to what and why, then what was not done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import takewhile

from provisioner.core.changes import Change, CreateDashboard, CreateFolder, Outcome, Result, UpdateDashboard
from provisioner.core.problems import Severity
from provisioner.core.report import Exit, PassReport
from provisioner.render import rehearsal_words, words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, GOOD, PLAIN, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import runnable
from provisioner.render.text_conflicts import conflict_lines
from provisioner.render.text_drift import adopted_lines, drift_lines
from provisioner.render.text_home import home_lines
from provisioner.render.text_problems import failure_lines, problem_lines
from provisioner.render.text_pruning import deletion_lines, held_lines, removal_lines

LISTED = 40
"""How many changes of one kind are listed; more are counted by directory."""

_DIRECTORIES = 20
"""How many directories are listed of a kind that is counted by directory."""

_INDENT = 14

_SIGNS = {"folder": ("+", GOOD), "rename": ("~", DOUBT), "create": ("+", GOOD), "update": ("~", DOUBT), "move": ("→", DOUBT)}
_OF_FOLDERS = {Result.CREATED: "folder", Result.UPDATED: "renamed"}
_RESULTS = {
    Result.CREATED: ("+", GOOD),
    Result.UPDATED: ("~", DOUBT),
    Result.MOVED: ("→", DOUBT),
    Result.DELETED: ("-", DOUBT),
    Result.UNCHANGED: ("=", DIM),
    Result.CONFLICT: ("!", BAD),
    Result.FAILED: ("x", BAD),
    Result.UNKNOWN: ("?", BAD),
    Result.NOT_DONE: ("-", BAD),
}


def plan_lines(reports: Sequence[PassReport], code: Exit, options: Options) -> Iterator[Line]:
    """Every target's plan; at the end what to do next, where that is not plain."""
    for report in reports:
        yield from _head(report, _plan_verdict(report))
        yield from _changes(report, options)
        yield BLANK
        yield from deletion_lines(report.pruning.deletions, report, options)
        for each in rehearsal_words.planned(report):
            yield line(("  dry run  ", DIM), each, hang=4)
        yield from _tail(report, _of_one(options, report, reports))
    yield _end(code, reports, "nothing was written")


def apply_lines(reports: Sequence[PassReport], code: Exit, options: Options) -> Iterator[Line]:
    """What became of every target's plan."""
    for report in reports:
        mine = _of_one(options, report, reports)
        yield from _head(report, _apply_verdict(report))
        yield from _outcomes(report, mine)
        yield from removal_lines(report.removals, report, mine)
        yield from _tail(report, mine)
    yield _end(code, reports, "")


def _of_one(options: Options, report: PassReport, reports: Sequence[PassReport]) -> Options:
    """What a person is told to run has to name the target where there are several."""
    return options.at(report.target) if len(reports) > 1 else options


def _head(report: PassReport, verdict: Line) -> Iterator[Line]:
    yield BLANK
    yield verdict
    where = " · ".join([report.url, *([words.server(report.server)] if report.server else [])])
    yield line((where, DIM), indent=2, hang=2)
    for source in report.sources:
        if source.failure is None:
            yield line((f"{words.source(source)} · {words.count(source.dashboards, 'dashboard')}", DIM), indent=2, hang=2)
    if report.plan.notice:
        yield line((f"  ! {report.plan.notice}", DOUBT), hang=4)
    yield BLANK
    for failure in (report.failure, *(source.failure for source in report.sources)):
        if failure is not None:
            yield from failure_lines(failure)
    yield BLANK


def _tail(report: PassReport, options: Options) -> Iterator[Line]:
    yield from adopted_lines(report, options)
    yield BLANK
    yield from home_lines(report.home, options)
    yield BLANK
    yield from conflict_lines(report.conflicts, options)
    yield BLANK
    yield from drift_lines(report.plan.drifted, options)
    yield BLANK
    yield from held_lines(report.pruning.held, report, options)
    yield BLANK
    # Notes are for whoever mends files, not for whoever watches a server: here they are counted, in the first line.
    weighty = [each for each in report.problems if options.verbose or each.severity is not Severity.NOTE]
    yield from problem_lines(weighty, verbose=options.verbose)
    yield BLANK


def _end(code: Exit, reports: Sequence[PassReport], note: str) -> Line:
    means = [words.ended(code, reports)] if code is not Exit.OK else []
    return line((" · ".join([*([note] if note else []), *means]), DIM))


def _verdict(report: PassReport, style: str, told: list[str]) -> Line:
    return line((str(report.target), STRONG), GAP, (", ".join(told), style))


def _plan_verdict(report: PassReport) -> Line:
    if report.failure is not None:
        return _verdict(report, BAD, ["no plan could be made"])
    planned, found = words.planned(report), words.weights(report.problems)
    trouble = [*words.trouble(report), *rehearsal_words.refused(report)]
    style = BAD if trouble else DOUBT if planned or report.drifted else GOOD
    told = [*(planned or ["nothing to change"]), *trouble, *([found] if found else [])]
    return _verdict(report, style, [*told, *words.untouched(report)])


def _apply_verdict(report: PassReport) -> Line:
    """What is not well comes first: it is what somebody is woken for."""
    written, trouble, found = words.written(report), words.trouble(report), words.weights(report.problems)
    if report.failure is not None:
        trouble.insert(0, "not applied" if words.nothing_written(report) else "not finished")
    told = [*trouble, *(written or words.nothing_written(report)), *([found] if found else []), *words.untouched(report)]
    cost = f"{words.count(report.requests, 'request')}, {words.seconds(report.seconds)}"
    return _verdict(report, BAD if trouble else DOUBT if report.drifted else GOOD, [*told, cost])


# --- a plan -------------------------------------------------------------------------------------------------------------------------------


def _changes(report: PassReport, options: Options) -> Iterator[Line]:
    """Each change in a line, with what differs; a kind of which there are very many by directory. A reason that all share is said once."""
    changes = report.plan.changes
    numbers = Counter(words.verb(each) for each in changes)
    named = {id(each) for each in [each for each in changes if isinstance(each, CreateFolder)][:_DIRECTORIES]}
    listed = [each for each in changes if options.verbose or numbers[words.verb(each)] <= LISTED or id(each) in named]
    reasons = {verb: {each.reason for each in changes if words.verb(each) == verb} for verb in numbers}
    columns = widths([_cells(each) for each in listed])
    for each in listed:
        yield _row(*_SIGNS[words.verb(each)], words.verb(each), _cells(each), columns)
        if isinstance(each, UpdateDashboard):
            yield from _details(each, options)
        if not isinstance(each, CreateDashboard) and each.unseen:
            yield line((each.unseen, DOUBT), indent=_INDENT, hang=2)
        if isinstance(each, CreateDashboard) and each.twin is not None:
            twin = f"another dashboard of this title is there too: uid {each.twin.uid}, {each.twin.url}"
            yield line((twin, DOUBT), indent=_INDENT, hang=2)
        if len(reasons[words.verb(each)]) > 1:
            yield line((f"why: {each.reason}", DIM), indent=_INDENT, hang=5)
    for verb, number in numbers.items():
        if number > LISTED and not options.verbose:
            rest = [each for each in changes if words.verb(each) == verb and id(each) not in named]
            kind = _Kind.FOLDER if isinstance(rest[0], CreateFolder) else _Kind.DASHBOARD
            yield from _counted(kind, (*_SIGNS[verb], verb), rest)
    yield BLANK
    label = "why"
    for verb, of in reasons.items():
        if len(of) == 1:
            yield line((f"{label:<3} {verb}: {min(of)}", DIM), indent=2, hang=6)
            label = ""


def _details(change: UpdateDashboard, options: Options) -> Iterator[Line]:
    if change.moves:
        yield line(words.move(change), indent=_INDENT, hang=2)
    for each in words.differences(change.differences, verbose=options.verbose):
        yield line(each, indent=_INDENT, hang=2)
    if change.keep is not None:
        yield line((f"what is live is kept first: {words.state(change.live)}", DIM), indent=_INDENT, hang=2)


def _cells(change: Change) -> tuple[str, str, str]:
    of = words.thing(change)
    derived = " (derived)" if not isinstance(change, CreateFolder) and change.dashboard.derived else ""
    return words.name(of), f"{of.uid}{derived}", words.path(of)


def _row(sign: str, style: str, verb: str, cells: Sequence[str], columns: Sequence[int]) -> Line:
    name, *others = (padded(cell, width) for cell, width in zip(cells, columns, strict=True))
    return line((f"  {sign} {verb:<10}", style), (name, PLAIN), GAP, (GAP.join(others), DIM), hang=_INDENT)


def _by_directory(sign: tuple[str, str], verb: str, changes: Sequence[Change]) -> Iterator[Line]:
    paths = [words.path(words.thing(each)) for each in changes]
    found = _grouped(paths)
    width = max(len(f"{number:,}") for number in found.values())
    for at, (directory, number) in enumerate(found.items()):
        if at == _DIRECTORIES and len(found) > _DIRECTORIES + 1:
            rest = sum(list(found.values())[at:])
            told = f"{rest:>{width},} in {words.count(len(found) - at, 'more directory').replace('directorys', 'directories')}"
            yield line((f"  {sign[0]} {verb:<10}", sign[1]), told)
            break
        yield line((f"  {sign[0]} {verb:<10}", sign[1]), f"{number:>{width},} in {directory}")
    yield line(("-v lists each of them", DIM), indent=_INDENT)


def _grouped(paths: Sequence[str]) -> dict[str, int]:
    """How many lie in each directory, as deep as there are not too many of them, and one step below what all share at the least."""
    parents = [tuple(path.rstrip("/").split("/")[:-1]) for path in paths]
    # What the lowest and the highest begin with, all begin with.
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(min(parents), max(parents), strict=False)))
    depths = range(max(len(parent) for parent in parents), shared, -1)
    fitting = (depth for depth in depths if len({parent[:depth] for parent in parents}) <= _DIRECTORIES)
    depth = next(fitting, shared + 1)
    found = Counter("/".join(parent[:depth]) for parent in parents)
    return {f"{parent}/" if parent else "the root of the source": number for parent, number in sorted(found.items())}


# --- an apply -----------------------------------------------------------------------------------------------------------------------------


def _outcomes(report: PassReport, options: Options) -> Iterator[Line]:
    """Each outcome in a line. Conflicts come after, each with both sides; what was found unchanged is counted in the first line."""
    told = [each for each in report.outcomes if each.result is not Result.CONFLICT and (options.verbose or _is_news(each))]
    groups = {
        (kind, result): [each for each in told if (_kind(each), each.result) == (kind, result)] for result in Result for kind in _Kind
    }
    most = {key: len(of) if options.verbose or len(of) <= LISTED else _few(*key) for key, of in groups.items()}
    listed = {id(each) for key, of in groups.items() for each in of[: most[key]]}
    rows = [each for each in told if id(each) in listed and each.result is not Result.NOT_DONE]
    columns = widths([_cells(each.change)[:2] for each in rows])
    said: set[str] = set()
    for each in rows:
        yield from _outcome(each, columns, said, options)
    yield from _not_done([each for each in told if id(each) in listed and each.result is Result.NOT_DONE], report)
    for (kind, result), of in groups.items():
        if rest := of[most[kind, result] :]:
            yield from _counted(kind, (*_RESULTS[result], _word(kind, result)), [each.change for each in rest])
            yield from (line(f"{number:,} because: {why}", indent=_INDENT, hang=2) for why, number in _reasons(rest))


class _Kind(Enum):
    """What a change is about: folders and dashboards are never counted together."""

    FOLDER = "folder"
    DASHBOARD = "dashboard"


def _kind(outcome: Outcome) -> _Kind:
    return _Kind.FOLDER if isinstance(outcome.change, CreateFolder) else _Kind.DASHBOARD


def _few(kind: _Kind, result: Result) -> int:
    """How many are told of very many. Of what failed the first ones are always: their reasons are what somebody looks for."""
    if result is Result.FAILED:
        return LISTED
    return _DIRECTORIES if kind is _Kind.FOLDER and result is not Result.NOT_DONE else 0


def _word(kind: _Kind, result: Result) -> str:
    """What is said of one. A folder that was made is called so, as in a plan: its name alone would pass for a dashboard's."""
    return _OF_FOLDERS.get(result, result.value) if kind is _Kind.FOLDER else result.value


def _counted(kind: _Kind, sign: tuple[str, str, str], changes: Sequence[Change]) -> Iterator[Line]:
    """What is not listed: dashboards by directory; folders by number alone, for the first ones are named above."""
    if kind is _Kind.DASHBOARD:
        yield from _by_directory(sign[:2], sign[2], changes)
        return
    yield line(
        (f"  {sign[0]} {sign[2]:<10}", sign[1]), f"… and {words.count(len(changes), 'more folder')}: -v lists each of them", hang=_INDENT
    )


def _not_done(outcomes: Sequence[Outcome], report: PassReport) -> Iterator[Line]:
    """What was left out, under the reason, which is said once: mostly all of it was left for the one that is told above already."""
    above = report.failure
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for each in outcomes:
        known = above is not None and above.message in each.detail
        groups.setdefault(("for the error above", "") if known else (each.detail, each.remedy), []).append(each)
    columns = widths([_cells(each.change)[:2] for each in outcomes])
    for (why, remedy), left in groups.items():
        yield line(("  - not done  ", BAD), f"{words.count(len(left), 'change')}: {why}", hang=_INDENT)
        if remedy:
            yield line(remedy, indent=_INDENT, hang=2)
        for each in left:
            name, uid = (padded(cell, width) for cell, width in zip(_cells(each.change)[:2], columns, strict=True))
            yield line(name, GAP, (uid, DIM), indent=_INDENT, hang=2)


def _is_news(outcome: Outcome) -> bool:
    return outcome.result is not Result.UNCHANGED


def _reasons(outcomes: Sequence[Outcome]) -> list[tuple[str, int]]:
    """The commonest details first, five at most."""
    return Counter(each.detail for each in outcomes if each.detail).most_common(5)


def _outcome(outcome: Outcome, columns: Sequence[int], said: set[str], options: Options) -> Iterator[Line]:
    sign, style = _RESULTS[outcome.result]
    name, uid = (padded(cell, width) for cell, width in zip(_cells(outcome.change)[:2], columns, strict=True))
    note = "; ".join(part for part in (words.versions(outcome), outcome.detail) if part)
    yield line((f"  {sign} {_word(_kind(outcome), outcome.result):<10}", style), name, GAP, (uid, DIM), GAP, note, hang=_INDENT)
    if outcome.result in {Result.FAILED, Result.UNKNOWN}:
        yield line((words.path(words.thing(outcome.change)), DIM), indent=_INDENT)
    if outcome.remedy and outcome.remedy not in said:
        said.add(outcome.remedy)
        yield line(outcome.remedy, indent=_INDENT)
    if (kept := words.kept(outcome)) is not None:
        yield line(runnable(kept, options), indent=_INDENT, hang=2)
    if options.verbose and isinstance(outcome.change, UpdateDashboard):
        yield from _details(outcome.change, options)
