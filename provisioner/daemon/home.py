"""Looks whether somebody chose another home dashboard on one target, once in the drift interval.

In: the stated one, the record, the server. Out: wishes for a pass, which looks for itself and does what the policy says. One or two
requests at each look, none where no home dashboard is stated. It never writes.
"""

from __future__ import annotations

from collections.abc import Callable

from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnsuitable
from provisioner.core.health import Cause
from provisioner.core.home import Home, NoHomes, is_home
from provisioner.core.model import Uid
from provisioner.daemon.worker import TargetPart, Worker


class HomeLook:
    """One target. What was told once is told again only when somebody chose anew."""

    def __init__(self, target: TargetPart, worker: Worker, clock: Callable[[], float]) -> None:
        self._target = target
        self._worker = worker
        self._clock = clock
        self._due = float("-inf")
        self._told: tuple[Home, int] | None = None

    def look(self, grafana: Grafana) -> None:
        """When it is due. Raises TargetError and StateUnusable."""
        stated = self._target.settings.home
        if stated is None or self._clock() < self._due:
            return
        self._due = self._clock() + self._target.settings.drift_interval
        try:
            live = grafana.organisation.home()
        except (TargetForbidden, TargetUnsuitable):
            return  # of this one alone: a pass tells it
        self._seen(Uid(stated), live)

    def _seen(self, wanted: Uid, live: Home) -> None:
        record = self._target.ledger().home()
        number = record.number if record is not None and record.uid == wanted else None
        if isinstance(live, NoHomes) or is_home(live, wanted, number):
            if self._told is not None:  # by whom it was put back the pass knows: one that set it itself is at rest
                self._worker.wish(Cause.DRIFT)
            self._told = None
        elif (live, self._worker.homes_set) != self._told:  # the same may be chosen again after it was put back
            self._told = live, self._worker.homes_set
            # With its dashboard as a suspect the pass is not at rest, and comes to look at the home dashboard too.
            self._worker.wish(Cause.DRIFT, frozenset({wanted}))
