"""A whole house to try the spine in: a sandbox, a directory of dashboards, a state file; and somebody with a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any, cast

from provisioner.core.changes import Change, Conflict, ConflictKind, CreateFolder, Outcome, Result
from provisioner.core.model import Json, SourceName, TargetName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import (
    Api,
    BasicAuth,
    ConflictPolicy,
    Connection,
    DirectorySettings,
    Limits,
    Policy,
    Selection,
    Settings,
    SourceSettings,
    TargetSettings,
    TokenAuth,
)
from provisioner.grafana import Waiting, open_grafana
from provisioner.grafana.opening import OpenGrafana
from provisioner.reconcile import Parts, reconcile
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.recorder import Recorded
from provisioner.sandbox.settings import Person
from provisioner.wiring import opened
from tests.whole import real
from tests.whole.browser import BY_SLUG, OldBrowser
from tests.whole.browser import BY_UID as BY_UID  # noqa: PLC0414 - tests know it from the house
from tests.whole.browser import SAVES as SAVES  # noqa: PLC0414 - as above
from tests.whole.browser import Browser as Browser  # noqa: PLC0414 - as above

SOURCE, TARGET = SourceName("files"), TargetName("test")
FIRST_WITH_UIDS = 5
GIT_WINS = Policy(ConflictPolicy.GIT_WINS)
RESOURCES = "/apis/dashboard.grafana.app/v0alpha1/namespaces/{}/dashboards/"

OnPlan = Callable[[int], object]
OnOutcome = Callable[[Outcome], object]


def dashboard(uid: str, title: str = "", **fields: object) -> dict[str, Any]:
    """A small dashboard that validates without a word; its title is the uid unless told."""
    panel = {"id": 1, "type": "text", "title": "Words", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8}, "options": {"content": "hello"}}
    return {"uid": uid, "title": title or uid, "schemaVersion": 39, "panels": [panel], "timezone": "browser", **fields}


def panel_titled(title: str) -> dict[str, Any]:
    """The panels of `dashboard`, with that title: a change that a person would make."""
    return {"panels": [{**dashboard("x")["panels"][0], "title": title}]}


@dataclass(slots=True)
class House:
    """The parts, and what a pass is run with. Waits between attempts are noted in `pauses` instead of waited."""

    sandbox: Running
    place: Path
    connection: Connection
    environment: dict[str, str]
    pauses: list[float] = field(default_factory=list)
    stop: Event = field(default_factory=Event)
    on_open: Callable[[], object] = lambda: None
    """Happens after the files were read, before the server is asked."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Which number a person knows a dashboard by, on servers without uids."""
    namespace: str = "default"
    """Of its organisation, below /apis."""
    parts: dict[str, Any] = field(default_factory=dict)
    """What else its passes are run with: fields of `Parts`, as `scan`, `take` or `now`."""

    @property
    def files(self) -> Path:
        return self.place / "files"

    @property
    def speaks_resources(self) -> bool:
        """Whether passes write by /apis. People and their pages go on with the dashboard API."""
        return self.sandbox.server.generation.number >= 12 and self.connection.api is not Api.DASHBOARD

    @property
    def dashboards_at(self) -> str:
        """What begins the path of every save of ours."""
        return "/apis/dashboard.grafana.app/" if self.speaks_resources else SAVES

    @property
    def folders_at(self) -> str:
        """What begins the path of every folder that we make."""
        return "/apis/folder.grafana.app/" if self.speaks_resources else "/api/folders"

    @property
    def bodies_at(self) -> str:
        """What begins the path of every dashboard that is read."""
        by_hand = BY_UID if self.generation >= FIRST_WITH_UIDS else BY_SLUG
        return RESOURCES.format(self.namespace) if self.speaks_resources else by_hand

    def when_saving(self, **faults: Any) -> None:  # noqa: ANN401 - fields of Faults
        """From now on this goes wrong with saves of ours."""
        self.sandbox.faults.set(Faults(path=self.dashboards_at, methods=("POST", "PUT"), **faults))

    @property
    def saves(self) -> list[Recorded]:
        """Saves since the last `forget`; by the dashboard API also those of people."""
        return [
            each for each in self.sandbox.requests.writes if each.path.startswith(self.dashboards_at) and each.method in {"POST", "PUT"}
        ]

    @property
    def made_folders(self) -> list[Recorded]:
        return self.requests("POST", self.folders_at)

    @property
    def read(self) -> list[str]:
        """The uids of dashboards that were read, each as often as it was; by the dashboard API also those that people read."""
        rest = (each.path.removeprefix(self.bodies_at) for each in self.requests("GET", self.bodies_at))
        return [uid for uid in rest if uid and "/" not in uid]

    @property
    def generation(self) -> int:
        return int(self.sandbox.version.partition(".")[0])

    @property
    def browser(self) -> Browser:
        if self.generation >= FIRST_WITH_UIDS:
            return Browser(self.sandbox.url)
        return OldBrowser(self.sandbox.url, numbers=self.numbers, first=self.first_version)

    @property
    def first_version(self) -> int:
        """Of a new dashboard."""
        return self.sandbox.server.generation.first_version

    def write(self, path: str, content: Mapping[str, Any] | str | bytes) -> None:
        """A file of the source."""
        file = self.files / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")

    def delete(self, path: str) -> None:
        """The file goes, and so does its directory where nothing else is in it."""
        file = self.files / path
        file.unlink()
        if file.parent != self.files and not any(file.parent.iterdir()):
            file.parent.rmdir()

    def as_token(self, token: str) -> None:
        """From now on with this token instead of the administrator's password."""
        self.environment["TOKEN"] = token
        self.connection = replace(self.connection, auth=TokenAuth(Secret("targets.test.token_env", variable="TOKEN")))

    def save_one_at_a_time(self) -> None:
        """So that whatever happens to one happens before the next is sent."""
        self.connection = replace(self.connection, saves=1)

    def plan(self, **target: object) -> PassReport:
        return self._pass(write=False, hooks={}, target=target)

    def apply(self, *, on_plan: OnPlan | None = None, on_outcome: OnOutcome | None = None, **target: object) -> PassReport:
        """One pass. `on_plan` happens between reading and writing, `target` are fields of `TargetSettings`."""
        hooks = {name: hook for name, hook in (("on_plan", on_plan), ("on_outcome", on_outcome)) if hook is not None}
        return self._pass(write=True, hooks=hooks, target=target)

    def requests(self, method: str, path: str) -> list[Recorded]:
        """Those that were asked since the last `forget`."""
        return [each for each in self.sandbox.requests.all if each.method == method and each.path.startswith(path)]

    @property
    def writes(self) -> int:
        return len(self.sandbox.requests.writes)

    def forget(self) -> None:
        """Counts requests from here on."""
        self.sandbox.requests.reset()

    def _pass(self, *, write: bool, hooks: Mapping[str, Any], target: Mapping[str, object]) -> PassReport:
        stated: dict[str, Any] = {"connection": self.connection, "sources": (SOURCE,), **target}
        wanted = TargetSettings(TARGET, **stated)
        source: SourceSettings = DirectorySettings(SOURCE, str(self.files), Selection(limits=Limits(file_bytes=20_000_000)))
        settings = Settings((source,), (wanted,), str(self.place / "state.db"))
        with opened(settings, self.environment, self.stop) as run:

            def connected() -> OpenGrafana:
                self.on_open()
                return open_grafana(wanted.connection, run.reveal, self._waiting())

            parts: Parts = replace(run.parts(wanted), **{"open_grafana": connected, **self.parts, **hooks})
            return reconcile(wanted, parts, write=write)

    def _waiting(self) -> Waiting:
        def pause(seconds: float) -> bool:
            self.pauses.append(seconds)
            return self.stop.is_set()

        return Waiting(pause=pause)


