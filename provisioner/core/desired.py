"""Documents → desired: what one target should hold, and every problem that keeps a file from being applied there.

In: the files of the target's sources, and what the target states. Out: `Desired`. One bad file keeps back that file and nothing else; a uid
that a kept-back file names is withheld, never taken for gone. It must never let the order of files decide.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from provisioner.core.catalog import BY_CODE, RULES, Area, problem, weighed
from provisioner.core.folders import FolderTree, folder_tree
from provisioner.core.identity import derived_uid
from provisioner.core.inputs import resolve
from provisioner.core.model import ROOT, Desired, DesiredDashboard, Document, Fill, Hiding, Input, Origin, Reading, SourceFiles, SourceName
from provisioner.core.problems import MOST_LISTED, Problem, Severity, errors, listed, ordered
from provisioner.core.server import DataSource
from provisioner.core.settings import FoldersAs

_UNREAD = frozenset(rule.code for rule in RULES if rule.area is Area.SYNTAX)
"""Errors after which a file may hold more than was read of it."""

_File = tuple[SourceName, str]
Open = tuple[tuple[Input, str], ...]
"""Inputs that nothing fills, with the reasons."""

Found = tuple[DesiredDashboard, Problem]


@dataclass(frozen=True, slots=True)
class Wants:
    """What a target states about its contents. `server` are its data sources, None when they may not be listed or no server is asked.

    `asked` is False while no target is named (`validate`): then what only a server can tell weighs as a warning. `forms` are the versions
    of content with elements and layout that the server takes, None while nobody knows. `folders_as` is of use on servers without folders.
    """

    folder: str | None = None
    data_sources: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    server: tuple[DataSource, ...] | None = None
    asked: bool = False
    owner_tag: str = ""
    severities: tuple[tuple[str, Severity], ...] = ()
    forms: tuple[str, ...] | None = None
    folders_as: FoldersAs = FoldersAs.TAG


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of what: so that the next time, when one file of ten thousand changed, the others need not be gone through.
    `sources` are by name.
    """

    sources: tuple[SourceFiles, ...]
    wants: Wants
    tree: FolderTree
    desired: Desired


def desire(sources: Iterable[SourceFiles], wants: Wants) -> Desired:
    """What the target should hold. Deterministic; equal for every order of sources and files."""
    return work_out(sources, wants).desired


def work_out(sources: Iterable[SourceFiles], wants: Wants) -> Worked:
    """The same, with what it was worked out of."""
    sources = tuple(sorted(sources, key=lambda each: each.snapshot.source))
    severities = binding(wants)
    tree = folder_tree(sources, wants.folder, severities)
    candidates = [each for source in sources for each in candidates_of(source, tree, wants)]
    dashboards = [dashboard for dashboard, _ in candidates]
    told = [*weighed(tree.problems, severities)]
    refused: set[_File] = set()
    for source in sources:
        told += (each.within(_shown(source, each.file)) for each in weighed(source.snapshot.problems, severities))
        for path, shown, found in _own_problems(source, severities):
            told += (each.within(shown) for each in found)
            if errors(found):
                refused.add((source.snapshot.source, path))
    for dashboard, each in (*each_alone(candidates, tree, wants), *_uid_duplicates(dashboards), *_title_duplicates(dashboards)):
        for weighty in weighed((each,), severities):
            told.append(weighty)
            if weighty.severity is Severity.ERROR:
                refused.add(_file(dashboard))
    kept, left = _parted(dashboards, lambda each: each.folder not in tree.unknown and _file(each) not in refused)
    kept.sort(key=place_of)
    desired = Desired(
        folders=tree.needed(each.folder for each in kept),
        dashboards=tuple(kept),
        problems=ordered(told),
        withheld=frozenset(each.uid for each in dashboards) - frozenset(each.uid for each in kept),
        complete=all(source.snapshot.complete and all(_uids_known(reading) for _, reading in source.files) for source in sources),
        hiding=tuple(sorted({*_unread(sources), *_nameless(left)})),
    )
    return Worked(sources, wants, tree, desired)


def place_of(dashboard: DesiredDashboard) -> tuple[str, SourceName, int]:
    """Where it comes from: what dashboards are sorted by."""
    return (dashboard.origin.path, dashboard.origin.source, dashboard.document.index)


