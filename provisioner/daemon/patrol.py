"""Looks whether somebody saved on one target: by what the server tells by itself, where it does, and by one list in the drift interval for
what that may have missed; else by lists, where one tells all states; else from dashboard to dashboard, each once in the interval, evenly.

In: the records. Out: wishes for a pass that looks at what moved; whether the server answers at all, and when it does again. It never
writes, and one look at a time is all that the server feels of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from provisioner.core.dialect import Grafana
from provisioner.core.errors import ProvisionerError, TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.health import Cause
from provisioner.core.introducing import of_records
from provisioner.core.model import Uid
from provisioner.core.records import Record
from provisioner.core.report import Failure
from provisioner.core.server import Mark
from provisioner.core.waking import backoff
from provisioner.core.watching import Begun, Expired, Moved, NoWatch
from provisioner.daemon.around import Around
from provisioner.daemon.board import Board
from provisioner.daemon.home import HomeLook
from provisioner.daemon.watchman import Moves, Watchman
from provisioner.daemon.worker import TargetPart, Worker

_STEP = 1.0
"""Seconds until it is asked again whether there is anything to look at, or a pass that failed."""

_LISTS = 4
"""How often in the drift interval a server is asked that tells all states by one list. For ten thousand dashboards that is 53 requests each
time (reference 0.1), and an edit is found four times as early as by looking at each once.
"""

_SILENCE = 15.0
"""Seconds: a server that did not answer is asked about as often whether it does by now, so that passes need not wait for the end of their
own, longer backoff. It costs two requests, where a pass may cost many.
"""

_Seen = Mark | None
_Records = dict[Uid, Record]


@dataclass(frozen=True, slots=True)
class PatrolPart:
    """`open_grafana` raises TargetError and SecretUnreadable."""

    target: TargetPart
    open_grafana: Callable[[], AbstractContextManager[Grafana]]


class Patrol:
    """One target. What was told once is told again only when it has moved on."""

    def __init__(self, part: PatrolPart, worker: Worker, board: Board, around: Around) -> None:
        self.name = f"patrol {part.target.settings.name}"
        self._part = part
        self._worker = worker
        self._board = board
        self._around = around
        self._closed = threading.Event()
        self._told: dict[Uid, tuple[Mark, _Seen]] = {}
        self._failures = 0
        self._looked = 0
        self._noticed: float | None = None
        self._home = HomeLook(part.target, worker, around.clock)
        self._watchman = Watchman(f"watch {part.target.settings.name}")
        self._moves = Moves(around.clock)
        self._expired = 0
        self._lists_until = 0.0
        self._why = ""

    def close(self) -> None:
        """Ends `run` after the look that is under way."""
        self._closed.set()
        self._watchman.wake()

    def begin_anew(self, fault: str) -> None:
        """After a fault of ours."""

    def run(self) -> None:
        """Round after round, until it is closed. A server that does not answer is asked again after a backoff."""
        while not self._closed.is_set():
            try:
                self._rounds(self._part.target.settings.drift_interval)
            except ProvisionerError as error:
                self._failed(error)
            finally:
                self._around.pulse.idle(self.name)

    def _rounds(self, interval: float) -> None:
        """As long as the server answers. The connection is opened when there is something to look at, or to ask for, and kept."""
        # Begun while a first pass fills the server, a round would look at the few that are recorded by then, again and again.
        while not (self._failures or self._pass_failed() or (not self._worker.begins and self._records())):
            if self._closed.wait(_STEP):
                return
        self._around.pulse.beat(self.name)
        with self._part.open_grafana() as grafana:
            self._answered()
            self._around.pulse.idle(self.name)
            self._lists_until = self._around.clock()  # it may be another server by now
            while (uids := sorted(self._records())) and not self._closed.is_set():
                self._around.pulse.beat(self.name)
                self._home.look(grafana)
                self._around.pulse.idle(self.name)
                if not self._watched(interval, grafana) and not self._listed(interval / _LISTS, grafana):
                    self._board.watched(self._part.target.settings.name, "one after the other")
                    self._round(uids, interval / len(uids), grafana)

    def _watched(self, interval: float, grafana: Grafana) -> bool:
        """All at once, then what the server tells, until it is time for the next list. One who cannot do it is asked again after that."""
        if self._around.clock() < self._lists_until:
            return False
        before = self._records()
        self._around.pulse.beat(self.name)
        watch = grafana.watch()
        self._around.pulse.idle(self.name)
        if isinstance(watch, NoWatch):
            self._why = watch.why
            return False
        self._moves.note({record.uid: watch.marks.get(record.uid) for record in self._still(before)})
        with self._watchman.listening(watch):
            end = self._listen(self._around.clock() + interval)
        match end:
            case NoWatch(why):
                self._why, self._lists_until = why, self._around.clock() + interval
                self._by_lists()
                self._rest(interval / _LISTS)
            case Expired():
                self._expired += 1
                self._rest(min(backoff(self._expired, self._around.chance()), interval / _LISTS))
            case _:
                self._expired = 0
        return True

    def _listen(self, until: float) -> NoWatch | Expired | None:
        """How the watch ended; None when it goes on, but it is time for something else."""
        while (left := until - self._around.clock()) > 0 and not self._closed.is_set() and not self._pass_failed():
            match self._watchman.next(min(left, self._moves.due_in or _STEP)):
                case Moved(uid, mark):
                    self._moves.note({uid: mark})
                case Begun():
                    self._board.watched(self._part.target.settings.name, "by watch")
                case NoWatch() | Expired() as end:
                    return end
                case _:
                    pass
            self._believe()
        return None

    def _believe(self) -> None:
        """What moved and is not what we wrote. What a pass under way has written may be told before it is recorded: it has to end first,
        and another one could not begin before that anyway.
        """
        if not self._moves.are_due:
            return
        if self._worker.passing:
            self._moves.later()
            return
        moved, records = self._moves.take(), self._records()
        for uid, mark in moved.items():
            if uid in records:
                self._noted(records[uid], mark)

    def _listed(self, pace: float, grafana: Grafana) -> bool:
        """All at once, where one list tells all states; then a rest. What was written while it was on its way is left for the next."""
        before = self._records()
        self._around.pulse.beat(self.name)
        marks = grafana.marks()
        self._around.pulse.idle(self.name)
        if marks is None:
            return False
        self._by_lists()
        for record in self._still(before):
            self._noted(record, marks.get(record.uid))
        self._rest(pace)
        return True

    def _still(self, before: _Records) -> list[Record]:
        """The records that are as they were before all were looked at."""
        still = [record for uid, record in self._records().items() if before.get(uid) == record]
        self._looked = len(still)
        self._board.looked(self._part.target.settings.name, self._looked)
        return still

    def _by_lists(self) -> None:
        self._board.watched(self._part.target.settings.name, f"by lists: {self._why}" if self._why else "by lists")

    def _round(self, uids: list[Uid], pace: float, grafana: Grafana) -> None:
        """Each once, in an order that stays; one that is ours no longer by its turn is passed over."""
        self._looked = 0
        grafana.introduce(of_records(self._records()))
        for uid in uids:
            self._rest(pace)
            if self._closed.is_set():
                return
            records = self._records()
            record = records.get(uid)
            if record is not None:
                grafana.introduce(of_records({uid: record}))
                self._around.pulse.beat(self.name)
                self._look(grafana, record)
                self._around.pulse.idle(self.name)

    def _rest(self, seconds: float) -> None:
        """Until the next look. It comes sooner when a pass failed meanwhile: does the server answer at all?"""
        clock = self._around.clock
        until = clock() + seconds
        while (left := until - clock()) > 0 and not self._closed.wait(min(left, self._moves.due_in or _STEP)):
            self._believe()
            if self._pass_failed():
                return

    def _pass_failed(self) -> bool:
        """Whether one did that was not noticed yet. Each is noticed once, or a server that answers all but saves were asked on and on."""
        before, self._noticed = self._noticed, self._worker.retry_at or self._noticed
        return before != self._noticed

    def _records(self) -> _Records:
        """What is to be looked at: nothing, where nobody wants it."""
        return self._part.target.ledger().records() if self._part.target.settings.drift_interval > 0 else {}

    def _look(self, grafana: Grafana, record: Record) -> None:
        """Content is not compared here: a pass does that, with all that it knows."""
        try:
            live = grafana.dashboard(record.uid)
        except (TargetForbidden, TargetUnsuitable):
            return  # of this one alone: a pass tells it
        self._looked += 1
        self._board.looked(self._part.target.settings.name, self._looked)
        self._noted(record, None if live is None else live.mark)

    def _noted(self, record: Record, seen: _Seen) -> None:
        """What was seen of one. A list is no proof that one is gone: the pass asks for it by name."""
        if seen == record.mark:
            self._told.pop(record.uid, None)
        elif self._told.get(record.uid) != (record.mark, seen):  # what is gone was perhaps made and recorded anew since it was told
            self._told[record.uid] = record.mark, seen
            self._worker.wish(Cause.DRIFT, frozenset({record.uid}))

    def _answered(self) -> None:
        """It answers again: what waits for that need not wait for the end of its backoff."""
        if self._failures:
            self._failures = 0
            self._worker.wish(Cause.BACK)

    def _failed(self, error: ProvisionerError) -> None:
        self._failures += 1
        target = self._part.target.settings.name
        silent = isinstance(error, TargetUnreachable)
        self._board.failed(target, Failure(f"target {target}", error.message, error.next_step, unreachable=silent), of_server=True)
        self._around.pulse.idle(self.name)
        wait = backoff(self._failures, self._around.chance())
        self._closed.wait(min(wait, _SILENCE) if silent else wait)  # who is refused may be locked out if he asks too often
