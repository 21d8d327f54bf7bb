"""`plan --server-side` and `validate --server`: the server's own verdict, at its place in the file, with nothing left on the server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from provisioner.core.report import Exit
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.settings import Person
from tests.cli.command import Command, Done
from tests.whole.house import Browser, dashboard, panel_titled

Start = Callable[..., Running]

NULL_SOURCE = """{
  "uid": "null", "title": "Null", "schemaVersion": 41, "timezone": "browser",
  "panels": [
    {"id": 1, "type": "text", "title": "Words", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8},
     "datasource": null, "options": {"content": "hello"}}
  ]
}
"""
NEW_FORM = """apiVersion: dashboard.grafana.app/v2beta1
kind: Dashboard
metadata:
  name: new
spec:
  title: New
  layout: {kind: GridLayout, spec: {items: []}}
  elements: {}
  cursorSync: On
  annotations: []
  links: []
  tags: []
  variables: []
  timeSettings: {from: now-1h, to: now, autoRefresh: "", autoRefreshIntervals: [], hideTimepicker: false, fiscalYearStartMonth: 0}
"""
OLD_ROWS = """{
  "uid": "rows", "title": "Rows", "schemaVersion": 14,
  "rows": [
    {"title": "a", "height": 200, "panels": [{"id": 3, "type": "text", "span": 6, "title": "x"}]},
    {"title": "b", "height": 200, "panels": [
      {"id": 7, "type": "graph", "span": 6, "title": "y"}
    ]}
  ]
}
"""
IN_A_CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: boards
data:
  inner.json: |
    {
      "uid": "inner", "title": "Inner", "schemaVersion": 41, "timezone": "browser",
      "panels": [
        {"id": 1, "type": "text", "title": "W", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8},
         "datasource": null}
      ]
    }
"""


@pytest.fixture
def server() -> Iterator[Start]:
    with ExitStack() as stack:

        def started(generation: int, **settings: Any) -> Running:  # noqa: ANN401 - fields of SandboxSettings
            people = (Person("jonas", "jonas"),)
            return stack.enter_context(running(SandboxSettings(generation=generation, people=people, **settings)))

        yield started


@pytest.fixture(params=[12, 13])
def speaking(server: Start, request: pytest.FixtureRequest) -> Running:
    """One that makes dry runs."""
    return server(request.param)


