"""Pages of objects as the resource API lists them: by name, cut by number and size, as they were when the list began.

In: the store and a revision. Out: items. A list that is read in pages stays what it was at its first page, whatever is
written in between, as on real servers; what was changed since is taken from the history.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from provisioner.sandbox import trash
from provisioner.sandbox.objects import Item, item_of
from provisioner.sandbox.store import Store
from provisioner.sandbox.trash import Deleted

MOST = 200
_MOST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shelf:
    """The objects of one kind in one organisation."""

    store: Store
    organisation: int
    is_folder: bool

    @property
    def key(self) -> tuple[int, bool]:
        """What all its rows have."""
        return self.organisation, self.is_folder


def newest_revision(shelf: Shelf) -> int:
    """The revision of the last write or deletion; where the count began when there was none."""
    with shelf.store.reading() as database:
        found = database.execute(
            "SELECT max(revision) FROM (SELECT revision FROM item WHERE organisation = ? AND is_folder = ?"
            " UNION ALL SELECT revision FROM trash WHERE organisation = ? AND is_folder = ?)",
            (*shelf.key, *shelf.key),
        ).fetchone()[0]
    # Nothing written yet: both kinds have a count of their own.
    return int(found or shelf.store.first_revision() - 2 * shelf.is_folder)


def page(shelf: Shelf, start: int, limit: int) -> tuple[tuple[Item, ...], bool]:
    """The items from a place on, and whether there are more: at most `limit`, `MOST`, or 2 MiB of contents."""
    most = min(limit or MOST, MOST)
    with shelf.store.reading() as database:
        rows = database.execute(
            "SELECT * FROM item WHERE organisation = ? AND is_folder = ? ORDER BY uid LIMIT ? OFFSET ?", (*shelf.key, most + 1, start)
        ).fetchall()
    items = cut(tuple(item_of(row) for row in rows), most)
    return items, len(rows) > len(items)


def cut(items: tuple[Item, ...], most: int) -> tuple[Item, ...]:
    """As many as fit on a page; one at least."""
    size = 0
    for number, item in enumerate(items[:most]):
        size += len(item.body)
        if size > _MOST_BYTES and number:
            return items[:number]
    return items[:most]


def everything(shelf: Shelf) -> tuple[Item, ...]:
    """All of them, by name."""
    with shelf.store.reading() as database:
        rows = database.execute("SELECT * FROM item WHERE organisation = ? AND is_folder = ? ORDER BY uid", shelf.key).fetchall()
    return tuple(item_of(row) for row in rows)


def labelled(shelf: Shelf) -> tuple[tuple[int, str, str], ...]:
    """Numbers, names and labels of all, by name, without reading the contents."""
    with shelf.store.reading() as database:
        rows = database.execute("SELECT id, uid, labels FROM item WHERE organisation = ? AND is_folder = ? ORDER BY uid", shelf.key)
        return tuple((row["id"], row["uid"], row["labels"]) for row in rows.fetchall())


def as_it_was(shelf: Shelf, revision: int) -> tuple[Item, ...]:
    """All of them as they were at a revision, by name."""
    found = {item.uid: item for item in everything(shelf) if item.revision <= revision}
    for number in _changed_since(shelf, revision):
        earlier = _at(shelf, number, revision)
        if earlier:
            found[earlier.uid] = earlier
    return tuple(found[name] for name in sorted(found))


def _changed_since(shelf: Shelf, revision: int) -> tuple[int, ...]:
    with shelf.store.reading() as database:
        rows = database.execute(
            "SELECT id FROM item WHERE organisation = ? AND is_folder = ? AND revision > ?"
            " UNION SELECT id FROM trash WHERE organisation = ? AND is_folder = ? AND revision > ?",
            (*shelf.key, revision, *shelf.key, revision),
        ).fetchall()
    return tuple(row["id"] for row in rows)


def _at(shelf: Shelf, number: int, revision: int) -> Item | None:
    """One of them as it was; None when it was not there yet."""
    with shelf.store.reading() as database:
        rows = database.execute("SELECT object, body FROM version WHERE item = ? ORDER BY version DESC", (number,)).fetchall()
    for row in rows:
        item = item_of(json.loads(row["object"]))
        if item.revision <= revision:
            return replace(item, body=row["body"])
    return None


def changes(shelf: Shelf, since: int) -> tuple[tuple[str, Item, Deleted | None], ...]:
    """What was written and deleted after a revision, in that order: ADDED, MODIFIED or DELETED."""
    with shelf.store.reading() as database:
        rows = database.execute(
            "SELECT * FROM item WHERE organisation = ? AND is_folder = ? AND revision > ?", (*shelf.key, since)
        ).fetchall()
    written: list[tuple[str, Item, Deleted | None]] = []
    for row in rows:
        item = item_of(row)
        written.append(("MODIFIED" if since and _at(shelf, item.id, since) else "ADDED", item, None))
    gone = trash.since(shelf.store, shelf.organisation, since, is_folder=shelf.is_folder) if since else ()
    return tuple(sorted([*written, *(("DELETED", one.item, one) for one in gone)], key=lambda change: change[1].revision))


def history(shelf: Shelf, name: str) -> tuple[Item, ...]:
    """One of them at each of its versions, newest first."""
    with shelf.store.reading() as database:
        rows = database.execute(
            "SELECT object, body FROM version WHERE object != '' AND item ="
            " (SELECT id FROM item WHERE organisation = ? AND is_folder = ? AND uid = ?) ORDER BY version DESC",
            (*shelf.key, name),
        ).fetchall()
    return tuple(replace(item_of(json.loads(row["object"])), body=row["body"]) for row in rows)
