"""What the living daemon answers, and what it never says."""

from __future__ import annotations

from provisioner.sandbox.faults import Faults
from tests.run.child import until
from tests.run.pushing import SECRET, announce, only_git, push, repository
from tests.run.yard import Yard
from tests.whole.house import SAVES, dashboard


def test_it_is_alive_at_once_and_ready_when_each_target_had_a_good_pass(plot: Yard) -> None:
    plot.open_sandbox("other", faults=Faults(path=SAVES, unavailable=1_000_000))
    plot.target("other")
    with plot.daemon() as child:
        child.wait_for("pass.done", target="test")
        answer = child.get("/readyz")
        assert (200, 503, True, False) == (child.get("/healthz").status, answer.status, "other" in answer.text, "test" in answer.text)
        plot.sandboxes["other"].faults.set(Faults())
        child.wait_for("pass.done", target="other")
        until(lambda: child.get("/readyz").status == 200, "it is ready")


def test_metrics_and_status_tell_what_happened(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    only_git(plot, remote.url)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        commit = push(remote, board=dashboard("board", "Two"), bad={**dashboard("bad"), "title": 5})
        announce(child, commit)
        child.wait_for("pass.done", cause="hook")
        target, source = child.target(), child.source("platform")
        assert ({"platform": commit}, commit, 0) == (target["applied"], source["revision"]["commit"], target["behind"])
        assert ("hook", 1, 1) == (target["cause"], target["in_sync"], sum(target["problems"].values()))
        assert 1 == child.metric("provisioner_hooks_total", hook="platform", verdict="accepted")
        assert 1 == child.metric("provisioner_passes_total", target="test", cause="hook")
        assert 2 == child.metric("provisioner_requests_total", target="test", method="POST", status="200")


def test_no_secret_is_ever_told(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board"))
    only_git(plot, "http://127.0.0.1:9/remote.git", token_file="git-token")
    plot.secret("git-token", "ghp_0123456789abcdefghijklmnopqrstuvwxyz")
    plot.config["log"]["level"] = "debug"
    plot.config["sources"]["files"] = {"directory": {"path": "./files"}}
    plot.config["targets"]["test"]["from"] = ["files"]
    token = (plot.place / "token-test").read_text("utf-8").strip()
    with plot.daemon() as child:
        child.wait_for("source.failed", source="platform")
        child.wait_for("pass.done", target="test")
        announce(child)
        announce(child, secret="a wrong one that is long enough")
        plot.sandbox.faults.set(Faults(path=SAVES, unavailable=1))
        plot.put("first.json", dashboard("first", "Again"))
        plot.live("first", "Again")
        shown = child.raw + b"".join(child.get(path).body for path in ("/", "/status.json", "/metrics", "/readyz"))
        assert 0 == child.stop()
        assert [] == [each for each in (token, SECRET, "ghp_0123456789") if each.encode() in shown + child.raw]


def test_without_a_server_part_nothing_listens(plot: Yard) -> None:
    del plot.config["server"]
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.put("first.json", dashboard("first", "Two"))
        plot.live("first", "Two")
        assert 0 == child.count("web.listening")
        assert 0 == child.stop()


def test_once_makes_a_pass_over_every_target_and_ends(plot: Yard) -> None:
    plot.open_sandbox("other")
    plot.target("other")
    with plot.daemon("--once") as child:
        assert 0 == child.ended()
        assert {"test", "other"} == {each["target"] for each in child.all("pass.done", cause="once")}


def test_a_configuration_that_cannot_be_taken_at_the_start_ends_it_with_an_error(plot: Yard) -> None:
    plot.config["targets"]["test"]["from"] = ["nowhere"]
    plot.rewrite()
    done = plot.command("run")
    assert (1, True) == (done.returncode, "nowhere" in done.stderr)
