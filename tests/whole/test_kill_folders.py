"""kill -9 while folders are made, renamed and swapped: what was made is ours, what is half done goes on, nobody else's is taken."""

from __future__ import annotations

import pytest

from provisioner.core.changes import ConflictKind
from provisioner.core.model import FolderUid
from provisioner.core.records import FolderRecord
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from tests.whole.house import TARGET, House, dashboard
from tests.whole.killed_child import Mill
from tests.whole.test_kill import apply, at_rest_after_two, fill, killed

RENAMING = ("before update_folder", "in update_folder", "after update_folder", "in note_folder", "after note_folder")
SWAPPING = (*((point, time) for point in RENAMING[:3] for time in (1, 2, 3)), *((point, time) for point in RENAMING[3:] for time in (1, 2)))
"""Three renames, of which two are written down."""


def _ours(one: House) -> dict[FolderUid, FolderRecord]:
    file = StateFile(str(one.place / "state.db"))
    found = SqliteLedger(file, TARGET, keep_seconds=10_000).folders()
    file.close()
    return found


def _titled(one: House, title: str) -> None:
    one.write("shop/_folder.yaml", f"title: {title}\nuid: shop-folder\n")


@pytest.mark.parametrize(("point", "time"), [("in create_folder", 1), ("after create_folder", 1), ("in note_folder", 2)])
def test_a_folder_that_was_made_by_a_killed_pass_is_ours(either: House, mill: Mill, point: str, time: int) -> None:
    _titled(either, "Shop")
    fill(either, "First", folder="shop/")
    killed(either, mill, point, time)
    _titled(either, "Market")
    apply(either)
    assert (["Market"], ["Market"]) == (list(either.browser.folders()), [each.title for each in _ours(either).values()])
    at_rest_after_two(either)


@pytest.mark.parametrize(("point", "time"), [("in note_folder", 1), ("before create_folder", 1)])
def test_a_folder_that_a_killed_pass_did_not_make_is_whose_it_is(either: House, mill: Mill, point: str, time: int) -> None:
    _titled(either, "Shop")
    fill(either, "First", folder="shop/")
    killed(either, mill, point, time)
    either.browser.ask("/api/folders", {"uid": "shop-folder", "title": "Theirs"})
    assert [ConflictKind.FOLDER_DIFFERS] == [each.kind for each in apply(either).plan.conflicts]
    assert (["Theirs"], {}) == (list(either.browser.folders()), _ours(either))


@pytest.mark.parametrize("point", RENAMING)
def test_killed_while_it_renames_a_folder(either: House, mill: Mill, point: str) -> None:
    _titled(either, "Shop")
    fill(either, "First", folder="shop/")
    apply(either)
    for title in ("Market", "Store"):
        _titled(either, title)
        if title == "Market":
            killed(either, mill, point)
        at_rest_after_two(either)
        assert [title] == list(either.browser.folders())


@pytest.mark.parametrize(("point", "time"), SWAPPING)
def test_killed_while_two_folders_swap_titles(nine: House, mill: Mill, point: str, time: int) -> None:
    def state(**titles: str) -> None:
        for name, title in titles.items():
            nine.write(f"{name}/_folder.yaml", f"title: {title}\nuid: {name}-folder\n")
            nine.write(f"{name}/{name}.json", dashboard(name))

    state(a="One", b="Two")
    apply(nine)
    state(a="Two", b="One")
    killed(nine, mill, point, time)
    at_rest_after_two(nine)
    assert {"Two": "a-folder", "One": "b-folder"} == {title: each["uid"] for title, each in nine.browser.folders().items()}
