"""One process at a time: the second waits, or says who holds the file and since when; a lock dies with its process."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from provisioner.core.errors import StateUnusable
from provisioner.state.lock import Asking, StateLock
from tests.state.ledger_child import start
from tests.state.ledger_values import NOON


def open_files(place: Path) -> list[str]:
    """Those of ours below this directory. What else this process has open comes and goes by itself."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one that lists them has ended by then
            found.append(str(each.readlink()))
    return [each for each in found if each.startswith(f"{place}/")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.db"


def asking(wait_seconds: float = 0.0, command: str = "provisioner apply") -> Asking:
    return Asking(command, NOON, threading.Event().wait, wait_seconds)


def test_a_lock_is_taken_and_given_back(path: Path) -> None:
    for _ in range(2):
        with StateLock(str(path), asking()) as lock:
            assert path.with_name("state.db.lock") == lock.path


def test_the_second_is_told_who_holds_it_since_when_and_with_what(path: Path) -> None:
    with StateLock(str(path), asking(command="provisioner run -c config.yaml")), pytest.raises(StateUnusable) as caught:
        StateLock(str(path), asking()).__enter__()
    holder = f"process {os.getpid()} on {socket.gethostname()} since {NOON} (provisioner run -c config.yaml)"
    assert f"the state file is in use by {holder}" in caught.value.message
    assert "nothing was sent" in caught.value.next_step


def test_a_lock_holds_between_processes_and_dies_with_a_killed_one(path: Path) -> None:
    with start("hold", path) as child:
        assert child.stdout is not None
        assert "held\n" == child.stdout.readline()
        with pytest.raises(StateUnusable, match=f"process {child.pid} on .* since {NOON}"):
            StateLock(str(path), asking()).__enter__()
        child.kill()
    with StateLock(str(path), asking()):
        assert str(os.getpid()) in path.with_name("state.db.lock").read_text()


def test_the_second_waits_for_its_turn(path: Path) -> None:
    first = StateLock(str(path), asking())
    first.__enter__()
    waits: list[float] = []

    def pause(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 3:
            first.__exit__(None, None, None)
        return False

    with StateLock(str(path), Asking("provisioner apply", NOON, pause, 60.0)):
        assert 3 == len(waits)


def test_the_wait_ends_when_its_time_is_over(path: Path) -> None:
    waits: list[float] = []

    def pause(seconds: float) -> bool:
        waits.append(seconds)
        return False

    with StateLock(str(path), asking()), pytest.raises(StateUnusable, match="waited 1 s"):
        StateLock(str(path), Asking("provisioner apply", NOON, pause, 1.0)).__enter__()
    assert sum(waits) == pytest.approx(1.0, abs=0.1)


def test_the_wait_ends_when_we_are_asked_to_stop(path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with StateLock(str(path), asking()), pytest.raises(StateUnusable, match="in use by"):
        StateLock(str(path), Asking("provisioner apply", NOON, stop.wait, 3600.0)).__enter__()


def test_one_who_waited_in_vain_leaves_the_holder_s_words_and_no_open_file(path: Path) -> None:
    with StateLock(str(path), asking()):
        before, open_ones = path.with_name("state.db.lock").read_text(), open_files(path.parent)
        with pytest.raises(StateUnusable):
            StateLock(str(path), asking()).__enter__()
        assert (before, open_ones) == (path.with_name("state.db.lock").read_text(), open_files(path.parent))


@pytest.mark.parametrize("words", [b"", b"\xff\xfe", b"[]", b'{"pid": 1}', b"7", b"[" * 100_000])
def test_words_that_nobody_can_read_are_another_process(path: Path, words: bytes) -> None:
    with StateLock(str(path), asking()):
        path.with_name("state.db.lock").write_bytes(words)
        with pytest.raises(StateUnusable, match="in use by another process"):
            StateLock(str(path), asking()).__enter__()


def test_two_names_of_one_file_are_one_lock(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    link = path.with_name("link.db")
    link.symlink_to(path)
    with StateLock(str(path), asking()), pytest.raises(StateUnusable, match="in use by"):
        StateLock(str(link), asking()).__enter__()


def test_a_place_where_no_lock_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(StateUnusable, match="cannot be taken") as caught:
        StateLock(str(tmp_path / "file" / "state.db"), asking()).__enter__()
    assert "let the provisioner write there" in caught.value.next_step
