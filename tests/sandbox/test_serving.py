from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from provisioner.sandbox import GENERATIONS, DataSource, Recorded, Running, SandboxSettings, SandboxUnusable, running
from tests.sandbox.speaking import client_of, save

_COMMAND = """
from provisioner.sandbox import SandboxSettings, serve_forever
serve_forever(SandboxSettings(generation=9), lambda started: print(started.url, flush=True))
print("ended", flush=True)
"""


def test_the_recorder_counts_requests_with_method_path_and_status(sandbox: Running, client: httpx.Client) -> None:
    save(client, "a")
    save(client, "a")
    client.get("/api/dashboards/uid/a?x=1")

    assert sandbox.requests.all == (
        Recorded("POST", "/api/dashboards/db", 200),
        Recorded("POST", "/api/dashboards/db", 412),
        Recorded("GET", "/api/dashboards/uid/a", 200, "x=1"),
    )
    assert sandbox.requests.total == 3
    assert sandbox.requests.count("POST") == 2
    assert sandbox.requests.count("POST", status=412) == 1
    assert sandbox.requests.count(path="/api/dashboards/uid/") == 1
    assert len(sandbox.requests.writes) == 2


def test_the_recorder_begins_again_when_told(sandbox: Running, client: httpx.Client) -> None:
    client.get("/api/health")
    sandbox.requests.reset()
    client.get("/api/org")

    assert sandbox.requests.all == (Recorded("GET", "/api/org", 200),)
    assert sandbox.requests.total == 1


def test_what_was_asked_is_told_over_http_and_not_counted_itself(client: httpx.Client) -> None:
    client.get("/api/health")
    told = client.get("/sandbox/requests").json()
    assert (told["total"], told["requests"][0]["path"]) == (1, "/api/health")

    client.delete("/sandbox/requests")
    assert client.get("/sandbox/requests").json() == {"total": 0, "requests": []}


@pytest.mark.parametrize(("role", "status"), [("Viewer", 403), ("Editor", 200), ("Admin", 200)])
def test_a_token_of_each_role_works_at_once(generation: int, role: str, status: int) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox, client_of(sandbox, token=sandbox.token(role)) as client:
        assert client.get("/api/org").json()["id"] == 1
        assert save(client, "a").status_code == status


def test_a_role_that_there_is_not_is_refused(sandbox: Running) -> None:
    with pytest.raises(ValueError, match="no role is called Owner"):
        sandbox.token("Owner")


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SandboxUnusable, match=f"127.0.0.1:{port}"):
            running(SandboxSettings(port=port)).__enter__()


def test_two_sandboxes_run_side_by_side() -> None:
    with running(SandboxSettings(generation=5)) as five, running(SandboxSettings(generation=12)) as twelve:
        versions = [httpx.get(f"{one.url}/api/health").json()["version"] for one in (five, twelve)]

    assert versions == ["5.4.5", "12.4.0"]
    assert [five.version, twelve.version] == versions


def test_nobody_answers_after_the_end() -> None:
    with running(SandboxSettings()) as sandbox:
        url = sandbox.url

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/api/health")


def test_a_sandbox_stands_behind_a_sub_path(generation: int) -> None:
    settings = SandboxSettings(generation=generation, sub_path="/grafana")
    with running(settings) as sandbox, client_of(sandbox) as client:
        assert sandbox.url.endswith("/grafana")
        assert save(client, "a").json()["url"] == "/grafana/d/a/a"


def test_the_command_serves_until_it_is_interrupted() -> None:
    with subprocess.Popen([sys.executable, "-c", _COMMAND], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        version = httpx.get(f"{url}/api/health").json()["version"]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert version == GENERATIONS[9].version
    assert (rest, process.returncode) == ("ended\n", 0)


def test_data_sources_of_the_settings_are_listed_with_a_test_data_source_by_default(generation: int) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox, client_of(sandbox) as client:
        listed = client.get("/api/datasources").json()
        shown = client.get("/api/frontend/settings").json()

    assert [(one["name"], one["type"], one["isDefault"]) for one in listed] == [("TestData", "testdata", True)]
    assert shown["defaultDatasource"] == "TestData"
    assert shown["buildInfo"]["version"] == sandbox.version


def test_a_data_source_is_found_by_uid() -> None:
    source = DataSource("Prometheus", "prometheus", "prom-main")
    settings = SandboxSettings(generation=9, data_sources=(source,))
    with running(settings) as sandbox, client_of(sandbox) as client:
        found = client.get("/api/datasources/uid/prom-main")
        missing = client.get("/api/datasources/uid/other")

    assert (found.json()["name"], missing.status_code) == ("Prometheus", 404)
