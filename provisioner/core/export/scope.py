"""Which folders of a server a pull is about, and where they lie in the directory's own tree.

In: all folders that the credential sees, what search shows, the target's stated parent, and what a person asked for. Out: `Scope`, in which
the stated parent is the top. On servers without nesting its folders are those titled "Parent / …".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from provisioner.core.export.report import Remark
from provisioner.core.identity import derived_folder_uid
from provisioner.core.model import ROOT, FolderUid
from provisioner.core.server import Found, LiveFolder, Server

_JOINT = " / "


@dataclass(frozen=True, slots=True)
class Scope:
    """`folders` are those below the top, parents before children, with parents and titles as the directory has them; `top` is ROOT or
    the stated parent, None where the server does not have it.
    """

    top: FolderUid | None
    folders: Mapping[FolderUid, LiveFolder]
    remarks: tuple[Remark, ...] = ()

    def holds(self, folder: FolderUid) -> bool:
        """Whether a dashboard of this folder has a place in the directory."""
        return folder == self.top or folder in self.folders

    def below(self, folder: FolderUid) -> frozenset[FolderUid]:
        """The folder itself and all in it."""
        chosen = {folder}
        for each in self.folders.values():
            if each.parent in chosen and each.parent != ROOT:
                chosen.add(each.uid)
        return frozenset(chosen)

    def named(self, wanted: str) -> FolderUid | None:
        """The folder with this uid, title or way of titles ("Platform / Hosts"); None where there is none or more than one."""
        if wanted in self.folders:
            return FolderUid(wanted)
        found = {each.uid for each in self.folders.values() if wanted in (each.title, _JOINT.join(self._titles(each)))}
        return found.pop() if len(found) == 1 else None

    def _titles(self, folder: LiveFolder) -> tuple[str, ...]:
        above = self.folders.get(folder.parent)
        return (*(self._titles(above) if above else ()), folder.title)


def scope_of(server: Server, folders: Iterable[LiveFolder], found: Iterable[Found], stated: str | None) -> Scope:
    """What lies below the stated parent, or everything. Without folders nothing lies below anything."""
    if server.by_slug:
        return Scope(ROOT, {})
    known = {each.uid: each for each in folders}
    for row in found:
        if row.folder != ROOT and row.folder not in known:  # may not be seen, though the dashboard may
            known[row.folder] = LiveFolder(row.folder, row.folder_title or row.folder, ROOT, 0)
    if not server.nested_folders:
        return _flat(known, stated)
    arranged, astray = _arranged(known)
    remarks = tuple(
        Remark(each.title, f'the folder that folder "{each.uid}" lies in is not to be seen; it stands at the top') for each in astray
    )
    if stated is None:
        return Scope(ROOT, arranged, remarks)
    top = _titled(stated, (each for each in arranged.values() if each.parent == ROOT))
    if top is None:
        return Scope(None, {})
    within = Scope(ROOT, arranged).below(top)
    inside = {
        uid: replace(each, parent=ROOT) if each.parent == top else each for uid, each in arranged.items() if uid in within and uid != top
    }
    return Scope(top, inside)


def _flat(known: Mapping[FolderUid, LiveFolder], stated: str | None) -> Scope:
    flat = [replace(each, parent=ROOT) for each in known.values()]
    if stated is None:
        return Scope(ROOT, {each.uid: each for each in flat})
    start = f"{stated.strip()}{_JOINT}"
    inside = {each.uid: replace(each, title=each.title.removeprefix(start)) for each in flat if each.title.startswith(start)}
    return Scope(_titled(stated, flat), inside)


def _titled(title: str, folders: Iterable[LiveFolder]) -> FolderUid | None:
    """The folder that a pass would take for the stated parent: by the uid that it would give it, else by title."""
    derived = derived_folder_uid(title.strip())
    same = sorted(each.uid for each in folders if each.uid == derived or each.title.strip().casefold() == title.strip().casefold())
    return derived if derived in same else min(same, default=None)


def _arranged(known: Mapping[FolderUid, LiveFolder]) -> tuple[dict[FolderUid, LiveFolder], list[LiveFolder]]:
    """Parents before children, and those whose way up does not end at the root: they stand at the top."""
    arranged: dict[FolderUid, LiveFolder] = {}
    astray: list[LiveFolder] = []
    waiting = sorted(known.values(), key=lambda each: each.uid)
    while waiting:
        ready = [each for each in waiting if each.parent == ROOT or each.parent in arranged]
        if not ready:
            lost = next((each for each in waiting if each.parent not in known), waiting[0])
            astray.append(lost)
            ready = [replace(lost, parent=ROOT)]
        arranged.update((each.uid, each) for each in ready)
        waiting = [each for each in waiting if each.uid not in arranged]
    return arranged, astray
