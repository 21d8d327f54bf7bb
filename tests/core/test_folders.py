"""Directories become folders: uid, title and parent of each, and what is kept back when one of them cannot be known."""

from itertools import permutations

import pytest

from provisioner.core.catalog import problem
from provisioner.core.desired import Wants, desire
from provisioner.core.documents import read
from provisioner.core.folders import FolderTree, folder_tree
from provisioner.core.identity import derived_folder_uid
from provisioner.core.model import Desired, FileKind, FolderDocument, FolderUid, Reading
from provisioner.core.problems import Severity
from tests.core.builders import File, codes, dashboard, entry, folder_file, source, unreadable, wanted


def tree(*files: File, stated: str | None = None) -> FolderTree:
    return folder_tree([source(*files)], stated, {})


def titles(desired: Desired) -> list[str]:
    """The folders as people say them, in the order in which they are made."""
    return [" / ".join(each.titles) for each in desired.folders]


def uids(desired: Desired) -> list[str]:
    return [each.uid for each in desired.dashboards]


# Places


def test_a_directory_is_a_folder_and_the_directory_in_it_a_folder_in_that_one() -> None:
    desired = wanted(dashboard("platform/hosts/cpu.json"))

    platform, hosts = desired.folders
    assert (platform.title, platform.parent, platform.titles) == ("platform", "", ("platform",))
    assert (hosts.title, hosts.parent, hosts.titles) == ("hosts", platform.uid, ("platform", "hosts"))
    assert desired.dashboards[0].folder == hosts.uid
    assert desired.dashboards[0].name == "platform / hosts / CPU"


def test_a_file_at_the_top_lies_in_the_root() -> None:
    desired = wanted(dashboard("cpu.json"))

    assert desired.folders == ()
    assert desired.dashboards[0].folder == ""
    assert desired.dashboards[0].name == "CPU"


def test_everything_lies_under_the_stated_parent() -> None:
    desired = wanted(dashboard("cpu.json", "cpu"), dashboard("hosts/ram.json", "ram"), wants=Wants(folder=" Team "))

    assert titles(desired) == ["Team", "Team / hosts"]
    assert [each.titles for each in desired.dashboards] == [("Team",), ("Team", "hosts")]
    assert desired.folders[1].parent == desired.folders[0].uid == derived_folder_uid("Team")


def test_one_directory_under_two_stated_parents_is_two_folders() -> None:
    one, two = (wanted(dashboard("hosts/cpu.json"), wants=Wants(folder=name)) for name in ("Team", "Platform"))

    assert one.folders[1].uid != two.folders[1].uid


def test_a_directory_without_dashboards_makes_no_folder() -> None:
    desired = wanted(dashboard("a/cpu.json"), folder_file("b/_folder.yaml", "B"), unreadable("c/x.json"))

    assert titles(desired) == ["a"]


def test_two_sources_with_one_directory_share_its_folder() -> None:
    desired = desire([source(dashboard("a/cpu.json", "cpu"), name="one"), source(dashboard("a/ram.json", "ram"), name="two")], Wants())

    assert len(desired.folders) == 1
    assert {each.folder for each in desired.dashboards} == {desired.folders[0].uid}


@pytest.mark.parametrize("stated", [None, "", " "])
def test_no_stated_parent_or_a_blank_one_is_the_root(stated: str | None) -> None:
    assert titles(wanted(dashboard("ops/cpu.json"), wants=Wants(folder=stated))) == ["ops"]


@pytest.mark.parametrize("name", ["General", "general"])
def test_a_directory_called_general_at_the_top_stands_for_the_top(name: str) -> None:
    desired = wanted(dashboard(f"{name}/cpu.json", "cpu"), dashboard(f"{name}/hosts/ram.json", "ram"), dashboard("hosts/disk.json", "disk"))

    assert titles(desired) == ["hosts"]
    assert [each.name for each in desired.dashboards] == ["CPU", "hosts / RAM", "hosts / DISK"]


def test_under_a_stated_parent_general_stands_for_that() -> None:
    desired = wanted(dashboard("General/cpu.json"), wants=Wants(folder="Team"))

    assert titles(desired) == ["Team"]
    assert desired.dashboards[0].titles == ("Team",)


def test_a_directory_called_general_is_a_folder_when_its_file_gives_it_another_title() -> None:
    desired = wanted(dashboard("General/cpu.json"), folder_file("General/_folder.yaml", "Everything"))

    assert titles(desired) == ["Everything"]
    assert desired.problems == ()


@pytest.mark.parametrize("directory", ["platform/General", " ", "a/  /b"])
def test_a_directory_whose_name_no_server_takes_as_title_is_told_with_its_remedy(directory: str) -> None:
    desired = wanted(dashboard(f"{directory}/cpu.json", "cpu"), dashboard("ram.json", "ram"))

    [told] = desired.problems
    assert (told.code, told.file) == ("folder-invalid", directory.removesuffix("/b"))
    assert "_folder.yaml" in told.remedy
    assert uids(desired) == ["ram"]


