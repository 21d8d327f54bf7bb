"""Looks at a server: cheapest way first, and only at what somebody needs to know.

In: what a target should hold, what was recorded, the server. Out: `Live`, and what could not be compared as problems. It decides nothing.
It reads what no record knows and search shows; of what is ours, what the scan names, unless a list already tells that it has not moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from provisioner.core.canonical import fingerprint, fingerprint_key
from provisioner.core.catalog import problem
from provisioner.core.changes import Comparison, LiveState, state_of
from provisioner.core.compare import compare, known_equal
from provisioner.core.dialect import Grafana
from provisioner.core.errors import ProvisionerError, TargetForbidden, TargetUnsuitable
from provisioner.core.live import Live, Ours
from provisioner.core.model import Desired, DesiredDashboard, Fingerprint, Json, Uid
from provisioner.core.ports import Ledger, Memory
from provisioner.core.problems import Problem
from provisioner.core.records import Record
from provisioner.core.server import Found, Server
from provisioner.core.upheaval import upheaval
from provisioner.reading import Library
from provisioner.recognising import recognised, with_author

_Seen = Comparison | Problem | None

Known = tuple[DesiredDashboard, Record, Ours]
"""What we would send for this dashboard, as this record names it."""

Scan = frozenset[Uid] | None
"""Which dashboards of ours are looked at for drift, besides what git changed: exactly these, or all of them (None)."""
ALL: Scan = None
NONE: Scan = frozenset()

_FEW = 20
"""Dashboards that are asked for one by one rather than looked for in a list."""


class StopAsked(ProvisionerError):
    """A person asked to stop while the pass was still reading."""

    def __init__(self) -> None:
        super().__init__("stopped while it was read; nothing was written", next_step="run it again")


class Sight(Protocol):
    """The parts of a pass that looking needs."""

    @property
    def library(self) -> Library: ...
    @property
    def memory(self) -> Memory: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def stopping(self) -> Callable[[], bool]: ...


@dataclass(frozen=True, slots=True)
class Eyes:
    """What looking works with. `server` is what the probe found; without `search` it is asked for the few that matter alone."""

    server: Server
    grafana: Grafana
    parts: Sight
    reads: int
    scan: Scan
    search: bool = True

    def looks_at(self, uid: Uid) -> bool:
        """Whether this one of ours is to be looked at."""
        return self.scan is None or uid in self.scan

    def go_on(self) -> None:
        """Raises StopAsked."""
        if self.parts.stopping():
            raise StopAsked


def ours_of(desired: Desired, records: Mapping[Uid, Record], memory: Memory, known: dict[Uid, Known] | None = None) -> dict[Uid, Ours]:
    """What we would send, by uid: its key always, its fingerprint where the record or the memory knows it. What is `known` from an earlier
    pass is not worked out again while neither the dashboard nor its record is another one.
    """
    known = {} if known is None else known
    found: dict[Uid, Ours] = {}
    open_: list[Ours] = []
    for each in desired.dashboards:
        record, before = records.get(each.uid), known.get(each.uid)
        if before is not None and before[0] is each and before[1] is record:
            found[each.uid] = before[2]
            continue
        key = fingerprint_key(each.origin.blob, each.document.index, each.fill)
        if record is not None and record.key == key:
            ours = found[each.uid] = Ours(each.uid, key, record.content)
            known[each.uid] = (each, record, ours)
        else:
            open_.append(Ours(each.uid, key))
    contents = memory.fingerprints([each.key for each in open_]) if open_ else {}
    return found | {each.uid: replace(each, content=contents.get(each.key)) for each in open_}


def look(desired: Desired, eyes: Eyes, ours: Mapping[Uid, Ours], records: Mapping[Uid, Record]) -> tuple[Live, tuple[Problem, ...]]:
    """What the server holds of the desired, and what could not be compared. Raises TargetError, SourceError and StopAsked.

    Where some of ours look as if the whole server were another one, all are looked at: of some alone nobody can tell.
    """
    seen = _looked(desired, eyes, ours, records)
    if eyes.scan is not ALL and upheaval(seen[0], records) is not None:
        return _looked(desired, replace(eyes, scan=ALL), ours, records)
    return seen


def _looked(desired: Desired, eyes: Eyes, ours: Mapping[Uid, Ours], records: Mapping[Uid, Record]) -> tuple[Live, tuple[Problem, ...]]:
    if not desired.dashboards:
        return Live(eyes.server), ()
    folders = eyes.grafana.folders()
    found = eyes.grafana.find() if _needs_rows(desired, eyes, records) else None
    shown = None if found is None else {each.uid: each for each in found}
    wanted = [
        each for each in desired.dashboards if (eyes.looks_at(each.uid) if each.uid in records else shown is None or each.uid in shown)
    ]

    def seen_of(each: DesiredDashboard) -> _Seen:
        record = records.get(each.uid)
        return at_rest_by(record, (shown or {}).get(each.uid), ours[each.uid]) or _seen(each, ours[each.uid].content, record, eyes)

    with ThreadPoolExecutor(eyes.reads, thread_name_prefix="read") as pool:
        seen = list(pool.map(seen_of, wanted))
    compared, doubts = _sorted(wanted, seen)
    eyes.parts.memory.remember_fingerprints({ours[uid].key: each.ours for uid, each in compared if ours[uid].content != each.ours})
    live = Live(
        eyes.server,
        folders,
        found or (),
        compared,
        doubtful=frozenset(each.uid for each, _ in doubts),
        read=frozenset(each.uid for each in wanted),
        ours=tuple(ours.values()),
    )
    return live, tuple(each for _, each in doubts)


def _needs_rows(desired: Desired, eyes: Eyes, records: Mapping[Uid, Record]) -> bool:
    """Whether search is asked for all that the server has: of ten thousand dashboards that is a second of its time. Who is in haste asks by
    name for the few of which no record knows whether they are there, and lets the server say itself that a title is taken.
    """
    if eyes.search or eyes.scan is ALL or eyes.server.by_slug:
        return True
    return sum(each.uid not in records for each in desired.dashboards) > _FEW


def at_rest_by(record: Record | None, row: Found | None, ours: Ours) -> Comparison | None:
    """What a read would show, where the list already says that the dashboard is in the very state that we recorded, and git wants what we
    wrote; None where it has to be read. Where git changed, a person may want to see what it changes.
    """
    if record is None or row is None or row.mark != record.mark or ours.content != record.content:
        return None
    live = LiveState(record.uid, row.title, row.folder, row.folder_title, row.url, record.mark, "", "", record.content)
    return Comparison(record.content, live)


def state_in(grafana: Grafana, uid: Uid) -> LiveState | None:
    """One dashboard as it is now, without its body; None when it is not there. Raises TargetError."""
    live = grafana.dashboard(uid)
    return None if live is None else state_of(live, fingerprint(live.content))


def _seen(dashboard: DesiredDashboard, known: Fingerprint | None, record: Record | None, eyes: Eyes) -> _Seen:
    """None when search shows what is gone by now: search lags (reference 2.5). A problem when it cannot be told; the others go on."""
    eyes.go_on()
    shown = dashboard.origin.shown
    try:
        live = eyes.grafana.dashboard(dashboard.uid)
    except (TargetForbidden, TargetUnsuitable) as error:
        return problem("live-unreadable", shown, f"dashboard {dashboard.uid} is there, but: {error.message}", remedy=error.next_step)
    if live is None:
        return None
    if (equal := known_equal(known, live)) is not None:
        return equal
    content = eyes.parts.library.content(dashboard)
    if content is None:
        return problem("file-unreadable", shown, "it changed while it was read", remedy="nothing: the next pass reads it")
    base: Mapping[str, Json] | None = None if record is None else eyes.parts.ledger.body(record.content)
    if record is None or live.mark == record.mark:
        return compare(content, live, base)
    found = recognised(eyes.grafana, live, base, record.mark.version)
    if found.form is not None and found.live is live and fingerprint(content) == record.content:
        base = found.form  # only the server changed it: what its pages do by themselves is no part of what somebody did
    saved = with_author(eyes.grafana, live, eyes.parts.ledger.kept(dashboard.uid)) if found.live is live else found.live
    return compare(content, saved, base)


def _sorted(
    wanted: list[DesiredDashboard], seen: list[_Seen]
) -> tuple[tuple[tuple[Uid, Comparison], ...], list[tuple[DesiredDashboard, Problem]]]:
    pairs = list(zip(wanted, seen, strict=True))
    return (
        tuple((each.uid, result) for each, result in pairs if isinstance(result, Comparison)),
        [(each, result) for each, result in pairs if isinstance(result, Problem)],
    )
