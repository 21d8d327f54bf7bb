"""Bitbucket Cloud and Bitbucket Data Center.

In: a delivery. Out: its proof, and what it says. Both sign the raw body in `X-Hub-Signature`, as "sha256=" and hex. Sources: Atlassian's
"Event payloads" (Cloud), "Event payload" and "Manage webhooks" (Data Center).
"""

from __future__ import annotations

from provisioner.core.hooks.proving import SHA256, hex_proof
from provisioner.core.hooks.reading import change_of, delivery_id, items_at, object_in, text_at, texts
from provisioner.core.hooks.values import Change, Delivery, Event, Malformed, Other, Ping, Proof, Push, Rule
from provisioner.core.model import Json
from provisioner.core.settings import RefKind

PING = "diagnostics:ping"
"""What "Test connection" of Data Center sends; older ones without a signature (runatlantis/atlantis issue 474)."""
_BRANCHES = frozenset({"branch", "named_branch", "bookmark"})


def prove(delivery: Delivery, rule: Rule) -> Proof:
    """By `X-Hub-Signature`, which is SHA-256 here (and SHA-1 elsewhere)."""
    return hex_proof(delivery.headers.get("x-hub-signature", ""), delivery.body, rule, SHA256)


def event_name(delivery: Delivery) -> str:
    """What `X-Event-Key` says."""
    return delivery.headers.get("x-event-key", "")


def read_cloud(delivery: Delivery) -> Event:
    """`repo:push`. There is no ping."""
    name = event_name(delivery)
    payload = object_in(delivery.body) if name == "repo:push" else Other()
    what = payload if isinstance(payload, Malformed | Other) else _cloud_push(payload)
    return Event(name, delivery_id(delivery, ("x-request-uuid",)), what)


def read_server(delivery: Delivery) -> Event:
    """`repo:refs_changed`, a mirror's `mirror:repo_synchronized`, and the ping."""
    name = event_name(delivery)
    return Event(name, delivery_id(delivery, ("x-request-id",)), _server_what(name, delivery))


def _cloud_push(payload: Json) -> Push:
    changes = [_cloud_change(each) for each in items_at(payload, "push", "changes")]
    main = text_at(payload, "repository", "mainbranch", "name")
    full = text_at(payload, "repository", "full_name")
    given = texts(full, text_at(payload, "repository", "links", "html", "href"))
    return Push(given, given[0] if given else "", tuple(each for each in changes if each.name), main)


def _cloud_change(change: Json) -> Change:
    """`new` is null when the ref was deleted; then `old` names it."""
    new = text_at(change, "new", "name")
    side = "new" if new else "old"
    kind = text_at(change, side, "type")
    ref = RefKind.TAG if kind == "tag" else RefKind.BRANCH if kind in _BRANCHES else None
    return Change(ref, new or text_at(change, "old", "name"), text_at(change, "new", "target", "hash"), deleted=not new)


def _server_what(name: str, delivery: Delivery) -> Push | Ping | Other | Malformed:
    if name == PING:
        return Ping()
    if name not in {"repo:refs_changed", "mirror:repo_synchronized"}:
        return Other()
    payload = object_in(delivery.body)
    return payload if isinstance(payload, Malformed) else _server_push(payload)


def _server_push(payload: Json) -> Push:
    """The documented payload has no urls: project key and slug are the end of the clone url's path. `refLimitExceeded` cuts `changes`: then
    they do not say all that was pushed, and are left out.
    """
    cut = isinstance(payload, dict) and payload.get("refLimitExceeded") is True
    changes = [] if cut else [_server_change(each) for each in items_at(payload, "changes")]
    key, slug = text_at(payload, "repository", "project", "key"), text_at(payload, "repository", "slug")
    clones = [text_at(each, "href") for each in items_at(payload, "repository", "links", "clone")]
    given = texts(f"{key}/{slug}" if key and slug else "", *clones)
    return Push(given, given[0] if given else "", tuple(each for each in changes if each.name))


def _server_change(change: Json) -> Change:
    full = change_of(text_at(change, "ref", "id") or text_at(change, "refId"), text_at(change, "toHash"))
    gone = full.deleted or text_at(change, "type") == "DELETE"
    return Change(full.kind, full.name, "" if gone else full.commit, gone)
