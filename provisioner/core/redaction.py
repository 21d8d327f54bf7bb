"""The last door before a text reaches a log or a page: what may be a secret in it is taken out.

In: text. Out: the same without user names and passwords of urls, without their queries and fragments, and without tokens of forms that are
known. Pure. Whoever makes a text keeps secrets out of it already; this is for the words of others, which may repeat anything.
"""

from __future__ import annotations

import re

# Every repetition is bounded or ends at a border: a line of a megabyte must not take minutes.
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20}://)(?P<rest>[^\s\"'<>]*)")
_TOKEN = re.compile(r"\b(?:glsa_|glc_|ghp_|gho_|ghs_|github_pat_|glpat-|eyJ|xox[bp]-|AKIA)[A-Za-z0-9_.=-]{8,}")
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{8,}")


def redacted(text: str) -> str:
    """Each url cut down to scheme, host and path; known tokens and values of authorization headers as "…"."""
    return _AUTHORIZATION.sub(r"\1 …", _TOKEN.sub("…", _URL.sub(_bare, text)))


def _bare(found: re.Match[str]) -> str:
    """A password may hold any character, "/" too where nobody encoded it: what stands before the last "@" goes."""
    whole = found["rest"].rpartition("@")[2]
    return found["scheme"] + re.split(r"[?#]", whole, maxsplit=1)[0]
