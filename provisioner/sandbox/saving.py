"""Saving a dashboard: the decision order of POST /api/dashboards/db.

In: what a request asks, and who. Out: the dashboard as it now is, or Refused and nothing written. Order and rules:
reference 1.2 (b), (c), (e); transcripts grafana-* "create without uid" to "folder uid used by a dashboard",
orgs-and-provisioned "provisioned: save". The orders of 2 to 4 and of 13.1 have their own rooms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from provisioner.sandbox import objects, trash
from provisioner.sandbox.access import SAVE_DASHBOARD, Caller, permit
from provisioner.sandbox.discarding import has_trash_routes
from provisioner.sandbox.drafts import Draft, Wanted, check_lengths, draft_of
from provisioner.sandbox.generation import FolderRule, SaveRule
from provisioner.sandbox.objects import Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.saving_by_slug import save_by_slug
from provisioner.sandbox.saving_newest import create_or_replace
from provisioner.sandbox.server import Server
from provisioner.sandbox.writing import written


def save(server: Server, caller: Caller, wanted: Wanted) -> Item:
    """Save, or refuse. All of it is one transaction."""
    with server.store.transaction():
        match server.generation.save_rule:
            case SaveRule.BY_SLUG:
                return save_by_slug(server, caller, wanted)
            case SaveRule.BY_UID:
                return _save_by_uid(server, caller, wanted)
            case SaveRule.CREATE_OR_REPLACE:
                return create_or_replace(server, caller, wanted)
            case unknown:
                assert_never(unknown)


def _save_by_uid(server: Server, caller: Caller, wanted: Wanted) -> Item:
    rule = server.generation.folder_rule
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
    check_lengths(server, wanted, draft.content)
    item = written(server, caller, wanted, draft, live)
    if live and has_trash_routes(server) and trash.holds(server.store, live):  # it is written, and stays deleted
        trash.put_away(server.store, item, item.updated, deleter=caller.identity)
    return item


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
    if draft.uid and by_uid is None and has_trash_routes(server):
        lying = trash.by_uid(server.store, caller.organisation, draft.uid)
        by_uid = lying.item if lying else None
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
