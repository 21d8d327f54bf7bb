"""`trash` and `restore`: what was deleted comes back, from the server's trash or from our own keeping, and goes for good on a word."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.report import Exit
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person
from tests.cli.command import Command
from tests.whole.house import Browser, dashboard, panel_titled

Start = Callable[..., Running]

PRUNE = "{prune: {enabled: true, grace: 0, max_deletions: 50}}"


@pytest.fixture
def server() -> Iterator[Start]:
    """A server of a generation; 11 has its trash switched on."""
    with ExitStack() as stack:

        def started(generation: int, *, switched: bool = True) -> Running:
            people = (Person("jonas", "jonas"),)
            return stack.enter_context(running(SandboxSettings(generation=generation, people=people, dashboard_restore=switched)))

        yield started


def config_for(command: Command, sandbox: Running, role: str = "Admin", **target: str) -> Path:
    token = command.write("admin-token", sandbox.token(role) + "\n")
    token.chmod(0o600)
    return command.config(sandbox, token_file="admin-token", **target)


def listed(command: Command, config: Path) -> dict[str, Any]:
    done = command("trash", "-c", config, "--format", "json")
    assert done.code == Exit.OK, done.all
    [target] = json.loads(done.out)["targets"]
    return dict(target)


def delete(sandbox: Running, uid: str) -> None:
    Browser(sandbox.url).ask(f"/api/dashboards/uid/{uid}", None, "DELETE")


# --- 11 with its switch -------------------------------------------------------------------------------------------------------------------


def test_the_trash_of_11_is_listed_and_gives_a_dashboard_back_with_its_history(command: Command, server: Start) -> None:
    eleven = server(11)
    browser, config = Browser(eleven.url), config_for(command, eleven)
    command.write("files/sales.json", dashboard("sales"))
    browser.create(dashboard("jonas-own"))
    browser.edit("jonas-own", **panel_titled("second"))
    delete(eleven, "jonas-own")

    found = listed(command, config)
    done = command("restore", "jonas-own", "-c", config)

    assert (True, True, ["jonas-own"]) == (found["has_trash"], found["can_purge"], [each["uid"] for each in found["trash"]])
    assert done.code == Exit.OK, done.all
    assert "out of the server's trash, in the top level, as version 2, with its history" in done.out
    assert 2 == browser.version("jonas-own")
    assert [] == listed(command, config)["trash"]


def test_on_11_a_dashboard_in_the_trash_comes_from_there_though_we_keep_it_too(command: Command, server: Start) -> None:
    eleven = server(11)
    config = config_for(command, eleven, policy=PRUNE)
    command.write("files/sales.json", dashboard("sales"))
    command.write("files/other.json", dashboard("other"))
    command("apply", "-c", config)
    (command.cwd / "files/sales.json").unlink()
    assert command("apply", "-c", config).code == Exit.OK
    both = listed(command, config)
    assert (["sales"], ["sales"]) == ([each["uid"] for each in both["trash"]], [each["uid"] for each in both["kept"]])
    done = command("restore", "sales", "-c", config)
    assert "out of the server's trash" in done.out
    assert Browser(eleven.url).is_there("sales")


def test_on_11_it_comes_back_into_its_folder(command: Command, server: Start) -> None:
    eleven = server(11)
    browser, config = Browser(eleven.url), config_for(command, eleven)
    browser.ask("/api/folders", {"uid": "shop", "title": "Shop"})
    browser.create(dashboard("jonas-own"), "shop")
    delete(eleven, "jonas-own")
    command("restore", "jonas-own", "-c", config)
    assert "shop" == browser.read("jonas-own")["meta"]["folderUid"]


def test_purging_is_for_good_and_asks_for_the_uid_twice(command: Command, server: Start) -> None:
    eleven = server(11)
    browser, config = Browser(eleven.url), config_for(command, eleven)
    command.write("files/sales.json", dashboard("sales"))
    browser.create(dashboard("jonas-own"))
    delete(eleven, "jonas-own")

    for asked in (("--purge", "jonas-own"), ("--purge", "jonas-own", "--yes", "other"), ("--yes", "jonas-own")):
        refused = command("trash", "-c", config, *asked)
        assert refused.code == Exit.ERROR
        assert "cannot be brought back" in refused.err
    assert ["jonas-own"] == [each["uid"] for each in listed(command, config)["trash"]]

    done = command("trash", "-c", config, "--purge", "jonas-own", "--yes", "jonas-own")
    assert (Exit.OK, []) == (done.code, listed(command, config)["trash"])
    assert "for good" in done.out
    again = command("trash", "-c", config, "--purge", "jonas-own", "--yes", "jonas-own")
    assert again.code == Exit.ERROR
    assert "not in the server's trash" in again.out


def test_the_trash_of_11_is_for_administrators_and_that_is_said(command: Command, server: Start) -> None:
    eleven = server(11)
    config = config_for(command, eleven, role="Editor")
    command.write("files/sales.json", dashboard("sales"))
    done = command("trash", "-c", config)
    assert done.code == Exit.ERROR
    assert "administrators of the organisation alone" in done.out
    assert "role Admin" in done.out


def test_an_editor_of_11_still_gets_back_what_we_keep_or_is_told(command: Command, server: Start) -> None:
    eleven = server(11)
    config = config_for(command, eleven, role="Editor")
    command.write("files/sales.json", dashboard("sales"))
    done = command("restore", "sales", "-c", config)
    assert done.code == Exit.ERROR
    assert "not restored" in done.out


# --- 12 and later -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", [12, 13])
def test_the_trash_of_12_is_listed_and_its_dashboard_made_again(command: Command, server: Start, generation: int) -> None:
    twelve = server(generation)
    browser, config = Browser(twelve.url), config_for(command, twelve)
    command.write("files/sales.json", dashboard("sales"))
    browser.create(dashboard("jonas-own", "By hand", **panel_titled("kept in the trash")))
    delete(twelve, "jonas-own")

    found = listed(command, config)
    done = command("restore", "jonas-own", "-c", config)

    [row] = found["trash"]
    assert ("jonas-own", "By hand", False) == (row["uid"], row["title"], found["can_purge"])
    assert row["deleted"]
    assert done.code == Exit.OK, done.all
    assert "kept in the trash" == browser.content("jonas-own")["panels"][0]["title"]


def test_on_12_an_edit_that_was_deleted_after_we_wrote_comes_out_of_the_trash(command: Command, server: Start) -> None:
    twelve = server(12)
    browser, config = Browser(twelve.url), config_for(command, twelve)
    command.write("files/sales.json", dashboard("sales"))
    command("apply", "-c", config)
    browser.edit("sales", **panel_titled("edited, then deleted"))
    delete(twelve, "sales")
    done = command("restore", "sales", "-c", config)
    assert done.code == Exit.OK, done.all
    assert "edited, then deleted" == browser.content("sales")["panels"][0]["title"]


def test_nothing_can_be_purged_on_12_and_that_is_said(command: Command, server: Start) -> None:
    twelve = server(12)
    config = config_for(command, twelve)
    command.write("files/sales.json", dashboard("sales"))
    Browser(twelve.url).create(dashboard("jonas-own"))
    delete(twelve, "jonas-own")
    done = command("trash", "-c", config, "--purge", "jonas-own", "--yes", "jonas-own")
    assert done.code == Exit.ERROR
    assert "no request that deletes out of its trash; nothing was deleted" in done.out


# --- elsewhere ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("generation", "why"), [(6, "has no trash"), (9, "has no trash"), (11, "switched off")])
def test_elsewhere_our_own_keeping_brings_back_what_we_deleted(command: Command, server: Start, generation: int, why: str) -> None:
    old = server(generation, switched=False)
    config = config_for(command, old, policy=PRUNE)
    command.write("files/sales.json", dashboard("sales"))
    command.write("files/other.json", dashboard("other"))
    command("apply", "-c", config)
    (command.cwd / "files/sales.json").unlink()
    command("apply", "-c", config)

    found = listed(command, config)
    told = command("trash", "-c", config)
    done = command("restore", "sales", "-c", config)

    assert (False, ["sales"]) == (found["has_trash"], [each["uid"] for each in found["kept"]])
    assert why in told.out
    assert "provisioner restore sales" in told.out
    assert done.code == Exit.OK, done.all
    assert Browser(old.url).is_there("sales")
    assert [] == listed(command, config)["kept"]


def test_purging_where_there_is_no_trash_says_that_ours_stays(command: Command, server: Start) -> None:
    nine = server(9)
    config = config_for(command, nine, policy=PRUNE)
    command.write("files/sales.json", dashboard("sales"))
    command.write("files/other.json", dashboard("other"))
    command("apply", "-c", config)
    (command.cwd / "files/sales.json").unlink()
    command("apply", "-c", config)
    done = command("trash", "-c", config, "--purge", "sales", "--yes", "sales")
    assert done.code == Exit.ERROR
    assert "nothing was deleted; what we keep of it ourselves stays" in done.out


def test_a_server_that_does_not_answer_is_told_beside_the_others(command: Command, server: Start) -> None:
    nine = server(9)
    command.at(nine)
    text = f"sources: {{s: {{directory: {{path: .}}}}}}\ntargets:\n  a: {{url: '{nine.url}', token_file: token}}\n"
    config = command.write("c.yaml", text + "  b: {url: 'http://127.0.0.1:1', attempts: 1}\n")
    done = command("trash", "-c", config)
    assert done.code == Exit.UNREACHABLE
    assert "has no trash" in done.out
    assert "does not answer" in done.out


def test_markdown_is_no_form_of_it(command: Command, server: Start) -> None:
    done = command("trash", "-c", config_for(command, server(9)), "--format", "markdown")
    assert done.code == Exit.ERROR
    assert "as text or json" in done.err
