"""Git: a push is live at once when it is announced, found by the poll when it is not; a repository in trouble harms nobody."""

from __future__ import annotations

import time

import pytest

from tests.run.child import until
from tests.run.pushing import announce, only_git, push, repository
from tests.run.yard import Yard
from tests.sources.servers import Behaviour, serving, silent
from tests.whole.house import dashboard


@pytest.mark.parametrize("over", ["file", "http"])
def test_an_announced_push_is_live_within_a_second_though_the_interval_is_an_hour(plot: Yard, over: str) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    with serving(Behaviour(remote.path.parent)) as url:
        only_git(plot, remote.url if over == "file" else f"{url}/remote.git")
        with plot.daemon() as child:
            child.wait_for("pass.done", cause="start", created=1)
            took: list[float] = []
            while not took or (took[-1] >= 1.0 and len(took) < 8):  # a delay of ours would be in each of them, a busy machine's is not
                title = f"Push {len(took)}"
                commit = push(remote, board=dashboard("board", title))
                began = time.monotonic()
                assert 202 == announce(child, commit).status
                told = child.wait_for("pass.done", cause="hook")
                took.append(time.monotonic() - began)
                assert (1, commit[:12]) == (told["updated"], told["commit"])
                assert plot.is_live("board", title)
                assert {"platform": commit} == child.target()["applied"]
            assert took[-1] < 1.0, took


def test_a_delivery_with_a_wrong_signature_wakes_nobody_and_is_told(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    only_git(plot, remote.url)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        lookups = child.source("platform")["lookups"]
        assert announce(child, secret="another secret, by a stranger").status in {401, 403}
        child.wait_for("hook.refused", hook="platform")
        assert lookups == child.source("platform")["lookups"]


def test_a_push_that_nobody_announces_is_found_by_the_poll(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    only_git(plot, remote.url, interval="1s")
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        push(remote, board=dashboard("board", "Two"), more=dashboard("more"))
        told = child.wait_for("pass.done", cause="change")
        assert (1, 1) == (told["updated"], told["created"])
        assert "polled every 1 s" in child.source("platform")["watched"]


def test_a_history_that_was_rewritten_is_followed(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    push(remote, board=dashboard("board", "Two"))
    only_git(plot, remote.url)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        remote.git("update-ref", "-d", "refs/heads/main")
        commit = push(remote, board=dashboard("board", "Another past"))
        announce(child, commit)
        child.wait_for("pass.done", cause="hook", commit=commit[:12])
        assert plot.is_live("board", "Another past")


def test_a_repository_that_vanishes_is_told_once_keeps_its_last_files_and_is_followed_when_it_is_back(plot: Yard) -> None:
    remote = repository(plot)
    push(remote, board=dashboard("board", "One"))
    only_git(plot, remote.url)
    plot.config["sources"]["files"] = {"directory": {"path": "./files"}}
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.live("board", "One")
        away = remote.path.rename(remote.path.with_name("away.git"))
        announce(child)
        child.wait_for("source.failed", source="platform")
        source = child.source("platform")
        assert (1, True, True) == (source["dashboards"], source["failing_since"] is not None, source["failure"]["next_step"] != "")

        plot.put("first.json", dashboard("first", "Meanwhile"))  # the last files of the one, the new ones of the other
        plot.live("first", "Meanwhile")
        until(lambda: child.source("platform")["lookups"] > source["lookups"], "it is tried again")
        assert 1 == child.count("source.failed")

        away.rename(remote.path)
        push(remote, board=dashboard("board", "Two"))
        announce(child)
        child.wait_for("source.back", source="platform")
        plot.live("board", "Two")
        assert child.source("platform")["failing_since"] is None


def test_a_remote_that_says_nothing_is_ended_by_its_time_and_holds_up_nobody(plot: Yard) -> None:
    plot.open_sandbox("other")
    plot.target("other", **{"from": ["files"]})
    with silent() as port:
        plot.config["sources"]["platform"] = {"git": {"url": f"http://127.0.0.1:{port}/remote.git", "branch": "main", "timeout": "1s"}}
        with plot.daemon() as child:
            child.wait_for("pass.done", target="other", created=1)
            plot.put("first.json", dashboard("first", "Meanwhile"))
            plot.live("first", "Meanwhile", at="other")
            child.wait_for("source.failed", source="platform")
            assert ["platform"] == child.target()["waiting"]
            assert 503 == child.get("/readyz").status
            assert 0 == child.stop()


def test_a_stop_does_not_wait_for_a_remote_that_says_nothing(plot: Yard) -> None:
    with silent() as port:
        plot.config["sources"]["platform"] = {"git": {"url": f"http://127.0.0.1:{port}/remote.git", "branch": "main", "timeout": "60s"}}
        plot.config["daemon"] = {"stop_grace": "10s"}
        with plot.daemon() as child:
            child.port  # noqa: B018 - waits until it works
            until(child.git_children, "git waits for the remote")
            assert 0 == child.stop()
            assert "late" not in child.wait_for("daemon.stopped")  # everybody had gone home within the grace
            assert 0 == child.count("source.failed")
