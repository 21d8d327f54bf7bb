"""The organisation's home dashboard: which one it is, which one a target states, and what is to be done about that.

In: what the server says, what we last set, what is stated, and the policy. Out: a `HomeReport`. Decided as for a dashboard (DESIGN section
5): what somebody else chose since is told and left, unless a policy says otherwise. Where none is chosen there is nothing to lose, and ours
is set. Nothing here asks a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.model import Uid
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DriftPolicy, Policy


@dataclass(frozen=True, slots=True)
class HomeIs:
    """The dashboard that people see first. `uid` is "" where the server names it by `number` alone (4.x); `number` is 0 where it does not
    say one (12 and later).
    """

    uid: Uid
    number: int = 0

    @property
    def name(self) -> str:
        """As people are told it."""
        return f'"{self.uid}"' if self.uid else f"number {self.number}"


@dataclass(frozen=True, slots=True)
class NoHome:
    """None is chosen, or the chosen one is gone: people see the page that comes with the server."""


@dataclass(frozen=True, slots=True)
class HomeHidden:
    """The credential may not read preferences. `shown` is the one that it is shown itself, None when it is shown the server's own page."""

    words: str
    permission: str
    shown: Uid | None = None


@dataclass(frozen=True, slots=True)
class NoHomes:
    """The server keeps no preference for it (2.x)."""

    words: str


Home = HomeIs | NoHome | HomeHidden | NoHomes


@dataclass(frozen=True, slots=True)
class HomeSet:
    """It was set, and read back."""


HomeAnswer = HomeSet | Forbidden | Rejected | Unknown | Busy
"""What became of choosing one."""


@dataclass(frozen=True, slots=True)
class HomeRecord:
    """The home dashboard as we last set it, or found it as stated. `number` is its numeric id then, `when` is ISO 8601 in UTC."""

    uid: Uid
    number: int
    when: str


class HomeState(StrEnum):
    """How the home dashboard stands. The names are a promise: they stand in JSON."""

    KEPT = "kept"
    """It is the stated one."""
    PENDING = "pending"
    """An apply sets it."""
    SET = "set"
    """This pass set it."""
    WAITS = "waits"
    """The stated dashboard is not on the server."""
    DRIFTED = "drifted"
    """Somebody chose another one since we set it; by the policy that is left."""
    CONFLICT = "conflict"
    """Somebody chose another one, and we never set it, or something else is stated by now."""
    FORBIDDEN = "forbidden"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HomeReport:
    """How the home dashboard stands. `message` says it in a sentence without the stated uid, `remedy` what a person can do ("": nothing).

    `live` is None when it could not be read.
    """

    state: HomeState
    wanted: Uid
    message: str
    remedy: str = ""
    live: Home | None = None


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What is known. `number` is the numeric id of the stated dashboard, None when it is not on the server; `coming` says that the plan
    makes it. `take` is a person's word that ours wins, this once.
    """

    wanted: Uid
    live: Home
    record: HomeRecord | None
    policy: Policy
    number: int | None = None
    coming: bool = False
    take: bool = False


def is_home(live: Home, wanted: Uid, number: int | None = None) -> bool:
    """Whether this is the stated one."""
    match live:
        case HomeIs("", known):
            return number is not None and known == number
        case HomeIs(uid):
            return uid == wanted
        case HomeHidden(shown=shown):
            return shown == wanted
        case _:
            return False


def decide_home(facts: HomeFacts) -> HomeReport:
    """What is to be done: PENDING where it is to be set."""
    live = facts.live
    if is_home(live, facts.wanted, facts.number):
        return _told(facts, HomeState.KEPT, "it is the home dashboard")
    match live:
        case NoHomes(words):
            return _told(facts, HomeState.UNSUPPORTED, f"this server lets no home dashboard be chosen: {words}", "leave home out")
        case HomeHidden(words, permission):
            return _told(facts, HomeState.FORBIDDEN, f"the preferences may not be read: {words}", granting(permission))
        case NoHome() | HomeIs():
            pass
        case _:
            assert_never(live)
    if facts.number is None and not facts.coming:
        step = "add it to git, or correct home of the target"
        return _told(facts, HomeState.WAITS, "no dashboard of this uid is on the server, so it cannot be the home dashboard", step)
    if isinstance(live, NoHome):
        return _told(facts, HomeState.PENDING, "none is chosen")
    return _other(facts, live)


def granting(permission: str) -> str:
    """What to do about a refusal. Preferences of an organisation are for its administrators."""
    return f"give the credential the permission {permission} (the role Admin has it), or leave home out"


def _other(facts: HomeFacts, live: HomeIs) -> HomeReport:
    """Another one is chosen: by us before, or by somebody."""
    record, policy = facts.record, facts.policy
    if record is not None and is_home(live, record.uid, record.number):
        return _told(facts, HomeState.PENDING, f"it was {live.name}, which we had set")
    theirs = f"somebody chose {live.name}"
    if facts.take:
        return _told(facts, HomeState.PENDING, theirs)
    if record is None:
        taken = policy.adopt is AdoptPolicy.TAKE_OVER or (policy.adopt is not AdoptPolicy.NEVER and _git_wins(policy))
        state, told = (HomeState.PENDING if taken else HomeState.CONFLICT), theirs
    elif record.uid == facts.wanted:
        state = HomeState.PENDING if policy.drift is DriftPolicy.REVERT else HomeState.DRIFTED
        told = f"{theirs} since we set it"
    elif policy.conflict is ConflictPolicy.SERVER_WINS:
        state, told = HomeState.DRIFTED, f'{theirs} in place of "{record.uid}", which we had set'
    else:
        state = HomeState.PENDING if _git_wins(policy) else HomeState.CONFLICT
        told = f'{theirs} in place of "{record.uid}", which we had set'
    step = "" if state is HomeState.PENDING else "provisioner apply --take-home sets ours. To keep theirs, state it as home of the target"
    return _told(facts, state, told, step)


def _git_wins(policy: Policy) -> bool:
    return policy.conflict is ConflictPolicy.GIT_WINS


def _told(facts: HomeFacts, state: HomeState, message: str, remedy: str = "") -> HomeReport:
    return HomeReport(state, facts.wanted, message, remedy, facts.live)
