"""Small builders of files, readings and live states: a test states what it is about, the rest is plain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from provisioner.core.canonical import fingerprint
from provisioner.core.catalog import problem
from provisioner.core.changes import Change, Comparison, CreateFolder, Difference, LiveState, Turn
from provisioner.core.desired import Wants, desire
from provisioner.core.model import (
    ROOT,
    BlobId,
    Desired,
    DesiredDashboard,
    Document,
    Entry,
    Fingerprint,
    FolderDocument,
    FolderUid,
    Json,
    Reading,
    Revision,
    Shape,
    Snapshot,
    SourceFiles,
    SourceName,
    Uid,
)
from provisioner.core.problems import Problem, Severity
from provisioner.core.records import Record
from provisioner.core.server import Found, LiveDashboard, LiveFolder, Mark, Server

File = tuple[Entry, Reading]

PLATFORM = SourceName("platform")


def document(uid: str | None = "cpu", title: str | None = None, *, index: int = 0, pointer: str = "") -> Document:
    """A classic dashboard as its file has it. Its title is its uid in capitals, where nothing else is said."""
    named = (uid or "cpu").upper() if title is None else title
    return Document(index, index, pointer, embedded=False, shape=Shape.CLASSIC, uid=None if uid is None else Uid(uid), title=named)


def entry(path: str) -> Entry:
    return Entry(path, BlobId(hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()), 100)


def file(path: str, *documents: Document, problems: tuple[Problem, ...] = ()) -> File:
    """A file with these dashboards in it."""
    return entry(path), Reading(documents, problems=problems)


def dashboard(path: str, uid: str | None = "cpu", title: str | None = None) -> File:
    """A file with one dashboard in it."""
    return file(path, document(uid, title))


def folder_file(path: str, title: str | None = None, uid: str | None = None) -> File:
    """A `_folder` file that says this."""
    return entry(path), Reading(folder=FolderDocument(title, None if uid is None else FolderUid(uid)))


def unreadable(path: str, code: str = "json-syntax") -> File:
    """A file of which nothing could be read."""
    return entry(path), Reading(problems=(problem(code, "", "it is broken"),))


def source(*files: File, name: str = PLATFORM, prefix: str = "", problems: tuple[Problem, ...] = (), complete: bool = True) -> SourceFiles:
    """A source that holds these files, in this order."""
    snapshot = Snapshot(SourceName(name), Revision("main"), tuple(each for each, _ in files), problems, complete=complete)
    return SourceFiles(snapshot, files, prefix)


def wanted(*files: File, wants: Wants | None = None) -> Desired:
    """What a target of one source should hold."""
    return desire([source(*files)], wants or Wants())


def weights(**severities: Severity) -> tuple[tuple[str, Severity], ...]:
    """Severities by code, written with underscores."""
    return tuple((code.replace("_", "-"), severity) for code, severity in severities.items())


def codes(problems: Iterable[Problem]) -> list[str]:
    return [each.code for each in problems]


def server(version: str = "12.4.0", *, nested: bool = True) -> Server:
    return Server("https://grafana.example", version, "dashboards", "probed", 1, "Main Org.", nested_folders=nested)


OLD = server("9.3.2", nested=False)
"""Titles are unique in a folder, and folders have no folders."""

NEW = server("12.4.0")


def live_folder(uid: str, title: str, parent: str = ROOT, number: int = 1) -> LiveFolder:
    return LiveFolder(FolderUid(uid), title, FolderUid(parent), number)


def found(uid: str, title: str, folder: str = ROOT) -> Found:
    return Found(Uid(uid), title, FolderUid(folder), f"https://grafana.example/d/{uid}")


def live_dashboard(uid: str, content: Mapping[str, Json], folder: str = ROOT, *, managed_by: str | None = None) -> LiveDashboard:
    """As a server has it. `mark`, person and time are always the same."""
    return LiveDashboard(
        uid=Uid(uid),
        title=str(content.get("title", "")),
        folder=FolderUid(folder),
        folder_title="Ops" if folder else "General",
        url=f"https://grafana.example/d/{uid}",
        mark=Mark(7, 3),
        updated_by="jonas",
        updated="2026-11-22T09:47:00Z",
        content=content,
        managed_by=managed_by,
    )


SOMETHING = (Difference(Turn.CHANGED, 'panel "p99" (id 4)'),)


def beside(
    ours: DesiredDashboard, *, equal: bool, folder: str | None = None, title: str | None = None, managed_by: str | None = None
) -> Comparison:
    """The dashboard beside what is live: in its own folder and of its own title, where nothing else is said."""
    live = LiveState(
        uid=ours.uid,
        title=ours.title if title is None else title,
        folder=ours.folder if folder is None else FolderUid(folder),
        folder_title="Ops",
        url=f"https://grafana.example/d/{ours.uid}",
        mark=Mark(7, 3),
        updated_by="jonas",
        updated="2026-11-22T09:47:00Z",
        fingerprint=Fingerprint("1:same" if equal else "1:theirs"),
        managed_by=managed_by,
    )
    return Comparison(Fingerprint("1:same" if equal else "1:ours"), live, () if equal else SOMETHING)


BASE, OURS, THEIRS = Fingerprint("1:base"), Fingerprint("1:ours"), Fingerprint("1:theirs")
"""What we last wrote, what git has now, what somebody made of it on the server."""

WRITTEN, LATER = Mark(7, 3), Mark(7, 4)
"""The state that our last write was answered with, and the one after it."""


def recorded(ours: DesiredDashboard, content: Fingerprint = BASE, mark: Mark = WRITTEN) -> Record:
    """What was written of this dashboard, from the file that it still has."""
    return Record(
        uid=ours.uid,
        title=ours.title,
        source=ours.origin.source,
        path=ours.origin.path,
        index=ours.document.index,
        blob=ours.origin.blob,
        commit="c0ffee",
        key=f"1:{content}:0:-",
        content=content,
        folder=ours.folder,
        titles=ours.titles,
        mark=mark,
        applied="2026-11-20T08:00:00Z",
        derived=ours.derived,
    )


def there(ours: DesiredDashboard, content: Fingerprint = THEIRS, mark: Mark = LATER, *, by: str = "jonas") -> LiveState:
    """The dashboard on the server, in the folder where it should be."""
    url = f"https://grafana.example/d/{ours.uid}"
    return LiveState(ours.uid, ours.title, ours.folder, "Ops", url, mark, by, "2026-11-22T09:47:00Z", content)


def uid_of(change: Change) -> str:
    """The uid of what a change writes."""
    return change.folder.uid if isinstance(change, CreateFolder) else change.dashboard.uid


def hexadecimal(content: Mapping[str, Json]) -> str:
    """The fingerprint without its form."""
    return fingerprint(content).removeprefix("1:")
