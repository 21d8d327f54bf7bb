from __future__ import annotations

import time

import httpx
import pytest

from provisioner.sandbox import Faults, Running
from tests.sandbox.speaking import read, save


def test_latency_delays_every_request(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(latency_ms=60))
    began = time.monotonic()

    client.get("/api/health")

    assert time.monotonic() - began >= 0.06


def test_write_latency_delays_saves_and_leaves_reads_alone(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(write_latency_ms=30_000))
    began = time.monotonic()
    client.get("/api/health")
    assert time.monotonic() - began < 30

    sandbox.faults.set(Faults(write_latency_ms=60))
    began = time.monotonic()
    assert save(client, "slow").status_code == 200
    assert time.monotonic() - began >= 0.06


def test_the_next_requests_are_too_many_and_say_when_to_come_again(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(too_many_requests=2, retry_after=7))

    answers = [save(client, "a") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert "retry-after" not in answers[2].headers


def test_retry_after_can_be_left_out(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(unavailable=1, retry_after=None))

    assert "retry-after" not in client.get("/api/health").headers


def test_every_third_request_is_too_many(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(too_many_requests_every=3))

    statuses = [client.get("/api/health").status_code for _ in range(7)]

    assert statuses == [200, 200, 429, 200, 200, 429, 200]


def test_unavailable_does_nothing(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(unavailable=1))

    assert save(client, "a").status_code == 503
    assert client.get("/api/dashboards/uid/a").status_code == 404


def test_a_proxy_answers_with_html(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(proxy_page=1))

    answer = save(client, "a")

    assert answer.status_code == 502
    assert answer.headers["content-type"] == "text/html"
    assert client.get("/api/dashboards/uid/a").status_code == 404


def test_a_pending_save_is_not_saved_and_reads_are_left_alone(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(pending=1))

    assert client.get("/api/health").status_code == 200
    answer = save(client, "a")

    assert (answer.status_code, answer.json()) == (202, {"status": "pending"})
    assert client.get("/api/dashboards/uid/a").status_code == 404


def test_an_error_after_the_write_hides_that_it_was_done(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(error_after_write=1))

    assert save(client, "a").status_code == 500
    assert read(client, "a")["meta"]["version"] == 1
    assert save(client, "b").status_code == 200


def test_a_connection_dropped_before_does_nothing(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(drop_before=1))

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        save(client, "a")

    assert client.get("/api/dashboards/uid/a").status_code == 404
    assert sandbox.requests.all[0].status == 0


def test_a_connection_dropped_after_the_write_hides_that_it_was_done(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(drop_after=1))

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        save(client, "a")

    assert read(client, "a")["meta"]["version"] == 1


def test_stale_reads_show_the_version_before(sandbox: Running, client: httpx.Client) -> None:
    save(client, "a", tags=["old"])
    save(client, "a", version=1, tags=["new"])
    sandbox.faults.set(Faults(stale_reads=1))

    first, second = read(client, "a"), read(client, "a")

    assert (first["dashboard"]["tags"], first["dashboard"]["version"], first["meta"]["version"]) == (["old"], 1, 1)
    assert (second["dashboard"]["tags"], second["meta"]["version"]) == (["new"], 2)


def test_a_lost_race_overwrites_an_edit_that_the_history_keeps(sandbox: Running, client: httpx.Client) -> None:
    save(client, "a", tags=["one"])
    sandbox.faults.set(Faults(lost_races=1))

    answer = save(client, "a", version=1, tags=["two"])

    assert (answer.status_code, answer.json()["version"]) == (200, 3)
    assert read(client, "a")["dashboard"]["tags"] == ["two"]
    overwritten = client.get("/api/dashboards/uid/a/versions/2").json()
    assert overwritten["createdBy"] == "somebody"
    assert overwritten["data"]["tags"] == ["one"]
    assert overwritten["data"]["description"]


def test_a_create_cannot_lose_a_race(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(lost_races=1))

    assert save(client, "a").json()["version"] == 1
    assert sandbox.faults.current.lost_races == 1


def test_faults_meet_only_the_path_and_methods_that_they_name(sandbox: Running, client: httpx.Client) -> None:
    sandbox.faults.set(Faults(unavailable=1, path="/api/dashboards/db", methods=("POST",)))

    assert client.get("/api/health").status_code == 200
    assert client.post("/api/folders", json={"title": "F"}).status_code == 200
    assert save(client, "a").status_code == 503


def test_faults_are_told_and_replaced_over_http(sandbox: Running, client: httpx.Client) -> None:
    answer = client.put("/sandbox/faults", json={"unavailable": 1, "methods": ["POST"], "retry_after": None})

    assert answer.status_code == 200
    assert sandbox.faults.current == Faults(unavailable=1, methods=("POST",), retry_after=None)
    assert client.get("/sandbox/faults").json()["unavailable"] == 1

    client.put("/sandbox/faults", json={})
    assert sandbox.faults.current == Faults()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"unavailabel": 1}', "no such fault: unavailabel"),
        ('{"unavailable": "1"}', 'unavailable: "1" is not int'),
        ('{"unavailable": true}', "unavailable: true is not int"),
        ('{"latency_ms": -1}', "latency_ms: -1 is not float"),
        ("[]", "faults are a JSON object"),
        ("{", "unexpected EOF"),
    ],
)
def test_faults_that_there_are_not_are_refused(sandbox: Running, client: httpx.Client, body: str, told: str) -> None:
    answer = client.put("/sandbox/faults", content=body)

    assert answer.status_code == 400
    assert told in answer.json()["message"]
    assert sandbox.faults.current == Faults()
