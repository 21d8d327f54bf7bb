"""The shelf of what was deleted and is still there: 11 with its switch, 12 and later.

In: the store and items. Out: what lies in the trash, with when it was put there. Numbers are never given twice, so a
deleted dashboard can come back with its own. Whether a generation has a trash is decided where deleting is.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace

from provisioner.sandbox import objects
from provisioner.sandbox.objects import Item, item_of, snapshot
from provisioner.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deleted object: `item` as it was last, with the revision of its deletion and who deleted it; `deleted` is when."""

    item: Item
    deleted: str


def put_away(store: Store, item: Item, deleted: str, *, deleter: str) -> None:
    """Move an object to the trash; its history goes with it."""
    with store.transaction() as database:
        last = replace(item, revision=store.next_revision(), updated=deleted, updater=deleter)
        database.execute(
            "INSERT OR REPLACE INTO trash VALUES (?, ?, ?, ?, ?, ?, ?)",
            (item.id, item.organisation, item.is_folder, item.uid, last.revision, deleted, snapshot(last)),
        )
        database.execute("DELETE FROM item WHERE id = ?", (item.id,))
        database.execute("DELETE FROM star WHERE item = ?", (item.id,))


def everything(store: Store, organisation: int, *, is_folder: bool) -> tuple[Deleted, ...]:
    """The newest deletion of each uid that nothing has now, by uid."""
    with store.reading() as database:
        rows = database.execute(
            "SELECT * FROM trash AS one WHERE organisation = ? AND is_folder = ? AND revision ="
            " (SELECT max(revision) FROM trash WHERE organisation = one.organisation AND is_folder = one.is_folder AND uid = one.uid)"
            " AND NOT EXISTS (SELECT 1 FROM item WHERE organisation = one.organisation AND is_folder = one.is_folder AND uid = one.uid)"
            " ORDER BY uid",
            (organisation, is_folder),
        ).fetchall()
    return tuple(_deleted(row) for row in rows)


def since(store: Store, organisation: int, revision: int, *, is_folder: bool) -> tuple[Deleted, ...]:
    """What was deleted after a revision."""
    with store.reading() as database:
        rows = database.execute(
            "SELECT * FROM trash WHERE organisation = ? AND is_folder = ? AND revision > ?", (organisation, is_folder, revision)
        ).fetchall()
    return tuple(_deleted(row) for row in rows)


def by_uid(store: Store, organisation: int, uid: str) -> Deleted | None:
    """The dashboard of that uid that was deleted last, unless there is another now."""
    found = everything(store, organisation, is_folder=False)
    return next((one for one in found if one.item.uid == uid), None)


def holds(store: Store, item: Item) -> bool:
    """Whether this very object lies in the trash."""
    with store.reading() as database:
        return database.execute("SELECT 1 FROM trash WHERE id = ?", (item.id,)).fetchone() is not None


def take_back(store: Store, deleted: Deleted, item: Item) -> Item:
    """Put an object back as `item`, with its own number and history."""
    with store.transaction() as database:
        database.execute("DELETE FROM trash WHERE id = ?", (deleted.item.id,))
        return objects.put(store, item)


def destroy(store: Store, deleted: Deleted) -> None:
    """Delete it for good."""
    with store.transaction() as database:
        database.execute("DELETE FROM version WHERE item = ?", (deleted.item.id,))
        database.execute("DELETE FROM trash WHERE id = ?", (deleted.item.id,))


def _deleted(row: sqlite3.Row) -> Deleted:
    return Deleted(item_of(json.loads(row["item"])), row["deleted"])
