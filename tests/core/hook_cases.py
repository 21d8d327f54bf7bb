"""A vendor's delivery, judged for a source that it is about."""

from __future__ import annotations

import json
from typing import Any

from provisioner.core.hooks.judging import judge
from provisioner.core.hooks.values import Delivery, Judgement, Rule, Wanted
from provisioner.core.model import SourceName
from provisioner.core.service import Provider
from tests.web.payloads.deliveries import (
    GENERIC_HEADER,
    NOW,
    PUSHES,
    SECRET,
    USER,
    Sent,
)

SOURCE = SourceName("platform")
ZEROS = "0" * 40


def rule(provider: Provider, *secrets: str) -> Rule:
    return Rule(provider, secrets or (SECRET,), USER, GENERIC_HEADER)


def rule_for(sent: Sent) -> Rule:
    return rule(sent.provider, sent.secret)


def wanted(sent: Sent) -> Wanted:
    return Wanted(SOURCE, sent.repository, sent.kind, sent.ref)


def judged(sent: Sent, *wants: Wanted) -> Judgement:
    """A rightly signed delivery, judged for these sources or for the one that it is about."""
    return judge(Delivery(sent.proven(), sent.body(), NOW), rule_for(sent), wants or (wanted(sent),))


def named(name: str) -> Sent:
    return next(each for each in PUSHES if each.name == name)


def spoken(sent: Sent, body: dict[str, Any], headers: dict[str, str] | None = None) -> Delivery:
    """The vendor's delivery with another payload, rightly signed."""
    raw = json.dumps(body).encode()
    return Delivery({**sent.proven(raw), **(headers or {})}, raw, NOW)
