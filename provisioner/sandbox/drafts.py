"""A dashboard on its way in: what a request asks, its identity taken apart, and what no server would take.

In: what a request carries. Out: `Wanted`, `Draft`, or Refused. It looks at nothing that is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from provisioner.sandbox.content import as_doubles, whole_number
from provisioner.sandbox.durations import milliseconds
from provisioner.sandbox.objects import CLASSIC
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server

_UID = re.compile(r"[a-zA-Z0-9\-_]*")
_LONGEST_UID = 40
_LONGEST_TITLE = 5000
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks to save. Numbers and texts that were left out are 0 and ""."""

    dashboard: object
    overwrite: bool = False
    message: str = ""
    folder_id: int = 0
    folder_uid: str = ""
    is_folder: bool = False
    restored_from: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A dashboard on its way in: its identity taken apart from its content.

    `id` and `uid` are 0 and "" when not known; `stored` is the version of the resource API that the content is written in.
    """

    id: int
    uid: str
    version: int
    title: str
    content: dict[str, Any]
    folder_uid: str = ""
    stored: str = CLASSIC


def check_uid(server: Server, uid: str) -> None:
    """Refuse a uid that cannot be one."""
    if not _UID.fullmatch(uid):
        raise Refused(server.generation.refusals.uid_illegal)
    if len(uid) > _LONGEST_UID:
        raise Refused(server.generation.refusals.uid_too_long)


def draft_of(server: Server, wanted: Wanted) -> Draft:
    """Take the dashboard of a request apart, and refuse what no server would take."""
    generation, refusals = server.generation, server.generation.refusals
    content = dict(wanted.dashboard) if isinstance(wanted.dashboard, dict) else {}
    content = as_stored(server, content)
    title = text_in(content.get("title")).strip()
    if not title:
        raise Refused(refusals.title_empty)
    if refusals.title_too_long and len(title) > _LONGEST_TITLE:
        raise Refused(refusals.title_too_long)
    if refusals.message_too_long and len(wanted.message) > _LONGEST_MESSAGE:
        raise Refused(refusals.message_too_long)
    content["title"] = title
    uid = text_in(content.get("uid")).strip()
    check_uid(server, uid)
    _raise_refresh(content, generation.min_refresh)
    return Draft(whole_number(content.get("id")), uid, whole_number(content.get("version")), title, content)


def as_stored(server: Server, content: dict[str, Any]) -> dict[str, Any]:
    """The content with its numbers as the generation keeps them."""
    if not server.generation.numbers_are_doubles:
        return content
    try:
        stored: dict[str, Any] = as_doubles(content)
    except RecursionError:  # nested deeper than Python goes; real servers take 10,000 levels
        raise Refused(server.generation.refusals.bad_request) from None
    return stored


def text_in(value: object) -> str:
    """A text as it is; "" for what is none."""
    return value if isinstance(value, str) else ""


def _raise_refresh(content: dict[str, Any], least: str | None) -> None:
    """Too quick a refresh, or none that can be read, becomes the least that is allowed (reference 1.2, step 8)."""
    refresh = text_in(content.get("refresh"))
    if not least or not refresh or refresh == "auto":
        return
    asked = milliseconds(refresh)
    if asked is None or asked < (milliseconds(least) or 0):
        content["refresh"] = least
