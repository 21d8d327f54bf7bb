"""places.py: a JSON pointer leads to line and column, in JSON, in YAML, and in JSON inside of either."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.catalog import problem
from provisioner.core.model import FileKind, Json
from provisioner.core.places import WIDTH, inside, locate, placed
from provisioner.core.problems import Problem
from provisioner.core.syntax_json import scan
from provisioner.core.syntax_text import Lines, escaped
from tests.core import shapes

JSON, YAML = FileKind.JSON, FileKind.YAML

scalars = st.none() | st.integers(-9, 9) | st.text(max_size=5)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=10
)


def leaves(value: Json, pointer: str = "") -> list[tuple[str, Json]]:
    """Every pointer into a value, with what it leads to."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(pointer, value), *(found for key, each in inner for found in leaves(each, f"{pointer}/{escaped(str(key))}"))]


def at(text: str, place: tuple[int, int] | None) -> Json:
    """The JSON value that begins at a line and column."""
    assert place is not None
    line, column = place
    rest = "\n".join([text.split("\n")[line - 1][column - 1 :], *text.split("\n")[line:]])
    return json.JSONDecoder().raw_decode(rest)[0]


def one(**place: int | str) -> Problem:
    pointer, document = str(place.get("pointer", "")), int(place.get("document", 0))
    return problem("file-empty", "", "words", pointer=pointer, document=document)


@given(values)
def test_every_pointer_leads_to_its_value(value: Json) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    for pointer, meant in leaves(value):
        assert meant == at(text, locate(text.encode(), JSON, pointer))


@given(values)
def test_the_careful_reader_notes_the_same_places(value: Json) -> None:
    text = json.dumps(value, indent=1)
    (places,) = scan(text).places
    for pointer, _ in leaves(value):
        assert locate(text.encode(), JSON, pointer) == Lines(text).at(places[pointer].value)


@given(values)
def test_json_inside_a_json_string_is_found_to_the_character(value: Json) -> None:
    inner = json.dumps(value)
    text = json.dumps({"file": [inner]}, indent=1)
    for pointer, meant in leaves(value):
        place = locate(text.encode(), JSON, f"/file/0{pointer}")
        assert place is not None
        found = text.split("\n")[place[0] - 1][place[1] - 1 :]
        if pointer:
            assert found.startswith(json.dumps(json.dumps(meant))[1:-1])


@given(values, st.sampled_from("|>"), st.integers(1, 6))
def test_json_inside_a_yaml_block_is_found_to_the_character(value: Json, style: str, indent: int) -> None:
    inner = json.dumps(value, indent=2)
    lines = [" " * indent + line for line in inner.split("\n")]
    text = f"first: 1\nfile: {style}{indent} # a note\n" + "\n".join(lines) + "\nlast: 2\n"
    for pointer, meant in leaves(value):
        if pointer:
            assert meant == at(text, locate(text.encode(), YAML, f"/file{pointer}"))


def test_what_is_not_there_is_told_at_what_is_around_it() -> None:
    raw = b'{"a":\n [1,\n  {"b": 2}]}'
    assert (2, 2) == locate(raw, JSON, "/a/7/c")
    assert (3, 3) == locate(raw, JSON, "/a/1/x")
    assert (1, 1) == locate(raw, JSON, "/zzz")


def test_of_a_repeated_key_the_last_one_is_meant() -> None:
    assert (2, 7) == locate(b'{"a": 1,\n "a": 2}', JSON, "/a")


def test_a_broken_file_is_followed_as_far_as_it_can_be_read() -> None:
    assert (2, 7) == locate(b'{"a" : 1,\n "b": 2\n', JSON, "/b")
    assert (1, 13) == locate(b'{1: 2, "b": 2}', JSON, "/b/c")
    assert locate(b"[" * 100_000, JSON, "/0/0") == (1, 3)


def test_each_document_of_a_yaml_file_has_its_own_places() -> None:
    raw = b"a: 1\n---\n---\n# note\na: 2\n"
    assert (1, 4) == locate(raw, YAML, "/a", 0)
    assert (5, 4) == locate(raw, YAML, "/a", 1)
    assert locate(raw, YAML, "/a", 2) is None


def test_text_in_yaml_quotes_is_told_where_the_quotes_begin() -> None:
    raw = b"a: 1\nfile: '{\"b\": 2}'\n"
    assert (2, 7) == locate(raw, YAML, "/file/b")
    assert (2, 7) == inside(raw, YAML, 0, ["/file"])("/file", 4)


def test_folded_text_is_found_although_its_lines_are_joined() -> None:
    raw = b'file: >-\n\n  {"a":\n  [1,\n\n  2]}\n'
    assert (6, 3) == locate(raw, YAML, "/file/a/1")
    assert (3, 3) == inside(raw, YAML, 0, ["/file"])("/file", 1)


