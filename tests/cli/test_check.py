"""`provisioner config check`: real sandboxes, real repositories, real sockets, and nothing written anywhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.state.lock import Asking, StateLock
from tests.cli.command import Command, Done
from tests.sources.repositories import Repository

GOOD = "a secret of more than sixteen characters\n"


@pytest.fixture(params=[5, 7, 8, 9, 12])
def any_grafana(request: pytest.FixtureRequest) -> Iterator[Running]:
    with running(SandboxSettings(generation=request.param)) as started:
        yield started


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "platform.git")
    commit = made.git("commit-tree", made.tree({"d/a.json": b"{}", "d/b.json": b"{}"}), "-m", "one")
    made.git("update-ref", "refs/heads/main", commit)
    return made


def private(command: Command, path: str, text: str) -> None:
    command.write(path, text).chmod(0o600)


def checked(command: Command, *more: str) -> tuple[Done, dict[str, Any]]:
    done = command("config", "check", "-c", "config.yaml", "--format", "json", *more)
    return done, json.loads(done.out)


def told(found: dict[str, Any], weight: str = "error") -> list[tuple[str, str]]:
    return [(each["name"], each["message"]) for each in found["findings"] if each["severity"] == weight]


def write(command: Command, sources: str, targets: str = "", more: str = "") -> None:
    command.write("config.yaml", f"sources: {{{sources}}}\ntargets: {{{targets}}}\nstate: {{path: state/p.db}}\n{more}\n")


def test_where_all_is_well_it_says_what_is_there(command: Command, repository: Repository, nine: Running) -> None:
    private(command, "token", nine.token("Admin"))
    private(command, "hook", GOOD)
    command.write("files/x.json", {"uid": "x", "title": "x"})
    write(
        command,
        f"platform: {{git: {{url: '{repository.url}', branch: main}}}}, local: {{directory: {{path: files, watch: poll}}}}",
        f"p: {{url: '{nine.url}', token_file: token}}",
        "server: {listen: 0, hooks: {platform: {provider: github, secret_file: hook}}}",
    )
    done = command("config", "check", "-c", "config.yaml")

    assert done.code == 0, done.all
    assert "2 files" in done.out
    assert "Grafana 9.3.2" in done.out
    assert 'organisation 1 "Main Org."' in done.out
    assert "looked at every 2 s" in done.out
    assert done.out.endswith("nothing would fail\n")


def test_nothing_is_written_to_the_server_nor_here(command: Command, repository: Repository, nine: Running) -> None:
    private(command, "token", nine.token())
    write(command, f"p: {{git: {{url: '{repository.url}'}}}}", f"p: {{url: '{nine.url}', token_file: token, owner: me}}")
    before = sorted(command.cwd.rglob("*"))
    done = command("config", "check", "-c", "config.yaml")

    assert done.code == 0, done.all
    assert {each.method for each in nine.requests.all} == {"GET"}
    assert sorted(command.cwd.rglob("*")) == before
    assert list((command.cwd.parent / "home").rglob("*")) == []


def test_everything_that_would_fail_is_told_at_once(command: Command, repository: Repository, nine: Running) -> None:
    private(command, "token", "glsa_nobody")
    private(command, "hook", "short\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        write(
            command,
            f"typo: {{git: {{url: '{repository.url}', branch: mian}}}}, gone: {{directory: {{path: nowhere}}}}",
            f"stranger: {{url: '{nine.url}', token_file: token}}, away: {{url: 'http://127.0.0.1:1'}}",
            f"server: {{listen: {taken.getsockname()[1]}, hooks: {{typo: {{provider: github, secret_file: hook}}}}}}",
        )
        done, found = checked(command)

    assert done.code == 5
    assert [name for name, _ in told(found)] == ["typo", "gone", "stranger", "away", "listen"]
    words = dict(told(found))
    assert words["typo"].endswith("has no branch mian; there is: main")
    assert "nowhere is not there" in words["gone"]
    assert "does not accept the credentials" in words["stranger"]
    assert "Connection refused" in words["away"]
    assert [name for name, _ in told(found, "warning")] == ["typo"]
    assert "short" not in done.all


def test_a_viewer_is_told_what_is_lacking(command: Command, any_grafana: Running) -> None:
    private(command, "token", any_grafana.token("Viewer"))
    write(command, "f: {directory: {path: .}}", f"p: {{url: '{any_grafana.url}', token_file: token}}")
    done, found = checked(command)

    assert done.code == 1
    if int(any_grafana.version.partition(".")[0]) < 9:
        assert told(found) == [("p", "the credential has the role Viewer: nothing can be created or changed")]
    else:
        lacking = [message.split(": ")[0].removeprefix("the credential lacks ") for _, message in told(found)]
        assert lacking == ["dashboards:create", "dashboards:write", "folders:create"]


@pytest.mark.parametrize("role", ["Editor", "Admin"])
def test_an_editor_lacks_nothing(command: Command, any_grafana: Running, role: str) -> None:
    private(command, "token", any_grafana.token(role))
    prune = "policy: {prune: {enabled: true}}"
    write(command, "f: {directory: {path: .}}", f"p: {{url: '{any_grafana.url}', token_file: token, {prune}}}")
    done, found = checked(command)

    assert done.code == 0, done.all
    assert told(found, "warning") == []


def test_dashboards_with_our_tag_that_are_not_ours_are_told(command: Command, nine: Running) -> None:
    config = command.config(nine, owner="us")
    command.write("files/a.json", {"uid": "a", "title": "a", "panels": [], "schemaVersion": 36})
    assert command("apply", "-c", config).code == 0
    ours = command("config", "check", "-c", config)
    command.environment["XDG_STATE_HOME"] = str(command.cwd / "elsewhere")
    command.write("files/b.json", {"uid": "b", "title": "b", "panels": [], "schemaVersion": 36})
    (command.cwd / "files/a.json").unlink()
    assert command("apply", "-c", config).code == 0
    theirs = command("config", "check", "-c", config)

    assert "carries our tag" not in ours.out
    assert "one dashboard carries our tag provisioner:us, but no record of ours knows of it: a" in theirs.out


def test_a_secret_that_cannot_be_read_does_not_keep_the_rest_from_being_looked_at(command: Command, nine: Running) -> None:
    private(command, "token", nine.token())
    write(
        command,
        "f: {directory: {path: nowhere}}",
        f"one: {{url: '{nine.url}', token_file: missing}}, two: {{url: '{nine.url}', token_file: token}}",
    )
    done, found = checked(command)

    assert done.code == 1
    assert [(each["code"], each["line"]) for each in found["problems"]] == [("secret-unreadable", 2)]
    assert [each["skipped"] for each in found["targets"]] == ["its secret cannot be read", None]
    assert [name for name, _ in told(found)] == ["f"]


def test_any_other_error_of_the_configuration_is_told_alone(command: Command) -> None:
    write(command, "f: {directory: {path: .}}", "p: {url: nowhere}")
    done = command("config", "check", "-c", "config.yaml")

    assert done.code == 1
    assert "config.yaml:2:" in done.err
    assert done.out == ""


def test_offline_it_asks_nobody(command: Command, nine: Running) -> None:
    write(
        command,
        "f: {directory: {path: .}}, p: {git: {url: 'https://git.invalid/p.git'}}",
        f"p: {{url: '{nine.url}'}}",
    )
    done, found = checked(command, "--offline")

    assert done.code == 0, done.all
    assert [each["skipped"] for each in (*found["sources"], *found["targets"])] == [None, "--offline", "--offline"]
    assert nine.requests.all == ()


def test_only_the_target_that_is_named_is_looked_at(command: Command, nine: Running) -> None:
    private(command, "token", nine.token())
    write(
        command,
        "f: {directory: {path: .}}, gone: {directory: {path: nowhere}}",
        f"one: {{url: '{nine.url}', token_file: token, from: [f]}}, two: {{url: 'http://127.0.0.1:1', from: [gone]}}",
    )
    done, found = checked(command, "--target", "one")

    assert done.code == 0, done.all
    assert ([each["name"] for each in found["sources"]], [each["name"] for each in found["targets"]]) == (["f"], ["one"])


def test_who_holds_the_state_file_is_told(command: Command) -> None:
    write(command, "f: {directory: {path: .}}")
    with StateLock(str(command.cwd / "state/p.db"), Asking("provisioner run", "2026-01-01T00:00:00Z", lambda _: True)):
        done, found = checked(command)

    assert done.code == 0
    assert "provisioner run" in found["machine"]["state"]["holder"]


@pytest.mark.parametrize(("made", "why"), [("file", "is not a directory"), ("none", "there is no place for the state file")])
def test_a_state_file_that_cannot_be_is_told(command: Command, made: str, why: str) -> None:
    if made == "file":
        command.write("state", "no directory")
        write(command, "f: {directory: {path: .}}")
    else:
        command.write("config.yaml", "sources: {f: {directory: {path: .}}}\n")
        command.environment["HOME"] = ""
    done, found = checked(command)

    assert done.code == 1
    [(name, message)] = told(found)
    assert (name, why in message) == ("state", True)


@pytest.mark.parametrize("listen", ['":{port}"', '"[::1]:{port}"', '"127.0.0.1:{port}"'])
def test_an_address_that_is_free_is_named(command: Command, listen: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write(command, "f: {directory: {path: .}}", more=f"server: {{listen: {listen.format(port=port)}}}")
    done, found = checked(command)

    assert done.code == 0, done.all
    assert found["machine"]["listen"]["address"] == listen.format(port=port).strip('"')


def test_a_repository_without_git_is_told(command: Command, repository: Repository) -> None:
    write(command, f"p: {{git: {{url: '{repository.url}'}}}}")
    command.environment["PATH"] = "/nonexistent"
    done = command.child("config", "check", "-c", "config.yaml", "--format", "json")

    assert done.code == 1
    assert {name for name, _ in told(json.loads(done.out))} == {"p", "git"}


def test_a_form_that_it_does_not_have_is_refused(command: Command) -> None:
    write(command, "f: {directory: {path: .}}")
    done = command("config", "check", "-c", "config.yaml", "--format", "junit")

    assert done.code == 1
    assert "text or json" in done.err
