"""What a rule says: a code of the catalogue, a place in the dashboard's own object, and words.

In: nothing. Out: the value `Finding`, and `shown` and `counted`, by which every rule puts a text or a number of the file into a message:
short, on one line, and never able to break it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `pointer` (RFC 6901) is relative to the dashboard's own object; an empty `remedy` means the catalogue's."""

    code: str
    pointer: str
    message: str
    remedy: str = ""


LONGEST_SHOWN = 60


def shown(text: str) -> str:
    """A text of the file in quotes, cut when it is long, with what a terminal cannot show spelt out."""
    short = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in short) + '"'


def counted(number: float) -> str:
    """A number of the file. Python itself refuses to write an integer of over 4300 digits."""
    return str(number) if -(10**18) < number < 10**18 else "beyond all bounds"
