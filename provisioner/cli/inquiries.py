"""The commands that only tell: status, diff, explain, inventory.

In: `Asked`, and what is asked about. Out: exit codes. As in `commands.py`, nothing is decided here, and nothing is written anywhere.
"""

from __future__ import annotations

from dataclasses import replace

import click

from provisioner.cli.options import Asked, asking
from provisioner.cli.running import run_command, targets_of
from provisioner.cli.showing import Shown, only_as, show
from provisioner.core.errors import SourceError, TargetError
from provisioner.core.explain import Explanation, NotFound
from provisioner.core.inventory import inventory_exit_code
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import TargetSettings
from provisioner.core.status import status as status_of
from provisioner.inquiring import inquire
from provisioner.log import Logger, log_pass
from provisioner.reconcile import reconcile
from provisioner.render.formats import render_diff, render_explanation, render_inventory, render_status
from provisioner.render.options import ANSWERS, Answer, Format, answer_form
from provisioner.stocktaking import take_stock
from provisioner.wiring import Run


@click.command()
@asking
def status(asked: Asked) -> int:
    """Tell how each target stands: what is in sync, drifted, in conflict, held, and since when."""

    def work(run: Run, log: Logger) -> int:
        targets = targets_of(asked, run.settings)
        reports = tuple(reconcile(each, replace(run.parts(each), place_notes=False), write=False) for each in targets)
        for report in reports:
            log_pass(log, report, "status")
        code = exit_code(reports)
        stands = tuple(status_of(report, run.ledger(each).records()) for report, each in zip(reports, targets, strict=True))
        show(asked, Shown(lambda form, chosen: render_status(stands, form, code, chosen)))
        return code

    return run_command(asked, work, needs_target=True)


@click.command()
@click.argument("uid_or_path")
@click.option("--raw", is_flag=True, help="As a unified diff of the JSON, from what is live to what git has.")
@asking
def diff(asked: Asked, *, uid_or_path: str, raw: bool) -> int:
    """Tell what differs between git, the server, and what was last written, in the words of a dashboard."""
    only_as(asked, ANSWERS)

    def work(run: Run, _log: Logger) -> int:
        answers = _answers(asked, run, uid_or_path)
        show(asked, Shown(lambda form, chosen: render_diff(answers, _form(form), chosen, raw=raw)))
        return _found(answers)

    return run_command(asked, work, needs_target=True)


@click.command()
@click.argument("uid_or_path")
@asking
def explain(asked: Asked, *, uid_or_path: str) -> int:
    """Tell every fact that the decision about one dashboard rests on, and the row of the table."""
    only_as(asked, ANSWERS)

    def work(run: Run, _log: Logger) -> int:
        answers = _answers(asked, run, uid_or_path)
        show(asked, Shown(lambda form, chosen: render_explanation(answers, _form(form), chosen)))
        return _found(answers)

    return run_command(asked, work, needs_target=True)


@click.command()
@click.option("--deep", is_flag=True, help="Read each dashboard too: edits, and what else provisions it, are then known for certain.")
@asking
def inventory(asked: Asked, *, deep: bool) -> int:
    """Tell what is on each server: ours and others', edits, doubled titles, empty folders, tags, and what git has beside it."""
    only_as(asked, ANSWERS)

    def work(run: Run, _log: Logger) -> int:
        found = tuple(take_stock(each, run.parts(each), deep=deep) for each in targets_of(asked, run.settings))
        code = inventory_exit_code(found)
        show(asked, Shown(lambda form, chosen: render_inventory(found, _form(form), code, chosen)))
        return code

    return run_command(asked, work, needs_target=True)


def _form(form: Format) -> Answer:
    """One that an answer can have: whoever asked for another one was told so before."""
    return answer_form(form) or Format.TEXT


def _answers(asked: Asked, run: Run, uid_or_path: str) -> tuple[Explanation | NotFound, ...]:
    return tuple(_answer(run, each, uid_or_path) for each in targets_of(asked, run.settings))


def _answer(run: Run, target: TargetSettings, uid_or_path: str) -> Explanation | NotFound:
    """A target that cannot be asked does not keep the others from answering."""
    try:
        return inquire(target, run.parts(target), uid_or_path)
    except (SourceError, TargetError) as error:
        return NotFound(target.name, uid_or_path, f"nothing can be told: {error.message}; {error.next_step}")


def _found(answers: tuple[Explanation | NotFound, ...]) -> Exit:
    return Exit.ERROR if all(isinstance(each, NotFound) for each in answers) else Exit.OK


INQUIRIES = {"status": status, "diff": diff, "explain": explain, "inventory": inventory}
