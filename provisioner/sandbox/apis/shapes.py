"""Objects as the resource API shows them, in any of its versions.

In: an item of the shelves. Out: JSON objects: metadata with what the server adds, spec and status (transcript
resources-12.4.0 "create dashboard" to "get v2beta1", "list partial metadata"; orgs-and-provisioned-12.4.0 "provisioned:
resource read").
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from provisioner.sandbox import people
from provisioner.sandbox.apis.filling import filled
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.layouts import is_new_layout, missing_element, to_classic, to_v2
from provisioner.sandbox.apis.migrating import NEWEST_SCHEMA, migrated, migration_error, schema_of
from provisioner.sandbox.objects import CLASSIC, MANAGER, Item
from provisioner.sandbox.trash import Deleted

GROUP = "grafana.app/"
FOLDER = "grafana.app/folder"
INTERNAL_ID = "grafana.app/deprecatedInternalID"
BY_FILE = "classic-file-provisioning"
# What the server writes itself; sent along, it is not looked at.
OF_THE_SERVER = frozenset(
    {
        *("grafana.app/createdBy", "grafana.app/updatedBy", "grafana.app/updatedTimestamp", FOLDER),
        "grafana.app/grant-permissions",  # heard on a create, and kept by none (reference 5.3)
    }
)
OF_A_FILE = frozenset(
    {MANAGER, "grafana.app/managerId", "grafana.app/sourcePath", "grafana.app/sourceChecksum", "grafana.app/sourceTimestamp"}
)
_IN_THE_TRASH = -999

Object = dict[str, Any]


def shown(asked: Asked, item: Item, deleted: Deleted | None = None) -> Object:
    """An object in the version that is asked for; what lies in the trash tells since when."""
    body: Object = {"kind": asked.kind.name, "apiVersion": asked.api_version, "metadata": metadata(asked, item, deleted)}
    body["spec"] = spec_in(asked, item, asked.version)
    return body if asked.kind.is_folder else body | {"status": status_in(item, asked.version)}


def metadata(asked: Asked, item: Item, deleted: Deleted | None = None) -> Object:
    """The metadata of an object, as in lists of nothing else."""
    made: Object = {
        "name": item.uid,
        "namespace": asked.namespace,
        "uid": item.guid,
        "resourceVersion": str(item.revision),
        "generation": _IN_THE_TRASH if deleted else item.version,
        "creationTimestamp": item.created,
    }
    if deleted:
        made["deletionTimestamp"] = deleted.deleted
    labels = {INTERNAL_ID: str(item.id), **json.loads(item.labels)}
    return made | {"labels": dict(sorted(labels.items())), "annotations": annotations_of(item)}


def annotations_of(item: Item) -> dict[str, str]:
    """What was sent, with what the server adds."""
    made: dict[str, str] = {**json.loads(item.annotations), "grafana.app/createdBy": item.creator}
    if item.folder_uid:
        made[FOLDER] = item.folder_uid
    if item.file:
        checksum = hashlib.md5(item.body.encode(), usedforsecurity=False).hexdigest()
        made = {
            MANAGER: BY_FILE,
            "grafana.app/managerId": "files",
            "grafana.app/sourcePath": f"files/{item.file}",
            "grafana.app/sourceChecksum": checksum,
            "grafana.app/sourceTimestamp": "1795325690000",
        } | made
    if item.updater:
        made |= {"grafana.app/updatedBy": item.updater, "grafana.app/updatedTimestamp": item.updated}
    return dict(sorted(made.items()))


def spec_in(asked: Asked, item: Item, version: str) -> Object | None:
    """The content in a version; v0alpha1 and the version that it was written in leave it as it is. None: it has no such form (12.4)."""
    content: Object = json.loads(item.body)
    if asked.kind.is_folder or version == item.stored:
        return content
    if is_new_layout(item.stored):
        if is_new_layout(version):
            return content
        return None if missing_element(content) else to_classic(content)
    if version == CLASSIC:
        return content
    if item.stored == CLASSIC:
        if is_new_layout(version) and migration_error(content):
            return filled({})
        content = migrated(content, sources_of(asked))
    return to_v2(content) if is_new_layout(version) else content


def sources_of(asked: Asked) -> tuple[Any, ...]:
    """The data sources of the caller's organisation."""
    return tuple(source for _, source in people.data_sources(asked.server.store, asked.caller.organisation))


def status_in(item: Item, version: str) -> Object:
    """What is told of a conversion. It is written with the object, and so outlives the version that it speaks of (12.4)."""
    if version == item.stored:
        status: Object = json.loads(item.status)
        return status
    why = conversion_error(json.loads(item.body), item.stored, version)
    told = {"failed": True, "error": why} if why else {"failed": False}
    return {"conversion": told | {"storedVersion": item.stored}}


def conversion_error(content: Object, stored: str, version: str) -> str:
    """Why a content cannot be shown in another version; "" when it can. A real server adds the whole object as `source`."""
    if is_new_layout(stored) and not is_new_layout(version):
        name = missing_element(content)
        why = "failed to convert dashboard spec: failed to convert panels: panel with uid"
        return f"{why} {name} not found in the dashboard elements" if name else ""
    why = migration_error(content) if stored == CLASSIC and version != CLASSIC else ""
    return f"schema migration from version {schema_of(content)} to {NEWEST_SCHEMA} failed: {why}" if why else ""
