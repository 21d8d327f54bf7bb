"""Directories → folders: uid, title and parent for every directory that holds dashboards (DESIGN section 7).

In: the files of a target's sources, and the title of the stated parent. Out: a `FolderTree`. Sources with one directory share its folder,
so the uid comes from the path alone. A directory whose folder cannot be known keeps back what lies below it, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provisioner.core.catalog import problem, weighed
from provisioner.core.documents import kind_of
from provisioner.core.identity import derived_folder_uid
from provisioner.core.model import ROOT, DesiredFolder, FileKind, FolderDocument, FolderUid, SourceFiles, SourceName
from provisioner.core.problems import MOST_LISTED, Problem, Severity, errors, listed

_TOP = ""
"""The directory at the top of a source. Its folder is the stated parent, or the root, which is none."""

_ROOT_NAMES = frozenset({"", "general", "General"})
FOLDER_KINDS = frozenset({FileKind.FOLDER_JSON, FileKind.FOLDER_YAML})


@dataclass(frozen=True, slots=True)
class FolderTree:
    """The folder of each directory that holds dashboards, None for the root.

    `unknown` are uids of folders that may not be used, because what is said of them cannot be.
    """

    places: Mapping[str, DesiredFolder | None]
    by_uid: Mapping[FolderUid, DesiredFolder]
    unknown: frozenset[FolderUid] = frozenset()
    problems: tuple[Problem, ...] = ()

    def is_named(self, named: str, uid: FolderUid) -> bool:
        """Whether a file that names a folder means this one: by uid, or by title or path as Grizzly and gdg do."""
        mine = self.by_uid.get(uid)
        return named in _ROOT_NAMES if mine is None else named in (mine.uid, mine.title, mine.path)

    def needed(self, used: Iterable[FolderUid]) -> tuple[DesiredFolder, ...]:
        """The folders with these uids and all above them, parents before children. Empty directories make no folder."""
        wanted: set[FolderUid] = set()
        for start in set(used):
            uid = start
            while uid != ROOT and uid not in wanted:
                wanted.add(uid)
                uid = self.by_uid[uid].parent
        return tuple(sorted((self.by_uid[uid] for uid in wanted), key=lambda folder: (len(folder.titles), folder.path, folder.uid)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What one `_folder` file says of its directory. `broken` files say nothing that can be relied on."""

    shown: str
    source: SourceName
    title: str | None
    uid: FolderUid | None
    broken: bool

    def told_to(self, other: _Said) -> str:
        """Its name in a problem of the other one: two sources may show the same path."""
        return self.shown if self.source == other.source else f'{self.shown} of source "{self.source}"'


def folder_tree(sources: Iterable[SourceFiles], stated: str | None, severities: Mapping[str, Severity]) -> FolderTree:
    """The folders for all directories of these sources, under the stated parent."""
    sources = tuple(sources)
    said = _said(sources, severities)
    shown = _directories(sources)
    folders: dict[str, DesiredFolder] = {}
    under = (stated or "").strip()
    if under:
        folders[_TOP] = DesiredFolder(derived_folder_uid(under), under, ROOT, (under,), "")
    bad: set[str] = set()
    problems: list[Problem] = []
    standing = {raw: _standing(raw, said) for raw in shown}
    for raw in sorted(shown, key=lambda path: (path.count("/"), path)):
        directory = standing[raw]
        if directory == _TOP or directory in folders:
            continue
        told, found = _settled(said.get(directory, []), directory, shown[raw])
        problems += found
        if found:
            bad.add(directory)
        folders[directory] = _folder(directory, told, folders.get(directory.rpartition("/")[0]), under)
    problems += _duplicates(folders, said, bad)
    problems += _at_the_top(said.get(_TOP, []))
    unknown = frozenset(folders[directory].uid for directory in folders if _is_below(directory, bad))
    places = {_TOP: folders.get(_TOP), **{raw: folders.get(directory) for raw, directory in standing.items()}}
    by_uid = {folder.uid: folder for folder in reversed(folders.values())}
    return FolderTree(places, by_uid, unknown, tuple(problems))


def _folder(directory: str, told: FolderDocument, parent: DesiredFolder | None, under: str) -> DesiredFolder:
    title = told.title or _own_name(directory)
    return DesiredFolder(
        uid=told.uid or derived_folder_uid(directory, under),
        title=title,
        parent=parent.uid if parent else ROOT,
        titles=(*parent.titles, title) if parent else (title,),
        path=directory,
        derived=told.uid is None,
    )


