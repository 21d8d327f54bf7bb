"""The state file beneath the command: it saves time and holds the records. What is wrong with it costs `validate` only time; `plan` and
`apply` refuse to go on without records.
"""

from __future__ import annotations

import pytest

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.whole.house import dashboard

STATE = "../home/.local/state/provisioner/provisioner.db"


def test_the_second_run_parses_nothing(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    asked = ("plan", "--directory", "files", *command.at(nine))
    assert [1, 0] == [command(*asked).event("pass.planned")["parsed"] for _ in range(2)]


def test_a_damaged_file_costs_validate_only_time_and_the_log_says_so(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write(STATE, b"\xff" * 10_000)
    done = command("validate", "--directory", "files")
    assert 0 == done.code
    told = done.event("state.trouble")
    assert "is damaged" in told["error"]
    assert "move " not in told["error"]  # what to do is told once
    assert "here it cost time and nothing else; move " in told["next"]


def test_validate_needs_no_place_for_a_state(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    command.environment["HOME"] = ""
    done = command("validate", "--directory", "files")
    assert 0 == done.code
    assert "state" not in done.err


@pytest.mark.parametrize("name", ["plan", "apply", "status", "explain a"])
def test_where_there_is_no_place_for_records_the_flag_that_names_one_is_told(command: Command, nine: Running, name: str) -> None:
    command.write("files/a.json", dashboard("a"))
    command.environment["HOME"] = ""
    asked = (*name.split(), "--directory", "files", *command.at(nine))
    done = command(*asked)
    assert (1, ()) == (done.code, nine.requests.writes)
    assert "--state FILE" in done.err
    assert 0 == command("apply", "--directory", "files", *command.at(nine), "--state", "kept/state.db").code
    assert (command.cwd / "kept/state.db").exists()


@pytest.mark.parametrize("name", ["plan", "apply"])
def test_a_damaged_file_holds_records_so_nothing_is_decided_or_written_without_it(command: Command, nine: Running, name: str) -> None:
    command.write("files/a.json", dashboard("a"))
    state = command.write(STATE, b"\xff" * 10_000)
    done = command(name, "--directory", "files", *command.at(nine))
    assert (1, ()) == (done.code, nine.requests.writes)
    assert "is damaged" in done.err
    assert "away and keep it" in done.err
    assert b"\xff" * 10_000 == state.read_bytes()


def test_with_a_damaged_file_out_of_the_way_what_is_there_is_adopted(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    asked = ("apply", "--directory", "files", *command.at(nine))
    command(*asked)
    state = command.write(STATE, b"\xff" * 10_000)
    for each in state.parent.iterdir():
        each.unlink()
    nine.requests.reset()
    done = command(*asked)
    assert (0, ()) == (done.code, nine.requests.writes)


def test_a_place_that_cannot_be_written_costs_validate_only_time(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("../home/.local", "no directory")
    done = command("validate", "--directory", "files")
    assert 0 == done.code
    assert done.event("state.trouble")["next"].startswith("here it cost time and nothing else; look at the path")


def test_where_nothing_can_be_recorded_nothing_is_written_to_a_server(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("../home/.local", "no directory")
    done = command("apply", "--directory", "files", *command.at(nine))
    assert (1, ()) == (done.code, nine.requests.writes)
    assert "nothing was sent to a server" in done.err


def test_a_full_disk_is_said_and_everything_goes_on(command: Command) -> None:
    for number in range(300):
        command.write(f"files/{number}.json", dashboard(f"d{number}", "x" * 500))
    done = command.shell("ulimit -f 64; provisioner validate --directory files")  # no file may grow beyond 64 blocks
    assert 0 == done.code
    assert "state" in done.event("state.trouble")["error"]
