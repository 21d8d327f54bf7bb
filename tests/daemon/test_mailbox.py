"""The mailbox: whoever waits gets the agenda when it is due, at once when it was changed so, and goes home when it is closed."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

from provisioner.daemon.mailbox import Mailbox
from tests.daemon.desk import PATIENCE, Clock, running, until

Agenda = tuple[float | None, str]
"""When it is due, and what for."""


def _mailbox(agenda: Agenda = (None, ""), clock: Callable[[], float] = time.monotonic) -> Mailbox[Agenda]:
    return Mailbox(agenda, lambda each: each[0], lambda _: (None, "taken"), clock)


def test_an_agenda_that_is_due_is_given_at_once_and_taken_out() -> None:
    mailbox = _mailbox((0.0, "now"))
    assert (0.0, "now") == mailbox.wait()
    assert (None, "taken") == mailbox.agenda


def test_who_waits_for_nothing_is_woken_by_a_change() -> None:
    mailbox, got = _mailbox(), queue.SimpleQueue[Agenda | None]()
    with running(lambda: got.put(mailbox.wait()), mailbox.close):
        mailbox.post(lambda _: (0.0, "posted"))
        assert (0.0, "posted") == got.get(timeout=PATIENCE)


def test_a_change_that_brings_it_forward_is_not_waited_past() -> None:
    mailbox, got = _mailbox((time.monotonic() + 3600, "later")), queue.SimpleQueue[Agenda | None]()
    with running(lambda: got.put(mailbox.wait()), mailbox.close):
        mailbox.post(lambda agenda: (time.monotonic() + 0.01, agenda[1]))
        assert "later" == (got.get(timeout=PATIENCE) or (None, ""))[1]


def test_what_is_posted_while_it_is_worked_on_is_kept_for_the_next_time() -> None:
    mailbox = _mailbox((0.0, "first"))
    mailbox.wait()
    mailbox.post(lambda _: (0.0, "second"))
    assert (0.0, "second") == mailbox.wait()


def test_who_waits_goes_home_when_it_is_closed_and_so_does_who_comes_later() -> None:
    mailbox, got = _mailbox((None, "never")), queue.SimpleQueue[Agenda | None]()
    with running(lambda: got.put(mailbox.wait()), mailbox.close):
        pass
    assert None is got.get(timeout=PATIENCE)
    mailbox.post(lambda _: (0.0, "too late"))
    assert None is mailbox.wait()


def test_nothing_is_given_before_its_time() -> None:
    clock = Clock()
    mailbox, got = _mailbox((clock.now + 5, "in five seconds"), clock), queue.SimpleQueue[Agenda | None]()
    with running(lambda: got.put(mailbox.wait()), mailbox.close):
        mailbox.post(lambda agenda: agenda)  # woken, and not due
        assert got.empty()
        clock.now += 5
        mailbox.post(lambda agenda: agenda)
        until(lambda: not got.empty(), "it is due")
