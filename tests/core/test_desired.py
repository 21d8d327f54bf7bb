"""What a target should hold, and what keeps a file from it: one bad file keeps back itself alone, and every problem has its place."""

from dataclasses import replace
from itertools import permutations

import pytest

from provisioner.core.catalog import problem
from provisioner.core.desired import Wants, desire
from provisioner.core.identity import derived_uid
from provisioner.core.model import Desired, Document, Hiding
from provisioner.core.problems import Severity
from tests.core.builders import PLATFORM, codes, dashboard, document, file, source, unreadable, wanted, weights

BROKEN = (problem("title-invalid", "", "no title", pointer="/title"),)


def uids(desired: Desired) -> list[str]:
    return [each.uid for each in desired.dashboards]


# What is wanted


def test_a_dashboard_has_its_uid_title_and_origin_from_its_file() -> None:
    made = dashboard("ops/cpu.json")
    desired = desire([source(made, prefix="dashboards/")], Wants())

    [cpu] = desired.dashboards
    assert (cpu.uid, cpu.title, cpu.derived) == ("cpu", "CPU", False)
    assert (cpu.origin.source, cpu.origin.path, cpu.origin.shown) == (PLATFORM, "ops/cpu.json", "dashboards/ops/cpu.json")
    assert (cpu.origin.blob, cpu.origin.size) == (made[0].blob, 100)
    assert desired.complete
    assert desired.problems == ()


def test_dashboards_come_by_path_then_source_then_document() -> None:
    one = source(dashboard("b.json", "b"), file("a.yaml", document("a1", index=1), document("a0", index=0)), name="one")
    two = source(dashboard("a.yaml", "a2"), name="two")

    assert uids(desire([two, one], Wants())) == ["a0", "a1", "a2", "b"]


def test_a_file_without_a_uid_gets_one_that_is_told_in_a_note() -> None:
    desired = wanted(dashboard("ops/cpu.json", None))

    uid = derived_uid(PLATFORM, "ops/cpu.json", 0)
    assert (desired.dashboards[0].uid, desired.dashboards[0].derived) == (uid, True)
    [note] = desired.problems
    assert (note.code, note.severity, note.file) == ("uid-derived", Severity.NOTE, "ops/cpu.json")
    assert note.message == f'"CPU" names no uid; one is derived from its path: "{uid}"'


def test_a_file_that_is_no_dashboard_is_nothing() -> None:
    assert wanted(file("package.json")) == Desired()


# One bad file


def test_an_error_keeps_back_its_file_and_no_other() -> None:
    desired = wanted(dashboard("a.json", "a"), file("b.json", document("b"), problems=BROKEN), dashboard("c.json", "c"))

    assert uids(desired) == ["a", "c"]
    assert desired.withheld == {"b"}
    assert [(each.code, each.file, each.pointer) for each in desired.problems] == [("title-invalid", "b.json", "/title")]
    assert desired.complete


def test_a_warning_keeps_nothing_back() -> None:
    odd = (problem("panels-none", "", "no panels"),)

    desired = wanted(file("a.json", document("a"), problems=odd))

    assert uids(desired) == ["a"]
    assert codes(desired.problems) == ["panels-none"]


def test_an_error_whose_weight_was_lowered_keeps_nothing_back() -> None:
    desired = wanted(file("b.json", document("b"), problems=BROKEN), wants=Wants(severities=weights(title_invalid=Severity.WARNING)))

    assert uids(desired) == ["b"]
    assert [each.severity for each in desired.problems] == [Severity.WARNING]


def test_a_note_that_was_raised_to_an_error_keeps_its_file_back() -> None:
    desired = wanted(dashboard("a.json", None), dashboard("b.json", "b"), wants=Wants(severities=weights(uid_derived=Severity.ERROR)))

    assert uids(desired) == ["b"]
    assert desired.withheld == {derived_uid(PLATFORM, "a.json", 0)}


