"""Creating, replacing, patching and deleting objects by the resource API.

In: a request, taken apart. Out: the object as it is now, or StatusRefused and nothing written. Everything happens in
one transaction, so a PUT with a resourceVersion is a true compare-and-set (reference 0.1). Facts: transcript
resources-12.4.0; orgs-and-provisioned-12.4.0 "provisioned: resource put …"; reference 5.2, 5.4.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from provisioner.sandbox import objects
from provisioner.sandbox.access import Deed, permit
from provisioner.sandbox.apis import statuses
from provisioner.sandbox.apis.admitting import admit
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.sending import Sent
from provisioner.sandbox.apis.shapes import BY_FILE, Object, shown, status_in
from provisioner.sandbox.content import body_of
from provisioner.sandbox.discarding import discard
from provisioner.sandbox.drafts import Wanted
from provisioner.sandbox.folders import check_moved_depth, check_new_depth
from provisioner.sandbox.objects import MANAGER, MANAGERS, MESSAGE, Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.writing import kept, slipped_in

_LARGEST_REVISION = 2**64 - 1
_NOT_TO_BE_SET = "resourceVersion should not be set on objects to be created"


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What a deletion is held to; "" where nothing was said."""

    revision: str = ""
    guid: str = ""


def live(asked: Asked, name: str) -> Item | None:
    """The object of that name."""
    return objects.by_uid(asked.server.store, asked.caller.organisation, name, is_folder=asked.kind.is_folder)


def found(asked: Asked, name: str) -> Item:
    """The object of that name. StatusRefused: there is none."""
    item = live(asked, name)
    if item is None:
        raise statuses.not_found(asked.kind, name)
    return item


def create(asked: Asked, sent: Sent, *, dry: bool) -> Object:
    """A new object; with `dry` it is only shown."""
    with asked.server.store.transaction():
        _permit(asked, asked.kind.creating, dry=dry)
        _check_folder_title(asked, sent, 400)
        admit(asked, sent)
        if sent.revision:
            raise statuses.StatusRefused(500, _NOT_TO_BE_SET)
        if live(asked, sent.name):
            raise statuses.already_exists(asked.kind, sent.name)
        return _created(asked, sent, dry=dry)


def put(asked: Asked, sent: Sent, *, dry: bool) -> tuple[int, Object]:
    """201 and a new object, or 200 and the one that was there as it is now."""
    if not dry:
        _slip_in(asked, sent.name)
    with asked.server.store.transaction():
        _permit(asked, asked.kind.changing, dry=dry)
        item = live(asked, sent.name)
        if sent.revision and not _is_revision(sent.revision):
            raise statuses.no_revision(sent.revision)
        if item is None:
            _check_folder_title(asked, sent, 400)
            admit(asked, sent)
            if sent.revision:
                raise statuses.StatusRefused(500, _NOT_TO_BE_SET)
            return 201, _created(asked, sent, dry=dry)
        if sent.revision not in {"", "0", str(item.revision)}:
            raise statuses.stale(asked.kind, sent.name)
        if sent.guid and sent.guid != item.guid:
            raise statuses.another_object(asked.kind, asked.namespace, sent.name, sent.guid, item.guid)
        _check_folder_title(asked, sent, 500)
        admit(asked, sent)
        _check_manager(asked, item, sent)
        _check_new_place(asked, item, sent)
        return 200, _replaced(asked, item, sent, dry=dry)


def _permit(asked: Asked, deed: Deed, *, dry: bool) -> None:
    """A dry run of a dashboard is shown to whoever may read: 12.4.0 looks at no permission to write in it."""
    if asked.kind.is_folder or not dry:
        permit(asked.server, asked.caller, deed)


def _slip_in(asked: Asked, name: str) -> None:
    """The fault `lost_races`: somebody else is quicker. Their edit stays, whatever becomes of ours."""
    item = live(asked, name)
    if item and not item.is_folder and asked.server.faults.take("lost_races"):
        slipped_in(asked.server, item)


