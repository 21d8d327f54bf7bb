"""The home dashboard of an organisation: set once its dashboard is there, kept so without a write, and taken from nobody unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.home import HomeReport, HomeState
from provisioner.core.planfile import moved, plan_file
from provisioner.core.report import Exit, PassReport, exit_code
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DriftPolicy, Policy
from provisioner.sandbox.faults import Faults
from tests.whole.house import House, dashboard, house

PREFERENCES = "/api/org/preferences"


@pytest.fixture(params=[5, 8, 9, 12])
def any_house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """By id up to 8, by uid from 9 on."""
    with house(tmp_path / "any", generation=request.param) as made:
        yield made


@pytest.fixture
def homely(any_house: House) -> House:
    """With two dashboards in git."""
    for uid in ("fleet", "shop"):
        any_house.write(f"{uid}.json", dashboard(uid))
    return any_house


def admin(home: House, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:  # noqa: ANN401 - whatever JSON has
    return replace(home.browser, login="admin", password="admin").ask(path, body, method)


def shown(home: House) -> str:
    """Where the server sends people who come to its front page; "" for its own page."""
    found = admin(home, "/api/dashboards/home")
    return str(found.get("redirectUri", "")).split("/")[2] if "redirectUri" in found else ""


def choose(home: House, uid: str, **others: str) -> None:
    """Somebody chooses another one by hand."""
    number = home.browser.content(uid)["id"]
    admin(home, PREFERENCES, {"homeDashboardUID": uid, "homeDashboardId": number, **others}, "PUT")


def told(report: PassReport) -> HomeReport:
    assert report.failure is None
    assert report.home is not None
    return report.home


def puts(home: House) -> int:
    return len(home.requests("PUT", PREFERENCES)) + len([each for each in home.requests("PATCH", PREFERENCES) if each.status == 200])


def test_it_is_set_in_the_pass_that_makes_its_dashboard_and_kept_without_a_write(homely: House) -> None:
    assert HomeState.PENDING is told(homely.plan(home="fleet")).state
    assert "" == shown(homely)
    first = homely.apply(home="fleet")
    assert (HomeState.SET, "fleet", Exit.OK) == (told(first).state, shown(homely), exit_code([first]))
    homely.forget()
    second = homely.apply(home="fleet")
    assert (HomeState.KEPT, 0) == (told(second).state, homely.writes)


def test_a_plan_sets_nothing_and_counts_it_as_pending(homely: House) -> None:
    homely.apply()
    homely.forget()
    report = homely.plan(home="fleet")
    assert (HomeState.PENDING, 0, "") == (told(report).state, homely.writes, shown(homely))
    assert Exit.PENDING == exit_code([report], detailed=True)


def test_other_preferences_stay_as_they_are(homely: House) -> None:
    homely.apply()
    admin(homely, PREFERENCES, {"theme": "light", "timezone": "utc", "homeDashboardId": 0}, "PUT")
    homely.apply(home="fleet")
    found = admin(homely, PREFERENCES)
    assert ("light", "utc", "fleet") == (found["theme"], found["timezone"], shown(homely))


def test_another_one_that_is_stated_replaces_the_one_that_we_had_set(homely: House) -> None:
    homely.apply(home="fleet")
    report = homely.apply(home="shop")
    assert (HomeState.SET, "shop") == (told(report).state, shown(homely))
    assert 'it was "fleet", which we had set' in told(report).message


def test_one_that_somebody_chose_before_us_is_a_conflict_and_stays(homely: House) -> None:
    homely.apply()
    choose(homely, "shop")
    homely.forget()
    report = homely.apply(home="fleet")
    assert (HomeState.CONFLICT, Exit.CONFLICT, "shop", 0) == (told(report).state, exit_code([report]), shown(homely), homely.writes)
    assert '"shop"' in told(report).message
    assert "--take-home" in told(report).remedy


def test_a_person_may_let_ours_win_this_once(homely: House) -> None:
    homely.apply()
    choose(homely, "shop")
    homely.parts["take_home"] = True
    assert HomeState.SET is told(homely.apply(home="fleet")).state
    homely.parts.clear()
    assert (HomeState.KEPT, "fleet") == (told(homely.apply(home="fleet")).state, shown(homely))


def test_one_that_somebody_chose_since_is_drift_and_stays(homely: House) -> None:
    homely.apply(home="fleet")
    choose(homely, "shop")
    report = homely.apply(home="fleet")
    assert (HomeState.DRIFTED, Exit.OK, "shop") == (told(report).state, exit_code([report]), shown(homely))
    assert Exit.PENDING == exit_code([homely.plan(home="fleet")], detailed=True)


def test_by_the_policy_revert_ours_is_put_back(homely: House) -> None:
    homely.apply(home="fleet")
    choose(homely, "shop")
    report = homely.apply(home="fleet", policy=Policy(drift=DriftPolicy.REVERT))
    assert (HomeState.SET, "fleet") == (told(report).state, shown(homely))


def test_by_the_policy_take_over_one_of_somebody_else_is_replaced(homely: House) -> None:
    homely.apply()
    choose(homely, "shop")
    report = homely.apply(home="fleet", policy=Policy(adopt=AdoptPolicy.TAKE_OVER))
    assert (HomeState.SET, "fleet") == (told(report).state, shown(homely))


def test_one_that_is_as_stated_already_is_ours_without_a_write(homely: House) -> None:
    homely.apply()
    choose(homely, "fleet")
    homely.forget()
    assert (HomeState.KEPT, 0) == (told(homely.apply(home="fleet")).state, homely.writes)
    choose(homely, "shop")
    assert HomeState.DRIFTED is told(homely.apply(home="fleet")).state


def test_both_changed_is_a_conflict_that_git_wins_by_policy_alone(homely: House) -> None:
    homely.write("third.json", dashboard("third"))
    homely.apply(home="fleet")
    choose(homely, "shop")
    assert HomeState.CONFLICT is told(homely.apply(home="third")).state
    report = homely.apply(home="third", policy=Policy(conflict=ConflictPolicy.GIT_WINS))
    assert (HomeState.SET, "third") == (told(report).state, shown(homely))


def test_a_dashboard_that_is_nowhere_cannot_be_it(homely: House) -> None:
    report = homely.apply(home="no-such")
    assert (HomeState.WAITS, Exit.ERROR, "") == (told(report).state, exit_code([report]), shown(homely))


def test_a_dashboard_that_could_not_be_made_is_waited_for(homely: House) -> None:
    homely.sandbox.faults.set(Faults(path="/api", methods=("POST",), pending=4))
    assert HomeState.WAITS is told(homely.apply(home="fleet")).state
    assert "" == shown(homely)


def test_a_dashboard_that_was_deleted_and_made_again_is_set_again(homely: House) -> None:
    homely.apply(home="fleet")
    admin(homely, "/api/dashboards/uid/fleet", None, "DELETE")
    homely.browser.create(dashboard("fleet"))
    assert told(homely.apply(home="fleet")).state in {HomeState.SET, HomeState.KEPT}
    assert "fleet" == shown(homely)


def test_an_editor_may_not_set_it_and_the_permission_is_named(homely: House) -> None:
    homely.as_token(homely.sandbox.token("Editor"))
    report = homely.apply(home="fleet")
    assert (HomeState.FORBIDDEN, Exit.ERROR) == (told(report).state, exit_code([report]))
    assert "orgs.preferences:" in told(report).remedy


def test_an_editor_sees_that_it_is_as_stated(homely: House) -> None:
    homely.apply(home="fleet")
    homely.as_token(homely.sandbox.token("Editor"))
    report = homely.apply(home="fleet")
    assert (HomeState.KEPT, Exit.OK) == (told(report).state, exit_code([report]))


def test_a_pass_that_need_not_look_does_not_look_at_it_once_it_is_settled(homely: House) -> None:
    homely.parts["scan"] = frozenset()
    homely.apply()
    set_first = homely.apply(home="fleet")
    homely.forget()
    at_rest = homely.apply(home="fleet")
    assert (HomeState.SET, None, ()) == (told(set_first).state, at_rest.home, homely.sandbox.requests.all)


def test_adopting_sets_nothing(homely: House) -> None:
    homely.apply()
    homely.parts["only_records"] = True
    homely.forget()
    assert (HomeState.PENDING, 0) == (told(homely.apply(home="fleet")).state, homely.writes)


def test_a_server_that_fails_at_it_fails_the_pass_after_the_dashboards_are_written(homely: House) -> None:
    homely.connection = replace(homely.connection, attempts=1)
    homely.sandbox.faults.set(Faults(path=PREFERENCES, unavailable=9))
    report = homely.apply(home="fleet")
    assert report.failure is not None
    assert 2 == report.written


def test_a_lost_answer_is_settled_by_reading_it_back(homely: House) -> None:
    homely.apply()
    homely.sandbox.faults.set(Faults(path=PREFERENCES, methods=("PUT",), drop_after=1))
    assert (HomeState.SET, "fleet") == (told(homely.apply(home="fleet")).state, shown(homely))


def test_in_the_steady_state_it_costs_two_requests_at_the_most(homely: House) -> None:
    homely.apply(home="fleet")
    homely.forget()
    homely.apply()
    without = len(homely.sandbox.requests.all)
    homely.forget()
    homely.apply(home="fleet")
    assert len(homely.sandbox.requests.all) - without in {1, 2}
    assert 0 == puts(homely)


@pytest.fixture
def four(tmp_path: Path) -> Iterator[House]:
    """With Grafana 4.6: dashboards by slug, the home dashboard by number."""
    with house(tmp_path / "four", generation=4) as made:
        made.write("fleet.json", dashboard("fleet"))
        made.write("shop.json", dashboard("shop"))
        yield made


def test_a_slug_server_is_told_the_number_of_its_dashboard(four: House) -> None:
    first, second = four.apply(home="fleet"), four.apply(home="fleet")
    assert (HomeState.SET, HomeState.KEPT) == (told(first).state, told(second).state)
    assert {"redirectUri": "db/fleet"} == admin(four, "/api/dashboards/home")
    assert (HomeState.SET, {"redirectUri": "db/shop"}) == (told(four.apply(home="shop")).state, admin(four, "/api/dashboards/home"))


def test_a_server_that_lets_none_be_chosen_says_so_and_the_pass_is_well(tmp_path: Path) -> None:
    with house(tmp_path / "two", generation=2) as two:
        two.write("fleet.json", dashboard("fleet"))
        report = two.apply(home="fleet")
    assert (HomeState.UNSUPPORTED, Exit.OK) == (told(report).state, exit_code([report]))


def test_a_reviewed_plan_binds_what_is_set_and_over_which_one(homely: House) -> None:
    homely.apply()
    reviewed = plan_file((homely.plan(home="fleet"),), "2026-11-22T10:00:00Z")
    assert () == moved(reviewed, homely.plan(home="fleet"))
    choose(homely, "shop")
    [told] = moved(reviewed, homely.plan(home="fleet"))
    assert told.startswith('home dashboard: setting "fleet" was reviewed; now somebody chose "shop"')
    [told] = moved(reviewed, homely.plan(home="fleet", policy=Policy(adopt=AdoptPolicy.TAKE_OVER)))
    assert 'home dashboard: somebody chose another one since (none was reviewed, "shop" is there)' == told


def test_a_pass_at_rest_that_is_to_reach_the_server_asks_who_it_is_and_no_more(homely: House) -> None:
    homely.parts |= {"scan": frozenset()}
    for _ in range(2):
        homely.apply()
    homely.forget()
    assert (2, 0, None) == ((at_rest := homely.apply()).resting, at_rest.requests, at_rest.server)
    homely.parts["reach"] = True
    reached = homely.apply()
    assert (2, True, 0) == (reached.resting, reached.server is not None, homely.writes)
    assert 1 <= reached.requests == len(homely.sandbox.requests.all) <= 4
