from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provisioner.sandbox import Person, Role, SandboxSettings, SandboxUnusable, running
from tests.sandbox.speaking import client_of, read, save


def test_state_in_a_file_survives_a_restart(tmp_path: Path, generation: int) -> None:
    settings = SandboxSettings(generation=generation, database=tmp_path / "sandbox.db")
    with running(settings) as sandbox, client_of(sandbox) as client:
        token = sandbox.token("Editor")
        client.post("/api/folders", json={"uid": "f", "title": "F"})
        save(client, "a", tags=["one"])
        save(client, "a", version=1, tags=["two"])

    with running(settings) as sandbox, client_of(sandbox, token=token) as client:
        found = read(client, "a")
        assert (found["dashboard"]["tags"], found["meta"]["version"]) == (["two"], 2)
        assert client.get("/api/folders/f").json()["title"] == "F"
        assert save(client, "a", version=2, tags=["three"]).json()["version"] == 3


def test_ids_are_not_given_twice_after_a_restart(tmp_path: Path) -> None:
    settings = SandboxSettings(generation=12, database=tmp_path / "sandbox.db")
    with running(settings) as sandbox, client_of(sandbox) as client:
        first = save(client, "a").json()["id"]
        client.delete("/api/dashboards/uid/a")

    with running(settings) as sandbox, client_of(sandbox) as client:
        assert save(client, "a").json()["id"] > first


def test_a_file_of_another_generation_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    with running(SandboxSettings(generation=9, database=database)):
        pass

    with pytest.raises(SandboxUnusable, match="generation 9, not 12") as refused:
        running(SandboxSettings(generation=12, database=database)).__enter__()
    assert "9" in refused.value.next_step


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but long enough to be looked at as one" * 40)
    before = file.read_bytes()

    with pytest.raises(SandboxUnusable, match=r"notes\.txt"):
        running(SandboxSettings(database=file)).__enter__()
    assert before == file.read_bytes()


def test_a_generation_that_there_is_not_is_refused() -> None:
    with pytest.raises(SandboxUnusable, match="generation 10") as refused:
        running(SandboxSettings(generation=10)).__enter__()
    assert refused.value.next_step == "ask for one of 2, 4, 5, 6, 7, 8, 9, 11, 12, 13"


def test_eight_threads_saving_at_once_lose_nothing(generation: int) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox:

        def work(worker: int) -> list[int]:
            with client_of(sandbox) as client:
                return [save(client, f"w{worker}-{number}").status_code for number in range(10)]

        with ThreadPoolExecutor(8) as pool:
            statuses = [status for row in pool.map(work, range(8)) for status in row]
        with client_of(sandbox) as client:
            found = client.get("/api/search", params={"type": "dash-db", "limit": 1000}).json()

    assert statuses == [200] * 80
    assert len({hit["uid"] for hit in found}) == 80
    assert len({hit["id"] for hit in found}) == 80


def test_of_eight_writers_with_one_version_one_is_let_through(generation: int) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox:
        with client_of(sandbox) as client:
            save(client, "contended")

        def work(worker: int) -> int:
            with client_of(sandbox) as client:
                return save(client, "contended", version=1, tags=[str(worker)]).status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(work, range(8)))

    assert statuses == [200] + [409 if generation >= 13 else 412] * 7


def test_people_of_the_settings_can_sign_in_and_their_edits_carry_their_name() -> None:
    settings = SandboxSettings(generation=9, people=(Person("ada", "secret", Role.EDITOR),))
    with running(settings) as sandbox, client_of(sandbox, ("ada", "secret")) as ada:
        save(ada, "a")
        found = read(ada, "a")["meta"]

    assert (found["createdBy"], found["updatedBy"]) == ("ada", "ada")
    assert "secret" not in repr(settings)


def test_an_administrator_of_the_server_makes_a_person_an_editor_over_http() -> None:
    with running(SandboxSettings(generation=9)) as sandbox, client_of(sandbox) as client:
        person = {"name": "Ada", "login": "ada", "password": "secret", "OrgId": 1}
        number = client.post("/api/admin/users", json=person).json()["id"]
        with client_of(sandbox, ("ada", "secret")) as ada:
            assert save(ada, "a").status_code == 403
            client.patch(f"/api/orgs/1/users/{number}", json={"role": "Editor"})
            assert save(ada, "a").status_code == 200
