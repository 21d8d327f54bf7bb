"""Hides secrets that stand in a configuration by mistake (`token: glsa_…`, a password in a url), before its lines are shown.

In: the text of a configuration. Out: the same text, character for character, with dots for what looks like a secret; and what was
hidden, so that no message repeats it. It hides too much rather than too little: the line number is enough to find the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from provisioner.core.problems import Problem

DOT = "•"

# Every repetition is bounded or begins at a border: a line of a megabyte must not take minutes.
_USERINFO = re.compile(r"(?<=://)[^\s\"']{0,500}(?=@)|(?<![\w./-])[^/\s\"':@{,]{1,100}:[^/\s\"'@]{1,200}(?=@)")
_KNOWN = re.compile(r"\b(?:glsa_|glc_|ghp_|gho_|ghs_|github_pat_|glpat-|eyJ|xox[bp]-|AKIA)[A-Za-z0-9_.=-]{8,}")
_WORD = r"token|passw|secret|passphrase|credential|api_?-?key|private_?-?key|ssh_?-?key|authori[sz]ation|bearer"
_KEY = re.compile(
    rf"(?P<key>(?:[\"'][^\"'\n]*(?:{_WORD})[^\"'\n]*[\"']|(?<![\w.-])[\w.-]*(?:{_WORD})[\w.-]*)\s*:(?=\s|$|[\"'])\s*)(?P<value>\S.*)?$",
    re.IGNORECASE,
)
_NAMES_A_PLACE = re.compile(r"(?:_file|_env|-readable-by-all|-unreadable|-over-http|-in-url)[\"']?\s*:\s*$")
_SHORTEST = 4
"""Characters. What is shorter is hidden where it stands, but not looked for in messages: too many words hold it."""


@dataclass(frozen=True, slots=True)
class Veiled:
    """A text of the same length with its secrets hidden, and the secrets."""

    text: str
    secrets: frozenset[str]

    def over(self, told: Problem) -> Problem:
        """The problem with none of the secrets in its words."""
        return replace(told, message=self._without(told.message), remedy=self._without(told.remedy))

    def _without(self, words: str) -> str:
        for secret in sorted(self.secrets, key=len, reverse=True):
            words = words.replace(secret, "…")
        return _KNOWN.sub("…", words)


def veiled(text: str, taken: Mapping[str, str]) -> Veiled:
    """The text with its secrets hidden, line by line; also the deeper lines below a key that opens a block (`password: |`).

    `taken` are values from the environment: what a variable with the name of a secret gave is no word for a message.
    """
    secrets = {value for name, value in taken.items() if re.search(_WORD, name, re.IGNORECASE)}
    lines: list[str] = []
    under: int | None = None
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if under is not None and line.strip() and indent <= under:
            under = None
        lines.append(_hidden(line, indent, len(line), secrets) if under is not None else _line(line, secrets))
        key = _KEY.search(line)
        if key and not _NAMES_A_PLACE.search(key["key"]) and (key["value"] or "|")[0] in "|>&!#":
            under = indent
    return Veiled("\n".join(lines), frozenset(each for each in secrets if len(each) >= _SHORTEST))


def _line(line: str, secrets: set[str]) -> str:
    for pattern in (_USERINFO, _KNOWN):
        for match in list(pattern.finditer(line)):
            line = _hidden(line, match.start(), match.end(), secrets)
    key = _KEY.search(line)
    if key is None or not key["value"] or _NAMES_A_PLACE.search(key["key"]):
        return line
    return _hidden(line, key.start("value"), len(line), secrets)


def _hidden(line: str, start: int, end: int, secrets: set[str]) -> str:
    secrets.add(line[start:end].strip().strip("\"'{},"))
    return f"{line[:start]}{DOT * (end - start)}{line[end:]}"
