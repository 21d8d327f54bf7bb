"""The command in a directory of its own, and sandboxes for it to work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person
from tests.cli.command import Command
from tests.whole.house import Browser


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    (tmp_path / "here").mkdir()
    return Command(tmp_path / "here", monkeypatch, capsys)


@pytest.fixture
def nine() -> Iterator[Running]:
    with running(SandboxSettings(generation=9, people=(Person("jonas", "jonas"),))) as started:
        yield started


@pytest.fixture
def browser(nine: Running) -> Browser:
    return Browser(nine.url)
