"""What the marks of all that was read say of a server as a whole."""

from dataclasses import replace

import pytest

from provisioner.core.changes import Comparison
from provisioner.core.live import Live
from provisioner.core.model import DesiredDashboard, Uid
from provisioner.core.records import Record
from provisioner.core.server import Mark
from provisioner.core.upheaval import Upheaval, is_older, upheaval
from tests.core.builders import BASE, NEW, WRITTEN, dashboard, recorded, there, wanted

OURS = wanted(*(dashboard(f"d{number}.json", f"d{number}") for number in range(3))).dashboards
SAME, SAVED, EARLIER, OTHER = WRITTEN, Mark(7, 4), Mark(7, 2), Mark(8, 1)


def beside(ours: DesiredDashboard, mark: Mark) -> Comparison:
    return Comparison(BASE, there(ours, BASE, mark))


def records(number: int = 3) -> dict[Uid, Record]:
    return {each.uid: recorded(each) for each in OURS[:number]}


def live(*marks: Mark | None) -> Live:
    """The first ones were asked for: with this mark, or not there."""
    pairs = list(zip(OURS, marks, strict=False))
    compared = tuple((each.uid, beside(each, mark)) for each, mark in pairs if mark is not None)
    return Live(NEW, compared=compared, read=frozenset(each.uid for each, _ in pairs))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((None, None, None), Upheaval.EMPTIED),
        ((None, None, SAME), None),
        ((None, SAME, SAME), None),
        ((OTHER, OTHER, OTHER), Upheaval.REPLACED),
        ((OTHER, OTHER, None), Upheaval.REPLACED),
        ((OTHER, OTHER, SAME), None),
        ((None, None, OTHER), None),
        ((EARLIER, EARLIER, EARLIER), Upheaval.RESTORED),
        ((EARLIER, SAME, SAME), Upheaval.RESTORED),
        ((EARLIER, EARLIER, None), Upheaval.RESTORED),
        ((EARLIER, EARLIER, SAVED), Upheaval.RESTORED),
        ((EARLIER, SAVED, SAME), None),
        ((SAVED, SAVED, SAVED), None),
        ((SAME, SAME, SAME), None),
    ],
)
def test_the_marks_of_all_say_what_happened(marks: tuple[Mark | None, ...], expected: Upheaval | None) -> None:
    assert upheaval(live(*marks), records()) is expected


@pytest.mark.parametrize("mark", [None, OTHER, EARLIER])
def test_of_a_single_dashboard_nobody_can_tell(mark: Mark | None) -> None:
    assert upheaval(live(mark), records(1)) is None


def test_what_was_never_recorded_says_nothing() -> None:
    assert upheaval(live(None, None, None), records(1)) is None


def test_what_was_not_read_says_nothing() -> None:
    assert upheaval(replace(live(None, None), read=frozenset()), records()) is None


def test_where_something_could_not_be_read_nobody_says_that_the_server_is_empty() -> None:
    assert upheaval(replace(live(None, None, None), doubtful=frozenset({OURS[0].uid})), records()) is None


def test_only_an_earlier_version_under_the_same_number_is_older() -> None:
    record = recorded(OURS[0])

    assert [is_older(record, beside(OURS[0], mark)) for mark in (EARLIER, SAME, SAVED, OTHER)] == [True, False, False, False]
