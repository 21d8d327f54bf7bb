"""The world's failures, drawn as a tree. Each is translated once, at the edge that met it, with the cause kept, and says what happens next.

    ProvisionerError
    ├── SecretUnreadable            a token or password file cannot be read
    ├── ConfigurationInvalid        carries problems: nothing runs until they are mended
    ├── SourceError                 the source keeps its last good snapshot; targets fed by it are left as they are
    │   ├── SourceUnreachable       network, time-out: tried again at the next pass
    │   ├── SourceRefused           credentials, host key: a person must act
    │   ├── RefNotFound             branch, tag, commit or path is not there: a person must act
    │   └── SourceBroken            the store is damaged and could not be rebuilt, or the disk is full
    ├── TargetError                 this target is left as it is; the others go on
    │   ├── TargetUnreachable       network, time-out, 5xx: tried again at the next pass
    │   ├── TargetUnauthorised      401: a person must act
    │   ├── TargetForbidden         403: names the permission; a person must act
    │   └── TargetUnsuitable        what answers is no Grafana that we can speak to
    ├── AddressUnusable             the daemon cannot listen where it was told to: it does not start, or keeps the configuration it has
    ├── OutputUnusable              a report cannot be written where it was asked for
    ├── PlanMoved                   git or the server moved since a plan was reviewed: nothing is written
    ├── PlanUnusable                what was named as a plan file is none
    └── StateUnusable               the state file is locked, full, read-only or damaged

In: nothing. Out: the classes. A message never carries a secret. Anything outside this tree is our own bug.
"""

from __future__ import annotations

from provisioner.core.problems import Problem


class ProvisionerError(Exception):
    """The root; never raised itself. `next_step` is a sentence for the person who reads the message."""

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class SecretUnreadable(ProvisionerError):
    """A secret's file or variable cannot be read."""


class ConfigurationInvalid(ProvisionerError):
    """The configuration has problems, all of them told at once. `files` are those that were read, as far as it came (absolute)."""

    def __init__(self, problems: tuple[Problem, ...], files: tuple[str, ...] = ()) -> None:
        super().__init__(
            "; ".join(f"{problem.where}: {problem.message}" for problem in problems),
            next_step="mend the configuration; nothing was read or written",
        )
        self.problems = problems
        self.files = files


class SourceError(ProvisionerError):
    """A source could not be read."""


class SourceUnreachable(SourceError):
    """The repository's host does not answer, or answers too slowly."""


class SourceRefused(SourceError):
    """The repository's host refuses us: wrong credentials, unknown host key, no permission."""


class RefNotFound(SourceError):
    """The branch, tag, commit or path is not there."""


class SourceBroken(SourceError):
    """Our own store of the repository cannot be used."""


class TargetError(ProvisionerError):
    """A server as a whole cannot be worked with now."""


class TargetUnreachable(TargetError):
    """No answer, or answers that are no answers (5xx, time-outs), after all attempts."""


class TargetUnauthorised(TargetError):
    """The server does not accept the credentials."""


class TargetForbidden(TargetError):
    """The credentials are good but lack a permission that the pass cannot do without."""


class TargetUnsuitable(TargetError):
    """What answers at the address is not a Grafana, or one whose API we cannot speak."""


class StateUnusable(ProvisionerError):
    """The state file cannot be used; nothing that could not be recorded is written."""


class AddressUnusable(ProvisionerError):
    """The address of the daemon's own web server cannot be listened at."""


class OutputUnusable(ProvisionerError):
    """A report cannot be written where it was asked for."""


class PlanMoved(ProvisionerError):
    """What would be done is not what was reviewed."""


class PlanUnusable(ProvisionerError):
    """A plan file cannot be read, or is none."""
