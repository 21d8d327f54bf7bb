"""Files that are moved or renamed keep their dashboards, and no two files come to have one uid by that."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.canonical import fingerprint_key
from provisioner.core.identity import derived_uid
from provisioner.core.model import Desired, DesiredDashboard, Entry
from provisioner.core.records import Record
from provisioner.core.renames import with_kept_uids
from tests.core.builders import PLATFORM, File, codes, document, file, recorded, wanted


def unnamed(path: str, blob: str | None = None) -> File:
    """A file that names no uid, and the blob that it shares with others."""
    entry, reading = file(path, document(None, f"In {path}"))
    return (entry if blob is None else Entry(entry.path, wanted(file(blob, document("x"))).dashboards[0].origin.blob, 100)), reading


def applied(dashboard: DesiredDashboard) -> Record:
    """The record of a dashboard as it was applied."""
    return replace(recorded(dashboard), key=fingerprint_key(dashboard.origin.blob, dashboard.document.index, dashboard.fill))


def uids(desired: Desired, *records: Record) -> dict[str, str]:
    """The uid of each file."""
    return {each.origin.path: each.uid for each in with_kept_uids(desired, {each.uid: each for each in records}).dashboards}


OLD = derived_uid(PLATFORM, "old.json", 0)
[WAS] = wanted(unnamed("old.json", "same")).dashboards
RECORD = applied(WAS)


def test_a_file_that_was_renamed_keeps_the_uid_that_was_derived_from_its_first_path() -> None:
    assert uids(wanted(unnamed("new.json", "same")), RECORD) == {"new.json": OLD}


def test_it_keeps_it_from_then_on_whatever_its_contents_are() -> None:
    assert uids(wanted(unnamed("new.json")), replace(RECORD, path="new.json")) == {"new.json": OLD}


def test_a_file_that_was_renamed_and_changed_at_once_is_a_new_dashboard() -> None:
    assert uids(wanted(unnamed("new.json")), RECORD) == {"new.json": derived_uid(PLATFORM, "new.json", 0)}


def test_what_stands_for_its_folder_on_a_server_without_folders_keeps_no_file_from_being_known_again() -> None:
    flat = replace(RECORD, key=fingerprint_key(WAS.origin.blob, WAS.document.index, replace(WAS.fill, folder_tag="old")))
    assert uids(wanted(unnamed("new/new.json", "same")), flat) == {"new/new.json": OLD}


def test_of_two_equal_files_nobody_can_say_which_one_was_renamed() -> None:
    made = uids(wanted(unnamed("a.json", "same"), unnamed("b.json", "same")), RECORD)

    assert made == {each: derived_uid(PLATFORM, each, 0) for each in ("a.json", "b.json")}


def test_a_copy_leaves_the_uid_where_it_was() -> None:
    made = uids(wanted(unnamed("old.json", "same"), unnamed("copy.json", "same")), RECORD)

    assert made == {"old.json": OLD, "copy.json": derived_uid(PLATFORM, "copy.json", 0)}


def test_a_file_that_names_its_uid_has_that_one() -> None:
    assert uids(wanted(file("new.json", document("cpu"))), RECORD) == {"new.json": "cpu"}


def test_without_derived_uids_nothing_is_looked_at() -> None:
    desired = wanted(unnamed("new.json", "same"))

    assert with_kept_uids(desired, {}) is desired


def test_a_new_file_where_a_renamed_one_was_is_held_back_and_told_whose_its_uid_is() -> None:
    kept = with_kept_uids(wanted(unnamed("old.json"), unnamed("new.json", "same")), {RECORD.uid: replace(RECORD, path="new.json")})

    assert [(each.origin.path, each.uid) for each in kept.dashboards] == [("new.json", OLD)]
    assert codes(kept.problems).count("uid-duplicate") == 1
    assert f'the uid derived for it, "{OLD}", is kept by new.json, which was renamed' in {each.message for each in kept.problems}


def test_a_uid_that_another_file_names_by_now_is_not_kept() -> None:
    named = file("stated.json", document(OLD))

    assert uids(wanted(named, unnamed("new.json", "same")), RECORD) == {
        "stated.json": OLD,
        "new.json": derived_uid(PLATFORM, "new.json", 0),
    }


PATHS = ["a.json", "b.json", "c.json"]


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(["x", "y"])), unique_by=lambda each: each[0]), st.data())
def test_no_two_files_ever_have_one_uid(now: list[tuple[str, str]], data: st.DataObject) -> None:
    places = data.draw(st.permutations(PATHS))
    blobs = data.draw(st.lists(st.sampled_from(["x", "y"]), min_size=3, max_size=3))
    before = wanted(*(unnamed(path, blob) for path, blob in zip(PATHS, blobs, strict=True)))
    records = {each.uid: replace(applied(each), path=place) for each, place in zip(before.dashboards, places, strict=True)}

    made = [each.uid for each in with_kept_uids(wanted(*(unnamed(path, blob) for path, blob in now)), records).dashboards]

    assert len(made) == len(set(made))
