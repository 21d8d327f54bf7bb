"""A yard for each test: its own server, files, state and daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.yard import Yard, yard


@pytest.fixture
def plot(tmp_path: Path) -> Iterator[Yard]:
    with yard(tmp_path / "yard") as made:
        yield made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Processes are begun and ended here, some in one test: on a machine with ten times more to do than it can, a minute is not enough."""
    for each in items:
        if Path(__file__).parent in each.path.parents:
            each.add_marker(pytest.mark.timeout(240))
