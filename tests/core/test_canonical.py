"""The normal form: one fingerprint for what a person would call one dashboard, on every platform and release, and another for all else."""

import hashlib
import json
from collections.abc import Iterable, Iterator

import orjson
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from provisioner.core import canonical
from provisioner.core.canonical import fingerprint, fingerprint_key, normal
from provisioner.core.model import BlobId, Fill, Json
from tests.core.builders import hexadecimal
from tests.core.json_values import bodies, scalars

anything = st.recursive(
    st.one_of(scalars, st.integers(-(10**400), 10**400), st.text(max_size=5), st.just("\ud83d"), st.just("x\udc00y")),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=12,
)


def as_go_writes_it(value: Json) -> Json:
    """What a server written in Go gives back: whole floats as integers, integers rounded to doubles, keys sorted, no byte order marks."""
    match value:
        case bool() | None:
            return value
        case int() | float():
            double = float(value)
            return int(double) if double.is_integer() and abs(double) < 1e21 else double
        case str():
            return value.replace("\ufeff", "")
        case list():
            return [as_go_writes_it(each) for each in value]
        case _:
            return {key: as_go_writes_it(value[key]) for key in sorted(value)}


def turned(value: Json) -> Json:
    """The same value with the keys of every object the other way round."""
    match value:
        case list():
            return [turned(each) for each in value]
        case dict():
            return {key: turned(value[key]) for key in reversed(value)}
        case _:
            return value


def carefully(body: dict[str, Json]) -> str:
    """The fingerprint without the quick way: what it must always be."""
    encoded = orjson.dumps(canonical._exact(normal(body)), option=orjson.OPT_SORT_KEYS)  # noqa: SLF001 - the two ways are no interface
    return hashlib.sha256(encoded).hexdigest()


def leaves(value: Json) -> Iterator[tuple[str | int, ...]]:
    """The way to every scalar in it."""
    members: Iterable[tuple[str | int, Json]]
    match value:
        case list():
            members = enumerate(value)
        case dict():
            members = value.items()
        case _:
            yield ()
            return
    for key, each in members:
        yield from ((key, *way) for way in leaves(each))


def with_leaf(value: Json, way: tuple[str | int, ...], leaf: Json) -> Json:
    """The same value with another scalar at the end of the way."""
    if not way:
        return leaf
    first, *rest = way
    members = enumerate(value) if isinstance(value, list) else value.items()
    changed = {key: with_leaf(each, tuple(rest), leaf) if key == first else each for key, each in members}
    return list(changed.values()) if isinstance(value, list) else changed


def deep(levels: int, innermost: Json, *, objects: bool = False) -> Json:
    for _ in range(levels):
        innermost = {"b": 1, "a": innermost} if objects else [innermost]
    return innermost


# One dashboard, one fingerprint


@given(bodies)
@example({"a": 0.0001, "b": 1.0})
@example({"a": 2**53 + 1, "b": 1e-5})
def test_the_quick_way_and_the_careful_way_agree(body: dict[str, Json]) -> None:
    assert hexadecimal(body) == carefully(body)


@given(bodies)
def test_the_normal_form_of_the_normal_form_is_itself(body: dict[str, Json]) -> None:
    assert normal(normal(body)) == normal(body)
    assert fingerprint(normal(body)) == fingerprint(body)


@given(bodies)
def test_a_fingerprint_survives_being_written_and_read(body: dict[str, Json]) -> None:
    assert fingerprint(json.loads(json.dumps(body))) == fingerprint(body)
    assert fingerprint(json.loads(json.dumps(body, ensure_ascii=False, indent=3))) == fingerprint(body)


@given(bodies)
def test_a_fingerprint_survives_orjson_which_reads_long_integers_as_doubles(body: dict[str, Json]) -> None:
    assert fingerprint(orjson.loads(json.dumps(body))) == fingerprint(body)


@given(bodies)
def test_a_fingerprint_survives_a_server_written_in_go(body: dict[str, Json]) -> None:
    assert fingerprint(as_go_writes_it(body)) == fingerprint(body)


@given(bodies)
def test_the_order_of_keys_does_not_matter(body: dict[str, Json]) -> None:
    assert fingerprint(turned(body)) == fingerprint(body)


