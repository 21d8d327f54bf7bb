"""Watches of the resource API, where a generation has them (13; reference 5.2: there is no transcript of one).

In: a request with `watch`. Out: a stream of events, one JSON object a line, in the order of the writes, as Kubernetes
has it: from a resourceVersion on, with bookmarks when asked for; one that is too old ends in an ERROR event of 410.
Faults end it too soon (`dropped_watches`), spoil it (`garbled_watches`) or let its beginning be too old (`expired`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from provisioner.sandbox import pages
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.listing import Requirement, fits, name_in, selector_of
from provisioner.sandbox.apis.shapes import Object, metadata, shown
from provisioner.sandbox.apis.statuses import status_body
from provisioner.sandbox.content import text_of, whole_number
from provisioner.sandbox.front import Connection
from provisioner.sandbox.objects import Item
from provisioner.sandbox.pages import Shelf
from provisioner.sandbox.trash import Deleted

_TICK_SECONDS = 0.02
_BOOKMARK_SECONDS = 1.0


def watch(asked: Asked, request: Request) -> Response:
    """The stream; it ends with the client, the time that was asked for, or the sandbox."""
    return StreamingResponse(_lines(_Watch(asked, request)), media_type="application/json")


class _Watch:
    """One watch under way."""

    def __init__(self, asked: Asked, request: Request) -> None:
        self.asked = asked
        self.request = request
        self.shelf = Shelf(asked.server.store, asked.caller.organisation, asked.kind.is_folder)
        self.wanted: tuple[Requirement, ...] = selector_of(request.query_params.get("labelSelector", ""))
        self.name = name_in(request.query_params.get("fieldSelector", ""))
        self.since = whole_number(request.query_params.get("resourceVersion", ""))
        self.bookmarks = request.query_params.get("allowWatchBookmarks") in {"true", "1"}
        self.seconds = whole_number(request.query_params.get("timeoutSeconds", ""))
        self.alone = "as=PartialObjectMetadata" in request.headers.get("accept", "")

    def is_too_old(self) -> bool:
        """Whether the resourceVersion is before what this server knows, or a fault says so."""
        return bool(self.since) and (self.since < self.shelf.store.first_revision() or self.asked.server.faults.take("expired"))

    def news(self) -> list[Object]:
        """What happened since the last look, and the look is remembered; everything, at the first one without a resourceVersion."""
        before, self.since = self.since, self.shelf.store.revision()
        if before == self.since:
            return []
        changes = pages.changes(self.shelf, before)
        return [self._event(kind, item, deleted) for kind, item, deleted in changes if self._is_meant(item)]

    def _is_meant(self, item: Item) -> bool:
        return (not self.name or item.uid == self.name) and fits(self.wanted, item)

    def _event(self, kind: str, item: Item, deleted: Deleted | None) -> Object:
        if not self.alone:
            return {"type": kind, "object": shown(self.asked, item, deleted)}
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata(self.asked, item, deleted)}
        return {"type": kind, "object": partial}

    def drop(self) -> None:
        """Close the connection."""
        connection: Connection = self.request.scope["state"]["connection"]
        connection.drop()

    def bookmark(self) -> Object:
        """Where a client may go on from."""
        told = {"resourceVersion": str(self.since)}
        return {"type": "BOOKMARK", "object": {"kind": self.asked.kind.name, "apiVersion": self.asked.api_version, "metadata": told}}


async def _lines(watched: _Watch) -> AsyncIterator[bytes]:
    if watched.is_too_old():
        message = f"too old resource version: {watched.since} ({watched.shelf.store.revision()})"
        yield _line({"type": "ERROR", "object": status_body(410, message, "Expired")})
        return
    clock = asyncio.get_running_loop().time
    began = marked = clock()
    while not watched.asked.server.ending.is_set() and not await watched.request.is_disconnected():
        faults = watched.asked.server.faults
        if faults.take("dropped_watches"):
            watched.drop()
            return
        if faults.take("garbled_watches"):
            yield b"<html>502 Bad Gateway</html>\n"
        for event in watched.news():
            yield _line(event)
        now = clock()
        if watched.seconds and now - began >= watched.seconds:
            return
        if watched.bookmarks and now - marked >= _BOOKMARK_SECONDS:
            marked = now
            yield _line(watched.bookmark())
        await asyncio.sleep(_TICK_SECONDS)


def _line(event: Object) -> bytes:
    return text_of(event) + b"\n"
