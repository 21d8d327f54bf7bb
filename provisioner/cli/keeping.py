"""The commands around what is kept and recorded: pull, adopt, restore, confirm.

In: `Asked`, and what each command asks for besides. Out: exit codes. As in `commands.py`, nothing is decided here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import click

from provisioner.cli.options import Asked, asking
from provisioner.cli.running import run_command, targets_of
from provisioner.cli.showing import Shown, note, only_as, show
from provisioner.core.catalog import problem
from provisioner.core.changes import Result
from provisioner.core.errors import ConfigurationInvalid, PlanMoved
from provisioner.core.export import Choice, pull_exit_code
from provisioner.core.guard import HoldReason
from provisioner.core.model import SourceName, Uid
from provisioner.core.report import Exit, exit_code
from provisioner.core.restore import NotFound, Restored
from provisioner.core.settings import DirectorySettings, TargetSettings
from provisioner.exporting import Pulling
from provisioner.exporting import pull as pull_from
from provisioner.log import Logger, log_pass
from provisioner.recalling import Desk, Wish, list_states
from provisioner.reconcile import reconcile
from provisioner.render.lines import Line, printed
from provisioner.render.options import Format, Options
from provisioner.render.text_keeping import confirmed_lines, listing_lines, pull_lines, restored_lines
from provisioner.render.words import count
from provisioner.reviving import bring_back
from provisioner.sources import open_source
from provisioner.wiring import Run

_TEXT = (Format.TEXT,)


@click.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--into", required=True, metavar="DIRECTORY", help="The directory that is written: that of the source, or a new one.")
@click.option("--from-folder", metavar="FOLDER", help="Only what lies in this folder of the server, by title or uid, and below it.")
@asking
def pull(asked: Asked, *, uids: tuple[str, ...], into: str, from_folder: str | None) -> int:
    """Write what is live into a directory, so that git has it: only what differs is touched."""
    only_as(asked, _TEXT)

    def work(run: Run, _log: Logger) -> int:
        target = _one(asked, run)
        place = os.path.abspath(into)  # noqa: PTH100 - as the configuration does: a link keeps its own name, and uids derive from it
        source = open_source(DirectorySettings(_source_name(run, target, place), place), run.reveal)
        parts = run.parts(target)
        pulling = Pulling(
            directory=place,
            source=source,
            library=run.library,
            open_grafana=parts.open_grafana,
            clock=time.monotonic,
            stopping=run.stop.is_set,
            records=run.ledger(target).records(),
            severities=run.settings.severities,
            prefix=f"{into.rstrip('/')}/",
        )
        report = pull_from(target, Choice(frozenset(map(Uid, uids)) or None, from_folder), pulling)
        _show(asked, lambda shown: pull_lines(report, shown))
        return pull_exit_code(report)

    return run_command(asked, work, needs_target=True)


@click.command()
@asking
def adopt(asked: Asked) -> int:
    """Take dashboards that are as git wants them into the records. Nothing is written to the server."""

    def work(run: Run, log: Logger) -> int:
        with run.alone("provisioner adopt"):
            reports = tuple(
                reconcile(each, replace(run.parts(each), only_records=True), write=True) for each in targets_of(asked, run.settings)
            )
        for report in reports:
            log_pass(log, report, "adopt")
        code = exit_code(reports)
        show(asked, Shown.apply(reports, code))
        adopted = sum(len(report.plan.adopted) for report in reports if report.failure is None)
        waiting = sum(len(report.plan.changes) for report in reports)
        left = f"; {count(waiting, 'change')} of git waiting for apply" if waiting else ""
        note(f"{adopted:,} adopted into the records; nothing was written to a server{left}")
        return code

    return run_command(asked, work, needs_target=True)


@click.command()
@click.argument("uid")
@click.option("--version", type=int, metavar="N", help="The version to put back; without it, the newest that is somebody's work.")
@click.option("--list", "only_list", is_flag=True, help="Only tell what can be put back.")
@asking
def restore(asked: Asked, *, uid: str, version: int | None, only_list: bool) -> int:
    """Put a kept state of a dashboard back: an edit that was replaced, or a dashboard that was deleted, also out of the server's trash."""
    only_as(asked, _TEXT)

    def work(run: Run, _log: Logger) -> int:
        target = _one(asked, run)
        parts = run.parts(target)
        with run.alone("provisioner restore"), parts.open_grafana() as grafana:
            desk = Desk(grafana, parts.ledger, target, parts.now())
            if only_list:
                listing = list_states(Uid(uid), desk)
                _show(asked, lambda shown: listing_lines(listing, shown))
                return Exit.OK
            result = bring_back(Wish(Uid(uid), version), desk)
        _show(asked, lambda _: restored_lines(result))
        return _restore_code(result)

    return run_command(asked, work, needs_target=True)


@click.command()
@click.argument("digest")
@asking
def confirm(asked: Asked, *, digest: str) -> int:
    """Allow the deletions that were held for being too many: exactly those with this digest, once."""
    only_as(asked, _TEXT)

    def work(run: Run, _log: Logger) -> int:
        # Without the lock: nothing is sent to a server, and what it writes is one row, which no pass makes or changes. With it, a server
        # that hangs in a pass of the daemon would keep people from confirming what is held on another.
        target = _one(asked, run)
        parts = run.parts(target)
        report = reconcile(target, parts, write=False)
        if report.failure is not None:
            show(asked, Shown.plan((report,), exit_code((report,))))
            return exit_code((report,))
        held = report.pruning
        if held.digest != digest:
            told = "nothing is held for confirming" if held.digest is None else f"what is held now has the digest {held.digest}"
            next_step = "nothing was allowed; provisioner plan shows what would be deleted, and what is held"
            raise PlanMoved(f"{told}, so {digest} allows nothing", next_step=next_step)
        parts.ledger.confirm(digest, parts.now())
        over = [each.record for each in held.held if each.reason is HoldReason.CEILING]
        _show(asked, lambda shown: confirmed_lines(over, target.name, shown))
        return Exit.OK

    return run_command(asked, work, needs_target=True)


def _show(asked: Asked, lines: Callable[[Options], Iterable[Line]]) -> None:
    show(asked, Shown(lambda _, shown: printed(lines(shown), shown)))


def _one(asked: Asked, run: Run) -> TargetSettings:
    """The one target that is meant. Raises ConfigurationInvalid when it could be several."""
    found = targets_of(asked, run.settings)
    if len(found) != 1:
        names = ", ".join(each.name for each in found)
        raise ConfigurationInvalid(
            (problem("config-reference", "--target", f"several targets are stated: {names}", remedy="name one with --target"),)
        )
    return found[0]


def _source_name(run: Run, target: TargetSettings, place: str) -> SourceName:
    """The source of the target that reads this directory, else its first one: derived uids hang on the name."""
    directories = {
        each.path: each.name for each in run.settings.sources if isinstance(each, DirectorySettings) and each.name in target.sources
    }
    return directories.get(place) or (target.sources[0] if target.sources else SourceName("directory"))


def _restore_code(result: Restored | NotFound) -> Exit:
    if isinstance(result, NotFound) or result.result in {Result.FAILED, Result.UNKNOWN, Result.NOT_DONE}:
        return Exit.ERROR
    return Exit.CONFLICT if result.result is Result.CONFLICT else Exit.OK


KEEPING = {"pull": pull, "adopt": adopt, "restore": restore, "confirm": confirm}
