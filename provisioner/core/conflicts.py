"""What each kind of conflict means, and what a person can do about it: the words that plan, apply and docs/problems.md share.

In: nothing. Out: `CONFLICTS`, one entry for each `ConflictKind`, and `conflict()`, which makes one with its kind's remedy. UID and
DIRECTORY in a remedy stand for a dashboard's uid and its source's directory; `named()` fills them in.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from provisioner.core.changes import Conflict, ConflictKind, Difference, LiveState
from provisioner.core.model import DesiredDashboard, DesiredFolder, Origin
from provisioner.core.server import Found, LiveFolder


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """One kind. `title` is a headline, `explanation` what happened and what was not done, `remedy` what to do, in one or two sentences."""

    kind: ConflictKind
    title: str
    explanation: str
    remedy: str


_PLACE = re.compile(r"\b(?:UID|DIRECTORY)\b")

_GIT_WINS = "Git wins: provisioner apply --take UID (what is live is kept for provisioner restore)"
_SERVER_WINS = "The server wins: provisioner pull UID --into DIRECTORY, and commit the file"
_BOTH = "Both: pull, put git's change back into the file where git diff shows it gone, and commit"

DRIFT_REMEDY = (
    "To keep the edit: provisioner pull UID --into DIRECTORY, and commit the file. "
    "To put git back: provisioner apply --take UID (the edit is kept for provisioner restore); for all such: policy.drift: revert."
)
"""What to do about a dashboard that was edited on the server alone."""

_RULES = (
    ConflictRule(
        ConflictKind.UNMANAGED,
        "The dashboard exists, differs and is not known to be ours",
        "The server holds a dashboard of this uid whose contents differ from the file. Nothing says that an earlier file made it, "
        "so somebody's work may be in it. It was not written.",
        f"{_GIT_WINS}. {_SERVER_WINS}. For all such dashboards: policy.adopt: take-over.",
    ),
    ConflictRule(
        ConflictKind.VERSION_MISMATCH,
        "Somebody saved the dashboard after it was read",
        "The server refused the save, because the dashboard has a newer version than the one that was compared. "
        "It was read again and decided again once; it was not overwritten.",
        f"{_GIT_WINS}. {_SERVER_WINS}. {_BOTH}.",
    ),
    ConflictRule(
        ConflictKind.NAME_EXISTS,
        "Another dashboard of this title is in the folder",
        "Grafana up to 11.2 allows one dashboard of a title in a folder, and the one that is there has another uid. "
        "Saving with overwrite would replace it, so it is never done.",
        "Rename one of the two, move one to another folder, or write the uid of the one that is there into the file.",
    ),
    ConflictRule(
        ConflictKind.REDIRECTED,
        "The server wrote another dashboard than the one that was sent",
        "The answer names another uid than the one that was sent, so a dashboard that is not ours now holds our contents. "
        "Its earlier contents are in its version history.",
        "Open the other dashboard, restore the version before this one, and give the file another title or folder.",
    ),
    ConflictRule(
        ConflictKind.OVERWROTE_EDIT,
        "An edit slipped in between the check and the write",
        "The server's own check is not atomic: its version grew by more than one, so somebody saved in the same moment and that edit "
        "lies beneath ours. It is fetched from the server's history and kept for provisioner restore.",
        "See what was overwritten: provisioner restore UID --list. Put it back with --version N, or take what should stay into the file.",
    ),
    ConflictRule(
        ConflictKind.PLUGIN_DASHBOARD,
        "The dashboard belongs to a plugin",
        "An app plugin brings this dashboard along and would write it again at its next update. It was not written.",
        "Give the file a uid of its own, so that it becomes a copy.",
    ),
    ConflictRule(
        ConflictKind.MANAGED_ELSEWHERE,
        "Something else provisions the dashboard",
        "File provisioning or another tool keeps this dashboard and would undo our write, or has it locked. It was not written.",
        "Take it out of the other tool, or out of this source. One dashboard has one keeper.",
    ),
    ConflictRule(
        ConflictKind.BOTH_CHANGED,
        "The dashboard was changed in git and on the server",
        "Since we last wrote it, the file was changed, and somebody saved the dashboard by hand. Writing the file would lose that edit, so "
        "nothing is written.",
        f"{_GIT_WINS}. {_SERVER_WINS}. {_BOTH}.",
    ),
    ConflictRule(
        ConflictKind.DELETED_ON_SERVER,
        "The dashboard was deleted on the server",
        "We wrote it, its file is unchanged, and it is not on the server any more: somebody deleted it.",
        "To have it back: provisioner apply --take UID. If it is to stay away: delete the file too. "
        "To have all such made again: policy.deleted: recreate.",
    ),
    ConflictRule(
        ConflictKind.OWNED_ELSEWHERE,
        "Another installation owns the dashboard",
        "The dashboard carries the owner tag of another provisioner. Two installations that write one dashboard would undo each other's "
        "work.",
        "Take the file out of one of the two, or give both the same owner.",
    ),
    ConflictRule(
        ConflictKind.FOLDER_NAME_EXISTS,
        "Another folder of this title is there",
        "The server has a folder of this title in this place, with another uid than the _folder.yaml states. It was neither renamed "
        "nor moved, and no second one was made beside it.",
        "Write the uid of the folder that is there into the directory's _folder.yaml, or give the directory another title.",
    ),
    ConflictRule(
        ConflictKind.FOLDER_DIFFERS,
        "The folder of this uid has another title or another parent",
        "The server's folder differs from the directory. A folder that may not be ours is neither renamed nor moved; "
        "its dashboards are still applied into it.",
        "Rename or move the folder on the server, or state its title in the directory's _folder.yaml.",
    ),
)

CONFLICTS: Mapping[ConflictKind, ConflictRule] = MappingProxyType({rule.kind: rule for rule in _RULES})


def conflict(
    kind: ConflictKind,
    ours: DesiredDashboard | DesiredFolder,
    message: str,
    *,
    theirs: LiveState | Found | LiveFolder | None = None,
    differences: tuple[Difference, ...] = (),
) -> Conflict:
    """A conflict with the remedy of its kind."""
    return Conflict(kind, ours, message, named(CONFLICTS[kind].remedy, ours), theirs, differences)


def named(remedy: str, ours: DesiredDashboard | DesiredFolder) -> str:
    """A remedy with the uid and the directory that its commands are about, so that they can be run."""
    directory = shlex.quote(_directory(ours.origin)) if isinstance(ours, DesiredDashboard) else "DIRECTORY"
    return _PLACE.sub(lambda found: ours.uid if found.group() == "UID" else directory, remedy)


def _directory(origin: Origin) -> str:
    """The directory of the source, as its files are shown: what stands before the path within the source. The name of the source stands
    there too where two would show one path for different files.
    """
    return origin.shown.removesuffix(origin.path).removeprefix(f"{origin.source}:").rstrip("/") or "."
