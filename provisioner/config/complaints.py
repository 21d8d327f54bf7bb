"""A complaint: what is wrong with one value, before it is known where that stands. In: nothing. Out: the value, and the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

_NEAR = 0.7
"""How alike two names are that may be one (difflib's ratio). At 0.6 "server" is taken for "severities"."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem that knows no place yet. An empty `remedy` leaves it to the catalogue's. Carries no secret."""

    code: str
    message: str
    remedy: str = ""


def nearest(name: str, known: Sequence[str], otherwise: str) -> str:
    """The name that was probably meant, as a question; all names when none is near."""
    whole = {**{each.removesuffix("_env").removesuffix("_file"): each for each in sorted(known)}, **{each: each for each in known}}
    near = difflib.get_close_matches(name.lower(), whole, n=1, cutoff=_NEAR)
    return f'did you mean "{whole[near[0]]}"?' if near else f"{otherwise} {', '.join(known)}"
