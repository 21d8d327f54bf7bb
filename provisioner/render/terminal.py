"""What a stream can show: colour, width, progress; and how text gets onto one that cannot show everything.

In: a stream and the environment, handed in. Out: `Options`, a rich `Console` for progress, and `write`. NO_COLOR and TERM=dumb are
honoured, FORCE_COLOR is not: nobody wants to read the codes of colours in a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from rich.console import Console

from provisioner.render.options import Options

_PLAINER = str.maketrans({"→": ">", "│": "|", "·": "-", "…": "...", "×": "x", "⏎": "\\n", "–": "-", "█": "#", "░": "."})


def options(stream: TextIO, environment: Mapping[str, str], *, verbose: bool = False, prefix: str = "") -> Options:
    """Colour and width on a terminal; neither in a file or a pipe."""
    if not stream.isatty():
        return Options(verbose=verbose, prefix=prefix)
    colour = not environment.get("NO_COLOR") and environment.get("TERM", "") not in {"", "dumb", "unknown"}
    return Options(colour=colour, width=_columns(stream, environment), verbose=verbose, prefix=prefix)


def console(stream: TextIO, environment: Mapping[str, str]) -> Console:
    """A console for progress. It is no terminal where the stream is none, or a dumb one: then nothing moves."""
    chosen = options(stream, environment)
    live = chosen.width is not None and environment.get("TERM", "") not in {"", "dumb", "unknown"}
    return Console(
        file=stream,
        width=chosen.columns,
        force_terminal=live,
        color_system="standard" if chosen.colour else None,
        no_color=not chosen.colour,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


def write(text: str, stream: TextIO) -> None:
    """Writes the text; a stream whose encoding lacks a character gets a plainer one, never an error."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAINER).encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
    stream.flush()


def _columns(stream: TextIO, environment: Mapping[str, str]) -> int:
    stated = environment.get("COLUMNS", "")
    if stated.isdigit() and int(stated) > 0:
        return int(stated)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
