"""`provisioner trash`: what was deleted and is still there, and deleting it for good.

In: `Asked`, and the dashboard that a person names twice. Out: an exit code. As in `commands.py`, nothing is decided here.
"""

from __future__ import annotations

import click

from provisioner.cli.options import Asked, asking
from provisioner.cli.running import run_command, targets_of
from provisioner.cli.showing import Shown, only_as, show
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid, TargetError, TargetUnreachable
from provisioner.core.model import Uid
from provisioner.core.report import Exit, Failure
from provisioner.core.settings import TargetSettings
from provisioner.core.trash import NoTrash, TrashReport, trash_exit_code
from provisioner.log import Logger
from provisioner.recalling import Desk
from provisioner.render.formats import render_trash
from provisioner.render.lines import printed
from provisioner.render.options import Format
from provisioner.render.text_trash import purging_lines
from provisioner.reviving import list_trash, purge
from provisioner.wiring import Run

_FORMS = (Format.TEXT, Format.JSON)


@click.command()
@click.option("--purge", "purged", metavar="UID", help="Delete this one out of the server's trash for good. It cannot be undone.")
@click.option("--yes", metavar="UID", help="The same uid again: that it is meant.")
@asking
def trash(asked: Asked, *, purged: str | None, yes: str | None) -> int:
    """Tell which dashboards were deleted and are still there: in the server's trash, and kept by us. `restore UID` brings one back."""
    only_as(asked, _FORMS)
    if purged is not None or yes is not None:
        return _purged(asked, purged, yes)

    def work(run: Run, _log: Logger) -> int:
        reports = tuple(_listed(run, each) for each in targets_of(asked, run.settings))
        code = trash_exit_code(reports)
        show(asked, Shown(lambda form, options: render_trash(reports, form, code, options)))
        return code

    return run_command(asked, work, needs_target=True)


def _listed(run: Run, target: TargetSettings) -> TrashReport:
    """A target that cannot be asked does not keep the others from answering."""
    parts = run.parts(target)
    try:
        with parts.open_grafana() as grafana:
            return list_trash(Desk(grafana, parts.ledger, target, parts.now()))
    except TargetError as error:
        failure = Failure(f"target {target.name}", error.message, error.next_step, isinstance(error, TargetUnreachable))
        return TrashReport(target.name, target.connection.url, NoTrash("it could not be asked"), (), failure=failure)


def _purged(asked: Asked, purged: str | None, yes: str | None) -> int:
    """Only what is named twice."""
    if purged is None or not purged.strip() or yes != purged:
        remedy = f"say it twice: --purge {purged or 'UID'} --yes {purged or 'UID'}; what is deleted so cannot be brought back"
        told = "nothing is named to be deleted" if not purged else "it is not confirmed" if yes is None else f'"{yes}" is not "{purged}"'
        raise click.UsageError(f"{told}: {remedy}")

    def work(run: Run, _log: Logger) -> int:
        targets = targets_of(asked, run.settings)
        if len(targets) != 1:
            names = ", ".join(each.name for each in targets)
            told = problem("config-reference", "--target", f"several targets are stated: {names}", remedy="name one with --target")
            raise ConfigurationInvalid((told,))
        parts = run.parts(targets[0])
        with run.alone("provisioner trash --purge"), parts.open_grafana() as grafana:
            result = purge(Uid(purged), Desk(grafana, parts.ledger, targets[0], parts.now()))
        show(asked, Shown(lambda _, shown: printed(purging_lines(result), shown)))
        return Exit.OK if result.done else Exit.ERROR

    return run_command(asked, work, needs_target=True)
