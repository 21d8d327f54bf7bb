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
from provisioner.sandbox.refusals import Refusal, Refused
from provisioner.sandbox.server import Server

_UID = re.compile(r"[a-zA-Z0-9\-_]*")
_LONGEST_UID = 40
# Bytes, though the words of the server say characters.
_LONGEST_TITLE = 5000
_LONGEST_MESSAGE = 500
_LONGEST_TAG = 50


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


def uid_refusal(server: Server, uid: str) -> Refusal | None:
    """Why a uid cannot be one; None when it can."""
    if not _UID.fullmatch(uid):
        return server.generation.refusals.uid_illegal
    return server.generation.refusals.uid_too_long if len(uid) > _LONGEST_UID else None


def check_uid(server: Server, uid: str) -> None:
    """Refuse a uid that cannot be one."""
    refusal = uid_refusal(server, uid)
    if refusal:
        raise Refused(refusal)


def is_long_title(title: str) -> bool:
    """Whether a title is longer than any may be."""
    return len(title.encode()) > _LONGEST_TITLE


def is_long_message(message: str) -> bool:
    """Whether the message of a save is longer than any may be."""
    return len(message.encode()) > _LONGEST_MESSAGE


def has_long_tag(tags: object) -> bool:
    """Whether a tag is longer than any may be. A list with anything but texts in it is no list of tags, and not looked at (12.4)."""
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return False
    return any(len(tag.encode()) > _LONGEST_TAG for tag in tags)


def draft_of(server: Server, wanted: Wanted) -> Draft:
    """Take the dashboard of a request apart, and refuse what no server would take."""
    generation, refusals = server.generation, server.generation.refusals
    content = dict(wanted.dashboard) if isinstance(wanted.dashboard, dict) else {}
    content = as_stored(server, content)
    title = text_in(content.get("title")).strip()
    if not title:
        raise Refused(refusals.title_empty)
    if refusals.title_too_long and is_long_title(title):
        raise Refused(refusals.title_too_long)
    content["title"] = title
    uid = text_in(content.get("uid")).strip()
    check_uid(server, uid)
    _raise_refresh(content, generation.min_refresh)
    return Draft(whole_number(content.get("id")), uid, whole_number(content.get("version")), title, content)


def check_lengths(server: Server, wanted: Wanted, content: dict[str, Any]) -> None:
    """Refuse a message or a tag that is too long; of a save that goes over a stale version, that is told first (12.4)."""
    refusals = server.generation.refusals
    if refusals.message_too_long and is_long_message(wanted.message):
        raise Refused(refusals.message_too_long)
    if refusals.tag_too_long and has_long_tag(content.get("tags")):
        raise Refused(refusals.tag_too_long)


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
