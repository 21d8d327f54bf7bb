"""Where everything goes: a path for each dashboard of a server, a directory for each folder that holds one.

In: what is in scope, what search shows, what the directory holds, and what a person asked for. Out: `Layout`. What has a file or a
directory keeps it, so that a second pull changes nothing; no file is ever given up or taken away from what it holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from provisioner.core.export.folder_files import NAME
from provisioner.core.export.names import distinct, folded
from provisioner.core.export.report import Remark
from provisioner.core.export.scope import Scope
from provisioner.core.export.there import There, relative
from provisioner.core.identity import RESERVED_FOLDER_UIDS, is_legal_uid
from provisioner.core.model import ROOT, DesiredDashboard, Entry, FolderUid, Uid
from provisioner.core.server import Found, Server


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for: these dashboards, or all; of this folder and those in it (uid, title or way of titles), or of all."""

    uids: frozenset[Uid] | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dashboard goes: `path` from now on, `known` what its file says until now. `live_folder` is the folder it is expected in."""

    uid: Uid
    path: str
    live_folder: FolderUid
    known: DesiredDashboard | None = None

    @property
    def moved(self) -> bool:
        """Whether its file lies elsewhere until now."""
        return self.known is not None and self.known.origin.path != self.path


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A `_folder` file to be written. `entry` is the one that is there; `title` is None where the directory's name is it."""

    path: str
    title: str | None
    uid: FolderUid
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """`places` by path; those that search does not show are among them, to be looked up before they are called gone."""

    places: tuple[Place, ...] = ()
    folder_files: tuple[FolderFile, ...] = ()
    elsewhere: int = 0
    outside: int = 0
    held: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()


def lay_out(server: Server, scope: Scope, found: Iterable[Found], here: There, choice: Choice) -> Layout:
    """The layout. The same for every order of what search shows."""
    return _Laying(server, scope, here, choice).laid(sorted(found, key=lambda each: each.uid))


