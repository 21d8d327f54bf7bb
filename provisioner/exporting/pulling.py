"""One pull: reads a server, lays out the directory, and writes one file after the other.

In: a target's settings, what a person asked for, and the parts. Out: a `PullReport`; a failure of the world is in it, never raised. A
dashboard that cannot be read or written keeps no other from it. Bodies are held only while their file is being written, so ten thousand of
them need no more memory than a few. It never writes to the server.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from provisioner.core import documents, export
from provisioner.core.asking import wants_of
from provisioner.core.catalog import problem
from provisioner.core.desired import Wants
from provisioner.core.dialect import Grafana
from provisioner.core.documents.bare import is_new_schema
from provisioner.core.errors import (
    ProvisionerError,
    SourceError,
    SourceRefused,
    SourceUnreachable,
    TargetError,
    TargetForbidden,
    TargetUnreachable,
    TargetUnsuitable,
)
from provisioner.core.export import Change, Choice, Done, Expected, FolderFile, Holding, Place, PullReport, Remark
from provisioner.core.flattening import flat_fill
from provisioner.core.introducing import Introduced, befriended, of_desired, of_records
from provisioner.core.model import DesiredDashboard, Entry, FileKind, Fill, Uid
from provisioner.core.ports import Source
from provisioner.core.problems import Severity, errors
from provisioner.core.records import Record
from provisioner.core.report import Failure
from provisioner.core.server import Found, LiveDashboard, Server
from provisioner.core.settings import TargetSettings
from provisioner.exporting.disk import Directory
from provisioner.reading import Library, read_source

_AGAIN = "pull again"


@dataclass(frozen=True, slots=True)
class Pulling:
    """What a pull works with. `directory` is written; `source` reads it, under the name by which the target will, since uids may derive
    from that.

    `library` gives the target's other sources, `records` what was applied under a uid that its file does not name. `clock` gives seconds;
    `prefix` is put before paths when they are shown. `on_layout` is told how many files will be looked at, `on_file` of each as it is done.
    """

    directory: str
    source: Source
    library: Library
    open_grafana: Callable[[], AbstractContextManager[Grafana]]
    clock: Callable[[], float]
    stopping: Callable[[], bool]
    records: Mapping[Uid, Record] = field(default_factory=dict)
    severities: tuple[tuple[str, Severity], ...] = ()
    prefix: str = ""
    on_layout: Callable[[int], None] = lambda _: None
    on_file: Callable[[Done], None] = lambda _: None


def pull(target: TargetSettings, choice: Choice, parts: Pulling) -> PullReport:
    """What is live, as files of the directory. What is there already and says the same is not touched."""
    started = parts.clock()
    report = PullReport(target.name, target.connection.url, parts.directory)
    try:
        _make(parts.directory)
        others = tuple(parts.library.files(name) for name in target.sources if name != parts.source.name)
        files = read_source(parts.source, parts.library.memory, parts.prefix)
        with parts.open_grafana() as grafana:
            try:
                server = grafana.probe()
                report = replace(report, server=server)
                report = _pulled(report, target, choice, _Work(parts, grafana, server, Holding(files, others, parts.records)))
            finally:
                report = replace(report, requests=grafana.requests)
    except ProvisionerError as error:
        report = replace(report, failure=_failure(error, target, parts))
    return replace(report, seconds=parts.clock() - started)


@dataclass(frozen=True, slots=True)
class _Work:
    parts: Pulling
    grafana: Grafana
    server: Server
    holding: Holding


@dataclass(frozen=True, slots=True)
class _Kept:
    """A dashboard that a file holds, and as it is now."""

    place: Place
    known: DesiredDashboard
    live: LiveDashboard


def _pulled(report: PullReport, target: TargetSettings, choice: Choice, work: _Work) -> PullReport:
    """Raises TargetError while the server is looked over; once files are written, what goes wrong is in the report."""
    wants = _wants(target, work)
    found = _found(work, wants)
    scope = export.scope_of(work.server, work.grafana.folders(), found, target.folder)
    here = export.there(work.holding, wants, scope, work.server)
    layout = export.lay_out(work.server, scope, found, here, choice)
    groups = _by_file(layout.places)
    work.parts.on_layout(len(groups))
    run = _Run(work, wants, _marks_at_the_top(target, work.server))
    wrong = errors(here.desired.problems)
    first = Done(elsewhere=layout.elsewhere, outside=layout.outside, held=layout.held, remarks=layout.remarks, problems=wrong)
    folder_files = [run.folder_file(each) for each in layout.folder_files]
    with ThreadPoolExecutor(target.connection.reads, thread_name_prefix="pull") as pool:
        done = list(pool.map(run.file, groups))
    failure = None if run.error is None else _failure(run.error, target, work.parts)
    return replace(report, done=export.total((first, *folder_files, *done)), failure=failure, stopped=run.stopped)


def _found(work: _Work, wants: Wants) -> tuple[Found, ...]:
    """What search shows. Where the server knows no uids, those of ours that are known already, and for each other one a uid of its own."""
    work.grafana.introduce(of_records(work.holding.records))
    if not work.server.by_slug:
        return work.grafana.find()
    nowhere = export.scope_of(work.server, (), (), None)
    work.grafana.introduce(of_desired(export.there(work.holding, wants, nowhere, work.server).desired))
    found = befriended(work.grafana.find(), work.server)
    work.grafana.introduce(Introduced(each.uid, each.title) for each in found)
    return found


def _marks_at_the_top(target: TargetSettings, server: Server) -> Fill:
    """The owner's tag and, on a server without folders, what stands for the stated parent."""
    above = (target.folder,) if target.folder and server.by_slug else ()
    return flat_fill(Fill(tag=target.owner_tag or ""), above, target.folders_as)


