"""docs/generations.md, made of what the tests of this room found: what works on which Grafana.

In: for each test that ran on a generation, its module, the generation, and whether it passed or why it was skipped. Out: the page. A test
that failed leaves no page: nothing is claimed of a run that was not whole.
"""

from __future__ import annotations

import ast
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioner.core.generations import GENERATIONS
from provisioner.core.settings import Api
from provisioner.sandbox.generations import GENERATIONS as SANDBOXES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "generations.md"

SPOKEN = {
    "2": (2, Api.SLUG),
    "4": (4, Api.SLUG),
    "5": (5, Api.DASHBOARD),
    "6": (6, Api.DASHBOARD),
    "7": (7, Api.DASHBOARD),
    "8": (8, Api.DASHBOARD),
    "9": (9, Api.DASHBOARD),
    "11": (11, Api.DASHBOARD),
    "12": (12, Api.DASHBOARD),
    "12-apis": (12, Api.RESOURCE),
    "13-apis": (13, Api.RESOURCE),
}
"""The generations that the behaviour tests run on, oldest first, each by the API that is spoken to it."""

_HEAD = """\
# What works on which Grafana

Made from a run of the behaviour tests over servers of each generation (`make generations`); `make test` holds the page to what it ran.
The servers are the sandbox, which is held to answers recorded from real ones; `make contract` runs the client's tests against a server of
yours.

Which API is spoken is found out, and said in the head of each report; `api: slug|dashboard|resource` of a target states it.
"""

_KEY = """
✓ all of it works. ✓ with letters: it works, but for what these generations cannot do, below. – it needs what this generation does not have.
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One test on one generation. `limit` is why it was skipped, None when it passed."""

    module: str
    generation: str
    limit: str | None


def page(ran: Iterable[Ran]) -> str:
    """The whole page."""
    columns = [(name, f"{SANDBOXES[generation].version}, {api}") for name, (generation, api) in SPOKEN.items()]
    found: dict[str, dict[str, list[Ran]]] = defaultdict(lambda: defaultdict(list))
    for each in ran:
        found[each.module][each.generation].append(each)
    words = _lettered(found)
    rows = [f"| {_title(module)} | {' | '.join(_cell(found[module][name], words) for name, _ in columns)} |" for module in sorted(found)]
    head = f"| | {' | '.join(shown for _, shown in columns)} |\n|---|{'---|' * len(columns)}"
    limits = [f"- **{letter}** {limit}" for limit, letter in words.items()]
    return "\n".join([_HEAD, head, *rows, _KEY, *limits, "", _abilities()])


def _lettered(found: dict[str, dict[str, list[Ran]]]) -> dict[str, str]:
    limits = sorted({each.limit for by in found.values() for ran in by.values() for each in ran if each.limit is not None})
    return {limit: chr(ord("a") + number) for number, limit in enumerate(limits)}


def _cell(ran: list[Ran], words: dict[str, str]) -> str:
    if all(each.limit is not None for each in ran):
        return "–" if ran else " "
    letters = sorted({words[each.limit] for each in ran if each.limit is not None})
    return " ".join(["✓", *letters])


def _title(module: str) -> str:
    """What the module says it is about: the first clause of its docstring."""
    docstring = ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8"))) or module
    return docstring.splitlines()[0].partition(":")[0].rstrip(".")


def _abilities() -> str:
    rows = [f"| {each.name} | {each.dialect} | {'; '.join(limit.words for limit in each.limits) or 'nothing'} |" for each in GENERATIONS]
    return "\n".join(
        ["## What a generation cannot do, and what is done instead", "", "| Grafana | API | limits |", "|---|---|---|", *rows, ""]
    )


class Gathering:
    """Gathers what ran on which generation, also from the processes that share the tests. `PROVISIONER_GENERATIONS` says what becomes of
    it: "write" makes docs/generations.md, "hold" fails the run when the page says something else.
    """

    def __init__(self) -> None:
        self.ran: list[Ran] = []
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One test came to its end, here or in another process."""
        generation = dict(report.user_properties).get("generation")
        self.failed = self.failed or report.failed
        if generation is not None and not report.failed and (report.skipped or report.when == "call"):
            limit = str(report.longrepr[2]).partition(": ")[2].partition(": ")[2] if isinstance(report.longrepr, tuple) else None
            self.ran.append(Ran(report.nodeid.partition("::")[0], str(generation), limit))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """All have come to their end."""
        wish = os.environ.get("PROVISIONER_GENERATIONS")
        if wish is None or self.failed or hasattr(session.config, "workerinput"):
            return
        made = page(self.ran)
        if wish == "write":
            PAGE.write_text(made, encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            sys.stderr.write("\ndocs/generations.md does not say what this run found: make generations\n")
