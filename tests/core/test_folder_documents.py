"""documents/folders.py: what `_folder.yaml` and `_folder.json` say of their directory."""

import pytest

from provisioner.core.documents import read
from provisioner.core.model import FileKind, FolderDocument, FolderUid, Json
from tests.core import shapes

JSON, YAML = FileKind.FOLDER_JSON, FileKind.FOLDER_YAML


def told(text: str) -> list[tuple[str, int, int]]:
    return [(each.code, each.line, each.column) for each in read(text.encode(), YAML).problems]


def test_our_own_form() -> None:
    reading = read(b"title: Platform team\nuid: platform\ndescription: What we run.\n", YAML)
    assert FolderDocument("Platform team", FolderUid("platform"), "What we run.") == reading.folder
    assert reading.problems == ()


@pytest.mark.parametrize("text", ["title: Platform\n", "title: '  Platform '\nuid:\ndescription: ''\n"])
def test_what_is_not_said_is_none(text: str) -> None:
    assert FolderDocument("Platform", None) == read(text.encode(), YAML).folder


def test_git_sync_s_form() -> None:
    value = {"apiVersion": "folder.grafana.app/v1beta1", "kind": "Folder", "metadata": {"name": "platform"}, "spec": {"title": "Platform"}}
    assert FolderDocument("Platform", FolderUid("platform")) == read(shapes.as_json(value), JSON).folder


@pytest.mark.parametrize(
    ("version", "kind"), [("dashboard.grafana.app/v1", "Dashboard"), ("folder.grafana.app/v1", "Thing"), (None, "Folder")]
)
def test_another_resource_is_refused(version: Json, kind: str) -> None:
    reading = read(shapes.as_json({"apiVersion": version, "kind": kind}), JSON)
    assert reading.folder is None
    assert ["folder-invalid"] == [each.code for each in reading.problems]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("title: 7\nuid: x\n", 1, 8),
        ("uid: x\ntitle: ' '\n", 2, 8),
        ("uid: 12\n", 1, 6),
        ("uid: a b\n", 1, 6),
        ("uid: general\n", 1, 6),
        (f"uid: {'x' * 41}\n", 1, 6),
        ("description: [a]\n", 1, 14),
    ],
)
def test_what_cannot_be_is_told_at_its_place(text: str, line: int, column: int) -> None:
    assert [("folder-invalid", line, column)] == told(text)


def test_what_is_good_beside_it_is_kept() -> None:
    assert FolderDocument("Good", None) == read(b"title: Good\nuid: a b\n", YAML).folder


def test_an_unknown_key_is_a_warning_with_the_nearest_known() -> None:
    (problem,) = read(b"titel: Platform\n", YAML).problems
    assert ("folder-key-unknown", "did you mean title?") == (problem.code, problem.remedy)
    assert "correct or remove the key" == read(b"parent: x\n", YAML).problems[0].remedy


def test_a_list_and_several_documents_are_refused() -> None:
    assert [("folder-invalid", 1, 1)] == told("- title: x\n")
    assert [("folder-invalid", 1, 1)] == told("title: a\n---\ntitle: b\n")


def test_a_broken_file_says_nothing() -> None:
    reading = read(b"title: a: b\n", YAML)
    assert (None, ["yaml-syntax"]) == (reading.folder, [each.code for each in reading.problems])


def test_an_empty_file_is_named() -> None:
    assert [("file-empty", 1, 1)] == told("")
    assert [] == told("# only a note\n")
