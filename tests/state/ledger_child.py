"""A process that works on a state file and says each step, so that a test can kill it between any two, or confine it.

Started as `python -m tests.state.ledger_child WHAT PATH [NUMBER]`.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

from provisioner.core.errors import StateUnusable
from provisioner.core.model import Uid
from provisioner.core.ports import Ledger
from provisioner.state.lock import Asking, StateLock
from tests.state.ledger_values import NOON, ROOT, intent, kept, ledger, record

NOISE = 20_000
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def command(what: str, path: Path, number: int = 0) -> list[str]:
    return [sys.executable, "-m", "tests.state.ledger_child", what, str(path), str(number)]


def start(what: str, path: Path, number: int = 0) -> subprocess.Popen[str]:
    """The child, with its words to be read line by line."""
    return subprocess.Popen(command(what, path, number), stdout=subprocess.PIPE, text=True, cwd=ROOT, env=ENVIRONMENT)


def confined(script: str, what: str, path: Path, number: int = 0) -> subprocess.CompletedProcess[str]:
    """The child after a shell script that arranges its world, in name spaces of its own: what is mounted there is gone with it."""
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", f'{script}\nexec "$@"', "sh"]
    return subprocess.run([*shell, *command(what, path, number)], capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, check=False)


def noise(number: int) -> dict[str, object]:
    """A body that does not compress."""
    return {"number": number, "noise": os.urandom(NOISE).hex()}


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def begin_and_stop(one: Ledger) -> None:
    one.begin(intent())
    say("begun")
    signal.pause()


def work(one: Ledger) -> None:
    """Begins and settles one uid after another, and keeps what each replaces, until it is killed."""
    for number in range(1_000_000):
        uid = f"u{number:06}"
        one.keep(kept(uid, number=-1 - number), {"kept": number})
        one.begin(intent(uid, number=number))
        say(f"begun {number}")
        one.settle(Uid(uid), record(uid, number=number), {"number": number, "text": "x" * 2_000})
        say(f"settled {number}")


def fill(one: Ledger, path: Path, limit: int) -> None:
    """Settles large bodies until there is no room, then tells what the refusal said. `limit` is for the size of a file, in bytes."""
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for number in range(10_000):
        try:
            one.settle(Uid(f"s{number:04}"), record(f"s{number:04}", number=number), noise(number))
        except StateUnusable:
            break
    for number in range(10_000):
        try:
            one.begin(intent(f"i{number:04}", number=number))
        except StateUnusable as error:
            say(f"{len(one.records())} {len(one.intents())}")
            say(error.message)
            say(error.next_step)
            break
        say("begun")
    say(path.stat().st_size)


def main(what: str, path: Path, number: int) -> None:
    match what:
        case "hold":
            with StateLock(str(path), Asking("provisioner run", NOON, threading.Event().wait)):
                say("held")
                signal.pause()
        case "try":
            try:
                with ledger(path) as one:
                    one.begin(intent())
                    say("begun")
            except StateUnusable as error:
                say(error.message)
                say(error.next_step)
        case _:
            with ledger(path) as one:
                match what:
                    case "begin":
                        begin_and_stop(one)
                    case "work":
                        work(one)
                    case "fill":
                        fill(one, path, number)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
