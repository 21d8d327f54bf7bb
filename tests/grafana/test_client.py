"""Attempts, waits, and what is certain after a failure: over real sockets."""

from __future__ import annotations

import gzip
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
import stamina

from provisioner.core.errors import TargetUnauthorised, TargetUnreachable, TargetUnsuitable
from provisioner.core.model import TargetName
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, Connection
from provisioner.grafana import Waiting
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Lost, Reply
from tests.grafana.conftest import AUTH, TOKEN, Connect, Pauses
from tests.grafana.scripted import Answer, ScriptedServer, page
from tests.ports import reserved_port

READ = "GET /api/org"
WRITE = "POST /api/dashboards/db"
FINE = Answer({"id": 1})


def script(server: ScriptedServer, route: str, *answers: Answer | bytes) -> None:
    server.routes[route] = list(answers)


def test_a_request_says_who_we_are_and_which_organisation_is_meant(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, FINE)

    connect(org_id=7).read("/api/org")

    [request] = server.received
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["x-grafana-org-id"] == "7"
    assert request.headers["user-agent"].startswith("provisioner/")


def test_user_and_password_are_sent_as_basic_authentication(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, FINE)

    connect(auth=BasicAuth("admin", Secret("password_file"))).read("/api/org")

    assert server.received[0].headers["authorization"] == "Basic YWRtaW46Z2xzYV9hLXZlcnktc2VjcmV0LXRva2Vu"


def test_credentials_in_the_url_are_used_and_never_shown(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, FINE)

    client = connect(url=server.url.replace("//", "//ann:s%2Fecret@"), auth=None)
    client.read("/api/org")

    assert server.received[0].headers["authorization"] == "Basic YW5uOnMvZWNyZXQ="
    assert client.site == server.url


def test_nobody_is_said_without_credentials(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, FINE)
    connect(auth=None).read("/api/org")
    assert "authorization" not in server.received[0].headers


def test_a_sub_path_stands_before_every_path(server: ScriptedServer, connect: Connect) -> None:
    script(server, "GET /grafana/api/org", FINE)
    assert connect(url=server.url + "/grafana").read("/api/org").fields == {"id": 1}


def test_connections_are_kept(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, FINE)
    client = connect()
    begun = threading.active_count()
    for _ in range(5):
        client.read("/api/org")
    # The scripted server has one thread for each connection.
    assert threading.active_count() - begun <= 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_tried_again_while_the_server_cannot(server: ScriptedServer, connect: Connect, pauses: Pauses, status: int) -> None:
    script(server, READ, Answer({"message": "later"}, status), Answer({"message": "later"}, status), FINE)

    reply = connect().read("/api/org")

    assert reply.fields == {"id": 1}
    assert len(server.received) == 3
    assert pauses == pytest.approx([0.3, 0.6])


def test_a_read_is_tried_again_after_a_dropped_connection(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", FINE)
    assert connect().read("/api/org").fields == {"id": 1}


def test_a_read_is_not_tried_again_after_500(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, Answer({"message": "broken"}, 500))
    assert connect().read("/api/org").status == 500
    assert len(server.received) == 1


def test_attempts_end(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, page(502, "Bad Gateway"))
    client = connect(attempts=3)
    assert client.read("/api/org").words == "Bad Gateway"
    assert (len(server.received), client.requests) == (3, 3)


def test_a_read_without_an_answer_is_told_as_unreachable(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, b"")
    with pytest.raises(TargetUnreachable, match="does not answer: GET /api/org: Server disconnected") as caught:
        connect(attempts=2).read("/api/org")
    assert caught.value.next_step


def test_a_slow_read_ends_with_the_time_out(server: ScriptedServer, connect: Connect) -> None:
    never = threading.Event()
    script(server, READ, Answer({}, hold=never))
    try:
        with pytest.raises(TargetUnreachable, match="no answer in time"):
            connect(attempts=1, timeout=0.1).read("/api/org")
    finally:
        never.set()


# --- writes ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_that_may_have_been_done_is_not_sent_again(server: ScriptedServer, connect: Connect, status: int) -> None:
    script(server, WRITE, page(status), FINE)

    reply = connect().write("/api/dashboards/db", b"{}")

    assert isinstance(reply, Reply)
    assert reply.status == status
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "broken", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", b"nonsense\r\n\r\n"]
)
def test_a_write_whose_answer_is_lost_is_not_sent_again(server: ScriptedServer, connect: Connect, broken: bytes) -> None:
    script(server, WRITE, broken, FINE)
    assert isinstance(connect().write("/api/dashboards/db", b"{}"), Lost)
    assert len(server.received) == 1


