"""Being told to stop: the current write ends, the rest is told, nothing is half done; and the next run completes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from provisioner.sandbox import Running
from provisioner.sandbox.faults import Faults
from tests.cli.command import Command
from tests.whole.house import SAVES, dashboard

pytestmark = pytest.mark.timeout(180)
MANY = 60
"""Together they take many seconds, so that a signal meets the work however late a busy machine brings it."""


def _many(command: Command) -> None:
    for number in range(MANY):
        command.write(f"files/d{number:03}.json", dashboard(f"d{number:03}"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_current_saves_end_and_tells_the_rest(command: Command, nine: Running, number: signal.Signals) -> None:
    _many(command)
    asked = ("apply", "--directory", "files", *command.at(nine))
    nine.faults.set(Faults(path=SAVES, write_latency_ms=400))
    with command.running(*asked, "--format", "json") as child:
        _wait_for(nine, SAVES, 2)
        child.send_signal(number)
        out, err = child.communicate(timeout=60)
    nine.faults.set(Faults())
    assert 1 == child.returncode
    report = json.loads(out)
    event = [json.loads(line) for line in err.splitlines()][-1]
    saved = nine.requests.count("POST", SAVES, 200)
    assert (saved, MANY - saved) == (event["created"], event["not_done"])
    assert 0 < saved < MANY
    assert "stopped" in json.dumps(report)
    assert "Traceback" not in err
    completed = command(*asked)
    assert (0, MANY - saved) == (completed.code, completed.event("pass.done")["created"])


def test_a_second_signal_ends_it_at_once(command: Command, nine: Running) -> None:
    _many(command)
    nine.faults.set(Faults(path=SAVES, write_latency_ms=60_000))
    with command.running("apply", "--directory", "files", *command.at(nine)) as child:
        _wait_for(nine, "/api/search", 1)
        child.send_signal(signal.SIGTERM)
        _wait_until_heard(child)  # two that wait to be delivered are one
        child.send_signal(signal.SIGTERM)
        _, err = child.communicate(timeout=60)
    assert child.returncode in (1, -signal.SIGTERM)
    assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_sandbox_answers_until_it_is_told_to_stop_and_that_is_no_failure(command: Command, number: signal.Signals) -> None:
    with command.running("sandbox", "--port", "0", "--generation", "9") as child:
        assert child.stdout is not None
        told = child.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert found is not None, told
        with urllib.request.urlopen(f"{found[0]}/api/health", timeout=30) as answer:  # noqa: S310 - our own
            assert "9.3.2" == json.load(answer)["version"]
        child.send_signal(number)
        _, err = child.communicate(timeout=60)
    assert (0, "") == (child.returncode, err)


def test_a_sandbox_whose_port_is_taken_says_so(command: Command, nine: Running) -> None:
    done = command("sandbox", "--port", nine.url.rpartition(":")[2])
    assert 1 == done.code
    assert "cannot listen" in done.err
    assert "another port" in done.err


def _wait_for(sandbox: Running, path: str, number: int) -> None:
    """Until so many requests were answered; looked at often, with an end."""
    latest = time.monotonic() + 30
    while sandbox.requests.count(None, path) < number:
        assert time.monotonic() < latest, sandbox.requests.all
        time.sleep(0.002)


def _wait_until_heard(child: subprocess.Popen[str]) -> None:
    """Until its handler has run, and put back what is done with a SIGTERM else; or it has ended."""
    latest = time.monotonic() + 30
    while _catches(child.pid, signal.SIGTERM):
        assert time.monotonic() < latest
        time.sleep(0.002)


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for that signal (proc(5), SigCgt)."""
    [mask] = re.findall(r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)
