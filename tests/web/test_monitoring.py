"""The dashboard and the alert rules for the daemon ask for metrics that there are, and the dashboard is provisioned like any other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.cli import provisioner
from provisioner.sandbox import SandboxSettings, running
from provisioner.sandbox.settings import DataSource
from provisioner.web.metrics import described
from tests.cli.command import ROOT, Command
from tests.whole.house import Browser

MONITORING = ROOT / "deploy" / "monitoring"
DASHBOARD = MONITORING / "dashboard.json"
ALERTS = MONITORING / "alerts.yaml"
BODY: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
PROMTOOL = shutil.which("promtool")

# Of every scrape.
SCRAPED = frozenset({"job", "instance"})
PROCESS = ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds")
FUNCTIONS = frozenset({"sum", "max", "count", "rate", "increase", "histogram_quantile", "time", "absent", "label_values"})
WORDS = frozenset({"and", "or", "unless", "bool", "by", "without"})

CLAUSE = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
TERM = re.compile(r"([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?")


def known() -> dict[str, frozenset[str]]:
    """The labels of each series that can be asked for."""
    found: dict[str, frozenset[str]] = dict.fromkeys(PROCESS, SCRAPED)
    for each in described():
        labels = frozenset(each.labels) | SCRAPED
        if each.kind == "histogram":
            found |= {f"{each.name}_bucket": labels | {"le"}, f"{each.name}_sum": labels, f"{each.name}_count": labels}
        else:
            found[each.name] = labels
    return found


KNOWN = known()


def wrong_in(query: str) -> list[str]:
    """What a query names that there is not: metrics, labels of a metric, functions that this test does not know."""
    labels = frozenset().union(*KNOWN.values())
    grouped = [name.strip() for clause in CLAUSE.findall(query) for name in clause.split(",")]
    wrong = [f"label {each}" for each in grouped if each not in labels]
    plain = re.sub(r"\[[^\]]*\]", "", CLAUSE.sub("", query))
    for name, behind in TERM.findall(plain):
        if behind == "(":
            wrong += [] if name in FUNCTIONS else [f"function {name}"]
        elif name not in WORDS:
            asked = re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", behind)
            wrong += [f"label {each} of {name}" for each in asked if each not in KNOWN[name]] if name in KNOWN else [f"metric {name}"]
    return wrong


def panels() -> Iterator[dict[str, Any]]:
    for panel in BODY["panels"]:
        yield panel
        yield from panel.get("panels", ())


def queries() -> dict[str, str]:
    """Every query of the dashboard, by where it stands."""
    asked = {f"{panel['title']} {each['refId']}": each["expr"] for panel in panels() for each in panel.get("targets", ())}
    asked |= {f"note {each['name']}": each["expr"] for each in BODY["annotations"]["list"] if "expr" in each}
    return asked


QUERIES = queries()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    (tmp_path / "here").mkdir()
    return Command(tmp_path / "here", monkeypatch, capsys)


# The dashboard


@pytest.mark.parametrize("generation", [9, 12])
def test_provisioner_provisions_its_own_dashboard_without_a_word(command: Command, generation: int) -> None:
    sources = (DataSource("Prometheus", "prometheus", "prom-main", is_default=True),)
    with running(SandboxSettings(generation=generation, data_sources=sources)) as server:
        command.write("token", server.token()).chmod(0o600)
        stated = {
            "sources": {"own": {"directory": {"path": str(MONITORING)}}},
            "targets": {"test": {"url": server.url, "token_file": "token", "datasources": {"DS_PROMETHEUS": "prom-main"}}},
        }
        command.write("config.yaml", stated)
        first = command("apply", "-c", "config.yaml", "--format", "json")
        assert 0 == first.code, first.all
        [target] = json.loads(first.out)["targets"]
        live = Browser(server.url, *server.admin).read("provisioner")["dashboard"]
        again = json.loads(command("apply", "-c", "config.yaml", "--format", "json").out)["targets"][0]
    assert ([], ["created"]) == (target["problems"], [each["result"] for each in target["outcomes"]])
    assert "${DS_PROMETHEUS}" not in json.dumps(live)
    assert {"prom-main"} == {panel["datasource"]["uid"] for panel in live["panels"] if panel["type"] != "row"}
    assert [] == again["outcomes"]


def test_there_is_a_query_in_every_panel_that_is_no_row() -> None:
    assert [] == [panel["title"] for panel in panels() if panel["type"] != "row" and not panel["targets"]]
    assert len(QUERIES) > 20


@pytest.mark.parametrize("place", QUERIES)
def test_a_panel_asks_for_metrics_and_labels_that_there_are(place: str) -> None:
    assert [] == wrong_in(QUERIES[place])


def test_variables_ask_for_metrics_and_labels_that_there_are() -> None:
    asked = [re.fullmatch(r"label_values\((.+), (\w+)\)", each["definition"]) for each in BODY["templating"]["list"]]
    found = [(match[1], match[2]) for match in asked if match]
    assert len(BODY["templating"]["list"]) == len(found)
    assert [] == [wrong for metric, _ in found for wrong in wrong_in(metric)]
    assert all(label in KNOWN[metric.partition("{")[0]] for metric, label in found)


def test_everything_asks_the_data_source_that_the_target_fills() -> None:
    parts = [*(each for each in panels() if each["type"] != "row"), *BODY["templating"]["list"]]
    parts += [each for panel in panels() for each in panel.get("targets", ())]
    assert {"${DS_PROMETHEUS}"} == {each["datasource"]["uid"] for each in parts}


def test_no_two_panels_lie_over_each_other_or_have_one_id() -> None:
    def overlap(a: Mapping[str, int], b: Mapping[str, int]) -> bool:
        return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]

    places = [(each["id"], each["gridPos"]) for each in panels()]
    assert [] == [(one, other) for (one, a), (other, b) in combinations(places, 2) if overlap(a, b) or one == other]
    assert [] == [one for one, at in places if at["x"] + at["w"] > 24]


# The rules


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_asks_for_what_there_is_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert [] == wrong_in(rule["expr"])
    assert {"summary", "description", "action"} == rule["annotations"].keys()
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert re.fullmatch(r"\d+[mh]", rule["for"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_text_uses_labels_that_its_query_keeps(rule: dict[str, Any]) -> None:
    [metric, *_] = [name for name, _ in TERM.findall(rule["expr"]) if name in KNOWN]
    dropped = {name.strip() for clause in re.findall(r"without\s*\(([^)]*)\)", rule["expr"]) for name in clause.split(",")}
    used = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert used <= KNOWN[metric] - dropped


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_the_commands_that_a_rule_names_are_there(rule: dict[str, Any]) -> None:
    named = re.findall(r'"provisioner (config check|\w+)', " ".join(rule["annotations"].values()))
    commands = {*provisioner.commands, "config check"}
    assert set(named) <= commands


def test_what_must_wake_somebody_has_its_rule() -> None:
    asked = " ".join(rule["expr"] for rule in RULES)
    for metric in (
        "absent(provisioner_build_info)",
        "provisioner_target_ready == 0",
        "provisioner_target_behind_sources",
        "provisioner_source_failing",
        "provisioner_target_conflicts",
        "provisioner_target_dashboards_drifted",
        "provisioner_config_refused",
        "401",
    ):
        assert metric in asked


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not on PATH")
@pytest.mark.parametrize("arguments", [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts.test.yaml")])
def test_promtool_takes_the_rules_and_they_fire_when_they_should(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([str(PROMTOOL), *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not on PATH")
def test_promtool_takes_the_queries_of_the_dashboard(tmp_path: Path) -> None:
    written = [query.replace("$__rate_interval", "5m").replace("$job", ".+").replace("$target", ".+") for query in QUERIES.values()]
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(written)]
    (tmp_path / "queries.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run([str(PROMTOOL), "check", "rules", tmp_path / "queries.yaml"], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


# The check itself: it finds what it is there for.


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("sum(provisioner_passed_total)", ["metric provisioner_passed_total"]),
        ('sum(provisioner_passes_total{source="a"})', ["label source of provisioner_passes_total"]),
        ("sum by (colour) (provisioner_passes_total)", ["label colour"]),
        ("sum(rate(provisioner_pass_duration_seconds[5m]))", ["metric provisioner_pass_duration_seconds"]),
        ("summ(provisioner_passes_total)", ["function summ"]),
        ('max by (target) (provisioner_target_ready{job=~"$job"}) == 0', []),
    ],
)
def test_a_query_for_what_there_is_not_is_found(query: str, wrong: list[str]) -> None:
    assert wrong == wrong_in(query)
