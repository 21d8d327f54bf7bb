"""GitHub, and GitHub Enterprise Server.

In: a delivery. Out: its proof, and what it says. `X-Hub-Signature-256` is over the raw body, in the form encoding too. Sources: GitHub's
"Validating webhook deliveries" and "Webhook events and payloads".
"""

from __future__ import annotations

from provisioner.core.hooks.proving import SHA256, hex_proof
from provisioner.core.hooks.reading import at, change_of, delivery_id, is_form, object_in, payload_bytes, text_at, texts
from provisioner.core.hooks.values import Change, Delivery, Event, Malformed, Other, Ping, Proof, Push, Rule
from provisioner.core.model import Json
from provisioner.core.settings import RefKind


def prove(delivery: Delivery, rule: Rule) -> Proof:
    """By `X-Hub-Signature-256`. The older `X-Hub-Signature` is SHA-1, and does not count."""
    return hex_proof(delivery.headers.get("x-hub-signature-256", ""), delivery.body, rule, SHA256)


def read(delivery: Delivery) -> Event:
    """`push` tells of branches and tags; `ping` comes when the hook is made."""
    name = delivery.headers.get("x-github-event", "")
    return Event(name, delivery_id(delivery, ("x-github-delivery",)), what_of(name, delivery))


def what_of(name: str, delivery: Delivery) -> Push | Ping | Other | Malformed:
    """What an event of GitHub, or of those who took its payloads over, says. Gogs tells of a new tag by `create` alone."""
    if name == "ping":
        return Ping()
    if name not in {"push", "create"}:
        return Other()
    if is_form(delivery) and not payload_bytes(delivery):
        return Malformed('the form has no field "payload"')
    payload = object_in(payload_bytes(delivery))
    if isinstance(payload, Malformed):
        return payload
    return _push(payload, _created(payload) if name == "create" else _pushed(payload))


def _push(payload: Json, change: Change) -> Push | Malformed:
    if not change.name:
        return Malformed('the payload has no "ref"')
    urls = (text_at(payload, "repository", key) for key in ("full_name", "clone_url", "ssh_url", "html_url", "git_url", "url"))
    given = texts(*urls)
    default = text_at(payload, "repository", "default_branch") or text_at(payload, "master_branch")
    return Push(given, given[0] if given else "", (change,), default)


def _pushed(payload: Json) -> Change:
    change = change_of(text_at(payload, "ref"), text_at(payload, "after"))
    gone = change.deleted or at(payload, "deleted") is True
    return Change(change.kind, change.name, "" if gone else change.commit, gone)


def _created(payload: Json) -> Change:
    """Here `ref` is the short name, and what it is stands beside it."""
    kind = {"branch": RefKind.BRANCH, "tag": RefKind.TAG}.get(text_at(payload, "ref_type"))
    name = text_at(payload, "ref").removeprefix("refs/heads/").removeprefix("refs/tags/")
    return Change(kind, name, text_at(payload, "sha"))
