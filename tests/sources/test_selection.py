from __future__ import annotations

import time

import pytest

from provisioner.core.settings import Selection
from provisioner.sources.selection import Chooser


def chooser(*include: str, exclude: tuple[str, ...] = ()) -> Chooser:
    return Chooser(Selection(include=include or Selection().include, exclude=exclude))


@pytest.mark.parametrize("path", ["a.json", "team/a.json", "a/b/c/d.yml", "ü/x y.yaml", "_folder.json"])
def test_by_default_json_and_yaml_count_at_any_depth(path: str) -> None:
    assert chooser().takes(path)


@pytest.mark.parametrize(
    "path", ["README.md", "a.JSON", "a.json.bak", "json", ".a.json", ".github/x.yml", "a/.git/x.json", "..data/x.json"]
)
def test_other_names_other_case_and_whatever_is_hidden_do_not(path: str) -> None:
    assert not chooser().takes(path)


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("*.json", "a.json", "b/a.json"),
        ("prod/*.json", "prod/a.json", "prod/x/a.json"),
        ("prod/**", "prod/x/y/a.txt", "prod"),
        ("prod/", "prod/x/a.txt", "production/a.txt"),
        ("/prod/**", "prod/a", "x/prod/a"),
        ("./prod/**", "prod/a", "x/prod/a"),
        ("**/prod/**/*.json", "prod/a.json", "a.json"),
        ("**/prod/**/*.json", "x/prod/y/z/a.json", "x/prod2/y/a.json"),
        ("**/**/a", "x/y/a", "x/y/ab"),
        ("a?.json", "ab.json", "a/.json"),
        ("[ab]/x", "a/x", "c/x"),
        ("[!ab]/x", "c/x", "a/x"),
        ("[a-c]1", "b1", "d1"),
        ("x[]]", "x]", "x["),
        ("[", "[", "a"),
        ("[z-a]", "z", "m"),
        ("a{", "a{", "a"),
        ("**/*.{json,yaml}", "x/a.yaml", "x/a.yml"),
        ("a+b(c).json", "a+b(c).json", "aab(c).json"),
        (".grafana/**/*.json", ".grafana/x/a.json", ".grafana/.x/a.json"),
        ("**/.hidden/*", "x/.hidden/a", "x/.other/a"),
    ],
)
def test_a_glob_takes_what_it_means_and_leaves_its_neighbour(glob: str, takes: str, leaves: str) -> None:
    chosen = chooser(glob)

    assert (chosen.takes(takes), chosen.takes(leaves)) == (True, False)


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("drafts", "prod/drafts.json", "drafts/a/b.json"),
        ("drafts/**", "x/drafts/a.json", "drafts/a.json"),
        ("**/drafts", "drafts.json", "x/drafts/a.json"),
        ("**/*.test.json", "a.json", "x/a.test.json"),
        ("*", "", "anything/below.json"),
    ],
)
def test_an_exclude_wins_and_takes_out_whole_directories(glob: str, takes: str, leaves: str) -> None:
    chosen = chooser("**", exclude=(glob,))

    assert (not takes or chosen.takes(takes), chosen.takes(leaves)) == (True, False)


def test_an_excluded_or_hidden_directory_is_not_entered() -> None:
    chosen = chooser(exclude=("vendor/**", "**/drafts"))

    assert [chosen.enters(each) for each in ("prod", "vendor", "x/drafts", ".github", ".git")] == [True, False, False, False, False]


def test_a_hidden_directory_is_entered_where_an_include_spells_it_but_git_s_own_never() -> None:
    chosen = chooser(".grafana/**", ".git/**")

    assert [chosen.enters(each) for each in (".grafana", ".git")] == [True, False]


@pytest.mark.parametrize("name", ["_folder.json", "_folder.yaml", "_folder.yml"])
def test_a_folder_file_counts_without_an_include_but_not_against_an_exclude(name: str) -> None:
    assert chooser("prod/*.json").takes(f"elsewhere/{name}")
    assert not chooser("**", exclude=("elsewhere",)).takes(f"elsewhere/{name}")


def test_ten_thousand_paths_are_chosen_from_in_a_moment() -> None:
    chosen = chooser("**/team-*/**/*.json", "**/*.yaml", exclude=("**/drafts/**", "**/*.test.json"))
    paths = [f"region-{n % 7}/team-{n % 100}/service/dashboards/overview-{n}.json" for n in range(10_000)]

    begun = time.process_time()
    taken = sum(map(chosen.takes, paths))

    assert taken == 10_000
    assert time.process_time() - begun < 0.5
