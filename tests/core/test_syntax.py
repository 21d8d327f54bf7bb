"""syntax.py: any bytes give values and problems; what is wrong is named in a person's words, at its place."""

import json
import re
from collections import Counter

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.model import FileKind, Json
from provisioner.core.problems import Severity
from provisioner.core.syntax import Parsed, parse, parse_again, parse_embedded
from tests.core import shapes

JSON, YAML = FileKind.JSON, FileKind.YAML

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4), max_leaves=12
)
containers = values.filter(lambda value: isinstance(value, dict | list))

# Pairs rather than dicts, so that a key can come twice; strings from what could upset the counting of quotes.
awkward = st.text(alphabet='a"\\\u0022/', max_size=4)
members = st.recursive(
    awkward | st.integers(0, 9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(st.tuples(st.sampled_from(["a", "b", '"', "\\", "a\\"]), inner), max_size=4).map(tuple)
    ),
    max_leaves=10,
)


def written(value: object, *, escape_quotes: bool) -> str:
    """JSON of pairs (a tuple is an object), with quotes inside strings written in either way."""
    if isinstance(value, str):
        text = json.dumps(value)
        return '"' + text[1:-1].replace('\\"', "\\u0022").replace("\\\\", "\\u005c") + '"' if escape_quotes else text
    if isinstance(value, tuple):
        return (
            "{"
            + ", ".join(f"{written(key, escape_quotes=escape_quotes)}: {written(each, escape_quotes=escape_quotes)}" for key, each in value)
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(written(each, escape_quotes=escape_quotes) for each in value) + "]"
    return json.dumps(value)


def repeated_keys(text: str) -> int:
    """How many keys come again, by the standard library."""
    found: list[int] = []

    def count(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found.append(sum(times - 1 for times in Counter(key for key, _ in pairs).values()))
        return dict(pairs)

    json.loads(text, object_pairs_hook=count)
    return sum(found)


def told(text: str | bytes, kind: FileKind = JSON) -> list[tuple[str, int, int]]:
    """Code, line and column of each problem."""
    raw = text if isinstance(text, bytes) else text.encode()
    return [(each.code, each.line, each.column) for each in parse(raw, kind).problems]


def message(text: str, kind: FileKind = JSON) -> str:
    """The words of the only problem, with its remedy."""
    (problem,) = parse(text.encode(), kind).problems
    return f"{problem.message}; {problem.remedy}"


class TestLawsOfJson:
    @given(containers)
    def test_what_is_well_formed_is_read_as_the_standard_library_reads_it(self, value: Json) -> None:
        raw = json.dumps(value).encode()
        assert parse(raw, JSON) == Parsed((json.loads(raw),))

    @given(st.binary(max_size=200), st.sampled_from(FileKind))
    def test_any_bytes_give_values_and_problems(self, raw: bytes, kind: FileKind) -> None:
        parsed = parse(raw, kind)
        assert all(problem.line >= 1 and problem.column >= 1 for problem in parsed.problems)

    @given(containers, st.data())
    def test_a_mutated_file_is_refused_exactly_where_orjson_refuses_it(self, value: Json, data: st.DataObject) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=data.draw(st.sampled_from([None, 1])))
        at = data.draw(st.integers(0, len(text)))
        width = data.draw(st.integers(0, 2))
        inserted = data.draw(
            st.sampled_from(["", ",", '"', "{", "}", "[", "]", ":", "\\", "'", "1", "-", "NaN", "\n", "//", "\x00", "\\ud800", "1e999"])
        )
        raw = (text[:at] + inserted + text[at + width :]).encode()
        syntactic = [each for each in parse(raw, JSON).problems if each.code not in {"duplicate-key", "root-not-object"}]
        try:
            orjson.loads(raw)
        except orjson.JSONDecodeError:
            assert syntactic
        else:
            assert not syntactic

    @given(value=members, escape_quotes=st.booleans())
    def test_repeated_keys_are_found_exactly(self, value: object, *, escape_quotes: bool) -> None:
        text = written([value], escape_quotes=escape_quotes)
        assert repeated_keys(text) == len(parse(text.encode(), JSON).problems)

    @given(depth=st.integers(1, 70), core=st.sampled_from(["[]", "{}", "1", '[{"a": 1}]']), lists=st.booleans())
    def test_a_value_inside_more_than_64_is_refused_and_one_inside_64_is_not(self, depth: int, core: str, *, lists: bool) -> None:
        text = "[" * depth + core + "]" * depth if lists else '{"a":' * depth + core + "}" * depth
        deepest = depth + (2 if core.startswith("[{") else 0)
        assert ["nesting-too-deep"] * (deepest > 64) == [each.code for each in parse(text.encode(), JSON).problems]

    @given(containers)
    def test_json_read_as_yaml_is_the_same_save_for_pairs_of_escapes(self, value: Json) -> None:
        text = re.sub(r"\\u[dD][89abAB]..", "x", json.dumps(value))
        text = re.sub(r"\\u[dD][c-fC-F]..", "x", text)
        assert [json.loads(text)] == list(parse(text.encode(), YAML).documents)


class TestNumbers:
    @pytest.mark.parametrize("text", ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890"])
    def test_no_digit_of_a_long_integer_is_lost(self, text: str) -> None:
        assert ([int(text)],) == parse(f"[{text}]".encode(), JSON).documents

    @pytest.mark.parametrize("text", ["1e400", "-1e400", "1" * 400, "1" * 5000])
    def test_what_no_double_holds_is_refused(self, text: str) -> None:
        assert [("number-too-large", 1, 2)] == told(f"[{text}]")

    @pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
    def test_nan_and_infinity_are_refused_and_the_rest_is_read(self, text: str) -> None:
        parsed = parse(f'{{"a": {text}, "uid": "x"}}'.encode(), JSON)
        assert [("number-not-json", 1, 7)] == told(f'{{"a": {text}, "uid": "x"}}')
        assert ({"a": None, "uid": "x"},) == parsed.documents

    @pytest.mark.parametrize("text", ["007", "+1", ".5", "1.", "0x10", "1_000"])
    def test_a_number_of_another_language_is_named(self, text: str) -> None:
        assert f"{text} is not a number as JSON writes it" in message(f"[{text}]")


class TestJsonInWords:
    def test_a_missing_comma_is_told_where_it_is_missing(self) -> None:
        text = '{\n  "title": "p99"\n  "targets": []\n}'
        assert [("json-syntax", 2, 17)] == told(text)
        assert "expected ',' or '}' after a value; put a comma at the end of line 2" == message(text)

    def test_what_follows_a_missing_comma_is_read_all_the_same(self) -> None:
        parsed = parse(b'{"a": [1 2], "uid": "x" "b": {}}', JSON)
        assert ({"a": [1, 2], "uid": "x", "b": {}},) == parsed.documents
        assert parsed.whole
        assert [("json-syntax", 1, 9), ("json-syntax", 1, 24)] == told('{"a": [1 2], "uid": "x" "b": {}}')

    def test_a_trailing_comma_is_told_at_the_comma(self) -> None:
        assert [("json-syntax", 1, 9), ("json-syntax", 1, 11)] == told('{"a": [1,],}')
        assert "a comma stands before the closing ']'; remove the comma" == message("[1,]")

    def test_two_commas_in_a_row_are_one_too_many(self) -> None:
        assert "expected a value between two commas; remove one comma" == message("[1,,2]")

    def test_a_string_that_is_not_closed_names_where_it_begins(self) -> None:
        assert [("json-syntax", 2, 10)] == told('{\n"title": "CPU,\n"uid": "x"}')
        assert "the string that begins here is not closed on its line" in message('{"title": "CPU\n}')
        assert [("json-syntax", 1, 2)] == told('["abc')

    def test_a_bracket_that_is_not_closed_names_the_line_where_it_was_opened(self) -> None:
        text = '{\n  "panels": [\n    {"id": 1}\n'
        assert [("json-syntax", 3, 13)] == told(text)
        assert "the text ends before the list is closed that was opened on line 2; add the missing ']'" in message(text)

    def test_a_wrong_bracket_names_both(self) -> None:
        assert "found '}', but the list opened on line 2 is closed by ']'" in message('{"a":\n[1, 2}')

    def test_a_bracket_too_many_is_told(self) -> None:
        assert "there is one '}' too many" in message('{"a": 1}}')

    def test_two_values_in_one_file_are_told_at_the_second(self) -> None:
        assert [("json-syntax", 2, 1)] == told('{"a": 1}\n{"b": 2}')
        assert "a second value begins here" in message('{"a": 1}\n{"b": 2}')

    def test_text_after_the_end_is_shown(self) -> None:
        assert "'F' stands after the end of the JSON" in message('{"a": 1}F\nmore')

    def test_single_quotes_and_bare_names_are_read_and_told(self) -> None:
        parsed = parse(b"{'a': 'x', b: 1}", JSON)
        assert ({"a": "x", "b": 1},) == parsed.documents
        assert [1, 6, 11] == [each[2] - 1 for each in told("{'a': 'x', b: 1}")]

    def test_a_single_quote_that_is_not_closed_ends_the_reading(self) -> None:
        assert "expected text in double quotes, found '''" in message("['a]")

    def test_comments_are_told_once(self) -> None:
        text = '// one\n{"a": 1 /* two */}\n# three'
        assert [("json-syntax", 1, 1)] == told(text)
        assert ({"a": 1},) == parse(text.encode(), JSON).documents

    @pytest.mark.parametrize(("word", "right"), [("True", "true"), ("None", "null"), ("undefined", "null")])
    def test_words_of_other_languages_are_named_with_the_right_one(self, word: str, right: str) -> None:
        assert f"'{word}' is no word of JSON; write {right}" == message(f"[{word}]")

    def test_an_unknown_word_ends_the_reading(self) -> None:
        assert "expected a value, found 'std.extVar'" in message('{"uid": "x", "tags": [std.extVar("A")]}')
        assert not parse(b"[foo]", JSON).whole

    def test_what_came_before_the_end_of_the_reading_is_kept(self) -> None:
        assert ({"uid": "x", "tags": []},) == parse(b'{"uid": "x", "tags": [foo', JSON).documents

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('{"a" 1}', "expected ':' after the name \"a\", found '1'"),
            ("{,}", "expected a name in double quotes or '}', found ','"),
            ('{"a": 1, [}', "expected a name in double quotes, found '['"),
            ('{"a": 1 [}', "expected ',' or '}' after a value, found '['"),
            ("[\u00a01]", "found the character U+00A0"),
            ("{]", "expected a name in double quotes or '}', found ']'"),
        ],
    )
    def test_what_was_expected_is_said(self, text: str, words: str) -> None:
        assert words in message(text)

    def test_a_file_of_comments_alone_has_no_value(self) -> None:
        assert "expected a value, found the end of the text" in parse(b"// nothing", JSON).problems[-1].message

    def test_a_web_page_is_recognised(self) -> None:
        assert "web page" in message("<!DOCTYPE html><html></html>")

    def test_yaml_in_a_json_file_is_recognised(self) -> None:
        assert "name the file .yaml" in message("title: CPU\npanels: []\n")

    def test_a_tab_in_a_string_and_a_lone_backslash_are_told_and_read(self) -> None:
        assert "a control character stands in a string; write \\t" == message('["a\tb"]')
        assert "write \\u0001" in message('["a\x01"]')
        assert "'\\d' is no escape that JSON knows here; a backslash itself is written \\\\" == message('["\\d+"]')
        assert "'\\u' is no escape" in message('["\\u12"]')

    def test_half_a_surrogate_pair_is_refused_and_a_whole_one_is_a_character(self) -> None:
        assert [("surrogate-lone", 1, 2)] == told('["\\ud83d"]')
        assert (["😀"],) == parse(b'["\\ud83d\\ude00"]', JSON).documents

    def test_a_repeated_key_is_told_with_both_places_and_the_last_one_read(self) -> None:
        text = '{"title": "a",\n "panels": [],\n "title": "b"}'
        (problem,) = parse(text.encode(), JSON).problems
        assert ("duplicate-key", 3, 2, "/title") == (problem.code, problem.line, problem.column, problem.pointer)
        assert 'the key "title" is already given on line 1' == problem.message
        assert ({"title": "b", "panels": []},) == parse(text.encode(), JSON).documents

    def test_a_quote_written_as_a_number_is_no_repeated_key(self) -> None:
        assert Parsed(({"a": '"', "b": '"'},)) == parse(b'{"a": "\\u0022", "b": "\\u0022"}', JSON)

    def test_nesting_of_ten_thousand_is_one_problem(self) -> None:
        assert [("nesting-too-deep", 1, 66)] == told("[" * 10_000)
        assert [("nesting-too-deep", 1, 66)] == told("[" * 10_000 + "]" * 10_000)

    def test_no_more_than_fifty_faults_are_told(self) -> None:
        assert 50 == len(told("[" + "True," * 99 + "1]"))
        assert not parse(b"[" + b"True," * 1_000_000 + b"1]", JSON).whole

    def test_a_long_word_is_cut(self) -> None:
        assert "found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'" in message("[" + "a" * 99 + "]")


