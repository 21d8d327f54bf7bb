"""How hard hypothesis looks: the same examples every time in CI, or many new ones with HYPOTHESIS_PROFILE=deep. And what the run found of
the generations of Grafana, gathered here since every process of a run loads this file.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]  # xdist has no types

from tests.whole.generations_page import Gathering

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=30, database=None)
settings.register_profile("deep", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


TOGETHER = ("tests/demo/test_demo.py", "tests/deploy/test_image_steps.py", "tests/house/test_wheel.py", "tests/sandbox/test_contract.py")
"""Files whose tests share what is long in the making."""


class Groups(LoadGroupScheduling):  # type: ignore[misc]  # as above
    """What `xdist_group` asks for. xdist 3.8 writes the group into a name of the test that pytest 9.2 no longer looks at, so each process
    made the wheel, the image, the demo and every replay for itself.
    """

    def _split_scope(self, nodeid: str) -> str:
        """One piece of work: a file or, of the replays, those of one recording; any other test is one by itself."""
        file, _, name = nodeid.partition("::")
        return f"{file}::{name.partition(': ')[0]}" if file == TOGETHER[-1] else file if file in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return Groups(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Gathering())
