"""The steps of the image, carried out: what its first stage builds is run as the image runs it, and as the systemd service does.

There is no container engine here. The RUN lines of the Dockerfile's first stage are run as they stand, with /opt and the working directory
moved to a folder of the test; they take packages from the registry that pip is set up for. What they built then runs as another user,
without rights, on a read-only file system (`sealed.py`) and under the system call filter of the unit (`confined.py`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import yaml

from provisioner.sandbox import Running, SandboxSettings, running
from tests.deploy import confined
from tests.deploy.demo_git import SECRET, clone, git_server, retitled
from tests.deploy.dockerfile import parse
from tests.deploy.places import DEPLOY, ROOT, UNIT
from tests.ports import reserved_port

HERE = Path(__file__).resolve().parent
BUILD = parse((ROOT / "Dockerfile").read_text(encoding="utf-8")).stages[0]
UNREACHABLE = re.compile(r"NewConnectionError|name resolution|from versions: none|Network is unreachable|ConnectTimeout")
NOBODY = "65532:65532"
ANYBODY = "1000650000:0"

pytestmark = [
    pytest.mark.xdist_group("image"),
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user and mount"),
    pytest.mark.skipif(not (shutil.which("unshare") and shutil.which("setpriv")), reason="unshare and setpriv (util-linux) are not here"),
]


@dataclass(frozen=True, slots=True)
class Built:
    """What the first stage made, a folder for its configuration, and a state directory."""

    environment: Path
    folder: Path
    state: Path

    def command(self, user: str, *command: str | Path) -> list[str]:
        """A command of the image, sealed."""
        seal = ["unshare", "-m", "-p", "-f", "--kill-child", sys.executable, str(HERE / "sealed.py"), user, str(self.state)]
        return [*seal, *map(str, command)]

    def confined(self, *command: str | Path) -> list[str]:
        """A command of the image, sealed and then under the unit's filter."""
        return self.command(NOBODY, sys.executable, HERE / "confined.py", UNIT, *command)

    @property
    def program(self) -> Path:
        return self.environment / "bin" / "provisioner"

    @property
    def variables(self) -> dict[str, str]:
        path = f"{self.environment / 'bin'}:{DEPLOY / 'image'}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.state), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.variables, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter. pytest's own are for root alone, and closed again by the next session that starts."""
    with TemporaryDirectory(prefix="image") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="module")
def environment() -> Iterator[Path]:
    """/opt/provisioner of the image."""
    with open_folder() as folder:
        yield first_stage(folder)