class TestWhatIsNoJsonAtAll:
    @pytest.mark.parametrize("kind", [JSON, YAML])
    @pytest.mark.parametrize("raw", [b"", b" \n\t\n"])
    def test_an_empty_file_is_named(self, raw: bytes, kind: FileKind) -> None:
        assert [("file-empty", 1, 1)] == told(raw, kind)

    def test_a_byte_order_mark_is_a_warning_and_left_out(self) -> None:
        parsed = parse(b'\xef\xbb\xbf{"a": 1}', JSON)
        assert ({"a": 1},) == parsed.documents
        assert [("byte-order-mark", Severity.WARNING)] == [(each.code, each.severity) for each in parsed.problems]

    def test_what_is_not_utf8_is_told_at_the_byte(self) -> None:
        assert [("not-utf8", 2, 12)] == told('{"ü": 1,\n "title": '.encode() + b'"\xe4"}')
        assert "0xE4" in parse(b'["\xe4"]', JSON).problems[0].message

    def test_what_the_other_bytes_say_is_read_all_the_same(self) -> None:
        assert ({"uid": "x", "t": "\ufffd"},) == parse(b'{"uid": "x", "t": "\xff"}', JSON).documents

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    def test_utf16_is_named(self, encoding: str) -> None:
        raw = "\ufeff".encode(encoding) + '{"a": 1}'.encode(encoding) if encoding.endswith("be") else '{"a": 1}'.encode(encoding)
        (problem,) = parse(raw, JSON).problems
        assert ("not-utf8", "the file is UTF-16") == (problem.code, problem.message)

    @pytest.mark.parametrize("kind", [JSON, YAML])
    def test_a_nul_byte_is_named(self, kind: FileKind) -> None:
        assert [("control-character", 1, 7)] == told('{"a": \x00}', kind)

    def test_a_control_character_in_yaml_is_named(self) -> None:
        assert [("control-character", 2, 4)] == told("a: 1\nb: \x1b[0m", YAML)

    @pytest.mark.parametrize("kind", [JSON, YAML])
    def test_a_git_lfs_pointer_is_named_with_its_size(self, kind: FileKind) -> None:
        raw = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
        (problem,) = parse(raw, kind).problems
        assert ("lfs-pointer", "this is a pointer to Git LFS, not the file itself (12,345 bytes lie there)") == (
            problem.code,
            problem.message,
        )

    def test_a_git_lfs_pointer_without_a_size_is_one_too(self) -> None:
        assert [("lfs-pointer", 1, 1)] == told("version https://git-lfs.github.com/spec/v1\n")

    def test_merge_markers_are_told_each_and_nothing_that_follows_from_them(self) -> None:
        text = '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> topic\n, "c":\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> topic\n}\n'
        assert [("merge-marker", 2, 1), ("merge-marker", 8, 1)] == told(text)
        assert "it ends on line 6" in parse(text.encode(), JSON).problems[0].message

    def test_merge_markers_in_yaml_are_named(self) -> None:
        assert [("merge-marker", 1, 1)] == told("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n", YAML)

    def test_a_marker_that_is_not_closed_is_one_too(self) -> None:
        assert [("merge-marker", 1, 1)] == told("<<<<<<< HEAD\n{}\n")
        assert [("merge-marker", 1, 1)] == told("<<<<<<<\n" * 100_000)
        assert [("json-syntax", 1, 1)] == told(">>>>>>> topic\n{}\n")

    @pytest.mark.parametrize(
        ("text", "kind"), [('"text"', JSON), ("12", JSON), ("null", JSON), ("just words", YAML), ("---\na: 1\n---\nwords\n", YAML)]
    )
    def test_a_root_that_is_neither_object_nor_list_is_refused(self, text: str, kind: FileKind) -> None:
        assert ["root-not-object"] == [each[0] for each in told(text, kind)]


