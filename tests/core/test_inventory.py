"""What is on a server, put together from its lists, the records and git."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provisioner.core.home import HomeHidden, HomeIs, NoHome
from provisioner.core.inventory import Body, Edited, Inventory, Known, Seen, Unread, Whose, inventory, inventory_exit_code
from provisioner.core.model import (
    ROOT,
    BlobId,
    Desired,
    DesiredDashboard,
    Document,
    Fingerprint,
    FolderUid,
    Origin,
    Shape,
    SourceName,
    TargetName,
    Uid,
)
from provisioner.core.records import FolderRecord, Record
from provisioner.core.report import Exit, Failure, SourceState
from provisioner.core.server import Found, LiveFolder, Mark, Server

TARGET = TargetName("production")
SERVER = Server("https://grafana.example", "12.4.0", "dashboard API", "", 1, "Main Org.", nested_folders=True)
CONTENT = Fingerprint("1:content")
SHOP, DEEP = FolderUid("shop"), FolderUid("deep")
FOLDERS = (LiveFolder(SHOP, "Shop", ROOT, 1), LiveFolder(DEEP, "Deep", SHOP, 2))


def found(uid: str, title: str = "", folder: FolderUid = ROOT, tags: tuple[str, ...] | None = ()) -> Found:
    return Found(Uid(uid), title or uid, folder, f"https://grafana.example/d/{uid}", tags=tags)


def record(uid: str, title: str = "", folder: FolderUid = ROOT, titles: tuple[str, ...] = ()) -> Record:
    key = "1:key"
    return Record(
        Uid(uid), title or uid, SourceName("s"), f"{uid}.json", 0, BlobId("b"), None, key, CONTENT, folder, titles, Mark(1, 3), "2026"
    )


def wanted(uid: str) -> DesiredDashboard:
    origin = Origin(SourceName("s"), f"{uid}.json", BlobId("b"), 1, f"dashboards/{uid}.json")
    return DesiredDashboard(Uid(uid), uid, ROOT, (), Document(0, 0, "", False, Shape.CLASSIC, Uid(uid), uid), origin)  # noqa: FBT003 - as Document orders its fields


def known(  # any other field of it by name
    *records: Record,
    desired: tuple[DesiredDashboard, ...] = (),
    withheld: tuple[str, ...] = (),
    **more: Any,  # noqa: ANN401 - any of its fields
) -> Known:
    git = Desired(dashboards=desired, withheld=frozenset(map(Uid, withheld)))
    return Known({each.uid: each for each in records}, more.pop("folders", {}), git, **more)


def seen(*rows: Found, **more: Any) -> Seen:  # noqa: ANN401 - any of its fields
    return Seen(SERVER, rows, more.pop("folders", FOLDERS), more.pop("home", NoHome()), **more)


def stock(what: Seen, of: Known) -> Inventory:
    return inventory(TARGET, what, of)


def body(**fields: Any) -> Body:  # noqa: ANN401 - any of its fields
    return replace(Body(CONTENT, ROOT, "a", Mark(1, 3)), **fields)


def test_whose_each_is_is_told_by_record_and_owner_tag() -> None:
    rows = (found("a"), found("b", tags=("x", "provisioner:shop")), found("c", tags=("provisioner:me",)), found("d", tags=None))
    told = {each.found.uid: (each.whose, each.owner) for each in stock(seen(*rows), known(record("a"), owner_tag="provisioner:me")).items}
    assert {
        "a": (Whose.OURS, ""),
        "b": (Whose.ANOTHER, "shop"),
        "c": (Whose.FOREIGN, ""),
        "d": (Whose.FOREIGN, ""),
    } == told


def test_a_dashboard_is_named_by_the_way_to_it() -> None:
    rows = (found("a", folder=DEEP), Found(Uid("b"), "B", FolderUid("hidden"), "", "Hidden"), found("c", folder=FolderUid("gone")))
    assert ["c", "Hidden / B", "Shop / Deep / a"] == [each.name for each in stock(seen(*rows), known()).items]


def test_folders_that_lie_in_one_another_do_not_go_round_for_ever() -> None:
    ring = (LiveFolder(SHOP, "Shop", DEEP, 1), LiveFolder(DEEP, "Deep", SHOP, 2))
    assert ["Deep / Shop", "Shop / Deep"] == [each.name for each in stock(seen(folders=ring), known()).shelves]


def test_the_list_itself_shows_what_was_renamed_or_moved() -> None:
    moved = record("b", folder=SHOP, titles=("Shop",))
    told = stock(seen(found("a", "Other"), found("b"), found("c")), known(record("a"), moved, record("c")))
    assert {
        "a": (Edited.YES, ('renamed: it was "a"',)),
        "b": (Edited.YES, ("moved: it was in Shop",)),
        "c": (Edited.NOT_LOOKED, ()),
    } == {each.found.uid: (each.edited, each.changes) for each in told.items}
    assert ["b", "a"] == [each.found.uid for each in told.edited]


def test_one_that_was_moved_out_of_the_top_level_is_told_so() -> None:
    [item] = stock(seen(found("a", folder=SHOP)), known(record("a"))).items
    assert ("moved: it was in the top level",) == item.changes


def test_a_list_of_marks_tells_what_was_saved_since() -> None:
    marks = {Uid("a"): Mark(1, 3), Uid("b"): Mark(1, 5)}
    told = stock(seen(found("a"), found("b"), found("c"), marks=marks), known(record("a"), record("b"), record("c")))
    assert [
        (Edited.NO, ()),
        (Edited.PERHAPS, ("saved since: version 3 → 5",)),
        (Edited.NOT_LOOKED, ()),
    ] == [(each.edited, each.changes) for each in told.items]


def test_a_body_tells_it_for_certain() -> None:
    bodies = {
        Uid("a"): body(),
        Uid("b"): body(title="b", mark=Mark(1, 4)),
        Uid("c"): body(title="c", mark=Mark(1, 4), content=Fingerprint("1:other")),
        Uid("d"): body(title="D two", mark=Mark(1, 4), content=Fingerprint("1:other"), folder=SHOP),
    }
    told = stock(seen(*map(found, "abcd"), bodies=bodies, deep=True), known(*map(record, "abcd")))
    assert [
        (Edited.NO, ()),
        (Edited.NO, ()),
        (Edited.YES, ("its contents were changed",)),
        (Edited.YES, ('renamed: it was "d"', "moved: it was in the top level")),
    ] == [(each.edited, each.changes) for each in told.items]
    assert told.deep


def test_who_provisions_and_who_saved_are_known_after_reading() -> None:
    bodies = {Uid("a"): body(managed_by="file provisioning", updated="2026", updated_by="jonas"), Uid("b"): Unread("403")}
    told = stock(seen(found("a"), found("b"), bodies=bodies), known())
    assert [("file provisioning", "2026 by jonas", ""), (None, "", "403")] == [
        (each.managed_by, each.updated, each.unread) for each in told.items
    ]
    assert ["a"] == [each.found.uid for each in told.provisioned]


def test_what_git_has_and_the_server_has_not_is_not_found_and_what_neither_has_is_lost() -> None:
    told = stock(
        seen(found("a")), known(record("b"), record("c"), record("w"), desired=(wanted("a"), wanted("b"), wanted("d")), withheld=("w",))
    )
    assert (["b", "d"], ["c"]) == ([each.uid for each in told.missing], [each.uid for each in told.lost])
    assert [("a", "dashboards/a.json")] == [(each.found.uid, each.path) for each in told.waiting]


def test_titles_that_are_one_for_people_are_found_in_one_folder_alone() -> None:
    rows = (found("a", "CPU"), found("b", " cpu "), found("c", "CPU", SHOP), found("d", "Memory"))
    told = stock(seen(*rows), known())
    assert [["a", "b"]] == [[item.found.uid for item in each.items] for each in told.twins]


def test_a_folder_is_empty_without_dashboards_and_folders() -> None:
    folders = (*FOLDERS, LiveFolder(FolderUid("attic"), "Attic", ROOT, 3))
    ours = {SHOP: FolderRecord(SHOP, "Shop", ROOT, "shop", "2026")}
    told = stock(seen(found("a", folder=DEEP), folders=folders), known(folders=ours))
    assert [("Attic", False, 0, True), ("Shop", True, 0, False), ("Shop / Deep", False, 1, False)] == [
        (each.name, each.ours, each.dashboards, each.empty) for each in told.shelves
    ]
    assert ["attic"] == [each.folder.uid for each in told.empty]


def test_tags_are_the_servers_own_count_or_counted_from_the_list() -> None:
    rows = (found("a", tags=("x", "y", "x")), found("b", tags=("x",)), found("c", tags=None))
    assert (("x", 2), ("y", 1)) == stock(seen(*rows), known()).tags
    assert (("x", 9),) == stock(seen(*rows, tags=(("x", 9),)), known()).tags


def test_the_home_dashboard_is_looked_up_in_the_list() -> None:
    shown = HomeHidden("403", "orgs.preferences:read", Uid("a"))
    homes = [stock(seen(found("a"), home=home), known()).home_item for home in (HomeIs(Uid("a")), shown, HomeIs(Uid("z")), NoHome())]
    assert ["a", "a", None, None] == [None if each is None else each.found.uid for each in homes]


def test_each_number_is_there_by_name() -> None:
    counts = stock(seen(found("a"), found("b")), known(record("a"), desired=(wanted("z"),))).counts
    expected = {"dashboards": 2, "ours": 1, "foreign": 1, "not_found": 1, "folders": 2, "empty_folders": 1, "edited": 0}
    assert expected.items() <= counts.items()


def test_what_is_there_is_no_failure_and_what_could_not_be_looked_at_is() -> None:
    fine = Inventory(TARGET, "url")
    failed = replace(fine, failure=Failure("t", "no", "next"))
    unread = replace(fine, sources=(SourceState(SourceName("s"), None, failure=Failure("s", "no", "next", unreachable=True)),))
    assert [Exit.OK, Exit.ERROR, Exit.UNREACHABLE] == [inventory_exit_code(each) for each in ((fine,), (fine, failed), (failed, unread))]
