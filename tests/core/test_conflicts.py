"""The words of conflicts: every kind has them, and a conflict carries its kind's remedy."""

from dataclasses import replace

import pytest

from provisioner.core.changes import ConflictKind
from provisioner.core.conflicts import CONFLICTS, conflict, named
from tests.core.builders import SOMETHING, dashboard, found, wanted


@pytest.mark.parametrize("kind", ConflictKind)
def test_every_kind_says_what_happened_and_what_to_do(kind: ConflictKind) -> None:
    rule = CONFLICTS[kind]

    assert rule.kind is kind
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.explanation.endswith(".")
    assert rule.remedy.endswith(".")


def test_a_conflict_shows_both_sides_what_differs_and_the_remedy_of_its_kind() -> None:
    [ours] = wanted(dashboard("cpu.json")).dashboards
    theirs = found("other", "CPU")

    told = conflict(ConflictKind.NAME_EXISTS, ours, "the title is taken", theirs=theirs, differences=SOMETHING)

    assert (told.ours, told.theirs, told.differences) == (ours, theirs, SOMETHING)
    assert told.remedy == CONFLICTS[ConflictKind.NAME_EXISTS].remedy
    assert told.message == "the title is taken"


@pytest.mark.parametrize(
    ("shown", "directory"),
    [
        ("dashboards/shop/cpu.json", "dashboards"),
        ("shop/cpu.json", "."),
        ("platform:dashboards/shop/cpu.json", "dashboards"),
        ("/srv/our boards/shop/cpu.json", "'/srv/our boards'"),
    ],
)
def test_the_commands_of_a_remedy_name_the_dashboard_and_the_directory_that_its_files_are_in(shown: str, directory: str) -> None:
    [ours] = wanted(dashboard("shop/cpu.json")).dashboards
    seen = replace(ours, origin=replace(ours.origin, shown=shown))

    told = conflict(ConflictKind.BOTH_CHANGED, seen, "changed in git and on the server")

    assert "provisioner apply --take cpu " in told.remedy
    assert f"provisioner pull cpu --into {directory}, and commit the file" in told.remedy
    assert named("UID of DIRECTORY", seen) == f"cpu of {directory}"
