"""kill -9 at every point of a pass where something is written: the next two passes complete it, and nothing is written twice or lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from provisioner.core.changes import ConflictKind, Result
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden
from provisioner.core.model import Uid
from provisioner.core.records import Intent, Kept, Record, Why
from provisioner.core.report import PassReport
from provisioner.core.server import LiveDashboard
from provisioner.grafana import Waiting, open_grafana
from provisioner.sandbox import Faults, objects
from provisioner.sandbox.server import MAIN_ORGANISATION
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from tests.whole.house import SAVES, TARGET, House, dashboard, kinds, only_conflict, panel_titled, results
from tests.whole.killed_child import POLICY, Mill

SAVING = ("before begin", "in begin", "after begin", "in save", "after save", "in settle", "after settle")
KEEPING = ("before keep", "in keep", "after keep")
FOLDERS = ("before create_folder", "in create_folder", "after create_folder", "in note_folder", "after note_folder")
DELETING = ("before begin", "in begin", "after begin", "in delete", "after delete", "in settle", "after settle")
NOTING = ("before note", "in note", "after note")
BETWEEN = (("before save", 2), ("after save", 2))
ONCE_AND_BETWEEN = (*((point, 1) for point in SAVING), *BETWEEN)
NAMES = ("a", "b")
"""Two of each, so that there is a point between two changes: before the second is sent, and after it."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a state file holds."""

    records: dict[Uid, Record]
    intents: tuple[Intent, ...]
    kept: list[tuple[Kept, dict[str, Any]]]


def left_by(one: House) -> Left:
    file = StateFile(str(one.place / "state.db"))
    ledger = SqliteLedger(file, TARGET, keep_seconds=10_000)
    kept = [(each, dict(ledger.body(each.content) or {})) for each in ledger.kept()]
    left = Left(ledger.records(), ledger.intents(), kept)
    file.close()
    return left


def killed(one: House, mill: Mill, point: str, time: int = 1) -> None:
    one.forget()
    assert -signal.SIGKILL == mill.run(one, point, time), "the point was not met"


def apply(one: House) -> PassReport:
    report = one.apply(policy=POLICY)
    assert report.failure is None
    return report


def at_rest_after_two(one: House) -> None:
    """The second pass finds nothing to do, and the records say what is there."""
    apply(one)
    one.forget()
    second = apply(one)
    assert ((), (), (), 0) == (second.plan.changes, second.conflicts, second.removals, one.writes)
    left = left_by(one)
    live = {uid: one.browser.version(uid) for uid in left.records}
    assert ((), live) == (left.intents, {uid: each.mark.version for uid, each in left.records.items()})


def fill(one: House, title: str, folder: str = "") -> None:
    for name in NAMES:
        one.write(f"{folder}{name}.json", dashboard(name, **panel_titled(title)))


def titles(one: House) -> list[str]:
    return [str(one.browser.content(name)["panels"][0]["title"]) for name in NAMES]


def authors(one: House, uid: str) -> list[str]:
    """Who saved it, oldest first."""
    store = one.sandbox.server.store
    item = objects.by_uid(store, MAIN_ORGANISATION, uid, is_folder=False)
    return [each.created_by for each in reversed(objects.versions(store, item))] if item else []


@pytest.mark.parametrize(("point", "time"), ONCE_AND_BETWEEN)
def test_killed_while_it_creates(either: House, mill: Mill, point: str, time: int) -> None:
    fill(either, "First")
    killed(either, mill, point, time)
    at_rest_after_two(either)
    assert [["admin"], ["admin"]] == [authors(either, name) for name in NAMES]
    assert ["First", "First"] == titles(either)


@pytest.mark.parametrize("point", FOLDERS)
def test_killed_while_it_makes_a_folder(twelve: House, mill: Mill, point: str) -> None:
    fill(twelve, "First", folder="shop/")
    killed(twelve, mill, point)
    at_rest_after_two(twelve)
    assert ["shop"] == list(twelve.browser.folders())
    assert ["shop", "shop"] == [twelve.browser.read(name)["meta"]["folderTitle"] for name in NAMES]
    assert [["admin"], ["admin"]] == [authors(twelve, name) for name in NAMES]


@pytest.mark.parametrize(("point", "time"), ONCE_AND_BETWEEN)
def test_killed_while_it_updates(either: House, mill: Mill, point: str, time: int) -> None:
    fill(either, "First")
    apply(either)
    fill(either, "Second")
    killed(either, mill, point, time)
    at_rest_after_two(either)
    assert [["admin"] * 2, ["admin"] * 2] == [authors(either, name) for name in NAMES]
    assert ["Second", "Second"] == titles(either)


