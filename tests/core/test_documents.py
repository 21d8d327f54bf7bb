"""documents/: every shape in which dashboards are kept is read, what is none is passed over, and every problem has its place."""

import csv
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.documents import body, kind_of, read
from provisioner.core.model import Document, FileKind, FolderUid, Json, Reading, Shape, Uid
from provisioner.core.problems import errors
from tests.core import shapes

JSON, YAML = FileKind.JSON, FileKind.YAML


def of(value: Json) -> Reading:
    return read(shapes.as_json(value), JSON)


def only(reading: Reading) -> Document:
    """The only document of a reading in which nothing is wrong."""
    assert not errors(reading.problems)
    (document,) = reading.documents
    return document


def codes(reading: Reading) -> set[str]:
    """What is told, save for notes and warnings on the dashboard's contents."""
    return {each.code for each in errors(reading.problems)} | {each.code for each in reading.problems if each.code in _OURS}


MANIFEST = b"kind: ConfigMap\napiVersion: v1\ndata:\n"

_OURS = {
    "uid-differs",
    "content-elsewhere",
    "resource-name-missing",
    "resource-name-invalid",
    "resource-spec-missing",
    "resource-version-unknown",
}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/b.json", JSON), ("B.JSON", JSON), ("a.yaml", YAML), ("a.b.yml", YAML), ("a/_folder.json", FileKind.FOLDER_JSON),
        ("_folder.yaml", FileKind.FOLDER_YAML), ("x/_folder.yml", FileKind.FOLDER_YAML), ("a_folder.json", JSON),
        ("README.md", None), ("a.json.j2", None), (".json", None), ("json", None), ("", None),
    ],
)  # fmt: skip
def test_the_name_decides_how_a_file_is_read(path: str, kind: FileKind | None) -> None:
    assert kind is kind_of(path)


