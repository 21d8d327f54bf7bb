"""A changed configuration: taken whole, or not at all, while the daemon works on."""

from __future__ import annotations

import signal
import socket

import pytest

from provisioner.sandbox.faults import Faults
from tests.run.child import until
from tests.run.systemd import listening
from tests.run.yard import Yard
from tests.whole.house import dashboard


def test_a_changed_file_is_taken_by_itself_with_targets_that_come_and_go(plot: Yard) -> None:
    plot.open_sandbox("other")
    with plot.daemon() as child:
        child.wait_for("pass.done", target="test")
        plot.target("other")
        plot.rewrite()
        child.wait_for("config.taken")
        child.wait_for("pass.done", target="other", created=1)
        assert ["test", "other"] == [each["name"] for each in child.status["targets"]]
        del plot.config["targets"]["test"]
        plot.rewrite()
        child.wait_for("config.taken")
        plot.put("first.json", dashboard("first", "After"))
        plot.live("first", "After", at="other")
        assert plot.is_live("first", "first")
        assert 'target="test"' not in child.get("/metrics").text


def test_sighup_takes_a_changed_file_at_once_with_another_level_and_another_source(plot: Yard) -> None:
    plot.config["daemon"] = {"reload": False}
    (plot.place / "more").mkdir()
    (plot.place / "more" / "board.json").write_text('{"uid": "board", "title": "Board", "panels": [], "schemaVersion": 39}', "utf-8")
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        assert 0 == child.count("pass.rested")
        plot.config["log"]["level"] = "debug"
        plot.source("more", directory={"path": "./more"})
        plot.rewrite()
        child.tell(signal.SIGHUP)
        child.wait_for("config.taken")
        child.wait_for("pass.done", created=1)
        assert plot.is_live("board")
        child.tell(signal.SIGHUP)
        child.wait_for("config.same")
        child.wait_for("pass.rested", cause="signal")


@pytest.mark.parametrize("text", ["targets: [", '{"sources": {}, "targets": {}}', '{"unheard": 1}'])
def test_a_broken_file_is_refused_told_and_shown_while_the_old_one_works_on(plot: Yard, text: str) -> None:
    plot.config["daemon"] = {"reload": False}  # or a slow machine would refuse it twice: by itself, and when it is asked to
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.rewrite(text)
        child.tell(signal.SIGHUP)
        told = child.wait_for("config.refused")
        assert (True, True) == ("next" in told, "config.yaml" in told["error"] or "source" in told["error"])
        standing = child.status["config"]
        assert (told["error"], True) == (standing["refused"], standing["refused_at"] is not None)
        plot.put("first.json", dashboard("first", "The old one works on"))
        plot.live("first", "The old one works on")
        assert 1 == child.metric("provisioner_reloads_total", outcome="refused")
        plot.rewrite()
        child.tell(signal.SIGHUP)
        until(lambda: child.status["config"]["refused"] is None, "the mended one is taken")


def test_another_address_is_listened_at_and_the_old_one_is_let_go(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("web.listening")
        old = child.port
        plot.config["server"]["listen"] = "[::1]:0"
        plot.rewrite()
        child.tell(signal.SIGHUP)
        url = child.wait_for("web.listening")["url"]
        assert url.startswith("http://[::1]:")
        child.wait_for("config.taken")
        with pytest.raises(OSError, match="refused"):
            _connect(old)


def test_an_address_that_is_taken_refuses_the_whole_configuration(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.config["server"]["listen"] = f"127.0.0.1:{plot.sandbox.url.rpartition(':')[2]}"
        plot.rewrite()
        child.tell(signal.SIGHUP)
        assert "listens there already" in child.wait_for("config.refused")["error"]
        assert 200 == child.get("/healthz").status


def test_a_target_that_hangs_is_waited_for_and_a_stop_meanwhile_is_heard(plot: Yard) -> None:
    plot.config["daemon"] = {"stop_grace": "500ms"}
    plot.config["targets"]["test"]["timeout"] = "60s"
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.sandbox.faults.set(Faults(path="", latency_ms=60_000))
        plot.put("first.json", dashboard("first", "Hangs"))
        until(lambda: child.target()["passing"], "it hangs")
        plot.config["log"]["level"] = "debug"
        plot.rewrite()
        child.tell(signal.SIGHUP)
        child.wait_for("config.waiting")
        assert 1 == child.stop()


def test_systemd_is_told_when_it_is_ready_reloads_fares_and_stops(plot: Yard) -> None:
    with listening(plot.place.parent) as systemd:
        plot.environment |= {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "600000"}
        with plot.daemon() as child:
            systemd.wait_for("READY=1")
            assert 200 == child.get("/healthz").status
            assert ["web.listening"] == [each["event"] for each in child.events][:1]
            systemd.wait_for("WATCHDOG=1")
            assert "1 in sync on 1 targets" in systemd.wait_for("STATUS=1 in sync")
            child.tell(signal.SIGHUP)
            assert systemd.wait_for("RELOADING=1").partition("MONOTONIC_USEC=")[2].isdigit()
            systemd.wait_for("READY=1")
            plot.rewrite("targets: [")
            child.tell(signal.SIGHUP)
            systemd.wait_for("RELOADING=1")
            systemd.wait_for("READY=1")
            assert "refused" in systemd.wait_for("STATUS=the changed configuration")
            child.tell(signal.SIGTERM)
            systemd.wait_for("STOPPING=1")
            assert 0 == child.ended()


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=30).close()


def test_what_is_allowed_and_may_not_be_meant_is_a_line_of_the_log(plot: Yard) -> None:
    (plot.place / "token-test").chmod(0o644)
    with plot.daemon() as child:
        told = child.wait_for("config.caution")
        assert ("warning", "secret-readable-by-all") == (told["level"], told["code"])
        assert "token-test" in told["message"]
        child.wait_for("pass.done", cause="start")
