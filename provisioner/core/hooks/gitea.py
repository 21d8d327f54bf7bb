"""Gitea, Forgejo and Gogs.

In: a delivery. Out: its proof, and what it says. Their payloads are GitHub's, their signature is bare hex over the JSON text: in the form
encoding that is the field "payload", not the body (Gitea `services/webhook/deliver.go`, Gogs `internal/database/webhook.go`).
"""

from __future__ import annotations

from collections.abc import Callable

from provisioner.core.hooks.github import what_of
from provisioner.core.hooks.proving import hex_proof
from provisioner.core.hooks.reading import delivery_id, first_header, payload_bytes
from provisioner.core.hooks.values import Delivery, Event, Proof, Rule

GITEA = ("gitea",)
FORGEJO = ("forgejo", "gitea")
"""Forgejo sends Gitea's headers too."""
GOGS = ("gogs",)


def prover(names: tuple[str, ...]) -> Callable[[Delivery, Rule], Proof]:
    """Proves by `X-NAME-Signature`, the first of the names that is sent."""
    signatures = tuple(f"x-{name}-signature" for name in names)

    def prove(delivery: Delivery, rule: Rule) -> Proof:
        return hex_proof(first_header(delivery, signatures), payload_bytes(delivery), rule)

    return prove


def reader(names: tuple[str, ...]) -> Callable[[Delivery], Event]:
    """Reads the event named by `X-NAME-Event`."""
    events = tuple(f"x-{name}-event" for name in names)
    ids = tuple(f"x-{name}-delivery" for name in names)

    def read(delivery: Delivery) -> Event:
        name = first_header(delivery, events)
        return Event(name, delivery_id(delivery, ids), what_of(name, delivery))

    return read
