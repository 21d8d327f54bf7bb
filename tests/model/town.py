"""A server that many people use, files that many people write, and a memory of its own of who wrote what.

What is on the server is read from the sandbox's own shelves, never through the code under test. Contents are compared as plain JSON, not by
the normal form: what is to be proven must not be proven by itself.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provisioner.core.model import Uid
from provisioner.core.report import PassReport
from provisioner.core.settings import DirectorySettings, Policy, Settings, SourceSettings, TargetSettings
from provisioner.grafana import Waiting, open_grafana
from provisioner.looking import ALL, NONE
from provisioner.reconcile import Parts, reconcile
from provisioner.sandbox import Faults, objects
from provisioner.sandbox.server import MAIN_ORGANISATION
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from provisioner.wiring import opened
from tests.model.mortal import Crashed, Life
from tests.sources.repositories import Repository
from tests.sources.repositories import settings as git_settings
from tests.whole.house import SAVES, SOURCE, TARGET, House, dashboard, house

OURS = tuple(f"ours-{number}" for number in range(4))
FOREIGN = ("foreign-0", "foreign-1")
FOLDERS = ("", "Alpha", "Beta")
US, SLIPPED_IN = "admin", "somebody"
KEEP_SECONDS = 10**9  # longer than from the time of this town to that of the machine, which sweeps
_START = datetime(2026, 11, 22, 12, tzinfo=UTC)
_NOT_OURS_TO_COMPARE = frozenset({"id", "uid", "version"})


def plain(body: Mapping[str, Any]) -> str:
    """A body as text, without what names it."""
    return json.dumps({key: value for key, value in body.items() if key not in _NOT_OURS_TO_COMPARE}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """One dashboard as it is on the server. `folder` is a title, "" for the root."""

    item: int
    version: int
    body: str
    folder: str
    author: str

    def same(self, other: Seen | None) -> bool:
        """Whether a person would call them the same."""
        return other is not None and (self.body, self.folder) == (other.body, other.folder)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the source, as its writers meant it."""

    uid: str
    revision: int
    broken: bool = False

    @property
    def content(self) -> dict[str, Any]:
        return written(self.uid, self.revision)

    @property
    def text(self) -> str:
        return "{ half a fi" if self.broken else json.dumps(self.content)


def written(uid: str, revision: int) -> dict[str, Any]:
    """What the writers of a file mean by a revision of it. Every third has another title too."""
    return dashboard(uid, f"{uid} {'new' if revision % 3 == 2 else 'old'}", description=f"revision {revision}")


@dataclass(frozen=True, slots=True)
class Run:
    """How one pass is run: for whom git wins, what goes wrong on its writes, where its process dies, and what happens between reading and
    writing.
    """

    scan: bool = True
    take: str = ""
    faults: Faults = field(default_factory=Faults)
    dies_at: int = 0
    meanwhile: Callable[[], object] = lambda: None


