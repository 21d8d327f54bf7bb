"""The door of this room: a result in, text of the format asked for out.

In: `Validation`, `PassReport`s, or the `Failure` that kept a command from beginning; the exit code; options. Out: text that ends with a
newline, to be printed with `terminal.write` or written to a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from provisioner.core.problems import Problem
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.render.json_ import failure_json, passes_json, validation_json
from provisioner.render.junit import failure_junit, passes_junit, validation_junit
from provisioner.render.lines import printed
from provisioner.render.markdown import failure_markdown, passes_markdown, validation_markdown
from provisioner.render.options import Format, Options
from provisioner.render.sarif import failure_sarif, passes_sarif, validation_sarif
from provisioner.render.text_pass import apply_lines, plan_lines
from provisioner.render.text_problems import failure_lines, problem_lines
from provisioner.render.text_validation import validation_lines


def render_validation(validation: Validation, form: Format, code: Exit, options: Options) -> str:
    """What `validate` found."""
    match form:
        case Format.TEXT:
            return printed(validation_lines(validation, options), options)
        case Format.JSON:
            return validation_json(validation, code)
        case Format.MARKDOWN:
            return validation_markdown(validation, code)
        case Format.JUNIT:
            return validation_junit(validation)
        case Format.SARIF:
            return validation_sarif(validation, code, options.prefix)
        case _:
            assert_never(form)


def render_plan(reports: Sequence[PassReport], form: Format, code: Exit, options: Options) -> str:
    """What would be done on each target."""
    if form is Format.TEXT:
        return printed(plan_lines(reports, code, options), options)
    return _passes("plan", reports, form, code, options)


def render_apply(reports: Sequence[PassReport], form: Format, code: Exit, options: Options) -> str:
    """What was done on each target, and what was not."""
    if form is Format.TEXT:
        return printed(apply_lines(reports, code, options), options)
    return _passes("apply", reports, form, code, options)


def render_failure(failure: Failure, problems: Sequence[Problem], form: Format, code: Exit, options: Options) -> str:
    """What kept a command from beginning: a configuration with problems, a secret that cannot be read."""
    match form:
        case Format.TEXT:
            lines = (*failure_lines(failure), *problem_lines(problems, verbose=options.verbose))
            return printed(lines, options)
        case Format.JSON:
            return failure_json(failure, problems, code)
        case Format.MARKDOWN:
            return failure_markdown(failure, problems, code)
        case Format.JUNIT:
            return failure_junit(failure, problems)
        case Format.SARIF:
            return failure_sarif(failure, problems, code, options.prefix)
        case _:
            assert_never(form)


def render_problems(problems: Sequence[Problem], options: Options) -> str:
    """Problems alone, as text: those of a configuration that a command goes on with."""
    return printed(problem_lines(problems, verbose=options.verbose), options)


def _passes(kind: str, reports: Sequence[PassReport], form: Format, code: Exit, options: Options) -> str:
    match form:
        case Format.JSON:
            return passes_json(reports, code, kind)
        case Format.MARKDOWN:
            return passes_markdown(reports, code)
        case Format.JUNIT:
            return passes_junit(reports)
        case _:
            return passes_sarif(reports, code, options.prefix)