def _check_manager(asked: Asked, item: Item, sent: Sent) -> None:
    """A repository's objects are its own, and no manager becomes another; taking its mark away is let through (reference 5.4)."""
    before = json.loads(item.annotations) if not item.file else {MANAGER: BY_FILE}
    after = {MANAGER: BY_FILE} if sent.keeps_file else sent.annotations
    if before.get(MANAGER) == "repo":
        raise statuses.forbidden(asked.kind, item.uid, "this resource is managed by a repository")
    if not {before.get(MANAGER), after.get(MANAGER)} <= MANAGERS:
        return
    for mark in (MANAGER, "grafana.app/managerId"):
        if before.get(mark) != after.get(mark):
            raise statuses.forbidden(asked.kind, item.uid, "Cannot change resource manager")


def _is_revision(given: str) -> bool:
    return given.isascii() and given.isdigit() and int(given) <= _LARGEST_REVISION


def _check_folder_title(asked: Asked, sent: Sent, status: int) -> None:
    """Without a reason, and with 500 where the folder is there already (12.4)."""
    title = sent.spec.get("title")
    if asked.kind.is_folder and not (isinstance(title, str) and title.strip()):
        raise statuses.StatusRefused(status, "folder title cannot be empty")


def _check_new_place(asked: Asked, item: Item, sent: Sent) -> None:
    """Where an object moves to must be there, and no folder goes into itself."""
    parent = sent.folder_uid
    if not parent or parent == item.folder_uid:
        return
    above = _folder(asked, parent)
    if not asked.kind.is_folder:
        if above is None:
            raise statuses.StatusRefused(500, "access denied to folder")
        return
    if above is None:
        raise statuses.StatusRefused(500, f'move target not found folders.folder.grafana.app "{parent}" not found')
    circle = asked.server.generation.refusals.folder_in_itself
    if circle and objects.is_inside(asked.server.store, above, item):
        raise statuses.StatusRefused(circle.status, circle.message)


def _folder(asked: Asked, uid: str) -> Item | None:
    return objects.by_uid(asked.server.store, asked.caller.organisation, uid, is_folder=True)


def _check_folder(asked: Asked, sent: Sent) -> None:
    """A dashboard's folder must be there; a folder's parent need not (12.4)."""
    if not sent.folder_uid or asked.kind.is_folder:
        return
    if _folder(asked, sent.folder_uid) is None:
        raise statuses.StatusRefused(
            404,
            f'folders.folder.grafana.app "{sent.folder_uid}" not found',
            "NotFound",
            {"name": sent.folder_uid, "group": "folder.grafana.app", "kind": "folders"},
        )


def _check_depth(asked: Asked, sent: Sent, item: Item | None) -> None:
    """A folder may not lie too deep; a dry run is told so too (12.4)."""
    if not asked.kind.is_folder:
        return
    try:
        if item is None:
            check_new_depth(asked.server, asked.caller.organisation, sent.folder_uid)
        else:
            check_moved_depth(asked.server, item, sent.folder_uid)
    except Refused as refused:
        raise statuses.too_deep(refused.refusal.status, refused.refusal.message) from refused


def _content(asked: Asked, item: Item, sent: Sent) -> Item:
    """The item with the content that was sent."""
    title, tags = sent.spec.get("title"), sent.spec.get("tags")
    shown_title = title if isinstance(title, str) else ""
    return replace(
        item,
        folder_uid=sent.folder_uid,
        slug=asked.server.generation.slug(shown_title),
        title=shown_title,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        body=body_of(sent.spec),
        labels=json.dumps(sent.labels),
        annotations=json.dumps(sent.annotations),
        file=item.file if sent.keeps_file else "",
        stored=asked.version,
    )


