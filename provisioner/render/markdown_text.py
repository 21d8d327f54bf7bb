"""A stranger's text inside Markdown, as itself: no markup, no HTML, no mention, no reference, no link of its own.

In: any text. Out: Markdown that GitHub and GitLab show as that text, to be put behind words of our own: it may begin with what makes a list
or a heading at the begin of a line. Entities are never read as markup; a mark of zero width after `@` and its like keeps people from being
called and issues from being linked.
"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.core.contrast import visible

_MARKUP = frozenset("\\`*_[]<>#|~&$")
_CALLS = frozenset("@#!$%~^&")
_NO_WIDTH = "&#8203;"


def text(words: str) -> str:
    """The words on one line, safe in a paragraph, a list or a cell of a table."""
    return "".join(_safe(char) for char in visible(words)).replace("://", "&#58;//").replace("www.", "www&#46;")


def code(words: str) -> str:
    """The words as code. HTML rather than backticks: those cannot hold a backtick and a pipe in one."""
    return f"<code>{text(words)}</code>" if words else ""


def row(cells: Sequence[str]) -> str:
    """A row of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def details(summary: str, body: Sequence[str]) -> list[str]:
    """What is shown when it is asked for; the summary is Markdown already, and is read as HTML."""
    return [f"<details><summary>{summary}</summary>", "", *body, "", "</details>", ""]


def _safe(char: str) -> str:
    shown = f"&#{ord(char)};" if char in _MARKUP else char
    return f"{shown}{_NO_WIDTH}" if char in _CALLS else shown
