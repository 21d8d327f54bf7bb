"""The pages that are made from the code say what the code says."""

from __future__ import annotations

import re

import pytest

from provisioner.core.catalog import RULES
from provisioner.core.changes import ConflictKind
from provisioner.core.decide import decide
from provisioner.core.guard import HoldReason
from provisioner.core.report import Exit
from provisioner.render.problems_page import problems_page
from tests.docs.generate import DOCS, pages
from tests.docs.policies_page import Row, by_policy, every_policy, outcome, policies_page, predicted, prunings, rows


@pytest.mark.parametrize("name", ["problems.md", "configuration.md", "policies.md", "metrics.md"])
def test_the_committed_page_is_what_the_code_gives(name: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == pages()[name], f"docs/{name} is out of date: make docs"


def test_every_code_conflict_and_exit_code_has_its_place() -> None:
    page = problems_page(RULES)
    headings = set(re.findall(r"^### (.+)$", page, re.MULTILINE))
    assert headings == {rule.code for rule in RULES} | {f"conflict {kind.value}" for kind in ConflictKind}
    assert set(re.findall(r"^\| (\d) \|", page, re.MULTILINE)) == {str(code.value) for code in Exit}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.record}, {row.git}, {row.server}")
def test_what_the_page_says_of_a_row_is_what_every_combination_of_policies_does(row: Row) -> None:
    told = by_policy(row.sides)
    wrong = [policy for policy in every_policy() if outcome(decide(row.sides, policy)) != predicted(told, policy)]
    assert [] == wrong


def test_every_conflict_has_its_place_on_the_page_of_policies() -> None:
    told = set(re.findall(r"\(problems\.md#conflict-([a-z-]+)\)", policies_page()))
    assert {kind.value for kind in ConflictKind} - {"deleted-on-server"} == told  # that one is told as drift


def test_every_reason_to_hold_a_deletion_is_shown_where_one_file_is_gone() -> None:
    shown = {held.reason for _, pruning in prunings() for held in pruning.held}
    assert set(HoldReason) - {HoldReason.UNREADABLE} == shown  # that one needs a second file, with errors
