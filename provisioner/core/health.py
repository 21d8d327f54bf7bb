"""How things stand with a daemon: what its status page, its metrics and its health rest on.

In: nothing (`daemon/` builds these from what passes and sources told). Out: frozen values, one picture of one moment. Times are ISO 8601 in
UTC, spans and ages seconds; None where there was nothing yet. No secret is in here, and no url with one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provisioner.core.model import Revision, SourceName, TargetName
from provisioner.core.report import Failure


class Cause(StrEnum):
    """Why a pass runs, as the log and the metrics say it."""

    START = "start"
    CHANGE = "change"
    """A file of a directory, or a commit that a poll found."""
    HOOK = "hook"
    DRIFT = "drift"
    """Somebody saved on the server."""
    DUE = "due"
    """The grace time of a deletion is over."""
    RETRY = "retry"
    BACK = "back"
    """The server answers again."""
    RECORDS = "records"
    """Another command wrote to the state file, a confirmation for example."""
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """`revision` is the last that was read well, at `read`. `failure` is why it cannot be read now, since `failing_since`; it is tried
    again after `retry_in`. `watched` says how changes are noticed: "events", "looked at every 2 s: …", "polled every 60 s". `problems` by
    code.
    """

    name: SourceName
    watched: str
    revision: Revision | None = None
    read: str | None = None
    read_age: float | None = None
    files: int = 0
    dashboards: int = 0
    failure: Failure | None = None
    failing_since: str | None = None
    retry_in: float | None = None
    lookups: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """`applied` names the commit (or other revision) that the last good pass made live, by source. `good` is when that pass ended.
    `waiting` names the sources that were never read yet: without them no pass runs. `conflicts` and `problems` by kind and code. `looked`
    is how many of `owned` dashboards the drift look has seen in this round. `watched` says how edits on the server are noticed: "by watch",
    "by lists: the server answers 405 to watch", "one after the other".
    """

    name: TargetName
    url: str
    server: str = ""
    passing: bool = False
    cause: Cause | None = None
    ended: str | None = None
    good: str | None = None
    good_age: float | None = None
    applied: Mapping[SourceName, str] = field(default_factory=dict)
    waiting: tuple[SourceName, ...] = ()
    in_sync: int = 0
    drifted: int = 0
    held: int = 0
    owned: int = 0
    looked: int = 0
    watched: str = ""
    conflicts: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None
    failing_since: str | None = None
    retry_in: float | None = None


@dataclass(frozen=True, slots=True)
class ConfigHealth:
    """The configuration in use: its file, since when; and why a newer one was not taken."""

    file: str
    loaded: str
    refused: str | None = None
    refused_at: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole. `progress_age` is how long ago the slowest of the threads that must make progress did so, `patience` how long that may
    be: beyond it the daemon is not alive. `slowest` names that thread for a person: "target production". `state_bytes` is the size of the
    state file.
    """

    release: str
    started: str
    now: str
    progress_age: float
    patience: float
    config: ConfigHealth
    sources: tuple[SourceHealth, ...] = ()
    targets: tuple[TargetHealth, ...] = ()
    state_bytes: int = 0
    slowest: str = ""

    @property
    def alive(self) -> bool:
        """Whether the daemon works: its threads make progress. That a server does not answer is no reason to restart it."""
        return self.progress_age <= self.patience

    @property
    def unready(self) -> tuple[TargetName, ...]:
        """Targets that had no good pass yet."""
        return tuple(each.name for each in self.targets if each.good is None)

    @property
    def unread(self) -> tuple[SourceName, ...]:
        """Sources that were never read yet."""
        return tuple(each.name for each in self.sources if each.revision is None)
