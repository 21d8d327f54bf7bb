"""One file of a configuration: read, parsed, and its problems placed in it.

In: a path. Out: `Text`, or ConfigurationInvalid with everything that keeps it from being read. It is read once and never written; no secret
in it is shown.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from provisioner.config.key_places import at_keys
from provisioner.config.veil import Veiled, veiled
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.model import FileKind, Json
from provisioner.core.places import placed
from provisioner.core.problems import Problem, Severity, ordered
from provisioner.core.syntax import decoded, parse

LARGEST = 1024 * 1024
"""Bytes. A configuration of a thousand targets is a fifth of it."""

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("file-empty", "root-not-object"), "see config.example.yaml"),
        **dict.fromkeys(("lfs-pointer", "template-unrendered"), "name the configuration itself, as it should be read"),
    }
)


@dataclass(frozen=True, slots=True)
class Text:
    """A file: its name as people know it, its bytes, and what it says; None where it says nothing."""

    name: str
    raw: bytes
    written: Json

    @property
    def path(self) -> str:
        """Absolute. A link's own path, not that of the file it leads to: Kubernetes mounts every file of a ConfigMap as a link."""
        return os.path.abspath(self.name)  # noqa: PTH100 - text in, text out

    @property
    def directory(self) -> str:
        """Where relative paths in it start from."""
        return os.path.dirname(self.path)  # noqa: PTH120 - as above

    def placed(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """The problems with lines and columns, those about a whole part at its key."""
        return at_keys(placed(problems, self.raw, _kind(self.name)), decoded(self.raw)[0], self.written)

    def line(self, pointer: str) -> int:
        """The line of the key that the pointer names."""
        return self.placed((problem("config-missing", self.name, "", pointer=pointer),))[0].line

    def veiled(self, taken: Mapping[str, str]) -> Veiled:
        """The text without the secrets that stand in it, or were `taken` from the environment."""
        return veiled(decoded(self.raw)[0], taken)

    def shown(self, problems: tuple[Problem, ...], veil: Veiled) -> tuple[Problem, ...]:
        """The problems with the lines they are about: those of a text in which no secret stands any more."""
        return ordered(tuple(veil.over(each) for each in placed(problems, veil.text.encode(), _kind(self.name))))


def read(name: str, *, may_be_empty: bool = False) -> Text:
    """Raises ConfigurationInvalid with everything that keeps the file from being read."""
    raw = _bytes(name)
    kind = _kind(name)
    parsed = parse(raw, kind)
    wrong = [_as_ours(each, name) for each in parsed.problems if each.code != "byte-order-mark"]
    if may_be_empty and not parsed.documents and {each.code for each in parsed.problems} <= {"file-empty", "byte-order-mark"}:
        return Text(name, raw, None)
    if not wrong and not parsed.documents:
        wrong.append(problem("config-missing", name, "the file is empty", remedy="see config.example.yaml"))
    if len(parsed.documents) > 1:
        message = f"the file has {len(parsed.documents)} documents; a configuration is one"
        wrong.append(replace(problem("config-syntax", name, message, remedy='take the lines "---" out'), document=1))
    if wrong:
        text = Text(name, raw, None)
        raise ConfigurationInvalid(text.shown(text.placed(tuple(wrong)), text.veiled({})), (text.path,))
    return Text(name, raw, parsed.documents[0])


def _kind(name: str) -> FileKind:
    return FileKind.JSON if name.endswith(".json") else FileKind.YAML


def _bytes(file: str) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise _unreadable(file, "there is no such file", "name the configuration with -c") from error
    except IsADirectoryError as error:
        raise _unreadable(file, "this is a directory, not a file", "name the file in it") from error
    except PermissionError as error:
        raise _unreadable(file, "the file may not be read", "give the provisioner permission to read it") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name"
        raise _unreadable(file, f"the file cannot be read: {reason}", "name a readable file with -c") from error
    if len(raw) > LARGEST:
        raise _unreadable(
            file, f"the file is larger than {LARGEST // 1024} KiB, so it is no configuration", "name the configuration with -c"
        )
    return raw


def _unreadable(file: str, message: str, remedy: str) -> ConfigurationInvalid:
    return ConfigurationInvalid((problem("config-unreadable", file, message, remedy=remedy),))


def _as_ours(told: Problem, file: str) -> Problem:
    """A fault of the text, whose remedy may be one for dashboards. What is a warning there is an error here: it is told all the same."""
    return replace(told, code="config-syntax", severity=Severity.ERROR, file=file, remedy=_REMEDIES.get(told.code, told.remedy))
