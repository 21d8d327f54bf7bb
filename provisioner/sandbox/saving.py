"""Saving a dashboard: the decision order of POST /api/dashboards/db.

In: what a request asks, and who. Out: the dashboard as it now is, or Refused and nothing written. Order and rules:
reference 1.2 (b), (c), (e); transcripts grafana-* "create without uid" to "folder uid used by a dashboard",
orgs-and-provisioned "provisioned: save".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from provisioner.sandbox import objects
from provisioner.sandbox.access import SAVE_DASHBOARD, Caller, permit
from provisioner.sandbox.content import as_doubles, body_of, whole_number
from provisioner.sandbox.durations import milliseconds
from provisioner.sandbox.generations import FolderRule
from provisioner.sandbox.objects import Item, Version
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server

_UID = re.compile(r"[a-zA-Z0-9\-_]*")
_LONGEST_UID = 40
_LONGEST_TITLE = 5000
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks to save. Numbers and texts that were left out are 0 and ""."""

    dashboard: object
    overwrite: bool = False
    message: str = ""
    folder_id: int = 0
    folder_uid: str = ""
    is_folder: bool = False
    restored_from: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A dashboard on its way in: its identity taken apart from its content. `id` and `uid` are 0 and "" when not known."""

    id: int
    uid: str
    version: int
    title: str
    content: dict[str, Any]
    folder_uid: str = ""


def save(server: Server, caller: Caller, wanted: Wanted) -> Item:
    """Save, or refuse. All of it is one transaction."""
    rule = server.generation.folder_rule
    with server.store.transaction():
        folder_uid = _folder_by_uid(server, caller, wanted) if rule is FolderRule.EITHER else ""
        draft = draft_of(server, wanted)
        if rule is FolderRule.UNIFIED:
            folder_uid = _folder_by_uid(server, caller, wanted) or _folder_by_id(server, caller, wanted)
        live_by_id = _by_id(server, caller, draft)
        if rule is not FolderRule.UNIFIED:
            folder_uid = folder_uid or _folder_by_id(server, caller, wanted)
        draft = replace(draft, folder_uid=folder_uid)
        live = _checked_live(server, caller, wanted, draft, live_by_id)
        if server.generation.names_unique:
            live = _of_the_same_name(server, caller, wanted, draft, live)
        permit(server, caller, SAVE_DASHBOARD)
        if live and live.file and server.generation.refusals.provisioned:
            raise Refused(server.generation.refusals.provisioned)
        return _written(server, caller, wanted, draft, live)


def check_uid(server: Server, uid: str) -> None:
    """Refuse a uid that cannot be one."""
    if not _UID.fullmatch(uid):
        raise Refused(server.generation.refusals.uid_illegal)
    if len(uid) > _LONGEST_UID:
        raise Refused(server.generation.refusals.uid_too_long)


def draft_of(server: Server, wanted: Wanted) -> Draft:
    """Take the dashboard of a request apart, and refuse what no server would take."""
    generation, refusals = server.generation, server.generation.refusals
    content = dict(wanted.dashboard) if isinstance(wanted.dashboard, dict) else {}
    if generation.numbers_are_doubles:
        try:
            content = as_doubles(content)
        except RecursionError:  # nested deeper than Python goes; real servers take 10,000 levels
            raise Refused(refusals.bad_request) from None
    title = _text(content.get("title")).strip()
    if not title:
        raise Refused(refusals.title_empty)
    if refusals.title_too_long and len(title) > _LONGEST_TITLE:
        raise Refused(refusals.title_too_long)
    if refusals.message_too_long and len(wanted.message) > _LONGEST_MESSAGE:
        raise Refused(refusals.message_too_long)
    content["title"] = title
    uid = _text(content.get("uid")).strip()
    check_uid(server, uid)
    _raise_refresh(content, generation.min_refresh)
    return Draft(whole_number(content.get("id")), uid, whole_number(content.get("version")), title, content)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _raise_refresh(content: dict[str, Any], least: str | None) -> None:
    """Too quick a refresh, or none that can be read, becomes the least that is allowed (reference 1.2, step 8)."""
    refresh = _text(content.get("refresh"))
    if not least or not refresh or refresh == "auto":
        return
    asked = milliseconds(refresh)
    if asked is None or asked < (milliseconds(least) or 0):
        content["refresh"] = least


def _folder_by_uid(server: Server, caller: Caller, wanted: Wanted) -> str:
    """The folder that `folderUid` names; "" when it is left out."""
    if not wanted.folder_uid:
        return ""
    refusals = server.generation.refusals
    if wanted.folder_uid == "general" and refusals.folder_uid_general:
        raise Refused(refusals.folder_uid_general)
    folder = objects.by_uid(server.store, caller.organisation, wanted.folder_uid, is_folder=True)
    if folder is None and refusals.folder_uid_unknown:
        raise Refused(refusals.folder_uid_unknown)
    return folder.uid if folder else ""


def _folder_by_id(server: Server, caller: Caller, wanted: Wanted) -> str:
    """The folder that `folderId` names; the root for 0. A uid that was given wins."""
    by_uid = wanted.folder_uid and server.generation.folder_rule is not FolderRule.ID_ONLY
    if wanted.folder_id <= 0 or by_uid:
        return ""
    folder = objects.by_id(server.store, caller.organisation, wanted.folder_id, is_folder=True)
    if folder is None:
        raise Refused(server.generation.refusals.folder_id_unknown)
    return folder.uid


def _by_id(server: Server, caller: Caller, draft: Draft) -> Item | None:
    """The object that the numeric id names; an id that names nothing is refused."""
    if draft.id <= 0:
        return None
    kind = None if server.generation.refusals.other_kind else False
    live = objects.by_id(server.store, caller.organisation, draft.id, is_folder=kind)
    if live is None:
        raise Refused(server.generation.refusals.id_unknown)
    return live


def _checked_live(server: Server, caller: Caller, wanted: Wanted, draft: Draft, by_id: Item | None) -> Item | None:
    """The object that id or uid name, if its kind and version allow the save."""
    refusals = server.generation.refusals
    kind = None if refusals.other_kind else False
    by_uid = objects.by_uid(server.store, caller.organisation, draft.uid, is_folder=kind) if draft.uid else None
    if by_id and by_uid and by_id.id != by_uid.id:
        raise Refused(refusals.same_uid)
    live = by_id or by_uid
    if live is None:
        return None
    if refusals.other_kind and live.is_folder != wanted.is_folder:
        raise Refused(refusals.other_kind)
    if draft.version != live.version and not wanted.overwrite:
        raise Refused(refusals.version_mismatch)
    return live


def _of_the_same_name(server: Server, caller: Caller, wanted: Wanted, draft: Draft, live: Item | None) -> Item | None:
    """Who has the name in the folder already; with overwrite the save goes to that one, whatever uid was asked for (up to 11.2)."""
    refusals = server.generation.refusals
    slug = server.generation.slug(draft.title)
    namesakes = objects.by_slug(server.store, caller.organisation, slug)
    other = next((item for item in namesakes if item.is_folder or item.folder_uid == draft.folder_uid), None)
    if other is None or (live and other.id == live.id):
        return live
    if other.is_folder and not wanted.is_folder:
        raise Refused(refusals.name_is_a_folders)
    if not wanted.overwrite:
        raise Refused(refusals.name_exists)
    return other


def _written(server: Server, caller: Caller, wanted: Wanted, draft: Draft, live: Item | None) -> Item:
    if live is None:
        return _created(server, caller, wanted, draft)
    if server.faults.take("lost_races"):
        live = _slipped_in(server, live)
    # An id given with another uid gives the dashboard that uid; a namesake that is overwritten keeps its own.
    uid = draft.uid if draft.id == live.id and draft.uid else live.uid
    body = body_of(draft.content)
    if not server.generation.identical_save_is_a_version and _same(server, live, draft, body):
        return live
    changed = replace(_with_content(server, live, draft.content), uid=uid, folder_uid=draft.folder_uid, updated_by=caller.shown)
    head: dict[str, object] = {"uid": uid, "version": changed.version}
    if not server.generation.history_pages:
        head["id"] = live.id
    return _kept(server, changed, live.version, wanted, head)


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
    )
    item = _with_content(server, blank, draft.content)
    # The first row of the history keeps the id as it was sent: null, mostly.
    head = {"uid": uid, "version": item.version} | {key: draft.content[key] for key in ("id",) if key in draft.content}
    return _kept(server, item, 0, wanted, head)


def _with_content(server: Server, item: Item, content: dict[str, Any]) -> Item:
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


def _kept(server: Server, item: Item, parent: int, wanted: Wanted, head: dict[str, object]) -> Item:
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


def _slipped_in(server: Server, live: Item) -> Item:
    """Somebody else's edit, made after our version was checked and before our write (reference 0.1)."""
    content = json.loads(live.body) | {"description": "Edited while another save was under way."}
    edited = replace(_with_content(server, live, content), updated_by="somebody")
    head: dict[str, object] = {"uid": live.uid, "version": edited.version}
    return _kept(server, edited, live.version, Wanted({}, message="slipped in"), head)
