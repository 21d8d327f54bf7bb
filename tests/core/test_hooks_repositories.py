"""Whether a payload speaks of a source's repository, and who may call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.hooks.repositories import is_same, path_of
from provisioner.core.hooks.values import Hook, Rule, Wanted
from provisioner.core.hooks.wiring import hooks_of, may_call, rule_of
from provisioner.core.model import SourceName
from provisioner.core.service import HookSettings, Provider
from provisioner.core.settings import DirectorySettings, GitSettings, RefKind

TEAM = ("team", "dashboards")


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example/team/dashboards.git",
        "https://git.example/team/dashboards",
        "https://git.example/team/dashboards/",
        "https://GIT.example:8443/Team/Dashboards.git",
        "https://somebody@git.example/team/dashboards.git",
        "http://git.example//team/dashboards.git",
        "ssh://git@git.example:2222/team/dashboards.git",
        "git+ssh://git@[::1]:2222/team/dashboards.git",
        "git@git.example:team/dashboards.git",
        "git@git.example:/team/dashboards.git",
        "git.example:team/dashboards",
        "git://git.example/team/dashboards.git",
        "https://git.example/team/dash%62oards.git",
        "team/dashboards",
        " team/dashboards ",
    ],
)
def test_one_repository_has_one_path_however_it_is_written(address: str) -> None:
    assert TEAM == path_of(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://dev.azure.com/org/Project/_git/Repo",
        "https://org@dev.azure.com/org/Project/_git/Repo",
        "https://org.visualstudio.com/Project/_git/Repo",
        "https://org.visualstudio.com/DefaultCollection/Project/_git/Repo",
        "git@ssh.dev.azure.com:v3/org/Project/Repo",
        "org@vs-ssh.visualstudio.com:v3/org/Project/Repo",
    ],
)
def test_the_many_urls_of_an_azure_repository_are_one(address: str) -> None:
    assert ("org", "project", "repo") == path_of(address)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://dev.azure.com/org/_git/Repo", ("org", "repo", "repo")),
        ("https://dev.azure.com/org/DefaultCollection/_git/Repo", ("org", "repo", "repo")),
        ("https://dev.azure.com/org/Project%20One/_git/Repo", ("org", "project one", "repo")),
        ("https://tfs.corp/tfs/DefaultCollection/_git/Repo", ("tfs", "repo", "repo")),
        ("https://tfs.corp/tfs/DefaultCollection/Project/_git/Repo", ("tfs", "project", "repo")),
        ("ssh://tfs.corp:22/tfs/DefaultCollection/Project/_ssh/Repo", ("tfs", "project", "repo")),
        ("https://dev.azure.com/org/else", ("org", "else")),
        ("https://dev.azure.com/org/_git/", ("org",)),
    ],
)
def test_azure_leaves_out_what_goes_without_saying(address: str, path: tuple[str, ...]) -> None:
    assert path == path_of(address)


@pytest.mark.parametrize("address", ["", "/", "https://git.example", "https://[broken/team/dashboards"])
def test_what_has_no_path_has_none(address: str) -> None:
    assert () == path_of(address)


@pytest.mark.parametrize(
    ("url", "given_"),
    [
        ("http://gitea:3000/team/dashboards.git", "https://git.example.com/team/dashboards"),
        ("https://bitbucket.example/scm/team/dashboards.git", "TEAM/dashboards"),
        ("https://example.com/git/team/dashboards.git", "team/dashboards"),
        ("http://gitea:3000/team/dashboards.git", "https://example.com/git/team/dashboards"),
        ("https://git.example/team/dashboards.git", "dashboards"),
    ],
)
def test_the_host_and_what_is_before_the_name_do_not_count(url: str, given_: str) -> None:
    assert is_same(url, [given_])


@pytest.mark.parametrize("given_", ["team/other", "other/dashboards", "team/old-dashboards", "dashboards/team", "x/team/dashboards/y"])
def test_another_name_is_another_repository(given_: str) -> None:
    assert not is_same("https://git.example/team/dashboards.git", [given_])


def test_one_name_that_fits_is_enough() -> None:
    assert is_same("https://git.example/team/dashboards.git", ["else/where", "team/dashboards"])


@pytest.mark.parametrize("names", [[], [""], ["/"]])
def test_what_names_no_repository_cannot_be_compared(names: list[str]) -> None:
    assert is_same("https://git.example/team/dashboards.git", names)


def test_a_repository_on_this_machine_cannot_be_compared() -> None:
    assert is_same("file:///srv/mirror.git", ["team/dashboards"])


@given(st.text(), st.text())
def test_no_text_raises(one: str, other: str) -> None:
    assert is_same(one, [other]) is is_same(one, [other, other])


# From the configuration

HOOK = HookSettings("platform", Provider.GITHUB, (), (SourceName("b"), SourceName("a"), SourceName("files")), user="u", header="X-Mine")
GIT = GitSettings(SourceName("a"), "https://git.example/team/a.git", "/var/lib/a", RefKind.TAG, "v1")


def test_a_hook_wants_of_its_sources_what_they_follow() -> None:
    second = GitSettings(SourceName("b"), "https://git.example/team/b.git", "/var/lib/b")
    files = DirectorySettings(SourceName("files"), "/etc/dashboards")
    wants = (Wanted(SourceName("b"), second.url, RefKind.HEAD), Wanted(SourceName("a"), GIT.url, RefKind.TAG, "v1"))
    assert (Hook(HOOK, wants),) == hooks_of([HOOK], [GIT, second, files])


def test_a_rule_has_what_the_hook_is_set_to() -> None:
    assert Rule(Provider.GITHUB, ("one", "two"), "u", "X-Mine") == rule_of(HOOK, ("one", "two"))


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::5", "fe80::1%eth0"])
def test_an_address_in_one_of_the_networks_may_call(address: str) -> None:
    assert may_call(address, ("192.0.2.0/24", "2001:db8::/32", "fe80::/10"))


@pytest.mark.parametrize("address", ["198.51.100.1", "2001:db9::1", "::ffff:198.51.100.1", "gitea", "", None])
def test_another_address_or_none_may_not(address: str | None) -> None:
    assert not may_call(address, ("192.0.2.0/24", "2001:db8::/32"))


@pytest.mark.parametrize("address", ["198.51.100.1", None])
def test_without_networks_everybody_may_call(address: str | None) -> None:
    assert may_call(address, ())


def test_a_network_that_is_none_lets_nobody_in() -> None:
    assert not may_call("192.0.2.7", ("192.0.2.0/99",))
