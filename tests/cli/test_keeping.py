"""What a person types around records: review and apply exactly that, take over what is there, hold, confirm and restore."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person
from tests.cli.command import Command, Done
from tests.sources.repositories import Repository
from tests.whole.house import BY_UID, SAVES, Browser, dashboard, panel_titled

FILES = ("--directory", "files")
AT_ONCE = "{prune: {enabled: true, grace: 0s, max_deletions: 2}}"


@pytest.fixture(params=[5, 9, 12])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Of each generation that differs in what these commands meet."""
    with running(SandboxSettings(generation=request.param, people=(Person("jonas", "jonas"),))) as started:
        yield started


def _title(sandbox: Running, uid: str = "sales") -> str:
    return str(Browser(sandbox.url).content(uid)["panels"][0]["title"])


def _json(panel: str = "Git", uid: str = "sales") -> bytes:
    return json.dumps(dashboard(uid, **panel_titled(panel))).encode()


# plan -o FILE, apply FILE


@pytest.fixture
def reviewed(command: Command, nine: Running) -> tuple[Repository, tuple[str, ...]]:
    """A plan of one create and one update out of git, reviewed and not yet applied."""
    repository = Repository(command.cwd / "repository.git")
    asked = ("--git", "repository.git", *command.at(nine))
    repository.commit({"shop/sales.json": _json()})
    command("apply", *asked)
    repository.commit({"shop/sales.json": _json("Git again"), "shop/stock.json": _json(uid="stock")})
    assert 0 == command("plan", *asked, "-o", "plan.json").code
    nine.requests.reset()
    return repository, asked


def test_what_was_reviewed_is_applied(command: Command, nine: Running, reviewed: tuple[Repository, tuple[str, ...]]) -> None:
    done = command("apply", *reviewed[1], "plan.json")
    assert (0, "Git again", "Git") == (done.code, _title(nine), _title(nine, "stock"))


def test_what_was_reviewed_cannot_be_applied_twice(command: Command, nine: Running, reviewed: tuple[Repository, tuple[str, ...]]) -> None:
    command("apply", *reviewed[1], "plan.json")
    nine.requests.reset()
    done = command("apply", *reviewed[1], "plan.json")
    assert (1, ()) == (done.code, nine.requests.writes)
    assert "create was reviewed; it is as git wants it" in _words(done)


def _refused(command: Command, sandbox: Running, asked: tuple[str, ...]) -> str:
    sandbox.requests.reset()
    done = command("apply", *asked, "plan.json")
    assert (1, ()) == (done.code, sandbox.requests.writes)
    words = _words(done)
    assert "this is not what was reviewed" in words
    assert "nothing was written" in words
    return words


def _words(done: Done) -> str:
    """Without the breaks of lines."""
    return re.sub(r"\s+", " ", done.all)


def test_a_commit_that_came_since_is_told_and_nothing_is_written(
    command: Command, nine: Running, reviewed: tuple[Repository, tuple[str, ...]]
) -> None:
    repository, asked = reviewed
    before = repository.git("rev-parse", "--short=12", "main").strip()
    repository.commit({"README.md": b"words"})
    after = repository.git("rev-parse", "--short=12", "main").strip()
    words = _refused(command, nine, asked)
    assert f"{before} was reviewed, {after} is there now" in words


def test_an_edit_that_came_since_is_told_and_nothing_is_written(
    command: Command, nine: Running, browser: Browser, reviewed: tuple[Repository, tuple[str, ...]]
) -> None:
    browser.edit("sales", **panel_titled("Jonas"))
    told = _refused(command, nine, reviewed[1])
    assert "dashboard sales: update was reviewed; it is in conflict both-changed: changed in git, and on the server by jonas" in told
    assert "Jonas" == _title(nine)


def test_a_save_without_a_change_that_came_since_is_told_with_both_versions(
    command: Command, nine: Running, browser: Browser, reviewed: tuple[Repository, tuple[str, ...]]
) -> None:
    browser.edit("sales")
    assert "(version 1 was reviewed, version 2 is there)" in _refused(command, nine, reviewed[1])