@given(bodies, st.dictionaries(st.sampled_from(["id", "uid", "version", "iteration", "__inputs", "__requires", "__elements"]), scalars))
def test_what_servers_and_exports_add_is_no_difference(body: dict[str, Json], noise: dict[str, Json]) -> None:
    assert fingerprint({**body, **noise}) == fingerprint(body)


@pytest.mark.parametrize("title", ["CPU", " CPU", "CPU \n", "\ufeffCPU", "\ufeff CPU \ufeff"])
def test_a_title_is_compared_as_servers_store_it(title: str) -> None:
    assert fingerprint({"title": title}) == fingerprint({"title": "CPU"})


def test_a_library_panel_is_its_id_its_place_and_what_it_shows() -> None:
    stripped = {"id": 4, "gridPos": {"x": 0}, "libraryPanel": {"uid": "lib"}}
    expanded = {**stripped, "type": "graph", "title": "Load", "libraryPanel": {"uid": "lib", "name": "Load", "meta": {"version": 3}}}

    assert fingerprint({"panels": [expanded]}) == fingerprint({"panels": [stripped]})
    assert fingerprint({"panels": [{**expanded, "id": 5}]}) != fingerprint({"panels": [stripped]})
    assert fingerprint({"panels": [{**expanded, "libraryPanel": {"uid": "other"}}]}) != fingerprint({"panels": [stripped]})


@pytest.mark.parametrize("library", [None, "lib", {}, {"uid": ""}, {"uid": 3}])
def test_what_names_no_library_panel_is_compared_whole(library: Json) -> None:
    assert fingerprint({"panels": [{"libraryPanel": library, "title": "a"}]}) != fingerprint(
        {"panels": [{"libraryPanel": library, "title": "b"}]}
    )


def test_half_a_character_is_what_a_server_makes_of_it() -> None:
    assert fingerprint({"a\ud800": "\udc00"}) == fingerprint({"a\ufffd": "\ufffd"})


# Another dashboard, another fingerprint


@given(bodies, st.data())
def test_one_leaf_that_differs_is_another_fingerprint(body: dict[str, Json], data: st.DataObject) -> None:
    before = normal(body)
    places = list(leaves(before))
    assume(places)
    way, leaf = data.draw(st.sampled_from(places)), data.draw(scalars)
    after = with_leaf(before, way, leaf)
    assume(json.dumps(as_go_writes_it(normal(after))) != json.dumps(as_go_writes_it(before)))

    assert fingerprint(after) != fingerprint(before)


@given(scalars, scalars)
def test_two_scalars_have_one_fingerprint_only_if_a_server_makes_them_one(one: Json, two: Json) -> None:
    same = json.dumps(as_go_writes_it(one)) == json.dumps(as_go_writes_it(two))

    assert same == (fingerprint({"a": [one, 1.0]}) == fingerprint({"a": [two, 1]}))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (True, 1),
        (False, 0),
        (None, False),
        (None, ""),
        (1, "1"),
        ([], {}),
        ([1, 2], [2, 1]),
        ([12], [1, 2]),
        ("a", "a "),
        (1e300, "0x1p+10"),
    ],
)
def test_what_only_looks_alike_is_told_apart(one: Json, two: Json) -> None:
    assert fingerprint({"a": one}) != fingerprint({"a": two})


def test_a_key_that_is_missing_is_not_one_that_is_null() -> None:
    assert fingerprint({"a": None}) != fingerprint({})


# Whatever comes


@given(st.dictionaries(st.text(max_size=4), anything, max_size=4))
def test_any_value_has_a_fingerprint_and_a_normal_form(body: dict[str, Json]) -> None:
    assert fingerprint(body) == fingerprint(normal(body))


LARGEST = 1.7976931348623157e308


@pytest.mark.parametrize(
    ("number", "double"),
    [(10**400, LARGEST), (-(10**400), -LARGEST), (2**64, 18446744073709551616.0), (-(2**63) - 1, -9223372036854775808.0)],
    ids=["huge", "below", "65 bits", "64 bits and a sign"],
)
def test_a_number_beyond_what_servers_hold_is_the_nearest_double(number: int, double: float) -> None:
    assert fingerprint({"a": number}) == fingerprint({"a": double})


