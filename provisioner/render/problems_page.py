"""docs/problems.md, made from the catalogue: every code, what it means, how much it weighs, what to do; conflicts; exit codes.

In: the rules. Out: the page. It holds nothing that is not in the code, so that it cannot be wrong about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provisioner.core.catalog import Area, Rule
from provisioner.core.conflicts import CONFLICTS
from provisioner.core.problems import Severity
from provisioner.core.report import Exit
from provisioner.render import words

_HEAD = """# Problems, conflicts and exit codes

<!-- Made from the code by `make docs`. Do not edit. -->

A **problem** is something in a file or in the configuration. It has a code, and a severity that `severities` in the
configuration can set by code: an **error** keeps its file from being applied, and only its file; a **warning** and a **note** keep nothing.
A **conflict** is a change that may not be made without a person or a policy: it is reported and nothing is overwritten.
"""

_DRIFT = """## Drift

**A dashboard was edited on the server, and git was not.** We wrote it, its file is as it was, and somebody saved, moved or deleted it
in Grafana. `plan` and `apply` tell who and when, and what was changed; nothing is written, and it is no failure. `policy.deleted` decides
about deleted ones, `policy.drift` about the others: `revert` puts git back, and keeps the edit for `provisioner restore` first.

What to do: take the edit into the file (`provisioner pull` writes it there), or let git win for once: `provisioner apply --take UID`.
"""

_MEANS: Mapping[Severity, str] = MappingProxyType(
    {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note", Severity.OFF: "off by default"}
)


def problems_page(rules: tuple[Rule, ...]) -> str:
    """The whole page."""
    return "\n".join((_HEAD, *_index(rules), *_chapters(rules), *_conflicts(), _DRIFT, *_exits()))


def _index(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "| code | severity | |"
    yield "|---|---|---|"
    for rule in sorted(rules, key=lambda rule: rule.code):
        yield f"| [`{rule.code}`](#{rule.code}) | {_MEANS[rule.severity]} | {rule.title} |"
    yield ""


def _chapters(rules: tuple[Rule, ...]) -> Iterator[str]:
    for area in Area:
        inside = [rule for rule in rules if rule.area is area]
        if inside:
            yield f"## {area.value}\n"
        for rule in inside:
            yield f"### {rule.code}\n\n**{rule.title}** ({_MEANS[rule.severity]}). {rule.explanation}\n"
            yield f"To mend it: {_sentence(rule.remedy)}\n"


def _conflicts() -> Iterator[str]:
    yield "## Conflicts\n\nUID stands for the dashboard's, DIRECTORY for the one that its source reads. A report names both.\n"
    for rule in CONFLICTS.values():
        yield f"### conflict {rule.kind.value}\n\n**{rule.title}.** {rule.explanation}\n"
        yield f"What to do: {rule.remedy}\n"


def _exits() -> Iterator[str]:
    order = ", ".join(str(code.value) for code in (Exit.UNREACHABLE, Exit.ERROR, Exit.INVALID, Exit.CONFLICT, Exit.PENDING))
    yield "## Exit codes\n\n| code | |\n|---|---|"
    yield from (f"| {code.value} | {words.EXITS[code]} |" for code in Exit)
    yield f"\nWhere several apply, the first of {order} counts. 2 is given only by `plan --detailed-exitcode`, where drift counts too.\n"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
