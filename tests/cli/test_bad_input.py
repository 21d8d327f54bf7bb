"""Bad input: one clear message with its place and remedy for each, never a traceback, and what is on the server is unharmed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.sources.repositories import Repository
from tests.whole.house import Browser, dashboard, panel_titled

MARKERS = '{\n  "uid": "x",\n<<<<<<< HEAD\n  "title": "one"\n=======\n  "title": "two"\n>>>>>>> theirs\n}\n'
LFS = (
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)

# The file, what is in it, the code that names it, and the place that is told.
BAD: list[tuple[str, bytes, str, str]] = [
    ("large.json", b'{"title": "large", "x": "' + b"x" * 20_000_000 + b'"}', "file-too-large", ""),
    ("nan.json", b'{\n  "title": "nan",\n  "x": NaN\n}', "number-not-json", ":3:8"),
    ("twice.json", b'{\n  "title": "one",\n  "title": "two"\n}', "duplicate-key", ":3:3"),
    ("markers.json", MARKERS.encode(), "merge-marker", ":3:1"),
    ("utf8.json", b'{\n  "title": "caf\xe9"\n}', "not-utf8", ":2:16"),
    ("deep.json", b'{"title": "deep", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nesting-too-deep", ":1:"),
    ("deep.yaml", b"title: deep\nx: " + b"[" * 10_000 + b"]" * 10_000, "nesting-too-deep", ":2:"),
    ("comma.json", b'{\n  "title": "x"\n  "uid": "x"\n}', "json-syntax", ":2:15"),
    ("cut.json", b'{"title": "x", "panels": [{"id": 1', "json-syntax", ":1:"),
    ("empty.json", b"", "file-empty", ""),
    ("lfs.json", LFS.encode(), "lfs-pointer", ""),
    ("template.json", b'{"title": "{{ .Values.title }}", "panels": [{{ range .Panels }}]}', "template-unrendered", ":1:"),
    ("huge-number.json", b'{"title": "x", "x": 1e999}', "number-too-large", ":1:"),
    ("half.json", b'{"title": "x", "x": "\\ud800"}', "surrogate-lone", ":1:"),
    ("nul.json", b'{"title": "x\x00"}', "control-character", ":1:"),
    ("text.json", b'"only a text"', "root-not-object", ""),
    ("bomb.yaml", b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n".encode() for n in range(9)
    ), "yaml-expansion", ""),
    ("untitled.json", b'{"panels": [], "schemaVersion": 39}', "title-invalid", ""),
    ("uid.json", b'{"title": "x", "uid": "no spaces, please", "panels": [], "schemaVersion": 39}', "uid-invalid", ":1:"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "code", "place"), BAD, ids=[each[0] for each in BAD])
def test_a_bad_file_gets_one_message_with_its_place_and_a_remedy(
    command: Command, name: str, content: bytes, code: str, place: str
) -> None:
    command.write(f"files/{name}", content)
    done = command("validate", "--directory", "files", "--format", "json")
    told: list[dict[str, Any]] = [each for each in json.loads(done.out)["problems"] if each["severity"] == "error"]
    assert (3, [code]) == (done.code, [each["code"] for each in told])
    assert f"files/{name}{place}" in f"{told[0]['file']}:{told[0].get('line')}:{told[0].get('column')}"
    assert told[0]["remedy"]


def test_a_byte_order_mark_is_a_warning_and_the_file_is_applied(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", b"\xef\xbb\xbf" + json.dumps(dashboard("a")).encode())
    done = command("apply", "--directory", "files", *command.at(nine))
    assert (0, True) == (done.code, browser.is_there("a"))
    assert "byte-order-mark" in done.out


def test_every_bad_file_at_once_keeps_none_of_the_others_and_harms_nothing(command: Command, nine: Running, browser: Browser) -> None:
    for number, (name, content, _, _) in enumerate(BAD):
        browser.create(dashboard(f"live-{number}", f"Live {number}"))
        command.write(f"files/{number}/{name}", content)
    browser.create(dashboard("withheld", **panel_titled("Live")))
    command.write("files/withheld.json", json.dumps(dashboard("withheld"))[:-1])
    command.write("files/zz/good.json", dashboard("good"))
    done = command("apply", "--directory", "files", "--conflict", "git-wins", *command.at(nine))
    assert 3 == done.code
    assert all(code in done.out for _, _, code, _ in BAD)
    assert browser.is_there("good")
    assert {1} == {browser.version(f"live-{number}") for number in range(len(BAD))} | {browser.version("withheld")}
    assert 1 == sum(each.path == "/api/dashboards/db" for each in nine.requests.writes[-2:])


def test_a_file_of_20_mb_in_git_is_told_too(command: Command) -> None:
    repository = Repository(command.cwd / "r.git")
    repository.commit({"large.json": b'{"title": "' + b"x" * 20_000_000 + b'"}', "good.json": json.dumps(dashboard("good")).encode()})
    done = command("validate", "--git", "r.git")
    assert 3 == done.code
    assert "file-too-large" in done.out
    assert "limits.file_bytes" in done.out


# --- the configuration ------------------------------------------------------------------------------------------------------------------


def test_a_configuration_that_is_not_there(command: Command) -> None:
    done = command("plan", "-c", "nowhere.yaml")
    assert (1, "") == (done.code, done.out)
    assert "nowhere.yaml" in done.err
    assert "config-unreadable" in done.err


def test_an_unknown_key_is_told_with_its_place_and_the_nearest_known_one(command: Command) -> None:
    command.write("config.yaml", "sources:\n  s:\n    directory:\n      path: .\n      inclde: ['*.json']\n")
    done = command("validate", "-c", "config.yaml")
    assert 1 == done.code
    assert "config.yaml:5:7" in done.err
    assert "include" in done.err


def test_a_wrong_type_is_told_with_its_place(command: Command) -> None:
    command.write("config.yaml", "sources:\n  s:\n    directory:\n      path: [1, 2]\n")
    done = command("validate", "-c", "config.yaml")
    assert 1 == done.code
    assert "config.yaml:4:7" in done.err


def test_every_problem_of_a_configuration_is_told_at_once(command: Command) -> None:
    command.write("config.yaml", "sorces: {}\ntargets:\n  t: {url: 7, timeout: soon}\n")
    done = command("validate", "-c", "config.yaml")
    assert all(told in done.err for told in ("config.yaml:1:1", "config.yaml:3:", "sources", "timeout"))


def test_a_token_file_that_is_not_there(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("apply", "--directory", "files", "--grafana", nine.url, "--token-file", "nowhere")
    assert 1 == done.code
    assert "nowhere" in done.all
    assert () == nine.requests.all


def test_a_token_file_that_is_empty(command: Command, nine: Running) -> None:
    command.write("files/a.json", dashboard("a"))
    command.write("token", "\n").chmod(0o600)
    done = command("apply", "--directory", "files", "--grafana", nine.url, "--token-file", "token")
    assert 1 == done.code
    assert "token" in done.all
    assert () == nine.requests.all


def test_a_secret_that_everybody_may_read_is_a_warning_and_it_goes_on(command: Command, nine: Running, browser: Browser) -> None:
    command.write("files/a.json", dashboard("a"))
    flags = command.at(nine)
    (command.cwd / "token").chmod(0o644)
    done = command("apply", "--directory", "files", *flags)
    assert (0, True) == (done.code, browser.is_there("a"))
    assert "secret-readable-by-all" in done.err
    assert (command.cwd / "token").read_text().strip() not in done.all


@pytest.mark.parametrize("url", ["grafana.example", "ftp://grafana.example", "http://", "http://user:pa55word@grafana.example"])
def test_a_url_that_is_none_or_carries_a_password(command: Command, url: str) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("plan", "--directory", "files", "--grafana", url)
    assert 1 == done.code
    assert "--grafana" in done.err
    assert "pa55word" not in done.all


def test_no_source_at_all_is_told_with_what_to_type(command: Command) -> None:
    done = command("plan")
    assert 1 == done.code
    assert "--directory" in done.err


def test_a_plan_without_a_server_is_told_with_what_to_type(command: Command) -> None:
    command.write("files/a.json", dashboard("a"))
    done = command("plan", "--directory", "files")
    assert 1 == done.code
    assert "--grafana URL" in done.err
