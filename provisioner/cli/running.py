"""Runs the work of a command: settings, parts, signals, and what to tell when the world fails.

In: `Asked` and the work. Out: an exit code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from provisioner.cli.options import Asked
from provisioner.cli.showing import show_failure, show_problems
from provisioner.cli.stopping import stop_on_signals
from provisioner.config.assemble import Loaded
from provisioner.config.choose import settings, without_targets
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid, ProvisionerError
from provisioner.core.report import Exit
from provisioner.core.settings import Settings, TargetSettings
from provisioner.log import Logger, open_log
from provisioner.wiring import Run, collect_rarely, opened


def run_command(asked: Asked, work: Callable[[Run, Logger], int], *, needs_target: bool) -> int:
    """Loads the settings, opens the parts, works. The world's failures are told with what happens next."""
    collect_rarely()
    try:
        standing_somewhere()
        loaded = settings(asked.config, asked.flags, os.environ)
        if needs_target and not loaded.settings.targets:
            raise without_targets(asked.config)
        return _opened(asked, loaded, work)
    except ProvisionerError as error:
        show_failure(asked, error)
        return Exit.ERROR


def standing_somewhere() -> None:
    """Relative paths begin at the working directory, and somebody may have deleted it. Raises ConfigurationInvalid."""
    try:
        Path.cwd()
    except OSError as error:
        told = problem("config-reference", "the working directory", f"{error.strerror}", remedy="change into a directory that is there")
        raise ConfigurationInvalid((told,)) from error


def _opened(asked: Asked, loaded: Loaded, work: Callable[[Run, Logger], int]) -> int:
    show_problems(loaded.problems)
    level = "warning" if asked.interactive else loaded.settings.log.level
    log = open_log(replace(loaded.settings.log, level=level), sys.stderr)
    with stop_on_signals() as stop, opened(loaded.settings, os.environ, stop) as run:
        code = work(run, log)
        if run.memory.trouble is not None:
            log.warning("state.trouble", error=run.memory.trouble, next=run.memory.advice)
    return code


def targets_of(asked: Asked, stated_settings: Settings) -> tuple[TargetSettings, ...]:
    """Those that were asked for, all if none was named. Raises ConfigurationInvalid for a name that is not stated."""
    stated = {target.name: target for target in stated_settings.targets}
    unknown = [name for name in asked.targets if name not in stated]
    if unknown:
        remedy = f"name one of {', '.join(stated)}" if stated else "state it under targets of the configuration"
        raise ConfigurationInvalid(
            tuple(problem("config-reference", "--target", f'no target is called "{name}"', remedy=remedy) for name in unknown)
        )
    return tuple(target for name, target in stated.items() if not asked.targets or name in asked.targets)
