"""Deliveries over a real socket: who may call, how much, how often, how slowly, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.core.secret import Secret
from provisioner.web.hooks_limits import HookLimits
from tests.web.hook_front import SOURCE, Desk, Front, answered, front, head
from tests.web.payloads.deliveries import JSON, OTHER_SECRET, PUSHES, SECRET, Sent, payload

EVERY = pytest.mark.parametrize("sent", PUSHES, ids=lambda sent: sent.name)
GITHUB = next(each for each in PUSHES if each.name == "github")
SIGNED = next(each for each in PUSHES if each.name == "gitlab-signed")


@pytest.fixture(scope="module")
def serving() -> Iterator[Front]:
    with front() as one:
        yield one


@pytest.fixture
def desk(serving: Front, tmp_path: Path) -> Desk:
    return Desk(serving, tmp_path)


# Every provider


@EVERY
def test_a_right_delivery_is_accepted_and_wakes_its_source(desk: Desk, sent: Sent) -> None:
    desk.open(desk.hook_for(sent))
    answer = desk.send(sent)
    assert (202, "accepted", [(SOURCE,)]) == (answer.status, answer.verdict, desk.told.woken)
    assert [("platform", "accepted")] == desk.told.counted


@EVERY
def test_a_wrong_secret_is_refused_and_wakes_nothing(desk: Desk, sent: Sent) -> None:
    desk.open(desk.hook_for(sent, desk.secret(sent.wrong)))
    answer = desk.send(sent)
    assert (401, "refused", []) == (answer.status, answer.verdict, desk.told.woken)


@EVERY
def test_a_delivery_without_a_proof_is_refused(desk: Desk, sent: Sent) -> None:
    desk.open(desk.hook_for(sent))
    answer = desk.post(dict(sent.headers), sent.body())
    assert (401, "unsigned", []) == (answer.status, answer.verdict, desk.told.woken)


@EVERY
def test_a_delivery_that_comes_again_wakes_nothing_more(desk: Desk, sent: Sent) -> None:
    desk.open(desk.hook_for(sent))
    assert ["accepted", "replayed"] == [desk.send(sent).verdict for _ in range(2)]
    assert [(SOURCE,)] == desk.told.woken


@EVERY
def test_a_truncated_body_wakes_nothing(desk: Desk, sent: Sent) -> None:
    desk.open(desk.hook_for(sent))
    desk.post(sent.proven(), sent.body()[:-2])
    assert [] == desk.told.woken
    assert desk.told.verdicts in (["refused"], ["malformed"])


@EVERY
def test_a_body_that_is_too_large_is_refused_before_it_is_read(desk: Desk, sent: Sent) -> None:
    desk.open(desk.hook_for(sent), limits=HookLimits(body=100))
    answer = desk.speak(head("Content-Length: 101", *(f"{name}: {value}" for name, value in sent.proven().items())))
    assert (413, "too-large", []) == (answer.status, answer.verdict, desk.told.woken)


# What is seen again


def test_an_id_is_only_remembered_after_the_proof_was_right(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    desk.send(GITHUB, x_hub_signature_256="sha256=" + "0" * 64)
    assert "accepted" == desk.send(GITHUB).verdict


def test_a_delivery_with_another_id_is_another_delivery(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    assert ["accepted", "accepted"] == [desk.send(GITHUB, x_github_delivery=each).verdict for each in "ab"]


def test_an_id_is_forgotten_after_its_time(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(seen_seconds=60))
    desk.send(GITHUB)
    desk.told.seconds = 60
    assert "accepted" == desk.send(GITHUB).verdict


def test_only_the_newest_ids_are_remembered(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(seen=2))
    sent = [desk.send(GITHUB, x_github_delivery=each).verdict for each in "abcba"]
    assert ["accepted", "accepted", "accepted", "replayed", "accepted"] == sent


def test_an_id_that_was_seen_by_one_hook_is_new_to_another(desk: Desk) -> None:
    first = desk.hook_for(GITHUB)
    desk.open(first, replace(first, settings=replace(first.settings, name="second")))
    answers = [desk.post(GITHUB.proven(), GITHUB.body(), f"/hooks/{name}").verdict for name in ("platform", "second")]
    assert ["accepted", "accepted"] == answers


# How large, how slow, how whole


def test_a_body_in_chunks_that_grows_too_large_is_cut_off(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(body=1000))
    chunk = b"258\r\n" + b"x" * 600 + b"\r\n"
    answer = desk.speak(head("Transfer-Encoding: chunked"), chunk, chunk)
    assert (413, "too-large", "close") == (answer.status, answer.verdict, answer.headers["connection"])


def test_a_body_in_chunks_is_taken_whole(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    body = GITHUB.body()
    chunks = [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:100], body[100:])]
    lines = [f"{name}: {value}" for name, value in GITHUB.proven().items()]
    assert "accepted" == desk.speak(head("Transfer-Encoding: chunked", *lines), *chunks, b"0\r\n\r\n").verdict


def test_a_body_of_just_the_limit_is_taken(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(body=len(GITHUB.body())))
    assert "accepted" == desk.send(GITHUB).verdict


def test_who_sends_a_large_body_before_it_listens_still_hears_that_it_is_too_large(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    assert "too-large" == desk.post(GITHUB.proven(), b"x" * 20_000_000).verdict


def test_after_a_body_that_was_too_large_the_connection_is_of_use_again(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(body=2000))
    lines = [f"{name}: {value}" for name, value in GITHUB.proven().items()]
    with desk.connected() as one:
        one.sendall(head("Content-Length: 3000") + b"x" * 3000)
        first = answered(one).verdict
        one.sendall(head(f"Content-Length: {len(GITHUB.body())}", *lines) + GITHUB.body())
        assert ["too-large", "accepted"] == [first, answered(one).verdict]


def test_a_length_beyond_counting_is_too_large(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    answer = desk.speak(head("Content-Length: " + "9" * 20))
    assert (413, "close") == (answer.status, answer.headers["connection"])


def test_a_body_that_does_not_come_is_given_up(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(body_seconds=0.05))
    answer = desk.speak(head("Content-Length: 100") + b"{")
    assert (408, "slow", "close") == (answer.status, answer.verdict, answer.headers["connection"])


def test_a_connection_that_ends_before_its_body_wakes_nothing(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    with desk.connected() as one:
        one.sendall(head("Content-Length: 100") + b"{")
    assert desk.told.heard.acquire(timeout=30)
    assert (["malformed"], []) == (desk.told.verdicts, desk.told.woken)


def test_bodies_that_are_read_at_once_are_few(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(readings=1))
    lines = [f"{name}: {value}" for name, value in GITHUB.proven().items()]
    body = GITHUB.body()
    with desk.connected() as slow:
        slow.sendall(head("Expect: 100-continue", f"Content-Length: {len(body)}", *lines))
        assert b"HTTP/1.1 100 " == slow.recv(200)[:13]  # it is being read
        busy = desk.send(GITHUB)
        slow.sendall(body)
        assert "accepted" == answered(slow).verdict
    assert (429, "limited", "1") == (busy.status, busy.verdict, busy.headers["retry-after"])


def test_other_deliveries_are_taken_while_one_is_slow(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    with desk.connected() as slow:
        slow.sendall(head("Content-Length: 100") + b"{")
        assert "accepted" == desk.send(GITHUB).verdict


# How often


def test_a_burst_is_taken_and_what_is_beyond_told_when_to_come_again(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(burst=3, rate=0.5))
    answers = [desk.send(GITHUB, x_github_delivery=str(number)) for number in range(4)]
    assert [202, 202, 202, 429] == [each.status for each in answers]
    assert "2" == answers[-1].headers["retry-after"]


def test_after_a_while_deliveries_are_taken_again(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB), limits=HookLimits(burst=1, rate=0.5))
    first = [desk.send(GITHUB, x_github_delivery="a").status, desk.send(GITHUB, x_github_delivery="b").status]
    desk.told.seconds = 2
    assert [202, 429, 202] == [*first, desk.send(GITHUB, x_github_delivery="b").status]


def test_one_hook_does_not_use_up_what_another_may_take(desk: Desk) -> None:
    first = desk.hook_for(GITHUB)
    desk.open(first, replace(first, settings=replace(first.settings, name="second")), limits=HookLimits(burst=1))
    answers = [desk.post(GITHUB.proven(), GITHUB.body(), f"/hooks/{name}").status for name in ("platform", "second")]
    assert [202, 202] == answers


def test_deliveries_at_the_same_moment_are_each_answered(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda number: desk.send(GITHUB, x_github_delivery=str(number)).verdict, range(40)))
    assert ["accepted"] * 40 == verdicts


def test_one_delivery_that_comes_eight_times_at_once_wakes_once(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: desk.send(GITHUB), range(8)))
    assert [(SOURCE,)] == desk.told.woken


# Secrets


def test_both_secrets_count_while_they_are_rotated(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB, desk.secret(OTHER_SECRET, "new"), desk.secret(SECRET, "old")))
    verdicts = [
        desk.post({**GITHUB.proven(secret=each), "x-github-delivery": each[:3]}, GITHUB.body()).verdict for each in (SECRET, OTHER_SECRET)
    ]
    assert ["accepted", "accepted"] == verdicts


def test_a_secret_that_is_changed_in_its_file_counts_at_once(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB, desk.secret(OTHER_SECRET)))
    before = desk.send(GITHUB).verdict
    desk.secret(SECRET)
    assert ["refused", "accepted"] == [before, desk.send(GITHUB).verdict]


def test_a_secret_that_cannot_be_read_is_our_fault_and_told(desk: Desk, tmp_path: Path) -> None:
    desk.open(desk.hook_for(GITHUB, Secret("server.hooks.platform.secret_file", str(tmp_path / "none"))))
    answer = desk.send(GITHUB)
    assert (503, "unreadable", "30") == (answer.status, answer.verdict, answer.headers["retry-after"])
    assert [f"hook platform: {tmp_path / 'none'} is not there; create it, readable for the provisioner alone"] == desk.told.troubles


def test_an_answer_does_not_tell_where_secrets_are(desk: Desk, tmp_path: Path) -> None:
    desk.open(desk.hook_for(GITHUB, Secret("server.hooks.platform.secret_file", str(tmp_path / "none"))))
    assert str(tmp_path) not in desk.send(GITHUB).message


def test_one_secret_that_can_be_read_is_enough(desk: Desk, tmp_path: Path) -> None:
    gone = Secret("server.hooks.platform.secret_files", str(tmp_path / "none"))
    desk.open(desk.hook_for(GITHUB, gone, desk.secret(SECRET)))
    assert "accepted" == desk.send(GITHUB).verdict
    assert 1 == len(desk.told.troubles)


# Who may call


def test_a_client_in_one_of_the_networks_may_call(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB, networks=("192.0.2.0/24", "127.0.0.0/8")))
    assert "accepted" == desk.send(GITHUB).verdict


def test_a_client_of_another_network_may_not(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB, networks=("192.0.2.0/24",)))
    answer = desk.send(GITHUB)
    assert (403, "foreign", []) == (answer.status, answer.verdict, desk.told.woken)


def test_nobody_gets_in_by_saying_whom_they_speak_for(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB, networks=("192.0.2.0/24",)))
    assert 403 == desk.send(GITHUB, x_forwarded_for="192.0.2.1", x_real_ip="192.0.2.1", forwarded="for=192.0.2.1").status


# Names, methods, and reloading


@pytest.mark.parametrize("name", ["other", "PLATFORM", "platform%20", "%00"])
def test_a_hook_that_is_not_configured_is_unknown_and_its_name_told_nobody(desk: Desk, name: str) -> None:
    desk.open(desk.hook_for(GITHUB))
    answer = desk.post(GITHUB.proven(), GITHUB.body(), f"/hooks/{name}")
    assert (404, "unknown", [("unknown", "unknown")]) == (answer.status, answer.verdict, desk.told.counted)


def test_unknown_hooks_cannot_be_tried_without_end(desk: Desk) -> None:
    desk.open(limits=HookLimits(burst=2))
    assert [404, 404, 429] == [desk.post({}, b"", f"/hooks/{name}").status for name in "abc"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("name", ["platform", "other"])
def test_any_other_method_is_not_allowed_whatever_the_name(desk: Desk, method: str, name: str) -> None:
    desk.open(desk.hook_for(GITHUB))
    answer = desk.post({}, b"", f"/hooks/{name}", method)
    assert (405, "POST", []) == (answer.status, answer.headers["allow"], desk.told.counted)


def test_a_reload_counts_from_the_next_delivery_on(desk: Desk) -> None:
    first = desk.hook_for(GITHUB)
    desk.open(first)
    desk.send(GITHUB, x_github_delivery="a")
    desk.hooks = ()
    gone = desk.send(GITHUB, x_github_delivery="b").status
    desk.hooks = (replace(first, wanted=()),)
    assert (404, "ignored") == (gone, desk.send(GITHUB, x_github_delivery="c").verdict)


def test_a_hook_that_was_gone_remembers_nothing(desk: Desk) -> None:
    first = desk.hook_for(GITHUB)
    desk.open(first)
    desk.send(GITHUB)
    desk.hooks = ()
    desk.send(GITHUB)
    desk.hooks = (first,)
    assert "accepted" == desk.send(GITHUB).verdict


# What is told


def test_an_ignored_push_is_told_why(desk: Desk) -> None:
    hook = desk.hook_for(GITHUB)
    desk.open(replace(hook, wanted=tuple(replace(each, ref="release") for each in hook.wanted)))
    answer = desk.send(GITHUB)
    words = 'a push to branch "master" of Codertocat/Hello-World, while the hook\'s sources follow branch "release"'
    assert (202, "ignored", words) == (answer.status, answer.verdict, answer.message)


def test_each_delivery_is_told_once_with_what_it_was_about(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    desk.send(GITHUB)
    [(hook, judgement)] = desk.told.lines
    assert ("platform", "push", "master", GITHUB.commit) == (hook, judgement.event, judgement.ref, judgement.commit)


def test_a_ping_is_answered(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    ping = replace(GITHUB, file="github-ping")
    answer = desk.send(ping, x_github_event="ping")
    assert (200, "ping", []) == (answer.status, answer.verdict, desk.told.woken)


def test_a_signed_time_is_compared_with_the_clock_on_the_wall(desk: Desk) -> None:
    desk.open(desk.hook_for(SIGNED))
    desk.told.seconds = time.time()  # this clock has nothing to do with it
    assert "accepted" == desk.send(SIGNED).verdict


def test_what_is_rightly_signed_but_no_json_is_malformed(desk: Desk) -> None:
    desk.open(desk.hook_for(GITHUB))
    answer = desk.post({**JSON, "x-github-event": "push", **GITHUB.sign(b"no json", SECRET)}, b"no json")
    assert (400, "malformed") == (answer.status, answer.verdict)


def test_a_recorded_payload_is_far_below_the_limit() -> None:
    assert all(len(payload(each.file)) < HookLimits().body / 1000 for each in PUSHES)
