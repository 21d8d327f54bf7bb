"""Writing a dashboard whose save was allowed: the item, its history, and what did not change.

In: a draft and what it replaces. Out: the dashboard as it now is. Nothing is refused here; the caller holds the
transaction.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from provisioner.sandbox import objects
from provisioner.sandbox.access import Caller
from provisioner.sandbox.content import body_of
from provisioner.sandbox.drafts import Draft, Wanted
from provisioner.sandbox.objects import MESSAGE, Item, Version
from provisioner.sandbox.server import Server


def written(server: Server, caller: Caller, wanted: Wanted, draft: Draft, live: Item | None) -> Item:
    """Write it over `live`, or as a new one; what changes nothing makes no version where the generation looks (12)."""
    if live is None:
        return _created(server, caller, wanted, draft)
    if server.faults.take("lost_races"):
        live = slipped_in(server, live)
    # An id given with another uid gives the dashboard that uid; a namesake that is overwritten keeps its own.
    uid = draft.uid if draft.id == live.id and draft.uid else live.uid
    body = body_of(draft.content)
    if not server.generation.identical_save_is_a_version and _same(server, live, draft, body):
        return _touched(server, live, wanted)
    changed = replace(
        with_content(server, live, draft.content),
        uid=uid,
        folder_uid=draft.folder_uid,
        updated_by=caller.shown,
        updater=caller.identity,
        labels="{}",
        annotations=_annotations(wanted),
        stored=draft.stored,
    )
    head: dict[str, object] = {"uid": uid, "version": changed.version}
    if not server.generation.history_pages:
        head["id"] = live.id
    return kept(server, changed, live.version, wanted, head)


def _same(server: Server, live: Item, draft: Draft, body: str) -> bool:
    """Whether a save changes nothing. An `id` kept from a create is dropped by the next save, and that is a change (12)."""
    newest = objects.version(server.store, live, live.version)
    keeps_id = newest is not None and "id" in json.loads(newest.head)
    return live.body == body and live.folder_uid == draft.folder_uid and not keeps_id


def _created(server: Server, caller: Caller, wanted: Wanted, draft: Draft) -> Item:
    now = server.now()
    uid = draft.uid or server.new_uid()
    blank = Item(
        *(0, caller.organisation, wanted.is_folder, uid, draft.folder_uid, "", "", 0),
        *(now, now, caller.shown, "", (), "", ""),
        guid=server.new_guid(),
        creator=caller.identity,
        annotations=_annotations(wanted),
        stored=draft.stored,
    )
    item = with_content(server, blank, draft.content)
    # The first row of the history keeps the id as it was sent: null, mostly.
    head = {"uid": uid, "version": item.version} | {key: draft.content[key] for key in ("id",) if key in draft.content}
    return kept(server, item, 0, wanted, head)


def _touched(server: Server, live: Item, wanted: Wanted) -> Item:
    """The revision moves, the version stays (reference 1.4); labels and annotations are those of this save."""
    touched = objects.put(server.store, replace(live, labels="{}", annotations=_annotations(wanted)))
    objects.refresh_version(server.store, touched)
    return touched


def _annotations(wanted: Wanted) -> str:
    """Nothing else survives a save by the dashboard API (transcript resources-12.4.0 "managed, get after legacy save")."""
    return json.dumps({MESSAGE: wanted.message} if wanted.message else {})


def with_content(server: Server, item: Item, content: dict[str, Any]) -> Item:
    """The item one version on, with this content."""
    tags = content.get("tags")
    return replace(
        item,
        title=content["title"],
        slug=server.generation.slug(content["title"]),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        body=body_of(content),
        version=item.version + 1,
        updated=server.now(),
    )


def kept(server: Server, item: Item, parent: int, wanted: Wanted, head: dict[str, object]) -> Item:
    """Store an item with a row in its history."""
    stored = objects.put(server.store, item, large_ids=server.generation.large_ids)
    author = stored.updated_by or stored.created_by
    objects.add_version(
        server.store,
        Version(
            *(0, stored.id, stored.version, parent, wanted.restored_from, stored.updated, author, wanted.message),
            *(json.dumps(head, sort_keys=True), stored.body),
        ),
    )
    return stored


def slipped_in(server: Server, live: Item) -> Item:
    """Somebody else's edit, made after our version was checked and before our write (reference 0.1)."""
    content = json.loads(live.body) | {"description": "Edited while another save was under way."}
    edited = replace(with_content(server, live, content), updated_by="somebody", updater="user:somebody")
    head: dict[str, object] = {"uid": live.uid, "version": edited.version}
    return kept(server, edited, live.version, Wanted({}, message="slipped in"), head)
