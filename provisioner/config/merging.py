"""Several files to one configuration. In: what each says. Out: one value, whence each part came, and what two of them state. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from provisioner.config.parts import child
from provisioner.config.whence import Whence
from provisioner.core.model import Json

_BY_NAME = frozenset({"", "/sources", "/targets", "/severities", "/server", "/server/hooks", "/defaults"})
"""Parts that several files may state together, each entry in one of them. Any other part is whole in one file."""


@dataclass(frozen=True, slots=True)
class Twice:
    """A part that the file states although `first` states it already."""

    pointer: str
    file: str
    first: str


@dataclass(frozen=True, slots=True)
class Merged:
    """One configuration made of all files."""

    value: Json
    whence: Whence
    twice: tuple[Twice, ...] = ()


@dataclass(slots=True)
class _Merging:
    value: dict[str, Json]
    files: dict[str, str]
    twice: list[Twice] = field(default_factory=list)
    main: str = ""

    def add(self, into: dict[str, Json], more: dict[str, Json], file: str, pointer: str) -> None:
        for key, value in more.items():
            here = child(pointer, key)
            if key not in into:
                into[key] = _copied(value, here)
                self.files[here] = file
            elif here in _BY_NAME and isinstance(into[key], dict) and isinstance(value, dict):
                self.add(into[key], value, file, here)
            else:
                self.twice.append(Twice(here, file, Whence(self.main, self.files).file(here)))


def merged(main: tuple[str, Json], included: Iterable[tuple[str, dict[str, Json]]]) -> Merged:
    """The main file's value with what the included ones add, in their order. A main file that is no mapping stays as it is."""
    file, value = main
    if not isinstance(value, dict):
        return Merged(value, Whence(file))
    merging = _Merging(_copied(value, ""), {}, main=file)
    for name, more in included:
        merging.add(merging.value, more, name, "")
    return Merged(merging.value, Whence(file, merging.files), tuple(merging.twice))


def _copied(value: Json, pointer: str) -> Json:
    """A copy of the mappings that others may be merged into."""
    if pointer not in _BY_NAME or not isinstance(value, dict):
        return value
    return {key: _copied(each, child(pointer, key)) for key, each in value.items()}
