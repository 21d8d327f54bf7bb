"""Every form of the report, where it goes, and what happens to a stream that cannot take it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest
import yaml

from provisioner.cli.commands import GENERATIONS
from provisioner.sandbox import GENERATIONS as SANDBOXES
from provisioner.sandbox import Running
from tests.cli.command import ROOT, Command, Done
from tests.whole.house import Browser, dashboard, panel_titled


@pytest.fixture
def mixed(command: Command, nine: Running, browser: Browser) -> tuple[str, ...]:
    """A directory with one of each: to create, in conflict, broken; and the flags for it."""
    browser.create(dashboard("theirs", **panel_titled("Theirs")))
    command.write("files/shop/new.json", dashboard("new"))
    command.write("files/theirs.json", dashboard("theirs"))
    command.write("files/broken.json", '{"title": "x"\n"uid": "x"}')
    return ("--directory", "files", *command.at(nine))


def _parsed(done: Done, form: str) -> object:
    if form == "json":
        return json.loads(done.out)
    if form == "sarif":
        log = json.loads(done.out)
        assert "2.1.0" == log["version"]
        return log["runs"][0]["results"]
    if form == "junit":
        return ET.fromstring(done.out).tag  # noqa: S314 - our own
    assert done.out.startswith("#")
    return done.out


@pytest.mark.parametrize("form", ["json", "markdown", "junit", "sarif"])
@pytest.mark.parametrize("name", ["validate", "plan", "apply"])
def test_every_command_speaks_every_form(command: Command, mixed: tuple[str, ...], name: str, form: str) -> None:
    done = command(name, *mixed, "--format", form)
    assert 3 == done.code
    assert _parsed(done, form)
    assert "broken.json" in done.out


def test_a_failure_before_the_beginning_is_told_in_the_form_that_was_asked_for(command: Command) -> None:
    done = command("plan", "--directory", "nowhere", "--format", "json")
    assert 1 == done.code
    assert json.loads(done.out)


def test_a_file_takes_the_form_and_the_terminal_the_text(command: Command, mixed: tuple[str, ...]) -> None:
    done = command("apply", *mixed, "--format", "json", "--output", "report.json")
    assert json.loads((command.cwd / "report.json").read_text())
    assert "broken.json:1:14" in done.out
    assert not done.out.startswith("{")


def test_a_failure_before_the_beginning_goes_into_the_file_too(command: Command) -> None:
    done = command("plan", "--directory", "files", "--format", "json", "--output", "report.json")
    assert (1, "") == (done.code, done.out)
    assert json.loads((command.cwd / "report.json").read_text())
    assert "no Grafana is named" in done.err


def test_a_report_that_cannot_be_kept_is_still_shown(command: Command, mixed: tuple[str, ...]) -> None:
    done = command("apply", *mixed, "--format", "json", "--output", "no/such/place/report.json")
    assert 1 == done.code
    assert "broken.json:1:14" in done.out
    assert "no/such/place/report.json" in done.err


def test_nothing_is_coloured_where_no_terminal_is(command: Command, mixed: tuple[str, ...]) -> None:
    assert "\x1b" not in command("apply", *mixed).all


def test_the_line_and_the_column_of_a_broken_file_can_be_clicked(command: Command, mixed: tuple[str, ...]) -> None:
    assert "\nfiles/broken.json:1:14  error  json-syntax" in f"\n{command('validate', *mixed[:2]).out}"


def test_a_reader_that_goes_away_leaves_no_traceback(command: Command) -> None:
    for number in range(40):
        command.write(f"files/{number}.json", "{" + " " * 3000)
    done = command.shell("provisioner validate --directory files --format json | head -c 1")
    assert "{" == done.out
    assert done.code in (1, 3)


def test_a_closed_standard_output_keeps_nothing_from_being_applied(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command.shell(f"provisioner apply --directory files {' '.join(command.at(nine))} >&- 2>&-")
    assert (0, True) == (done.code, browser.is_there("a"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_behind_the_report_is_told(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command.shell("provisioner validate --directory files > /dev/full")
    assert 1 == done.code
    assert "the report cannot be written to standard output: No space left" in done.err


def test_a_terminal_without_unicode_gets_plain_letters(command: Command) -> None:
    command.write("files/a.json", dashboard("a", "Größe → Ärger"))
    command.environment["PYTHONIOENCODING"] = "ascii"
    command.write("files/b.json", '{"title": "Größe"\n}}')
    assert 3 == command.child("validate", "--directory", "files").code


def test_the_schema_is_one_and_the_example_fits_it(command: Command) -> None:
    done = command("config", "schema")
    schema = json.loads(done.out)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    validator(schema).validate(yaml.safe_load((ROOT / "config.example.yaml").read_text(encoding="utf-8")))
    assert (0, "") == (done.code, done.err)


def test_the_schema_can_be_printed_where_only_ascii_goes(command: Command) -> None:
    command.environment["PYTHONIOENCODING"] = "ascii"
    assert json.loads(command.child("config", "schema").out)


def test_every_generation_of_the_sandbox_can_be_asked_for() -> None:
    assert {str(number) for number in SANDBOXES} == set(GENERATIONS)


def test_two_targets_are_both_told_and_one_that_fails_does_not_keep_the_other(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a"))
    config = command.config(nine)
    stated = config.read_text(encoding="utf-8")
    config.write_text(f"{stated}  away:\n    url: http://127.0.0.1:1\n    attempts: 1\n", encoding="utf-8")
    done = command("apply", "-c", config)
    assert (5, True) == (done.code, browser.is_there("a"))
    assert {"pass.done", "pass.failed"} == {each["event"] for each in done.events if each["event"].startswith("pass.")}
    assert 0 == command("plan", "-c", config, "--target", "test").code


def test_a_target_that_is_not_stated_is_told_with_those_that_are(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("plan", "-c", command.config(nine), "--target", "tset")
    assert 1 == done.code
    assert 'no target is called "tset"' in done.err
    assert "test" in done.err
