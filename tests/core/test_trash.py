"""What is in a trash, and which of two keepings has the newer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.model import Fingerprint, FolderUid, Uid
from provisioner.core.records import Kept, Why
from provisioner.core.report import Exit, Failure
from provisioner.core.server import Mark
from provisioner.core.trash import CLOCKS, NoTrash, Trashed, TrashReport, is_newer, still_kept, trash_exit_code

NOON = "2026-11-22T12:00:00Z"
REPORT = TrashReport("production", "https://grafana.example", NoTrash("it has none"), ())


def kept(uid: str, why: Why = Why.BEFORE_DELETE, version: int = 1) -> Kept:
    return Kept(Uid(uid), uid, FolderUid(""), (), Fingerprint("1:a"), Mark(1, version), "jonas", NOON, why, NOON)


def trashed(deleted: str) -> Trashed:
    return Trashed(Uid("a"), "A", FolderUid(""), deleted=deleted)


def test_of_each_deleted_dashboard_the_newest_that_we_keep_is_told() -> None:
    newest, older = kept("a", Why.BEFORE_OVERWRITE, 3), kept("a", version=2)
    assert (newest, kept("b")) == still_kept((newest, older, kept("b")), frozenset())


def test_what_is_on_the_server_again_or_was_never_deleted_is_no_trash() -> None:
    assert () == still_kept((kept("a"), kept("b", Why.BEFORE_OVERWRITE)), frozenset({Uid("a")}))


@pytest.mark.parametrize(
    ("deleted", "ours", "expected"),
    [
        (NOON, None, True),
        ("2026-11-22T12:00:00Z", NOON, True),
        ("2026-11-22T13:00:00+01:00", NOON, True),
        ("2026-11-22T11:56:00Z", NOON, True),
        ("2026-11-22T11:54:00Z", NOON, False),
        ("", NOON, False),
        ("yesterday", NOON, False),
    ],
)
def test_the_newer_is_told_by_two_clocks_that_may_be_apart(deleted: str, ours: str | None, *, expected: bool) -> None:
    assert expected is is_newer(trashed(deleted), ours)
    assert 300.0 == CLOCKS


def test_that_a_server_has_no_trash_is_no_failure() -> None:
    assert Exit.OK == trash_exit_code([REPORT])


def test_a_server_that_could_not_be_asked_is_one() -> None:
    failed, silent = Failure("t", "no", "next"), Failure("t", "no", "next", unreachable=True)
    assert Exit.ERROR == trash_exit_code([REPORT, replace(REPORT, failure=failed)])
    assert Exit.UNREACHABLE == trash_exit_code([replace(REPORT, failure=failed), replace(REPORT, failure=silent)])
