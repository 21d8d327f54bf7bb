"""Problems as values: their order, their place, their number."""

from itertools import permutations

import pytest

from provisioner.core.problems import Problem, Severity, errors, listed, ordered

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE


def told(file: str = "a.json", line: int = 0, column: int = 0, severity: Severity = E, *, code: str = "c", document: int = 0) -> Problem:
    return Problem(code, severity, file, "message", "remedy", line=line, column=column, document=document)


def test_a_problem_says_file_line_and_column() -> None:
    assert told("a.json", 41, 17).where == "a.json:41:17"


def test_a_problem_without_a_line_says_the_file_alone() -> None:
    assert told("a.json").where == "a.json"


def test_one_blob_at_two_paths_has_the_problem_at_both() -> None:
    assert told("").within("b.json") == told("b.json")


def test_problems_go_by_file_then_place_then_weight_in_whatever_order_they_come() -> None:
    expected = (
        told("a.json", 1, 1, W),
        told("a.json", 1, 2, E),
        told("a.json", 1, 2, W),
        told("a.json", 2, 1, E),
        told("b.json", 0, 0, N),
    )
    for each in permutations(expected):
        assert expected == ordered(each)


def test_problems_of_two_documents_go_by_document_where_no_line_is_known() -> None:
    first, second = told(severity=N, document=0), told(severity=E, document=1)

    assert ordered([second, first]) == (first, second)


def test_the_same_problem_is_told_once() -> None:
    assert ordered([told(), told()]) == (told(),)


def test_only_errors_keep_a_file_back() -> None:
    assert errors((told(severity=W), told(severity=E), told(severity=N))) == (told(severity=E),)


def test_severities_rank_from_errors_down() -> None:
    assert sorted(Severity, key=lambda each: each.rank) == [Severity.ERROR, Severity.WARNING, Severity.NOTE, Severity.OFF]


@pytest.mark.parametrize(
    ("names", "total", "text"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b", "c"], None, "a, b, c"),
        (["a", "b", "c", "d", "e"], None, "a, b, c and 2 more"),
        (["a", "b"], 9, "a, b and 7 more"),
    ],
)
def test_of_many_names_the_first_three_are_told_and_the_number_of_the_rest(names: list[str], total: int | None, text: str) -> None:
    assert text == listed(names, total)
