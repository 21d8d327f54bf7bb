"""The commands. Each asks for settings, opens a run, hands over to the rooms that work, shows the report, and answers with an exit code.

In: `Asked`. Out: exit codes. A command decides nothing about dashboards.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from provisioner.cli.checking import config_check
from provisioner.cli.inquiries import INQUIRIES
from provisioner.cli.keeping import KEEPING
from provisioner.cli.options import Asked, asking
from provisioner.cli.reviewing import Reviewed, agreeing, written_to
from provisioner.cli.running import run_command, targets_of
from provisioner.cli.serving import daemon
from provisioner.cli.showing import Shown, note, show
from provisioner.cli.stopping import stop_on_signals
from provisioner.cli.trashing import trash
from provisioner.config import schema
from provisioner.core.changes import Outcome
from provisioner.core.desired import Wants
from provisioner.core.errors import ProvisionerError
from provisioner.core.model import Uid
from provisioner.core.report import Exit, PassReport, Validation, exit_code, validation_exit_code
from provisioner.core.settings import TargetSettings
from provisioner.judging import Court, judge
from provisioner.log import Logger, log_pass, log_validation
from provisioner.reconcile import Parts, reconcile
from provisioner.render.options import Format
from provisioner.render.progress import OnOutcome, progress
from provisioner.render.terminal import console
from provisioner.validation import Together, validate
from provisioner.wiring import Run

GENERATIONS = ("2", "4", "5", "6", "7", "8", "9", "11", "12", "13")
"""Those that the sandbox can be; said here so that --help does not wait for its web server to be imported. A test holds the two equal."""


@click.command(name="validate")
@click.option("--server", is_flag=True, help="Show every dashboard to each target's server too, as a dry run that writes nothing.")
@asking
def validate_command(asked: Asked, *, server: bool = False) -> int:
    """Tell everything that is wrong with the files, without asking any server unless told to."""

    def work(run: Run, log: Logger) -> int:
        result = _judged(asked, run) if server else validate(run.library, _places(asked, run), time.monotonic)
        code = validation_exit_code(result)
        show(asked, Shown.validation(result, code))
        log_validation(log, result)
        return code

    return run_command(asked, work, needs_target=server)


@click.command()
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when changes are pending, or dashboards drifted.")
@click.option(
    "--plan-file", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the plan there, for apply FILE."
)
@click.option("--server-side", is_flag=True, help="Show each change to the server too, as a dry run that writes nothing.")
@asking
def plan(asked: Asked, *, detailed_exitcode: bool = False, plan_file: Path | None = None, server_side: bool = False) -> int:
    """Tell what apply would do, and write nothing."""

    def work(run: Run, log: Logger) -> int:
        chosen = targets_of(asked, run.settings)
        reports = tuple(reconcile(each, replace(_parts(asked, run, each), server_side=server_side), write=False) for each in chosen)
        for report in reports:
            log_pass(log, report, "plan")
        told = written_to(plan_file, reports) if plan_file is not None else ""
        code = exit_code(reports, detailed=detailed_exitcode)
        show(asked, Shown.plan(reports, code))
        note(told)
        return code

    return run_command(asked, work, needs_target=True)


@click.command()
@click.argument("reviewed", required=False, type=click.Path(path_type=Path, dir_okay=False), metavar="[PLANFILE]")
@click.option("--take", multiple=True, metavar="UID", help="Let git win for this dashboard, this once. What it replaces is kept.")
@click.option("--take-home", is_flag=True, help="Set the stated home dashboard, this once, though somebody chose another one.")
@click.option("--no-scan", is_flag=True, help="Look only at what git changed: edits made on the server are found by a later pass.")
@asking
def apply(asked: Asked, *, reviewed: Path | None = None, take: tuple[str, ...] = (), take_home: bool = False, no_scan: bool = False) -> int:
    """Make each Grafana equal to git, in one pass. What somebody else made is reported, never overwritten.

    With a PLANFILE that plan wrote: exactly what was reviewed, or nothing, with what moved since.
    """

    def work(run: Run, log: Logger) -> int:
        chosen = targets_of(asked, run.settings)
        plan_file = None if reviewed is None else Reviewed.read(reviewed)
        if plan_file is not None:
            chosen = plan_file.chosen(run.settings.targets, chosen, named=bool(asked.targets))
            note(*plan_file.left(run.settings.targets, chosen))
        with run.alone("provisioner apply"):
            uids, agree = frozenset(map(Uid, take)), agreeing(plan_file)
            scan = uids if no_scan and reviewed is None else None  # what is to be taken has to be seen
            work_of = {
                each.name: replace(_parts(asked, run, each), scan=scan, take=uids, take_home=take_home, agree=agree) for each in chosen
            }
            # All are planned before one is written: the last of them may be the one that moved since.
            refused = plan_file and plan_file.refused(tuple(reconcile(each, work_of[each.name], write=False) for each in chosen))
            reports = refused or tuple(_applied(each, work_of[each.name]) for each in chosen)
        for report in reports:
            log_pass(log, report, "apply")
        code = exit_code(reports)
        show(asked, Shown.apply(reports, code))
        return code

    return run_command(asked, work, needs_target=True)


def _applied(target: TargetSettings, parts: Parts) -> PassReport:
    with ExitStack() as shown:
        told: list[OnOutcome] = []

        def begin(changes: int) -> None:
            told.append(shown.enter_context(progress(console(sys.stderr, os.environ), target.name, changes)))

        def advance(outcome: Outcome) -> None:
            told[0](outcome)

        return reconcile(target, replace(parts, on_plan=begin, on_outcome=advance), write=True)


def _parts(asked: Asked, run: Run, target: TargetSettings) -> Parts:
    """Notes are only counted in text for people, unless they ask for all."""
    return replace(run.parts(target), place_notes=asked.verbose or asked.output is not None or asked.format is not Format.TEXT)


@click.group()
def config() -> None:
    """Help with the configuration."""


@config.command(name="schema")
def config_schema() -> int:
    """Print the JSON Schema of the configuration, so that editors complete it."""
    click.echo(schema.text(), nl=False)
    return Exit.OK


config.add_command(config_check)


@click.command()
@click.option("--generation", type=click.Choice(GENERATIONS), default="12", show_default=True, help="Which Grafana to be.")
@click.option("--port", type=click.IntRange(0, 65535), default=3000, show_default=True, help="Where to listen; 0 takes a free port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--database", type=click.Path(path_type=Path, dir_okay=False), help="Keep the state in this SQLite file; without it, in memory."
)
def sandbox(generation: str, port: int, host: str, database: Path | None) -> int:
    """Run an embedded server that answers as Grafana, to try things on."""
    from provisioner.sandbox.serve import Running, serve_forever  # noqa: PLC0415 - as for GENERATIONS
    from provisioner.sandbox.settings import SandboxSettings  # noqa: PLC0415 - as for GENERATIONS

    def tell(running: Running) -> None:
        click.echo(f"a sandbox that answers as Grafana {running.version} listens at {running.url}")
        click.echo("user admin, password admin; stop it with Ctrl-C")

    try:
        # Being told to stop is how it ends: with 0, by SIGTERM as by Ctrl-C. (uvicorn raises the signal once more when it has ended.)
        with stop_on_signals():
            serve_forever(SandboxSettings(generation=int(generation), host=host, port=port, database=database), tell)
    except ProvisionerError as error:
        click.echo(f"error: {error.message}; {error.next_step}", err=True)
        return Exit.ERROR
    return Exit.OK


@click.command()
def demo() -> int:
    """Show the main job on an embedded server, in under a minute."""
    from provisioner.demo import run_demo  # noqa: PLC0415 - as for GENERATIONS

    return run_demo(sys.stdout, os.environ)


COMMANDS = {
    "validate": validate_command,
    "plan": plan,
    "apply": apply,
    "run": daemon,
    **INQUIRIES,
    **KEEPING,
    "trash": trash,
    "config": config,
    "sandbox": sandbox,
    "demo": demo,
}


def _judged(asked: Asked, run: Run) -> Validation:
    court = Court(run.library, run.settings.severities, run.stop.is_set, time.monotonic, named=bool(asked.targets))
    return judge([run.way(each) for each in targets_of(asked, run.settings)], court)


def _places(asked: Asked, run: Run) -> list[Together]:
    """Per target what goes there, or all sources as one place where there is no target. Only a target that is named makes its holes
    errors.
    """
    severities = run.settings.severities
    targets = targets_of(asked, run.settings)
    if not targets:
        return [Together(tuple(source.name for source in run.settings.sources), Wants(severities=severities))]
    return [
        Together(
            each.sources, Wants(each.folder, each.data_sources, each.variables, None, asked=bool(asked.targets), severities=severities)
        )
        for each in targets
    ]
