"""What a person reads of a conflict: who, when, what differs, both sides, what to do."""

from __future__ import annotations

import json
import re

from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.whole.house import Browser, dashboard, panel_titled


def test_a_conflict_tells_both_sides_who_saved_when_and_what_to_do(command: Command, nine: Running, browser: Browser) -> None:
    browser.create(dashboard("sales", "Sales"))
    browser.edit("sales", **panel_titled("Theirs"))
    command.write("files/shop/sales.json", dashboard("sales", "Sales of today", **panel_titled("Ours")))
    done = command("apply", "--directory", "files", *command.at(nine))
    assert 4 == done.code
    assert "provisioner apply --take sales …" in done.out
    for told in ("unmanaged", "Sales of today", '"Sales"', "version 2", "by jonas", "Theirs → Ours", "files/shop/sales.json"):
        assert told in done.out
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", done.out)
    assert f"{nine.url}/d/sales/sales" in done.out


def test_the_same_is_told_to_machines(command: Command, nine: Running, browser: Browser) -> None:
    browser.create(dashboard("sales", "Sales"))
    browser.edit("sales", **panel_titled("Theirs"))
    command.write("files/sales.json", dashboard("sales", "Sales of today"))
    told = command("plan", "--directory", "files", *command.at(nine), "--format", "json").out
    assert all(word in told for word in ("unmanaged", "Sales of today", "jonas", f"{nine.url}/d/sales/sales", "files/sales.json"))
    assert json.loads(told)


def test_a_name_that_is_taken_is_told_with_the_dashboard_that_has_it(command: Command, nine: Running, browser: Browser) -> None:
    browser.create(dashboard("theirs", "Sales"))
    command.write("files/ours.json", dashboard("ours", "Sales"))
    done = command("apply", "--directory", "files", *command.at(nine))
    assert 4 == done.code
    for told in ("name-exists", "uid theirs", "uid ours", f"{nine.url}/d/theirs/sales", "files/ours.json"):
        assert told in done.out


def test_flags_and_a_file_that_say_the_same_do_the_same(command: Command, nine: Running, browser: Browser) -> None:
    browser.create(dashboard("a", **panel_titled("Theirs")))
    command.write("files/a.json", dashboard("a"))
    by_file = command("plan", "-c", command.config(nine, policy="{conflict: git-wins}"), "--format", "json")
    by_flags = command("plan", "--directory", "files", "--conflict", "git-wins", *command.at(nine), "--format", "json")
    by_name = [each.out.replace('"s1"', '"files"').replace('"directory"', '"files"') for each in (by_file, by_flags)]
    plans = [json.loads(each)["targets"][0]["changes"] for each in by_name]
    assert 1 == len(plans[0])
    assert plans[0] == plans[1]


def test_a_parent_for_everything_and_a_data_source_by_flags(command: Command, nine: Running, browser: Browser) -> None:
    panel = {**dashboard("x")["panels"][0], "type": "timeseries", "datasource": {"type": "prometheus", "uid": "${DS_PROM}"}}
    command.write("files/a.json", dashboard("a", panels=[panel]))
    done = command("apply", "--directory", "files", "--folder", "Team", "--datasource", "DS_PROM=prom", *command.at(nine))
    assert 0 == done.code
    assert ("Team", "prom") == (browser.read("a")["meta"]["folderTitle"], browser.content("a")["panels"][0]["datasource"]["uid"])
