"""Saving on a slug server (2 to 4): the decision order of POST /api/dashboards/db there.

In: what a request asks, and who. Out: the dashboard as it now is, or Refused. Order: reference 1.2 (a); transcripts
slugs-2.6.0 and slugs-4.6.5 "create" to "update the deleted by its id", grafana-2.6.0 and grafana-4.6.5. A uid in the
content is kept and means nothing. The caller holds the transaction.
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.sandbox import objects
from provisioner.sandbox.access import SAVE_DASHBOARD, Caller, permit
from provisioner.sandbox.content import body_of, whole_number
from provisioner.sandbox.drafts import Wanted, text_in
from provisioner.sandbox.objects import Item
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server
from provisioner.sandbox.writing import kept, slipped_in


def save_by_slug(server: Server, caller: Caller, wanted: Wanted) -> Item:
    """Save, or refuse: by the numeric id that was sent, else by the slug of the title."""
    permit(server, caller, SAVE_DASHBOARD)
    generation = server.generation
    content = dict(wanted.dashboard) if isinstance(wanted.dashboard, dict) else {}
    title = text_in(content.get("title"))
    if not title:
        raise Refused(generation.refusals.title_empty)
    slug = generation.slug(title)
    live = _by_id(server, caller, wanted, whole_number(content.get("id")), whole_number(content.get("version")))
    version = live.version if live else 0
    namesake = next(iter(objects.by_slug(server.store, caller.organisation, slug)), None)
    if namesake and (live is None or namesake.id != live.id):
        if not wanted.overwrite:
            raise Refused(generation.refusals.name_exists)
        live, version = namesake, namesake.version if generation.taken_over_counts_on else version
    if live and server.faults.take("lost_races"):
        live = slipped_in(server, live)
        version = live.version
    now, tags = server.now(), content.get("tags")
    item = live or Item(
        *(0, caller.organisation, False, server.new_uid(), "", "", "", 0, now, now, caller.shown, "", (), "", ""),
        guid=server.new_guid(),
        creator=caller.identity,
    )
    item = replace(
        item,
        title=title,
        slug=slug,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        body=body_of(content, without=("id", "version")),
        version=version + 1 if live else generation.first_version,
        updated=now,
        updated_by=caller.shown,
    )
    return _stored(server, item, version, wanted)


def _by_id(server: Server, caller: Caller, wanted: Wanted, number: int, version: int) -> Item | None:
    """What the numeric id names, if its version allows the save; without an id the version is not looked at."""
    if number <= 0:
        return None
    live = objects.by_id(server.store, caller.organisation, number)
    if live is None:
        raise Refused(server.generation.refusals.id_unknown)
    if version != live.version and not wanted.overwrite:
        raise Refused(server.generation.refusals.version_mismatch)
    return live


def _stored(server: Server, item: Item, parent: int, wanted: Wanted) -> Item:
    """Store it with a row of history; a version that was counted anew (2.6, by name with overwrite) replaces its row."""
    if item.id and objects.version(server.store, item, item.version):
        objects.forget_version(server.store, item, item.version)
    head: dict[str, object] = {"id": item.id or None, "version": item.version}
    return kept(server, item, parent, wanted, head)
