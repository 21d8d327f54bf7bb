"""How targets stand, as text: the first line of each says whether it is in sync, then what is not, since when, and what to do.

In: `StatusReport`s. Out: lines. What is in sync, or left by the policy, is counted, and listed when it is verbose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.problems import Severity
from provisioner.core.status import Stand, Standing, StatusReport
from provisioner.render import answer_words, words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, GOOD, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import steps
from provisioner.render.text_conflicts import MOST
from provisioner.render.text_home import home_lines
from provisioner.render.text_problems import failure_lines, problem_lines

_INDENT = 14
_STYLES = {
    Standing.CONFLICT: ("!", BAD),
    Standing.NOT_OURS: ("!", BAD),
    Standing.DELETED: ("*", DOUBT),
    Standing.DRIFTED: ("*", DOUBT),
    Standing.PENDING: ("~", DOUBT),
    Standing.HELD: ("-", DOUBT),
    Standing.LEFT: ("-", DIM),
    Standing.IN_SYNC: ("=", GOOD),
}


def status_lines(reports: Sequence[StatusReport], options: Options) -> Iterator[Line]:
    """Each target by itself."""
    for each in reports:
        mine = options.at(each.report.target) if len(reports) > 1 else options
        yield BLANK
        style = GOOD if each.well else DOUBT if each.report.failure is None and not each.count(Standing.CONFLICT) else BAD
        yield line((str(each.report.target), STRONG), GAP, (", ".join(answer_words.standing(each)), style))
        yield from _where(each)
        yield BLANK
        yield from _failures(each)
        yield BLANK
        yield from _stands(each, mine)
        yield BLANK
        yield from home_lines(each.report.home, mine)
        yield BLANK
        weighty = [problem for problem in each.report.problems if options.verbose or problem.severity is not Severity.NOTE]
        yield from problem_lines(weighty, verbose=options.verbose)


def _where(status: StatusReport) -> Iterator[Line]:
    report = status.report
    yield line((" · ".join([report.url, *([words.server(report.server)] if report.server else [])]), DIM), indent=2, hang=2)
    for source in report.sources:
        if source.failure is None:
            yield line((words.source(source), DIM), indent=2, hang=2)
    if status.last is not None:
        yield line((f"last written {answer_words.last(status.last)}: {words.recorded(status.last)}", DIM), indent=2, hang=2)
    if report.plan.notice:
        yield line((f"  ! {report.plan.notice}", DOUBT), hang=4)


def _failures(status: StatusReport) -> Iterator[Line]:
    for failure in (status.report.failure, *(source.failure for source in status.report.sources)):
        if failure is not None:
            yield from failure_lines(failure)


def _stands(status: StatusReport, options: Options) -> Iterator[Line]:
    """Those that are not in sync, up to a limit for each standing."""
    of = {standing: [each for each in status.stands if each.standing is standing] for standing in Standing}
    most = len(status.stands) if options.verbose else MOST
    folded = set() if options.verbose else {Standing.IN_SYNC, Standing.LEFT}
    listed = [each for standing in Standing if standing not in folded for each in of[standing][:most]]
    columns = widths([(each.name, each.uid) for each in listed])
    said: set[str] = set()
    for each in listed:
        sign, style = _STYLES[each.standing]
        name, uid = (padded(cell, width) for cell, width in zip((each.name, each.uid), columns, strict=True))
        verb = answer_words.STANDINGS[each.standing]
        yield line((f"  {sign} {verb:<10}", style), name, GAP, (uid, DIM), GAP, answer_words.since(each), hang=_INDENT)
        yield from _details(each, said, options)
    for standing, found in of.items():
        if standing not in folded and len(found) > most:
            told = f"… and {len(found) - most:,} more {answer_words.STANDINGS[standing]}: -v shows each of them"
            yield line((f"  {_STYLES[standing][0]} ", _STYLES[standing][1]), told)


def _details(each: Stand, said: set[str], options: Options) -> Iterator[Line]:
    if each.standing is Standing.IN_SYNC:
        if each.detail:
            yield line((each.detail, DIM), indent=_INDENT, hang=2)
        return
    if each.detail:
        yield line(words.dated(each.detail), indent=_INDENT, hang=2)
    for told in answer_words.differs(each, verbose=options.verbose):
        yield line(told, indent=_INDENT, hang=2)
    if each.record is not None:
        yield line((f"last applied: {words.applied(each.record)}", DIM), indent=_INDENT, hang=2)
    if each.url:
        yield line((each.url, DIM), indent=_INDENT)
    key = each.remedy.replace(each.uid, "")
    if each.remedy and key not in said:
        said.add(key)
        for at, step in enumerate(steps(each.remedy, options)):
            yield line((f"{'' if at else 'do':<3}", DIM), step, indent=_INDENT, hang=3)
