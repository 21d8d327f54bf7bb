"""Configuration files to settings.

In: the path of a YAML (or JSON) file and the environment. Out: the settings with their warnings, or ConfigurationInvalid with every problem
at once, each with its file, line, column and the lines it is about. Files are read once and never written; no secret in them is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from provisioner.config.assemble import Loaded, assembled, checked
from provisioner.config.environment import fill
from provisioner.config.including import Files, files
from provisioner.config.merging import Merged, merged
from provisioner.config.parts import Surroundings, dotted
from provisioner.config.texts import Text, read
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.model import Json
from provisioner.core.problems import Problem, ordered


@dataclass(frozen=True, slots=True)
class _Whole:
    """The files by name."""

    files: Files
    by_name: Mapping[str, Text]

    def told(self, problems: tuple[Problem, ...], taken: Mapping[str, str]) -> tuple[Problem, ...]:
        """The problems in their files, with no secret of any of them."""
        veils = {name: text.veiled(taken) for name, text in self.by_name.items()}
        shown: list[Problem] = []
        for name, text in self.by_name.items():
            of_file = tuple(each for each in problems if each.file == name)
            shown += text.shown(text.placed(of_file), veils[name]) if of_file else ()
        shown += (each for each in problems if each.file not in self.by_name)
        for veil in veils.values():
            shown = [veil.over(each) for each in shown]
        return ordered(shown)


def load(path: str | Path, environment: Mapping[str, str]) -> Loaded:
    """The settings of a file and those that it includes. Relative paths in a file start from its own directory. Raises
    ConfigurationInvalid.
    """
    return checked(lenient(path, environment))


def lenient(path: str | Path, environment: Mapping[str, str]) -> Loaded:
    """The same where a problem is an error, as long as the files could be read: what does not depend on it can still be looked at. Raises
    ConfigurationInvalid.
    """
    main = read(str(path))
    gathered = files(main, environment)
    whole = _Whole(gathered, {each.name: each for each in gathered.texts})
    if gathered.problems:
        raise ConfigurationInvalid(whole.told(gathered.problems, {}), gathered.paths)
    one = merged((main.name, _without_include(main.written)), ((each.name, _without_include(each.written)) for each in gathered.texts[1:]))
    around = Surroundings(
        main.directory, environment, whence=one.whence, directories={each.name: each.directory for each in gathered.texts}
    )
    filling = fill(one.value, environment)
    loaded = assembled(one.value, filling, main.name, around)
    problems = whole.told((*loaded.problems, *_twice(one, whole)), filling.taken)
    return replace(loaded, problems=problems, files=gathered.paths, directories=gathered.directories)


def _without_include(written: Json) -> Json:
    """The rest: `include` itself was looked at with the file."""
    return {key: each for key, each in written.items() if key != "include"} if isinstance(written, dict) else written


def _twice(one: Merged, whole: _Whole) -> tuple[Problem, ...]:
    told: list[Problem] = []
    for each in one.twice:
        first = f"{each.first}:{whole.by_name[each.first].line(each.pointer)}"
        message = f"{dotted(each.pointer)} is stated here and in {first}"
        told.append(problem("config-conflict", each.file, message, remedy="leave one of them out, or rename it", pointer=each.pointer))
    return tuple(told)
