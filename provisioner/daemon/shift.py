"""One configuration at work: a keeper for each source, a worker and a patrol for each target, each on a thread of its own.

In: parts, made of one configuration. Out: threads that run until they are told to go home. What one of them cannot go on from is a fault of
ours: it is told with its traceback, its thread begins anew after a backoff, and the others never notice.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from provisioner.core.health import Cause
from provisioner.core.model import SourceName
from provisioner.core.waking import LONGEST_BACKOFF, backoff
from provisioner.daemon.around import Around
from provisioner.daemon.board import Board
from provisioner.daemon.keeper import Keeper, SourcePart
from provisioner.daemon.patrol import Patrol, PatrolPart
from provisioner.daemon.shelf import Shelf
from provisioner.daemon.worker import Worker


class _Hand(Protocol):
    """One who works on a thread."""

    @property
    def name(self) -> str: ...
    def run(self) -> None: ...
    def begin_anew(self, fault: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a shift is made of."""

    sources: tuple[SourcePart, ...]
    targets: tuple[PatrolPart, ...]


class Shift:
    """`shelf` and `board` are shown while it works; `around` is what its threads share."""

    def __init__(self, parts: Parts, shelf: Shelf, board: Board, around: Around) -> None:
        self.shelf = shelf
        self.board = board
        self.around = self._around = around
        self._workers = tuple(Worker(each.target, shelf, board, around) for each in parts.targets)
        self._patrols = tuple(Patrol(each, worker, board, around) for each, worker in zip(parts.targets, self._workers, strict=True))
        self._keepers = {each.name: Keeper(each, shelf, self._read, around) for each in parts.sources}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begins to work. Workers and keepers first look at once."""
        hands: tuple[_Hand, ...] = (*self._workers, *self._keepers.values(), *self._patrols)
        for hand in hands:
            # As daemons: where one hangs in a request beyond the grace of a stop, the process ends without it.
            thread = threading.Thread(target=self._kept_going, args=(hand,), name=hand.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def ask(self, sources: Iterable[SourceName], cause: Cause) -> None:
        """These sources are looked at at once. Names that are none of ours are passed over."""
        for name in sources:
            if name in self._keepers:
                self._keepers[name].ask(cause)

    def wish(self, cause: Cause) -> None:
        """A pass over every target."""
        for worker in self._workers:
            worker.wish(cause)

    def stop(self) -> None:
        """Asks all to go home: what is being written is finished, nothing else is begun."""
        self._around.stopping.set()
        hands: tuple[_Hand, ...] = (*self._patrols, *self._workers, *self._keepers.values())
        for hand in hands:
            hand.close()

    def ended(self, seconds: float) -> bool:
        """Waits for so long; True when all have gone home."""
        until = self._around.clock() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - self._around.clock()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def written(self) -> bool:
        """Whether all who write to a server have gone home. Of who only reads, nothing is lost when he is left alone."""
        writers = {worker.name for worker in self._workers}
        return not any(thread.is_alive() for thread in self._threads if thread.name in writers)

    @property
    def late(self) -> tuple[str, ...]:
        """Who has not gone home."""
        return tuple(thread.name for thread in self._threads if thread.is_alive())

    def _read(self, source: SourceName, cause: Cause) -> None:
        for worker in self._workers:
            if source in worker.target.sources:
                worker.wish(cause)

    def _kept_going(self, hand: _Hand) -> None:
        """The top of each thread: the one place where a fault of ours is caught. It is not hidden, and it stops nobody else."""
        faults = 0
        while not self._around.stopping.is_set():
            begun = self._around.clock()
            try:
                hand.run()
                return
            except Exception as fault:  # noqa: BLE001 - the top of a thread; the docstring says what becomes of it
                faults = faults + 1 if self._around.clock() - begun < LONGEST_BACKOFF else 1
                self._told(hand, fault, backoff(faults, self._around.chance()))

    def _told(self, hand: _Hand, fault: Exception, wait: float) -> None:
        words = f"{type(fault).__name__}: {fault}"
        step = f"this is a fault of provisioner, please report it; {hand.name} begins anew in {wait:.0f} s"
        lines = "".join(traceback.format_exception(fault))
        self._around.log.error("fault", who=hand.name, error=words, traceback=lines, next=step)
        self._around.pulse.idle(hand.name)
        self._around.stopping.wait(wait)
        hand.begin_anew(words)
