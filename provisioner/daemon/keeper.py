"""Keeps one source: looks at it when it is due, puts what it read on the shelf, and tells those who wait for it.

In: the source's part, hints of its watch, hooks. Out: files on the shelf, and `news` when they are others than before. It decides nothing
about dashboards. A file that is being written while it is read is read once more before anybody hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from provisioner.core.errors import ProvisionerError, SourceUnreachable
from provisioner.core.health import Cause
from provisioner.core.model import SourceFiles, SourceName
from provisioner.core.ports import Watch
from provisioner.core.problems import errors
from provisioner.core.report import Failure
from provisioner.core.waking import LookAgenda
from provisioner.daemon.around import Around
from provisioner.daemon.mailbox import Mailbox
from provisioner.daemon.shelf import Shelf, Shelved

HALF_WRITTEN = 2.0
"""Seconds: a file that does not parse and is younger may be half of what somebody is just writing."""

_A_MOMENT = 0.2
"""Seconds until it is read once more."""


@dataclass(frozen=True, slots=True)
class SourcePart:
    """`look` reads the source (raises SourceError and SecretUnreadable), and is shown what was read before; `watch` begins to notice
    changes and hints at them; `age` is for how many seconds a file (by its path within the source) has been as it is, None where that is
    not known; `interrupt` makes a look that waits for somebody fail at once, for good.
    """

    name: SourceName
    look: Callable[[SourceFiles | None], SourceFiles]
    watch: Callable[[Callable[[], None]], Watch]
    age: Callable[[str], float | None]
    interrupt: Callable[[], None] = lambda: None


class Keeper:
    """One source. `news(name, cause)` is called when its files are others than before, and at the first time."""

    def __init__(self, part: SourcePart, shelf: Shelf, news: Callable[[SourceName, Cause], None], around: Around) -> None:
        self.name = f"source {part.name}"
        self._part = part
        self._shelf = shelf
        self._news = news
        self._around = around
        agenda = LookAgenda(regular=float("-inf"), asked=Cause.START)
        self._mailbox = Mailbox(agenda, lambda each: each.due, LookAgenda.taken, around.clock)

    def ask(self, cause: Cause) -> None:
        """Somebody says that there is something new."""
        self._mailbox.post(lambda agenda: agenda.asked_for(cause))

    def close(self) -> None:
        """Ends `run`. A look that waits for a server is broken off: nothing is lost by it, and it may take a minute."""
        self._mailbox.close()
        self._part.interrupt()

    def begin_anew(self, fault: str) -> None:
        """After a fault of ours: what it was about to read is read."""
        step = "please report it; the source is read again"
        failure = Failure(self.name, f"a fault of provisioner: {fault}", step)
        self._shelf.change(
            self._part.name, lambda each: replace(each, failure=failure, failing_since=each.failing_since or self._around.now())
        )
        self.ask(Cause.RETRY)

    def run(self) -> None:
        """Looks whenever it is due, until it is closed."""
        watch = self._part.watch(lambda: self._mailbox.post(lambda agenda: agenda.hinted(self._around.clock())))
        try:
            while (agenda := self._mailbox.wait()) is not None:
                self._around.pulse.beat(self.name)
                self._look(agenda, watch)
                self._around.pulse.idle(self.name)
        finally:
            watch.close()
            self._around.pulse.idle(self.name)

    def _look(self, agenda: LookAgenda, watch: Watch) -> None:
        before = self._shelf.of(self._part.name)
        try:
            files = self._settled(self._part.look(before.files), before.files)
        except ProvisionerError as error:
            if not self._around.stopping.is_set():  # it was broken off, which is nobody's failure
                self._failed(agenda, before, error, watch)
            return
        changed = before.files is None or not same(before.files, files)
        self._around.meter.looked_up(self._part.name, "changed" if changed else "unchanged")
        self._read(files, before, watch)
        if changed or before.failure is not None:
            self._news(self._part.name, agenda.cause)
        by_time = agenda.first is None and agenda.asked is None
        if changed and by_time and self._mailbox.agenda.first is None:
            watch.missed()

    def _settled(self, files: SourceFiles, before: SourceFiles | None) -> SourceFiles:
        """Read again when a file is new, wrong, and so young that somebody may still be at it: once, and for as long as it changes."""
        known = frozenset() if before is None else frozenset(entry.blob for entry in before.snapshot.entries)
        until = self._around.clock() + HALF_WRITTEN
        seen: frozenset[str] = frozenset()
        while (young := self._half_written(files, known)) - seen and self._around.clock() < until:
            self._around.stopping.wait(_A_MOMENT)
            seen |= young
            files = self._part.look(files)
        return files

    def _half_written(self, files: SourceFiles, known: frozenset[str]) -> frozenset[str]:
        """What is in files that may not be whole."""
        wrong = (entry for entry, reading in files.files if entry.blob not in known and errors(reading.problems))
        return frozenset(entry.blob for entry in wrong if (age := self._part.age(entry.path)) is not None and age < HALF_WRITTEN)

    def _read(self, files: SourceFiles, before: Shelved, watch: Watch) -> None:
        clock, chance = self._around.clock(), self._around.chance()
        self._mailbox.post(lambda agenda: agenda.looked(clock, watch.interval, chance, whole=files.snapshot.complete))
        shelved = Shelved(files, self._around.now(), clock, lookups=before.lookups + 1, watched=watch.how)
        self._shelf.change(self._part.name, lambda _: shelved)
        if before.failure is not None:
            self._around.log.info("source.back", source=self._part.name, since=before.failing_since)

    def _failed(self, agenda: LookAgenda, before: Shelved, error: ProvisionerError, watch: Watch) -> None:
        """What was read before stays, and says since when it is all there is. The log tells it once, not at each look."""
        self._around.meter.looked_up(self._part.name, "failed")
        failure = Failure(self.name, error.message, error.next_step, unreachable=isinstance(error, SourceUnreachable))
        failed = replace(agenda.taken(), failures=agenda.failures).failed(self._around.clock(), watch.interval, self._around.chance())
        self._mailbox.post(lambda now: replace(now, regular=failed.regular, failures=failed.failures))
        since = before.failing_since or self._around.now()
        self._shelf.change(
            self._part.name,
            lambda each: replace(
                each, failure=failure, failing_since=since, retry_at=failed.regular, lookups=each.lookups + 1, watched=watch.how
            ),
        )
        if before.failure != failure:
            kept = None if before.files is None else before.read
            self._around.log.error("source.failed", source=self._part.name, error=error.message, next=error.next_step, last_good=kept)


def same(before: SourceFiles, after: SourceFiles) -> bool:
    """Whether a pass over the one would do what a pass over the other does, and name the same commit."""
    old, new = before.snapshot, after.snapshot
    return (old.revision.commit, old.entries, old.problems, old.complete) == (new.revision.commit, new.entries, new.problems, new.complete)