class TestShapes:
    def test_a_classic_dashboard(self) -> None:
        document = only(of(shapes.dashboard()))
        assert Document(0, 0, "", False, Shape.CLASSIC, Uid("cpu"), "CPU", schema_version=41) == document  # noqa: FBT003  positional as declared

    def test_a_dashboard_of_rows(self) -> None:
        assert Shape.ROWS is only(of(shapes.rows())).shape

    def test_an_export_with_its_inputs(self) -> None:
        document = only(of(shapes.export()))
        assert Shape.EXPORT is document.shape
        assert [("DS_PROM", "/__inputs/0")] == [(each.name, each.pointer) for each in document.inputs]

    def test_an_answer_of_the_api(self) -> None:
        document = only(of(shapes.answer(shapes.dashboard())))
        assert (Shape.API, "/dashboard", Uid("cpu"), FolderUid("team")) == (document.shape, document.pointer, document.uid, document.folder)

    def test_the_uid_of_an_answer_may_stand_beside_the_dashboard(self) -> None:
        assert Uid("beside") == only(of(shapes.answer(shapes.dashboard(None), uid="beside"))).uid

    def test_an_answer_about_a_folder_is_passed_over(self) -> None:
        assert "folder" == of(shapes.answer({"uid": "f", "title": "Folder"}, isFolder=True)).passed_over

    def test_a_request_to_the_api_with_folder_and_message(self) -> None:
        document = only(of(shapes.request(shapes.dashboard())))
        assert (Shape.API, FolderUid("team"), "raise the line") == (document.shape, document.folder, document.message)

    def test_general_is_the_root_folder(self) -> None:
        assert FolderUid("") == only(of(shapes.request(shapes.dashboard(), folderUid="general"))).folder

    def test_a_request_without_panels_is_told_from_what_stands_beside(self) -> None:
        assert Uid("x") == of({"dashboard": {"title": "X", "uid": "x"}, "overwrite": False}).documents[0].uid

    @pytest.mark.parametrize("version", ["v0alpha1", "v1alpha1", "v1beta1", "v1"])
    @pytest.mark.parametrize("kind", ["Dashboard", "DashboardWithAccessInfo"])
    def test_a_resource_of_the_classic_schema(self, version: str, kind: str) -> None:
        document = only(of(shapes.resource(shapes.dashboard(None), "cpu", version, kind=kind)))
        assert (Shape.RESOURCE, "/spec", Uid("cpu"), FolderUid("team")) == (document.shape, document.pointer, document.uid, document.folder)
        assert f"dashboard.grafana.app/{version}" == document.api_version

    @pytest.mark.parametrize("version", ["v2beta1", "v2"])
    def test_a_resource_of_the_new_schema(self, version: str) -> None:
        document = only(of(shapes.resource(shapes.new_schema(), "new", version, folder=None)))
        assert (Uid("new"), "New", None, ()) == (document.uid, document.title, document.folder, document.inputs)

    def test_a_resource_inside_a_request(self) -> None:
        document = only(of({"dashboard": shapes.resource(shapes.dashboard(None))}))
        assert ("/dashboard/spec", Uid("cpu")) == (document.pointer, document.uid)

    def test_grizzly(self) -> None:
        document = only(of(shapes.grizzly(shapes.dashboard())))
        assert (Shape.GRIZZLY, "/spec", Uid("cpu"), FolderUid("team")) == (document.shape, document.pointer, document.uid, document.folder)

    def test_an_array_of_dashboards(self) -> None:
        reading = of([shapes.dashboard("a"), {"name": "nothing"}, shapes.rows("b")])
        assert [(0, "/0", Uid("a")), (1, "/2", Uid("b"))] == [(each.index, each.pointer, each.uid) for each in reading.documents]
        assert reading.passed_over is None

    def test_a_list_of_resources(self) -> None:
        item = shapes.resource(shapes.dashboard(None, "A"), "a")
        bare = {"metadata": {"name": "b"}, "spec": shapes.dashboard(None, "B")}
        reading = of(shapes.listed([item, bare, 7], "DashboardList", "dashboard.grafana.app/v1beta1"))
        assert [("/items/0/spec", "a"), ("/items/1/spec", "b")] == [(each.pointer, each.uid) for each in reading.documents]

    def test_a_list_of_anything(self) -> None:
        reading = of(shapes.listed([shapes.config_map({"a.json": shapes.dashboard("a")}), {"kind": "Service", "apiVersion": "v1"}]))
        assert ["/items/0/data/a.json"] == [each.pointer for each in reading.documents]

    def test_several_yaml_documents(self) -> None:
        raw = yaml.safe_dump_all(
            [shapes.dashboard("a"), {"name": "x"}, shapes.resource(shapes.dashboard(None), "b")], explicit_start=True
        ).encode()
        assert [(0, 0, "a"), (1, 2, "b")] == [(each.index, each.document, each.uid) for each in read(raw, YAML).documents]

    def test_what_is_unknown_of_a_dashboard_is_none(self) -> None:
        (document,) = of(shapes.dashboard(None, schemaVersion="16")).documents
        assert (None, None, None) == (document.uid, document.schema_version, document.folder)


