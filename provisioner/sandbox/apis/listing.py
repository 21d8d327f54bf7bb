"""Lists of the resource API: whole objects, metadata alone, tables; the trash and the history by selectors.

In: a request's query and what it accepts. Out: a list with its resourceVersion, and `continue` while there is more
(transcript resources-12.4.0 "list …", "label selector", "field selector", "trash", "history"; reference 0.1).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass

from starlette.requests import Request

from provisioner.sandbox import pages, trash
from provisioner.sandbox.apis import statuses
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.shapes import INTERNAL_ID, Object, metadata, shown
from provisioner.sandbox.content import Unreadable, read, whole_number
from provisioner.sandbox.objects import Item, by_id, by_uid
from provisioner.sandbox.pages import Shelf
from provisioner.sandbox.trash import Deleted

_TRASH = "grafana.app/get-trash"
_HISTORY = "grafana.app/get-history"
_REQUIREMENT = re.compile(r"\s*(!?)\s*([\w./-]+)\s*(?:(==|!=|=)\s*([\w.-]*)|\s(in|notin)\s*\(([^)]*)\))?\s*")
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result."
    " You must start a new list without the continue parameter to retrieve a consistent list."
)
_NAME = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the"
    " generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition."
    " Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
_CREATED = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in"
    " happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\n"
    "Populated by the system. Read-only. Null for lists. More info:"
    " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One part of a label selector: `values` None asks whether the label is there at all."""

    key: str
    values: frozenset[str] | None
    negated: bool

    def holds(self, labels: dict[str, str]) -> bool:
        """Whether an object with these labels is meant."""
        there = self.key in labels if self.values is None else labels.get(self.key) in self.values
        return there is not self.negated


@dataclass(frozen=True, slots=True)
class Found:
    """What a list holds; `rest` is where the next page begins, 0 when there is none."""

    entries: tuple[tuple[Item, Deleted | None], ...]
    revision: int
    rest: int = 0


def selector_of(text: str) -> tuple[Requirement, ...]:
    """A label selector, taken apart. StatusRefused: it is none."""
    parts = [part for part in re.split(r",(?![^(]*\))", text) if part.strip()]
    return tuple(_requirement(part) for part in parts)


def _requirement(part: str) -> Requirement:
    match = _REQUIREMENT.fullmatch(part)
    if match is None:
        raise statuses.bad_request(f"unable to parse requirement: {part}")
    absent, key, sign, value, among, values = match.groups()
    if sign:
        return Requirement(key, frozenset({value}), sign == "!=")
    if among:
        return Requirement(key, frozenset(one.strip() for one in values.split(",")), among == "notin")
    return Requirement(key, None, bool(absent))


def listed(asked: Asked, request: Request) -> Object:
    """GET of a collection."""
    found = _found(asked, request)
    about: Object = {"resourceVersion": str(found.revision)}
    if found.rest:
        about["continue"] = _token(found.rest, found.revision)
    accepted = request.headers.get("accept", "")
    if "as=PartialObjectMetadataList" in accepted:
        items = [_alone(asked, item, deleted) for item, deleted in found.entries]
        return {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": about, "items": items}
    if "as=Table" in accepted:
        return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": about} | _table(asked, found)
    items = [shown(asked, item, deleted) for item, deleted in found.entries]
    return {"kind": f"{asked.kind.name}List", "apiVersion": asked.api_version, "metadata": about, "items": items}


def _alone(asked: Asked, item: Item, deleted: Deleted | None) -> Object:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata(asked, item, deleted)}


def _table(asked: Asked, found: Found) -> Object:
    columns = [
        ("Name", "string", "name", _NAME),
        ("Title", "string", "string", f"The {asked.kind.singular} name"),
        ("Created At", "date", "", _CREATED),
    ]
    return {
        "columnDefinitions": [
            {"name": name, "type": kind, "format": form, "description": told, "priority": 0} for name, kind, form, told in columns
        ],
        "rows": [
            {"cells": [item.uid, item.title, item.created], "object": _alone(asked, item, deleted)} for item, deleted in found.entries
        ],
    }