def _wants(target: TargetSettings, work: _Work) -> Wants:
    """What the target states. The server is asked for its data sources only when a file has a hole that is not mapped, as in a pass."""
    wants = wants_of(target, work.parts.severities)
    mapped = {name for name, _ in target.data_sources}
    readings = (reading for source in (work.holding.directory, *work.holding.others) for _, reading in source.files)
    holes = (each for reading in readings for document in reading.documents for each in document.inputs)
    if any(each.kind == "datasource" and each.used and each.name not in mapped for each in holes):
        return replace(wants, server=work.grafana.data_sources())
    return wants


def _by_file(places: Iterable[Place]) -> list[tuple[Place, ...]]:
    """Dashboards that share a file are one piece of work."""
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        groups[place.known.origin.path if place.known else place.path].append(place)
    return [tuple(groups[path]) for path in sorted(groups)]


class _Run:
    """What the threads of one pull share: why to halt."""

    def __init__(self, work: _Work, wants: Wants, marks: Fill) -> None:
        """`marks` are what a pass adds to a file at the top of the directory."""
        self._work, self._wants, self._marks = work, wants, marks
        self._disk = Directory(work.parts.directory)
        self._lock = threading.Lock()
        self.error: ProvisionerError | None = None
        self.stopped = False

    def folder_file(self, file: FolderFile) -> Done:
        """One `_folder` file. It comes before the dashboards: those alone would ask for a folder of another uid."""
        shown = self._shown(file.path)
        if file.entry is None:
            why = self._disk.create(file.path, export.folder_file(file.title, file.uid))
        else:
            raw, kind = self._bytes(file.entry), documents.kind_of(file.path)
            data = None if raw is None or kind is None else export.retitled(raw, kind, file.title or "")
            if data is None:
                return Done(held=(Remark(shown, f'its folder is titled "{file.title}" now', "write the title into it by hand"),))
            why = self._disk.replace(file.path, data)
        return Done(folder_files=(shown,)) if why is None else Done(held=(Remark(shown, f"it cannot be written: {why}"),))

    def file(self, places: tuple[Place, ...]) -> Done:
        """One file. Looks before it begins whether to go on."""
        if not self._goes_on():
            return Done()
        try:
            done = self._file(places)
        except (TargetError, SourceError) as error:
            self._halt(error)
            return Done()
        self._work.parts.on_file(done)
        return done

    def _goes_on(self) -> bool:
        with self._lock:
            self.stopped = self.stopped or self._work.parts.stopping()
            return not self.stopped and self.error is None

    def _halt(self, error: ProvisionerError) -> None:
        with self._lock:
            self.error = self.error or error

    def _file(self, places: tuple[Place, ...]) -> Done:
        parts: list[Done] = []
        kept: list[_Kept] = []
        for place in places:
            live = self._live(place)
            if isinstance(live, Done):
                parts.append(live)
            elif place.known is None:
                parts.append(self._new(place, live))
            else:
                kept.append(_Kept(place, place.known, live))
        if kept:
            parts.append(self._known(kept))
        return export.total(parts)

    def _live(self, place: Place) -> LiveDashboard | Done:
        """The dashboard as it is now, or what to tell in its stead. Raises TargetError when the server as a whole fails."""
        subject = self._shown(place.path) if place.known else place.uid
        try:
            live = self._work.grafana.dashboard(place.uid)
        except (TargetForbidden, TargetUnsuitable) as refused:
            told = problem("live-unreadable", subject, f"dashboard {place.uid} is there, but: {refused.message}", remedy=refused.next_step)
            return Done(problems=(told,))
        if live is None:
            return Done(gone=(self._shown(place.known.origin.path),)) if place.known else Done()
        if live.folder != place.live_folder:
            return Done(held=(Remark(subject, f'dashboard "{place.uid}" lies in another folder than the search shows', _AGAIN),))
        return live

    def _new(self, place: Place, live: LiveDashboard) -> Done:
        data = export.made(place.uid, live.content, self._marks, form_of(live))
        shown = self._shown(place.path)
        checked = export.checked(data, FileKind.JSON, shown, Expected(place.uid, live.content, marks=self._marks), self._wants)
        if checked.held:
            return checked
        why = self._disk.create(place.path, data)
        return replace(checked, created=(shown,)) if why is None else _unwritten(shown, why)

    def _known(self, kept: Sequence[_Kept]) -> Done:
        """A file that is there: left alone where it says what is live."""
        origin = kept[0].known.origin
        raw, kind, shown = (
            self._bytes(Entry(origin.path, origin.blob, origin.size)),
            documents.kind_of(origin.path),
            self._shown(origin.path),
        )
        if raw is None or kind is None:
            return Done(held=(Remark(shown, "it changed while it was read", _AGAIN),))
        changes = [Change(each.known, each.live.content, each.place.moved and each.known.derived, form_of(each.live)) for each in kept]
        differing = [each for each in changes if each.named or not export.is_same(each, raw, kind)]
        equal = Done(equal=len(changes) - len(differing))
        data = export.rewritten(raw, kind, differing) if differing else raw
        if data is None:
            why = _FORM if any(each.reforms for each in differing) else _HOLES
            held = (Remark(shown, f'dashboard "{each.known.uid}" was changed in Grafana; {why}', _MERGE) for each in differing)
            return replace(equal, held=tuple(held))
        checks = [export.checked(data, kind, shown, _expected(each), self._wants) for each in differing]
        written = Done() if any(each.held for each in checks) else self._written(kept[0], kind, raw, data)
        return export.total((equal, *checks, written))

    def _written(self, kept: _Kept, kind: FileKind, raw: bytes, data: bytes) -> Done:
        old, shown = kept.known.origin.path, self._shown(kept.place.path)
        changed = (shown,) if data != raw else ()
        bare = changed and export.loses_comments(raw, kind)
        remarks = (Remark(shown, "it is YAML and was written anew: the comments below its head are gone"),) if bare else ()
        why = None
        if kept.place.moved:
            why = self._disk.move(old, kept.place.path, data)
        elif changed:
            why = self._disk.replace(old, data)
        moved = ((self._shown(old), shown),) if kept.place.moved else ()
        return Done(changed=changed, moved=moved, remarks=remarks) if why is None else _unwritten(shown, why)

    def _bytes(self, entry: Entry) -> bytes | None:
        [(_, raw)] = self._work.parts.source.read([entry])
        return raw

    def _shown(self, path: str) -> str:
        return self._work.parts.prefix + path


