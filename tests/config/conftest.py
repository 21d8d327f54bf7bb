"""What the tests of the configuration share: a directory with a configuration, and what loading it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioner.config.assemble import Loaded
from provisioner.config.load import load
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.problems import Problem
from tests.config.builders import Bad

HOME: Mapping[str, str] = {"HOME": "/home/mira"}


@dataclass(frozen=True, slots=True)
class Place:
    """A directory of its own, with a configuration that is written and loaded."""

    directory: Path

    def file(self, name: str, content: str | bytes, mode: int = 0o600) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    def load(self, text: str | bytes, environment: Mapping[str, str] = HOME) -> Loaded:
        return load(self.file("config.yaml", text), environment)

    def problems(self, text: str | bytes, environment: Mapping[str, str] = HOME) -> tuple[Problem, ...]:
        """All problems, whether they keep the configuration from being used or not."""
        try:
            return self.load(text, environment).problems
        except ConfigurationInvalid as error:
            return error.problems

    def problem(self, text: str | bytes, environment: Mapping[str, str] = HOME) -> Problem:
        """The only problem that there is."""
        problems = self.problems(text, environment)
        assert len(problems) == 1, problems
        return problems[0]

    def tells(self, bad: Bad) -> None:
        """The one problem, with its place and a remedy."""
        told = self.problem(bad.text)

        here = str(self.directory)
        assert (bad.code, bad.line, bad.column, bad.message) == (told.code, told.line, told.column, told.message.replace(here, "DIR"))
        assert told.file == f"{here}/config.yaml"
        assert told.remedy
        assert bad.remedy in {"", told.remedy.replace(here, "DIR")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.file("token", "glsa_abcdefgh12345678\n")
    made.file("password", "hunter2-hunter2\n")
    return made
