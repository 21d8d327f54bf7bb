"""What is written down of a pass: records made of what was sent or found.

In: dashboards, marks, a moment. Out: records. Pure: the moment is handed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from provisioner.core.changes import Comparison, CreateFolder, Plan
from provisioner.core.live import Ours
from provisioner.core.model import Desired, DesiredDashboard, Fingerprint, Revision, SourceFiles, SourceName, Uid
from provisioner.core.policy import Policies
from provisioner.core.problems import Severity
from provisioner.core.records import Record
from provisioner.core.server import Mark
from provisioner.core.settings import TargetSettings
from provisioner.core.upheaval import Upheaval


@dataclass(frozen=True, slots=True)
class Moment:
    """When a pass runs (ISO 8601, UTC), and of which commit of each source."""

    when: str
    commits: Mapping[SourceName, str | None]


def record_of(dashboard: DesiredDashboard, ours: Ours, content: Fingerprint, mark: Mark, moment: Moment) -> Record:
    """What is recorded when this content was sent, or found to be live."""
    return Record(
        uid=dashboard.uid,
        title=dashboard.title,
        source=dashboard.origin.source,
        path=dashboard.origin.path,
        index=dashboard.document.index,
        blob=dashboard.origin.blob,
        commit=moment.commits.get(dashboard.origin.source),
        key=ours.key,
        content=content,
        folder=dashboard.folder,
        titles=dashboard.titles,
        mark=mark,
        applied=moment.when,
        derived=dashboard.derived,
    )


def history_message(dashboard: DesiredDashboard, revisions: Mapping[SourceName, Revision]) -> str:
    """What the server's history shows beside a write: the file's own message, else commit and path."""
    revision = revisions.get(dashboard.origin.source, Revision(""))
    commit = f" at {revision.commit[:10]}: {revision.subject}" if revision.commit else ""
    return dashboard.document.message or f"{dashboard.origin.shown}{commit}"


def notes(plan: Plan, records: Mapping[Uid, Record], ours: Mapping[Uid, Ours], moment: Moment) -> tuple[Record, ...]:
    """Records that a pass brings up to date without a write: adopted ones, and those whose file, commit or mark changed and nothing else.

    An equal dashboard that was saved again without a change has a new mark; the next update needs it. What is written, held or in conflict
    has its file at least: it is not missing any more.
    """
    counting = {} if stale(plan, records) else records
    made = [_note(dashboard, seen, counting.get(dashboard.uid), ours[dashboard.uid], moment) for dashboard, seen in plan.seen]
    seen = {dashboard.uid for dashboard, _ in plan.seen}
    for dashboard in plan.unchanged:
        record = counting.get(dashboard.uid)
        if record is not None and dashboard.uid not in seen:
            made.append(_moved(record, dashboard, ours[dashboard.uid]))
    made += (replace(counting[uid], missing_since=None) for uid in _waiting(plan) if uid in counting)
    return tuple(each for each in made if (known := counting.get(each.uid)) is not each and known != each)


def _waiting(plan: Plan) -> Iterator[Uid]:
    """Dashboards that have a file and are not as it says."""
    yield from (each.dashboard.uid for each in plan.changes if not isinstance(each, CreateFolder))
    yield from (each.dashboard.uid for each in plan.drifted)
    yield from (each.ours.uid for each in plan.conflicts if isinstance(each.ours, DesiredDashboard))


def _note(dashboard: DesiredDashboard, seen: Comparison, record: Record | None, ours: Ours, moment: Moment) -> Record:
    mark = seen.live.mark
    if record is None:
        return replace(record_of(dashboard, ours, seen.ours, mark, moment), written=False)
    if seen.ours != record.content or dashboard.folder != record.folder:  # git came to what is live, or the other way round
        return replace(record_of(dashboard, ours, seen.ours, mark, moment), written=record.written)
    return replace(_moved(record, dashboard, ours), mark=mark)


def _moved(record: Record, dashboard: DesiredDashboard, ours: Ours) -> Record:
    """The same dashboard, perhaps from another file by now. When it was applied stays, and so does the commit it was applied from."""
    if _is_of(record, dashboard, ours):
        return record
    origin = dashboard.origin
    return replace(
        record,
        title=dashboard.title,
        source=origin.source,
        path=origin.path,
        index=dashboard.document.index,
        blob=origin.blob,
        key=ours.key,
        titles=dashboard.titles,
        derived=dashboard.derived,
        missing_since=None,
    )


def _is_of(record: Record, dashboard: DesiredDashboard, ours: Ours) -> bool:
    """Whether the record names this file already, as most do: `replace` takes twenty times as long to come to the same."""
    origin = dashboard.origin
    return (
        record.key == ours.key
        and record.path == origin.path
        and record.blob == origin.blob
        and record.title == dashboard.title
        and record.titles == dashboard.titles
        and record.source == origin.source
        and record.index == dashboard.document.index
        and record.derived == dashboard.derived
        and record.missing_since is None
    )


def stale(plan: Plan, records: Mapping[Uid, Record]) -> tuple[Uid, ...]:
    """Records of what is not there any more, to be forgotten before anything is written: of a server that was emptied or replaced. If they
    stayed, a pass that is stopped half-way would leave the next one a server that is neither.
    """
    return tuple(sorted(records)) if plan.notice in (Upheaval.EMPTIED, Upheaval.REPLACED) else ()


def has_news(files: Iterable[SourceFiles], records: Mapping[Uid, Record]) -> bool:
    """Whether a file with dashboards in it has contents that no record knows: then the target is not at rest, and nothing else needs to be
    worked out to know that. After one save among ten thousand that is a third of a second.
    """
    known = {each.blob for each in records.values()}
    return any(reading.documents and entry.blob not in known for source in files for entry, reading in source.files)


def at_rest(
    desired: Desired,
    records: Mapping[Uid, Record],
    ours: Mapping[Uid, Ours],
    policies: Policies | None = None,
) -> bool:
    """Whether the records alone say that nothing is to be done: every dashboard is as it was applied, and every record has its file, or is
    known to be missing where nothing is ever deleted. Where a folder's uid is stated, the dashboard lies in no other one.
    """
    stated = {each.uid for each in desired.folders if not each.derived}
    left = 0 if policies is None else sum(_left(each, policies) for each in records.values())
    count = 0
    for dashboard in desired.dashboards:
        record = records.get(dashboard.uid)
        if record is None or record.key != ours[dashboard.uid].key or record.titles != dashboard.titles or record.missing_since:
            return False
        if (record.path, record.source) != (dashboard.origin.path, dashboard.origin.source):
            return False
        if dashboard.folder in stated and record.folder != dashboard.folder:
            return False
        count += 1
    return count + left == len(records)


def _left(record: Record, policies: Policies) -> bool:
    return record.missing_since is not None and not policies.of(record.path, record.uid).prune.enabled


def rest_key(files: Iterable[SourceFiles], target: TargetSettings, severities: tuple[tuple[str, Severity], ...], release: str) -> str:
    """Names all that a decision without a look at the server rests on, but for the records: files, settings, and the rules of this
    release.
    """
    digest = hashlib.sha256(f"{release}\0{target!r}\0{severities!r}".encode())
    for source in files:
        digest.update(f"\0{source.snapshot.source}\0{source.snapshot.complete}\0".encode())
        digest.update("\n".join(f"{entry.path}\t{entry.blob}" for entry in source.snapshot.entries).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
