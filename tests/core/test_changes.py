"""changes.py: what a change says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.changes import UNSEEN, CreateFolder, UpdateDashboard
from provisioner.core.model import ROOT, DesiredFolder, FolderUid
from tests.core.builders import dashboard, live_folder, there, wanted

ABOVE = FolderUid("above")


@pytest.mark.parametrize(
    ("parent", "now", "state", "words"),
    [(ROOT, ABOVE, "17", UNSEEN), (ROOT, ROOT, "17", ""), (ABOVE, ROOT, "17", ""), (ROOT, ABOVE, "", "")],
)
def test_a_folder_that_leaves_another_for_the_root_is_seen_by_administrators_alone(
    parent: FolderUid, now: FolderUid, state: str, words: str
) -> None:
    folder = DesiredFolder(FolderUid("kid"), "Kid", parent, ("Kid",), "kid")
    assert words == CreateFolder(folder, "", replace(live_folder("kid", "Kid", now), state=state)).unseen


def test_a_folder_that_is_made_has_the_permissions_of_a_new_one() -> None:
    assert "" == CreateFolder(DesiredFolder(FolderUid("kid"), "Kid", ROOT, ("Kid",), "kid"), "").unseen


@pytest.mark.parametrize(
    ("folder", "now", "state", "moves", "words"),
    [
        (ROOT, ABOVE, "17", True, UNSEEN),
        (ROOT, ABOVE, "17", False, ""),
        (ROOT, ABOVE, "", True, ""),
        (ABOVE, ROOT, "17", True, ""),
        (ROOT, ROOT, "17", True, ""),
    ],
)
def test_so_is_a_dashboard(folder: FolderUid, now: FolderUid, state: str, moves: bool, words: str) -> None:  # noqa: FBT001 - a case's value
    [ours] = wanted(dashboard("a.json")).dashboards
    live = there(ours)
    live = replace(live, folder=now, mark=replace(live.mark, state=state))
    assert words == UpdateDashboard(replace(ours, folder=folder), live, "", moves=moves).unseen
