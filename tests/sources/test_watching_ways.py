"""The way to a tree: links that are turned, roots that come and go, a single file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sources.hints import Hints, following, watched, watches


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def turn(link: Path, to: str) -> None:
    """Turns a link as `ln -sfn` cannot and every careful program does: another one, renamed over it."""
    new = link.with_name(link.name + "_tmp")
    new.symlink_to(to)
    new.replace(link)


class ConfigMap:
    """A mounted ConfigMap, written as the kubelet's AtomicWriter does it (pkg/volume/util/atomic_writer.go)."""

    def __init__(self, mount: Path) -> None:
        self._mount = mount
        self._count = 0
        mount.mkdir()

    def write(self, **files: str) -> None:
        data = self._mount / "..data"
        old = data.readlink() if data.is_symlink() else None
        self._count += 1
        new = self._mount / f"..2026_10_01_12_00_00.{self._count}"
        new.mkdir()
        for name, text in files.items():
            (new / f"{name}.json").write_text(text)
        turn(data, new.name)
        for name in files:
            if not (self._mount / f"{name}.json").is_symlink():
                (self._mount / f"{name}.json").symlink_to(f"..data/{name}.json")
        for left in self._mount.glob("[!.]*"):
            if left.stem not in files:
                left.unlink()
        if old is not None:
            shutil.rmtree(self._mount / old)


def test_a_config_map_that_the_kubelet_swaps_is_followed_each_time(tmp_path: Path) -> None:
    mounted = ConfigMap(tmp_path / "dashboards")
    mounted.write(a="1", b="1")
    with following(tmp_path / "dashboards") as follower:
        for n in range(2, 12):
            mounted.write(a=str(n), b="1")
            follower.sees(a=str(n), b="1")
        mounted.write(b="2", c="1")
        follower.sees(b="2", c="1")


def test_a_config_map_that_is_mounted_file_by_file_below_a_link_is_followed(tmp_path: Path) -> None:
    mounted = ConfigMap(tmp_path / "mount")
    mounted.write(a="1")
    (tmp_path / "dashboards").symlink_to("mount/..data")
    with following(tmp_path / "dashboards") as follower:
        mounted.write(a="2")
        follower.sees(a="2")
        mounted.write(a="3")
        follower.sees(a="3")


@pytest.mark.parametrize("path", ["current", "current/dashboards"])
def test_the_link_of_git_sync_is_followed_wherever_it_stands_on_the_way(tmp_path: Path, path: str) -> None:
    inner = path.removeprefix("current").strip("/")
    for n in range(5):
        save(tmp_path / ".worktrees" / f"rev{n}" / inner / "a.json", str(n))
    (tmp_path / "current").symlink_to(".worktrees/rev0")
    with following(tmp_path / path) as follower:
        for n in range(1, 5):
            turn(tmp_path / "current", f".worktrees/rev{n}")
            follower.sees(a=str(n))
            shutil.rmtree(tmp_path / ".worktrees" / f"rev{n - 1}")
            save(tmp_path / ".worktrees" / f"rev{n}" / inner / "a.json", f"{n} more")
            follower.sees(a=f"{n} more")


def test_the_trees_that_a_link_led_to_before_are_let_go_of(tmp_path: Path) -> None:
    for n in range(2):
        save(tmp_path / f"rev{n}" / "team" / "a.json", str(n))
    (tmp_path / "current").symlink_to("rev0")
    with following(tmp_path / "current") as follower:
        before = watches()
        for n in range(1, 9):
            turn(tmp_path / "current", f"rev{n % 2}")
            follower.sees(team__a=str(n % 2))

        assert watches() == before


def test_a_link_to_a_link_is_followed_when_either_is_turned(tmp_path: Path) -> None:
    for name in ("x", "y"):
        save(tmp_path / "real" / name / "a.json", name)
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "second").symlink_to(str(tmp_path / "real" / "x"))
    (tmp_path / "first").symlink_to("./far/../far/second")
    with following(tmp_path / "first") as follower:
        turn(tmp_path / "far" / "second", "../real/y")
        follower.sees(a="y")
        turn(tmp_path / "first", "real/x")
        follower.sees(a="x")


