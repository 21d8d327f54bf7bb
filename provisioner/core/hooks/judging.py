"""The judgement of a delivery: is it genuine, and which sources does it wake?

In: a delivery, the rule of its hook, what the hook may wake. Out: a judgement. The proof comes first: nothing of an unproven body is read
as JSON, told or logged. Whether it was seen before is for the one who remembers (`seen_already`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.hooks import azure, bitbucket, generic, gitea, github, gitlab
from provisioner.core.hooks.matching import matched
from provisioner.core.hooks.values import (
    Delivery,
    Event,
    Judgement,
    Malformed,
    Other,
    Ping,
    Proof,
    Push,
    Rule,
    Verdict,
    Wanted,
)
from provisioner.core.service import Provider

_LONGEST = 200
_LONGEST_MESSAGE = 600
_LONGEST_COMMIT = 64


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider proves itself, how its deliveries read, and what carries the proof, in words."""

    prove: Callable[[Delivery, Rule], Proof]
    read: Callable[[Delivery], Event]
    carrier: str


DIALECTS: Mapping[Provider, Dialect] = {
    Provider.GITHUB: Dialect(github.prove, github.read, "X-Hub-Signature-256"),
    Provider.GITLAB: Dialect(gitlab.prove, gitlab.read, "X-Gitlab-Token or webhook-signature"),
    Provider.GITEA: Dialect(gitea.prover(gitea.GITEA), gitea.reader(gitea.GITEA), "X-Gitea-Signature"),
    Provider.FORGEJO: Dialect(gitea.prover(gitea.FORGEJO), gitea.reader(gitea.FORGEJO), "X-Forgejo-Signature"),
    Provider.GOGS: Dialect(gitea.prover(gitea.GOGS), gitea.reader(gitea.GOGS), "X-Gogs-Signature"),
    Provider.BITBUCKET: Dialect(bitbucket.prove, bitbucket.read_cloud, "X-Hub-Signature"),
    Provider.BITBUCKET_SERVER: Dialect(bitbucket.prove, bitbucket.read_server, "X-Hub-Signature"),
    Provider.AZURE_DEVOPS: Dialect(azure.prove, azure.read, "Authorization: Basic"),
    Provider.GENERIC: Dialect(generic.prove, generic.read, "the header that the hook names"),
}


def judge(delivery: Delivery, rule: Rule, wanted: tuple[Wanted, ...]) -> Judgement:
    """What becomes of a delivery. Never raises, whatever it holds."""
    dialect = DIALECTS[rule.provider]
    proof = dialect.prove(delivery, rule)
    match proof:
        case Proof.RIGHT:
            return _heard(dialect.read(delivery), wanted)
        case Proof.ABSENT if rule.provider is Provider.BITBUCKET_SERVER and bitbucket.event_name(delivery) == bitbucket.PING:
            return Judgement(Verdict.PING, "the hook is reached; the test is not signed, so it says nothing about the secret")
        case Proof.ABSENT:
            return Judgement(Verdict.UNSIGNED, f"the delivery carries no proof: {dialect.carrier} is missing or of another kind")
        case Proof.STALE:
            return Judgement(
                Verdict.REFUSED, "the delivery was signed more than 5 minutes away from the time here: a replay, or a wrong clock"
            )
        case Proof.WRONG:
            return Judgement(Verdict.REFUSED, "the proof fits none of the hook's secrets, or the body was changed on the way")
        case _:
            assert_never(proof)


def seen_already(judgement: Judgement) -> Judgement:
    """The same delivery once more: it wakes nothing."""
    return replace(judgement, verdict=Verdict.REPLAYED, message="this delivery was seen already", sources=())


def is_to_be_remembered(judgement: Judgement) -> bool:
    """Whether the delivery's id counts as seen: it is proven, was understood and has one. A ping may come again as often as it likes."""
    return bool(judgement.delivery) and judgement.verdict in {Verdict.ACCEPTED, Verdict.IGNORED}


def _heard(event: Event, wanted: tuple[Wanted, ...]) -> Judgement:
    name = plain(event.name)
    base = Judgement(Verdict.IGNORED, "", delivery=plain(event.delivery), event=name)
    match event.what:
        case Ping():
            return replace(base, verdict=Verdict.PING, message="the hook is reached, and the secret is right")
        case Other():
            return replace(base, message=f"the event {name or '(unnamed)'} is no push")
        case Malformed(reason):
            return replace(base, verdict=Verdict.MALFORMED, message=f"the proof is right, but {reason}")
        case Push() as push:
            return _pushed(push, wanted, base)
        case _:
            assert_never(event.what)


def _pushed(push: Push, wanted: tuple[Wanted, ...], base: Judgement) -> Judgement:
    found = matched(push, wanted)
    change = found.change or (push.changes[0] if push.changes else None)
    told = replace(base, message=plain(found.words, _LONGEST_MESSAGE))
    if change is not None:
        told = replace(told, ref=plain(change.name), commit=plain(change.commit, _LONGEST_COMMIT))
    return replace(told, verdict=Verdict.ACCEPTED, sources=found.sources) if found.sources else told


def plain(text: str, longest: int = _LONGEST) -> str:
    """Text of a payload as it may stand in a line of a log: printable, and not too long."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in cut)
