"""When a source is looked at and when a pass runs: what was wished for, what is due, and how long to wait after a failure.

In: what happened, the time (seconds that never run backwards) and chance (0 up to 1), all handed in. Out: an agenda with another moment at
which it is due. Pure: nobody sleeps here. The newest wish wins, and it is one pass however many there were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from provisioner.core.changes import CreateFolder, Result
from provisioner.core.guard import HoldReason
from provisioner.core.health import Cause
from provisioner.core.home import HomeState
from provisioner.core.model import DesiredDashboard, Uid
from provisioner.core.report import PassReport

QUIET = 0.02
"""Seconds without another hint after which a burst is over: an editor's save is two or three events within one or two milliseconds."""

LONGEST_BURST = 0.5
"""Seconds after which the tree is read though hints still come."""

FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0
"""Seconds after the first failure, doubled with each; at most so many. Chance takes up to half of it off: many do not come at once."""

_SOON = 1.0
"""Seconds after which a tree that changed under our eyes is read again, though nobody hints."""

_URGENT = frozenset({Cause.START, Cause.CHANGE, Cause.HOOK, Cause.BACK, Cause.RECORDS, Cause.SIGNAL})
"""What may have mended a failure, or is new: it does not wait for the end of a backoff."""

SETTLED = frozenset({Result.CREATED, Result.UPDATED, Result.MOVED, Result.DELETED, Result.UNCHANGED})
"""Whatever else became of a change, another pass looks at it, with all that is known by then: somebody was faster (the policy decides when
the edit is seen), the server was ill, or it refuses, which a permission may mend that nobody tells us of. Nothing else would wish that
pass: the patrol tells a state once. A server that refuses for good is asked once in five minutes in the end.
"""

_AT_HOME = frozenset({HomeState.KEPT, HomeState.SET, HomeState.UNSUPPORTED})
"""How a home dashboard stands that nobody need look at again."""


