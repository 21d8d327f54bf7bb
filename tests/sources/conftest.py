"""What every test of this room has: a repository, a place for the store, and an environment that says nothing of git or proxies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provisioner.core.secret import Reveal
from provisioner.core.settings import GitSettings
from provisioner.sources.git import GitSource
from tests.sources.repositories import Repository, no_secret

Opens = Callable[..., GitSource]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("GIT_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "served" / "platform.git")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def opens() -> Iterator[Opens]:
    """Opens sources and closes them in the end."""
    sources: list[GitSource] = []

    def open_(settings: GitSettings, reveal: Reveal = no_secret, **more: object) -> GitSource:
        sources.append(GitSource(settings, reveal, **more))  # type: ignore[arg-type]  # `upkeep`, by name
        return sources[-1]

    yield open_
    for source in sources:
        source.close()
