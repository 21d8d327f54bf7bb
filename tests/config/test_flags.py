"""Settings without a file: what flags give, and how their problems name the flag."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.config.choose import settings, without_targets
from provisioner.config.flags import Flags, from_flags
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.problems import Problem
from provisioner.core.secret import Secret
from provisioner.core.settings import (
    AdoptPolicy,
    BasicAuth,
    Ceiling,
    ConflictPolicy,
    DirectorySettings,
    DriftPolicy,
    GitSettings,
    Policy,
    Prune,
    RefKind,
    TokenAuth,
)
from tests.config.conftest import HOME, Place


@pytest.fixture
def place(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The working directory of the command."""
    monkeypatch.chdir(place.directory)
    return place


def told(flags: Flags, environment: dict[str, str] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationInvalid) as caught:
        from_flags(flags, {**HOME, **(environment or {})})
    return caught.value.problems


def only(flags: Flags, environment: dict[str, str] | None = None) -> tuple[str, str, str]:
    (problem,) = told(flags, environment)
    assert (problem.line, problem.pointer) == (0, "")
    assert problem.remedy
    return problem.file, problem.code, problem.message


def test_a_directory_and_a_grafana_are_enough(place: Place) -> None:
    flags = Flags(
        directory="dashboards",
        grafana="https://grafana.example/sub/",
        token_file="token",
        folder="Platform",
        conflict="git-wins",
        drift="revert",
        adopt="never",
        prune=True,
        max_deletions="10%",
        owner="platform",
        datasource=("DS_PROMETHEUS=prom=main", "Main=main"),
    )
    made = from_flags(flags, HOME).settings

    assert made.sources == (DirectorySettings(made.sources[0].name, f"{place.directory}/dashboards"),)
    (target,) = made.targets
    assert (made.sources[0].name, target.name, made.state) == (
        "directory",
        "grafana.example-sub",
        "/home/mira/.local/state/provisioner/provisioner.db",
    )
    assert target.connection.url == "https://grafana.example/sub"
    assert target.connection.auth == TokenAuth(Secret("--token-file", f"{place.directory}/token"))
    assert (target.folder, target.owner) == ("Platform", "platform")
    pruning = Prune(enabled=True, max_deletions=Ceiling(0, 10))
    assert target.policy == Policy(ConflictPolicy.GIT_WINS, DriftPolicy.REVERT, AdoptPolicy.NEVER, prune=pruning)
    assert target.data_sources == (("DS_PROMETHEUS", "prom=main"), ("Main", "main"))


def test_a_repository_is_named_after_its_url(place: Place) -> None:
    flags = Flags(git="https://git.example/team/platform.git", tag="v1", path="dashboards", git_token_file="token")
    (source,) = from_flags(flags, HOME).settings.sources

    assert isinstance(source, GitSettings)
    assert (source.name, source.ref_kind, source.ref, source.path) == ("platform", RefKind.TAG, "v1", "dashboards")
    assert source.token == Secret("--git-token-file", f"{place.directory}/token")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://git.example/platform", "platform"),
        ("https://git.example/platform.git/", "platform"),
        ("git@git.example:platform.git", "platform"),
        ("/srv/git/my repo.git", "my-repo"),
        ("file:///srv/.hidden", "hidden"),
        ("/srv/ü", "git"),
    ],
)
def test_the_name_of_a_repository_depends_on_its_url_alone(url: str, name: str) -> None:
    assert from_flags(Flags(git=url), HOME).settings.sources[0].name == name


@pytest.mark.usefixtures("place")
def test_two_ports_of_one_host_are_two_targets() -> None:
    def name(url: str) -> str:
        return from_flags(Flags(directory=".", grafana=url), HOME).settings.targets[0].name

    assert [name("http://localhost:3000"), name("http://localhost:3001/")] == ["localhost-3000", "localhost-3001"]


