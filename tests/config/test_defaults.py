"""Values for all targets and sources: who takes them, who does not, and where a wrong one is told."""

from __future__ import annotations

import pytest

from provisioner.core.settings import (
    BasicAuth,
    ConflictPolicy,
    DirectorySettings,
    DriftPolicy,
    GitSettings,
    RefKind,
    SourceSettings,
    TargetSettings,
    TokenAuth,
)
from tests.config.builders import SOURCE
from tests.config.conftest import HOME, Place


def target(place: Place, default: str, stated: str = "") -> TargetSettings:
    text = f"{SOURCE}defaults: {{target: {{{default}}}}}\ntargets: {{t: {{url: https://t.example, {stated}}}}}\n"
    loaded = place.load(text)
    assert loaded.problems == ()
    return loaded.settings.targets[0]


def source(place: Place, kind: str, default: str, stated: str) -> SourceSettings:
    loaded = place.load(f"defaults: {{{kind}: {{{default}}}}}\nsources: {{s: {{{kind}: {{{stated}}}}}}}\n")
    assert loaded.problems == ()
    return loaded.settings.sources[0]


def git(place: Place, default: str, stated: str) -> GitSettings:
    found = source(place, "git", default, stated)
    assert isinstance(found, GitSettings)
    return found


def test_what_is_not_stated_is_taken(place: Place) -> None:
    found = target(place, "timeout: 5s, folder: All, token_file: token, drift_interval: 1h")

    assert (found.connection.timeout, found.folder, found.drift_interval) == (5.0, "All", 3600.0)
    assert isinstance(found.connection.auth, TokenAuth)


def test_what_is_stated_wins(place: Place) -> None:
    assert target(place, "timeout: 5s", "timeout: 7s").connection.timeout == 7.0


def test_a_policy_is_merged_part_by_part(place: Place) -> None:
    policy = target(
        place,
        "policy: {drift: revert, prune: {enabled: true, grace: 1h, keep: 2h}}",
        "policy: {conflict: git-wins, prune: {grace: 5m}}",
    ).policy

    assert (policy.drift, policy.conflict) == (DriftPolicy.REVERT, ConflictPolicy.GIT_WINS)
    assert (policy.prune.enabled, policy.prune.grace, policy.prune.keep) == (True, 300.0, 7200.0)


def test_names_are_merged_too_and_lists_are_replaced(place: Place) -> None:
    found = target(
        place,
        "datasources: {A: a, B: b}, overrides: [{paths: [x/**], policy: {drift: revert}}]",
        "datasources: {B: other}, overrides: [{paths: [y/**], policy: {drift: report}}]",
    )

    assert found.data_sources == (("A", "a"), ("B", "other"))
    assert [each.paths for each in found.overrides] == [("y/**",)]


def test_who_has_a_password_takes_no_token(place: Place) -> None:
    assert isinstance(target(place, "token_file: token", "user: me, password_file: password").connection.auth, BasicAuth)


def test_bounds_for_all_do_not_ask_each_target_to_delete(place: Place) -> None:
    prune = target(place, "policy: {prune: {max_deletions: 3, grace: 1h}}").policy.prune

    assert (prune.enabled, prune.max_deletions.number) == (False, 3)


def test_one_target_may_delete_within_the_bounds_for_all(place: Place) -> None:
    prune = target(place, "policy: {prune: {max_deletions: 3}}", "policy: {prune: {enabled: true}}").policy.prune

    assert (prune.enabled, prune.max_deletions.number) == (True, 3)


def test_a_repository_takes_the_defaults_of_git(place: Place) -> None:
    found = git(place, "branch: main, interval: 5m, limits: {files: 5}", "url: https://git.example/a.git, limits: {file_bytes: 10}")

    assert (found.ref, found.interval, found.selection.limits.files, found.selection.limits.file_bytes) == ("main", 300.0, 5, 10)


def test_who_states_a_tag_takes_no_branch(place: Place) -> None:
    found = git(place, "branch: main", "url: https://git.example/a.git, tag: v1")

    assert (found.ref_kind, found.ref) == (RefKind.TAG, "v1")


def test_what_is_of_no_use_with_a_url_is_not_taken(place: Place) -> None:
    place.file("key", "-----BEGIN PRIVATE KEY-----\n")
    by_ssh = git(place, "ssh_key_file: key, token_file: token", "url: git@git.example:a.git")
    by_https = git(place, "ssh_key_file: key, token_file: token", "url: https://git.example/a.git")

    assert (by_ssh.ssh_key, by_ssh.token) == (f"{place.directory}/key", None)
    assert (by_https.ssh_key, by_https.token is None) == (None, False)


def test_a_directory_takes_the_defaults_of_directories(place: Place) -> None:
    found = source(place, "directory", "watch: poll, interval: 5s", "path: d")

    assert isinstance(found, DirectorySettings)
    assert (found.watching.mode, found.watching.interval) == ("poll", 5.0)


def test_a_default_holds_for_targets_of_included_files_and_its_paths_start_where_it_stands(place: Place) -> None:
    place.file("teams/a.yaml", "targets: {a: {url: https://a.example}}\n")
    loaded = place.load(f"{SOURCE}include: [teams/a.yaml]\ndefaults: {{target: {{token_file: token}}}}\n")

    auth = loaded.settings.targets[0].connection.auth
    assert isinstance(auth, TokenAuth)
    assert (auth.token.file, auth.token.setting) == (f"{place.directory}/token", "defaults.target.token_file")


@pytest.mark.parametrize(
    ("default", "code", "column"),
    [("timeout: 5 parsecs", "config-value", 30), ("tokn: x", "config-unknown-key", 21), ("token_file: gone", "secret-unreadable", 33)],
)
def test_a_wrong_default_is_told_once_where_it_stands(place: Place, default: str, code: str, column: int) -> None:
    told = place.problem(
        f"{SOURCE}defaults: {{target: {{{default}}}}}\ntargets: {{a: {{url: https://a.example}}, b: {{url: https://b.example}}}}\n"
    )

    assert (told.code, told.line, told.column) == (code, 2, column)


@pytest.mark.parametrize("stated", ["target: {url: https://a.example}", "git: {url: https://a.example/a.git}", "directory: {path: d}"])
def test_what_names_one_thing_is_no_default(place: Place, stated: str) -> None:
    assert place.problem(f"{SOURCE}defaults: {{{stated}}}\n").code == "config-unknown-key"


def test_a_credential_of_systemd_is_a_file(place: Place) -> None:
    text = f"{SOURCE}targets: {{t: {{url: https://t.example, token_file: '${{CREDENTIALS_DIRECTORY}}/token'}}}}\n"

    auth = place.load(text, {**HOME, "CREDENTIALS_DIRECTORY": str(place.directory)}).settings.targets[0].connection.auth
    assert isinstance(auth, TokenAuth)
    assert auth.token.file == f"{place.directory}/token"
    assert "LoadCredential=" in place.problem(text).remedy