@pytest.mark.parametrize("point", SAVING)
def test_killed_while_it_moves(twelve: House, mill: Mill, point: str) -> None:
    fill(twelve, "First", folder="shop/")
    apply(twelve)
    for name in NAMES:
        (twelve.files / "store").mkdir(exist_ok=True)
        (twelve.files / f"shop/{name}.json").rename(twelve.files / f"store/{name}.json")
    killed(twelve, mill, point)
    at_rest_after_two(twelve)
    assert ["store", "store"] == [twelve.browser.read(name)["meta"]["folderTitle"] for name in NAMES]
    assert [["admin"] * 2, ["admin"] * 2] == [authors(twelve, name) for name in NAMES]


@pytest.mark.parametrize("point", [*KEEPING, *SAVING])
def test_killed_while_it_puts_git_back_the_edit_is_kept_once(nine: House, mill: Mill, point: str) -> None:
    fill(nine, "First")
    apply(nine)
    for name in NAMES:
        nine.browser.edit(name, **panel_titled(f"Theirs of {name}"))
    killed(nine, mill, point)
    at_rest_after_two(nine)
    assert ["First", "First"] == titles(nine)
    assert [["admin", "jonas", "admin"]] * 2 == [authors(nine, name) for name in NAMES]
    kept = left_by(nine).kept
    assert {("a", "Theirs of a"), ("b", "Theirs of b")} == {(each.uid, body["panels"][0]["title"]) for each, body in kept}
    assert [Why.BEFORE_OVERWRITE] * 2 == [each.why for each, _ in kept]


@pytest.mark.parametrize("point", [*KEEPING, *DELETING])
def test_killed_while_it_deletes_the_body_is_kept_once(nine: House, mill: Mill, point: str) -> None:
    fill(nine, "First")
    nine.write("stays.json", dashboard("stays"))
    apply(nine)
    for name in NAMES:
        (nine.files / f"{name}.json").unlink()
    killed(nine, mill, point)
    at_rest_after_two(nine)
    assert ([], ["stays"]) == ([name for name in NAMES if nine.browser.is_there(name)], list(left_by(nine).records))
    kept = left_by(nine).kept
    assert {("a", "First"), ("b", "First")} == {(each.uid, body["panels"][0]["title"]) for each, body in kept}
    assert [Why.BEFORE_DELETE] * 2 == [each.why for each, _ in kept]


@pytest.mark.parametrize("point", NOTING)
def test_killed_while_it_adopts(nine: House, mill: Mill, point: str) -> None:
    fill(nine, "First")
    for name in NAMES:
        nine.browser.create(dashboard(name, **panel_titled("First")))
    killed(nine, mill, point)
    at_rest_after_two(nine)
    assert [["jonas"], ["jonas"]] == [authors(nine, name) for name in NAMES]
    assert {"a": False, "b": False} == {uid: each.written for uid, each in left_by(nine).records.items()}


@pytest.mark.parametrize(
    ("point", "expected"),
    [("after begin", ([ConflictKind.BOTH_CHANGED], 0)), ("in save", ([], 1)), ("after save", ([], 1)), ("in settle", ([], 1))],
)
def test_killed_while_it_updates_and_edited_before_the_next_pass_the_edit_stays(
    nine: House, mill: Mill, point: str, expected: tuple[list[ConflictKind], int]
) -> None:
    """Once our write was done, the history has it beneath the edit: then git is as it was written, and only the server has changed."""
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    apply(nine)
    nine.write("a.json", dashboard("a", **panel_titled("Second")))
    killed(nine, mill, point)
    nine.browser.edit("a", **panel_titled("Theirs"))
    report = nine.apply()  # with the policy that only tells
    assert expected == (kinds(report), report.drifted)
    assert "Theirs" == nine.browser.content("a")["panels"][0]["title"]


@pytest.mark.parametrize("point", ["after save", *KEEPING, "in settle"])
def test_killed_after_a_save_that_went_over_an_edit_the_next_pass_keeps_it_and_tells(nine: House, mill: Mill, point: str) -> None:
    """The server checks, somebody saves, ours is written over it, and nobody reads the answer that would tell."""
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    apply(nine)
    nine.write("a.json", dashboard("a", **panel_titled("Second")))
    nine.sandbox.faults.set(Faults(path=SAVES, lost_races=1))
    killed(nine, mill, point)
    report = apply(nine)
    assert [ConflictKind.OVERWROTE_EDIT] == kinds(report)
    assert [("a", 2, Why.OVERWROTE_EDIT)] == [(each.uid, each.mark.version, each.why) for each, _ in left_by(nine).kept]


