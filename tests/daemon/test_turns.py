"""The lock of the state file, taken for a whole process; another process is played by another lock, as `flock` counts them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from provisioner.core.errors import StateUnusable
from provisioner.state.lock import Asking, StateLock
from provisioner.state.turns import Turns
from tests.daemon.desk import PATIENCE, running, until


def _lock(path: Path, wait: float = 0.0) -> StateLock:
    return StateLock(str(path / "state.db"), Asking("test", "2026-11-22T12:00:00Z", threading.Event().wait, wait))


def _turns(path: Path, wait: float = 0.0) -> Turns:
    turns = Turns(lambda: _lock(path, wait))
    with turns.turn():
        pass
    assert not turns.meddled()
    return turns


def test_several_threads_are_in_it_at_once_and_no_other_process(tmp_path: Path) -> None:
    turns = _turns(tmp_path)
    with turns.turn(), turns.turn(), pytest.raises(StateUnusable, match="in use by process"), _lock(tmp_path):
        pass
    with _lock(tmp_path):
        pass


def test_what_another_process_did_between_is_noticed_once(tmp_path: Path) -> None:
    turns = _turns(tmp_path)
    with _lock(tmp_path):
        pass
    assert (True, False) == (turns.meddled(), turns.meddled())


def test_our_own_turns_are_nothing_to_notice(tmp_path: Path) -> None:
    turns = _turns(tmp_path)
    with turns.turn():
        assert not turns.meddled()
    assert not turns.meddled()


def test_another_turn_is_noticed_though_one_of_ours_came_right_after_it(tmp_path: Path) -> None:
    turns = _turns(tmp_path)
    with _lock(tmp_path):
        pass
    with turns.turn():
        pass
    assert turns.meddled()


def test_a_turn_that_we_had_to_wait_for_is_noticed(tmp_path: Path) -> None:
    turns, entered = _turns(tmp_path, wait=PATIENCE), threading.Event()

    def work() -> None:
        with turns.turn():
            entered.set()

    with _lock(tmp_path) as other:
        with running(work, lambda: other.__exit__(None, None, None)):
            assert not entered.is_set()
        assert entered.is_set()
    assert turns.meddled()


def test_asking_never_waits_for_who_waits(tmp_path: Path) -> None:
    turns, waiting = _turns(tmp_path, wait=PATIENCE), threading.Event()

    def work() -> None:
        waiting.set()
        with turns.turn():
            pass

    with _lock(tmp_path) as other, running(work, lambda: other.__exit__(None, None, None)):
        waiting.wait(PATIENCE)
        until(lambda: not turns.meddled(), "it answers at once")


def test_a_lock_that_cannot_be_had_leaves_the_next_turn_free(tmp_path: Path) -> None:
    turns = _turns(tmp_path)
    with _lock(tmp_path), pytest.raises(StateUnusable), turns.turn():
        pass
    with turns.turn(), turns.turn():
        pass
