"""The home dashboard that was set: one of each target, kept across restarts and releases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from provisioner.core.home import HomeRecord
from provisioner.core.model import TargetName, Uid
from provisioner.state.rows import Unreadable, home_in
from tests.state.ledger_values import ledger, record

FLEET = HomeRecord(Uid("fleet"), 7, "2026-11-22T12:00:00Z")


def test_the_home_dashboard_that_was_set_is_known_after_a_restart(tmp_path: Path) -> None:
    with ledger(tmp_path / "state.db") as one:
        assert one.home() is None
        one.note_home(HomeRecord(Uid("shop"), 3, "2026-11-21T12:00:00Z"))
        one.note_home(FLEET)
    with ledger(tmp_path / "state.db") as one:
        assert FLEET == one.home()


def test_each_target_has_its_own(tmp_path: Path) -> None:
    with ledger(tmp_path / "state.db") as one:
        one.note_home(FLEET)
    with ledger(tmp_path / "state.db", TargetName("staging")) as other:
        assert other.home() is None


def test_a_file_of_version_2_gets_a_place_for_it(tmp_path: Path) -> None:
    with ledger(tmp_path / "state.db") as one:
        one.note([record()])
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.executescript("DROP TABLE home; PRAGMA user_version = 2;")
    with ledger(tmp_path / "state.db") as one:
        one.note_home(FLEET)
        assert (FLEET, 1) == (one.home(), len(one.records()))


def test_a_row_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(Unreadable):
        home_in('["fleet"]')
