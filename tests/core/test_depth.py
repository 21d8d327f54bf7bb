"""Folders that a server will not make, because too many lie in each other: which files are kept back for it, and what is left as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.depth import within_depth
from provisioner.core.generations import folder_levels
from provisioner.core.live import Live
from provisioner.core.model import Desired, FolderUid
from provisioner.core.problems import Severity
from provisioner.core.server import LiveFolder, Server
from tests.core.builders import NEW, codes, dashboard, folder_file, live_folder, server, wanted

DEEP = wanted(
    dashboard("a/b/c/d/e/five.json", "five"), dashboard("a/b/c/d/e/f/six.json", "six"), dashboard("a/b/c/d/e/f/g/seven.json", "seven")
)
CHAIN = tuple(each.uid for each in DEEP.folders)


def kept(desired: Desired, *folders: LiveFolder, on: Server = NEW) -> list[str]:
    shallow, _ = within_depth(desired, Live(on, folders), {})
    return sorted(each.uid for each in shallow.dashboards)


def there(*titles: str) -> list[LiveFolder]:
    """The first folders of the chain as the server has them."""
    return [live_folder(uid, title, parent) for uid, title, parent in zip(CHAIN, titles, ("", *CHAIN), strict=False)]


@pytest.mark.parametrize(
    ("version", "nested", "levels"),
    [("11.0.0", True, 5), ("12.4.0", True, 5), ("12.4.0", False, None), ("10.4.2", True, None), ("13.1.0", True, None), ("", True, None)],
)
def test_the_limit_is_known_of_the_releases_that_have_it_built_in(version: str, nested: bool, levels: int | None) -> None:  # noqa: FBT001 - a column of the table above
    assert levels == folder_levels(server(version, nested=nested))


def test_files_below_the_fifth_folder_are_told_and_kept_back_with_their_uids() -> None:
    shallow, told = within_depth(DEEP, Live(NEW), {})

    assert ["five"] == [each.uid for each in shallow.dashboards]
    assert {"six", "seven"} == shallow.withheld
    assert [("a/b/c/d/e/f/six.json", Severity.ERROR), ("a/b/c/d/e/f/g/seven.json", Severity.ERROR)] == [
        (each.file, each.severity) for each in sorted(told, key=lambda one: one.message)
    ]
    assert 'folder "f" would lie 6 levels deep, and Grafana 12.4.0 takes 5: the file is not applied' in {each.message for each in told}
    assert all("flatten the directories" in each.remedy for each in told)


def test_no_directory_is_taken_for_gone_where_its_folder_cannot_be() -> None:
    shallow, _ = within_depth(DEEP, Live(NEW), {})

    assert DEEP.folders == shallow.folders


def test_a_file_that_names_no_uid_hides_what_it_may_be() -> None:
    shallow, _ = within_depth(wanted(dashboard("a/b/c/d/e/f/x.json", None)), Live(NEW), {})

    assert ["a/b/c/d/e/f/x.json"] == [each.path for each in shallow.hiding]


@pytest.mark.parametrize("version", ["13.1.0", ""])
def test_nothing_is_said_where_the_limit_is_not_known(version: str) -> None:
    assert (DEEP, ()) == within_depth(DEEP, Live(server(version)), {})


def test_a_folder_that_is_there_is_used_however_deep_it_lies() -> None:
    assert ["five", "six"] == kept(DEEP, *there("a", "b", "c", "d", "e", "f"))
    assert (DEEP, ()) == within_depth(DEEP, Live(NEW, tuple(there("a", "b", "c", "d", "e", "f", "g"))), {})


def test_what_counts_is_where_the_folders_lie_on_the_server() -> None:
    higher = [*there("a", "b"), replace(there("a", "b", "c")[2], parent=FolderUid(""))]

    assert ["five", "seven", "six"] != kept(DEEP, *higher[:2])
    assert ["five", "seven", "six"] == kept(DEEP, *higher)


def test_a_parent_that_nobody_sees_counts_as_the_top_and_a_circle_ends() -> None:
    stated = wanted(dashboard("shop/cpu.json"), folder_file("shop/_folder.yaml", "Shop", "shop"), dashboard("shop/low/x.json", "x"))

    assert ["cpu", "x"] == kept(stated, live_folder("shop", "Shop", "unseen"))
    assert ["cpu"] == kept(stated, live_folder("shop", "Shop", "round"), live_folder("round", "Round", "shop"))


def test_who_gives_the_problem_less_weight_leaves_the_answer_to_the_server() -> None:
    shallow, told = within_depth(DEEP, Live(NEW), {"folder-too-deep": Severity.WARNING})
    silent, nothing = within_depth(DEEP, Live(NEW), {"folder-too-deep": Severity.OFF})

    assert (DEEP, ["folder-too-deep"] * 2) == (shallow, codes(told))
    assert (DEEP, ()) == (silent, nothing)
