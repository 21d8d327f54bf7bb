"""What a person may set, as frozen values: sources, targets, policies, limits.

In: nothing (`config/` reads files and builds these). Out: one value per part, so that a part takes one argument. Times are seconds, sizes
bytes.
No secret is held in here: a `Secret` names where it is kept, and the one who needs it asks for it when it needs it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from provisioner.core.model import SourceName, TargetName
from provisioner.core.problems import Severity
from provisioner.core.secret import Secret
from provisioner.core.service import DaemonSettings, ServerSettings, Watching


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
    watching: Watching = Watching()


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
    user `user` or, without one, of "oauth2" (which GitHub, GitLab, Gitea and Bitbucket take). `interval` is how often the daemon looks the
    ref up by itself.
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
    interval: float = 60.0


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
class SessionAuth:
    """User and password, given once for a session cookie that goes with every request; given again when the session has ended."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Tls:
    """Files for TLS, absolute. `ca_file` replaces the system's authorities; `key_file` goes with `certificate_file`."""

    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None


class Api(StrEnum):
    """Which of Grafana's APIs is spoken to a server."""

    AUTO = "auto"
    """The newest that it offers."""
    SLUG = "slug"
    """2 to 4: by the slug of the title."""
    DASHBOARD = "dashboard"
    """5 to 13: /api/dashboards, by uid."""
    RESOURCE = "resource"
    """12 and later: /apis."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one Grafana organisation. `url` may have a sub-path and has no trailing slash. `org_id` None leaves the choice to the
    credential.

    4 reads at a time; `saves` None is as many as suit the API that is spoken (reference 0.1). `timeout` is for one request.
    `attempts` counts the first try too.
    """

    target: TargetName
    url: str
    auth: TokenAuth | BasicAuth | SessionAuth | None = None
    org_id: int | None = None
    tls: Tls = Tls()
    proxy: str | None = None
    timeout: float = 30.0
    attempts: int = 4
    reads: int = 4
    saves: int | None = None
    api: Api = Api.AUTO


class DriftPolicy(StrEnum):
    """What happens to a dashboard that was edited on the server while its file stayed as it was."""

    REPORT = "report"
    REVERT = "revert"
    """Puts git back. The edit is kept for `restore` first."""


class ConflictPolicy(StrEnum):
    """What happens to a dashboard that both sides changed since it was applied."""

    REPORT = "report"
    GIT_WINS = "git-wins"
    """Saves ours over the version just read, also over one that differs and that no record knows (there `AdoptPolicy.NEVER` goes before).
    Theirs is kept for `restore` first.
    """
    SERVER_WINS = "server-wins"
    """Leaves theirs, and does not count it as a conflict. Git's change waits. One that no record knows is a conflict all the same."""


class AdoptPolicy(StrEnum):
    """What happens to a dashboard that the server has, and of which no record says that it is ours."""

    IDENTICAL = "identical"
    """Equal ones are recorded without a write; others are a conflict."""
    TAKE_OVER = "take-over"
    """Others are written too, over the version just read. Theirs is kept for `restore` first."""
    NEVER = "never"
    """Equal ones are left alone as well."""


class DeletedPolicy(StrEnum):
    """What happens to a dashboard of ours that somebody deleted on the server while its file stayed as it was."""

    REPORT = "report"
    RECREATE = "recreate"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many dashboards one pass may delete: the greater of a number and a whole percentage of what we own on the target."""

    number: int = 5
    percent: int = 10

    def of(self, owned: int) -> int:
        """The number of dashboards for a target on which we own so many. A percentage is rounded down."""
        return max(self.number, owned * self.percent // 100)

    def __str__(self) -> str:
        """As the configuration says it: "10", "10%", "5 or 10%"."""
        if not self.percent:
            return str(self.number)
        return f"{self.number} or {self.percent}%" if self.number else f"{self.percent}%"


@dataclass(frozen=True, slots=True)
class Prune:
    """Whether and how dashboards are deleted whose file is gone. `grace` is how long it must have been gone, `keep` how long a body that
    was deleted or replaced stays to be restored. Seconds.
    """

    enabled: bool = False
    max_deletions: Ceiling = Ceiling()
    grace: float = 10 * 60.0
    keep: float = 30 * 24 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Policy:
    """What a target allows. The default changes nothing that somebody else may have made."""

    conflict: ConflictPolicy = ConflictPolicy.REPORT
    drift: DriftPolicy = DriftPolicy.REPORT
    adopt: AdoptPolicy = AdoptPolicy.IDENTICAL
    deleted: DeletedPolicy = DeletedPolicy.REPORT
    prune: Prune = Prune()


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """The parts of a policy that are other for some paths; None leaves a part as it is. `prune` is its `enabled`.

    The ceiling and the time that bodies are kept hold for the whole target, so they are not in here.
    """

    conflict: ConflictPolicy | None = None
    drift: DriftPolicy | None = None
    adopt: AdoptPolicy | None = None
    deleted: DeletedPolicy | None = None
    prune: bool | None = None
    grace: float | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """Another policy for the paths that a glob of `paths` matches (`globs.py`; the path within the source)."""

    paths: tuple[str, ...]
    change: PolicyChange


OWNER_PREFIX = "provisioner:"
"""What the tag of an owner begins with. A server keeps 50 characters of a tag (its column `term`), so a name has 38 at most."""


class FoldersAs(StrEnum):
    """What becomes of a dashboard's folder on a server that has none (2 to 4)."""

    TAG = "tag"
    """A tag, "Platform / Hosts": title and address stay as git has them."""
    PREFIX = "prefix"
    """The beginning of the title, "Platform / Hosts / Overview": titles may repeat in different folders."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """One Grafana organisation on one server, and what it should hold.

    `sources` in the order stated. `folder` is the title of a parent for everything, None for the root. `data_sources` maps names of inputs
    and data sources to uids, `variables` names of other inputs (constants) to values. `overrides` in the order stated: where two match one
    path, the later one wins, part by part. `owner` is the name that other installations see on our dashboards, None for no such mark.
    `drift_interval` is the time in which the daemon looks at each dashboard of ours once; 0 never. `folders_as` is of use on servers
    without folders alone. `home` is the uid of the home dashboard of the organisation, None where that is left alone.
    """

    name: TargetName
    connection: Connection
    sources: tuple[SourceName, ...]
    folder: str | None = None
    data_sources: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    policy: Policy = Policy()
    overrides: tuple[Override, ...] = ()
    owner: str | None = None
    drift_interval: float = 600.0
    folders_as: FoldersAs = FoldersAs.TAG
    home: str | None = None

    @property
    def owner_tag(self) -> str | None:
        """The tag that says whose our dashboards are: "provisioner:NAME". None without an owner."""
        return None if self.owner is None else f"{OWNER_PREFIX}{self.owner}"


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


LOCK_WAIT = 10.0
"""Seconds. Who holds the state longer than that is at work on a large change, and it is better to say so."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. `severities` overrides the catalogue's severity by problem code. `state` is the file kept across restarts
    (absolute), `lock_wait` how many seconds a second process waits for it; 0 asks once.
    """

    sources: tuple[SourceSettings, ...]
    targets: tuple[TargetSettings, ...]
    state: str
    severities: tuple[tuple[str, Severity], ...] = ()
    log: LogSettings = field(default_factory=LogSettings)
    lock_wait: float = LOCK_WAIT
    server: ServerSettings = ServerSettings()
    daemon: DaemonSettings = DaemonSettings()
