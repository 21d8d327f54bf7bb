"""The home dashboard, tags and the list of an organisation, by each generation's own way: over real sockets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.errors import TargetUnsuitable
from provisioner.core.home import HomeHidden, HomeIs, HomeSet, NoHome, NoHomes
from provisioner.core.model import Json, Uid
from provisioner.grafana.organisation import OrganisationRoutes
from provisioner.grafana.probe import Release
from provisioner.sandbox.serve import Running
from tests.grafana.conftest import Connect, Open
from tests.grafana.scripted import Answer, ScriptedServer, page

PREFERENCES = "/api/org/preferences"
GET, PUT, PATCH = f"GET {PREFERENCES}", f"PUT {PREFERENCES}", f"PATCH {PREFERENCES}"
SEARCH, FRONT = "GET /api/search", "GET /api/dashboards/home"
DONE, GONE = Answer({"message": "Preferences updated"}), Answer({"message": "Not found"}, 404)
OURS = Uid("ours")


@pytest.fixture
def at(server: ScriptedServer, connect: Connect) -> Callable[[Release | None], OrganisationRoutes]:
    assert server.url
    return lambda release: OrganisationRoutes(connect(), release)


def shows(**fields: Json) -> Answer:
    return Answer(fields)


# --- reading it ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", [(9, 3), (12, 4), None])
def test_from_9_on_it_is_named_by_uid(server: ScriptedServer, at: Callable[..., OrganisationRoutes], release: Release | None) -> None:
    server.routes = {GET: [shows(homeDashboardUID="ours", homeDashboardId=9)]}
    assert HomeIs(OURS, 9) == at(release).home()
    assert 1 == len(server.received)


def test_12_says_nothing_where_none_is_chosen(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [shows()]}
    assert NoHome() == at((12, 4)).home()


def test_a_number_without_a_uid_is_of_one_that_is_gone(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [shows(homeDashboardUID="", homeDashboardId=9)]}
    assert NoHome() == at((9, 3)).home()


def test_from_5_to_8_search_tells_the_uid_of_the_number(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [shows(homeDashboardId=9)], SEARCH: [Answer([{"id": 8, "uid": "no"}, {"id": 9, "uid": "ours"}])]}
    assert HomeIs(OURS, 9) == at((7, 5)).home()
    assert "/api/search?dashboardIds=9&limit=10" == server.received[-1].target


def test_a_number_that_search_does_not_know_is_gone(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [shows(homeDashboardId=9)], SEARCH: [Answer([])]}
    assert NoHome() == at((7, 5)).home()


def test_4_knows_it_by_number_alone_and_2_not_at_all(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [shows(homeDashboardId=9), GONE]}
    assert HomeIs(Uid(""), 9) == at((4, 6)).home()
    assert NoHomes("404: Not found") == at((2, 6)).home()


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ({"redirectUri": "/d/ours/title"}, OURS),
        ({"redirectUri": "/grafana/d/ours/t?x=1"}, OURS),
        ({"meta": {}}, None),
        ({"redirectUri": 3}, None),
    ],
)
def test_who_may_not_read_preferences_is_told_what_it_is_shown(
    server: ScriptedServer, at: Callable[..., OrganisationRoutes], front: Json, expected: Uid | None
) -> None:
    refused = Answer({"message": "Permissions needed: orgs.preferences:read"}, 403)
    server.routes = {GET: [refused], FRONT: [Answer(front)]}
    found = at((9, 3)).home()
    assert isinstance(found, HomeHidden)
    assert ("orgs.preferences:read", expected) == (found.permission, found.shown)


@pytest.mark.parametrize("odd", [page(200), Answer([1]), Answer({}, 500)])
def test_an_answer_that_is_none_is_a_failure_of_the_target(
    server: ScriptedServer, at: Callable[..., OrganisationRoutes], odd: Answer
) -> None:
    server.routes = {GET: [odd]}
    with pytest.raises(Exception, match="preferences of the organisation"):
        at((9, 3)).home()


def test_a_search_that_fails_is_one_too(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [shows(homeDashboardId=9)], SEARCH: [Answer({"message": "no"}, 400)]}
    with pytest.raises(TargetUnsuitable, match="home dashboard"):
        at((7, 5)).home()


# --- setting it ---------------------------------------------------------------------------------------------------------------------------


def test_from_9_on_it_alone_is_changed(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {PATCH: [DONE], GET: [shows(homeDashboardUID="ours")]}
    assert HomeSet() == at((12, 4)).choose_home(OURS, 7)
    assert [{"homeDashboardUID": "ours"}] == [request.json for request in server.asked(PATCH)]
    assert [] == server.asked(PUT)


def test_where_one_alone_cannot_be_changed_the_others_are_sent_back(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    before, after = {"theme": "dark", "timezone": "utc", "homeDashboardId": 3}, {"homeDashboardUID": "ours"}
    server.routes = {PATCH: [GONE], PUT: [DONE], GET: [Answer(before), Answer(after)]}
    assert HomeSet() == at((9, 3)).choose_home(OURS, 7)
    assert [{"theme": "dark", "timezone": "utc", "homeDashboardUID": "ours"}] == [request.json for request in server.asked(PUT)]


def test_up_to_8_it_is_set_by_number(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {PUT: [DONE], GET: [shows(theme="light"), shows(homeDashboardId=7)], SEARCH: [Answer([{"id": 7, "uid": "ours"}])]}
    assert HomeSet() == at((7, 5)).choose_home(OURS, 7)
    assert [{"theme": "light", "homeDashboardId": 7}] == [request.json for request in server.asked(PUT)]


def test_a_server_that_hides_its_version_and_ignores_the_uid_is_asked_by_number(
    server: ScriptedServer, at: Callable[..., OrganisationRoutes]
) -> None:
    nothing, chosen = shows(homeDashboardId=0), shows(homeDashboardId=7)
    server.routes = {PATCH: [GONE], PUT: [DONE], GET: [nothing, nothing, nothing, chosen], SEARCH: [Answer([{"id": 7, "uid": "ours"}])]}
    assert HomeSet() == at(None).choose_home(OURS, 7)
    assert [{"homeDashboardUID": "ours"}, {"homeDashboardId": 7}] == [request.json for request in server.asked(PUT)]


def test_200_without_the_deed_is_no_success(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {PUT: [DONE], GET: [shows(homeDashboardId=0)]}
    assert Rejected(200, "the server says that it was set, and it is not") == at((7, 5)).choose_home(OURS, 7)


def test_a_lost_answer_is_settled_by_reading(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {PATCH: [b""], GET: [shows(homeDashboardUID="ours")]}
    assert HomeSet() == at((9, 3)).choose_home(OURS, 7)
    server.routes = {PATCH: [b""], GET: [shows()]}
    assert isinstance(at((9, 3)).choose_home(OURS, 7), Unknown)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer({"message": "Permissions needed: orgs.preferences:write"}, 403), Forbidden),
        (Answer({"message": "Access denied"}, 403), Forbidden),
        (Answer({"message": "later"}, 429), Busy),
        (Answer({"message": "broken"}, 500), Unknown),
        (Answer({"message": "Invalid theme"}, 400), Rejected),
    ],
)
def test_each_refusal_is_told_as_what_it_is(
    server: ScriptedServer, at: Callable[..., OrganisationRoutes], answer: Answer, expected: type
) -> None:
    server.routes = {PUT: [answer], GET: [shows()]}
    answered = at((7, 5)).choose_home(OURS, 7)
    assert isinstance(answered, expected)
    assert not isinstance(answered, Forbidden) or answered.permission == "orgs.preferences:write"


def test_preferences_that_may_not_be_read_are_not_written(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    server.routes = {GET: [Answer({"message": "Access denied"}, 403)], PUT: [DONE]}
    assert isinstance(at((7, 5)).choose_home(OURS, 7), Forbidden)
    assert [] == server.asked(PUT)


# --- tags and the list --------------------------------------------------------------------------------------------------------------------


def test_tags_come_with_their_numbers_most_used_first(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    rows: Json = [
        {"term": "b", "count": 1},
        {"term": "a", "count": 1},
        {"term": "x", "count": 4},
        {"term": "", "count": 2},
        {"term": "odd"},
    ]
    server.routes = {"GET /api/dashboards/tags": [Answer(rows), Answer({"message": "no"}, 403), page(200)]}
    routes = at((9, 3))
    assert (("x", 4), ("a", 1), ("b", 1)) == routes.tags()
    assert routes.tags() is None
    with pytest.raises(TargetUnsuitable):
        routes.tags()


def test_the_list_has_the_tags_of_each(server: ScriptedServer, at: Callable[..., OrganisationRoutes]) -> None:
    rows: Json = [{"uid": "a", "title": "A", "tags": ["x", 3], "type": "dash-db"}, {"uid": "b", "title": "B"}]
    server.routes = {SEARCH: [Answer(rows)]}
    listed = at((9, 3)).listed()
    assert listed is not None
    assert [("x",), None] == [each.tags for each in listed]


def test_a_list_that_names_no_uids_is_none(at: Callable[..., OrganisationRoutes]) -> None:
    assert at((4, 6)).listed() is None


@pytest.mark.parametrize("generation", [4, 5, 8, 9, 11, 12, 13])
def test_every_generation_says_that_none_is_chosen_at_first(sandbox: Callable[..., Running], grafana: Open, generation: int) -> None:
    opened = grafana(sandbox(generation=generation).url)
    opened.probe()
    assert NoHome() == opened.organisation.home()


def test_2_knows_no_home(sandbox: Callable[..., Running], grafana: Open) -> None:
    assert isinstance(grafana(sandbox(generation=2).url).organisation.home(), NoHomes)