# What `_folder` says


def test_a_folder_file_gives_title_and_uid() -> None:
    desired = wanted(dashboard("ops/cpu.json"), folder_file("ops/_folder.yaml", " Operations ", "ops-uid"))

    [folder] = desired.folders
    assert (folder.uid, folder.title, folder.derived) == ("ops-uid", "Operations", False)
    assert desired.dashboards[0].folder == "ops-uid"


def test_a_folder_file_that_gives_the_title_alone_leaves_the_uid_to_the_path() -> None:
    [plain] = wanted(dashboard("ops/cpu.json")).folders
    [titled] = wanted(dashboard("ops/cpu.json"), folder_file("ops/_folder.json", "Operations")).folders

    assert (titled.uid, titled.derived) == (plain.uid, True)
    assert titled.title == "Operations"


def test_a_folder_file_at_the_root_is_noted_and_not_used() -> None:
    desired = wanted(dashboard("cpu.json"), folder_file("_folder.yaml", "Team"))

    [told] = desired.problems
    assert (told.code, told.severity, told.file) == ("folder-ignored", Severity.NOTE, "_folder.yaml")
    assert desired.folders == ()
    assert uids(desired) == ["cpu"]


def test_a_title_general_is_refused_with_its_place() -> None:
    desired = wanted(dashboard("ops/cpu.json"), folder_file("ops/_folder.yaml", "General"))

    [told] = desired.problems
    assert (told.code, told.file, told.pointer) == ("folder-invalid", "ops/_folder.yaml", "/title")
    assert uids(desired) == []


def test_two_files_that_say_the_same_are_fine() -> None:
    says = ("Operations", "ops")
    one = source(dashboard("ops/cpu.json", "cpu"), folder_file("ops/_folder.yaml", *says), name="one")
    two = source(dashboard("ops/ram.json", "ram"), folder_file("ops/_folder.json", *says), name="two")

    desired = desire([one, two], Wants())

    assert desired.problems == ()
    assert [each.uid for each in desired.folders] == ["ops"]


def test_what_one_file_leaves_out_another_may_say() -> None:
    one = source(dashboard("ops/cpu.json"), folder_file("ops/_folder.yaml", title="Operations"), name="one")
    two = source(folder_file("ops/_folder.yaml", uid="ops"), name="two")

    desired = desire([one, two], Wants())

    assert [(each.uid, each.title) for each in desired.folders] == [("ops", "Operations")]
    assert desired.problems == ()


def test_a_description_is_no_difference() -> None:
    described = (entry("ops/_folder.json"), Reading(folder=FolderDocument("Operations", None, "what we run")))

    desired = wanted(dashboard("ops/cpu.json"), described, folder_file("ops/_folder.yaml", "Operations"))

    assert desired.problems == ()


@pytest.mark.parametrize(("first", "second"), [(("Ops", None), ("Operations", None)), ((None, "ops"), (None, "operations"))])
def test_two_sources_that_differ_are_both_told_of_the_other(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None]
) -> None:
    one = source(dashboard("ops/cpu.json", "cpu"), dashboard("ram.json", "ram"), folder_file("ops/_folder.yaml", *first), name="one")
    two = source(dashboard("ops/disk.json", "disk"), folder_file("ops/_folder.yaml", *second), name="two")

    desired = desire([one, two], Wants())

    assert codes(desired.problems) == ["folder-invalid", "folder-invalid"]
    assert [each.message for each in desired.problems] == [
        'ops/_folder.yaml of source "one" says something else of the same folder',
        'ops/_folder.yaml of source "two" says something else of the same folder',
    ]
    assert uids(desired) == ["ram"]
    assert desired.withheld == {"cpu", "disk"}


def test_who_says_what_first_does_not_matter() -> None:
    files = [
        dashboard("ops/cpu.json"),
        folder_file("ops/_folder.yaml", "Operations"),
        folder_file("ops/_folder.json", "Ops"),
        folder_file("ops/_folder.yml", "O"),
    ]

    assert len({wanted(*each) for each in permutations(files)}) == 1


# What is kept back


def test_a_folder_file_that_cannot_be_read_keeps_back_what_is_below_it_alone() -> None:
    desired = wanted(
        dashboard("ops/cpu.json", "cpu"),
        dashboard("ops/hosts/ram.json", "ram"),
        dashboard("opsy/disk.json", "disk"),
        dashboard("net.json", "net"),
        unreadable("ops/_folder.yaml", "yaml-syntax"),
    )

    assert uids(desired) == ["net", "disk"]
    assert desired.withheld == {"cpu", "ram"}
    assert titles(desired) == ["opsy"]
    assert codes(desired.problems) == ["folder-invalid", "yaml-syntax"]
    assert {each.file for each in desired.problems} == {"ops/_folder.yaml"}


