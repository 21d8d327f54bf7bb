"""The compose file: that its parts fit each other, that its configuration is one, and its git server for real."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from tests.deploy.demo_git import SECRET, clone, git, git_server, retitled
from tests.deploy.places import DEPLOY, faults, read, seconds

PLACE = DEPLOY / "compose"
FILE = read(PLACE / "docker-compose.yaml")
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
CONFIG = read(PLACE / "provisioner" / "config.yaml")
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("provisioner:")]


class Listener(BaseHTTPRequestHandler):
    """Stands where the daemon would, and keeps what it was told."""

    heard: ClassVar[list[tuple[str, str, bytes]]]

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, self.headers["X-Signature-256"], body))
        self.send_response(202)
        self.end_headers()


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Where something is mounted → what."""
    return {target: source for source, target in (each.split(":")[:2] for each in service["volumes"])}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_mounts_and_uses_exists(name: str) -> None:
    service = SERVICES[name]
    sources = mounts(service).values()
    assert [each for each in sources if each.startswith(".") and not (PLACE / each).exists()] == []
    assert {each for each in sources if not each.startswith(".")} <= FILE["volumes"].keys()
    assert set(service.get("secrets", [])) <= FILE["secrets"].keys()
    assert set(service.get("depends_on", {})) <= SERVICES.keys()


def test_every_secret_has_its_file() -> None:
    assert [each for each in FILE["secrets"].values() if not (PLACE / each["file"]).is_file()] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_every_port_is_for_this_machine_alone(name: str) -> None:
    assert [each for each in SERVICES[name]["ports"] if not each.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", OURS)
def test_what_runs_from_our_image_may_write_its_volume_alone(name: str) -> None:
    service = SERVICES[name]
    assert (True, ["/tmp"], ["ALL"]) == (service["read_only"], service["tmpfs"], service["cap_drop"])  # noqa: S108 - the container's
    assert [each for each in service["volumes"] if not each.endswith(":ro") and not each.endswith(":/var/lib/provisioner")] == []
    assert service["build"] == {"context": "../.."}


def test_the_configuration_has_no_fault() -> None:
    assert faults(PLACE / "provisioner" / "config.yaml") == []


def test_the_configuration_is_mounted_as_a_directory_where_the_image_looks_for_it() -> None:
    assert mounts(SERVICES["provisioner"])["/etc/provisioner"] == "./provisioner"


def test_the_configuration_names_the_services_and_their_secrets() -> None:
    source, target = CONFIG["sources"]["demo"]["git"], CONFIG["targets"]["grafana"]
    assert source["url"] == f"http://git:{SERVICES['git']['environment']['PORT']}/dashboards.git"
    assert target["url"] == "http://grafana:3000"
    files = {target["password_file"], CONFIG["server"]["hooks"]["demo"]["secret_file"]}
    assert files == {f"/run/secrets/{each}" for each in SERVICES["provisioner"]["secrets"]}


def test_the_hook_that_git_calls_is_the_one_that_the_daemon_has() -> None:
    called = re.fullmatch(r"http://provisioner:(\d+)/hooks/(\w+)", SERVICES["git"]["environment"]["PROVISIONER_HOOK"])
    assert called is not None
    assert CONFIG["server"]["listen"] == f":{called[1]}"
    assert called[2] in CONFIG["server"]["hooks"]


def test_docker_waits_longer_than_the_daemon() -> None:
    assert seconds(SERVICES["provisioner"]["stop_grace_period"]) > seconds(CONFIG.get("daemon", {}).get("stop_grace", "20s"))


def test_the_data_source_is_of_the_type_that_the_examples_ask_for() -> None:
    (found,) = read(PLACE / "grafana" / "datasources.yaml")["datasources"]
    assert (found["type"], found["isDefault"]) == ("grafana-testdata-datasource", True)


def test_the_readme_tells_what_is_there() -> None:
    text = (PLACE / "README.md").read_text(encoding="utf-8")
    assert {f"http://127.0.0.1:{service['ports'][0].split(':')[1]}" for service in SERVICES.values()} <= set(
        re.findall(r"http://[\d.]+:\d+", text)
    )
    assert 'sed -i \'s/"title": "Host detail"/"title": "One host"/\' dashboards/platform/hosts/host-detail.json' in text


def test_a_push_is_signed_and_announced(tmp_path: Path) -> None:
    class Heard(Listener):
        heard: ClassVar[list[tuple[str, str, bytes]]] = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Heard) as listener:
        Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        with git_server(tmp_path, f"http://127.0.0.1:{listener.server_address[1]}/hooks/demo") as url:
            work = clone(url, tmp_path)
            told = retitled(work, "Host detail", "One host")
        listener.shutdown()
    ((path, signature, body),) = Heard.heard
    secret = SECRET.read_bytes().strip()
    assert "remote: provisioner was told of refs/heads/main: 202" in told
    assert path == "/hooks/demo"
    assert signature == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    assert json.loads(body) == {"ref": "refs/heads/main", "after": git("rev-parse", "HEAD", cwd=work).strip()}


def test_a_push_goes_through_while_the_daemon_is_away(tmp_path: Path) -> None:
    with git_server(tmp_path, "http://127.0.0.1:9/hooks/demo") as url:
        work = clone(url, tmp_path)
        told = retitled(work, "Host detail", "One host")
        assert "it looks by itself at its next interval" in told
        assert git("rev-parse", "HEAD", cwd=work).strip() in git("ls-remote", url, "main", cwd=work)


def test_the_repository_outlives_its_server_and_a_large_push_arrives(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9/hooks/demo"
    with git_server(tmp_path, nobody) as url:
        work = clone(url, tmp_path)
        # Above http.postBuffer (1 MiB) git sends in chunks, and what does not shrink stays large.
        (work / "large.bin").write_bytes(b"".join(hashlib.sha256(str(each).encode()).digest() for each in range(1 << 16)))
        git("add", "--all", cwd=work)
        git("commit", "--quiet", "--message", "Large", cwd=work)
        git("push", "--quiet", cwd=work)
    with git_server(tmp_path, nobody) as url:
        assert git("rev-parse", "HEAD", cwd=work).strip() in git("ls-remote", url, "main", cwd=work)
