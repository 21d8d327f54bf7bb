"""The slug API of 2 to 4: recorded answers understood, ours told from strangers', and nothing written over a number alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.answers import (
    Deleted,
    Forbidden,
    Gone,
    NameExists,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    Unknown,
    VersionMismatch,
)
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.introducing import Introduced, number_of
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json, Uid
from provisioner.core.server import LiveFolder, Mark
from provisioner.core.settings import Api
from provisioner.core.trash import NoTrash
from provisioner.grafana.replies import Lost, Reply
from provisioner.grafana.slug_answers import Stored, slug_save_answer
from provisioner.sandbox.serve import Running
from provisioner.sandbox.settings import Person
from tests.grafana.conftest import Open
from tests.grafana.scripted import Answer, ScriptedServer

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "transcripts" / "slugs"
RECORDINGS = ("slugs-2.6.0", "slugs-4.6.5")

HEALTH, ORG, SEARCH, SAVE = "GET /api/health", "GET /api/org", "GET /api/search", "POST /api/dashboards/db"
READ, THEIRS = "GET /api/dashboards/db/cpu", "GET /api/dashboards/db/theirs"
CPU = Uid("cpu")


@cache
def steps(file: str) -> dict[str, dict[str, Any]]:
    return {step["step"]: step for step in json.loads((TRANSCRIPTS / f"{file}.json").read_text(encoding="utf-8"))}


def recorded(file: str, step: str) -> Reply:
    found = steps(file)[step]
    return Reply(found["status"], "application/json", json.dumps(found["response"]).encode())


def save(title: str = "CPU", version: int | None = None, uid: Uid = CPU, **content: Json) -> Save:
    return Save(uid, {"title": title, "rows": [], **content}, ROOT, version, "why")


def row(number: int, title: str, slug: str, **more: Json) -> dict[str, Json]:
    return {"id": number, "title": title, "uri": f"db/{slug}", "type": "dash-db", "tags": [], **more}


def page(number: int, title: str, version: int = 1, **content: Json) -> Answer:
    return Answer({"meta": {"slug": "x", "updatedBy": "jonas"}, "dashboard": {"id": number, "title": title, "version": version, **content}})


@pytest.fixture
def four(server: ScriptedServer) -> ScriptedServer:
    server.routes |= {
        HEALTH: [Answer({"database": "ok", "version": "4.6.5"})],
        ORG: [Answer({"id": 1, "name": "Main Org."})],
        SEARCH: [Answer([])],
    }
    return server


def two(server: ScriptedServer) -> ScriptedServer:
    """The same, without a history."""
    server.routes |= {HEALTH: [Answer({"database": "ok", "version": "2.6.0"})]}
    return server


@pytest.fixture(params=[2, 4])
def old(request: pytest.FixtureRequest, sandbox: Callable[..., Running]) -> Running:
    return sandbox(generation=request.param, people=(Person("jonas", "jonas"),))


# Recorded answers


@pytest.mark.parametrize("file", RECORDINGS)
@pytest.mark.parametrize(
    ("step", "version", "answer"),
    [
        ("update with id and stale version", 0, VersionMismatch("The dashboard has been changed by someone else")),
        ("update with id, without version", 0, VersionMismatch("The dashboard has been changed by someone else")),
        ("update without id", None, NameExists("A dashboard with the same name already exists")),
        ("rename onto another", 3, NameExists("A dashboard with the same name already exists")),
        ("title of the same slug, other case", None, NameExists("A dashboard with the same name already exists")),
        ("id that is not", 1, Gone("Dashboard not found")),
        ("update the deleted by its id", 1, Gone("Dashboard not found")),
    ],
)
def test_every_recorded_refusal_is_understood(file: str, step: str, version: int | None, answer: SaveAnswer) -> None:
    assert slug_save_answer(recorded(file, step), save(version=version), "http://x") == answer


@pytest.mark.parametrize(("file", "first"), [("slugs-2.6.0", 0), ("slugs-4.6.5", 1)])
def test_every_recorded_save_says_slug_and_version(file: str, first: int) -> None:
    names = ("create", "update with id and version", "identical with id and version", "rename with id and version")
    answers = [slug_save_answer(recorded(file, name), save(), "http://x") for name in names]
    assert answers == [Stored("slug-one", first + n) for n in range(3)] + [Stored("slug-renamed", first + 3)]


def test_an_answer_without_a_slug_leaves_it_open() -> None:
    assert isinstance(slug_save_answer(Reply(200, "text/html", b"<html>"), save(), "http://x"), Unknown)
    assert isinstance(slug_save_answer(Lost("cut off"), save(), "http://x"), Unknown)


def test_a_viewer_may_not_save() -> None:
    reply = Reply(403, "application/json", b'{"message": "Permission denied"}')
    assert isinstance(slug_save_answer(reply, save(), "http://x"), Forbidden)


@pytest.mark.parametrize("file", RECORDINGS)
def test_a_recorded_dashboard_is_read_with_its_number_and_version(server: ScriptedServer, grafana: Open, file: str) -> None:
    version = file.removeprefix("slugs-")
    server.routes |= {
        HEALTH: [Answer({"database": "ok", "version": version})],
        ORG: [Answer({"id": 1, "name": "Main Org."})],
        "GET /api/dashboards/db/slug-one": [Answer(steps(file)["read"]["response"])],
    }
    target = grafana(server.url)
    target.introduce([Introduced(Uid("ours-1"), "Slug One")])
    live = target.dashboard(Uid("ours-1"))
    assert live is not None
    assert (live.mark.id, live.title, live.folder, live.url) == (1, "Slug One", ROOT, f"{server.url}/dashboard/db/slug-one")
    assert live.updated_by == ("admin" if version == "4.6.5" else "")


@pytest.mark.parametrize("file", RECORDINGS)
def test_a_recorded_search_shows_strangers_with_their_number_and_ours_with_our_uid(four: ScriptedServer, grafana: Open, file: str) -> None:
    four.routes[SEARCH] = [Answer(steps(file)["search"]["response"])]
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "Slug Renamed", Mark(1, 3))])
    found = {each.title: each for each in target.find()}
    assert found["Slug Renamed"].uid == CPU
    assert (number_of(found["Slug Two"].uid), found["Slug Renamed"].tags) == (3, ("b",))


# A life, on the sandbox


def test_it_is_a_grafana(old: Running, grafana: Open) -> None:
    as_core_sees_it: Grafana = grafana(old.url)
    server = as_core_sees_it.probe()
    assert (server.dialect, server.by_slug, server.nested_folders, server.unique_names) == ("slug API", True, False, True)
    assert as_core_sees_it.probe() == server


def test_a_dashboard_is_made_updated_renamed_and_deleted_under_one_uid(old: Running, grafana: Open) -> None:
    target = grafana(old.url)
    made = target.save(save())
    assert isinstance(made, Saved)
    updated = target.save(save(version=made.mark.version, tags=["a"]))
    assert isinstance(updated, Saved)
    renamed = target.save(save("Load", updated.mark.version))
    assert isinstance(renamed, Saved)
    assert {made.mark.id} == {updated.mark.id, renamed.mark.id}
    assert renamed.url.endswith("/dashboard/db/load")
    assert isinstance(target.delete(CPU, renamed.mark), Deleted)
    assert target.dashboard(CPU) is None
    again = target.delete(CPU)
    assert isinstance(again, Deleted)
    assert again.already


def test_what_is_sent_has_neither_folder_nor_overwriting_and_our_uid(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SAVE: [Answer({"status": "success", "slug": "cpu", "version": 1})], READ: [page(7, "CPU", rows=[])]}
    answer = grafana(four.url).save(save(id=99))
    [sent] = four.asked(SAVE)
    assert sent.json == {"dashboard": {"title": "CPU", "rows": [], "id": None, "uid": "cpu"}, "message": "why", "overwrite": False}
    assert answer == Saved(CPU, Mark(7, 1), f"{four.url}/dashboard/db/cpu")


def test_history_is_read_by_number_from_4_3_on_and_nowhere_before(old: Running, grafana: Open) -> None:
    target = grafana(old.url)
    made = target.save(save())
    assert isinstance(made, Saved)
    target.save(save(version=made.mark.version, tags=["a"]))
    live = target.dashboard(CPU)
    assert live is not None
    versions = [each.version for each in target.versions(live, 10)]
    first = target.version(live, 1)
    if old.version.startswith("4."):
        assert versions == [2, 1]
        assert first is not None
        assert (first.uid, first.content.get("tags")) == (CPU, None)
    else:
        assert (versions, first) == ([], None)


def test_there_are_no_folders(old: Running, grafana: Open) -> None:
    target = grafana(old.url)
    folder = DesiredFolder(FolderUid("f"), "F", ROOT, ("F",), "f")
    assert (target.folders(), target.folder("f"), target.folder_is_empty(FolderUid("f")), target.marks()) == ((), None, None, None)
    assert isinstance(target.create_folder(folder), Rejected)
    assert isinstance(target.update_folder(folder, LiveFolder(FolderUid("f"), "G", ROOT, 1)), Gone)
    assert isinstance(target.delete_folder(FolderUid("f")), Rejected)


def test_home_and_tags_are_those_of_the_organisation_and_there_is_no_trash(old: Running, grafana: Open) -> None:
    target = grafana(old.url)
    target.save(save(tags=["a"]))
    assert (target.organisation.listed(), target.organisation.tags()) == (None, (("a", 1),))
    assert isinstance(target.trash.seen(), NoTrash)


def test_data_sources_are_known_by_name(old: Running, grafana: Open) -> None:
    assert [("TestData", "TestData")] == [(each.uid, each.name) for each in grafana(old.url).data_sources() or ()]


# Who is who


def test_a_dashboard_that_was_renamed_by_hand_is_found_by_its_number(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "By hand", "by-hand")])], "GET /api/dashboards/db/by-hand": [page(7, "By hand", 4)]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    live = target.dashboard(CPU)
    assert live is not None
    assert (live.uid, live.mark) == (CPU, Mark(7, 4))


@pytest.mark.parametrize("version", [2, 3])
def test_another_title_without_a_newer_version_is_a_strangers(four: ScriptedServer, grafana: Open, version: int) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "Theirs", "theirs")])], THEIRS: [page(7, "Theirs", version)]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    assert target.dashboard(CPU) is None


def test_our_uid_in_the_json_says_that_it_is_ours_whatever_it_is_called(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "Else", "else")])], "GET /api/dashboards/db/else": [page(7, "Else", 1, uid="cpu")]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3)), Introduced(Uid("ram"), "RAM", Mark(8, 1))])
    live = target.dashboard(CPU)
    assert live is not None
    assert live.mark == Mark(7, 1)


def test_where_no_number_has_its_name_any_more_numbers_say_nothing(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {
        SEARCH: [Answer([row(7, "Theirs", "theirs"), row(8, "Too", "too")])],
        THEIRS: [page(7, "Theirs", 9)],
    }
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3)), Introduced(Uid("ram"), "RAM", Mark(8, 1))])
    assert target.dashboard(CPU) is None
    assert [7, 8] == [number_of(each.uid) for each in target.find()]


def test_one_that_was_deleted_and_made_again_is_found_by_its_name(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(9, "CPU", "cpu")])], READ: [page(9, "CPU")]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    live = target.dashboard(CPU)
    assert live is not None
    assert live.mark == Mark(9, 1)


def test_its_number_goes_before_its_name(four: ScriptedServer, grafana: Open) -> None:
    """Renamed by hand, and another one was made under the old name since."""
    four.routes |= {
        SEARCH: [Answer([row(7, "Mine", "mine"), row(9, "CPU", "cpu")])],
        READ: [page(9, "CPU")],
        "GET /api/dashboards/db/mine": [page(7, "Mine", 4)],
    }
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    live = target.dashboard(CPU)
    assert live is not None
    assert live.mark.id == 7


def test_the_name_of_another_one_of_ours_is_not_this_one(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "CPU", "cpu")])], READ: [page(7, "CPU", 3)]}
    target = grafana(four.url)
    target.introduce([Introduced(Uid("old"), "CPU", Mark(7, 3)), Introduced(CPU, "CPU")])
    assert [Uid("old")] == [each.uid for each in target.find()]
    assert target.dashboard(CPU) is None


def test_a_title_whose_slug_nobody_knows_is_found_by_the_title(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "サーバー", "sa-ba")])], "GET /api/dashboards/db/sa-ba": [page(7, "サーバー")]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "サーバー"), Introduced(Uid("no"), "ボール")])
    live = target.dashboard(CPU)
    assert live is not None
    assert (live.mark.id, target.dashboard(Uid("no"))) == (7, None)


def test_a_uid_that_nobody_introduced_is_taken_for_a_slug_unless_it_is_ours(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {"GET /api/dashboards/db/load": [page(8, "Load")], "GET /api/dashboards/db/cpu-load": [page(7, "CPU load")]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU load", Mark(7, 1))])
    live = target.dashboard(Uid("load"))
    assert live is not None
    assert (live.mark.id, target.dashboard(Uid("cpu-load")), target.dashboard(Uid("nobody"))) == (8, None, None)


def test_a_stranger_can_be_read_by_the_uid_that_search_gave_it(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {
        SEARCH: [Answer([row(3, "Theirs", "theirs"), row(4, "   ", ""), row(5, "Gone", "gone")])],
        THEIRS: [page(3, "Theirs")],
        "GET /api/dashboards/db/gone": [page(6, "Gone")],
    }
    target = grafana(four.url)
    by_title = {each.title: each.uid for each in target.find()}
    live = target.dashboard(by_title["Theirs"])
    assert live is not None
    assert (live.uid, live.mark.id) == (by_title["Theirs"], 3)
    assert [target.dashboard(by_title["   "]), target.dashboard(by_title["Gone"])] == [None, None]
    assert target.dashboard(Uid("number:77")) is None


def test_files_of_the_servers_own_disk_are_no_dashboards(four: ScriptedServer, grafana: Open) -> None:
    four.routes[SEARCH] = [
        Answer([row(0, "On disk", "x", uri="file/x.json", type="dash-json"), {"title": "odd"}, row(3, "Odd", "odd", type="dash-home")])
    ]
    assert grafana(four.url).find() == ()


# A search that is cut


def test_where_search_is_cut_ours_are_looked_up_by_name_and_by_number(four: ScriptedServer, grafana: Open) -> None:
    many = [row(100 + n, f"D{n}", f"d{n}", tags=["a", "b"]) for n in range(500)]
    four.routes |= {
        SEARCH: [Answer(many), Answer(many), Answer([*many, row(7, "Renamed", "renamed")])],
        "GET /api/dashboards/db/ram": [page(8, "RAM")],
        "GET /api/dashboards/db/disk": [page(6, "Disk")],
        "GET /api/dashboards/db/renamed": [page(7, "Renamed", 9)],
    }
    target = grafana(four.url)
    target.introduce([Introduced(Uid("ram"), "RAM"), Introduced(CPU, "CPU", Mark(7, 3))])
    assert Uid("ram") in {each.uid for each in target.find()}
    target.introduce([Introduced(Uid("disk"), "Disk", Mark(6, 1))])
    assert target.dashboard(Uid("disk")) is not None  # it is the same server: this one has its number
    live = target.dashboard(CPU)
    assert live is not None
    assert live.mark == Mark(7, 9)
    assert "dashboardIds=7" in four.asked(SEARCH)[-1].target


def test_a_number_that_a_cut_search_does_not_show_by_itself_either_is_nowhere(four: ScriptedServer, grafana: Open) -> None:
    four.routes[SEARCH] = [Answer([row(100 + n, f"D{n}", f"d{n}") for n in range(1000)])]
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    assert target.dashboard(CPU) is None


# Writing


def test_a_recorded_number_is_written_over_only_where_it_has_the_recorded_name(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "Theirs", "theirs")])], THEIRS: [page(7, "Theirs", 3)]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    target.find()
    assert isinstance(target.save(save(version=3)), VersionMismatch)
    assert four.asked(SAVE) == []


def test_where_it_has_that_name_one_request_is_enough(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SEARCH: [Answer([row(7, "CPU", "cpu")])], SAVE: [Answer({"status": "success", "slug": "load", "version": 4})]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3)), Introduced(CPU, "Load")])
    target.find()
    before = target.requests
    assert target.save(save("Load", 3)) == Saved(CPU, Mark(7, 4), f"{four.url}/dashboard/db/load")
    assert (1, 7) == (target.requests - before, four.asked(SAVE)[0].json["dashboard"]["id"])


def test_without_a_number_nothing_is_updated_before_it_was_read(four: ScriptedServer, grafana: Open) -> None:
    assert isinstance(grafana(four.url).save(save(version=3)), VersionMismatch)
    target = grafana(four.url)
    four.routes |= {
        READ: [page(7, "CPU", 3)],
        SAVE: [Answer({"status": "success", "slug": "cpu", "version": 4})],
    }
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    assert isinstance(target.save(save(version=3)), Saved)


def test_a_create_that_meets_its_own_name_is_as_if_its_uid_were_taken(four: ScriptedServer, grafana: Open) -> None:
    taken = Answer({"status": "name-exists", "message": "A dashboard with the same name already exists"}, 412)
    four.routes |= {SAVE: [taken], READ: [page(7, "CPU")]}
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU")])
    assert isinstance(target.save(save()), VersionMismatch)


def test_a_create_that_meets_the_name_of_another_one_of_ours_is_told_so(four: ScriptedServer, grafana: Open) -> None:
    taken = Answer({"status": "name-exists", "message": "A dashboard with the same name already exists"}, 412)
    four.routes |= {
        SAVE: [taken],
        SEARCH: [Answer([row(7, "CPU", "cpu")])],
        READ: [page(7, "CPU"), Answer({}, 403)],
    }
    target = grafana(four.url)
    target.introduce([Introduced(Uid("old"), "CPU", Mark(7, 1)), Introduced(CPU, "CPU")])
    target.find()
    assert [NameExists, NameExists] == [type(target.save(save())) for _ in range(2)]  # and where it may not be read


def test_without_a_history_a_save_in_the_same_instant_is_noticed_by_reading_back(four: ScriptedServer, grafana: Open) -> None:
    """2.6 takes both saves, and counts one version."""
    two(four).routes |= {
        READ: [page(7, "CPU", 3), page(7, "CPU", 4, rows=["theirs"])],
        SAVE: [Answer({"status": "success", "slug": "cpu", "version": 4})],
    }
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    assert target.dashboard(CPU) is not None
    answer = target.save(save(version=3))
    assert isinstance(answer, VersionMismatch)
    assert "in the same instant" in answer.words


def test_what_is_read_back_as_it_was_sent_is_saved(four: ScriptedServer, grafana: Open) -> None:
    two(four).routes |= {
        READ: [page(7, "CPU", 3), page(7, "CPU", 4, rows=[])],
        SAVE: [Answer({"status": "success", "slug": "cpu", "version": 4})],
    }
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    assert isinstance(target.save(save(version=3)), Saved)


def test_a_new_one_that_cannot_be_read_back_leaves_it_open(four: ScriptedServer, grafana: Open) -> None:
    four.routes |= {SAVE: [Answer({"status": "success", "slug": "cpu", "version": 1})], READ: [Answer({}, 500)]}
    answer = grafana(four.url).save(save())
    assert isinstance(answer, Unknown)
    assert "could not be read back" in answer.words


def test_a_new_one_that_is_gone_when_it_is_read_back_has_no_number(four: ScriptedServer, grafana: Open) -> None:
    four.routes[SAVE] = [Answer({"status": "success", "slug": "cpu", "version": 1})]
    target = grafana(four.url)
    assert target.save(save()) == Saved(CPU, Mark(0, 1), f"{four.url}/dashboard/db/cpu")
    assert target.dashboard(CPU) is None


def test_what_was_saved_since_it_was_looked_at_is_not_deleted(four: ScriptedServer, grafana: Open) -> None:
    four.routes[READ] = [page(7, "CPU", 4)]
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    assert isinstance(target.delete(CPU, Mark(7, 3)), VersionMismatch)
    assert [each for each in four.received if each.method == "DELETE"] == []


# What is no answer


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({"message": "Permission denied"}, 403), TargetForbidden),
        (Answer({}, 500), TargetUnreachable),
        (Answer({"dashboard": []}), TargetUnsuitable),
        (Answer({"dashboard": {"id": "7"}, "meta": {}}), TargetUnsuitable),
    ],
)
def test_a_read_that_says_nothing_usable_is_a_failure(four: ScriptedServer, grafana: Open, answer: Answer, error: type[Exception]) -> None:
    four.routes[READ] = [answer]
    with pytest.raises(error):
        grafana(four.url).dashboard(CPU)


@pytest.mark.parametrize("route", ["find", "number"])
def test_a_search_that_fails_is_a_failure(four: ScriptedServer, grafana: Open, route: str) -> None:
    many = Answer([row(100 + n, f"D{n}", f"d{n}") for n in range(1000)])
    four.routes[SEARCH] = [Answer({}, 500)] if route == "find" else [many, Answer({}, 500)]
    target = grafana(four.url)
    target.introduce([Introduced(CPU, "CPU", Mark(7, 3))])
    with pytest.raises(TargetUnreachable):
        target.find() if route == "find" else target.dashboard(CPU)


# The choice


def test_a_server_that_hides_its_version_and_knows_no_folders_is_an_old_one(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {ORG: [Answer({"id": 1, "name": "Main Org."})]}
    found = grafana(server.url, api=Api.SLUG).probe()
    assert (found.by_slug, found.version) == (True, "")
    assert "knows no folders" in found.why


def test_the_slug_api_is_not_stated_for_a_newer_one(server: ScriptedServer, grafana: Open) -> None:
    server.routes |= {HEALTH: [Answer({"database": "ok", "version": "9.3.2"})], ORG: [Answer({"id": 1, "name": "Main Org."})]}
    with pytest.raises(TargetUnsuitable, match=r"is Grafana 9\.3\.2, which does not know dashboards by slug"):
        grafana(server.url, api=Api.SLUG)


def test_another_api_is_not_stated_for_an_old_one(four: ScriptedServer, grafana: Open) -> None:
    with pytest.raises(TargetUnsuitable, match="knows dashboards by slug alone, and `api: dashboard` states another API"):
        grafana(four.url, api=Api.DASHBOARD)
