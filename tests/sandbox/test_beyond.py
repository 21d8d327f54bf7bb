"""What the transcripts do not show: rules read in the source (reference, by section), and input that nobody should send."""

from __future__ import annotations

import httpx
import pytest

from provisioner.sandbox import GENERATIONS, Running, SandboxSettings, running
from tests.sandbox.speaking import client_of, read, save


@pytest.mark.parametrize(("sent", "kept"), [("100ms", "5s"), ("5s", "5s"), ("1m", "1m"), ("soon", "5s"), ("", ""), (False, False)])
def test_too_quick_a_refresh_becomes_the_least(client: httpx.Client, sent: object, kept: object) -> None:
    save(client, "a", refresh=sent)

    assert read(client, "a")["dashboard"]["refresh"] == kept


def test_an_id_with_another_uid_gives_the_dashboard_that_uid(client: httpx.Client) -> None:
    number = save(client, "old").json()["id"]

    answer = save(client, "new", version=1, id=number, title="old")

    assert (answer.json()["id"], answer.json()["uid"], answer.json()["version"]) == (number, "new", 2)
    assert client.get("/api/dashboards/uid/old").status_code == 404


def test_an_id_and_a_uid_of_two_dashboards_are_refused(client: httpx.Client) -> None:
    number = save(client, "a").json()["id"]
    save(client, "b")

    answer = save(client, "b", version=1, id=number)

    assert (answer.status_code, answer.json()["message"]) == (400, "A dashboard with the same uid already exists")


def test_a_folder_can_change_its_uid_up_to_9_and_what_stands_in_it_follows(client: httpx.Client) -> None:
    client.post("/api/folders", json={"uid": "old", "title": "F"})
    client.post("/api/dashboards/db", json={"dashboard": {"uid": "a", "title": "A"}, "folderUid": "old"})

    answer = client.put("/api/folders/old", json={"uid": "new", "title": "F", "version": 1})

    assert answer.json()["uid"] == "new"
    assert read(client, "a")["meta"]["folderUid"] == "new"


def test_nested_folders_are_listed_by_parent_moved_and_deleted_with_what_is_in_them() -> None:
    with running(SandboxSettings(generation=12)) as sandbox, client_of(sandbox) as client:
        for uid, parent in (("top", ""), ("mid", "top"), ("low", "mid"), ("other", "")):
            client.post("/api/folders", json={"uid": uid, "title": uid, "parentUid": parent})
        client.post("/api/dashboards/db", json={"dashboard": {"uid": "a", "title": "A"}, "folderUid": "low"})

        def listed(query: str) -> list[str]:
            return [folder["uid"] for folder in client.get(f"/api/folders?{query}").json()]

        assert listed("") == ["other", "top"]
        assert listed("parentUid=top") == ["mid"]
        assert listed("limit=1&page=2") == ["top"]
        assert client.get("/api/folders?parentUid=nobody").status_code == 404

        moved = client.post("/api/folders/low/move", json={"parentUid": "other"}).json()
        assert (moved["parentUid"], [parent["uid"] for parent in moved["parents"]]) == ("other", ["other"])

        client.delete("/api/folders/other")
        assert client.get("/api/folders/low").status_code == 404
        assert client.get("/api/dashboards/uid/a").status_code == 404
        assert listed("") == ["top"]


def test_the_history_of_12_goes_on_where_its_token_says() -> None:
    with running(SandboxSettings(generation=12)) as sandbox, client_of(sandbox) as client:
        for version in range(3):
            save(client, "a", version=version, tags=[str(version)])
        first = client.get("/api/dashboards/uid/a/versions?limit=2").json()
        token = {"limit": "2", "continueToken": first["continueToken"]}
        second = client.get("/api/dashboards/uid/a/versions", params=token).json()

    assert [row["version"] for row in first["versions"] + second["versions"]] == [3, 2, 1]
    assert second["continueToken"] == ""


def test_a_slug_of_two_dashboards_is_not_deleted() -> None:
    with running(SandboxSettings(generation=6)) as sandbox, client_of(sandbox) as client:
        client.post("/api/folders", json={"uid": "f", "title": "F"})
        folder = client.get("/api/folders/f").json()["id"]
        save(client, "a", title="Same")
        client.post("/api/dashboards/db", json={"dashboard": {"uid": "b", "title": "Same"}, "folderId": folder})

        answer = client.delete("/api/dashboards/db/same")

    assert (answer.status_code, answer.json()["status"]) == (412, "multiple-slugs-exists")


def test_an_import_without_its_input_is_refused(client: httpx.Client) -> None:
    dashboard = {"title": "A", "__inputs": [{"name": "DS", "type": "datasource"}]}

    assert client.post("/api/dashboards/import", json={"dashboard": dashboard, "inputs": []}).status_code == 500
    assert client.get("/api/search?type=dash-db").json() == []


