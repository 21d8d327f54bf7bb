"""Whatever a stranger sends: nothing raises, nothing unproven is accepted, and no bit of what is signed may change."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.hooks.judging import judge, plain
from provisioner.core.hooks.values import Delivery, Rule, Verdict, Wanted
from provisioner.core.model import SourceName
from provisioner.core.service import Provider
from provisioner.core.settings import RefKind
from tests.core.hook_cases import rule, rule_for, wanted
from tests.web.payloads.deliveries import (
    NOW,
    PUSHES,
    SECRET,
    SIGNING_TOKEN,
    Sent,
    payload,
)

HEADER_NAMES = st.sampled_from(
    sorted({name for sent in PUSHES for name in sent.proven()} | {"webhook-id", "webhook-timestamp", "webhook-signature", "content-type"})
)
RULES = st.sampled_from([rule(provider, SECRET, SIGNING_TOKEN) for provider in Provider])
# fmt: off
KEYS = st.sampled_from([
    "ref", "after", "push", "changes", "new", "old", "name", "type", "target", "hash", "links", "project", "repository", "sha",
    "object_kind", "event_name", "eventType", "resource", "refUpdates", "deleted", "ref_type", "clone", "href", "path_with_namespace",
    "full_name",
])
# fmt: on
JSONS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
WANTS = tuple(Wanted(SourceName(kind), "https://git.example/a/b.git", kind, "main") for kind in RefKind)


@given(RULES, st.dictionaries(HEADER_NAMES, st.text(st.characters(max_codepoint=0x2FF)), max_size=6), st.binary())
def test_no_headers_and_no_bytes_raise_or_are_accepted(by: Rule, headers: dict[str, str], body: bytes) -> None:
    assert Verdict.ACCEPTED is not judge(Delivery(headers, body, NOW), by, WANTS).verdict


@given(st.sampled_from(PUSHES), JSONS)
def test_no_payload_that_is_rightly_signed_raises(sent: Sent, value: Any) -> None:  # noqa: ANN401 - whatever JSON has
    body = json.dumps(value).encode()
    found = judge(Delivery(sent.proven(body), body, NOW), rule_for(sent), WANTS)
    assert bool(found.sources) is (found.verdict is Verdict.ACCEPTED)


@given(st.sampled_from(PUSHES), st.dictionaries(KEYS, JSONS, max_size=6))
def test_no_push_with_other_fields_raises(sent: Sent, fields: dict[str, Any]) -> None:
    body = json.dumps({**json.loads(payload(sent.file)), **fields}).encode()
    assert judge(Delivery(sent.proven(body), body, NOW), rule_for(sent), WANTS).verdict in Verdict


@given(st.sampled_from([each for each in PUSHES if each.name != "gitlab-signed"]), st.text(min_size=1), st.binary())
def test_a_wrong_secret_is_never_accepted(sent: Sent, wrong: str, body: bytes) -> None:
    try:
        headers = sent.proven(body, wrong)
    except UnicodeEncodeError:
        headers = dict(sent.headers)
    found = judge(Delivery(headers, body, NOW), replace(rule_for(sent), secrets=(f"{wrong}.",)), WANTS)
    assert found.verdict in {Verdict.REFUSED, Verdict.UNSIGNED}


@given(st.sampled_from([each for each in PUSHES if each.signs_the_body]), st.data())
def test_a_flipped_bit_of_the_body_is_refused(sent: Sent, data: st.DataObject) -> None:
    body = bytearray(sent.body())
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    body[bit // 8] ^= 1 << bit % 8
    assert Verdict.REFUSED is judge(Delivery(sent.proven(), bytes(body), NOW), rule_for(sent), (wanted(sent),)).verdict


@given(st.sampled_from(PUSHES), st.data())
def test_a_flipped_bit_of_the_proof_is_refused(sent: Sent, data: st.DataObject) -> None:
    proof = sent.sign(sent.body(), sent.secret)
    name = data.draw(st.sampled_from(sorted(proof)))
    value = bytearray(proof[name].encode())
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    value[bit // 8] ^= 1 << bit % 8
    headers = {**sent.headers, **proof, name: value.decode("latin-1")}
    found = judge(Delivery(headers, sent.body(), NOW), rule_for(sent), (wanted(sent),))
    basic_word = name == "authorization" and bit // 8 < len("Basic ")
    assert found.verdict in ({Verdict.REFUSED, Verdict.UNSIGNED, Verdict.ACCEPTED} if basic_word else {Verdict.REFUSED, Verdict.UNSIGNED})


@given(st.text())
def test_what_is_told_is_printable_and_short(text: str) -> None:
    assert plain(text).isprintable()
    assert len(plain(text)) <= 200
