"""The nouns of files and of what is desired of them, as frozen values (DESIGN section 2). What a server holds is in `server.py`.

In: nothing. Out: the types that every room speaks in. No behaviour beyond what a value knows of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType

from provisioner.core.problems import Problem

SourceName = NewType("SourceName", str)
TargetName = NewType("TargetName", str)
BlobId = NewType("BlobId", str)
Uid = NewType("Uid", str)
FolderUid = NewType("FolderUid", str)
Fingerprint = NewType("Fingerprint", str)
ReadingKey = NewType("ReadingKey", str)
"""Names one reading: how the bytes are read, and their blob id ("json:9d1c…")."""

ROOT = FolderUid("")
"""The root folder, always written so: "general" is a 404 on 12.4 and ignored on 7.5 (transcripts, "folderUid general")."""

Json = Any
"""A value as JSON has it: None, bool, int, float, str, list of these, dict of str to these."""


# --- what a source holds -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revision:
    """What a snapshot was taken of. `commit` is 40 (or 64) hex digits, None for a directory. `when` is ISO 8601 with offset, as git
    tells it.
    """

    name: str
    commit: str | None = None
    subject: str = ""
    author: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a snapshot. `path` is relative to the source's path, with forward slashes; `blob` is git's id of the bytes, in a
    directory too.
    """

    path: str
    blob: BlobId
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a source at one revision, sorted by path. `problems` names what could not or may not be read; then `complete` is False.

    The bytes are not in it: `Source.read` gives them by blob id, and gives only bytes that have this id.
    """

    source: SourceName
    revision: Revision
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    complete: bool = True


# --- what a file says --------------------------------------------------------------------------------------------------------------------


class Shape(StrEnum):
    """The shapes in which dashboards are kept in files (reference/dashboards.md section 1, and as other tools write them)."""

    CLASSIC = "classic"
    ROWS = "rows"
    EXPORT = "export"
    API = "api"
    """`{dashboard, meta}`, `{dashboard, folderUid, message, overwrite}`, gdg's backups."""
    RESOURCE = "resource"
    GRIZZLY = "grizzly"
    OPERATOR = "operator"
    CONFIG_MAP = "config-map"


class FileKind(StrEnum):
    """How the bytes are to be read. It is decided by the name alone, so that a blob and its kind name one reading."""

    JSON = "json"
    YAML = "yaml"
    FOLDER_JSON = "folder-json"
    FOLDER_YAML = "folder-yaml"


@dataclass(frozen=True, slots=True)
class Input:
    """A hole that a target fills: an entry of `__inputs`, or a `${DS_X}` that nobody declared (`declared` False).

    `kind` is "datasource" or "constant" (or what the file says); `plugin` the data source type asked for; `value` what a constant carries.
    `pointer` is where it stands in the file (the declaration, else the first use); `used` is False when nothing in the dashboard names it.
    """

    name: str
    kind: str
    plugin: str = ""
    value: str | None = None
    pointer: str = ""
    declared: bool = True
    used: bool = True


@dataclass(frozen=True, slots=True)
class DataSourceName:
    """A data source given by name (a plain string where a uid is wanted), with its first place in the file."""

    name: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Document:
    """One dashboard as a file has it: facts only, without the body, so that ten thousand of them are small and can be kept across restarts.

    `index` counts the documents of the file; `document` is the number of the YAML document and `pointer` the place in it where the
    dashboard's
    own object begins ("" for a bare one, "/dashboard", "/spec", "/data/cpu.json"). `embedded` is True when the object is text inside that
    place
    (a ConfigMap, a manifest with inline json). `uid` is None when the file names none. `folder` is the folder uid that the wrapper names,
    None
    when it names none. `api_version` is given for resources ("dashboard.grafana.app/v1beta1").
    """

    index: int
    document: int
    pointer: str
    embedded: bool
    shape: Shape
    uid: Uid | None
    title: str
    folder: FolderUid | None = None
    message: str | None = None
    api_version: str | None = None
    schema_version: int | None = None
    inputs: tuple[Input, ...] = ()
    by_name: tuple[DataSourceName, ...] = ()

    @property
    def form(self) -> str:
        """The version of content with elements and layout ("v2beta1"), which the resource API alone takes; "" for classic content."""
        version = (self.api_version or "").rpartition("/")[2]
        return version if version.startswith("v2") else ""


