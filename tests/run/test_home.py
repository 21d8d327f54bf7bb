"""Somebody chooses another home dashboard beside a daemon at rest: it is noticed, told once, and dealt with as the policy says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.run.child import until
from tests.run.yard import Yard
from tests.whole.house import dashboard

PREFERENCES = "/api/org/preferences"


def _stated(plot: Yard, **policy: str) -> None:
    plot.write("second.json", dashboard("second"))
    plot.secret("token-test", plot.sandbox.token("Admin"))
    plot.config["targets"]["test"] |= {"home": "first", "drift_interval": "1s", "policy": policy}


def _asked(plot: Yard, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - whatever JSON has
    admin = replace(plot.browser, login="admin", password="admin")
    return admin.ask(PREFERENCES, body, "GET" if body is None else "PUT")


def _chosen(plot: Yard) -> str:
    return str(_asked(plot)["homeDashboardUID"])


def test_it_is_told_once_with_what_to_do_and_when_it_is_over(plot: Yard) -> None:
    _stated(plot)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start", home="set")
        _asked(plot, {"homeDashboardUID": "second"})
        told = child.wait_for("home.appeared", subject="first")
        assert ("warning", True, True) == (told["level"], '"second"' in told["message"], "--take-home" in told["next"])
        plot.sandbox.requests.reset()
        until(lambda: plot.sandbox.requests.count("GET", PREFERENCES) >= 4, "it is looked at again and again")
        assert (1, "second") == (child.count("home.appeared"), _chosen(plot))
        _asked(plot, {"homeDashboardUID": "first"})
        child.wait_for("home.gone", subject="first")


def test_where_drift_is_reverted_ours_is_put_back_and_that_is_told(plot: Yard) -> None:
    _stated(plot, drift="revert")
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start", home="set")
        _asked(plot, {"homeDashboardUID": "second"})
        child.wait_for("pass.done", cause="drift", home="set")
        assert ("first", 0) == (_chosen(plot), child.count("home.appeared"))


def test_at_rest_nothing_is_written_for_it_and_no_pass_is_made(plot: Yard) -> None:
    _stated(plot)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start", home="set")
        plot.sandbox.requests.reset()
        passes = child.metric("provisioner_passes_total")
        until(lambda: plot.sandbox.requests.count("GET", PREFERENCES) >= 3, "it is looked at")
        assert passes == child.metric("provisioner_passes_total")
        assert () == plot.sandbox.requests.writes
