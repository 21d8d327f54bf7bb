"""Lists of the resource API, page by page, as metadata wherever that is enough.

In: a client and the path of a kind. Out: `Row`s: heads, with titles where the list has them. A page holds what the server likes (about 200
objects or 2 MB on 12.4, whatever is asked for); the end is where `continue` is empty. What the credential may not see is not in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from provisioner.core.model import Json
from provisioner.grafana import failures
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Reply
from provisioner.grafana.resource_heads import Head, head_of, object_in

METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
"""Names, states and annotations (transcripts, "list partial metadata"). A server that cannot do it gives all, which is read as well."""

TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"
"""The same with titles (transcripts, "list table")."""

_BROKEN_OFF = "continue token"
PAGE = 500
_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a list. `title` and `spec` are empty where the list does not have them."""

    head: Head
    title: str
    spec: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects by name, in the state that `version` names ("" where the server does not say)."""

    rows: Mapping[str, Row]
    version: str


def listed(client: Client, path: str, what: str, accept: str = "") -> Mapping[str, Row]:
    """All objects by name. `what` is words: "the list of folders". Raises TargetError."""
    return listing(client, path, what, accept).rows


def listing(client: Client, path: str, what: str, accept: str = "") -> Listing:
    """The same, and of when it is: the state of its first page, so that who goes on from there misses nothing. Raises TargetError."""
    found: dict[str, Row] = {}
    token, again, version = "", True, ""
    for _ in range(_MOST_PAGES):
        reply = client.read(path, {"limit": PAGE, **({"continue": token} if token else {})}, accept)
        if token and again and _is_over(reply):
            token, again = "", False  # once more from the start
            continue
        found.update((row.head.name, row) for row in _rows(client.site, what, reply))
        meta = object_in(reply.fields, "metadata")
        following, told = meta.get("continue"), meta.get("resourceVersion")
        version = version if token else told if isinstance(told, str) else ""
        if not isinstance(following, str) or not following or following == token:
            break
        token = following
    return Listing(found, version)


def _is_over(reply: Reply) -> bool:
    """Whether a list cannot go on from where it was: its state has expired, or the server does not know its own token any more, which it
    tells by 500 (transcript refusals-12.4.0, "list with a bad continue token"), after an upgrade, say.
    """
    return reply.status == HTTPStatus.GONE or (reply.status == HTTPStatus.INTERNAL_SERVER_ERROR and _BROKEN_OFF in reply.words)


def _rows(site: str, what: str, reply: Reply) -> Iterator[Row]:
    fields = reply.fields
    if not reply.ok or not isinstance(fields.get("kind"), str):
        raise failures.of_read(site, what, reply)
    is_table = fields["kind"] == "Table"
    values = fields.get("rows" if is_table else "items")
    place = _title_at(fields) if is_table else None
    for value in values if isinstance(values, list) else ():
        head = head_of(object_in(value, "object") if is_table else value)
        if head is not None:
            spec = object_in(value, "spec")
            yield Row(head, _title(value, spec, place), spec)


def _title_at(table: Mapping[str, Json]) -> int | None:
    """The column of titles, by its name."""
    columns = table.get("columnDefinitions")
    names = [column.get("name") if isinstance(column, dict) else None for column in columns] if isinstance(columns, list) else []
    return names.index("Title") if "Title" in names else None


def _title(value: Json, spec: Mapping[str, Json], place: int | None) -> str:
    cells = value.get("cells") if isinstance(value, dict) else None
    title = cells[place] if place is not None and isinstance(cells, list) and place < len(cells) else spec.get("title")
    return title if isinstance(title, str) else ""
