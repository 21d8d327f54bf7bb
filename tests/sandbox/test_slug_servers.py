"""Slug servers (2 and 4) beyond their transcripts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from provisioner.sandbox import Faults, SandboxSettings, running
from tests.sandbox.speaking import client_of


def _save(client: httpx.Client, title: str, **fields: object) -> httpx.Response:
    return client.post("/api/dashboards/db", json={"dashboard": {"title": title, "rows": []} | fields, "overwrite": False})


def _read(client: httpx.Client, slug: str) -> dict[str, object]:
    body = client.get(f"/api/dashboards/db/{slug}").json()["dashboard"]
    assert isinstance(body, dict)
    return body


def test_a_uid_is_content_like_any_other(slug_generation: int) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        _save(client, "One", uid="ours")
        _save(client, "Two", uid="ours")

        assert [_read(client, slug)["uid"] for slug in ("one", "two")] == ["ours", "ours"]


def test_what_needs_a_uid_or_a_folder_is_not_there(slug_generation: int) -> None:
    paths = ("/api/dashboards/uid/a", "/api/folders", "/api/folders/f", "/apis", "/api/dashboards/uid/a/versions")
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        assert [client.get(path).status_code for path in paths] == [404] * len(paths)


def test_state_in_a_file_survives_a_restart_with_its_ids(tmp_path: Path, slug_generation: int) -> None:
    settings = SandboxSettings(generation=slug_generation, database=tmp_path / "sandbox.db")
    with running(settings) as sandbox, client_of(sandbox) as client:
        token = sandbox.token("Editor")
        first = _save(client, "One").json()["version"]

    with running(settings) as sandbox, client_of(sandbox, token=token) as client:
        found = _read(client, "one")
        assert _save(client, "One", id=found["id"], version=first).json()["version"] == first + 1


def test_of_eight_writers_with_one_version_one_is_let_through(slug_generation: int) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox:
        with client_of(sandbox) as client:
            version = _save(client, "One").json()["version"]

        def work(worker: int) -> int:
            with client_of(sandbox) as client:
                return _save(client, "One", id=1, version=version, tags=[str(worker)]).status_code

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(work, range(8))) == [200] + [412] * 7


def test_a_viewer_may_read_and_neither_save_nor_delete(slug_generation: int) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        _save(client, "One")
        with client_of(sandbox, token=sandbox.token("Viewer")) as viewer:
            answers = [_save(viewer, "Two"), viewer.delete("/api/dashboards/db/one"), viewer.get("/api/dashboards/db/one")]

    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert answers[2].json()["meta"]["canSave"] is False


def test_a_lost_race_overwrites_an_edit(slug_generation: int) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        version = _save(client, "One", tags=["one"]).json()["version"]
        sandbox.faults.set(Faults(lost_races=1))

        answer = _save(client, "One", id=1, version=version, tags=["two"])

        assert (answer.status_code, answer.json()["version"]) == (200, version + 2)
        assert _read(client, "one")["tags"] == ["two"]


def test_a_stale_read_shows_the_version_before(slug_generation: int) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        version = _save(client, "One", uid="ours", tags=["old"]).json()["version"]
        _save(client, "One", id=1, uid="ours", version=version, tags=["new"])
        sandbox.faults.set(Faults(stale_reads=1))

        assert [_read(client, "one")["tags"] for _ in range(2)] == [["old"], ["new"]]


def test_4_keeps_a_history_by_id_and_2_has_none() -> None:
    with running(SandboxSettings(generation=4)) as four, client_of(four) as client:
        _save(client, "One", tags=["a"])
        _save(client, "One", id=1, version=1, tags=["b"])
        assert [row["version"] for row in client.get("/api/dashboards/id/1/versions").json()] == [2, 1]
        assert client.get("/api/dashboards/id/1/versions/1").json()["data"]["tags"] == ["a"]
        client.post("/api/dashboards/id/1/restore", json={"version": 1})
        assert _read(client, "one")["tags"] == ["a"]
    with running(SandboxSettings(generation=2)) as two, client_of(two) as client:
        _save(client, "One")
        assert client.get("/api/dashboards/id/1/versions").status_code == 404


def test_what_was_starred_can_be_unstarred(slug_generation: int) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        _save(client, "One")
        client.post("/api/user/stars/dashboard/1")
        starred = client.get("/api/search?starred=true").json()
        client.delete("/api/user/stars/dashboard/1")

        assert [hit["title"] for hit in starred] == ["One"]
        assert client.get("/api/search?starred=true").json() == []


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"dashboard": {"title": 5}}', b'{"dashboard": {"title": "a", "id": 1e999}}'], ids=range(5)
)
def test_a_body_that_nobody_should_send_is_refused(slug_generation: int, body: bytes) -> None:
    with running(SandboxSettings(generation=slug_generation)) as sandbox, client_of(sandbox) as client:
        answer = client.post("/api/dashboards/db", content=body, headers={"Content-Type": "application/json"})

        assert answer.status_code >= 400
        assert client.get("/api/search").json() == []
