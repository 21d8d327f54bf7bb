"""Azure DevOps: a service hook of the kind "Web Hooks", for the event "Code pushed".

In: a delivery. Out: its proof, and what it says. Nothing is signed: user and password come with each request (basic authentication), so it
belongs behind TLS. Source: Microsoft's "Service hook events" (`git.push`) and "Webhooks".
"""

from __future__ import annotations

from provisioner.core.hooks.proving import basic_proof
from provisioner.core.hooks.reading import at, change_of, items_at, object_in, text_at, texts
from provisioner.core.hooks.values import Delivery, Event, Malformed, Other, Proof, Push, Rule
from provisioner.core.model import Json

_LONGEST_ID = 100


def prove(delivery: Delivery, rule: Rule) -> Proof:
    """By `Authorization: Basic`."""
    return basic_proof(delivery.headers.get("authorization", ""), rule)


def read(delivery: Delivery) -> Event:
    """`git.push`. The event and the ids stand in the body, and nowhere else."""
    payload = object_in(delivery.body)
    if isinstance(payload, Malformed):
        return Event("", "", payload)
    name = text_at(payload, "eventType")
    return Event(name, _id(payload), _push(payload) if name == "git.push" else Other())


def _id(payload: Json) -> str:
    """Subscription and notification, which stay the same when it is tried again: the event's own id is shared by all subscriptions, and is
    always the same in the portal's "Test".
    """
    subscription, number = text_at(payload, "subscriptionId"), at(payload, "notificationId")
    found = f"{subscription}/{number}" if subscription and isinstance(number, int) else text_at(payload, "id")
    return found if len(found) <= _LONGEST_ID else ""


def _push(payload: Json) -> Push:
    """With "Resource details to send" at None or Minimal there is no repository and there are no refs: then nothing can be compared."""
    changes = [change_of(text_at(each, "name"), text_at(each, "newObjectId")) for each in items_at(payload, "resource", "refUpdates")]
    given = texts(text_at(payload, "resource", "repository", "remoteUrl"), text_at(payload, "resource", "repository", "sshUrl"))
    default = text_at(payload, "resource", "repository", "defaultBranch").removeprefix("refs/heads/")
    return Push(given, given[0] if given else "", tuple(each for each in changes if each.name), default)
