"""What is on servers, as JSON. The keys are a promise, as in `json_.py`, whose parts these are made of.

In: `Inventory`s. Out: text.

Inventory: version, kind "inventory", exit_code, targets [{name, url, server | null, failure | null, deep, seconds, requests, counts, home,
           dashboards [item], folders [folder], same_title [[uid]], not_found [dashboard], lost [base], tags [{tag, dashboards}], sources}].
item       {uid, title, folder [titles], folder_uid, url, whose, owner, path, base | null, edited, changes, managed_by | null, tags | null,
           unread}
folder     {uid, title, path [titles], ours, dashboards, empty, url}
home       {state is | none | hidden | unsupported, uid, permission} | null
"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.core.home import Home, HomeHidden, HomeIs, NoHome, NoHomes
from provisioner.core.inventory import Inventory, Item, Shelf
from provisioner.core.report import Exit
from provisioner.render import json_parts as parts
from provisioner.render.json_ import text
from provisioner.render.json_parts import Object


def inventory_json(inventories: Sequence[Inventory], code: Exit) -> str:
    """All that is known, folded nowhere."""
    return text({"kind": "inventory", "exit_code": code.value, "targets": [_target(each) for each in inventories]})


def _target(of: Inventory) -> Object:
    return {
        "name": of.target,
        "url": of.url,
        "server": of.server
        and {
            "version": of.server.version,
            "dialect": of.server.dialect,
            "organisation": {"id": of.server.org_id, "name": of.server.org_name},
        },
        "failure": parts.failure(of.failure),
        "deep": of.deep,
        "seconds": round(of.seconds, 3),
        "requests": of.requests,
        "counts": dict(of.counts),
        "home": _home(of.home),
        "dashboards": [_item(each) for each in of.items],
        "folders": [_folder(each) for each in of.shelves],
        "same_title": [[item.found.uid for item in each.items] for each in of.twins],
        "not_found": [parts.thing(each) for each in of.missing],
        "lost": [parts.record(each) for each in of.lost],
        "tags": [{"tag": term, "dashboards": number} for term, number in of.tags],
        "sources": [parts.source(each) for each in of.sources],
    }


def _item(each: Item) -> Object:
    return {
        "uid": each.found.uid,
        "title": each.found.title,
        "folder": list(each.way),
        "folder_uid": each.found.folder,
        "url": each.found.url,
        "whose": each.whose.value,
        "owner": each.owner,
        "path": each.path,
        "base": parts.record(each.record),
        "edited": each.edited.value,
        "changes": list(each.changes),
        "managed_by": each.managed_by,
        "tags": None if each.found.tags is None else list(each.found.tags),
        "unread": each.unread,
    }


def _folder(each: Shelf) -> Object:
    return {
        "uid": each.folder.uid,
        "title": each.folder.title,
        "path": list(each.way),
        "ours": each.ours,
        "dashboards": each.dashboards,
        "empty": each.empty,
        "url": each.folder.url,
    }


def _home(of: Home | None) -> Object | None:
    match of:
        case None:
            return None
        case HomeIs(uid):
            return {"state": "is", "uid": uid, "permission": ""}
        case NoHome():
            return {"state": "none", "uid": "", "permission": ""}
        case HomeHidden(_, permission, shown):
            return {"state": "hidden", "uid": shown or "", "permission": permission}
        case NoHomes():
            return {"state": "unsupported", "uid": "", "permission": ""}
