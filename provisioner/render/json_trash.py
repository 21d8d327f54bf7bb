"""What was deleted and is still there, as JSON. The keys are a promise, as in `json_.py`, whose parts these are made of.

In: `TrashReport`s. Out: text.

Trash: version, kind "trash", exit_code, targets [{name, url, failure | null, has_trash, why, can_purge, trash [{uid, title, folder_uid,
       folder_title, deleted, by, until}], kept [{uid, title, titles, version, kept}], keep_seconds}].
"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.core.report import Exit
from provisioner.core.trash import NoTrash, TrashReport
from provisioner.render import json_parts as parts
from provisioner.render.json_ import text
from provisioner.render.json_parts import Object


def trash_json(reports: Sequence[TrashReport], code: Exit) -> str:
    """All of it, folded nowhere."""
    return text({"kind": "trash", "exit_code": code.value, "targets": [_target(each) for each in reports]})


def _target(of: TrashReport) -> Object:
    has = not isinstance(of.server, NoTrash)
    rows = () if isinstance(of.server, NoTrash) else of.server.rows
    keys = ("uid", "title", "folder_title", "deleted", "by", "until")
    return {
        "name": of.target,
        "url": of.url,
        "failure": parts.failure(of.failure),
        "has_trash": has,
        "why": of.server.why if isinstance(of.server, NoTrash) else "",
        "can_purge": not isinstance(of.server, NoTrash) and of.server.empties,
        "trash": [{**{key: getattr(each, key) for key in keys}, "folder_uid": each.folder} for each in rows],
        "kept": [
            {"uid": each.uid, "title": each.title, "titles": list(each.titles), "version": each.mark.version, "kept": each.kept}
            for each in of.kept
        ],
        "keep_seconds": of.keep_seconds,
    }
