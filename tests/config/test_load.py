"""A configuration file to settings: what a good one gives."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from provisioner.core.model import SourceName, TargetName
from provisioner.core.problems import Severity
from provisioner.core.secret import Secret
from provisioner.core.settings import (
    AdoptPolicy,
    BasicAuth,
    Ceiling,
    ConflictPolicy,
    Connection,
    DeletedPolicy,
    DirectorySettings,
    DriftPolicy,
    GitSettings,
    Limits,
    LogFormat,
    LogSettings,
    Override,
    Policy,
    PolicyChange,
    Prune,
    RefKind,
    Selection,
    Settings,
    TargetSettings,
    Tls,
    TokenAuth,
)
from tests.config.builders import prune
from tests.config.conftest import HOME, Place

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"

WHOLE = """
sources:
  platform:
    git:
      url: https://git.example/platform.git
      tag: v1.4.0
      path: ./dashboards/
      include: ["**/*.json"]
      exclude: [drafts/**]
      limits: {file_bytes: 16MiB, files: 5, total_bytes: 1000}
      user: deploy
      token_file: token
      ca_file: ca.pem
      timeout: 1m30s
  payments:
    git: {url: "git@git.example:payments.git", ssh_key_file: key.pem, known_hosts_file: known_hosts}
  local: {directory: {path: ./dashboards}}
targets:
  production:
    url: https://grafana.example/grafana/
    token_file: token
    org_id: 3
    from: [local, platform]
    folder: Platform
    datasources: {Main: main, DS_PROMETHEUS: prom-main}
    variables: {VAR_CLUSTER: eu-1}
    policy:
      drift: revert
      conflict: git-wins
      adopt: take-over
      deleted: recreate
      prune: {enabled: true, max_deletions: 3 or 20%, grace: 0, keep: 90d}
    overrides:
      - paths: [drafts/**, "**/*.draft.json"]
        policy: {drift: report, conflict: report, adopt: never, deleted: report, prune: {enabled: false, grace: 1h}}
      - {paths: [critical/], policy: {conflict: git-wins}}
    owner: platform
    tls: {ca_file: ca.pem, certificate_file: ca.pem, key_file: key.pem}
    proxy: http://proxy.example:3128
    timeout: 2.5
    attempts: 6
    concurrency: {reads: 8, saves: 1}
  staging:
    url: http://127.0.0.1:3000
    user: admin
    password_env: STAGING_PASSWORD
severities: {title-duplicate: error, uid-derived: off}
state: {path: ~/state/provisioner.db, wait: 1m}
log: {level: debug, format: json}
"""


def store(name: str, url: str) -> str:
    return f"/home/mira/state/stores/{name}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def test_every_key_reaches_its_setting(place: Place) -> None:
    for name, text in (("ca.pem", CERTIFICATE), ("key.pem", KEY), ("known_hosts", "git.example ssh-ed25519 AAAA\n")):
        place.file(name, text)
    here = place.directory

    loaded = place.load(WHOLE, {"HOME": "/home/mira", "STAGING_PASSWORD": "hunter2"})

    git_url, ssh_url = "https://git.example/platform.git", "git@git.example:payments.git"
    platform = GitSettings(
        SourceName("platform"),
        git_url,
        store("platform", git_url),
        RefKind.TAG,
        "v1.4.0",
        "dashboards",
        Selection(("**/*.json",), ("drafts/**",), Limits(16 * 1024 * 1024, 5, 1000)),
        user="deploy",
        token=Secret("sources.platform.git.token_file", f"{here}/token"),
        ca_file=f"{here}/ca.pem",
        timeout=90.0,
    )
    payments = GitSettings(
        SourceName("payments"), ssh_url, store("payments", ssh_url), ssh_key=f"{here}/key.pem", known_hosts=f"{here}/known_hosts"
    )
    local = DirectorySettings(SourceName("local"), f"{here}/dashboards")
    production = TargetSettings(
        TargetName("production"),
        Connection(
            TargetName("production"),
            "https://grafana.example/grafana",
            TokenAuth(Secret("targets.production.token_file", f"{here}/token")),
            3,
            Tls(f"{here}/ca.pem", f"{here}/ca.pem", f"{here}/key.pem"),
            "http://proxy.example:3128",
            timeout=2.5,
            attempts=6,
            reads=8,
            saves=1,
        ),
        (SourceName("local"), SourceName("platform")),
        "Platform",
        (("DS_PROMETHEUS", "prom-main"), ("Main", "main")),
        (("VAR_CLUSTER", "eu-1"),),
        Policy(
            ConflictPolicy.GIT_WINS,
            DriftPolicy.REVERT,
            AdoptPolicy.TAKE_OVER,
            DeletedPolicy.RECREATE,
            Prune(enabled=True, max_deletions=Ceiling(3, 20), grace=0.0, keep=90 * 86_400.0),
        ),
        (
            Override(
                ("drafts/**", "**/*.draft.json"),
                PolicyChange(ConflictPolicy.REPORT, DriftPolicy.REPORT, AdoptPolicy.NEVER, DeletedPolicy.REPORT, prune=False, grace=3600.0),
            ),
            Override(("critical/",), PolicyChange(ConflictPolicy.GIT_WINS)),
        ),
        "platform",
    )
    staging = TargetSettings(
        TargetName("staging"),
        Connection(
            TargetName("staging"),
            "http://127.0.0.1:3000",
            BasicAuth("admin", Secret("targets.staging.password_env", variable="STAGING_PASSWORD")),
        ),
        (SourceName("platform"), SourceName("payments"), SourceName("local")),
    )
    assert loaded.problems == ()
    assert loaded.settings == Settings(
        (platform, payments, local),
        (production, staging),
        "/home/mira/state/provisioner.db",
        (("title-duplicate", Severity.ERROR), ("uid-derived", Severity.OFF)),
        LogSettings("debug", LogFormat.JSON),
        60.0,
    )


def test_what_is_not_stated_has_the_default_of_the_settings(place: Place) -> None:
    loaded = place.load("sources: {local: {directory: {path: /srv/dashboards}}}\ntargets: {here: {url: http://localhost:3000}}\n")

    source = DirectorySettings(SourceName("local"), "/srv/dashboards")
    target = TargetSettings(TargetName("here"), Connection(TargetName("here"), "http://localhost:3000"), (SourceName("local"),))
    assert loaded.settings == Settings((source,), (target,), "/home/mira/.local/state/provisioner/provisioner.db")


@pytest.mark.parametrize(
    ("stated", "ceiling"),
    [
        ("10", Ceiling(10, 0)),
        ("0", Ceiling(0, 0)),
        ("10%", Ceiling(0, 10)),
        ('"10"', Ceiling(10, 0)),
        ("5 or 10%", Ceiling(5, 10)),
        ("${MOST}", Ceiling(0, 3)),
    ],
)
def test_a_ceiling_is_a_number_a_share_or_the_greater_of_both(place: Place, stated: str, ceiling: Ceiling) -> None:
    text = prune(f"{{enabled: '${{PRUNE}}', max_deletions: {stated}}}")
    (target,) = place.load(text.replace("${MOST}", "'${MOST}'"), {**HOME, "PRUNE": "true", "MOST": "3%"}).settings.targets

    assert target.policy.prune == Prune(enabled=True, max_deletions=ceiling)


@pytest.mark.parametrize(
    "text",
    [
        prune("{enabled: false, max_deletions: 3, grace: 1h}"),
        prune("keep: 90d"),
        prune("grace: 1h") + "    overrides: [{paths: [drafts/**], policy: {prune: {enabled: true}}}]\n",
    ],
)
def test_how_to_prune_may_be_stated_where_it_is_plain_that_it_may_not_happen(place: Place, text: str) -> None:
    assert place.problems(text) == ()


def test_a_configuration_without_targets_is_enough_to_validate(place: Place) -> None:
    assert place.load("sources: {local: {directory: {path: d}}}\n").settings.targets == ()


def test_a_configuration_in_json_is_read_too(place: Place) -> None:
    assert place.load('{"sources": {"local": {"directory": {"path": "/d"}}}}').settings.sources[0].name == "local"


def test_the_state_follows_the_xdg_directory(place: Place) -> None:
    loaded = place.load("sources: {local: {directory: {path: d}}}\n", {"HOME": "/home/mira", "XDG_STATE_HOME": "/var/lib"})
    assert loaded.settings.state == "/var/lib/provisioner/provisioner.db"


def test_a_relative_xdg_directory_is_ignored_as_its_specification_asks(place: Place) -> None:
    loaded = place.load("sources: {local: {directory: {path: d}}}\n", {"HOME": "/home/mira", "XDG_STATE_HOME": "state"})
    assert loaded.settings.state == "/home/mira/.local/state/provisioner/provisioner.db"


def test_variables_are_filled_from_the_environment_that_is_handed_in(place: Place) -> None:
    text = """
sources: {local: {directory: {path: "${ROOT}/dashboards"}}}
targets: {here: {url: "${URL:-http://localhost:3000}", org_id: "${ORG}", timeout: "${EMPTY:-5s}", folder: "$${FOLDER}"}}
"""
    target = place.load(text, {"HOME": "/h", "ROOT": "/srv", "ORG": "7", "EMPTY": ""}).settings.targets[0]

    assert (target.connection.url, target.connection.org_id, target.connection.timeout) == ("http://localhost:3000", 7, 5.0)
    assert target.folder == "${FOLDER}"


def test_relative_paths_start_from_the_file_also_when_it_is_a_link(place: Place, tmp_path: Path) -> None:
    place.file("real/..data/config.yaml", "sources: {local: {directory: {path: dashboards}}}\n")
    link = tmp_path / "mounted.yaml"
    link.symlink_to(tmp_path / "real" / "..data" / "config.yaml")

    source = place.load(link.read_bytes()).settings.sources[0]

    assert source == DirectorySettings(SourceName("local"), str(tmp_path / "dashboards"))


def test_two_repositories_of_one_name_have_two_stores(place: Place) -> None:
    def stored(url: str) -> str:
        source = place.load(f"sources: {{platform: {{git: {{url: {url}}}}}}}\n").settings.sources[0]
        assert isinstance(source, GitSettings)
        return source.store

    assert stored("https://a.example/platform.git") != stored("https://b.example/platform.git")


def test_a_path_as_repository_becomes_a_file_url(place: Place) -> None:
    source = place.load('sources: {local: {git: {url: "../my repo.git"}}}\n').settings.sources[0]

    assert isinstance(source, GitSettings)
    assert source.url == f"file://{place.directory.parent}/my%20repo.git"


def test_a_commit_is_kept_in_small_letters(place: Place) -> None:
    source = place.load(f"sources: {{a: {{git: {{url: 'https://git.example/a', commit: {'AB' * 20}}}}}}}\n").settings.sources[0]

    assert isinstance(source, GitSettings)
    assert (source.ref_kind, source.ref) == (RefKind.COMMIT, "ab" * 20)


def test_a_byte_order_mark_is_passed_over(place: Place) -> None:
    assert place.problems(b"\xef\xbb\xbfsources: {local: {directory: {path: d}}}\n") == ()


def test_severities_weigh_the_warnings_of_the_configuration_too(place: Place) -> None:
    place.file("token", "glsa_x", mode=0o644)
    text = "sources: {local: {directory: {path: d}}}\ntargets: {a: {url: https://g.example, token_file: token}}\n"

    assert [each.severity for each in place.problems(text)] == [Severity.WARNING]
    assert place.problems(text + "severities: {secret-readable-by-all: off}\n") == ()
    assert [each.severity for each in place.problems(text + "severities: {secret-readable-by-all: error}\n")] == [Severity.ERROR]
