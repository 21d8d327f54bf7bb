"""What nobody foresaw: our own bugs look like bugs, and a broken world does not."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.cli.command import ROOT, Command
from tests.whole.house import dashboard


def test_an_installation_that_is_broken_shows_the_whole_trace_and_asks_for_a_report(command: Command) -> None:
    """A module that fails when it is imported: as near to a bug of our own as it can be brought about from outside."""
    command.write("broken/uvicorn.py", "raise LookupError('this installation is broken')\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(command.cwd), "PYTHONPATH": f"{command.cwd / 'broken'}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "provisioner", "sandbox", "--port", "0"],
        env=environment,
        text=True,
        capture_output=True,
        timeout=55,
        check=False,
    )
    assert (1, "") == (done.returncode, done.stdout)
    assert "Traceback (most recent call last)" in done.stderr
    assert "this installation is broken" in done.stderr
    assert "this is a bug in provisioner: please report it" in done.stderr


def test_a_working_directory_that_was_deleted_is_no_bug_of_ours(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command.shell(f'mkdir gone && cd gone && rmdir "$PWD"; provisioner validate --directory {command.cwd / "files"}')
    assert 1 == done.code
    assert "the working directory" in done.err
