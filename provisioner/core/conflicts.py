"""What each kind of conflict means, and what a person can do about it: the words that plan, apply and docs/problems.md share.

In: nothing. Out: `CONFLICTS`, one entry for each `ConflictKind`, and `conflict()`, which makes one with its kind's remedy. The words name
no dashboard: those of one case stand in its `Conflict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from provisioner.core.changes import Conflict, ConflictKind, Difference, LiveState
from provisioner.core.model import DesiredDashboard, DesiredFolder, Found


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """One kind. `title` is a headline, `explanation` what happened and what was not done, `remedy` what to do, in one or two sentences."""

    kind: ConflictKind
    title: str
    explanation: str
    remedy: str


_RULES = (
    ConflictRule(
        ConflictKind.UNMANAGED,
        "The dashboard exists, differs and is not known to be ours",
        "The server holds a dashboard of this uid whose contents differ from the file. Nothing says that an earlier file made it, "
        "so somebody's work may be in it. It was not written.",
        "To let git win: policy.conflict: git-wins (or --conflict git-wins). To keep what is live, put it into the file first.",
    ),
    ConflictRule(
        ConflictKind.VERSION_MISMATCH,
        "Somebody saved the dashboard after it was read",
        "The server refused the save, because the dashboard has a newer version than the one that was compared. "
        "It was read again and decided again once; it was not overwritten.",
        "Look at what was saved, put what should stay into the file, and apply again.",
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
        "lies beneath ours. It is kept in the server's version history.",
        "Compare the last versions in the dashboard's history, and put what should stay into the file.",
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
        "Take what should stay of the edit into the file (provisioner pull writes it there), or let one side win: "
        "policy.conflict: git-wins or server-wins.",
    ),
    ConflictRule(
        ConflictKind.DELETED_ON_SERVER,
        "The dashboard was deleted on the server",
        "We wrote it, its file is unchanged, and it is not on the server any more: somebody deleted it.",
        "Delete the file too, or set policy.deleted: recreate for this target.",
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
    theirs: LiveState | Found | None = None,
    differences: tuple[Difference, ...] = (),
) -> Conflict:
    """A conflict with the remedy of its kind."""
    return Conflict(kind, ours, message, CONFLICTS[kind].remedy, theirs, differences)
