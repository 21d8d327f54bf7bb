"""The folders that a plan makes, uses or leaves alone: by what the server holds, and by what it can hold."""

from dataclasses import replace

import pytest

from provisioner.core.changes import Comparison, ConflictKind, CreateDashboard, CreateFolder, Plan
from provisioner.core.desired import Wants
from provisioner.core.live import Live
from provisioner.core.model import Desired
from provisioner.core.plan import make_plan
from provisioner.core.records import FolderRecord
from provisioner.core.server import LiveFolder, Server
from provisioner.core.settings import ConflictPolicy, Policy
from tests.core.builders import NEW, OLD, beside, dashboard, folder_file, live_folder, wanted

REPORT, GIT_WINS = Policy(), Policy(ConflictPolicy.GIT_WINS)


def plan(
    desired: Desired,
    *compared: Comparison,
    policy: Policy = GIT_WINS,
    on: Server = NEW,
    folders: tuple[LiveFolder, ...] = (),
    made: tuple[FolderRecord, ...] = (),
) -> Plan:
    live = Live(on, folders, (), tuple((each.live.uid, each) for each in compared))
    return make_plan(desired, live, policy, folders={each.uid: each for each in made})


def kinds(made: Plan) -> list[ConflictKind]:
    return [each.kind for each in made.conflicts]


def made_folders(made: Plan) -> list[tuple[str, str]]:
    """Title and parent of each folder that the plan makes."""
    return [(each.folder.title, each.folder.parent) for each in made.changes if isinstance(each, CreateFolder)]


HOSTS = wanted(dashboard("platform/hosts/cpu.json"))
PLATFORM_UID, HOSTS_UID = (each.uid for each in HOSTS.folders)


def placed(made: Plan) -> list[str]:
    """The folder uids of the dashboards that are written."""
    return [each.dashboard.folder for each in made.changes if not isinstance(each, CreateFolder)]


def test_folders_that_are_missing_are_made_parents_first_and_before_their_dashboards() -> None:
    made = plan(HOSTS)

    assert [type(each) for each in made.changes] == [CreateFolder, CreateFolder, CreateDashboard]
    assert made_folders(made) == [("platform", ""), ("hosts", PLATFORM_UID)]
    assert placed(made) == [HOSTS_UID]


def test_a_folder_that_is_there_is_not_made_again() -> None:
    made = plan(HOSTS, folders=(live_folder(PLATFORM_UID, "platform"),))

    assert made_folders(made) == [("hosts", PLATFORM_UID)]


def test_no_folder_is_made_for_a_conflict_or_for_what_is_left_alone() -> None:
    [cpu] = HOSTS.dashboards

    held = plan(HOSTS, beside(cpu, equal=False, folder=""), policy=REPORT)
    equal = beside(cpu, equal=True)
    still = plan(HOSTS, equal)

    assert (held.changes, kinds(held)) == ((), [ConflictKind.UNMANAGED])
    assert still == Plan(unchanged=(cpu,), adopted=(cpu,), seen=((cpu, equal),))


def test_no_parent_is_made_for_a_folder_that_is_there_in_another_place() -> None:
    made = plan(HOSTS, folders=(live_folder(HOSTS_UID, "hosts"),))

    assert [type(each) for each in made.changes] == [CreateDashboard]
    assert kinds(made) == [ConflictKind.FOLDER_DIFFERS]
    assert [(each.before, each.after) for each in made.conflicts[0].differences] == [("the root folder", "platform")]


def test_a_live_folder_of_the_title_in_the_place_is_used_where_the_uid_is_ours_to_choose() -> None:
    made = plan(HOSTS, folders=(live_folder("p", "Platform "), live_folder("h", "hosts", "p")))

    assert made_folders(made) == []
    assert placed(made) == ["h"]
    assert made.conflicts == ()


def test_a_live_folder_of_the_title_in_another_place_is_not_used() -> None:
    made = plan(HOSTS, folders=(live_folder("h", "hosts"),))

    assert made_folders(made) == [("platform", ""), ("hosts", PLATFORM_UID)]


def test_of_two_live_folders_of_one_title_the_same_is_used_whichever_comes_first() -> None:
    one, two = live_folder("p1", "platform"), live_folder("p2", "platform")

    assert plan(HOSTS, folders=(one, two)) == plan(HOSTS, folders=(two, one))
    assert made_folders(plan(HOSTS, folders=(two, one))) == [("hosts", "p1")]


STATED = wanted(dashboard("ops/cpu.json"), folder_file("ops/_folder.yaml", "Operations", "ops-uid"))