def first_stage(folder: Path) -> Path:
    work, opt = folder / "build", folder / "opt"
    for step in BUILD.steps:
        match step.word:
            case "COPY":
                *sources, target = step.words
                for source in sources:
                    copy(ROOT / source, work / target / Path(source).name if len(sources) > 1 or target == "./" else work / target)
            case "RUN":
                carried_out(step.rest.replace("/opt/", f"{opt}/"), work)
            case _:
                pass
    return opt / "provisioner"


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def carried_out(line: str, work: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    variables = {**os.environ, **BUILD.environment, "PATH": path}
    done = subprocess.run(["sh", "-c", line], cwd=work, env=variables, capture_output=True, text=True, check=False)
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip("no package registry is reached from here")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def built(environment: Path) -> Iterator[Built]:
    """With a state directory as the image has it: anybody of group 0 may write there."""
    with open_folder() as folder:
        state = folder / "state"
        state.mkdir()
        os.chown(state, 65532, 0)
        state.chmod(0o770)
        yield Built(environment, folder, state)


@pytest.fixture
def grafana() -> Iterator[Running]:
    with running(SandboxSettings(port=0)) as server:
        yield server


def configured(folder: Path, config: object) -> Path:
    """A configuration that the user may read, with the password and the hook's secret beside it."""
    place = folder / "etc"
    place.mkdir()
    for name, text in (("password", "admin"), ("hook", SECRET.read_text(encoding="utf-8"))):
        (place / name).write_text(text, encoding="utf-8")
        (place / name).chmod(0o644)
    file = place / "config.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file


def target(server: Running) -> dict[str, object]:
    return {"url": server.url, "user": "admin", "password_file": "password"}


def answer(url: str) -> int:
    """The status, 0 where nobody answers."""
    try:
        return httpx.get(url, timeout=30).status_code
    except httpx.TransportError:
        return 0


def until(url: str, status: int, process: subprocess.Popen[str]) -> None:
    """Waits for an answer of the daemon, half a minute at most."""
    ends = time.monotonic() + 30
    while answer(url) != status:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends, f"{url} never answered {status}, but {answer(url)}"
        time.sleep(0.05)


@contextmanager
def daemon(built: Built, command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A daemon that has ended when the block does."""
    started = subprocess.Popen(command, env=built.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def end(process: subprocess.Popen[str]) -> int:
    """SIGTERM to the daemon itself, which is the one child of `unshare`; its exit code."""
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    os.kill(int(child), signal.SIGTERM)
    return process.wait(30)


def until_titled(server: Running, uid: str, title: str) -> None:
    """Waits until the server has that title, half a minute at most."""
    ends, found = time.monotonic() + 30, ""
    while found != title:
        assert time.monotonic() < ends, f"{uid} is still called {found}"
        answered = httpx.get(f"{server.url}/api/dashboards/uid/{uid}", auth=("admin", "admin"))
        found = answered.json()["dashboard"]["title"]
        time.sleep(0.02)


def test_what_is_installed_is_what_the_lock_says(environment: Path) -> None:
    listing = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    told = subprocess.run([environment / "bin" / "python", "-c", listing], capture_output=True, text=True, check=True)
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8"), re.MULTILINE))
    found = {name.lower().replace("_", "-"): version for name, version in json.loads(told.stdout).items()}
    assert found.pop("provisioner")
    assert found == {name: version for name, version in locked.items() if name in found}
    assert {"pip", "setuptools", "hatchling"} & found.keys() == set()


def test_every_module_has_its_bytecode(environment: Path) -> None:
    ours = next(environment.glob("lib/python*/site-packages/provisioner"))
    modules = {each.relative_to(ours).with_suffix("") for each in ours.rglob("*.py")}
    compiled = {each.parent.parent.relative_to(ours) / each.name.split(".")[0] for each in ours.rglob("*.pyc")}
    assert modules - compiled == set()


@pytest.mark.parametrize("user", [NOBODY, ANYBODY])
def test_it_validates_and_applies_where_only_the_state_can_be_written(built: Built, grafana: Running, user: str) -> None:
    config = configured(
        built.folder,
        {
            "sources": {"examples": {"directory": {"path": str(ROOT / "dashboards")}}},
            "targets": {"here": target(grafana)},
            "state": {"path": str(built.state / "provisioner.db")},
        },
    )
    if user == ANYBODY:
        os.chown(built.state, 0, 0)
    validated = built.run(built.command(user, built.program, "validate", "-c", config))
    applied = built.run(built.command(user, built.program, "apply", "-c", config, "--format", "json"))
    assert (0, 0) == (validated.returncode, applied.returncode), validated.stderr + applied.stdout + applied.stderr
    assert (built.state / "provisioner.db").stat().st_uid == int(user.partition(":")[0])


def test_where_only_the_state_can_be_written_really_nothing_else_can(built: Built) -> None:
    tried = [f"touch {place}/x" for place in (built.environment, ROOT, "/tmp", "/etc")]  # noqa: S108 - the place that is meant to be closed
    told = built.run(built.command(NOBODY, "sh", "-c", f"touch {built.state}/x; " + "; ".join(tried)))
    assert (4, True) == (told.stderr.count("annot touch"), (built.state / "x").exists()), told.stderr


def test_the_entry_point_goes_on_where_it_cannot_name_the_user(built: Built) -> None:
    told = built.run(built.command(ANYBODY, "provisioner-entrypoint", "--version"))
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("provisioner ")
    assert "git over ssh will not work for uid 1000650000" in told.stderr


@pytest.fixture
def port() -> Iterator[int]:
    """Where the daemon may listen."""
    with reserved_port() as found:
        yield found


def test_the_health_check_follows_the_daemon(built: Built, grafana: Running, port: int) -> None:
    config = configured(
        built.folder,
        {
            "sources": {"examples": {"directory": {"path": str(ROOT / "dashboards"), "watch": "poll"}}},
            "targets": {"here": target(grafana)},
            "server": {"listen": f"127.0.0.1:{port}"},
            "state": {"path": str(built.state / "provisioner.db")},
        },
    )
    url = f"http://127.0.0.1:{port}/healthz"
    asking = ["env", f"PROVISIONER_HEALTH_URL={url}", "provisioner-healthy"]
    with daemon(built, built.command(NOBODY, "provisioner-entrypoint", "run", "-c", config)) as process:
        until(url.replace("healthz", "readyz"), 200, process)
        alive = built.run(built.command(NOBODY, *asking))
        code = end(process)
    gone = built.run(built.command(NOBODY, *asking))
    assert (0, 0, 1) == (alive.returncode, code, gone.returncode), alive.stdout


@pytest.mark.skipif(confined.LIBRARY is None or not shutil.which("systemd-analyze"), reason="libseccomp or systemd-analyze is not here")
def test_under_the_filter_of_the_unit_it_fetches_is_called_applies_and_ends(built: Built, grafana: Running, port: int) -> None:
    listen = f"127.0.0.1:{port}"
    with git_server(built.folder, f"http://{listen}/hooks/demo") as url:
        config = configured(
            built.folder,
            {
                "sources": {"demo": {"git": {"url": url, "branch": "main", "path": "dashboards", "interval": "1h"}}},
                "targets": {"here": target(grafana)},
                "server": {"listen": listen, "hooks": {"demo": {"provider": "generic", "secret_file": "hook"}}},
                "state": {"path": str(built.state / "provisioner.db")},
            },
        )
        with daemon(built, built.confined(built.program, "run", "-c", config)) as process:
            until(f"http://{listen}/readyz", 200, process)
            told = retitled(clone(url, built.folder), "Host detail", "One host")
            until_titled(grafana, "host-detail", "One host")
            code = end(process)
    assert "provisioner was told of refs/heads/main: 202" in told
    assert code == 0
