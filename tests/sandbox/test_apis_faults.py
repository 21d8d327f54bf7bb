from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from provisioner.sandbox import Faults, Running, SandboxSettings, running
from tests.sandbox.objecting import body, dashboards, make, names
from tests.sandbox.speaking import client_of, read, save


@pytest.fixture
def twelve() -> Iterator[Running]:
    with running(SandboxSettings(generation=12)) as started:
        yield started


@pytest.fixture
def client(twelve: Running) -> Iterator[httpx.Client]:
    with client_of(twelve) as one:
        yield one


@pytest.mark.parametrize(
    ("faults", "code", "reason"),
    [
        (Faults(too_many_requests=1), 429, "TooManyRequests"),
        (Faults(unavailable=1), 503, "ServiceUnavailable"),
        (Faults(error_after_write=1), 500, "InternalError"),
    ],
)
def test_faults_meet_the_resource_api_and_are_told_in_its_words(
    twelve: Running, client: httpx.Client, faults: Faults, code: int, reason: str
) -> None:
    twelve.faults.set(faults)

    answer = client.post(dashboards(), json=body("a"))

    assert (answer.status_code, answer.json()["kind"], answer.json()["reason"]) == (code, "Status", reason)
    assert names(client.get(dashboards())) == (["a"] if faults.error_after_write else [])


def test_a_fault_can_be_for_the_resource_api_alone(twelve: Running, client: httpx.Client) -> None:
    twelve.faults.set(Faults(path="/apis/", unavailable=1))

    assert save(client, "a").status_code == 200
    assert client.get(dashboards()).status_code == 503


def test_a_connection_dropped_after_a_put_hides_that_it_was_done(twelve: Running, client: httpx.Client) -> None:
    twelve.faults.set(Faults(drop_after=1))

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.put(f"{dashboards()}/a", json=body("a"))

    assert names(client.get(dashboards())) == ["a"]


def test_an_edit_that_slips_in_refuses_a_put_and_stays(twelve: Running, client: httpx.Client) -> None:
    revision = make(client, "a")["metadata"]["resourceVersion"]
    twelve.faults.set(Faults(lost_races=1))

    answer = client.put(f"{dashboards()}/a", json=body("a", spec={"title": "mine"}, resourceVersion=revision))

    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    found = client.get(f"{dashboards()}/a").json()
    assert found["spec"]["title"] == "a"
    assert found["spec"]["description"]
    assert found["metadata"]["annotations"]["grafana.app/updatedBy"] == "user:somebody"


def test_a_stale_read_shows_the_object_before_the_last_write(twelve: Running, client: httpx.Client) -> None:
    make(client, "a")
    client.put(f"{dashboards()}/a", json=body("a", spec={"title": "new"}))
    twelve.faults.set(Faults(stale_reads=1))

    first, second = (client.get(f"{dashboards()}/a").json() for _ in range(2))

    assert [(one["spec"]["title"], one["metadata"]["generation"]) for one in (first, second)] == [("a", 1), ("new", 2)]


def test_a_list_that_goes_on_can_be_too_old_and_one_that_begins_cannot(twelve: Running, client: httpx.Client) -> None:
    for name in "abc":
        make(client, name)
    twelve.faults.set(Faults(expired=1))
    token = client.get(dashboards(), params={"limit": 1}).json()["metadata"]["continue"]

    gone = client.get(dashboards(), params={"continue": token})

    assert (gone.status_code, gone.json()["reason"]) == (410, "Expired")
    assert names(client.get(dashboards(), params={"continue": token})) == ["b", "c"]


@pytest.mark.parametrize(("status", "kind"), [(404, "text/html"), (403, "application/json")])
def test_the_resource_api_can_be_hidden_and_the_rest_goes_on(twelve: Running, client: httpx.Client, status: int, kind: str) -> None:
    twelve.faults.set(Faults(apis_hidden=status))

    answers = [client.get("/apis"), client.get(dashboards()), client.put(f"{dashboards()}/a", json=body("a"))]

    assert [(answer.status_code, answer.headers["content-type"]) for answer in answers] == [(status, kind)] * 3
    assert save(client, "a").status_code == 200
    twelve.faults.set(Faults())
    assert client.get("/apis").status_code == 200


def test_it_can_be_hidden_over_http_and_behind_a_sub_path() -> None:
    settings = SandboxSettings(generation=12, sub_path="/grafana", faults=Faults(apis_hidden=404))
    with running(settings) as sandbox, client_of(sandbox) as client:
        assert client.get("/apis").status_code == 404
        assert read(client, save(client, "a").json()["uid"])["meta"]["version"] == 1
        client.put("/sandbox/faults", json={})
        assert client.get("/apis").status_code == 200
