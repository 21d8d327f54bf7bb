"""How hard hypothesis looks: the same examples every time in CI, or many new ones with HYPOTHESIS_PROFILE=deep. And what the run found of
the generations of Grafana, gathered here since every process of a run loads this file.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.whole.generations_page import Gathering

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=30, database=None)
settings.register_profile("deep", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Gathering())