@pytest.mark.parametrize("objects", [True, False])
@pytest.mark.parametrize("levels", [252, 253, 254, 255, 500, 5_000])
def test_a_nesting_of_any_depth_has_a_fingerprint(levels: int, *, objects: bool) -> None:
    body = {"x": deep(levels, 1.0, objects=objects)}

    assert fingerprint(body) == fingerprint({"x": deep(levels, 1, objects=objects)})
    assert fingerprint(body) == fingerprint({"x": deep(levels, 1, objects=objects), "id": 3})
    assert fingerprint(body) != fingerprint({"x": deep(levels, 2, objects=objects)})
    assert fingerprint(body) != fingerprint({"x": deep(levels + 1, 1, objects=objects)})


def test_the_order_of_keys_does_not_matter_in_the_deep_either() -> None:
    one, two = {"a": {"c": [1, True]}, "b": "x\ufeff"}, {"b": "x", "a": {"c": [1.0, True]}}

    assert fingerprint({"x": deep(300, one)}) == fingerprint({"x": deep(300, two)})


@pytest.mark.parametrize(("one", "two"), [([12], [1, 2]), ([[1], 2], [[1, 2]]), ({"a": 1}, {"b": 1}), ({"a": {}}, {"a": []})])
def test_what_lies_deep_is_told_apart(one: Json, two: Json) -> None:
    assert fingerprint({"x": deep(300, one)}) != fingerprint({"x": deep(300, two)})


def test_orjson_still_turns_at_the_depth_that_the_form_was_made_for() -> None:
    orjson.dumps({"x": deep(253, 1)})
    with pytest.raises(TypeError, match="Recursion"):
        orjson.dumps({"x": deep(254, 1)})


# The form is a promise


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "{}"),
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"title": " CPU ", "id": 4, "uid": "cpu", "version": 7}, '{"title":"CPU"}'),
        ({"a": 1.0, "b": 0.5, "c": -0.0}, '{"a":1,"b":0.5,"c":0}'),
        ({"a": 2**53, "b": 0.001}, '{"a":9007199254740992,"b":0.001}'),
        ({"a": 2**53 + 2}, '{"a":0x1.0000000000001p+53}'),
        ({"a": 0.0001, "b": 1e300}, '{"a":0x1.a36e2eb1c432dp-14,"b":0x1.7e43c8800759cp+996}'),
        ({"a": "é\ufeff<\u2028>"}, '{"a":"é<\u2028>"}'),
        ({"a": "\ud800"}, '{"a":"\ufffd"}'),
        ({"p": [{"id": 1.0, "libraryPanel": {"uid": "l", "name": "n"}, "type": "t"}]}, '{"p":[{"id":1,"libraryPanel":{"uid":"l"}}]}'),
    ],
)
def test_the_form_of_a_value_is_this_text(body: dict[str, Json], text: str) -> None:
    assert fingerprint(body) == f"1:{hashlib.sha256(text.encode()).hexdigest()}"


def test_the_fingerprint_of_a_dashboard_is_the_same_in_every_release() -> None:
    panel = {"id": 4, "title": "p99", "gridPos": {"h": 8, "w": 12.0, "x": 0, "y": 0}, "fieldConfig": {"min": 0.00025, "max": 1e20}}
    body = {
        "title": "Latency ",
        "uid": "pay",
        "version": 14,
        "schemaVersion": 39,
        "tags": ["größe"],
        "panels": [panel],
        "x": deep(260, "x"),
    }

    assert fingerprint(body) == "1:9867ee112a6fd55cfe63f6dbf9e928d166618d492414a65ca013b54ee91fd262"


# The name of a fingerprint


def test_a_fingerprint_is_named_by_blob_document_and_filling() -> None:
    blob, other = BlobId("a" * 40), BlobId("b" * 40)
    filled = Fill(inputs=(("DS", "prom"),))
    names = [
        fingerprint_key(blob, 0, Fill()),
        fingerprint_key(other, 0, Fill()),
        fingerprint_key(blob, 1, Fill()),
        fingerprint_key(blob, 0, filled),
        fingerprint_key(blob, 0, Fill(by_name=(("DS", "prom"),))),
    ]

    assert len(names) == len(set(names))
    assert fingerprint_key(blob, 0, Fill(inputs=(("DS", "prom"),))) == names[3]
    assert names[0] == f"1:{'a' * 40}:0:-"
