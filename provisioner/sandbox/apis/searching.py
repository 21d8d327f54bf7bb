"""The search and the access information of the resource API.

In: a request. Out: hits, or an object with what the caller may do to it (transcript resources-12.4.0 "search
subresource", "dto").
"""

from __future__ import annotations

import json

from starlette.requests import Request

from provisioner.sandbox import objects
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.shapes import Object, shown
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.meta import meta
from provisioner.sandbox.objects import MANAGER, MANAGERS, Item

_USUAL_LIMIT = 50
_OF_ACCESS = ("slug", "url", "canSave", "canEdit", "canAdmin", "canStar", "canDelete", "annotationsPermissions")


def searched(asked: Asked, request: Request) -> Object:
    """GET …/search: dashboards and folders by title."""
    text, kind = request.query_params.get("query", "").lower().strip("*"), request.query_params.get("type", "")
    folders, tags = set(request.query_params.getlist("folder")), set(request.query_params.getlist("tag"))
    found = [
        item
        for item in objects.everything(asked.server.store, asked.caller.organisation)
        if text in item.title.lower()
        and (not kind or item.is_folder == (kind == "folder"))
        and (not folders or (item.folder_uid or "general") in folders)
        and tags <= set(item.tags)
    ]
    found.sort(key=lambda item: (item.title.lower(), item.uid))
    start = whole_number(request.query_params.get("offset", ""))
    limit = whole_number(request.query_params.get("limit", "")) or _USUAL_LIMIT
    hits = [_hit(item) for item in found[start : start + limit]]
    return {"totalHits": len(found), "hits": hits, "queryCost": len(found), "maxScore": 1}


def _hit(item: Item) -> Object:
    hit: Object = {"resource": "folders" if item.is_folder else "dashboards", "name": item.uid, "title": item.title}
    if item.tags:
        hit["tags"] = list(item.tags)
    if item.folder_uid:
        hit["folder"] = item.folder_uid
    marks = json.loads(item.annotations)
    if marks.get(MANAGER) in MANAGERS:
        hit["managedBy"] = {"kind": marks[MANAGER], "id": marks.get("grafana.app/managerId", "")}
    return hit


def with_access(asked: Asked, item: Item) -> Object:
    """GET …/NAME/dto."""
    known = meta(asked.server, asked.caller, item)
    access = {key: known[key] for key in _OF_ACCESS} | {"isPublic": False}
    return shown(asked, item) | {"kind": "DashboardWithAccessInfo", "access": access}
