"""The options that commands share: where dashboards come from, where they go, and how the result is shown.

In: what click parsed. Out: `Asked`, frozen. The flags come from `config.flags.Flags`, so that help, docs and behaviour have one truth.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from provisioner.config.flags import Flags
from provisioner.render.options import Format

_FLAGS = tuple(each for each in fields(Flags))
_Command = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line. `targets` are names, empty for all; `output` is a file for the format, text then still
    goes to the terminal.
    """

    config: Path | None
    flags: Flags
    targets: tuple[str, ...]
    format: Format
    output: Path | None
    verbose: bool

    @property
    def interactive(self) -> bool:
        """Whether a person watches: then the report says it all, and the log is kept to warnings."""
        return sys.stderr.isatty() and not self.verbose


def asking(command: Callable[..., int]) -> _Command:
    """Gives a command the shared options, handed to it as one value; options of its own are handed on beside it."""

    @wraps(command)
    def parsed(**given: Any) -> int:  # noqa: ANN401 - what click parsed, of any type
        flags = Flags(**{each.name: given.pop(each.name) for each in _FLAGS})
        shared = {each.name: given.pop(each.name) for each in fields(Asked) if each.name != "flags"}
        return command(Asked(flags=flags, **shared), **given)

    decorated: _Command = parsed
    decorations: tuple[Callable[[_Command], _Command], ...] = (_config, _target, *map(_flag, _FLAGS), _format, _output, _verbose)
    for decorate in reversed(decorations):
        decorated = decorate(decorated)
    return decorated


def _flag(each: Field[Any]) -> Callable[[_Command], _Command]:
    about = each.metadata
    many, alone = isinstance(each.default, tuple), not about["value"]
    return click.option(
        about["flag"],
        each.name,
        metavar=about["value"] or None,
        multiple=many,
        is_flag=alone,
        default=each.default,
        help=about["meaning"].replace("`", ""),
    )


_config = click.option(
    "-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration. Or name everything by flags."
)
_target = click.option("--target", "targets", multiple=True, metavar="NAME", help="Only this target of the configuration. May be repeated.")
_format = click.option(
    "--format", type=click.Choice(Format, case_sensitive=False), default=Format.TEXT, show_default="text", help="The form of the report."
)
_output = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the report there; text still goes to the terminal.",
)
_verbose = click.option("-v", "--verbose", is_flag=True, help="Fold nothing, and show the log.")
