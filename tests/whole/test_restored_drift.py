"""What `restore` put back is told as that, and not as the work of the person whose name our account has."""

from __future__ import annotations

import pytest

from provisioner.core.generations import Ability
from tests.whole.desk import SALES, edited_and_overwritten, only_drift, put_back
from tests.whole.house import House, panel_titled


@pytest.mark.needs(Ability.HISTORY)
def test_the_next_pass_names_restore_as_who_saved(any_house: House) -> None:
    edited_and_overwritten(any_house)
    put_back(any_house)
    drift = only_drift(any_house)
    assert "on the server by provisioner restore (" in drift.message
    assert only_drift(any_house).message == drift.message


def test_who_edits_after_that_is_named_again(nine: House) -> None:
    edited_and_overwritten(nine)
    put_back(nine)
    nine.browser.edit(SALES, **panel_titled("Jonas again"))
    assert "edited on the server by jonas (" in only_drift(nine).message


def test_who_brings_the_same_back_by_hand_is_named(nine: House) -> None:
    edited_and_overwritten(nine)
    nine.browser.edit(SALES, **panel_titled("Jonas"))
    assert "edited on the server by jonas (" in only_drift(nine).message
