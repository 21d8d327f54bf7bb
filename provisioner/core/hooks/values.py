"""What a webhook is made of: a hook and its rule, one delivery, and what becomes of it.

In: nothing. Out: frozen values. No value shows a secret when it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provisioner.core.model import SourceName
from provisioner.core.service import HookSettings, Provider
from provisioner.core.settings import RefKind


class Verdict(StrEnum):
    """What becomes of a delivery. The names are the metric's label values, so they stay as they are."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    """Rightly signed, but it speaks of another repository, branch or event."""
    REPLAYED = "replayed"
    """Rightly signed, and seen before."""
    PING = "ping"
    MALFORMED = "malformed"
    UNSIGNED = "unsigned"
    REFUSED = "refused"
    """Signed with another secret, or changed on the way, or too long ago."""
    FOREIGN = "foreign"
    """From a network that may not call."""
    UNKNOWN = "unknown"
    SLOW = "slow"
    TOO_LARGE = "too-large"
    LIMITED = "limited"
    UNREADABLE = "unreadable"
    """None of the hook's secrets can be read now."""


STATUS: Mapping[Verdict, int] = {
    Verdict.ACCEPTED: 202,
    Verdict.IGNORED: 202,
    Verdict.REPLAYED: 202,
    Verdict.PING: 200,
    Verdict.MALFORMED: 400,
    Verdict.UNSIGNED: 401,
    Verdict.REFUSED: 401,
    Verdict.FOREIGN: 403,
    Verdict.UNKNOWN: 404,
    Verdict.SLOW: 408,
    Verdict.TOO_LARGE: 413,
    Verdict.LIMITED: 429,
    Verdict.UNREADABLE: 503,
}
"""The HTTP status of each. A vendor counts 2xx as delivered, so what was understood and is not for us is 202 too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A git source that a hook may wake: `url` as configured, and the ref that it follows."""

    source: SourceName
    url: str
    kind: RefKind
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook as configured, with what is wanted of it."""

    settings: HookSettings
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request. Header names are in lower case, `body` is as it came over the wire, `now` seconds since 1970 by our clock."""

    headers: Mapping[str, str]
    body: bytes
    now: float


@dataclass(frozen=True, slots=True)
class Rule:
    """How a hook's deliveries are proven. `secrets` are the texts: one or, while they are rotated, two; an empty one fits nothing. `user`
    is for basic authentication, `header` where the generic provider's signature stands.
    """

    provider: Provider
    secrets: tuple[str, ...] = field(repr=False)
    user: str = ""
    header: str = ""


class Proof(StrEnum):
    """Whether a delivery shows that its sender knows a secret."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSENT = "absent"
    STALE = "stale"
    """Rightly signed, but the signed time is too far from ours."""


@dataclass(frozen=True, slots=True)
class Change:
    """A ref that was pushed. `kind` None where the payload does not say; `commit` "" where it does not say."""

    kind: RefKind | None
    name: str
    commit: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Push:
    """What was pushed. `repositories` are the names and urls that the payload gives the repository, none of them when it gives none;
    `shown` is the one to tell people. No `changes`: the payload does not say which. `default_branch` "" where it does not say.
    """

    repositories: tuple[str, ...] = ()
    shown: str = ""
    changes: tuple[Change, ...] = ()
    default_branch: str = ""


@dataclass(frozen=True, slots=True)
class Ping:
    """The vendor tries the hook."""


@dataclass(frozen=True, slots=True)
class Other:
    """An event that is no push."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The body is not what the provider sends; `reason` says why, without quoting it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Event:
    """What a delivery says. `name` is the vendor's name of the event, `delivery` its id of the delivery ("" where it gives none)."""

    name: str
    delivery: str
    what: Push | Ping | Other | Malformed


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a delivery. `message` is for the log and the answer. `sources` are to be looked at; empty unless ACCEPTED. The rest
    is "" as long as the delivery is not proven, or where it does not say.
    """

    verdict: Verdict
    message: str
    sources: tuple[SourceName, ...] = ()
    delivery: str = ""
    event: str = ""
    ref: str = ""
    commit: str = ""

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return STATUS[self.verdict]
