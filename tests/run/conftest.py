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
