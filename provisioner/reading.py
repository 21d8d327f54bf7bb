"""Sources → files: takes snapshots, parses what was never seen before, remembers what was, and gives contents when one is needed.

In: sources and the memory, by their protocols. Out: `SourceFiles`, a dashboard's filled content, problems with their places. It decides
nothing, keeps no
bytes, and parses no blob twice.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisioner.core import documents, places
from provisioner.core.catalog import problem
from provisioner.core.inputs import fill
from provisioner.core.model import (
    DesiredDashboard,
    Entry,
    FileKind,
    Json,
    Origin,
    Reading,
    ReadingKey,
    Snapshot,
    SourceFiles,
    SourceName,
)
from provisioner.core.ports import Memory, Source
from provisioner.core.problems import Problem, Severity, ordered
from provisioner.core.report import SourceState


@dataclass(frozen=True, slots=True)
class Library:
    """The sources of one run, each read once however many targets it feeds. `prefixes` are what is put before paths when they are shown."""

    sources: Mapping[SourceName, Source]
    memory: Memory
    prefixes: Mapping[SourceName, str] = field(default_factory=dict)
    _read: dict[SourceName, SourceFiles] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def files(self, name: SourceName) -> SourceFiles:
        """What the source holds and says. Raises SourceError; then the next call tries again."""
        with self._lock:
            if name not in self._read:
                self._read[name] = read_source(self.sources[name], self.memory, self.prefixes.get(name, ""))
            return self._read[name]

    def holding(self, files: Mapping[SourceName, SourceFiles]) -> Library:
        """A library over the same sources in which these are read already, and stay as they are for its life."""
        return replace(self, _read=dict(files), _lock=threading.Lock())

    def content(self, dashboard: DesiredDashboard) -> dict[str, Json] | None:
        """What is to be sent, holes filled, as a new object; None when the file is not any more what it was when it was read."""
        raw = self._bytes(dashboard.origin)
        kind = documents.kind_of(dashboard.origin.path)
        if raw is None or kind is None:
            return None
        return fill(documents.body(raw, kind, dashboard.document), dashboard.fill)

    def placed(self, problems: Iterable[Problem], *, notes: bool) -> tuple[Problem, ...]:
        """The problems with line, column and excerpt, where they name a place that has none yet, in the order of `problems.ordered`.
        Without `notes`, those are left as they are.
        """
        by_file: dict[str, list[Problem]] = defaultdict(list)
        done: list[Problem] = []
        for each in problems:
            unplaced = each.pointer and not each.line and (notes or each.severity is not Severity.NOTE)
            (by_file[each.file] if unplaced else done).append(each)
        origins = self._origins(by_file.keys())
        for file, waiting in by_file.items():
            origin = origins.get(file)
            raw, kind = (self._bytes(origin), documents.kind_of(origin.path)) if origin else (None, None)
            done += waiting if raw is None or kind is None else places.placed(tuple(waiting), raw, kind)
        return ordered(done)

    def _bytes(self, origin: Origin) -> bytes | None:
        [(_, raw)] = self.sources[origin.source].read([Entry(origin.path, origin.blob, origin.size)])
        return raw

    def _origins(self, shown: Iterable[str]) -> dict[str, Origin]:
        wanted = set(shown)
        return {
            name: Origin(files.snapshot.source, entry.path, entry.blob, entry.size, name)
            for files in (self._read.values() if wanted else ())
            for entry, _ in files.files
            if (name := files.prefix + entry.path) in wanted
        }


def read_source(source: Source, memory: Memory, prefix: str = "", before: SourceFiles | None = None) -> SourceFiles:
    """A snapshot and the readings of its files; blobs that are remembered are not parsed, nor even read. What was read `before` is not even
    asked of the memory, and stands in the result as the very same objects. Raises SourceError.
    """
    snapshot = source.snapshot()
    prior = {} if before is None else {each[0].path: each for each in before.files}
    files = {entry.path: same for entry in snapshot.entries if (same := prior.get(entry.path)) and (same[0] is entry or same[0] == entry)}
    keyed: list[tuple[Entry, ReadingKey, FileKind]] = []
    for entry in snapshot.entries:
        kind = None if entry.path in files else documents.kind_of(entry.path)
        if kind is not None:
            keyed.append((entry, ReadingKey(f"{kind.value}:{entry.blob}"), kind))
    known = memory.readings([key for _, key, _ in keyed])
    unknown = {key: (entry, kind) for entry, key, kind in keyed if key not in known}
    fresh, vanished = _parse(source, unknown)
    memory.remember(fresh)
    readings = {**known, **fresh}
    files |= {entry.path: (entry, readings[key]) for entry, key, _ in keyed if key in readings}
    told = tuple(files[entry.path] for entry in snapshot.entries if entry.path in files)
    return SourceFiles(_without(snapshot, vanished), told, prefix, parsed=len(fresh))


def source_state(files: SourceFiles) -> SourceState:
    """What a report tells of a source that was read."""
    return SourceState(
        name=files.snapshot.source,
        revision=files.snapshot.revision,
        files=len(files.files),
        dashboards=sum(len(reading.documents) for _, reading in files.files),
        parsed=files.parsed,
        passed_over=tuple((files.prefix + entry.path, reading.passed_over) for entry, reading in files.files if reading.passed_over),
        prefix=files.prefix,
    )


def _parse(source: Source, unknown: Mapping[ReadingKey, tuple[Entry, FileKind]]) -> tuple[dict[ReadingKey, Reading], list[Entry]]:
    fresh: dict[ReadingKey, Reading] = {}
    vanished: list[Entry] = []
    read = source.read(entry for entry, _ in unknown.values())
    for (key, (_, kind)), (entry, raw) in zip(unknown.items(), read, strict=True):
        if raw is None:
            vanished.append(entry)
        else:
            fresh[key] = documents.read(raw, kind, place_notes=False)
    return fresh, vanished


def _without(snapshot: Snapshot, vanished: list[Entry]) -> Snapshot:
    """A file that changed between listing and reading is read at the next pass; until then nothing is known to be gone."""
    if not vanished:
        return snapshot
    told = tuple(
        problem("file-unreadable", each.path, "it changed while it was read", remedy="nothing: the next pass reads it") for each in vanished
    )
    return replace(snapshot, problems=(*snapshot.problems, *told), complete=False)
