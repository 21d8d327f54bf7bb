"""What a configuration may say but should not: warnings, and things that only hurt together. And files that are no configuration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provisioner.config.load import load
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.problems import Severity
from tests.config.builders import SOURCE
from tests.config.conftest import HOME, Place


def test_one_organisation_under_two_names_is_refused(place: Place) -> None:
    text = f"{SOURCE}targets:\n  a: {{url: https://g.example/}}\n  b: {{url: https://g.example}}\n"
    told = place.problem(text)

    assert (told.code, told.line, told.column) == ("config-conflict", 4, 3)
    assert told.message == '"b" and "a" are one organisation on one server and take the same source'


def test_one_server_with_two_organisations_is_two_targets(place: Place) -> None:
    assert (
        place.problems(f"{SOURCE}targets:\n  a: {{url: https://g.example, org_id: 1}}\n  b: {{url: https://g.example, org_id: 2}}\n") == ()
    )


@pytest.mark.parametrize("address", ["http://grafana.example", "http://10.0.0.7:3000", "http://grafana:3000"])
def test_a_secret_over_plain_http_is_a_warning(place: Place, address: str) -> None:
    told = place.problem(f"{SOURCE}targets: {{p: {{url: '{address}', token_file: token}}}}\n")
    assert (told.code, told.severity) == ("secret-over-http", Severity.WARNING)


@pytest.mark.parametrize(
    "address", ["http://localhost:3000", "http://127.0.0.2", "http://[::1]:3000", "http://grafana.localhost", "https://g.example"]
)
def test_a_secret_to_this_machine_or_over_tls_is_fine(place: Place, address: str) -> None:
    assert place.problems(f"{SOURCE}targets: {{p: {{url: '{address}', token_file: token}}}}\n") == ()


def test_a_token_to_git_over_plain_http_is_a_warning(place: Place) -> None:
    told = place.problem("sources: {a: {git: {url: http://git.example/a.git, token_file: token}}}\n")
    assert told.code == "secret-over-http"


def test_an_ssh_key_that_others_can_read_is_a_warning(place: Place) -> None:
    place.file("key", "-----BEGIN OPENSSH PRIVATE KEY-----\n", mode=0o640)
    told = place.problem("sources: {a: {git: {url: 'git@git.example:a.git', ssh_key_file: key}}}\n")

    assert (told.code, told.severity) == ("secret-readable-by-all", Severity.WARNING)
    assert told.message == f"others can read {place.directory}/key, and ssh ignores such a key"


def test_a_public_key_in_the_place_of_the_private_one_is_named(place: Place) -> None:
    place.file("key.pub", "ssh-ed25519 AAAA me@here\n")
    told = place.problem("sources: {a: {git: {url: 'git@git.example:a.git', ssh_key_file: key.pub}}}\n")

    assert (told.code, told.remedy) == ("config-file-unusable", "name the private key, not the public one")


def test_no_place_for_copies_of_repositories_is_told(place: Place) -> None:
    told = place.problem("sources: {a: {git: {url: 'https://git.example/a.git'}}}\n", {})
    message = "there is no place for the copies of repositories: neither XDG_STATE_HOME nor HOME is set"
    assert (told.code, told.message) == ("config-missing", message)


def test_a_directory_needs_no_place_for_a_state_until_something_is_recorded(place: Place) -> None:
    assert "" == place.load("sources: {a: {directory: {path: d}}}\n", {}).settings.state


def test_a_tilde_without_a_home_is_told(place: Place) -> None:
    told = place.problem("sources: {a: {directory: {path: ~/x}}}\nstate: {path: /s.db}\n", {})
    assert (told.code, told.line, told.column) == ("config-value", 1, 33)


def refused(path: Path) -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        load(path, HOME)
    (told,) = caught.value.problems
    assert told.code in {"config-unreadable", "config-syntax"}
    return told.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.yaml") == "there is no such file"


def test_a_directory_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path) == "this is a directory, not a file"


def test_a_file_below_a_file_is_told(place: Place) -> None:
    assert refused(place.directory / "token" / "config.yaml") == "the file cannot be read: Not a directory"


def test_a_name_with_a_nul_is_told() -> None:
    assert refused(Path("a\0b")) == "the file cannot be read: no file can have this name"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(place: Place) -> None:
    assert refused(place.file("config.yaml", SOURCE, mode=0)) == "the file may not be read"


def test_a_huge_file_is_not_read_to_its_end() -> None:
    assert refused(Path("/dev/zero")) == "the file is larger than 1024 KiB, so it is no configuration"


def test_a_file_that_is_not_utf_8_is_told_with_its_place(place: Place) -> None:
    told = place.problem(b"sources:\n  a: {directory: {path: \xe9t\xe9}}\n")
    assert (told.code, told.line, told.column) == ("config-syntax", 2, 25)
