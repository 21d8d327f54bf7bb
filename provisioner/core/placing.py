"""Desired folders onto a server's folders: what each directory becomes there, and which folders have to be made.

In: what a target should hold and what the server holds. Out: `Placed`, and the folders to make. A folder that may not be ours is used as it
is, never renamed or moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from provisioner.core.changes import Conflict, ConflictKind, CreateFolder, Difference, Turn
from provisioner.core.conflicts import conflict
from provisioner.core.folder_order import passing_title
from provisioner.core.live import Live
from provisioner.core.model import ROOT, Desired, DesiredDashboard, DesiredFolder, FolderUid, Uid
from provisioner.core.records import FolderRecord
from provisioner.core.server import Found, LiveFolder

NO_FOLDERS: Mapping[FolderUid, FolderRecord] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Placed:
    """The desired, with folders as this server can hold them and every dashboard in one of those. `changed` are folders of ours that the
    source renamed or moved, `agreed` those that are as the source says while their record says otherwise.
    """

    folders: tuple[DesiredFolder, ...]
    dashboards: tuple[DesiredDashboard, ...]
    conflicts: tuple[Conflict, ...]
    changed: tuple[CreateFolder, ...] = ()
    agreed: tuple[DesiredFolder, ...] = ()


def settle_folders(desired: Desired, live: Live, made: Mapping[FolderUid, FolderRecord] = NO_FOLDERS) -> Placed:
    """Folders by what is there: by uid; else, where the uid is ours to choose, by title within the parent; flat without nesting."""
    by_uid = {folder.uid: folder for folder in live.folders}
    unique = live.server.unique_names
    ours = frozenset() if unique else frozenset(folder.uid for folder in desired.folders)
    titles: dict[tuple[FolderUid, str], FolderUid] = {}
    for each in sorted(live.folders, key=lambda each: each.uid):
        if each.uid not in ours:  # where titles may repeat, the folder of another directory is not this one's
            titles.setdefault((each.parent, name_key(each.title)), each.uid)
    servable = tuple(_as_servable(desired, nested=live.server.nested_folders))
    leaving = {each.uid for each in servable if _is_renamed(each, by_uid.get(each.uid), made.get(each.uid))}
    used: dict[FolderUid, FolderUid] = {ROOT: ROOT}
    folders: list[DesiredFolder] = []
    conflicts: list[Conflict] = []
    changed: list[CreateFolder] = []
    for folder in servable:
        mine = replace(folder, parent=used[folder.parent])
        place = (mine.parent, name_key(mine.title))
        namesake = None if mine.uid in by_uid else titles.get(place)
        if namesake is not None and (mine.derived or unique):
            used[folder.uid] = namesake
            conflicts += _folder_name_exists(mine, by_uid.get(namesake), namesake)
            continue
        used[folder.uid] = mine.uid
        folders.append(mine)
        if (change := _changed(mine, by_uid.get(mine.uid), made.get(mine.uid))) is not None:
            taken = titles.get(place, mine.uid) if unique else mine.uid
            if taken in {mine.uid, *leaving}:
                changed.append(change)
            else:
                conflicts.append(_title_taken(mine, by_uid.get(taken), taken))
        else:
            conflicts += _folder_differs(mine, by_uid.get(mine.uid), by_uid)
        if unique:
            titles.setdefault(place, mine.uid)
    dashboards = (each if used[each.folder] == each.folder else replace(each, folder=used[each.folder]) for each in desired.dashboards)
    agreed = (each for each in folders if _is_agreed(each, by_uid.get(each.uid), made.get(each.uid)))
    return Placed(tuple(folders), tuple(dashboards), tuple(conflicts), tuple(changed), tuple(agreed))


def _changed(mine: DesiredFolder, live: LiveFolder | None, made: FolderRecord | None) -> CreateFolder | None:
    """A folder that we made, that is as we left it, and that the source calls or places otherwise by now."""
    if live is None or made is None or live.managed_by is not None or not _is_as_left(mine, live, made):
        return None
    if (mine.title, mine.parent) == (live.title, live.parent):
        return None
    what = "renamed" if mine.parent == live.parent else "moved"
    return CreateFolder(mine, f'{what} in git: it was "{made.title}"', live)


def _is_as_left(mine: DesiredFolder, live: LiveFolder, made: FolderRecord) -> bool:
    """As we made it; or on the way from there to what the source says, where a pass was killed before it could write down how far it had
    come.
    """
    return live.title in {made.title, mine.title, passing_title(mine.uid)} and live.parent in {made.parent, mine.parent}


def _is_agreed(mine: DesiredFolder, live: LiveFolder | None, made: FolderRecord | None) -> bool:
    """Ours, as the source says, and not so written down: renamed by a pass that was killed then, or by hand as the source was."""
    if live is None or made is None or (live.title, live.parent) != (mine.title, mine.parent):
        return False
    return (made.title, made.parent) != (live.title, live.parent)


def _is_renamed(folder: DesiredFolder, live: LiveFolder | None, made: FolderRecord | None) -> bool:
    """Whether it is ours and gives its title away: another one that wants it is not told that it is taken."""
    return live is not None and made is not None and name_key(live.title) == name_key(made.title) != name_key(folder.title)


def _title_taken(mine: DesiredFolder, live: LiveFolder | None, namesake: FolderUid) -> Conflict:
    message = f'it cannot be called so, for another folder has this title, uid "{namesake}"; it is used as it is'
    return conflict(ConflictKind.FOLDER_NAME_EXISTS, mine, message, theirs=live)


def _as_servable(desired: Desired, *, nested: bool) -> Iterator[DesiredFolder]:
    """Parents before children; without nesting only those that hold dashboards, under the title "Parent / Child"."""
    holding = {dashboard.folder for dashboard in desired.dashboards}
    for folder in desired.folders:
        if nested:
            yield folder
        elif folder.uid in holding:
            title = " / ".join(folder.titles)
            yield replace(folder, title=title, parent=ROOT, titles=(title,))


def _folder_differs(mine: DesiredFolder, live: LiveFolder | None, there: Mapping[FolderUid, LiveFolder]) -> Iterator[Conflict]:
    if live is not None and (live.title != mine.title or live.parent != mine.parent):
        titled = [Difference(Turn.CHANGED, "title", "", live.title, mine.title)] if live.title != mine.title else []
        placed = [Difference(Turn.MOVED, "folder", "", *_parents(mine, live, there))] if live.parent != mine.parent else []
        where = "" if live.parent == mine.parent else " in another place"
        keeper = "" if live.managed_by is None else f", kept by {live.managed_by}"
        message = f'the folder is there as "{live.title}"{where}{keeper}; it is used as it is'
        yield conflict(ConflictKind.FOLDER_DIFFERS, mine, message, theirs=live, differences=(*titled, *placed))


def _parents(mine: DesiredFolder, live: LiveFolder, there: Mapping[FolderUid, LiveFolder]) -> tuple[str, str]:
    """The titles of the folder it lies in, and of the one that it is to lie in. A folder that may not be seen has no title for us."""
    above = there.get(live.parent)
    lies = "the root folder" if live.parent == ROOT else live.parent if above is None else above.title
    return lies, "the root folder" if mine.parent == ROOT else mine.titles[-2] if len(mine.titles) > 1 else mine.parent


def _folder_name_exists(mine: DesiredFolder, live: LiveFolder | None, namesake: FolderUid) -> Iterator[Conflict]:
    if not mine.derived:
        message = f'a folder of this title is there as uid "{namesake}"; it is used as it is'
        yield conflict(ConflictKind.FOLDER_NAME_EXISTS, mine, message, theirs=live)


def folder_changes(placed: Placed, live: Live, used: Iterable[FolderUid]) -> Iterator[CreateFolder]:
    """Those that the source renamed or moved, and of those that are not there the ones that a write or a move needs: a folder is not made
    for the sake of a conflict. Parents come first, whatever becomes of them.
    """
    changed = {each.folder.uid: each for each in placed.changed}
    there = {folder.uid for folder in live.folders}
    by_uid = {folder.uid: folder for folder in placed.folders if folder.uid not in there}
    needed: set[FolderUid] = set()
    for start in (*used, *(each.folder.parent for each in placed.changed)):
        uid = start
        while uid in by_uid and uid not in needed:
            needed.add(uid)
            uid = by_uid[uid].parent
    for folder in placed.folders:
        if folder.uid in changed:
            yield changed[folder.uid]
        elif folder.uid in needed:
            yield CreateFolder(folder, "the server does not have it")


def name_key(title: str) -> str:
    """Titles that are one for a server."""
    return title.strip().casefold()


def namesake(found: Iterable[Found], uid: Uid, folder: FolderUid, title: str, key: Callable[[str], str] = name_key) -> Found | None:
    """Another dashboard that has this title in this folder: the first by uid. `key` says what is one title for the server."""
    wanted = key(title)
    same = (each for each in found if each.folder == folder and key(each.title) == wanted and each.uid != uid)
    return min(same, key=lambda each: each.uid, default=None)
