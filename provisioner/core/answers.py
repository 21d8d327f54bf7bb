"""What a server said to a write, as typed values (DESIGN section 5, reference 1.2 and 1.6).

In: nothing (`grafana/answers.py` turns replies into these). Out: one value per meaning, so that `apply.py` decides by match and never by
status.
`words` are the server's own, cut to a readable length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.core.model import FolderUid, Json, Uid
from provisioner.core.server import Mark


@dataclass(frozen=True, slots=True)
class Save:
    """One dashboard on its way to a server. `version` None means create: every generation refuses a uid that exists. Overwriting cannot be
    said.

    `folder_id` is the numeric id of the folder on servers up to 7.5, which ignore `folderUid` (0 is the root); None elsewhere. `state` is
    that of the mark that it goes over (`Mark.state`). `form` names the version of content with elements and layout ("v2beta1"), "" for
    classic content. `owner` is the owner's mark as a tag says it ("provisioner:NAME"), for servers that can keep it beside the content.
    `number` is the numeric id of a dashboard that is to get our uid instead of the one that an upgrade gave it; 0 for every other, and then
    it is not sent.
    """

    uid: Uid
    content: Mapping[str, Json]
    folder: FolderUid
    version: int | None
    message: str
    folder_id: int | None = None
    state: str = ""
    form: str = ""
    owner: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """200. `uid` is the answer's: another one than sent means that somebody else's dashboard was written (conflict `redirected`). `url`
    is absolute.
    """

    uid: Uid
    mark: Mark
    url: str


@dataclass(frozen=True, slots=True)
class VersionMismatch:
    """412 `version-mismatch`, or 409 (13.1 and later, and /apis): somebody saved since, or a create met a uid that exists."""

    words: str


@dataclass(frozen=True, slots=True)
class NameExists:
    """412 `name-exists` (up to 11.2), and 400 `name-match` where a folder has the name: another thing in the folder has this title."""

    words: str
    folder: bool = False


@dataclass(frozen=True, slots=True)
class PluginOwned:
    """412 `plugin-dashboard`: the dashboard belongs to a plugin."""

    words: str


@dataclass(frozen=True, slots=True)
class ManagedElsewhere:
    """400 "Cannot save provisioned dashboard", or a look just before: something else keeps the dashboard or folder."""

    words: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """400, 413, 415, 422 and other answers that will be the same next time: the server's verdict on this one document."""

    status: int
    words: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """403 on this one write. `permission` names what is missing where the server says so ("" otherwise)."""

    words: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """404 on a save: what was read before is there no more."""

    words: str


@dataclass(frozen=True, slots=True)
class NotSaved:
    """202: accepted by something that is not the database. Nothing was saved."""

    words: str


@dataclass(frozen=True, slots=True)
class Busy:
    """429 or 503 after all attempts: certainly not written."""

    words: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """500, 502, 504, a time-out or a dropped connection: it may have been written or not. Read before anything else."""

    words: str


SaveAnswer = Saved | VersionMismatch | NameExists | PluginOwned | ManagedElsewhere | Rejected | Forbidden | Gone | NotSaved | Busy | Unknown


@dataclass(frozen=True, slots=True)
class FolderSaved:
    """The folder is there, with this uid, title and parent, as the server answered."""

    uid: FolderUid
    id: int
    parent: FolderUid


@dataclass(frozen=True, slots=True)
class FolderExists:
    """400, 409 or 412 on creating: the uid is taken, or the title within the parent. Read before deciding."""

    words: str


@dataclass(frozen=True, slots=True)
class TooDeep:
    """The folder would lie deeper than the server's folders may: 400, or 500 from 12 on, which would pass for a failure of the moment."""

    words: str


FolderAnswer = FolderSaved | FolderExists | TooDeep | Rejected | Forbidden | Gone | Busy | Unknown


@dataclass(frozen=True, slots=True)
class FolderUpdated:
    """The folder is as wished: renamed, moved, or so already. What the server says of it now; `version` 0 when it did not say."""

    title: str
    parent: FolderUid
    version: int


@dataclass(frozen=True, slots=True)
class FolderStale:
    """Somebody renamed or moved the folder since it was read (412, 409, or seen by a look just before). Nothing was written."""

    words: str


FolderRefusal = FolderStale | FolderExists | TooDeep | ManagedElsewhere | Rejected | Forbidden | Gone | Busy | Unknown
"""Why a folder was not renamed or not moved. `Gone` is the folder, or the one that it was to be moved into."""


@dataclass(frozen=True, slots=True)
class FolderRenamed:
    """Half of what was wished: it has its new title, and `move` says why it is still where it was (or not known to be moved)."""

    title: str
    version: int
    move: FolderRefusal


FolderUpdateAnswer = FolderUpdated | FolderRenamed | FolderRefusal


@dataclass(frozen=True, slots=True)
class Deleted:
    """200: it is gone. Also 404: it was gone already."""

    words: str
    already: bool = False


DeleteAnswer = Deleted | VersionMismatch | ManagedElsewhere | Rejected | Forbidden | Busy | Unknown
