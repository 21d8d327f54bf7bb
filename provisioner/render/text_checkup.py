"""What a look at everything found, as text: a line for each part with what is there, below it what is wrong and what to do.

In: a `Checkup`. Out: lines. A part about which nothing is to be said is one line.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.core.checkup import Checkup, Finding, Kind, SourceSeen, TargetSeen, exit_code, findings
from provisioner.core.problems import Severity, errors
from provisioner.core.report import Exit
from provisioner.render import words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, GOOD, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.text_problems import STYLES, problem_lines

_SAID = {Severity.ERROR: "fails", Severity.WARNING: "ok, but", Severity.NOTE: "ok"}
_LOOKS = {"fails": BAD, "ok, but": DOUBT, "ok": GOOD, "skipped": DIM}
_Row = tuple[Kind, str, str, str]
"""Kind, name, what it says of it as a whole, and what is there."""


def checkup_lines(of: Checkup, options: Options) -> Iterator[Line]:
    """Problems of the configuration first: much of the rest may follow from them."""
    yield from problem_lines(of.problems, verbose=True)
    yield BLANK
    found = findings(of)
    rows = list(_rows(of, found))
    columns = widths([(kind.value, name, said) for kind, name, said, _ in rows])
    for kind, name, said, there in rows:
        cells = [padded(cell, width) for cell, width in zip((kind.value, name, said), columns, strict=True)]
        yield line((cells[0], DIM), GAP, (cells[1], STRONG), GAP, (cells[2], _LOOKS[said]), GAP, there, hang=4)
        for each in found:
            if (each.kind, each.name) == (kind, name):
                yield from _finding(each, options)
    yield BLANK
    yield _sum(of, found)


def _finding(each: Finding, options: Options) -> Iterator[Line]:
    yield line((f"{each.severity.value:<9}", STYLES[each.severity]), each.message, indent=4, hang=9)
    if each.remedy and (options.verbose or each.severity is not Severity.NOTE):
        yield line(each.remedy, indent=13, hang=2)


def _rows(of: Checkup, found: tuple[Finding, ...]) -> Iterator[_Row]:
    for source in of.sources:
        yield Kind.SOURCE, source.name, _said(Kind.SOURCE, source.name, found, source.skipped), _of_source(source)
    for target in of.targets:
        yield Kind.TARGET, target.name, _said(Kind.TARGET, target.name, found, target.skipped), _of_target(target)
    for hook in of.hooks:
        there = ", ".join(f"a secret of {each.length} characters" for each in hook.secrets) or "no secret that can be read"
        yield Kind.HOOK, hook.name, _said(Kind.HOOK, hook.name, found, "" if hook.secrets else "no secret"), there
    machine = of.machine
    parts = (
        ("state", machine.state or ("-" if machine.state_failure else "")),
        ("listen", machine.listen or ("-" if machine.listen_failure else "")),
        ("git", machine.git or ("-" if machine.git_failure else "")),
    )
    for name, there in parts:
        if there:
            yield Kind.MACHINE, name, _said(Kind.MACHINE, name, found), there


def _said(kind: Kind, name: str, found: tuple[Finding, ...], skipped: str = "") -> str:
    weights = [each.severity for each in found if (each.kind, each.name) == (kind, name)]
    worst = min(weights, key=lambda each: each.rank, default=Severity.NOTE)
    return "skipped" if skipped and worst is not Severity.ERROR else _SAID[worst]


def _of_source(of: SourceSeen) -> str:
    if of.revision is None:
        return of.where
    told = [words.revision(of.revision), words.count(of.files, "file"), words.seconds(of.seconds), of.watched]
    return ", ".join(filter(None, told))


def _of_target(of: TargetSeen) -> str:
    if of.seen is None:
        return of.url
    seen = of.seen
    who = f"as {seen.credential.user}" if seen.credential.user else ""
    role = f"role {seen.credential.role}" if seen.credential.role else ""
    counts = f"{words.count(seen.dashboards, 'dashboard')} in {words.count(seen.folders, 'folder')}"
    return ", ".join(filter(None, (of.url, words.server(seen.server), who, role, counts, words.seconds(of.seconds))))


def _sum(of: Checkup, found: tuple[Finding, ...]) -> Line:
    code = exit_code(of)
    wrong = sum(each.severity is Severity.ERROR for each in found) + len(errors(of.problems))
    doubts = sum(each.severity is Severity.WARNING for each in found)
    if code is Exit.OK:
        told = "nothing would fail" + (f", {words.count(doubts, 'warning')}" if doubts else "")
        return line((told, GOOD))
    return line((f"{words.count(wrong, 'thing')} would fail", BAD))
