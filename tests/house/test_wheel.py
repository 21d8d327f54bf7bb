"""The wheel, as somebody else gets it: built from this checkout, installed into an empty environment, driven once.

No network. The wheel is built with the hatchling that is installed here. The environment has no pip and no packages:
a .pth file shows it the packages of the running interpreter, for the dependencies. A folder that a .pth file names has
its own .pth files left unread, so the editable checkout among those packages stays out of sight; that the installed
files are the ones that run is asserted below.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "dashboards"
SCHEMAS = ("config.schema.json", "dashboard.schema.json")

# One group: with several workers the wheel is still built and installed once.
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Installed:
    """The installed command: the wheel it came from, its environment, and an empty folder to be called in."""

    wheel: Path
    environment: Path
    empty: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What a program of the environment says when it is called from the empty folder, with nobody's settings."""
        return subprocess.run(
            [str(self.environment / "bin" / program), *arguments],
            cwd=self.empty,
            env={"PATH": os.environ["PATH"], "HOME": str(self.environment / "home"), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> None:
    venv.create(environment, with_pip=False, symlinks=True)
    python = str(environment / "bin" / "python")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        str(wheel),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    environment, empty = folder / "environment", folder / "empty"
    empty.mkdir()
    wheel = build(folder)
    install(wheel, environment)
    return Installed(wheel, environment, empty)


def test_the_wheel_holds_the_schemas_the_examples_and_the_licence(installed: Installed) -> None:
    names = {Path(each).name for each in zipfile.ZipFile(installed.wheel).namelist()}
    examples = {each.name for each in EXAMPLES.rglob("*") if each.is_file()}
    assert {*SCHEMAS, *examples, "LICENSE", "py.typed"} - names == set()


def test_the_wheel_holds_nothing_but_the_package(installed: Installed) -> None:
    tops = {each.partition("/")[0] for each in zipfile.ZipFile(installed.wheel).namelist()}
    assert {each for each in tops if not each.endswith(".dist-info")} == {"provisioner"}


def test_the_installed_files_are_the_ones_that_run(installed: Installed) -> None:
    said = installed.run("python", "-c", "import provisioner; print(provisioner.__file__)")
    assert Path(said.stdout.strip()).is_relative_to(installed.environment), said.stderr


def test_the_command_tells_its_commands(installed: Installed) -> None:
    said = installed.run("provisioner", "--help")
    assert said.returncode == 0, said.stderr
    assert [each for each in ("validate", "plan", "apply", "demo") if each not in said.stdout] == []


def test_the_command_prints_the_schema_of_its_configuration(installed: Installed) -> None:
    said = installed.run("provisioner", "config", "schema")
    assert said.returncode == 0, said.stderr
    assert {"sources", "targets"} <= json.loads(said.stdout)["properties"].keys()


def test_the_command_finds_the_examples_valid(installed: Installed) -> None:
    said = installed.run("provisioner", "validate", "--directory", str(EXAMPLES))
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_command_leaves_nothing_behind(installed: Installed) -> None:
    said = installed.run("provisioner", "validate", "--directory", str(EXAMPLES))
    assert (0, []) == (said.returncode, list(installed.empty.iterdir())), said.stderr