class TestManifests:
    def test_a_config_map_is_a_directory_of_files(self) -> None:
        files = {
            "cpu.json": shapes.dashboard("cpu"),
            "a/b.json": shapes.answer(shapes.rows("old")),
            "notes.txt": "{ not JSON",
            "readme": "words",
        }
        reading = of(shapes.config_map(files))
        assert [
            ("/data/cpu.json", Shape.CONFIG_MAP, True, "cpu"),
            ("/data/a~1b.json/dashboard", Shape.CONFIG_MAP, True, "old"),
        ] == [(each.pointer, each.shape, each.embedded, each.uid) for each in reading.documents]
        assert not errors(reading.problems)

    def test_a_key_that_is_not_named_json_may_hold_a_dashboard(self) -> None:
        assert Uid("cpu") == only(of(shapes.config_map({"dashboard": shapes.dashboard("cpu")}))).uid

    def test_a_config_map_without_dashboards_is_passed_over(self) -> None:
        assert "Kubernetes ConfigMap" == of(shapes.config_map({"a.json": {"name": "x"}, "b": "c"})).passed_over
        assert "Kubernetes ConfigMap" == of({"apiVersion": "v1", "kind": "ConfigMap"}).passed_over

    def test_broken_json_in_a_config_map_is_told_at_its_line_in_the_file(self) -> None:
        raw = MANIFEST + b'  cpu.json: |-\n    {\n      "uid": "cpu"\n      "title": "CPU", "panels": []\n    }\n'
        reading = read(raw, YAML)
        (problem,) = errors(reading.problems)
        assert ("json-syntax", 6, 19, "/data/cpu.json") == (problem.code, problem.line, problem.column, problem.pointer)
        assert "put a comma at the end of line 6" == problem.remedy
        assert [Uid("cpu")] == [each.uid for each in reading.documents]

    def test_two_mistakes_in_one_text_are_both_placed(self) -> None:
        raw = b"kind: ConfigMap\napiVersion: v1\ndata:\n  a.json: |\n    {\n      'uid': 1,\n      \"panels\": [1,]\n    }\n"
        assert [("json-syntax", 6, 7), ("json-syntax", 7, 19)] == [
            (each.code, each.line, each.column) for each in errors(read(raw, YAML).problems) if each.code == "json-syntax"
        ]

    def test_of_many_broken_texts_the_first_fifty_are_told(self) -> None:
        reading = of(shapes.config_map({**{f"{number}.json": "{" for number in range(90)}, "good.json": shapes.dashboard("good")}))
        assert 50 == len(reading.problems)
        assert [Uid("good")] == [each.uid for each in reading.documents]

    def test_of_a_text_that_breaks_off_nothing_is_said_but_that(self) -> None:
        reading = of(shapes.config_map({"a.json": '{"uid": "a", "panels": [{"type": "graph"}], "x": ['}))
        assert ["json-syntax"] == [each.code for each in reading.problems]
        assert [Uid("a")] == [each.uid for each in reading.documents]

    def test_problems_of_an_embedded_dashboard_are_lines_of_the_file(self) -> None:
        raw = MANIFEST + b'  cpu.json: |\n    {\n      "uid": "cpu",\n      "title": "",\n      "panels": []\n    }\n'
        (problem,) = errors(read(raw, YAML).problems)
        assert ("title-invalid", 7, 16, "/data/cpu.json/title") == (problem.code, problem.line, problem.column, problem.pointer)

    def test_packed_data_is_not_unpacked_and_said_so(self) -> None:
        reading = of({**shapes.config_map({}), "binaryData": {"a.json": "e30=", "logo.png": "AA=="}})
        assert {"content-elsewhere"} == codes(reading)
        assert "Kubernetes ConfigMap" == reading.passed_over

    @pytest.mark.parametrize("version", ["grafana.integreatly.org/v1beta1", "integreatly.org/v1alpha1"])
    def test_a_grafana_dashboard_with_inline_json(self, version: str) -> None:
        document = only(of(shapes.operator({"json": json.dumps(shapes.dashboard("own")), "folderUID": "team"}, version)))
        assert ("/spec/json", True, "own", "team") == (document.pointer, document.embedded, document.uid, document.folder)

    def test_the_operator_s_uid_wins_and_that_is_said(self) -> None:
        reading = of(shapes.operator({"json": json.dumps(shapes.dashboard("own")), "uid": "given"}))
        assert Uid("given") == only(reading).uid
        assert {"uid-differs"} == codes(reading)

    def test_json_written_as_an_object_is_taken_too(self) -> None:
        document = only(of(shapes.operator({"json": shapes.dashboard("own"), "uid": "own"})))
        assert ("/spec/json", False, "own") == (document.pointer, document.embedded, document.uid)

    def test_what_the_operator_calls_a_dashboard_is_one(self) -> None:
        assert "title-invalid" in codes(of(shapes.operator({"json": '{"uid": "x"}'})))
        assert [Uid("x")] == [each.uid for each in of(shapes.operator({"json": '{"uid": "x"}'})).documents]

    def test_broken_inline_json_names_no_dashboard(self) -> None:
        assert {"json-syntax"} == codes(of(shapes.operator({"json": "{nope"})))

    @pytest.mark.parametrize("key", ["url", "gzipJson", "jsonnet", "grafanaCom", "configMapRef", "oci"])
    def test_a_dashboard_that_is_elsewhere_is_passed_over_with_a_warning(self, key: str) -> None:
        reading = of(shapes.operator({key: "x"}))
        assert "GrafanaDashboard without inline json" == reading.passed_over
        assert [("content-elsewhere", f"/spec/{key}")] == [(each.code, each.pointer) for each in reading.problems]

    def test_a_manifest_that_says_nothing_is_passed_over_with_a_warning(self) -> None:
        assert {"content-elsewhere"} == codes(of(shapes.operator({})))

    def test_a_grafana_manifest_holds_a_resource(self) -> None:
        template = shapes.resource(shapes.new_schema(), "new", "v2")
        value = {"apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaManifest", "spec": {"template": template}}
        assert ("/spec/template/spec", "new") == (only(of(value)).pointer, only(of(value)).uid)


