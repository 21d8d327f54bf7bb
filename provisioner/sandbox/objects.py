"""The shelf of dashboards and folders with their versions.

In: the store and values. Out: rows as frozen values. Folders and dashboards share one table and one count of ids, as
on real servers. It keeps what it is told: whether a save is allowed is decided in saving and folders.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from provisioner.sandbox.store import Store

_FIRST_LARGE_ID = 3_160_000_000_000_000
_LARGE_ID_STEP = 4_194_304


@dataclass(frozen=True, slots=True)
class Item:
    """A dashboard or a folder as it is now. `folder_uid` "" is the root; `file` names what it was provisioned from.

    `body` is the content as JSON without id, uid and version, keys in order. `updated_by` is "" until the first update.
    """

    id: int
    organisation: int
    is_folder: bool
    uid: str
    folder_uid: str
    slug: str
    title: str
    version: int
    created: str
    updated: str
    created_by: str
    updated_by: str
    tags: tuple[str, ...]
    body: str
    file: str

    def content(self) -> dict[str, Any]:
        """The dashboard as a GET shows it."""
        content: dict[str, Any] = json.loads(self.body)
        return content | {"id": self.id, "uid": self.uid, "version": self.version}


@dataclass(frozen=True, slots=True)
class Version:
    """One row of the history. `head` holds id, uid and version as they were stored then (JSON)."""

    id: int
    item: int
    version: int
    parent: int
    restored_from: int
    created: str
    created_by: str
    message: str
    head: str
    body: str

    def content(self) -> dict[str, Any]:
        """The dashboard as the history shows it."""
        content: dict[str, Any] = json.loads(self.body)
        content.update(json.loads(self.head))
        return content


_COLUMNS = "id, organisation, is_folder, uid, folder_uid, slug, title, version, created, updated, created_by, updated_by, tags, body, file"


_CHANGED = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])


def _item(row: sqlite3.Row) -> Item:
    values = dict(row)
    values["is_folder"] = bool(row["is_folder"])
    values["tags"] = tuple(json.loads(row["tags"]))
    return Item(**values)


def _first(store: Store, condition: str, *values: object) -> Item | None:
    with store.reading() as database:
        row = database.execute(f"SELECT {_COLUMNS} FROM item WHERE {condition}", values).fetchone()  # noqa: S608 - condition is ours
    return None if row is None else _item(row)


def by_uid(store: Store, organisation: int, uid: str, *, is_folder: bool | None = None) -> Item | None:
    """The object of that uid; of one kind, or of either."""
    if is_folder is None:
        return _first(store, "organisation = ? AND uid = ? ORDER BY is_folder LIMIT 1", organisation, uid)
    return _first(store, "organisation = ? AND uid = ? AND is_folder = ?", organisation, uid, is_folder)


def by_id(store: Store, organisation: int, number: int, *, is_folder: bool | None = None) -> Item | None:
    """The object of that numeric id; of one kind, or of either."""
    if is_folder is None:
        return _first(store, "organisation = ? AND id = ?", organisation, number)
    return _first(store, "organisation = ? AND id = ? AND is_folder = ?", organisation, number, is_folder)


def by_slug(store: Store, organisation: int, slug: str) -> tuple[Item, ...]:
    """Every object of that slug, oldest first."""
    with store.reading() as database:
        rows = database.execute(
            f"SELECT {_COLUMNS} FROM item WHERE organisation = ? AND slug = ? ORDER BY id",  # noqa: S608 - as above
            (organisation, slug),
        ).fetchall()
    return tuple(_item(row) for row in rows)


def everything(store: Store, organisation: int) -> tuple[Item, ...]:
    """Every object of an organisation by id, without its body."""
    columns = _COLUMNS.replace("body", "'' AS body")
    with store.reading() as database:
        rows = database.execute(
            f"SELECT {columns} FROM item WHERE organisation = ? ORDER BY id",  # noqa: S608 - as above
            (organisation,),
        ).fetchall()
    return tuple(_item(row) for row in rows)


def put(store: Store, item: Item, *, large_ids: bool = False) -> Item:
    """Store an object, new when its id is 0; its id comes back."""
    number: int | None = item.id or None
    with store.transaction() as database:
        if number is None and large_ids:
            number = _next_large_id(database)
        cursor = database.execute(
            f"INSERT INTO item ({_COLUMNS}) VALUES (?{', ?' * 14}) ON CONFLICT (id) DO UPDATE SET {_CHANGED}",  # noqa: S608 - as above
            (
                *(number, item.organisation, item.is_folder, item.uid, item.folder_uid, item.slug, item.title),
                *(item.version, item.created, item.updated, item.created_by, item.updated_by),
                *(json.dumps(item.tags), item.body, item.file),
            ),
        )
    if number is None:
        number = int(cursor.lastrowid or 0)
    return item if item.id == number else _with_id(item, number)


def _with_id(item: Item, number: int) -> Item:
    return Item(number, *(getattr(item, name) for name in Item.__slots__[1:]))


def _next_large_id(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'item'").fetchone()
    return max(_FIRST_LARGE_ID, int(row[0]) if row else 0) + _LARGE_ID_STEP


def remove(store: Store, item: Item) -> None:
    """Take an object and its history away; what stands in a folder stays."""
    with store.transaction() as database:
        database.execute("DELETE FROM version WHERE item = ?", (item.id,))
        database.execute("DELETE FROM item WHERE id = ?", (item.id,))


def children(store: Store, folder: Item) -> tuple[Item, ...]:
    """What stands directly in a folder."""
    inside = everything(store, folder.organisation)
    return tuple(item for item in inside if item.folder_uid == folder.uid and item.id != folder.id)


def rename_folder_uid(store: Store, folder: Item, uid: str) -> None:
    """What stands in a folder follows its new uid."""
    with store.transaction() as database:
        database.execute(
            "UPDATE item SET folder_uid = ? WHERE organisation = ? AND folder_uid = ?",
            (uid, folder.organisation, folder.uid),
        )


def add_version(store: Store, version: Version) -> None:
    """Add a row to the history; its id is given here."""
    with store.transaction() as database:
        database.execute(
            "INSERT INTO version (item, version, parent, restored_from, created, created_by, message, head, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(version.item, version.version, version.parent, version.restored_from, version.created),
                *(version.created_by, version.message, version.head, version.body),
            ),
        )


def versions(store: Store, item: Item) -> tuple[Version, ...]:
    """The history of an object, newest first."""
    with store.reading() as database:
        rows = database.execute("SELECT * FROM version WHERE item = ? ORDER BY version DESC", (item.id,)).fetchall()
    return tuple(Version(**dict(row)) for row in rows)


def version(store: Store, item: Item, number: int) -> Version | None:
    """One row of the history."""
    with store.reading() as database:
        row = database.execute("SELECT * FROM version WHERE item = ? AND version = ?", (item.id, number)).fetchone()
    return None if row is None else Version(**dict(row))
