"""What the client does with a Grafana, whichever: here against the sandbox of each generation, by `make contract` against a real server.

GRAFANA_URL, GRAFANA_USER and GRAFANA_PASSWORD name the real one. Everything made has a uid that begins with "prov-contract-" and is deleted
afterwards; nothing else on the server is touched. Histories, deletions and changes of folders are in test_contract_changes.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from provisioner.core.answers import FolderExists, FolderSaved, Gone, NameExists, Rejected, Save, Saved, VersionMismatch
from provisioner.core.errors import TargetUnauthorised
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, TargetName, Uid
from provisioner.core.secret import Secret
from provisioner.core.server import LiveFolder, Mark
from provisioner.core.settings import BasicAuth, Connection
from provisioner.grafana import open_grafana
from provisioner.grafana.resources import DIALECT
from tests.grafana.contract_place import Place, eventually

pytestmark = pytest.mark.contract


def test_the_probe_names_version_and_organisation(place: Place) -> None:
    server = place.grafana.probe()
    assert (server.url, server.dialect) == (place.url, DIALECT if place.by_apis else "dashboard API")
    assert int(server.version.partition(".")[0]) >= 5
    assert server.org_id >= 1
    assert server.org_name


def test_a_wrong_password_is_unauthorised(place: Place) -> None:
    connection = Connection(target=TargetName("contract"), url=place.url, auth=BasicAuth("nobody-of-ours", Secret("password")))
    with pytest.raises(TargetUnauthorised):
        open_grafana(connection, lambda _: "wrong-password").close()


def test_what_is_saved_is_read_back(place: Place) -> None:
    content = {
        "title": "Größe 🚀 仪表盘 " + place.mark,
        "panels": [{"id": 1, "type": "text", "title": "<b>&amp;</b>", "x": 0.1}],
        "tags": ["a"],
    }

    saved = place.saved("first", content)
    live = place.live("first")

    assert (saved.uid, saved.mark.version) == (f"{place.mark}-first", 1)
    assert saved.url.startswith(f"{place.url}/d/{saved.uid}")
    assert (live.uid, live.title, live.folder, live.mark, live.url) == (saved.uid, content["title"], ROOT, saved.mark, saved.url)
    assert {key: live.content[key] for key in content} == content
    assert live.managed_by is None


def test_one_save_is_one_request(place: Place) -> None:
    before = place.grafana.requests
    place.saved("one")
    assert place.grafana.requests - before == 1


def test_a_create_of_a_uid_that_exists_is_refused(place: Place) -> None:
    place.saved("twice")
    assert isinstance(place.save("twice", {"tags": ["other"]}), VersionMismatch)
    assert place.live("twice").content["tags"] == []


def test_an_update_with_the_version_read_is_saved(place: Place) -> None:
    first = place.saved("update")
    second = place.saved("update", {"tags": ["new"]}, first.mark)
    assert (second.mark.id, second.mark.version) == (first.mark.id, 2)
    assert place.live("update").content["tags"] == ["new"]


@pytest.mark.parametrize("version", [1, 0, 12])
def test_an_update_with_another_version_is_refused(place: Place, version: int) -> None:
    first = place.saved("stale")
    place.saved("stale", {"tags": ["theirs"]}, first.mark)
    assert isinstance(place.save("stale", {"tags": ["ours"]}, replace(first.mark, version=version)), VersionMismatch)
    assert place.live("stale").content["tags"] == ["theirs"]


def test_id_and_version_that_stand_in_a_file_are_not_sent(place: Place) -> None:
    first = place.saved("file", {"id": 123_456, "version": 77})
    assert first.mark.version == 1
    # The version of the file is the one on the server by chance: it must not pass for one that was read.
    assert isinstance(place.save("file", {"id": first.mark.id, "version": 1, "tags": ["x"]}), VersionMismatch)


def test_an_update_of_what_is_gone_is_told_as_gone_or_makes_it_anew_under_another_id(place: Place) -> None:
    answer = place.save("gone", over=Mark(7, 5, "5" if place.by_apis else ""))
    assert isinstance(answer, Gone) if place.by_apis else isinstance(answer, Saved) and answer.mark.version == 1


def test_a_dashboard_lands_in_its_folder_and_is_found_there(place: Place) -> None:
    folder = place.folder("folder")
    place.saved("inside", folder=folder)

    live = place.live("inside")
    found = eventually(lambda: next((row for row in place.grafana.find() if row.uid == live.uid), None))

    assert (live.folder, live.folder_title) == (folder, folder)
    assert (found.folder, found.title, found.url) == (folder, live.title, live.url)


def test_a_folder_id_that_is_given_spares_the_question_for_it(place: Place) -> None:
    folder = place.folder("by-id")
    known = place.grafana.folder(folder)
    assert known is not None
    folder_id = known.id if place.release < (8, 0) else None
    before = place.grafana.requests
    place.saved("in-it", folder=folder, folder_id=folder_id)
    assert place.grafana.requests - before == 1
    assert place.live("in-it").folder == folder


def test_a_dashboard_moves_with_its_folder(place: Place) -> None:
    folder = place.folder("to")
    first = place.saved("moves")
    second = place.saved("moves", folder=folder, over=first.mark)
    assert place.live("moves").folder == folder
    place.saved("moves", over=second.mark)
    assert place.live("moves").folder == ROOT


def test_a_folder_that_is_not_there_is_refused_and_nothing_lands_in_the_root(place: Place) -> None:
    answer = place.save("nowhere", folder=FolderUid(f"{place.mark}-nobody"))
    assert isinstance(answer, Rejected)
    assert "folder" in answer.words.lower()
    assert "not found" in answer.words.lower()
    assert place.grafana.dashboard(Uid(f"{place.mark}-nowhere")) is None


def test_a_title_that_is_taken_in_the_folder_is_never_overwritten(place: Place) -> None:
    title = f"{place.mark} Same"
    mine = place.saved("mine", {"title": title})
    answer = place.save("other", {"title": title})
    if place.names_are_unique:
        assert isinstance(answer, NameExists)
        assert not answer.folder
    else:
        assert isinstance(answer, Saved)
    assert place.live("mine").mark == mine.mark


def test_a_title_that_a_folder_has_is_told_as_a_folders(place: Place) -> None:
    place.folder("named", title=f"{place.mark} Name")
    answer = place.save("named-too", {"title": f"{place.mark} Name"})
    if place.names_are_unique:
        assert isinstance(answer, NameExists)
        assert answer.folder
    else:
        assert isinstance(answer, Saved)


@pytest.mark.parametrize("content", [{"title": ""}, {"title": "   "}])
def test_what_the_server_does_not_take_is_rejected_in_its_words(place: Place, content: Mapping[str, Any]) -> None:
    answer = place.save("untitled", content)
    if place.by_apis and content["title"]:  # a title of blanks is one there
        assert isinstance(answer, Saved)
        return
    assert isinstance(answer, Rejected)
    assert (answer.status, "title" in answer.words.lower()) == (400, True)


def test_a_uid_with_other_letters_is_rejected(place: Place) -> None:
    answer = place.grafana.save(Save(Uid("prov/contract"), {"title": place.mark}, ROOT, None, ""))
    assert isinstance(answer, Rejected)
    assert ("metadata.name" if place.by_apis else "uid") in answer.words


def test_a_long_message_is_cut_to_what_servers_take(place: Place) -> None:
    place.saved("message", message="é" * 2000)


@pytest.mark.parametrize("uid", ["prov-contract-nobody", "..", "", "a/b", "ü ?#"])
def test_a_dashboard_that_is_not_there_is_none(place: Place, uid: str) -> None:
    assert place.grafana.dashboard(Uid(uid)) is None


@pytest.mark.parametrize("uid", ["prov-contract-nobody", "..", ""])
def test_a_folder_that_is_not_there_is_none(place: Place, uid: str) -> None:
    assert place.grafana.folder(uid) is None


def test_a_folder_is_read_back(place: Place) -> None:
    uid = place.folder("read", title=f"{place.mark} Read")
    folder = place.grafana.folder(uid)
    assert folder is not None
    assert (folder.uid, folder.title, folder.parent) == (uid, f"{place.mark} Read", ROOT)
    assert folder.id > 0
    assert folder.url.startswith(f"{place.url}/dashboards/f/{uid}")


def test_a_folder_whose_uid_is_taken_exists(place: Place) -> None:
    place.folder("taken")
    assert isinstance(place.grafana.create_folder(place.wanted("taken")), FolderExists)


def test_a_folder_whose_title_is_taken_exists_where_titles_are_unique(place: Place) -> None:
    place.folder("one", title=f"{place.mark} Title")
    answer = place.grafana.create_folder(place.wanted("two", title=f"{place.mark} Title"))
    assert isinstance(answer, FolderExists if place.names_are_unique else FolderSaved)


def test_a_folder_without_a_title_is_rejected(place: Place) -> None:
    answer = place.grafana.create_folder(DesiredFolder(FolderUid(f"{place.mark}-untitled"), "", ROOT, ("",), ""))
    assert isinstance(answer, Rejected)


def test_folders_are_listed_parents_before_children(place: Place) -> None:
    nested = place.grafana.probe().nested_folders
    names = ["z-top", "m-middle", "a-bottom"]
    parent = ROOT
    for name in names:
        parent = place.folder(name, parent)

    def ours() -> list[LiveFolder] | None:
        found = [folder for folder in place.grafana.folders() if folder.uid.startswith(place.mark)]
        return found if len(found) == 3 else None

    found = eventually(ours)

    expected = [ROOT, f"{place.mark}-z-top", f"{place.mark}-m-middle"] if nested else [ROOT] * 3
    if nested:
        assert [folder.uid for folder in found] == [f"{place.mark}-{name}" for name in names]
    assert [folder.parent for folder in found] == expected
    assert all(folder.id > 0 for folder in found)


def test_a_folder_that_is_made_says_which_parent_it_got(place: Place) -> None:
    top = place.folder("top")
    answer = place.grafana.create_folder(place.wanted("child", top))
    assert isinstance(answer, FolderSaved)
    assert answer.parent == (top if place.grafana.probe().nested_folders else ROOT)


def test_data_sources_are_listed(place: Place) -> None:
    sources = place.grafana.data_sources()
    assert sources is not None
    assert all(source.uid and source.name and source.type for source in sources)
