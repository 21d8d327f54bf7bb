"""The folders that a plan makes, uses or leaves alone: by what the server holds, and by what it can hold."""

from dataclasses import replace

import pytest

from provisioner.core.changes import Comparison, ConflictKind, CreateDashboard, CreateFolder, Plan
from provisioner.core.desired import Wants
from provisioner.core.model import Desired, LiveFolder, Server
from provisioner.core.plan import Live, make_plan
from provisioner.core.settings import ConflictPolicy, Policy
from tests.core.builders import NEW, OLD, beside, dashboard, folder_file, live_folder, wanted

REPORT, GIT_WINS = Policy(), Policy(ConflictPolicy.GIT_WINS)


def plan(
    desired: Desired,
    *compared: Comparison,
    policy: Policy = GIT_WINS,
    on: Server = NEW,
    folders: tuple[LiveFolder, ...] = (),
) -> Plan:
    return make_plan(desired, Live(on, folders, (), tuple((each.live.uid, each) for each in compared)), policy)


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
    still = plan(HOSTS, beside(cpu, equal=True))

    assert (held.changes, kinds(held)) == ((), [ConflictKind.UNMANAGED])
    assert still == Plan(unchanged=(cpu,))


def test_no_parent_is_made_for_a_folder_that_is_there_in_another_place() -> None:
    made = plan(HOSTS, folders=(live_folder(HOSTS_UID, "hosts"),))

    assert [type(each) for each in made.changes] == [CreateDashboard]
    assert kinds(made) == [ConflictKind.FOLDER_DIFFERS]


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
    assert told.kind is ConflictKind.FOLDER_NAME_EXISTS
    assert told.message == 'a folder of this title is there as uid "theirs"; it is used as it is'
    assert made_folders(made) == []
    assert placed(made) == ["theirs"]


def test_a_stated_uid_whose_title_is_taken_is_made_beside_it_where_titles_may_repeat() -> None:
    made = plan(STATED, folders=(live_folder("theirs", "Operations"),), on=NEW)

    assert made.conflicts == ()
    assert made_folders(made) == [("Operations", "")]
    assert placed(made) == ["ops-uid"]


@pytest.mark.parametrize(
    ("title", "parent", "message"),
    [
        ("Betrieb", "", 'the folder is there as "Betrieb"; it is used as it is'),
        ("Operations", "p", 'the folder is there as "Operations" in another place; it is used as it is'),
    ],
)
def test_a_folder_that_has_another_title_or_place_is_told_and_used(title: str, parent: str, message: str) -> None:
    made = plan(STATED, folders=(live_folder("ops-uid", title, parent),))

    [told] = made.conflicts
    assert (told.kind, told.message, told.ours) == (ConflictKind.FOLDER_DIFFERS, message, STATED.folders[0])
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

    made = plan(HOSTS, beside(cpu, equal=True, folder="h"), folders=folders)

    assert made == Plan(unchanged=(replace(cpu, folder=folders[1].uid),))
