"""The systemd service: what systemd itself says of it, and that unit, configuration and README agree."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.confined import values
from tests.deploy.places import UNIT, faults, read, seconds, texts
from tests.run.holding import AS_INSTALLED

PLACE = UNIT.parent
CONFIG = PLACE / "config.yaml"
README = (PLACE / "README.md").read_text(encoding="utf-8")
WORST = 2.0

here = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


def one(key: str) -> str:
    (found,) = values(UNIT, key)
    return found


def analysed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False)


@here
def test_systemd_finds_its_exposure_low() -> None:
    told = analysed("security", "--offline=true", UNIT).stdout
    (level,) = re.findall(r"Overall exposure level for provisioner.service: ([\d.]+)", told)
    assert float(level) <= WORST
    assert f"gives it {level}" in README


@here
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    # The program is not installed here, which is all that may be wrong.
    unit.write_text(UNIT.read_text(encoding="utf-8").replace(one("ExecStart").split()[0], "/bin/true"), encoding="utf-8")
    told = analysed("verify", unit)
    assert (0, "") == (told.returncode, told.stdout + told.stderr)


def test_the_configuration_has_no_fault_and_finds_its_secrets() -> None:
    secrets = {each.partition(":")[0] for each in values(UNIT, "LoadCredential")}
    used = {each.removeprefix("${CREDENTIALS_DIRECTORY}/") for each in texts(read(CONFIG)) if each.startswith("${CREDENTIALS_DIRECTORY}/")}
    assert faults(CONFIG, {"CREDENTIALS_DIRECTORY": "/run/credentials/provisioner.service"}) == []
    assert secrets == used


def test_the_state_is_where_the_service_may_write() -> None:
    assert read(CONFIG)["state"]["path"] == f"/var/lib/{one('StateDirectory')}/provisioner.db"


def test_it_runs_in_the_environment_that_the_soak_was_run_in() -> None:
    assert AS_INSTALLED.items() <= dict(each.split("=", 1) for each in one("Environment").split()).items()


def test_systemd_waits_longer_than_the_daemon() -> None:
    assert seconds(one("TimeoutStopSec")) > seconds(read(CONFIG)["daemon"]["stop_grace"])


def test_it_notifies_reloads_by_sighup_and_is_watched() -> None:
    assert (one("Type"), one("NotifyAccess")) == ("notify", "main")
    assert one("ExecReload") == "/bin/kill -HUP $MAINPID"
    assert seconds(one("WatchdogSec")) > 0


def test_it_runs_the_configuration_that_the_readme_installs() -> None:
    program, *rest = one("ExecStart").split()
    assert rest == ["run", "-c", "/etc/provisioner/config.yaml"]
    assert f"{Path(program).parent}/pip install" in README
    assert rest[-1] in README


def test_the_user_is_the_one_that_is_made() -> None:
    lines = (PLACE / "provisioner.sysusers").read_text(encoding="utf-8").splitlines()
    (made,) = [line.split()[1] for line in lines if not line.startswith("#")]
    assert (made, made) == (one("User"), one("Group"))


def test_every_file_beside_the_unit_is_told_of() -> None:
    assert [each.name for each in PLACE.iterdir() if each.name != "README.md" and each.name not in README] == []