def _created(asked: Asked, sent: Sent, *, dry: bool) -> Object:
    server, caller = asked.server, asked.caller
    now = server.now()
    blank = Item(
        *(sent.internal_id, caller.organisation, asked.kind.is_folder, sent.name, "", "", "", 1, now, now),
        *(caller.shown, "", (), "", ""),
        guid=server.new_guid(),
        creator=caller.identity,
    )
    item = _content(asked, blank, sent)
    _check_depth(asked, sent, None)
    if dry:
        return _as_a_rehearsal(asked, item, sent)
    _check_folder(asked, sent)
    if sent.internal_id:
        if objects.by_id(server.store, caller.organisation, sent.internal_id):
            raise statuses.conflict(asked.kind, sent.name, f"the internal id {sent.internal_id} is already used")
        objects.forget_number(server.store, sent.internal_id)
    return shown(asked, _stored(asked, item, 0, sent))


def _replaced(asked: Asked, item: Item, sent: Sent, *, dry: bool) -> Object:
    """What was there with what was sent. In v1 every write is a new version, as it is on 12.4 ("put identical with rv")."""
    status = json.dumps(status_in(item, asked.version)) if not asked.kind.is_folder else "{}"
    changed = replace(_content(asked, item, sent), status=status)
    _check_depth(asked, sent, item)
    if dry:
        return _as_a_rehearsal(asked, changed, sent)
    _check_folder(asked, sent)
    same = changed.folder_uid == item.folder_uid and changed.body == item.body
    if same and (asked.kind.is_folder or not asked.version.startswith("v1")):
        if json.loads(changed.labels) == json.loads(item.labels) and json.loads(changed.annotations) == json.loads(item.annotations):
            return _unmoved(shown(asked, item))
        touched = objects.put(asked.server.store, changed)
        objects.refresh_version(asked.server.store, touched)
        return shown(asked, touched)
    now, caller = asked.server.now(), asked.caller
    newer = replace(changed, version=item.version + 1, updated=now, updated_by=caller.shown, updater=caller.identity)
    return shown(asked, _stored(asked, newer, item.version, sent))


def _unmoved(body: Object) -> Object:
    """The answer to a PUT that changes nothing at all: nothing is written, and no resourceVersion is told (12.4)."""
    del body["metadata"]["resourceVersion"]
    return body


def _stored(asked: Asked, item: Item, parent: int, sent: Sent) -> Item:
    head: dict[str, object] = {"uid": item.uid, "version": item.version}
    return kept(asked.server, item, parent, Wanted({}, message=sent.annotations.get(MESSAGE, "")), head)


def _as_a_rehearsal(asked: Asked, item: Item, sent: Sent) -> Object:
    """What a dry run shows: nothing of what only a real write adds; the generation that was ("dry run update"). That it is refused for
    what a write is refused for, but for a folder that is not there, is the reference's word (5.2), not recorded.
    """
    body = shown(asked, item)
    metadata = body["metadata"]
    del metadata["labels"], metadata["annotations"]
    if not item.revision:
        del metadata["resourceVersion"]
    if sent.labels:
        metadata["labels"] = dict(sent.labels)
    if sent.annotations or sent.folder_uid:
        metadata["annotations"] = sent.annotations | ({"grafana.app/folder": sent.folder_uid} if sent.folder_uid else {})
    return body


def delete(asked: Asked, name: str, held_to: Preconditions) -> dict[str, Any]:
    """Delete an object that is as the preconditions say, to the trash. A folder must be empty. There is no dry run of it: 12.4.0 deletes,
    whatever `dryRun` says.
    """
    with asked.server.store.transaction():
        permit(asked.server, asked.caller, asked.kind.deleting)
        item = found(asked, name)
        if item.file:
            raise statuses.bad_request("provisioned dashboard cannot be deleted")
        if held_to.guid and held_to.guid != item.guid:
            raise statuses.another_deletion(asked.kind, name, held_to.guid, item.guid)
        if held_to.revision and held_to.revision != str(item.revision):
            raise statuses.stale_deletion(asked.kind, name, held_to.revision, item.revision)
        if item.is_folder and objects.children(asked.server.store, item):
            why = "Folder cannot be deleted: folder is not empty"
            raise statuses.StatusRefused(400, why, "BadRequest", {"uid": "folder.not-empty"})
        discard(asked.server, asked.caller, item)
    details = {"name": name, "group": asked.kind.group, "kind": asked.kind.plural, "uid": item.guid}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
