"""What happens in a tree, and whether hints alone lead to what is in it at the end."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest

from provisioner.core.ports import Written
from provisioner.core.settings import DirectorySettings
from provisioner.sources.directory import DirectorySource
from tests.sources.hints import Hints, directory, following, watched, watches


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


# What people and programs do to files


def test_a_file_that_is_saved_renamed_or_deleted_is_hinted_at(tmp_path: Path) -> None:
    save(tmp_path / "a.json", "1")
    with following(tmp_path) as follower:
        save(tmp_path / "a.json", "2")
        follower.sees(a="2")
        (tmp_path / "a.json").rename(tmp_path / "b.json")
        follower.sees(b="2")
        save(tmp_path / "team" / "c.json", "3")
        follower.sees(b="2", team__c="3")
        (tmp_path / "b.json").unlink()
        follower.sees(team__c="3")
        shutil.rmtree(tmp_path / "team")
        follower.sees()


@pytest.mark.parametrize("backupcopy", ["yes", "no"])
@pytest.mark.skipif(shutil.which("vim") is None, reason="there is no vim on this machine")
def test_vim_saves_and_is_heard_in_both_its_ways(tmp_path: Path, backupcopy: str) -> None:
    save(tmp_path / "a.json", "1")
    script = [f"set directory=. writebackup backup backupdir=. backupcopy={backupcopy}", "%s/1/2/", "wq"]
    with following(tmp_path) as follower:
        command = ["vim", "-u", "NONE", "-es", *(part for line in script for part in ("-c", line)), "a.json"]
        subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, check=True, timeout=30)

        follower.sees(a="2\n")


def test_sed_in_place_is_heard(tmp_path: Path) -> None:
    save(tmp_path / "a.json", "1\n")
    with following(tmp_path) as follower:
        subprocess.run(["sed", "-i", "s/1/2/", "a.json"], cwd=tmp_path, check=True)

        follower.sees(a="2\n")


def test_a_file_put_in_place_as_rsync_does_it_is_heard(tmp_path: Path) -> None:
    save(tmp_path / "a.json", "1")
    with following(tmp_path) as follower:
        partial = tmp_path / ".a.json.Xq3v9T"
        save(partial, "2")
        os.utime(partial, (1_600_000_000, 1_600_000_000))
        partial.replace(tmp_path / "a.json")

        follower.sees(a="2")


def test_a_file_moved_in_from_elsewhere_and_out_again_is_heard(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "a.json"
    root.mkdir()
    save(elsewhere, "1")
    with following(root) as follower:
        elsewhere.rename(root / "a.json")
        follower.sees(a="1")
        (root / "a.json").rename(elsewhere)
        follower.sees()


def test_a_file_that_is_opened_to_our_eyes_is_heard(tmp_path: Path) -> None:
    hints = Hints()
    save(tmp_path / "a.json", "1")
    with watched(tmp_path, hints):
        (tmp_path / "a.json").chmod(0o640)

        hints.wait()


def test_the_last_of_a_thousand_saves_is_seen(tmp_path: Path) -> None:
    with following(tmp_path) as follower:
        for n in range(1000):
            save(tmp_path / "a.json", str(n))

        follower.sees(a="999")


def test_a_thousand_files_saved_at_once_are_all_seen(tmp_path: Path) -> None:
    with following(tmp_path) as follower:
        for n in range(1000):
            save(tmp_path / f"f{n}.json", "1")

        follower.sees(**{f"f{n}": "1" for n in range(1000)})


# What must not be hinted at


def test_neither_reading_nor_what_can_never_count_is_hinted_at(tmp_path: Path) -> None:
    root = tmp_path / "root"
    save(root / "a.json", "1")
    save(root / ".git" / "index", "1")
    (root / "vendor").mkdir()
    told = tmp_path / "told"
    early: list[str] = []
    hints = Hints(lambda: None if told.exists() else early.append("early"))
    source = DirectorySource(directory(root, exclude=("vendor/**",)))
    with watched(root, hints, exclude=("vendor/**",)):
        list(source.read(source.snapshot().entries))
        for name in ("4913", ".a.json.swp", "a.json~", "notes.txt", "vendor/x.json", "vendor/deep/x.json", ".git/index", ".git/x.json"):
            save(root / name, "2")
        (root / "4913").unlink()
        save(tmp_path / "beside.json", "1")
        told.touch()
        save(root / "a.json", "2")
        hints.wait()

    assert early == []


# Directories


def test_files_written_into_a_directory_that_was_just_made_are_seen(tmp_path: Path) -> None:
    wanted: dict[str, str] = {}
    with following(tmp_path) as follower:
        for n in range(50):
            save(tmp_path / f"d{n}" / "a.json", str(n))
            wanted[f"d{n}__a"] = str(n)
            follower.sees(**wanted)


def test_a_deep_directory_made_in_one_go_is_listened_in_to_its_bottom(tmp_path: Path) -> None:
    with following(tmp_path) as follower:
        for n in range(20):
            deep = tmp_path / "/".join(f"{n}x{level}" for level in range(12))
            save(deep / "a.json", "1")
            follower.sees(**{"/".join((*deep.relative_to(tmp_path).parts, "a")): "1"})
            save(deep / "a.json", "2")
            follower.sees(**{"/".join((*deep.relative_to(tmp_path).parts, "a")): "2"})
            shutil.rmtree(tmp_path / f"{n}x0")
            follower.sees()


def test_a_tree_that_is_copied_in_is_seen_and_listened_to(tmp_path: Path) -> None:
    root, tree = tmp_path / "root", tmp_path / "tree"
    root.mkdir()
    for n in range(200):
        save(tree / f"t{n // 20}" / f"d{n}" / "a.json", "1")
    with following(root) as follower:
        shutil.copytree(tree, root / "copy")
        follower.sees(**{f"copy__t{n // 20}__d{n}__a": "1" for n in range(200)})
        (root / "copy").rename(root / "b")
        save(root / "b" / "t9" / "d199" / "a.json", "2")
        follower.sees(**{f"b__t{n // 20}__d{n}__a": "2" if n == 199 else "1" for n in range(200)})


def test_a_directory_that_was_moved_is_listened_in_under_its_new_name(tmp_path: Path) -> None:
    save(tmp_path / "old" / "deep" / "a.json", "1")
    with following(tmp_path) as follower:
        (tmp_path / "old").rename(tmp_path / "new")
        follower.sees(new__deep__a="1")
        save(tmp_path / "new" / "deep" / "a.json", "2")
        follower.sees(new__deep__a="2")


def test_a_directory_that_was_moved_away_is_not_listened_in_any_more(tmp_path: Path) -> None:
    root, out, told = tmp_path / "root", tmp_path / "out", tmp_path / "told"
    save(root / "team" / "deep" / "a.json", "1")
    gone: list[bool] = []
    early: list[str] = []

    def then() -> None:
        if gone and not told.exists():
            early.append("early")

    hints = Hints(then)
    with watched(root, hints):
        (root / "team").rename(out)
        hints.until(lambda: watches() == len(root.parts))
        gone.append(True)
        save(out / "deep" / "a.json", "2")
        told.touch()
        save(root / "b.json", "1")
        hints.wait()

    assert early == []


def test_more_events_than_the_kernel_keeps_lose_nothing(tmp_path: Path) -> None:
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 40_000:
        pytest.skip(f"the kernel of this machine keeps {most} events: too many to write in a test")
    held = threading.Event()
    save(tmp_path / "a.json", "1")
    with following(tmp_path, then=lambda: held.wait(50)) as follower:
        save(tmp_path / "a.json", "2")
        for n in range(most + 100):  # two files in turn: equal events one after the other would be one
            (tmp_path / f"{n % 2}.txt").write_bytes(b"")
        save(tmp_path / "late" / "a.json", "1")
        held.set()
        follower.sees(a="2", late__a="1")
        for n in range(2, 7):  # the first of these could be seen by a hint that was on its way before
            save(tmp_path / "late" / "a.json", str(n))
            follower.sees(a="2", late__a=str(n))


# How fast


def test_two_thousand_directories_are_listened_in_within_a_moment(tmp_path: Path) -> None:
    for n in range(2000):
        (tmp_path / f"t{n // 50}" / f"d{n}").mkdir(parents=True)
    hints = Hints()
    begun = time.thread_time()  # its own work: what others do on this machine is not counted
    with watched(tmp_path, hints):
        assert time.thread_time() - begun < 2
        save(tmp_path / "t39" / "d1999" / "a.json", "1")
        hints.wait()


def test_a_hint_follows_a_write_within_milliseconds(tmp_path: Path) -> None:
    hints = Hints()
    took: list[float] = []
    with watched(tmp_path, hints):
        for n in range(50):
            begun = time.perf_counter()
            (tmp_path / f"{n}.json").touch()
            hints.until(lambda begun=begun: hints.times[-1] > begun)  # type: ignore[misc]  # bound to this round
            took.append(hints.times[-1] - begun)

    # A delay of ours would be in each of them; what the machine's load adds is not.
    assert statistics.quantiles(took)[0] < 0.05


# Half-written files


def test_the_age_of_a_file_is_told_by_when_it_was_put_there(tmp_path: Path) -> None:
    save(tmp_path / "team" / "a.json", "1")
    os.utime(tmp_path / "team" / "a.json", (1_000_000_000, 1_000_000_000))
    written = (tmp_path / "team" / "a.json").stat().st_ctime_ns
    settings: DirectorySettings = directory(tmp_path)

    assert DirectorySource(settings, now=lambda: written + 1_500_000_000).age("team/a.json") == 1.5
    assert DirectorySource(settings, now=lambda: written - 9_000_000_000).age("team/a.json") == 0.0
    assert DirectorySource(settings).age("team/b.json") is None
    assert DirectorySource(directory(tmp_path / "gone")).age("a.json") is None
    assert isinstance(DirectorySource(settings), Written)
