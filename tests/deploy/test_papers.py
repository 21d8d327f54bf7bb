"""What holds for every file that people install by."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from provisioner.cli import provisioner
from tests.deploy.places import CHART, DEPLOY, ROOT

FILES = [
    ROOT / "Dockerfile",
    ROOT / ".dockerignore",
    *sorted(each for each in DEPLOY.rglob("*") if each.is_file() and "__pycache__" not in each.parts),
]
PAPERS = [each for each in FILES if each.suffix == ".md"]
PLAIN_YAML = [each for each in FILES if each.suffix == ".yaml" and each.parent != CHART / "templates"]

# In pieces, so that this file does not name them either.
HOST = re.compile(r"\b(?:pypi|pythonhosted|npmjs|crates|maven|golang|debian|docker|ghcr|quay|gcr)\.(?:org|io|com|dev)\b", re.IGNORECASE)
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#]+)\)")

BLOCK = re.compile(r"```\n(.*?)```", re.DOTALL)
CALL = re.compile(r"^(?:docker compose exec provisioner )?provisioner (.+)$", re.MULTILINE)


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", FILES, ids=place)
def test_no_registry_is_named(file: Path) -> None:
    assert HOST.findall(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", PLAIN_YAML, ids=place)
def test_yaml_is_yaml(file: Path) -> None:
    assert list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", PAPERS, ids=place)
def test_what_a_paper_links_to_is_there(file: Path) -> None:
    assert [each for each in LINK.findall(file.read_text(encoding="utf-8")) if not (file.parent / each).exists()] == []


def test_every_way_is_in_the_table() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    ways = {each.name for each in DEPLOY.iterdir() if each.is_dir() and each.name != "image"}
    assert [each for each in sorted(ways) if each not in text] == []


@pytest.mark.parametrize(
    "line", [line for file in PAPERS for block in BLOCK.findall(file.read_text(encoding="utf-8")) for line in CALL.findall(block)]
)
def test_a_command_to_be_copied_is_one_that_there_is(line: str) -> None:
    name, *arguments = shlex.split(line)
    command = provisioner.get_command(click.Context(provisioner), name)
    assert command is not None
    command.make_context(name, arguments)
