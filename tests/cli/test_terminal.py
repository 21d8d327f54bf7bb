"""On a terminal: colour and progress, and neither where they are not wanted."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from provisioner.sandbox import Running
from tests.cli.command import ROOT, Command
from tests.whole.house import dashboard


def _on_a_terminal(command: Command, *args: str, **environment: str) -> str:
    """Everything that a terminal of 100 columns got to see."""
    ours, theirs = pty.openpty()
    around = {"PATH": os.environ["PATH"], "HOME": str(command.cwd.parent), "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-m", "provisioner", *args],
        cwd=command.cwd,
        env={**around, **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as child:
        os.close(theirs)
        shown = bytearray()
        try:
            while part := os.read(ours, 65_536):
                shown += part
        except OSError:  # Linux says so when the last one at the other end has gone
            pass
        finally:
            os.close(ours)
        assert child.wait(30) in (0, 3)
    return shown.decode()


@pytest.fixture
def asked(command: Command, nine: Running) -> tuple[str, ...]:
    command.write("files/a.json", dashboard("a"))
    command.write("files/b.json", "{")
    return ("apply", "--directory", "files", *command.at(nine))


def test_a_person_gets_colour_and_progress_and_no_log(command: Command, asked: tuple[str, ...]) -> None:
    shown = _on_a_terminal(command, *asked)
    assert "\x1b[" in shown
    assert "1/1" in shown
    assert "pass.done" not in shown


def test_no_color_is_honoured(command: Command, asked: tuple[str, ...]) -> None:
    shown = _on_a_terminal(command, *asked, NO_COLOR="1")
    assert "\x1b[31m" not in shown
    assert "\x1b[1;31m" not in shown
    assert "json-syntax" in shown


def test_verbose_shows_the_log_as_text(command: Command, asked: tuple[str, ...]) -> None:
    assert "pass.done" in _on_a_terminal(command, *asked, "-v", NO_COLOR="1")
