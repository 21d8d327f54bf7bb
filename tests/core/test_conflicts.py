"""The words of conflicts: every kind has them, and a conflict carries its kind's remedy."""

import pytest

from provisioner.core.changes import ConflictKind
from provisioner.core.conflicts import CONFLICTS, conflict
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