def _found(asked: Asked, request: Request) -> Found:
    shelf = Shelf(asked.server.store, asked.caller.organisation, asked.kind.is_folder)
    wanted = selector_of(request.query_params.get("labelSelector", ""))
    name = name_in(request.query_params.get("fieldSelector", ""))
    newest = pages.newest_revision(shelf) + 1
    start, revision = _place(asked, request, newest)
    limit = whole_number(request.query_params.get("limit", ""))
    if any(one.key == _TRASH for one in wanted):
        lying = trash.everything(asked.server.store, shelf.organisation, is_folder=shelf.is_folder)
        return _cut([(one.item, one) for one in lying if not name or one.item.uid == name], newest, start, limit)
    if any(one.key == _HISTORY for one in wanted):
        if not name:
            raise statuses.bad_request("a history is asked for with a field selector on metadata.name")
        return _cut([(item, None) for item in pages.history(shelf, name)], newest, start, limit)
    if name:
        item = by_uid(asked.server.store, shelf.organisation, name, is_folder=shelf.is_folder)
        return Found(((item, None),), item.revision) if item and fits(wanted, item) else Found((), newest)
    if revision != newest:
        before = pages.as_it_was(shelf, revision)
        return _cut([(item, None) for item in before if fits(wanted, item)], revision, start, limit)
    if wanted:
        return _selected(shelf, wanted, (start, limit), newest)
    items, more = pages.page(shelf, start, limit)
    return Found(tuple((item, None) for item in items), newest, start + len(items) if more else 0)


def _labels(number: int, labels: str) -> dict[str, str]:
    return {INTERNAL_ID: str(number), **json.loads(labels)}


def fits(wanted: tuple[Requirement, ...], item: Item) -> bool:
    """Whether a label selector means this object."""
    return all(one.holds(_labels(item.id, item.labels)) for one in wanted)


def _selected(shelf: Shelf, wanted: tuple[Requirement, ...], part: tuple[int, int], newest: int) -> Found:
    """Those of the labels: names first, so that only the contents of one page are read."""
    start, limit = part
    meant = [number for number, _, labels in pages.labelled(shelf) if all(one.holds(_labels(number, labels)) for one in wanted)]
    most = min(limit or pages.MOST, pages.MOST)
    items = (by_id(shelf.store, shelf.organisation, number) for number in meant[start : start + most])
    shown_items = pages.cut(tuple(item for item in items if item), most)
    rest = start + len(shown_items)
    return Found(tuple((item, None) for item in shown_items), newest, rest if rest < len(meant) else 0)


def _cut(entries: list[tuple[Item, Deleted | None]], revision: int, start: int, limit: int) -> Found:
    most = min(limit or pages.MOST, pages.MOST)
    rest = entries[start:]
    items = pages.cut(tuple(item for item, _ in rest), most)
    return Found(tuple(rest[: len(items)]), revision, start + len(items) if len(items) < len(rest) else 0)


def name_in(selector: str) -> str:
    """The name of a field selector; "" for none. StatusRefused: it selects by another field."""
    if not selector:
        return ""
    field, _, value = selector.partition("=")
    if field != "metadata.name":
        raise statuses.bad_request(f"field label not supported: {field}")
    return value.removeprefix("=")


def _token(rest: int, revision: int) -> str:
    """Where the next page begins, as nobody but the server should read it."""
    return base64.b64encode(json.dumps({"o": rest, "v": revision, "s": False}, separators=(",", ":")).encode()).decode()


def _place(asked: Asked, request: Request, newest: int) -> tuple[int, int]:
    """Where a list goes on, and as of when. StatusRefused: it cannot (410 is a fault that tests switch on)."""
    token = request.query_params.get("continue")
    if not token:
        return 0, newest
    if asked.server.faults.take("expired"):
        raise statuses.expired(_TOO_OLD)
    begin = f'get continue token ("{token}"): '
    try:
        place = read(base64.b64decode(token, validate=True))
    except ValueError as error:
        why = str(error) if isinstance(error, Unreadable) else "error decoding continue token"
        raise statuses.StatusRefused(500, begin + why) from error
    if not isinstance(place, dict) or not all(isinstance(place.get(key, 0), int) for key in ("o", "v")):
        raise statuses.StatusRefused(500, f"{begin}json: cannot unmarshal into Go value of type ContinueToken")
    if not place.get("v"):
        raise statuses.bad_request("expecting an explicit resource version query")
    return place.get("o", 0), place["v"]
