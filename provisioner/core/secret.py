"""Where a secret is kept, and the way to it.

In: nothing. Out: `Secret`, which never holds the text itself, and `Reveal`, which gives it to the one who needs it when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is kept: a file (absolute path), or the name of an environment variable. `setting` is its place in the
    configuration.
    """

    setting: str
    file: str | None = None
    variable: str | None = None


Reveal = Callable[[Secret], str]
"""Gives the secret's text, read anew each time so that a rotated file is followed. Raises errors.SecretUnreadable."""
