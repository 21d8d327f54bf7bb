"""What a look at everything that a configuration names found, and what would fail with it.

In: what was seen of sources, servers, hooks and this machine, as values. Out: `Finding`s, each with its weight, words and remedy; and the
exit code. What a server does not tell is never taken for well: it is told as not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.model import Revision, SourceName, TargetName, Uid
from provisioner.core.problems import Problem, Severity, errors, listed
from provisioner.core.report import Exit, Failure
from provisioner.core.server import Server

MOST_SKEW = 30.0
"""Seconds between a server's clock and ours. Beyond it, times of edits are told wrongly and grace times end early or late."""

SHORTEST_SECRET = 16
"""Characters. A hook is open to whoever reaches it, so its secret is guessed at."""


class Kind(StrEnum):
    """What was looked at."""

    SOURCE = "source"
    TARGET = "target"
    HOOK = "hook"
    MACHINE = "machine"
    """This machine: the state file, the address to listen at, git."""


class Role(StrEnum):
    """The roles of an organisation, for servers whose permissions have no names yet (before 9)."""

    ADMIN = "Admin"
    EDITOR = "Editor"
    VIEWER = "Viewer"


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """One source. `where` is its path or url, `watched` how changes will be noticed ("" where that is not known). `problems` are of single
    files that cannot be read. `skipped` says why it was not looked at.
    """

    name: SourceName
    where: str
    watched: str = ""
    revision: Revision | None = None
    files: int = 0
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    failure: Failure | None = None
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who we are to a server. `user` is "" where it does not tell. `actions` are the permissions that it names, held for at least some
    folders; None where it names none: then `role` is what can be concluded, None for nothing.
    """

    user: str = ""
    actions: frozenset[str] | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """What a server told. `ahead` is its clock minus ours in seconds, None when it does not tell the time; `tagged` are dashboards that
    carry our owner's tag. `data_sources` is None when they may not be listed.
    """

    server: Server
    credential: Credential
    dashboards: int
    folders: int
    data_sources: int | None
    ahead: float | None
    tagged: tuple[Uid, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetSeen:
    """One target. `deletes` is whether its policy deletes anywhere, `recorded` what our records know of it (None: they were not read)."""

    name: TargetName
    url: str
    seen: ServerSeen | None = None
    owner_tag: str | None = None
    deletes: bool = False
    recorded: frozenset[Uid] | None = None
    seconds: float = 0.0
    failure: Failure | None = None
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class SecretSeen:
    """A secret of a hook: where it is stated, how long it is, and the setting that holds the same text ("" for none). Never the text."""

    setting: str
    length: int
    twin: str = ""


@dataclass(frozen=True, slots=True)
class HookSeen:
    """One hook. Secrets that cannot be read are problems of the configuration already, and not in here."""

    name: str
    secrets: tuple[SecretSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineSeen:
    """What was seen here. `holder` is who holds the state file now, "" for nobody. `git` is its version, "" where none is needed."""

    state: str = ""
    state_failure: Failure | None = None
    holder: str = ""
    listen: str = ""
    listen_failure: Failure | None = None
    git: str = ""
    git_failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """Everything that was looked at, and what is wrong with the configuration itself."""

    sources: tuple[SourceSeen, ...] = ()
    targets: tuple[TargetSeen, ...] = ()
    hooks: tuple[HookSeen, ...] = ()
    machine: MachineSeen = MachineSeen()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one part. An error would make a pass fail, a warning something less; a note is worth knowing. `unreachable` tells
    the network's failures from others.
    """

    kind: Kind
    name: str
    severity: Severity
    message: str
    remedy: str
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class _Need:
    """A permission, what fails without it, and how much that weighs."""

    action: str
    without: str
    severity: Severity = Severity.ERROR
    to_delete: bool = False


_NEEDS = (
    _Need("dashboards:read", "no dashboard can be read, so nothing can be compared"),
    _Need("dashboards:create", "no dashboard can be created"),
    _Need("dashboards:write", "no dashboard can be changed"),
    _Need("folders:read", "folders are not seen, so they would be made anew"),
    _Need("folders:create", "no folder can be created"),
    _Need("folders:write", "no folder can be renamed or moved", Severity.WARNING),
    _Need("dashboards:delete", "prune is on, and no dashboard can be deleted", to_delete=True),
    _Need("folders:delete", "prune is on, and folders that are left empty stay", Severity.WARNING, to_delete=True),
)
"""Reference 4, "Actions needed"."""

_GRANT = "give the service account this permission, or the role Editor"


def findings(of: Checkup) -> tuple[Finding, ...]:
    """All of them, part by part in the order of the configuration, the weightiest first within a part."""
    found = (
        *(each for source in of.sources for each in _sorted(_source(source))),
        *(each for target in of.targets for each in _sorted(_target(target))),
        *(each for hook in of.hooks for each in _sorted(_hook(hook))),
        *_sorted(_machine(of.machine)),
    )
    return tuple(found)


def exit_code(of: Checkup) -> Exit:
    """5 when something does not answer, 1 when something else would fail, else 0: warnings and notes keep nothing from working."""
    wrong = [each for each in findings(of) if each.severity is Severity.ERROR]
    if any(each.unreachable for each in wrong):
        return Exit.UNREACHABLE
    return Exit.ERROR if wrong or errors(of.problems) else Exit.OK


def _sorted(found: Iterator[Finding]) -> list[Finding]:
    return sorted(found, key=lambda each: each.severity.rank)


