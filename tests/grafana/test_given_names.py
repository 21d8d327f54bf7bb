"""Whose uid the nine digits are that an upgrade gave: ours by number and name, and nobody's by the number alone."""

from __future__ import annotations

from provisioner.core.introducing import Introduced
from provisioner.core.model import ROOT, Uid
from provisioner.core.server import Found, LiveDashboard, Mark
from provisioner.grafana.given_names import GivenNames

CPU, RAM = Introduced(Uid("cpu"), "CPU", Mark(1, 3)), Introduced(Uid("ram"), "RAM", Mark(2, 1))


def row(uid: str, title: str) -> Found:
    return Found(Uid(uid), title, ROOT, "")


def live(uid: str, title: str, number: int) -> LiveDashboard:
    return LiveDashboard(Uid(uid), title, ROOT, "", "", Mark(number, 1), "", "", {})


def names(*known: Introduced) -> GivenNames:
    made = GivenNames()
    made.introduce(known)
    return made


def test_a_row_of_our_number_and_name_is_ours() -> None:
    found = names(CPU, RAM)
    found.see([row("000000001", "cpu"), row("other", "RAM")])
    assert ("cpu", "other", "000000001", None) == (
        found.ours(Uid("000000001")),
        found.ours(Uid("other")),
        found.given(Uid("cpu")),
        found.given(Uid("ram")),
    )


def test_where_one_is_known_by_its_name_another_may_have_been_renamed() -> None:
    found = names(CPU, RAM)
    found.see([row("000000001", "CPU"), row("000000002", "By hand")])
    assert "000000002" == found.given(Uid("ram"))


def test_where_none_has_its_name_all_are_strangers() -> None:
    found = names(CPU, RAM)
    found.see([row("000000001", "Theirs"), row("000000002", "By hand")])
    assert (None, None) == (found.given(Uid("cpu")), found.given(Uid("ram")))


def test_of_a_single_one_the_number_decides_and_what_follows_is_for_the_plan() -> None:
    found = names(CPU)
    found.see([row("000000001", "By hand")])
    assert "000000001" == found.given(Uid("cpu"))


def test_what_is_there_by_our_uid_is_no_other_one() -> None:
    found = names(CPU)
    found.see([row("000000001", "CPU"), row("cpu", "CPU")])
    assert None is found.given(Uid("cpu"))


def test_what_is_our_uid_already_was_given_by_nobody() -> None:
    found = names(
        Introduced(Uid("000000001"), "CPU", Mark(1, 1)), Introduced(Uid("new"), "New"), Introduced(Uid("big"), "B", Mark(10**12, 1))
    )
    assert (None, None, None) == tuple(found.guess(Uid(uid)) for uid in ("000000001", "new", "big"))


def test_before_the_search_a_guess_has_to_have_our_number_and_our_name() -> None:
    found = names(CPU)
    assert "000000001" == found.guess(Uid("cpu"))
    assert not found.learn(Uid("cpu"), live("000000001", "Theirs", 1))
    assert not found.learn(Uid("cpu"), live("000000001", "CPU", 9))
    assert found.learn(Uid("cpu"), live("000000001", "CPU", 1))
    assert "cpu" == found.ours(Uid("000000001"))
    found.forget(Uid("cpu"))
    assert (None, "000000001") == (found.given(Uid("cpu")), found.ours(Uid("000000001")))


def test_after_the_search_nothing_is_guessed() -> None:
    found = names(CPU)
    found.see([])
    assert None is found.guess(Uid("cpu"))
