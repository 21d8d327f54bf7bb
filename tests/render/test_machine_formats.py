"""JSON, JUnit, SARIF and Markdown, read back as those read them who take them in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from provisioner.core.catalog import BY_CODE
from provisioner.core.changes import Difference, Outcome, Plan, Result, Turn, UpdateDashboard
from provisioner.core.report import Exit, Failure, PassReport, Validation, exit_code
from provisioner.render.formats import render_apply, render_failure, render_plan, render_validation
from provisioner.render.options import Format, Options
from tests.render import samples

PLAIN = Options()
FAILURE = Failure("configuration", "1 problem in config.yaml", "mend it; nothing was read or written")

MARKDOWN = """\
### ❌ production: 1 conflict, 1 to create, 1 to update, 1 to move, 1 folder to make, 1 unchanged

https&#58;//grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org." · platform at main 3f9c2ab \
"raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00 · nothing was written

**Conflict unmanaged: Payments / Overview**: it is on the server with other contents, and nothing says that it is ours

- git: "Overview" in Payments, uid pay-overview, file dashboards/payments/overview.json of platform
- server: "Overview" in Payments, uid pay-overview, version 15, saved by jonas at 2026-11-22 09:47:12 UTC, \
https&#58;//grafana.example/d/pay-overview
- differs: variable "region" added: label&#95;values(region)
- differs: panel "Revenue" (id 2): threshold  95 → 80
- to do: Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore). \
The server wins: provisioner pull pay-overview --into dashboards, and commit the file. For all such dashboards: policy.adopt: take-over.

| | what | uid | file |
|---|---|---|---|
| folder | Payments | <code>payments</code> | <code>payments/</code> |
| create | Payments / Refunds | <code>pay-refunds</code> | <code>dashboards/payments/refunds.json</code> |
| update | Payments / Latency | <code>pay-latency</code> | <code>dashboards/payments/latency.json</code> |
| move | Platform / Hosts / Node | <code>node</code> | <code>dashboards/infra/node.json</code> |

<details><summary>Payments / Latency</summary>

