"""Works for one target: runs a pass whenever one is due, tells what came of it, and says when the next one is.

In: wishes, the shelf. Out: reports, to the board, the meter and the log. It decides nothing about dashboards (`reconcile.py` does) nor
about time (`core/waking.py` does). Nothing that happens here reaches another target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from provisioner.core.changes import Outcome
from provisioner.core.errors import ProvisionerError
from provisioner.core.health import Cause
from provisioner.core.home import HomeState
from provisioner.core.model import SourceFiles, SourceName, Uid
from provisioner.core.ports import Ledger
from provisioner.core.refusals import Refusals
from provisioner.core.report import Failure, PassReport
from provisioner.core.settings import TargetSettings
from provisioner.core.waking import PassAgenda, due_in, suspects_of
from provisioner.daemon.around import Around
from provisioner.daemon.board import Board
from provisioner.daemon.mailbox import Mailbox
from provisioner.daemon.shelf import Shelf
from provisioner.desiring import Desiring
from provisioner.reconcile import Parts, failure_of, reconcile

_IN_HASTE = frozenset({Cause.CHANGE, Cause.HOOK})
"""Somebody saved or pushed, and waits to see it. What the server refuses then is looked into by the pass that follows on the backoff."""

_AFRESH = frozenset({Cause.START, Cause.CHANGE, Cause.HOOK, Cause.RECORDS, Cause.SIGNAL})
"""Git changed, or a person did something: what was refused may be taken by now. Everything else leaves it alone until its time has come."""


@dataclass(frozen=True, slots=True)
class TargetPart:
    """`parts` makes what a pass over these files works with, `ledger` opens the records (both raise StateUnusable); `alone` is the block in
    which no other process writes.
    """

    settings: TargetSettings
    parts: Callable[[Mapping[SourceName, SourceFiles]], Parts]
    ledger: Callable[[], Ledger]
    alone: Callable[[], AbstractContextManager[object]]


class Worker:
    """One target."""

    def __init__(self, part: TargetPart, shelf: Shelf, board: Board, around: Around) -> None:
        self.name = f"target {part.settings.name}"
        self._part = part
        self._shelf = shelf
        self._board = board
        self._around = around
        self._known: frozenset[Uid] = frozenset()
        self._passes = 0
        self.homes_set = 0
        """How often the home dashboard was set."""
        self._reached = False  # by what was written down before this process began, a target that nobody can reach may look well
        self._refusals = Refusals()
        self._desiring = Desiring()
        self._mailbox = Mailbox(PassAgenda(), lambda agenda: agenda.due, PassAgenda.taken, around.clock)

    @property
    def target(self) -> TargetSettings:
        """The target that it works for."""
        return self._part.settings

    @property
    def retry_at(self) -> float | None:
        """When the pass that failed is tried again (seconds of the clock); None when the last one did not fail, or one runs."""
        return self._mailbox.agenda.retry_at

    @property
    def again_at(self) -> float | None:
        """When a change that the server refused is tried again (seconds of the clock); None when there is none, or a pass runs."""
        return self._mailbox.agenda.again_at

    @property
    def passing(self) -> bool:
        """Whether a pass runs: what it has written may not be recorded yet."""
        return self._around.pulse.is_busy(self.name)

    @property
    def begins(self) -> bool:
        """Whether it runs its first pass: what it fills a new server with is recorded one by one."""
        return self.passing and not self._passes

    def wish(self, cause: Cause, suspects: frozenset[Uid] = frozenset()) -> None:
        """A pass is wanted; `suspects` are looked at on the server."""
        self._mailbox.post(lambda agenda: agenda.wish(cause, self._around.clock(), suspects))

    def close(self) -> None:
        """Ends `run` after the pass that is under way."""
        self._mailbox.close()

    def begin_anew(self, fault: str) -> None:
        """After a fault of ours: the pass that it ended is made again."""
        step = "please report it; the pass is made again"
        self._board.failed(self._part.settings.name, Failure(self.name, f"a fault of provisioner: {fault}", step), of_server=False)
        self.wish(Cause.RETRY)

    def run(self) -> None:
        """A pass whenever one is due, until it is closed."""
        while (agenda := self._mailbox.wait()) is not None:
            self._around.pulse.beat(self.name)
            try:
                self._pass(agenda)
            finally:
                self._around.pulse.idle(self.name)

    def _pass(self, agenda: PassAgenda) -> None:
        target = self._part.settings
        files = self._shelf.files(target.sources)
        unread = tuple(name for name in target.sources if name not in files)
        self._board.waiting(target.name, unread)
        self._known |= agenda.suspects  # kept until a pass has come to its end with them: the patrol tells each once
        if unread:  # its keeper wishes a pass when it has been read
            return
        cause = agenda.cause(self._around.clock())
        self._board.begun(target.name, cause)
        left_alone = {} if cause in _AFRESH else self._refusals.left_alone(self._around.clock())
        report = self._reconciled(files, left_alone, search=cause not in _IN_HASTE)
        suspects = suspects_of(report)
        self._known |= suspects
        if report.failure is None and not report.stopped:
            self._known = suspects
            self._reached = self._reached or report.server is not None
            self._refusals = self._refusals.after(report, left_alone, self._around.clock(), self._around.chance())
        self._ended(report, cause, agenda)

    def _reconciled(self, files: Mapping[SourceName, SourceFiles], left_alone: Mapping[Uid, Outcome], *, search: bool) -> PassReport:
        target, reach = self._part.settings, not self._reached
        try:
            parts = replace(self._part.parts(files), scan=self._known, search=search, desiring=self._desiring, reach=reach)
            with self._part.alone():
                return reconcile(target, replace(parts, left_alone=left_alone), write=True)
        except ProvisionerError as error:
            return PassReport(target.name, target.connection.url, applied=True, failure=failure_of(error, target.name))

    def _ended(self, report: PassReport, cause: Cause, agenda: PassAgenda) -> None:
        around, name = self._around, self._part.settings.name
        self._passes += 1
        self.homes_set += report.home is not None and report.home.state is HomeState.SET
        failed = not report.stopped and report.failure is not None
        now, chance = around.clock(), around.chance()
        ended = replace(PassAgenda(), failures=agenda.failures).ended(now, chance, failed=failed, due_in=due_in(report, around.now()))
        ended = replace(ended, again_at=self._refusals.due)
        self._mailbox.post(
            lambda each: replace(each, failures=ended.failures, retry_at=ended.retry_at, due_at=ended.due_at, again_at=ended.again_at)
        )
        around.meter.passed(report, cause)
        self._board.passed(name, report, retry_at=ended.again_at if ended.retry_at is None else ended.retry_at, owned=self._owned())

    def _owned(self) -> int:
        try:
            return len(self._part.ledger().records())
        except ProvisionerError:
            return 0  # what is wrong with the state is told by the pass
