"""A configuration in several files: what they are together, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.config.including import DEEPEST, MOST_FILES
from provisioner.config.load import load
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.problems import Problem
from provisioner.core.settings import DirectorySettings, TokenAuth
from tests.config.builders import SOURCE
from tests.config.conftest import HOME, Place


def here(place: Place, told: Problem) -> tuple[str, str, int, int]:
    """Code, file within the directory, line and column."""
    return told.code, str(Path(told.file).relative_to(place.directory)), told.line, told.column


def test_files_are_one_configuration(place: Place) -> None:
    place.file("teams/a.yaml", "sources: {a: {directory: {path: a}}}\ntargets: {one: {url: https://one.example}}\n")
    place.file("teams/b.yaml", "sources: {b: {directory: {path: b}}}\nseverities: {title-duplicate: error}\n")
    settings = place.load(f"include: [teams/*.yaml]\n{SOURCE}log: {{level: debug}}\n").settings

    assert [each.name for each in settings.sources] == ["local", "a", "b"]
    assert [(each.name, each.sources) for each in settings.targets] == [("one", ("local", "a", "b"))]
    assert settings.severities == (("title-duplicate", "error"),)
    assert settings.log.level == "debug"


def test_a_relative_path_starts_from_the_file_that_states_it(place: Place) -> None:
    place.file("teams/token", "glsa_abcdefgh12345678")
    place.file("teams/a.yaml", "sources: {a: {directory: {path: d}}}\ntargets: {one: {url: https://one.example, token_file: token}}\n")
    settings = place.load(f"include: [teams/a.yaml]\n{SOURCE}").settings

    assert [each.path for each in settings.sources if isinstance(each, DirectorySettings)] == [
        f"{place.directory}/d",
        f"{place.directory}/teams/d",
    ]
    auth = settings.targets[0].connection.auth
    assert isinstance(auth, TokenAuth)
    assert auth.token.file == f"{place.directory}/teams/token"


def test_hooks_may_stand_in_another_file_than_the_address(place: Place) -> None:
    place.file("hooks.yaml", "server: {hooks: {a: {provider: github, secret_env: HOME, sources: [b]}}}\n")
    text = "include: [hooks.yaml]\nsources: {b: {git: {url: https://git.example/b.git}}}\nserver: {listen: 80, hooks: {}}\n"
    server = place.load(text).settings.server

    assert (server.port, [each.name for each in server.hooks]) == (80, ["a"])


def test_loaded_names_the_files_it_consists_of_and_where_globs_looked(place: Place) -> None:
    place.file("teams/x/a.yaml", "include: [more.yaml]\n")
    place.file("teams/x/more.yaml", "# nothing yet\n")
    place.file("teams/y/notes.txt", "no configuration")
    loaded = place.load(f"include: [teams/*/*.yaml]\n{SOURCE}targets: {{t: {{url: https://t.example, token_file: token}}}}\n")

    root = str(place.directory)
    assert loaded.files == (f"{root}/config.yaml", f"{root}/teams/x/a.yaml", f"{root}/teams/x/more.yaml")
    assert loaded.directories == (f"{root}/teams", f"{root}/teams/x", f"{root}/teams/y")


def test_a_glob_may_find_nothing(place: Place) -> None:
    assert place.load(f"include: [teams/*.yaml]\n{SOURCE}").problems == ()


def test_a_glob_that_finds_its_own_file_passes_over_it(place: Place) -> None:
    place.file("more.yaml", "sources: {b: {directory: {path: b}}}\n")

    assert [each.name for each in place.load(f'include: ["*.yaml"]\n{SOURCE}').settings.sources] == ["local", "b"]


def test_a_file_that_two_others_include_counts_once(place: Place) -> None:
    place.file("common.yaml", "sources: {b: {directory: {path: b}}}\n")
    place.file("a.yaml", "include: [common.yaml]\n")

    assert place.load(f"include: [a.yaml, common.yaml]\n{SOURCE}").problems == ()


def test_variables_are_filled_in_what_is_included(place: Place) -> None:
    place.file("eu.yaml", "targets: {t: {url: 'https://${HOST}'}}\n")
    settings = place.load(f"include: ['${{REGION}}.yaml']\n{SOURCE}", {**HOME, "REGION": "eu", "HOST": "eu.example"}).settings

    assert settings.targets[0].connection.url == "https://eu.example"


def test_a_name_stated_twice_is_refused_with_both_places(place: Place) -> None:
    place.file("a.yaml", "targets:\n  one:\n    url: https://one.example\n")
    place.file("b.yaml", "\ntargets:\n  one: {url: https://other.example}\n")
    told = place.problem(f"include: [a.yaml, b.yaml]\n{SOURCE}")

    assert here(place, told) == ("config-conflict", "b.yaml", 3, 3)
    assert told.message == f"targets.one is stated here and in {place.directory}/a.yaml:2"


@pytest.mark.parametrize("part", ["state: {wait: 1s}", "log: {level: debug}", "daemon: {reload: false}", "server: {listen: 80}"])
def test_a_part_without_names_is_whole_in_one_file(place: Place, part: str) -> None:
    place.file("a.yaml", f"{part}\n")
    told = place.problem(f"include: [a.yaml]\n{SOURCE}{part}\n")

    assert told.code == "config-conflict"
    assert told.message.endswith(f" is stated here and in {place.directory}/config.yaml:3")


def test_problems_name_the_file_they_stand_in_all_at_once(place: Place) -> None:
    place.file("a.yaml", "targets:\n  one:\n    url: nowhere\n    tokn: x\n")
    place.file("b.yaml", "sources:\n  x: {directory: {}}\n")
    problems = place.problems(f"include: [a.yaml, b.yaml]\n{SOURCE}log: {{level: loud}}\n")

    assert [here(place, each) for each in problems] == [
        ("config-value", "a.yaml", 3, 10),
        ("config-unknown-key", "a.yaml", 4, 5),
        ("config-missing", "b.yaml", 2, 7),
        ("config-value", "config.yaml", 3, 14),
    ]
    assert problems[0].excerpt is not None
    assert problems[0].excerpt.lines[-1] == "    url: nowhere"


def test_files_that_cannot_be_read_are_told_all_at_once(place: Place) -> None:
    place.file("broken.yaml", "a: [\n")
    place.file("list.yaml", "- a\n")
    problems = place.problems(f"include: [broken.yaml, missing.yaml, list.yaml]\n{SOURCE}")

    assert [here(place, each)[:3] for each in problems] == [
        ("config-syntax", "broken.yaml", 1),
        ("config-reference", "config.yaml", 1),
        ("config-value", "list.yaml", 1),
    ]
    assert problems[1].message == f"{place.directory}/missing.yaml: there is no such file"


def test_a_refusal_names_the_files_so_that_a_mended_one_is_noticed(place: Place) -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        place.load(f"include: [missing.yaml]\n{SOURCE}")
    assert refused.value.files == (f"{place.directory}/config.yaml", f"{place.directory}/missing.yaml")


def test_a_circle_is_refused(place: Place) -> None:
    place.file("a.yaml", "include: [config.yaml]\n")
    told = place.problem(f"include: [a.yaml]\n{SOURCE}")

    assert (*here(place, told), told.message) == ("config-conflict", "a.yaml", 1, 11, "the file includes itself")


def test_depth_is_bounded(place: Place) -> None:
    for number in range(DEEPEST):
        place.file(f"{number}.yaml", f"include: [{number + 1}.yaml]\n")
    told = place.problem(f"include: [0.yaml]\n{SOURCE}")

    assert here(place, told)[:2] == ("config-value", f"{DEEPEST - 2}.yaml")


def test_the_number_is_bounded(place: Place) -> None:
    for number in range(MOST_FILES):
        place.file(f"teams/{number}.yaml", "")

    assert place.problem(f"include: [teams/*.yaml]\n{SOURCE}").code == "config-value"


@pytest.mark.parametrize(
    ("stated", "column", "message"),
    [
        ("include: a.yaml", 10, 'expected a list of files or globs; found "a.yaml"'),
        ("include: []", 1, "expected a list of files or globs; found a list"),
        ("include: [1]", 11, "expected a file or a glob; found the number 1"),
        ('include: ["teams/**/*.yaml"]', 11, "include looks into no directory below by itself"),
        ("include: ['${NONE}']", 11, "the environment variable NONE is not set"),
        ("include: [~mira/a.yaml]", 11, '"~mira" is not expanded'),
    ],
)
def test_what_include_does_not_take_is_told(place: Place, stated: str, column: int, message: str) -> None:
    told = place.problem(f"{stated}\n{SOURCE}")

    assert (told.line, told.column, told.message) == (1, column, message)


def test_no_secret_of_another_file_shows(place: Place) -> None:
    place.file("a.yaml", "targets: {glsa_abcdefgh12345678: {token: glsa_abcdefgh12345678}}\n")
    problems = place.problems(f"include: [a.yaml]\n{SOURCE}")

    assert problems
    assert "glsa_abcdefgh12345678" not in "".join(f"{each.message} {each.remedy} {each.excerpt}" for each in problems)


def test_included_files_are_named_as_the_first_one_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.file("conf/teams/a.yaml", "targets: {one: {url: nowhere}}\n")
    place.file("conf/config.yaml", f"include: [teams/a.yaml]\n{SOURCE}")
    monkeypatch.chdir(place.directory)

    with pytest.raises(ConfigurationInvalid) as refused:
        load("conf/config.yaml", HOME)
    assert [each.where for each in refused.value.problems] == ["conf/teams/a.yaml:1:22"]
