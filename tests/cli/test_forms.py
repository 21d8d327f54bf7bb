"""A form that a command cannot answer in is refused plainly, with those that it can."""

from __future__ import annotations

import pytest

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.whole.house import Browser, dashboard, panel_titled


@pytest.mark.parametrize("form", ["sarif", "junit"])
@pytest.mark.parametrize("name", ["explain", "diff"])
def test_an_answer_about_one_dashboard_is_no_list_of_findings(command: Command, nine: Running, name: str, form: str) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command(name, "a", "--directory", "files", *command.at(nine), "--format", form)
    assert (1, "", 0) == (done.code, done.out, len(nine.requests.all))
    assert f"--format {form} is not available for this command" in done.err
    assert "text, json or markdown" in done.err


@pytest.mark.parametrize("asked", [("pull", "--into", "files"), ("restore", "a"), ("confirm", "0123456789ab")])
def test_what_is_told_to_people_alone_is_never_given_for_json(command: Command, nine: Running, asked: tuple[str, ...]) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command(*asked, "--directory", "files", *command.at(nine), "--format", "json")
    assert (1, "", 0) == (done.code, done.out, len(nine.requests.all))
    assert "--format json is not available for this command: it tells what it found as text alone" in done.err


def test_the_commands_of_a_remedy_can_be_run_as_they_stand(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a", **panel_titled("Git")))
    config = command.config(nine)
    command("apply", "-c", config.name)
    browser.edit("a", **panel_titled("Jonas"))
    command.write("files/a.json", dashboard("a", **panel_titled("Git again")))
    told = command("apply", "-c", config.name).out
    takes, pulls = f"provisioner apply --take a -c {config.name}", f"provisioner pull a --into files -c {config.name}"
    assert takes in told
    assert pulls in told
    assert 0 == command(*pulls.split()[1:]).code
    assert "Jonas" in (command.cwd / "files/a.json").read_text()
    command.write("files/a.json", dashboard("a", **panel_titled("Git again")))
    assert 0 == command(*takes.split()[1:]).code
    assert "Git again" == browser.content("a")["panels"][0]["title"]


def test_a_file_that_is_gone_is_explained_by_the_path_that_it_was_shown_with(command: Command, nine: Running) -> None:
    for uid in ("a", "b"):
        command.write(f"files/{uid}.json", dashboard(uid))
    asked = ("--directory", "files", *command.at(nine))
    command("apply", *asked)
    (command.cwd / "files/a.json").unlink()
    done = command("explain", "files/a.json", *asked)
    assert (0, True) == (done.code, done.out.startswith("a on "))
    assert "its file a.json of directory is gone" in done.out
