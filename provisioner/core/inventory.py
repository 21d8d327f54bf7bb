"""What is on a server: ours, other installations', nobody's that we know; what is there twice, what is empty, what git has and it has not.

In: what search, folders, tags and preferences tell, the records, what git wants, and bodies where somebody asked for them. Out: an
`Inventory`. A list is never proof of absence (reference 2.5): what is not listed is told as not found. Without bodies an edit is known only
where the list itself shows it: another title, another folder, another mark.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provisioner.core.home import Home, HomeHidden, HomeIs
from provisioner.core.model import ROOT, Desired, DesiredDashboard, Fingerprint, FolderUid, TargetName, Uid
from provisioner.core.placing import name_key
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import Exit, Failure, SourceState
from provisioner.core.server import Found, LiveFolder, Mark, Server
from provisioner.core.settings import OWNER_PREFIX

Tags = tuple[tuple[str, int], ...]


class Whose(StrEnum):
    """Whose a dashboard is. The names are a promise: they stand in JSON."""

    OURS = "ours"
    ANOTHER = "another-installation"
    """It carries the owner tag of another installation."""
    FOREIGN = "foreign"


class Edited(StrEnum):
    """Whether one of ours was edited on the server since we wrote it."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"
    """It was saved since; whether that changed anything, only its body tells."""
    NOT_LOOKED = "not looked"
    """The list does not show it. It would show another title or folder."""


