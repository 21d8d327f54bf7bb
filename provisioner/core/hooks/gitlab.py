"""GitLab: project, group and system hooks.

In: a delivery. Out: its proof, and what it says. The secret token comes as it is in `X-Gitlab-Token`; the signing token, of GitLab 19,
signs as Standard Webhooks does. A hook may have both: what is signed counts more. Sources: GitLab's "Webhooks", "Webhook events" and
"System hooks", merge requests 230944 and 231325 for the signing token.
"""

from __future__ import annotations

from provisioner.core.hooks.proving import standard_proof, token_proof
from provisioner.core.hooks.reading import change_of, delivery_id, items_at, object_in, text_at, texts
from provisioner.core.hooks.values import Change, Delivery, Event, Malformed, Other, Proof, Push, Rule
from provisioner.core.model import Json

_IDS = ("webhook-id", "idempotency-key", "x-gitlab-webhook-uuid")
"""`Idempotency-Key` stays the same when a delivery is tried again. `X-Gitlab-Event-UUID` is no id of a delivery: one push of two branches
sends two with the same."""
_PUSHES = frozenset({"push", "tag_push"})


def prove(delivery: Delivery, rule: Rule) -> Proof:
    """RIGHT when either the signature or the token is. Where a signature is stale, the token beside it is no better."""
    signed = standard_proof(delivery, rule)
    token = token_proof(delivery.headers.get("x-gitlab-token", ""), rule)
    if signed in {Proof.RIGHT, Proof.STALE}:
        return signed
    if token is Proof.RIGHT:
        return token
    return Proof.ABSENT if {signed, token} == {Proof.ABSENT} else Proof.WRONG


def read(delivery: Delivery) -> Event:
    """`push` and `tag_push`, by the payload's own word: the header of a system hook says "System Hook" for everything."""
    header = delivery.headers.get("x-gitlab-event", "")
    payload = object_in(delivery.body)
    if isinstance(payload, Malformed):
        return Event(header, delivery_id(delivery, _IDS), payload)
    name = text_at(payload, "object_kind") or text_at(payload, "event_name") or header
    return Event(name, delivery_id(delivery, _IDS), _what(name, payload))


def _what(name: str, payload: Json) -> Push | Other | Malformed:
    if name == "repository_update":
        changes = [change_of(text_at(each, "ref"), text_at(each, "after")) for each in items_at(payload, "changes")]
        return _push(payload, tuple(each for each in changes if each.name))
    if name not in _PUSHES:
        return Other()
    change = change_of(text_at(payload, "ref"), text_at(payload, "after"))
    return _push(payload, (change,)) if change.name else Malformed('the payload has no "ref"')


def _push(payload: Json, changes: tuple[Change, ...]) -> Push:
    name = text_at(payload, "project", "path_with_namespace")
    urls = [text_at(payload, "project", key) for key in ("git_http_url", "git_ssh_url", "http_url", "ssh_url", "web_url")]
    older = [text_at(payload, "repository", key) for key in ("git_http_url", "git_ssh_url", "url", "homepage")]
    given = texts(name, *urls, *older)
    return Push(given, given[0] if given else "", changes, text_at(payload, "project", "default_branch"))
