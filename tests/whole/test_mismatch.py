"""Who saved in the wrong moment, when, and what they changed: apart from what git changes."""

from __future__ import annotations

from provisioner.core.changes import ConflictKind
from tests.whole.house import GIT_WINS, House, dashboard, panel_titled


def test_of_a_save_in_the_wrong_moment_their_change_is_told_apart_from_ours(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.apply()
    nine.write("sales.json", dashboard("sales", description="of today"))
    report = nine.apply(policy=GIT_WINS, on_plan=lambda _: nine.browser.edit("sales", **panel_titled("Theirs")))
    [found] = report.conflicts
    assert ConflictKind.VERSION_MISMATCH is found.kind
    assert "saved by jonas at " in found.message
    assert (["description: "], ['panel "Words" (id 1): title']) == (
        [f"{each.part}: {each.aspect}" for each in found.ours_changed],
        [f"{each.part}: {each.aspect}" for each in found.theirs_changed],
    )
