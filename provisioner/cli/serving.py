"""`provisioner run`: the daemon, from a person's word to an exit code.

In: `Asked`, signals. Out: an exit code. What it does is in `daemon/`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

import click

from provisioner import __version__
from provisioner.cli.options import Asked, asking
from provisioner.cli.running import run_command, standing_somewhere, targets_of
from provisioner.cli.showing import Shown, show, show_failure
from provisioner.config.assemble import Loaded
from provisioner.config.choose import settings, without_targets
from provisioner.config.secrets import reveal
from provisioner.core.errors import ProvisionerError
from provisioner.core.report import Exit, exit_code
from provisioner.daemon.board import Identity
from provisioner.daemon.life import Asks, Daemon, World
from provisioner.daemon.systemd import Systemd
from provisioner.front import Front
from provisioner.log import Logger, log_pass
from provisioner.reconcile import reconcile
from provisioner.staging import House
from provisioner.wiring import Run, collect_rarely, now

_YOUNG = 50_000
"""Values: a pass leaves several hundred in cycles, and 200,000 of them were 30 MiB more than the daemon needs."""


@click.command(name="run")
@click.option("--once", is_flag=True, help="One pass over every target, all at the same time; then end with the exit code of apply.")
@asking
def daemon(asked: Asked, *, once: bool = False) -> int:
    """Keep each Grafana equal to git: watch, poll, listen to hooks, and go on until stopped.

    SIGTERM finishes the write that is under way, and ends with 0. SIGHUP reads the configuration again, as a change of its file does.
    """
    return run_command(asked, _once(asked), needs_target=True) if once else _lived(asked)


def _once(asked: Asked) -> Callable[[Run, Logger], int]:
    def work(run: Run, log: Logger) -> int:
        chosen = targets_of(asked, run.settings)
        with run.alone("provisioner run --once"), ThreadPoolExecutor(len(chosen), thread_name_prefix="target") as pool:
            reports = tuple(pool.map(lambda target: reconcile(target, run.parts(target), write=True), chosen))
        for report in reports:
            log_pass(log, report, "once")
        code = exit_code(reports)
        show(asked, Shown.apply(reports, code))
        return code

    return work


def _lived(asked: Asked) -> int:
    collect_rarely(_YOUNG)
    try:
        standing_somewhere()
        with _signals() as asks:
            return _served(asked, asks)
    except ProvisionerError as error:
        show_failure(asked, error)
        return Exit.ERROR


def _served(asked: Asked, asks: Asks) -> int:
    """Where a thread hangs in a request beyond the grace of a stop, Python would wait for it at the end of the process: it is left."""
    front = Front(reveal(os.environ))
    house = House(lambda: _loaded(asked), str(asked.config or "flags"), os.environ, front)
    identity = Identity(__version__, now())
    living = Daemon(World(house.open_stage, asks, Systemd(os.environ, os.getpid()), identity, time.monotonic, now))
    try:
        code = living.run()
    finally:
        front.close()
    if living.cut_off:
        sys.stderr.flush()
        os._exit(code)
    return code


def _loaded(asked: Asked) -> Loaded:
    loaded = settings(asked.config, asked.flags, os.environ)
    if not loaded.settings.targets:
        raise without_targets(asked.config)
    return loaded


@contextmanager
def _signals() -> Iterator[Asks]:
    """SIGTERM and SIGINT stop; a second one, whichever, ends at once: by the system's own way, since Python's would wait for threads.
    SIGHUP reloads. For the main thread; earlier handlers are put back.
    """
    asks, ends = Asks(), (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in (*ends, signal.SIGHUP)}

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in ends:
            signal.signal(each, signal.SIG_DFL)
        asks.stop()

    def reload(_number: int, _frame: FrameType | None) -> None:
        asks.reload()

    for number in ends:
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, reload)
    try:
        yield asks
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
