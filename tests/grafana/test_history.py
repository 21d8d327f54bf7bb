"""The history of a dashboard: what servers recorded, what they answer when it is not for us, and an edit that a save overwrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.answers import Save, Saved
from provisioner.core.errors import TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.model import ROOT, Uid
from provisioner.core.server import LiveDashboard, Mark, Version
from provisioner.core.settings import Api
from provisioner.grafana import OpenGrafana, history
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.serve import Running
from tests.grafana.conftest import Connect, Open
from tests.grafana.scripted import WEB_PAGE, Answer, ScriptedServer, page

TRANSCRIPTS = sorted((Path(__file__).resolve().parents[1] / "transcripts").glob("*.json"))
NINE, EIGHT = (9, 3), (8, 5)
LIST = "GET /api/dashboards/uid/hist/versions"
ONE = "GET /api/dashboards/uid/hist/versions/2"

Step = dict[str, Any]


def recorded(*, single: bool) -> list[Any]:
    steps = [(file.stem, step) for file in TRANSCRIPTS for step in json.loads(file.read_text(encoding="utf-8"))]
    return [
        pytest.param(step, id=f"{name}: {step['step']}")
        for name, step in steps
        if step.get("method") == "GET" and "/versions" in step.get("path", "") and step["path"].rpartition("/")[2].isdigit() == single
    ]


def live(uid: str = "hist", number: int = 1) -> LiveDashboard:
    return LiveDashboard(Uid(uid), "Hist", ROOT, "General", f"/d/{uid}", Mark(number, 9), "ann", "now", {"title": "Hist"})


def asked_for(step: Step) -> tuple[LiveDashboard, tuple[int, int]]:
    """The dashboard whose history a step asks for, and a release that asks for it in this way."""
    way, name = step.get("path", "").split("/")[3:5]
    said = step["response"]
    rows = said.get("versions", [said]) if isinstance(said, dict) else said
    number = next((row["dashboardId"] for row in rows if isinstance(row, dict) and "dashboardId" in row), 1)
    return (live(name, number), NINE) if way == "uid" else (live(number=int(name)), EIGHT)


def answer_of(step: Step) -> Answer:
    said = step["response"]
    return Answer(WEB_PAGE, 200, content_type="text/html") if isinstance(said, str) else Answer(said, step["status"])


# (status, message in lower case) of every recorded answer that is not 200 with JSON → what it means: nothing there.
NOTHING = {
    (400, "failed to get dashboard by uid"),
    (404, "dashboard not found"),
    (404, "not found"),
    (500, "dashboard version 99 not found for dashboardid 1"),
    (500, "dashboard version 99 not found for dashboardid 3169036202553344"),
}


@pytest.mark.parametrize("step", recorded(single=False))
def test_every_recorded_answer_to_the_question_for_a_history_has_its_meaning(server: ScriptedServer, connect: Connect, step: Step) -> None:
    dashboard, release = asked_for(step)
    server.routes["GET " + step.get("path", "").partition("?")[0]] = [answer_of(step)]
    said = step["response"]

    if isinstance(said, str):  # 6.7's page for a route that it does not know
        with pytest.raises(TargetUnsuitable, match=f"the history of dashboard '{dashboard.uid}'"):
            history.versions(connect(), release, dashboard, 2)
        return
    found = history.versions(connect(), release, dashboard, 2)

    if step["status"] == 200:
        rows = said["versions"] if isinstance(said, dict) else said
        expected = tuple(Version(row["version"], row["createdBy"], row["created"], row["message"]) for row in rows[:2])
        assert found == expected
    else:
        assert (step["status"], said["message"].lower()) in NOTHING
        assert found == ()


@pytest.mark.parametrize("step", recorded(single=True))
def test_every_recorded_answer_to_the_question_for_a_version_has_its_meaning(server: ScriptedServer, connect: Connect, step: Step) -> None:
    dashboard, release = asked_for(step)
    number = int(step.get("path", "").rpartition("/")[2])
    server.routes["GET " + step.get("path", "")] = [answer_of(step)]
    said = step["response"]

    if isinstance(said, str):
        with pytest.raises(TargetUnsuitable, match=f"version {number} of dashboard 'hist'"):
            history.version(connect(), release, dashboard, number)
        return
    found = history.version(connect(), release, dashboard, number)

    if step["status"] == 200:
        assert found is not None
        assert (found.content, found.uid, found.title) == (said["data"], "hist", "Hist")
        assert (found.mark, found.updated_by, found.updated) == (Mark(dashboard.mark.id, number), said["createdBy"], said["created"])
        assert (found.folder, found.url) == (dashboard.folder, dashboard.url)
    else:
        assert (step["status"], said["message"].lower()) in NOTHING
        assert found is None


# --- answers that no recording has -------------------------------------------------------------------------------------------------------


def test_a_history_of_several_pages_is_read_until_there_is_enough(server: ScriptedServer, connect: Connect) -> None:
    pages = [{"versions": [{"version": number}], "continueToken": f"t{number}="} for number in (3, 2, 1)]
    server.routes[LIST] = [Answer(each) for each in pages]

    found = history.versions(connect(), (12, 4), live(), 2)

    assert [each.version for each in found] == [3, 2]
    assert [request.target.partition("?")[2] for request in server.asked(LIST)] == ["limit=2", "limit=1&continueToken=t3%3D"]


def test_a_server_that_gives_the_same_page_again_is_not_asked_for_ever(server: ScriptedServer, connect: Connect) -> None:
    server.routes[LIST] = [Answer({"versions": [{"version": 3}], "continueToken": "again"})]
    assert [each.version for each in history.versions(connect(), (12, 4), live(), 9)] == [3]
    assert len(server.received) == 2


def test_a_hidden_version_is_asked_by_uid(server: ScriptedServer, connect: Connect) -> None:
    server.routes[LIST] = [Answer([{"version": 1, "createdBy": "ann"}, {"version": "odd"}, 5])]
    assert history.versions(connect(), None, live(), 9) == (Version(1, "ann", ""),)


def test_the_history_of_another_dashboard_under_the_same_uid_is_not_ours(server: ScriptedServer, connect: Connect) -> None:
    server.routes |= {LIST: [Answer([{"version": 2, "dashboardId": 77}, {"version": 1, "dashboardId": 1}])]}
    server.routes |= {ONE: [Answer({"version": 2, "dashboardId": 77, "data": {"title": "Another"}})]}
    assert [each.version for each in history.versions(connect(), NINE, live(), 9)] == [1]
    assert history.version(connect(), NINE, live(), 2) is None


def test_what_may_not_be_seen_is_nothing(server: ScriptedServer, connect: Connect) -> None:
    refusal = Answer({"title": "Access denied", "message": "Permissions needed: dashboards:write"}, 403)
    server.routes |= {LIST: [refusal], ONE: [refusal]}
    assert history.versions(connect(), NINE, live(), 9) == ()
    assert history.version(connect(), NINE, live(), 2) is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (page(403, "Blocked by the wall"), TargetForbidden),
        (page(404, "Nobody"), TargetUnsuitable),
        (Answer({"message": "database is locked"}, 500), TargetUnreachable),
        (Answer({"version": 3, "data": {}}), TargetUnsuitable),
        (Answer({"version": 2, "data": "text"}), TargetUnsuitable),
    ],
)
def test_an_answer_that_is_no_history_is_not_taken_for_none(
    server: ScriptedServer, connect: Connect, answer: Answer, error: type[Exception]
) -> None:
    server.routes |= {LIST: [answer], ONE: [answer]}
    with pytest.raises(error, match="version 2 of dashboard 'hist'"):
        history.version(connect(), NINE, live(), 2)
    with pytest.raises(error, match="the history of dashboard 'hist'"):
        history.versions(connect(), NINE, live(), 9)


@pytest.mark.parametrize("uid", ["", "..", "a/b"])
def test_a_uid_that_no_server_takes_has_no_history(server: ScriptedServer, connect: Connect, uid: str) -> None:
    assert history.versions(connect(), NINE, live(uid), 9) == ()
    assert history.version(connect(), NINE, live(uid), 2) is None
    assert server.received == []


# --- an edit that slipped in -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def grafana(grafana: Open) -> Open:
    """By the dashboard API, on 12 too."""
    return partial(grafana, api=Api.DASHBOARD)


def save(grafana: OpenGrafana, tag: str, version: int | None = None) -> Saved:
    answer = grafana.save(Save(Uid("raced"), {"title": "Raced", "tags": [tag]}, ROOT, version, ""))
    assert isinstance(answer, Saved)
    return answer


def read(grafana: OpenGrafana) -> LiveDashboard:
    found = grafana.dashboard(Uid("raced"))
    assert found is not None
    return found


@pytest.mark.parametrize("generation", [5, 6, 7, 8, 9, 12])
def test_an_edit_that_a_save_overwrote_is_found_in_the_history(sandbox: Callable[..., Running], grafana: Open, generation: int) -> None:
    place = sandbox(generation=generation)
    client = grafana(place.url)
    first = save(client, "base")
    place.faults.set(Faults(lost_races=1))

    ours = save(client, "ours", first.mark.version)

    assert ours.mark == Mark(first.mark.id, first.mark.version + 2)
    overwritten = client.version(read(client), ours.mark.version - 1)
    assert overwritten is not None
    assert (overwritten.updated_by, overwritten.content["tags"]) == ("somebody", ["base"])
    assert overwritten.content["description"] == "Edited while another save was under way."


@pytest.mark.parametrize("generation", [5, 9])
def test_a_viewer_sees_no_history_and_that_is_no_failure(sandbox: Callable[..., Running], grafana: Open, generation: int) -> None:
    place = sandbox(generation=generation)
    save(grafana(place.url), "base")
    viewer = grafana(place.url, place.token("Viewer"))
    assert viewer.versions(read(viewer), 5) == ()
    assert viewer.version(read(viewer), 1) is None


@pytest.mark.parametrize("generation", [8, 9, 12])
def test_a_dashboard_that_was_deleted_and_made_again_has_a_history_of_its_own(
    sandbox: Callable[..., Running], grafana: Open, generation: int
) -> None:
    client = grafana(sandbox(generation=generation).url)
    save(client, "first")
    before = read(client)
    client.delete(before.uid)
    save(client, "second")

    assert client.versions(before, 5) == ()
    assert client.version(before, 1) is None
    assert [each.version for each in client.versions(read(client), 5)] == [1]
