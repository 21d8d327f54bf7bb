"""Titles as they stand in addresses, the two ways Grafana has made them.

In: a title. Out: its slug. Up to 11.2 the slug also decides whether two names are equal, so it must never be invented:
letters that no table here knows keep two titles apart (they are written as their code).
Sources: transcripts slugs-4.6.5 "slug 0" to "slug 31", grafana-* "title unicode emoji", "title of 190".
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from provisioner.sandbox.letters import ARABIC, CYRILLIC, GREEK, HAN, KANA, LATIN, hangul

_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9\-_]")
_DASHES = re.compile(r"-{2,}")
_SPOKEN = str.maketrans({"&": "and", "@": "at", '"': None, "'": None, "’": None, "\u2012": "-", "–": "-", "—": "-", "\u2015": "-"})
_LEFT_OUT = frozenset(",\"'\n\r\0?.()")
_LONGEST = 50
_END_OF_BASIC_PLANE = 0xFFFF


@lru_cache(maxsize=4096)
def transliterated(title: str) -> str:
    """2 to 11: everything becomes plain letters: "Über 仪表盘 🚀" is "uber-yi-biao-pan", "---" is empty."""
    spoken = title.strip().lower().translate(_SPOKEN)
    plain = "".join(_plain(letter) for letter in spoken).strip().lower()
    return _DASHES.sub("-", _NOT_IN_A_SLUG.sub("-", plain)).strip("-_")


@lru_cache(maxsize=4096)
def hexed(title: str) -> str:
    """12 and later: unknown letters as their bytes; too long or empty, the start of a digest.

    "Über 仪表盘 🚀" is "ueber-e4bbaa-e8a1a8-e79b98-f09f9a80", 190 times "t" is "b3cfa4c".
    """
    parts = (_hexed_letter(letter) for letter in title.strip().lower())
    slug = _DASHES.sub("-", "".join(parts)).strip("-")
    if slug and len(slug) <= _LONGEST:
        return slug
    return hashlib.sha1(title.strip().encode(), usedforsecurity=False).hexdigest()[:7]


def _plain(letter: str) -> str:
    """One letter in ASCII, as the transliteration tables of 5 to 11 have it, where we know them."""
    if letter.isascii():
        return letter
    for table in (LATIN, GREEK, CYRILLIC, ARABIC, KANA):
        if letter in table:
            return table[letter]
    syllable = hangul(letter)
    if syllable:
        return syllable
    if letter in HAN:
        return f"{HAN[letter]} "
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if bare != letter and bare[:1].isascii():
        return "".join(_plain(part) for part in bare)
    if ord(letter) > _END_OF_BASIC_PLANE or not letter.isalnum():
        return ""
    return f"{ord(letter):x} "


def _hexed_letter(letter: str) -> str:
    if letter.isspace():
        return "-"
    if letter.isascii() and (letter.isalnum() or letter in "-_"):
        return letter
    if letter in _LEFT_OUT:
        return ""
    known = {"ü": "ue", "&": "and", "@": "at"}.get(letter) or LATIN.get(letter) or CYRILLIC.get(letter)
    if known is not None:
        return known
    bare = unicodedata.normalize("NFD", letter)[0]
    return bare if bare.isascii() and bare.isalpha() else f"-{letter.encode().hex()}-"