def test_what_a_link_in_the_tree_leads_to_is_listened_to(tmp_path: Path) -> None:
    save(tmp_path / ".shared" / "a.json", "1")
    save(tmp_path / ".pool" / "deep" / "b.json", "1")
    (tmp_path / "a.json").symlink_to(".shared/a.json")
    with following(tmp_path) as follower:
        save(tmp_path / ".shared" / "a.json", "2")
        follower.sees(a="2")
        (tmp_path / "team").symlink_to(".pool")
        follower.sees(a="2", team__deep__b="1")
        save(tmp_path / ".pool" / "deep" / "b.json", "2")
        follower.sees(a="2", team__deep__b="2")
        save(tmp_path / ".pool" / "c" / "b.json", "3")
        follower.sees(a="2", team__deep__b="2", team__c__b="3")
        turn(tmp_path / "team", ".shared")
        follower.sees(a="2", team__a="2")
        save(tmp_path / "plain.json", "1")
        follower.sees(a="2", team__a="2", plain="1")
        save(tmp_path / "plain.json", "2")
        follower.sees(a="2", team__a="2", plain="2")


def test_links_that_go_in_circles_or_nowhere_keep_nobody_from_listening(tmp_path: Path) -> None:
    for name, to in {
        "self.json": "self.json",
        "up": "..",
        "here": ".",
        "a/b": "../b",
        "b/a": "../a",
        "none.json": "x/y",
        "out": "/",
    }.items():
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).symlink_to(to)
    with following(tmp_path / "root") as follower:
        save(tmp_path / "root" / "x" / "y", "1")
        follower.hints.wait()
        save(tmp_path / "root" / "x" / "y", "2")
        follower.hints.wait()


def test_a_root_that_is_removed_and_made_again_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "srv" / "dashboards"
    save(root / "a.json", "0")
    with following(root) as follower:
        for n in range(1, 11):
            shutil.rmtree(root if n % 2 else root.parent)
            save(root / "a.json", str(n))
            follower.sees(a=str(n))


def test_a_root_that_appears_later_is_found(tmp_path: Path) -> None:
    for n in range(10):
        root = tmp_path / f"n{n}" / "not" / "there" / "yet"
        with following(root) as follower:
            save(root / "team" / "a.json", "1")
            follower.sees(team__a="1")
            save(root / "team" / "a.json", "2")
            follower.sees(team__a="2")


def test_a_root_that_another_takes_the_place_of_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    save(root / "a.json", "1")
    save(tmp_path / "next" / "a.json", "2")
    with following(root) as follower:
        root.rename(tmp_path / "old")
        (tmp_path / "next").rename(root)
        follower.sees(a="2")
        save(root / "a.json", "3")
        follower.sees(a="3")
        root.rename(tmp_path / "older")
        root.symlink_to("old")
        follower.sees(a="1")


def test_a_directory_above_the_root_that_is_moved_away_and_back_is_followed(tmp_path: Path) -> None:
    save(tmp_path / "a" / "b" / "c" / "x.json", "1")
    with following(tmp_path / "a" / "b" / "c") as follower:
        (tmp_path / "a").rename(tmp_path / "away")
        follower.hints.wait()
        save(tmp_path / "away" / "b" / "c" / "x.json", "2")
        (tmp_path / "away").rename(tmp_path / "a")
        follower.sees(x="2")


def test_a_single_file_is_followed_when_it_is_written_replaced_and_put_there(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "one.json"
    with following(file) as follower:
        save(file, "1")
        follower.sees(one="1")
        save(file, "2")
        follower.sees(one="2")
        save(tmp_path / "etc" / "new", "3")
        (tmp_path / "etc" / "new").replace(file)
        follower.sees(one="3")
        file.unlink()
        (tmp_path / "real").mkdir()
        save(tmp_path / "real" / "one.json", "4")
        file.symlink_to("../real/one.json")
        follower.sees(one="4")
        save(tmp_path / "real" / "one.json", "5")
        follower.sees(one="5")


def test_what_happens_beside_a_single_file_is_not_hinted_at(tmp_path: Path) -> None:
    file, told = tmp_path / "one.json", tmp_path / "told"
    save(file, "1")
    early: list[str] = []
    hints = Hints(lambda: None if told.exists() else early.append("early"))
    with watched(file, hints):
        save(tmp_path / "two.json", "1")
        told.touch()
        save(file, "2")
        hints.wait()

    assert early == []
