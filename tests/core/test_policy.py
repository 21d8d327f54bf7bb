"""Which policy holds for a path, which of two allows less, and how much a ceiling allows."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.model import SourceName, TargetName
from provisioner.core.policy import policies, policy_for, stricter
from provisioner.core.settings import (
    AdoptPolicy,
    Ceiling,
    ConflictPolicy,
    Connection,
    DeletedPolicy,
    DriftPolicy,
    Override,
    Policy,
    PolicyChange,
    Prune,
    TargetSettings,
)

TARGET = TargetSettings(TargetName("production"), Connection(TargetName("production"), "https://grafana.example"), (SourceName("a"),))
DEFAULT = Policy()
PRUNING = Policy(prune=Prune(enabled=True))

ceilings = st.builds(Ceiling, st.integers(0, 8), st.integers(0, 100))
every_policy = st.builds(
    Policy,
    conflict=st.sampled_from(ConflictPolicy),
    drift=st.sampled_from(DriftPolicy),
    adopt=st.sampled_from(AdoptPolicy),
    deleted=st.sampled_from(DeletedPolicy),
    prune=st.builds(Prune, enabled=st.booleans(), max_deletions=ceilings, grace=st.sampled_from([0.0, 60.0, 600.0])),
)


def target(*overrides: tuple[str, PolicyChange], policy: Policy = DEFAULT) -> TargetSettings:
    return replace(TARGET, policy=policy, overrides=tuple(Override((glob,), change) for glob, change in overrides))


# --- paths -------------------------------------------------------------------------------------------------------------------------------


def test_the_default_changes_nothing_that_somebody_else_may_have_made() -> None:
    assert Policy() == Policy(
        ConflictPolicy.REPORT,
        DriftPolicy.REPORT,
        AdoptPolicy.IDENTICAL,
        DeletedPolicy.REPORT,
        Prune(enabled=False, max_deletions=Ceiling(5, 10), grace=600.0, keep=2_592_000.0),
    )


def test_a_path_that_no_override_names_has_the_policy_of_the_target() -> None:
    stated = target(("drafts/**", PolicyChange(drift=DriftPolicy.REVERT)), policy=PRUNING)
    assert policy_for(stated, "prod/cpu.json") == PRUNING


def test_an_override_changes_the_parts_that_it_states_and_no_other() -> None:
    change = PolicyChange(adopt=AdoptPolicy.NEVER, grace=0.0)
    stated = target(("drafts/**", change), policy=replace(PRUNING, drift=DriftPolicy.REVERT))

    assert policy_for(stated, "drafts/a/cpu.json") == Policy(
        drift=DriftPolicy.REVERT, adopt=AdoptPolicy.NEVER, prune=Prune(enabled=True, grace=0.0)
    )


def test_every_part_that_an_override_may_state_is_changed() -> None:
    change = PolicyChange(ConflictPolicy.SERVER_WINS, DriftPolicy.REVERT, AdoptPolicy.TAKE_OVER, DeletedPolicy.RECREATE, True, 5.0)  # noqa: FBT003 - in the order of the value, all of them
    expected = Policy(
        ConflictPolicy.SERVER_WINS, DriftPolicy.REVERT, AdoptPolicy.TAKE_OVER, DeletedPolicy.RECREATE, Prune(enabled=True, grace=5.0)
    )
    assert policy_for(target(("**", change)), "cpu.json") == expected


def test_an_override_can_turn_pruning_off() -> None:
    assert not policy_for(target(("**", PolicyChange(prune=False)), policy=PRUNING), "cpu.json").prune.enabled


def test_of_two_overrides_for_one_path_the_later_one_wins_part_by_part() -> None:
    stated = target(
        ("**", PolicyChange(drift=DriftPolicy.REVERT, conflict=ConflictPolicy.GIT_WINS)),
        ("critical/**", PolicyChange(drift=DriftPolicy.REPORT)),
    )
    assert policy_for(stated, "critical/cpu.json") == Policy(ConflictPolicy.GIT_WINS, DriftPolicy.REPORT)


@pytest.mark.parametrize(
    ("glob", "hit", "missed"),
    [
        ("prod/*.json", "prod/a.json", "prod/x/a.json"),
        ("prod/", "prod/x/a.json", "production/a.json"),
        ("**/a.json", "a.json", "a.yaml"),
        ("{prod,test}/**", "test/a.json", "drafts/a.json"),
        ("**", ".grafana/a.json", ""),
        ("*/a.json", ".grafana/a.json", "x/.grafana/a.json"),
        ("", "", "a.json"),
    ],
)
def test_globs_are_those_of_a_source_and_know_no_hidden_files(glob: str, hit: str, missed: str) -> None:
    chosen = policies(target((glob, PolicyChange(deleted=DeletedPolicy.RECREATE))))

    assert (not hit or chosen.of(hit) != Policy(), chosen.of(missed)) == (True, Policy())


def test_ten_thousand_paths_have_their_policies_in_a_moment() -> None:
    chosen = policies(target(*((f"**/team-{n}/**", PolicyChange(drift=DriftPolicy.REVERT)) for n in range(10))))
    paths = [f"region-{n % 7}/team-{n % 10}/service/overview-{n}.json" for n in range(10_000)]

    begun = time.process_time()
    found = {chosen.of(path) for path in paths}

    assert found == {Policy(drift=DriftPolicy.REVERT)}
    assert time.process_time() - begun < 1.0


# --- the order ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "looser",
    [
        Policy(drift=DriftPolicy.REVERT),
        Policy(ConflictPolicy.GIT_WINS),
        Policy(ConflictPolicy.SERVER_WINS),
        Policy(adopt=AdoptPolicy.TAKE_OVER),
        Policy(deleted=DeletedPolicy.RECREATE),
        PRUNING,
    ],
)
def test_the_default_is_stricter_than_each_policy_that_allows_more(looser: Policy) -> None:
    assert (stricter(Policy(), looser), stricter(looser, Policy())) == (True, False)


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        (Prune(enabled=True, max_deletions=Ceiling(5, 0)), Prune(enabled=True)),
        (Prune(enabled=True, max_deletions=Ceiling(0, 10)), Prune(enabled=True)),
        (Prune(enabled=True, grace=601.0), Prune(enabled=True)),
    ],
)
def test_deleting_less_or_later_is_stricter(strict: Prune, loose: Prune) -> None:
    assert (stricter(Policy(prune=strict), Policy(prune=loose)), stricter(Policy(prune=loose), Policy(prune=strict))) == (True, False)


def test_to_adopt_nothing_is_strictest() -> None:
    assert stricter(Policy(adopt=AdoptPolicy.NEVER), Policy(adopt=AdoptPolicy.IDENTICAL))


def test_of_opposite_ways_neither_is_stricter() -> None:
    git, server = Policy(ConflictPolicy.GIT_WINS), Policy(ConflictPolicy.SERVER_WINS)
    assert (stricter(git, server), stricter(server, git)) == (False, False)


def test_how_a_policy_would_prune_does_not_matter_while_it_does_not() -> None:
    eager, idle = Prune(enabled=False, max_deletions=Ceiling(100), grace=0.0), Prune(enabled=True)
    assert stricter(Policy(prune=eager), Policy(prune=idle))


@given(policy=every_policy)
def test_every_policy_is_stricter_than_itself(policy: Policy) -> None:
    assert stricter(policy, policy)


@given(one=every_policy, two=every_policy, three=every_policy)
def test_stricter_than_the_stricter_is_stricter(one: Policy, two: Policy, three: Policy) -> None:
    assert stricter(one, three) or not (stricter(one, two) and stricter(two, three))


# --- ceilings ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ceiling", "owned", "allowed"),
    [
        (Ceiling(), 0, 5),
        (Ceiling(), 59, 5),
        (Ceiling(), 60, 6),
        (Ceiling(), 10_000, 1000),
        (Ceiling(0, 10), 9, 0),
        (Ceiling(0, 10), 19, 1),
        (Ceiling(3, 0), 10_000, 3),
        (Ceiling(0, 100), 7, 7),
        (Ceiling(0, 0), 10_000, 0),
    ],
)
def test_a_ceiling_is_the_greater_of_a_number_and_a_share_rounded_down(ceiling: Ceiling, owned: int, allowed: int) -> None:
    assert ceiling.of(owned) == allowed


@given(one=ceilings, other=ceilings)
def test_a_ceiling_is_stricter_exactly_when_it_never_allows_more(one: Ceiling, other: Ceiling) -> None:
    never_more = all(one.of(owned) <= other.of(owned) for owned in (*range(120), 1000, 100_000))
    assert never_more == stricter(*(Policy(prune=Prune(enabled=True, max_deletions=each)) for each in (one, other)))


@pytest.mark.parametrize(
    ("ceiling", "text"), [(Ceiling(), "5 or 10%"), (Ceiling(0, 10), "10%"), (Ceiling(7, 0), "7"), (Ceiling(0, 0), "0")]
)
def test_a_ceiling_is_told_as_it_is_written(ceiling: Ceiling, text: str) -> None:
    assert str(ceiling) == text


# --- the owner ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("owner", "tag"), [(None, None), ("platform", "provisioner:platform")])
def test_an_owner_is_a_tag_that_others_can_see(owner: str | None, tag: str | None) -> None:
    assert replace(TARGET, owner=owner).owner_tag == tag
