"""The pages that are made from the code say what the code says."""

from __future__ import annotations

import re

import pytest

from provisioner.core.catalog import RULES
from provisioner.core.changes import ConflictKind
from provisioner.core.report import Exit
from provisioner.render.problems_page import problems_page
from tests.docs.generate import DOCS, pages


@pytest.mark.parametrize("name", ["problems.md", "configuration.md"])
def test_the_committed_page_is_what_the_code_gives(name: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == pages()[name], f"docs/{name} is out of date: make docs"


def test_every_code_conflict_and_exit_code_has_its_place() -> None:
    page = problems_page(RULES)
    headings = set(re.findall(r"^### (.+)$", page, re.MULTILINE))
    assert headings == {rule.code for rule in RULES} | {f"conflict {kind.value}" for kind in ConflictKind}
    assert set(re.findall(r"^\| (\d) \|", page, re.MULTILINE)) == {str(code.value) for code in Exit}