@pytest.mark.usefixtures("place")
def test_the_token_comes_from_the_environment_when_no_flag_names_it() -> None:
    environment = {**HOME, "GRAFANA_TOKEN": "glsa_x", "GRAFANA_USER": "bob", "GRAFANA_PASSWORD": "hunter2"}
    target = from_flags(Flags(directory=".", grafana="https://g.example"), environment).settings.targets[0]
    assert target.connection.auth == TokenAuth(Secret("GRAFANA_TOKEN", variable="GRAFANA_TOKEN"))


@pytest.mark.usefixtures("place")
def test_user_and_password_come_from_the_environment_when_there_is_no_token() -> None:
    environment = {**HOME, "GRAFANA_TOKEN": "", "GRAFANA_USER": "bob", "GRAFANA_PASSWORD": "hunter2"}
    target = from_flags(Flags(directory=".", grafana="https://g.example"), environment).settings.targets[0]
    assert target.connection.auth == BasicAuth("bob", Secret("GRAFANA_PASSWORD", variable="GRAFANA_PASSWORD"))


def test_a_token_file_wins_over_the_environment(place: Place) -> None:
    flags = Flags(directory=".", grafana="https://g.example", token_file="token")
    target = from_flags(flags, {**HOME, "GRAFANA_TOKEN": "glsa_y"}).settings.targets[0]
    assert target.connection.auth == TokenAuth(Secret("--token-file", f"{place.directory}/token"))


@pytest.mark.usefixtures("place")
def test_the_environment_is_left_alone_when_no_grafana_is_named() -> None:
    assert from_flags(Flags(directory="."), {**HOME, "GRAFANA_TOKEN": ""}).settings.targets == ()


def test_nothing_in_a_flag_is_replaced_from_the_environment(place: Place) -> None:
    assert from_flags(Flags(directory="${HOME}"), HOME).settings.sources[0] == DirectorySettings(
        from_flags(Flags(directory="."), HOME).settings.sources[0].name, f"{place.directory}/${{HOME}}"
    )


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (Flags(directory="."), None),
        (Flags(grafana="https://g.example"), ("command line", "config-missing", "no source is named")),
        (Flags(directory=".", git="/x"), ("--git", "config-conflict", "--directory and --git are both stated")),
        (Flags(directory=".", branch="main"), ("--branch", "config-missing", "goes with --git, which is not stated")),
        (Flags(directory=".", folder="X"), ("--folder", "config-missing", "goes with --grafana, which is not stated")),
        (Flags(directory=""), ("--directory", "config-value", 'expected a directory; found ""')),
        (Flags(git="/x", branch="main", tag="v1"), ("--tag", "config-conflict", "branch and tag are both stated")),
        (Flags(git="https://b:hunter2@g.example/x"), ("--git", "secret-in-url", "the url carries a user or a password")),
        (
            Flags(git="/x", git_token_file="token"),
            ("--git-token-file", "config-conflict", "token_file is of no use here: the url is reached by path"),
        ),
        (Flags(git="/x", path="../y"), ("--path", "config-value", "path is counted from the top of the repository and stays in it")),
        (Flags(directory=".", grafana="g.example"), ("--grafana", "config-value", "the url has no scheme")),
        (Flags(directory=".", grafana=""), ("--grafana", "config-value", 'expected a url; found ""')),
        (
            Flags(directory=".", grafana="https://g.example", conflict="x"),
            ("--conflict", "config-value", 'expected report, git-wins or server-wins; found "x"'),
        ),
        (
            Flags(directory=".", grafana="https://g.example", drift="x"),
            ("--drift", "config-value", 'expected report or revert; found "x"'),
        ),
        (
            Flags(directory=".", grafana="https://g.example", drift="revert", conflict="server-wins"),
            ("--conflict", "config-conflict", "drift: revert puts back what was edited in Grafana, and conflict: server-wins keeps it"),
        ),
        (
            Flags(directory=".", grafana="https://g.example", prune=True, max_deletions="few"),
            ("--max-deletions", "config-value", '"few" is neither a number of dashboards nor a share of them'),
        ),
        (
            Flags(directory=".", grafana="https://g.example", max_deletions="5"),
            ("--max-deletions", "config-missing", "goes with --prune, which is not stated"),
        ),
        (Flags(directory=".", prune=True), ("--prune", "config-missing", "goes with --grafana, which is not stated")),
        (Flags(directory=".", prune=False), None),
        (Flags(directory=".", grafana="https://g.example", datasource=("a",)), ("--datasource", "config-value", '"a" is not NAME=UID')),
        (
            Flags(directory=".", grafana="https://g.example", datasource=("a=1", "a=2")),
            ("--datasource", "config-conflict", '"a" is given two uids'),
        ),
    ],
)
def test_a_problem_names_the_flag(flags: Flags, expected: tuple[str, str, str] | None) -> None:
    if expected is None:
        assert from_flags(flags, HOME).problems == ()
    else:
        assert only(flags) == expected


