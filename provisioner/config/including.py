"""The files of a configuration: the one named, and those that its `include` names.

In: the file named, as read, and the environment. Out: all files with what they say, the directories in which globs looked, and problems.
Each file is taken once however often it is named; depth and number are bounded.
"""

from __future__ import annotations

import glob
import os.path
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from provisioner.config.complaints import Complaint
from provisioner.config.environment import fill
from provisioner.config.parts import Surroundings
from provisioner.config.refusals import refusals
from provisioner.config.texts import Text, read
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.model import Json
from provisioner.core.problems import Problem

DEEPEST = 8
"""Files that include each other in a row."""
MOST_FILES = 200

_FOUND = "/include"


@dataclass(frozen=True, slots=True)
class Files:
    """All files, the one named first. `paths` are theirs and those of files that could not be read; absolute, as `directories` are."""

    texts: tuple[Text, ...]
    paths: tuple[str, ...]
    directories: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Gathering:
    environment: Mapping[str, str]
    texts: list[Text] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    directories: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, text: Text, above: tuple[str, ...]) -> None:
        real = os.path.realpath(text.path)
        self.seen.add(real)
        self.paths.append(text.path)
        self.texts.append(text)
        for pointer, name, chosen in self._named(text):
            found = os.path.realpath(name)
            if found in (*above, real):
                if not chosen:
                    self._tell(text, pointer, Complaint("config-conflict", "the file includes itself", "leave it out"))
            elif found in self.seen:
                continue
            elif len(above) + 1 >= DEEPEST or len(self.seen) >= MOST_FILES:
                message = f"more than {MOST_FILES} files, or {DEEPEST} that include each other in a row, are not read"
                self._tell(text, pointer, Complaint("config-value", message, "put more into each file"))
                return
            else:
                self._include(text, pointer, name, (*above, real))

    def _include(self, text: Text, pointer: str, name: str, above: tuple[str, ...]) -> None:
        self.seen.add(os.path.realpath(name))
        try:
            included = read(name, may_be_empty=True)
        except ConfigurationInvalid as error:
            self.paths.append(os.path.abspath(name))  # noqa: PTH100 - text in, text out
            for each in error.problems:
                if each.code == "config-unreadable":
                    self._tell(text, pointer, Complaint("config-reference", f"{name}: {each.message}", "correct the path, or leave it out"))
                else:
                    self.problems.append(each)
            return
        wrong = [] if included.written is None or isinstance(included.written, dict) else refusals(included.written, included.written)
        for at, complaint in wrong:
            self._tell(included, at, complaint)
        self.take(replace(included, written={}) if wrong or included.written is None else included, above)

    def _named(self, text: Text) -> Iterator[tuple[str, str, bool]]:
        """Pointer, name and whether a glob chose it, of every file that the text includes, those of one glob sorted."""
        around = Surroundings(text.directory, self.environment)
        for pointer, pattern in self._patterns(text):
            path = around.resolved(pattern, pointer)
            if isinstance(path, Complaint):
                self._tell(text, pointer, path)
            elif not glob.has_magic(path):
                yield pointer, _shown(text, pattern, path), False
            elif "**" in PurePath(path).parts:
                remedy = 'name each level: "teams/*/*.yaml"'
                self._tell(text, pointer, Complaint("config-value", "include looks into no directory below by itself", remedy))
            else:
                self.directories.update(dict.fromkeys(_looked_in(path)))
                for each in sorted(glob.glob(path)):  # noqa: PTH207 - as above
                    if not os.path.isdir(each):  # noqa: PTH112 - as above
                        yield pointer, _shown(text, pattern, each), True

    def _patterns(self, text: Text) -> Iterator[tuple[str, str]]:
        if not isinstance(text.written, dict) or "include" not in text.written:
            return
        written: Json = {"include": text.written["include"]}
        filling = fill(written, self.environment)
        told = dict(filling.complaints)
        refused = {at: each for at, each in refusals(written, filling.value) if at.startswith(_FOUND) and at not in told}
        for at, complaint in (*filling.complaints, *refused.items()):
            self._tell(text, at, complaint)
        if _FOUND not in refused:
            for index, pattern in enumerate(filling.value["include"]):
                if f"{_FOUND}/{index}" not in {*told, *refused}:
                    yield f"{_FOUND}/{index}", pattern

    def _tell(self, text: Text, pointer: str, complaint: Complaint) -> None:
        told = problem(complaint.code, text.name, complaint.message, remedy=complaint.remedy, pointer=pointer)
        self.problems += text.placed((told,))


def files(main: Text, environment: Mapping[str, str]) -> Files:
    """The file named and all that it includes, each before those that it includes itself."""
    gathering = _Gathering(environment)
    gathering.take(main, ())
    return Files(tuple(gathering.texts), tuple(gathering.paths), tuple(gathering.directories), tuple(gathering.problems))


def _shown(text: Text, pattern: str, path: str) -> str:
    """The name by which a person finds it from where they are, as they named the including one."""
    if pattern.startswith(("/", "~")) or os.path.isabs(text.name):  # noqa: PTH117 - as above
        return path
    return os.path.relpath(path)


def _looked_in(pattern: str) -> Iterator[str]:
    """The directories whose entries decide what the glob finds."""
    parts = PurePath(pattern).parts
    for index, part in enumerate(parts):
        if glob.has_magic(part):
            above = str(PurePath(*parts[:index]))
            yield from (each for each in sorted(glob.glob(above)) if os.path.isdir(each))  # noqa: PTH112,PTH207 - as above
