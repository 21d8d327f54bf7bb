"""Every recorded answer to a write of dashboards and folders has its meaning here; and no answer at all has none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
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
    FolderRefusal,
    FolderSaved,
    FolderStale,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NameExists,
    NotSaved,
    PluginOwned,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    Unknown,
    VersionMismatch,
)
from provisioner.core.errors import TargetUnauthorised
from provisioner.core.model import ROOT, FolderUid, Json, Uid
from provisioner.core.server import Mark
from provisioner.grafana.answers import delete_answer, folder_answer, folder_update_answer, save_answer
from provisioner.grafana.replies import WORDS, Lost, Reply

TRANSCRIPTS = sorted((Path(__file__).resolve().parents[1] / "transcripts").glob("*.json"))
SITE = "https://grafana.example/sub"
SAVES = ("POST", "/api/dashboards/db")
FOLDERS = ("POST", "/api/folders")
CHANGES = ("PUT", "/api/folders/folder-a")
DELETIONS = [
    *(("DELETE", f"/api/dashboards/uid/{uid}") for uid in ("beta-uid", "emoji", "hist", "from-file", "ref-l")),
    ("DELETE", "/api/folders/folder-a"),
]

Step = dict[str, Any]


def recorded(*kinds: tuple[str, str]) -> list[Any]:
    steps = [(file.stem, step) for file in TRANSCRIPTS for step in json.loads(file.read_text(encoding="utf-8"))]
    return [pytest.param(step, id=f"{name}: {step['step']}") for name, step in steps if (step.get("method"), step.get("path")) in kinds]


def reply_of(status: int, value: Json, retry_after: float | None = None) -> Reply:
    return Reply(status, "application/json; charset=UTF-8", json.dumps(value).encode(), retry_after)


def text_of(status: int, title: str) -> Reply:
    return Reply(status, "text/html", f"<html><head><title>{title}</title></head></html>".encode())


def save_of(version: int | None = 3, folder: str = "") -> Save:
    return Save(uid=Uid("u"), content={"title": "T"}, folder=FolderUid(folder), version=version, message="")


# (status, `status` text, message in lower case) of every recorded answer that is not 200 → what it means.
SAVE_MEANINGS: dict[tuple[int, str | None, str], type[Any]] = {
    (400, None, "bad request data"): Rejected,
    (400, None, "cannot save provisioned dashboard"): ManagedElsewhere,
    (400, None, "dashboard cannot be changed to a folder"): Rejected,
    (400, None, "dashboard name cannot be the same as folder"): NameExists,
    (400, None, "dashboard title cannot be empty"): Rejected,
    (400, None, "dashboard tag too long, max 50 characters"): Rejected,
    (400, None, "folder not found"): Rejected,
    (400, None, "invalid character 'n' looking for beginning of object key string"): Rejected,
    (400, None, "invalid character 'n' looking for beginning of object key string; dashboard: required"): Rejected,
    (400, None, "message too long, max 500 characters"): Rejected,
    (400, None, "uid contains illegal characters"): Rejected,
    (400, None, "uid to long. max 40 characters"): Rejected,
    (400, None, "uid too long, max 40 characters"): Rejected,
    (400, "empty-name", "dashboard title cannot be empty"): Rejected,
    (400, "title-too-long", "dashboard title cannot contain more than 5 000 characters"): Rejected,
    (400, "name-match", "dashboard name cannot be the same as folder"): NameExists,
    (403, None, "access denied to save dashboard"): Forbidden,
    (
        403,
        None,
        "you'll need additional permissions to perform this action. permissions needed: any of dashboards:create, dashboards:write",
    ): Forbidden,
    (404, None, "folder not found"): Rejected,
    (404, None, 'folders.folder.grafana.app "general" not found'): Rejected,
    (404, "not-found", "dashboard not found"): Gone,
    (412, "name-exists", "a dashboard with the same name in the folder already exists"): NameExists,
    (412, "version-mismatch", "the dashboard has been changed by someone else"): VersionMismatch,
    (422, None, "dashboard: required"): Rejected,
    (500, None, "failed to save dashboard"): Unknown,
}

FOLDER_MEANINGS: dict[tuple[int, str | None, str], type[Any]] = {
    (400, None, "a folder or dashboard in the general folder with the same name already exists"): FolderExists,
    (400, None, "a folder with that name already exists"): FolderExists,
    (400, None, "dashboard cannot be changed to a folder"): Rejected,
    (400, None, "folder title cannot be empty"): Rejected,
    (403, None, "access denied"): Forbidden,
    (403, None, "you'll need additional permissions to perform this action. permissions needed: folders:create"): Forbidden,
    (409, None, "a folder or dashboard in the general folder with the same name already exists"): FolderExists,
    (412, None, "the folder has been changed by someone else"): FolderExists,
    (412, "version-mismatch", "the folder has been changed by someone else"): FolderExists,
    (500, None, "folder api error"): Unknown,
    (500, None, "folder api error: invalid uid for folder provided"): Unknown,
}


CHANGE_MEANINGS: dict[tuple[int, str | None, str], type[Any]] = {
    (412, None, "the dashboard has been changed by someone else"): FolderStale,
    (412, "version-mismatch", "the folder has been changed by someone else"): FolderStale,
}

DELETE_MEANINGS: dict[tuple[int, str | None, str], type[Any]] = {
    (400, None, "dashboard cannot be deleted because it was provisioned"): ManagedElsewhere,
    (400, None, "provisioned dashboard cannot be deleted"): ManagedElsewhere,
    (403, None, "access denied to this dashboard"): Forbidden,
    (403, None, "you'll need additional permissions to perform this action. permissions needed: dashboards:delete"): Forbidden,
    (404, None, "dashboard not found"): Deleted,
}


def key_of(reply: Reply) -> tuple[int, str | None, str]:
    return reply.status, reply.fields.get("status"), reply.words.lower()


@pytest.mark.parametrize("step", recorded(SAVES))
def test_every_recorded_answer_to_a_save_has_its_meaning(step: Step) -> None:
    reply = reply_of(step["status"], step["response"])

    answer = save_answer(reply, save_of(), SITE)

    assert type(answer) is (Saved if step["status"] == 200 else SAVE_MEANINGS[key_of(reply)])
    if isinstance(answer, Saved):
        said = step["response"]
        assert (answer.uid, answer.mark, answer.url) == (said["uid"], Mark(said["id"], said["version"]), SITE + said["url"])


@pytest.mark.parametrize("step", recorded(FOLDERS))
def test_every_recorded_answer_to_the_making_of_a_folder_has_its_meaning(step: Step) -> None:
    reply = reply_of(step["status"], step["response"])

    answer = folder_answer(reply, SITE)

    assert type(answer) is (FolderSaved if step["status"] == 200 else FOLDER_MEANINGS[key_of(reply)])
    if isinstance(answer, FolderSaved):
        said = step["response"]
        assert (answer.uid, answer.id, answer.parent) == (said["uid"], said["id"], said.get("parentUid", ROOT))


@pytest.mark.parametrize("step", recorded(CHANGES))
def test_every_recorded_answer_to_the_change_of_a_folder_has_its_meaning(step: Step) -> None:
    reply = reply_of(step["status"], step["response"])

    answer = folder_update_answer(reply, SITE)

    assert type(answer) is (FolderUpdated if step["status"] == 200 else CHANGE_MEANINGS[key_of(reply)])
    if isinstance(answer, FolderUpdated):
        said = step["response"]
        assert (answer.title, answer.parent, answer.version) == (said["title"], ROOT, said["version"])


@pytest.mark.parametrize("step", recorded(*DELETIONS))
def test_every_recorded_answer_to_a_deletion_has_its_meaning(step: Step) -> None:
    reply = reply_of(step["status"], step["response"])

    answer = delete_answer(reply, SITE)

    assert type(answer) is (Deleted if step["status"] == 200 else DELETE_MEANINGS[key_of(reply)])
    if isinstance(answer, Deleted):
        assert answer.already == (step["status"] == 404)


def test_all_deletions_of_dashboards_by_uid_and_of_folders_are_in_the_table() -> None:
    steps = [step for file in TRANSCRIPTS for step in json.loads(file.read_text(encoding="utf-8")) if step.get("method") == "DELETE"]
    ours = {("DELETE", step["path"]) for step in steps if step["path"].startswith(("/api/dashboards/uid/", "/api/folders/"))}
    assert {kind for kind in ours if not kind[1].endswith("/trash")} == set(DELETIONS)


@pytest.mark.parametrize(
    ("meanings", "kinds"),
    [(SAVE_MEANINGS, [SAVES]), (FOLDER_MEANINGS, [FOLDERS]), (CHANGE_MEANINGS, [CHANGES]), (DELETE_MEANINGS, DELETIONS)],
    ids=["saves", "folders", "changes", "deletions"],
)
def test_no_meaning_is_listed_that_was_never_recorded(meanings: Mapping[Any, Any], kinds: list[tuple[str, str]]) -> None:
    seen = {key_of(reply_of(step.values[0]["status"], step.values[0]["response"])) for step in recorded(*kinds)}
    assert set(meanings) - seen == set()


# --- answers that no recording has -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            reply_of(409, {"message": "Dashboard already exists. Use overwrite flag to update."}),
            VersionMismatch("Dashboard already exists. Use overwrite flag to update."),
        ),
        (reply_of(409, {"message": "requested RV does not match current RV"}), VersionMismatch("requested RV does not match current RV")),
        (
            reply_of(412, {"message": "The dashboard belongs to plugin x", "status": "plugin-dashboard"}),
            PluginOwned("The dashboard belongs to plugin x"),
        ),
        (reply_of(412, {"message": "The dashboard belongs to plugin x"}), PluginOwned("The dashboard belongs to plugin x")),
        (
            reply_of(412, {"message": "A dashboard with the same name in the folder already exists"}),
            NameExists("A dashboard with the same name in the folder already exists"),
        ),
        (
            reply_of(412, {"message": "The dashboard has been changed by someone else"}),
            VersionMismatch("The dashboard has been changed by someone else"),
        ),
        (reply_of(202, {"status": "pending"}), NotSaved("Accepted")),
        (reply_of(403, {"message": "Quota reached"}), Forbidden("Quota reached")),
        (
            reply_of(403, {"title": "Access denied", "message": "Sorry. Permissions needed: dashboards:create", "accessErrorId": "ACE1"}),
            Forbidden("Sorry. Permissions needed: dashboards:create", "dashboards:create"),
        ),
        (reply_of(413, {"message": "Dashboard is too large, max is 16 MB"}), Rejected(413, "Dashboard is too large, max is 16 MB")),
        (text_of(413, "413 Request Entity Too Large"), Rejected(413, "413 Request Entity Too Large")),
        (text_of(404, "404 Not Found"), Rejected(404, "404 Not Found")),
        (Reply(415, "text/plain", b"\n"), Rejected(415, "Unsupported Media Type")),
        (reply_of(422, {"message": "invalid alert"}), Rejected(422, "invalid alert")),
        (reply_of(422, [{"fieldNames": ["A", "B"], "message": "Required"}, {"message": "Also"}]), Rejected(422, "A, B: Required; Also")),
        (reply_of(429, {"message": "slow down"}, 3.0), Busy("slow down", 3.0)),
        (reply_of(429, {"message": "slow down"}), Busy("slow down")),
        (reply_of(503, {"message": "maintenance"}, 9.0), Busy("maintenance", 9.0)),
        (Reply(503, "text/plain", b"upstream connect error or disconnect"), Unknown("503: upstream connect error or disconnect")),
        (text_of(502, "502 Bad Gateway"), Unknown("502 Bad Gateway")),
        (text_of(504, "Gateway Time-out"), Unknown("504: Gateway Time-out")),
        (text_of(200, "Grafana"), Unknown("200, but not with what was saved: Grafana")),
        (reply_of(200, {"status": "success"}), Unknown("200, but not with what was saved: OK")),
        (reply_of(408, {}), Unknown("408: Request Timeout")),
        (Lost("no answer in time"), Unknown("no answer in time")),
        (reply_of(400, {"message": "bad", "error": "why"}), Rejected(400, "bad: why")),
    ],
)
def test_an_answer_to_a_save_has_its_meaning(reply: Reply | Lost, expected: SaveAnswer) -> None:
    assert save_answer(reply, save_of(), SITE) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (reply_of(404, {"message": "parent folder not found"}), Gone("parent folder not found")),
        (reply_of(429, {}, 2.0), Busy("Too Many Requests", 2.0)),
        (text_of(404, "Nobody"), Rejected(404, "Nobody")),
        (text_of(200, "Grafana"), Unknown("200, but not with what was created: Grafana")),
        (reply_of(200, {"uid": "f", "id": 4, "parentUid": "general"}), FolderSaved(FolderUid("f"), 4, ROOT)),
        (reply_of(200, {"uid": "f", "id": 4, "parentUid": "p"}), FolderSaved(FolderUid("f"), 4, FolderUid("p"))),
        (Lost("dropped"), Unknown("dropped")),
    ],
)
def test_an_answer_to_the_making_of_a_folder_has_its_meaning(reply: Reply | Lost, expected: FolderAnswer) -> None:
    assert folder_answer(reply, SITE) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (reply_of(409, {"message": "a folder with that name already exists"}), FolderExists("a folder with that name already exists")),
        (reply_of(409, {"message": "requested RV does not match current RV"}), FolderStale("requested RV does not match current RV")),
        (reply_of(404, {"message": "folder not found", "status": "not-found"}), Gone("folder not found")),
        (
            reply_of(404, {"message": "To use this service, you need to activate nested folder feature."}),
            Rejected(404, "To use this service, you need to activate nested folder feature."),
        ),
        (text_of(404, "Nobody"), Rejected(404, "Nobody")),
        (reply_of(400, {"message": "folder cannot be moved into itself"}), Rejected(400, "folder cannot be moved into itself")),
        (reply_of(403, {"message": "Permissions needed: folders:write"}), Forbidden("Permissions needed: folders:write", "folders:write")),
        (reply_of(200, None), Unknown("200, but not with what was changed: OK")),
        (reply_of(500, {"message": "move folder failed"}), Unknown("500: move folder failed")),
        (reply_of(429, {}, 2.0), Busy("Too Many Requests", 2.0)),
        (reply_of(200, {"uid": "f", "title": "F", "parentUid": "p", "version": 4}), FolderUpdated("F", FolderUid("p"), 4)),
        (reply_of(200, {"uid": "f", "title": "F", "parentUid": "general"}), FolderUpdated("F", ROOT, 0)),
        (Lost("dropped"), Unknown("dropped")),
    ],
)
def test_an_answer_to_the_change_of_a_folder_has_its_meaning(reply: Reply | Lost, expected: FolderUpdated | FolderRefusal) -> None:
    assert folder_update_answer(reply, SITE) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (reply_of(200, ""), Deleted("OK")),
        (text_of(200, "Sign in"), Unknown("200: Sign in")),
        (reply_of(202, {"status": "pending"}), Unknown("202: Accepted")),
        (text_of(404, "Nobody"), Rejected(404, "Nobody")),
        (
            reply_of(400, {"message": "Folder cannot be deleted: folder is not empty"}),
            Rejected(400, "Folder cannot be deleted: folder is not empty"),
        ),
        (reply_of(409, {"message": "changed"}), Rejected(409, "changed")),
        (
            reply_of(403, {"message": "Folder could not be deleted because it contains library elements in use"}),
            Forbidden("Folder could not be deleted because it contains library elements in use"),
        ),
        (reply_of(429, {}, 2.0), Busy("Too Many Requests", 2.0)),
        (reply_of(503, {"message": "maintenance"}, 9.0), Busy("maintenance", 9.0)),
        (text_of(503, "upstream connect error"), Unknown("503: upstream connect error")),
        (reply_of(500, {"message": "Failed to delete dashboard"}), Unknown("500: Failed to delete dashboard")),
        (Lost("no answer in time"), Unknown("no answer in time")),
    ],
)
def test_an_answer_to_a_deletion_has_its_meaning(reply: Reply | Lost, expected: DeleteAnswer) -> None:
    assert delete_answer(reply, SITE) == expected


def test_a_create_that_finds_nothing_is_rejected_and_an_update_finds_its_dashboard_gone() -> None:
    reply = reply_of(404, {"status": "not-found", "message": "Dashboard not found"})
    assert save_answer(reply, save_of(version=None), SITE) == Rejected(404, "Dashboard not found")
    assert save_answer(reply, save_of(version=3), SITE) == Gone("Dashboard not found")


def test_401_ends_the_work_on_the_target() -> None:
    with pytest.raises(TargetUnauthorised, match="API key does not belong"):
        save_answer(reply_of(401, {"message": "API key does not belong to the requested organization"}), save_of(), SITE)


def test_words_move_no_cursor_and_are_cut() -> None:
    reply = reply_of(400, {"message": "a\x1b[2Jb\r\nc" + "x" * 5000})
    assert reply.words.startswith("a [2Jb c")
    assert len(reply.words) == WORDS


BODIES = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["message", "status", "uid", "id", "version", "error", "fieldNames", "title", "x"]), inner)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
    st.sampled_from([b"[" * 100_000, b'{"message":' * 50_000, b"9" * 5000, b"\xef\xbb\xbf{}", b'{"id": NaN}', b'"\\ud800"']),
)


@settings(max_examples=300)
@given(
    status=st.integers(100, 999),
    kind=st.sampled_from(["application/json", "text/html", "text/plain", "", "APPLICATION/problem+JSON;x", "\x00"]),
    body=BODIES,
    asked=st.none() | st.floats(0, 10),
)
def test_any_bytes_with_any_status_are_an_answer(status: int, kind: str, body: bytes, asked: float | None) -> None:
    reply = Reply(status, kind, body, asked)
    judges: list[tuple[Any, Callable[[], object]]] = [
        (SaveAnswer, lambda: save_answer(reply, save_of(), SITE)),
        (FolderAnswer, lambda: folder_answer(reply, SITE)),
        (FolderUpdated | FolderRefusal, lambda: folder_update_answer(reply, SITE)),
        (DeleteAnswer, lambda: delete_answer(reply, SITE)),
    ]
    for answers, judge in judges:
        if status == 401:
            with pytest.raises(TargetUnauthorised):
                judge()
        else:
            assert isinstance(judge(), get_args(answers))