def test_between_two_characters_the_one_before_counts() -> None:
    raw = b'file: |\n  {"a": 1\n   "b": 2}\n'
    assert (2, 10) == inside(raw, YAML, 0, ["/file"])("/file", len('{"a": 1'))
    assert (2, 1) == inside(b"file: |\n\n  x\n", YAML, 0, ["/file"])("/file", 0)


def test_text_in_text_in_text_is_told_at_the_string_that_is_known() -> None:
    raw = json.dumps({"a": json.dumps({"b": json.dumps([1])})}).encode()
    assert (1, 8) == inside(raw, JSON, 0, ["/a"])("/a", 0)
    assert (1, 16) == inside(raw, JSON, 0, ["/a/b"])("/a/b", 0)


def test_a_document_that_is_not_there_has_no_inside() -> None:
    assert (1, 1) == inside(b"a: 1", YAML, 5, ["/a"])("/a", 3)


def test_a_byte_order_mark_and_carriage_returns_do_not_move_a_place() -> None:
    assert (2, 7) == locate(b'\xef\xbb\xbf{\r\n\t"a": 1}', JSON, "/a")


class TestPlaced:
    def test_nothing_is_done_where_there_is_no_problem(self) -> None:
        assert placed((), b"\xff", JSON) == ()

    def test_line_column_and_two_lines_are_shown(self) -> None:
        raw = b'{\n  "uid": "x",\n\t"title": ""\n}'
        (told,) = placed((one(pointer="/title"),), raw, JSON)
        assert (3, 11) == (told.line, told.column)
        assert told.excerpt is not None
        assert (2, ('  "uid": "x",', ' "title": ""'), 11) == (told.excerpt.line, told.excerpt.lines, told.excerpt.caret)

    def test_a_blank_line_before_is_not_shown(self) -> None:
        (told,) = placed((one(pointer="/a"),), b'{\n\n"a": 1}', JSON)
        assert told.excerpt is not None
        assert (3, ('"a": 1}',)) == (told.excerpt.line, told.excerpt.lines)

    def test_a_long_line_is_cut_around_the_caret(self) -> None:
        raw = json.dumps({"before": "b" * 500, "title": "", "after": "a" * 500}).encode()
        (told,) = placed((one(pointer="/title"),), raw, JSON)
        assert told.excerpt is not None
        (line,) = told.excerpt.lines
        assert len(line) == WIDTH
        assert line[told.excerpt.caret - 1 :].startswith('"", "after"')
        assert ("…", "…") == (line[0], line[-1])

    def test_what_a_terminal_would_obey_is_not_shown(self) -> None:
        raw = '{"a": "\x1b[31m\u202eevil\u200b\u00a0"}'.encode()
        (told,) = placed((one(pointer="/a"),), raw, JSON)
        assert told.excerpt is not None
        assert ('{"a": "\ufffd[31m\ufffdevil\ufffd "}',) == told.excerpt.lines

    def test_a_problem_that_has_a_line_keeps_it_and_gets_its_excerpt(self) -> None:
        known = Problem("x", one().severity, "", "", "", line=2, column=1, pointer="/zzz")
        (told,) = placed((known,), b"{\n}", JSON)
        assert told.excerpt is not None
        assert (2, ("{", "}")) == (told.line, told.excerpt.lines)

    def test_a_problem_of_no_known_document_is_left_as_it_is(self) -> None:
        lost = one(document=3)
        assert (lost,) == placed((lost,), b"a: 1", YAML)

    def test_places_in_a_config_map_are_lines_of_the_file(self) -> None:
        raw = b'kind: ConfigMap\ndata:\n  cpu.json: |\n    {\n      "title": ""\n    }\n'
        (told,) = placed((one(pointer="/data/cpu.json/title"),), raw, YAML)
        assert (5, 16) == (told.line, told.column)

    @pytest.mark.parametrize("kind", [JSON, YAML])
    @given(raw=st.binary(max_size=60), pointer=st.text(alphabet="/a0~", max_size=6))
    def test_any_bytes_and_any_pointer_can_be_placed(self, raw: bytes, pointer: str, kind: FileKind) -> None:
        (told,) = placed((one(pointer=pointer if pointer.startswith("/") else ""),), raw, kind)
        assert told.line >= 0


def test_a_whole_dashboard_is_walked_only_where_it_must_be() -> None:
    raw = shapes.as_json(shapes.dashboard())
    assert '"expr"' in raw.decode().split("\n")[(locate(raw, JSON, "/panels/0/targets/0/expr") or (1, 1))[0] - 1]