@dataclass(frozen=True, slots=True)
class FolderDocument:
    """What `_folder.yaml` or `_folder.json` says of the directory it lies in. None where it says nothing."""

    title: str | None
    uid: FolderUid | None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one blob says: a pure function of its bytes and its kind. Problems name no file yet (`Problem.within` tells them of a path).

    `refused` is True when an error keeps the whole file from being applied. `passed_over` is the reason why a file that reads well is not a
    dashboard at all (package.json), None otherwise.
    """

    documents: tuple[Document, ...] = ()
    folder: FolderDocument | None = None
    problems: tuple[Problem, ...] = ()
    passed_over: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """A snapshot with what its files say. `prefix` is put before paths when they are shown ("dashboards/"), so that they can be opened from
    where one stands.

    `files` are the entries that are dashboards, folder files or neither, in the order of the snapshot; `parsed` counts those not known from
    before.
    """

    snapshot: Snapshot
    files: tuple[tuple[Entry, Reading], ...]
    prefix: str = ""
    parsed: int = 0


# --- what a target should hold -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a desired thing comes from. `path` is within the source; `shown` is the path as people see it."""

    source: SourceName
    path: str
    blob: BlobId
    size: int
    shown: str


@dataclass(frozen=True, slots=True)
class Fill:
    """What is put into a dashboard's holes for one target: values of inputs by name, and data source uids by the name they replace.

    `tag` is the owner's mark, "" without one. On a server without folders, `folder_tag` or `prefix` (of the title) stands for the folder.
    Empty for most. Sorted, so that equal fillings are equal values.
    """

    inputs: tuple[tuple[str, str], ...] = ()
    by_name: tuple[tuple[str, str], ...] = ()
    tag: str = ""
    folder_tag: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class DesiredFolder:
    """`parent` is ROOT at the top. `titles` is the way from the root, its own title last. `path` is the directory that it stands for (""
    for a stated one).

    `derived` is True when the uid is ours to choose, so that a live folder of this title in this place serves as well.
    """

    uid: FolderUid
    title: str
    parent: FolderUid
    titles: tuple[str, ...]
    path: str
    derived: bool = True


@dataclass(frozen=True, slots=True)
class DesiredDashboard:
    """One dashboard that the target should hold. `derived` is True when the uid comes from source and path, since the file names none."""

    uid: Uid
    title: str
    folder: FolderUid
    titles: tuple[str, ...]
    document: Document
    origin: Origin
    fill: Fill = Fill()
    derived: bool = False

    @property
    def name(self) -> str:
        """As people say it: "Platform / Hosts / Overview". One without a title is a mistake that somebody has to find."""
        return " / ".join((*self.titles, self.title or "(no title)"))


@dataclass(frozen=True, slots=True, order=True)
class Hiding:
    """A file, or a directory, of which it is not known what is in it. `path` is within the source; `shown` is as people see it."""

    shown: str
    source: SourceName
    path: str


@dataclass(frozen=True, slots=True)
class Desired:
    """What a target should hold: parents before children, dashboards sorted by path. A file with an error is not in here: its problem is.

    `withheld` are uids that some refused file names: they are neither written nor counted as gone. `hiding` are files that may hold
    dashboards nobody can name, since they cannot be read or name no uid and have errors.
    """

    folders: tuple[DesiredFolder, ...] = ()
    dashboards: tuple[DesiredDashboard, ...] = ()
    problems: tuple[Problem, ...] = ()
    withheld: frozenset[Uid] = frozenset()
    complete: bool = True
    hiding: tuple[Hiding, ...] = ()
