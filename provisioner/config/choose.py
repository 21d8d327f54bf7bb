"""The one door to settings: a file, or flags.

In: what was typed, and the environment. Out: the settings with their warnings, or ConfigurationInvalid with all problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provisioner.config.assemble import Loaded
from provisioner.config.flags import COMMAND_LINE, Flags, from_flags
from provisioner.config.load import lenient, load
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.problems import errors

_UNREADABLE = frozenset({"secret-unreadable", "config-file-unusable"})


def settings(config: Path | None, flags: Flags, environment: Mapping[str, str]) -> Loaded:
    """The settings of the file if one is named, else of the flags. There is no file that is read unnamed. Raises ConfigurationInvalid.

    Both at once is refused: nobody could tell which of the two holds.
    """
    if config is None:
        return from_flags(flags, environment)
    _not_both(config, flags)
    return load(config, environment)


def looked_at(config: Path | None, flags: Flags, environment: Mapping[str, str]) -> Loaded:
    """The same for who looks at what would fail: secrets and certificates that cannot be read are told, and do not keep the rest from
    being looked at. Raises ConfigurationInvalid for any other error.
    """
    if config is None:
        return from_flags(flags, environment)
    _not_both(config, flags)
    loaded = lenient(config, environment)
    if any(each.code not in _UNREADABLE for each in errors(loaded.problems)):
        raise ConfigurationInvalid(loaded.problems, loaded.files)
    return loaded


def _not_both(config: Path, flags: Flags) -> None:
    if flags.stated:
        message = f"{config} and flags that stand for a configuration are both stated: {', '.join(flags.stated)}"
        told = problem("config-conflict", COMMAND_LINE, message, remedy=f"leave the flags out, or state them in {config}")
        raise ConfigurationInvalid((told,))


def without_targets(config: Path | None) -> ConfigurationInvalid:
    """What a command says that needs a Grafana when none is stated."""
    if config is None:
        told = problem("config-missing", COMMAND_LINE, "no Grafana is named", remedy="add --grafana URL and --token-file FILE")
    else:
        remedy = "add targets: {production: {url: https://grafana.example, token_file: …}}"
        told = problem("config-missing", str(config), "no target is stated", remedy=remedy)
    return ConfigurationInvalid((told,))
