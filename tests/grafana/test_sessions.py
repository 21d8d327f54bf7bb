"""Sessions: one sign-in however many threads, again when it has ended, never again with a password that was refused: over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from provisioner.core.errors import SecretUnreadable, TargetUnauthorised, TargetUnreachable
from provisioner.core.model import TargetName
from provisioner.core.secret import Secret
from provisioner.core.settings import Connection, SessionAuth
from provisioner.grafana import Sessions, Waiting, open_grafana
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Reply
from provisioner.grafana.sessions import REFUSED_REST
from provisioner.sandbox.serve import Running
from tests.grafana.conftest import Pauses
from tests.grafana.scripted import Answer, ScriptedServer, page

PASSWORD = "correct horse battery staple"
AUTH = SessionAuth("admin", Secret("targets.test.password_file", file="password"))
LOGIN, READ, WRITE = "POST /login", "GET /api/org", "POST /api/dashboards/db"
FINE, ENDED = Answer({"id": 1}), Answer({"message": "Unauthorized"}, 401)
REFUSED = Answer({"message": "Invalid username or password"}, 401)


def signed_in(cookie: str = "first-cookie") -> Answer:
    return Answer({"message": "Logged in"}, headers={"Set-Cookie": f"grafana_session={cookie}; Path=/; Max-Age=2592000; HttpOnly"})


@dataclass
class Desk:
    """What the clients of a test share: a password that may change, a clock that is set, the sessions of the process."""

    password: str | SecretUnreadable = PASSWORD
    seconds: float = 1000.0
    open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.sessions = Sessions(lambda: self.seconds)

    def reveal(self, _: Secret) -> str:
        if isinstance(self.password, SecretUnreadable):
            raise self.password
        return self.password

    def client(self, url: str, *, alone: bool = False, attempts: int = 3) -> Client:
        waiting = Waiting(pause=Pauses(), chance=lambda: 0.0)
        connection = Connection(TargetName("test"), url, AUTH, timeout=30.0, attempts=attempts)
        return self.open.enter_context(Client(connection, self.reveal, waiting, None, None if alone else self.sessions))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    with made.open:
        yield made


@pytest.fixture
def admin(desk: Desk) -> Desk:
    """At a sandbox."""
    desk.password = "admin"
    return desk


def cookies(server: ScriptedServer, route: str) -> list[str | None]:
    return [request.headers.get("cookie") for request in server.asked(route)]


# --- signing in ---------------------------------------------------------------------------------------------------------------------------


def test_user_and_password_are_given_once_and_the_cookie_goes_with_every_request(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in()], READ: [FINE], WRITE: [FINE]}
    client = desk.client(server.url)
    client.read("/api/org")
    client.write("/api/dashboards/db", b"{}")
    [login] = server.asked(LOGIN)
    assert {"user": "admin", "password": PASSWORD} == login.json
    assert ["grafana_session=first-cookie"] * 2 == cookies(server, READ) + cookies(server, WRITE)
    assert not any("authorization" in request.headers for request in server.received)
    assert client.requests == 3


def test_nothing_is_sent_before_the_first_request(server: ScriptedServer, desk: Desk) -> None:
    desk.client(server.url)
    assert [] == server.received


def test_a_later_client_goes_on_with_the_session_of_an_earlier_one(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in()], READ: [FINE]}
    for _ in range(3):
        desk.client(server.url).read("/api/org")
    assert 1 == len(server.asked(LOGIN))


def test_without_a_process_that_remembers_each_client_signs_in(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in()], READ: [FINE]}
    for _ in range(2):
        desk.client(server.url, alone=True).read("/api/org")
    assert 2 == len(server.asked(LOGIN))


@pytest.mark.parametrize("generation", [5, 6, 7, 8, 9, 12])
def test_every_generation_lets_a_session_in(sandbox: Callable[..., Running], admin: Desk, generation: int) -> None:
    running = sandbox(generation=generation)
    assert {"id": 1, "name": "Main Org."}.items() <= admin.client(running.url).read("/api/org").fields.items()


def test_the_organisation_is_chosen_by_the_header_as_with_a_password(sandbox: Callable[..., Running], admin: Desk) -> None:
    running = sandbox(generation=9)
    admin.client(running.url).write("/api/orgs", b'{"name": "Second"}')
    connection = Connection(TargetName("test"), running.url, AUTH, org_id=2)
    with open_grafana(connection, admin.reveal, None, None, admin.sessions) as grafana:
        assert "Second" == grafana.probe().org_name
    assert 1 == len([each for each in running.requests.all if each.path == "/login"])


# --- a session that ends ------------------------------------------------------------------------------------------------------------------


def test_a_session_that_has_ended_is_begun_anew_and_the_request_sent_again(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in(), signed_in("second-cookie")], WRITE: [ENDED, FINE]}
    reply = desk.client(server.url).write("/api/dashboards/db", b"{}")
    assert isinstance(reply, Reply)
    assert reply.ok
    assert ["grafana_session=first-cookie", "grafana_session=second-cookie"] == cookies(server, WRITE)
    assert [None, None] == cookies(server, LOGIN)


def test_nobody_signs_in_twice_for_one_request(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in(), signed_in("second-cookie")], READ: [ENDED]}
    with pytest.raises(TargetUnauthorised, match="Unauthorized"):
        desk.client(server.url).read("/api/org")
    assert (2, 2) == (len(server.asked(LOGIN)), len(server.asked(READ)))


def test_one_thread_signs_in_and_the_others_wait_for_it(server: ScriptedServer, desk: Desk) -> None:
    hold = threading.Event()
    server.routes = {LOGIN: [Answer(signed_in().body, headers=signed_in().headers, hold=hold)], READ: [FINE]}
    client = desk.client(server.url)
    with ThreadPoolExecutor(4) as pool:
        replies = [pool.submit(client.read, "/api/org") for _ in range(4)]
        while not server.asked(LOGIN):
            threading.Event().wait(0.001)
        hold.set()
        assert all(each.result().ok for each in replies)
    assert 1 == len(server.asked(LOGIN))


def test_sessions_that_end_in_the_middle_of_many_saves_cost_one_sign_in_each_and_no_save(
    sandbox: Callable[..., Running], admin: Desk
) -> None:
    running = sandbox(generation=9)
    client = admin.client(running.url)
    barrier = threading.Barrier(4)

    def save(number: int) -> int:
        if number % 20 == 0 and number:
            with running.server.store.transaction() as database:
                database.execute("DELETE FROM session")
        if number < 4:
            barrier.wait(30)
        body = f'{{"dashboard": {{"uid": "u{number}", "title": "T{number}", "panels": []}}, "overwrite": false}}'
        reply = client.write("/api/dashboards/db", body.encode())
        assert isinstance(reply, Reply)
        return reply.status

    with ThreadPoolExecutor(4) as pool:
        assert [200] * 100 == list(pool.map(save, range(100)))
    signed_in_times = [each for each in running.requests.all if each.path == "/login"]
    # Four times it ended; two of them may fall together, for whoever was under way.
    assert 2 <= len(signed_in_times) <= 5
    saved = [each for each in running.requests.all if each.path == "/api/dashboards/db" and each.status == 200]
    assert 100 == len(saved)


# --- a cookie that the server renews ------------------------------------------------------------------------------------------------------


def rotated(cookie: str, status: int = 200) -> Answer:
    return Answer({"id": 1}, status, headers={"Set-Cookie": f"grafana_session={cookie}; Path=/; Max-Age=2592000"})


def test_a_renewed_cookie_is_the_one_that_is_sent_from_then_on(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in()], READ: [rotated("renewed"), FINE]}
    client = desk.client(server.url)
    for _ in range(3):
        client.read("/api/org")
    assert ["grafana_session=first-cookie", "grafana_session=renewed", "grafana_session=renewed"] == cookies(server, READ)
    assert 1 == len(server.asked(LOGIN))


def test_a_cookie_that_was_renewed_meanwhile_is_tried_before_anybody_signs_in(server: ScriptedServer, desk: Desk) -> None:
    hold = threading.Event()
    late = Answer(ENDED.body, 401, hold=hold)
    server.routes = {LOGIN: [signed_in()], WRITE: [late, FINE], READ: [rotated("renewed")]}
    client = desk.client(server.url)
    client.read("/api/org")
    server.routes[READ] = [rotated("renewed-again")]
    with ThreadPoolExecutor(1) as pool:
        write = pool.submit(client.write, "/api/dashboards/db", b"{}")
        while not server.asked(WRITE):
            threading.Event().wait(0.001)
        client.read("/api/org")
        hold.set()
        write.result()
    assert ["grafana_session=renewed", "grafana_session=renewed-again"] == cookies(server, WRITE)
    assert 1 == len(server.asked(LOGIN))


def test_what_a_refusal_does_to_the_cookie_is_not_taken_over(server: ScriptedServer, desk: Desk) -> None:
    gone = Answer(ENDED.body, 401, headers={"Set-Cookie": "grafana_session=; Path=/; Max-Age=0"})
    server.routes = {LOGIN: [signed_in(), signed_in("second-cookie")], READ: [gone, FINE]}
    desk.client(server.url).read("/api/org")
    assert ["grafana_session=first-cookie", "grafana_session=second-cookie"] == cookies(server, READ)


def test_a_late_answer_to_an_ended_session_does_not_spoil_the_new_one(server: ScriptedServer, desk: Desk) -> None:
    hold = threading.Event()
    server.routes = {
        LOGIN: [signed_in(), signed_in("second-cookie")],
        WRITE: [Answer({}, headers=rotated("of-the-first").headers, hold=hold)],
        READ: [ENDED, FINE],
    }
    client = desk.client(server.url)
    with ThreadPoolExecutor(1) as pool:
        write = pool.submit(client.write, "/api/dashboards/db", b"{}")
        while not server.asked(WRITE):
            threading.Event().wait(0.001)
        client.read("/api/org")
        hold.set()
        write.result()
    client.read("/api/org")
    assert "grafana_session=second-cookie" == cookies(server, READ)[-1]


@pytest.mark.parametrize("ending", ["grafana_session=; Path=/", "grafana_session=x; Max-Age=0", "grafana_session=x; max-age=-1"])
def test_a_cookie_that_the_server_takes_away_is_asked_for_anew(server: ScriptedServer, desk: Desk, ending: str) -> None:
    server.routes = {LOGIN: [signed_in(), signed_in("second-cookie")], READ: [Answer({"id": 1}, headers={"Set-Cookie": ending}), FINE]}
    client = desk.client(server.url)
    client.read("/api/org")
    client.read("/api/org")
    assert ["grafana_session=first-cookie", "grafana_session=second-cookie"] == cookies(server, READ)


@pytest.mark.parametrize("odd", ["no-pair", "=nameless", "löffel=1", 'name="a\x7fb"'])
def test_what_is_no_cookie_is_passed_over(server: ScriptedServer, desk: Desk, odd: str) -> None:
    server.routes = {LOGIN: [signed_in()], READ: [Answer({"id": 1}, headers={"Set-Cookie": odd}), FINE]}
    client = desk.client(server.url)
    client.read("/api/org")
    client.read("/api/org")
    assert "grafana_session=first-cookie" == cookies(server, READ)[-1]


# --- a sign-in that is refused ------------------------------------------------------------------------------------------------------------


def test_a_refused_password_is_not_sent_again_however_often_it_is_asked_for(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [REFUSED], READ: [FINE]}
    for client in (desk.client(server.url), desk.client(server.url)):
        for _ in range(3):
            with pytest.raises(TargetUnauthorised, match="Invalid username or password"):
                client.read("/api/org")
    assert (1, 0) == (len(server.asked(LOGIN)), len(server.asked(READ)))


def test_threads_that_wait_for_a_sign_in_that_is_refused_do_not_try_it_in_turn(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [REFUSED]}
    client = desk.client(server.url)

    def refused(_: int) -> bool:
        with pytest.raises(TargetUnauthorised):
            client.read("/api/org")
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(refused, range(8)))
    assert 1 == len(server.asked(LOGIN))


def test_another_password_in_the_file_is_tried_at_once(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [REFUSED, signed_in()], READ: [FINE]}
    client = desk.client(server.url)
    with pytest.raises(TargetUnauthorised):
        client.read("/api/org")
    desk.password = "the-new-one"
    assert client.read("/api/org").ok


def test_a_refused_password_is_tried_again_after_a_while_since_it_may_have_been_set_on_the_server(
    server: ScriptedServer, desk: Desk
) -> None:
    server.routes = {LOGIN: [REFUSED, signed_in()], READ: [FINE]}
    client = desk.client(server.url)
    with pytest.raises(TargetUnauthorised):
        client.read("/api/org")
    desk.seconds += REFUSED_REST
    assert client.read("/api/org").ok


def test_within_the_five_minutes_of_a_lock_out_a_password_is_refused_less_often_than_locks_out() -> None:
    assert 1 + 5 * 60 / REFUSED_REST < 5


def test_a_password_that_is_wrong_by_now_is_refused_once_when_the_session_ends(sandbox: Callable[..., Running], admin: Desk) -> None:
    running = sandbox(generation=9)
    client = admin.client(running.url)
    client.read("/api/org")
    with running.server.store.transaction() as database:
        database.execute("DELETE FROM session")
        database.execute("UPDATE person SET secret = 'changed'")
    for _ in range(3):
        with pytest.raises(TargetUnauthorised):
            client.read("/api/org")
    assert [200, 401] == [each.status for each in running.requests.all if each.path == "/login"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"message": "Login is disabled"}, 401),
        Answer({"message": "Not found"}, 404),
        Answer({"message": "Forbidden"}, 403),
        Answer({"message": "bad client", "messageId": "auth.client.notConfigured"}, 400),
        Answer({"message": "Logged in"}, 200),
        page(200, "Sign in"),
        Answer(signed_in().body, 302, headers={"Location": "/login/generic_oauth"}),
        Answer({}, 407),
    ],
)
def test_a_server_without_a_form_to_sign_in_by_is_told_as_such(server: ScriptedServer, desk: Desk, answer: Answer) -> None:
    server.routes = {LOGIN: [answer]}
    with pytest.raises(TargetUnauthorised) as caught:
        desk.client(server.url).read("/api/org")
    assert "password" not in caught.value.message or "lets nobody sign in" in caught.value.message
    assert caught.value.next_step


def test_a_server_that_cannot_now_is_asked_again(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [Answer({"message": "later"}, 429), b"", signed_in()], READ: [FINE]}
    assert desk.client(server.url).read("/api/org").ok


def test_a_server_that_fails_at_the_sign_in_is_unreachable_and_its_password_not_wrong(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [page(502, "Bad Gateway"), signed_in()], READ: [FINE]}
    client = desk.client(server.url)
    with pytest.raises(TargetUnreachable, match="the sign-in"):
        client.read("/api/org")
    assert client.read("/api/org").ok


def test_a_password_file_that_cannot_be_read_is_told(server: ScriptedServer, desk: Desk) -> None:
    desk.password = SecretUnreadable("password: no such file", next_step="make it")
    with pytest.raises(TargetUnauthorised, match="no such file") as caught:
        desk.client(server.url).read("/api/org")
    assert "make it" == caught.value.next_step


# --- secrets ------------------------------------------------------------------------------------------------------------------------------


def test_neither_password_nor_cookie_is_in_any_message(server: ScriptedServer, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    talkative = Answer({"message": f"you sent {PASSWORD} and first-cookie"}, 400)
    server.routes = {LOGIN: [signed_in()], WRITE: [talkative]}
    client = desk.client(server.url)
    reply = client.write("/api/dashboards/db", b"{}")
    assert isinstance(reply, Reply)
    assert "you sent (secret) and (secret)" == reply.words
    assert not any(secret in text for text in (repr(client), caplog.text) for secret in (PASSWORD, "first-cookie"))


def test_a_password_that_a_refusal_repeats_is_blanked_out(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [Answer({"message": f"wrong: {PASSWORD}"}, 401)]}
    with pytest.raises(TargetUnauthorised, match=r"wrong: \(secret\)"):
        desk.client(server.url).read("/api/org")


def test_a_reply_does_not_show_its_cookies(server: ScriptedServer, desk: Desk) -> None:
    server.routes = {LOGIN: [signed_in()], READ: [rotated("renewed-cookie")]}
    reply = desk.client(server.url).read("/api/org")
    assert "renewed-cookie" not in repr(reply) + str(reply)
