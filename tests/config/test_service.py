"""The daemon's parts of a configuration: what a good one gives, and what is told of a bad one."""

from __future__ import annotations

import pytest

from provisioner.config.service import listen
from provisioner.core.model import SourceName
from provisioner.core.secret import Secret
from provisioner.core.service import DaemonSettings, HookSettings, Provider, ServerSettings, Watching, WatchMode
from provisioner.core.settings import DirectorySettings, GitSettings
from tests.config.builders import SOURCE, Bad, git, target
from tests.config.conftest import HOME, Place

SOURCES = "sources: {platform: {git: {url: https://git.example/p.git}}, local: {directory: {path: d}}}\n"
ENVIRONMENT = {**HOME, "HOOK": "a secret of sixteen and more", "BEFORE": "another secret of that length"}


def hook(text: str, name: str = "platform", listen: str = "127.0.0.1:9464") -> str:
    """On line 5, from column 5."""
    return f'{SOURCES}server:\n  listen: "{listen}"\n  hooks:\n    {name}: {text}\n'


def test_what_is_stated_is_what_the_daemon_gets(place: Place) -> None:
    loaded = place.load(
        """
sources:
  platform: {git: {url: https://git.example/p.git, interval: 5m}}
  local: {directory: {path: d, watch: poll, interval: 500ms}}
targets:
  p: {url: https://grafana.example, drift_interval: 1h}
  q: {url: https://other.example, drift_interval: 0}
server:
  listen: ":8080"
  hooks:
    platform:
      provider: github
      secret_env: HOOK
      previous_secret_env: BEFORE
      networks: [10.0.0.0/8, 192.0.2.7, "2001:db8::/32"]
    other: {provider: generic, secret_env: HOOK, header: X-Sum, sources: [platform]}
daemon: {stop_grace: 8s, reload: false}
""",
        ENVIRONMENT,
    ).settings

    git_source, directory = loaded.sources
    assert isinstance(git_source, GitSettings)
    assert isinstance(directory, DirectorySettings)
    assert git_source.interval == 300.0
    assert directory.watching == Watching(WatchMode.POLL, 0.5)
    assert [each.drift_interval for each in loaded.targets] == [3600.0, 0.0]
    assert loaded.daemon == DaemonSettings(stop_grace=8.0, reload=False)
    assert loaded.server == ServerSettings(
        "",
        8080,
        (
            HookSettings(
                "platform",
                Provider.GITHUB,
                (
                    Secret("server.hooks.platform.secret_env", variable="HOOK"),
                    Secret("server.hooks.platform.previous_secret_env", variable="BEFORE"),
                ),
                (SourceName("platform"),),
                networks=("10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"),
            ),
            HookSettings(
                "other",
                Provider.GENERIC,
                (Secret("server.hooks.other.secret_env", variable="HOOK"),),
                (SourceName("platform"),),
                header="X-Sum",
            ),
        ),
    )


def test_without_its_part_there_is_no_web_server(place: Place) -> None:
    assert place.load(SOURCE).settings.server.host is None


def test_an_empty_part_is_a_web_server_for_this_machine_alone(place: Place) -> None:
    assert place.load(f"{SOURCE}server: {{}}\n").settings.server == ServerSettings("127.0.0.1", 9464)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        (":9464", ("", 9464)),
        ("[::]:9464", ("::", 9464)),
        ("[::1]:0", ("::1", 0)),
        ("9464", ("127.0.0.1", 9464)),
        ("localhost:80", ("localhost", 80)),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, address: tuple[str, int]) -> None:
    assert listen(text) == address


@pytest.mark.parametrize("stated", ["9464", '"9464"', "${PORT}"])
def test_a_port_alone_is_one_of_this_machine(place: Place, stated: str) -> None:
    loaded = place.load(f"{SOURCE}server:\n  listen: {stated}\n", {**HOME, "PORT": "9464"})

    assert loaded.settings.server == ServerSettings("127.0.0.1", 9464)


@pytest.mark.parametrize(
    ("stated", "message", "remedy"),
    [
        ('"::1:9464"', "an IPv6 address stands in brackets", 'write "[::1]:9464"'),
        ('":99999"', "there is no port 99999", "write a port from 1 to 65535"),
        ("70000", "there is no port 70000", "write a port from 1 to 65535"),
        ('"300.1.1.1:80"', '"300.1.1.1" is no address', 'write "127.0.0.1:9464", or ":9464" for all addresses'),
        ('"[1.2.3.4]:80"', '"1.2.3.4" is no address', 'write "127.0.0.1:9464", or ":9464" for all addresses'),
        (
            "http://127.0.0.1:80",
            "this is no address to listen at",
            'write "127.0.0.1:9464", ":9464" for all addresses, or a port',
        ),
    ],
)
def test_what_is_no_address_is_refused(place: Place, stated: str, message: str, remedy: str) -> None:
    place.tells(Bad(f"{SOURCE}server:\n  listen: {stated}\n", "config-value", 3, 11, message, remedy))


