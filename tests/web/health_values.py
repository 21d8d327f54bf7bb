"""How a daemon may stand, for the tests of what is told of it, and a way to ask a server without a library between."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field, replace
from typing import Any

from provisioner.core.health import Cause, ConfigHealth, Health, SourceHealth, TargetHealth
from provisioner.core.model import Revision, SourceName, TargetName
from provisioner.core.report import Failure

PLATFORM, LOCAL = SourceName("platform"), SourceName("local")
PRODUCTION, STAGING = TargetName("production"), TargetName("staging")
SEEN = "a" * 40
APPLIED = "b" * 40

SOURCE = SourceHealth(
    PLATFORM,
    "polled every 60 s",
    revision=Revision("main", SEEN, "Add <p99> & more", "Ann", "2026-03-04T11:59:00+01:00"),
    read="2026-03-04T11:00:10Z",
    read_age=20.0,
    files=12,
    dashboards=10,
    lookups=40,
    problems={"json-syntax": 2},
)
TARGET = TargetHealth(
    PRODUCTION,
    "https://grafana.example",
    server="Grafana 11.2.0",
    cause=Cause.CHANGE,
    ended="2026-03-04T11:00:12Z",
    good="2026-03-04T11:00:12Z",
    good_age=18.0,
    applied={PLATFORM: SEEN},
    in_sync=9,
    drifted=1,
    held=2,
    owned=10,
    looked=4,
    watched="one after the other",
    conflicts={"both-changed": 3},
    problems={"json-syntax": 2},
)
STANDING = Health(
    release="0.1.0",
    started="2026-03-04T10:00:00Z",
    now="2026-03-04T11:00:30Z",
    progress_age=0.5,
    patience=30.0,
    config=ConfigHealth("/etc/provisioner/config.yaml", "2026-03-04T10:00:00Z"),
    sources=(SOURCE,),
    targets=(TARGET,),
    state_bytes=4096,
    slowest="target production",
)
UNREACHABLE = Failure("platform", "git.example does not answer", "it is tried again", unreachable=True)
UNAUTHORISED = Failure("production", "https://grafana.example does not accept the token", "renew the token")


@dataclass
class Fixed:
    """A service that stands as it is told to."""

    now: Health = STANDING
    woken: list[tuple[SourceName, ...]] = field(default_factory=list)

    def health(self) -> Health:
        return self.now

    def hooked(self, sources: tuple[SourceName, ...]) -> None:
        self.woken.append(sources)


def source(**changes: Any) -> Health:  # noqa: ANN401 - whatever the field takes
    """The health with another source."""
    return replace(STANDING, sources=(replace(SOURCE, **changes),))


def target(**changes: Any) -> Health:  # noqa: ANN401 - whatever the field takes
    """The health with another target."""
    return replace(STANDING, targets=(replace(TARGET, **changes),))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(url: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request on a connection of its own. Header names are given with "_" for "-"."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
