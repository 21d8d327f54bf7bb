"""syntax_yaml.py: YAML as JSON would have it, with either parser of PyYAML."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.model import Json
from provisioner.core.syntax_text import Scan
from provisioner.core.syntax_yaml import BUDGET, LOADERS, scan


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401  PyYAML's loaders have no common type
    return request.param


def value(text: str) -> Json:
    """The only document of a text that has nothing wrong."""
    read = scan(text)
    assert not read.faults
    (only,) = read.values
    return only


def codes(read: Scan) -> list[tuple[str, int]]:
    return [(fault.code, fault.offset) for fault in read.faults]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("2020-01-01", "2020-01-01"), ("12:30", "12:30"),
        ("1_000", "1_000"), ("true", True), ("False", False), ("TRUE", True), ("~", None), ("null", None), ("", None), ("NULL", None),
        ("010", 10), ("0o17", 15), ("0x1F", 31), ("-3", -3), ("+3", 3), ("0b11", "0b11"),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0),
        ("'1'", "1"), ('"true"', "true"), ('"\\u00e9"', "é"), ("v1.2.3", "v1.2.3"), ("=", "="), ("18446744073709551616", 2**64),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, meant: Json) -> None:
    read = value(f"a: {text}")["a"]
    assert (type(meant), meant) == (type(read), read)


def test_documents_are_several_and_empty_ones_are_skipped(loader: Any) -> None:  # noqa: ANN401  as the fixture
    assert ({"a": 1}, [2]) == scan("---\n# nothing\n---\na: 1\n---\n---\n- 2\n...\n", loader).values


def test_a_document_that_says_null_is_not_empty() -> None:
    assert (None,) == scan("---\nnull\n").values


def test_keys_are_texts_as_they_are_written() -> None:
    assert {"1": "a", "true": "b", "1.50": "c", "": "d"} == value("1: a\ntrue: b\n1.50: c\n'': d")


@pytest.mark.parametrize("text", ["? [a]\n: b", "? {a: 1}\n: b", "a: &x [1]\n*x : 2"])
def test_a_key_that_is_a_list_or_an_object_is_refused(text: str) -> None:
    assert ["yaml-key"] == [fault.code for fault in scan(text).faults]


def test_a_repeated_key_is_told_at_the_second_with_the_first(loader: Any) -> None:  # noqa: ANN401  as the fixture
    read = scan("a: 1\nb:\n  c: 1\n  c: 2\n", loader)
    assert [("duplicate-key", 17)] == codes(read)
    assert (10, "/b/c") == (read.faults[0].other, read.faults[0].pointer)
    assert ({"a": 1, "b": {"c": 2}},) == read.values


def test_aliases_are_written_out_and_are_values_of_their_own() -> None:
    read = value("a: &x {n: [1, 2.5, null, true]}\nb: *x\nc: &s text\nd: *s\n*s : e")
    assert {"a": {"n": [1, 2.5, None, True]}, "b": {"n": [1, 2.5, None, True]}, "c": "text", "d": "text", "text": "e"} == read
    assert read["a"]["n"] is not read["b"]["n"]


def test_a_merge_key_brings_in_what_is_not_there() -> None:
    text = "base: &b {unit: s, min: 0}\nmore: &m {max: 9}\none: {<<: *b, unit: ms}\ntwo: {<<: [*b, *m]}\n"
    assert {"unit": "ms", "min": 0} == value(text)["one"]
    assert {"unit": "s", "min": 0, "max": 9} == value(text)["two"]


def test_a_merge_key_with_anything_else_is_a_key() -> None:
    assert {"<<": "x"} == value("<<: x")


def test_an_alias_without_an_anchor_is_refused() -> None:
    assert [("yaml-alias", 3)] == codes(scan("a: *b"))


@pytest.mark.parametrize("text", ["&a [*a]", "x: &a {y: *a}", "a: &a 1\nb: &a [*a]"])
def test_an_alias_inside_its_own_anchor_is_refused(text: str) -> None:
    assert ["yaml-alias"] == [fault.code for fault in scan(text).faults]


def test_a_billion_laughs_are_refused(loader: Any) -> None:  # noqa: ANN401  as the fixture
    levels = ["a0: &a0 [lol, lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert ["yaml-expansion"] == [fault.code for fault in scan("\n".join(levels), loader).faults]


def test_many_aliases_to_a_long_text_are_refused() -> None:
    text = f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * (BUDGET // 10_000 + 1))}]"
    assert ["yaml-expansion"] == [fault.code for fault in scan(text).faults]


def test_nesting_is_bounded_with_aliases_too(loader: Any) -> None:  # noqa: ANN401  as the fixture
    assert [("nesting-too-deep", 65)] == codes(scan("[" * 500, loader))
    assert not scan("[" * 65 + "]" * 65, loader).faults
    assert ["nesting-too-deep"] == [fault.code for fault in scan(f"- &a {'[' * 40}{']' * 40}\n- {'[' * 40}*a{']' * 40}").faults]


@pytest.mark.parametrize(
    ("text", "name"),
    [("a: !!str 1", "!!str"), ("a: !Ref x", "!Ref"), ("!!map {a: 1}", "!!map"), ("- !!python/object:os.system []", "!!python")],
)
def test_tags_are_refused_and_named(text: str, name: str) -> None:
    (fault,) = scan(text).faults
    assert fault.code == "yaml-tag"
    assert name in fault.message


@pytest.mark.parametrize("text", [".nan", "-.inf", "+.Inf"])
def test_nan_and_infinity_are_refused(text: str) -> None:
    assert [("number-not-json", 3)] == codes(scan(f"a: {text}"))


@pytest.mark.parametrize("text", ["1e999", "12e45678", "9" * 400, "0x" + "f" * 400])
def test_what_no_double_holds_is_refused(text: str) -> None:
    assert [("number-too-large", 3)] == codes(scan(f"a: {text}"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: b: c", "a ':' stands where no key can be"),
        ("a:\n\t- b", "a tab stands where the indentation should be"),
        ("a: %x", "text begins with '%'"),
        ("a: @x", "text begins with '@'"),
        ("a: 'x\nb: 1", "the text ends before the string is closed that was opened on line"),
        ("a: [1, 2", "expected ',' or ']' in a list"),
        ("a: {b: 1", "expected ',' or '}' in an object"),
        ("a:\n  - b\n c: 1", "expected a key"),
        ("a: 1\nb\nc: 2", "a key without ':'"),
        ('a: "\\d"', "this escape is not known"),
        ("a: |\n  x\n%y", ""),
        ("a: &", ""),
    ],
)
def test_the_grammar_s_breaches_are_told_in_our_words(text: str, words: str, loader: Any) -> None:  # noqa: ANN401  as the fixture
    (fault,) = scan(text, loader).faults
    assert fault.code == "yaml-syntax"
    assert words in fault.message


def test_what_came_before_a_breach_is_kept() -> None:
    read = scan("uid: x\n---\ntitle: y\na: b: c")
    assert ({"uid": "x"}, {"title": "y", "a": "b"}) == read.values
    assert not read.whole


def test_an_escape_that_is_no_character_is_refused_by_both_parsers(loader: Any) -> None:  # noqa: ANN401  as the fixture
    assert ["yaml-syntax"] == [fault.code for fault in scan('a: "\\UFFFFFFFF"', loader).faults]


def test_no_more_than_fifty_faults_are_told() -> None:
    assert len(scan("\n".join(["- .nan"] * 99)).faults) == 50


def test_every_value_has_its_place(loader: Any) -> None:  # noqa: ANN401  as the fixture
    (places,) = scan("a: 1\nb:\n  - x\n  - {c/d: é, e: 2}\nf: |\n  text\n", loader).places
    assert {"": 0, "/a": 3, "/b": 10, "/b/0": 12, "/b/1": 18, "/b/1/c~1d": 24, "/b/1/e": 30, "/f": 36} == {
        key: each.value for key, each in places.items()
    }
    assert places["/f"].block == "text\n"


@given(st.text(alphabet="ab:-?&*!|>'\"%@`{}[],#\\ \n\t01.~<é\u2028\x85", max_size=40))
def test_both_parsers_read_alike_and_never_raise(text: str) -> None:
    read = [scan(text, loader) for loader in LOADERS]
    assert all(isinstance(each.faults, tuple) for each in read)
    if not any(each.faults for each in read):
        assert read[0].values == read[-1].values