- panel "p99" (id 4): query A  rate(…&#91;5m&#93;) → rate(…&#91;1m&#93;)
- panel "Errors" (id 9) added

</details>

<details><summary>Platform / Hosts / Node</summary>

- folder "Infra" → "Platform / Hosts"

</details>

_exit 4: conflicts or holds wait for a person_
"""

JSON_UPDATE = {
    "action": "update",
    "dashboard": {
        "uid": "pay-latency",
        "derived": False,
        "title": "Latency",
        "folder": {"uid": "payments", "titles": ["Payments"]},
        "file": {"source": "platform", "path": "payments/latency.json", "shown": "dashboards/payments/latency.json", "blob": "9d1"},
    },
    "reason": "it differs, and the policy conflict: git-wins says that git counts",
    "moves": False,
    "live": {
        "uid": "pay-latency",
        "title": "Latency",
        "folder": "payments",
        "folder_title": "Payments",
        "url": "https://grafana.example/d/pay-latency",
        "version": 8,
        "updated_by": "jonas",
        "updated": "2026-11-22T09:47:12Z",
        "managed_by": None,
    },
    "twin": None,
    "differences": [
        {"change": "changed", "part": 'panel "p99" (id 4)', "aspect": "query A", "before": "rate(…[5m])", "after": "rate(…[1m])"},
        {"change": "added", "part": 'panel "Errors" (id 9)', "aspect": "", "before": "", "after": ""},
    ],
    "keep": None,
}


def planned(form: Format, *reports: PassReport, options: Options = PLAIN) -> str:
    return render_plan(reports, form, exit_code(reports), options)


def applied(form: Format, *reports: PassReport, options: Options = PLAIN) -> str:
    return render_apply(reports, form, exit_code(reports), options)


def validated(form: Format, validation: Validation = samples.VALIDATION, options: Options = PLAIN) -> str:
    return render_validation(validation, form, Exit.INVALID, options)


# --- JSON ---------------------------------------------------------------------------------------------------------------------------------


def test_json_of_a_plan_has_the_keys_that_were_promised() -> None:
    told = json.loads(planned(Format.JSON, samples.PLANNED))
    assert (told["version"], told["kind"], told["exit_code"]) == (1, "plan", 4)
    [target] = told["targets"]
    assert target["counts"] == {
        "create": 1,
        "update": 1,
        "move": 1,
        "delete": 0,
        "create_folders": 1,
        "rename_folders": 0,
        "unchanged": 1,
        "adopted": 0,
        "drifted": 0,
        "conflicts": 1,
        "held": 0,
        "errors": 0,
        "warnings": 0,
        "notes": 0,
    }
    assert [each["action"] for each in target["changes"]] == ["create-folder", "create", "update", "move"]
    assert target["changes"][2] == JSON_UPDATE
    assert target["conflicts"][0]["theirs"]["version"] == 15
    assert "outcomes" not in target


def test_json_of_an_apply_has_an_outcome_for_each_change() -> None:
    told = json.loads(applied(Format.JSON, samples.APPLIED))
    assert (told["kind"], told["targets"][0]["stopped"]) == ("apply", True)
    outcomes = told["targets"][0]["outcomes"]
    assert [each["result"] for each in outcomes] == ["created", "created", "updated", "failed", "conflict", "not done"]
    assert (outcomes[2]["version_before"], outcomes[2]["version_after"], outcomes[4]["conflict"]) == (8, 9, "name-exists")
    assert "changes" not in told["targets"][0]


def test_json_of_an_apply_that_never_began_is_still_that_of_an_apply() -> None:
    told = json.loads(applied(Format.JSON, samples.UNREACHABLE))
    assert (told["kind"], told["exit_code"], told["targets"][0]["failure"]["unreachable"]) == ("apply", 5, True)


def test_json_of_a_validation_tells_every_problem_with_its_place() -> None:
    told = json.loads(validated(Format.JSON))
    assert told["counts"] == {"errors": 2, "warnings": 1, "notes": 12}
    assert len(told["problems"]) == 15
    assert {"code": "json-syntax", "line": 41, "column": 7}.items() <= told["problems"][0].items()
    assert told["sources"][0]["passed_over"] == [{"path": "package.json", "reason": "no panels"}]


def test_json_says_null_where_no_line_is_meant() -> None:
    whole = replace(samples.BROKEN, line=0, column=0)
    [told] = json.loads(validated(Format.JSON, replace(samples.VALIDATION, problems=(whole,))))["problems"]
    assert (told["line"], told["column"]) == (None, None)


# --- Markdown -----------------------------------------------------------------------------------------------------------------------------


def test_markdown_of_a_plan_reads_as_it_is_drawn() -> None:
    assert planned(Format.MARKDOWN, samples.PLANNED) == MARKDOWN


def test_markdown_of_an_apply_tells_what_failed_first() -> None:
    rows = [line.split(" | ")[0] for line in applied(Format.MARKDOWN, samples.APPLIED).splitlines() if line.startswith("| ")]
    assert rows[1:] == ["| failed", "| not done", "| created", "| created", "| updated"]


def test_markdown_of_a_target_that_could_not_be_read_plans_nothing() -> None:
    assert planned(Format.MARKDOWN, samples.UNREACHABLE).startswith("### ❌ staging: no plan could be made\n")


@pytest.mark.parametrize("sign", ["✅", "⚠️", "❌"])
def test_markdown_of_a_validation_begins_with_the_verdict(sign: str) -> None:
    problems = {"✅": (), "⚠️": (samples.UNFILLED,), "❌": (samples.BROKEN,)}[sign]
    code = Exit.INVALID if sign == "❌" else Exit.OK
    text = render_validation(replace(samples.VALIDATION, problems=problems), Format.MARKDOWN, code, PLAIN)
    assert text.startswith(f"### {sign} Dashboards: ")


@pytest.mark.parametrize("number", [50, 5_000])
def test_markdown_is_never_longer_than_a_comment_may_be_and_closes_what_it_opens(number: int) -> None:
    differs = tuple(Difference(Turn.CHANGED, f'panel "{"<" * 60}"', "query A", "&" * 60, "|" * 60) for _ in range(12))
    changes = tuple(
        UpdateDashboard(samples.dashboard(f"d-{at}", "[" * 200, f"team/{at}.json"), samples.live(samples.NODE), "differs", differs)
        for at in range(number)
    )
    report = replace(samples.PLANNED, plan=Plan(changes, (samples.UNMANAGED,) * number))
    text = planned(Format.MARKDOWN, report)
    assert len(text.encode()) < 60_000
    assert text.count("<details>") == text.count("</details>")
    assert re.search(r"… and [\d,]+ more lines, left out", text)
    assert text.endswith("_exit 4: conflicts or holds wait for a person_\n")


def test_markdown_counts_rows_beyond_a_hundred() -> None:
    assert "… and 9,900 more changes\n" in planned(Format.MARKDOWN, samples.large(10_000))


# --- JUnit --------------------------------------------------------------------------------------------------------------------------------


def junit(text: str) -> ET.Element:
    return ET.fromstring(text.encode())  # noqa: S314  (our own output)


def test_junit_of_a_validation_fails_the_files_with_errors() -> None:
    root = junit(validated(Format.JUNIT))
    failed = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    told = {name: failure.get("type") for name, failure in failed.items() if failure is not None}
    assert told == {"dashboards/payments/latency.json": "json-syntax", "dashboards/payments/errors.json": "uid-duplicate"}
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("16", "2", "0")


def test_junit_of_a_plan_has_a_case_for_each_dashboard_and_fails_conflicts() -> None:
    root = junit(planned(Format.JUNIT, samples.PLANNED, samples.UNREACHABLE))
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {
        "Payments / Overview (pay-overview)": ["failure"],
        "Payments (payments)": ["system-out"],
        "Payments / Refunds (pay-refunds)": ["system-out"],
        "Payments / Latency (pay-latency)": ["system-out"],
        "Platform / Hosts / Node (node)": ["system-out"],
        "Platform / Hosts / Disk (disk)": [],
        "target staging": ["error"],
    }


def test_junit_of_an_apply_tells_failed_from_not_done() -> None:
    root = junit(applied(Format.JUNIT, samples.APPLIED))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("7", "2", "1")
    [error] = root.iter("error")
    assert error.attrib == {"type": "not-done", "message": "stopped before its turn; the next pass does it"}


def test_junit_of_a_source_that_could_not_be_read_is_an_error() -> None:
    source = replace(samples.SOURCE, failure=Failure("source platform", "no such branch", "name another one"))
    assert junit(validated(Format.JUNIT, Validation((source,), (), 0.1))).get("errors") == "1"


# --- SARIF --------------------------------------------------------------------------------------------------------------------------------


def run(text: str) -> dict[str, Any]:
    told = json.loads(text)
    assert told["version"] == "2.1.0"
    assert told["$schema"].endswith("sarif-2.1.0.json")
    [found] = told["runs"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "text",
    [
        validated(Format.SARIF),
        planned(Format.SARIF, samples.PLANNED, samples.UNREACHABLE),
        applied(Format.SARIF, samples.APPLIED),
        render_failure(FAILURE, (replace(samples.BROKEN, file="/etc/config.yaml", line=0, column=0),), Format.SARIF, Exit.ERROR, PLAIN),
    ],
    ids=["validate", "plan", "apply", "failure"],
)
def test_sarif_is_what_code_scanning_takes(text: str) -> None:
    found = run(text)
    driver = found["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert (driver["name"], len(ids)) == ("provisioner", len(set(ids)))
    for rule in driver["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in found["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        [location] = result["locations"]
        place = location["physicalLocation"]
        uri = urlsplit(place["artifactLocation"]["uri"])
        assert uri.scheme in {"", "file"}
        assert uri.scheme or not uri.path.startswith("/")
        assert min(place["region"].values()) >= 1
        assert all(result["partialFingerprints"].values())


def test_sarif_takes_its_rules_from_the_catalogue() -> None:
    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in run(validated(Format.SARIF))["tool"]["driver"]["rules"]}
    assert rules["uid-duplicate"] == BY_CODE["uid-duplicate"].title


def test_sarif_tells_conflicts_and_failed_writes_at_their_files() -> None:
    told = [
        (each["ruleId"], each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for each in run(applied(Format.SARIF, samples.APPLIED))["results"]
    ]
    assert told == [("conflict-name-exists", "dashboards/payments/checkout.json"), ("write-failed", "dashboards/infra/node.json")]


@pytest.mark.parametrize(
    ("prefix", "path", "uri"),
    [
        ("", "a b/ü.json", "a%20b/%C3%BC.json"),
        ("grafana/", "x.json", "grafana/x.json"),
        (".", "x.json", "x.json"),
        ("", "platform:x.json", "platform%3Ax.json"),
        ("grafana", "/etc/config.yaml", "file:///etc/config.yaml"),
        ("", "", "."),
    ],
)
def test_sarif_names_files_by_relative_uris(prefix: str, path: str, uri: str) -> None:
    validation = replace(samples.VALIDATION, problems=(replace(samples.BROKEN, file=path),))
    [result] = run(validated(Format.SARIF, validation, Options(prefix=prefix)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_of_two_targets_says_once_what_both_say() -> None:
    report = replace(samples.PLANNED, plan=Plan(), problems=(samples.BROKEN,))
    assert len(run(planned(Format.SARIF, report, replace(report, target=samples.UNREACHABLE.target)))["results"]) == 1


def test_sarif_keeps_the_errors_of_very_many_results_and_counts_the_rest() -> None:
    problems = (*samples.notes(6_000), samples.BROKEN)
    found = run(validated(Format.SARIF, replace(samples.VALIDATION, problems=problems)))
    assert (len(found["results"]), found["results"][0]["ruleId"]) == (5_000, "json-syntax")
    [note] = found["invocations"][0]["toolExecutionNotifications"]
    assert note == {"level": "warning", "message": {"text": "1,001 more results are left out"}}


def test_sarif_of_what_could_not_be_read_says_that_the_run_did_not_succeed() -> None:
    [invocation] = run(planned(Format.SARIF, samples.UNREACHABLE))["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 5)


# --- all of them --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", list(Format))
def test_every_format_tells_a_failure_and_its_problems(form: Format) -> None:
    text = render_failure(FAILURE, (samples.TWICE,), form, Exit.ERROR, PLAIN)
    assert "nothing was read or written" in text
    assert "uid-duplicate" in text


@pytest.mark.parametrize("form", [Format.JSON, Format.SARIF, Format.JUNIT])
def test_every_format_takes_outcomes_that_changed_nothing(form: Format) -> None:
    report = replace(samples.APPLIED, outcomes=(Outcome(samples.UPDATE, Result.UNCHANGED, "it was so already"),))
    assert applied(form, report).endswith("\n")