class TestWrappersThatDoNotHold:
    @pytest.mark.parametrize("metadata", [{}, {"name": ""}, {"name": 7}, {"generateName": "x-"}, None])
    @pytest.mark.parametrize("version", ["dashboard.grafana.app/v1", "grizzly.grafana.com/v1alpha1"])
    def test_a_resource_without_a_name_is_refused(self, metadata: Json, version: str) -> None:
        reading = of({"apiVersion": version, "kind": "Dashboard", "metadata": metadata, "spec": shapes.dashboard(None)})
        assert {"resource-name-missing"} == codes(reading)
        assert [None] == [each.uid for each in reading.documents]

    @pytest.mark.parametrize("name", ["a.b", "x" * 41, "a b", "é"])
    def test_a_name_that_cannot_be_a_uid_is_refused_and_known(self, name: str) -> None:
        reading = of(shapes.resource(shapes.dashboard(None), name))
        assert {"resource-name-invalid"} == codes(reading)
        assert [name] == [each.uid for each in reading.documents]

    @pytest.mark.parametrize("wrap", [shapes.resource, shapes.grizzly])
    def test_a_resource_whose_spec_is_no_object_is_refused_and_its_uid_known(self, wrap: object) -> None:
        made = wrap("text") if callable(wrap) else None
        reading = of(made)
        assert {"resource-spec-missing"} == codes(reading)
        assert [("cpu", "")] == [(each.uid, each.title) for each in reading.documents]

    def test_a_resource_without_spec_is_refused(self) -> None:
        made = shapes.resource({})
        del made["spec"]
        assert {"resource-spec-missing"} == codes(of(made))

    def test_an_unknown_version_is_refused_at_its_place(self) -> None:
        reading = of(shapes.resource(shapes.dashboard(None), version="v3alpha1"))
        assert [("resource-version-unknown", 2)] == [(each.code, each.line) for each in errors(reading.problems)]
        assert [Uid("cpu")] == [each.uid for each in reading.documents]

    def test_a_new_body_in_an_old_wrapper_is_refused_and_the_other_way_round(self) -> None:
        assert "spec-mismatch" in codes(of(shapes.resource(shapes.new_schema(), version="v1beta1")))
        assert "spec-mismatch" in codes(of(shapes.resource(shapes.dashboard(None), version="v2")))

    def test_a_new_body_without_a_wrapper_is_refused(self) -> None:
        reading = of(shapes.new_schema())
        assert {"spec-mismatch"} == codes(reading)
        assert "apiVersion" in errors(reading.problems)[0].remedy
        assert [Shape.RESOURCE] == [each.shape for each in reading.documents]

    def test_a_new_body_in_a_wrapper_without_version_is_refused_and_its_uid_known(self) -> None:
        reading = of({"kind": "Dashboard", "metadata": {"name": "new"}, "spec": shapes.new_schema()})
        assert {"spec-mismatch"} == codes(reading)
        assert [("/spec", "new")] == [(each.pointer, each.uid) for each in reading.documents]

    def test_two_uids_are_told_and_the_wrapper_s_is_used(self) -> None:
        reading = of(shapes.grizzly(shapes.dashboard("own"), "given"))
        assert {"uid-differs"} == codes(reading)
        assert Uid("given") == only(reading).uid


