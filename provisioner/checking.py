"""Looks at everything that a configuration names, and gathers what it sees: `check`.

In: settings, and the ways to look, handed in. Out: a `Checkup`. Sources and servers are looked at side by side; whatever fails is a value,
so that all is told at once. Nothing is written anywhere; what it means is `core/checkup.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from provisioner.core.checkup import Checkup, HookSeen, MachineSeen, SecretSeen, ServerSeen, SourceSeen, TargetSeen
from provisioner.core.errors import ProvisionerError, SecretUnreadable, SourceUnreachable, TargetUnreachable
from provisioner.core.model import Snapshot, Uid
from provisioner.core.report import Failure
from provisioner.core.secret import Reveal, Secret
from provisioner.core.service import HookSettings
from provisioner.core.settings import DirectorySettings, Settings, SourceSettings, TargetSettings

_AT_A_TIME = 8
_OFFLINE = "--offline"
_UNREAD = "its secret cannot be read"


@dataclass(frozen=True, slots=True)
class Looks:
    """The ways to look. Each raises a ProvisionerError for what it cannot see. `records` are the uids that our state file knows of a
    target, None where there is no state file; `state` says who holds it; `address` takes host and port for a moment and gives it in words;
    `clock` counts seconds.
    """

    snapshot: Callable[[SourceSettings], Snapshot]
    noticed: Callable[[SourceSettings], str]
    server: Callable[[TargetSettings], ServerSeen]
    records: Callable[[TargetSettings], frozenset[Uid] | None]
    reveal: Reveal
    state: Callable[[], str]
    address: Callable[[str, int], str]
    git: Callable[[], str]
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be looked at: of these targets and the sources they take, `offline` what is on this machine alone."""

    settings: Settings
    targets: tuple[TargetSettings, ...]
    offline: bool = False

    @property
    def sources(self) -> tuple[SourceSettings, ...]:
        """Those of the targets; all, where there is no target at all."""
        taken = {name for target in self.targets for name in target.sources}
        return tuple(each for each in self.settings.sources if each.name in taken or not self.targets)


def check(wanted: Wanted, looks: Looks) -> Checkup:
    """Looks at all of it."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        sources = pool.map(lambda each: _source(each, looks, offline=wanted.offline), wanted.sources)
        targets = pool.map(lambda each: _target(each, looks, offline=wanted.offline), wanted.targets)
        machine = _machine(wanted, looks)
        hooks = _hooks(wanted.settings.server.hooks, looks.reveal)
        return Checkup(tuple(sources), tuple(targets), hooks, machine)


def _source(settings: SourceSettings, looks: Looks, *, offline: bool) -> SourceSeen:
    local = isinstance(settings, DirectorySettings)
    where = settings.path if isinstance(settings, DirectorySettings) else settings.url
    if offline and not local:
        return SourceSeen(settings.name, where, skipped=_OFFLINE)
    begun = looks.clock()
    try:
        found = looks.snapshot(settings)
        watched = looks.noticed(settings)
    except SecretUnreadable:
        return SourceSeen(settings.name, where, skipped=_UNREAD)
    except ProvisionerError as error:
        return SourceSeen(settings.name, where, seconds=looks.clock() - begun, failure=_failure(settings.name, error))
    seconds = looks.clock() - begun
    return SourceSeen(settings.name, where, watched, found.revision, len(found.entries), found.problems, seconds)


def _target(settings: TargetSettings, looks: Looks, *, offline: bool) -> TargetSeen:
    name, url = settings.name, settings.connection.url
    if offline:
        return TargetSeen(name, url, skipped=_OFFLINE)
    begun = looks.clock()
    try:
        seen = looks.server(settings)
        recorded = looks.records(settings) if settings.owner_tag is not None else None
    except SecretUnreadable:
        return TargetSeen(name, url, skipped=_UNREAD)
    except ProvisionerError as error:
        return TargetSeen(name, url, seconds=looks.clock() - begun, failure=_failure(name, error))
    deletes = settings.policy.prune.enabled or any(each.change.prune for each in settings.overrides)
    return TargetSeen(name, url, seen, settings.owner_tag, deletes, recorded, looks.clock() - begun)


def _hooks(hooks: tuple[HookSettings, ...], reveal: Reveal) -> tuple[HookSeen, ...]:
    """Lengths, and which secrets are the same. The texts end here."""
    first: dict[str, str] = {}
    found: list[HookSeen] = []
    for hook in hooks:
        seen: list[SecretSeen] = []
        for each in hook.secrets:
            text = _text(each, reveal)
            if text is not None:
                twin = first.setdefault(text, each.setting)
                seen.append(SecretSeen(each.setting, len(text), "" if twin == each.setting else twin))
        found.append(HookSeen(hook.name, tuple(seen)))
    return tuple(found)


def _text(secret: Secret, reveal: Reveal) -> str | None:
    try:
        return reveal(secret)
    except SecretUnreadable:
        return None


def _machine(wanted: Wanted, looks: Looks) -> MachineSeen:
    server = wanted.settings.server
    holder, state_failure = _tried(looks.state, "state")
    git, git_failure = _tried(looks.git, "git") if any(not isinstance(each, DirectorySettings) for each in wanted.sources) else ("", None)
    host, port = server.host, server.port
    listen, listen_failure = ("", None) if host is None else _tried(lambda: looks.address(host, port), "listen")
    return MachineSeen(wanted.settings.state, state_failure, holder, listen, listen_failure, git, git_failure)


def _tried(look: Callable[[], str], subject: str) -> tuple[str, Failure | None]:
    try:
        return look(), None
    except ProvisionerError as error:
        return "", _failure(subject, error)


def _failure(subject: str, error: ProvisionerError) -> Failure:
    return Failure(subject, error.message, error.next_step, isinstance(error, (SourceUnreachable, TargetUnreachable)))