def binding(wants: Wants) -> dict[str, Severity]:
    """The weights that a target gives to problems, without those that are fixed."""
    return {code: each for code, each in wants.severities if code not in BY_CODE or not BY_CODE[code].fixed}


def uid_pointer(document: Document) -> str:
    """Where the file states the uid, or would: a resource in its metadata, everything else in the dashboard itself."""
    wrapper = document.pointer.removesuffix("/spec")
    return f"{wrapper}/uid" if wrapper == document.pointer else f"{wrapper}/metadata/name"


def _file(dashboard: DesiredDashboard) -> _File:
    return (dashboard.origin.source, dashboard.origin.path)


# --- one file by itself ------------------------------------------------------------------------------------------------------------------


def _shown(source: SourceFiles, file: str) -> str:
    """A file as people see it. "." is the source as a whole."""
    return source.prefix + file if file != "." else source.prefix.rstrip("/") or f"source {source.snapshot.source}"


def _own_problems(source: SourceFiles, severities: Mapping[str, Severity]) -> Iterator[tuple[str, str, tuple[Problem, ...]]]:
    for entry, reading in source.files:
        if reading.problems:
            yield entry.path, source.prefix + entry.path, weighed(reading.problems, severities)


def _uids_known(reading: Reading) -> bool:
    """Whether the file told all its uids, even if it is kept back: doubt forbids deletion, whatever weight somebody gives to an error."""
    if not reading.problems:
        return True
    wrong = errors(reading.problems)
    return not wrong or (bool(reading.documents) and not any(each.code in _UNREAD for each in wrong))


def _parted(dashboards: Iterable[DesiredDashboard], is_kept: Callable[[DesiredDashboard], bool]) -> tuple[list[DesiredDashboard], ...]:
    kept: list[DesiredDashboard] = []
    left: list[DesiredDashboard] = []
    for each in dashboards:
        (kept if is_kept(each) else left).append(each)
    return kept, left


def _unread(sources: Iterable[SourceFiles]) -> Iterator[Hiding]:
    """What keeps a snapshot from being complete."""
    for source in sources:
        name = source.snapshot.source
        files = [each.file for each in source.snapshot.problems] or ["."]
        yield from (Hiding(_shown(source, each), name, each) for each in files if not source.snapshot.complete)
        broken = (entry.path for entry, reading in source.files if not _uids_known(reading))
        yield from (Hiding(_shown(source, each), name, each) for each in broken)


def _nameless(left: Iterable[DesiredDashboard]) -> Iterator[Hiding]:
    """Files that are kept back and name no uid: their dashboards may have one that was derived from an earlier path."""
    return (Hiding(each.origin.shown, *_file(each)) for each in left if each.derived)


def candidates_of(source: SourceFiles, tree: FolderTree, wants: Wants) -> Iterator[tuple[DesiredDashboard, Open]]:
    """Every document of a source as it would be applied, in its folder and filled, with what stays open."""
    name, prefix = source.snapshot.source, source.prefix
    data_sources, variables = dict(wants.data_sources), dict(wants.variables)
    nothing: tuple[Fill, Open] = (Fill(tag=wants.owner_tag), ())
    for entry, reading in source.files:
        if not reading.documents:
            continue
        place = tree.places[entry.path.rpartition("/")[0]]
        folder, titles = (place.uid, place.titles) if place else (ROOT, ())
        origin = Origin(name, entry.path, entry.blob, entry.size, prefix + entry.path)
        for each in reading.documents:
            holes = each.inputs or each.by_name
            fill, unfilled = resolve(each, data_sources, variables, wants.server) if holes else nothing
            fill = replace(fill, tag=wants.owner_tag) if holes and wants.owner_tag else fill
            uid = each.uid or derived_uid(name, entry.path, each.index)
            yield DesiredDashboard(uid, each.title, folder, titles, each, origin, fill, each.uid is None), unfilled


def each_alone(candidates: Iterable[tuple[DesiredDashboard, Open]], tree: FolderTree, wants: Wants) -> Iterator[Found]:
    """What is to be said of each dashboard without looking at the others."""
    for dashboard, unfilled in candidates:
        document = dashboard.document
        if dashboard.derived:
            message = f'"{document.title}" names no uid; one is derived from its path: "{dashboard.uid}"'
            yield _about(dashboard, "uid-derived", message)
        if document.folder is not None and not tree.is_named(document.folder, dashboard.folder):
            yield _about(dashboard, "folder-ignored", _two_folders(dashboard))
        if document.form and wants.forms is not None and document.form not in wants.forms:
            yield _about(dashboard, "version-unsupported", _not_taken(document.form, wants.forms))
        for each in document.inputs:
            if not each.declared:
                message = f"${{{each.name}}} is used but not declared in __inputs"
                yield _about(dashboard, "input-undeclared", message, pointer=each.pointer)
        for each, reason in unfilled:
            yield dashboard, _unfilled(dashboard, each, reason, asked=wants.asked)