class TestWhatIsNoDashboard:
    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ({"name": "site", "version": "1.0.0", "scripts": {"test": "x"}, "dependencies": {}}, "npm package"),
            ({"title": "x"}, "no dashboard"),
            ({"title": "Table", "rows": [[1, 2], [3, 4]]}, "no dashboard"),
            ({"title": "x", "panels": {"left": 1}}, "no dashboard"),
            ({"title": "x", "panels": ["left", "right"]}, "no dashboard"),
            ({"panels": []}, "no dashboard"),
            ({"title": "x", "schemaVersion": 1}, "no dashboard"),
            ({"title": "x", "tags": [], "uid": "y", "version": 3, "links": []}, "no dashboard"),
            ({"type": "row", "title": "Row", "panels": []}, "panel"),
            ({"type": "timeseries", "title": "Load", "gridPos": {}, "targets": []}, "panel"),
            ([{"id": 1, "uid": "x", "title": "CPU", "type": "dash-db", "tags": []}], "no dashboard"),
            ({"groups": [{"name": "g", "rules": []}]}, "alert rules"),
            ({"apiVersion": 1, "groups": [{"name": "g", "rules": []}]}, "alert rules"),
            ({"apiVersion": 1, "datasources": [{"name": "prom"}]}, "data sources"),
            ({"apiVersion": 1, "providers": [{"name": "p"}]}, "dashboard providers"),
            ({"uid": "l", "name": "L", "kind": 1, "type": "text", "model": {"title": "L"}}, "library panel"),
            ({"Entity": {"kind": 1, "model": {}}}, "library panel"),
            ({"result": {"kind": 1, "model": {}}}, "library panel"),
            ({"result": 3}, "no dashboard"),
            ({"dashboard": {"class": "dashboard", "rows": [{"class": "row", "panels": []}]}}, "generator template"),
            ({"class": "dashboard", "title": "x", "panels": []}, "generator template"),
            ({"dashboard": {"enabled": True}, "image": {"tag": "1"}}, "no dashboard"),
            ({"dashboard": "text", "title": "y"}, "no dashboard"),
            ({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Dashboard", "properties": {}}, "JSON Schema"),
            ({"kind": "Dashboard", "metadata": {"name": "p"}, "spec": {"panels": {}, "layouts": []}}, "no dashboard"),
            ({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}, "Kubernetes Deployment"),
            ({"apiVersion": "folder.grafana.app/v1beta1", "kind": "Folder", "metadata": {"name": "x"}}, "folder"),
            ({"apiVersion": "playlist.grafana.app/v1", "kind": "Playlist"}, "Grafana Playlist"),
            ({"apiVersion": "grizzly.grafana.com/v1alpha1", "kind": "LibraryElement"}, "library panel"),
            ([], "no dashboard"),
            ([1, "a"], "no dashboard"),
            ({}, "no dashboard"),
        ],
    )
    def test_it_is_passed_over_with_the_reason_and_nothing_is_told(self, value: Json, reason: str) -> None:
        assert Reading(passed_over=reason) == of(value)

    def test_yaml_of_comments_alone_is_passed_over(self) -> None:
        assert Reading(passed_over="nothing in it") == read(b"# nothing here\n", YAML)

    def test_a_broken_file_is_not_passed_over(self) -> None:
        assert read(b'{"name": "site",}', JSON).passed_over is None

    @pytest.mark.parametrize(
        "value",
        [
            {"title": "x", "panels": []},
            {"panels": [{"type": "text"}]},
            {"title": "x", "panels": "nope", "schemaVersion": 39, "tags": [], "templating": {}},
            {"title": "x", "schemaVersion": 39, "uid": "u", "tags": []},
            {"rows": [{"panels": []}], "templating": {"list": []}},
            {"title": 7, "templating": {"list": []}, "annotations": {"list": []}},
            {"title": "x", "type": "dashboard", "schemaVersion": 30, "panels": []},
        ],
    )
    def test_a_dashboard_with_mistakes_is_still_one(self, value: Json) -> None:
        assert len(of(value).documents) == 1

    def test_a_dashboard_without_a_title_is_refused(self) -> None:
        made = shapes.dashboard()
        del made["title"]
        assert {"title-invalid"} == codes(of(made))


class TestErrorsAndUids:
    def test_a_file_with_an_error_still_names_its_uid(self) -> None:
        reading = read(b'{"uid": "cpu", "title": "CPU" "panels": []}', JSON)
        assert {"json-syntax"} == codes(reading)
        assert [Uid("cpu")] == [each.uid for each in reading.documents]

    def test_of_a_beginning_nothing_is_said_of_what_may_follow(self) -> None:
        reading = read(b'{"uid": "cpu", "panels": [{"type": "graph"}', JSON)
        assert ["json-syntax"] == [each.code for each in reading.problems]
        assert [Uid("cpu")] == [each.uid for each in reading.documents]

    def test_problems_are_in_the_order_of_the_file(self) -> None:
        reading = read(b'{\n"uid": "a b",\n"title": "",\n"tags": 7,\n"panels": []}', JSON)
        assert [2, 3, 4] == [each.line for each in errors(reading.problems)]

    def test_each_yaml_document_has_its_own_lines(self) -> None:
        raw = b"title: A\nuid: a\npanels: []\n---\ntitle: ''\nuid: b\npanels: []\n"
        (problem,) = errors(read(raw, YAML).problems)
        assert ("title-invalid", 5, 1) == (problem.code, problem.line, problem.document)


