"""What is worked out again after a change of contents is what would be worked out of everything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.catalog import problem
from provisioner.core.desired import Wants, Worked, work_out
from provisioner.core.desired_again import work_out_again
from provisioner.core.model import BlobId, Document, FolderUid, Input, Reading, SourceFiles, Uid
from provisioner.core.problems import Problem, Severity
from tests.core.builders import File, dashboard, document, file, folder_file, source
from tests.core.worlds import DIRECTORIES, World, worlds

NOTE = problem("schema-version-old", "", "it is old", pointer="/schemaVersion")
ERROR = problem("title-invalid", "", "it is broken")


def changed(one: File, *, documents: tuple[Document, ...] | None = None, problems: tuple[Problem, ...] | None = None) -> File:
    """The same file with other bytes, which say the same or this."""
    entry, before = one
    says = Reading(before.documents if documents is None else documents, before.folder, before.problems if problems is None else problems)
    return replace(entry, blob=BlobId(entry.blob + "2"), size=entry.size + 1), says


def again(before: list[SourceFiles], after: list[SourceFiles], wanted: Wants | None = None) -> Worked | None:
    """What is worked out again, held to what would be worked out of everything."""
    wants = wanted or Wants()
    found = work_out_again(work_out(before, wants), after, wants)
    assert found is None or found == work_out(after, wants)
    return found


def test_of_other_contents_of_one_file_nothing_else_is_asked() -> None:
    a, b = dashboard("ops/a.json", "a", "A"), dashboard("b.json", "b", "B")
    found = again([source(a, b)], [source(changed(a), b)])
    assert found is not None
    assert ["a.json", "b.json"] == sorted(each.origin.path.rpartition("/")[2] for each in found.desired.dashboards)


def test_where_nothing_changed_it_is_the_same_value() -> None:
    files = [source(dashboard("a.json", "a", "A"))]
    last = work_out(files, Wants())
    found = work_out_again(last, files, Wants())
    assert found is not None
    assert last.desired is found.desired


def test_what_a_file_notes_of_itself_is_brought_up_to_date_and_what_others_note_stays() -> None:
    a, b = file("a.json", document("a", "A"), problems=(NOTE,)), file("b.json", document("b", "B"), problems=(NOTE,))
    found = again([source(a, b)], [source(changed(a, problems=(replace(NOTE, message="it is older"),)), b)])
    assert found is not None
    assert {("a.json", "it is older"), ("b.json", "it is old")} == {(each.file, each.message) for each in found.desired.problems}


def test_what_a_file_says_twice_of_itself_is_told_once() -> None:
    a = dashboard("a.json", "a", "A")
    found = again([source(a)], [source(changed(a, problems=(NOTE, NOTE)))])
    assert found is not None
    assert 1 == len(found.desired.problems)


def test_a_hole_that_came_into_a_file_is_filled_or_told() -> None:
    a, wants = dashboard("a.json", "a", "A"), Wants(data_sources=(("DS", "prom"),), asked=True)
    [made] = a[1].documents
    filled = replace(made, inputs=(Input("DS", "datasource"), Input("X", "datasource", declared=False)))
    whole = replace(made, inputs=(Input("DS", "datasource"),))
    assert again([source(a)], [source(changed(a, documents=(whole,)))], wants) is not None
    assert again([source(a)], [source(changed(a, documents=(filled,)))], wants) is None


@pytest.mark.parametrize(
    "after",
    [
        [source(dashboard("a.json", "a", "A"))],
        [source(dashboard("a.json", "a", "A"), dashboard("c.json", "b", "B"))],
        [source(dashboard("a.json", "a", "A"), changed(dashboard("b.json", "c", "B")))],
        [source(dashboard("a.json", "a", "A"), changed(dashboard("b.json", "b", "a")))],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"), dashboard("c.json", "c", "b "))],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"), dashboard("c.json", "b", "C"))],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"), dashboard("new/c.json", "c", "C"))],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"), folder_file("_folder.yaml", "Ops"))],
        [source(dashboard("a.json", "a", "A"), changed(file("b.json", document("b", "B"), problems=(ERROR,))))],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"), prefix="other/")],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"), complete=False)],
        [source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B")), source(name="more", prefix="more/")],
    ],
    ids=[
        "gone",
        "moved",
        "other uid",
        "taken title",
        "new one of a taken title",
        "new one of a taken uid",
        "new directory",
        "new folder file",
        "wrong",
        "shown elsewhere",
        "incomplete",
        "another source",
    ],
)
def test_where_more_than_contents_changed_everything_is_worked_out(after: list[SourceFiles]) -> None:
    assert again([source(dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B"))], after) is None


def test_another_title_that_nobody_has_is_the_title() -> None:
    a, b = dashboard("a.json", "a", "A"), dashboard("b.json", "b", "B")
    found = again([source(a, b)], [source(a, changed(dashboard("b.json", "b", "C")))])
    assert found is not None
    assert ["A", "C"] == [each.title for each in found.desired.dashboards]


def test_new_files_of_a_known_directory_are_put_in_their_places() -> None:
    a, c = dashboard("ops/a.json", "a", "A"), dashboard("ops/c.json", "c", "C")
    new = [dashboard("ops/b.json", "b", "B"), dashboard("ops/d.json", None, "D"), entry_of_nothing("ops/package.json")]
    found = again([source(a, c)], [source(a, new[0], c, *new[1:])])
    assert found is not None
    assert ["A", "B", "C", "D"] == [each.title for each in found.desired.dashboards]
    assert ["uid-derived"] == [each.code for each in found.desired.problems]


def test_where_many_are_new_everything_is_worked_out() -> None:
    a, many = dashboard("a.json", "a", "A"), [dashboard(f"n{number}.json", f"n{number}", f"N{number}") for number in range(30)]
    assert again([source(a)], [source(a, *many[:10])]) is not None
    assert again([source(a)], [source(a, *many)]) is None


def test_where_something_is_held_back_a_new_title_is_compared_with_its_too() -> None:
    a, wrong = dashboard("a.json", "a", "A"), file("w.json", document("w", "W"), problems=(ERROR,))
    assert again([source(a, wrong)], [source(changed(dashboard("a.json", "a", "W")), wrong)]) is None
    assert again([source(a, wrong)], [source(changed(a), wrong)]) is not None


def test_a_new_file_in_a_folder_that_nothing_lies_in_yet_concerns_the_folders() -> None:
    a, held = dashboard("a.json", "a", "A"), file("ops/w.json", document("w", "W"), problems=(replace(NOTE, message="old"),))
    wants = Wants(severities=(("schema-version-old", Severity.ERROR),))
    assert again([source(a, held)], [source(a, held, dashboard("ops/b.json", "b", "B"))], wants) is None


def entry_of_nothing(path: str) -> File:
    """A file that is no dashboard."""
    return file(path)


def test_where_two_sources_show_one_path_everything_is_worked_out() -> None:
    both = [source(dashboard("a.json", "a", "A"), name="one"), source(dashboard("b.json", "b", "B"), name="two")]
    assert again(both, both) is None


def test_another_title_of_a_folder_concerns_all_that_lie_in_it() -> None:
    a, folder = dashboard("ops/a.json", "a", "A"), folder_file("ops/_folder.yaml", "Ops", None)
    titled = (replace(folder[0], blob=BlobId("x")), folder_file("ops/_folder.yaml", "Operations", None)[1])
    assert again([source(a, folder)], [source(a, titled)]) is None


def test_a_file_that_shares_its_title_with_another_is_not_judged_alone() -> None:
    a, b = dashboard("a.json", "a", "A"), dashboard("b.json", "b", "A")
    assert again([source(a, b)], [source(changed(a), b)]) is None


def test_a_file_that_was_held_back_is_not_judged_alone() -> None:
    a, wants = file("a.json", document("a", "A"), problems=(NOTE,)), Wants(severities=(("schema-version-old", Severity.ERROR),))
    assert again([source(a)], [source(changed(a, problems=()))], wants) is None


def test_a_file_that_the_source_tells_something_of_is_not_judged_alone() -> None:
    a, told = dashboard("a.json", "a", "A"), (problem("file-too-large", "a.json", "it grew"),)
    assert again([source(a, problems=told)], [source(changed(a), problems=told)]) is None


def test_a_folder_that_a_file_names_is_told_by_the_same_tree() -> None:
    a = dashboard("ops/a.json", "a", "A")
    [made] = a[1].documents
    found = again([source(a)], [source(changed(a, documents=(replace(made, folder=FolderUid("elsewhere")),)))])
    assert found is not None
    assert ["folder-ignored"] == [each.code for each in found.desired.problems]


def test_other_wishes_of_the_target_change_everything() -> None:
    files = [source(dashboard("a.json", "a", "A"))]
    assert work_out_again(work_out(files, Wants()), files, Wants(folder="Ops")) is None


@given(worlds(), st.data())
def test_whatever_changes_it_is_what_would_be_worked_out_of_everything(world: World, data: st.DataObject) -> None:
    before = [replace(each, prefix=f"{each.snapshot.source}/") for each in world.sources]
    after = [replace(each, files=(*map(data.draw, map(_perhaps_changed, each.files)), *data.draw(_new_files()))) for each in before]
    again(before, after, world.wants)


@st.composite
def _new_files(draw: st.DrawFn) -> list[File]:
    places = draw(st.lists(st.sampled_from(DIRECTORIES), max_size=2, unique=True))
    titles, uids = st.sampled_from(["CPU", "New", "Newer"]), st.sampled_from(["u0", "new", "newer", None])
    return [dashboard(f"{place}/new.json".removeprefix("/"), draw(uids), draw(titles)) for place in places]


@st.composite
def _perhaps_changed(draw: st.DrawFn, one: File) -> File:
    [how] = draw(st.tuples(st.sampled_from(["", "", "contents", "notes", "title", "wrong", "uid", "folder", "no dashboard"])))
    documents = one[1].documents
    match how:
        case "":
            return one
        case "notes":
            return changed(one, problems=(NOTE,))
        case "title":
            return changed(one, documents=tuple(replace(each, title=draw(st.sampled_from(["CPU", "Other"]))) for each in documents))
        case "wrong":
            return changed(one, problems=(ERROR,))
        case "uid":
            return changed(one, documents=tuple(replace(each, uid=Uid("u0")) for each in documents))
        case "folder":
            return changed(one, documents=tuple(replace(each, folder=FolderUid("ops")) for each in documents))
        case "no dashboard":
            return changed(one, documents=())
    return changed(one)
