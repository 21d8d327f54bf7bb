"""Reads a Dockerfile and a .dockerignore, as far as ours go: continued lines, ARG before FROM, no heredocs, no ONBUILD."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: its word in capitals, its flags (`--from=build`), and the rest of the line."""

    word: str
    rest: str
    flags: tuple[str, ...] = ()

    @property
    def listed(self) -> list[str]:
        """The rest, where it is a JSON list."""
        found: list[str] = json.loads(self.rest)
        return found

    @property
    def words(self) -> list[str]:
        return shlex.split(self.rest)


@dataclass(slots=True)
class Stage:
    """What stands between one FROM and the next."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def all(self, word: str) -> list[Step]:
        return [each for each in self.steps if each.word == word]

    def one(self, word: str) -> Step:
        (found,) = self.all(word)
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        return dict(each.split("=", 1) for step in self.all("ENV") for each in step.words)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The arguments before the first FROM with their defaults, and the stages."""

    arguments: dict[str, str]
    stages: list[Stage]


def parse(text: str) -> Dockerfile:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in whole.splitlines():
        word, _, rest = line.partition(" ")
        flags: list[str] = []
        while rest.startswith("--"):
            flag, _, rest = rest.partition(" ")
            flags.append(flag)
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name))
        elif not stages:
            name, _, default = rest.partition("=")
            arguments[name] = default
        else:
            stages[-1].steps.append(Step(word, rest.strip(), tuple(flags)))
    return Dockerfile(arguments, stages)


def let_through(ignore: str, path: str) -> bool:
    """Whether .dockerignore lets a path into the build: the last line that matches it or a folder above it decides."""
    inside = True
    names = [Path(path), *Path(path).parents][:-1]
    for line in filter(None, (line.strip() for line in ignore.splitlines())):
        if line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        anywhere = pattern.removeprefix("**/")
        if any(fnmatch(each.as_posix(), pattern) or (anywhere != pattern and fnmatch(each.name, anywhere)) for each in names):
            inside = line.startswith("!")
    return inside
