"""The shelf of dashboards and folders with their versions.

In: the store and values. Out: rows as frozen values. Folders and dashboards share one table and one count of ids, as
on real servers. It keeps what it is told: whether a save is allowed is decided in saving and folders.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from provisioner.sandbox.store import Store

CLASSIC = "v0alpha1"
MESSAGE = "grafana.app/message"
MANAGER = "grafana.app/managedBy"
MANAGER_ALLOWS = "grafana.app/managerAllowsEdits"
# The kinds of managers that servers know; another kind is nobody (reference 5.4).
MANAGERS = frozenset(
    {
        *("repo", "terraform", "kubectl", "plugin", "grafana"),
        *("classic-file-provisioning", "classic-api-provisioning", "classic-converted-prometheus"),
    }
)
_FIRST_LARGE_ID = 3_160_000_000_000_000
_LARGE_ID_STEP = 4_194_304


@dataclass(frozen=True, slots=True)
class Item:
    """A dashboard or a folder as it is now. `folder_uid` "" is the root; `file` names what it was provisioned from.

    `body` is the content as JSON without id, uid and version, keys in order. `updated_by` is "" until the first update.

    The rest is what the resource API knows (12 and later): `guid` names the object itself, `revision` its newest write;
    `creator` and `updater` are identities ("user:…"); `labels`, `annotations` and `status` are JSON objects as text, without
    what the server adds; `stored` is the version of the API that the body was written in.
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
    guid: str = ""
    revision: int = 0
    creator: str = ""
    updater: str = ""
    labels: str = "{}"
    annotations: str = "{}"
    stored: str = CLASSIC
    status: str = "{}"

    def content(self) -> dict[str, Any]:
        """The dashboard as a GET shows it."""
        content: dict[str, Any] = json.loads(self.body)
        return content | {"id": self.id, "uid": self.uid, "version": self.version}


@dataclass(frozen=True, slots=True)
class Version:
    """One row of the history. `head` holds id, uid and version as they were stored then, `object` the whole item (JSON)."""

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
    object: str = ""

    def content(self) -> dict[str, Any]:
        """The dashboard as the history shows it."""
        content: dict[str, Any] = json.loads(self.body)
        content.update(json.loads(self.head))
        return content


_COLUMNS = ", ".join(Item.__slots__)
_PLACES = ", ".join("?" for _ in Item.__slots__)
_CHANGED = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])


def item_of(row: Mapping[str, Any] | sqlite3.Row) -> Item:
    """An item out of a row of its table, or out of what `snapshot` made."""
    values = dict(row)
    values["is_folder"] = bool(row["is_folder"])
    values["tags"] = tuple(json.loads(row["tags"]))
    return Item(**values)


def _values(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in Item.__slots__} | {"tags": json.dumps(item.tags)}


def snapshot(item: Item) -> str:
    """An item as text; `item_of` takes it, read as JSON."""
    return json.dumps(_values(item))


def _first(store: Store, condition: str, *values: object) -> Item | None:
    with store.reading() as database:
        row = database.execute(f"SELECT {_COLUMNS} FROM item WHERE {condition}", values).fetchone()  # noqa: S608 - condition is ours
    return None if row is None else item_of(row)


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
    return tuple(item_of(row) for row in rows)


def everything(store: Store, organisation: int, *, folders_alone: bool = False) -> tuple[Item, ...]:
    """Every object of an organisation by id, without its body."""
    columns = _COLUMNS.replace("body", "'' AS body")
    with store.reading() as database:
        rows = database.execute(
            f"SELECT {columns} FROM item WHERE organisation = ? AND is_folder >= ? ORDER BY id",  # noqa: S608 - as above
            (organisation, folders_alone),
        ).fetchall()
    return tuple(item_of(row) for row in rows)


def put(store: Store, item: Item, *, large_ids: bool = False) -> Item:
    """Store an object, new when its id is 0; its id and the revision of this write come back."""
    number: int | None = item.id or None
    with store.transaction() as database:
        item = replace(item, revision=store.next_revision())
        if number is None and large_ids:
            number = _next_large_id(database)
        cursor = database.execute(
            f"INSERT INTO item ({_COLUMNS}) VALUES ({_PLACES}) ON CONFLICT (id) DO UPDATE SET {_CHANGED}",  # noqa: S608 - as above
            tuple((_values(item) | {"id": number}).values()),
        )
    return replace(item, id=int(cursor.lastrowid or 0) if number is None else number)