@pytest.mark.parametrize("point", ["after save", "in settle"])
def test_killed_after_a_save_that_went_over_an_edit_and_edited_again_both_are_there(nine: House, mill: Mill, point: str) -> None:
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    apply(nine)
    nine.write("a.json", dashboard("a", **panel_titled("Second")))
    nine.sandbox.faults.set(Faults(path=SAVES, lost_races=1))
    killed(nine, mill, point)
    nine.browser.edit("a", **panel_titled("Theirs"))
    report = nine.apply()
    assert ([ConflictKind.OVERWROTE_EDIT], 1) == (kinds(report), report.drifted)
    assert [("a", 2, Why.OVERWROTE_EDIT)] == [(each.uid, each.mark.version, each.why) for each, _ in left_by(nine).kept]
    assert "Theirs" == nine.browser.content("a")["panels"][0]["title"]


def test_a_plan_after_a_save_that_went_over_an_edit_tells_it_and_keeps_nothing(nine: House, mill: Mill) -> None:
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    apply(nine)
    nine.write("a.json", dashboard("a", **panel_titled("Second")))
    nine.sandbox.faults.set(Faults(path=SAVES, lost_races=1))
    killed(nine, mill, "after save")
    for _ in range(2):
        told = only_conflict(nine.plan())
        assert ConflictKind.OVERWROTE_EDIT is told.kind
        assert "the server's history has version 2 by" in told.message
    left = left_by(nine)
    assert ([], 1) == (left.kept, len(left.intents))


@pytest.mark.parametrize(("point", "written"), [("after save", True), ("after begin", False)])
def test_killed_while_it_creates_and_edited_since_it_is_ours_where_the_history_shows_that_we_made_it(
    nine: House, mill: Mill, point: str, *, written: bool
) -> None:
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    killed(nine, mill, point)
    if not written:
        nine.browser.create(dashboard("a", **panel_titled("Another")))
    nine.browser.edit("a", **panel_titled("Theirs"))
    report = nine.apply()
    assert (([], 1) if written else ([ConflictKind.UNMANAGED], 0)) == (kinds(report), report.drifted)
    nine.browser.edit("a", **panel_titled("First"))
    nine.apply()
    assert {"a": written} == {uid: each.written for uid, each in left_by(nine).records.items()}


def test_killed_after_a_save_of_which_the_server_made_something_of_its_own_it_is_known_by_its_message(nine: House, mill: Mill) -> None:
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    apply(nine)
    nine.write("a.json", dashboard("a", **panel_titled("Second")))
    killed(nine, mill, "after save")
    with nine.sandbox.server.store.transaction() as database:
        database.execute("UPDATE item SET body = replace(body, ?, ?)", ('"Second"', '"Second, as the server has it"'))
        database.execute("UPDATE version SET body = replace(body, ?, ?)", ('"Second"', '"Second, as the server has it"'))
    report = nine.apply()
    assert ([], 0, 1) == (kinds(report), report.drifted, report.unchanged)


class _Forbidding:
    """A server whose dashboards this credential may not read."""

    def __init__(self, real: Grafana) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        raise TargetForbidden(f"dashboards:read on dashboard {uid} is missing", next_step="grant it")


def test_what_may_not_be_read_after_a_kill_stays_open_and_keeps_nothing_else_from_being_applied(nine: House, mill: Mill) -> None:
    nine.write("a.json", dashboard("a", **panel_titled("First")))
    apply(nine)
    nine.write("a.json", dashboard("a", **panel_titled("Second")))
    killed(nine, mill, "after save")
    nine.write("b.json", dashboard("b"))

    @contextmanager
    def connected() -> Iterator[Grafana]:
        with open_grafana(nine.connection, lambda _: nine.environment["PASSWORD"], Waiting()) as real:
            yield cast("Grafana", _Forbidding(real))

    nine.parts["open_grafana"] = connected
    report = apply(nine)
    assert ({"b": Result.CREATED}, ["a"]) == (results(report), [each.uid for each in left_by(nine).intents])
    del nine.parts["open_grafana"]
    at_rest_after_two(nine)


def test_a_pass_that_is_not_killed_ends_by_itself(nine: House, mill: Mill) -> None:
    """Else every point above would be met by some other end."""
    fill(nine, "First")
    nine.forget()
    assert 0 == mill.run(nine, "after a point that there is not")
    assert 2 == len(nine.requests("POST", SAVES))
