"""What a person can do, as they read and run it: a step in a line, its command with the configuration and the target that are meant.

In: a remedy of ours, and options. Out: its steps. Nothing is changed in it but our own commands and moments.
"""

from __future__ import annotations

import re

from provisioner.render import words
from provisioner.render.options import Options

_NAMED = re.compile(
    r"\bprovisioner (?:apply --take-home|"
    r"(?:apply --take|pull|restore|confirm|explain|diff) [\w-]+(?: --version \d+)?(?: --into (?:'[^']*'|[^\s;,)]+))?)"
)
_NEXT = re.compile(r"(?<=\.) (?=[A-Z])")


def runnable(text: str, options: Options) -> str:
    """The sentence with what its commands are to be given besides."""
    return _NAMED.sub(lambda found: f"{found.group()} {options.given}", text) if options.given else text


def steps(remedy: str, options: Options) -> list[str]:
    """Each sentence by itself: a remedy is often a choice, and what stands alone in a line can be copied."""
    return [runnable(each.removesuffix("."), options) for each in _NEXT.split(words.dated(remedy))] if remedy else []
