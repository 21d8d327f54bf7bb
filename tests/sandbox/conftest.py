"""Sandboxes for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from provisioner.sandbox import GENERATIONS, Running, SandboxSettings, running
from tests.sandbox.speaking import client_of


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest) -> int:
    """Each generation in turn."""
    number = request.param
    assert isinstance(number, int)
    return number


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """A sandbox of generation 9."""
    with running(SandboxSettings(generation=9)) as started:
        yield started


@pytest.fixture
def client(sandbox: Running) -> Iterator[httpx.Client]:
    """Its administrator."""
    with client_of(sandbox) as one:
        yield one
