"""The catalogue of problems: every code, what it means, how much it weighs by default, and what to do.

In: nothing. Out: `RULES`, and `problem()`, the only way to make one with a known code. docs/problems.md is made from here; each area has a
file of its own. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from provisioner.core.catalog import configurations, contents, documents, files, identities, inputs, sources, verdicts
from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Problem, Severity

__all__ = ["BY_CODE", "RULES", "Area", "Rule", "problem", "weighed"]

RULES: tuple[Rule, ...] = (
    *sources.RULES,
    *files.RULES,
    *documents.RULES,
    *contents.RULES,
    *inputs.RULES,
    *identities.RULES,
    *verdicts.RULES,
    *configurations.RULES,
)

BY_CODE: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in RULES})


def problem(  # noqa: PLR0913 - the fields of a problem that its maker knows
    code: str, file: str, message: str, *, remedy: str = "", pointer: str = "", document: int = 0
) -> Problem:
    """A problem with the catalogue's severity, and its remedy where none better is known. KeyError on an unknown code is our bug."""
    rule = BY_CODE[code]
    return Problem(code, rule.severity, file, message, remedy or rule.remedy, pointer=pointer, document=document)


def weighed(problems: tuple[Problem, ...], severities: Mapping[str, Severity]) -> tuple[Problem, ...]:
    """The problems with the severities that the configuration sets by code; those that are set to "off" are gone."""
    if not severities:
        return problems
    changed = (replace(each, severity=severities[each.code]) if each.code in severities else each for each in problems)
    return tuple(each for each in changed if each.severity is not Severity.OFF)
