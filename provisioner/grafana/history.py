"""The history of one dashboard: which versions the server keeps, and one of them with its body (reference 2.6).

In: a client, the release that answers, and the dashboard as it is now. Out: `Version`s and `LiveDashboard`s. By uid from 9.0 on, by numeric
id before. What a server has no more, or does not show to this credential, is nothing, and no error; nothing is ever restored here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from provisioner.core.model import Json, Uid
from provisioner.core.server import LiveDashboard, Mark, Version
from provisioner.grafana import failures
from provisioner.grafana.addresses import is_askable, segment
from provisioner.grafana.client import Client
from provisioner.grafana.probe import Release
from provisioner.grafana.replies import Reply
from provisioner.grafana.search import Row

_BY_UID_SINCE: Release = (9, 0)
_MOST_PAGES = 1000
_NO_SUCH_VERSION = re.compile(r"^dashboard version .*not found", re.IGNORECASE)
_NO_SUCH_DASHBOARD = "failed to get dashboard by uid"


def versions(client: Client, release: Release | None, live: LiveDashboard, limit: int) -> tuple[Version, ...]:
    """The newest `limit` versions, newest first. Raises TargetError."""
    path = _path(release, live)
    found: dict[int, Version] = {}
    token = ""
    for _ in range(_MOST_PAGES if path else 0):
        if len(found) >= limit:
            break
        params: dict[str, str | int] = {"limit": limit - len(found)}
        reply = client.read(path, {**params, "continueToken": token} if token else params)
        if _is_absent(reply):
            break
        rows, token = _page(client.site, live, reply)
        known = len(found)
        found.update((each.version, each) for row in rows if _is_of(row, live) and (each := _version(row)) is not None)
        if not token or len(found) == known:
            break
    return tuple(sorted(found.values(), key=lambda each: -each.version)[: max(limit, 0)])


def version(client: Client, release: Release | None, live: LiveDashboard, number: int) -> LiveDashboard | None:
    """One version with its body; None when the server has it no more. Where it lay is not kept: folder and address are those of `live`.

    Raises TargetError.
    """
    path = _path(release, live)
    if not path:
        return None
    reply = client.read(f"{path}/{number}")
    if _is_absent(reply) or (reply.is_json and reply.status in {404, 500} and _NO_SUCH_VERSION.match(reply.words)):
        return None
    fields = reply.fields
    data = fields.get("data")
    if not reply.ok or not isinstance(data, dict) or fields.get("version") != number:
        raise failures.of_read(client.site, f"the question for version {number} of dashboard {live.uid!r}", reply)
    if not _is_of(fields, live):
        return None
    content = cast("dict[str, Json]", data)
    return replace(
        live,
        uid=Uid(_text(content.get("uid")) or live.uid),
        title=_text(content.get("title")) or live.title,
        mark=Mark(live.mark.id, number),
        updated_by=_text(fields.get("createdBy")),
        updated=_text(fields.get("created")),
        content=content,
    )


def _path(release: Release | None, live: LiveDashboard) -> str:
    """Where the history is; "" where nobody can have one."""
    if release is not None and release < _BY_UID_SINCE:
        return f"/api/dashboards/id/{live.mark.id}/versions"
    return f"/api/dashboards/uid/{segment(live.uid)}/versions" if is_askable(live.uid) else ""


def _is_absent(reply: Reply) -> bool:
    """The dashboard is gone (404; 9.3 says 400), or its history is not for us: 9 and later want the right to write."""
    if not reply.is_json:
        return False
    return reply.status in {403, 404} or (reply.status == 400 and _NO_SUCH_DASHBOARD in reply.words.lower())


def _page(site: str, live: LiveDashboard, reply: Reply) -> tuple[Iterable[Row], str]:
    """The rows of an answer, and where the next ones begin: a list up to 11, an object from 12 on."""
    listed = reply.fields.get("versions")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else reply.rows
    if not reply.ok or rows is None:
        raise failures.of_read(site, f"the question for the history of dashboard {live.uid!r}", reply)
    return rows, _text(reply.fields.get("continueToken"))


def _is_of(row: Mapping[str, Json], live: LiveDashboard) -> bool:
    """Whether a row is of this very dashboard, and not of one that was made under its uid before or since."""
    number = row.get("dashboardId")
    return type(number) is not int or number in {0, live.mark.id}


def _version(row: Row) -> Version | None:
    number = row.get("version")
    if type(number) is not int:
        return None
    return Version(number, _text(row.get("createdBy")), _text(row.get("created")), _text(row.get("message")))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
