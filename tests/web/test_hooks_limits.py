"""What the reception remembers stays bounded, and forgets in the right order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.web.hooks_limits import Seen, Turnstile


def test_the_wait_is_told_in_seconds() -> None:
    turnstile = Turnstile(burst=1, rate=0.25)
    assert [0.0, 4.0] == [turnstile.wait("hook", "client", 10.0) for _ in range(2)]


def test_a_call_that_is_turned_away_does_not_lengthen_the_wait() -> None:
    turnstile = Turnstile(burst=1, rate=1)
    waits = [turnstile.wait("hook", "client", at) for at in (0.0, 0.5, 0.5, 1.0)]
    assert [0.0, 0.5, 0.5, 0.0] == pytest.approx(waits)


def test_a_client_that_calls_too_often_does_not_shut_others_out() -> None:
    turnstile = Turnstile(burst=1, rate=1)
    turnstile.wait("hook", "stranger", 0.0)
    assert turnstile.wait("hook", "stranger", 0.0) > 0
    assert 0.0 == turnstile.wait("hook", "vendor", 0.0)


def test_clients_that_are_remembered_are_bounded() -> None:
    turnstile = Turnstile(burst=1, rate=0.001)
    turnstile.wait("hook", "first", 0.0)
    for number in range(Turnstile.MOST):
        turnstile.wait("hook", str(number), 0.0)
    assert 0.0 == turnstile.wait("hook", "first", 0.0)


@given(st.lists(st.floats(0, 10), max_size=60), st.integers(1, 5))
def test_no_more_calls_pass_than_the_burst_and_the_rate_allow(gaps: list[float], burst: int) -> None:
    turnstile, now, passed = Turnstile(burst, 0.5), 0.0, 0
    for gap in gaps:
        now += gap
        passed += turnstile.wait("hook", "client", now) == 0
    assert passed <= burst + now * 0.5 + 1e-6


def test_an_id_that_comes_again_counts_as_new_for_its_age() -> None:
    seen = Seen(most=2, seconds=60)
    for each in "abac":
        seen.remember("hook", each, 0.0)
    assert [True, False, True] == [seen.knows("hook", each, 1.0) for each in "abc"]