class TestTemplates:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('{"title": {{ .Values.title }}}', "'{{ .Values.title }}'"),
            ('{% if x %}\n{"a": 1}', "'{% if x %}'"),
            ('{"a": 1, {# note #} "b": 2}', "'{# note #}'"),
            ('{"a": <%= x %>}', "'<%= x %>'"),
            ('{"id": ${ID}}', "'${ID}'"),
            ('{"a": "{{ "x" }}"}', "'{{ \"x\" }}'"),
            ('{"a": 1\n{{- if .x }}\n, "b": 2\n{{- end }}\n}', "'{{- if .x }}'"),
            ('{"a": 1,,\n  {{ range .x }}\n1{{ end }}}', "'{{ range .x }}'"),
            ('{"a": {{\n.x }}}', ""),
        ],
    )
    def test_directives_are_named_as_what_they_are(self, text: str, words: str) -> None:
        problem = parse(text.encode(), JSON).problems[0]
        assert "template-unrendered" == problem.code or not words
        assert words in problem.message

    def test_legends_are_no_templates(self) -> None:
        assert [("json-syntax", 1, 34)] == told('{"legendFormat": "{{instance}} %"\n "a": 1}')

    def test_two_braces_by_mistake_are_no_template(self) -> None:
        assert "json-syntax" == told('{{"a": 1}}')[0][0]

    @pytest.mark.parametrize(
        "text", ["title: {{ .Values.title }}\n", "{{- if .Values.on }}\na: 1\n{{- end }}\n", "a: 1\n{% if x %}\nb: 2\n{% endif %}\n"]
    )
    def test_helm_and_jinja_in_yaml_are_named(self, text: str) -> None:
        assert ["template-unrendered"] == [each[0] for each in told(text, YAML)]


def test_embedded_text_is_placed_by_the_caller() -> None:
    parsed = parse_embedded('{"a": tru}', lambda offset: (100, offset))
    assert [(100, 6)] == [(each.line, each.column) for each in parsed.problems]
    assert Parsed(({"a": 1},)) == parse_embedded('{"a": 1}', lambda _: (1, 1))


def test_a_whole_dashboard_has_nothing_to_be_said_of() -> None:
    made = shapes.dashboard(refresh="5s")
    assert Parsed((made,)) == parse(shapes.as_json(made), JSON)


@given(containers)
def test_what_was_parsed_before_is_the_same_when_it_is_parsed_again(value: Json) -> None:
    raw = json.dumps(value).encode()
    assert parse(raw, JSON).documents == parse_again(raw, JSON)


def test_what_the_quick_reader_refuses_is_read_with_care_again() -> None:
    assert ({"a": 1},) == parse_again(b'\xef\xbb\xbf{"a": 1}', JSON)
