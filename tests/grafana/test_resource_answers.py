"""Every recorded answer of the resource API to a write has its meaning here."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.core.answers import (
    Busy,
    DeleteAnswer,
    Deleted,
    FolderAnswer,
    FolderExists,
    FolderSaved,
    FolderStale,
    FolderUpdateAnswer,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NotSaved,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    TooDeep,
    Unknown,
    VersionMismatch,
)
from provisioner.core.errors import TargetUnauthorised
from provisioner.core.model import ROOT, FolderUid, Uid
from provisioner.core.server import Mark
from provisioner.grafana.answers import folder_answer as by_dashboard_api
from provisioner.grafana.replies import Lost, Reply
from provisioner.grafana.resource_answers import delete_answer, folder_answer, folder_update_answer, save_answer
from tests.grafana.resource_steps import STEPS, reply, reply_of, steps

SITE = "https://grafana.example/sub"
CREATE = Save(Uid("u"), {"title": "T"}, ROOT, None, "")
UPDATE = Save(Uid("u"), {"title": "T"}, ROOT, 3, "", state="17")

SAVES: dict[str, type[Any]] = {
    "create dashboard": Saved,
    "create again": VersionMismatch,
    "put with rv": Saved,
    "put with stale rv": VersionMismatch,
    "put identical with rv": Saved,
    "put to unknown name with rv": Gone,
    "same title again": Saved,
    "folder that is not": Rejected,
    "name with slash": Rejected,
    "name with dot": Rejected,
    "name upper": Saved,
    "name of 41": Rejected,
    "no title": Saved,
    "spec with id and version": Saved,
    "old schema": Rejected,
    "old schema v0": Saved,
    "unknown field in spec": Saved,
    "strict validation unknown field": Saved,
    "bad panel type strict": Rejected,
    "bad panel type default": Rejected,
    "dry run create": Unknown,
    "managed by us": Saved,
    "labels": Saved,
    "restore by create": Saved,
    "not json": Rejected,
}


def _save(name: str) -> Save:
    return CREATE if STEPS[name]["method"] == "POST" else UPDATE


@pytest.mark.parametrize(("name", "meaning"), SAVES.items())
def test_every_recorded_answer_to_a_save_has_its_meaning(name: str, meaning: type[Any]) -> None:
    assert meaning is type(save_answer(reply(name), _save(name), SITE))


def test_what_was_saved_is_told_with_its_state_and_the_version_that_people_read() -> None:
    saved = save_answer(reply("put with rv"), UPDATE, SITE)
    assert Saved(Uid("r1"), Mark(3164988323897344, 2, "1795321965897993"), f"{SITE}/d/r1") == saved


def test_a_refused_field_is_told_with_its_path() -> None:
    answer = save_answer(reply("old schema"), CREATE, SITE)
    assert isinstance(answer, Rejected)
    assert (422, True) == (answer.status, "spec.panels.0.datasource: Invalid value: conflicting values null" in answer.words)


@pytest.mark.parametrize(
    ("status", "value", "meaning"),
    [
        (202, {}, NotSaved),
        (404, {"message": "gone", "details": {"kind": "dashboards"}}, Gone),
        (404, {"message": "the server could not find the requested resource", "details": {}}, Rejected),
        (413, {"message": "Request entity too large"}, Rejected),
        (429, {"message": "tenant queue is full"}, Busy),
        (500, {"message": "transactional operation"}, Unknown),
        (504, {}, Unknown),
        (403, {"message": "Cannot change resource manager; remove the existing manager first"}, ManagedElsewhere),
        (400, {"message": "Cannot save provisioned dashboard"}, ManagedElsewhere),
        (200, {"kind": "Dashboard", "metadata": {"name": "u"}}, Unknown),
    ],
)
def test_answers_that_no_step_has_are_understood_too(status: int, value: object, meaning: type[Any]) -> None:
    assert meaning is type(save_answer(reply_of(status, value), UPDATE, SITE))


def test_a_503_that_says_when_to_come_again_was_certainly_not_done() -> None:
    assert Busy("Service Unavailable", 2.0) == save_answer(Reply(503, "text/plain", b"", 2.0), UPDATE, SITE)
    assert Unknown is type(save_answer(Reply(503, "text/plain", b""), UPDATE, SITE))


@pytest.mark.parametrize(("save", "permission"), [(CREATE, "dashboards:create"), (UPDATE, "dashboards:write")])
def test_a_403_names_the_permission_that_can_be_granted(save: Save, permission: str) -> None:
    words = 'dashboards.dashboard.grafana.app "u" is forbidden'
    assert Forbidden(words, permission) == save_answer(reply_of(403, {"message": words, "reason": "Forbidden"}), save, SITE)
    assert Forbidden(words, "dashboards:delete") == delete_answer(reply_of(403, {"message": words}), SITE)
    assert Forbidden(words, "folders:create") == folder_answer(reply_of(403, {"message": words}), SITE)
    assert Forbidden(words, "folders:write") == folder_update_answer(reply_of(403, {"message": words}), SITE)


def test_a_dashboard_that_cannot_be_moved_into_a_folder_is_certainly_not_saved() -> None:
    refused = save_answer(reply_of(500, {"status": "Failure", "message": "access denied to folder", "code": 500}), UPDATE, SITE)
    assert Forbidden("access denied to folder: it is not there, or the credential may not save in it", "dashboards:create") == refused


@pytest.mark.parametrize(
    "words",
    [
        'move target not found folders.folder.grafana.app "gone" not found',
        "cannot move folder under its own descendant, this would create a circular reference",
        "folder title cannot be empty",
    ],
)
def test_a_folder_that_twelve_refuses_with_500_is_certainly_not_changed(words: str) -> None:
    assert Rejected(500, words) == folder_update_answer(reply_of(500, {"status": "Failure", "message": words, "code": 500}), SITE)


def test_a_lost_answer_leaves_it_open() -> None:
    lost = Lost("no answer in time")
    assert Unknown("no answer in time") == save_answer(lost, UPDATE, SITE) == delete_answer(lost, SITE) == folder_answer(lost, SITE)
    assert Unknown("no answer in time") == folder_update_answer(lost, SITE)


@pytest.mark.parametrize(
    "value", [{"status": "pending"}, {"kind": "Dashboard", "metadata": {"name": "u", "deletionTimestamp": "2026-11-22T04:32:45Z"}}]
)
def test_a_deletion_that_was_only_taken_is_not_believed(value: object) -> None:
    assert Unknown("202: Accepted") == delete_answer(reply_of(202, value), SITE)


def test_who_is_not_known_is_no_matter_of_one_document() -> None:
    with pytest.raises(TargetUnauthorised):
        save_answer(reply_of(401, {"message": "Unauthorized"}), UPDATE, SITE)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("delete with stale precondition", VersionMismatch),
        ("delete with right precondition", Deleted),
        ("delete folder with child", Rejected),
    ],
)
def test_every_recorded_answer_to_a_deletion_has_its_meaning(name: str, meaning: type[Any]) -> None:
    assert meaning is type(delete_answer(reply(name), SITE))


def test_what_a_file_provisions_is_not_deleted() -> None:
    step = steps("orgs-and-provisioned-12.4.0")["provisioned: resource delete"]
    assert ManagedElsewhere("provisioned dashboard cannot be deleted") == delete_answer(reply_of(step["status"], step["response"]), SITE)


def test_what_is_gone_already_needs_no_deletion() -> None:
    answer = delete_answer(reply("get deleted"), SITE)
    assert isinstance(answer, Deleted)
    assert answer.already


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("create folder", FolderSaved),
        ("create child folder", FolderSaved),
        ("create folder again", FolderExists),
        ("create folder with slash", Rejected),
        ("folder that is not", Gone),
    ],
)
def test_every_recorded_answer_to_a_folder_has_its_meaning(name: str, meaning: type[Any]) -> None:
    assert meaning is type(folder_answer(reply(name), SITE))


def test_a_folder_that_was_made_is_told_with_its_parent() -> None:
    expected = FolderSaved(FolderUid("res-a-1"), 3164988166193152, FolderUid("res-a"))
    assert expected == folder_answer(reply("create child folder"), SITE)
    assert Unknown is type(folder_answer(reply_of(201, {"kind": "Folder"}), SITE))


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "Folder API error: folder max depth exceeded, max depth is 4"), (400, "Maximum nested folder depth reached")],
)
def test_a_folder_that_would_lie_too_deep_is_known_by_the_words_whatever_the_status(status: int, words: str) -> None:
    assert TooDeep(words) == folder_answer(reply_of(status, {"message": words}), SITE)
    assert TooDeep(words) == by_dashboard_api(reply_of(status, {"message": words}), SITE)
    assert Unknown is type(folder_answer(reply_of(500, {"message": "Folder API error"}), SITE))


def test_a_folder_that_was_changed_is_told_as_the_server_has_it_now() -> None:
    assert FolderUpdated("Res A1", FolderUid("res-a"), 1) == folder_update_answer(reply("create child folder"), SITE)
    assert Unknown is type(folder_update_answer(reply_of(200, {"kind": "Folder"}), SITE))


@pytest.mark.parametrize(
    ("status", "words", "meaning"),
    [
        (412, "The folder has been changed by someone else", FolderStale),
        (403, "Cannot change resource manager: must be managed by the same repository", ManagedElsewhere),
        (400, "Maximum nested folder depth reached", TooDeep),
        (400, "folder title cannot be empty", Rejected),
        (503, "Service Unavailable", Unknown),
    ],
)
def test_a_change_of_a_folder_that_is_refused_says_why(status: int, words: str, meaning: type[Any]) -> None:
    assert meaning is type(folder_update_answer(reply_of(status, {"message": words}), SITE))


@pytest.mark.parametrize(
    ("name", "meaning"), [("put with stale rv", FolderStale), ("put to unknown name with rv", Gone), ("folder that is not", Gone)]
)
def test_a_recorded_answer_to_a_put_means_for_a_folder_what_it_means_for_a_dashboard(name: str, meaning: type[Any]) -> None:
    assert meaning is type(folder_update_answer(reply(name), SITE))


@settings(max_examples=200)
@given(
    status=st.integers(200, 599).filter(lambda status: status != 401),
    body=st.one_of(st.binary(max_size=40), st.sampled_from([b'{"metadata": 3}', b"[]", b'{"details": []}', b'{"message": 5}', b"null"])),
    kind=st.sampled_from(["application/json", "text/html", ""]),
)
def test_any_answer_at_all_has_one_meaning(status: int, body: bytes, kind: str) -> None:
    one = Reply(status, kind, body)
    assert isinstance(save_answer(one, UPDATE, SITE), get_args(SaveAnswer))
    assert isinstance(delete_answer(one, SITE), get_args(DeleteAnswer))
    assert isinstance(folder_answer(one, SITE), get_args(FolderAnswer))
    assert isinstance(folder_update_answer(one, SITE), get_args(FolderUpdateAnswer))
