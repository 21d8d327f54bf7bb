"""A whole house to try the spine in: a sandbox, a directory of dashboards, a state file; and somebody with a browser."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from provisioner.core.changes import Change, Conflict, ConflictKind, CreateFolder, Outcome, Result
from provisioner.core.model import Json, SourceName, TargetName
from provisioner.core.report import PassReport
from provisioner.core.secret import Secret
from provisioner.core.settings import (
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
from provisioner.sandbox.recorder import Recorded
from provisioner.sandbox.settings import Person
from provisioner.wiring import opened

SOURCE, TARGET = SourceName("files"), TargetName("test")
GIT_WINS = Policy(ConflictPolicy.GIT_WINS)
SAVES = "/api/dashboards/db"
BY_UID = "/api/dashboards/uid/"

OnPlan = Callable[[int], object]
OnOutcome = Callable[[Outcome], object]


def dashboard(uid: str, title: str = "", **fields: object) -> dict[str, Any]:
    """A small dashboard that validates without a word; its title is the uid unless told."""
    panel = {"id": 1, "type": "text", "title": "Words", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8}, "options": {"content": "hello"}}
    return {"uid": uid, "title": title or uid, "schemaVersion": 39, "panels": [panel], "timezone": "browser", **fields}


def panel_titled(title: str) -> dict[str, Any]:
    """The panels of `dashboard`, with that title: a change that a person would make."""
    return {"panels": [{**dashboard("x")["panels"][0], "title": title}]}


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who saves by hand, in Grafana's own pages: what a page sends, sent from here."""

    url: str
    login: str = "jonas"
    password: str = "jonas"

    def read(self, uid: str) -> dict[str, Any]:
        """The dashboard as a page gets it: `{dashboard, meta}`."""
        found: dict[str, Any] = self.ask(f"{BY_UID}{uid}")
        return found

    def content(self, uid: str) -> dict[str, Any]:
        found: dict[str, Any] = self.read(uid)["dashboard"]
        return found

    def version(self, uid: str) -> int:
        return int(self.content(uid)["version"])

    def is_there(self, uid: str) -> bool:
        return any(row["uid"] == uid for row in self.ask("/api/search?type=dash-db"))

    def create(self, made: Mapping[str, Any], folder: str = "") -> dict[str, Any]:
        """A new dashboard."""
        answer: dict[str, Any] = self.ask(SAVES, {"dashboard": dict(made), "folderUid": folder, "message": "", "overwrite": False})
        return answer

    def edit(self, uid: str, **fields: object) -> None:
        """Opens, changes top-level fields, saves; without fields it is a save that changes nothing."""
        live = self.read(uid)
        changed = {**live["dashboard"], **fields}
        folder = {key: live["meta"][key] for key in ("folderUid", "folderId") if key in live["meta"]}
        self.ask(SAVES, {"dashboard": changed, **folder, "message": "", "overwrite": False})

    def folders(self) -> dict[str, dict[str, Any]]:
        """All folders by title: uid, and parentUid where there is one."""
        rows = self.ask("/api/search?type=dash-folder&limit=1000")
        return {row["title"]: self.ask(f"/api/folders/{row['uid']}") for row in rows}

    def ask(self, path: str, body: Mapping[str, Any] | None = None, method: str = "") -> Json:
        """One request of theirs."""
        credential = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {credential}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method or None)  # noqa: S310 - our own sandbox
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return json.load(answer)


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
    parts: dict[str, Any] = field(default_factory=dict)
    """What else its passes are run with: fields of `Parts`, as `scan`, `take` or `now`."""

    @property
    def files(self) -> Path:
        return self.place / "files"

    @property
    def browser(self) -> Browser:
        return Browser(self.sandbox.url)

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
def house(place: Path, **sandbox: Json) -> Iterator[House]:
    """A house with a new sandbox; keywords are fields of `SandboxSettings`."""
    (place / "files").mkdir(parents=True)
    with running(SandboxSettings(people=(Person("jonas", "jonas"),), **sandbox)) as started:
        auth = BasicAuth("admin", Secret("targets.test.password_env", variable="PASSWORD"))
        connection = Connection(TARGET, started.url, auth, timeout=5.0, attempts=3)
        yield House(started, place, connection, {"PASSWORD": started.admin[1]})


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
