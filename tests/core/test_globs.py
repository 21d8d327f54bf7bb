"""What a glob means. Its use in a source is in tests/sources/test_selection.py; here: any text is a glob, and none is an error."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provisioner.core.globs import any_of


def matches(path: str, *globs: str, hidden: bool = False) -> bool:
    return re.fullmatch(any_of(globs, hidden=hidden), path, re.DOTALL) is not None


@pytest.mark.parametrize(("hidden", "expected"), [(False, False), (True, True)])
def test_a_wildcard_stands_for_a_leading_dot_only_where_hidden_files_count(*, hidden: bool, expected: bool) -> None:
    assert matches(".github/x.yml", "*/*.yml", hidden=hidden) is expected


def test_no_globs_match_nothing() -> None:
    assert not matches("")


def test_a_glob_of_slashes_matches_nothing() -> None:
    assert not matches("", "//")


@given(globs=st.lists(st.text(alphabet="ab.*?[]{},!-^\\/&~|+$()\n", max_size=10), max_size=3), hidden=st.booleans())
@example(globs=["[+--]"], hidden=True)
@example(globs=["[a&&b]"], hidden=True)
@example(globs=["[^a]", "[!", "[]", "{,", "{[}"], hidden=False)
def test_any_text_is_a_glob(globs: list[str], *, hidden: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(matches("a/b.json", *globs, hidden=hidden), bool)


@given(name=st.text(alphabet="ab.+$()^\\|\n-", min_size=1, max_size=10).filter(lambda name: not name.startswith("./")))
def test_what_has_no_wildcard_matches_itself(name: str) -> None:
    assert matches(name, name)
