"""A cursor over what the configuration says, which tells each problem at its own place.

In: the value as the schema accepted it, with `BROKEN` where it did not. Out: typed values, and problems gathered in one list, so that all
are told at once. Nothing here reads a file.
"""

from __future__ import annotations

import os.path
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeVar

from provisioner.config import quantities
from provisioner.config.complaints import Complaint
from provisioner.config.whence import Whence
from provisioner.core.catalog import problem
from provisioner.core.model import Json
from provisioner.core.problems import Problem
from provisioner.core.settings import Ceiling

T = TypeVar("T", int, float, bool, Ceiling)


class Broken:
    """Stands where a value was refused already: it is stated, but nothing more is to be said of it."""


BROKEN: Final = Broken()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration is read against: the directory that relative paths start from (absolute; by file where there are several), the
    environment, the flag behind each pointer when there is no file, and whence each part came when there is one.
    """

    directory: str
    environment: Mapping[str, str]
    flags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    whence: Whence = field(default_factory=lambda: Whence(""))
    directories: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def setting(self, pointer: str) -> str:
        """The name by which a person knows a place: a flag, or `targets.production.token_file`."""
        return self.flags.get(pointer) or dotted(self.whence.stated(pointer))

    def resolved(self, path: str, pointer: str) -> str | Complaint:
        """The path that is stated at a pointer made absolute, `~` expanded by $HOME."""
        if path.startswith("~"):
            home, _, rest = path.partition("/")
            if home != "~":
                return Complaint("config-value", f'"{home}" is not expanded', "write the path out")
            if not self.environment.get("HOME"):
                return Complaint("config-value", '"~" means nothing here: HOME is not set', "write the path out")
            path = os.path.join(self.environment["HOME"], rest)  # noqa: PTH118 - text in, text out; nothing is looked up
        directory = self.directories.get(self.whence.file(pointer), self.directory)
        return os.path.normpath(os.path.join(directory, path))  # noqa: PTH118 - as above


def child(pointer: str, key: str | int) -> str:
    """The JSON pointer (RFC 6901) of one key below."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def keys_of(pointer: str) -> tuple[str, ...]:
    """The keys on the way from the root."""
    return tuple(key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:])


def dotted(pointer: str) -> str:
    """The pointer as people write it: `targets.production.url`."""
    return ".".join(keys_of(pointer))


def value_at(value: Json, pointer: str) -> Json:
    """The value that a pointer names; None where there is none."""
    for key in keys_of(pointer):
        match value:
            case dict():
                value = value.get(key)
            case list() if key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            case _:
                return None
    return value


def is_plain(text: str, *, allowed: str = "") -> bool:
    """No control characters and no half surrogates: nothing that a path, a header or a terminal cannot take."""
    return not any(unicodedata.category(each) in {"Cc", "Cs"} and each not in allowed for each in text)


@dataclass(frozen=True, slots=True)
class Part:
    """One mapping of the configuration. Problems go into `problems`, which all parts of one configuration share."""

    value: Mapping[str, Json]
    pointer: str
    file: str
    problems: list[Problem]

    def has(self, key: str) -> bool:
        """The key is stated, rightly or wrongly."""
        return key in self.value

    def names(self) -> tuple[str, ...]:
        """The keys, in the order stated."""
        return tuple(self.value)

    def at(self, key: str | int) -> str:
        """The pointer of a key."""
        return child(self.pointer, key)

    def complain(self, complaint: Complaint, key: str | int | None = None) -> None:
        """Tells a problem, of a key or of the whole part."""
        pointer = self.pointer if key is None else self.at(key)
        self.problems.append(problem(complaint.code, self.file, complaint.message, remedy=complaint.remedy, pointer=pointer))

    def below(self, key: str) -> Part:
        """A part without values, to tell problems of the entries of a list."""
        return Part({}, self.at(key), self.file, self.problems)

    def part(self, key: str) -> Part:
        """The mapping under a key; an empty one when it is not stated or was refused."""
        value = self.value.get(key)
        return Part(value if isinstance(value, Mapping) else {}, self.at(key), self.file, self.problems)

    def parts(self, key: str) -> tuple[Part, ...]:
        """The mappings of the list under a key; an empty one in the place of each that was refused."""
        value = self.value.get(key)
        entries = enumerate(value if isinstance(value, list) else ())
        at = self.at(key)
        return tuple(Part(each if isinstance(each, Mapping) else {}, child(at, index), self.file, self.problems) for index, each in entries)

    def text(self, key: str) -> str | None:
        """The text under a key; None when it is not stated or was refused."""
        value = self.value.get(key)
        if not isinstance(value, str):
            return None
        if is_plain(value):
            return value
        self.complain(
            Complaint("config-value", f"{key} has a line break or another character that cannot be shown", "take the character out"), key
        )
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under a key, each once."""
        value = self.value.get(key)
        return tuple(dict.fromkeys(each for each in value if isinstance(each, str))) if isinstance(value, list) else ()

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """The texts by name under a key, sorted, so that equal mappings are equal values."""
        part = self.part(key)
        found: list[tuple[str, str]] = []
        for name in part.names():
            value = part.value[name]
            if not isinstance(value, str):
                continue
            if is_plain(name) and is_plain(value, allowed="\n\t"):
                found.append((name, value))
            else:
                part.complain(Complaint("config-value", "a character here cannot be shown", "take the character out"), name)
        return tuple(sorted(found))

    def seconds(self, key: str, default: float) -> float:
        """The duration under a key."""
        return self._quantity(key, quantities.seconds, default)

    def span(self, key: str, default: float) -> float:
        """The span of time under a key, in seconds; it may be 0, and much longer than a request."""
        return self._quantity(key, quantities.span, default)

    def interval(self, key: str, default: float, least: float) -> float:
        """The time between two looks under a key, in seconds, `least` at the least: more often is a load and no gain."""
        number = self.seconds(key, default)
        if number < least:
            shown = f"{least:g}s" if least >= 1 else f"{least * 1000:g}ms"
            self.complain(Complaint("config-value", f"{key} is {shown} at the least", f"write {key}: {shown}, or more"), key)
        return number

    def ceiling(self, key: str, default: Ceiling) -> Ceiling:
        """The number or share of dashboards under a key."""
        return self._quantity(key, quantities.ceiling, default)

    def truth(self, key: str, *, default: bool) -> bool:
        """What is true or false under a key."""
        return self._quantity(key, quantities.truth, default)

    def size(self, key: str, default: int) -> int:
        """The number of bytes under a key."""
        return self._quantity(key, quantities.size, default)

    def count(self, key: str, default: int, most: int) -> int:
        """The number under a key, `most` at the most."""
        number = self._quantity(key, quantities.count, default)
        if number > most:
            self.complain(Complaint("config-value", f"{key} is {most} at most", f"write {key}: {most}, or less"), key)
        return number

    def path(self, key: str, around: Surroundings) -> str | None:
        """The absolute path under a key; None when it is not stated or was refused."""
        text = self.text(key)
        if text is None:
            return None
        path = around.resolved(text, self.at(key))
        if isinstance(path, Complaint):
            self.complain(path, key)
            return None
        return path

    def _quantity(self, key: str, read: Callable[[object], T | Complaint], default: T) -> T:
        value = self.value.get(key, BROKEN)
        if isinstance(value, Broken):
            return default
        number = read(value)
        if isinstance(number, Complaint):
            self.complain(number, key)
            return default
        return number
