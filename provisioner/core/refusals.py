"""Changes that did not come to their end, and when each is tried again: later and later for as long as it is the same.

In: reports of passes, the time (seconds that never run backwards) and chance, both handed in. Out: the moment of the next try, and what is
left alone until then, whatever else wishes a pass. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from provisioner.core.changes import CreateFolder, Outcome, Result
from provisioner.core.home import HomeState
from provisioner.core.model import DesiredDashboard, DesiredFolder, Uid
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import PassReport
from provisioner.core.waking import SETTLED, backoff

_Matter = DesiredDashboard | DesiredFolder | Record | FolderRecord | HomeState
_Key = tuple[type[_Matter], str]
_Open = tuple[str, _Matter, Outcome | None]

_NOT_SET = frozenset({HomeState.FAILED, HomeState.FORBIDDEN})
"""A home dashboard for which nobody else wishes another pass: the look at it tells a choice once."""


@dataclass(frozen=True, slots=True)
class Tried:
    """`times` in a row without coming to its end; the next try is due `at`. `refused` is what became of a dashboard that was certainly not
    saved: passes that leave it alone tell it again.
    """

    of: _Matter
    times: int
    at: float
    refused: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Refusals:
    """By kind and uid. A file that changed makes another matter of it, and the count begins anew."""

    tried: Mapping[_Key, Tried] = field(default_factory=dict)

    @property
    def due(self) -> float | None:
        """The moment of the next try; None when there is none."""
        return min((each.at for each in self.tried.values()), default=None)

    def left_alone(self, now: float) -> dict[Uid, Outcome]:
        """Dashboards that were refused, and whose time has not come."""
        return {Uid(uid): each.refused for (_, uid), each in self.tried.items() if each.refused is not None and each.at > now}

    def after(self, report: PassReport, left_alone: Mapping[Uid, Outcome], now: float, chance: float) -> Refusals:
        """What is open after a pass that came to its end and left these alone."""
        found: dict[_Key, Tried] = {}
        for uid, of, refused in _open(report):
            key = (type(of), uid)
            before = self.tried.get(key)
            if before is None or before.of != of:
                found[key] = Tried(of, 1, now + backoff(1, chance), refused)
            elif refused is not None and uid in left_alone:
                found[key] = before
            else:
                found[key] = Tried(of, before.times + 1, now + backoff(before.times + 1, chance), refused)
        return Refusals(found)


def _open(report: PassReport) -> Iterator[_Open]:
    """What did not come to its end, by uid, and which of it the server certainly refused."""
    for outcome in report.outcomes:
        if outcome.result not in SETTLED:
            change = outcome.change
            if isinstance(change, CreateFolder):
                yield change.folder.uid, change.folder, None
            else:
                certain = outcome.result is Result.FAILED and outcome.after is None  # else it was written and could not be recorded
                yield change.dashboard.uid, change.dashboard, outcome if certain else None
    for removal in report.removals:
        if removal.result not in SETTLED:
            yield removal.record.uid, removal.record, None
    if report.home is not None and report.home.state in _NOT_SET:
        yield report.home.wanted, report.home.state, None
