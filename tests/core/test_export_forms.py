"""A file says the form of what it holds: elements and layout in a resource of their version, panels as they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from provisioner.core import documents
from provisioner.core.desired import Wants
from provisioner.core.export import Change, made, reformed, rewritten
from provisioner.core.model import FileKind, Fill, Json, Uid
from tests.core import shapes
from tests.core.export_room import told

NEW = shapes.new_schema("New")
CLASSIC = {key: each for key, each in shapes.dashboard("cpu", "CPU").items() if key != "uid"}
MARKED = Fill(tag="provisioner:ours")


def change(value: Json, live: Mapping[str, Json], form: str, wants: Wants | None = None) -> tuple[bytes, Change]:
    raw = shapes.as_json(value)
    [known, *_] = told({"cpu.json": raw}, wants).dashboards
    return raw, Change(known, live, form=form)


def after(value: Json, live: Mapping[str, Json], form: str, wants: Wants | None = None) -> dict[str, Any] | None:
    raw, wanted = change(value, live, form, wants)
    out = rewritten(raw, FileKind.JSON, [wanted])
    return None if out is None else json.loads(out)


def test_a_new_file_of_elements_and_layout_is_a_resource_that_is_read_back_as_it_is() -> None:
    raw = made(Uid("new"), {**NEW, "tags": ["a", "provisioner:ours"]}, MARKED, "v2beta1")
    [document] = documents.read(raw, FileKind.JSON).documents
    assert ("new", "v2beta1", "New") == (document.uid, document.form, document.title)
    assert {**NEW, "tags": ["a"]} == documents.body(raw, FileKind.JSON, document)
    assert ["title", "tags"] == list(json.loads(raw)["spec"])[:2]
    assert ["variables", "elements", "layout"] == list(json.loads(raw)["spec"])[-3:]


def test_a_bare_dashboard_becomes_a_resource_when_its_form_is_the_newer() -> None:
    found = after(shapes.dashboard("cpu", "CPU"), NEW, "v2beta1")
    assert {"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "metadata": {"name": "cpu"}, "spec": NEW} == found


def test_a_resource_keeps_its_wrapper_and_names_the_other_form() -> None:
    found = after(shapes.resource(NEW, version="v2beta1"), CLASSIC, "")
    assert {**shapes.resource(CLASSIC, version="v0alpha1")} == found


def test_from_one_newer_form_to_another_only_its_name_and_contents_change() -> None:
    other = {**NEW, "description": "in v2"}
    assert shapes.resource(other, version="v2") == after(shapes.resource(NEW, version="v2beta1"), other, "v2")


@pytest.mark.parametrize(
    "value",
    [
        shapes.answer(shapes.dashboard("cpu", "CPU")),
        [shapes.dashboard("cpu", "CPU"), shapes.dashboard("mem", "Mem")],
        shapes.listed([shapes.resource(CLASSIC)]),
        shapes.export("cpu"),
    ],
)
def test_what_cannot_say_another_form_is_left(value: Json) -> None:
    wants = Wants(data_sources=(("DS_PROM", "prom-main"),))
    assert None is after(value, NEW, "v2beta1", wants)


def test_two_of_one_file_are_not_put_into_another_form() -> None:
    raw, first = change([shapes.dashboard("cpu", "CPU"), shapes.dashboard("mem", "Mem")], NEW, "v2beta1")
    assert None is rewritten(raw, FileKind.JSON, [first, first])


def test_yaml_is_left() -> None:
    raw, wanted = change(shapes.dashboard("cpu", "CPU"), NEW, "v2beta1")
    assert None is reformed(raw, FileKind.YAML, wanted)


def test_a_change_in_the_form_that_the_file_has_is_no_reform() -> None:
    _, wanted = change(shapes.resource(NEW, version="v2beta1"), NEW, "v2beta1")
    assert (False, True) == (wanted.reforms, replace(wanted, form="v2").reforms)
