"""What the Dockerfile states: pins, user, entrance, health, and what it is given to build from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.deploy.dockerfile import let_through, parse
from tests.deploy.places import DEPLOY, ROOT
from tests.run.holding import AS_INSTALLED

FILE = parse((ROOT / "Dockerfile").read_text(encoding="utf-8"))
BUILD, IMAGE = FILE.stages
IGNORE = (ROOT / ".dockerignore").read_text(encoding="utf-8")
COPIED = [
    source for stage in FILE.stages for step in stage.all("COPY") if step.flags[:1] != ("--from=build",) for source in step.words[:-1]
]
HEALTHY = DEPLOY / "image" / "provisioner-healthy"
RUNTIME = "\n".join(step.rest for step in IMAGE.all("RUN"))


def pins(name: str) -> dict[str, str]:
    """Package → version, of a lock."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE))


def health(url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PROVISIONER_HEALTH_URL": url, "http_proxy": "http://127.0.0.1:9"}
    return subprocess.run([sys.executable, str(HEALTHY)], env=environment, capture_output=True, text=True, timeout=55, check=False)


class Answer(BaseHTTPRequestHandler):
    """Says that it is alive below /healthz, and that it hangs elsewhere."""

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""

    def do_GET(self) -> None:
        well = self.path == "/healthz"
        self.send_response(200 if well else 503)
        self.end_headers()
        self.wfile.write(b"alive\n" if well else b"no progress for 90 s\n")


@pytest.mark.parametrize("source", COPIED)
def test_what_is_copied_is_there_and_let_through(source: str) -> None:
    assert (ROOT / source).exists()
    assert let_through(IGNORE, source)


@pytest.mark.parametrize(
    "path", [".git/config", ".venv/bin/python", "tests/conftest.py", "config.yaml", "provisioner.db", "secrets/token", "dist/x.whl"]
)
def test_what_the_build_does_not_need_is_kept_from_it(path: str) -> None:
    assert not let_through(IGNORE, path)


@pytest.mark.parametrize("path", ["provisioner/core/__pycache__/model.cpython-313.pyc", "provisioner/__pycache__", "dashboards/.DS_Store"])
def test_litter_in_what_is_copied_is_kept_from_it(path: str) -> None:
    assert not let_through(IGNORE, path)


def test_both_stages_stand_on_one_slim_python_by_its_full_version() -> None:
    assert {"python:${PYTHON_VERSION}-slim-trixie${PYTHON_DIGEST}"} == {stage.base for stage in FILE.stages}
    assert re.fullmatch(r"3\.\d+\.\d+", FILE.arguments["PYTHON_VERSION"])


def test_the_python_is_one_that_the_project_is_for() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    assert "Programming Language :: Python :: " + FILE.arguments["PYTHON_VERSION"].rpartition(".")[0] in classifiers


def test_everything_from_a_registry_is_held_by_its_hash() -> None:
    installs = [part for step in BUILD.all("RUN") for part in step.rest.split("&&") if " install " in part]
    assert ["--require-hashes", "--require-hashes", "--no-index"] == [
        word for part in installs for word in ("--require-hashes", "--no-index") if word in part
    ]


def test_the_build_tools_are_those_of_the_developers() -> None:
    assert pins("build.txt")
    assert {name: pins("dev.txt").get(name) for name in pins("build.txt")} == pins("build.txt")


def test_what_runs_has_git_ssh_and_an_answer_to_orphans() -> None:
    assert {"git", "openssh-client", "ca-certificates", "tini", "libnss-extrausers"} <= set(RUNTIME.split())
    assert "--no-install-recommends" in RUNTIME
    assert "rm -rf /var/lib/apt/lists/*" in RUNTIME
    assert ["tini", "--", "provisioner-entrypoint"] == IMAGE.one("ENTRYPOINT").listed


def test_no_registry_is_asked_for_the_language_of_the_dockerfile() -> None:
    """The builder of Docker 20.10 knows all that is used; with a syntax line a build behind a wall would end before its first step."""
    assert "syntax=" not in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_it_runs_the_daemon_with_the_configuration_in_etc() -> None:
    assert ["run", "-c", "/etc/provisioner/config.yaml"] == IMAGE.one("CMD").listed


def test_the_user_is_a_number_and_not_root() -> None:
    assert IMAGE.one("USER").rest == "65532:65532"
    assert IMAGE.steps.index(IMAGE.one("USER")) > max(IMAGE.steps.index(step) for step in IMAGE.all("RUN"))


def test_any_other_user_of_group_0_may_write_the_state() -> None:
    assert "install -d -o 65532 -g 0 -m 0770 /var/lib/provisioner" in RUNTIME
    assert ["/var/lib/provisioner"] == IMAGE.one("VOLUME").listed


def test_nothing_is_written_beside_the_state() -> None:
    environment = IMAGE.environment
    assert environment["HOME"] == "/var/lib/provisioner"
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert environment["XDG_STATE_HOME"] == "/var/lib"


def test_it_runs_in_the_environment_that_the_soak_was_run_in() -> None:
    assert AS_INSTALLED.items() <= IMAGE.environment.items()


def test_no_secret_is_handed_to_the_build() -> None:
    stated = {name for stage in FILE.stages for step in stage.all("ARG") for name in [step.rest.partition("=")[0]]} | set(FILE.arguments)
    assert stated == {"PYTHON_VERSION", "PYTHON_DIGEST", "VERSION", "REVISION", "CREATED", "SOURCE"}
    assert [step for stage in FILE.stages for step in stage.steps if any(flag.startswith("--mount") for flag in step.flags)] == []


def test_the_labels_name_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"VERSION={project['version']}" in [step.rest for step in IMAGE.all("ARG")]
    labels = dict(each.split("=", 1) for each in IMAGE.one("LABEL").words)
    assert project["description"] == labels["org.opencontainers.image.description"]
    assert project["license"] == labels["org.opencontainers.image.licenses"]


def test_it_is_stopped_by_sigterm_and_asked_for_its_health_without_a_shell() -> None:
    assert IMAGE.one("STOPSIGNAL").rest == "SIGTERM"
    assert IMAGE.one("HEALTHCHECK").rest == 'CMD ["provisioner-healthy"]'
    assert IMAGE.environment["PROVISIONER_HEALTH_URL"].endswith(":" + IMAGE.one("EXPOSE").rest + "/healthz")


@pytest.mark.parametrize("name", ["provisioner-entrypoint", "provisioner-healthy"])
def test_the_programs_of_the_image_are_executable(name: str) -> None:
    assert os.access(DEPLOY / "image" / name, os.X_OK)


def test_health_is_what_the_daemon_says_whatever_proxy_is_set() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        well, ill = health(f"{url}/healthz"), health(f"{url}/other")
        server.shutdown()
    assert (0, "healthy\n") == (well.returncode, well.stdout), well.stderr
    assert (1, f"{url}/other answers 503: no progress for 90 s\n") == (ill.returncode, ill.stdout)


def test_nobody_there_is_not_healthy() -> None:
    assert health("http://127.0.0.1:9/healthz").returncode == 1


def test_where_there_is_no_web_server_nothing_is_asked() -> None:
    assert health("").returncode == 0
