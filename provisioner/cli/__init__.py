"""The command `provisioner`: commands, exit codes, and the one place where our own bugs surface.

In: arguments, the environment, standard streams. Out: text on standard output, the log on standard error, an exit code. Nothing imports
this room.
"""

from __future__ import annotations

import os
import sys
import traceback

import click

from provisioner import __version__
from provisioner.cli.commands import COMMANDS
from provisioner.core.report import Exit

_BUG = (
    "this is a bug in provisioner: please report it with the lines above. "
    "Every write was compare-and-set, and the history of each dashboard has what was there before; plan tells how things stand now"
)


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="provisioner %(version)s")
def provisioner() -> None:
    """Keeps Grafana servers equal to dashboards kept in git, and never loses anybody's edit."""


def main() -> None:
    """The entrance. Exit codes: 0 done, 1 error, 2 changes pending, 3 invalid files, 4 conflicts, 5 unreachable."""
    _replace_closed_streams()
    try:
        code = provisioner.main(standalone_mode=False)  # a reader that has gone (`provisioner plan | head`) ends with 1: click sees to it
    except click.ClickException as error:
        error.show()  # wrong usage; click's own exit code 2 would say "changes pending"
        code = Exit.ERROR
    except click.Abort:
        code = Exit.ERROR
    except Exception:  # noqa: BLE001 - the one broad catch: whatever comes here is our own bug, shown whole
        traceback.print_exc()
        click.echo(_BUG, err=True)
        code = Exit.ERROR
    sys.exit(int(code or 0))


def _replace_closed_streams() -> None:
    """Python has None for a stream that whoever started us has closed (`provisioner apply >&-`, some supervisors): nobody listens then."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123,SIM115 - it lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123,SIM115 - as above
