"""Files that were moved or renamed keep their dashboards (issue: history, stars and permissions hang on the uid).

In: desired and the records. Out: desired, with the uid of the record where a uid was derived from a path that the file has left. A file
that
names its uid keeps it anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from provisioner.core.canonical import fingerprint_key, key_in_any_folder
from provisioner.core.catalog import problem
from provisioner.core.desired import uid_pointer
from provisioner.core.model import Desired, DesiredDashboard, Uid
from provisioner.core.problems import Problem, ordered
from provisioner.core.records import Record

_Place = tuple[str, str, int]
T = TypeVar("T")


def with_kept_uids(desired: Desired, records: Mapping[Uid, Record]) -> Desired:
    """First by place: what was recorded for this file keeps its uid. Then by content: a derived record without a file, and exactly one file
    of
    the same content without a record, are one dashboard whose file was renamed.
    """
    derived = [each for each in records.values() if each.derived]
    if not derived:
        return desired
    taken = {each.uid for each in desired.dashboards if not each.derived} | desired.withheld
    by_place: dict[_Place, Record] = {(each.source, each.path, each.index): each for each in derived if each.uid not in taken}
    kept = [_kept(each, by_place.get(_place(each))) for each in desired.dashboards]
    there = {each.uid for each in kept}
    gone = _one_of_each((key_in_any_folder(each.key), each) for each in derived if each.uid not in there and each.uid not in taken)
    fresh = _one_of_each((_key(each), each) for each in kept if each.derived and each.uid not in records)
    renamed = {fresh[key].uid: record for key, record in gone.items() if key in fresh}
    mine = {each.uid: each for each in kept if not each.derived or _place(each) in by_place}
    strangers = [each for each in kept if mine.get(each.uid, each) is not each]
    dashboards = tuple(_kept(each, renamed.get(each.uid)) for each in kept if mine.get(each.uid, each) is each)
    told = (*desired.problems, *(_taken(each, mine[each.uid]) for each in strangers))
    return replace(desired, dashboards=dashboards, problems=ordered(told) if strangers else desired.problems)


def _taken(stranger: DesiredDashboard, owner: DesiredDashboard) -> Problem:
    """A new file where a renamed one was would be derived the uid that the renamed one keeps. It is held back: one uid has one file."""
    message = f'the uid derived for it, "{owner.uid}", is kept by {owner.origin.shown}, which was renamed'
    return problem(
        "uid-duplicate", stranger.origin.shown, message, pointer=uid_pointer(stranger.document), document=stranger.document.document
    )


def _kept(dashboard: DesiredDashboard, record: Record | None) -> DesiredDashboard:
    return dashboard if record is None or not dashboard.derived else replace(dashboard, uid=record.uid)


def _place(dashboard: DesiredDashboard) -> _Place:
    return (dashboard.origin.source, dashboard.origin.path, dashboard.document.index)


def _key(dashboard: DesiredDashboard) -> str:
    return fingerprint_key(dashboard.origin.blob, dashboard.document.index, dashboard.fill)


def _one_of_each(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Those whose key nobody else has: of two equal files nobody can say which one was renamed."""
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: values[0] for key, values in found.items() if len(values) == 1}
