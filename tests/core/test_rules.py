"""validate.py and rules/ on classic dashboards: what is wrong is found, with its code and place; what is fine is left alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.catalog import BY_CODE
from provisioner.core.model import Json
from provisioner.core.problems import Severity
from provisioner.core.rules import head
from provisioner.core.validate import MOST_OF_ONE_CODE, Finding, check

PROM = {"type": "prometheus", "uid": "${datasource}"}
PANEL: dict[str, Json] = {
    "id": 1,
    "type": "timeseries",
    "title": "Load",
    "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
    "datasource": PROM,
    "targets": [{"refId": "A", "datasource": PROM, "expr": "up"}],
}
GOOD: dict[str, Json] = {
    "uid": "hosts",
    "title": "Hosts",
    "tags": ["linux"],
    "refresh": "30s",
    "schemaVersion": 41,
    "panels": [PANEL],
    "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
    "annotations": {"list": [{"name": "Annotations & Alerts", "datasource": {"type": "grafana", "uid": "-- Grafana --"}}]},
}


def found(**changes: Json) -> list[tuple[str, str]]:
    """Codes and pointers for the good dashboard with other values; a value of ... takes the key out."""
    body = {key: value for key, value in {**GOOD, **changes}.items() if value is not ...}
    return [(each.code, each.pointer) for each in check(body, None)]


def with_panels(*changes: dict[str, Json]) -> list[tuple[str, str]]:
    """Codes and pointers for the good dashboard with these panels, each the good one with other values and an id of its own."""
    return found(panels=[{**PANEL, "id": index, **change} for index, change in enumerate(changes)])


def messages(**changes: Json) -> list[str]:
    return [each.message for each in check({**GOOD, **changes}, None)]


def test_a_good_dashboard_has_no_findings() -> None:
    assert check(GOOD, None) == ()


def test_a_spec_of_v1_is_a_classic_dashboard() -> None:
    assert check(GOOD, "dashboard.grafana.app/v1beta1") == ()


def test_everything_wrong_is_told_at_once() -> None:
    codes = {code for code, _ in found(title=" ", uid="a b", refresh="often", tags=["t" * 51], schemaVersion=1, id=7)}
    assert codes == {"title-invalid", "uid-invalid", "refresh-invalid", "tag-invalid", "schema-version-old", "id-set"}


def test_every_code_is_in_the_catalogue_with_layer_one_as_errors() -> None:
    errors = {code for code, rule in BY_CODE.items() if rule.area == "Contents of a dashboard" and rule.severity is Severity.ERROR}
    assert errors == {"title-invalid", "uid-invalid", "tag-invalid", "refresh-invalid", "field-invalid", "spec-mismatch"}


# Title, uid, tags


@pytest.mark.parametrize(
    ("title", "where"), [(..., ""), (None, "/title"), (7, "/title"), ("", "/title"), ("  ", "/title"), ("ä" * 2501, "/title")]
)
def test_a_title_that_grafana_refuses_is_found_once(title: Json, where: str) -> None:
    assert found(title=title) == [("title-invalid", where)]


def test_a_title_of_5000_bytes_is_fine() -> None:
    assert found(title="ä" * 2500) == []


@pytest.mark.parametrize("uid", [..., None, "", "a" * 40, "A-z_9"])
def test_a_uid_may_be_absent_or_what_grafana_takes(uid: Json) -> None:
    assert found(uid=uid) == []


@pytest.mark.parametrize("uid", ["a" * 41, "a b", "ü", "a\n", 7, ["a"]])
def test_a_uid_that_grafana_refuses_is_found_once(uid: Json) -> None:
    assert found(uid=uid) == [("uid-invalid", "/uid")]


def test_the_wrong_letters_of_a_uid_are_shown_as_a_terminal_can() -> None:
    assert messages(uid="a b\x1b") == ['the uid holds "\\u001b "; letters, digits, - and _ are allowed']


@pytest.mark.parametrize("tag", [7, None, "t" * 51, "ü" * 26])
def test_a_tag_that_grafana_refuses_is_found_at_its_place(tag: Json) -> None:
    assert found(tags=["fine", tag]) == [("tag-invalid", "/tags/1")]


def test_a_tag_of_50_bytes_is_fine() -> None:
    assert found(tags=["ü" * 25, "t" * 50]) == []


# Refresh


@pytest.mark.parametrize(
    "refresh", ["", "auto", "5s", "1m", "1m30s", "1.5h", "90000ms", "1d", "2w", "1M", "1y", "1h0m5s", False, True, None, 5]
)
def test_a_refresh_that_grafana_reads_is_fine(refresh: Json) -> None:
    assert found(refresh=refresh) == []


@pytest.mark.parametrize("refresh", ["often", "5", "5 s", "1m ", "$refresh", "1d12h", "s", "off", "1٣s"])
def test_a_refresh_that_is_no_duration_is_an_error(refresh: str) -> None:
    assert found(refresh=refresh) == [("refresh-invalid", "/refresh")]


@pytest.mark.parametrize("refresh", ["1s", "4999ms", "0", "-1m", "100us", ".5s"])
def test_a_refresh_below_five_seconds_is_a_warning(refresh: str) -> None:
    assert found(refresh=refresh) == [("refresh-too-short", "/refresh")]


@pytest.mark.parametrize(("text", "seconds"), [("1h30m", 5400.0), ("+1m", 60.0), ("-1.5s", -1.5), ("1w", 604_800.0), ("1M", 2_592_000.0)])
def test_a_duration_is_read_as_grafana_reads_it(text: str, seconds: float) -> None:
    assert head.duration(text) == seconds


def test_a_long_row_of_digits_is_no_duration_and_takes_no_time() -> None:
    assert head.duration("1" * 1_000_000) is None


# schemaVersion, id, keys


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (..., [("schema-version-old", "")]),
        (None, [("schema-version-old", "/schemaVersion")]),
        (35, [("schema-version-old", "/schemaVersion")]),
        (36, []),
        (42, []),
        (43, [("schema-version-new", "/schemaVersion")]),
        ("41", [("schema-version-invalid", "/schemaVersion")]),
        (41.5, [("schema-version-invalid", "/schemaVersion")]),
    ],
)
def test_a_schema_version_tells_what_grafana_will_do(version: Json, expected: list[tuple[str, str]]) -> None:
    assert found(schemaVersion=version) == expected


def test_a_number_that_python_does_not_write_is_still_told() -> None:
    assert messages(schemaVersion=10**5000) == ["schemaVersion is beyond all bounds, and the newest known here is 42"]


def test_an_id_is_said_not_to_be_sent() -> None:
    assert found(id=7) == [("id-set", "/id")]
    assert found(id=None) == []


def test_a_key_in_other_letters_is_called_misspelt() -> None:
    assert [(each.code, each.pointer, each.remedy) for each in check({**GOOD, "graphtooltip": 1}, None)] == [
        ("key-misspelt", "/graphtooltip", 'write "graphTooltip", or take it out')
    ]


def test_a_key_that_is_like_none_is_called_unknown() -> None:
    assert found(**{"_config/x": {}}) == [("key-unknown", "/_config~1x")]


def test_very_many_unknown_keys_are_counted() -> None:
    assert messages(**{f"qqq{index}": 1 for index in range(50)})[-1] == "30 more keys are none of a dashboard's"


# Panels


def test_a_field_of_an_impossible_type_is_an_error_with_its_name() -> None:
    assert check({**GOOD, "panels": [{**PANEL, "targets": {}}]}, None) == (
        Finding("field-invalid", "/panels/0/targets", "targets: expected a list or null, found an object"),
    )
    assert messages(panels=[PANEL, 7]) == ["panels 1: expected an object, found a number"]


def test_a_dashboard_without_panels_is_told() -> None:
    assert found(panels=...) == [("panels-none", "")]
    assert found(panels=[]) == [("panels-none", "/panels")]


def test_two_panels_of_one_id_are_found_also_inside_a_row() -> None:
    row = {"id": 2, "type": "row", "title": "More", "panels": [{**PANEL, "title": "Twin"}]}
    assert messages(panels=[PANEL, row]) == ['panel "Twin" has the id 1, which panel "Load" has too']


def test_an_id_that_is_text_is_no_number_to_compare() -> None:
    assert found(panels=[{**PANEL, "id": "1"}, {**PANEL, "id": "1"}]) == []


def test_panels_without_id_are_counted_at_the_first() -> None:
    assert with_panels({}, {"id": None}, {"id": None}) == [("panel-id-missing", "/panels/1")]
    assert messages(panels=[{**PANEL, "id": None}]) == ['panel "Load" has no id']


@pytest.mark.parametrize("kind", [None, ""])
def test_a_panel_without_type_is_found(kind: Json) -> None:
    assert with_panels({"type": kind}) == [("panel-type-missing", "/panels/0")]


def test_a_library_panel_needs_no_type() -> None:
    assert found(panels=[{"id": 1, "libraryPanel": {"uid": "lib", "name": "L"}}]) == [("library-panel-outside", "/panels/0/libraryPanel")]


def test_old_types_that_grafana_replaces_are_told_once() -> None:
    assert messages(panels=[{**PANEL, "type": "graph"}, {**PANEL, "id": 2, "type": "singlestat"}]) == [
        "2 panels have an old type; Grafana 11 and later show graph as timeseries, singlestat as stat"
    ]


def test_an_old_type_is_noted_at_the_first_panel_that_has_it() -> None:
    assert with_panels({}, {"type": "graph"}, {"type": "graph"}) == [("panel-type-replaced", "/panels/1/type")]


def test_a_type_that_is_gone_is_a_warning_for_each_type() -> None:
    assert with_panels({"type": "vonage-status-panel"}, {"type": "vonage-status-panel"}, {"type": "natel-plotly-panel"}) == [
        ("panel-type-gone", "/panels/0/type"),
        ("panel-type-gone", "/panels/2/type"),
    ]


@pytest.mark.parametrize(
    "place",
    [
        {"x": 20, "y": 0, "w": 8, "h": 8},
        {"x": -1, "y": 0, "w": 8, "h": 8},
        {"x": 0, "y": -1, "w": 8, "h": 8},
        {"x": 0, "y": 0, "w": 0, "h": 8},
        {"x": 0, "y": 0, "w": 8, "h": 0},
        {"x": 10**400, "y": 0, "w": 1.5, "h": 8},
    ],
)
def test_a_panel_outside_the_grid_is_found(place: Json) -> None:
    assert with_panels({"gridPos": place}) == [("panel-off-grid", "/panels/0/gridPos")]


@pytest.mark.parametrize("place", [None, {}, {"x": 0, "w": 24}, {"x": 1.5, "y": 0, "w": 6.5, "h": 3}, {"x": None, "y": 0, "w": 6, "h": 3}])
def test_a_place_on_the_grid_is_fine(place: Json) -> None:
    assert with_panels({"gridPos": place}) == []


def test_a_row_may_say_any_place() -> None:
    assert with_panels({}, {"type": "row", "gridPos": {"x": 0, "y": 8, "w": 0, "h": 1}}) == []


def test_an_alert_inside_a_panel_is_a_warning() -> None:
    assert with_panels({"alert": {"name": "High load"}}) == [("alert-legacy", "/panels/0/alert")]
    assert with_panels({"alert": {}}) == []


def test_options_as_a_list_are_a_note() -> None:
    assert with_panels({"options": []}) == [("panel-options-list", "/panels/0/options")]


# Rows of the old kind


def test_rows_are_noted_and_their_panels_looked_at() -> None:
    rows = [{"title": "R", "panels": [{**PANEL, "type": None}]}]
    assert found(panels=..., rows=rows, schemaVersion=14) == [
        ("schema-version-old", "/schemaVersion"),
        ("rows-layout", "/rows"),
        ("panel-type-missing", "/rows/0/panels/0"),
    ]


def test_rows_that_grafana_does_not_look_at_are_a_warning() -> None:
    assert found(panels=..., rows=[{"panels": []}]) == [("rows-ignored", "/rows")]


def test_rows_beside_panels_are_a_warning() -> None:
    assert ("rows-and-panels", "/rows") in found(rows=[{"panels": []}], schemaVersion=14)


# Data sources, library, variables


def test_a_data_source_by_name_is_noted_once() -> None:
    named = {"datasource": "Prometheus", "targets": [{"refId": "A", "datasource": "Prometheus"}]}
    assert with_panels(named, named) == [("data-source-by-name", "/panels/0/datasource")]


def test_a_name_where_a_uid_belongs_is_noted() -> None:
    assert with_panels({"targets": [{"datasource": {"type": "tsds", "uid": "Netsage TSDS"}}, 7]})[-1] == (
        "data-source-by-name",
        "/panels/0/targets/0/datasource",
    )


def test_variables_and_annotations_are_looked_at_for_names() -> None:
    variable = {"name": "host", "type": "query", "datasource": "Prometheus"}
    annotation = {"name": "Deploys", "datasource": "Loki"}
    assert found(templating={"list": [variable]}, annotations={"list": [annotation]}) == [
        ("data-source-by-name", "/templating/list/0/datasource"),
        ("data-source-by-name", "/annotations/list/0/datasource"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "-- Mixed --",
        "-- Grafana --",
        "$ds",
        "${ds}",
        "[[ds]]",
        {"type": "grafana", "uid": "-- Grafana --"},
        {"uid": "${ds}"},
        {"uid": "P1"},
    ],
)
def test_what_is_built_in_a_variable_or_a_uid_is_no_name(source: Json) -> None:
    assert with_panels({"datasource": source}) == []


def test_a_placeholder_of_another_tool_is_a_warning() -> None:
    assert with_panels({"datasource": "{{ CLUSTER }}"}) == [("data-source-placeholder", "/panels/0/datasource")]


@pytest.mark.parametrize("source", [None, "", "default"])
def test_panels_that_use_the_default_data_source_are_noted_with_their_number(source: Json) -> None:
    asks: dict[str, Json] = {"datasource": source, "targets": [{"refId": "A", "expr": "up"}]}
    assert with_panels({}, asks, asks) == [("data-source-default", "/panels/1")]
    assert messages(panels=[{**PANEL, **asks}]) == ['panel "Load" asks whatever data source is the server\'s default']


def test_a_panel_that_asks_nothing_needs_no_data_source() -> None:
    assert with_panels({"datasource": None, "targets": []}, {"datasource": None, "targets": None}) == []


@pytest.mark.parametrize("elements", [{"lib": {"model": {}}}, [{"uid": "lib", "model": {}}, 7, {"uid": 7}]])
def test_library_panels_that_the_file_brings_along_are_noted(elements: Json) -> None:
    assert found(panels=[{"id": 1, "libraryPanel": {"uid": "lib"}}], __elements=elements) == [
        ("library-panel-embedded", "/panels/0/libraryPanel")
    ]


@pytest.mark.parametrize("reference", [{"name": "L"}, {"uid": "", "name": "L"}])
def test_a_library_panel_without_uid_is_a_warning(reference: Json) -> None:
    assert found(panels=[{"id": 1, "libraryPanel": reference}]) == [("library-panel-unnamed", "/panels/0/libraryPanel")]


def test_a_long_list_of_library_panels_is_cut() -> None:
    panels: list[Json] = [{"id": index, "libraryPanel": {"uid": f"l{index}"}} for index in range(7)]
    assert messages(panels=panels) == ['the library of the server must have "l0", "l1", "l2", "l3", "l4" and more']


def test_two_variables_of_one_name_are_told_once() -> None:
    variable = {"name": "host", "type": "custom"}
    assert found(templating={"list": [variable, variable, variable]}) == [("variable-duplicate", "/templating/list/1/name")]


def test_a_variable_with_a_blank_name_is_a_warning_and_one_without_an_error() -> None:
    assert found(templating={"list": [{"name": " "}]}) == [("variable-unnamed", "/templating/list/0/name")]
    assert found(templating={"list": [{"type": "query"}]}) == [("field-invalid", "/templating/list/0")]


# Bounds


def test_a_long_title_is_cut_in_a_message() -> None:
    (message,) = messages(panels=[{**PANEL, "title": "T" * 100, "type": None}])
    assert message == f'panel "{"T" * 60}…" has no type'


def test_a_flood_of_one_code_is_cut_and_counted() -> None:
    findings = check({**GOOD, "panels": [{"id": index} for index in range(MOST_OF_ONE_CODE + 30)]}, None)
    assert len(findings) == MOST_OF_ONE_CODE + 1
    assert findings[-1] == Finding("panel-type-missing", "/panels/50", "and 30 more like this from here on")


def deep(levels: int) -> Json:
    value: Json = "bottom"
    for level in range(levels):
        value = {"panels": [value]} if level % 2 else {"datasource": {"uid": value}}
    return value


def test_nesting_of_ten_thousand_raises_nothing() -> None:
    assert check({**GOOD, "panels": [deep(10_000)], "layout": deep(10_000)}, None) != ()
    assert check({"title": "t", "elements": {}, "layout": deep(10_000)}, "dashboard.grafana.app/v2") != ()


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["5s", "row", "graph", "a b"])
)
ANYTHING: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)
KEYS: list[str] = [
    *GOOD,
    *PANEL,
    "id",
    "rows",
    "elements",
    "layout",
    "variables",
    "timeSettings",
    "__elements",
    "libraryPanel",
    "name",
    "spec",
    "list",
]


def likely(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Objects with the keys that rules look at, holding anything."""
    return st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)


@given(
    likely(ANYTHING | likely(ANYTHING | st.lists(likely(ANYTHING | st.lists(likely(ANYTHING), max_size=2)), max_size=3))),
    st.sampled_from([None, "dashboard.grafana.app/v0alpha1", "dashboard.grafana.app/v1", "dashboard.grafana.app/v2beta1", ""]),
)
def test_no_value_raises_and_every_finding_has_a_code_of_the_catalogue(body: dict[str, Json], api_version: str | None) -> None:
    assert [each for each in check(body, api_version) if each.code not in BY_CODE or "\n" in each.message] == []
