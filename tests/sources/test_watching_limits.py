"""Where no events are to be had, or cannot be relied upon; and how a watch ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.core.service import WatchMode
from provisioner.sources.watch_listening import Listening
from provisioner.sources.watch_mounts import deaf
from provisioner.sources.watching import open_watch
from tests.sources.apart import apart
from tests.sources.hints import LONG, Hints, descriptors, directory, listeners, watched

MOUNTS = """\
22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/root rw
23 22 0:22 / /srv rw - overlay overlay rw,lowerdir=/l
24 23 0:23 / /srv/na\\040me rw,relatime - nfs4 host:/export rw
25 22 0:24 / /mnt rw - nfs4 host:/export rw
26 25 0:25 / /mnt rw - tmpfs tmpfs rw
27 22 0:26 / /fuse rw - fuse.sshfs me@host: rw
28 22 0:27 / /rootless rw - fuse.fuse-overlayfs x rw
29 22 0:28 / /vm master:1 propagate_from:2 rw - virtiofs share rw
"""


# By the clock


def test_polling_opens_nothing_and_says_how_often(tmp_path: Path) -> None:
    before = descriptors()
    watch = open_watch(directory(tmp_path, mode=WatchMode.POLL), Hints())

    assert (watch.how, watch.interval) == ("looked at every 2 s: as the configuration has it", 2.0)
    assert (listeners(), descriptors()) == ([], before)
    watch.missed()
    watch.close()


def test_events_are_looked_after_now_and_then(tmp_path: Path) -> None:
    with watched(tmp_path, Hints()) as watch:
        assert (watch.how, watch.interval) == ("events", 60.0)


# File systems


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ("/home", ""), ("/srv/dashboards", "nfs4"), ("/srv/na me/x", "nfs4"), ("/srv/na", ""), ("/mnt/x", ""), ("/fuse", "fuse.sshfs"),
        ("/rootless/x", ""), ("/vm/x/y", "virtiofs"), ("/", "nfs4"),
    ],
)  # fmt: skip
def test_a_file_system_that_changes_without_events_is_known_by_its_type(tmp_path: Path, root: str, kind: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTS.replace("/srv/na\\040me", "/srv/dashboards/b") if root == "/srv/dashboards" else MOUNTS)

    assert deaf(root, str(tmp_path / "mounts")) == kind


def test_without_a_list_of_mounts_events_are_believed_in(tmp_path: Path) -> None:
    assert deaf("/srv", str(tmp_path / "none")) == ""


@pytest.mark.parametrize(("mode", "interval"), [(WatchMode.AUTO, 2.0), (WatchMode.EVENTS, 60.0)])
def test_a_deaf_file_system_is_looked_at_unless_events_alone_are_asked_for(tmp_path: Path, mode: WatchMode, interval: float) -> None:
    mounts, root, hints = tmp_path / "mounts", tmp_path / "root", Hints()
    root.mkdir()
    mounts.write_text(f"1 0 0:1 / {root.resolve()} rw - nfs4 host:/export rw\n")
    watch = Listening(directory(root, mode=mode), hints, again=300, mounts=str(mounts))
    try:
        assert watch.interval == interval
        assert watch.how == ("events" if interval > 2 else "looked at every 2 s: on nfs4, changes from elsewhere raise no event")
        (root / "a.json").touch()
        hints.wait()  # what this machine does is heard all the same
    finally:
        watch.close()


# Changes without a hint


def test_a_change_that_no_event_told_of_turns_the_interval_short(tmp_path: Path) -> None:
    with watched(tmp_path, Hints()) as watch:
        watch.missed()

        assert (watch.how, watch.interval) == ("looked at every 2 s: a change came without an event", 2.0)


def test_a_hint_that_was_only_slow_takes_it_back(tmp_path: Path) -> None:
    hints = Hints()
    with watched(tmp_path, hints) as watch:
        watch.missed()
        (tmp_path / "a.json").touch()
        hints.wait()
        assert watch.interval == 60.0
        watch.missed()
        assert watch.interval == 60.0


def test_who_asks_for_events_alone_is_believed(tmp_path: Path) -> None:
    watch = open_watch(directory(tmp_path, mode=WatchMode.EVENTS), Hints())
    watch.missed()
    assert (watch.how, watch.interval) == ("events", 60.0)
    watch.close()


# Limits of the kernel, met in a process of its own

CHILD = """
import json, os, resource, subprocess, sys, threading
from pathlib import Path
from provisioner.sources.watch_listening import Listening
from provisioner.sources.watching import open_watch
from tests.sources.hints import Hints, descriptors, directory, until

root, limits = Path(sys.argv[1]), Path("/proc/sys/user")

def told(watch):
    print(json.dumps([watch.how, watch.interval]), flush=True)

before = descriptors()

def given_back():  # each further try for events opens some for a moment
    until(lambda: descriptors() == before, "every descriptor is given back")
"""


def child(tmp_path: Path, program: str) -> list[tuple[str, float]]:
    """What a process tells that has limits of its own."""
    return [tuple(json.loads(line)) for line in apart(CHILD + program, str(tmp_path))]


def test_without_an_instance_left_it_looks_and_names_the_limit_to_raise(tmp_path: Path) -> None:
    [(how, interval), (later, long)] = child(
        tmp_path,
        """
