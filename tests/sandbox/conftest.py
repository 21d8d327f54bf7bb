"""Sandboxes for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from provisioner.sandbox import GENERATIONS, Running, SandboxSettings, running
from provisioner.sandbox.generation import SaveRule
from tests.sandbox.speaking import client_of

_BY_SLUG = [number for number, one in GENERATIONS.items() if one.save_rule is SaveRule.BY_SLUG]
_BY_UID = [number for number in GENERATIONS if number not in _BY_SLUG]


@pytest.fixture(params=_BY_UID)
def generation(request: pytest.FixtureRequest) -> int:
    """Each generation that names dashboards by uid, in turn."""
    number = request.param
    assert isinstance(number, int)
    return number


@pytest.fixture(params=_BY_SLUG)
def slug_generation(request: pytest.FixtureRequest) -> int:
    """Each generation that names dashboards by slug, in turn."""
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
