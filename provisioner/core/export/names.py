"""Titles → names of files and directories: legal everywhere, readable, each once, and the same at every pull.

In: titles and uids. Out: names of lower-case letters, digits and `-`, of any script. No two of one directory are equal on a disk that knows
no case or writes accents in its own way, none is one that Windows or git keeps for itself, and none is hidden.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import count

LONGEST = 80
"""Bytes of a name without its ending and uid: file systems take 255, archives and some tools fewer."""

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))})
_RESERVED = _DEVICES | {"general"}
""" "General" at the top of a source is another tool's name for the root, and no folder (`folders`)."""

_SELECTORS = range(0xFE00, 0xFE10)
"""They choose how the letter before them is drawn."""


def slug(text: str) -> str:
    """The text as a name, "" where nothing of it can stay (emoji, punctuation)."""
    kept: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        whole = kept and kept[-1] != "-"
        category = unicodedata.category(letter)
        if letter.isalnum():
            kept.append(_plain(letter))
        elif category in ("Mn", "Mc") and whole and ord(letter) not in _SELECTORS:
            kept.append(letter)
        elif whole:
            kept.append("-")
    name = unicodedata.normalize("NFC", "".join(kept).lower())
    return _cut(name.strip("-"))


def folded(name: str) -> str:
    """Equal for names that some disk takes for one."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())


def distinct(titles: Mapping[str, str], taken: Collection[str], ending: str = "") -> dict[str, str]:
    """A name for each uid by its title. `taken` are folded names that are there already.

    Who shares a name with another gets its uid appended, whatever the order: then none of them changes when one goes.
    """
    plain = {uid: slug(title) or slug(uid) or _digest(uid) for uid, title in titles.items()}
    shared = Counter(folded(name) for name in plain.values())
    used = set(taken)
    names: dict[str, str] = {}
    for uid in sorted(titles):
        name = plain[uid]
        alone = shared[folded(name)] == 1 and name not in _RESERVED
        candidates = _candidates(name, uid, alone=alone)
        names[uid] = next(each for each in (one + ending for one in candidates) if folded(each) not in used)
        used.add(folded(names[uid]))
    return names


def _candidates(name: str, uid: str, *, alone: bool) -> Iterator[str]:
    if alone:
        yield name
    if slug(uid) not in ("", name):
        yield f"{name}-{slug(uid)}"
    yield from (f"{name}-{_digest(uid, number)}" for number in count())


def _plain(letter: str) -> str:
    """Without its accent where that leaves plain ASCII; other scripts as they are."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
    return bare if re.fullmatch("[A-Za-z0-9]+", bare) else letter


def _cut(name: str) -> str:
    return name.encode()[:LONGEST].decode(errors="ignore").rstrip("-")


def _digest(uid: str, number: int = 0) -> str:
    return hashlib.sha256(f"{uid}\0{number}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
