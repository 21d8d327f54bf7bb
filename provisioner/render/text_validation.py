"""A validation as text.

In: `Validation`. Out: lines; the first says whether all is well, the last what was read, and who was asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.core.problems import Severity
from provisioner.core.report import SourceState, Validation
from provisioner.render import rehearsal_words, words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GOOD, Line, line
from provisioner.render.options import Options
from provisioner.render.text_problems import failure_lines, problem_lines

NAMES = 3
"""How many names are given of what was passed over."""


def validation_lines(validation: Validation, options: Options) -> Iterator[Line]:
    """The verdict, what could not be read, every problem, what was read."""
    yield _verdict(validation)
    yield BLANK
    for failure in validation.failures:
        yield from failure_lines(failure)
    yield BLANK
    yield from problem_lines(validation.problems, verbose=options.verbose)
    yield BLANK
    for source in validation.sources:
        if source.failure is None:
            yield line(_read(source, verbose=options.verbose), hang=3)
    for asked in validation.servers:
        if asked.failure is None:
            yield line(rehearsal_words.asked(asked), hang=3)
    yield line((words.seconds(validation.seconds), DIM))


def _verdict(validation: Validation) -> Line:
    broken = {each.file for each in validation.problems if each.severity is Severity.ERROR}
    found = words.weights(validation.problems)
    if validation.failures:
        told = f"; {found}" if found else ""
        return line((f"not well: {', '.join(rehearsal_words.unread(validation))}{told}", BAD))
    if broken:
        verb = "has" if len(broken) == 1 else "have"
        return line(
            (f"not well: {words.count(len(broken), 'file')} {verb} errors and would not be applied; the rest would", BAD), f" ({found})"
        )
    if any(each.severity is Severity.WARNING for each in validation.problems):
        return line(("well", DOUBT), f", with {found}: nothing keeps a file from being applied")
    return line(("well", GOOD), f": {found}, none that matters" if found else ": no problems")


def _read(source: SourceState, *, verbose: bool) -> str:
    passed = source.passed_over
    told = f"{words.source(source)}: {words.count(source.files, 'file')}, {words.count(source.dashboards, 'dashboard')}"
    if not passed:
        return told
    names = [f"{path} ({why})" if verbose else path for path, why in (passed if verbose else passed[:NAMES])]
    more = [f"{len(passed) - NAMES:,} more"] if len(passed) > NAMES and not verbose else []
    nouns = "is no dashboard" if len(passed) == 1 else "are no dashboards"
    return f"{told}; {len(passed):,} {nouns}: {', '.join([*names, *more])}"
