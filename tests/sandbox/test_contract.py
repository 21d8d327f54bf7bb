"""The sandbox is held to real servers: every step of the transcripts, replayed and compared (rules: names.py, replay.py)."""

from __future__ import annotations

from functools import cache

import pytest

from tests.sandbox.replay import FILES, Step, replay, steps_of
from tests.sandbox.unmatched import UNMATCHED

_STEPS = [step for file in FILES for step in steps_of(file)]
_replay = cache(replay)


def _parameters() -> list[object]:
    return [pytest.param(step, id=step.title, marks=pytest.mark.xdist_group(step.file)) for step in _STEPS]


@pytest.mark.parametrize("step", _parameters())
def test_a_step_is_answered_as_by_the_real_server(step: Step) -> None:
    differences = _replay(step.file)[step.name]

    if step.title in UNMATCHED:
        assert differences, f"it matches now: take it from the list ({UNMATCHED[step.title]})"
    else:
        assert not differences, "\n".join([f"{step.method} {step.path}", *differences])


def test_only_steps_that_there_are_can_be_unmatched() -> None:
    assert set(UNMATCHED) <= {step.title for step in _STEPS}


def test_all_families_and_generations_are_replayed() -> None:
    by_uid = ("12.4.0", "5.4.5", "6.7.4", "7.5.17", "8.5.15", "9.3.2")
    by_slug = ("2.6.0", "4.6.5")
    families = {"grafana": by_uid + by_slug, "history": by_uid, "orgs-and-provisioned": by_uid, "slugs": by_slug}
    families |= {"resources": ("12.4.0",), "refusals": ("12.4.0",)}

    assert {f"{family}-{version}" for family, versions in families.items() for version in versions} == set(FILES)
