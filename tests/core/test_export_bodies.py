"""What a pull writes: new files in one form, and of a file that is there only what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core import documents
from provisioner.core.canonical import fingerprint
from provisioner.core.desired import Wants
from provisioner.core.export import Change, Expected, checked, folder_file, is_same, loses_comments, made, retitled, rewritten
from provisioner.core.export.patch import patched
from provisioner.core.export.yaml_text import yaml_text
from provisioner.core.inputs import fill
from provisioner.core.model import FileKind, Fill, FolderUid, Json, Uid
from provisioner.core.syntax import parse
from tests.core import shapes
from tests.core.export_room import told
from tests.core.json_values import texts, values

JSON, YAML = FileKind.JSON, FileKind.YAML
PROM = Wants(data_sources=(("DS_PROM", "prom-main"), ("DS_LOKI", "loki-main")), variables=(("VAR_JOB", "node"),))


def body(uid: str = "cpu", **fields: object) -> dict[str, Any]:
    return {**shapes.dashboard(uid, "CPU"), **fields}


def text(value: Json, **how: Any) -> bytes:  # noqa: ANN401 - what json.dumps takes
    return json.dumps(value, **{"indent": 2, "ensure_ascii": False, **how}).encode()


def change(raw: bytes, live: Mapping[str, Json], path: str = "cpu.json", wants: Wants | None = None, uid: str = "cpu") -> Change:
    """The dashboard of a file, beside what is live."""
    [known] = [each for each in told({path: raw}, wants).dashboards if each.uid == uid]
    return Change(known, live)


def after(raw: bytes, live: Mapping[str, Json], path: str = "cpu.json", wants: Wants | None = None) -> bytes | None:
    kind = documents.kind_of(path)
    assert kind is not None
    each = change(raw, live, path, wants)
    assert not is_same(each, raw, kind)
    return rewritten(raw, kind, [each])


def says(raw: bytes | None, live: Mapping[str, Json], path: str = "cpu.json", wants: Wants | None = None) -> bool:
    """Whether a pass would find the live contents in the file."""
    assert raw is not None
    kind = documents.kind_of(path)
    assert kind is not None
    return is_same(change(raw, live, path, wants), raw, kind)


def lines(before: bytes, now: bytes | None) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    assert now is not None
    old, new = before.decode().splitlines(), now.decode().splitlines()
    return [line.strip() for line in old if line not in new], [line.strip() for line in new if line not in old]


# New files


def test_a_new_file_has_its_head_first_and_panels_last_and_nothing_of_the_server() -> None:
    live = {"version": 3, "panels": [], "id": 9, "iteration": 1, "time": {"to": "now", "from": "now-1h"}, "tags": ["größe"], "title": "CPU"}
    live |= {"templating": {"list": []}, "annotations": {}, "description": "x", "__inputs": [], "schemaVersion": 41}
    raw = made(Uid("cpu"), live)
    order = ["uid", "title", "description", "tags", "annotations", "schemaVersion", "time", "templating", "panels"]
    assert order == list(json.loads(raw))
    assert raw.endswith(b"}\n")
    assert '"tags": [\n    "größe"\n  ]' in raw.decode()
    assert '"time": {\n    "from": "now-1h",\n    "to": "now"\n  }' in raw.decode()


def test_of_a_library_panel_only_what_a_file_needs_is_written() -> None:
    panel = {
        "id": 1,
        "gridPos": {"x": 0},
        "title": "T",
        "type": "text",
        "libraryPanel": {"uid": "l", "name": "L", "meta": {"created": "x"}},
    }
    live = body(panels=[panel, {"id": 2, "libraryPanel": {"uid": "m"}}, {"id": 3, "libraryPanel": {}}, {"id": 4, "libraryPanel": 5}])
    written = json.loads(made(Uid("cpu"), live))["panels"]
    assert {"gridPos": {"x": 0}, "id": 1, "libraryPanel": {"name": "L", "uid": "l"}, "title": "T"} == written[0]
    assert [{"id": 2, "libraryPanel": {"uid": "m"}}, {"id": 3, "libraryPanel": {}}, {"id": 4, "libraryPanel": 5}] == written[1:]


def test_what_would_not_be_taken_for_a_dashboard_gets_the_wrapper_of_an_answer() -> None:
    raw = made(Uid("cpu"), {"title": "Bare"})
    assert {"meta": {}, "dashboard": {"uid": "cpu", "title": "Bare"}} == json.loads(raw)
    assert says(raw, {"title": "Bare"})


def test_numbers_and_letters_that_the_quick_encoder_refuses_are_written_all_the_same() -> None:
    live = body(big=2**70, half="\ud800")
    raw = made(Uid("cpu"), live)
    assert fingerprint(live) == fingerprint(documents.body(raw, JSON, documents.read(raw, JSON).documents[0]))


@given(st.dictionaries(texts, values, max_size=4))
def test_any_contents_are_read_back_as_they_are(extra: Mapping[str, Json]) -> None:
    live = {**extra, **shapes.dashboard("cpu", "CPU")}
    raw = made(Uid("cpu"), live)
    reading = documents.read(raw, JSON)
    assert ["cpu"] == [each.uid for each in reading.documents]
    own = documents.body(raw, JSON, reading.documents[0])
    if "__elements" not in extra:
        assert fingerprint(live) == fingerprint(own)
    assert made(Uid("cpu"), own) == raw


# Files that are there: JSON


def test_only_the_changed_value_is_another() -> None:
    raw = text(body())
    live = body()
    live["panels"][0]["title"] = "Other"
    assert (['"title": "Load",'], ['"title": "Other",']) == lines(raw, after(raw, live))


@pytest.mark.parametrize("how", [{"indent": 4}, {"indent": "\t"}, {"indent": None}, {"indent": None, "separators": (",", ":")}])
def test_what_is_new_is_laid_out_like_the_rest(how: dict[str, Any]) -> None:
    panel = {"gridPos": {"h": 1, "w": 1, "x": 0, "y": 8}, "id": 2, "title": "New", "type": "text"}
    live = body(description="d")
    live["panels"].append(panel)
    expected = json.loads(text(live))
    assert text(expected, **how) == after(text(body(), **how), live)


def test_a_file_with_line_ends_of_windows_and_escapes_keeps_both() -> None:
    raw = text(body(description="größe"), ensure_ascii=True).replace(b"\n", b"\r\n")
    now = after(raw, body(description="größe", links=[{"title": "ü"}]))
    assert now is not None
    assert now.count(b"\n") == now.count(b"\r\n") > raw.count(b"\n")
    assert (b'"gr\\u00f6\\u00dfe"' in now, b'"title": "\\u00fc"' in now, now.isascii()) == (True, True, True)


def test_keys_that_are_gone_go_the_first_one_too() -> None:
    raw = b'{"style": "dark", "uid": "cpu" , "title": "CPU", "panels": [ ], "schemaVersion": 41}'
    live = {"title": "CPU", "panels": [], "schemaVersion": 41}
    assert b'{"uid": "cpu" , "title": "CPU", "panels": [ ], "schemaVersion": 41}' == after(raw, live)


def test_a_panel_in_the_midst_that_is_gone_takes_only_its_own_lines() -> None:
    panels = [{"id": number, "title": f"P{number}", "type": "text"} for number in range(4)]
    raw = text(body(panels=panels))
    now = after(raw, body(panels=[panels[0], panels[2], {**panels[3], "title": "Q"}]))
    assert text(body(panels=[panels[0], panels[2], {**panels[3], "title": "Q"}])) == now


def test_what_the_file_has_of_its_own_stays() -> None:
    raw = text({"id": None, "version": 7, **body(uid="cpu"), "__requires": [], "weight": 1.0})
    live = body(uid="cpu", id=44, version=9, iteration=5, weight=1, refresh="5m")
    now = after(raw, live)
    assert now is not None
    assert raw.replace(b'"weight": 1.0', b'"weight": 1.0,\n  "refresh": "5m"') == now


def test_spelling_that_means_the_same_stays() -> None:
    raw = b'{"uid":"cpu","title":"CPU","panels":[],"schemaVersion":41,"a":1e2,"b":"\\u0041","c":{"x":1.50,"y":1},"d":{}}'
    live = {"title": "CPU", "panels": [], "schemaVersion": 41, "a": 100, "b": "A", "c": {"x": 1.5, "y": 2}, "d": {"z": 1}}
    assert raw.replace(b'"y":1', b'"y":2').replace(b'"d":{}', b'"d":{"z":1}') == after(raw, live)


@given(values, values, st.sampled_from([2, 4, "\t", None]))
def test_a_patched_text_says_the_value_whatever_it_said_before(old: Json, new: Json, indent: Any) -> None:  # noqa: ANN401 - as json.dumps
    before = json.dumps(old, indent=indent)
    now = patched(before, new)
    assert fingerprint({"": new}) == fingerprint({"": json.loads(now)})
    assert now == patched(now, new)
    assert before == patched(before, json.loads(before))


# Wrappers, and texts in texts


def test_a_resource_an_answer_and_a_list_keep_all_around_the_dashboard() -> None:
    live = body(refresh="5m")
    del (bare := body())["uid"]
    resource = {
        "apiVersion": "dashboard.grafana.app/v1",
        "kind": "Dashboard",
        "metadata": {"name": "cpu", "labels": {"a": "b"}},
        "spec": bare,
    }
    for wrapped in (resource, {"meta": {"slug": "x"}, "dashboard": body()}, [body("other"), body()]):
        raw = text(wrapped)
        assert ([], ['"refresh": "5m"']) == (lines(raw, after(raw, live))[0][1:], lines(raw, after(raw, live))[1][-1:])
        assert says(after(raw, live), live)


def test_a_dashboard_that_is_text_in_a_manifest_is_changed_as_text() -> None:
    inner = '{\n  "uid": "cpu",\n  "title": "CPU",\n  "panels": [ ],\n  "schemaVersion": 41\n}\n'
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"cpu.json": inner, "other": "a\n"}}
    live = {"title": "CPU!", "panels": [], "schemaVersion": 41}
    changed = inner.replace("CPU", "CPU!")
    assert text({**manifest, "data": {"cpu.json": changed, "other": "a\n"}}) == after(text(manifest), live)
    now = after(yaml_text(manifest).encode(), live, "cpu.yaml")
    assert yaml_text({**manifest, "data": {"cpu.json": changed, "other": "a\n"}}).encode() == now


# YAML


def test_yaml_stays_yaml_in_its_order_with_its_head_and_its_neighbours() -> None:
    ram = "uid: ram\ntitle: RAM\npanels: []\nschemaVersion: 41\n"
    raw = f"# ours\n\ntitle: CPU # main\nuid: cpu\npanels: []\nschemaVersion: 41\ntags: [a]\n---\n{ram}".encode()
    live = {"title": "CPU", "panels": [{"type": "text", "id": 1}], "schemaVersion": 41, "tags": ["a", "b"], "links": [{"b": 1, "a": 2}]}
    now = after(raw, live, "cpu.yaml")
    head = "# ours\n\ntitle: CPU\nuid: cpu\npanels:\n  - id: 1\n    type: text\nschemaVersion: 41\n"
    rest = "tags:\n  - a\n  - b\nlinks:\n  - a: 2\n    b: 1\n---\n"
    assert head + rest + ram == (now or b"").decode()


def test_who_loses_comments_is_told_before() -> None:
    assert loses_comments(b"# head\na: 1 # main\n", YAML)
    assert loses_comments(b"a: 1\n# below\n", YAML)
    assert not loses_comments(b"# head\n\na: x#y\n", YAML)
    assert not loses_comments(b'{"a": " # "}', JSON)


@given(values)
def test_any_value_is_read_back_from_yaml(value: Json) -> None:
    parsed = parse(yaml_text({"": value}).encode(), YAML)
    assert ((), fingerprint({"": value})) == (parsed.problems, fingerprint(parsed.documents[0]))


WORDS = ["yes", "No", "0o14", "1e5", "12:30", "", " a", "a ", "a: b", "a #b", "- a", "~", "null", "2026-10-01", "%x", "@x", "é"]
LINES = ["x\ny", "x\n\ny\n", "\nx", " x\ny", "x \ny", "x\n\n", "x\n\ty", "a\tb\nc", "\u2028\n", "\x85", "\x7f", "\ufeff", "\x00"]


@pytest.mark.parametrize("value", [*WORDS, *LINES])
def test_texts_that_readers_of_yaml_take_for_something_else_stay_texts(value: str) -> None:
    for placed in ({"k": value}, [value], {value: 1}, [[value]], [{"k": [value]}]):
        parsed = parse(yaml_text(placed).encode(), YAML)
        if not value.startswith("\ufeff"):
            assert ((), (placed,)) == (parsed.problems, parsed.documents)


def test_a_text_of_several_lines_is_a_block() -> None:
    assert "k: |-\n  a\n\n  b\nl:\n  - |\n    c\n    d\n" == yaml_text({"k": "a\n\nb", "l": ["c\nd\n"]})
    assert "|-\n  a\n  b\n" == yaml_text("a\nb")


# Holes


def prometheus(**fields: object) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${DS_PROM}"}
    declared = {"name": "DS_PROM", "type": "datasource", "pluginId": "prometheus", "label": "P"}
    constant = {"name": "VAR_JOB", "type": "constant", "label": "Job", "value": "node"}
    panel = {"id": 1, "type": "timeseries", "title": "${VAR_JOB}", "datasource": source, "targets": [{"refId": "A", "datasource": source}]}
    return {"__inputs": [declared, constant], **body(panels=[panel]), **fields}


def filled(own: dict[str, Any]) -> dict[str, Any]:
    raw = text(own)
    known = change(raw, {}, wants=PROM).known
    return fill(documents.body(raw, JSON, known.document), known.fill)


def test_holes_stay_where_they_are_and_come_back_where_something_is_new() -> None:
    raw = text(prometheus())
    live = filled(prometheus())
    assert is_same(change(raw, live, wants=PROM), raw, JSON)
    source = {"type": "prometheus", "uid": "prom-main"}
    live["panels"][0]["targets"].append({"refId": "B", "datasource": source})
    live["panels"].append({"id": 2, "type": "text", "title": "prom-main", "datasource": "prom-main", "links": ["prom-main"]})
    now = after(raw, live, wants=PROM)
    assert now is not None
    panels = json.loads(now)["panels"]
    hole = {"type": "prometheus", "uid": "${DS_PROM}"}
    assert ("${VAR_JOB}", hole, [hole, hole]) == (
        panels[0]["title"],
        panels[0]["datasource"],
        [each["datasource"] for each in panels[0]["targets"]],
    )
    assert {"id": 2, "type": "text", "title": "prom-main", "datasource": "${DS_PROM}", "links": ["prom-main"]} == panels[1]
    assert prometheus()["__inputs"] == json.loads(now)["__inputs"]
    assert says(now, live, wants=PROM)


def test_a_panel_switched_to_another_mapped_source_names_its_hole() -> None:
    loki = {"name": "DS_LOKI", "type": "datasource", "pluginId": "loki", "label": "L"}
    own = prometheus(description="${DS_LOKI}")
    own["__inputs"].append(loki)
    live = filled(own)
    live["panels"][0]["datasource"] = {"type": "loki", "uid": "loki-main"}
    now = json.loads(after(text(own), live, wants=PROM) or b"")
    assert {"type": "loki", "uid": "${DS_LOKI}"} == now["panels"][0]["datasource"]


def test_a_uid_that_the_file_names_itself_or_two_holes_share_is_left_a_uid() -> None:
    named = prometheus(description="prom-main")
    shared = prometheus(description="${DS_LOKI}")
    shared["__inputs"].append({"name": "DS_LOKI", "type": "datasource", "pluginId": "prometheus", "label": "L"})
    both = Wants(data_sources=(("DS_PROM", "prom-main"), ("DS_LOKI", "prom-main")), variables=PROM.variables)
    for own, wants in ((named, PROM), (shared, both)):
        raw = text(own)
        known = change(raw, {}, wants=wants).known
        live = fill(documents.body(raw, JSON, known.document), known.fill)
        live["panels"].append({"id": 2, "type": "text", "datasource": {"type": "prometheus", "uid": "prom-main"}})
        now = json.loads(after(raw, live, wants=wants) or b"")
        assert "prom-main" == now["panels"][1]["datasource"]["uid"]


def test_a_file_whose_holes_cannot_be_kept_truly_is_not_rewritten() -> None:
    raw = text(prometheus())
    live = filled(prometheus())
    live["description"] = "see ${DS_PROM}"
    assert after(raw, live, wants=PROM) is None
    model = {"type": "text", "title": "Lib"}
    brought = text(body(panels=[{"id": 1, "libraryPanel": {"uid": "l", "name": "L"}}], __elements={"l": {"uid": "l", "model": model}}))
    assert after(brought, body(panels=[{"id": 1, **model, "title": "Mine"}])) is None


def test_a_source_by_name_stays_a_name_where_nothing_else_was_chosen() -> None:
    own = body(panels=[{"id": 1, "type": "graph", "title": "G", "datasource": "Prometheus"}, {"id": 2, "type": "text", "title": "T"}])
    wants = Wants(data_sources=(("Prometheus", "prom-main"),))
    live = body(panels=[{"id": 1, "type": "graph", "title": "H", "datasource": "prom-main"}, {"id": 2, "type": "text", "title": "T"}])
    assert (['"title": "G",'], ['"title": "H",']) == lines(text(own), after(text(own), live, wants=wants))


# What would not be read back


def test_what_cannot_be_written_so_that_it_is_read_back_is_not_rewritten() -> None:
    raw = b"uid: cpu\ntitle: CPU\npanels: []\nschemaVersion: 41\n"
    deep: Json = "bottom"
    for _ in range(70):
        deep = [deep]
    assert after(raw, {"title": "CPU", "panels": [], "schemaVersion": 41, "x": deep}, "cpu.yaml") is None


def test_what_a_pass_would_say_of_a_new_file_is_said_at_once() -> None:
    def of(live: dict[str, Any], wants: Wants = PROM) -> tuple[int, int, int]:
        done = checked(made(Uid("cpu"), live), JSON, "cpu.json", Expected(Uid("cpu"), live), wants)
        return len(done.held), len(done.remarks), len(done.problems)

    assert (0, 0, 0) == of(body())
    assert (0, 1, 0) == of(body(description="${DS_PROM}"))
    assert (0, 1, 0) == of(body(description="${DS_PROM}"), Wants())
    assert (0, 0, 1) == of(body(tags=["x" * 60]))
    assert 1 == len(checked(b"{}", JSON, "cpu.json", Expected(Uid("cpu"), {}), Wants()).held)


# Folder files


@pytest.mark.parametrize(
    ("kind", "before", "now"),
    [
        (FileKind.FOLDER_YAML, b"uid: u\n", b"title: New\nuid: u\n"),
        (FileKind.FOLDER_YAML, b"uid: u\ntitle: Old # ours\ndescription: x\n", b"uid: u\ntitle: New # ours\ndescription: x\n"),
        (FileKind.FOLDER_YAML, b'"title": "Old"\r\nuid: u\r\n', b'"title": New\r\nuid: u\r\n'),
        (FileKind.FOLDER_JSON, b'{"uid":"u","title":"Old"}', b'{"uid":"u","title":"New"}'),
        (FileKind.FOLDER_JSON, b'{"uid":"u"}', b'{"uid":"u","title":"New"}'),
        (
            FileKind.FOLDER_YAML,
            b"apiVersion: folder.grafana.app/v1\nkind: Folder\nmetadata:\n  name: u\nspec:\n  title: Old\n",
            b"apiVersion: folder.grafana.app/v1\nkind: Folder\nmetadata:\n  name: u\nspec:\n  title: New\n",
        ),
        (
            FileKind.FOLDER_JSON,
            b'{"apiVersion": "folder.grafana.app/v1", "kind": "Folder", "metadata": {"name": "u"}, "spec": {"title": "Old"}}',
            b'{"apiVersion": "folder.grafana.app/v1", "kind": "Folder", "metadata": {"name": "u"}, "spec": {"title": "New"}}',
        ),
        (FileKind.FOLDER_YAML, b"title: >\n  Old\nuid: u\n", None),
    ],
)
def test_another_title_is_another_line_and_no_more(kind: FileKind, before: bytes, now: bytes | None) -> None:
    assert now == retitled(before, kind, "New")


@given(texts.filter(str.strip).map(str.strip))
def test_any_title_is_read_back_from_a_folder_file(title: str) -> None:
    raw = folder_file(title, FolderUid("u-1"))
    folder = documents.read(raw, FileKind.FOLDER_YAML).folder
    assert folder is not None
    assert (title, "u-1") == (folder.title, folder.uid)
    assert raw == retitled(folder_file("Old", FolderUid("u-1")), FileKind.FOLDER_YAML, title)


# The owner's mark


def test_the_owner_s_mark_is_in_no_file_and_makes_no_difference() -> None:
    wants = Wants(owner_tag="provisioner:ours")
    marked = body(tags=["a", "provisioner:ours"])
    marks = Fill(tag="provisioner:ours")
    new = made(Uid("cpu"), marked, marks)
    assert ["a"] == json.loads(new)["tags"]
    assert not checked(new, JSON, "cpu.json", Expected(Uid("cpu"), marked, marks=marks), wants).remarks
    for live in (marked, body(tags=["a"]), body(tags=["provisioner:ours", "a"])):
        assert says(new, live, wants=wants)
    bare = text({"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 41})
    unlike: dict[str, Any] = {"title": "RAM", "panels": [], "schemaVersion": 41, "tags": ["provisioner:ours"]}
    assert says(bare, {**unlike, "title": "CPU"}, wants=wants)
    assert says(after(bare, unlike, wants=wants), unlike, wants=wants)


def test_what_stands_for_a_folder_is_in_no_file_and_makes_no_difference() -> None:
    marks = Fill(tag="provisioner:ours", folder_tag="ops", prefix="ops / ")
    live = body(title="ops / CPU", tags=["a", "ops", "provisioner:ours"])
    new = made(Uid("cpu"), live, marks)
    assert ("CPU", ["a"]) == (json.loads(new)["title"], json.loads(new)["tags"])
    assert not checked(new, JSON, "cpu.json", Expected(Uid("cpu"), live, marks=marks), Wants()).remarks


def test_an_edit_is_taken_into_a_file_without_what_stands_for_its_folder() -> None:
    raw = b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 12}'
    [known] = told({"ops/cpu.json": raw}).dashboards
    known = replace(known, fill=Fill(folder_tag="ops", prefix="ops / "))
    live = {"title": "ops / CPU load", "panels": [], "schemaVersion": 12, "tags": ["ops"]}
    now = rewritten(raw, JSON, [Change(known, live)])
    assert b'{"uid": "cpu", "title": "CPU load", "panels": [], "schemaVersion": 12, "tags": []}' == now


def test_a_file_that_names_no_uid_gets_it_when_it_is_to_lie_elsewhere() -> None:
    raw = b'{"title": "CPU", "panels": [], "schemaVersion": 41}'
    [known] = told({"cpu.json": raw}).dashboards
    live = {"title": "CPU", "panels": [], "schemaVersion": 41}
    now = rewritten(raw, JSON, [Change(known, live, named=True)])
    assert f'{{"title": "CPU", "panels": [], "schemaVersion": 41, "uid": "{known.uid}"}}'.encode() == now


def test_a_file_that_names_no_uid_is_found_by_its_place() -> None:
    raw = b'{"title": "CPU", "panels": [], "schemaVersion": 41}'
    live = {"title": "CPU", "panels": [], "schemaVersion": 41}
    assert not checked(raw, JSON, "cpu.json", Expected(Uid("x"), live, unnamed=0), Wants()).held
    assert checked(raw, JSON, "cpu.json", Expected(Uid("x"), live), Wants()).held
