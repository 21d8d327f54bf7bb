"""The state file beneath the command: it saves time, and whatever is wrong with it costs only time and is in the log."""

from __future__ import annotations

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.whole.house import dashboard

STATE = "../home/.local/state/provisioner/provisioner.db"


def test_the_second_run_parses_nothing(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    asked = ("plan", "--directory", "files", *command.at(nine))
    assert [1, 0] == [command(*asked).event("pass.planned")["parsed"] for _ in range(2)]


def test_a_damaged_file_is_begun_anew_and_the_log_says_so(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write(STATE, b"\xff" * 10_000)
    done = command("validate", "--directory", "files")
    assert 0 == done.code
    assert "begun anew" in done.event("state.trouble")["error"]
    assert "state.trouble" not in command("validate", "--directory", "files").err


def test_a_place_that_cannot_be_written_is_said_and_everything_goes_on(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("../home/.local", "no directory")
    done = command("apply", "--directory", "files", *command.at(nine))
    assert (0, 1) == (done.code, done.event("pass.done")["created"])
    assert "nothing is lost" in done.event("state.trouble")["next"]


def test_a_full_disk_is_said_and_everything_goes_on(command: Command) -> None:
    for number in range(300):
        command.write(f"files/{number}.json", dashboard(f"d{number}", "x" * 500))
    done = command.shell("ulimit -f 64; provisioner validate --directory files")  # no file may grow beyond 64 blocks
    assert 0 == done.code
    assert "state" in done.event("state.trouble")["error"]
