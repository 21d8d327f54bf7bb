"""Where dashboards come from, as a user types it."""

from __future__ import annotations

import json
import subprocess

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.sources.repositories import Repository
from tests.whole.house import Browser, dashboard


def _repository(command: Command) -> Repository:
    repository = Repository(command.cwd / "repository.git")
    repository.commit({"dashboards/shop/a.json": _json("a"), "other/b.json": _json("b")}, message="add a\n\nand why")
    return repository


def _json(uid: str) -> bytes:
    return json.dumps(dashboard(uid)).encode()


def test_a_repository_at_a_branch_and_a_path(command: Command, nine: Running, browser: Browser) -> None:
    repository = _repository(command)
    done = command("apply", "--git", "repository.git", "--branch", "main", "--path", "dashboards", *command.at(nine))
    assert 0 == done.code
    assert (True, False) == (browser.is_there("a"), browser.is_there("b"))
    assert "shop" == browser.read("a")["meta"]["folderTitle"]
    assert repository.git("rev-parse", "main").startswith(done.event("pass.done")["commit"])
    assert "add a" in done.out


def test_a_repository_by_its_url(command: Command, nine: Running) -> None:
    repository = _repository(command)
    assert 0 == command("apply", "--git", repository.url, *command.at(nine)).code


def test_what_is_pushed_is_applied_by_the_next_run_and_only_that_is_parsed(command: Command, nine: Running, browser: Browser) -> None:
    repository = _repository(command)
    asked = ("--git", "repository.git", "--path", "dashboards", *command.at(nine))
    command("apply", *asked)
    repository.commit({"dashboards/shop/a.json": _json("a"), "dashboards/c.json": _json("c")})
    event = command("apply", *asked).event("pass.done")
    assert (1, 1, 1) == (event["created"], event["unchanged"], event["parsed"])
    assert browser.is_there("c")


def test_a_branch_that_is_not_there_is_told_and_nothing_is_harmed(command: Command, nine: Running) -> None:
    _repository(command)
    done = command("apply", "--git", "repository.git", "--branch", "mian", *command.at(nine))
    assert 1 == done.code
    assert "mian" in done.out
    assert () == nine.requests.writes


def test_a_path_that_is_not_there_is_told(command: Command) -> None:
    _repository(command)
    done = command("validate", "--git", "repository.git", "--path", "dashbords")
    assert 1 == done.code
    assert "dashbords" in done.out


def test_a_repository_without_a_commit_is_told(command: Command) -> None:
    Repository(command.cwd / "empty.git")
    done = command("validate", "--git", "empty.git")
    assert done.code in (1, 5)
    assert "empty" in done.out


def test_a_directory_that_is_not_there_is_told(command: Command, nine: Running) -> None:
    done = command("apply", "--directory", "nowhere", *command.at(nine))
    assert 1 == done.code
    assert "nowhere" in done.all
    assert () == nine.requests.writes


def test_a_repository_that_is_none_is_told(command: Command) -> None:
    (command.cwd / "plain").mkdir()
    done = command("validate", "--git", "plain")
    assert done.code in (1, 5)
    assert "plain" in done.out


def test_a_work_tree_is_read_as_it_was_committed(command: Command, nine: Running, browser: Browser) -> None:
    repository = _repository(command)
    subprocess.run(["git", "clone", "--quiet", repository.url, str(command.cwd / "tree")], check=True, capture_output=True)
    command.write("tree/dashboards/new.json", dashboard("uncommitted"))
    assert 0 == command("apply", "--git", "tree", "--path", "dashboards", *command.at(nine)).code
    assert (True, False) == (browser.is_there("a"), browser.is_there("uncommitted"))


def test_two_sources_with_one_uid_are_both_told_and_neither_is_written(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("more/b.json", dashboard("a", "Another"))
    command.write("more/c.json", dashboard("c"))
    config = command.config(nine, ["{directory: {path: ./files}}", "{directory: {path: ./more}}"])
    done = command("apply", "-c", config)
    assert 3 == done.code
    assert "files/a.json:" in done.out
    assert "more/b.json:" in done.out
    assert (False, True) == (browser.is_there("a"), browser.is_there("c"))
