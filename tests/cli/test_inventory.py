"""`inventory`: what is on a server is told by its lists, in a handful of requests, and bodies are read when somebody asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provisioner.core.report import Exit
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person, ProvisionedFile
from tests.cli.command import Command
from tests.whole.house import Browser, dashboard, panel_titled

FROM_FILE = ProvisionedFile("ops.json", "Ops", dashboard("from-file", "Ops board"))


@pytest.fixture(params=[6, 9, 12])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    settings = SandboxSettings(generation=request.param, people=(Person("jonas", "jonas"),), provisioned=(FROM_FILE,))
    with running(settings) as started:
        yield started


def told(command: Command, config: object, *more: str) -> dict[str, Any]:
    done = command("inventory", "-c", str(config), "--format", "json", *more)
    assert done.code == Exit.OK, done.all
    [target] = json.loads(done.out)["targets"]
    return dict(target)


def reads(server: Running) -> list[str]:
    """The dashboards that were read by themselves, by either API."""
    paths = [each.path for each in server.requests.all]
    paths = [path for path in paths if not path.endswith("/versions")]  # who saved is asked for there
    return [path for path in paths if path.startswith("/api/dashboards/uid/") or "/dashboards/" in path.partition("/namespaces/")[2]]


def uids(target: dict[str, Any], whose: str) -> set[str]:
    return {each["uid"] for each in target["dashboards"] if each["whose"] == whose}


def test_ours_are_told_from_others_and_from_what_git_has_beside_them(command: Command, server: Running) -> None:
    command.write("files/shop/sales.json", dashboard("sales"))
    config = command.config(server)
    assert command("apply", "-c", config).code == Exit.OK
    Browser(server.url).create(dashboard("theirs", tags=["provisioner:other-team", "night"]))
    Browser(server.url).create(dashboard("jonas-own", tags=["night"]))
    command.write("files/new.json", dashboard("brand-new"))

    target = told(command, config)

    assert {"sales"} == uids(target, "ours")
    assert {"theirs"} == uids(target, "another-installation")
    assert {"jonas-own", "from-file"} == uids(target, "foreign")
    assert ["brand-new"] == [each["dashboard"]["uid"] for each in target["not_found"]]
    assert [{"tag": "night", "dashboards": 2}] == [each for each in target["tags"] if each["tag"] == "night"]
    assert ["shop"] == [each["title"] for each in target["folders"] if each["ours"]]


def test_a_title_that_is_there_twice_and_a_folder_with_nothing_in_it_are_found(command: Command) -> None:
    command.write("files/sales.json", dashboard("sales", "Sales"))
    with running(SandboxSettings(generation=12, people=(Person("jonas", "jonas"),))) as twelve:
        config = command.config(twelve)
        command("apply", "-c", config)
        Browser(twelve.url).create(dashboard("sales-copy", "sales "))
        Browser(twelve.url).ask("/api/folders", {"uid": "attic", "title": "Attic"})
        target = told(command, config)
    assert [["sales", "sales-copy"]] == target["same_title"]
    assert ["attic"] == [each["uid"] for each in target["folders"] if each["empty"]]


def test_a_renamed_dashboard_shows_in_the_list_and_an_edited_panel_only_in_the_body(command: Command, server: Running) -> None:
    command.write("files/sales.json", dashboard("sales"))
    command.write("files/stock.json", dashboard("stock"))
    config = command.config(server)
    command("apply", "-c", config)
    Browser(server.url).edit("sales", title="Sales of the year")
    Browser(server.url).edit("stock", **panel_titled("by hand"))

    shallow, deep = told(command, config), told(command, config, "--deep")

    edited = {each["uid"]: each["changes"] for each in shallow["dashboards"] if each["edited"] == "yes"}
    assert {"sales": ['renamed: it was "sales"']} == edited
    assert {"sales", "stock"} == {each["uid"] for each in deep["dashboards"] if each["edited"] == "yes"}
    managed = {each["uid"]: each["managed_by"] for each in deep["dashboards"] if each["managed_by"]}
    assert {"from-file"} == managed.keys()
    assert "file provisioning" in managed["from-file"]


def test_it_costs_a_handful_of_requests_however_much_there_is_and_reads_no_dashboard(command: Command, server: Running) -> None:
    for number in range(30):
        command.write(f"files/f{number % 5}/d{number}.json", dashboard(f"d{number}"))
    config = command.config(server)
    assert command("apply", "-c", config).code == Exit.OK
    server.requests.reset()
    target = told(command, config)
    # On 12 the resource API has to be found first, and tells marks by a list of its own.
    assert target["requests"] == len(server.requests.all) <= (10 if server.version.startswith("12") else 7)
    assert [] == reads(server)
    assert () == server.requests.writes


def test_deep_reads_each_dashboard_once(command: Command, server: Running) -> None:
    for number in range(8):
        command.write(f"files/d{number}.json", dashboard(f"d{number}"))
    config = command.config(server)
    command("apply", "-c", config)
    server.requests.reset()
    told(command, config, "--deep")
    assert 9 == len(reads(server)) == len(set(reads(server)))


def test_the_counts_come_first_and_lists_are_folded(command: Command, nine: Running) -> None:
    browser = Browser(nine.url)
    for number in range(60):
        browser.create(dashboard(f"d{number:02}"))
    config = command.config(nine)
    command.write("files/one.json", dashboard("one"))
    short, long = command("inventory", "-c", config), command("inventory", "-c", config, "-v")
    assert short.out.startswith("test  60 dashboards, 0 ours, 60 foreign, 1 in git and not found there")
    assert "-v shows each of them" in short.out
    assert "d59" not in short.out
    assert "d59" in long.out
    assert "--deep" in short.out


def test_as_markdown_each_list_is_folded_by_itself(command: Command, nine: Running) -> None:
    Browser(nine.url).create(dashboard("jonas-own", "A | B"))
    command.write("files/one.json", dashboard("one"))
    done = command("inventory", "-c", command.config(nine), "--format", "markdown")
    assert "<details><summary>foreign: 1</summary>" in done.out
    assert "A &#124; B" in done.out


def test_a_source_that_cannot_be_read_keeps_nobody_from_seeing_the_server(command: Command, nine: Running) -> None:
    Browser(nine.url).create(dashboard("jonas-own"))
    config = command.config(nine, sources=("{git: {url: /nowhere/there.git}}",))
    done = command("inventory", "-c", config)
    assert done.code in {Exit.ERROR, Exit.UNREACHABLE}
    assert "1 dashboard, 0 ours, 1 foreign" in done.out
    assert "without s1" in done.out


def test_a_server_that_does_not_answer_is_told(command: Command, nine: Running) -> None:
    config = command.write("c.yaml", "sources: {s: {directory: {path: .}}}\ntargets: {t: {url: 'http://127.0.0.1:1', attempts: 1}}\n")
    assert nine.url
    done = command("inventory", "-c", config)
    assert Exit.UNREACHABLE == done.code
    assert "not looked at" in done.out


def test_junit_is_no_form_of_it(command: Command, nine: Running) -> None:
    command.write("files/one.json", dashboard("one"))
    done = command("inventory", "-c", command.config(nine), "--format", "junit")
    assert done.code == Exit.ERROR
    assert "it tells what it found as text, json or markdown" in done.err
