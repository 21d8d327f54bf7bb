"""In which order folders are made, renamed and moved, where a title may be taken only once in a place (up to 11.2).

In: the folder changes of a plan. Out: steps. A folder waits until the one that has its title has given it away; where folders swap titles,
one of them steps aside to a title of its own for a moment. A pass that ends in between is gone on with by the next one: the title of a
moment comes from the uid alone, so it is known again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provisioner.core.changes import CreateFolder
from provisioner.core.model import FolderUid
from provisioner.core.server import LiveFolder, Server

_Place = tuple[FolderUid, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the plan. With `aside`, its folder as it was read, only that this one gives its title away for a moment: the change
    itself comes later.
    """

    change: CreateFolder
    aside: LiveFolder | None = None


def passing_title(uid: FolderUid) -> str:
    """What a folder is called while another one takes its title."""
    return f"{uid} (being renamed)"


def in_order(changes: Sequence[CreateFolder], server: Server) -> tuple[Step, ...]:
    """Each change once, in the order of the plan as far as titles allow it."""
    if not server.unique_names:
        return tuple(Step(each) for each in changes)
    taken: dict[_Place, FolderUid] = {
        (each.live.parent, server.name_key(each.live.title)): each.folder.uid for each in changes if each.live is not None
    }
    held = {uid: place for place, uid in taken.items()}
    waiting = {each.folder.uid: each for each in changes}
    steps: list[Step] = []
    while waiting:
        ready = next((each for each in waiting.values() if _is_free(each, taken, server)), None)
        uid = next(uid for uid in waiting if uid in held) if ready is None else ready.folder.uid
        steps.append(Step(waiting[uid], aside=waiting[uid].live if ready is None else None))
        if ready is not None:
            del waiting[uid]
        if uid in held:
            taken.pop(held.pop(uid), None)
    return tuple(steps)


def _is_free(change: CreateFolder, taken: dict[_Place, FolderUid], server: Server) -> bool:
    place = (change.folder.parent, server.name_key(change.folder.title))
    return taken.get(place, change.folder.uid) == change.folder.uid