def _held(sandbox: Running) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the server has kept: dashboards, folders, their histories, the trash, the count of writes."""
    tables = ("about", "item", "version", "trash", "star", "organisation")
    with sandbox.server.store.reading() as database:
        rows: dict[str, list[sqlite3.Row]] = {each: database.execute(f"SELECT * FROM {each}").fetchall() for each in tables}  # noqa: S608 - names stated above
    return {table: [tuple(each) for each in found] for table, found in rows.items()}


def _problems(done: Done) -> list[tuple[str, str, int, int]]:
    """Code, file, line and column of what the server said."""
    told = json.loads(done.out)
    found = told["problems"] if "problems" in told else [each for target in told["targets"] for each in target["problems"]]
    return [(each["code"], each["file"], each["line"], each["column"]) for each in found if each["code"].startswith("server-")]


def _all(command: Command) -> None:
    command.write("files/fine.json", dashboard("fine"))
    command.write("files/shop/null.json", NULL_SOURCE)
    command.write("files/new.yaml", NEW_FORM)


SAID = [("server-refuses", "files/new.yaml", 9, 15), ("server-schema", "files/shop/null.json", 5, 20)]


def test_a_plan_tells_the_servers_verdict_at_its_place_and_leaves_nothing(command: Command, speaking: Running) -> None:
    _all(command)
    config, before = command.config(speaking), _held(speaking)
    done = command("plan", "-c", config, "--server-side", "--format", "json")
    assert (Exit.INVALID, SAID) == (done.code, _problems(done))
    assert before == _held(speaking)
    [target] = json.loads(done.out)["targets"]
    assert {"asked": 3, "refused": 1} == target["rehearsed"]


def test_a_plan_of_updates_is_shown_over_what_is_live_and_leaves_nothing(command: Command, speaking: Running) -> None:
    command.write("files/shop/null.json", dashboard("null"))
    config = command.config(speaking)
    assert Exit.OK == command("apply", "-c", config).code
    command.write("files/shop/null.json", NULL_SOURCE)
    before = _held(speaking)
    done = command("plan", "-c", config, "--server-side", "--format", "json")
    assert (Exit.OK, [SAID[1]]) == (done.code, _problems(done))
    assert before == _held(speaking)
    assert any(each.method == "PUT" and "dryRun=All" in each.query for each in speaking.requests.all)


def test_a_plan_without_the_option_shows_the_server_nothing(command: Command, speaking: Running) -> None:
    _all(command)
    done = command("plan", "-c", command.config(speaking), "--format", "json")
    assert (Exit.OK, []) == (done.code, _problems(done))
    assert [] == list(speaking.requests.writes)


def test_a_plan_without_changes_asks_for_no_verdict(command: Command, speaking: Running) -> None:
    command.write("files/fine.json", dashboard("fine"))
    config = command.config(speaking)
    assert Exit.OK == command("apply", "-c", config).code
    done = command("plan", "-c", config, "--server-side", "--detailed-exitcode")
    assert Exit.OK == done.code
    assert "no dashboard to show as a dry run" in done.out


def test_the_text_says_what_was_shown_and_what_is_no_part_of_it(command: Command, speaking: Running) -> None:
    _all(command)
    told = command("plan", "-c", command.config(speaking), "--server-side").out
    assert "1 would be refused by the server, 1 error, 1 warning" in told
    assert "3 dashboards were shown as dry runs, and 1 would be refused; folders are not part of a dry run" in told
    assert 'DashboardSpec.cursorSync: Invalid value: conflicting values "Crosshair" and "On"; conflicting values "Off" and "On"' in told
    assert "  cursorSync: On\n" in told


def test_every_file_is_validated_by_the_server_whether_it_changed_or_not_without_a_state_file(command: Command, speaking: Running) -> None:
    _all(command)
    config = command.config(speaking)
    stated = config.read_text()
    config.write_text(stated + "state: {path: ./first.db}\n")
    assert Exit.ERROR == command("apply", "-c", config).code  # one of them is refused, the others are there now
    config.write_text(stated + "state: {path: ./fresh.db}\n")
    before = _held(speaking)
    speaking.requests.reset()
    done = command("validate", "-c", config, "--server", "--format", "json")
    assert (Exit.INVALID, SAID) == (done.code, _problems(done))
    assert before == _held(speaking)
    [asked] = json.loads(done.out)["servers"]
    assert ("test", {"asked": 3, "refused": 1}, None) == (asked["target"], asked["rehearsed"], asked["failure"])
    # Created under a name that nobody has: what is live is never named.
    assert {("POST", True)} == {(each.method, each.path.endswith("/dashboards")) for each in speaking.requests.writes}
    assert all("dryRun=All" in each.query for each in speaking.requests.writes)


def test_what_the_server_takes_is_well(command: Command, speaking: Running) -> None:
    command.write("files/fine.json", dashboard("fine"))
    done = command("validate", "-c", command.config(speaking), "--server")
    assert Exit.OK == done.code
    assert done.out.startswith("well")
    assert "1 dashboard was shown as a dry run, and would be taken" in done.out


def test_a_field_inside_a_text_of_a_manifest_is_found(command: Command, speaking: Running) -> None:
    command.write("files/boards.yaml", IN_A_CONFIG_MAP)
    done = command("validate", "-c", command.config(speaking), "--server", "--format", "json")
    assert [("server-schema", "files/boards.yaml", 11, 24)] == _problems(done)


def test_a_panel_of_an_old_row_is_found_though_the_server_counts_migrated_ones(command: Command, server: Start) -> None:
    command.write("files/rows.json", OLD_ROWS)
    done = command("validate", "-c", command.config(server(12, data_sources=())), "--server", "--format", "json")
    assert [("server-schema", "files/rows.json", 4, 46)] == _problems(done)
    assert "the file does not have this field" in done.out


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "sarif"])
@pytest.mark.parametrize("asking", [("plan", "--server-side"), ("validate", "--server")])
def test_every_form_tells_what_the_server_said(command: Command, speaking: Running, asking: tuple[str, str], form: str) -> None:
    _all(command)
    done = command(*asking, "-c", command.config(speaking), "--format", form)
    assert Exit.INVALID == done.code
    for told in ("server-refuses", "server-schema", "files/new.yaml", "DashboardSpec.cursorSync", "spec.panels.0.datasource"):
        assert told in done.out


def test_a_severity_that_is_turned_off_is_told_nowhere(command: Command, speaking: Running) -> None:
    command.write("files/null.json", NULL_SOURCE)
    config = command.config(speaking)
    config.write_text(config.read_text() + "severities: {server-schema: off}\n")
    done = command("validate", "-c", config, "--server", "--format", "json")
    assert (Exit.OK, []) == (done.code, _problems(done))


# --- what cannot be asked ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", [4, 9])
@pytest.mark.parametrize("asking", [("plan", "--server-side"), ("validate", "--server")])
def test_a_server_without_dry_runs_is_an_error_that_is_said_once_with_what_to_do(
    command: Command, server: Start, asking: tuple[str, str], generation: int
) -> None:
    old = server(generation)
    command.write("files/fine.json", dashboard("fine"))
    command.write("files/more.json", dashboard("more"))
    password = command.write("password", "admin\n")
    password.chmod(0o600)
    config = command.write(
        "old.yaml",
        "sources: {s1: {directory: {path: ./files}}}\n"
        f"targets: {{test: {{url: '{old.url}', user: admin, password_file: ./password}}}}\nstate: {{path: ./s.db}}\n",
    )
    done = command(*asking, "-c", config)
    assert Exit.ERROR == done.code
    assert 1 == done.out.count("makes no dry runs by the")
    assert f"leave {asking[1]} out; nothing was written" in done.out
    assert [] == list(old.requests.writes)


def test_a_server_that_cannot_be_reached_leaves_what_the_files_alone_show(command: Command, server: Start) -> None:
    command.write("files/broken.json", '{"title": "x"\n"uid": "x"}')
    config = command.config(server(12))
    config.write_text(config.read_text().replace("url: http://", "url: http://nobody.invalid."))
    done = command("validate", "-c", config, "--server", "--format", "json")
    told = json.loads(done.out)
    assert Exit.UNREACHABLE == done.code
    assert told["servers"][0]["failure"]["unreachable"] is True
    assert "files/broken.json" in [each["file"] for each in told["problems"]]


def test_a_credential_that_may_not_write_is_one_thing_to_mend(command: Command, speaking: Running) -> None:
    for name in ("a", "b", "c"):
        command.write(f"files/{name}.json", dashboard(name))
    config = command.config(speaking)
    command.at(speaking, "Viewer")
    done = command("plan", "-c", config, "--server-side", "--format", "json")
    assert (Exit.INVALID, [("server-forbids", "target test")]) == (done.code, [(code, file) for code, file, *_ in _problems(done)])
    assert "may not write 3 dashboards (files/a.json, files/b.json, files/c.json)" in done.out


def test_a_field_that_the_server_leaves_out_is_a_warning_at_its_place(command: Command, speaking: Running) -> None:
    command.write("files/new.yaml", NEW_FORM.replace("cursorSync: On", "frobnicate: 1").replace("  tags", '  cursorSync: "Off"\n  tags'))
    done = command("validate", "-c", command.config(speaking), "--server", "--target", "test", "--format", "json")
    assert [("server-schema", "files/new.yaml", 9, 15)] == _problems(done)
    assert "spec.frobnicate in form v2beta1: the server does not know this field, and leaves it out" in done.out


def test_a_server_that_fails_on_one_gives_no_verdict_on_that_one_and_goes_on(command: Command, server: Start) -> None:
    twelve = server(12)
    config = command.config(twelve)
    for name in ("a", "b"):
        command.write(f"files/{name}.json", dashboard(name))
    assert Exit.OK == command("apply", "-c", config).code
    for name in ("a", "b"):
        command.write(f"files/{name}.json", dashboard(name, **panel_titled("Other")))
    twelve.faults.set(Faults(path="/apis/dashboard.grafana.app/v0alpha1", methods=("PUT",), error_after_write=1))
    before = _held(twelve)
    done = command("plan", "-c", config, "--server-side", "--format", "json")
    assert (Exit.INVALID, ["server-undecided"]) == (done.code, [code for code, *_ in _problems(done)])
    assert before == _held(twelve)


def test_a_server_that_is_busy_ends_it(command: Command, server: Start) -> None:
    twelve = server(12)
    command.write("files/a.json", dashboard("a"))
    config = command.config(twelve)
    twelve.faults.set(Faults(path="/apis/dashboard.grafana.app", methods=("POST",), unavailable=50, retry_after=0))
    done = command("plan", "-c", config, "--server-side")
    assert Exit.UNREACHABLE == done.code
    assert "busy" in done.out


def test_what_is_a_conflict_is_not_shown_since_it_would_not_be_written(command: Command, server: Start) -> None:
    twelve = server(12)
    Browser(twelve.url).create(dashboard("theirs"))
    command.write("files/theirs.json", dashboard("theirs", **panel_titled("Ours")))
    done = command("plan", "-c", command.config(twelve), "--server-side", "--format", "json")
    assert (Exit.CONFLICT, []) == (done.code, _problems(done))


def test_two_servers_are_told_apart(command: Command, server: Start) -> None:
    first, second = server(12), server(13)
    command.write("files/null.json", NULL_SOURCE)
    config = command.config(first)
    text = config.read_text() + f"  other:\n    url: {second.url}\n    user: admin\n    password_file: password\n"
    command.write("password", "admin\n").chmod(0o600)
    config.write_text(text)
    done = command("validate", "-c", config, "--server", "--format", "json")
    told = [each["message"].partition(" in form ")[0] for each in json.loads(done.out)["problems"] if each["code"] == "server-schema"]
    assert ["other: spec.panels.0.datasource", "test: spec.panels.0.datasource"] == sorted(told)
    done = command("validate", "-c", config, "--server", "--target", "other", "--format", "json")
    assert ["other"] == [each["target"] for each in json.loads(done.out)["servers"]]


def test_a_hole_is_filled_from_the_server_that_is_asked(command: Command, speaking: Running) -> None:
    holed = {**dashboard("holed"), "__inputs": [{"name": "DS_X", "type": "datasource", "pluginId": "testdata", "label": "X"}]}
    holed["panels"][0]["datasource"] = {"type": "testdata", "uid": "${DS_X}"}
    command.write("files/holed.json", holed)
    done = command("validate", "-c", command.config(speaking), "--server", "--format", "json")
    assert Exit.OK == done.code
    assert "input-unfilled" not in done.out


def test_validate_with_a_server_wants_a_server(command: Command) -> None:
    command.write("files/fine.json", dashboard("fine"))
    done = command("validate", "--directory", "files", "--server")
    assert Exit.ERROR == done.code
    assert "no Grafana is named" in done.err