def test_a_stated_uid_whose_title_is_taken_is_told_and_the_folder_used_where_titles_are_unique() -> None:
    made = plan(STATED, folders=(live_folder("theirs", "Operations"),), on=OLD)

    [told] = made.conflicts
    assert (told.kind, told.theirs) == (ConflictKind.FOLDER_NAME_EXISTS, live_folder("theirs", "Operations"))
    assert told.message == 'a folder of this title is there as uid "theirs"; it is used as it is'
    assert made_folders(made) == []
    assert placed(made) == ["theirs"]


def test_a_stated_uid_whose_title_is_taken_is_made_beside_it_where_titles_may_repeat() -> None:
    made = plan(STATED, folders=(live_folder("theirs", "Operations"),), on=NEW)

    assert made.conflicts == ()
    assert made_folders(made) == [("Operations", "")]
    assert placed(made) == ["ops-uid"]


@pytest.mark.parametrize(
    ("title", "parent", "message", "differs"),
    [
        ("Betrieb", "", 'the folder is there as "Betrieb"; it is used as it is', ("title", "Betrieb", "Operations")),
        (
            "Operations",
            "p",
            'the folder is there as "Operations" in another place; it is used as it is',
            ("folder", "Place", "the root folder"),
        ),
        (
            "Operations",
            "?",
            'the folder is there as "Operations" in another place; it is used as it is',
            ("folder", "?", "the root folder"),
        ),
    ],
)
def test_a_folder_that_has_another_title_or_place_is_told_with_what_differs_and_used(
    title: str, parent: str, message: str, differs: tuple[str, str, str]
) -> None:
    there = live_folder("ops-uid", title, parent)
    made = plan(STATED, folders=(there, live_folder("p", "Place")))

    [told] = made.conflicts
    assert (told.kind, told.message, told.ours, told.theirs) == (ConflictKind.FOLDER_DIFFERS, message, STATED.folders[0], there)
    assert [(each.part, each.before, each.after) for each in told.differences] == [differs]
    assert made_folders(made) == []
    assert placed(made) == ["ops-uid"]


def test_two_directories_of_one_title_are_one_folder_where_titles_are_unique_and_two_elsewhere() -> None:
    desired = wanted(dashboard("a/cpu.json", "cpu"), dashboard("b/ram.json", "ram"), folder_file("a/_folder.yaml", "b"))
    a, b = desired.folders

    assert placed(plan(desired, on=OLD)) == [a.uid, a.uid]
    assert placed(plan(desired, on=NEW)) == [a.uid, b.uid]
    assert placed(plan(desired, on=NEW, folders=(live_folder(a.uid, "b"),))) == [a.uid, b.uid]


def test_without_nested_folders_there_is_one_for_each_directory_that_holds_dashboards() -> None:
    desired = wanted(dashboard("platform/hosts/cpu.json", "cpu"), dashboard("ops/ram.json", "ram"), wants=Wants(folder="Team"))

    made = plan(desired, on=OLD)

    assert made_folders(made) == [("Team / ops", ""), ("Team / platform / hosts", "")]
    assert len(placed(made)) == 2


def test_without_nested_folders_the_flat_one_that_is_there_is_used() -> None:
    made = plan(HOSTS, folders=(live_folder("flat", "platform / hosts"),), on=OLD)

    assert made_folders(made) == []
    assert placed(made) == ["flat"]


def test_what_lies_in_the_folder_that_is_used_is_where_it_should_be() -> None:
    [cpu] = HOSTS.dashboards
    folders = (live_folder("p", "platform"), live_folder("h", "hosts", "p"))

    there, equal = replace(cpu, folder=folders[1].uid), beside(cpu, equal=True, folder="h")

    assert plan(HOSTS, equal, folders=folders) == Plan(unchanged=(there,), adopted=(there,), seen=((there, equal),))


# Folders that we made


def ours(folder: LiveFolder, path: str = "ops") -> FolderRecord:
    """The record of a folder as it was made."""
    return FolderRecord(folder.uid, folder.title, folder.parent, path, "2026-11-20T08:00:00Z")


OPS = live_folder("ops-uid", "Ops")
[OPERATIONS] = STATED.folders


def test_a_folder_of_ours_that_git_renamed_is_renamed_over_the_state_that_was_seen() -> None:
    assert plan(STATED, folders=(OPS,), made=(ours(OPS),)).changes[0] == CreateFolder(OPERATIONS, 'renamed in git: it was "Ops"', OPS)


