"""inputs.py: holes are found with their places, filled from a mapping or a server where the answer is plain, and never half."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.inputs import fill, holes, resolve
from provisioner.core.model import DataSourceName, Document, Fill, Input, Json, Shape
from provisioner.core.server import DataSource

PROM = {"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus", "pluginName": "Prometheus"}
RATE = {"name": "VAR_RATE", "type": "constant", "label": "rate", "value": "5m"}
EXPORT: dict[str, Json] = {
    "__inputs": [PROM, RATE],
    "__requires": [{"type": "panel", "id": "stat"}],
    "__elements": {},
    "title": "Hosts",
    "panels": [
        {
            "id": 1,
            "type": "stat",
            "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"},
            "targets": [{"expr": "rate(up[${VAR_RATE}]) + ${VAR_RATE}", "datasource": "${DS_PROMETHEUS}"}],
        }
    ],
}


def document(inputs: tuple[Input, ...] = (), by_name: tuple[DataSourceName, ...] = ()) -> Document:
    return Document(0, 0, "", embedded=False, shape=Shape.EXPORT, uid=None, title="Hosts", inputs=inputs, by_name=by_name)


def ds(name: str = "DS_PROMETHEUS", plugin: str = "prometheus", *, used: bool = True) -> Input:
    return Input(name, "datasource", plugin=plugin, used=used)


def on_server(name: str, kind: str = "prometheus", *, default: bool = False, uid: str | None = None) -> DataSource:
    return DataSource(f"uid-{name}" if uid is None else uid, name, kind, default)


def filled(each: Input, *server: DataSource, mapping: dict[str, str] | None = None) -> str:
    """What fills a data source input, or the reason why nothing does."""
    answer, unfilled = resolve(document((each,)), mapping or {}, {}, server)
    return unfilled[0][1] if unfilled else answer.inputs[0][1]


# Finding holes


def test_declared_inputs_are_found_with_what_they_want_and_carry() -> None:
    assert holes(EXPORT)[0] == (
        Input("DS_PROMETHEUS", "datasource", plugin="prometheus", pointer="/__inputs/0"),
        Input("VAR_RATE", "constant", value="5m", pointer="/__inputs/1"),
    )


def test_an_input_that_nothing_names_is_not_used() -> None:
    assert [each.used for each in holes({**EXPORT, "panels": []})[0]] == [False, False]


def test_a_name_that_json_has_to_escape_is_found_in_use() -> None:
    body: dict[str, Json] = {"__inputs": [{"name": 'a"b\\c', "type": "constant"}], "title": '${a"b\\c}'}
    assert [each.used for each in holes(body)[0]] == [True]


def test_entries_that_are_no_inputs_are_passed_over() -> None:
    assert holes({"__inputs": [7, {"name": ""}, {"name": 7}, {"name": "X"}]})[0] == (
        Input("X", "constant", pointer="/__inputs/3", used=False),
    )
    assert holes({"__inputs": {"a": 1}}) == ((), ())


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (5, "5"), ("5", "5"), (None, None), (10**30, None)])
def test_a_constant_is_put_in_as_text(value: Json, text: str | None) -> None:
    assert holes({"__inputs": [{"name": "VAR_X", "type": "constant", "value": value}]})[0][0].value == text


def test_an_undeclared_input_is_found_at_its_first_use_with_the_type_beside_it() -> None:
    panels = [{"datasource": {"type": "loki", "uid": "${DS_LOKI}"}}, {"datasource": "${DS_LOKI}", "title": "${VAR_ENV} ${VAR_ENV}"}]
    assert holes({"title": "T", "panels": panels})[0] == (
        Input("DS_LOKI", "datasource", plugin="loki", pointer="/panels/0/datasource/uid", declared=False),
        Input("VAR_ENV", "constant", pointer="/panels/1/title", declared=False),
    )


def test_an_undeclared_data_source_given_as_text_has_no_type() -> None:
    (found,) = holes({"panels": [{"type": "stat", "datasource": "${DS_X}"}]})[0]
    assert (found.plugin, found.pointer) == ("", "/panels/0/datasource")


def test_a_variable_of_the_dashboard_is_no_hole() -> None:
    variables = {"list": [{"name": "DS_PROMETHEUS", "type": "datasource"}, {"name": 7}]}
    assert holes({"templating": variables, "panels": [{"datasource": "${DS_PROMETHEUS}"}]}) == ((), ())


def test_a_variable_of_a_v2_spec_is_no_hole() -> None:
    body: dict[str, Json] = {"elements": {}, "variables": [{"spec": {"name": "VAR_X"}}], "title": "${VAR_X} ${VAR_Y}"}
    assert [each.name for each in holes(body)[0]] == ["VAR_Y"]


@pytest.mark.parametrize("text", ["$DS_X", "${DS_X:raw}", "${ds}", "${XDS_Y}", "${}", "$${DS_"])
def test_what_only_looks_like_an_input_is_none(text: str) -> None:
    assert holes({"title": text}) == ((), ())


def test_a_key_is_no_place_for_a_hole() -> None:
    assert holes({"${DS_X}": "x"}) == ((), ())


def test_what_an_export_carries_along_unused_has_no_holes() -> None:
    assert holes({"title": "T", "__elements": {"lib": {"model": {"datasource": "${DS_X}"}}}, "__requires": ["${DS_Y}"]}) == ((), ())


def test_a_dashboard_that_has_no_json_is_looked_through_all_the_same() -> None:
    body: dict[str, Json] = {"__inputs": [PROM], "title": "${VAR_X}", "id": 10**30, "list": [{"a": ["${DS_Y}"]}]}
    assert [(each.name, each.used, each.pointer) for each in holes(body)[0]] == [
        ("DS_PROMETHEUS", True, "/__inputs/0"),
        ("VAR_X", True, "/title"),
        ("DS_Y", True, "/list/0/a/0"),
    ]


def test_a_nesting_of_ten_thousand_is_looked_through() -> None:
    value: Json = "${DS_X}"
    for _ in range(10_000):
        value = [value]
    assert [each.name for each in holes({"deep": value})[0]] == ["DS_X"]


def test_data_sources_by_name_are_found_once_at_the_first_place() -> None:
    panels = [{"datasource": "Main", "targets": [{"datasource": "Side"}]}, {"datasource": "Main"}]
    assert holes({"panels": panels})[1] == (
        DataSourceName("Main", "/panels/0/datasource"),
        DataSourceName("Side", "/panels/0/targets/0/datasource"),
    )


# Resolving


def test_the_mapping_wins_over_the_server() -> None:
    assert filled(ds(), on_server("a"), mapping={"DS_PROMETHEUS": "mine"}) == "mine"


@pytest.mark.parametrize("name", ["Prometheus", "prometheus", "PROMETHEUS"])
def test_an_input_may_be_mapped_by_the_data_source_it_was_made_of(name: str) -> None:
    assert filled(ds(), mapping={name: "mine"}) == "mine"


def test_a_name_with_blanks_is_known_as_grafana_writes_it() -> None:
    assert filled(ds("DS_AMAZON_CLOUDWATCH US-EAST-2", "cloudwatch"), mapping={"Amazon CloudWatch us-east-2": "cw"}) == "cw"


def test_the_only_data_source_of_the_type_is_taken() -> None:
    assert filled(ds(), on_server("a"), on_server("b", "loki", default=True)) == "uid-a"


def test_of_several_the_default_is_taken() -> None:
    assert filled(ds(), on_server("a"), on_server("b", default=True)) == "uid-b"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("testdata", "grafana-testdata-datasource"),
        ("grafana-testdata-datasource", "testdata"),
        ("postgres", "grafana-postgresql-datasource"),
        ("phlare", "grafana-pyroscope-datasource"),
    ],
)
def test_a_plugin_that_was_renamed_is_the_same_type(asked: str, there: str) -> None:
    assert filled(ds(plugin=asked), on_server("a", there)) == "uid-a"


def test_a_server_that_knows_no_uids_is_given_the_name() -> None:
    assert filled(ds(), on_server("Prometheus", uid="")) == "Prometheus"


def test_an_expression_needs_no_data_source() -> None:
    assert filled(ds("DS_EXPRESSION", "__expr__")) == "__expr__"


def test_several_without_a_default_stay_open_and_are_named() -> None:
    assert filled(ds(), *(on_server(name) for name in ("c", "a", "b"))) == (
        "3 data sources of type prometheus on the server: a, b, c; none is the default"
    )


def test_very_many_are_not_all_named() -> None:
    assert filled(ds(), *(on_server(name) for name in "abcdefg")) == (
        "7 data sources of type prometheus on the server: a, b, c, d, e and 2 more; none is the default"
    )


def test_none_of_the_type_is_said() -> None:
    assert filled(ds(), on_server("a", "loki")) == "no data source of type prometheus is on the server"


def test_a_data_source_of_no_stated_type_stays_open() -> None:
    assert filled(ds(plugin=""), on_server("a")) == "it is not mapped, and nothing says which type of data source it wants"


def test_without_the_servers_list_only_the_mapping_counts() -> None:
    _, unfilled = resolve(document((ds(),)), {}, {}, None)
    assert unfilled == ((ds(), "it is not mapped, and the server's data sources are not known (it wants the type prometheus)"),)


def test_a_constant_takes_what_it_carries_unless_it_is_mapped() -> None:
    rate = Input("VAR_RATE", "constant", value="5m")
    assert resolve(document((rate,)), {}, {}, ())[0] == Fill((("VAR_RATE", "5m"),))
    assert resolve(document((rate,)), {}, {"VAR_RATE": "1m"}, ())[0] == Fill((("VAR_RATE", "1m"),))
    assert resolve(document((rate,)), {}, {"rate": "2m"}, ())[0] == Fill((("VAR_RATE", "2m"),))


def test_a_constant_may_carry_an_empty_text() -> None:
    assert resolve(document((Input("VAR_X", "constant", value=""),)), {}, {}, ()) == (Fill((("VAR_X", ""),)), ())


@pytest.mark.parametrize("kind", ["constant", "something-new"])
def test_an_input_that_carries_nothing_stays_open(kind: str) -> None:
    each = Input("VAR_X", kind)
    assert resolve(document((each,)), {}, {}, ())[1] == ((each, "it carries no value, and none is given for it"),)


def test_an_input_that_nothing_uses_need_not_be_filled() -> None:
    assert resolve(document((ds(used=False),)), {}, {}, ()) == (Fill(), ())


def test_an_input_declared_twice_is_filled_once() -> None:
    assert resolve(document((ds(), ds())), {"DS_PROMETHEUS": "p"}, {}, ()) == (Fill((("DS_PROMETHEUS", "p"),)), ())


def test_names_are_replaced_only_where_they_are_mapped_and_sorted() -> None:
    by_name = (DataSourceName("b", "/x"), DataSourceName("a", "/y"), DataSourceName("c", "/z"))
    assert resolve(document(by_name=by_name), {"b": "2", "a": "1"}, {}, ())[0] == Fill(by_name=(("a", "1"), ("b", "2")))


# Filling


def test_an_export_is_filled_everywhere_and_stands_alone() -> None:
    assert fill(EXPORT, Fill((("DS_PROMETHEUS", "prom"), ("VAR_RATE", "5m")))) == {
        "title": "Hosts",
        "panels": [
            {
                "id": 1,
                "type": "stat",
                "datasource": {"type": "prometheus", "uid": "prom"},
                "targets": [{"expr": "rate(up[5m]) + 5m", "datasource": "prom"}],
            }
        ],
    }


def test_the_dashboard_handed_in_is_not_changed() -> None:
    before = copy.deepcopy(EXPORT)
    fill(EXPORT, Fill((("DS_PROMETHEUS", "prom"),), (("x", "y"),)))
    assert before == EXPORT


def test_a_dashboard_without_holes_is_given_back_as_it_is() -> None:
    body: dict[str, Json] = {"title": "T", "panels": []}
    assert fill(body, Fill()) is body


def test_what_an_export_carries_along_is_taken_out_even_when_nothing_is_filled() -> None:
    assert fill({"title": "T", "__inputs": [], "__requires": None, "__elements": []}, Fill()) == {"title": "T"}


def test_a_value_that_looks_like_a_hole_is_not_filled_again() -> None:
    assert fill({"title": "${A} ${B}"}, Fill((("A", "${B}"), ("B", "${A}")))) == {"title": "${B} ${A}"}


def test_a_name_that_begins_another_does_not_hide_it() -> None:
    assert fill({"title": "${A_B}${A}${A.B}"}, Fill((("A", "1"), ("A_B", "2"), ("A.B", "3")))) == {"title": "213"}


def test_keys_are_left_alone() -> None:
    assert fill({"${A}": ["${A}", 1, None]}, Fill((("A", "x"),))) == {"${A}": ["x", 1, None]}


def test_a_data_source_by_name_becomes_its_uid_in_the_shape_it_had() -> None:
    panel = {
        "datasource": "Main",
        "title": "Main",
        "targets": [{"datasource": {"type": "tsds", "uid": "Main DS"}}, {"datasource": "Other"}],
    }
    assert fill({"panels": [panel]}, Fill(by_name=(("Main", "uid-1"), ("Main DS", "uid-2")))) == {
        "panels": [
            {
                "datasource": "uid-1",
                "title": "Main",
                "targets": [{"datasource": {"type": "tsds", "uid": "uid-2"}}, {"datasource": "Other"}],
            }
        ]
    }


def test_in_a_v2_spec_the_uid_stands_under_name() -> None:
    query = {"group": "prometheus", "datasource": {"name": "Main DS"}}
    body: dict[str, Json] = {"elements": {"p": {"spec": {"data": {"spec": {"queries": [{"spec": {"query": query}}]}}}}}}
    done = fill(body, Fill(by_name=(("Main DS", "uid-1"),)))
    assert done["elements"]["p"]["spec"]["data"]["spec"]["queries"][0]["spec"]["query"]["datasource"] == {"name": "uid-1"}


# Library panels that an export brings along

MODEL: dict[str, Json] = {
    "type": "stat",
    "title": "From the library",
    "id": 99,
    "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"},
}
STUB: dict[str, Json] = {"id": 3, "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4}, "libraryPanel": {"uid": "lib", "name": "L"}}
TAKEN_IN: dict[str, Json] = {
    "id": 3,
    "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
    "type": "stat",
    "title": "From the library",
    "datasource": {"type": "prometheus", "uid": "prom"},
}


@pytest.mark.parametrize("elements", [{"lib": {"uid": "lib", "kind": 1, "model": MODEL}}, [7, {"uid": "lib", "kind": 1, "model": MODEL}]])
def test_a_library_panel_that_the_file_brings_along_becomes_a_panel(elements: Json) -> None:
    body = {"__inputs": [PROM], "__elements": elements, "panels": [STUB, 7]}
    assert [each.used for each in holes(body)[0]] == [True]
    assert fill(body, Fill((("DS_PROMETHEUS", "prom"),))) == {"panels": [TAKEN_IN, 7]}


def test_library_panels_in_rows_of_both_kinds_are_taken_in() -> None:
    row = {"type": "row", "panels": [STUB]}
    body: dict[str, Json] = {"__elements": {"lib": {"model": MODEL}}, "panels": [row], "rows": [{"panels": [STUB]}]}
    done = fill(body, Fill((("DS_PROMETHEUS", "prom"),)))
    assert done == {"panels": [{"type": "row", "panels": [TAKEN_IN]}], "rows": [{"panels": [TAKEN_IN]}]}


def test_what_the_panel_says_itself_wins_over_the_library() -> None:
    done = fill({"__elements": {"lib": {"model": MODEL}}, "panels": [{**STUB, "title": "Mine"}]}, Fill())
    assert done["panels"][0]["title"] == "Mine"


@pytest.mark.parametrize("elements", [{"other": {"model": MODEL}}, {"lib": {"model": 7}}, {"lib": 7}, 7])
def test_a_reference_to_what_the_file_does_not_bring_along_is_kept(elements: Json) -> None:
    assert fill({"__elements": elements, "panels": [STUB]}, Fill()) == {"panels": [STUB]}


@pytest.mark.parametrize("panels", [None, 7, [{"libraryPanel": 7}, {"libraryPanel": {"uid": 7}}]])
def test_panels_of_an_impossible_kind_are_left_as_they_are(panels: Json) -> None:
    assert fill({"__elements": {"lib": {"model": MODEL}}, "panels": panels}, Fill()) == {"panels": panels}


TEXTS = st.sampled_from(["${DS_A}", "x ${VAR_B} y", "plain", "$DS_A", "${DS_A"])
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.integers() | TEXTS | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["datasource", "panels", "targets", "uid", "type", "name", "list", "__inputs", "__elements"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(
    st.sampled_from(["title", "panels", "rows", "templating", "__inputs", "__elements", "elements"]), VALUES, max_size=5
)


@given(BODIES)
def test_what_is_found_can_be_filled_and_then_nothing_is_left(body: dict[str, Json]) -> None:
    before = copy.deepcopy(body)
    inputs, by_name = holes(body)
    names = [each.name for each in inputs] + [each.name for each in by_name]
    answer, unfilled = resolve(document(inputs, by_name), dict.fromkeys(names, "u"), dict.fromkeys(names, "v"), ())
    done = fill(body, answer)
    assert unfilled == ()
    assert before == body
    assert [each for each in holes(done)[0] if each.used] == []
    assert fill(done, answer) == done