def test_a_change_that_the_file_does_not_cover_is_told_and_nothing_is_written(
    command: Command, nine: Running, reviewed: tuple[Repository, tuple[str, ...]]
) -> None:
    plan = command.cwd / "plan.json"
    made = json.loads(plan.read_text())
    [target] = made["targets"].values()
    del target["changes"]["dashboard stock"]
    plan.write_text(json.dumps(made))
    assert "dashboard stock: create was not reviewed" in _refused(command, nine, reviewed[1])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"provisioner_plan": 2}', '{"provisioner_plan": 2, "targets": []}', "\x00"])
def test_a_plan_file_that_is_none_is_told_and_nothing_is_written(command: Command, nine: Running, text: str) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("plan.json", text)
    done = command("apply", *FILES, *command.at(nine), "plan.json")
    assert (1, ()) == (done.code, nine.requests.writes)


def test_a_plan_file_that_is_not_there_is_told(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("apply", *FILES, *command.at(nine), "nowhere.json")
    assert 1 == done.code
    assert "nowhere.json" in done.all
    assert "provisioner plan -o FILE" in done.all


def test_a_plan_file_names_no_contents_and_no_secret(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a", "A title of mine"))
    command("plan", *FILES, *command.at(nine), "-o", "plan.json")
    told = (command.cwd / "plan.json").read_text()
    assert "A title of mine" not in told
    assert (command.cwd / "token").read_text().strip() not in told


# apply --take, --no-scan


def test_a_conflict_is_taken_by_name_and_what_it_replaces_is_restored_by_name(command: Command, server: Running) -> None:
    command.write("files/sales.json", dashboard("sales", **panel_titled("Git")))
    asked = (*FILES, *command.at(server))
    command("apply", *asked)
    Browser(server.url).edit("sales", **panel_titled("Jonas"))
    command.write("files/sales.json", dashboard("sales", **panel_titled("Git again")))
    told = command("apply", *asked)
    assert 4 == told.code
    assert "both-changed" in told.out
    assert 0 == command("apply", *asked, "--take", "sales").code
    assert "Git again" == _title(server)
    assert "by jonas" in command("restore", *asked, "sales", "--list").out
    done = command("restore", *asked, "sales")
    assert (0, "Jonas") == (done.code, _title(server))
    assert "restored" in done.out


def test_without_a_scan_rest_costs_no_request_and_a_change_one_save(command: Command, nine: Running) -> None:
    for uid in ("a", "b", "c"):
        command.write(f"files/{uid}.json", dashboard(uid))
    asked = ("apply", *FILES, *command.at(nine))
    command(*asked)
    nine.requests.reset()
    done = command(*asked, "--no-scan")
    assert (0, (), 3) == (done.code, nine.requests.all, done.event("pass.done")["unchanged"])
    command.write("files/b.json", dashboard("b", **panel_titled("Git again")))
    command(*asked, "--no-scan")
    assert (1, 0) == (nine.requests.count("POST", SAVES), nine.requests.count("GET", BY_UID))


def test_taking_looks_even_without_a_scan(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/sales.json", dashboard("sales", **panel_titled("Git")))
    asked = ("apply", *FILES, *command.at(nine))
    command(*asked)
    browser.edit("sales", **panel_titled("Jonas"))
    command(*asked, "--no-scan", "--take", "sales")
    assert "Git" == _title(nine)


# adopt, pull


def test_adopting_records_what_is_identical_and_writes_nothing(command: Command, server: Running) -> None:
    browser = Browser(server.url)
    browser.create(dashboard("sales", **panel_titled("Git")))
    browser.create(dashboard("stock", **panel_titled("Theirs")))
    command.write("files/sales.json", dashboard("sales", **panel_titled("Git")))
    command.write("files/stock.json", dashboard("stock", **panel_titled("Git")))
    command.write("files/new.json", dashboard("new"))
    asked = (*FILES, *command.at(server))
    server.requests.reset()
    done = command("adopt", *asked)
    assert (4, ()) == (done.code, server.requests.writes)
    assert "1 adopted into the records; nothing was written to a server" in done.err
    assert not browser.is_there("new")
    assert 0 == _planned(command, *asked)["adopted"]


def _planned(command: Command, *asked: str) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads(command("plan", *asked, "--format", "json").out)["targets"][0]["counts"]
    return counts


def test_what_is_pulled_and_adopted_leaves_nothing_to_plan(command: Command, server: Running) -> None:
    browser = Browser(server.url)
    browser.ask("/api/folders", {"title": "Shop", "uid": "shop"})
    folder = browser.ask("/api/folders/shop")
    body = {"dashboard": dashboard("sales"), "folderUid": "shop", "folderId": folder["id"], "overwrite": False, "message": ""}
    browser.ask(SAVES, body)
    browser.create(dashboard("stock"))
    (command.cwd / "files").mkdir()
    asked = (*FILES, *command.at(server))
    server.requests.reset()
    pulled = command("pull", *asked, "--into", "files")
    assert (0, ()) == (pulled.code, server.requests.writes)
    assert 0 == command("adopt", *asked).code
    done = command("plan", *asked, "--detailed-exitcode")
    assert (0, ()) == (done.code, server.requests.writes)
    before = _contents(command.cwd / "files")
    assert "nothing to write" in command("pull", *asked, "--into", "files").out
    assert before == _contents(command.cwd / "files")


def _contents(place: Path) -> dict[str, bytes]:
    return {str(each.relative_to(place)): each.read_bytes() for each in place.rglob("*") if each.is_file()}


def test_an_edit_is_taken_into_the_file_by_pulling_and_is_drift_no_more(command: Command, server: Running) -> None:
    command.write("files/sales.json", dashboard("sales", **panel_titled("Git")))
    asked = (*FILES, *command.at(server))
    command("apply", *asked)
    Browser(server.url).edit("sales", **panel_titled("Jonas"))
    assert 2 == command("plan", *asked, "--detailed-exitcode").code
    assert 0 == command("pull", *asked, "sales", "--into", "files").code
    assert "Jonas" in (command.cwd / "files/sales.json").read_text()
    assert 0 == command("plan", *asked, "--detailed-exitcode").code
    assert "Jonas" == _title(server)


# held, confirmed, deleted, restored


@pytest.fixture
def held(command: Command, nine: Running) -> tuple[str, str]:
    """Three deletions where two are allowed: the configuration, and the digest that was told."""
    for number in range(4):
        command.write(f"files/d{number}.json", dashboard(f"d{number}"))
    config = str(command.config(nine, policy=AT_ONCE))
    command("apply", "-c", config)
    for number in range(3):
        (command.cwd / f"files/d{number}.json").unlink()
    done = command("apply", "-c", config)
    assert 4 == done.code
    found = re.search(r"provisioner confirm ([0-9a-f]{12})", done.out)
    assert found is not None, done.out
    assert "3 deletions are more than the 2" in done.out
    nine.requests.reset()
    return config, found[1]


def test_what_is_over_the_ceiling_is_held_until_its_digest_is_confirmed(
    command: Command, nine: Running, browser: Browser, held: tuple[str, str]
) -> None:
    config, digest = held
    done = command("confirm", "-c", config, digest)
    assert (0, ()) == (done.code, nine.requests.writes)
    assert "the next apply deletes 3 dashboards on test" in done.out
    assert 0 == command("apply", "-c", config).code
    assert [False, False, False, True] == [browser.is_there(f"d{number}") for number in range(4)]


def test_another_digest_is_refused_and_the_one_that_counts_is_told(command: Command, nine: Running, held: tuple[str, str]) -> None:
    config, digest = held
    done = command("confirm", "-c", config, "0123456789ab")
    assert 1 == done.code
    assert digest in done.all
    command("apply", "-c", config)
    assert () == nine.requests.writes


def test_a_source_that_is_not_stated_any_more_deletes_nothing(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("more/b.json", dashboard("b"))
    both = ["{directory: {path: ./files}}", "{directory: {path: ./more}}"]
    command("apply", "-c", command.config(nine, both, policy=AT_ONCE))
    done = command("apply", "-c", command.config(nine, both[:1], policy=AT_ONCE))
    assert "source-removed" in done.out
    assert browser.is_there("b")


def test_where_nothing_is_held_there_is_nothing_to_confirm(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("confirm", *FILES, *command.at(nine), "0123456789ab")
    assert 1 == done.code
    assert "nothing is held" in done.all


def test_a_server_that_is_not_there_cannot_say_what_is_held(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    target = "{url: 'http://127.0.0.1:1', attempts: 1}"
    command.write("config.yaml", f"sources: {{s: {{directory: {{path: files}}}}}}\ntargets: {{test: {target}}}\n")
    done = command("confirm", "-c", "config.yaml", "0123456789ab")
    assert 5 == done.code
    assert "nothing is held" not in done.all


def test_a_confirmation_counts_only_what_is_over_the_ceiling(command: Command, held: tuple[str, str], browser: Browser) -> None:
    config, _ = held
    command.write("files/d4.json", dashboard("d4"))
    command("apply", "-c", config)
    (command.cwd / "files/d4.json").unlink()
    browser.edit("d4", **panel_titled("Jonas"))
    told = command("plan", "-c", config).out
    found = re.search(r"provisioner confirm ([0-9a-f]{12})", told)
    assert found is not None
    assert "edited-before-delete" in told
    assert "the next apply deletes 3 dashboards" in command("confirm", "-c", config, found[1]).out


def test_what_was_deleted_is_told_with_the_command_that_brings_it_back_and_it_does(command: Command, server: Running) -> None:
    browser = Browser(server.url)
    command.write("files/shop/sales.json", dashboard("sales", **panel_titled("Git")))
    command.write("files/stock.json", dashboard("stock"))
    config = command.config(server, policy=AT_ONCE)
    command("apply", "-c", config)
    (command.cwd / "files/shop/sales.json").unlink()
    (command.cwd / "files/shop").rmdir()
    planned = command("plan", "-c", config)
    assert re.search(r"- delete +shop / sales +sales", planned.out), planned.out
    assert browser.is_there("sales")
    told = command("apply", "-c", config)
    assert "provisioner restore sales" in told.out
    assert not browser.is_there("sales")
    assert 0 == command("restore", "-c", config, "sales").code
    assert ("Git", "shop") == (_title(server), browser.read("sales")["meta"]["folderTitle"])


def test_what_cannot_be_restored_is_told(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("restore", *FILES, *command.at(nine), "nobody")
    assert 1 == done.code
    assert "not restored" in done.out


def test_several_targets_are_told_apart_before_anything_is_done(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    command.at(nine)
    targets = f"{{one: {{url: '{nine.url}', token_file: token}}, two: {{url: 'http://127.0.0.1:1'}}}}"
    command.write("config.yaml", f"sources: {{s: {{directory: {{path: files}}}}}}\ntargets: {targets}\n")
    for asked in (("pull", "--into", "files"), ("restore", "a"), ("confirm", "0123456789ab")):
        done = command(*asked, "-c", "config.yaml")
        assert 1 == done.code
        assert "one, two" in done.all
        assert "command line" in done.err  # it is not the configuration that is to be mended


def test_drift_is_told_to_people_with_the_person_and_what_was_changed(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/sales.json", dashboard("sales", **panel_titled("Git")))
    asked = ("apply", *FILES, *command.at(nine))
    command(*asked)
    browser.edit("sales", **panel_titled("Jonas"))
    done = command(*asked)
    assert 0 == done.code
    for told in ("drifted", "by jonas", "version 1 → 2", "Git → Jonas", f"{nine.url}/d/sales/sales", "provisioner pull"):
        assert told in done.out
