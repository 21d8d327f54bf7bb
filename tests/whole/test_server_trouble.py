"""Servers that are busy, gone, or refuse: what is tried again, what is left out, and that nothing is left untold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import cast

from provisioner.core.changes import Outcome, Result
from provisioner.core.dialect import Grafana
from provisioner.core.report import Exit, PassReport, exit_code
from provisioner.grafana import Waiting, open_grafana
from provisioner.sandbox import SandboxSettings, running
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.settings import Person
from tests.whole.house import BY_UID, SAVES, House, dashboard, house, outcome, results


def _many(one: House, number: int = 6) -> None:
    for each in range(number):
        one.write(f"d{each}.json", dashboard(f"d{each}"))


def test_too_many_requests_are_waited_for_as_long_as_the_server_asks(nine: House) -> None:
    _many(nine, 1)
    nine.sandbox.faults.set(Faults(path=SAVES, too_many_requests=2, retry_after=7))
    report = nine.apply()
    assert ({"d0": Result.CREATED}, [7.0, 7.0]) == (results(report), nine.pauses)


def test_a_server_that_refuses_every_third_request_gets_all_of_it_all_the_same(nine: House) -> None:
    _many(nine, 12)
    nine.save_one_at_a_time()  # so that what is sent again is never a third one once more
    nine.sandbox.faults.set(Faults(too_many_requests_every=3, retry_after=0))
    report = nine.apply()
    assert ({Result.CREATED}, Exit.OK) == (set(results(report).values()), exit_code([report]))
    nine.sandbox.faults.set(Faults())
    assert {1} == {nine.browser.version(f"d{each}") for each in range(12)}


def test_a_moment_of_503_is_waited_for(nine: House) -> None:
    _many(nine, 2)
    nine.sandbox.faults.set(Faults(path=SAVES, unavailable=1, retry_after=1))
    assert {Result.CREATED} == set(results(nine.apply()).values())


def test_a_server_that_stays_busy_is_left_alone_and_the_rest_is_told_as_not_done(nine: House) -> None:
    _many(nine)
    nine.save_one_at_a_time()
    nine.sandbox.faults.set(Faults(path=SAVES, too_many_requests=1000, retry_after=1))
    report = nine.apply()
    assert {Result.NOT_DONE} == set(results(report).values())
    assert report.failure is not None
    assert "busy" in report.failure.message
    assert Exit.UNREACHABLE == exit_code([report])
    assert nine.connection.attempts == len(nine.requests("POST", SAVES))


def test_a_503_without_retry_after_is_read_back_since_a_proxy_says_it_of_what_was_done_too(nine: House) -> None:
    _many(nine, 1)
    nine.sandbox.faults.set(Faults(path=SAVES, unavailable=1, retry_after=None))
    report = nine.apply()
    assert {"d0": Result.FAILED} == results(report)
    assert 1 == len(nine.requests("GET", f"{BY_UID}d0"))


def test_a_page_of_a_proxy_fails_one_save_and_not_the_others(nine: House) -> None:
    _many(nine)
    nine.sandbox.faults.set(Faults(path=SAVES, proxy_page=1))
    report = nine.apply()
    assert 5 == report.count(Result.CREATED)
    [failed] = [each for each in report.outcomes if each.result is Result.FAILED]
    assert "502" in failed.detail
    assert "<html>" not in failed.detail


def test_pending_is_told_as_not_saved(nine: House) -> None:
    _many(nine, 1)
    nine.sandbox.faults.set(Faults(path=SAVES, pending=1))
    report = nine.apply()
    assert ({"d0": Result.FAILED}, Exit.ERROR) == (results(report), exit_code([report]))
    assert "without saving it (202)" in outcome(report, "d0").detail


def test_a_token_that_is_revoked_in_the_middle_ends_the_work_and_names_what_was_left(nine: House) -> None:
    _many(nine)
    nine.save_one_at_a_time()
    nine.as_token(nine.sandbox.token("Editor"))

    def revoke(told: Outcome) -> None:
        if told.result is Result.CREATED:
            _revoke_all_but(nine, newest=0)

    report = nine.apply(on_outcome=revoke)
    left = 6 - _begun(report)
    assert report.failure is not None
    assert "does not accept the credentials" in report.failure.message
    assert Exit.ERROR == exit_code([report])
    assert left == sum("does not accept the credentials" in each.detail for each in report.outcomes)


def test_a_token_that_was_renewed_in_its_place_goes_on_working(nine: House) -> None:
    _many(nine)
    nine.save_one_at_a_time()
    nine.as_token(nine.sandbox.token("Editor"))
    renewed: list[str] = []

    def rotate(_: Outcome) -> None:
        if not renewed:  # the new one is in its place before the old one goes, or a save between the two is rightly refused
            renewed.append(nine.sandbox.token("Editor"))
            nine.environment["TOKEN"] = renewed[0]
            _revoke_all_but(nine, newest=1)

    report = nine.apply(on_outcome=rotate)
    assert {Result.CREATED} == set(results(report).values())


class _Patient:
    """A server that is sent one save, and the next ones only after it has gone: one on its way meanwhile would rightly be in doubt."""

    def __init__(self, real: Grafana, gone: Event) -> None:
        self._real, self._gone, self._sent = real, gone, False

    def __getattr__(self, name: str) -> object:
        if name == "save":
            assert not self._sent or self._gone.wait(30)
            self._sent = True
        return getattr(self._real, name)


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_told_and_the_next_pass_completes(tmp_path: Path) -> None:
    database = tmp_path / "grafana.db"
    with ExitStack() as server:
        settings = SandboxSettings(generation=9, database=database, people=(Person("jonas", "jonas"),))
        started = server.enter_context(running(settings))
        with house(tmp_path / "house", generation=9) as one:
            _many(one)
            one.connection = replace(one.connection, url=started.url, saves=1, attempts=2)
            gone = Event()

            @contextmanager
            def connected() -> Iterator[Grafana]:
                with open_grafana(one.connection, lambda _: one.environment["PASSWORD"], Waiting(pause=lambda _: False)) as real:
                    yield cast("Grafana", _Patient(real, gone))

            def goes(_: Outcome) -> None:
                server.close()
                gone.set()

            one.parts["open_grafana"] = connected
            report = one.apply(on_outcome=goes)
            del one.parts["open_grafana"]
            made = _begun(report)
            assert Exit.UNREACHABLE == exit_code([report])
            with running(settings) as again:
                one.connection = replace(one.connection, url=again.url)
                completed = one.apply()
            assert (6 - made, made, Exit.OK) == (completed.written, completed.unchanged, exit_code([completed]))


def test_a_server_that_is_not_there_is_told_and_nothing_is_guessed(nine: House) -> None:
    _many(nine, 1)
    nine.connection = replace(nine.connection, url="http://127.0.0.1:1", attempts=1)
    report = nine.apply()
    assert (Exit.UNREACHABLE, ()) == (exit_code([report]), report.outcomes)
    assert report.failure is not None
    assert ("target test", True) == (report.failure.subject, report.failure.unreachable)


def test_where_a_dashboard_cannot_be_read_because_the_server_fails_nothing_is_written(nine: House) -> None:
    nine.browser.create(dashboard("d0", "Theirs"))
    _many(nine, 2)
    nine.sandbox.faults.set(Faults(path=f"{BY_UID}d0", proxy_page=1000))
    report = nine.apply()
    assert Exit.UNREACHABLE == exit_code([report])
    assert 1 == len(nine.requests("POST", SAVES))


def test_asking_to_stop_finishes_what_is_under_way_and_tells_the_rest(nine: House) -> None:
    _many(nine)
    nine.save_one_at_a_time()
    report = nine.apply(on_outcome=lambda _: nine.stop.set())
    made = _begun(report)
    assert (True, Exit.ERROR) == (report.stopped, exit_code([report]))
    nine.stop.clear()
    assert 6 - made == nine.apply().written


def test_asking_to_stop_between_folders_blames_the_stop_and_not_the_folder(nine: House) -> None:
    nine.write("shop/sales.json", dashboard("sales"))
    report = nine.apply(on_plan=lambda _: nine.stop.set())
    assert {"stopped before its turn"} == {each.detail for each in report.outcomes}


def test_asking_to_stop_while_it_reads_writes_nothing_and_is_no_success(nine: House) -> None:
    nine.browser.create(dashboard("d0", "Theirs"))
    _many(nine)
    nine.stop.set()
    report = nine.apply()
    assert (True, (), Exit.ERROR) == (report.stopped, report.outcomes, exit_code([report]))
    assert report.failure is not None
    assert "nothing was written" in report.failure.message


def _begun(report: PassReport) -> int:
    """How many of the six were made: the first, and the one that was sent while the first was written down. The others were not done."""
    counted = Counter(results(report).values())
    made = counted[Result.CREATED]
    assert made in (1, 2)
    assert {Result.CREATED: made, Result.NOT_DONE: 6 - made} == counted
    return made


def _revoke_all_but(one: House, newest: int) -> None:
    with one.sandbox.server.store.transaction() as database:
        database.execute("DELETE FROM token WHERE id NOT IN (SELECT id FROM token ORDER BY id DESC LIMIT ?)", (newest,))
