"""Folders give their titles away before others take them, where a title may be taken once in a place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.changes import CreateFolder
from provisioner.core.folder_order import Step, in_order, passing_title
from provisioner.core.model import ROOT, DesiredFolder, FolderUid
from provisioner.core.server import LiveFolder
from tests.core.builders import NEW, OLD


def wanted(uid: str, title: str, parent: str = "") -> DesiredFolder:
    return DesiredFolder(FolderUid(uid), title, FolderUid(parent), (title,), uid)


def made(uid: str, title: str) -> CreateFolder:
    return CreateFolder(wanted(uid, title), "the server does not have it")


def renamed(uid: str, old: str, new: str, parent: str = "") -> CreateFolder:
    return CreateFolder(wanted(uid, new, parent), "renamed in git", LiveFolder(FolderUid(uid), old, ROOT, 1))


def told(steps: tuple[Step, ...]) -> list[str]:
    """The uids in their order; one that steps aside in brackets."""
    return [f"({each.change.folder.uid})" if each.aside else each.change.folder.uid for each in steps]


def test_a_folder_waits_until_the_one_that_has_its_title_has_given_it_away() -> None:
    chain = (renamed("a", "A", "B"), renamed("b", "B", "C"), made("d", "D"))
    assert told(in_order(chain, OLD)) == ["b", "a", "d"]
    assert told(in_order(chain, NEW)) == ["a", "b", "d"]


def test_of_two_that_swap_titles_one_steps_aside_for_a_moment() -> None:
    swap = (renamed("a", "A", "b "), renamed("b", "B", "A"))
    assert told(in_order(swap, OLD)) == ["(a)", "b", "a"]
    assert in_order(swap, OLD)[0].aside == swap[0].live
    assert told(in_order(swap, NEW)) == ["a", "b"]


def test_titles_in_another_place_are_in_nobodys_way() -> None:
    assert told(in_order((renamed("a", "A", "B", "b"), renamed("b", "B", "A")), OLD)) == ["a", "b"]


def test_a_folder_whose_title_only_changes_its_letters_waits_for_nobody() -> None:
    assert told(in_order((renamed("a", "Ops", "OPS"),), OLD)) == ["a"]


def test_a_new_folder_waits_for_its_title_too() -> None:
    assert told(in_order((made("n", "A"), renamed("a", "A", "B"), renamed("b", "B", "A2")), OLD)) == ["b", "a", "n"]
    assert told(in_order((made("n", "A"), renamed("a", "A", "B"), renamed("b", "B", "A")), OLD)) == ["(a)", "n", "b", "a"]


titles = st.permutations(["A", "B", "C", "D", "E"])


@given(old=titles, new=titles)
def test_whatever_is_renamed_to_whatever_no_title_is_ever_taken_twice(old: list[str], new: list[str]) -> None:
    changes = [renamed(title.lower() * 2, title, to) for title, to in zip(old, new, strict=True)]
    called = {each.folder.uid: each.live.title for each in changes if each.live is not None}
    for step in in_order(changes, OLD):
        uid = step.change.folder.uid
        called[uid] = passing_title(uid) if step.aside else step.change.folder.title
        assert len(set(called.values())) == len(called)
    assert called == {each.folder.uid: each.folder.title for each in changes}
    again = [replace(each, live=replace(each.live, title=passing_title(each.folder.uid))) for each in changes if each.live is not None]
    assert not [each for each in in_order(again, OLD) if each.aside]
