"""Bad policies, overrides and owners: each gets its code, its place and its words."""

from __future__ import annotations

import pytest

from tests.config.builders import Bad, override, prune, target
from tests.config.conftest import Place

_SPAN = 'expected a span of time: seconds, or text such as "10m", "12h", "30d" (units ms, s, m, h, d)'
_CEILING = 'expected a ceiling: a number, a whole percentage such as "10%", or both such as "5 or 10%"'
_SHARE = 'write a number, a whole percentage ("10%"), or both ("5 or 10%": the greater)'
_OWNER = 'expected an owner: small letters, digits, ".", "_" and "-", 38 at most, the first a letter or digit'
_EXACT = "this glob matches a file of exactly this name, which is no dashboard: a directory is meant"
_INSIDE = "a glob is counted from the source's path and stays in it"

BAD = (
    # policies
    Bad(target("policy: {drift: rewert}"), "config-value", 5, 21, 'expected report or revert; found "rewert"', 'did you mean "revert"?'),
    Bad(
        target("policy: {drift: save-back}"),
        "config-value",
        5,
        21,
        'expected report or revert; found "save-back"',
        "write one of report, revert",
    ),
    Bad(
        target("policy: {adopt: takeover}"),
        "config-value",
        5,
        21,
        'expected identical, take-over or never; found "takeover"',
        'did you mean "take-over"?',
    ),
    Bad(target("policy: {deleted: true}"), "config-value", 5, 23, "expected report or recreate; found true"),
    Bad(target("policy: {prune: true}"), "config-value", 5, 21, "expected prune; found true"),
    Bad(
        target("policy: {drift: revert, conflict: server-wins}"),
        "config-conflict",
        5,
        39,
        "drift: revert puts back what was edited in Grafana, and conflict: server-wins keeps it",
        "write conflict: report or git-wins, or drift: report",
    ),
    Bad(prune("enabled: sometimes"), "config-value", 7, 18, '"sometimes" is neither true nor false', "write true or false"),
    Bad(prune("enabled: 1"), "config-value", 7, 18, "expected true or false; found the number 1"),
    Bad(prune("enable: true"), "config-unknown-key", 7, 9, '"enable" is not a key here', 'did you mean "enabled"?'),
    Bad(prune("{grace: 10m, enable: true}"), "config-unknown-key", 7, 22, '"enable" is not a key here', 'did you mean "enabled"?'),
    Bad(prune("grace: 10m"), "config-missing", 7, 9, "grace is stated, but not that anything may be deleted"),
    Bad(
        prune("max_deletions: 10%"),
        "config-missing",
        7,
        9,
        "max_deletions is stated, but not that anything may be deleted",
        "add enabled: true; or enabled: false, to leave it off",
    ),
    Bad(prune("{enabled: true, max_deletions: -1}"), "config-value", 7, 40, f"{_CEILING}; found the number -1"),
    Bad(prune("{enabled: true, max_deletions: 2.5}"), "config-value", 7, 40, f"{_CEILING}; found the number 2.5"),
    Bad(
        prune("{enabled: true, max_deletions: 2.5%}"),
        "config-value",
        7,
        40,
        '"2.5%" is neither a number of dashboards nor a share of them',
        _SHARE,
    ),
    Bad(
        prune("{enabled: true, max_deletions: 101%}"),
        "config-value",
        7,
        40,
        '"101%" is neither a number of dashboards nor a share of them',
        _SHARE,
    ),
    Bad(
        prune("{enabled: true, max_deletions: 10% or 5}"),
        "config-value",
        7,
        40,
        '"10% or 5" is neither a number of dashboards nor a share of them',
        _SHARE,
    ),
    Bad(prune("{enabled: true, grace: -1}"), "config-value", 7, 32, f"{_SPAN}; found the number -1"),
    Bad(
        prune("{enabled: true, grace: 2 weeks}"),
        "config-value",
        7,
        32,
        '"2 weeks" is not a span of time',
        'write seconds, or text such as "10m" or "30d"',
    ),
    Bad(prune("keep: 4000d"), "config-value", 7, 15, "a span of time is ten years at the most"),
    Bad(
        prune("keep: 59m"),
        "config-value",
        7,
        15,
        "keep is an hour at least: what was replaced or deleted must still be there when somebody asks for it",
        "write keep: 1h, or more",
    ),
    # policies of some paths
    Bad(target("overrides: {paths: [a/**]}"), "config-value", 5, 5, "expected a list of paths with their policy; found keys and values"),
    Bad(target("overrides: [a/**]"), "config-value", 5, 17, 'expected paths and a policy; found "a/**"'),
    Bad(
        target("overrides:\n      - policy: {drift: revert}"),
        "config-missing",
        6,
        9,
        '"paths" is missing',
        "add paths; config.example.yaml shows how",
    ),
    Bad(target("overrides:\n      - paths: [a/**]"), "config-missing", 6, 9, '"policy" is missing'),
    Bad(override("policy: {}"), "config-missing", 7, 9, "no part of the policy is stated", "add one, such as drift: revert"),
    Bad(override("policy: {drift: undo}"), "config-value", 7, 25, 'expected report or revert; found "undo"'),
    Bad(override("policy: {prune: {grace: x}}"), "config-value", 7, 33, '"x" is not a span of time'),
    Bad(override("policy: {prune: {enabled: x}}"), "config-value", 7, 35, '"x" is neither true nor false'),
    Bad(
        override("policy: {prune: {max_deletions: 5}}"),
        "config-unknown-key",
        7,
        26,
        '"max_deletions" is not a key of an override: the ceiling counts the deletions of the whole target',
        "state it in targets.p.policy.prune",
    ),
    Bad(
        override("policy: {prune: {keep: 1d}}"),
        "config-unknown-key",
        7,
        26,
        '"keep" is not a key of an override: what is kept is kept equally long for the whole target',
        "state it in targets.p.policy.prune",
    ),
    Bad(
        override("policy: {drift: revert}\n    policy: {conflict: server-wins}"),
        "config-conflict",
        7,
        25,
        "drift: revert puts back what was edited in Grafana, and conflict: server-wins keeps it",
    ),
    Bad(target("overrides: [{paths: [], policy: {drift: revert}}]"), "config-value", 5, 18, "expected a list of globs; found a list"),
    Bad(target("overrides: [{paths: [/a/**], policy: {drift: revert}}]"), "config-value", 5, 26, _INSIDE, 'write "a/**"'),
    Bad(target("overrides: [{paths: [../a/**], policy: {drift: revert}}]"), "config-value", 5, 26, _INSIDE, 'write "a/**"'),
    Bad(target("overrides: [{paths: [teams/a], policy: {drift: revert}}]"), "config-value", 5, 26, _EXACT, 'write "teams/a/**"'),
    # owners
    Bad(target("owner: Platform"), "config-value", 5, 12, f'{_OWNER}; found "Platform"'),
    Bad(target(f"owner: {'a' * 39}"), "config-value", 5, 12, f'{_OWNER}; found "{"a" * 39}"'),
    Bad(target("owner: équipe"), "config-value", 5, 12, f'{_OWNER}; found "équipe"'),
    Bad(target("owner: 7"), "config-value", 5, 12, f"{_OWNER}; found the number 7", "put it in quotes"),
)


@pytest.mark.parametrize("bad", BAD, ids=[f"{index}-{bad.code}" for index, bad in enumerate(BAD)])
def test_a_bad_policy_is_told_with_its_place_and_a_remedy(place: Place, bad: Bad) -> None:
    place.tells(bad)


def test_all_problems_of_a_policy_are_told_at_once(place: Place) -> None:
    policy = "policy: {drift: x, prune: {enabled: maybe, max_deletions: few, keep: 1s}}"
    text = target(f"{policy}\n    overrides: [{{paths: [/a], policy: {{prune: {{grace: x}}}}}}]\n    owner: X")

    assert [(each.line, each.column) for each in place.problems(text)] == [
        (5, 21),
        (5, 41),
        (5, 63),
        (5, 74),
        (6, 26),
        (6, 26),
        (6, 55),
        (7, 12),
    ]
