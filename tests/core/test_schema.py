"""schema.py: a value is held against a schema, and what does not fit is told in a person's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from provisioner.core.model import Json
from provisioner.core.schema import Schema, Violation, dashboard_schema, known_keys, pointer

CONFIG = Schema(
    {
        "type": "object",
        "required": ["url"],
        "additionalProperties": False,
        "patternProperties": {"^x-": {}},
        "properties": {
            "url": {"type": "string", "minLength": 1},
            "interval": {"type": ["string", "number"], "x-expected": "a duration such as 30s", "pattern": "^[0-9]+s$"},
            "policy": {"enum": ["report", "git-wins", 3]},
            "kind": {"const": "Dashboard"},
            "workers": {"type": "integer", "minimum": 1, "maximum": 16},
            "share": {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "name": {"pattern": "^[a-z]+$", "minLength": 2, "maxLength": 8},
            "from": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": True},
            "pair": {"minItems": 2},
            "labels": {"minProperties": 1, "maxProperties": 2},
            "both": {"minProperties": 2},
            "auth": {"anyOf": [{"required": ["token"]}, {"required": ["user"]}]},
            "port": {"anyOf": [{"type": "integer"}, {"type": ["string", "null"]}]},
            "limit": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-expected": "a size such as 10MB"},
            "one": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
            "never": {"not": {}},
            "odd": {"contains": {"const": 1}},
            "tied": {"dependentRequired": {"user": ["password"]}},
            "source": {
                "oneOf": [
                    {"type": "object", "required": ["path"], "properties": {"kind": {"const": "directory"}, "path": {"type": "string"}}},
                    {"type": "object", "required": ["url", "branch"], "properties": {"kind": {"const": "git"}, "url": {"type": "string"}}},
                    {"type": "string"},
                ]
            },
        },
    }
)


def told(value: Json) -> list[tuple[str, str]]:
    """The violations of {"url": "u"} with one more key, as pointer and message."""
    return [(each.pointer, each.message) for each in CONFIG.violations({"url": "u", **value})]


def test_a_value_that_fits_has_no_violations() -> None:
    assert CONFIG.violations({"url": "u", "x-anything": 1}) == ()
    assert CONFIG.fits({"url": "u"})


def test_a_value_that_does_not_fit_is_said_to() -> None:
    assert not CONFIG.fits({})


def test_an_unknown_key_is_named_with_the_known_ones_and_its_own_place() -> None:
    closed = Schema({"additionalProperties": False, "properties": {"url": {}, "token": {}}})
    assert closed.violations({"tokn": 1}) == (Violation("/tokn", 'unknown key "tokn"', "additionalProperties", "tokn", ("token", "url")),)


def test_each_unknown_key_is_a_violation_of_its_own() -> None:
    assert told({"b": 1, "a": 2, "x-c": 3}) == [("/a", 'unknown key "a"'), ("/b", 'unknown key "b"')]


def test_each_missing_key_is_named_at_the_object_that_lacks_it() -> None:
    both = Schema({"properties": {"a": {"required": ["x", "y"]}}})
    assert both.violations({"a": {}}) == (
        Violation("/a", '"x" is missing', "required", "x"),
        Violation("/a", '"y" is missing', "required", "y"),
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "null"),
        (True, "true or false"),
        (1.5, "a number"),
        ("s", "text"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_a_wrong_type_says_what_was_expected_and_what_was_found(found: Json, words: str) -> None:
    assert told({"workers": found})[0] == ("/workers", f"expected a whole number, found {words}")


def test_several_allowed_types_are_told_as_a_choice() -> None:
    choice = Schema({"type": ["string", "object", "null"]})
    assert [each.message for each in choice.violations(1)] == ["expected text, an object or null, found a number"]


def test_what_the_schema_calls_the_expected_thing_is_what_the_message_asks_for() -> None:
    assert told({"interval": []}) == [("/interval", "expected a duration such as 30s, found a list")]
    assert told({"interval": "soon"}) == [("/interval", "expected a duration such as 30s")]
    assert told({"limit": []}) == [("/limit", "expected a size such as 10MB, found a list")]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"policy": "gti-wins"}, 'expected one of "report", "git-wins", 3'),
        ({"kind": "Folder"}, 'expected "Dashboard"'),
        ({"workers": 0}, "is less than 1"),
        ({"workers": 17}, "is more than 16"),
        ({"share": 0}, "is not more than 0"),
        ({"share": 1}, "is not less than 1"),
        ({"name": "AB"}, "does not have the form ^[a-z]+$"),
        ({"name": "a"}, "is shorter than 2 characters"),
        ({"name": "abcdefghi"}, "is longer than 8 characters"),
        ({"from": []}, "is empty"),
        ({"pair": [1]}, "has fewer than 2 entries"),
        ({"from": [1, 2, 3, 4]}, "has more than 3 entries"),
        ({"from": [1, 1]}, "says something twice"),
        ({"labels": {}}, "is empty"),
        ({"labels": {"a": 1, "b": 2, "c": 3}}, "has more than 2 keys"),
        ({"both": {"a": 1}}, "has fewer than 2 keys"),
        ({"one": 1}, "fits more than one form"),
        ({"never": 1}, "is not allowed here"),
        ({"odd": []}, "does not fit here"),
        ({"tied": {"user": 1}}, '"user" asks for "password" too'),
    ],
)
def test_every_word_of_a_schema_has_a_sentence(value: dict[str, Json], message: str) -> None:
    assert [each for _, each in told(value)] == [message]


def test_an_empty_text_is_called_empty() -> None:
    assert [each.message for each in CONFIG.violations({"url": ""})] == ["is empty"]


def test_a_choice_of_types_is_one_sentence() -> None:
    assert told({"port": []}) == [("/port", "expected a whole number, text or null, found a list")]


def test_a_choice_of_keys_is_one_sentence() -> None:
    assert CONFIG.violations({"url": "u", "auth": {}}) == (
        Violation("/auth", 'one of "token", "user" is missing', "required", "token", ("token", "user")),
    )


def test_of_several_forms_the_one_that_was_meant_is_spoken_of() -> None:
    assert told({"source": {"kind": "git", "branch": "main", "url": 1}}) == [("/source/url", "expected text, found a number")]
    assert told({"source": {"kind": "directory"}}) == [("/source", '"path" is missing')]


def test_a_value_is_never_repeated_since_it_may_be_a_secret() -> None:
    secret = "glsa_do_not_tell"
    values: list[Json] = [{"policy": secret}, {"kind": secret}, {"name": secret}, {"workers": secret}, {"from": [secret, secret]}]
    assert [message for value in values for _, message in told(value) if secret in message] == []


def test_an_enum_gives_what_could_stand_there() -> None:
    assert CONFIG.violations({"url": "u", "policy": "x"})[0].known == ("report", "git-wins", "3")


def test_a_pointer_escapes_what_a_pointer_must() -> None:
    assert pointer(["a/b", "c~d", 3]) == "/a~1b/c~0d/3"


def test_a_key_that_has_no_utf_8_is_looked_at_all_the_same() -> None:
    assert CONFIG.violations({"url": "u", "\ud800": 1})[0].keyword == "additionalProperties"
    assert Schema({"type": "object"}).fits({"\ud800": 1})


def test_a_number_beyond_all_bounds_and_a_bottomless_value_are_told_like_any_other() -> None:
    bottomless: Json = []
    for _ in range(10_000):
        bottomless = [bottomless, {"key": bottomless}][:1]
    assert told({"workers": 10**5000, "interval": bottomless}) == [
        ("/interval", "expected a duration such as 30s, found a list"),
        ("/workers", "is more than 16"),
    ]
    assert told({"workers": -(10**5000), "kind": {"a": bottomless}})[1] == ("/workers", "is less than 1")


def test_what_is_no_schema_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="not a schema"):
        Schema({"type": "texte"})


# The packaged schema


@pytest.mark.parametrize("kind", ["classic", "v2"])
def test_the_packaged_schema_is_a_schema(kind: str) -> None:
    schema = dashboard_schema(kind)
    Draft202012Validator.check_schema(schema.source)
    assert schema.source["$ref"] == f"#/$defs/{kind}"


def test_the_packaged_schema_says_which_keys_it_knows() -> None:
    assert {"title", "panels", "__inputs", "rows"} <= known_keys("classic")
    assert {"title", "elements", "layout"} <= known_keys("v2")


def test_every_definition_says_what_it_is() -> None:
    assert [name for name, each in dashboard_schema("classic").source["$defs"].items() if "title" not in each] == []


# Both libraries say the same of any mutation of a dashboard.

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
ANYTHING: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6
)


def dashboards() -> st.SearchStrategy[Json]:
    """Dashboards in which any part may be anything."""

    def part(keys: dict[str, st.SearchStrategy[Json]]) -> st.SearchStrategy[Json]:
        return st.fixed_dictionaries({}, optional={key: value | ANYTHING for key, value in keys.items()}) | ANYTHING

    source = part({"type": st.text(max_size=3), "uid": st.text(max_size=3)})
    query = part({"refId": st.just("A"), "datasource": source})
    panel = part({"type": st.just("stat"), "id": st.integers(), "targets": st.lists(query, max_size=2), "gridPos": ANYTHING})
    variable = part({"name": st.text(max_size=3), "query": ANYTHING, "datasource": source})
    classic = part(
        {
            "title": st.text(max_size=3),
            "panels": st.lists(panel, max_size=2),
            "templating": part({"list": st.lists(variable, max_size=2)}),
            "tags": st.lists(st.text(max_size=2), max_size=2),
            "refresh": LEAVES,
        }
    )
    element = part({"kind": st.just("Panel"), "spec": part({"id": st.integers(), "title": st.text(max_size=2)})})
    v2 = part({"title": st.just("t"), "elements": st.dictionaries(st.text(max_size=3), element, max_size=2), "layout": ANYTHING})
    return classic | v2


@given(dashboards(), st.sampled_from(["classic", "v2"]))
def test_the_quick_library_and_the_one_with_words_agree(value: Json, kind: str) -> None:
    schema = dashboard_schema(kind)
    assert schema.quickly(value) is (not schema.in_words(value))
