"""Servers in trouble: one that hangs, refuses, forbids or restarts harms no other, is told once, and is served again when it can be."""

from __future__ import annotations

import itertools

from provisioner.sandbox.faults import Faults
from tests.run.child import until
from tests.run.yard import Noticing, Yard
from tests.whole.house import BY_UID, SAVES, dashboard


def test_a_server_that_hangs_does_not_delay_another(plot: Yard) -> None:
    slow = plot.open_sandbox("slow")
    plot.target("slow", timeout="60s")
    with plot.daemon() as child:
        child.wait_for("pass.done", target="slow")
        child.wait_for("pass.done", target="test")
        slow.faults.set(Faults(path="", latency_ms=60_000))
        plot.put("first.json", dashboard("first", "One"))
        child.wait_for("pass.done", target="test")
        until(lambda: child.target("slow")["passing"], "the other one hangs")
        plot.put("first.json", dashboard("first", "Two"))
        child.wait_for("pass.done", target="test")
        assert plot.is_live("first", "Two")
        assert child.target("slow")["passing"]


def test_a_server_that_refuses_connections_is_told_once_and_served_soon_after_it_is_back(plot: Yard) -> None:
    server = plot.mortal()
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start", created=1)
        server.end()
        plot.put("first.json", dashboard("first", "Written meanwhile"))
        child.wait_for("pass.failed", target="test")
        until(lambda: child.target()["retry_in_seconds"], "it backs off")
        standing = child.target()
        assert (True, True) == (standing["failure"]["unreachable"], standing["failing_since"] is not None)
        until(lambda: child.metric("provisioner_passes_total", cause="retry") >= 2, "it is tried again")
        assert 1 == child.count("pass.failed") + child.count("target.failed")
        plot.sandboxes["test"] = server.begin()
        child.wait_for("target.back", target="test")
        plot.live("first", "Written meanwhile")
        assert (1, None) == (child.count("target.back"), child.target()["failure"])


def test_a_server_that_was_not_there_at_the_start_is_filled_when_it_comes(plot: Yard) -> None:
    server = plot.mortal()
    server.end()
    with plot.daemon() as child:
        child.wait_for("pass.failed", target="test")
        assert (503, 200) == (child.get("/readyz").status, child.get("/healthz").status)
        plot.sandboxes["test"] = server.begin()
        child.wait_for("pass.done", created=1)
        assert 200 == child.get("/readyz").status


def test_a_daemon_that_is_started_again_is_not_ready_before_a_server_answered_though_nothing_is_to_be_done(plot: Yard) -> None:
    server = plot.mortal()
    for start in (1, 2):  # the second writes down that all is at rest
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start", created=2 - start)
            assert 0 == child.stop()
    server.end()
    with plot.daemon() as child:
        until(lambda: child.target()["failure"], "it is told")  # by the pass or by the patrol, whoever asks first
        until(lambda: child.metric("provisioner_passes_total"), "a pass was made")
        assert (503, 200) == (child.get("/readyz").status, child.get("/healthz").status)
        plot.sandboxes["test"] = server.begin()
        until(lambda: child.get("/readyz").status == 200, "it is ready")
        assert (0, 1, None) == (plot.saves(), child.target()["in_sync"], child.target()["failure"])


def test_a_credential_that_is_refused_is_told_with_what_to_do_and_its_renewal_is_taken_up(plot: Yard) -> None:
    good = (plot.place / "token-test").read_text("utf-8").strip()
    plot.secret("token-test", "glsa_nobody_knows_this_one_00000000")
    with plot.daemon() as child:
        told = child.wait_for("pass.failed", target="test")
        assert (True, True) == ("credential" in told["error"], "token" in told["next"]), told
        plot.secret("token-test", good)
        child.wait_for("target.back", target="test")
        plot.live("first")
        assert b"glsa_nobody" not in child.raw


def test_a_server_that_restarts_in_the_middle_of_a_pass_is_brought_to_the_end(plot: Yard) -> None:
    server = plot.mortal(faults=Faults(path=SAVES, write_latency_ms=20))
    for number in range(60):
        plot.write(f"d{number:02}.json", dashboard(f"d{number:02}"))
    with plot.daemon() as child:
        until(lambda: plot.saves() >= 10, "it is in the middle")
        server.end()
        assert plot.saves() < 60
        plot.sandboxes["test"] = server.begin()
        until(lambda: child.target()["in_sync"] == 61, "all are live")
        assert 0 == child.target()["drifted"] + sum(child.target()["conflicts"].values())
        assert {1} == {plot.browser.version(f"d{number:02}") for number in range(60)}


def test_somebody_saving_in_grafana_is_noticed_within_the_drift_interval_and_told_once_with_the_name(plot: Yard) -> None:
    plot.config["targets"]["test"]["drift_interval"] = "1s"
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.browser.edit("first", title="Edited by hand")
        told = child.wait_for("drift.appeared", subject="first")
        assert "jonas" in told["message"]
        plot.sandbox.requests.reset()
        until(lambda: plot.sandbox.requests.count("GET", f"{BY_UID}first") >= 2, "it is looked at again")
        assert (1, 1) == (child.count("drift.appeared"), child.target()["drifted"])
        plot.browser.edit("first", title="first")
        child.wait_for("drift.gone", subject="first")


def test_where_drift_is_reverted_git_is_put_back_and_the_edit_is_kept(plot: Yard) -> None:
    plot.config["targets"]["test"] |= {"drift_interval": "1s", "policy": {"drift": "revert"}}
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.browser.edit("first", title="Edited by hand")
        assert 1 == child.wait_for("pass.done", cause="drift")["updated"]
        assert plot.is_live("first", "first")
        assert "jonas" in plot.command("restore", "first", "--list").stdout


def test_looks_for_drift_are_spread_over_the_interval(plot: Yard) -> None:
    plot.config["targets"]["test"]["drift_interval"] = "2s"
    for number in range(19):
        plot.write(f"d{number:02}.json", dashboard(f"d{number:02}"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start", created=20)
        looks = Noticing(path=BY_UID)
        plot.sandbox.faults.set(looks)
        plot.sandbox.requests.reset()
        until(lambda: len(looks.arrived) >= 20 and len(_looked_at(plot)) >= 20, "all are looked at")
        moments = looks.arrived[:20]
        gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
        assert moments[-1] - moments[0] > 1.0
        assert sum(gap > 0.02 for gap in gaps) >= 15
        assert 20 == len(set(_looked_at(plot)[:20]))
        assert 0 == child.count("drift.appeared")


def _looked_at(plot: Yard) -> list[str]:
    return [each.path for each in plot.sandbox.requests.all if each.path.startswith(BY_UID)]
