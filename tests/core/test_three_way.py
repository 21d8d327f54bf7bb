"""Git, base and live of one dashboard: what each side changed, and the same seen from the other side."""

from __future__ import annotations

from provisioner.core.changes import Difference, Turn
from provisioner.core.diff import differences
from provisioner.core.three_way import Bodies, three_way, turned

BASE = {"title": "CPU", "refresh": "1m"}
GIT = {"title": "CPU", "refresh": "5s"}
LIVE = {"title": "CPU of all hosts", "refresh": "1m"}


def test_each_two_sides_are_compared() -> None:
    found = three_way(Bodies(GIT, BASE, LIVE))

    assert found.base_to_git == (Difference(Turn.CHANGED, "refresh", "", "1m", "5s"),)
    assert found.base_to_live == (Difference(Turn.CHANGED, "title", "", "CPU", "CPU of all hosts"),)
    assert found.live_to_git == differences(LIVE, GIT)


def test_what_is_not_known_is_not_equal() -> None:
    found = three_way(Bodies(GIT, None, GIT))

    assert (found.live_to_git, found.base_to_live, found.base_to_git) == ((), None, None)


def test_the_other_way_round_additions_are_removals() -> None:
    before, after = {"title": "CPU"}, {"title": "Load", "refresh": "5s"}

    assert turned(differences(before, after)) == (
        Difference(Turn.CHANGED, "title", "", "Load", "CPU"),
        Difference(Turn.REMOVED, "refresh", "", "5s"),
    )
    assert set(turned(differences(before, after))) == set(differences(after, before))
    assert turned(turned(differences(before, after))) == differences(before, after)
