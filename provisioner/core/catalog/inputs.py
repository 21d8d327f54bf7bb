"""Problems of inputs and data sources.

In: nothing. Out: the rules of this chapter. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "input-unfilled",
        Area.INPUT,
        Severity.ERROR,
        "An input has no value",
        "`${NAME}` would be stored as dead text and the panels would show nothing. A warning while no target is named.",
        "map it under datasources or variables of the target; without a configuration a data source by --datasource NAME=UID",
    ),
    Rule(
        "input-undeclared",
        Area.INPUT,
        Severity.WARNING,
        "An input is used but not declared",
        "`${DS_…}` or `${VAR_…}` is used, but `__inputs` does not have it.",
        "declare it under `__inputs`, or map it by name",
    ),
    Rule(
        "data-sources-forbidden",
        Area.INPUT,
        Severity.WARNING,
        "Data sources cannot be listed",
        "Without the permission `datasources:read` nothing is filled from the server: only the mapping counts.",
        "give the token the permission datasources:read, or map each input",
    ),
    Rule(
        "data-source-unknown",
        Area.INPUT,
        Severity.WARNING,
        "A mapped data source is not on the server",
        "The mapping names a uid that the server does not list.",
        "correct the mapping, or make the data source",
    ),
)