def _about(dashboard: DesiredDashboard, code: str, message: str, *, pointer: str | None = None) -> Found:
    document = dashboard.document
    where = document.pointer if pointer is None else pointer
    return dashboard, problem(code, dashboard.origin.shown, message, pointer=where, document=document.document)


def _not_taken(form: str, forms: tuple[str, ...]) -> str:
    if not forms:
        return f"a dashboard in form {form} can only be written by the resource API, which is not spoken to this server"
    return f"the server does not take dashboards in form {form}, only in {', '.join(forms)}"


def _two_folders(dashboard: DesiredDashboard) -> str:
    theirs = f'folder "{dashboard.document.folder}"' if dashboard.document.folder else "the root"
    ours = f'"{" / ".join(dashboard.titles)}"' if dashboard.titles else "the root"
    return f"the file names {theirs}, its directory decides for {ours}"


def _unfilled(dashboard: DesiredDashboard, each: Input, reason: str, *, asked: bool) -> Problem:
    setting, value = ("datasources", "uid") if each.kind == "datasource" else ("variables", "value")
    flag = f" (without a configuration: --datasource {each.name}=<uid>)" if each.kind == "datasource" else ""
    what = f"${{{each.name}}}" + (f" ({each.plugin})" if each.plugin else "")
    told = problem(
        "input-unfilled",
        dashboard.origin.shown,
        f"{what} has no value: {reason}",
        remedy=f"map it: targets.<name>.{setting}.{each.name}: <{value}>{flag}",
        pointer=each.pointer,
        document=dashboard.document.document,
    )
    return told if asked else replace(told, severity=Severity.WARNING)


# --- files beside each other -------------------------------------------------------------------------------------------------------------


def _uid_duplicates(dashboards: Sequence[DesiredDashboard]) -> Iterator[Found]:
    for same in _sharing(dashboards, [each.uid for each in dashboards]):
        for each, others in _beside(same):
            yield _about(each, "uid-duplicate", f'uid "{each.uid}" is also used by {others}', pointer=uid_pointer(each.document))


def _title_duplicates(dashboards: Sequence[DesiredDashboard]) -> Iterator[Found]:
    """Files with one uid are told of that alone."""
    places = [f"{each.folder}\0{each.title.strip().casefold()}" for each in dashboards]
    for same in _sharing(dashboards, places):
        for each, others in _beside(list({other.uid: other for other in same}.values())):
            message = f'title "{each.title}" is also used in this folder by {others}'
            yield _about(each, "title-duplicate", message, pointer=f"{each.document.pointer}/title")


def _sharing(dashboards: Sequence[DesiredDashboard], keys: Sequence[str]) -> Iterable[list[DesiredDashboard]]:
    """Those that share a key, by file. Counted first: most share nothing, and ten thousand lists of one are not for nothing."""
    count = Counter(keys)
    groups: dict[str, list[DesiredDashboard]] = defaultdict(list)
    for each, key in zip(dashboards, keys, strict=True) if len(count) < len(keys) else ():
        if count[key] > 1:
            groups[key].append(each)
    return (sorted(each, key=lambda one: (*_file(one), one.document.index)) for each in groups.values())


def _beside(same: list[DesiredDashboard]) -> Iterator[tuple[DesiredDashboard, str]]:
    """Each with the names of the others, if there are others. Ten thousand copies of one file are ten thousand short messages."""
    for each in same if len(same) > 1 else ():
        others = [_told(other, each) for other in same[: MOST_LISTED + 1] if other is not each]
        yield each, listed(others, len(same) - 1)


def _told(other: DesiredDashboard, each: DesiredDashboard) -> str:
    if _file(other) == _file(each):
        return f"document {other.document.index + 1} of the same file"
    elsewhere = other.origin.source != each.origin.source
    return f'{other.origin.shown} of source "{other.origin.source}"' if elsewhere else other.origin.shown