def test_a_folder_of_ours_that_git_moved_comes_after_the_one_that_it_is_moved_into() -> None:
    moved = wanted(dashboard("team/ops/cpu.json"), folder_file("team/ops/_folder.yaml", "Ops", "ops-uid"))

    made = plan(moved, beside(moved.dashboards[0], equal=True), folders=(OPS,), made=(ours(OPS),))

    team, operations = moved.folders
    assert made.changes == (CreateFolder(team, "the server does not have it"), CreateFolder(operations, 'moved in git: it was "Ops"', OPS))


def test_a_folder_of_ours_that_is_as_git_says_is_left_alone() -> None:
    there = replace(OPS, title="Operations")

    assert [type(each) for each in plan(STATED, folders=(there,), made=(ours(there),)).changes] == [CreateDashboard]


def test_a_folder_of_ours_that_somebody_renamed_is_told_and_used() -> None:
    made = plan(STATED, folders=(replace(OPS, title="Betrieb"),), made=(ours(OPS),))

    assert kinds(made) == [ConflictKind.FOLDER_DIFFERS]
    assert made_folders(made) == []


OPS_FILE = folder_file("team/ops/_folder.yaml", "Operations", "ops-uid")


@pytest.mark.parametrize("title", ["Operations", "ops-uid (being renamed)"])
def test_a_folder_of_ours_that_a_killed_pass_left_on_its_way_goes_on(title: str) -> None:
    team = live_folder("team", "Team")
    moved = wanted(dashboard("team/ops/cpu.json"), folder_file("team/_folder.yaml", "Team", "team"), OPS_FILE)
    there = replace(OPS, title=title)

    made = plan(moved, beside(moved.dashboards[0], equal=True), folders=(team, there), made=(ours(team, "team"), ours(OPS)))

    assert made.changes == (CreateFolder(moved.folders[1], 'moved in git: it was "Ops"', there),)


def test_a_folder_of_ours_that_is_as_git_says_while_its_record_is_not_is_to_be_written_down() -> None:
    there = replace(OPS, title="Operations")

    made = plan(STATED, folders=(there,), made=(ours(OPS),))

    assert ([type(each) for each in made.changes], made.conflicts, made.agreed_folders) == ([CreateDashboard], (), (OPERATIONS,))
    assert plan(STATED, folders=(there,), made=(ours(there),)).agreed_folders == ()
    assert plan(STATED, folders=(there,)).agreed_folders == ()


def test_a_folder_of_ours_that_something_else_keeps_by_now_is_neither_renamed_nor_moved() -> None:
    made = plan(STATED, folders=(replace(OPS, managed_by="terraform (tf)"),), made=(ours(OPS),))

    [told] = made.conflicts
    assert (told.kind, made_folders(made)) == (ConflictKind.FOLDER_DIFFERS, [])
    assert told.message == 'the folder is there as "Ops", kept by terraform (tf); it is used as it is'


THEIRS = live_folder("theirs", "operations ", number=2)


def test_a_folder_of_ours_is_not_renamed_to_a_title_that_is_taken_beside_it_where_titles_are_unique() -> None:
    made = plan(STATED, folders=(OPS, THEIRS), made=(ours(OPS),), on=OLD)

    [told] = made.conflicts
    assert (told.kind, told.ours) == (ConflictKind.FOLDER_NAME_EXISTS, OPERATIONS)
    assert told.message == 'it cannot be called so, for another folder has this title, uid "theirs"; it is used as it is'
    assert (made_folders(made), placed(made)) == ([], ["ops-uid"])


def test_a_folder_of_ours_is_renamed_beside_another_of_the_title_where_titles_may_repeat() -> None:
    assert made_folders(plan(STATED, folders=(OPS, THEIRS), made=(ours(OPS),), on=NEW)) == [("Operations", "")]


def test_a_folder_of_ours_is_renamed_to_the_title_that_another_of_ours_gives_away() -> None:
    both = wanted(
        *(dashboard("ops/cpu.json", "cpu"), folder_file("ops/_folder.yaml", "Operations", "ops-uid")),
        *(dashboard("run/ram.json", "ram"), folder_file("run/_folder.yaml", "Running", "theirs")),
    )
    made = plan(both, folders=(OPS, THEIRS), made=(ours(OPS), ours(THEIRS, "run")), on=OLD)

    assert (made_folders(made), made.conflicts) == ([("Operations", ""), ("Running", "")], ())


def test_folders_of_ours_that_no_directory_stands_for_are_gone_children_first() -> None:
    top, child, root = ours(live_folder("a", "A"), "a"), ours(live_folder("b", "B", "a"), "a/b"), ours(live_folder("0", "Team"), "")

    assert plan(STATED, made=(root, top, child, ours(OPS))).gone_folders == (child, top, root)
    assert plan(replace(STATED, complete=False), made=(top,)).gone_folders == ()
