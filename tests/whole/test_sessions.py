"""A pass that signs in by a session: also when that ends in the middle of many saves, and never into a lock-out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, cast

import pytest

from provisioner.core.changes import Result
from provisioner.core.dialect import Grafana
from provisioner.core.report import Exit, exit_code
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, SessionAuth, Settings, TargetSettings
from provisioner.grafana import Waiting, open_grafana
from provisioner.wiring import opened
from tests.whole.house import TARGET, House, dashboard, house

MANY = 40


@pytest.fixture(params=[5, 9, 12])
def signed(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house whose passes sign in by user and password for a cookie."""
    with house(tmp_path / "any", generation=request.param) as made:
        assert isinstance(made.connection.auth, BasicAuth)
        made.connection = replace(made.connection, auth=SessionAuth(made.connection.auth.user, made.connection.auth.password), saves=4)
        for number in range(MANY):
            made.write(f"shop/d{number:02}.json", dashboard(f"d{number:02}"))
        yield made


class _Counting:
    """A server, and how many saves are on their way to it."""

    def __init__(self, real: Grafana) -> None:
        self._real = real
        self._lock = Lock()
        self.on_their_way = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def save(self, *args: Any) -> object:  # noqa: ANN401 - whatever a save is given
        with self._lock:
            self.on_their_way += 1
        try:
            return self._real.save(*args)
        finally:
            with self._lock:
                self.on_their_way -= 1


def logins(home: House) -> list[int]:
    return [each.status for each in home.sandbox.requests.all if each.path == "/login"]


def test_a_whole_pass_signs_in_once(signed: House) -> None:
    report = signed.apply()
    assert (MANY + 1, [200], Exit.OK) == (report.written, logins(signed), exit_code([report]))


def test_a_session_that_ends_in_the_middle_of_many_saves_loses_none_and_does_none_twice(signed: House) -> None:
    done = 0
    server: _Counting

    @contextmanager
    def connected() -> Iterator[Grafana]:
        nonlocal server
        with open_grafana(signed.connection, lambda _: signed.environment["PASSWORD"], Waiting(pause=lambda _: False)) as real:
            server = _Counting(real)
            yield cast("Grafana", server)

    def ends_now_and_then(_: object) -> None:
        nonlocal done
        done += 1
        if done in {10, 20, 30}:
            while server.on_their_way:  # whoever has just signed in anew is not to find this session ended too: that is a refusal
                time.sleep(0.001)
            signed.sandbox.expire_sessions()

    signed.parts["open_grafana"] = connected
    report = signed.apply(on_outcome=ends_now_and_then)

    assert {Result.CREATED} == {each.result for each in report.outcomes}
    assert {1} == {each.after.version for each in report.outcomes if each.after is not None}
    assert [200] * 4 == logins(signed)
    signed.forget()
    assert (0, MANY) == (signed.apply().written, len({each.change for each in report.outcomes}) - 1)


def test_a_wrong_password_is_sent_once_in_a_pass_and_told(signed: House) -> None:
    signed.environment["WRONG"] = "not-the-password"
    signed.connection = replace(signed.connection, auth=SessionAuth("admin", Secret("targets.test.password_env", variable="WRONG")))
    report = signed.apply()
    assert report.failure is not None
    assert "does not take this user and password" in report.failure.message
    assert "not-the-password" not in repr(report)
    assert [401] == logins(signed)


def test_one_process_goes_on_with_its_session_from_pass_to_pass(signed: House) -> None:
    target = TargetSettings(TARGET, signed.connection, ())
    with opened(Settings((), (target,), str(signed.place / "other.db")), signed.environment, signed.stop) as run:
        for _ in range(3):
            with run.parts(target).open_grafana() as grafana:
                grafana.find()
    assert [200] == logins(signed)