def backoff(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row (at least one)."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures - 1, 30)) * (1 - chance / 2)


@dataclass(frozen=True, slots=True)
class LookAgenda:
    """When a source is looked at next. `regular` is the moment of the next look that nobody asked for; `first` and `last` are those of the
    hints that were not followed yet; `asked` is why it is looked at without delay.
    """

    regular: float
    first: float | None = None
    last: float | None = None
    asked: Cause | None = None
    failures: int = 0

    @property
    def due(self) -> float:
        """The moment of the next look; minus infinity for at once."""
        if self.asked is not None:
            return float("-inf")
        if self.first is None or self.last is None:
            return self.regular
        return min(self.regular, self.last + QUIET, self.first + LONGEST_BURST)

    @property
    def cause(self) -> Cause:
        """Why the next look is taken."""
        return self.asked or Cause.CHANGE

    def hinted(self, now: float) -> LookAgenda:
        """Something may have changed."""
        return replace(self, first=now if self.first is None else self.first, last=now)

    def asked_for(self, cause: Cause) -> LookAgenda:
        """Somebody says that there is something new, or wants to know."""
        return replace(self, asked=cause)

    def taken(self) -> LookAgenda:
        """The look begins: what is hinted from now on is for the next one."""
        return replace(self, first=None, last=None, asked=None)

    def looked(self, now: float, interval: float, chance: float, *, whole: bool = True) -> LookAgenda:
        """It was read. The interval is shortened by up to a tenth by chance, so that many daemons do not ask at one moment. A tree that was
        not `whole` since it changed meanwhile is looked at again soon.
        """
        wait = interval * (1 - chance / 10)
        return replace(self, regular=now + (wait if whole else min(wait, _SOON)), failures=0)

    def failed(self, now: float, interval: float, chance: float) -> LookAgenda:
        """It could not be read: again after a backoff, and not later than the interval would have it, if that is longer than the first."""
        failures = self.failures + 1
        wait = min(backoff(failures, chance), max(interval, FIRST_BACKOFF))
        return replace(self, regular=now + wait, failures=failures)


@dataclass(frozen=True, slots=True)
class PassAgenda:
    """When the next pass over a target runs. `wished` is why, since `since`; `suspects` are dashboards to be looked at on the server.
    `due_at` is when a grace time ends, `retry_at` when the backoff of a pass that failed does, `again_at` when a change that was refused is
    tried again: with nothing else does that interfere.
    """

    wished: Cause | None = None
    since: float = 0.0
    suspects: frozenset[Uid] = frozenset()
    due_at: float | None = None
    retry_at: float | None = None
    again_at: float | None = None
    failures: int = 0

    @property
    def due(self) -> float | None:
        """The moment of the next pass; None when nothing is to be done until somebody wishes it."""
        waiting = (self.due_at, self.again_at) if self.retry_at is None else (self.retry_at,)
        moments = [moment for moment in waiting if moment is not None]
        if self.wished is not None:
            moments.append(self.since if self.wished in _URGENT or self.retry_at is None else self.retry_at)
        return min(moments, default=None)

    def cause(self, now: float) -> Cause:
        """Why the pass runs that is due now."""
        if self.wished is not None:
            return self.wished
        tries = [moment for moment in (self.retry_at, self.again_at) if moment is not None]
        return Cause.RETRY if tries and min(tries) <= now else Cause.DUE

    def wish(self, cause: Cause, now: float, suspects: frozenset[Uid] = frozenset()) -> PassAgenda:
        """The newest wish wins, but what is urgent is not made less so by what is not. What is new begins the count of failures anew."""
        urgent = cause in _URGENT or self.wished not in _URGENT
        since = now if self.wished is None or (cause in _URGENT and self.wished not in _URGENT) else self.since
        failures = 0 if cause in _URGENT else self.failures
        return replace(self, wished=cause if urgent else self.wished, since=since, suspects=self.suspects | suspects, failures=failures)

    def taken(self) -> PassAgenda:
        """The pass begins: what is wished from now on is for the next one."""
        return replace(self, wished=None, suspects=frozenset(), due_at=None, retry_at=None, again_at=None)

    def ended(self, now: float, chance: float, *, failed: bool, due_in: float | None = None) -> PassAgenda:
        """A failure is tried again after a backoff; what is due by then anyway waits for it."""
        if not failed:
            return replace(self, failures=0, due_at=None if due_in is None else now + due_in)
        failures = self.failures + 1
        return replace(self, retry_at=now + backoff(failures, chance), failures=failures)


def suspects_of(report: PassReport) -> frozenset[Uid]:
    """Dashboards that are not as git wants them, or may not be: the next pass looks at these again, so that each report tells how things
    stand. Of what was to be put back and was not, the records say that all is well, and so they do of what could not be read: a pass that
    rests on them alone would believe it. So it is with the home dashboard: a pass with a suspect looks at it too.
    """
    home = () if report.home is None or report.home.state in _AT_HOME else (report.home.wanted,)
    conflicting = (each.ours for each in report.conflicts)
    unsettled = (each.change for each in report.outcomes if each.result not in SETTLED)
    return frozenset(
        (
            *(each.dashboard.uid for each in report.plan.drifted),
            *(each.uid for each in conflicting if isinstance(each, DesiredDashboard)),
            *(each.dashboard.uid for each in unsettled if not isinstance(each, CreateFolder)),
            *(report.looked - _understood(report)),
            *home,
        )
    )


def _understood(report: PassReport) -> frozenset[Uid]:
    """Those of which the plan says something: all but what could not be compared."""
    plan = report.plan
    changes = (each.dashboard.uid for each in plan.changes if not isinstance(each, CreateFolder))
    return frozenset((*changes, *(each.uid for each in plan.unchanged))) if report.looked else frozenset()


def due_in(report: PassReport, now: str) -> float | None:
    """After how many seconds the first grace time of a deletion is over; None when none runs."""
    waits = [_until(each.until, now) for each in report.pruning.held if each.reason is HoldReason.GRACE and each.until]
    return min(waits, default=None)


def _until(moment: str, now: str) -> float:
    return max(0.0, (datetime.fromisoformat(moment) - datetime.fromisoformat(now)).total_seconds())
