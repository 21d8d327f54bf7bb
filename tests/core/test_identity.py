"""Uids for what names none: a promise, since another uid is another dashboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.identity import derived_folder_uid, derived_uid, is_legal_uid, root_unified
from provisioner.core.model import SourceName

names = st.text(max_size=80)
paths = st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=60), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("source", "path", "index", "uid"),
    [
        ("platform", "payments/latency.json", 0, "latency-49ae2620eafb"),
        ("platform", "payments/latency.json", 1, "latency-4f8fa18f1144"),
        ("local", "payments/latency.json", 0, "latency-98616e70d84a"),
        ("platform", "Über Größe (alt).v2.json", 0, "uber-groe-alt-v2-1389adbc83ca"),
        ("platform", "仪表盘.yaml", 0, "f164fc2f014e"),
        ("platform", "a-very-long-name-that-nobody-would-ever-type-twice.json", 0, "a-very-long-name-that-nobod-709af6d8e0ac"),
        ("platform", "no-suffix", 0, "no-suffix-4b27188bbc48"),
    ],
)
def test_a_place_has_this_uid_in_every_release(source: str, path: str, index: int, uid: str) -> None:
    assert uid == derived_uid(SourceName(source), path, index)


@pytest.mark.parametrize(
    ("path", "under", "uid"),
    [
        ("payments", "", "payments-96a201606398"),
        ("platform/payments", "", "payments-eddab002beec"),
        ("payments", "Platform", "payments-a02efc74d9f0"),
        ("- - -", "", "7c06ce4d71e4"),
    ],
)
def test_a_directory_has_this_uid_in_every_release(path: str, under: str, uid: str) -> None:
    assert uid == derived_folder_uid(path, under)


@given(names, paths, st.integers(0, 9))
def test_a_derived_uid_is_legal_on_every_server(source: str, path: str, index: int) -> None:
    assert is_legal_uid(derived_uid(SourceName(source), path, index))


@given(paths, names)
def test_a_derived_folder_uid_is_legal_and_never_reserved(path: str, under: str) -> None:
    uid = derived_folder_uid(path, under)

    assert is_legal_uid(uid)
    assert uid not in ("general", "sharedwithme")


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), paths, st.integers(0, 2)), unique=True, max_size=8))
def test_different_places_have_different_uids(places: list[tuple[str, str, int]]) -> None:
    assert len(places) == len({derived_uid(SourceName(source), path, index) for source, path, index in places})


@given(st.lists(st.tuples(paths, st.sampled_from(["", "Platform", "Team"])), unique=True, max_size=8))
def test_different_directories_have_different_folders(places: list[tuple[str, str]]) -> None:
    assert len(places) == len({derived_folder_uid(path, under) for path, under in places})


def test_a_dashboard_and_a_folder_of_one_path_have_different_uids() -> None:
    uids: set[str] = {derived_uid(SourceName("ops"), "ops", 0), derived_folder_uid("ops", "ops"), derived_folder_uid("ops")}

    assert len(uids) == 3


@pytest.mark.parametrize("uid", ["a", "A-b_9", "x" * 40])
def test_letters_digits_dash_and_underscore_up_to_forty_are_legal(uid: str) -> None:
    assert is_legal_uid(uid)


@pytest.mark.parametrize("uid", ["", "x" * 41, "a.b", "a b", "ä", "a\n", "a/b"])
def test_anything_else_is_not_legal(uid: str) -> None:
    assert not is_legal_uid(uid)


@pytest.mark.parametrize("spelling", [None, "", "general"])
def test_the_root_is_one_thing_however_it_is_spelled(spelling: str | None) -> None:
    assert root_unified(spelling) == ""


@pytest.mark.parametrize("uid", ["General", "ops"])
def test_every_other_folder_is_itself(uid: str) -> None:
    assert root_unified(uid) == uid
