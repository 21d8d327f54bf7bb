"""A colleague who works in Grafana's own pages: what the browser sends, sent from here.

In: the sandbox's address. Out: saves by hand, as user jonas. It speaks plain HTTP, as nothing of ours should know how a page saves.
"""

from __future__ import annotations

import base64
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

LOGIN, PASSWORD = "jonas", "jonas"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a browser."""

    url: str

    def rename_panel(self, uid: str, panel: str, title: str) -> None:
        """Opens a dashboard, renames one panel, saves."""
        dashboard, folder = self._open(uid)
        [found] = [each for each in dashboard["panels"] if each.get("title") == panel]
        found["title"] = title
        self._ask("/api/dashboards/db", {"dashboard": dashboard, "folderUid": folder, "message": "", "overwrite": False})

    def create(self, title: str, folder: str) -> str:
        """A new dashboard in a folder; gives the uid that the server chose."""
        dashboard = {"title": title, "panels": [], "schemaVersion": 36, "tags": ["by hand"]}
        return str(self._ask("/api/dashboards/db", {"dashboard": dashboard, "folderUid": folder, "message": "", "overwrite": False})["uid"])

    def panels(self, uid: str) -> list[str]:
        """The titles of a dashboard's panels, as the page shows them."""
        dashboard, _ = self._open(uid)
        return [str(each.get("title")) for each in dashboard["panels"]]

    def _open(self, uid: str) -> tuple[dict[str, Any], str]:
        answer = self._ask(f"/api/dashboards/uid/{uid}", None)
        return answer["dashboard"], answer["meta"]["folderUid"]

    def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        credential = base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {credential}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), headers)  # noqa: S310 - our own sandbox
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            found: dict[str, Any] = json.load(answer)
        return found
