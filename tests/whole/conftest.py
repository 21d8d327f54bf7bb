"""Houses for the tests of this room: each test has its own server, its own files and its own state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.house import House, house


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


@pytest.fixture
def twelve(tmp_path: Path) -> Iterator[House]:
    """With Grafana 12.4: nested folders, titles may repeat."""
    with house(tmp_path / "twelve", generation=12) as made:
        yield made


@pytest.fixture(params=[5, 9, 12])
def any_house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """With each of the generations that differ in how they keep folders."""
    with house(tmp_path / "any", generation=request.param) as made:
        yield made