def test_what_is_switched_off_is_not_told() -> None:
    desired = wanted(dashboard("a.json", None), wants=Wants(severities=weights(uid_derived=Severity.OFF)))

    assert desired.problems == ()
    assert len(desired.dashboards) == 1


def test_an_error_in_one_document_keeps_back_all_documents_of_its_file() -> None:
    v2 = replace(document("b", index=1), api_version="dashboard.grafana.app/v2beta1")

    desired = wanted(file("all.yaml", document("a"), v2), dashboard("c.json", "c"), wants=Wants(forms=()))

    assert uids(desired) == ["c"]
    assert desired.withheld == {"a", "b"}


@pytest.mark.parametrize("code", ["json-syntax", "not-utf8", "template-unrendered"])
def test_after_a_file_that_cannot_be_read_nothing_counts_as_gone(code: str) -> None:
    desired = wanted(dashboard("a.json", "a"), unreadable("b.json", code))

    assert uids(desired) == ["a"]
    assert not desired.complete


def test_a_file_that_cannot_be_read_leaves_doubt_at_whatever_weight() -> None:
    desired = wanted(unreadable("b.json"), wants=Wants(severities=weights(json_syntax=Severity.OFF)))

    assert desired.problems == ()
    assert not desired.complete


def test_a_file_of_which_only_a_part_could_be_read_leaves_doubt() -> None:
    half = file("all.yaml", document("a"), problems=(problem("json-syntax", "", "the second one is broken"),))

    assert not wanted(half).complete


def test_a_warning_leaves_no_doubt() -> None:
    assert wanted(file("a.json", problems=(problem("content-elsewhere", "", "by url"),))).complete


def test_a_snapshot_that_is_not_whole_leaves_doubt_and_its_problems_are_told_with_the_shown_path() -> None:
    told = (problem("link-outside", "b.json", "it points elsewhere"),)

    desired = desire([source(dashboard("a.json"), problems=told, complete=False, prefix="dash/")], Wants())

    assert [each.file for each in desired.problems] == ["dash/b.json"]
    assert not desired.complete
    assert desired.hiding == (Hiding("dash/b.json", PLATFORM, "b.json"),)


def test_a_snapshot_that_is_not_whole_and_does_not_say_why_hides_the_source() -> None:
    assert desire([source(complete=False)], Wants()).hiding == (Hiding(f"source {PLATFORM}", PLATFORM, "."),)


def test_files_that_may_hold_what_nobody_can_name_are_named() -> None:
    duplicates = (dashboard("b.json", None, "B"), dashboard("c.json", "x"), dashboard("d.json", "x"))
    broken = file("e.json", document(None, "E"), problems=(problem("title-invalid", "", "it is broken"),))

    assert [each.shown for each in wanted(unreadable("a.json"), *duplicates, broken).hiding] == ["a.json", "e.json"]


# One uid twice


def test_one_uid_in_two_files_keeps_back_both_and_each_is_told_of_the_other() -> None:
    desired = wanted(dashboard("a.json", "x", "A"), dashboard("b/c.json", "x", "C"), dashboard("d.json", "d"))

    assert uids(desired) == ["d"]
    assert desired.withheld == {"x"}
    assert [(each.code, each.file, each.pointer, each.message) for each in desired.problems] == [
        ("uid-duplicate", "a.json", "/uid", 'uid "x" is also used by b/c.json'),
        ("uid-duplicate", "b/c.json", "/uid", 'uid "x" is also used by a.json'),
    ]


def test_one_uid_in_two_sources_names_the_other_source() -> None:
    one, two = source(dashboard("a.json", "x"), name="one"), source(dashboard("b.json", "x"), name="two")

    desired = desire([one, two], Wants())

    assert [each.message for each in desired.problems] == [
        'uid "x" is also used by b.json of source "two"',
        'uid "x" is also used by a.json of source "one"',
    ]


