"""A server as a value: it holds folders and dashboards, refuses what a real one refuses, and shows itself to the planner.

A write that a plan must never ask for (into a folder that is not there, over a version that is not the newest) fails the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.changes import Change, CreateDashboard, CreateFolder, Plan, UpdateDashboard
from provisioner.core.compare import compare
from provisioner.core.live import Live
from provisioner.core.model import ROOT, Desired, DesiredDashboard, FolderUid, Json, Uid
from provisioner.core.server import Found, LiveDashboard, LiveFolder, Mark, Server

Contents = Mapping[str, Mapping[str, Json]]
"""What each file holds, by path."""


@dataclass(frozen=True, slots=True)
class PureServer:
    """One organisation of one server, never changed: every write gives another one."""

    server: Server
    folders: Mapping[FolderUid, LiveFolder]
    dashboards: Mapping[Uid, LiveDashboard]
    refused: frozenset[str] = frozenset()

    def shown_for(self, desired: Desired, contents: Contents) -> Live:
        """What a pass would know of it."""
        compared = tuple(
            (each.uid, compare(contents[each.origin.path], self.dashboards[each.uid]))
            for each in desired.dashboards
            if each.uid in self.dashboards
        )
        rows = tuple(Found(each.uid, each.title, each.folder, each.url) for each in self.dashboards.values())
        return Live(self.server, tuple(self.folders.values()), rows, compared)

    def after(self, plan: Plan, contents: Contents) -> PureServer:
        """The server when the whole plan was carried out."""
        server = self
        for change in plan.changes:
            server = server.after_one(change, contents)
        return server

    def after_one(self, change: Change, contents: Contents) -> PureServer:
        """The server when one change was carried out."""
        match change:
            case CreateFolder(folder, _, LiveFolder() as live):
                assert live == self.folders[folder.uid], "a folder is changed over a state that was not read"
                return self.with_folder(replace(live, title=folder.title, parent=folder.parent))
            case CreateFolder(folder):
                assert folder.uid not in self.folders, "a folder that is there is made again"
                return self.with_folder(LiveFolder(folder.uid, folder.title, folder.parent, len(self.folders) + 1))
            case CreateDashboard(dashboard):
                assert dashboard.uid not in self.dashboards, "a dashboard that is there is made again"
                return self._written(dashboard, Mark(len(self.dashboards) + 1, 1), contents)
            case UpdateDashboard(dashboard, live):
                assert live.mark == self.dashboards[dashboard.uid].mark, "written over a state that was not read"
                return self._written(dashboard, Mark(live.mark.id, live.mark.version + 1), contents)
            case never:
                assert_never(never)

    def without(self, uid: Uid) -> PureServer:
        """With one dashboard less."""
        return replace(self, dashboards={each: live for each, live in self.dashboards.items() if each != uid})

    def without_folder(self, uid: FolderUid) -> PureServer:
        """With one folder less, and nothing of what lay in it: as servers delete folders."""
        folders = {each: live for each, live in self.folders.items() if each != uid and not self.lies_in(each, uid)}
        dashboards = {each: live for each, live in self.dashboards.items() if live.folder == ROOT or live.folder in folders}
        return replace(self, folders=folders, dashboards=dashboards)

    def lies_in(self, folder: FolderUid, other: FolderUid) -> bool:
        """Whether a folder lies in another one, however deep."""
        above = self.folders[folder].parent
        while above not in (ROOT, other):
            above = self.folders[above].parent
        return above == other

    def is_empty(self, uid: FolderUid) -> bool:
        """Whether nothing lies in the folder."""
        return all(each.folder != uid for each in self.dashboards.values()) and all(each.parent != uid for each in self.folders.values())

    def _written(self, dashboard: DesiredDashboard, mark: Mark, contents: Contents) -> PureServer:
        content = {**contents[dashboard.origin.path], "id": mark.id, "version": mark.version, "uid": dashboard.uid}
        url = f"https://grafana.example/d/{dashboard.uid}"
        return self.with_dashboard(
            LiveDashboard(dashboard.uid, dashboard.title.strip(), dashboard.folder, "", url, mark, "provisioner", "", content)
        )

    def with_folder(self, folder: LiveFolder) -> PureServer:
        """With one more folder; the same server where it is refused."""
        assert folder.parent == ROOT or folder.parent in self.folders, "a folder before its parent"
        assert folder.parent == ROOT or self.server.nested_folders, "a folder in a folder"
        assert folder.parent == ROOT or not (folder.uid == folder.parent or self.lies_in(folder.parent, folder.uid)), "a folder in itself"
        others = {(each.parent, named(each.title)) for each in self.folders.values() if each.uid != folder.uid}
        if self.server.unique_names and (folder.parent, named(folder.title)) in others:
            return replace(self, refused=self.refused | {folder.uid})
        return replace(self, folders={**self.folders, folder.uid: folder})

    def with_dashboard(self, dashboard: LiveDashboard) -> PureServer:
        """With this dashboard in its place; the same server where it is refused."""
        assert dashboard.folder == ROOT or dashboard.folder in self.folders, "a dashboard before its folder"
        others = {(each.folder, named(each.title)) for each in self.dashboards.values() if each.uid != dashboard.uid}
        if self.server.unique_names and (dashboard.folder, named(dashboard.title)) in others:
            return replace(self, refused=self.refused | {dashboard.uid})
        return replace(self, dashboards={**self.dashboards, dashboard.uid: dashboard})


def named(title: str) -> str:
    """As servers compare names."""
    return title.strip().casefold()
