"""Records, folders, intents and kept bodies as texts, and back.

In: a value, or a text that this module made. Out: the text, or the equal value. A text that is none of ours raises Unreadable. The forms
belong to the version of the tables (tables.py): a new field is a new version with a step that gives it to what is there.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from provisioner.core.home import HomeRecord
from provisioner.core.model import Fingerprint, FolderUid, Json, Uid
from provisioner.core.records import Action, FolderRecord, Intent, Kept, Record, Why
from provisioner.core.server import Mark

_decoded = json.JSONDecoder().raw_decode  # `json.loads` looks for white space around each, which is a fifth of its time


class Unreadable(Exception):
    """A row is not what was written: something else changed the file, or the disk did."""


def record_out(record: Record) -> str:
    """ASCII, whatever is in titles and paths: a path that is no UTF-8 has half characters, which SQLite refuses."""
    return _text(_record_fields(record))


def records_in(texts: Iterable[str]) -> dict[Uid, Record]:
    """By uid. What most of them share (commit, folder, its titles) is one object, since ten thousand are held at a time."""
    records: dict[Uid, Record] = {}
    shared: dict[Any, Any] = {}
    one = shared.setdefault
    with _understanding():
        for text in texts:
            record = _record(_decoded(text)[0], one)
            records[record.uid] = record
    return records


def folder_out(folder: FolderRecord) -> str:
    """Compact JSON."""
    return _text([folder.uid, folder.title, folder.parent, folder.path, folder.made])


def folder_in(text: str) -> FolderRecord:
    """The folder that was written."""
    with _understanding():
        uid, title, parent, path, made = _decoded(text)[0]
        return FolderRecord(FolderUid(uid), title, FolderUid(parent), path, made)


def home_out(home: HomeRecord) -> str:
    """Compact JSON."""
    return _text([home.uid, home.number, home.when])


def home_in(text: str) -> HomeRecord:
    """The home dashboard that was written."""
    with _understanding():
        uid, number, when = _decoded(text)[0]
        return HomeRecord(Uid(uid), number, when)


def intent_out(intent: Intent) -> str:
    """Compact JSON."""
    before = None if intent.before is None else [intent.before.id, intent.before.version, intent.before.state]
    record = None if intent.record is None else _record_fields(intent.record)
    return _text([intent.uid, intent.action.value, before, record, intent.begun, intent.message])


def intent_in(text: str) -> Intent:
    """The intent that was written."""
    with _understanding():
        uid, action, before, record, begun, message = _decoded(text)[0]
        was = None if before is None else Mark(*before)
        then = None if record is None else _record(record, {}.setdefault)
        return Intent(Uid(uid), Action(action), was, then, begun, message)


def kept_out(kept: Kept) -> str:
    """Compact JSON."""
    fields = [kept.uid, kept.title, kept.folder, kept.titles, kept.content, kept.mark.id, kept.mark.version]
    return _text([*fields, kept.author, kept.updated, kept.why.value, kept.kept, kept.mark.state])


def kept_in(text: str) -> Kept:
    """What was written."""
    with _understanding():
        uid, title, folder, titles, content, mark_id, version, author, updated, why, when, state = _decoded(text)[0]
        mark = Mark(mark_id, version, state)
        return Kept(Uid(uid), title, FolderUid(folder), tuple(titles), Fingerprint(content), mark, author, updated, Why(why), when)


def body_out(body: Mapping[str, Json]) -> bytes:
    """Compressed JSON: a dashboard of 30 kB becomes one of 3. Integers of any size, half characters and the order of keys are kept."""
    return zlib.compress(_text(dict(body)).encode(), 1)


def body_in(packed: bytes) -> dict[str, Json]:
    """The body that was packed; zlib's own checksum tells whether it is."""
    with _understanding():
        body: dict[str, Json] = json.loads(zlib.decompress(packed))
        return body


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _record_fields(record: Record) -> list[object]:
    return [
        record.uid,
        record.title,
        record.source,
        record.path,
        record.index,
        record.blob,
        record.commit,
        record.key,
        record.content,
        record.folder,
        record.titles,
        record.mark.id,
        record.mark.version,
        record.applied,
        record.derived,
        record.written,
        record.missing_since,
        record.mark.state,
    ]


def _record(fields: list[Any], one: Any) -> Record:  # noqa: ANN401 - `dict.setdefault`, whose type cannot be written down
    # The names of types (`Uid(uid)`) are left out: to call them was a fifth of the time for ten thousand.
    uid, title, source, path, index, blob, commit, key, content, folder, titles, *rest = fields
    mark_id, version, applied, derived, written, missing, state = rest
    commit, folder, way = one(commit, commit), one(folder, folder), tuple(titles)
    titles, mark = one(way, way), Mark(mark_id, version, state)
    return Record(uid, title, source, path, index, blob, commit, key, content, folder, titles, mark, applied, derived, written, missing)


@contextmanager
def _understanding() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, RecursionError, zlib.error) as error:
        raise Unreadable(f"a row cannot be understood ({error})") from error