def test_a_write_that_takes_too_long_is_lost(server: ScriptedServer, connect: Connect) -> None:
    never = threading.Event()
    script(server, WRITE, Answer({}, hold=never))
    try:
        assert connect(timeout=0.1).write("/api/dashboards/db", b"{}") == Lost("no answer in time")
        while not server.received:  # it has been sent, but a busy machine may not have come to it yet
            time.sleep(0.001)
    finally:
        never.set()
    assert len(server.received) == 1


def test_a_write_is_sent_again_after_429(server: ScriptedServer, connect: Connect) -> None:
    script(server, WRITE, Answer({"message": "tenant queue is full"}, 429), FINE)
    reply = connect().write("/api/dashboards/db", b'{"dashboard":{}}')
    assert isinstance(reply, Reply)
    assert reply.ok
    assert [request.body for request in server.received] == [b'{"dashboard":{}}'] * 2


def test_a_write_is_sent_again_after_503_that_names_a_time(server: ScriptedServer, connect: Connect, pauses: Pauses) -> None:
    script(server, WRITE, Answer({}, 503, {"Retry-After": "7"}), FINE)
    reply = connect().write("/api/dashboards/db", b"{}")
    assert isinstance(reply, Reply)
    assert reply.ok
    assert pauses == [7.0]


def test_a_write_to_nobody_was_certainly_not_done(connect: Connect, pauses: Pauses) -> None:
    with reserved_port() as port, pytest.raises(TargetUnreachable, match="Connection refused"):
        connect(url=f"http://127.0.0.1:{port}").write("/api/dashboards/db", b"{}")
    assert len(pauses) == 3


def test_a_write_waits_for_a_server_that_is_starting(waiting: Waiting) -> None:
    with reserved_port() as port, ExitStack() as late:

        def start(_: float) -> bool:
            late.enter_context(ScriptedServer({WRITE: [FINE]}, port=port))
            return False

        connection = Connection(target=TargetName("test"), url=f"http://127.0.0.1:{port}")
        with Client(connection, lambda _: "", Waiting(pause=start, now=waiting.now)) as client:
            reply = client.write("/api/dashboards/db", b"{}")

    assert isinstance(reply, Reply)
    assert reply.ok


def test_the_content_type_is_exactly_json(server: ScriptedServer, connect: Connect) -> None:
    script(server, WRITE, FINE)
    connect().write("/api/dashboards/db", b"{}")
    assert server.received[0].headers["content-type"] == "application/json"


# --- waits -------------------------------------------------------------------------------------------------------------------------------


def test_retry_after_as_a_date_is_honoured(server: ScriptedServer, connect: Connect, pauses: Pauses) -> None:
    date = format_datetime(datetime.fromtimestamp(1_800_000_012, UTC), usegmt=True)
    script(server, READ, Answer({}, 429, {"Retry-After": date}), FINE)
    connect().read("/api/org")
    assert pauses == [12.0]


def test_a_server_that_asks_for_a_long_pause_is_not_waited_for(server: ScriptedServer, connect: Connect, pauses: Pauses) -> None:
    script(server, WRITE, Answer({}, 429, {"Retry-After": "3600"}))
    reply = connect().write("/api/dashboards/db", b"{}")
    assert isinstance(reply, Reply)
    assert (reply.status, reply.retry_after, pauses) == (429, 3600.0, [])


def test_waits_grow_and_are_bounded(server: ScriptedServer, connect: Connect, pauses: Pauses) -> None:
    script(server, READ, Answer({}, 503))
    connect(attempts=8).read("/api/org")
    assert pauses == pytest.approx([0.3, 0.6, 1.2, 2.4, 4.8, 7.5, 7.5])


def test_a_stop_ends_the_attempts(server: ScriptedServer, connect: Connect, pauses: Pauses) -> None:
    pauses.stop_at = 1
    script(server, READ, Answer({}, 503))
    assert connect().read("/api/org").status == 503
    assert len(server.received) == 1


def test_a_stop_ends_a_wait_at_once(server: ScriptedServer) -> None:
    script(server, READ, Answer({}, 503, {"Retry-After": "25"}))
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    begun = time.monotonic()
    connection = Connection(target=TargetName("test"), url=server.url)
    with Client(connection, lambda _: "", Waiting(pause=stop.wait)) as client:
        assert client.read("/api/org").status == 503
    assert time.monotonic() - begun < 20


def test_the_switch_for_tests_of_stamina_is_obeyed(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, Answer({}, 503))
    with stamina.set_testing(True, attempts=2):
        connect(attempts=9).read("/api/org")
    assert len(server.received) == 2


# --- answers that are none ---------------------------------------------------------------------------------------------------------------


def test_packed_answers_are_unpacked(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, Answer(gzip.compress(b'{"id": 1}'), headers={"Content-Encoding": "gzip"}))
    assert connect().read("/api/org").fields == {"id": 1}


def test_an_answer_that_cannot_be_unpacked_is_lost(server: ScriptedServer, connect: Connect) -> None:
    script(server, WRITE, Answer(b"not gzip", headers={"Content-Encoding": "gzip"}))
    assert isinstance(connect().write("/api/dashboards/db", b"{}"), Lost)


