"""What stands beside a dashboard: its `meta`, and the addresses of dashboards and folders.

In: an object and who looks at it. Out: JSON values with the keys of the generation (transcripts grafana-* "get beta",
"viewer reads", "home").
"""

from __future__ import annotations

import json
from typing import Any

from provisioner.sandbox import objects
from provisioner.sandbox.access import Caller
from provisioner.sandbox.apis.layouts import is_new_layout, missing_element, to_classic
from provisioner.sandbox.generation import AnnotationRights, SaveRule
from provisioner.sandbox.objects import CLASSIC, Item
from provisioner.sandbox.server import ANONYMOUS, Server
from provisioner.sandbox.settings import Role

_NEVER = "0001-01-01T00:00:00Z"
_OPTIONAL = frozenset(
    {
        "canDelete",
        "folderUid",
        "annotationsPermissions",
        "hasPublicDashboard",
        "publicDashboardAccessToken",
        "publicDashboardUid",
        "publicDashboardEnabled",
        "provisionedExternalId",
        "apiVersion",
    }
)


def dashboard_url(server: Server, item: Item) -> str:
    """Where a dashboard or folder is looked at."""
    if item.is_folder:
        return server.url(f"/dashboards/f/{item.uid}/{item.slug}")
    return server.url(f"/d/{item.uid}/{item.slug}")


def dashboard_uri(server: Server, item: Item) -> str:
    """Where the home page leads to."""
    return f"db/{item.slug}" if server.generation.save_rule is SaveRule.BY_SLUG else dashboard_url(server, item)


def has_classic_form(item: Item, content: dict[str, Any]) -> bool:
    """Whether there is one: not where the layout of v2 calls for an element that is not there (12.4)."""
    return not is_new_layout(item.stored) or not missing_element(content)


def shown_content(server: Server, item: Item) -> dict[str, Any]:
    """The content of a dashboard as the dashboard API shows it; on slug servers a uid is content like any other."""
    if server.generation.save_rule is not SaveRule.BY_SLUG:
        content = item.content()
        if not is_new_layout(item.stored) or not has_classic_form(item, content):
            return content
        return to_classic(content) | {key: content[key] for key in ("id", "uid", "version")}
    plain: dict[str, Any] = json.loads(item.body)
    return plain | {"id": item.id, "version": item.version}


def folder_of(server: Server, item: Item) -> Item | None:
    """The folder that an object stands in; None for the root."""
    if not item.folder_uid:
        return None
    return objects.by_uid(server.store, item.organisation, item.folder_uid, is_folder=True)


def meta(server: Server, caller: Caller, item: Item) -> dict[str, object]:
    """The `meta` of a dashboard."""
    folder = folder_of(server, item)
    author, editor = item.created_by, item.updated_by or item.created_by
    if server.generation.authors_shown_after_update and not item.updated_by:
        author = editor = ANONYMOUS
    provisioned = bool(item.file)
    may_edit = caller.role >= Role.EDITOR
    full = _blank() | {
        "type": "db",
        "canSave": may_edit,
        "canEdit": may_edit,
        "canAdmin": caller.role >= Role.ADMIN,
        "canStar": True,
        "canDelete": may_edit,
        "slug": item.slug,
        "url": dashboard_url(server, item),
        "created": item.created,
        "updated": item.updated,
        "updatedBy": editor,
        "createdBy": author,
        "version": item.version,
        "isFolder": item.is_folder,
        "provisioned": provisioned,
        "provisionedExternalId": item.file,
        "annotationsPermissions": _annotation_rights(server, caller),
        "hasPublicDashboard": False,
        "publicDashboardAccessToken": "",
        "publicDashboardUid": "",
        "publicDashboardEnabled": False,
        "apiVersion": CLASSIC if has_classic_form(item, json.loads(item.body or "{}")) else item.stored,
    }
    return _known(server, full | _starred(server, caller, item) | (_of_folder(server, folder) if folder else {}))


def _starred(server: Server, caller: Caller, item: Item) -> dict[str, object]:
    """Only what shines is told."""
    shines = caller.account is not None and item.id in objects.starred(server.store, caller.account.id)
    return {"isStarred": True} if shines else {}


def _of_folder(server: Server, folder: Item) -> dict[str, object]:
    return {
        "folderId": folder.id,
        "folderUid": folder.uid,
        "folderTitle": folder.title,
        "folderUrl": dashboard_url(server, folder),
    }


def home_meta(server: Server, caller: Caller) -> dict[str, object]:
    """The `meta` of the home page that comes with the server."""
    full = _blank() | {"canEdit": caller.role >= Role.EDITOR, "annotationsPermissions": None}
    if server.generation.home_marked:
        full["isHome"] = True
    if any(key.startswith("public") for key in server.generation.meta_keys):
        full |= {
            "hasPublicDashboard": False,
            "publicDashboardAccessToken": "",
            "publicDashboardUid": "",
            "publicDashboardEnabled": False,
        }
    return _known(server, full)


def _blank() -> dict[str, object]:
    return {
        "canSave": False,
        "canEdit": False,
        "canAdmin": False,
        "canStar": False,
        "canDelete": False,
        "slug": "",
        "url": "",
        "expires": _NEVER,
        "created": _NEVER,
        "updated": _NEVER,
        "updatedBy": "",
        "createdBy": "",
        "version": 0,
        "hasAcl": False,
        "isFolder": False,
        "folderId": 0,
        "folderUid": "",
        "folderTitle": "General",
        "folderUrl": "",
        "provisioned": False,
        "provisionedExternalId": "",
    }


def _known(server: Server, full: dict[str, object]) -> dict[str, object]:
    """Without the keys that the generation does not have."""
    only = server.generation.meta_only
    if only is not None:
        return {key: value for key, value in full.items() if key in only}
    return {key: value for key, value in full.items() if key not in _OPTIONAL or key in server.generation.meta_keys}


def _annotation_rights(server: Server, caller: Caller) -> dict[str, dict[str, bool]]:
    rights = server.generation.annotation_rights
    by_role = caller.role >= Role.EDITOR
    on_dashboard = by_role if rights is AnnotationRights.BY_ROLE else rights is AnnotationRights.DASHBOARD_FOR_ALL
    in_organisation = by_role and rights is not AnnotationRights.NOBODY
    return {"dashboard": _all_three(on_dashboard), "organization": _all_three(in_organisation)}


def _all_three(allowed: bool) -> dict[str, bool]:  # noqa: FBT001 - one right, given three times
    return {"canAdd": allowed, "canEdit": allowed, "canDelete": allowed}
