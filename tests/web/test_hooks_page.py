"""docs/webhooks.md says what the code does: its tables name every provider and verdict, its limits are ours, and its commands work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.core.hooks.judging import DIALECTS
from provisioner.core.hooks.values import STATUS, Hook, Wanted
from provisioner.core.model import SourceName
from provisioner.core.service import HookSettings, Provider
from provisioner.core.settings import RefKind
from provisioner.web.hooks_limits import HookLimits
from tests.web.hook_front import Desk, Front, front
from tests.web.payloads.deliveries import SECRET, USER

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
COMMANDS = dict(re.findall(r"^```sh ([a-z-]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
TOOLS = ("curl", "openssl", "bash")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture(scope="module")
def serving() -> Iterator[Front]:
    with front() as one:
        yield one


def test_the_verdicts_are_told_with_their_status() -> None:
    told = {cells[0].strip("`"): int(cells[1]) for cells in rows("What the answers mean")}
    assert {str(verdict): status for verdict, status in STATUS.items()} == told


@pytest.mark.parametrize("heading", ["What to click", "What is proven, and how"])
def test_every_provider_is_told(heading: str) -> None:
    assert [f"`{each}`" for each in Provider] == [cells[0] for cells in rows(heading)]


def test_the_header_of_each_proof_is_told() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows("What is proven, and how")}
    carriers = {str(provider): dialect.carrier for provider, dialect in DIALECTS.items() if provider is not Provider.GENERIC}
    assert [] == [name for name, carrier in carriers.items() for word in carrier.split(" or ") if f"`{word}`" not in told[name]]


def test_the_limits_are_ours() -> None:
    limits = HookLimits()
    told = f"larger than {limits.body // 2**20} MiB", f"within {limits.body_seconds:g} s", f"{limits.seen:,} of each hook"
    more = f"More than {limits.burst} deliveries", f"than {limits.rate:g} a second", f"or {limits.readings} bodies"
    assert [] == [each for each in (*told, *more) if each not in PAGE]


@pytest.mark.parametrize("name", sorted(COMMANDS))
@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs curl, openssl and bash")
def test_the_command_of_the_page_is_accepted(serving: Front, tmp_path: Path, name: str) -> None:
    desk = Desk(serving, tmp_path)
    secret = desk.secret(SECRET)
    source = Wanted(SourceName("platform"), "https://git.example/team/dashboards.git", RefKind.BRANCH, "main")
    desk.open(Hook(HookSettings("platform", Provider(name), (secret,), (source.source,), user=USER), (source,)))
    surroundings = {"PATH": os.environ["PATH"], "SECRET_FILE": secret.file or "", "HOOK": f"http://127.0.0.1:{serving.port}/hooks/platform"}
    done = subprocess.run(["bash", "-euc", COMMANDS[name]], env=surroundings, capture_output=True, text=True, timeout=50, check=False)
    assert ("accepted", "") == (done.stdout.partition('"verdict":"')[2].partition('"')[0], done.stderr)


def test_the_page_has_a_command_for_each_kind_of_proof() -> None:
    assert {"github", "generic", "gitlab", "azure-devops"} == COMMANDS.keys()