class _Laying:
    """Gathers places while dashboards and folders are gone through."""

    def __init__(self, server: Server, scope: Scope, here: There, choice: Choice) -> None:
        self._server, self._scope, self._here, self._choice = server, scope, here, choice
        chosen = None if choice.folder is None else scope.named(choice.folder)
        self._nowhere = choice.folder is not None and chosen is None
        self._within = None if chosen is None else scope.below(chosen)
        self._directories = self._known_directories()
        self._held: list[Remark] = []
        self._remarks = list(scope.remarks)
        self._places: list[Place] = []
        self._new: list[Found] = []
        self._moving: list[tuple[Found, DesiredDashboard]] = []
        self._elsewhere = self._outside = 0

    def laid(self, found: list[Found]) -> Layout:
        if self._nowhere:
            remark = Remark(str(self._choice.folder), "no folder of the target has this uid or title, or more than one has", "give its uid")
            return Layout(held=(remark,))
        shown = {each.uid for each in found}
        for row in found:
            if self._wanted(row.uid, self._inside(row.folder)):
                self._place(row)
        self._look_up(shown)
        fresh = self._make_directories({self._inside(row.folder) for row in (*self._new, *(row for row, _ in self._moving))})
        self._name_files()
        return Layout(
            tuple(sorted(self._places, key=lambda each: (each.path, each.uid))),
            tuple(sorted((*fresh, *self._renamed()), key=lambda each: each.path)),
            self._elsewhere,
            self._outside,
            tuple(self._held),
            tuple(self._remarks),
        )

    # --- dashboards ---

    def _inside(self, folder: FolderUid) -> FolderUid:
        """A live folder as the scope has it, in which the stated parent is the top."""
        return ROOT if folder == self._scope.top else folder

    def _outside_of(self, folder: FolderUid) -> FolderUid:
        """The other way round: as the server has it."""
        return (self._scope.top or ROOT) if folder == ROOT else folder

    def _wanted(self, uid: Uid, folder: FolderUid) -> bool:
        asked = self._choice.uids is None or uid in self._choice.uids
        return asked and (self._within is None or folder in self._within)

    def _place(self, row: Found) -> None:
        uid, folder, known = row.uid, self._inside(row.folder), self._here.files.get(row.uid)
        if uid in self._here.elsewhere:
            self._elsewhere += 1
        elif uid in self._here.refused:
            for path in self._here.refused[uid]:
                message = f'it names dashboard "{uid}" and is not applied, so it is not rewritten'
                self._held.append(Remark(path, message, "mend what `validate` tells of it, and pull again"))
        elif known is None and not self._scope.holds(row.folder):
            self._outside += 1
        elif known is None:
            self._new.append(row)
        elif not self._scope.holds(row.folder):
            message = f'dashboard "{uid}" lies outside of the target\'s folder now; no directory stands for that'
            self._held.append(Remark(known.origin.path, message, "move it back in Grafana, or remove the file"))
        elif self._standing(known) == folder:
            self._places.append(Place(uid, known.origin.path, row.folder, known))
        else:
            self._moving.append((row, known))

    def _look_up(self, shown: Collection[Uid]) -> None:
        """Search is never proof of absence (reference 2.5)."""
        for uid, known in self._here.files.items():
            folder = self._standing(known)
            if uid not in shown and self._wanted(uid, ROOT if folder is None else folder):
                self._places.append(Place(uid, known.origin.path, self._outside_of(ROOT if folder is None else folder), known))
        for uid in sorted((self._choice.uids or frozenset()) - self._here.files.keys() - set(shown)):
            self._held.append(Remark(uid, "the server shows no dashboard of this uid", "check the uid, and what the credential may see"))

    def _standing(self, known: DesiredDashboard) -> FolderUid | None:
        return self._here.standing.get(known.origin.path.rpartition("/")[0])

    def _name_files(self) -> None:
        by_folder: dict[FolderUid, dict[str, str]] = defaultdict(dict)
        for row in self._new:
            by_folder[self._inside(row.folder)][row.uid] = row.title
        for row, known in self._moving:
            if self._sole(known):
                stem = known.origin.path.rpartition("/")[2].rpartition(".")[0]
                by_folder[self._inside(row.folder)][row.uid] = stem
            else:
                message = f'dashboard "{row.uid}" lies in another folder now, and the file holds others too'
                self._held.append(Remark(known.origin.path, message, "give it a file of its own, and pull again"))
        for folder, titles in by_folder.items():
            self._name_in(folder, titles)

    def _name_in(self, folder: FolderUid, titles: Mapping[str, str]) -> None:
        directory = self._directories.get(folder)
        if directory is None:
            self._held += (
                Remark(uid, f'its folder "{folder}", or one above it, has a uid that no `_folder` file may name') for uid in sorted(titles)
            )
            return
        moving = {row.uid: known for row, known in self._moving}
        taken = set(self._here.taken.get(directory, ()))
        names: dict[str, str] = {}
        for uid in sorted(titles.keys() & moving.keys()):
            name = moving[Uid(uid)].origin.path.rpartition("/")[2]
            names[uid] = name if folded(name) not in taken else distinct({uid: titles[uid]}, taken, f".{name.rpartition('.')[2]}")[uid]
            taken.add(folded(names[uid]))
        names |= distinct({uid: title for uid, title in titles.items() if uid not in moving}, taken, ".json")
        for uid, name in names.items():
            self._places.append(Place(Uid(uid), _joined(directory, name), self._outside_of(folder), moving.get(Uid(uid))))

    def _sole(self, known: DesiredDashboard) -> bool:
        return sum(each.origin.path == known.origin.path for each in self._here.files.values()) == 1

    # --- folders ---

    def _known_directories(self) -> dict[FolderUid, str]:
        """The directory of each folder that has one: the shortest, where several stand for it."""
        directories = {ROOT: ""}
        for path, uid in sorted(self._here.standing.items(), key=lambda each: (len(each[0]), each[0])):
            directories.setdefault(uid, path)
        return directories

    def _make_directories(self, needed: Collection[FolderUid]) -> list[FolderFile]:
        """Directories for folders that have none, with those above them."""
        missing: set[FolderUid] = set()
        for start in needed:
            uid = start
            while uid not in self._directories and uid not in missing:
                missing.add(uid)
                uid = self._scope.folders[uid].parent
        made: list[FolderFile] = []
        below: dict[FolderUid, dict[str, str]] = defaultdict(dict)
        order: list[FolderUid] = []
        for folder in self._scope.folders.values():
            if folder.uid in missing:
                order += [folder.parent] if folder.parent not in below else []
                below[folder.parent][folder.uid] = folder.title
        for parent in order:
            if parent in self._directories:
                made += self._make_in(self._directories[parent], below[parent])
        return made

    def _make_in(self, above: str, titles: Mapping[str, str]) -> list[FolderFile]:
        idle = {said.uid: path for path, said in sorted(self._here.idle.items()) if path.rpartition("/")[0] == above and said.uid in titles}
        legal = {uid: title for uid, title in titles.items() if is_legal_uid(uid) and uid not in RESERVED_FOLDER_UIDS}
        names = distinct({uid: title for uid, title in legal.items() if uid not in idle}, self._here.taken.get(above, ()))
        made: list[FolderFile] = []
        for uid in sorted(legal):
            path = idle.get(FolderUid(uid)) or _joined(above, names[uid])
            self._directories[FolderUid(uid)] = path
            title = self._scope.folders[FolderUid(uid)].title.strip()
            own = path.rpartition("/")[2]
            if uid not in idle:
                made.append(FolderFile(_joined(path, NAME), None if title == own else title, FolderUid(uid)))
            elif title != (self._here.idle[path].title or own):
                entry = self._here.folder_files[path]
                made.append(FolderFile(entry.path, title, FolderUid(uid), entry))
        return made

    def _renamed(self) -> list[FolderFile]:
        """`_folder` files of directories whose folder has another title on the server now; what was moved there, a person moves here."""
        used = {above for place in self._places for above in _above(place.path)}
        files: list[FolderFile] = []
        for path, uid in sorted(self._here.standing.items()):
            folder, live = self._here.tree.places[path], self._scope.folders.get(uid)
            if folder is None or live is None or folder.uid != uid or path not in used:
                continue
            if self._server.nested_folders and self._here.standing.get(path.rpartition("/")[0]) != live.parent:
                message = f'folder "{live.title}" lies in another folder on the server now; the directory stays where it is'
                self._remarks.append(
                    Remark(path, message, f'move the directory into that of folder "{live.parent or "the root"}", and pull again')
                )
            title, entry = self._own_title(path, live.title.strip()), self._here.folder_files.get(path)
            if title is not None and entry is None and path in self._here.said_elsewhere:
                self._remarks.append(
                    Remark(path, f'its folder is titled "{title}" now; the `_folder` file of another source says otherwise')
                )
            elif title is not None:
                files.append(FolderFile(entry.path if entry else _joined(path, NAME), title, uid, entry))
        return files

    def _own_title(self, path: str, live: str) -> str | None:
        """The title that the directory should have; None where it has it. Without nesting the live one holds those above it."""
        folder = self._here.tree.places[path]
        words = relative(folder, self._here.tree) if folder is not None else ()
        start = "" if self._server.nested_folders else "".join(f"{word} / " for word in words[:-1])
        if not live.startswith(start) or live == start:
            self._remarks.append(Remark(path, f'the server has its folder as "{live}"; no title of the directory gives that'))
            return None
        title = live.removeprefix(start)
        return None if words and title == words[-1] else title


def _above(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _joined(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name
