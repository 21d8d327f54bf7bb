"""What a person may set, as frozen values: sources, targets, policies, limits.

In: nothing (`config/` reads files and builds these). Out: one value per part, so that a part takes one argument. Times are seconds, sizes
bytes.
No secret is held in here: a `Secret` names where it is kept, and the one who needs it asks for it when it needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from provisioner.core.model import SourceName, TargetName
from provisioner.core.problems import Severity


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is kept: a file (absolute path), or the name of an environment variable. `setting` is its place in the
    configuration.
    """

    setting: str
    file: str | None = None
    variable: str | None = None


Reveal = Callable[[Secret], str]
"""Gives the secret's text, read anew each time so that a rotated file is followed. Raises errors.SecretUnreadable."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A repository is hostile input. 10 MiB is Grafana's own cap for large objects, 16 MiB its body limit (reference/dashboards.md
    section 2).
    """

    file_bytes: int = 10 * 1024 * 1024
    files: int = 20_000
    total_bytes: int = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files of a source count. Globs are matched against the path within the source, `**` crosses directories; excludes win."""

    include: tuple[str, ...] = ("**/*.json", "**/*.yaml", "**/*.yml")
    exclude: tuple[str, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """A directory of files. `path` is absolute."""

    name: SourceName
    path: str
    selection: Selection = Selection()


class RefKind(StrEnum):
    """What a git ref is. A commit never moves, so it is looked up once."""

    BRANCH = "branch"
    TAG = "tag"
    COMMIT = "commit"
    HEAD = "head"
    """The remote's own default branch."""


@dataclass(frozen=True, slots=True)
class GitSettings:
    """A git repository at a branch, tag or commit. `url` carries no credentials; `path` is the directory in it that counts ("" for all of
    it).

    `store` is the absolute directory of the persistent bare store. `user` goes with `password`; a `token` alone is sent as the password of
    user `user` or, without one, of "oauth2" (which GitHub, GitLab, Gitea and Bitbucket take).
    """

    name: SourceName
    url: str
    store: str
    ref_kind: RefKind = RefKind.HEAD
    ref: str = ""
    path: str = ""
    selection: Selection = Selection()
    user: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    ssh_key: str | None = None
    known_hosts: str | None = None
    ca_file: str | None = None
    timeout: float = 60.0


SourceSettings = DirectorySettings | GitSettings


@dataclass(frozen=True, slots=True)
class TokenAuth:
    """A service account token or API key, sent as a bearer."""

    token: Secret


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """User and password, sent with every request."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Tls:
    """Files for TLS, absolute. `ca_file` replaces the system's authorities; `key_file` goes with `certificate_file`."""

    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one Grafana organisation. `url` may have a sub-path and has no trailing slash. `org_id` None leaves the choice to the
    credential.

    4 reads and 2 saves at a time: on the dashboard API more connections are slower (reference 0.1). `timeout` is for one request.
    `attempts` counts the first try too.
    """

    target: TargetName
    url: str
    auth: TokenAuth | BasicAuth | None = None
    org_id: int | None = None
    tls: Tls = Tls()
    proxy: str | None = None
    timeout: float = 30.0
    attempts: int = 4
    reads: int = 4
    saves: int = 2


class ConflictPolicy(StrEnum):
    """What happens to a dashboard whose content differs from ours without a record that we wrote it."""

    REPORT = "report"
    GIT_WINS = "git-wins"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a target allows. The default changes nothing that somebody else may have made."""

    conflict: ConflictPolicy = ConflictPolicy.REPORT


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """One Grafana organisation on one server, and what it should hold.

    `sources` in the order stated. `folder` is the title of a parent for everything, None for the root. `data_sources` maps names of inputs
    and
    data sources to uids, `variables` names of other inputs (constants) to values.
    """

    name: TargetName
    connection: Connection
    sources: tuple[SourceName, ...]
    folder: str | None = None
    data_sources: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    policy: Policy = Policy()


class LogFormat(StrEnum):
    """AUTO is text on a terminal and JSON off it."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the log shows and how. `level` is one of debug, info, warning, error."""

    level: str = "info"
    format: LogFormat = LogFormat.AUTO


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. `severities` overrides the catalogue's severity by problem code. `state` is the file kept across restarts
    (absolute).
    """

    sources: tuple[SourceSettings, ...]
    targets: tuple[TargetSettings, ...]
    state: str
    severities: tuple[tuple[str, Severity], ...] = ()
    log: LogSettings = field(default_factory=LogSettings)