def _next_large_id(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'item'").fetchone()
    return max(_FIRST_LARGE_ID, int(row[0]) if row else 0) + _LARGE_ID_STEP


def remove(store: Store, item: Item) -> None:
    """Take an object, its history and its stars away; what stands in a folder stays."""
    with store.transaction() as database:
        database.execute("DELETE FROM version WHERE item = ?", (item.id,))
        database.execute("DELETE FROM star WHERE item = ?", (item.id,))
        database.execute("DELETE FROM item WHERE id = ?", (item.id,))


def children(store: Store, folder: Item) -> tuple[Item, ...]:
    """What stands directly in a folder."""
    inside = everything(store, folder.organisation)
    return tuple(item for item in inside if item.folder_uid == folder.uid and item.id != folder.id)


def level_of(store: Store, organisation: int, uid: str) -> int:
    """How many folders lie in each other down to this one: 1 at the top, 0 for the root. A parent that is not there counts as one."""
    parents = {item.uid: item.folder_uid for item in everything(store, organisation, folders_alone=True)}
    level = 0
    while uid and level <= len(parents):
        level += 1
        uid = parents.get(uid, "")
    return level


def levels_below(store: Store, folder: Item) -> int:
    """How many folders lie in each other below this one."""
    inside = [item for item in everything(store, folder.organisation, folders_alone=True) if item.id != folder.id]
    level, above = 0, {folder.uid}
    while level <= len(inside) and (above := {item.uid for item in inside if item.folder_uid in above}):
        level += 1
    return level


def is_inside(store: Store, inner: Item, outer: Item) -> bool:
    """Whether a folder is another one, or stands in it at any depth."""
    step: Item | None = inner
    seen: set[int] = set()
    while step and step.id not in seen:
        if step.id == outer.id:
            return True
        seen.add(step.id)
        step = by_uid(store, inner.organisation, step.folder_uid, is_folder=True) if step.folder_uid else None
    return False


def rename_folder_uid(store: Store, folder: Item, uid: str) -> None:
    """What stands in a folder follows its new uid."""
    with store.transaction() as database:
        database.execute(
            "UPDATE item SET folder_uid = ? WHERE organisation = ? AND folder_uid = ?",
            (uid, folder.organisation, folder.uid),
        )


def add_version(store: Store, version: Version) -> None:
    """Add a row to the history, with the item as it is now; the row's id is given here."""
    with store.transaction() as database:
        database.execute(
            "INSERT INTO version (item, version, parent, restored_from, created, created_by, message, head, body, object)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(version.item, version.version, version.parent, version.restored_from, version.created),
                *(version.created_by, version.message, version.head, version.body, _snapshot_of(store, version.item)),
            ),
        )


def refresh_version(store: Store, item: Item) -> None:
    """The newest row of the history learns of a write that made no new one."""
    with store.transaction() as database:
        database.execute(
            "UPDATE version SET object = ? WHERE item = ? AND version = ?", (_snapshot_of(store, item.id), item.id, item.version)
        )


def forget_version(store: Store, item: Item, number: int) -> None:
    """Take one row out of the history."""
    with store.transaction() as database:
        database.execute("DELETE FROM version WHERE item = ? AND version = ?", (item.id, number))


def forget_number(store: Store, number: int) -> None:
    """Nothing that was deleted has this number any more: it is given to another object."""
    with store.transaction() as database:
        database.execute("DELETE FROM version WHERE item = ?", (number,))
        database.execute("DELETE FROM trash WHERE id = ?", (number,))


def star(store: Store, person: int, item: Item, *, shines: bool) -> None:
    """Somebody stars a dashboard, or no longer."""
    with store.transaction() as database:
        database.execute("DELETE FROM star WHERE person = ? AND item = ?", (person, item.id))
        if shines:
            database.execute("INSERT INTO star VALUES (?, ?)", (person, item.id))


def starred(store: Store, person: int) -> frozenset[int]:
    """The ids of what somebody starred."""
    with store.reading() as database:
        return frozenset(row["item"] for row in database.execute("SELECT item FROM star WHERE person = ?", (person,)))


def _snapshot_of(store: Store, number: int) -> str:
    """An item without its content, which its row of history has."""
    item = _first(store, "id = ?", number)
    return snapshot(replace(item, body="")) if item else ""


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
