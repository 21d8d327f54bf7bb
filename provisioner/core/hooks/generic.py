"""Anything that signs its body with HMAC-SHA256: a pipeline, a script with `openssl`, a forge that is not listed.

In: a delivery. Out: its proof, and what it says. The signature stands in the header that the hook names, over the raw body. The body may be
anything; a JSON object may say `ref`, `after` (or `commit`), `repository` and `default_branch`, and what it says is compared.
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.hooks.proving import loose_proof
from provisioner.core.hooks.reading import at, change_of, delivery_id, object_in, text_at, texts
from provisioner.core.hooks.values import Delivery, Event, Malformed, Proof, Push, Rule
from provisioner.core.model import Json

_IDS = ("webhook-id", "idempotency-key", "x-delivery-id", "x-request-id")
_ADDRESSES = ("full_name", "path_with_namespace", "clone_url", "git_http_url", "ssh_url", "git_ssh_url", "url")


def prove(delivery: Delivery, rule: Rule) -> Proof:
    """By the header that the rule names."""
    return loose_proof(delivery.headers.get(rule.header.lower(), "").strip(), delivery.body, rule)


def read(delivery: Delivery) -> Event:
    """Always a push: of what the body names, or of all that the hook wakes."""
    payload = object_in(delivery.body)
    push = Push() if isinstance(payload, Malformed) else _push(payload)
    return Event("push", delivery_id(delivery, _IDS), push)


def _push(payload: Json) -> Push:
    plain = text_at(payload, "repository")
    given = texts(plain, *(text_at(payload, "repository", key) for key in _ADDRESSES))
    change = change_of(text_at(payload, "ref"), text_at(payload, "after") or text_at(payload, "commit"))
    if at(payload, "deleted") is True:
        change = replace(change, commit="", deleted=True)
    default = text_at(payload, "default_branch") or text_at(payload, "repository", "default_branch")
    return Push(given, given[0] if given else "", (change,) if change.name else (), default)
