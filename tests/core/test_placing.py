"""Who has a title in a folder. What becomes of folders is in test_plan_folders.py."""

from provisioner.core.model import ROOT, FolderUid, Uid
from provisioner.core.placing import namesake
from tests.core.builders import found

THERE = (found("b", " cpu"), found("a", "CPU"), found("c", "CPU", "ops"), found("d", "RAM"))


def test_a_title_that_a_server_takes_for_the_same_is_found_in_its_folder_alone() -> None:
    assert namesake(THERE, Uid("x"), FolderUid("ops"), "cpu ") == THERE[2]
    assert namesake(THERE, Uid("x"), FolderUid("ops"), "RAM") is None


def test_of_several_the_first_by_uid_is_named_and_never_the_one_itself() -> None:
    assert namesake(THERE, Uid("x"), ROOT, "CPU") == THERE[1]
    assert namesake(THERE, Uid("a"), ROOT, "CPU") == THERE[0]
    assert namesake(THERE, Uid("d"), ROOT, "RAM") is None
