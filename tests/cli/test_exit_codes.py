"""What a script can rely on: one exit code for each kind of end, the report on standard output, the log on standard error."""

from __future__ import annotations

import pytest

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.whole.house import Browser, dashboard, panel_titled

DIRECTORY = ("--directory", "files")


def test_0_when_it_was_done_and_when_there_is_nothing_to_do(command: Command, nine: Running) -> None:
    command.write("files/shop/a.json", dashboard("a"))
    assert 0 == command("apply", *DIRECTORY, *command.at(nine)).code
    nine.requests.reset()
    assert 0 == command("apply", *DIRECTORY, *command.at(nine)).code
    assert () == nine.requests.writes


def test_1_when_it_failed(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("apply", *DIRECTORY, *command.at(nine, "Viewer"))
    assert 1 == done.code
    assert "dashboards:" in done.out


def test_2_when_changes_are_pending_and_it_was_asked_for(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    asked = (*DIRECTORY, *command.at(nine))
    assert 0 == command("plan", *asked).code
    assert 2 == command("plan", *asked, "--detailed-exitcode").code
    command("apply", *asked)
    assert 0 == command("plan", *asked, "--detailed-exitcode").code


def test_3_when_files_have_errors_and_the_others_are_applied_all_the_same(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("files/b.json", "{")
    assert 3 == command("validate", *DIRECTORY).code
    assert 3 == command("plan", *DIRECTORY, *command.at(nine)).code
    assert 3 == command("apply", *DIRECTORY, *command.at(nine)).code
    assert browser.is_there("a")


def test_4_when_conflicts_wait_for_a_person(command: Command, nine: Running, browser: Browser) -> None:
    browser.create(dashboard("a", **panel_titled("Theirs")))
    command.write("files/a.json", dashboard("a"))
    done = command("apply", *DIRECTORY, *command.at(nine))
    assert 4 == done.code
    assert "unmanaged" in done.out
    assert f"{nine.url}/d/a/a" in done.out


def _nobody_there(command: Command, attempts: int) -> None:
    command.write("files/a.json", dashboard("a"))
    target = f"{{url: 'http://127.0.0.1:1', attempts: {attempts}}}"
    command.write("config.yaml", f"sources: {{s: {{directory: {{path: files}}}}}}\ntargets: {{test: {target}}}\n")


def test_5_when_the_server_is_not_there(command: Command) -> None:
    _nobody_there(command, attempts=1)
    done = command("plan", "-c", "config.yaml")
    assert 5 == done.code
    assert "http://127.0.0.1:1" in done.out


def test_a_failure_weighs_more_than_a_broken_file_and_that_more_than_a_conflict(command: Command, nine: Running, browser: Browser) -> None:
    browser.create(dashboard("a", **panel_titled("Theirs")))
    command.write("files/a.json", dashboard("a"))
    command.write("files/b.json", "{")
    assert 3 == command("apply", *DIRECTORY, *command.at(nine)).code
    command.write("files/c.json", dashboard("c"))
    assert 1 == command("apply", *DIRECTORY, *command.at(nine, "Viewer")).code


@pytest.mark.parametrize(
    "wrong",
    [
        ["nothing-like-it"],
        ["plan", "--no-such-flag"],
        ["plan", "--format", "xml"],
        ["sandbox", "--generation", "3"],
        ["sandbox", "--port", "70000"],
        ["config", "nothing"],
    ],
)
def test_wrong_usage_is_1_and_never_2_which_means_changes(command: Command, wrong: list[str]) -> None:
    done = command(*wrong)
    assert (1, "") == (done.code, done.out)
    assert "Error" in done.err
    assert "--help" in done.err


def test_no_command_at_all_shows_the_help(command: Command) -> None:
    done = command()
    assert "apply" in done.all


def test_the_help_names_every_command_and_each_command_its_options(command: Command) -> None:
    assert all(name in command("--help").out for name in ("validate", "plan", "apply", "config", "sandbox", "demo"))
    assert "--token-file" in command("apply", "--help").out


def test_standard_output_holds_the_report_alone_and_the_log_is_one_event_on_standard_error(command: Command, nine: Running) -> None:
    command.write("files/shop/a.json", dashboard("a"))
    done = command("apply", *DIRECTORY, *command.at(nine))
    assert "pass.done" not in done.out
    event = done.event("pass.done")
    assert {
        "folders": 1,
        "created": 1,
        "stopped": False,
        "updated": 0,
        "failed": 0,
        "not_done": 0,
        "conflicts": 0,
        "unchanged": 0,
        "errors": 0,
    }.items() <= event.items()
    assert (event["requests"], True) == (nine.requests.total, 0 < event["seconds"] < 30)
    assert "127-0-0-1" in event["target"].replace(".", "-")


def test_a_pass_that_could_not_begin_is_an_event_too(command: Command) -> None:
    _nobody_there(command, attempts=1)
    event = command("apply", "-c", "config.yaml").event("pass.failed")
    assert ("error", "test") == (event["level"], event["target"])
    assert event["next"]


def test_another_attempt_is_told_in_words(command: Command) -> None:
    _nobody_there(command, attempts=2)
    done = command("apply", "-c", "config.yaml")
    assert done.event("request.again")["why"].startswith("GET /api/health: ")
    assert "_AgainError" not in done.all