@dataclass(frozen=True, slots=True)
class Body:
    """What reading one dashboard tells. `content` is the fingerprint of its normal form; `managed_by` names what else provisions it."""

    content: Fingerprint
    folder: FolderUid
    title: str
    mark: Mark
    updated_by: str = ""
    updated: str = ""
    managed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """It may not be read, or is gone by now."""

    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was gathered. `marks` are given where one list tells them; `bodies` are empty unless they were asked for; `tags` is None where
    they may not be listed.
    """

    server: Server
    found: tuple[Found, ...]
    folders: tuple[LiveFolder, ...]
    home: Home
    tags: Tags | None = None
    marks: Mapping[Uid, Mark] | None = None
    bodies: Mapping[Uid, Body | Unread] = field(default_factory=dict)
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of the target without asking it. `owner_tag` is our own, None without one."""

    records: Mapping[Uid, Record]
    folders: Mapping[FolderUid, FolderRecord]
    desired: Desired
    owner_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One dashboard on the server. `way` is the titles of its folders. `path` is its file where git has one. `owner` is the name of the
    other installation. `changes` say in words what is other than recorded; `managed_by` and `unread` are known after reading alone.
    """

    found: Found
    whose: Whose
    way: tuple[str, ...] = ()
    record: Record | None = None
    path: str = ""
    owner: str = ""
    edited: Edited = Edited.NOT_LOOKED
    changes: tuple[str, ...] = ()
    managed_by: str | None = None
    updated: str = ""
    unread: str = ""

    @property
    def name(self) -> str:
        """As people say it: "Platform / Hosts / Overview"."""
        return " / ".join((*self.way, self.found.title))


@dataclass(frozen=True, slots=True)
class Shelf:
    """One folder on the server. `dashboards` counts those that lie right in it. `empty` says that neither a dashboard nor a folder is
    listed in it; library panels and alert rules are not looked at.
    """

    folder: LiveFolder
    way: tuple[str, ...]
    ours: bool
    dashboards: int
    empty: bool

    @property
    def name(self) -> str:
        """As people say it."""
        return " / ".join(self.way)


@dataclass(frozen=True, slots=True)
class Twins:
    """Dashboards of one title in one folder: people cannot tell them apart."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """One target. `missing` are in git and not found there; `lost` are recorded, not found, and not in git any more. Sorted by name."""

    target: TargetName
    url: str
    server: Server | None = None
    items: tuple[Item, ...] = ()
    shelves: tuple[Shelf, ...] = ()
    twins: tuple[Twins, ...] = ()
    missing: tuple[DesiredDashboard, ...] = ()
    lost: tuple[Record, ...] = ()
    tags: Tags = ()
    home: Home | None = None
    home_item: Item | None = None
    deep: bool = False
    sources: tuple[SourceState, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    failure: Failure | None = None

    def of(self, whose: Whose) -> tuple[Item, ...]:
        """Those of this kind."""
        return tuple(each for each in self.items if each.whose is whose)

    @property
    def edited(self) -> tuple[Item, ...]:
        """Ours that were edited, or perhaps."""
        return tuple(each for each in self.items if each.edited in {Edited.YES, Edited.PERHAPS})

    @property
    def provisioned(self) -> tuple[Item, ...]:
        """Those that something else provisions, as far as they were read."""
        return tuple(each for each in self.items if each.managed_by is not None)

    @property
    def waiting(self) -> tuple[Item, ...]:
        """In git and there, and not recorded as ours: an apply adopts them, or tells of a conflict."""
        return tuple(each for each in self.items if each.path and each.record is None)

    @property
    def empty(self) -> tuple[Shelf, ...]:
        """Folders that hold nothing, as far as lists show."""
        return tuple(each for each in self.shelves if each.empty)

    @property
    def counts(self) -> Mapping[str, int]:
        """All numbers, by the names that JSON has for them."""
        return {
            "dashboards": len(self.items),
            "ours": len(self.of(Whose.OURS)),
            "another_installation": len(self.of(Whose.ANOTHER)),
            "foreign": len(self.of(Whose.FOREIGN)),
            "edited": sum(each.edited is Edited.YES for each in self.items),
            "perhaps_edited": sum(each.edited is Edited.PERHAPS for each in self.items),
            "provisioned_elsewhere": len(self.provisioned),
            "same_title": len(self.twins),
            "waiting": len(self.waiting),
            "not_found": len(self.missing),
            "lost": len(self.lost),
            "folders": len(self.shelves),
            "our_folders": sum(each.ours for each in self.shelves),
            "empty_folders": len(self.empty),
            "tags": len(self.tags),
        }


def inventory_exit_code(inventories: Iterable[Inventory]) -> Exit:
    """What is found there is no failure, whatever it is; that it could not be looked at is one."""
    every = [failure for each in inventories for failure in (each.failure, *(source.failure for source in each.sources))]
    failures = [each for each in every if each is not None]
    if any(each.unreachable for each in failures):
        return Exit.UNREACHABLE
    return Exit.ERROR if failures else Exit.OK


def inventory(target: TargetName, seen: Seen, known: Known) -> Inventory:
    """Puts together what was gathered."""
    ways = _ways(seen.folders)
    paths = {each.uid: each.origin.shown for each in known.desired.dashboards}
    items = tuple(sorted((_item(each, seen, known, ways, paths) for each in seen.found), key=lambda each: (_sorting(each), each.found.uid)))
    there = {each.found.uid for each in items}
    in_git = paths.keys() | known.desired.withheld
    chosen = _chosen(seen.home)
    return Inventory(
        target=target,
        url=seen.server.url,
        server=seen.server,
        items=items,
        shelves=_shelves(seen, known, ways),
        twins=_twins(items),
        missing=tuple(each for each in known.desired.dashboards if each.uid not in there),
        lost=tuple(known.records[uid] for uid in sorted(known.records.keys() - there - in_git)),
        tags=_counted(items) if seen.tags is None else seen.tags,
        home=seen.home,
        home_item=next((each for each in items if each.found.uid == chosen), None),
        deep=seen.deep,
    )


def _chosen(home: Home) -> Uid | None:
    match home:
        case HomeIs(uid):
            return uid
        case HomeHidden(shown=shown):
            return shown
        case _:
            return None


def _item(found: Found, seen: Seen, known: Known, ways: Mapping[FolderUid, tuple[str, ...]], paths: Mapping[Uid, str]) -> Item:
    record, body = known.records.get(found.uid), seen.bodies.get(found.uid)
    owner = _owner(found, known)
    whose = Whose.OURS if record is not None else Whose.ANOTHER if owner else Whose.FOREIGN
    mark = None if seen.marks is None else seen.marks.get(found.uid)
    edited, changes = (Edited.NOT_LOOKED, ()) if record is None else _edited(record, found, mark, body)
    return Item(
        found,
        whose,
        way=ways.get(found.folder, (found.folder_title,) if found.folder_title else ()),
        record=record,
        path=paths.get(found.uid, ""),
        owner=owner,
        edited=edited,
        changes=changes,
        managed_by=body.managed_by if isinstance(body, Body) else None,
        updated=_updated(body) if isinstance(body, Body) else "",
        unread=body.why if isinstance(body, Unread) else "",
    )


def _edited(record: Record, found: Found, mark: Mark | None, body: Body | Unread | None) -> tuple[Edited, tuple[str, ...]]:
    """What the list shows, then what the mark does, then what the body does. Where a search lags, the body is right."""
    title, folder = (body.title, body.folder) if isinstance(body, Body) else (found.title, found.folder)
    changes = [f'renamed: it was "{record.title}"'] if title.strip() != record.title.strip() else []
    if folder != record.folder:
        changes.append(f"moved: it was in {' / '.join(record.titles) or 'the top level'}")
    mark = body.mark if isinstance(body, Body) else mark
    if isinstance(body, Body) and mark != record.mark and body.content != record.content and title.strip() == record.title.strip():
        changes.append("its contents were changed")
    if changes:
        return Edited.YES, tuple(changes)
    if mark is None:
        return Edited.NOT_LOOKED, ()
    if isinstance(body, Body) or mark == record.mark:
        return Edited.NO, ()
    return Edited.PERHAPS, (f"saved since: version {record.mark.version} → {mark.version}",)


def _updated(body: Body) -> str:
    return " ".join(part for part in (body.updated, f"by {body.updated_by}" if body.updated_by else "") if part)


def _owner(found: Found, known: Known) -> str:
    """The other installation that it belongs to, by its tag."""
    tags = (each for each in found.tags or () if each.startswith(OWNER_PREFIX) and each != known.owner_tag)
    return next(tags, "").removeprefix(OWNER_PREFIX)


def _ways(folders: Iterable[LiveFolder]) -> dict[FolderUid, tuple[str, ...]]:
    """The titles from the root to each folder. One whose parent is not there, or that lies in itself, begins the way."""
    by_uid = {each.uid: each for each in folders}
    ways: dict[FolderUid, tuple[str, ...]] = {ROOT: ()}
    for start in by_uid.values():
        way: list[LiveFolder] = []
        at: LiveFolder | None = start
        while at is not None and at not in way:
            way.append(at)
            at = by_uid.get(at.parent)
        ways[start.uid] = tuple(each.title for each in reversed(way))
    return ways


def _shelves(seen: Seen, known: Known, ways: Mapping[FolderUid, tuple[str, ...]]) -> tuple[Shelf, ...]:
    holding = Counter(each.folder for each in seen.found)
    parents = {each.parent for each in seen.folders}
    shelves = (
        Shelf(each, ways[each.uid], each.uid in known.folders, holding[each.uid], not holding[each.uid] and each.uid not in parents)
        for each in seen.folders
    )
    return tuple(sorted(shelves, key=lambda each: (tuple(map(name_key, each.way)), each.folder.uid)))


def _twins(items: Iterable[Item]) -> tuple[Twins, ...]:
    groups: dict[tuple[FolderUid, str], list[Item]] = defaultdict(list)
    for each in items:
        groups[each.found.folder, name_key(each.found.title)].append(each)
    return tuple(Twins(tuple(group)) for group in groups.values() if len(group) > 1)


def _counted(items: Iterable[Item]) -> Tags:
    numbers = Counter(tag for each in items for tag in dict.fromkeys(each.found.tags or ()))
    return tuple(sorted(numbers.items(), key=lambda each: (-each[1], each[0])))


def _sorting(item: Item) -> tuple[str, ...]:
    return (*map(name_key, item.way), name_key(item.found.title))
