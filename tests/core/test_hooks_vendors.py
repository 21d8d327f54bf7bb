"""What is particular to one provider: GitLab's two kinds of secret, Data Center, Azure DevOps, and the generic one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from provisioner.core.hooks.judging import judge
from provisioner.core.hooks.values import Delivery, Judgement, Verdict, Wanted
from provisioner.core.model import SourceName
from provisioner.core.service import Provider
from provisioner.core.settings import RefKind
from tests.core.hook_cases import SOURCE, judged, named, rule, rule_for, spoken, wanted
from tests.web.payloads.deliveries import (
    FORM,
    GENERIC_HEADER,
    NOW,
    SECRET,
    SIGNING_TOKEN,
    USER,
    payload,
    standard,
)

# GitLab's signing token


def gitlab(stamp: str, **changed: str) -> Judgement:
    sent = named("gitlab-signed")
    headers = {
        **sent.headers,
        **standard(sent.body(), SIGNING_TOKEN, stamp),
        **{key.replace("_", "-"): text for key, text in changed.items()},
    }
    return judge(Delivery(headers, sent.body(), NOW), rule_for(sent), (wanted(sent),))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_time_within_five_minutes_is_taken(seconds: int) -> None:
    assert Verdict.ACCEPTED is gitlab(str(int(NOW) + seconds)).verdict


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_time_further_away_is_refused_and_a_clock_named(seconds: int) -> None:
    found = gitlab(str(int(NOW) + seconds))
    assert Verdict.REFUSED is found.verdict
    assert "a replay, or a wrong clock" in found.message


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "-1", "٣", "9" * 4400])
def test_a_time_that_is_none_is_refused_though_signed(stamp: str) -> None:
    assert Verdict.REFUSED is gitlab(stamp).verdict


def test_one_right_signature_among_several_is_enough() -> None:
    right = standard(payload("gitlab-push"), SIGNING_TOKEN)["webhook-signature"]
    assert Verdict.ACCEPTED is gitlab(str(int(NOW)), webhook_signature=f"v1a,xyz v1,AAAA {right}").verdict


def test_the_id_is_signed_too() -> None:
    assert Verdict.REFUSED is gitlab(str(int(NOW)), webhook_id="another").verdict


def test_a_right_token_makes_up_for_a_signature_that_we_hold_no_key_of() -> None:
    sent = named("gitlab-token")
    headers = {**sent.proven(), **standard(sent.body(), SIGNING_TOKEN)}
    assert Verdict.ACCEPTED is judge(Delivery(headers, sent.body(), NOW), rule_for(sent), (wanted(sent),)).verdict


def test_a_right_token_does_not_make_up_for_a_stale_signature() -> None:
    sent = named("gitlab-token")
    headers = {**sent.proven(), **standard(sent.body(), SIGNING_TOKEN, "1")}
    found = judge(Delivery(headers, sent.body(), NOW), rule(Provider.GITLAB, SECRET, SIGNING_TOKEN), (wanted(sent),))
    assert Verdict.REFUSED is found.verdict


@pytest.mark.parametrize("secret", ["whsec_", "whsec_no base64", "whsec_ü"])
def test_a_signing_token_that_is_none_fits_nothing(secret: str) -> None:
    sent = named("gitlab-signed")
    assert Verdict.REFUSED is judge(Delivery(sent.proven(), sent.body(), NOW), rule(Provider.GITLAB, secret), (wanted(sent),)).verdict


def test_a_token_beyond_ascii_is_compared_by_its_bytes() -> None:
    sent = named("gitlab-token")
    over_the_wire = "Schlüssel".encode().decode("latin-1")
    delivery = Delivery({**sent.headers, "x-gitlab-token": over_the_wire}, sent.body(), NOW)
    assert Verdict.ACCEPTED is judge(delivery, rule(Provider.GITLAB, "Schlüssel"), (wanted(sent),)).verdict


def test_two_branches_of_one_push_are_two_deliveries() -> None:
    sent = named("gitlab-token")
    headers = {name: value for name, value in sent.proven().items() if name != "idempotency-key"}
    assert "7" == judge(Delivery(headers, sent.body(), NOW), rule_for(sent), (wanted(sent),)).delivery


# Bitbucket and Azure DevOps


def test_data_center_may_cut_its_changes_and_then_names_none() -> None:
    sent = named("bitbucket-server")
    body = {**json.loads(payload(sent.file)), "refLimitExceeded": True}
    found = judge(spoken(sent, body), rule_for(sent), (replace(wanted(sent), ref="other"),))
    assert (Verdict.ACCEPTED, "") == (found.verdict, found.ref)


def test_data_center_without_key_and_slug_is_compared_by_its_clone_urls() -> None:
    sent = named("bitbucket-server")
    body = json.loads(payload(sent.file))
    body["repository"] = {"links": {"clone": [{"href": "https://bitbucket.example.com/scm/proj/other.git"}]}}
    assert "other.git, which no source" in judge(spoken(sent, body), rule_for(sent), (wanted(sent),)).message


def test_a_tag_of_bitbucket_is_a_tag() -> None:
    sent = named("bitbucket")
    change = {"new": {"type": "tag", "name": "v1", "target": {"hash": "1" * 40}}, "old": None}
    body = {**json.loads(payload(sent.file)), "push": {"changes": [change]}}
    found = judge(spoken(sent, body), rule_for(sent), (replace(wanted(sent), kind=RefKind.TAG, ref="v1"),))
    assert Verdict.ACCEPTED is found.verdict


def test_azure_devops_without_details_wakes_all_that_the_hook_may() -> None:
    sent = replace(named("azure-devops"), file="azure-devops-minimal")
    found = judged(sent, replace(wanted(sent), url="https://git.example/else/where.git"))
    assert (Verdict.ACCEPTED, "a push that names no ref: platform is looked at") == (found.verdict, found.message)


def test_azure_devops_without_a_subscription_goes_by_the_events_id() -> None:
    sent = named("azure-devops")
    body = {**json.loads(payload(sent.file)), "subscriptionId": None}
    assert "03c164c2-8912-4d5e-8009-3707d5f83734" == judge(spoken(sent, body), rule_for(sent), (wanted(sent),)).delivery


def test_an_id_longer_than_any_vendors_is_none() -> None:
    azure, github = named("azure-devops"), named("github")
    body = {**json.loads(payload(azure.file)), "subscriptionId": "x" * 300}
    headers = {**github.proven(), "x-github-delivery": "x" * 300}
    found = [
        judge(spoken(azure, body), rule_for(azure), (wanted(azure),)),
        judge(Delivery(headers, github.body(), NOW), rule_for(github), (wanted(github),)),
    ]
    assert ["", ""] == [each.delivery for each in found]


@pytest.mark.parametrize("user", ["", "somebody", USER.upper()])
def test_the_right_password_of_another_user_is_refused(user: str) -> None:
    sent = named("azure-devops")
    assert Verdict.REFUSED is judge(Delivery(sent.proven(), sent.body(), NOW), replace(rule_for(sent), user=user), (wanted(sent),)).verdict


def test_another_kind_of_authorization_is_no_proof() -> None:
    sent = named("azure-devops")
    delivery = Delivery({"authorization": f"Bearer {SECRET}"}, sent.body(), NOW)
    assert Verdict.UNSIGNED is judge(delivery, rule_for(sent), (wanted(sent),)).verdict


# The generic provider


def generic(body: bytes, *wants: Wanted, spelling: str = "{hex}") -> Judgement:
    made = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    text = spelling.format(hex=made.hex(), HEX=made.hex().upper(), base64=base64.b64encode(made).decode())
    sent = named("generic")
    return judge(Delivery({GENERIC_HEADER: text}, body, NOW), rule_for(sent), wants or (wanted(sent),))


@pytest.mark.parametrize("spelling", ["{hex}", "{HEX}", "sha256={hex}", "{base64}", "sha256={base64}", " {hex} "])
def test_a_generic_signature_may_be_spelt_in_the_usual_ways(spelling: str) -> None:
    assert Verdict.ACCEPTED is generic(b"{}", spelling=spelling).verdict


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"deployed", b"a=1&b=2", b'{"ref": 5, "repository": []}'])
def test_a_generic_body_that_names_nothing_wakes_all_that_the_hook_may(body: bytes) -> None:
    first = wanted(named("generic"))
    found = generic(body, first, Wanted(SourceName("b"), "https://git.example/else.git", RefKind.TAG, "v1"))
    assert (SOURCE, SourceName("b")) == found.sources


def test_a_generic_ref_of_no_kind_fits_a_branch_and_a_tag() -> None:
    body = json.dumps({"ref": "main"}).encode()
    first = wanted(named("generic"))
    assert 2 == len(generic(body, first, replace(first, source=SourceName("b"), kind=RefKind.TAG)).sources)


def test_a_generic_repository_may_be_an_object() -> None:
    body = json.dumps({"repository": {"clone_url": "https://git.example/platform/other.git"}}).encode()
    assert Verdict.IGNORED is generic(body).verdict


@pytest.mark.parametrize("name", ["gitlab-token", "gitlab-signed", "bitbucket", "bitbucket-server", "azure-devops", "generic"])
def test_what_comes_with_a_forms_content_type_from_who_sends_no_forms_is_read_as_json(name: str) -> None:
    sent = named(name)
    found = judge(Delivery({**sent.proven(), **FORM}, sent.body(), NOW), rule_for(sent), (wanted(sent),))
    assert (Verdict.ACCEPTED, sent.ref) == (found.verdict, found.ref)
