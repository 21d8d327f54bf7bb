"""Houses for the tests of this room: each test has its own server, its own files and its own state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.core.generations import limits_of
from provisioner.core.settings import Api
from provisioner.sandbox.generations import GENERATIONS as SANDBOXES
from tests.whole import real
from tests.whole.generations_page import SPOKEN
from tests.whole.house import House, house, real_house
from tests.whole.killed_child import Mill


@pytest.fixture(autouse=True)
def _no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def nine(tmp_path: Path) -> Iterator[House]:
    """With Grafana 9.3: flat folders, one dashboard of a title in each."""
    with house(tmp_path / "nine", generation=9) as made:
        yield made


@pytest.fixture(scope="module")
def mill() -> Iterator[Mill]:
    one = Mill()
    yield one
    one.close()


@pytest.fixture(params=[9, 12])
def either(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """They differ in whether a save that changes nothing is a version."""
    with house(tmp_path / "either", generation=request.param) as made:
        yield made


@pytest.fixture(params=[Api.DASHBOARD, Api.RESOURCE])
def twelve(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """With Grafana 12.4 by either of its APIs: nested folders, titles may repeat."""
    with house(tmp_path / "twelve", generation=12, api=request.param) as made:
        yield made


@pytest.fixture
def twelve_by_uid(tmp_path: Path) -> Iterator[House]:
    """With Grafana 12.4 by the dashboard API: for what only that does."""
    with house(tmp_path / "twelve", generation=12, api=Api.DASHBOARD) as made:
        yield made


@pytest.fixture
def by_apis(tmp_path: Path) -> Iterator[House]:
    """With Grafana 12.4 by the resource API: for what only that does."""
    with house(tmp_path / "twelve", generation=12, api=Api.RESOURCE) as made:
        yield made


@pytest.fixture(params=[5, 9, 12])
def any_by_uid(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """By the dashboard API, whose check of the version is none to rely on."""
    with house(tmp_path / "any", generation=request.param, api=Api.DASHBOARD) as made:
        yield made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on every generation is what a real server is held to."""
    for item in items:
        if "any_house" in getattr(item, "fixturenames", ()):
            item.add_marker("contract")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*abilities): runs on generations without a limit of these (core/generations.py)")


REAL = [("real", api) for api in real.apis()] if real.URL else []


@pytest.fixture(params=REAL or SPOKEN.values(), ids=[f"real-{api}" for _, api in REAL] or list(SPOKEN))
def any_house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """With each of the generations that differ in how they keep folders, and each of the APIs. A test says what it needs by
    `@pytest.mark.needs(Ability.FOLDERS)`: where a generation cannot do that, it is skipped with the limit as it is told to people.
    """
    generation, api = request.param
    if generation == "real":
        with real_house(tmp_path / "any", api) as made:
            yield made
        return
    request.node.user_properties.append(("generation", next(name for name, each in SPOKEN.items() if each == request.param)))
    limits = limits_of(SANDBOXES[generation].version)
    for needed in (ability for mark in request.node.iter_markers("needs") for ability in mark.args):
        for limit in limits:
            if api is Api.SLUG and limit.ability is needed:
                pytest.skip(f"Grafana {SANDBOXES[generation].version}: {limit.words}")
    with house(tmp_path / "any", generation=generation, api=api) as made:
        yield made
