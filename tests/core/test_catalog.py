"""The catalogue: every code once, every code with words, severities that a person sets."""

import re

import pytest

from provisioner.core.catalog import BY_CODE, RULES, Rule, problem, weighed
from provisioner.core.problems import Severity


def by_code(rule: Rule) -> str:
    return rule.code


def test_no_code_is_used_twice() -> None:
    assert len(RULES) == len(BY_CODE)


@pytest.mark.parametrize("rule", RULES, ids=by_code)
def test_every_rule_has_a_plain_code_and_all_its_words(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.code)
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.explanation.endswith(".")
    assert rule.remedy
    assert rule.severity is not Severity.OFF


def test_a_problem_has_the_weight_and_remedy_of_its_rule() -> None:
    told = problem("uid-duplicate", "a.json", "twice", pointer="/uid", document=2)

    assert (told.severity, told.remedy) == (Severity.ERROR, BY_CODE["uid-duplicate"].remedy)
    assert (told.file, told.message, told.pointer, told.document) == ("a.json", "twice", "/uid", 2)


def test_a_problem_that_knows_a_better_remedy_tells_that() -> None:
    assert problem("uid-duplicate", "a.json", "twice", remedy="rename it").remedy == "rename it"


def test_an_unknown_code_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        problem("no-such-code", "a.json", "?")


def test_severities_are_set_by_code_and_off_is_silence() -> None:
    told = tuple(problem(code, "a.json", "?") for code in ("uid-derived", "title-duplicate", "folder-ignored"))

    raised = weighed(told, {"uid-derived": Severity.ERROR, "title-duplicate": Severity.OFF})

    assert [(each.code, each.severity) for each in raised] == [("uid-derived", Severity.ERROR), ("folder-ignored", Severity.NOTE)]


def test_what_can_never_be_lowered_is_an_error() -> None:
    assert {rule.severity for rule in RULES if rule.fixed} == {Severity.ERROR}