@contextmanager
def house(place: Path, *, api: Api = Api.AUTO, **sandbox: Json) -> Iterator[House]:
    """A house with a new sandbox; keywords are fields of `SandboxSettings`. `api` is what its passes speak."""
    (place / "files").mkdir(parents=True)
    with running(SandboxSettings(people=(Person("jonas", "jonas"),), **sandbox)) as started:
        yield _over(started, place, api)


@contextmanager
def real_house(place: Path, api: Api) -> Iterator[House]:
    """A house over an empty organisation of a real server."""
    (place / "files").mkdir(parents=True)
    with real.stand() as stand:
        yield replace(_over(cast("Running", stand), place, api), namespace=stand.namespace)


def _over(sandbox: Running, place: Path, api: Api) -> House:
    auth = BasicAuth(sandbox.admin[0], Secret("targets.test.password_env", variable="PASSWORD"))
    connection = Connection(TARGET, sandbox.url, auth, timeout=30.0, attempts=3, api=api)
    return House(sandbox, place, connection, {"PASSWORD": sandbox.admin[1]})


def results(report: PassReport) -> dict[str, Result]:
    """What became of each change, by the uid it is about. Every change has one outcome."""
    about = [_uid(each.change) for each in report.outcomes]
    assert len(set(about)) == len(about) == len(report.plan.changes)
    return {_uid(each.change): each.result for each in report.outcomes}


def outcome(report: PassReport, uid: str) -> Outcome:
    [found] = [each for each in report.outcomes if _uid(each.change) == uid]
    return found


def kinds(report: PassReport) -> list[ConflictKind]:
    return [each.kind for each in report.conflicts]


def only_conflict(report: PassReport) -> Conflict:
    [found] = report.conflicts
    return found


def _uid(change: Change) -> str:
    return str(change.folder.uid if isinstance(change, CreateFolder) else change.dashboard.uid)
