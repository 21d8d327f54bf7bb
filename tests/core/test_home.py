"""The home dashboard: what is decided about it, for each thing that a server may say and each that we may have done before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.home import (
    Home,
    HomeFacts,
    HomeHidden,
    HomeIs,
    HomeRecord,
    HomeReport,
    HomeState,
    NoHome,
    NoHomes,
    decide_home,
    is_home,
)
from provisioner.core.model import Uid
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DriftPolicy, Policy

OURS, THEIRS, EARLIER = Uid("ours"), Uid("theirs"), Uid("earlier")
WHEN = "2026-11-22T12:00:00Z"
FACTS = HomeFacts(OURS, NoHome(), None, Policy(), number=7)


def recorded(uid: Uid, number: int = 0) -> HomeRecord:
    return HomeRecord(uid, number, WHEN)


def decided(**facts: object) -> HomeReport:
    return decide_home(replace(FACTS, **facts))  # type: ignore[arg-type]  # whichever fields a case is about


@pytest.mark.parametrize(
    ("live", "number", "expected"),
    [
        (HomeIs(OURS), None, True),
        (HomeIs(THEIRS, 7), 7, False),
        (HomeIs(Uid(""), 7), 7, True),
        (HomeIs(Uid(""), 8), 7, False),
        (HomeIs(Uid(""), 7), None, False),
        (HomeHidden("no", "p", OURS), None, True),
        (HomeHidden("no", "p"), None, False),
        (NoHome(), 7, False),
        (NoHomes("404"), 7, False),
    ],
)
def test_a_server_names_it_by_uid_or_by_number(live: Home, number: int | None, *, expected: bool) -> None:
    assert expected is is_home(live, OURS, number)


def test_the_stated_one_is_kept_whatever_is_recorded() -> None:
    for record in (None, recorded(OURS), recorded(EARLIER)):
        assert HomeState.KEPT is decided(live=HomeIs(OURS), record=record).state


def test_where_none_is_chosen_ours_is_set_also_when_we_had_set_it_before() -> None:
    for record in (None, recorded(OURS)):
        assert (HomeState.PENDING, "none is chosen") == (decided(record=record).state, decided(record=record).message)


def test_a_dashboard_that_is_nowhere_is_waited_for_unless_the_plan_makes_it() -> None:
    assert HomeState.WAITS is decided(number=None).state
    assert HomeState.PENDING is decided(number=None, coming=True).state


def test_what_may_not_be_read_is_told_with_the_permission() -> None:
    told = decided(live=HomeHidden("Access denied", "orgs.preferences:read", THEIRS))
    assert HomeState.FORBIDDEN is told.state
    assert "orgs.preferences:read" in told.remedy


def test_a_server_without_the_preference_says_so() -> None:
    assert HomeState.UNSUPPORTED is decided(live=NoHomes("404: Not found")).state


def test_the_one_that_we_had_set_gives_way_to_the_one_that_is_stated_now() -> None:
    assert HomeState.PENDING is decided(live=HomeIs(EARLIER), record=recorded(EARLIER)).state
    assert HomeState.PENDING is decided(live=HomeIs(Uid(""), 3), record=recorded(EARLIER, 3)).state


@pytest.mark.parametrize(
    ("record", "policy", "expected"),
    [
        (None, Policy(), HomeState.CONFLICT),
        (None, Policy(adopt=AdoptPolicy.TAKE_OVER), HomeState.PENDING),
        (None, Policy(conflict=ConflictPolicy.GIT_WINS), HomeState.PENDING),
        (None, Policy(conflict=ConflictPolicy.GIT_WINS, adopt=AdoptPolicy.NEVER), HomeState.CONFLICT),
        (recorded(OURS), Policy(), HomeState.DRIFTED),
        (recorded(OURS), Policy(drift=DriftPolicy.REVERT), HomeState.PENDING),
        (recorded(OURS), Policy(conflict=ConflictPolicy.GIT_WINS), HomeState.DRIFTED),
        (recorded(EARLIER), Policy(), HomeState.CONFLICT),
        (recorded(EARLIER), Policy(drift=DriftPolicy.REVERT), HomeState.CONFLICT),
        (recorded(EARLIER), Policy(conflict=ConflictPolicy.GIT_WINS), HomeState.PENDING),
        (recorded(EARLIER), Policy(conflict=ConflictPolicy.SERVER_WINS), HomeState.DRIFTED),
    ],
)
def test_one_that_somebody_else_chose_stays_unless_a_policy_says_otherwise(
    record: HomeRecord | None, policy: Policy, expected: HomeState
) -> None:
    told = decided(live=HomeIs(THEIRS, 9), record=record, policy=policy)
    assert expected is told.state
    assert '"theirs"' in told.message
    assert ("--take-home" in told.remedy) is (expected is not HomeState.PENDING)


def test_a_person_may_say_that_ours_wins() -> None:
    for record in (None, recorded(OURS), recorded(EARLIER)):
        assert HomeState.PENDING is decided(live=HomeIs(THEIRS), record=record, take=True).state


def test_one_without_a_uid_is_named_by_its_number() -> None:
    assert "number 9" in decided(live=HomeIs(Uid(""), 9)).message
