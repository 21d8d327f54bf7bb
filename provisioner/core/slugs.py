"""Titles as Grafana 2 to 4 name dashboards: the slug is what a dashboard is found by, and what two dashboards may not share.

In: a title. Out: its slug, None where a letter's transliteration is not known here; and a key that is equal for titles which are one name
on such a server. It must never be invented: a wrong slug would be somebody else's dashboard.
Sources: transcripts slugs-2.6.0 and slugs-4.6.5, "slug 0" to "slug 31".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from provisioner.core.letters import ARABIC, CYRILLIC, GREEK, HAN, HANGUL_FIRST, HANGUL_LAST, HANGUL_MIDDLE, KANA, LATIN

_SPOKEN = str.maketrans({"&": "and", "@": "at", '"': None, "'": None, "’": None, "\u2012": "-", "–": "-", "—": "-", "\u2015": "-"})
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9\-_]")
_DASHES = re.compile(r"-{2,}")
_END_OF_BASIC_PLANE = 0xFFFF
_HANGUL = 0xAC00
_HANGUL_END = 0xD7A3
_NOTHING = frozenset({"Mn", "Cf"})
"""Accents and marks of direction, which no table writes."""


@lru_cache(maxsize=16384)
def slug_of(title: str) -> str | None:
    """The slug: "Über Größe" is "uber-grosse", "仪表盘" is "yi-biao-pan", "---" is ""; None where it cannot be told."""
    written = [_written(letter) for letter in title.strip().lower().translate(_SPOKEN)]
    plain = "".join(each for each in written if each is not None).strip().lower()
    if None in written:
        return None
    return _DASHES.sub("-", _NOT_IN_A_SLUG.sub("-", plain)).strip("-_")


def slug_key(title: str) -> str:
    """Equal for titles that are one name: by slug; where that cannot be told, by the title itself."""
    slug = slug_of(title)
    return f"title {title.strip().casefold()}" if slug is None else slug


def _written(letter: str) -> str | None:
    """One letter in ASCII; None where it is not known."""
    if letter.isascii():
        return letter
    for table in (LATIN, GREEK, CYRILLIC, ARABIC, KANA):
        if letter in table:
            return table[letter]
    if letter in HAN:
        return f"{HAN[letter]} "
    if _HANGUL <= ord(letter) <= _HANGUL_END:
        return _syllable(ord(letter) - _HANGUL)
    if ord(letter) > _END_OF_BASIC_PLANE or unicodedata.category(letter) in _NOTHING:
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    if parts == letter:
        return None
    written = [_written(part) for part in parts]
    return None if None in written else "".join(filter(None, written))


def _syllable(number: int) -> str:
    rest, last = divmod(number, len(HANGUL_LAST))
    first, middle = divmod(rest, len(HANGUL_MIDDLE))
    return HANGUL_FIRST[first] + HANGUL_MIDDLE[middle] + HANGUL_LAST[last]
