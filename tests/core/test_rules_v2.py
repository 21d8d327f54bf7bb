"""validate.py and rules/ on v2 specs, and on bodies that are wrapped as what they are not."""

from typing import cast

import pytest

from provisioner.core.model import Json
from provisioner.core.validate import check

V2 = "dashboard.grafana.app/v2beta1"


def element(number: int, source: Json = None) -> dict[str, Json]:
    query = {"kind": "DataQuery", "group": "prometheus", "version": "v0", "datasource": source, "spec": {"expr": "up"}}
    queries = [{"kind": "PanelQuery", "spec": {"refId": "A", "query": query}}]
    data = {"kind": "QueryGroup", "spec": {"queries": queries, "transformations": [], "queryOptions": {}}}
    return {"kind": "Panel", "spec": {"id": number, "title": f"Panel {number}", "data": data}}


def layout(*names: str) -> dict[str, Json]:
    items = [{"kind": "GridLayoutItem", "spec": {"element": {"kind": "ElementReference", "name": name}}} for name in names]
    tab = {"kind": "TabsLayoutTab", "spec": {"layout": {"kind": "GridLayout", "spec": {"items": items}}}}
    return {"kind": "TabsLayout", "spec": {"tabs": [tab]}}


GOOD: dict[str, Json] = {
    "title": "Hosts",
    "elements": {"panel-1": element(1), "panel-2": element(2)},
    "layout": layout("panel-1", "panel-2"),
    "variables": [{"kind": "CustomVariable", "spec": {"name": "host"}}],
    "annotations": [{"kind": "AnnotationQuery", "spec": {"name": "Deploys", "query": {"datasource": {"name": "-- Grafana --"}}}}],
    "timeSettings": {"autoRefresh": "30s"},
    "tags": ["linux"],
}


def found(**changes: Json) -> list[tuple[str, str]]:
    return [(each.code, each.pointer) for each in check({**GOOD, **changes}, V2)]


@pytest.mark.parametrize("version", ["v2alpha1", "v2beta1", "v2"])
def test_a_good_v2_spec_has_no_findings(version: str) -> None:
    assert check(GOOD, f"dashboard.grafana.app/{version}") == ()


def test_the_head_is_held_to_the_same_rules() -> None:
    assert found(title="", tags=["t" * 51], timeSettings={"autoRefresh": "often"}, id=7, layuot={}) == [
        ("title-invalid", "/title"),
        ("tag-invalid", "/tags/0"),
        ("refresh-invalid", "/timeSettings/autoRefresh"),
        ("id-set", "/id"),
        ("key-unknown", "/layuot"),
    ]


def test_a_spec_without_layout_is_an_error() -> None:
    body = {key: value for key, value in GOOD.items() if key != "layout"}
    assert ("field-invalid", '"layout" is missing') in [(each.code, each.message) for each in check(body, V2)]


def test_a_panel_of_an_impossible_type_is_an_error() -> None:
    assert ("field-invalid", "/elements/panel-1") in found(elements={"panel-1": 7, "panel-2": element(2)})


def test_elements_and_layout_are_held_against_each_other() -> None:
    assert found(layout=layout("panel-1", "panel-3")) == [
        ("element-missing", "/layout/spec/tabs/0/spec/layout/spec/items/1/spec/element/name"),
        ("element-unplaced", "/elements/panel-2"),
    ]


def test_an_element_that_is_placed_twice_and_missing_is_told_once_at_the_first_place() -> None:
    assert found(layout=layout("panel-1", "panel-2", "gone", "gone")) == [
        ("element-missing", "/layout/spec/tabs/0/spec/layout/spec/items/2/spec/element/name"),
    ]


def test_elements_of_an_impossible_type_are_an_error_and_nothing_more() -> None:
    assert [code for code, _ in found(elements=[])] == ["field-invalid", "element-missing", "element-missing"]


def test_two_elements_of_one_id_are_found() -> None:
    assert found(elements={"panel-1": element(1), "panel-2": element(1)}) == [("panel-id-duplicate", "/elements/panel-2/spec/id")]


def test_an_element_without_id_is_compared_with_none() -> None:
    bare = {"kind": "Panel", "spec": {"title": "Bare"}}
    assert found(elements={"panel-1": bare, "panel-2": bare}) == []


def test_two_variables_of_one_name_are_found() -> None:
    variables = cast("list[Json]", GOOD["variables"])
    assert found(variables=variables * 2) == [("variable-duplicate", "/variables/1/spec/name")]


def test_a_name_where_a_uid_belongs_is_noted() -> None:
    assert found(elements={"panel-1": element(1, {"name": "Netsage TSDS"}), "panel-2": element(2, {"name": "prom-main"})}) == [
        ("data-source-by-name", "/elements/panel-1/spec/data/spec/queries/0/spec/query/datasource")
    ]


# Wrapped as what it is not


@pytest.mark.parametrize("version", ["dashboard.grafana.app/v0alpha1", "dashboard.grafana.app/v1", None])
def test_a_v2_body_that_is_not_wrapped_as_v2_is_told_as_that_alone(version: str | None) -> None:
    assert [(each.code, each.pointer) for each in check(GOOD, version)] == [("spec-mismatch", "/elements")]


def test_a_bare_v2_body_is_told_how_to_be_wrapped() -> None:
    (finding,) = check(GOOD, None)
    assert finding.message == "the dashboard has elements instead of panels, but has no wrapper"
    assert finding.remedy == 'wrap it: apiVersion "dashboard.grafana.app/v2", kind "Dashboard", metadata.name, spec'


@pytest.mark.parametrize("key", ["panels", "rows"])
def test_a_classic_body_wrapped_as_v2_is_told_as_that_alone(key: str) -> None:
    (finding,) = check({"title": "t", key: []}, V2)
    assert (finding.code, finding.pointer) == ("spec-mismatch", f"/{key}")
    assert finding.message == f"the dashboard has {key} instead of elements, but is wrapped as {V2}"