BAD = [
    Bad(git("interval: 200ms"), "config-value", 5, 17, "interval is 1s at the least", "write interval: 1s, or more"),
    Bad(
        "sources: {a: {directory: {path: d, interval: 1ms}}}\n",
        "config-value",
        1,
        46,
        "interval is 100ms at the least",
        "write interval: 100ms, or more",
    ),
    Bad(target("drift_interval: 10ms"), "config-value", 5, 21, "drift_interval is a second at the least, or 0 for never"),
    Bad(f"{SOURCE}daemon: {{stop_grace: 2d}}\n", "config-value", 2, 22, "stop_grace is a day at the most"),
    Bad(
        hook("{provider: github}"),
        "config-missing",
        5,
        5,
        "the hook has no secret: whoever finds its address could call it",
        "add secret_file or secret_env",
    ),
    Bad(
        hook("{provider: github, secret: abcdefghijklmnop}"),
        "config-unknown-key",
        5,
        34,
        '"secret" is not a key: no secret is written into the configuration',
        "use secret_file or secret_env",
    ),
    Bad(hook("{provider: githb, secret_env: HOOK}"), "config-value", 5, 26, 'expected a git host; found "githb"', 'did you mean "github"?'),
    Bad(
        hook("{provider: github, secret_env: NONE}"),
        "secret-unreadable",
        5,
        46,
        "the environment variable NONE is not set",
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK}", name="elsewhere"),
        "config-reference",
        5,
        5,
        'no source is called "elsewhere", and the hook names none',
        "add sources: […], or call the hook like its source",
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK}", name="local"),
        "config-reference",
        5,
        5,
        '"local" is a directory, which no push announces: it is watched anyway',
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK, sources: [platform, local]}"),
        "config-reference",
        5,
        72,
        '"local" is a directory, which no push announces: it is watched anyway',
        "leave it out",
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK, sources: [platfrm]}"),
        "config-reference",
        5,
        62,
        'there is no source "platfrm"',
        'did you mean "platform"?',
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK, networks: [10.0.0.1/8]}"),
        "config-value",
        5,
        63,
        '"10.0.0.1/8" is an address in a network, not a network',
        'write "10.0.0.0/8", or "10.0.0.1"',
    ),
    Bad(hook("{provider: github, secret_env: HOOK, networks: [here]}"), "config-value", 5, 63, '"here" is no network'),
    Bad(
        hook("{provider: github, secret_env: HOOK, user: me}"),
        "config-conflict",
        5,
        58,
        "user is of no use here: only azure-devops knows one, and the provider is github",
        "leave it out",
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK, header: X-Sum}"),
        "config-conflict",
        5,
        60,
        "header is of no use here: only generic knows one, and the provider is github",
    ),
    Bad(
        hook("{provider: azure-devops, secret_env: HOOK}"),
        "config-missing",
        5,
        16,
        "azure-devops signs nothing and sends a user with a password, and no user is stated",
        "add user; its password is the secret",
    ),
    Bad(
        hook("{provider: github, secret_env: HOOK, previous_secret_env: BEFORE, previous_secret_file: token}"),
        "config-conflict",
        5,
        73,
        "previous_secret_file and previous_secret_env are both stated",
    ),
    Bad(
        f"{SOURCES}server:\n  hooks:\n    platform: {{provider: github, secret_env: HOOK}}\n"
        "    Platform: {provider: github, secret_env: HOOK, sources: [platform]}\n",
        "config-conflict",
        5,
        5,
        '"Platform" and "platform" differ in case only',
        "rename one of them",
    ),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.code} {bad.message[:40]}")
def test_what_cannot_be_meant_is_told_with_its_place(place: Place, bad: Bad) -> None:
    told = place.problem(bad.text, ENVIRONMENT)

    assert (bad.code, bad.line, bad.column, bad.message) == (told.code, told.line, told.column, told.message)
    assert bad.remedy in {"", told.remedy}


@pytest.mark.parametrize("provider", ["gitlab", "azure-devops"])
def test_a_secret_that_is_sent_along_in_the_clear_is_a_warning(place: Place, provider: str) -> None:
    user = ", user: me" if provider == "azure-devops" else ""
    told = place.problem(hook(f"{{provider: {provider}, secret_env: HOOK{user}}}", listen=":9464"), ENVIRONMENT)

    assert (told.code, told.severity, told.line) == ("secret-over-http", "warning", 5)


@pytest.mark.parametrize(
    "text",
    [
        hook("{provider: gitlab, secret_env: HOOK, networks: [10.0.0.0/8]}", listen=":9464"),
        hook("{provider: gitlab, secret_env: HOOK}"),
        hook("{provider: github, secret_env: HOOK}", listen=":9464"),
    ],
    ids=["from the proxy alone", "on this machine", "signed"],
)
def test_a_hook_that_nobody_can_listen_in_on_is_fine(place: Place, text: str) -> None:
    assert place.problems(text, ENVIRONMENT) == ()


def test_many_hooks_are_told_of_all_at_once(place: Place) -> None:
    problems = place.problems(
        f"{SOURCES}server:\n  listen: x\n  hooks:\n    a: {{provider: github}}\n    b: {{provider: gitea, secret_env: NONE}}\n"
        "daemon: {reload: maybe}\n"
    )

    assert [(each.code, each.line) for each in problems] == [
        ("config-value", 3),
        ("config-missing", 5),
        ("config-reference", 5),
        ("config-reference", 6),
        ("secret-unreadable", 6),
        ("config-value", 7),
    ]
