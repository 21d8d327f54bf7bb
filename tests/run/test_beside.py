"""Other commands beside the daemon: they have their turn, and the daemon notices what they wrote."""

from __future__ import annotations

import pytest

from tests.run.yard import Yard
from tests.whole.house import dashboard


def test_a_confirmation_is_noticed_and_the_deletions_are_made(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": 0, "max_deletions": 0}}
    plot.write("other.json", dashboard("other"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        (plot.files / "other.json").unlink()
        child.wait_for("hold.appeared", subject="other")
        done = plot.command("confirm", "--yes")
        assert 0 == done.returncode, done.stderr
        assert 1 == child.wait_for("pass.done", cause="records")["deleted"]
        assert not plot.is_live("other")


def test_taking_git_once_is_noticed_and_the_conflict_goes(plot: Yard) -> None:
    plot.config["targets"]["test"]["drift_interval"] = "1s"
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.browser.edit("first", title="Edited by hand")
        child.wait_for("drift.appeared", subject="first")
        done = plot.command("apply", "--take", "first")
        assert 0 == done.returncode, done.stderr
        child.wait_for("drift.gone", subject="first")
        assert plot.is_live("first", "first")


def test_a_restore_beside_the_daemon_is_noticed(plot: Yard) -> None:
    plot.config["targets"]["test"] |= {"drift_interval": "1s", "policy": {"drift": "revert"}}
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.browser.edit("first", title="Edited by hand")
        child.wait_for("pass.done", cause="drift", updated=1)
        passes = child.metric("provisioner_passes_total")
        done = plot.command("restore", "first", "--yes")
        assert 0 == done.returncode, done.stderr
        child.until_metric("provisioner_passes_total", passes + 1)


@pytest.mark.parametrize("times", [3])
def test_plans_beside_the_daemon_hold_nobody_up(plot: Yard, times: int) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        for number in range(times):
            assert 0 == plot.command("plan").returncode
            plot.put("first.json", dashboard("first", f"{number}"))
            child.wait_for("pass.done", cause="change", updated=1)
