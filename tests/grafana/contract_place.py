"""Where the contract tests stand: a server, a client of it, and what was made there and has to go again.

GRAFANA_URL, GRAFANA_USER and GRAFANA_PASSWORD name a real server; without them it is the sandbox of each generation.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from provisioner.core.answers import FolderSaved, Save, SaveAnswer, Saved
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Uid
from provisioner.core.server import LiveDashboard, LiveFolder, Mark
from provisioner.grafana import OpenGrafana
from provisioner.grafana.resources import DIALECT

REAL = os.environ.get("GRAFANA_URL")
BY_APIS = "12-apis"
SERVERS: list[int | str] = ["real"] if REAL else [5, 6, 7, 8, 9, 12, BY_APIS]
"""Each by the dashboard API, and the newest by the resource API too. A real one is spoken to by the newest that it offers."""
T = TypeVar("T")
SEARCH_LAG = 10.0
"""Seconds within which 13's search shows what was written."""


@dataclass
class Place:
    """A server, a client of it, and what to delete there."""

    url: str
    user: str
    password: str
    grafana: OpenGrafana
    mark: str = ""
    folders: list[str] = field(default_factory=list)
    dashboards: list[str] = field(default_factory=list)

    @property
    def release(self) -> tuple[int, int]:
        major, minor, *_ = self.grafana.probe().version.split(".")
        return int(major), int(minor)

    @property
    def names_are_unique(self) -> bool:
        """Up to 11.2 a title is taken once in a folder (reference 1.2 d)."""
        return self.release < (11, 3)

    @property
    def by_apis(self) -> bool:
        return self.grafana.probe().dialect == DIALECT

    def save(self, name: str, content: Mapping[str, Any] | None = None, over: Mark | None = None, **how: object) -> SaveAnswer:
        uid = Uid(f"{self.mark}-{name}")
        self.dashboards.append(uid)
        body = {"title": uid, "panels": [], "schemaVersion": 30, "tags": [], **(content or {})}
        stated: dict[str, Any] = {"uid": uid, "content": body, "folder": ROOT, "message": "contract", **how}
        version, state = (None, "") if over is None else (over.version, over.state)
        return self.grafana.save(Save(version=version, state=state, **stated))

    def saved(self, name: str, content: Mapping[str, Any] | None = None, over: Mark | None = None, **how: object) -> Saved:
        answer = self.save(name, content, over, **how)
        assert isinstance(answer, Saved), answer
        return answer

    def live(self, name: str) -> LiveDashboard:
        found = self.grafana.dashboard(Uid(f"{self.mark}-{name}"))
        assert found is not None
        return found

    def folder(self, name: str, parent: FolderUid = ROOT, title: str | None = None) -> FolderUid:
        answer = self.grafana.create_folder(self.wanted(name, parent, title))
        assert isinstance(answer, FolderSaved), answer
        return answer.uid

    def wanted(self, name: str, parent: FolderUid = ROOT, title: str | None = None) -> DesiredFolder:
        uid = FolderUid(f"{self.mark}-{name}")
        self.folders.append(uid)
        return DesiredFolder(uid, title or uid, parent, (title or uid,), "")

    def live_folder(self, name: str) -> LiveFolder:
        found = self.grafana.folder(f"{self.mark}-{name}")
        assert found is not None
        return found

    def clean(self) -> None:
        with httpx.Client(base_url=self.url, auth=(self.user, self.password), timeout=30) as http:
            paths = [f"/api/dashboards/uid/{uid}" for uid in self.dashboards]
            for path in (*paths, *(f"/api/folders/{uid}" for uid in reversed(self.folders))):
                if http.delete(path).status_code >= 500:
                    raise AssertionError(f"{path} could not be deleted")


def eventually(look: Callable[[], T | None]) -> T:
    """What `look` finds within the time that a search may lag behind."""
    end = time.monotonic() + SEARCH_LAG
    while (found := look()) is None:
        assert time.monotonic() < end, "not found in time"
        time.sleep(0.1)
    return found