def test_of_two_sources_that_show_one_path_only_the_file_that_is_wrong_is_kept_back() -> None:
    one = source(dashboard("a.json", "x"), dashboard("b.json", "x"), name="one")
    two = source(dashboard("a.json", "y"), name="two")

    assert uids(desire([one, two], Wants())) == ["y"]


def test_one_uid_twice_in_one_file_says_which_document() -> None:
    desired = wanted(file("all.yaml", document("x"), document("x", index=1), document("y", index=2)), dashboard("z.json", "z"))

    assert [(each.document, each.message) for each in desired.problems] == [
        (0, 'uid "x" is also used by document 2 of the same file'),
        (1, 'uid "x" is also used by document 1 of the same file'),
    ]
    assert uids(desired) == ["z"]
    assert desired.withheld == {"x", "y"}


def test_one_duplicate_among_several_documents_keeps_back_its_whole_file() -> None:
    desired = wanted(file("all.yaml", document("x"), document("y", index=1)), dashboard("b.json", "x"), dashboard("z.json", "z"))

    assert uids(desired) == ["z"]
    assert desired.withheld == {"x", "y"}


def test_ten_copies_name_three_others_and_the_number_of_the_rest() -> None:
    desired = wanted(*(dashboard(f"{n}.json", "x") for n in range(10)))

    assert desired.problems[0].message == 'uid "x" is also used by 1.json, 2.json, 3.json and 6 more'
    assert desired.problems[9].message == 'uid "x" is also used by 0.json, 1.json, 2.json and 6 more'


@pytest.mark.parametrize("weight", [Severity.WARNING, Severity.OFF])
def test_no_severity_allows_one_uid_twice(weight: Severity) -> None:
    files = (dashboard("a.json", "x"), dashboard("b.json", "x"))

    assert wanted(*files, wants=Wants(severities=weights(uid_duplicate=weight))) == wanted(*files)


# One title twice


def test_one_title_twice_in_a_folder_is_a_warning_at_both() -> None:
    desired = wanted(dashboard("a.json", "a", "Load"), dashboard("b.json", "b", " load "), dashboard("c/c.json", "c", "Load"))

    assert uids(desired) == ["a", "b", "c"]
    assert [(each.code, each.severity, each.file, each.pointer, each.message) for each in desired.problems] == [
        ("title-duplicate", Severity.WARNING, "a.json", "/title", 'title "Load" is also used in this folder by b.json'),
        ("title-duplicate", Severity.WARNING, "b.json", "/title", 'title " load " is also used in this folder by a.json'),
    ]


def test_files_with_one_uid_are_not_told_of_their_title_as_well() -> None:
    assert codes(wanted(dashboard("a.json", "x", "Load"), dashboard("b.json", "x", "Load")).problems) == ["uid-duplicate", "uid-duplicate"]


def test_a_title_twice_that_was_raised_to_an_error_keeps_back_both() -> None:
    severities = weights(title_duplicate=Severity.ERROR)

    assert uids(wanted(dashboard("a.json", "a", "Load"), dashboard("b.json", "b", "Load"), wants=Wants(severities=severities))) == []


# Order


def test_the_order_of_sources_and_files_does_not_matter() -> None:
    files = (
        dashboard("a.json", "x", "Load"),
        dashboard("b.json", "y", "Load"),
        dashboard("c/d.json", "x"),
        dashboard("c/e.json", None),
        unreadable("f.json"),
    )
    twice = [source(*files, name="one"), source(dashboard("a.json", "x"), name="two")]

    for order in permutations(files):
        shuffled = [source(dashboard("a.json", "x"), name="two"), source(*order, name="one")]
        assert desire(shuffled, Wants()) == desire(twice, Wants())


def test_a_document_of_another_shape_is_told_of_by_its_number() -> None:
    second: Document = replace(document(None, index=1), document=4)

    assert wanted(file("all.yaml", second)).problems[0].document == 4
