"""Other commands beside the daemon: they have their turn, and the daemon notices what they wrote."""

from __future__ import annotations

import re

from tests.run.child import until
from tests.run.yard import Noticing, Yard
from tests.whole.house import SAVES, dashboard


def test_a_confirmation_is_noticed_and_the_deletions_are_made(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": 0, "max_deletions": 0}}
    plot.write("other.json", dashboard("other"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        (plot.files / "other.json").unlink()
        told = child.wait_for("hold.appeared", subject="other")
        found = re.search(r"provisioner confirm (\w+)", told["next"])
        assert found, told
        done = plot.command("confirm", found[1])
        assert 0 == done.returncode, done.stderr
        assert 1 == child.wait_for("pass.done", cause="records")["deleted"]
        assert not plot.is_live("other")


def test_a_confirmation_waits_for_no_other_target_that_hangs(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": 0, "max_deletions": 0}}
    plot.write("other.json", dashboard("other"))
    plot.open_sandbox("slow")
    plot.target("slow", timeout="60s")
    with plot.daemon() as child:
        for name in ("test", "slow"):
            child.wait_for("pass.done", cause="start", target=name)
        slow = Noticing(path=SAVES, write_latency_ms=60_000)
        plot.sandboxes["slow"].faults.set(slow)
        (plot.files / "other.json").unlink()
        told = child.wait_for("hold.appeared", subject="other", target="test")
        plot.put("first.json", dashboard("first", "Hangs there"))
        until(lambda: slow.arrived, "it hangs in a pass, with the lock of the state file")
        found = re.search(r"provisioner confirm (\w+)", told["next"])
        assert found, told
        done = plot.command("confirm", "--target", "test", found[1])
        assert 0 == done.returncode, done.stderr
        assert 1 == child.wait_for("pass.done", cause="records", target="test")["deleted"]
        assert (False, True) == (plot.is_live("other"), child.target("slow")["passing"])


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
        done = plot.command("restore", "first")
        assert 0 == done.returncode, done.stderr
        until(lambda: child.metric("provisioner_passes_total", cause="records"), "a pass runs")


def test_plans_beside_the_daemon_hold_nobody_up(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        for number in range(2):
            assert 0 == plot.command("plan").returncode
            plot.put("first.json", dashboard("first", f"{number}"))
            child.wait_for("pass.done", cause="change", updated=1)
