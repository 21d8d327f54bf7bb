"""Where a pull puts things: every folder a directory, every dashboard a path, legal, distinct, and the same the next time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.desired import Wants
from provisioner.core.export import Choice, Done, PullReport, Remark, pull_exit_code, total
from provisioner.core.export.names import LONGEST, distinct, folded, slug
from provisioner.core.identity import derived_folder_uid
from provisioner.core.model import TargetName, Uid
from provisioner.core.problems import Problem, Severity
from provisioner.core.report import Exit, Failure
from provisioner.core.server import Server
from tests.core import shapes
from tests.core.builders import NEW, OLD
from tests.core.export_room import Files, Live, contents, expected, folder, laid, pulled, source, told

AWKWARD = [
    "",
    " ",
    ".",
    "..",
    ".git",
    "con",
    "CON",
    "nul.json",
    "General",
    "_folder",
    "a/b",
    "a b",
    "A-B",
    "a\\b",
    "\x00",
    "\u202e",
    "🚀",
    "é",
]
titles = st.one_of(st.text(max_size=20), st.sampled_from([*AWKWARD, "x" * 300, "日本語" * 60, "e\u0301", "ﬁ", "İ", "ß", "SS", "हिन्दी"]))
uids = st.from_regex(re.compile(r"[A-Za-z0-9_-]{1,12}", re.ASCII), fullmatch=True)
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
LEGAL = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def is_legal(name: str) -> bool:
    """For Linux, macOS, Windows and git, and seen by a source whose globs do not spell dots."""
    return (
        LEGAL.fullmatch(name) is not None
        and DEVICES.fullmatch(name) is None
        and not name.startswith((".", "_"))
        and not name.endswith((".", " "))
        and len(name.encode()) <= 255
    )


@given(st.dictionaries(uids, titles, max_size=12), st.sampled_from(["", ".json"]))
def test_any_titles_give_legal_names_that_no_disk_takes_for_one(named: Mapping[str, str], ending: str) -> None:
    names = distinct(named, {folded("cpu" + ending)}, ending)
    assert named.keys() == names.keys()
    assert [] == [name for name in names.values() if not is_legal(name)]
    assert len(names) == len({folded(name) for name in names.values()} - {folded("cpu" + ending)})
    assert names == distinct(dict(reversed(list(named.items()))), {folded("cpu" + ending)}, ending)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CPU: all/of it", "cpu-all-of-it"),
        ("  Überblick ", "uberblick"),
        ("Größe", "große"),
        ("日本 語", "日本-語"),
        ("हिन्दी", "हिन्दी"),
        ("1\ufe0f\u20e3 first", "1-first"),
        ("🚀", ""),
        ("../../etc", "etc"),
        ("x" * 300, "x" * LONGEST),
        ("ü" * 300 + "語", "u" * LONGEST),
    ],
)
def test_a_title_stays_readable_as_a_name(title: str, name: str) -> None:
    assert name == slug(title)


def test_who_shares_a_name_gets_its_uid_appended_and_what_is_reserved_too() -> None:
    named = {"a": "CPU", "b": "cpu!", "c": "RAM", "d": "Con", "e": "Disk", "F": "💾", "_": "💾", "f": "💾"}
    names = distinct(named, {folded("disk")})
    assert {"a": "cpu-a", "b": "cpu-b", "c": "ram", "d": "con-d", "e": "disk-e"} == {uid: names[uid] for uid in "abcde"}
    assert [1, 1, 1] == [len(re.findall("^f-[0-9a-f]{12}$|^[0-9a-f]{12}$", names[uid])) for uid in "Ff_"]


# Whole directories


real = st.text(min_size=1, max_size=8).map(str.strip).filter(lambda title: title.casefold() not in ("", "general"))
folder_titles = st.one_of(real, st.sampled_from(["Ops", "ops", "OPS ", "a/b"]))


@st.composite
def histories(draw: st.DrawFn, states: int = 1) -> list[Live]:
    """A server at several times: folders in folders stay where they are; their titles, and the dashboards, change in any way."""
    names = draw(st.lists(uids.filter(lambda uid: uid not in ("general", "sharedwithme")), max_size=6, unique=True))
    parents = {uid: draw(st.sampled_from(["", *names[:index]])) for index, uid in enumerate(names)}
    boards = draw(st.lists(uids, max_size=8, unique=True))
    return [draw(_state(parents, boards)) for _ in range(states)]


@st.composite
def _state(draw: st.DrawFn, parents: Mapping[str, str], boards: list[str]) -> Live:
    folders = tuple(folder(uid, draw(folder_titles).strip(), parent) for uid, parent in parents.items())
    made: dict[str, tuple[str, dict[str, Any]]] = {}
    for uid in boards:
        if draw(st.integers(0, 3)):
            body = shapes.dashboard(uid, draw(titles.filter(str.strip)), refresh=draw(st.sampled_from(["1m", "5m"])))
            made[uid] = (draw(st.sampled_from(["", *parents])), {**body, "id": 4, "version": 2, "iteration": 9})
    return Live(folders, made)


@given(histories())
def test_what_was_pulled_reads_back_as_what_is_live(history: list[Live]) -> None:
    [live] = history
    files = pulled(live, {})
    desired = told(files)
    assert expected(live) == contents(files, desired)
    titled = {each.uid: (each.title, each.parent) for each in live.folders}
    assert [] == [each for each in desired.folders if titled[each.uid] != (each.title, each.parent)]
    assert [] == [part for path in files for part in path.split("/") if not is_legal(part) and part != "_folder.yaml"]


@given(histories())
def test_a_second_pull_changes_nothing_whatever_order_the_server_tells_in(history: list[Live]) -> None:
    [live] = history
    files = pulled(live, {})
    again = Live(tuple(reversed(live.folders)), dict(reversed(list(live.dashboards.items()))))
    assert files == pulled(again, files)
    assert files == pulled(again, {})


@given(histories(2))
def test_after_any_change_a_pull_makes_the_directory_say_what_is_live_and_keeps_the_rest(history: list[Live]) -> None:
    before, after = history
    files = pulled(after, pulled(before, {}))
    read = contents(files, told(files))
    assert expected(after) == {uid: each for uid, each in read.items() if uid in after.dashboards}
    assert {*before.dashboards, *after.dashboards} == set(read)
    titled = {each.uid: (each.title, each.parent) for each in after.folders}
    used = {into for into, _ in after.dashboards.values()}
    assert [] == [each for each in told(files).folders if each.uid in used and titled[each.uid] != (each.title, each.parent)]
    assert files == pulled(after, files)


def shapes_json(uid: str) -> bytes:
    return json.dumps(shapes.dashboard(uid, uid.upper())).encode()


def into(uid: str, board: str = "cpu") -> dict[str, tuple[str, dict[str, Any]]]:
    return {board: (uid, shapes.dashboard(board, board.upper()))}


def test_the_folder_file_has_the_uid_always_and_the_title_where_the_directory_is_named_otherwise() -> None:
    files = pulled(Live((folder("u1", "ops"), folder("u2", "Data: bases")), {**into("u1"), **into("u2", "ram")}), {})
    assert b"uid: u1\n" == files["ops/_folder.yaml"]
    assert b'title: "Data: bases"\nuid: u2\n' == files["data-bases/_folder.yaml"]


def test_a_directory_of_ones_own_that_serves_a_folder_is_used_without_a_folder_file() -> None:
    live = Live((folder(derived_folder_uid("My Ops"), "My Ops"),), into(derived_folder_uid("My Ops"), "ram"))
    files: Files = {"My Ops/x.json": b'{"uid": "x", "title": "X", "panels": [], "schemaVersion": 41}'}
    assert {"My Ops/x.json", "My Ops/ram.json"} == set(pulled(live, files))


def test_a_folder_of_the_title_serves_a_directory_whose_uid_is_derived_where_a_pass_would_use_it() -> None:
    files: Files = {"ops/x.json": b'{"uid": "x", "title": "X", "panels": [], "schemaVersion": 41}'}
    assert "ops/ram.json" in pulled(Live((folder("theirs", "Ops"),), into("theirs", "ram")), files)
    named = {**files, "ops/_folder.yaml": b"uid: mine\n"}
    assert "ops-theirs/ram.json" in pulled(Live((folder("theirs", "Ops"),), into("theirs", "ram")), named)


def test_a_directory_left_without_dashboards_is_used_again_by_its_uid() -> None:
    live = Live((folder("u1", "Operations"),), into("u1"))
    for title in ("Operations", "Old"):
        files = pulled(live, {"ops/_folder.yaml": f"uid: u1\ntitle: {title}\n".encode()})
        assert {"ops/_folder.yaml", "ops/cpu.json"} == set(files)
        assert b"uid: u1\ntitle: Operations\n" == files["ops/_folder.yaml"]


def test_a_directory_below_another_that_no_folder_stands_for_yet_is_left_alone() -> None:
    files: Files = {
        "mine/_folder.yaml": b"uid: mine\n",
        "mine/sub/x.json": b'{"uid": "x", "title": "X", "panels": [], "schemaVersion": 41}',
    }
    live = Live((folder("sub", "sub"),), into("sub"))
    assert {*files, "sub/_folder.yaml", "sub/cpu.json"} == set(pulled(live, files))


def test_a_folder_moved_on_the_server_is_told_and_its_directory_stays() -> None:
    before = Live((folder("a", "A"), folder("b", "B", "a")), {**into("a"), **into("b", "ram")})
    files = pulled(before, {})
    layout = laid(Live((folder("a", "A"), folder("b", "B")), before.dashboards), files)
    assert (["a/b"], ()) == ([each.subject for each in layout.remarks], layout.folder_files)
    assert ["a/b/ram.json", "a/cpu.json"] == sorted(each.path for each in layout.places)


def test_a_folder_renamed_without_a_folder_file_gets_one() -> None:
    uid = derived_folder_uid("ops")
    live = Live((folder(uid, "Operations"),), into(uid))
    files: Files = {"ops/cpu.json": b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 41}'}
    assert f"title: Operations\nuid: {uid}\n".encode() == pulled(live, files)["ops/_folder.yaml"]


def test_a_folder_renamed_whose_folder_file_lies_in_another_source_is_told() -> None:
    other = source({"ops/_folder.yaml": b"uid: u1\ntitle: Ops\n"}, "other")
    layout = laid(Live((folder("u1", "Operations"),), into("u1")), {"ops/cpu.json": shapes_json("cpu")}, others=[other])
    assert (["ops"], (), ["ops/cpu.json"]) == (
        [each.subject for each in layout.remarks],
        layout.folder_files,
        [each.path for each in layout.places],
    )


def test_a_file_named_as_another_where_its_dashboard_moves_to_gets_another_name() -> None:
    before = Live((folder("a", "a"),), {**into("a"), "ram": ("", shapes.dashboard("ram", "CPU"))})
    files = pulled(before, {})
    assert {"a/_folder.yaml", "a/cpu.json", "cpu.json"} == set(files)
    after = Live(before.folders, {**before.dashboards, "ram": ("a", shapes.dashboard("ram", "CPU"))})
    assert {"a/_folder.yaml", "a/cpu.json", "a/cpu-ram.json"} == set(pulled(after, files))


def test_a_moved_dashboard_that_shares_its_file_is_held() -> None:
    two = b"uid: cpu\ntitle: CPU\npanels: []\nschemaVersion: 41\n---\nuid: ram\ntitle: RAM\npanels: []\nschemaVersion: 41\n"
    layout = laid(Live((folder("a", "a"),), {**into("a"), **into("", "ram")}), {"two.yaml": two})
    assert (["two.yaml"], ["ram"]) == ([each.subject for each in layout.held], [each.uid for each in layout.places])


def test_a_folder_that_may_not_be_seen_is_known_by_what_search_says_of_it() -> None:
    assert b"title: Hidden\nuid: secret\n" == pulled(Live((), into("secret")), {})["hidden/_folder.yaml"]


def test_folders_whose_way_up_ends_nowhere_stand_at_the_top_and_are_told() -> None:
    live = Live((folder("a", "A", "b"), folder("b", "B", "a"), folder("c", "C", "gone")), {**into("a"), **into("c", "ram")})
    layout = laid(live, {})
    assert ["C", "A"] == [each.subject for each in layout.remarks]
    assert ["a/cpu.json", "c/ram.json"] == [each.path for each in layout.places]


def test_a_folder_whose_uid_no_file_may_name_holds_its_dashboards() -> None:
    layout = laid(
        Live((folder("a.b", "A"), folder("sharedwithme", "B"), folder("c", "C", "a.b")), {**into("c"), **into("sharedwithme", "ram")}), {}
    )
    assert (["cpu", "ram"], ()) == (sorted(each.subject for each in layout.held), layout.places)


# The target's own folder


def test_below_a_stated_folder_its_tree_is_the_whole_tree() -> None:
    live = Live((folder("p", "Platform"), folder("h", "Hosts", "p"), folder("d", "Disks", "h")), {**into("p"), **into("d", "ram")})
    live = Live(live.folders, {**live.dashboards, "x": ("", shapes.dashboard("x", "X"))})
    wants = Wants(folder="Platform")
    files = pulled(live, {}, wants)
    assert {"cpu.json", "hosts/_folder.yaml", "hosts/disks/_folder.yaml", "hosts/disks/ram.json"} == set(files)
    assert (1, files) == (laid(live, files, wants).outside, pulled(live, files, wants))


def test_without_nesting_a_stated_folder_is_the_beginning_of_titles() -> None:
    live = Live((folder("p", "Platform"), folder("h", "Platform / Hosts"), folder("x", "Other")), server=OLD)
    live = Live(live.folders, {**into("p"), **into("h", "ram"), **into("x", "x")}, OLD)
    wants = Wants(folder="Platform")
    files = pulled(live, {}, wants)
    assert {"cpu.json", "hosts/_folder.yaml", "hosts/ram.json"} == set(files)
    assert files == pulled(live, files, wants)


def test_a_stated_folder_that_is_not_there_leaves_everything_outside() -> None:
    for server in (OLD, NEW):
        layout = laid(Live((folder("x", "Other"),), {**into("x"), **into("", "ram")}, server), {}, Wants(folder="Platform"))
        assert (2, ()) == (layout.outside, layout.places)


def test_the_stated_folder_is_the_one_of_its_derived_uid_before_any_of_its_title() -> None:
    own = derived_folder_uid("Platform")
    live = Live((folder("a", "Platform"), folder(own, "Renamed")), {**into("a"), **into(own, "ram")})
    assert ["ram"] == [each.uid for each in laid(live, {}, Wants(folder="Platform")).places]


def test_a_dashboard_that_left_the_stated_folder_is_held() -> None:
    live = Live((folder("p", "Platform"),), into("p"))
    wants = Wants(folder="Platform")
    layout = laid(Live(live.folders, into("")), pulled(live, {}, wants), wants)
    assert (["cpu.json"], ()) == ([each.subject for each in layout.held], layout.places)


# Without nesting


def test_without_nesting_directories_in_directories_keep_standing_for_their_folders() -> None:
    outer, inner = derived_folder_uid("a"), derived_folder_uid("a/b")
    files: Files = {
        "a/cpu.json": b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 41}',
        "a/b/ram.json": b'{"uid": "ram", "title": "RAM", "panels": [], "schemaVersion": 41}',
    }
    live = Live((folder(outer, "a"), folder(inner, "a / b")), {**into(outer), **into(inner, "ram")}, OLD)
    assert files.keys() == pulled(live, files).keys()
    renamed = Live((folder(outer, "a"), folder(inner, "a / B2")), live.dashboards, OLD)
    assert f"title: B2\nuid: {inner}\n".encode() == pulled(renamed, files)["a/b/_folder.yaml"]
    apart = laid(Live((folder(outer, "a"), folder(inner, "Else")), live.dashboards, OLD), files)
    assert (["a/b"], ()) == ([each.subject for each in apart.remarks], apart.folder_files)


# What a person asks for, and what lies elsewhere


def test_a_choice_by_folder_takes_what_lies_below_it_by_uid_title_or_way() -> None:
    live = Live((folder("p", "Platform"), folder("h", "Hosts", "p"), folder("o", "Hosts")), {**into("h"), **into("o", "ram")})
    for named in ("p", "Platform", "h", "Platform / Hosts"):
        assert ["cpu"] == [each.uid for each in laid(live, {}, choice=Choice(folder=named)).places]
    for named in ("Hosts", "nowhere"):
        layout = laid(live, {}, choice=Choice(folder=named))
        assert ([named], ()) == ([each.subject for each in layout.held], layout.places)


def test_files_beyond_the_choice_are_not_looked_up() -> None:
    live = Live((folder("a", "a"),), {**into("a"), **into("", "ram")})
    files = pulled(live, {})
    gone = Live(live.folders)
    assert ["cpu", "ram"] == [each.uid for each in laid(gone, files).places]
    assert ["cpu"] == [each.uid for each in laid(gone, files, choice=Choice(folder="a")).places]
    assert ["ram"] == [each.uid for each in laid(gone, files, choice=Choice(uids=frozenset({Uid("ram")}))).places]


def test_a_uid_that_the_server_does_not_show_is_told() -> None:
    layout = laid(Live((), into("")), {}, choice=Choice(uids=frozenset({Uid("cpu"), Uid("nobody")})))
    assert (["cpu.json"], ["nobody"]) == ([each.path for each in layout.places], [each.subject for each in layout.held])


def test_what_another_source_of_the_target_holds_is_counted_and_left() -> None:
    other = source({"x.json": b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 41}'}, "other")
    layout = laid(Live((), into("")), {}, others=[other])
    assert (1, ()) == (layout.elsewhere, layout.places)


def test_a_file_with_an_error_is_held_and_one_whose_folder_is_not_known_too() -> None:
    files: Files = {
        "a/_folder.yaml": b"uid: a b\n",
        "a/cpu.json": b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 41}',
        "ram.json": b'{"uid": "ram", "title": "RAM", "panels": [], "panels": [], "schemaVersion": 41}',
    }
    layout = laid(Live((), {**into(""), **into("", "ram")}), files)
    assert (["a/cpu.json", "ram.json"], ()) == ([each.subject for each in layout.held], layout.places)


def test_a_file_in_a_directory_whose_folder_is_not_on_the_server_is_looked_up_at_its_path() -> None:
    files: Files = {"a/_folder.yaml": b"uid: a\n", "a/cpu.json": b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 41}'}
    assert [("cpu", "a/cpu.json")] == [(each.uid, each.path) for each in laid(Live(), files).places]


# The report


def test_the_exit_code_tells_the_worst() -> None:
    def of(**fields: Any) -> Exit:  # noqa: ANN401 - whatever fields a report has
        return pull_exit_code(PullReport(TargetName("t"), "https://grafana.example", "files", **fields))

    wrong = Problem("json-syntax", Severity.ERROR, "x.json", "broken", "mend it")
    assert Exit.OK == of()
    assert Exit.CONFLICT == of(done=Done(held=(Remark("x", "y"),)))
    assert Exit.INVALID == of(done=Done(held=(Remark("x", "y"),), problems=(wrong,)))
    assert Exit.ERROR == of(stopped=True) == of(failure=Failure("x", "y", "z"))
    assert Exit.UNREACHABLE == of(failure=Failure("x", "y", "z", unreachable=True))


def test_what_was_written_is_counted_once_a_file() -> None:
    done = total([Done(created=("b",)), Done(created=("a",), moved=(("c", "d"),), changed=("d",), folder_files=("f",), equal=3)])
    assert (("a", "b"), 4) == (done.created, PullReport(TargetName("t"), "", "files", done).written)


# A server that has neither folders nor uids


SLUGS = Server("https://grafana.example", "4.6.5", "slug API", "", 1, "Main Org.", nested_folders=False, by_slug=True)


def test_without_folders_a_file_stays_in_its_directory_and_a_new_one_lies_at_the_top() -> None:
    files = {"ops/cpu.json": b'{"uid": "cpu", "title": "CPU", "panels": [], "schemaVersion": 12}'}
    live = Live((), {"cpu": ("", {"title": "CPU"}), "ram": ("", {"title": "RAM"})}, SLUGS)
    layout = laid(live, files, wants=Wants(folder="Team"))
    assert {"cpu": "ops/cpu.json", "ram": "ram.json"} == {place.uid: place.path for place in layout.places}
    assert ((), 0) == (layout.folder_files, layout.outside)
