"""The door of this room: a result in, text of the format asked for out.

In: `Validation`, `PassReport`s, `StatusReport`s, `Explanation`s, or the `Failure` that kept a command from beginning; the exit code;
options. Out: text that ends with a newline, to be printed with `terminal.write` or written to a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from provisioner.core.explain import Explanation, NotFound
from provisioner.core.inventory import Inventory
from provisioner.core.problems import Problem
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.core.status import StatusReport
from provisioner.core.trash import TrashReport
from provisioner.render.json_ import failure_json, passes_json, validation_json
from provisioner.render.json_answers import diff_json, explanation_json, status_json
from provisioner.render.json_inventory import inventory_json
from provisioner.render.json_trash import trash_json
from provisioner.render.junit import failure_junit, passes_junit, validation_junit
from provisioner.render.lines import printed
from provisioner.render.markdown import failure_markdown, passes_markdown, validation_markdown
from provisioner.render.markdown_answers import diff_markdown, explanation_markdown, status_markdown
from provisioner.render.markdown_inventory import inventory_markdown
from provisioner.render.options import Answer, Format, Options
from provisioner.render.sarif import failure_sarif, passes_sarif, validation_sarif
from provisioner.render.text_explain import diff_lines, explanation_lines, raw_lines
from provisioner.render.text_inventory import inventory_lines
from provisioner.render.text_pass import apply_lines, plan_lines
from provisioner.render.text_problems import failure_lines, problem_lines
from provisioner.render.text_status import status_lines
from provisioner.render.text_trash import trash_lines
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


def render_status(reports: Sequence[StatusReport], form: Format, code: Exit, options: Options) -> str:
    """How targets stand. As JUnit and SARIF it is the plan that they were made from."""
    match form:
        case Format.TEXT:
            return printed(status_lines(reports, options), options)
        case Format.JSON:
            return status_json(reports, code)
        case Format.MARKDOWN:
            return status_markdown(reports, code)
        case Format.JUNIT:
            return passes_junit([each.report for each in reports])
        case Format.SARIF:
            return passes_sarif([each.report for each in reports], code, options.prefix)
        case _:
            assert_never(form)


def render_explanation(answers: Sequence[Explanation | NotFound], form: Answer, options: Options) -> str:
    """Why a dashboard is treated as it is, or what was not found; one answer for each target."""
    match form:
        case Format.TEXT:
            return printed(explanation_lines(answers, options), options)
        case Format.JSON:
            return explanation_json(answers)
        case Format.MARKDOWN:
            return explanation_markdown(answers)
        case _:
            assert_never(form)


def render_diff(answers: Sequence[Explanation | NotFound], form: Answer, options: Options, *, raw: bool = False) -> str:
    """What differs between git, base and live, in the words of a dashboard; with `raw` as a unified diff of JSON, from live to git."""
    match form:
        case Format.TEXT:
            return printed(raw_lines(answers, options) if raw else diff_lines(answers, options), options)
        case Format.JSON:
            return diff_json(answers, raw=raw)
        case Format.MARKDOWN:
            return diff_markdown(answers, raw=raw)
        case _:
            assert_never(form)


def render_inventory(inventories: Sequence[Inventory], form: Answer, code: Exit, options: Options) -> str:
    """What is on each target."""
    match form:
        case Format.TEXT:
            return printed(inventory_lines(inventories, options), options)
        case Format.JSON:
            return inventory_json(inventories, code)
        case Format.MARKDOWN:
            return inventory_markdown(inventories, code)
        case _:
            assert_never(form)


def render_trash(reports: Sequence[TrashReport], form: Format, code: Exit, options: Options) -> str:
    """What was deleted and is still there: as JSON, else as text."""
    return trash_json(reports, code) if form is Format.JSON else printed(trash_lines(reports, options), options)


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