def test_an_unreadable_token_names_the_flag(place: Place) -> None:
    flags = Flags(directory=".", grafana="https://g.example", token_file="nowhere")
    assert only(flags) == ("--token-file", "secret-unreadable", f"{place.directory}/nowhere is not there")


@pytest.mark.usefixtures("place")
def test_an_empty_token_in_the_environment_names_the_variable() -> None:
    flags = Flags(directory=".", grafana="https://g.example")
    assert only(flags, {"GRAFANA_TOKEN": ""}) == ("GRAFANA_TOKEN", "secret-unreadable", "the environment variable GRAFANA_TOKEN is empty")


@pytest.mark.usefixtures("place")
def test_a_user_without_a_password_names_the_variable() -> None:
    flags = Flags(directory=".", grafana="https://g.example")
    message = "the environment variable GRAFANA_PASSWORD is not set"
    assert only(flags, {"GRAFANA_USER": "bob"}) == ("GRAFANA_PASSWORD", "secret-unreadable", message)


@pytest.mark.usefixtures("place")
def test_a_token_over_plain_http_is_a_warning_of_its_flag() -> None:
    (warning,) = from_flags(Flags(directory=".", grafana="http://g.example", token_file="token"), HOME).problems
    assert (warning.file, warning.code) == ("--grafana", "secret-over-http")


@pytest.mark.usefixtures("place")
def test_nothing_at_all_names_both_ways() -> None:
    (problem,) = told(Flags())

    assert (problem.file, problem.message) == ("command line", "neither a configuration nor a source is named")
    assert "-c config.yaml" in problem.remedy
    assert "--directory D" in problem.remedy


def test_a_configuration_that_lies_here_is_named_but_not_read(place: Place) -> None:
    place.file("provisioner.yaml", "not: [read")
    assert told(Flags())[0].remedy.startswith("to use the provisioner.yaml that is here: -c provisioner.yaml")


@pytest.mark.usefixtures("place")
def test_a_file_and_flags_exclude_each_other() -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        settings(Path("config.yaml"), Flags(directory=".", grafana="https://g.example"), HOME)

    (problem,) = caught.value.problems
    assert problem.message == "config.yaml and flags that stand for a configuration are both stated: --directory, --grafana"


def test_a_file_is_loaded_when_it_is_named(place: Place) -> None:
    place.file("my.yaml", "sources: {local: {directory: {path: d}}}\n")
    assert settings(Path("my.yaml"), Flags(), HOME).settings.sources[0].name == "local"


@pytest.mark.usefixtures("place")
def test_flags_are_taken_when_no_file_is_named() -> None:
    assert settings(None, Flags(directory="d"), HOME).settings.sources[0].name == "directory"


@pytest.mark.parametrize(("config", "file"), [(None, "command line"), (Path("my.yaml"), "my.yaml")])
def test_a_command_that_needs_a_target_says_how_to_name_one(config: Path | None, file: str) -> None:
    (problem,) = without_targets(config).problems
    assert (problem.file, problem.code) == (file, "config-missing")
