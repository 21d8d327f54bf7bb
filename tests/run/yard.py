"""Where a daemon of the tests lives: a directory of dashboards, a configuration, sandboxes, repositories; and who looks at them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.settings import Person
from tests.run.child import PATIENCE, Child, started, until
from tests.whole.house import SAVES, Browser, dashboard

PEOPLE = (Person("jonas", "jonas"),)


class Server:
    """A sandbox that can be ended and begun again at its address, with all that it knows."""

    def __init__(self, stated: SandboxSettings) -> None:
        with socket.create_server((stated.host, 0)) as free:
            port = free.getsockname()[1]
        self._stated = replace(stated, port=port)
        self._held = ExitStack()

    def begin(self) -> Running:
        return self._held.enter_context(running(self._stated))

    def end(self) -> None:
        self._held.close()


@dataclass(frozen=True, slots=True)
class Noticing(Faults):
    """Faults that notice what arrives, long before it is answered: when, in seconds."""

    arrived: list[float] = field(default_factory=list)

    def matches(self, method: str, path: str) -> bool:
        met = Faults.matches(self, method, path)
        if met:
            self.arrived.append(time.monotonic())
        return met


@dataclass(slots=True)
class Yard:
    """`config` is written as it is when the daemon is started, or when `rewrite` is called; a test changes it before."""

    place: Path
    held: ExitStack
    sandboxes: dict[str, Running] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Path:
        return self.place / "files"

    @property
    def sandbox(self) -> Running:
        return self.sandboxes["test"]

    @property
    def browser(self) -> Browser:
        return Browser(self.sandbox.url)

    # --- what it is made of ---------------------------------------------------------------------------------------------------------------

    def open_sandbox(self, name: str = "test", **stated: object) -> Running:
        """Another server, that lives as long as the test."""
        self.sandboxes[name] = self.held.enter_context(running(_settings({"generation": 9, **stated})))
        return self.sandboxes[name]

    def mortal(self, name: str = "test", **stated: object) -> Server:
        """A server of that name, which begins now, that the test may end and begin again."""
        server = Server(_settings({"generation": 9, "database": self.place / f"{name}.db", **stated}))
        self.held.callback(server.end)
        self.sandboxes[name] = server.begin()
        self.target(name)
        return server

    def target(self, name: str = "test", **stated: object) -> None:
        """A target in the configuration: the sandbox of that name. Keywords are keys of it."""
        sandbox = self.sandboxes[name]
        self.secret(f"token-{name}", sandbox.token("Editor"))
        fixed = {"url": sandbox.url, "token_file": f"token-{name}", "timeout": "5s", "attempts": 1}
        self.config.setdefault("targets", {})[name] = {**fixed, **stated}

    def source(self, name: str, **kind: object) -> None:
        """A source in the configuration: `directory={…}` or `git={…}`."""
        self.config.setdefault("sources", {})[name] = kind

    def secret(self, name: str, value: str) -> Path:
        file = self.place / name
        file.touch(mode=0o600)
        file.write_text(value + "\n", encoding="utf-8")
        return file

    def rewrite(self, text: str | None = None) -> None:
        """The configuration's file, replaced in one go."""
        new = self.place / ".config.new"
        new.write_text(json.dumps(self.config, indent=2) if text is None else text, encoding="utf-8")
        new.replace(self.place / "config.yaml")

    @contextmanager
    def daemon(self, *args: str) -> Iterator[Child]:
        """The daemon, from now to the end of the block."""
        self.rewrite()
        with started(self.place, self.environment, "-c", "config.yaml", *args) as child:
            yield child

    def command(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Another `provisioner`, beside the daemon, with the same configuration."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.place), "PYTHONDONTWRITEBYTECODE": "1", **self.environment}
        command = [sys.executable, "-m", "provisioner", args[0], "-c", "config.yaml", *args[1:]]
        return subprocess.run(command, cwd=self.place, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)

    # --- files ----------------------------------------------------------------------------------------------------------------------------

    def write(self, path: str, content: Mapping[str, Any] | str | bytes) -> Path:
        """A file of the directory, as a plain program writes it."""
        file = self.files / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_bytes(content))
        return file

    def put(self, path: str, content: Mapping[str, Any] | str | bytes) -> Path:
        """As an editor does: written beside it, then renamed over it."""
        file = self.files / path
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.new")
        new.write_bytes(_bytes(content))
        return new.replace(file)

    # --- the server -----------------------------------------------------------------------------------------------------------------------

    def is_live(self, uid: str, title: str | None = None, *, at: str = "test") -> bool:
        """Whether the server holds it now, with that title."""
        rows = {row["uid"]: row["title"] for row in Browser(self.sandboxes[at].url).ask("/api/search?type=dash-db&limit=5000")}
        return uid in rows and title in (None, rows[uid])

    def live(self, uid: str, title: str | None = None, *, at: str = "test", within: float = PATIENCE) -> None:
        """Waits until it is."""
        until(lambda: self.is_live(uid, title, at=at), f"{uid} is live as {title}", within)

    def gone(self, uid: str, *, at: str = "test") -> None:
        until(lambda: not self.is_live(uid, at=at), f"{uid} is gone")

    def saves(self, at: str = "test") -> int:
        """How many saves the server took."""
        return self.sandboxes[at].requests.count("POST", SAVES, 200)


def _settings(stated: Mapping[str, Any]) -> SandboxSettings:
    return SandboxSettings(people=PEOPLE, **stated)


def _bytes(content: Mapping[str, Any] | str | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


@contextmanager
def yard(place: Path) -> Iterator[Yard]:
    """One sandbox, one directory with one dashboard in it, a web server at a free port."""
    (place / "files").mkdir(parents=True)
    with ExitStack() as held:
        made = Yard(place, held)
        made.config = {
            "sources": {"files": {"directory": {"path": "./files"}}},
            "state": {"path": "./state/state.db"},
            "server": {"listen": "127.0.0.1:0"},
            "log": {"format": "json"},
        }
        made.open_sandbox()
        made.target()
        made.write("first.json", dashboard("first"))
        yield made
