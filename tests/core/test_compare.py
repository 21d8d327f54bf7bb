"""Ours beside theirs: equal or not, and then in which words."""

from hypothesis import given

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import Turn
from provisioner.core.compare import compare, known_equal
from provisioner.core.model import Fingerprint, Json
from provisioner.core.server import Mark
from tests.core.builders import live_dashboard
from tests.core.json_values import bodies

OURS: dict[str, Json] = {"title": "Latency", "panels": [{"id": 4, "title": "p99", "type": "graph", "gridPos": {"w": 12}}]}
THEIRS: dict[str, Json] = {**OURS, "panels": [{"id": 4, "title": "p95", "type": "graph", "gridPos": {"w": 12}}]}


def test_what_the_server_adds_is_no_difference() -> None:
    live = live_dashboard("pay", {**THEIRS, "panels": [{**OURS["panels"][0], "gridPos": {"w": 12.0}}], "id": 7, "version": 3, "uid": "pay"})

    beside = compare(OURS, live)

    assert beside.equal
    assert beside.differences == ()


def test_a_difference_is_told_from_live_to_ours() -> None:
    beside = compare(OURS, live_dashboard("pay", THEIRS))

    [told] = beside.differences
    assert not beside.equal
    assert (told.turn, told.part) == (Turn.CHANGED, 'panel "p95" (id 4)')
    assert (told.before, told.after) == ("p95", "p99")


def test_a_comparison_keeps_what_a_report_needs_and_not_the_body() -> None:
    live = live_dashboard("pay", THEIRS, "ops", managed_by="file provisioning")

    state = compare(OURS, live).live

    assert (state.uid, state.title, state.folder, state.folder_title, state.url) == ("pay", "Latency", "ops", "Ops", live.url)
    assert (state.mark, state.updated_by, state.updated, state.managed_by) == (Mark(7, 3), "jonas", live.updated, "file provisioning")
    assert state.fingerprint == fingerprint(THEIRS)
    assert not hasattr(state, "content")


def test_a_remembered_fingerprint_that_is_the_live_one_needs_no_content() -> None:
    beside = known_equal(fingerprint(OURS), live_dashboard("pay", OURS))

    assert beside is not None
    assert beside == compare(OURS, live_dashboard("pay", OURS))


def test_without_a_remembered_fingerprint_or_with_another_one_the_content_must_be_looked_at() -> None:
    assert known_equal(None, live_dashboard("pay", OURS)) is None
    assert known_equal(Fingerprint("1:another"), live_dashboard("pay", OURS)) is None


@given(bodies, bodies)
def test_there_are_differences_to_tell_exactly_when_the_fingerprints_differ(ours: dict[str, Json], theirs: dict[str, Json]) -> None:
    beside = compare(ours, live_dashboard("pay", theirs))

    assert beside.equal == (beside.differences == ())
