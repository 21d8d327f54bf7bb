"""`${NAME}` in text values, replaced from the environment that is handed in.

In: the parsed configuration. Out: the same with the variables filled, and a complaint by pointer for each that cannot be. Keys are left
alone. What the environment holds may be a secret: the taken values are handed on, so that no message repeats one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from provisioner.config.complaints import Complaint
from provisioner.config.parts import child
from provisioner.core.model import Json

_HOLE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filling:
    """The value with its variables filled; those that could not be are told by pointer and left as they were.

    `taken` is what was taken from the environment, by name.
    """

    value: Json
    complaints: tuple[tuple[str, Complaint], ...] = ()
    taken: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(slots=True)
class _Filler:
    environment: Mapping[str, str]
    complaints: list[tuple[str, Complaint]] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)

    def value(self, value: Json, pointer: str) -> Json:
        match value:
            case str():
                return self.text(value, pointer)
            case list():
                return [self.value(each, child(pointer, index)) for index, each in enumerate(value)]
            case dict():
                return {key: self.value(each, child(pointer, key)) for key, each in value.items()}
            case _:
                return value

    def text(self, text: str, pointer: str) -> Json:
        if "${" not in text:
            return text
        wrong: list[Complaint] = []

        def filled(match: re.Match[str]) -> str:
            if match[0] == "$${":
                return "${"
            found = self.lookup(match)
            if isinstance(found, Complaint):
                wrong.append(found)
                return ""
            return found

        result = _HOLE.sub(filled, text)
        self.complaints += [(pointer, each) for each in dict.fromkeys(wrong)]
        return text if wrong else result

    def lookup(self, match: re.Match[str]) -> str | Complaint:
        named = _NAMED.fullmatch(match[1]) if match[1] is not None else None
        if named is None:
            remedy = "write ${NAME} or ${NAME:-default}; $${ stands for a plain ${"
            return Complaint("config-value", '"${" begins a variable, but no name and "}" follow', remedy)
        name, default = named[1], named[2]
        value = self.environment.get(name)
        if value:
            self.taken[name] = value
        if default is not None:
            return value or default
        if value is None:
            return Complaint("config-variable-unset", f"the environment variable {name} is not set", _remedy(name))
        return value


def _remedy(name: str) -> str:
    if name == "CREDENTIALS_DIRECTORY":
        return "systemd sets it for a service that has LoadCredential=; by hand, set it to a directory with files of these names"
    return f"set it, or write ${{{name}:-default}}"


def fill(value: Json, environment: Mapping[str, str]) -> Filling:
    """Fills every text value. `${NAME:-default}` takes the default when NAME is unset or empty, as in a shell; `$${` is a plain `${`."""
    filler = _Filler(environment)
    filled = filler.value(value, "")
    return Filling(filled, tuple(filler.complaints), filler.taken)