def test_an_answer_without_an_end_is_cut_off(server: ScriptedServer, connect: Connect) -> None:
    # 70 MiB of zeros, 70 kB on the wire.
    script(server, READ, Answer(gzip.compress(bytes(70 * 2**20), 1), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(TargetUnsuitable, match="the answer is larger than 64 MiB"):
        connect().read("/api/org")


def test_a_server_that_drips_does_not_hold_us_for_ever(server: ScriptedServer, waiting: Waiting) -> None:
    script(server, READ, FINE)
    ticks = iter(range(0, 1000, 20))
    connection = Connection(target=TargetName("test"), url=server.url, timeout=10, attempts=2)
    with (
        Client(connection, lambda _: "", replace(waiting, clock=lambda: next(ticks))) as client,
        pytest.raises(TargetUnreachable, match="no answer in time"),
    ):
        client.read("/api/org")


def test_a_web_page_is_not_believed_to_be_json(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, Answer(b'{"id": 1}', content_type="text/html"))
    reply = connect().read("/api/org")
    assert (reply.value, reply.fields) == (None, {})


@pytest.mark.parametrize(
    ("location", "error", "words"),
    [
        ("/login", TargetUnauthorised, "redirects to a login page"),
        ("https://sso.example/realms/x?redirect=secret", TargetUnauthorised, "login page: https://sso.example/realms/x$"),
        ("/grafana/", TargetUnsuitable, "redirects to http://127.0.0.1"),
        ("http://user:pw@elsewhere.example/x", TargetUnsuitable, "redirects to http://elsewhere.example/x"),
    ],
)
def test_a_redirect_is_told_and_not_followed(
    server: ScriptedServer, connect: Connect, location: str, error: type[Exception], words: str
) -> None:
    script(server, READ, Answer(b"", 302, {"Location": location}))
    with pytest.raises(error, match=words):
        connect().read("/api/org")
    assert len(server.received) == 1


def test_a_redirect_to_https_names_the_url_to_set(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, Answer(b"", 301, {"Location": "https://127.0.0.1/api/org"}))
    with pytest.raises(TargetUnsuitable, match="redirects to https") as caught:
        connect().read("/api/org")
    assert "https://127.0.0.1" in caught.value.next_step


# --- credentials -------------------------------------------------------------------------------------------------------------------------


def rotating(server: ScriptedServer, *tokens: str) -> Client:
    left = list(tokens)
    connection = Connection(target=TargetName("test"), url=server.url, auth=AUTH)
    return Client(connection, lambda _: left.pop(0) if len(left) > 1 else left[0])


def test_a_rotated_token_is_read_anew_after_a_401(server: ScriptedServer) -> None:
    script(server, WRITE, Answer({"message": "Invalid API key"}, 401), FINE)
    with rotating(server, "old-token", "new-token") as client:
        reply = client.write("/api/dashboards/db", b"{}")
    assert isinstance(reply, Reply)
    assert reply.ok
    assert [request.headers["authorization"] for request in server.received] == ["Bearer old-token", "Bearer new-token"]


def test_a_token_that_stays_refused_ends_the_work_on_the_target(server: ScriptedServer) -> None:
    script(server, READ, Answer({"message": "Invalid API key"}, 401))
    with rotating(server, "old-token") as client, pytest.raises(TargetUnauthorised, match="Invalid API key"):
        client.read("/api/org")
    assert len(server.received) == 1


def test_a_token_file_with_line_breaks_is_told_without_its_text(server: ScriptedServer) -> None:
    with pytest.raises(TargetUnauthorised) as caught:
        rotating(server, "glsa_one\nglsa_two")
    assert "glsa" not in caught.value.message
    assert "targets.test.token_file" in caught.value.message


def test_a_proxy_that_prints_the_request_does_not_print_our_secret(server: ScriptedServer, connect: Connect) -> None:
    script(server, WRITE, page(403, f"blocked: Authorization: Bearer {TOKEN}"))
    reply = connect().write("/api/dashboards/db", b"{}")
    assert isinstance(reply, Reply)
    assert reply.words == "blocked: Authorization: Bearer (secret)"


@pytest.mark.parametrize("url", ["grafana.example", "ftp://grafana.example", "http://", "http://[::1", "http://x:99999"])
def test_a_url_that_is_none_is_told_before_anything_is_sent(connect: Connect, url: str) -> None:
    with pytest.raises(TargetUnsuitable, match="is no address of a server"):
        connect(url=url)


def test_requests_are_counted_across_threads(server: ScriptedServer, connect: Connect) -> None:
    script(server, READ, FINE)
    client = connect()
    threads = [threading.Thread(target=lambda: [client.read("/api/org") for _ in range(10)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (client.requests, len(server.received)) == (60, 60)
