"""Saving on 13.1 and later: POST /api/dashboards/db as a coat over the resource API.

In: what a request asks, and who. Out: the dashboard as it now is, or Refused. Order: reference 1.2 (f), read in the
source and asserted by its tests; there is no transcript of 13. The caller holds the transaction.
"""

from __future__ import annotations

import json
from typing import Any

from provisioner.sandbox import objects
from provisioner.sandbox.access import SAVE_DASHBOARD, Caller, permit
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.drafts import Draft, Wanted, as_stored, check_lengths, check_uid, is_long_title, text_in
from provisioner.sandbox.objects import CLASSIC, MANAGER, MANAGER_ALLOWS, MANAGERS, Item
from provisioner.sandbox.refusals import Refusal, Refused
from provisioner.sandbox.server import Server
from provisioner.sandbox.writing import written

_GROUP = "dashboard.grafana.app"


def create_or_replace(server: Server, caller: Caller, wanted: Wanted) -> Item:
    """Save, or refuse: by uid."""
    refusals = server.generation.refusals
    draft = _draft_of(server, wanted)
    live = _live(server, caller, draft)
    permit(server, caller, SAVE_DASHBOARD)
    if live and refusals.provisioned and _is_locked(live):
        raise Refused(refusals.provisioned)
    if live and not wanted.overwrite and draft.version != live.version:
        raise Refused(refusals.version_mismatch)
    folder = wanted.folder_uid
    if folder and objects.by_uid(server.store, caller.organisation, folder, is_folder=True) is None:
        general = refusals.folder_uid_general if folder == "general" else None
        raise Refused(general or refusals.folder_uid_unknown or refusals.folder_id_unknown)
    check_lengths(server, wanted, draft.content)
    placed = Draft(draft.id, draft.uid, draft.version, draft.title, draft.content, folder, draft.stored)
    return written(server, caller, wanted, placed, live)


def _draft_of(server: Server, wanted: Wanted) -> Draft:
    """Take the dashboard apart: plain content, or an object of the resource API with its own `apiVersion`."""
    given = dict(wanted.dashboard) if isinstance(wanted.dashboard, dict) else {}
    stored, name = CLASSIC, text_in(given.get("uid"))
    if "apiVersion" in given or "spec" in given:
        stored = _version_of(server, given)
        metadata = given.get("metadata")
        name = name or text_in(metadata.get("name") if isinstance(metadata, dict) else None)
        given = given["spec"]
    elif "elements" in given and "layout" in given:
        raise Refused(Refusal(400, "v2 dashboards must be wrapped in an object with apiVersion, kind, metadata and spec"))
    content: dict[str, Any] = as_stored(server, given)
    title = text_in(content.get("title"))
    if not title:
        raise Refused(server.generation.refusals.title_empty)
    if server.generation.refusals.title_too_long and is_long_title(title):
        raise Refused(server.generation.refusals.title_too_long)
    for key in ("id", "version"):
        if content.get(key) is not None and (isinstance(content[key], bool) or not isinstance(content[key], int)):
            raise Refused(Refusal(400, f"Dashboard spec property {key} must be a number"))
    check_uid(server, name)
    return Draft(whole_number(content.get("id")), name, whole_number(content.get("version")), title, content, "", stored)


def _version_of(server: Server, given: dict[str, Any]) -> str:
    group, _, version = text_in(given.get("apiVersion")).partition("/")
    if group != _GROUP or version not in server.generation.resource_versions:
        raise Refused(Refusal(400, f"apiVersion must be one of the group {_GROUP}"))
    if not isinstance(given.get("spec"), dict):
        raise Refused(Refusal(400, "Dashboard is missing spec"))
    return version


def _live(server: Server, caller: Caller, draft: Draft) -> Item | None:
    """What is there under the uid; a numeric id alone is looked up, with a uid it must not name another that exists."""
    by_uid = objects.by_uid(server.store, caller.organisation, draft.uid, is_folder=False) if draft.uid else None
    by_id = objects.by_id(server.store, caller.organisation, draft.id, is_folder=False) if draft.id > 0 else None
    if draft.id > 0 and not draft.uid and by_id is None:
        raise Refused(server.generation.refusals.id_unknown)
    if by_id and by_uid and by_id.id != by_uid.id:
        raise Refused(server.generation.refusals.same_uid)
    return by_uid if draft.uid else by_id


def _is_locked(item: Item) -> bool:
    """Whether a manager holds it that lets nobody else edit."""
    annotations = json.loads(item.annotations)
    return bool(item.file) or (annotations.get(MANAGER) in MANAGERS and annotations.get(MANAGER_ALLOWS) != "true")
