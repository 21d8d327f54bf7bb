"""Secrets from files and variables: what is given, and what is refused without being shown."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from provisioner.config.secrets import examine, reveal
from provisioner.core.errors import SecretUnreadable
from provisioner.core.secret import Secret
from tests.config.conftest import Place


def token(path: Path) -> Secret:
    return Secret("targets.production.token_file", str(path))


def password(path: Path) -> Secret:
    return Secret("targets.token.password_file", str(path))


@pytest.mark.parametrize("content", ["glsa_x", "glsa_x\n", "glsa_x\r\n", "glsa_x\n\n", b"\xef\xbb\xbfglsa_x\n"])
def test_what_editors_add_to_a_secret_is_taken_off(place: Place, content: str | bytes) -> None:
    assert reveal({})(token(place.file("t", content))) == "glsa_x"


@pytest.mark.parametrize("content", [" with spaces ", "pässwörd", "a:b"])
def test_a_password_may_have_any_letter(place: Place, content: str) -> None:
    assert reveal({})(password(place.file("p", content))) == content


def test_a_secret_comes_from_the_environment_that_is_handed_in() -> None:
    assert reveal({"TOKEN": "glsa_x\n"})(Secret("targets.production.token_env", variable="TOKEN")) == "glsa_x"


def test_a_rotated_file_is_followed(place: Place) -> None:
    read, secret = reveal({}), token(place.file("t", "first"))
    assert read(secret) == "first"

    place.file("t", "second")

    assert read(secret) == "second"


def refusal(secret: Secret) -> str:
    with pytest.raises(SecretUnreadable) as caught:
        reveal({"EMPTY": ""})(secret)
    assert caught.value.next_step
    assert "glsa_" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("   \n", "is empty"),
        ("glsa_a\nglsa_b\n", "has more than one line"),
        ("glsa_a\rglsa_b", "has more than one line"),
        (b"\xff\xfeg\x00l\x00", "is not text"),
        (b"\x80\x81\x82", "is not text"),
        ("glsa_a\x00", "is not text"),
        ("Bearer glsa_a", "has a space or a letter that no token has"),
        ("glsa_ä", "has a space or a letter that no token has"),
        ("g" * 70_000, "is larger than 65536 bytes, so it is no secret"),
    ],
)
def test_a_file_that_holds_no_token_is_refused(place: Place, content: str | bytes, message: str) -> None:
    file = place.file("t", content)
    assert refusal(token(file)) == f"{file} {message}"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(token(tmp_path / "nowhere")) == f"{tmp_path}/nowhere is not there"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert refusal(token(tmp_path)) == f"{tmp_path} is a directory, not a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(place: Place) -> None:
    file = place.file("t", "glsa_x", mode=0)
    assert refusal(token(file)) == f"{file} may not be read"


def test_a_variable_that_is_not_set_is_refused() -> None:
    assert refusal(Secret("targets.a.token_env", variable="NOT_SET")) == "the environment variable NOT_SET is not set"


def test_a_variable_that_is_empty_is_refused() -> None:
    assert refusal(Secret("targets.a.token_env", variable="EMPTY")) == "the environment variable EMPTY is empty"


@pytest.mark.parametrize(
    ("mode", "codes"), [(0o600, []), (0o640, []), (0o604, ["secret-readable-by-all"]), (0o644, ["secret-readable-by-all"])]
)
def test_a_file_that_everybody_can_read_is_named(place: Place, mode: int, codes: list[str]) -> None:
    assert [each.code for each in examine(token(place.file("t", "glsa_x", mode)), {})] == codes


def test_a_pipe_is_not_emptied_by_the_examination_and_kept_for_the_run(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert examine(token(pipe), {}) == ()
    writer = threading.Thread(target=pipe.write_text, args=("glsa_x\n",))
    writer.start()
    read = reveal({})

    assert [read(token(pipe)), read(token(pipe))] == ["glsa_x", "glsa_x"]
    writer.join()
