"""Desired beside live → plan: the decision table (DESIGN section 5), without I/O.

In: what a target should hold, what its server holds, and the policy. Out: a `Plan`. It must never name a dashboard that is not ours to
write, and equal sides must give an empty plan, in whatever order they come.

The rows without a record: not live → create; live and equal → leave alone; live and different → conflict `unmanaged`, or an update over the
mark just read where the policy says `git-wins`. The rows with a record join here: `_decide` takes one more value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.changes import (
    Comparison,
    Conflict,
    ConflictKind,
    CreateDashboard,
    CreateFolder,
    Plan,
    UpdateDashboard,
)
from provisioner.core.conflicts import conflict
from provisioner.core.model import ROOT, Desired, DesiredDashboard, DesiredFolder, FolderUid, Found, LiveFolder, Server, Uid
from provisioner.core.settings import ConflictPolicy, Policy


@dataclass(frozen=True, slots=True)
class Live:
    """What the server holds, as far as the desired asks: all folders, all that search shows, and what was compared of it.

    `doubtful` are uids that could not be compared (the file changed meanwhile, the server forbids the read): nothing is decided about them.
    """

    server: Server
    folders: tuple[LiveFolder, ...] = ()
    found: tuple[Found, ...] = ()
    compared: tuple[tuple[Uid, Comparison], ...] = ()
    doubtful: frozenset[Uid] = frozenset()


_Write = CreateDashboard | UpdateDashboard


def make_plan(desired: Desired, live: Live, policy: Policy) -> Plan:
    """The changes, conflicts and untouched dashboards that lead from live to desired."""
    placed = settle_folders(desired, live)
    writes: list[_Write] = []
    conflicts: list[Conflict] = list(placed.conflicts)
    unchanged: list[DesiredDashboard] = []
    differing: list[tuple[DesiredDashboard, Comparison | None]] = []
    compared = dict(live.compared)
    for dashboard in placed.dashboards:
        comparison = compared.get(dashboard.uid)
        if comparison is not None and comparison.equal and comparison.live.folder == dashboard.folder:
            unchanged.append(dashboard)
        elif dashboard.uid not in live.doubtful:
            differing.append((dashboard, comparison))
    names = _Names(live, (dashboard for dashboard, _ in differing))
    for dashboard, comparison in differing:
        match _decide(dashboard, comparison, policy, names.twin(dashboard, comparison), live.server):
            case Conflict() as found:
                conflicts.append(found)
            case write:
                writes.append(write)
                names.take(dashboard)
    return Plan((*_folders_to_make(placed, live, writes), *writes), tuple(conflicts), tuple(unchanged))


def _decide(
    dashboard: DesiredDashboard, comparison: Comparison | None, policy: Policy, twin: Found | None, server: Server
) -> _Write | Conflict:
    """One row of the table, for a dashboard that is not as it should be. `twin` is another one that has its title in its folder."""
    if comparison is None:
        if twin is not None and server.unique_names:
            return name_exists(dashboard, twin)
        return CreateDashboard(dashboard, "the server does not have it", twin)
    if comparison.live.managed_by is not None:
        return managed_elsewhere(dashboard, comparison)
    match policy.conflict:
        case ConflictPolicy.GIT_WINS if twin is not None and server.unique_names:
            return name_exists(dashboard, twin)
        case ConflictPolicy.GIT_WINS:
            reason = "it differs, and the policy conflict: git-wins says that git counts"
            moves = comparison.live.folder != dashboard.folder
            return UpdateDashboard(dashboard, comparison.live, reason, comparison.differences, moves)
        case ConflictPolicy.REPORT:
            return unmanaged(dashboard, comparison)
        case never:
            assert_never(never)


def unmanaged(dashboard: DesiredDashboard, comparison: Comparison) -> Conflict:
    """It is there, it differs, and nothing says that we wrote it."""
    live = comparison.live
    if comparison.equal:
        message = f'the same content lies in folder "{live.folder_title or "General"}", and no record says that it is ours to move'
    else:
        message = "it exists with other content, and no record says that it is ours"
    return conflict(ConflictKind.UNMANAGED, dashboard, message, theirs=live, differences=comparison.differences)


def managed_elsewhere(dashboard: DesiredDashboard, comparison: Comparison) -> Conflict:
    """Another tool provisions it: two of them would fight."""
    message = f"{comparison.live.managed_by} provisions it"
    return conflict(ConflictKind.MANAGED_ELSEWHERE, dashboard, message, theirs=comparison.live, differences=comparison.differences)


def name_exists(dashboard: DesiredDashboard, twin: Found | None) -> Conflict:
    """Another dashboard has the title in the folder, on a server that allows one of a name. Overwriting would replace the other one."""
    if twin is None:
        message = "something else in this folder has the title, hidden from this credential"
    elif twin.url:
        message = "another dashboard of this folder has the title"
    else:
        message = "another file of this directory has the title, and is applied first"
    return conflict(ConflictKind.NAME_EXISTS, dashboard, message, theirs=twin)


class _Names:
    """Who has which title in which folder: what search shows, and what the plan is about to write where only one may have it."""

    def __init__(self, live: Live, asking: Iterable[DesiredDashboard]) -> None:
        self._unique = live.server.unique_names
        self._taken: dict[tuple[FolderUid, str], list[Found]] = {_place(each): [] for each in asking}
        for each in sorted(live.found, key=lambda found: found.uid) if self._taken else ():
            if (same := self._taken.get((each.folder, _name(each.title)))) is not None:
                same.append(each)

    def twin(self, dashboard: DesiredDashboard, comparison: Comparison | None) -> Found | None:
        """Another one of its title in its folder; None for one that has the title there already, since it came first."""
        if comparison is not None and (comparison.live.folder, _name(comparison.live.title)) == _place(dashboard):
            return None
        return next((each for each in self._taken[_place(dashboard)] if each.uid != dashboard.uid), None)

    def take(self, dashboard: DesiredDashboard) -> None:
        """Of two files with one title the first by path is written: left to the server, it would be whichever request is faster."""
        if self._unique:
            self._taken[_place(dashboard)].append(Found(dashboard.uid, dashboard.title, dashboard.folder, ""))


def _place(dashboard: DesiredDashboard) -> tuple[FolderUid, str]:
    return (dashboard.folder, _name(dashboard.title))


def _name(title: str) -> str:
    return title.strip().casefold()


# --- folders -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placed:
    """The desired, with folders as this server can hold them and every dashboard in one of those."""

    folders: tuple[DesiredFolder, ...]
    dashboards: tuple[DesiredDashboard, ...]
    conflicts: tuple[Conflict, ...]


def settle_folders(desired: Desired, live: Live) -> Placed:
    """Folders by what is there: by uid; else, where the uid is ours to choose, by title within the parent; flat without nesting."""
    by_uid = {folder.uid: folder for folder in live.folders}
    unique = live.server.unique_names
    ours = frozenset() if unique else frozenset(folder.uid for folder in desired.folders)
    titles: dict[tuple[FolderUid, str], FolderUid] = {}
    for each in sorted(live.folders, key=lambda each: each.uid):
        if each.uid not in ours:  # where titles may repeat, the folder of another directory is not this one's
            titles.setdefault((each.parent, _name(each.title)), each.uid)
    used: dict[FolderUid, FolderUid] = {ROOT: ROOT}
    folders: list[DesiredFolder] = []
    conflicts: list[Conflict] = []
    for folder in _as_servable(desired, nested=live.server.nested_folders):
        mine = replace(folder, parent=used[folder.parent])
        place = (mine.parent, _name(mine.title))
        namesake = None if mine.uid in by_uid else titles.get(place)
        if namesake is not None and (mine.derived or unique):
            used[folder.uid] = namesake
            conflicts += _folder_name_exists(mine, namesake)
            continue
        used[folder.uid] = mine.uid
        folders.append(mine)
        conflicts += _folder_differs(mine, by_uid.get(mine.uid))
        if unique:
            titles.setdefault(place, mine.uid)
    dashboards = (each if used[each.folder] == each.folder else replace(each, folder=used[each.folder]) for each in desired.dashboards)
    return Placed(tuple(folders), tuple(dashboards), tuple(conflicts))


def _as_servable(desired: Desired, *, nested: bool) -> Iterator[DesiredFolder]:
    """Parents before children; without nesting only those that hold dashboards, under the title "Parent / Child"."""
    holding = {dashboard.folder for dashboard in desired.dashboards}
    for folder in desired.folders:
        if nested:
            yield folder
        elif folder.uid in holding:
            title = " / ".join(folder.titles)
            yield replace(folder, title=title, parent=ROOT, titles=(title,))


def _folder_differs(mine: DesiredFolder, live: LiveFolder | None) -> Iterator[Conflict]:
    if live is not None and (live.title != mine.title or live.parent != mine.parent):
        where = "" if live.parent == mine.parent else " in another place"
        yield conflict(ConflictKind.FOLDER_DIFFERS, mine, f'the folder is there as "{live.title}"{where}; it is used as it is')


def _folder_name_exists(mine: DesiredFolder, namesake: FolderUid) -> Iterator[Conflict]:
    if not mine.derived:
        yield conflict(ConflictKind.FOLDER_NAME_EXISTS, mine, f'a folder of this title is there as uid "{namesake}"; it is used as it is')


def _folders_to_make(placed: Placed, live: Live, writes: Iterable[_Write]) -> Iterator[CreateFolder]:
    """Only those that are not there and that a write needs: a folder is not made for the sake of a conflict."""
    there = {folder.uid for folder in live.folders}
    by_uid = {folder.uid: folder for folder in placed.folders if folder.uid not in there}
    needed: set[FolderUid] = set()
    for write in writes:
        uid = write.dashboard.folder
        while uid in by_uid and uid not in needed:
            needed.add(uid)
            uid = by_uid[uid].parent
    for folder in placed.folders:
        if folder.uid in needed:
            yield CreateFolder(folder, "the server does not have it")
