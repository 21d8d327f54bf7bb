"""What a server makes of contents by itself: it is no edit, nothing is written for it, and what a person does on top is told."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.core.report import Exit, exit_code
from provisioner.looking import NONE
from tests.whole.house import GIT_WINS, House, dashboard

ODD: dict[str, Any] = {
    "odd": {"whole": 1.0, "large": 10000000000000001, "nothing": None, "signs": "<b> & \u2028 \ufeff", "empty": [[], {}], "small": 1e-7},
    "version": 7,
    "id": 99,
    "iteration": 123,
    "gnetId": None,
    "style": "dark",
}
FORCED: dict[str, Any] = {"refresh": "1s"}
LIBRARY = {"id": 2, "gridPos": {"x": 0, "y": 8, "w": 24, "h": 8}, "title": "Shared", "libraryPanel": {"uid": "lib", "name": "Shared"}}


def odd(**fields: object) -> dict[str, Any]:
    return dashboard("odd", "  Odd ", **{**ODD, "panels": [*dashboard("x")["panels"], LIBRARY], **fields})


def quiet(one: House) -> tuple[int, int, int, Exit]:
    """What a pass that looks at everything wrote, found edited, and found as it should be."""
    one.forget()
    report = one.apply()
    return len(one.saves), report.drifted, report.unchanged, exit_code([report])


AT_REST = (0, 0, 1, Exit.OK)


def forced_at(one: House) -> dict[str, Any]:
    """What the dashboard API makes something else of. The resource API refuses it (transcript refusals-12.4.0)."""
    return {} if one.speaks_resources else FORCED


@pytest.mark.parametrize("fields", [{}, FORCED], ids=["plain", "forced"])
def test_a_second_pass_writes_nothing_and_neither_does_one_after_somebody_saved_without_a_change(
    any_house: House, fields: dict[str, Any]
) -> None:
    any_house.write("ops/odd.json", odd(**(fields and forced_at(any_house))))
    any_house.apply()
    assert AT_REST == quiet(any_house)
    for _ in range(2):
        any_house.browser.edit("odd")
        assert AT_REST == quiet(any_house)
        assert AT_REST == quiet(any_house)


def test_the_person_s_edit_on_top_is_told_with_what_it_changed_and_nothing_else(any_house: House) -> None:
    any_house.write("ops/odd.json", odd(**forced_at(any_house)))
    any_house.apply()
    any_house.browser.edit("odd")
    any_house.apply()
    any_house.browser.edit("odd", description="a person's")
    any_house.forget()
    [drift] = any_house.apply().plan.drifted
    assert {"description"} <= {each.part for each in drift.differences} <= {"description", "refresh"}
    assert [] == any_house.saves


def test_a_refresh_that_a_person_chose_is_an_edit(any_house: House) -> None:
    any_house.write("ops/odd.json", odd(**forced_at(any_house)))
    any_house.apply()
    any_house.browser.edit("odd", refresh="30s")
    assert ["refresh"] == [each.part for each in any_house.apply().plan.drifted[0].differences]


def test_git_s_next_change_goes_over_what_somebody_saved_without_a_change(any_house: House) -> None:
    forced = forced_at(any_house)
    any_house.write("ops/odd.json", odd(**forced))
    any_house.apply()
    any_house.browser.edit("odd")
    any_house.write("ops/odd.json", odd(**forced, description="from git"))
    report = any_house.apply()
    assert ((), 0) == (report.conflicts, report.drifted)
    assert "from git" == any_house.browser.content("odd")["description"]
    assert AT_REST == quiet(any_house)


def test_without_records_it_is_known_again(any_house: House) -> None:
    any_house.write("ops/odd.json", odd())
    any_house.apply()
    (any_house.place / "state.db").unlink()
    any_house.forget()
    assert (1, 0) == (any_house.apply().adopted, len(any_house.saves))
    assert AT_REST == quiet(any_house)


def test_while_no_one_looks_at_the_server_git_s_change_is_not_refused_for_ever(any_house: House) -> None:
    any_house.write("ops/odd.json", odd(**forced_at(any_house)))
    any_house.apply()
    any_house.browser.edit("odd")
    any_house.write("ops/odd.json", odd(**forced_at(any_house), description="from git"))
    any_house.parts["scan"] = NONE
    any_house.apply()
    any_house.parts["scan"] = None
    any_house.apply(policy=GIT_WINS)
    assert "from git" == any_house.browser.content("odd")["description"]
