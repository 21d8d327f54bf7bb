"""A small git repository of the example dashboards, and commits to it.

In: a directory that is ours. Out: commits. It uses the `git` of this machine with none of its owner's configuration.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

_AUTHOR = {
    "GIT_AUTHOR_NAME": "mira",
    "GIT_AUTHOR_EMAIL": "mira@example.org",
    "GIT_COMMITTER_NAME": "mira",
    "GIT_COMMITTER_EMAIL": "mira@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree with a branch main. `path` is the top of it; the dashboards lie in `dashboards/`."""

    path: Path

    @property
    def dashboards(self) -> Path:
        """Where the files lie."""
        return self.path / "dashboards"

    def begin(self) -> None:
        """An empty repository around what lies there."""
        self._git("init", "--quiet", "--initial-branch", "main")

    def commit(self, subject: str) -> None:
        """Everything as it lies there."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", subject)

    def edit(self, file: str, before: str, after: str) -> None:
        """Replaces one text in one file; it must be there."""
        path = self.dashboards / file
        text = path.read_text(encoding="utf-8")
        if before not in text:
            raise ValueError(f"{file} does not hold {before!r}")
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        """A new file."""
        path = self.dashboards / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _git(self, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = ["git", "-C", str(self.path), *arguments]
        subprocess.run(command, check=True, env={**environment, **_AUTHOR}, capture_output=True)  # noqa: S603 - our own words alone


def make_repository(path: Path) -> Repository:
    """A repository with the examples as its first commit."""
    repository = Repository(path)
    with resources.as_file(resources.files("provisioner") / "examples") as packaged:
        beside = Path(__file__).resolve().parents[2] / "dashboards"
        shutil.copytree(packaged if packaged.is_dir() else beside, repository.dashboards)
    repository.begin()
    repository.commit("add the example dashboards")
    return repository
