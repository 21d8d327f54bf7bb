"""The home dashboard in plan, apply and status: a line of its own, in every form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.core.report import Exit
from provisioner.sandbox import Running
from tests.cli.command import Command
from tests.whole.house import Browser, dashboard


@pytest.fixture
def config(command: Command, nine: Running) -> Path:
    token = command.write("admin-token", nine.token("Admin") + "\n")
    token.chmod(0o600)
    command.write("files/fleet.json", dashboard("fleet"))
    command.write("files/shop.json", dashboard("shop"))
    return command.config(nine, token_file="admin-token", home="fleet")


def choose(nine: Running, uid: str) -> None:
    Browser(nine.url, "admin", "admin").ask("/api/org/preferences", {"homeDashboardUID": uid}, "PUT")


def test_plan_apply_and_status_say_how_it_stands(command: Command, config: Path) -> None:
    planned = command("plan", "-c", config)
    assert "the home dashboard to set" in planned.out
    assert "~ to set as home  fleet  none is chosen" in planned.out
    applied = command("apply", "-c", config)
    assert (Exit.OK, True) == (applied.code, "home dashboard set" in applied.out)
    assert "set" == applied.event("pass.done")["home"]
    stands = command("status", "-c", config)
    assert "= home        fleet  it is the home dashboard" in stands.out
    assert Exit.OK == command("plan", "-c", config, "--detailed-exitcode").code


def test_json_has_it_and_null_where_none_is_stated(command: Command, config: Path, nine: Running) -> None:
    command("apply", "-c", config)
    for asked in ("plan", "apply", "status"):
        [target] = json.loads(command(asked, "-c", config, "--format", "json").out)["targets"]
        assert {"state": "kept", "uid": "fleet", "message": "it is the home dashboard", "remedy": ""} == target["home"]
    [target] = json.loads(command("plan", "-c", command.config(nine), "--format", "json").out)["targets"]
    assert target["home"] is None


def test_one_that_somebody_else_chose_is_a_conflict_until_a_person_says_ours(command: Command, config: Path, nine: Running) -> None:
    command("apply", "-c", command.config(nine))
    choose(nine, "shop")
    text = config.read_text() + "    home: fleet\n"
    config.write_text(text.replace("token_file: token", "token_file: admin-token"))
    refused = command("apply", "-c", config)
    assert Exit.CONFLICT == refused.code
    assert "another home dashboard" in refused.out
    assert '! home in conflict  fleet  somebody chose "shop"' in refused.out
    assert "provisioner apply --take-home -c config.yaml" in command("apply", "-c", "config.yaml").out
    for form in ("plan", "status"):
        assert "somebody chose" in command(form, "-c", config, "--format", "markdown").out
    taken = command("apply", "-c", config, "--take-home")
    assert (Exit.OK, True) == (taken.code, "set as home" in taken.out)
