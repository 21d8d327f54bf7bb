"""A pull without touching anything: a directory as a mapping, a server as values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provisioner.core import documents
from provisioner.core.canonical import fingerprint
from provisioner.core.desired import Wants, desire
from provisioner.core.export import (
    Change,
    Choice,
    Holding,
    Layout,
    Place,
    folder_file,
    is_same,
    lay_out,
    made,
    retitled,
    rewritten,
    scope_of,
    there,
)
from provisioner.core.inputs import fill
from provisioner.core.model import (
    ROOT,
    BlobId,
    Desired,
    Entry,
    Fingerprint,
    FolderUid,
    Json,
    Revision,
    Snapshot,
    SourceFiles,
    SourceName,
    Uid,
)
from provisioner.core.server import Found, LiveFolder, Server
from tests.core.builders import NEW, PLATFORM

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Live:
    """What a server holds: folders, and dashboards by uid with the folder of each."""

    folders: tuple[LiveFolder, ...] = ()
    dashboards: Mapping[str, tuple[str, Mapping[str, Json]]] = field(default_factory=dict)
    server: Server = NEW

    @property
    def found(self) -> list[Found]:
        return [
            Found(Uid(uid), str(content["title"]), FolderUid(folder), "", "Hidden") for uid, (folder, content) in self.dashboards.items()
        ]


def source(files: Mapping[str, bytes], name: str = PLATFORM) -> SourceFiles:
    """The readings of a directory."""
    kinds = {path: documents.kind_of(path) for path in files}
    entries = [Entry(path, BlobId(hashlib.sha1(raw, usedforsecurity=False).hexdigest()), len(raw)) for path, raw in sorted(files.items())]
    read = tuple((each, documents.read(files[each.path], kind)) for each in entries if (kind := kinds[each.path]) is not None)
    return SourceFiles(Snapshot(SourceName(name), Revision("main"), tuple(entries)), read)


def laid(
    live: Live, files: Mapping[str, bytes], wants: Wants | None = None, choice: Choice | None = None, others: Iterable[SourceFiles] = ()
) -> Layout:
    """The layout of a pull."""
    wants = wants or Wants()
    scope = scope_of(live.server, live.folders, live.found, wants.folder)
    here = there(Holding(source(files), tuple(others)), wants, scope, live.server)
    return lay_out(live.server, scope, live.found, here, choice or Choice())


def pulled(live: Live, files: Mapping[str, bytes], wants: Wants | None = None) -> Files:
    """The directory after a pull. What is held stays as it is."""
    after = dict(files)
    layout = laid(live, files, wants)
    for each in layout.folder_files:
        kind = documents.kind_of(each.path)
        assert kind is not None
        if each.entry is None:
            assert each.path not in after
            after[each.path] = folder_file(each.title, each.uid)
        else:
            after[each.path] = retitled(files[each.path], kind, each.title or "") or files[each.path]
    for place in layout.places:
        if place.uid in live.dashboards:
            _put(after, place, live.dashboards[place.uid][1])
    return after


def _put(files: Files, place: Place, content: Mapping[str, Json]) -> None:
    if place.known is None:
        assert place.path not in files
        files[place.path] = made(place.uid, content)
        return
    kind = documents.kind_of(place.path)
    assert kind is not None
    raw = files[place.known.origin.path]
    change = Change(place.known, content, named=place.moved and place.known.derived)
    if place.moved or not is_same(change, raw, kind):
        out = rewritten(raw, kind, [change])
        if out is not None:
            del files[place.known.origin.path]
            files[place.path] = out


def told(files: Mapping[str, bytes], wants: Wants | None = None) -> Desired:
    """What a target should hold by these files."""
    return desire([source(files)], wants or Wants())


def contents(files: Mapping[str, bytes], desired: Desired) -> dict[str, tuple[str, Fingerprint]]:
    """Folder and fingerprint of each dashboard that the files would give."""
    result: dict[str, tuple[str, Fingerprint]] = {}
    for each in desired.dashboards:
        kind = documents.kind_of(each.origin.path)
        assert kind is not None
        body = fill(documents.body(files[each.origin.path], kind, each.document), each.fill)
        result[each.uid] = (each.folder, fingerprint(body))
    return result


def expected(live: Live) -> dict[str, tuple[str, Fingerprint]]:
    return {uid: (folder, fingerprint(content)) for uid, (folder, content) in live.dashboards.items()}


def folder(uid: str, title: str, parent: str = ROOT) -> LiveFolder:
    return LiveFolder(FolderUid(uid), title, FolderUid(parent), 1)