def form_of(live: LiveDashboard) -> str:
    """The version of its elements and layout; "" for classic content."""
    return live.form if is_new_schema(live.content) else ""


_HOLES = "its holes (inputs, library panels brought along) cannot be kept, so the file is not rewritten"
_FORM = "it has another form there now (elements and layout, or panels), which this file cannot say, so it is not rewritten"
_MERGE = "carry the change over by hand"


def _expected(change: Change) -> Expected:
    known = change.known
    unnamed = known.document.index if known.derived and not change.named else None
    return Expected(known.uid, change.live, unnamed, export.marks_of(known.fill))


def _unwritten(shown: str, why: str) -> Done:
    return Done(held=(Remark(shown, f"it cannot be written: {why}", "mend that, and pull again"),))


def _make(directory: str) -> None:
    """Raises SourceRefused where there can be no such directory."""
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceRefused(f"{directory} cannot be made: {error.strerror}", next_step="name a directory that may be written") from error


def _failure(error: ProvisionerError, target: TargetSettings, parts: Pulling) -> Failure:
    subject = f"directory {parts.directory}" if isinstance(error, SourceError) else f"target {target.name}"
    return Failure(subject, error.message, error.next_step, unreachable=isinstance(error, SourceUnreachable | TargetUnreachable))
