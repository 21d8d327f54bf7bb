"""fields.py: the path of a field as a server writes it leads to the same value in what was sent, however the server spells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.fields import Field, field_in, steps_of
from provisioner.core.model import Json
from provisioner.core.syntax_text import escaped
from tests.core.json_values import bodies

Way = tuple[str | int, ...]

V2: dict[str, Any] = {"elements": {"panel-1": {"kind": "Panel", "spec": {"a.b": [{"c": 1}]}}}}
ROWS: dict[str, Any] = {
    "rows": [
        {"title": "a", "panels": [{"id": 7, "type": "graph"}]},
        {"title": "b", "panels": [{"id": 9, "type": "graph", "targets": [{"expr": "up"}]}, {"type": "text"}, "?"]},
        "?",
    ]
}
MIGRATED: dict[str, Any] = {
    "panels": [
        {"id": 1, "type": "row", "panels": [{"id": 7, "datasource": None}]},
        {"id": 9, "datasource": None, "targets": [{"expr": "up"}]},
        {"type": "text"},
        "?",
    ]
}


def _ways(value: Json, way: Way = ()) -> list[Way]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(found for key, each in inner for found in _ways(each, (*way, key)))]


def _quoted(way: Way) -> str:
    """As CUE writes keys that are no names."""
    return "".join(f".{each}" if isinstance(each, int) else f".{json.dumps(each)}" for each in way)


def _bracketed(way: Way) -> str:
    return "".join(f"[{each}]" if isinstance(each, int) else f"[{json.dumps(each)}]" for each in way)


@pytest.mark.parametrize("spelt", [_quoted, _bracketed])
@given(content=bodies, data=st.data())
def test_every_place_of_any_content_is_found_again_however_it_is_spelt(
    spelt: Callable[[Way], str], content: dict[str, Json], data: st.DataObject
) -> None:
    way = data.draw(st.sampled_from(_ways(content)))
    pointer = "".join(f"/{escaped(str(each))}" for each in way)
    if way[:1] != ("panels",) or "rows" not in content:
        assert Field(pointer, there=True) == field_in(content, steps_of(spelt(way)))


@given(path=st.text(st.sampled_from('ab.[]"\\0\u06619 \n'), max_size=20) | st.text(max_size=20), content=bodies, form=bodies)
def test_any_text_for_a_path_leads_somewhere(path: str, content: dict[str, Json], form: dict[str, Json]) -> None:
    for each in (content, {**content, "rows": [form], "panels": []}):
        found = field_in(each, ("panels", *steps_of(path)), form)
        assert found.pointer == "" or found.pointer.startswith("/")


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("spec.panels.0.datasource", ("spec", "panels", "0", "datasource")),
        ("spec.panels[0].type", ("spec", "panels", "0", "type")),
        ('spec.elements["panel-1"].spec', ("spec", "elements", "panel-1", "spec")),
        ('spec.elements."panel-1".spec', ("spec", "elements", "panel-1", "spec")),
        ("metadata.annotations[grafana.app/folder]", ("metadata", "annotations", "grafana.app/folder")),
        (r'spec."a\"b"', ("spec", 'a"b')),
        (r'spec."a\qb"', ("spec", r"a\qb")),
        ("spec[]", ("spec", "")),
        ("", ()),
    ],
)
def test_a_path_is_taken_apart_as_servers_write_it(path: str, steps: tuple[str, ...]) -> None:
    assert steps == steps_of(path)


@pytest.mark.parametrize("path", ["elements.panel-1.spec.a.b.0.c", 'elements["panel-1"].spec["a.b"][0].c'])
def test_a_key_with_dots_is_found_quoted_or_not(path: str) -> None:
    assert Field("/elements/panel-1/spec/a.b/0/c", there=True) == field_in(V2, steps_of(path))


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("elements.panel-1.spec.vizConfig.kind", "/elements/panel-1/spec"),
        ("elements.panel-2", "/elements"),
        ("layout", ""),
        ("elements.panel-1.kind.more", "/elements/panel-1/kind"),
        ("elements.panel-1.spec.a.b.1", "/elements/panel-1/spec/a.b"),
        ("elements.panel-1.spec.a.b.x", "/elements/panel-1/spec/a.b"),
    ],
)
def test_a_field_that_was_not_sent_is_told_where_it_would_be(path: str, pointer: str) -> None:
    assert Field(pointer, there=False) == field_in(V2, steps_of(path))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("panels.0.panels.0.datasource", Field("/rows/0/panels/0", there=False)),
        ("panels.1.targets.0.expr", Field("/rows/1/panels/0/targets/0/expr", there=True)),
        ("rows.1.title", Field("/rows/1/title", there=True)),
    ],
)
def test_panels_of_rows_are_found_again_by_their_ids_in_what_the_server_made_of_them(path: str, field: Field) -> None:
    assert field == field_in(ROWS, steps_of(path), MIGRATED) == field_in(ROWS, list(steps_of(path)), MIGRATED)


@pytest.mark.parametrize("path", ["panels", "panels.0", "panels.2.type", "panels.3", "panels.4", "panels.x", "panels.0.panels.8"])
def test_a_panel_that_cannot_be_told_for_sure_is_told_of_the_whole(path: str) -> None:
    assert Field("", there=False) == field_in(ROWS, steps_of(path), MIGRATED)


def test_without_the_servers_form_no_panel_of_a_row_is_guessed() -> None:
    assert Field("", there=False) == field_in(ROWS, ("panels", "1"))


def test_two_panels_of_one_id_are_not_told_apart() -> None:
    twice = {"rows": [{"panels": [{"id": 9}, {"id": 9}]}]}
    assert Field("", there=False) == field_in(twice, ("panels", "1"), MIGRATED)
