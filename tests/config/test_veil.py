"""A secret that stands in a configuration by mistake is never shown, neither in words nor in the lines of an excerpt."""

from __future__ import annotations

import pytest

from provisioner.config.veil import veiled
from tests.config.builders import SOURCE, git, server, target, url
from tests.config.conftest import HOME, Place


@pytest.mark.parametrize(
    "text",
    [
        server("https://admin:hunter2-hunter2@grafana.example"),
        url("https://x:hunter2-hunter2@git.example/a.git\n      tag: 5"),
        target("password: hunter2-hunter2"),
        target("user: bob\n    password: |\n      hunter2-hunter2\n    tag: x"),
        target("token: hunter2-hunter2: x"),
        target("token: hunter2-hunter2\n    folder: 5"),
        target("{token: hunter2-hunter2"),
        f'{{"targets": {{"p": {{"password": "hunter2-hunter2", "{"x" * 200}": 1}}}}}}',
        f"{SOURCE}secret: !!binary hunter2-hunter2\n",
        target("timeout: ${MY_TOKEN}"),
        target("folder: 3\n    proxy: ${MY_TOKEN}"),
        target("policy: {conflict: '${MY_TOKEN}'}"),
        target("from: ['${MY_TOKEN}']"),
        server("${MY_TOKEN}"),
        git("branch: refs/heads/${MY_TOKEN}"),
    ],
)
def test_a_secret_in_the_wrong_place_is_never_shown(place: Place, text: str) -> None:
    told = place.problems(text, {**HOME, "MY_TOKEN": "hunter2-hunter2"})

    assert told
    assert "hunter2" not in repr(told)


def test_a_token_pasted_in_the_place_of_its_file_is_not_shown(place: Place) -> None:
    told = place.problem(target("token_file: glsa_abcdefgh12345678"))

    assert told.code == "secret-unreadable"
    assert "abcdefgh" not in repr(told)


@pytest.mark.parametrize(
    "line",
    [
        "token_file: /run/secrets/token",
        "token_env: GRAFANA_TOKEN",
        "severities: {secret-readable-by-all: off}",
        "url: git@git.example:platform.git",
        "# the token lies elsewhere",
        "sources:",
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    assert veiled(line, {}).text == line


def test_the_veiled_text_has_the_same_lines_and_columns() -> None:
    text = "a: 1\npassword: |\n  one\n\n  two\nb: 2\n"
    assert veiled(text, {}).text == "a: 1\npassword: •\n  •••\n\n  •••\nb: 2\n"
