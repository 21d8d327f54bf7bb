"""The command `config check`: connects to everything that the configuration names, and tells what would fail.

In: `Asked`. Out: an exit code. Nothing is written, neither to a server nor to the state file or a store.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import click

from provisioner.checking import Looks, Wanted, check
from provisioner.cli.options import Asked, asking
from provisioner.cli.running import standing_somewhere, targets_of
from provisioner.cli.showing import Shown, only_as, show, show_failure
from provisioner.cli.stopping import stop_on_signals
from provisioner.config.choose import looked_at
from provisioner.config.secrets import reveal
from provisioner.core.checkup import Checkup, ServerSeen, exit_code
from provisioner.core.errors import ProvisionerError, StateUnusable
from provisioner.core.model import Uid
from provisioner.core.report import Exit
from provisioner.core.secret import Reveal
from provisioner.core.settings import TargetSettings
from provisioner.log import open_log
from provisioner.machine import try_address
from provisioner.render.json_checkup import checkup_json
from provisioner.render.lines import printed
from provisioner.render.options import Format, Options
from provisioner.render.text_checkup import checkup_lines
from provisioner.sources.examining import git_version, noticed, snapshot
from provisioner.state.examining import examine as examine_state
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger

_FORMS = (Format.TEXT, Format.JSON)
_ATTEMPTS = 2
"""Who asks waits for the answer: one more try tells a hiccup from a failure."""


@click.command(name="check")
@click.option("--offline", is_flag=True, help="Look only at what is on this machine: no server, no repository.")
@asking
def config_check(asked: Asked, *, offline: bool = False) -> int:
    """Connect to everything that the configuration names, and tell at once what would fail. Nothing is written."""
    only_as(asked, _FORMS)
    try:
        standing_somewhere()
        loaded = looked_at(asked.config, asked.flags, os.environ)
        open_log(replace(loaded.settings.log, level="warning"), sys.stderr)
        wanted = Wanted(loaded.settings, targets_of(asked, loaded.settings), offline)
        with stop_on_signals() as stop, tempfile.TemporaryDirectory(prefix="provisioner-check-") as scratch:
            found = check(wanted, _looks(wanted, _Hand(reveal(os.environ), scratch, stop)))
        found = replace(found, problems=loaded.problems)
        show(asked, Shown(lambda form, options: _words(found, form, options)))
        return exit_code(found)
    except ProvisionerError as error:
        show_failure(asked, error)
        return Exit.ERROR


def _words(found: Checkup, form: Format, options: Options) -> str:
    return checkup_json(found) if form is Format.JSON else printed(checkup_lines(found, options), options)


@dataclass(frozen=True, slots=True)
class _Hand:
    """The way to secrets, a directory that is thrown away afterwards, and whether to stop."""

    secrets: Reveal
    scratch: str
    stop: Event


def _looks(wanted: Wanted, hand: _Hand) -> Looks:
    state = wanted.settings.state
    return Looks(
        snapshot=lambda settings: snapshot(settings, hand.secrets, hand.scratch),
        noticed=noticed,
        server=lambda target: _server(target, hand),
        records=lambda target: _records(target, state),
        reveal=hand.secrets,
        state=lambda: _holder(state),
        address=try_address,
        git=git_version,
        clock=time.monotonic,
    )


def _server(target: TargetSettings, hand: _Hand) -> ServerSeen:
    from provisioner.grafana import Waiting, examine  # noqa: PLC0415 - as in wiring.py: --offline does not wait for what speaks HTTP

    connection = target.connection
    patient = replace(connection, attempts=min(_ATTEMPTS, connection.attempts))
    return examine(patient, hand.secrets, target.owner_tag, Waiting(pause=hand.stop.wait))


def _records(target: TargetSettings, state: str) -> frozenset[Uid] | None:
    """None where there is no state file yet: it is not made here."""
    if not state or not Path(state).exists():
        return None
    file = StateFile(state)
    try:
        return frozenset(SqliteLedger(file, target.name, keep_seconds=int(target.policy.prune.keep)).records())
    finally:
        file.close()


def _holder(state: str) -> str:
    if not state:
        raise StateUnusable(
            "there is no place for the state file: neither XDG_STATE_HOME nor HOME is set",
            next_step="name one as state: {path: …} of the configuration, or with --state FILE",
        )
    return examine_state(state)
