"""What stands above a folder and what stands in it.

In: a folder's name. Out: its parents and its counts, as the resource API shows them (transcript refusals-12.4.0). StatusRefused: there is
no such folder, or it is asked of something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.sandbox import objects
from provisioner.sandbox.apis import statuses
from provisioner.sandbox.apis.changing import found
from provisioner.sandbox.apis.kinds import DASHBOARDS, FOLDERS, Asked
from provisioner.sandbox.apis.shapes import Object
from provisioner.sandbox.objects import Item

_FALLBACK = ("alertrules", "dashboards", "folders", "library_elements")


def _folder(asked: Asked, name: str) -> Item:
    if not asked.kind.is_folder:
        raise statuses.no_such_resource()
    return found(asked, name)


def counts(asked: Asked, name: str) -> Object:
    """How many of each kind stand directly in it."""
    inside = objects.children(asked.server.store, _folder(asked, name))
    told = [
        {"group": kind.group, "resource": kind.plural, "count": sum(item.is_folder is kind.is_folder for item in inside)}
        for kind in (DASHBOARDS, FOLDERS)
    ]
    told += [{"group": "sql-fallback", "resource": resource, "count": 0} for resource in _FALLBACK]
    return {"kind": "DescendantCounts", "apiVersion": asked.api_version, "counts": told}


def parents(asked: Asked, name: str) -> Object:
    """Its parents from the root on, and itself. The root has none."""
    chain = () if name == "general" and asked.kind.is_folder else tuple(_upwards(asked, _folder(asked, name)))
    items = [{"name": item.uid, "title": item.title} | ({"parent": item.folder_uid} if item.folder_uid else {}) for item in reversed(chain)]
    return {"kind": "FolderInfoList", "apiVersion": asked.api_version, "metadata": {}, "items": items}


def _upwards(asked: Asked, folder: Item) -> Iterator[Item]:
    step: Item | None = folder
    seen: set[str] = set()
    while step and step.uid not in seen:
        yield step
        seen.add(step.uid)
        step = objects.by_uid(asked.server.store, folder.organisation, step.folder_uid, is_folder=True) if step.folder_uid else None
