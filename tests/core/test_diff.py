"""`differences`: what changed from live to desired, as a person who looks at the dashboard would say it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.core.changes import Difference, Turn
from provisioner.core.contrast import compact, contrast, cut, shown, visible
from provisioner.core.diff import differences

P99 = {"id": 4, "title": "p99", "type": "timeseries", "gridPos": {"x": 0, "y": 8, "w": 12, "h": 8}}


def changed(part: str, aspect: str, before: str, after: str) -> tuple[Difference, ...]:
    return (Difference(Turn.CHANGED, part, aspect, before, after),)


def moved(part: str, aspect: str, before: str, after: str) -> tuple[Difference, ...]:
    return (Difference(Turn.MOVED, part, aspect, before, after),)


def added(part: str, aspect: str = "", after: str = "") -> tuple[Difference, ...]:
    return (Difference(Turn.ADDED, part, aspect, "", after),)


def removed(part: str, aspect: str = "", before: str = "") -> tuple[Difference, ...]:
    return (Difference(Turn.REMOVED, part, aspect, before, ""),)


def panel_differs(before: dict[str, Any], after: dict[str, Any]) -> tuple[Difference, ...]:
    """What is told of one panel that both sides have."""
    return differences({"panels": [{**P99, **before}]}, {"panels": [{**P99, **after}]})


# --- the dashboard itself -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"title": "Old"}, {"title": "New"}, changed("title", "", "Old", "New")),
        ({}, {"description": "why"}, added("description", "", "why")),
        ({"refresh": "30s"}, {"refresh": ""}, changed("refresh", "", "30s", '""')),
        ({"timezone": "utc"}, {"timezone": "browser"}, changed("time zone", "", "utc", "browser")),
        ({"schemaVersion": 36}, {"schemaVersion": 39}, changed("schema version", "", "36", "39")),
        (
            {"time": {"from": "now-6h", "to": "now"}},
            {"time": {"from": "now-1h", "to": "now"}},
            changed("time range", "", "now-6h to now", "now-1h to now"),
        ),
        ({"time": {"from": "now-6h"}}, {"time": {"from": "now-1h"}}, changed("time range.from", "", "now-6h", "now-1h")),
        ({"editable": True}, {"editable": 1}, changed("editable", "", "true", "1")),
        ({"gnetId": "12"}, {"gnetId": 12}, changed("gnetId", "", '"12"', "12")),
        ({"weekStart": None}, {}, removed("week start", "", "null")),
        ({"timepicker": {"hidden": False}}, {"timepicker": {"hidden": True}}, changed("timepicker.hidden", "", "false", "true")),
        ({"a": {"spec": {"b": 1}}}, {"a": {"spec": {"b": 2}}}, changed("a.b", "", "1", "2")),
        ({"spec": 1}, {"spec": 2}, changed("spec", "", "1", "2")),
        ({"x": [1, {"a": 1}]}, {"x": [1, {"a": 2}]}, changed("x[#2].a", "", "1", "2")),
        ({"x": [1, 2]}, {"x": [1, 3]}, changed("x", "", "[1, 2]", "[1, 3]")),
        ({"x": []}, {"x": [[1]]}, added("x[#1]", "", "[1]")),
    ],
)
def test_a_change_of_the_dashboard_is_told_by_what_people_call_it(
    before: dict[str, Any], after: dict[str, Any], told: tuple[Difference, ...]
) -> None:
    assert told == differences(before, after)


def test_tags_come_and_go_one_by_one() -> None:
    told = (Difference(Turn.REMOVED, 'tag "old"'), Difference(Turn.ADDED, 'tag "new"'))
    assert told == differences({"tags": ["both", "old"]}, {"tags": ["new", "both"]})


def test_tags_that_only_change_places_are_still_told() -> None:
    assert changed("tags", "", '["a", "b"]', '["b", "a"]') == differences({"tags": ["a", "b"]}, {"tags": ["b", "a"]})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, {"name": "region", "query": "label_values(region)"}, added('variable "region"', "", "label_values(region)")),
        ({"name": "region", "type": "query"}, None, removed('variable "region"')),
        ({"query": "a"}, {"query": "b"}, changed('variable "v"', "query", "a", "b")),
        ({"query": {"query": "a", "refId": "R"}}, {"query": {"query": "b", "refId": "R"}}, changed('variable "v"', "query", "a", "b")),
        ({"query": {"query": "a", "refId": "R"}}, {"query": "b"}, changed('variable "v"', "query", "a", "b")),
        ({"query": "a"}, {"query": {"query": "b", "refId": "R"}}, changed('variable "v"', "query", "a", "b")),
        ({"query": {"query": "a"}}, {"query": "a"}, changed('variable "v"', "query", '{query: "a"}', "a")),
        (
            {"current": {"text": "eu", "value": "eu-1"}},
            {"current": {"text": "us", "value": "us-1"}},
            changed('variable "v"', "current", "eu", "us"),
        ),
        (
            {"current": {"text": "eu", "value": "eu-1"}},
            {"current": {"text": "eu", "value": "eu-2"}},
            changed('variable "v"', "current.value", "eu-1", "eu-2"),
        ),
        (
            {"options": [{"text": "a"}, {"text": "b"}, 7]},
            {"options": [{"text": "a"}, {"text": "c"}]},
            changed('variable "v"', "options", "a, b", "a, c"),
        ),
        (
            {"options": [{"text": "a", "selected": True}]},
            {"options": [{"text": "a", "selected": False}]},
            changed('variable "v"', "options[#1].selected", "true", "false"),
        ),
        ({"datasource": None}, {"datasource": {"type": "loki", "uid": "L"}}, changed('variable "v"', "data source", "default", "L")),
    ],
)
def test_a_variable_is_told_by_its_name(before: dict[str, Any] | None, after: dict[str, Any] | None, told: tuple[Difference, ...]) -> None:
    sides = [{"templating": {"list": [] if side is None else [{"name": "v", **side}]}} for side in (before, after)]
    assert told == differences(*sides)


def test_annotations_and_links_are_told_by_their_names() -> None:
    before = {"annotations": {"list": [{"name": "Deploys", "enable": True}]}, "links": [{"title": "Docs", "tags": ["a"]}]}
    after = {"annotations": {"list": [{"name": "Deploys", "enable": False}]}, "links": [{"title": "Docs", "tags": ["b"]}]}
    told = (
        *changed('annotation "Deploys"', "enable", "true", "false"),
        *removed('link "Docs"', 'tag "a"'),
        *added('link "Docs"', 'tag "b"'),
    )
    assert told == differences(before, after)


def test_variables_that_change_places_are_told_as_an_order() -> None:
    before = {"templating": {"list": [{"name": "a"}, {"name": "b"}]}}
    after = {"templating": {"list": [{"name": "b"}, {"name": "a"}]}}
    assert moved("variables.list order", "", "a, b", "b, a") == differences(before, after)


def test_a_second_entry_of_one_name_is_an_entry_of_its_own() -> None:
    before = {"templating": {"list": [{"name": "a"}, {"name": "a", "hide": 0}, {"name": "a", "hide": 0}]}}
    after = {"templating": {"list": [{"name": "a"}, {"name": "a", "hide": 0}, {"name": "a", "hide": 2}]}}
    assert changed('variable "a (3)"', "hide", "0", "2") == differences(before, after)


# --- panels -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"title": "p95"}, changed('panel "p99" (id 4)', "title", "p99", "p95")),
        ({}, {"type": "stat"}, changed('panel "p99" (id 4)', "type", "timeseries", "stat")),
        ({}, {"gridPos": {"x": 12, "y": 8, "w": 12, "h": 8}}, moved('panel "p99" (id 4)', "position", "x 0, y 8", "x 12, y 8")),
        ({}, {"gridPos": {"x": 0, "y": 8, "w": 24, "h": 8.0}}, moved('panel "p99" (id 4)', "size", "12×8", "24×8")),
        (
            {},
            {"gridPos": {"x": 0, "y": 8, "w": 12, "h": 8, "static": True}},
            added('panel "p99" (id 4)', "gridPos.static", "true"),
        ),
        ({}, {"gridPos": {"x": 0}}, None),
        (
            {"datasource": {"type": "prometheus", "uid": "a"}},
            {"datasource": {"type": "prometheus", "uid": "b"}},
            changed('panel "p99" (id 4)', "data source", "a", "b"),
        ),
        (
            {"datasource": {"type": "prometheus", "uid": "a"}},
            {"datasource": {"type": "loki", "uid": "a"}},
            changed('panel "p99" (id 4)', "data source.type", "prometheus", "loki"),
        ),
        ({"datasource": "old"}, {"datasource": {"name": "new"}}, changed('panel "p99" (id 4)', "data source", "old", "new")),
        (
            {"targets": [{"refId": "A", "expr": "rate(a[5m])"}]},
            {"targets": [{"refId": "A", "expr": "rate(a[1m])"}]},
            changed('panel "p99" (id 4)', "query A", "rate(a[5m])", "rate(a[1m])"),
        ),
        (
            {"targets": [{"refId": "A", "rawSql": "select 1", "legendFormat": "one"}]},
            {"targets": [{"refId": "A", "rawSql": "select 1", "legendFormat": "two"}]},
            changed('panel "p99" (id 4)', "query A legend", "one", "two"),
        ),
        (
            {"targets": [{"refId": "A", "target": "x"}]},
            {"targets": [{"refId": "A", "target": "x"}, {"refId": "B", "target": "y"}]},
            added('panel "p99" (id 4)', "query B", "y"),
        ),
        (
            {"targets": [{"expr": "a"}]},
            {"targets": [{"expr": "b"}]},
            changed('panel "p99" (id 4)', "query #1", "a", "b"),
        ),
        (
            {"targets": [{"refId": "A", "metrics": [{"id": "1", "type": "avg"}]}]},
            {"targets": [{"refId": "A", "metrics": [{"id": "1", "type": "max"}]}]},
            changed('panel "p99" (id 4)', "query A metrics[1].type", "avg", "max"),
        ),
        (
            {"fieldConfig": {"defaults": {"unit": "bytes"}}},
            {"fieldConfig": {"defaults": {"unit": "decbytes"}}},
            changed('panel "p99" (id 4)', "unit", "bytes", "decbytes"),
        ),
        ({}, {"fieldConfig": {"defaults": {}}}, added('panel "p99" (id 4)', "fieldConfig", "{defaults: {}}")),
        (
            {"fieldConfig": {"defaults": {"custom": {"lineWidth": 1}}}},
            {"fieldConfig": {"defaults": {"custom": {"lineWidth": 2}}}},
            changed('panel "p99" (id 4)', "lineWidth", "1", "2"),
        ),
        ({"options": {"legend": {"showLegend": True}}}, {"options": {"legend": {"showLegend": False}}}, None),
        (
            {"fieldConfig": {"overrides": [{"matcher": {"id": "byName", "options": "p99"}, "properties": [{"id": "unit", "value": "s"}]}]}},
            {
                "fieldConfig": {
                    "overrides": [{"matcher": {"id": "byName", "options": "p99"}, "properties": [{"id": "unit", "value": "ms"}]}]
                }
            },
            changed('panel "p99" (id 4)', "override for p99 unit", "s", "ms"),
        ),
        (
            {"transformations": [{"id": "organize"}, {"id": "merge"}]},
            {"transformations": [{"id": "merge"}, {"id": "organize"}]},
            moved('panel "p99" (id 4)', "transformations order", "organize, merge", "merge, organize"),
        ),
        (
            {"yaxes": [{"min": 0}, {"min": 1}]},
            {"yaxes": [{"min": 0}, {"min": 2}]},
            changed('panel "p99" (id 4)', "yaxes[#2].min", "1", "2"),
        ),
        (
            {"mappings": [{"type": 1}, {"type": 3}]},
            {"mappings": [{"type": 1}, {"type": 2}, {"type": 3}]},
            added('panel "p99" (id 4)', "mappings[#2]", "{type: 2}"),
        ),
    ],
)
def test_a_change_of_a_panel_is_told_with_the_panel(
    before: dict[str, Any], after: dict[str, Any], told: tuple[Difference, ...] | None
) -> None:
    found = panel_differs(before, after)
    assert found == told if told is not None else len(found) >= 1


def thresholds(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"fieldConfig": {"defaults": {"thresholds": {"mode": "absolute", "steps": list(steps)}}}}


GREEN, RED = {"color": "green", "value": None}, {"color": "red", "value": 80}


@pytest.mark.parametrize(
    ("after", "aspect", "old", "new"),
    [
        ([GREEN, {**RED, "value": 95}], "threshold", "80", "95"),
        ([GREEN], "thresholds", "green, red from 80", "green"),
        ([GREEN, {**RED, "color": "orange"}], "thresholds", "green, red from 80", "green, orange from 80"),
        ([GREEN, 7], "thresholds", "green, red from 80", "green, 7"),
        ([{"color": "green"}, RED], "thresholds.steps[#1].value", "null", ""),
    ],
)
def test_thresholds_are_told_as_steps(after: list[Any], aspect: str, old: str, new: str) -> None:
    [found] = panel_differs(thresholds(GREEN, RED), thresholds(*after))
    assert (aspect, old, new) == (found.aspect, found.before, found.after)


def test_a_panel_comes_and_another_goes() -> None:
    before = {"panels": [P99, {"id": 7, "type": "text"}]}
    after = {"panels": [P99, {"id": 9, "title": "Errors", "type": "stat"}]}
    assert (*removed("text panel (id 7)"), *added('panel "Errors" (id 9)')) == differences(before, after)


def test_panels_without_an_id_are_matched_by_title_and_type() -> None:
    before = {"panels": [{"title": "a", "type": "stat", "unit": 1}, {"title": "b", "type": "stat"}]}
    after = {"panels": [{"title": "b", "type": "stat"}, {"title": "a", "type": "stat", "unit": 2}]}
    assert changed('panel "a"', "unit", "1", "2") == differences(before, after)[:1]


def test_a_panel_that_got_another_id_is_still_the_same() -> None:
    assert changed('panel "p99" (id 4)', "id", "4", "12") == panel_differs({}, {"id": 12})


def test_two_panels_of_one_id_are_told_apart_by_their_order() -> None:
    before = {"panels": [{"id": 1, "title": "a"}, {"id": 1, "title": "b", "unit": 1}]}
    after = {"panels": [{"id": 1, "title": "a"}, {"id": 1, "title": "b", "unit": 2}]}
    assert changed('panel "b" (id 1)', "unit", "1", "2") == differences(before, after)


def test_a_panel_that_moves_into_a_row_is_told_so_and_the_order_is_not_told_again() -> None:
    row = {"id": 2, "type": "row", "title": "Hosts"}
    before = {"panels": [P99, {**row, "panels": []}]}
    after = {"panels": [{**row, "panels": [P99]}]}
    assert moved('panel "p99" (id 4)', "row", "none", '"Hosts" (id 2)') == differences(before, after)


def test_a_row_that_goes_leaves_its_panels_at_the_top() -> None:
    before = {"rows": [{"title": "Hosts", "panels": [P99]}]}
    after = {"panels": [P99]}
    assert (*removed('row "Hosts"'), *moved('panel "p99" (id 4)', "row", '"Hosts"', "none")) == differences(before, after)


def test_a_row_that_is_renamed_keeps_its_panels() -> None:
    row = {"id": 2, "type": "row", "panels": [P99]}
    before, after = {"panels": [{**row, "title": "a"}]}, {"panels": [{**row, "title": "b"}]}
    assert changed('row "a" (id 2)', "title", "a", "b") == differences(before, after)


def test_panels_in_another_order_and_nothing_else_is_told() -> None:
    other = {"id": 5, "title": "p50"}
    told = moved("panels", "order", 'panel "p99" (id 4), panel "p50" (id 5)', 'panel "p50" (id 5), panel "p99" (id 4)')
    assert told == differences({"panels": [P99, other]}, {"panels": [other, P99]})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"panels": []}, {}),
        ({"panels": None}, {"panels": []}),
        ({"panels": "none"}, {"panels": [P99]}),
        ({"panels": [P99]}, {"panels": [7]}),
        ({"panels": [{"panels": [7]}]}, {"panels": [P99]}),
        ({"rows": {}}, {"rows": []}),
        ({"panels": [{"type": "row", "panels": []}]}, {"panels": [{"type": "row"}]}),
    ],
)
def test_what_is_no_list_of_panels_is_told_by_its_path(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = differences(before, after)
    assert {each.part.partition("[")[0].partition(".")[0] for each in found} <= {"panels", "rows"}
    assert found


# --- the v2 form --------------------------------------------------------------------------------------------------------------------------


def v2(x: int, expr: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (any JSON)
    query = {"kind": "DataQuery", "group": "prometheus", "spec": {"expr": expr}}
    data = {"kind": "QueryGroup", "spec": {"queries": [{"kind": "PanelQuery", "spec": {"query": query, "refId": "A"}}]}}
    item = {"kind": "GridLayoutItem", "spec": {"x": x, "y": 0, "width": 12, "height": 8, "element": {"name": "panel-1"}}}
    grid = {"kind": "GridLayout", "spec": {"items": [item, *more.pop("items", [])]}}
    tabs = [{"kind": "TabsLayoutTab", "spec": {"title": "Main", "layout": grid}}]
    return {
        "elements": {"panel-1": {"kind": "Panel", "spec": {"id": 1, "title": "p99", "data": data, **more}}},
        "layout": {"kind": "TabsLayout", "spec": {"tabs": tabs}},
        "variables": [{"kind": "QueryVariable", "spec": {"name": "region", "hide": "no"}}],
    }


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (v2(0, "b"), changed('panel "p99" (id 1)', "query A", "a", "b")),
        (v2(6, "a"), moved('panel "p99" (id 1)', "position", "x 0, y 0", "x 6, y 0")),
        (v2(0, "a", vizConfig={}), added('panel "p99" (id 1)', "vizConfig", "{}")),
        (
            v2(0, "a", items=[{"kind": "GridLayoutItem", "spec": {"element": {"name": "panel-2"}}}]),
            added("layout tab Main item panel-2", "", '{kind: "GridLayoutItem", spec: {element: {name: "panel-2"}}}'),
        ),
        ({**v2(0, "a"), "variables": []}, removed('variable "region"')),
        ({**v2(0, "a"), "elements": 1}, None),
        ({**v2(0, "a"), "elements": {**v2(0, "a")["elements"], "x": 1}}, added('element "x"', "", "1")),
    ],
)
def test_a_v2_dashboard_is_told_by_its_panels(after: dict[str, Any], told: tuple[Difference, ...] | None) -> None:
    found = differences(v2(0, "a"), after)
    assert found == told if told is not None else [each.part for each in found] == ["elements"]


def test_a_query_that_comes_to_a_v2_panel_is_told_with_its_text() -> None:
    one, two = v2(0, "a"), v2(0, "a")
    queries = two["elements"]["panel-1"]["spec"]["data"]["spec"]["queries"]
    queries.append({"kind": "PanelQuery", "spec": {"refId": "B", "query": {"spec": {"expr": "up"}}}})
    assert added('panel "p99" (id 1)', "query B", "up") == differences(one, two)


def test_a_transformation_of_v2_is_told_by_its_group() -> None:
    sides = [
        v2(0, "a", transformations=[{"kind": "Transformation", "group": "reduce", "spec": {"options": {"mode": mode}}}])
        for mode in ("a", "b")
    ]
    assert changed('panel "p99" (id 1)', "transformation reduce options.mode", "a", "b") == differences(*sides)


def test_a_layout_item_of_an_element_that_is_not_there_keeps_its_place_in_words() -> None:
    one, two = v2(0, "a"), v2(3, "a")
    told = moved("layout tab Main item panel-1", "position", "x 0, y 0", "x 3, y 0")
    assert told == differences({"layout": one["layout"]}, {"layout": two["layout"]})


# --- short texts --------------------------------------------------------------------------------------------------------------------------


def test_of_long_texts_the_part_that_differs_is_shown() -> None:
    text = "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{{job='api'}}[{}])))"
    assert contrast(text.format("5m"), text.format("1m")) == ("…et{job='api'}[5m])))", "…et{job='api'}[1m])))")


def test_long_texts_that_differ_all_over_are_cut_in_the_middle() -> None:
    before, after = contrast("a" * 200, "b" * 200)
    assert (len(before), len(after), before[0], after[0], "…" in before) == (60, 60, "a", "b", True)


def test_a_text_is_shown_on_one_line_and_what_cannot_be_seen_as_an_escape() -> None:
    assert visible("a\nb\x1b[31m\u00a0\u202e\U000e0001") == "a⏎b\\u001b[31m\\u00a0\\u202e\\U000e0001"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("", '""'),
        (" padded", '" padded"'),
        (None, "null"),
        (True, "true"),
        (2.0, "2"),
        (0.5, "0.5"),
        ([1, "a", []], '[1, "a", []]'),
        ({"b": {}, "a": [1]}, "{a: [1], b: {}}"),
        ({"a": {"b": {"c": {"d": 1}}}}, "{a: {b: {c: {…}}}}"),
        ([[[[1]]]], "[[[[…]]]]"),
    ],
)
def test_a_value_is_shown_as_a_person_would_write_it(value: object, text: str) -> None:
    assert text == shown(value)


def test_a_text_within_the_width_is_not_cut() -> None:
    assert (cut("x" * 60), len(cut("x" * 61))) == ("x" * 60, 60)


def test_very_deep_nesting_is_told_without_reaching_into_it() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    assert compact(deep) == "[[[[…]]]]"
    assert removed("x", "", "[[[[…]]]]") == differences({"x": deep}, {})


# --- laws ---------------------------------------------------------------------------------------------------------------------------------

_NAMES = """title tags time templating list annotations links panels rows id type gridPos x y w h targets refId expr query datasource uid
fieldConfig defaults thresholds steps color value options text current overrides matcher properties spec elements layout items element
name width height variables queries kind group from to unknown"""
_KEYS = st.sampled_from(_NAMES.split())
_ATOMS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([1.0, 0.5, "", "a", "b", "row", "A"]), st.text(max_size=4))
_JSON = st.recursive(_ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5), max_leaves=30)
_BODIES = st.dictionaries(_KEYS, _JSON, max_size=6)


def plain(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """The value as text in which whole floats are integers: an equality of its own, to hold the other one to."""
    match value:
        case dict():
            return "{" + ",".join(f"{key!r}:{plain(value[key])}" for key in sorted(value)) + "}"
        case list():
            return "[" + ",".join(plain(each) for each in value) + "]"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return json.dumps(value)


@given(_BODIES, _BODIES)
@settings(max_examples=300, deadline=None)
def test_nothing_is_told_exactly_when_both_are_equal(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert (plain(before) == plain(after)) is (differences(before, after) == ())


@given(_BODIES, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_one_change_anywhere_is_never_overlooked(body: dict[str, Any], chance: Any) -> None:  # noqa: ANN401  (random.Random)
    other = json.loads(json.dumps(body))
    place: Any = other
    while isinstance(place, dict | list) and place:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[key], dict | list) or not place[key] or chance.random() < 0.2:
            place[key] = "something else"
            break
        place = place[key]
    assert (plain(body) == plain(other)) is (differences(body, other) == ())


@given(_BODIES, _BODIES)
@settings(max_examples=100, deadline=None)
def test_the_order_of_keys_does_not_matter_and_every_text_is_short_and_visible(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = differences(before, after)
    assert found == differences(dict(reversed(before.items())), dict(reversed(after.items())))
    assert all(len(text) <= 60 and text.isprintable() for each in found for text in (each.before, each.after))
