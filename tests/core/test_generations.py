"""What each generation cannot do is found by its version, in one place."""

from __future__ import annotations

import pytest

from provisioner.core.generations import GENERATIONS, SLUG, Ability, generation_of, lacks, limits_of, slug_generation
from provisioner.core.server import Server

FOUR = Server("https://grafana.example", "4.6.5", SLUG, "", 1, "Main Org.", nested_folders=False, by_slug=True)


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ((2, 6), "2 to 4.2"),
        ((4, 2), "2 to 4.2"),
        ((4, 3), "4.3 to 4.6"),
        ((5, 0), "5 to 10"),
        ((10, 4), "5 to 10"),
        ((11, 2), "11.0 to 11.2"),
        ((11, 3), "11.3 to 11.6"),
        ((12, 0), "12 and later"),
        ((13, 1), "12 and later"),
        (None, "12 and later"),
    ],
)
def test_a_release_belongs_to_one_generation(release: tuple[int, int] | None, name: str) -> None:
    assert generation_of(release).name == name


def test_limits_are_found_by_the_text_of_a_version_too() -> None:
    assert limits_of("v4.6.5") == generation_of((4, 6)).limits
    assert limits_of("") == limits_of("4") == ()


def test_generations_come_oldest_first_and_later_ones_can_more() -> None:
    assert sorted(each.since for each in GENERATIONS) == [each.since for each in GENERATIONS]
    numbers = [len(each.limits) for each in GENERATIONS]
    assert sorted(numbers, reverse=True) == numbers


@pytest.mark.parametrize("ability", Ability)
def test_every_ability_has_a_generation_that_has_it_and_one_that_lacks_it(ability: Ability) -> None:
    assert {True, False} == {each.can(ability) for each in GENERATIONS}


def test_an_old_server_is_told_what_newer_ones_can_and_not_what_none_of_them_can() -> None:
    told = {each.ability for each in lacks(FOUR)}
    assert {Ability.UIDS, Ability.SAME_TITLES, Ability.WHOLE_LISTS} == told


def test_a_hidden_version_is_taken_for_the_oldest() -> None:
    hidden = Server("https://grafana.example", "", SLUG, "", 1, "Main Org.", nested_folders=False, by_slug=True)
    assert GENERATIONS[0] == slug_generation(hidden)
    assert "4.3 to 4.6" == slug_generation(FOUR).name