(limits / "max_inotify_instances").write_text("0")
hints = Hints()
watch = open_watch(directory(root), hints, again=0.05)
told(watch)
given_back()
(limits / "max_inotify_instances").write_text("9")
hints.wait()
told(watch)
(root / "a.json").touch()
hints.wait()
watch.close()
""",
    )

    assert (interval, long, later) == (2.0, 60.0, "events")
    assert how.startswith("looked at every 2 s: this user's inotify instances are used up: raise fs.inotify.max_user_instances, now ")


def test_without_a_watch_left_it_gives_back_what_it_has_and_names_the_limit_to_raise(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"d{n}").mkdir()
    [(how, interval), (again, long), (last, short)] = child(
        tmp_path,
        """
count = len(root.parts) + 15
(limits / "max_inotify_watches").write_text(str(count))
hints = Hints()
watch = open_watch(directory(root), hints, again=0.05)
told(watch)
given_back()
(limits / "max_inotify_watches").write_text(str(count + 30))
hints.wait()
told(watch)
assert descriptors() == before + 3, descriptors()
for n in range(40):
    (root / "more" / str(n)).mkdir(parents=True)
hints.until(lambda: watch.interval == 2)
given_back()
watch.close()
told(watch)
assert descriptors() == before, descriptors()
""",
    )

    assert how.startswith("looked at every 2 s: this user's inotify watches are used up: raise fs.inotify.max_user_watches, now ")
    assert (interval, long, again, short) == (2.0, 60.0, "events", 2.0)
    assert last == "looked at every 2 s: the watch is closed"


def test_a_further_try_that_is_refused_again_never_looks_like_events_meanwhile(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"d{n}").mkdir()
    child(
        tmp_path,
        """
(limits / "max_inotify_watches").write_text(str(len(root.parts) + 15))
tries = 0
class Counted(Listening):
    def _open(self):
        global tries
        tries += 1
        return super()._open()
watch = Counted(directory(root), Hints(), again=0.0)
sys.setswitchinterval(1e-5)
seen = set()
while tries < 6:
    seen.add(watch.how)
watch.close()
assert len(seen) == 1 and "used up" in seen.pop(), seen
""",
    )


def test_who_is_told_of_a_refusal_finds_every_watch_given_back(tmp_path: Path) -> None:
    child(
        tmp_path,
        """
(limits / "max_inotify_watches").write_text(str(len(root.parts) + 5))
found = []
hints = Hints(lambda: found.append((watch.interval, descriptors() - before)))
watch = open_watch(directory(root), hints)
for n in range(40):
    (root / str(n)).mkdir()
hints.until(lambda: watch.interval == 2)
watch.close()
assert found[-1] == (2, 0), found
""",
    )


def test_without_a_descriptor_left_it_looks_and_names_the_limit_of_the_process(tmp_path: Path) -> None:
    [(how, interval)] = child(
        tmp_path,
        """
kept = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, kept[1]))
watch = open_watch(directory(root), Hints())
resource.setrlimit(resource.RLIMIT_NOFILE, kept)
told(watch)
watch.close()
""",
    )

    assert (interval, how) == (
        2.0, "looked at every 2 s: this process has too many files open: raise its limit (ulimit -n, LimitNOFILE=)",
    )  # fmt: skip


def test_a_file_system_mounted_over_the_root_is_found_at_the_look_that_misses_it(tmp_path: Path) -> None:
    [(how, interval)] = child(
        tmp_path,
        """
hints = Hints()
watch = open_watch(directory(root), hints)
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(root)], check=True)
watch.missed()
told(watch)
(root / "a.json").touch()
hints.wait()
watch.close()
""",
    )

    assert (how, interval) == ("events", 60.0)


def test_without_a_thread_to_be_had_it_looks(tmp_path: Path) -> None:
    before = descriptors()
    size = threading.stack_size(1 << 46)  # more than there is of address space
    try:
        watch = open_watch(directory(tmp_path), Hints())
    finally:
        threading.stack_size(size)
    assert (watch.how, watch.interval) == ("looked at every 2 s: the system gives no further thread", 2.0)
    assert descriptors() == before
    watch.missed()
    watch.close()


# How it ends


def test_nothing_is_left_of_watches_that_were_opened_and_closed_at_once(tmp_path: Path) -> None:
    before = descriptors()
    for _ in range(50):
        watch = open_watch(directory(tmp_path), Hints())
        watch.close()
        watch.close()
        watch.missed()

    assert (listeners(), descriptors()) == ([], before)


def test_a_watch_closed_while_it_rains_events_is_silent_at_once(tmp_path: Path) -> None:
    dry = threading.Event()

    def rain() -> None:
        while not dry.is_set():
            (tmp_path / "a.json").write_text("1")

    cloud = threading.Thread(target=rain)
    cloud.start()
    late: list[str] = []
    try:
        for _ in range(30):
            closed = threading.Event()
            hints = Hints(lambda closed=closed: late.append("late") if closed.is_set() else None)  # type: ignore[misc]  # bound here
            with watched(tmp_path, hints):
                hints.wait()
            closed.set()
    finally:
        dry.set()
        cloud.join()

    assert (late, listeners()) == ([], [])


def test_a_watch_may_be_closed_from_within_a_hint(tmp_path: Path) -> None:
    before = descriptors()
    close: list[Callable[[], None]] = []
    hints = Hints(lambda: [each() for each in close])
    watch = open_watch(directory(tmp_path), hints)
    close.append(watch.close)
    (tmp_path / "a.json").touch()
    hints.wait()
    for thread in threading.enumerate():
        if thread.name == "watch-local":
            thread.join(LONG)

    assert (listeners(), descriptors()) == ([], before)
