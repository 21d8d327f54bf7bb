"""A configuration file to settings.

In: the path of a YAML (or JSON) file and the environment. Out: the settings with their warnings, or ConfigurationInvalid with every problem
at once, each with line, column and the lines it is about. The file is read once and never written; no secret in it is shown.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from provisioner.config.assemble import Loaded, assembled, checked
from provisioner.config.environment import fill
from provisioner.config.key_places import at_keys
from provisioner.config.parts import Surroundings
from provisioner.config.veil import veiled
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
class _Text:
    """The bytes of the file, for placing problems in them."""

    raw: bytes
    kind: FileKind

    def at_keys(self, problems: tuple[Problem, ...], written: Json) -> tuple[Problem, ...]:
        """The problems with lines and columns."""
        return at_keys(placed(problems, self.raw, self.kind), decoded(self.raw)[0], written)

    def told(self, problems: tuple[Problem, ...], taken: Mapping[str, str]) -> tuple[Problem, ...]:
        """The problems with the lines they are about: those of a text in which no secret stands any more."""
        veil = veiled(decoded(self.raw)[0], taken)
        return ordered(tuple(veil.over(each) for each in placed(problems, veil.text.encode(), self.kind)))


def load(path: str | Path, environment: Mapping[str, str]) -> Loaded:
    """The settings of a file. Relative paths in it start from its own directory. Raises ConfigurationInvalid."""
    file = str(path)
    raw = _bytes(file)
    kind = FileKind.JSON if file.endswith(".json") else FileKind.YAML
    written = _value(raw, kind, file)
    # A link's own directory, not that of the file it leads to: Kubernetes mounts every file of a ConfigMap as a link.
    around = Surroundings(os.path.dirname(os.path.abspath(file)), environment)  # noqa: PTH100,PTH120 - text in, text out
    filling = fill(written, environment)
    loaded = assembled(written, filling, file, around)
    text = _Text(raw, kind)
    return checked(Loaded(loaded.settings, text.told(text.at_keys(loaded.problems, written), filling.taken)))


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


def _value(raw: bytes, kind: FileKind, file: str) -> Json:
    """The one document of the file. Raises ConfigurationInvalid with everything that keeps it from being read."""
    parsed = parse(raw, kind)
    wrong = [_as_ours(each, file) for each in parsed.problems if each.code != "byte-order-mark"]
    if not wrong and not parsed.documents:
        wrong.append(problem("config-missing", file, "the file is empty", remedy="see config.example.yaml"))
    if len(parsed.documents) > 1:
        message = f"the file has {len(parsed.documents)} documents; a configuration is one"
        wrong.append(replace(problem("config-syntax", file, message, remedy='take the lines "---" out'), document=1))
    if wrong:
        text = _Text(raw, kind)
        raise ConfigurationInvalid(text.told(text.at_keys(tuple(wrong), None), {}))
    return parsed.documents[0]


def _as_ours(told: Problem, file: str) -> Problem:
    """A fault of the text, whose remedy may be one for dashboards. What is a warning there is an error here: it is told all the same."""
    return replace(told, code="config-syntax", severity=Severity.ERROR, file=file, remedy=_REMEDIES.get(told.code, told.remedy))
