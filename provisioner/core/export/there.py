"""What a directory holds already: whose file is whose, and which live folder each directory stands for.

In: the readings of the directory and of the target's other sources, and what the target states. Out: `There`. The directory of a folder is
the one whose dashboards a pass would put into it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provisioner.core.desired import Wants, desire
from provisioner.core.export.names import folded
from provisioner.core.export.scope import Scope
from provisioner.core.flattening import Flattening, servable
from provisioner.core.folders import FolderTree, folder_tree
from provisioner.core.identity import derived_uid
from provisioner.core.model import ROOT, Desired, DesiredDashboard, DesiredFolder, Entry, FolderDocument, FolderUid, SourceFiles, Uid
from provisioner.core.records import Record
from provisioner.core.renames import with_kept_uids
from provisioner.core.server import Server


@dataclass(frozen=True, slots=True)
class There:
    """`files` hold each dashboard that a pass would apply; `refused` the paths that name a uid and would not be; `elsewhere` uids of
    other sources. `standing` gives the live folder of each directory; `idle` what the `_folder` files say of directories without a
    dashboard.

    `taken` are the folded names in each directory; `folder_files` the `_folder` file of each that has one, `said_elsewhere` the
    directories of which another source has one.
    """

    desired: Desired
    files: Mapping[Uid, DesiredDashboard]
    refused: Mapping[Uid, tuple[str, ...]]
    elsewhere: frozenset[Uid]
    standing: Mapping[str, FolderUid]
    idle: Mapping[str, FolderDocument]
    taken: Mapping[str, frozenset[str]]
    folder_files: Mapping[str, Entry]
    said_elsewhere: frozenset[str]
    tree: FolderTree


@dataclass(frozen=True, slots=True)
class Holding:
    """The directory and the target's other sources, as they read, and the records: a renamed file may have kept a uid that it does not
    name.
    """

    directory: SourceFiles
    others: tuple[SourceFiles, ...] = ()
    records: Mapping[Uid, Record] = field(default_factory=dict)


def there(holding: Holding, wants: Wants, scope: Scope, server: Server) -> There:
    """What is there. Deterministic, whatever the order of the files."""
    directory, others = holding.directory, holding.others
    sources = (directory, *others)
    desired = with_kept_uids(desire(sources, wants), holding.records)
    desired = servable(desired, Flattening(server, directory.snapshot.source, wants.folders_as, wants.severities))
    tree = folder_tree(sources, wants.folder, {})
    name = directory.snapshot.source
    files = {each.uid: each for each in desired.dashboards if each.origin.source == name}
    claimed = _claimed(tree, scope, server)
    standing = {path: claimed[folder.uid] if folder else ROOT for path, folder in tree.places.items()}
    return There(
        desired=desired,
        files=files,
        refused={uid: paths for uid, paths in _named(directory).items() if uid not in files},
        elsewhere=frozenset(uid for each in others for uid in _named(each)),
        standing={path: uid for path, uid in standing.items() if uid is not None},
        idle={
            path.rpartition("/")[0]: reading.folder
            for path, reading in ((entry.path, reading) for entry, reading in directory.files)
            if reading.folder is not None and path.rpartition("/")[0] not in standing
        },
        taken=_taken(sources),
        folder_files={entry.path.rpartition("/")[0]: entry for entry, reading in directory.files if reading.folder is not None},
        said_elsewhere=frozenset(
            entry.path.rpartition("/")[0] for each in others for entry, reading in each.files if reading.folder is not None
        ),
        tree=tree,
    )


def relative(folder: DesiredFolder, tree: FolderTree) -> tuple[str, ...]:
    """Its titles below the stated parent."""
    return folder.titles[1:] if tree.places[""] is not None else folder.titles


def _claimed(tree: FolderTree, scope: Scope, server: Server) -> dict[FolderUid, FolderUid | None]:
    """For each folder of the directories the live one that a pass would use: the root where there are none, None where it is missing."""
    if server.by_slug:
        return {ROOT: ROOT, **dict.fromkeys(tree.by_uid, ROOT)}
    own = frozenset() if server.unique_names else frozenset(tree.by_uid)
    titles: dict[tuple[FolderUid, str], FolderUid] = {}
    for live in sorted(scope.folders.values(), key=lambda each: each.uid):
        if live.uid not in own:
            titles.setdefault((live.parent, live.title.strip().casefold()), live.uid)
    top = tree.places[""]
    claimed: dict[FolderUid, FolderUid | None] = {ROOT: ROOT}
    for each in tree.needed(tree.by_uid):
        parent = claimed[each.parent] if server.nested_folders else ROOT
        words = relative(each, tree)
        title = each.title if server.nested_folders else " / ".join(words)
        if top is not None and each.uid == top.uid:
            claimed[each.uid] = ROOT
        elif each.uid in scope.folders:
            claimed[each.uid] = each.uid
        elif parent is not None and (each.derived or server.unique_names):
            claimed[each.uid] = titles.get((parent, title.strip().casefold()))
        else:
            claimed[each.uid] = None
    return claimed


def _named(source: SourceFiles) -> dict[Uid, tuple[str, ...]]:
    """Every uid that a file names, or has by its path, with the files."""
    name = source.snapshot.source
    paths: dict[Uid, list[str]] = defaultdict(list)
    for entry, reading in source.files:
        for each in reading.documents:
            paths[each.uid or derived_uid(name, entry.path, each.index)].append(entry.path)
    return {uid: tuple(sorted(set(found))) for uid, found in paths.items()}


def _taken(sources: Iterable[SourceFiles]) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for entry in source.snapshot.entries:
            directory, _, name = entry.path.rpartition("/")
            while folded(name) not in names[directory]:
                names[directory].add(folded(name))
                directory, _, name = directory.rpartition("/")
                if not name:
                    break
    return {directory: frozenset(each) for directory, each in names.items()}
