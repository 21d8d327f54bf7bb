"""Puts reports where they were asked for: standard output, a file, or both.

In: reports and what was asked. Out: text on streams and in files. The words are made in `render/`.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from provisioner.cli.options import Asked
from provisioner.config.flags import COMMAND_LINE
from provisioner.core.contrast import visible
from provisioner.core.errors import ConfigurationInvalid, OutputUnusable, ProvisionerError
from provisioner.core.problems import Problem, errors
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.render.formats import render_apply, render_failure, render_plan, render_problems, render_validation
from provisioner.render.options import Format, Options
from provisioner.render.terminal import options, write

_Words = Callable[[Format, Options], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """Something to show, in any format."""

    words: _Words

    @staticmethod
    def validation(validation: Validation, code: Exit) -> Shown:
        """What `validate` found."""
        return Shown(lambda form, chosen: render_validation(validation, form, code, chosen))

    @staticmethod
    def plan(reports: tuple[PassReport, ...], code: Exit) -> Shown:
        """What would be done."""
        return Shown(lambda form, chosen: render_plan(reports, form, code, chosen))

    @staticmethod
    def apply(reports: tuple[PassReport, ...], code: Exit) -> Shown:
        """What was done."""
        return Shown(lambda form, chosen: render_apply(reports, form, code, chosen))


def show(asked: Asked, shown: Shown) -> None:
    """To standard output; with `--output` the format goes into the file and text to standard output. Raises OutputUnusable when the file
    cannot be written.
    """
    chosen = replace(options(sys.stdout, os.environ, verbose=asked.verbose), given=_given(asked))
    if asked.output is None:
        _print(shown.words(asked.format, chosen))
        return
    _print(shown.words(Format.TEXT, chosen))
    _keep(shown.words(asked.format, Options(verbose=asked.verbose, given=_given(asked))), asked.output)


def _given(asked: Asked) -> str:
    """What a command that a report names is to be given besides: what this one was given. Flags are many, and known to who typed them."""
    configuration = f"-c {shlex.quote(str(asked.config))}" if asked.config is not None else "…"
    only = [f"--target {shlex.quote(asked.targets[0])}"] if len(asked.targets) == 1 else []
    return " ".join([configuration, *only])


def only_as(asked: Asked, forms: Sequence[Format]) -> None:
    """Raises UsageError for a form that what a command tells does not have, before anything is done."""
    if asked.format in forms:
        return
    there = " or ".join([", ".join(forms[:-1]), forms[-1]]) if len(forms) > 1 else f"{forms[0]} alone"
    raise click.UsageError(f"--format {asked.format} is not available for this command: it tells what it found as {there}")


def note(*sentences: str) -> None:
    """What is told besides the report, on standard error: a line each."""
    for each in filter(None, sentences):
        write(f"{visible(each)}\n", sys.stderr)


def show_problems(problems: tuple[Problem, ...]) -> None:
    """Problems of the configuration, on standard error."""
    if problems:
        write(render_problems(problems, options(sys.stderr, os.environ, verbose=True)), sys.stderr)


def show_failure(asked: Asked, error: ProvisionerError) -> None:
    """What kept a command from beginning, and what happens next: in the format asked for, text on standard error."""
    failure, problems = _failure(error)
    if asked.format is Format.TEXT or asked.output is not None or isinstance(error, OutputUnusable):
        write(render_failure(failure, problems, Format.TEXT, Exit.ERROR, options(sys.stderr, os.environ, verbose=True)), sys.stderr)
    if isinstance(error, OutputUnusable):
        return  # it was the report itself that could not be written
    words = render_failure(failure, problems, asked.format, Exit.ERROR, Options(verbose=True))
    if asked.output is not None:
        _keep(words, asked.output)
    elif asked.format is not Format.TEXT:
        _print(words)


def _failure(error: ProvisionerError) -> tuple[Failure, tuple[Problem, ...]]:
    """A configuration's problems are told one by one, so its own sentence only says how many there are."""
    if not isinstance(error, ConfigurationInvalid):
        return Failure("provisioner", error.message, error.next_step), ()
    wrong = errors(error.problems)
    told = "one thing keeps it from being used" if len(wrong) == 1 else f"{len(wrong)} things keep it from being used"
    if all(each.file == COMMAND_LINE or each.file.startswith("--") for each in wrong):
        return Failure("command line", told, "nothing was read or written"), error.problems
    return Failure("configuration", told, error.next_step), error.problems


def _print(text: str) -> None:
    """A reader that has gone is no failure of ours (`main` sees to it); a full disk behind `>` is told."""
    try:
        write(text, sys.stdout)
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in the buffer would be tried again when Python ends, and fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputUnusable(f"the report cannot be written to standard output: {error.strerror}", next_step="make room there") from error


def _keep(text: str, path: Path) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputUnusable(
            f"the report cannot be written to {path}: {error.strerror}", next_step="name another file with --output"
        ) from error