def _failed(kind: Kind, name: str, failure: Failure) -> Finding:
    return Finding(kind, name, Severity.ERROR, failure.message, failure.next_step, failure.unreachable)


def _source(of: SourceSeen) -> Iterator[Finding]:
    if of.skipped:
        yield Finding(Kind.SOURCE, of.name, Severity.NOTE, f"not looked at: {of.skipped}", "")
    if of.failure is not None:
        yield _failed(Kind.SOURCE, of.name, of.failure)
        return
    for each in of.problems:
        yield Finding(Kind.SOURCE, of.name, each.severity, f"{each.where}: {each.message}", each.remedy)
    if not of.files and not of.problems and not of.skipped:
        remedy = "correct path, include or exclude of the source"
        yield Finding(Kind.SOURCE, of.name, Severity.WARNING, "no file of it counts: it is empty, or nothing matches include", remedy)


def _target(of: TargetSeen) -> Iterator[Finding]:
    if of.skipped:
        yield Finding(Kind.TARGET, of.name, Severity.NOTE, f"not looked at: {of.skipped}", "")
    if of.failure is not None:
        yield _failed(Kind.TARGET, of.name, of.failure)
    if of.seen is None:
        return
    yield from _rights(of, of.seen.credential)
    yield from _lists(of, of.seen)
    yield from _clock(of, of.seen.ahead)
    yield from _owner(of, of.seen.tagged)


def _rights(of: TargetSeen, credential: Credential) -> Iterator[Finding]:
    if credential.actions is not None:
        for need in _NEEDS:
            if need.action not in credential.actions and (of.deletes or not need.to_delete):
                yield Finding(Kind.TARGET, of.name, need.severity, f"the credential lacks {need.action}: {need.without}", _GRANT)
    elif credential.role is Role.VIEWER:
        message = "the credential has the role Viewer: nothing can be created or changed"
        yield Finding(Kind.TARGET, of.name, Severity.ERROR, message, "give it the role Editor")
    elif credential.role is None:
        message = "whether the credential may write is not known: this server does not tell"
        yield Finding(Kind.TARGET, of.name, Severity.NOTE, message, "see that it has the role Editor, or Admin")


def _lists(of: TargetSeen, seen: ServerSeen) -> Iterator[Finding]:
    if seen.data_sources is None:
        needed = "datasources:read" if seen.credential.actions is not None else "the role Admin"
        message = f"data sources may not be listed, so those that dashboards name are not checked (needs {needed})"
        yield Finding(Kind.TARGET, of.name, Severity.NOTE, message, "give it to the credential, or map names under datasources")


def _clock(of: TargetSeen, ahead: float | None) -> Iterator[Finding]:
    if ahead is None:
        message = "whether its clock and ours agree is not known: it does not tell the time"
        yield Finding(Kind.TARGET, of.name, Severity.NOTE, message, "")
    elif abs(ahead) > MOST_SKEW:
        message = (
            f"its clock is {_span(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} ours: times of edits are told wrongly by as much"
        )
        yield Finding(Kind.TARGET, of.name, Severity.WARNING, message, "set both clocks by NTP: grace times depend on ours")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _owner(of: TargetSeen, tagged: tuple[Uid, ...]) -> Iterator[Finding]:
    if of.owner_tag is None or of.recorded is None:
        return
    strangers = [uid for uid in tagged if uid not in of.recorded]
    if strangers:
        number = "one dashboard carries" if len(strangers) == 1 else f"{len(strangers)} dashboards carry"
        message = f"{number} our tag {of.owner_tag}, but no record of ours knows of it: {listed(strangers)}"
        remedy = "if another installation has this name too, give one of them another owner; if the state file was lost, a pass adopts them"
        yield Finding(Kind.TARGET, of.name, Severity.WARNING, message, remedy)


def _hook(of: HookSeen) -> Iterator[Finding]:
    for each in of.secrets:
        if each.length < SHORTEST_SECRET:
            message = f"the secret of {each.setting} has {each.length} characters: whoever reaches the hook can guess it"
            yield Finding(Kind.HOOK, of.name, Severity.WARNING, message, "take 32 random ones: openssl rand -hex 32")
        if each.twin and each.twin.startswith(f"server.hooks.{of.name}."):
            message = f"{each.setting} and {each.twin} hold the same secret: it was not rotated"
            yield Finding(Kind.HOOK, of.name, Severity.WARNING, message, "put the old one there, or leave it out")
        elif each.twin:
            message = f"{each.setting} and {each.twin} hold the same secret: who can call one hook can call the other"
            yield Finding(Kind.HOOK, of.name, Severity.NOTE, message, "give each hook its own")


def _machine(of: MachineSeen) -> Iterator[Finding]:
    if of.state_failure is not None:
        yield _failed(Kind.MACHINE, "state", of.state_failure)
    if of.holder:
        message = f"the state file is in use by {of.holder}"
        yield Finding(Kind.MACHINE, "state", Severity.NOTE, message, "a pass waits for it")
    if of.git_failure is not None:
        yield _failed(Kind.MACHINE, "git", of.git_failure)
    if of.listen_failure is not None and "provisioner run" in of.holder:
        message = f"{of.listen_failure.message}; most likely by the daemon that runs already"
        yield Finding(Kind.MACHINE, "listen", Severity.NOTE, message, "")
    elif of.listen_failure is not None:
        yield _failed(Kind.MACHINE, "listen", of.listen_failure)
