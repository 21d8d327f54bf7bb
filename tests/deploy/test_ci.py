"""The CI examples: that they are YAML of the right form, and that the commands in them are ones that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from provisioner.cli import provisioner
from tests.deploy.places import DEPLOY, faults_of, read, texts

PLACE = DEPLOY / "ci"
EXAMPLES = sorted(PLACE.glob("*.yaml"))
README = (PLACE / "README.md").read_text(encoding="utf-8")


def commands(file: Path) -> list[list[str]]:
    """Every call of ours in an example, as words."""
    lines = [line for text in texts(read(file)) for line in text.splitlines()]
    found = [line.partition("||")[0] for line in lines if line.startswith("provisioner ")]
    return [shlex.split(line) for line in found]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda each: each.stem)
def test_every_command_and_flag_is_there(file: Path) -> None:
    assert {words[1] for words in commands(file)} == {"validate", "plan"}
    for _, name, *arguments in commands(file):
        command = provisioner.get_command(click.Context(provisioner), name)
        assert command is not None
        command.make_context(name, arguments)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda each: each.stem)
def test_what_a_command_writes_is_what_is_shown(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    written = [words[words.index("--output") + 1] for words in commands(file)]
    assert [each for each in written if text.count(each) < 2] == []


def test_a_job_of_gitlab_has_a_script_and_a_rule() -> None:
    jobs = {name: job for name, job in read(PLACE / "gitlab-ci.yaml").items() if name != "default"}
    assert [name for name, job in jobs.items() if not (job["script"] and job["rules"] and job["stage"] == "test")] == []


def test_a_job_of_github_has_only_the_permissions_that_it_states() -> None:
    workflow = read(PLACE / "github-actions.yaml")
    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in workflow["jobs"].items() if not (job["steps"] and job["permissions"]["contents"] == "read")] == []


def test_nothing_is_written_before_the_merge() -> None:
    assert [file.name for file in EXAMPLES if any(words[1] not in {"validate", "plan"} for words in commands(file))] == []


def test_the_configuration_in_the_readme_has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "dashboards").mkdir()
    (stated,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "stated.yaml").write_text(stated, encoding="utf-8")
    assert faults_of(read(tmp_path / "stated.yaml"), tmp_path) == []
