"""Deliveries of every provider: right, wrong, missing, truncated, of another branch or repository, pings, deletions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from provisioner.core.hooks.judging import is_to_be_remembered, judge, seen_already
from provisioner.core.hooks.values import STATUS, Delivery, Judgement, Verdict, Wanted
from provisioner.core.model import SourceName
from provisioner.core.service import Provider
from provisioner.core.settings import RefKind
from tests.core.hook_cases import SOURCE, ZEROS, judged, named, rule, rule_for, spoken, wanted
from tests.web.payloads.deliveries import (
    NOW,
    OTHER_SECRET,
    PUSHES,
    SECRET,
    Sent,
    hexed,
    payload,
)

EVERY = pytest.mark.parametrize("sent", PUSHES, ids=lambda sent: sent.name)
SIGNED = pytest.mark.parametrize("sent", [each for each in PUSHES if each.signs_the_body], ids=lambda sent: sent.name)


# Right and wrong


@EVERY
def test_a_right_delivery_wakes_its_source(sent: Sent) -> None:
    assert (SOURCE,) == judged(sent).sources


@EVERY
def test_a_right_delivery_is_accepted_with_what_it_is_about(sent: Sent) -> None:
    found = judged(sent)
    assert (Verdict.ACCEPTED, sent.ref, sent.commit, sent.id) == (found.verdict, found.ref, found.commit, found.delivery)


@EVERY
def test_a_delivery_signed_with_another_secret_is_refused(sent: Sent) -> None:
    delivery = Delivery(sent.proven(secret=sent.wrong), sent.body(), NOW)
    assert Verdict.REFUSED is judge(delivery, rule_for(sent), (wanted(sent),)).verdict


@EVERY
def test_a_delivery_without_a_proof_is_unsigned(sent: Sent) -> None:
    delivery = Delivery(sent.headers, sent.body(), NOW)
    assert Verdict.UNSIGNED is judge(delivery, rule_for(sent), (wanted(sent),)).verdict


@EVERY
def test_a_proof_that_is_empty_is_no_proof(sent: Sent) -> None:
    empty = dict.fromkeys(sent.sign(b"", sent.secret), "")
    assert Verdict.UNSIGNED is judge(Delivery({**sent.headers, **empty}, sent.body(), NOW), rule_for(sent), (wanted(sent),)).verdict


@EVERY
def test_a_truncated_proof_is_refused(sent: Sent) -> None:
    cut = {name: value[:-1] for name, value in sent.sign(sent.body(), sent.secret).items()}
    assert Verdict.REFUSED is judge(Delivery({**sent.headers, **cut}, sent.body(), NOW), rule_for(sent), (wanted(sent),)).verdict


@SIGNED
def test_a_truncated_body_is_refused(sent: Sent) -> None:
    assert Verdict.REFUSED is judge(Delivery(sent.proven(), sent.body()[:-1], NOW), rule_for(sent), (wanted(sent),)).verdict


@EVERY
def test_a_truncated_body_that_is_rightly_signed_wakes_nothing_that_it_does_not_name(sent: Sent) -> None:
    cut = sent.body()[: len(sent.body()) // 2]
    found = judge(Delivery(sent.proven(cut), cut, NOW), rule_for(sent), (wanted(sent),))
    assert found.verdict in ({Verdict.ACCEPTED} if sent.provider is Provider.GENERIC else {Verdict.MALFORMED, Verdict.REFUSED})


@EVERY
def test_the_new_secret_counts_while_the_old_one_still_does(sent: Sent) -> None:
    both = replace(rule_for(sent), secrets=(sent.wrong, sent.secret))
    verdicts = [judge(Delivery(sent.proven(secret=each), sent.body(), NOW), both, (wanted(sent),)).verdict for each in both.secrets]
    assert [Verdict.ACCEPTED, Verdict.ACCEPTED] == verdicts


@EVERY
def test_an_empty_secret_proves_nothing(sent: Sent) -> None:
    headers = {**sent.headers, **({} if sent.name == "gitlab-signed" else sent.sign(sent.body(), ""))}
    found = judge(Delivery(headers, sent.body(), NOW), replace(rule_for(sent), secrets=("",)), (wanted(sent),))
    assert found.verdict in {Verdict.REFUSED, Verdict.UNSIGNED}


@EVERY
def test_a_rule_does_not_show_its_secret(sent: Sent) -> None:
    assert sent.secret not in repr(rule_for(sent))


@EVERY
def test_no_judgement_shows_a_secret_or_a_proof(sent: Sent) -> None:
    proof = [value for value in sent.sign(sent.body(), sent.secret).values() if len(value) > len(str(int(NOW)))]
    told = [repr(judged(sent)), repr(judge(Delivery(sent.proven(), b"{}", NOW), rule(sent.provider, OTHER_SECRET), (wanted(sent),)))]
    proof = [each for each in proof if each != sent.id]
    assert [] == [text for text in told for each in (sent.secret, *proof) if each in text]


# What it is about


@EVERY
def test_a_push_to_another_branch_is_ignored_and_said_so(sent: Sent) -> None:
    found = judged(sent, replace(wanted(sent), ref="release/2.0"))
    assert (Verdict.IGNORED, ()) == (found.verdict, found.sources)
    assert f'{sent.kind} "release/2.0"' in found.message


@EVERY
def test_a_push_to_another_repository_is_ignored_and_said_so(sent: Sent) -> None:
    found = judged(sent, replace(wanted(sent), url="https://git.example/somebody/else.git"))
    assert Verdict.IGNORED is found.verdict
    assert "no source of this hook" in found.message


@EVERY
def test_a_branch_and_a_tag_of_one_name_are_not_the_same(sent: Sent) -> None:
    other = RefKind.TAG if sent.kind is RefKind.BRANCH else RefKind.BRANCH
    assert Verdict.IGNORED is judged(sent, replace(wanted(sent), kind=other)).verdict


@EVERY
def test_a_repository_on_this_machine_cannot_be_compared_and_is_looked_at(sent: Sent) -> None:
    assert Verdict.ACCEPTED is judged(sent, replace(wanted(sent), url="file:///srv/mirror/else.git")).verdict


@EVERY
def test_a_hook_without_sources_ignores_all(sent: Sent) -> None:
    found = judge(Delivery(sent.proven(), sent.body(), NOW), rule_for(sent), ())
    assert (Verdict.IGNORED, "this hook wakes no source") == (found.verdict, found.message)


@EVERY
def test_a_commit_is_looked_at_when_it_is_pushed(sent: Sent) -> None:
    assert Verdict.ACCEPTED is judged(sent, replace(wanted(sent), kind=RefKind.COMMIT, ref=sent.commit)).verdict


@EVERY
def test_a_commit_that_is_not_in_the_push_is_left_alone(sent: Sent) -> None:
    assert Verdict.IGNORED is judged(sent, replace(wanted(sent), kind=RefKind.COMMIT, ref="f" * 40)).verdict


def test_only_the_sources_that_follow_the_ref_are_woken() -> None:
    sent = named("github")
    ours = wanted(sent)
    others = (replace(ours, source=SourceName("b"), ref="dev"), replace(ours, source=SourceName("c"), kind=RefKind.HEAD, ref=""))
    assert (SOURCE, SourceName("c")) == judged(sent, ours, *others).sources


def test_a_push_to_the_default_branch_wakes_a_source_that_follows_it() -> None:
    sent = named("github")
    assert Verdict.ACCEPTED is judged(sent, Wanted(SOURCE, sent.repository, RefKind.HEAD)).verdict


def test_a_push_beside_the_default_branch_does_not() -> None:
    sent = named("gitea")
    found = judged(sent, Wanted(SOURCE, sent.repository, RefKind.HEAD))
    assert Verdict.IGNORED is found.verdict
    assert "the default branch" in found.message


def test_where_the_payload_does_not_say_the_default_branch_any_branch_wakes() -> None:
    sent = named("bitbucket-server")
    assert Verdict.ACCEPTED is judged(sent, Wanted(SOURCE, sent.repository, RefKind.HEAD)).verdict


def test_a_tag_is_never_the_default_branch() -> None:
    sent = named("gitlab-tag")
    assert Verdict.IGNORED is judged(sent, Wanted(SOURCE, sent.repository, RefKind.HEAD)).verdict


@pytest.mark.parametrize("name", ["bitbucket", "azure-devops"])
def test_each_ref_of_a_push_of_several_counts(name: str) -> None:
    sent = named(name)
    first = {"bitbucket": "feature/other", "azure-devops": "users/jamal/try"}[name]
    found = judged(sent, replace(wanted(sent), ref=first))
    assert (Verdict.ACCEPTED, first) == (found.verdict, found.ref)


def test_many_refs_are_told_in_short() -> None:
    sent = named("azure-devops")
    updates = [{"name": f"refs/heads/b{number}", "newObjectId": "1" * 40} for number in range(7)]
    found = judge(spoken(sent, {"eventType": "git.push", "resource": {"refUpdates": updates}}), rule_for(sent), (wanted(sent),))
    assert found.message.startswith('a push to branch "b0", branch "b1", branch "b2", branch "b3", branch "b4" and 2 more, while')


# Deletions


DELETED = [
    ("github", "github-tag-deleted", RefKind.TAG, "simple-tag"),
    ("bitbucket", "bitbucket-deleted", RefKind.BRANCH, "name-of-branch"),
    ("bitbucket-server", "bitbucket-server-deleted", RefKind.BRANCH, "master"),
]


@pytest.mark.parametrize(("name", "file", "kind", "ref"), DELETED, ids=str)
def test_a_deleted_ref_wakes_nothing(name: str, file: str, kind: RefKind, ref: str) -> None:
    sent = replace(named(name), file=file)
    found = judged(sent, Wanted(SOURCE, sent.repository, kind, ref))
    assert (Verdict.IGNORED, ref, "") == (found.verdict, found.ref, found.commit)
    assert "was deleted" in found.message


@pytest.mark.parametrize("name", ["github", "gitea", "gogs", "gitlab-token", "gitlab-signed", "generic"])
@pytest.mark.parametrize("zeros", ["0" * 40, "0" * 64])
def test_a_commit_of_zeros_is_a_deletion(name: str, zeros: str) -> None:
    sent = named(name)
    body = {**json.loads(payload(sent.file)), "after": zeros}
    assert "was deleted" in judge(spoken(sent, body), rule_for(sent), (wanted(sent),)).message


@pytest.mark.parametrize("name", ["github", "generic"])
def test_a_deletion_that_is_only_said_counts_too(name: str) -> None:
    sent = named(name)
    body = {**json.loads(payload(sent.file)), "deleted": True}
    assert "was deleted" in judge(spoken(sent, body), rule_for(sent), (wanted(sent),)).message


def test_giteas_event_of_a_deletion_is_no_push() -> None:
    sent = replace(named("gitea"), file="gitea-delete")
    delivery = Delivery({**sent.proven(), "x-gitea-event": "delete"}, sent.body(), NOW)
    assert "the event delete is no push" == judge(delivery, rule_for(sent), (wanted(sent),)).message


def test_a_deletion_beside_a_push_does_not_hide_it() -> None:
    sent = named("azure-devops")
    updates = [{"name": "refs/heads/main", "newObjectId": ZEROS}, {"name": "refs/heads/main", "newObjectId": "1" * 40}]
    found = judge(
        spoken(sent, {"eventType": "git.push", "resource": {"refUpdates": updates}}), rule_for(sent), (replace(wanted(sent), ref="main"),)
    )
    assert (Verdict.ACCEPTED, "1" * 40) == (found.verdict, found.commit)


# Pings, and events that are no pushes


@pytest.mark.parametrize(("name", "file", "header", "event"), [("github", "github-ping", "x-github-event", "ping")])
def test_a_ping_is_answered_and_wakes_nothing(name: str, file: str, header: str, event: str) -> None:
    sent = replace(named(name), file=file)
    found = judge(Delivery({**sent.proven(), header: event}, sent.body(), NOW), rule_for(sent), (wanted(sent),))
    assert (Verdict.PING, (), 200) == (found.verdict, found.sources, found.status)


def _server_ping(headers: dict[str, str]) -> Judgement:
    sent = replace(named("bitbucket-server"), file="bitbucket-server-ping")
    return judge(Delivery({"x-event-key": "diagnostics:ping", **headers}, sent.body(), NOW), rule_for(sent), (wanted(sent),))


def test_data_centers_ping_is_answered_without_a_signature_as_older_ones_send_it() -> None:
    found = _server_ping({})
    assert Verdict.PING is found.verdict
    assert "says nothing about the secret" in found.message


def test_data_centers_ping_with_a_signature_says_whether_the_secret_is_right() -> None:
    sign = hexed("x-hub-signature", "sha256=")
    found = [_server_ping(sign(payload("bitbucket-server-ping"), secret)) for secret in (SECRET, OTHER_SECRET)]
    assert [Verdict.PING, Verdict.REFUSED] == [each.verdict for each in found]


@pytest.mark.parametrize(
    ("name", "header"),
    [("github", "x-github-event"), ("gogs", "x-gogs-event"), ("bitbucket", "x-event-key"), ("bitbucket-server", "x-event-key")],
)
def test_an_event_that_is_no_push_is_ignored(name: str, header: str) -> None:
    sent = named(name)
    found = judge(Delivery({**sent.proven(), header: "issues"}, sent.body(), NOW), rule_for(sent), (wanted(sent),))
    assert (Verdict.IGNORED, "the event issues is no push") == (found.verdict, found.message)


def test_an_event_without_a_name_is_ignored() -> None:
    sent = named("github")
    headers = {name: value for name, value in sent.proven().items() if name != "x-github-event"}
    found = judge(Delivery(headers, sent.body(), NOW), rule_for(sent), (wanted(sent),))
    assert (Verdict.IGNORED, "the event (unnamed) is no push") == (found.verdict, found.message)


@pytest.mark.parametrize("name", ["gitlab-token", "azure-devops"])
def test_an_event_that_the_body_names_is_ignored_when_it_is_no_push(name: str) -> None:
    sent = named(name)
    found = judge(spoken(sent, {"object_kind": "issue", "eventType": "workitem.created"}), rule_for(sent), (wanted(sent),))
    assert Verdict.IGNORED is found.verdict


@pytest.mark.parametrize("ref", ["master", "refs/heads/master"])
def test_a_branch_that_was_made_is_looked_at(ref: str) -> None:
    sent = named("github")
    body = {**json.loads(payload("github-push")), "ref": ref, "ref_type": "branch"}
    found = judge(spoken(sent, body, {"x-github-event": "create"}), rule_for(sent), (wanted(sent),))
    assert Verdict.ACCEPTED is found.verdict


# What cannot be read


@pytest.mark.parametrize("body", [b"", b"[1, 2]", b"null", b'{"ref": ', b"\xff\xfe", b"[" * 5000])
@pytest.mark.parametrize("name", ["github", "gitea", "gogs", "gitlab-signed", "bitbucket", "bitbucket-server", "azure-devops"])
def test_a_right_proof_over_what_is_no_object_is_malformed(name: str, body: bytes) -> None:
    sent = named(name)
    assert Verdict.MALFORMED is judge(Delivery(sent.proven(body), body, NOW), rule_for(sent), (wanted(sent),)).verdict


@pytest.mark.parametrize("name", ["github", "gitlab-token", "gogs-tag"])
def test_a_push_without_a_ref_is_malformed(name: str) -> None:
    sent = named(name)
    body = {key: value for key, value in json.loads(payload(sent.file)).items() if key != "ref"}
    assert 'the proof is right, but the payload has no "ref"' == judge(spoken(sent, body), rule_for(sent), (wanted(sent),)).message


@pytest.mark.parametrize("body", [b"other=1", b"payload=", b"a=1&" * 40, b"\xff\xff=1"])
def test_a_form_without_a_payload_is_malformed(body: bytes) -> None:
    sent = named("github-form")
    found = judge(Delivery(sent.proven(body), body, NOW), rule_for(sent), (wanted(sent),))
    assert 'the proof is right, but the form has no field "payload"' == found.message


def test_a_form_field_that_is_changed_is_refused_where_the_field_is_signed() -> None:
    sent = named("gitea-form")
    changed = sent.body().replace(b"develop", b"release")
    assert Verdict.REFUSED is judge(Delivery(sent.proven(), changed, NOW), rule_for(sent), (wanted(sent),)).verdict


# Seen already, and what is told


def test_only_what_was_proven_and_understood_is_remembered() -> None:
    kept = {verdict for verdict in Verdict if is_to_be_remembered(Judgement(verdict, "", delivery="1"))}
    assert {Verdict.ACCEPTED, Verdict.IGNORED} == kept


def test_a_delivery_without_an_id_is_not_remembered() -> None:
    assert not is_to_be_remembered(Judgement(Verdict.ACCEPTED, ""))


def test_a_delivery_that_was_seen_wakes_nothing() -> None:
    again = seen_already(judged(named("github")))
    assert (Verdict.REPLAYED, (), "1", 202) == (again.verdict, again.sources, again.delivery, again.status)


def test_every_verdict_has_its_status() -> None:
    assert set(Verdict) == STATUS.keys()


def test_a_payload_cannot_write_lines_into_the_log() -> None:
    sent = named("github")
    body = {**json.loads(payload(sent.file)), "ref": "refs/heads/a\n\x1b[31mb" + "c" * 5000}
    message = judge(spoken(sent, body), rule_for(sent), (wanted(sent),)).message
    assert (True, 600) == (message.isprintable(), len(message))
