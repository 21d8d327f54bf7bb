"""Out of the trash of Grafana 11: also when answers are lost, folders are gone, and somebody may not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioner.core.changes import Result
from provisioner.core.errors import TargetUnreachable
from provisioner.core.model import TargetName, Uid
from provisioner.core.restore import NotFound, Restored
from provisioner.core.secret import Secret
from provisioner.core.settings import Connection, TargetSettings, TokenAuth
from provisioner.core.trash import NoTrash
from provisioner.grafana import Waiting, open_grafana
from provisioner.recalling import Desk, Wish
from provisioner.reviving import bring_back, list_trash, purge
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.settings import Person
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from tests.whole.house import Browser, dashboard

NOW = "2026-11-22T12:00:00Z"
TRASH = "/api/dashboards/uid/lost/trash"


@dataclass
class Room:
    sandbox: Running
    place: Path

    @property
    def browser(self) -> Browser:
        return Browser(self.sandbox.url)

    @contextmanager
    def desk(self, role: str = "Admin") -> Iterator[Desk]:
        token = self.sandbox.token(role)
        connection = Connection(TargetName("t"), self.sandbox.url, TokenAuth(Secret("token")), timeout=30.0, attempts=2)
        file = StateFile(str(self.place / "state.db"))
        try:
            with open_grafana(connection, lambda _: token, Waiting(pause=lambda _: False)) as grafana:
                yield Desk(
                    grafana, SqliteLedger(file, TargetName("t"), keep_seconds=9999), TargetSettings(TargetName("t"), connection, ()), NOW
                )
        finally:
            file.close()

    def lose(self, folder: str = "") -> None:
        """Somebody makes a dashboard and deletes it."""
        self.browser.create(dashboard("lost", "Lost"), folder)
        self.browser.ask("/api/dashboards/uid/lost", None, "DELETE")

    def restored(self, role: str = "Admin") -> Restored:
        with self.desk(role) as desk:
            found = bring_back(Wish(Uid("lost")), desk)
        assert isinstance(found, Restored)
        return found


@pytest.fixture
def eleven(tmp_path: Path) -> Iterator[Room]:
    people = (Person("jonas", "jonas"),)
    with running(SandboxSettings(generation=11, people=people, dashboard_restore=True)) as sandbox:
        yield Room(sandbox, tmp_path)


def test_a_lost_answer_is_settled_by_what_is_live(eleven: Room) -> None:
    eleven.lose()
    eleven.sandbox.faults.set(Faults(path=TRASH, drop_after=1))
    assert Result.CREATED is eleven.restored().result
    assert eleven.browser.is_there("lost")


def test_what_did_not_come_back_is_told_as_such(eleven: Room) -> None:
    eleven.lose()
    eleven.sandbox.faults.set(Faults(path=TRASH, drop_before=1))
    told = eleven.restored()
    assert (Result.FAILED, True) == (told.result, "did not come back" in told.message)


def test_a_server_that_is_busy_does_nothing_and_says_so(eleven: Room) -> None:
    eleven.lose()
    eleven.sandbox.faults.set(Faults(path=TRASH, too_many_requests=9))
    with pytest.raises(TargetUnreachable, match="nothing was done"):
        eleven.restored()


def test_it_is_said_where_it_came_back_since_its_folder_may_be_gone(eleven: Room) -> None:
    eleven.browser.ask("/api/folders", {"uid": "shop", "title": "Shop"})
    eleven.lose("shop")
    eleven.browser.ask("/api/folders/shop", None, "DELETE")
    told = eleven.restored()
    assert (Result.CREATED, True) == (told.result, "in the top level" in told.message)


def test_a_version_that_is_asked_for_is_none_of_the_trash(eleven: Room) -> None:
    eleven.lose()
    with eleven.desk() as desk:
        assert isinstance(bring_back(Wish(Uid("lost"), 1), desk), NotFound)


def test_what_is_live_is_restored_as_ever(eleven: Room) -> None:
    eleven.browser.create(dashboard("lost", "Lost"))
    with eleven.desk() as desk:
        assert isinstance(bring_back(Wish(Uid("lost")), desk), NotFound)


def test_deleting_for_good_is_told_where_it_is_not_known(eleven: Room) -> None:
    eleven.lose()
    eleven.sandbox.faults.set(Faults(path=TRASH, drop_after=1))
    with eleven.desk() as desk:
        told = purge(Uid("lost"), desk)
    assert (False, True) == (told.done, "not known" in told.message)


def test_an_uid_that_is_not_in_the_trash_is_told(eleven: Room) -> None:
    with eleven.desk() as desk:
        assert "not in the server's trash" in purge(Uid("never"), desk).message


def test_nothing_deleted_is_an_empty_list(eleven: Room) -> None:
    with eleven.desk() as desk:
        report = list_trash(desk)
    assert not isinstance(report.server, NoTrash)
    assert ((), ()) == (report.server.rows, report.kept)
