"""One answer of a server as it came over the wire, and the words in it.

In: status, headers and body. Out: `Reply` with its JSON, if it is any, and its words for people; `Lost` where no answer came.
JSON is believed only where the content type says so: 6.7 answers unknown routes with 200 and a web page, proxies with HTML.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from provisioner.core.model import Json

WORDS = 300
"""The server's words are cut to this many characters."""

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEAD = 64 * 1024
_NO_NUMBER = "NaN and infinities are no JSON"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `retry_after` is in seconds from when it came; `location` is where a 3xx points; `date` is when it was made, in the
    server's own words. `cookies` are its `Set-Cookie` headers, which may be as good as a password.
    """

    status: int
    content_type: str
    body: bytes
    retry_after: float | None = None
    location: str = ""
    date: str = ""
    cookies: tuple[str, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """200: the only success that the dashboard API has."""
        return self.status == HTTPStatus.OK

    @property
    def is_json(self) -> bool:
        """Whether the content type says JSON."""
        media = self.content_type.partition(";")[0].strip().lower()
        return media == "application/json" or media.endswith("+json")

    @property
    def value(self) -> Json:
        """The body as JSON; None where it is none, whatever the reason."""
        if not self.is_json:
            return None
        try:
            return json.loads(self.body, parse_constant=_refused)
        except (ValueError, RecursionError):
            return None

    @property
    def fields(self) -> Mapping[str, Json]:
        """The body as a JSON object; empty where it is none."""
        value = self.value
        return cast("dict[str, Json]", value) if isinstance(value, dict) else {}

    @property
    def rows(self) -> list[Mapping[str, Json]] | None:
        """The objects of the body as a JSON list; None where it is no list."""
        value = self.value
        return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else None

    @property
    def words(self) -> str:
        """What the answer says, for people: the server's own message, a page's title, else the status."""
        return readable(_message(self.value) or _page(self) or _phrase(self.status))

    def __str__(self) -> str:
        return f"{self.status} ({self.content_type or 'no content type'}): {self.words}"


@dataclass(frozen=True, slots=True)
class Lost:
    """A write went out and no usable answer came back: it may have been done or not."""

    words: str


def readable(text: str) -> str:
    """One line, nothing that moves a terminal's cursor, at most `WORDS` characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: WORDS * 8]).split())
    return line if len(line) <= WORDS else line[: WORDS - 1] + "…"


def _refused(_: str) -> Json:
    raise ValueError(_NO_NUMBER)


def _message(value: Json) -> str:
    """The words of the shapes of reference 1.6: an object with message, title or error; a list of such (422 up to 7.5)."""
    match value:
        case str():
            return value
        case list():
            return "; ".join(filter(None, (_message(each) for each in value[:20])))
        case dict():
            said = [value.get(key) for key in ("message", "error")]
            parts = list(dict.fromkeys(part for part in said if isinstance(part, str) and part))
            names = value.get("fieldNames")
            fields = ", ".join(str(name) for name in names) if isinstance(names, list) else ""
            title = value.get("title")
            text = ": ".join(parts) or (title if isinstance(title, str) else "")
            return f"{fields}: {text}" if fields else text
        case _:
            return ""


def _page(reply: Reply) -> str:
    """The title of a web page, the first line of a text; "" of anything else."""
    media = reply.content_type.partition(";")[0].strip().lower()
    text = reply.body[:_HEAD].decode("utf-8", "replace")
    if media == "text/html" or text.lstrip()[:9].lower() in {"<!doctype", "<html>"}:
        title = _TITLE.search(text)
        return html.unescape(title[1]).strip() if title and title[1].strip() else "a web page"
    if media.startswith("text/"):
        return next((line for line in text.splitlines() if line.strip()), "")
    return ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"