class TestBody:
    @pytest.mark.parametrize(
        ("value", "meant"),
        [
            (shapes.dashboard(), shapes.dashboard()),
            (shapes.answer(shapes.rows()), shapes.rows()),
            (shapes.resource(shapes.new_schema(), version="v2"), shapes.new_schema()),
            ([{"name": "x"}, shapes.dashboard("b")], shapes.dashboard("b")),
            (shapes.config_map({"a/~.json": shapes.export()}), shapes.export()),
            (shapes.config_map({"a.json": shapes.answer(shapes.dashboard())}), shapes.dashboard()),
            (shapes.operator({"json": json.dumps(shapes.dashboard())}), shapes.dashboard()),
            (shapes.listed([shapes.config_map({"a.json": [shapes.dashboard("z")]})]), shapes.dashboard("z")),
        ],
    )
    @pytest.mark.parametrize("kind", [JSON, YAML])
    def test_it_is_the_dashboard_s_own_object(self, value: Json, meant: Json, kind: FileKind) -> None:
        raw = shapes.as_json(value) if kind is JSON else yaml.safe_dump(value, sort_keys=False).encode()
        (document,) = read(raw, kind).documents
        assert meant == body(raw, kind, document)

    def test_the_caller_may_change_it(self) -> None:
        raw = shapes.as_json(shapes.dashboard())
        (document,) = read(raw, JSON).documents
        body(raw, JSON, document)["panels"].clear()
        assert body(raw, JSON, document)["panels"]


@given(st.binary(max_size=120), st.sampled_from(FileKind))
def test_any_bytes_give_a_reading(raw: bytes, kind: FileKind) -> None:
    assert read(raw, kind) == read(raw, kind)


keys = st.sampled_from(
    [
        "apiVersion",
        "kind",
        "metadata",
        "name",
        "spec",
        "dashboard",
        "data",
        "a.json",
        "items",
        "json",
        "title",
        "uid",
        "panels",
        "elements",
        "layout",
        "meta",
    ]
)
leaves = st.sampled_from(
    [
        "",
        "v1",
        "ConfigMap",
        "List",
        "Dashboard",
        "GrafanaDashboard",
        "dashboard.grafana.app/v1",
        "grafana.integreatly.org/v1beta1",
        "x",
        "{",
        '{"panels": [], "title": 1}',
        7,
        None,
    ]
)
things = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6), max_leaves=14)


@given(things.filter(lambda value: isinstance(value, dict | list)))
def test_any_value_gives_a_reading_and_every_document_without_an_error_has_a_body(value: Json) -> None:
    raw = shapes.as_json(value)
    reading = read(raw, JSON)
    if not errors(reading.problems):
        assert all(isinstance(body(raw, JSON, each), dict) for each in reading.documents)
    assert all(each.line for each in reading.problems)


CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

_SHAPES = {
    "api-get": Shape.API,
    "api-post": Shape.API,
    "array-of-dashboards": Shape.CLASSIC,
    "classic": Shape.CLASSIC,
    "classic-export": Shape.EXPORT,
    "grizzly": Shape.GRIZZLY,
    "k8s-v0alpha1-v2body": Shape.RESOURCE,
    "k8s-v1beta1": Shape.RESOURCE,
    "k8s-v2": Shape.RESOURCE,
    "rows": Shape.ROWS,
    "rows-export": Shape.EXPORT,
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real dashboards lie beside the project, not in it")
def test_of_1200_real_files_each_dashboard_is_recognised_with_its_shape_and_uid() -> None:
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        listed = list(csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong: list[str] = []
    for row in listed:
        reading = read((CORPUS / row["path"]).read_bytes(), JSON)
        shape = _SHAPES.get(row["shape"])
        if row["shape"].startswith("library-panel"):
            fits = reading == Reading(passed_over="library panel")
        elif row["shape"] == "invalid-json":
            fits = {each.code for each in errors(reading.problems)} <= {"json-syntax", "template-unrendered"} and bool(reading.problems)
        else:
            fits = {each.shape for each in reading.documents} == {shape} and str(reading.documents[0].uid or "") == row["uid"]
        if not (fits and all(each.line for each in reading.problems)):
            wrong.append(row["path"])
    assert (1200, []) == (len(listed), wrong)