def _said(sources: tuple[SourceFiles, ...], severities: Mapping[str, Severity]) -> Mapping[str, list[_Said]]:
    """What is said of each directory, in an order that is not that of the files. One that cannot be read says that it cannot."""
    by_path: dict[str, list[_Said]] = defaultdict(list)
    for source in sources:
        for entry, reading in source.files:
            if reading.folder is not None or _is_folder_file(entry.path):
                document = reading.folder or FolderDocument(None, None)
                broken = reading.folder is None or bool(errors(weighed(reading.problems, severities)))
                title = None if document.title is None else document.title.strip()
                said = _Said(source.prefix + entry.path, source.snapshot.source, title, document.uid, broken)
                by_path[entry.path.rpartition("/")[0]].append(said)
    by_directory: dict[str, list[_Said]] = defaultdict(list)
    for raw, all_of_it in by_path.items():
        by_directory[_standing(raw, by_path)] += all_of_it
    return {directory: sorted(each, key=lambda said: (said.shown, said.source)) for directory, each in by_directory.items()}


def _is_folder_file(path: str) -> bool:
    return "_folder." in path.lower() and kind_of(path) in FOLDER_KINDS


def _directories(sources: tuple[SourceFiles, ...]) -> Mapping[str, str]:
    """Every directory that holds a dashboard and all above it, each with the path by which people know it."""
    shown: dict[str, str] = {}
    for source in sources:
        for path in sorted({entry.path.rpartition("/")[0] for entry, reading in source.files if reading.documents}):
            directory = path
            while directory and directory not in shown:
                shown[directory] = source.prefix + directory
                directory = directory.rpartition("/")[0]
    return shown


def _standing(directory: str, said: Mapping[str, list[_Said]]) -> str:
    """A directory "General" at the top, as other tools write the root, is no folder of its own, unless a `_folder` file speaks of it."""
    first, _, rest = directory.partition("/")
    return rest if first.casefold() == "general" and first not in said else directory


def _settled(said: list[_Said], directory: str, shown: str) -> tuple[FolderDocument, list[Problem]]:
    """What holds for the directory, and what is wrong with what is said. What one file leaves out, another may say.

    What a file says wrongly by itself (a uid that none can be) its reading has told: then it is broken here.
    """
    problems: list[Problem] = []
    titles, uids = {each.title for each in said} - {None}, {each.uid for each in said} - {None}
    for each in said:
        if len(titles) > 1 or len(uids) > 1:
            others = listed([other.told_to(each) for other in said if other is not each])
            problems.append(problem("folder-invalid", each.shown, f"{others} says something else of the same folder"))
        if each.title is not None and not _can_be_title(each.title):
            problems.append(problem("folder-invalid", each.shown, _no_title(each.title), pointer="/title"))
        if each.broken:
            problems.append(problem("folder-invalid", each.shown, "the file has errors; the dashboards below it are not applied"))
    if not titles and not _can_be_title(_own_name(directory)):
        remedy = "rename the directory, or give its folder a title in a _folder.yaml"
        problems.append(problem("folder-invalid", shown, _no_title(_own_name(directory)), remedy=remedy))
    return FolderDocument(min(filter(None, titles), default=None), min(filter(None, uids), default=None)), problems


def _own_name(directory: str) -> str:
    return directory.rpartition("/")[2].strip()


def _can_be_title(title: str) -> bool:
    """Every server trims titles and refuses these (reference 3.1)."""
    return title.casefold() not in ("", "general")


def _no_title(title: str) -> str:
    return f'"{title}" cannot be a folder\'s title: it is empty, or "General", which is the root\'s name'


def _duplicates(folders: Mapping[str, DesiredFolder], said: Mapping[str, list[_Said]], bad: set[str]) -> Iterator[Problem]:
    by_uid: dict[FolderUid, list[str]] = defaultdict(list)
    for directory, folder in folders.items():
        by_uid[folder.uid].append(directory)
    for uid, same in by_uid.items():
        same.sort()
        for directory in same if len(same) > 1 else ():
            bad.add(directory)
            others = [f"the directory {each}" if each else "the target's folder" for each in same[: MOST_LISTED + 1] if each != directory]
            message = f'folder uid "{uid}" is also used by {listed(others, len(same) - 1)}'
            for each in said.get(directory, []) if directory else ():
                yield problem("folder-duplicate", each.shown, message, pointer="/uid")


def _at_the_top(said: list[_Said]) -> Iterator[Problem]:
    remedy = "state the parent of everything as folder of the target, or move the file into a directory"
    for each in said:
        yield problem("folder-ignored", each.shown, "it lies at the root of the source, which is no folder", remedy=remedy)


def _is_below(directory: str, bad: set[str]) -> bool:
    while directory:
        if directory in bad:
            return True
        directory = directory.rpartition("/")[0]
    return False
