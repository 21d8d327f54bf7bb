"""Somebody with a browser, who saves by hand in Grafana's own pages: what a page sends, sent from here."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioner.core.model import Json

SAVES = "/api/dashboards/db"
BY_UID = "/api/dashboards/uid/"
BY_SLUG = "/api/dashboards/db/"


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

    def uids(self) -> set[str]:
        """Of all dashboards."""
        return {str(row["uid"]) for row in self.ask("/api/search?type=dash-db")}

    def is_there(self, uid: str) -> bool:
        return any(row["uid"] == uid for row in self.ask("/api/search?type=dash-db"))

    def create(self, made: Mapping[str, Any], folder: str = "") -> dict[str, Any]:
        """A new dashboard."""
        answer: dict[str, Any] = self.ask(SAVES, {"dashboard": dict(made), "folderUid": folder, "message": "", "overwrite": False})
        return answer

    def delete(self, uid: str) -> None:
        """Deletes it for good."""
        self.ask(f"{BY_UID}{uid}", method="DELETE")

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
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return json.load(answer)


@dataclass(frozen=True, slots=True)
class OldBrowser(Browser):
    """On Grafana 2 to 4: a page there knows neither uids nor folders, and drops what it does not know.

    `numbers` is what this person remembers: which number has the dashboard that the tests know by a uid. `first` is the version of a new
    dashboard, 0 on 2.6. The tags of a dashboard are taken for the folder that it lies in.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    first: int = 1

    def read(self, uid: str) -> dict[str, Any]:
        found = self._found(uid)
        assert found is not None, f"nobody has {uid}"
        return found

    def version(self, uid: str) -> int:
        """Counted from 1, as elsewhere."""
        return int(self.content(uid)["version"]) - self.first + 1

    def uids(self) -> set[str]:
        return {str(one["dashboard"].get("uid") or one["dashboard"]["title"]) for one in self._all()}

    def is_there(self, uid: str) -> bool:
        return self._found(uid) is not None

    def create(self, made: Mapping[str, Any], folder: str = "") -> dict[str, Any]:
        assert not folder
        answer: dict[str, Any] = self.ask(SAVES, {"dashboard": {**made, "id": None}, "overwrite": False})
        return answer

    def delete(self, uid: str) -> None:
        self.ask(f"{BY_SLUG}{self.read(uid)['meta']['slug']}", method="DELETE")

    def edit(self, uid: str, **fields: object) -> None:
        """A page that saves keeps what it knows, and our uid is not among that."""
        changed = {key: value for key, value in {**self.content(uid), **fields}.items() if key != "uid"}
        self.ask(SAVES, {"dashboard": changed, "overwrite": False})

    def folders(self) -> dict[str, dict[str, Any]]:
        return {row["term"]: row for row in self.ask("/api/dashboards/tags")}

    def _all(self) -> list[dict[str, Any]]:
        return [self._opened(row) for row in self.ask("/api/search")]

    def _opened(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """As a page gets it, with what a person takes for the folder."""
        one = self.ask(f"/api/dashboards/{row['uri']}")
        return {**one, "meta": {**one["meta"], "folderTitle": ", ".join(one["dashboard"].get("tags") or ["General"])}}

    def _found(self, uid: str) -> dict[str, Any] | None:
        """By number where that is still there. Else by its title, which is its uid where a test says nothing, or by the uid in its JSON."""
        rows = self.ask("/api/search")
        known = [row for row in rows if row["id"] == self.numbers.get(uid)] or [row for row in rows if row["title"] == uid]
        found = [self._opened(row) for row in known] or [one for one in map(self._opened, rows) if one["dashboard"].get("uid") == uid]
        if not found:
            return None
        self.numbers[uid] = found[0]["dashboard"]["id"]
        return found[0]
