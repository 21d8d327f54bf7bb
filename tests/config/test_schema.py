"""The schema is the one truth: of values, of the example, of the page, of the defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from provisioner.config import quantities, schema
from provisioner.config.flags import Flags
from provisioner.config.load import load
from provisioner.config.reference import configuration_page
from provisioner.config.service import listen
from provisioner.core.catalog import BY_CODE
from provisioner.core.model import Json, TargetName
from provisioner.core.schema import Schema
from provisioner.core.service import DaemonSettings, HookSettings, Provider, ServerSettings, Watching, WatchMode
from provisioner.core.settings import (
    LOCK_WAIT,
    OWNER_PREFIX,
    AdoptPolicy,
    ConflictPolicy,
    Connection,
    DeletedPolicy,
    DriftPolicy,
    GitSettings,
    Limits,
    LogFormat,
    LogSettings,
    Policy,
    Selection,
    TargetSettings,
)
from tests.config.conftest import HOME, Place

ROOT = Path(__file__).resolve().parents[2]
BASE = schema.base()


def keys(node: dict[str, Json], way: str = "") -> Iterator[tuple[str, dict[str, Json]]]:
    """Every key that a person may write, with what the schema says of it."""
    below = dict(node.get("properties", {}))
    if isinstance(node.get("additionalProperties"), dict) and way in {"sources", "targets", "server.hooks"}:
        below["NAME"] = node["additionalProperties"]
    for key, raw in below.items():
        value, here = schema.resolved(BASE, raw), f"{way}.{key}" if way else key
        if key != "NAME":
            yield here, value
        yield from keys(value, here)
        if "properties" in schema.resolved(BASE, value.get("items", {})):
            yield from keys(schema.resolved(BASE, value["items"]), f"{here}[]")


KEYS = dict(keys(BASE))
LEAVES = {way: node for way, node in KEYS.items() if "properties" not in node}


def default(way: str) -> Json:
    return LEAVES[way]["default"]


@pytest.mark.parametrize("way", KEYS)
def test_every_key_has_a_description_and_a_word_for_what_it_takes(way: str) -> None:
    assert KEYS[way]["description"].endswith(".")
    assert KEYS[way]["title"]


@pytest.mark.parametrize("way", LEAVES)
def test_every_value_has_an_example_and_examples_and_default_fit(way: str) -> None:
    node = LEAVES[way]
    fitting = Schema({**node, "$defs": BASE["$defs"]})
    assert node["examples"]
    assert [fitting.violations(each) for each in (*node["examples"], *([node["default"]] if "default" in node else []))] == [()] * (
        len(node["examples"]) + ("default" in node)
    )


def test_no_part_takes_unknown_keys() -> None:
    parts = [
        BASE,
        *(node for node in KEYS.values() if "properties" in node),
        *(BASE["$defs"][name] for name in ("source", "target", "override", "server", "hook")),
    ]
    assert [part["title"] for part in parts if part.get("additionalProperties") is not False] == []


def test_the_defaults_are_those_of_the_settings() -> None:
    git, connection, limits, log = (
        "sources.NAME.git",
        Connection(TargetName("a"), ""),
        Limits(),
        LogSettings(),
    )
    assert tuple(default(f"{git}.include")) == Selection().include
    assert tuple(default(f"{git}.exclude")) == Selection().exclude
    assert quantities.size(default(f"{git}.limits.file_bytes")) == limits.file_bytes
    assert default(f"{git}.limits.files") == limits.files
    assert quantities.size(default(f"{git}.limits.total_bytes")) == limits.total_bytes
    assert quantities.seconds(default(f"{git}.timeout")) == {each.name: each.default for each in fields(GitSettings)}["timeout"]
    assert quantities.seconds(default("targets.NAME.timeout")) == connection.timeout
    assert default("targets.NAME.attempts") == connection.attempts
    assert default("targets.NAME.concurrency.reads") == connection.reads
    assert default("targets.NAME.api") == connection.api
    assert (default("log.level"), default("log.format")) == (log.level, log.format)


def test_the_default_policy_is_that_of_the_settings() -> None:
    way, policy = "targets.NAME.policy", Policy()
    assert default(f"{way}.drift") == policy.drift
    assert default(f"{way}.conflict") == policy.conflict
    assert default(f"{way}.adopt") == policy.adopt
    assert default(f"{way}.deleted") == policy.deleted
    assert default(f"{way}.prune.enabled") == policy.prune.enabled
    assert quantities.ceiling(default(f"{way}.prune.max_deletions")) == policy.prune.max_deletions
    assert quantities.span(default(f"{way}.prune.grace")) == policy.prune.grace
    assert quantities.span(default(f"{way}.prune.keep")) == policy.prune.keep
    assert quantities.span(default("state.wait")) == LOCK_WAIT


def test_the_defaults_of_the_daemon_are_those_of_the_settings() -> None:
    watching, service = Watching(), DaemonSettings()
    git, target = ({each.name: each.default for each in fields(kind)} for kind in (GitSettings, TargetSettings))
    assert quantities.seconds(default("sources.NAME.git.interval")) == git["interval"]
    assert default("sources.NAME.directory.watch") == watching.mode
    assert quantities.seconds(default("sources.NAME.directory.interval")) == watching.interval
    assert quantities.span(default("targets.NAME.drift_interval")) == target["drift_interval"]
    assert quantities.span(default("daemon.stop_grace")) == service.stop_grace
    assert default("daemon.reload") == service.reload
    assert default("server.hooks.NAME.header") == HookSettings.HEADER
    assert listen(default("server.listen")) == ("127.0.0.1", ServerSettings().port)


def test_what_an_override_leaves_out_has_no_default_of_its_own() -> None:
    assert [way for way, node in LEAVES.items() if "overrides[]" in way and "default" in node] == []


def test_an_owner_and_its_prefix_are_no_longer_than_a_tag_that_a_server_keeps() -> None:
    fitting = Schema(LEAVES["targets.NAME.owner"])
    assert [fitting.violations("a" * (50 - len(OWNER_PREFIX)))] == [()]
    assert fitting.violations("a" * (51 - len(OWNER_PREFIX)))


def test_the_words_that_may_be_chosen_are_those_of_the_settings() -> None:
    for way in ("targets.NAME.policy", "targets.NAME.overrides[].policy"):
        assert LEAVES[f"{way}.drift"]["enum"] == list(DriftPolicy)
        assert LEAVES[f"{way}.conflict"]["enum"] == list(ConflictPolicy)
        assert LEAVES[f"{way}.adopt"]["enum"] == list(AdoptPolicy)
        assert LEAVES[f"{way}.deleted"]["enum"] == list(DeletedPolicy)
    assert LEAVES["log.format"]["enum"] == list(LogFormat)
    assert LEAVES["server.hooks.NAME.provider"]["enum"] == list(Provider)
    assert LEAVES["sources.NAME.directory.watch"]["enum"] == list(WatchMode)


def test_the_printed_schema_knows_every_problem_code() -> None:
    assert set(json.loads(schema.text())["properties"]["severities"]["properties"]) == set(BY_CODE)


def test_the_example_mentions_every_key() -> None:
    example = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    words = set(re.findall(r"(?:^|[{,])[ #-]*([a-z_]+):", example, re.MULTILINE))
    assert [way for way in KEYS if way.rpartition(".")[2] not in words] == []


def example(place: Place, text: str) -> Path:
    for name in ("git-token", "grafana-token", "hook"):
        place.file(f"secrets/{name}", "glsa_x\n")
    return place.file("config.yaml", text)


def test_the_example_loads_as_it_stands(place: Place) -> None:
    loaded = load(example(place, (ROOT / "config.example.yaml").read_text(encoding="utf-8")), HOME)

    assert loaded.problems == ()
    assert [each.name for each in loaded.settings.sources] == ["platform", "local"]
    assert [each.name for each in loaded.settings.targets] == ["production", "staging"]


def test_what_the_example_shows_as_default_is_the_default(place: Place) -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    plain = load(example(place, text), HOME).settings
    shown = re.sub(
        r"^( *)# (include:|timeout:|interval:|watch:|drift_interval:|attempts:|limits:|  file_bytes:|  files:|  total_bytes:|concurrency:"
        r"|  reads:|api:|state:|  wait:)",
        r"\1\2",
        text,
        flags=re.MULTILINE,
    )

    assert shown != text
    assert load(example(place, shown), HOME).settings == plain


@pytest.mark.parametrize("flag", [each.metadata["flag"] for each in fields(Flags)])
def test_every_flag_is_on_the_page(flag: str) -> None:
    assert re.search(rf"^\| `{flag}[` ]", configuration_page(BASE), re.MULTILINE)


def test_the_committed_page_is_the_one_that_the_schema_gives() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == configuration_page(BASE), "run `make docs`"
