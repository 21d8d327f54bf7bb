"""The command as a user has it: in this process where the process does not matter, as a child where it does."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from provisioner.cli import main
from provisioner.sandbox import Running

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of the log, which is JSON where no terminal is."""
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]

    def event(self, name: str) -> dict[str, Any]:
        [found] = [each for each in self.events if each["event"] == name]
        return found


@dataclass(frozen=True, slots=True)
class Command:
    """`provisioner`, run in a directory of its own with nothing of this machine's owner around it."""

    cwd: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str | Path) -> Done:
        """In this process. A traceback is never an answer."""
        environment, collecting = self._environment(), gc.get_threshold()
        with self.monkeypatch.context() as patch:
            patch.chdir(self.cwd)
            patch.setattr(sys, "argv", ["provisioner", *map(str, args)])
            for name in list(os.environ):
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            self.capsys.readouterr()
            try:
                with pytest.raises(SystemExit) as ended:
                    main()
            finally:
                gc.set_threshold(*collecting)
                structlog.reset_defaults()  # the log of this run wrote to a stream that ends with this test
        code = ended.value.code
        assert isinstance(code, int)
        told = self.capsys.readouterr()
        return _sound(Done(code, told.out, told.err))

    def child(self, *args: str | Path, **given: object) -> Done:
        """As a process of its own."""
        options: dict[str, Any] = {"cwd": self.cwd, "env": self._environment(), "capture_output": True, "timeout": 55, **given}
        done = subprocess.run([sys.executable, "-m", "provisioner", *map(str, args)], text=True, check=False, **options)
        return _sound(Done(done.returncode, done.stdout or "", done.stderr or ""))

    def shell(self, script: str) -> Done:
        """As a line of a shell, where `provisioner` is the command; its streams are what the line makes of them."""
        words = f'provisioner() {{ "{sys.executable}" -m provisioner "$@"; }}; set -o pipefail; {script}'
        done = subprocess.run(
            ["bash", "-c", words], cwd=self.cwd, env=self._environment(), text=True, capture_output=True, timeout=55, check=False
        )
        return _sound(Done(done.returncode, done.stdout, done.stderr))

    @contextmanager
    def running(self, *args: str | Path) -> Iterator[subprocess.Popen[str]]:
        """As a process that goes on while the block lasts."""
        started = subprocess.Popen(
            [sys.executable, "-m", "provisioner", *map(str, args)],
            cwd=self.cwd,
            env=self._environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with started:
            try:
                yield started
            finally:
                started.kill()

    def write(self, path: str, content: object) -> Path:
        """A file below the directory: a text as it is, bytes as they are, anything else as JSON."""
        file = self.cwd / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
        return file

    def at(self, sandbox: Running, role: str = "Editor") -> tuple[str, ...]:
        """The flags that name this server, with a token of this role."""
        token = self.write("token", sandbox.token(role) + "\n")
        token.chmod(0o600)
        return ("--grafana", sandbox.url, "--token-file", "token")

    def config(self, sandbox: Running, sources: Iterable[str] = ("{directory: {path: ./files}}",), **target: str) -> Path:
        """A configuration with one target; keywords are keys of the target, as YAML."""
        self.at(sandbox)
        stated = {"url": sandbox.url, "token_file": "token", **target}
        lines = ["sources:", *(f"  s{number}: {each}" for number, each in enumerate(sources, 1)), "targets:", "  test:"]
        return self.write("config.yaml", "\n".join([*lines, *(f"    {key}: {value}" for key, value in stated.items()), ""]))

    def _environment(self) -> dict[str, str]:
        home = self.cwd.parent / "home"
        home.mkdir(exist_ok=True)
        fixed = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        return {**fixed, **self.environment}


def _sound(done: Done) -> Done:
    assert "Traceback" not in done.all, done.all
    assert "Exception ignored" not in done.all, done.all
    return done
