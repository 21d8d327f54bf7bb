"""The server's search, page by page, each thing once.

In: a client and the release that answers. Out: rows as the server gives them. Never proof of absence: it lists what the credential may
see, and from 13 on it lags behind writes (reference 2.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provisioner.core.model import Json, Uid
from provisioner.core.server import Found
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_uid, page_of
from provisioner.grafana.client import Client
from provisioner.grafana.probe import Release
from provisioner.grafana.replies import Reply

PAGE = 5000
"""The most that 6.2 and later give at once; above it they answer 422 (transcripts, "search limit 6000")."""

_ALL = 1_000_000
"""Before 6.2 there is no page, and no bound to the limit either."""

_MOST_PAGES = 1000
_PAGES_SINCE: Release = (6, 2)
_SORT_SINCE: Release = (7, 0)

Row = Mapping[str, Json]


def search(client: Client, release: Release | None, kind: str) -> list[Row]:
    """All rows of a kind, "dash-db" or "dash-folder". Raises TargetError."""
    params: dict[str, str | int] = {"type": kind, "limit": PAGE}
    if release is not None and release < _PAGES_SINCE:
        params["limit"] = _ALL
        found = pages(lambda _: client.read("/api/search", params), _ALL, client.site, "the search")
    else:
        if release is None or release >= _SORT_SINCE:
            # Without an order of its own a page may repeat rows of the one before, and leave out others.
            params["sort"] = "alpha-asc"
        ask = lambda page: client.read("/api/search", {**params, "page": page})  # noqa: E731 - read beside its twin above
        found = pages(ask, PAGE, client.site, "the search")
    return [row for row in found if row.get("type", kind) == kind]


def found_in(site: str, row: Row) -> Found:
    """A dashboard as a row of the search names it."""
    uid, tags = str(row["uid"]), row.get("tags")
    return Found(
        uid=Uid(uid),
        title=str(row.get("title") or ""),
        folder=folder_uid(row.get("folderUid")),
        url=page_of(site, row.get("url"), "d", uid),
        folder_title=str(row.get("folderTitle") or ""),
        tags=tuple(each for each in tags if isinstance(each, str)) if isinstance(tags, list) else None,
    )


def pages(ask: Callable[[int], Reply], size: int, site: str, what: str) -> list[Row]:
    """Rows with a uid, each uid once, until a page is not full or brings nothing new.

    A server that ignores `page` gives the first one for ever.
    """
    found: dict[str, Row] = {}
    for page in range(1, _MOST_PAGES + 1):
        reply = ask(page)
        rows = reply.rows
        if not reply.ok or rows is None:
            raise failures.of_read(site, what, reply)
        known = len(found)
        for row in rows:
            uid = row.get("uid")
            if isinstance(uid, str) and uid:
                found.setdefault(uid, row)
        if len(rows) < size or len(found) == known:
            break
    return list(found.values())