def test_an_error_inside_a_folder_file_keeps_back_what_is_below_it() -> None:
    wrong = (
        entry("ops/_folder.yaml"),
        Reading(folder=FolderDocument("Ops", None), problems=(problem("folder-invalid", "", "no such uid"),)),
    )

    desired = wanted(dashboard("ops/cpu.json"), wrong)

    assert uids(desired) == []
    assert [each.message for each in desired.problems] == ["no such uid", "the file has errors; the dashboards below it are not applied"]


@pytest.mark.parametrize("raw", [b"title: [", b"uid: no spaces please", b"uid: general", b"title: ' '", b"", b"- a list", b"\xff"])
def test_whatever_is_wrong_with_the_bytes_of_a_folder_file_keeps_back_what_is_below_it_alone(raw: bytes) -> None:
    broken = (entry("ops/_folder.yaml"), read(raw, FileKind.FOLDER_YAML))

    desired = wanted(dashboard("ops/cpu.json", "cpu"), dashboard("ram.json", "ram"), broken)

    assert uids(desired) == ["ram"]
    assert "folder-invalid" in codes(desired.problems)


def test_a_warning_inside_a_folder_file_keeps_nothing_back() -> None:
    odd = (entry("ops/_folder.yaml"), Reading(folder=FolderDocument("Ops", None), problems=(problem("folder-key-unknown", "", "colour"),)))

    desired = wanted(dashboard("ops/cpu.json"), odd)

    assert uids(desired) == ["cpu"]
    assert codes(desired.problems) == ["folder-key-unknown"]


def test_one_folder_uid_twice_keeps_back_both_directories_and_says_so_at_both() -> None:
    desired = wanted(
        dashboard("a/cpu.json", "cpu"),
        dashboard("b/ram.json", "ram"),
        dashboard("b/c/disk.json", "disk"),
        dashboard("d/net.json", "net"),
        folder_file("a/_folder.yaml", uid="ops"),
        folder_file("b/_folder.yaml", uid="ops"),
    )

    assert [(each.code, each.file, each.pointer) for each in desired.problems] == [
        ("folder-duplicate", "a/_folder.yaml", "/uid"),
        ("folder-duplicate", "b/_folder.yaml", "/uid"),
    ]
    assert desired.problems[0].message == 'folder uid "ops" is also used by the directory b'
    assert uids(desired) == ["net"]


def test_the_uid_of_the_targets_own_folder_cannot_be_stated_for_a_directory() -> None:
    stated = derived_folder_uid("Team")

    desired = wanted(
        dashboard("a/cpu.json", "cpu"),
        folder_file("a/_folder.yaml", uid=stated),
        dashboard("b/ram.json", "ram"),
        wants=Wants(folder="Team"),
    )

    assert [each.message for each in desired.problems] == [f'folder uid "{stated}" is also used by the target\'s folder']
    assert uids(desired) == ["ram"]
    assert titles(desired) == ["Team", "Team / b"]


def test_a_hundred_copies_of_one_folder_file_are_told_in_short() -> None:
    files = [each for n in range(100) for each in (dashboard(f"d{n:02}/x.json", f"u{n}"), folder_file(f"d{n:02}/_folder.yaml", uid="ops"))]

    desired = wanted(*files)

    assert desired.problems[50].message == (
        'folder uid "ops" is also used by the directory d00, the directory d01, the directory d02 and 96 more'
    )


@pytest.mark.parametrize("code", ["folder-invalid", "folder-duplicate"])
def test_what_cannot_be_known_cannot_be_allowed_by_a_severity(code: str) -> None:
    files = (
        dashboard("a/cpu.json", "cpu"),
        dashboard("b/ram.json", "ram"),
        folder_file("a/_folder.yaml", "General", "ops"),
        folder_file("b/_folder.yaml", uid="ops"),
    )

    desired = wanted(*files, wants=Wants(severities=((code, Severity.OFF),)))

    assert desired == wanted(*files)
    assert uids(desired) == []


# The tree


def test_folders_come_with_all_above_them_parents_first() -> None:
    grown = tree(dashboard("a/b/c/x.json", "x"), dashboard("a/y.json", "y"), dashboard("d/z.json", "z"))
    deepest = grown.places["a/b/c"]
    assert deepest is not None

    assert [each.path for each in grown.needed([deepest.uid])] == ["a", "a/b", "a/b/c"]
    assert [each.path for each in grown.needed([FolderUid("")])] == []


@pytest.mark.parametrize("named", ["ops-uid", "Operations", "platform/ops"])
def test_a_file_may_name_its_folder_by_uid_title_or_path(named: str) -> None:
    grown = tree(dashboard("platform/ops/x.json"), folder_file("platform/ops/_folder.yaml", "Operations", "ops-uid"))

    assert grown.is_named(named, FolderUid("ops-uid"))
    assert not grown.is_named("platform", FolderUid("ops-uid"))


@pytest.mark.parametrize("named", ["", "general", "General"])
def test_a_file_may_name_the_root_as_servers_do(named: str) -> None:
    assert tree().is_named(named, FolderUid(""))
    assert not tree().is_named("ops", FolderUid(""))
