"""A directory that people and machines write to: what they save is live, and what is half there is not."""

from __future__ import annotations

import json
import os
import shutil
import time

from tests.run.child import until
from tests.run.yard import Yard
from tests.whole.house import dashboard


def test_a_saved_file_is_live_and_one_line_tells_what_changed(plot: Yard) -> None:
    with plot.daemon() as child:
        assert 1 == child.wait_for("pass.done", cause="start")["created"]
        plot.put("second.json", dashboard("second", "Second"))
        assert 1 == child.wait_for("pass.done", cause="change")["created"]
        assert plot.is_live("second", "Second")
        plot.write("first.json", dashboard("first", "Better"))
        assert 1 == child.wait_for("pass.done", cause="change")["updated"]
        assert plot.is_live("first", "Better")
        assert "events" == child.source()["watched"]


def test_ten_saves_in_a_burst_are_one_pass_or_two(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        with child.frozen():  # on a busy machine ten saves need not come in one burst: they do when they are heard of at once
            for number in range(10):
                plot.put("first.json", dashboard("first", f"Save {number}"))
        plot.live("first", "Save 9")
        child.wait_for("pass.done", cause="change")
        assert child.count("pass.done", cause="change") <= 2


def test_a_thousand_saves_in_a_burst_are_all_live_after_one_pass_or_two(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        with child.frozen():
            _thousand(plot)
        for number in range(100):
            plot.live(f"d{number:03}", f"{number} of turn 9")
        child.wait_for("pass.done", cause="change")
        assert child.count("pass.done", cause="change") <= 2


def test_a_thousand_saves_while_passes_run_are_all_live_in_the_end(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        _thousand(plot)
        for number in range(100):
            plot.live(f"d{number:03}", f"{number} of turn 9")
        until(lambda: child.target()["in_sync"] == 101, "all are in sync")


def _thousand(plot: Yard) -> None:
    for turn in range(10):
        for number in range(100):
            plot.put(f"many/d{number:03}.json", dashboard(f"d{number:03}", f"{number} of turn {turn}"))


def test_a_renamed_file_keeps_its_dashboard(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": 0}}
    plot.write("other.json", dashboard("other"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        (plot.files / "team").mkdir()
        (plot.files / "first.json").rename(plot.files / "team" / "renamed.json")
        child.wait_for("pass.done", cause="change", folders=1)
        plot.live("first")
        assert plot.browser.read("first")["meta"]["folderTitle"] == "team"
        assert 0 == sum(each["deleted"] for each in child.all("pass.done"))


def test_a_deleted_file_is_told_and_its_dashboard_goes_by_itself_when_the_grace_is_over(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": "2s"}}
    plot.write("other.json", dashboard("other"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        (plot.files / "other.json").unlink()
        child.wait_for("hold.appeared", subject="other")
        assert plot.is_live("other") or child.count("pass.done", cause="due")  # it may be over, on a busy machine
        assert 1 == child.wait_for("pass.done", cause="due")["deleted"]
        child.wait_for("hold.gone", subject="other")
        assert (False, True) == (plot.is_live("other"), plot.is_live("first"))


def test_a_file_that_is_written_slowly_is_neither_sent_by_half_nor_reported(plot: Yard) -> None:
    whole = json.dumps(dashboard("slow", "Slow"), indent=2)
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        with (plot.files / "slow.json").open("w", encoding="utf-8") as file:
            for at in range(0, len(whole), len(whole) // 8):
                file.write(whole[at : at + len(whole) // 8])
                file.flush()
                time.sleep(0.01)  # this is how slowly it is written
        child.wait_for("pass.done", cause="change", created=1)
        assert plot.is_live("slow", "Slow")
        assert 0 == child.count("problem.appeared")


def test_a_broken_file_is_told_once_stays_as_it_was_on_the_server_and_its_mending_is_told_once(plot: Yard) -> None:
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.put("first.json", '{"uid": "first", "title": ')
        told = child.wait_for("problem.appeared")
        assert ("first.json", "error") == (told["place"].rpartition("/")[2].partition(":")[0], told["level"])
        plot.put("second.json", dashboard("second"))
        child.wait_for("pass.done", cause="change", created=1)
        assert plot.is_live("first", "first")
        assert {told["code"]: 1} == child.target()["problems"]
        plot.put("first.json", dashboard("first", "Mended"))
        child.wait_for("problem.gone", code=told["code"])
        plot.live("first", "Mended")
        assert (1, 1) == (child.count("problem.appeared"), child.count("problem.gone"))


def test_a_directory_that_goes_deletes_nothing_and_is_read_again_when_it_is_back(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": 0}}
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.files.rename(plot.place / "away")
        assert child.wait_for("source.failed", source="files")["last_good"]
        source = child.source()
        assert (True, 1) == (source["failing_since"] is not None, source["dashboards"])
        plot.write("first.json", dashboard("first", "Made again"))
        child.wait_for("source.back", source="files")
        plot.live("first", "Made again")
        assert 1 == child.count("source.failed")
        assert 0 == sum(each["deleted"] for each in child.all("pass.done"))
        assert child.source()["failure"] is None


def test_a_config_map_is_followed_when_its_link_is_swapped(plot: Yard) -> None:
    shutil.rmtree(plot.files)
    for name in ("..one", "..two"):
        (plot.files / name).mkdir(parents=True)
        (plot.files / name / "board.json").write_text(json.dumps(dashboard("board", name)), encoding="utf-8")
    (plot.files / "..data").symlink_to("..one")
    (plot.files / "board.json").symlink_to("..data/board.json")
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start", created=1)
        assert plot.is_live("board", "..one")
        (plot.files / "..data_tmp").symlink_to("..two")
        os.replace(plot.files / "..data_tmp", plot.files / "..data")  # noqa: PTH105 - as the kubelet does
        shutil.rmtree(plot.files / "..one")
        assert 1 == child.wait_for("pass.done", cause="change")["updated"]
        assert plot.is_live("board", "..two")
        assert "events" == child.source()["watched"]


def test_where_events_are_not_wanted_the_tree_is_looked_at_and_that_is_said(plot: Yard) -> None:
    plot.config["sources"]["files"]["directory"] |= {"watch": "poll", "interval": "100ms"}
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        plot.put("first.json", dashboard("first", "Found"))
        plot.live("first", "Found")
        assert "looked at every" in child.source()["watched"]


def test_folders_and_deletions_are_not_counted_among_the_dashboards_in_sync(plot: Yard) -> None:
    plot.config["targets"]["test"]["policy"] = {"prune": {"enabled": True, "grace": 0}}
    plot.write("team/second.json", dashboard("second"))
    plot.write("team/third.json", dashboard("third"))
    with plot.daemon() as child:
        child.wait_for("pass.done", cause="start")
        assert (3, 3) == (child.target()["in_sync"], child.target()["owned"])
        (plot.files / "team" / "third.json").unlink()
        child.wait_for("pass.done", cause="change", deleted=1)
        assert (2, 2) == (child.target()["in_sync"], child.target()["owned"])