@dataclass(slots=True)
class Town:
    """The house, and what it is asked."""

    house: House
    policy: Policy
    repository: Repository | None
    files: dict[str, File] = field(default_factory=dict)
    seconds: int = 0
    report: PassReport | None = None
    confirmed: set[str] = field(default_factory=set)
    _written: dict[str, str] = field(default_factory=dict)
    _state: ExitStack = field(default_factory=ExitStack)
    _ledger: SqliteLedger | None = None

    # --- what is there -------------------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> Path:
        return self.house.place / "state.db"

    @property
    def identical_saves_count(self) -> bool:
        return self.house.sandbox.server.generation.identical_save_is_a_version

    @property
    def ledger(self) -> SqliteLedger:
        if self._ledger is None:
            file = StateFile(str(self.state))
            self._state.callback(file.close)
            self._ledger = SqliteLedger(file, TARGET, keep_seconds=KEEP_SECONDS)
        return self._ledger

    def live(self, uid: str) -> Seen | None:
        """Straight from the shelf."""
        store = self.house.sandbox.server.store
        item = objects.by_uid(store, MAIN_ORGANISATION, uid, is_folder=False)
        if item is None:
            return None
        folder = objects.by_uid(store, MAIN_ORGANISATION, item.folder_uid, is_folder=True) if item.folder_uid else None
        return Seen(item.id, item.version, plain(item.content()), folder.title if folder else "", item.updated_by or item.created_by)

    def everything(self) -> dict[str, Seen]:
        return {uid: seen for uid in (*OURS, *FOREIGN) if (seen := self.live(uid)) is not None}

    def history(self, uid: str) -> tuple[objects.Version, ...]:
        """Newest first; empty when it is not there."""
        store = self.house.sandbox.server.store
        item = objects.by_uid(store, MAIN_ORGANISATION, uid, is_folder=False)
        return objects.versions(store, item) if item else ()

    def desired(self) -> dict[str, tuple[str, str]]:
        """Body and folder of what the files say, of those that can be read."""
        return {each.uid: (plain(each.content), path.rpartition("/")[0]) for path, each in sorted(self.files.items()) if not each.broken}

    def path_of(self, uid: str) -> str | None:
        return next((path for path, each in self.files.items() if each.uid == uid), None)

    def kept(self, uid: str) -> list[str]:
        """The bodies that `restore` could put back."""
        bodies = [self.ledger.body(each.content) for each in self.ledger.kept() if each.uid == uid]
        return [plain(each) for each in bodies if each is not None]

    def our_saves(self) -> Counter[str]:
        """How many versions of each were written by us, of those that are there."""
        rows = ((uid, row) for uid in (*OURS, *FOREIGN) for row in self.history(uid))
        return Counter(f"{uid} {row.item}" for uid, row in rows if row.created_by == US)

    # --- people --------------------------------------------------------------------------------------------------------------------------

    def folder_uid(self, title: str) -> str:
        """A person's folder: the one of that title, made when it is not there."""
        if not title:
            return ""
        there = {folder["title"]: str(folder["uid"]) for folder in self._folders()}
        made = there.get(title) or self.house.browser.ask("/api/folders", {"title": title})
        return made if isinstance(made, str) else str(made["uid"])

    def create(self, uid: str, body: Mapping[str, Any], folder: str) -> None:
        self.house.browser.create({**body, "uid": uid}, self.folder_uid(folder))

    def save(self, uid: str, body: Mapping[str, Any] | None = None, folder: str | None = None) -> None:
        """Opens it, puts this in the place of what is there, saves. Without anything it is a save that changes nothing."""
        live = self.house.browser.read(uid)
        named = {key: live["dashboard"][key] for key in ("id", "uid", "version")}
        where = live["meta"].get("folderUid", "") if folder is None else self.folder_uid(folder)
        sent = {**(live["dashboard"] if body is None else body), **named}
        self.house.browser.ask(SAVES, {"dashboard": sent, "folderUid": where, "message": "", "overwrite": False})

    def delete(self, uid: str) -> None:
        self.house.browser.ask(f"/api/dashboards/uid/{uid}", method="DELETE")

    def _folders(self) -> list[dict[str, Any]]:
        found = self.house.browser.ask("/api/folders")
        assert isinstance(found, list)
        return found

    # --- the engine ----------------------------------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        """What the last report held for being too much."""
        if self.report is not None and self.report.pruning.digest is not None:
            self.ledger.confirm(self.report.pruning.digest, self._now)
            self.confirmed.add(self.report.pruning.digest)

    @property
    def _now(self) -> str:
        return (_START + timedelta(seconds=self.seconds)).isoformat()

    def restart(self) -> None:
        """The next pass is that of another process."""
        self._state.close()
        self._ledger = None

    def lose_state(self) -> None:
        self.restart()
        for name in ("state.db", "state.db-wal", "state.db-shm"):
            (self.house.place / name).unlink(missing_ok=True)

    def run(self, run: Run) -> tuple[PassReport | None, str]:
        """One pass that writes: its report, or where its process died."""
        self._write_files()
        self.seconds += 1
        life, now = Life(run.dies_at), self._now
        wanted = TargetSettings(TARGET, replace(self.house.connection, saves=1, reads=1), (SOURCE,), policy=self.policy)
        settings = Settings((self._source(),), (wanted,), str(self.state))

        def meanwhile(_: int) -> None:
            run.meanwhile()
            self.house.sandbox.faults.set(run.faults)

        try:
            with opened(settings, self.house.environment, self.house.stop) as wired:
                parts: Parts = replace(
                    wired.parts(wanted),
                    ledger=life.ledger(self.ledger),
                    open_grafana=life.opener(lambda: open_grafana(wanted.connection, wired.reveal, Waiting(pause=lambda _: False))),
                    now=lambda: now,
                    scan=ALL if run.scan else NONE,
                    take=frozenset({Uid(run.take)} if run.take else ()),
                    on_plan=meanwhile,
                )
                self.report = reconcile(wanted, parts, write=True)
                return self.report, ""
        except Crashed:
            return None, life.last
        finally:
            self.house.sandbox.faults.set(Faults())
            if life.over:
                self.restart()

    def _source(self) -> SourceSettings:
        if self.repository is None:
            return DirectorySettings(SOURCE, str(self.house.files))
        return replace(git_settings(self.repository, self.house.place / "store"), name=SOURCE)

    def _write_files(self) -> None:
        wanted = {path: each.text for path, each in self.files.items()}
        if self.repository is not None:
            if wanted != self._written or not self.seconds:
                self.repository.commit({path: text.encode() for path, text in wanted.items()})
        else:
            for path in self._written.keys() - wanted.keys():
                (self.house.files / path).unlink()
            for path, text in wanted.items():
                if self._written.get(path) != text:
                    self.house.write(path, text)
        self._written = wanted


@contextmanager
def town(generation: int, policy: Policy, *, git: bool) -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as room, house(Path(room) / "house", generation=generation) as built:
        one = Town(built, policy, Repository(Path(room) / "repository") if git else None)
        try:
            yield one
        finally:
            one.restart()
