"""Being told to stop, and being killed: what is written ends, nothing is left behind, and the next start finds its way."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from provisioner.sandbox.faults import Faults
from tests.run.child import Child, until
from tests.run.pushing import announce, push, repository
from tests.run.yard import Noticing, Yard
from tests.whole.house import SAVES, dashboard

MANY = 12


def _many(plot: Yard, title: str = "") -> None:
    for number in range(MANY):
        plot.put(f"d{number:02}.json", dashboard(f"d{number:02}", f"{title}{number:02}"))


def _complete(child: Child) -> None:
    until(lambda: child.target()["in_sync"] == MANY + 1, "all are live")
    assert 0 == child.target()["drifted"] + sum(child.target()["conflicts"].values())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_save_end_that_is_under_way_and_the_next_start_makes_the_rest(plot: Yard, number: signal.Signals) -> None:
    _many(plot)
    plot.sandbox.faults.set(Faults(path=SAVES, write_latency_ms=500))
    with plot.daemon() as child:
        until(lambda: plot.saves() >= 2, "some are saved")
        assert 0 == child.stop(number)
        saved = plot.saves()
        told = child.wait_for("pass.done", stopped=True)
        assert (saved, 0) == (told["created"], told["unknown"])
        assert 0 < saved < MANY
        child.wait_for("daemon.stopped")
    plot.sandbox.faults.set(Faults())
    with plot.daemon() as child:
        _complete(child)
        assert MANY + 1 == plot.saves()


def test_a_save_that_takes_longer_than_the_grace_is_cut_told_and_resolved_by_the_next_start(plot: Yard) -> None:
    plot.config["daemon"] = {"stop_grace": "500ms"}
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        slow = Noticing(path=SAVES, write_latency_ms=6_000)
        plot.sandbox.faults.set(slow)
        plot.put("first.json", dashboard("first", "Cut off"))
        until(lambda: slow.arrived, "it saves")
        assert 1 == child.stop()
        assert ["target test"] == child.wait_for("daemon.cut")["late"].split(", ")
    plot.sandbox.faults.set(Faults())
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.live("first", "Cut off")
        until(lambda: child.target()["in_sync"] == 1, "it is resolved")
        assert 0 == child.target()["drifted"] + sum(child.target()["conflicts"].values())


@pytest.mark.parametrize("numbers", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)])
def test_a_second_signal_ends_it_at_once(plot: Yard, numbers: tuple[signal.Signals, signal.Signals]) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        slow = Noticing(path=SAVES, write_latency_ms=60_000)
        plot.sandbox.faults.set(slow)
        plot.put("first.json", dashboard("first", "Hangs"))
        until(lambda: slow.arrived, "it saves")
        child.tell(numbers[0])
        until(lambda: child.default_action(numbers[1]), "the first one was heard")
        assert -numbers[1] == child.stop(numbers[1])


def test_nothing_is_left_behind(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board"))
    plot.config["sources"]["platform"] = {"git": {"url": remote.url, "branch": "main", "interval": "1h"}}
    before = _names(plot.place)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.live("board")
        children = child.children
        assert 0 == child.stop()
        assert [] == [each for each in children if Path(f"/proc/{each}").exists()]
    assert {"state"} == {name.split("/")[0] for name in _names(plot.place) - before - {"config.yaml"}}
    assert {"state.db", "state.db.lock", "stores"} == {name.split("/")[0] for name in _names(plot.place / "state")}
    [store] = (plot.place / "state" / "stores").iterdir()
    assert {"lock", "repository.git"} == {each.name for each in store.iterdir()}
    assert b"" == (plot.place / "state" / "state.db.lock").read_bytes()


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_it_converges_when_it_is_started_again(plot: Yard, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - which moment it is does not matter
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    plot.config["sources"]["platform"] = {"git": {"url": remote.url, "branch": "main", "interval": "1h"}}
    plot.secret("hook", "a secret of forty characters, for the test")
    plot.config["server"]["hooks"] = {"platform": {"provider": "github", "secret_file": "hook"}}
    plot.sandbox.faults.set(Faults(path=SAVES, write_latency_ms=15))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        _many(plot, "before ")
        push(remote, board=dashboard("board", "Two"))
        announce(child)
        moment = chance.randrange(1, MANY + 1)
        until(lambda: plot.saves() >= moment, "the moment has come")
        child.process.kill()
    plot.sandbox.faults.set(Faults())
    with plot.daemon() as child:
        until(lambda: child.target()["in_sync"] == MANY + 2, "all are live")
        assert plot.is_live("board", "Two")
        assert all(plot.is_live(f"d{number:02}", f"before {number:02}") for number in range(MANY))
        assert 0 == child.target()["drifted"] + sum(child.target()["conflicts"].values())


def test_a_state_that_cannot_be_written_is_told_and_nothing_is_sent(plot: Yard) -> None:
    if os.geteuid() == 0:
        (plot.place / "state").write_text("a file where a directory should be", encoding="utf-8")
    else:
        (plot.place / "state").mkdir(mode=0o500)
    with plot.daemon() as child:
        until(lambda: child.target()["failure"], "it is told")
        assert "the state file" in child.target()["failure"]["message"]
        assert 1 == child.count("pass.failed") + child.count("target.failed")
        assert 0 == plot.saves()


def _names(place: Path) -> set[str]:
    return {str(each.relative_to(place)) for each in place.rglob("*")}