def test_a_body_above_16_mib_is_too_large_for_12() -> None:
    with running(SandboxSettings(generation=12)) as sandbox, client_of(sandbox) as client:
        answer = save(client, "a", description="x" * (16 * 1024 * 1024))

    assert (answer.status_code, answer.json()["message"]) == (413, "Dashboard is too large, max is 16 MB")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "unexpected EOF"),
        (b'{"a" 1}', "invalid character '1' after object key"),
        (b'{"a": 1 2}', "invalid character '2' after object key:value pair"),
        (b'{"a": NaN}', "invalid character 'N' looking for beginning of value"),
        (b'{"dashboard": {}, "overwrite": 1}', "json: cannot unmarshal number into Go struct field .overwrite of type bool"),
    ],
)
def test_7_tells_what_it_cannot_read_in_the_words_of_go(body: bytes, message: str) -> None:
    with running(SandboxSettings(generation=7)) as sandbox, client_of(sandbox) as client:
        answer = client.post("/api/dashboards/db", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()[0]["message"]) == (400, message)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"dashboard": ' + b"[" * 100_000,
        b'{"dashboard": {"title": "a", "x": ' + b"9" * 5000 + b"}}",
        b'{"dashboard": {"title": "a", "id": 1e999}}',
        b'{"dashboard": {"title": 5}}',
        b'{"dashboard": {"title": "a"}, "folderId": "b"}',
    ],
    ids=range(9),
)
def test_a_body_that_nobody_should_send_is_refused_and_nothing_written(generation: int, body: bytes) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox, client_of(sandbox) as client:
        answer = client.post("/api/dashboards/db", content=body, headers={"Content-Type": "application/json"})

        assert 400 <= answer.status_code < 500
        assert client.get("/api/search").json() == []


@pytest.mark.parametrize("depth", [100, 600, 900, 1500])
def test_deep_nesting_is_kept_or_refused(generation: int, depth: int) -> None:
    body = b'{"dashboard": {"uid": "a", "title": "a", "x": ' + b"[" * depth + b'"\\ud800"' + b"]" * depth + b"}}"
    with running(SandboxSettings(generation=generation)) as sandbox, client_of(sandbox) as client:
        saved = client.post("/api/dashboards/db", content=body, headers={"Content-Type": "application/json"})
        found = client.get("/api/dashboards/uid/a")

    assert (saved.status_code, found.status_code) in {(200, 200), (400, 404)}
    assert saved.status_code == 200 or depth > 100


@pytest.mark.parametrize("path", ["/api/folders/id/{}", "/api/dashboards/id/{}/versions", "/api/search?limit={}"])
def test_numbers_that_fit_no_database_are_nobodys(client: httpx.Client, path: str) -> None:
    assert client.get(path.format(10**30)).status_code in {200, 404}


def test_half_a_surrogate_pair_becomes_the_replacement_character(client: httpx.Client) -> None:
    body = b'{"dashboard": {"uid": "a", "title": "a\\ud800b"}}'
    client.post("/api/dashboards/db", content=body, headers={"Content-Type": "application/json"})

    assert read(client, "a")["dashboard"]["title"] == "a\ufffdb"


@pytest.mark.parametrize("number", [9, 12])
def test_where_permissions_are_named_a_viewer_is_told_which_one(number: int) -> None:
    with running(SandboxSettings(generation=number)) as sandbox, client_of(sandbox, token=sandbox.token("Viewer")) as viewer:
        answer = viewer.put("/api/folders/f", json={"title": "F"})
        actions = viewer.get("/api/access-control/user/actions").json()

    assert answer.json()["message"].endswith("Permissions needed: folders:write")
    assert "dashboards:read" in actions
    assert "dashboards:write" not in actions


def test_without_credentials_only_health_answers(generation: int) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox, client_of(sandbox) as client:
        assert client.get("/api/health", auth=None).status_code == 200
        for path in ("/api/org", "/api/search", "/api/dashboards/uid/a", "/api/folders", "/api/frontend/settings"):
            assert client.get(path, auth=None).status_code == 401


def test_the_password_of_the_settings_is_the_administrators(sandbox: Running) -> None:
    settings = SandboxSettings(generation=9, admin_password="other")
    with running(settings) as guarded, client_of(guarded) as client, client_of(guarded, sandbox.admin) as wrong:
        assert client.get("/api/org").status_code == 200
        assert wrong.get("/api/org").status_code == 401
    assert "other" not in repr(settings)


def test_every_generation_is_known_by_its_number() -> None:
    assert [(number, one.version) for number, one in GENERATIONS.items()] == [
        *((2, "2.6.0"), (4, "4.6.5"), (5, "5.4.5"), (6, "6.7.4"), (7, "7.5.17")),
        *((8, "8.5.15"), (9, "9.3.2"), (11, "11.6.0"), (12, "12.4.0"), (13, "13.1.0")),
    ]
