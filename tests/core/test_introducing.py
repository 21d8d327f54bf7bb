"""Who is introduced to a server that does not know our uids, and what a stranger is called."""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.identity import is_legal_uid
from provisioner.core.introducing import Introduced, befriended, number_of, of_desired, of_records, stranger
from provisioner.core.model import BlobId, Fingerprint, FolderUid, SourceName, Uid
from provisioner.core.records import Action, Intent, Kept, Record, Why
from provisioner.core.server import Mark, Server
from tests.core.builders import dashboard, found, wanted

FOUR = Server("https://grafana.example", "4.6.5", "slug API", "", 1, "Main Org.", nested_folders=False, by_slug=True)
CPU = Uid("cpu")
RECORD = Record(
    CPU, "CPU", SourceName("files"), "cpu.json", 0, BlobId("b"), None, "1:b:0:-", Fingerprint("1:x"), FolderUid(""), (), Mark(7, 3), "now"
)


def test_what_git_wants_is_introduced_by_its_title() -> None:
    assert [Introduced(CPU, "Load")] == list(of_desired(wanted(dashboard("cpu.json", "cpu", "Load"))))


def test_records_come_first_then_what_a_crash_left_open_then_what_is_kept() -> None:
    intent = Intent(CPU, Action.UPDATE, Mark(7, 4), replace(RECORD, title="CPU, renamed"), "now")
    kept = Kept(CPU, "CPU, once", FolderUid(""), (), Fingerprint("1:y"), Mark(5, 2), "", "", Why.BEFORE_DELETE, "now")
    assert [
        Introduced(CPU, "CPU", Mark(7, 3)),
        Introduced(CPU, "CPU, renamed", Mark(7, 4)),
        Introduced(CPU, "CPU, once", Mark(5, 2)),
    ] == list(of_records({CPU: RECORD}, (intent,), (kept,)))


def test_a_deletion_that_was_not_finished_has_the_title_of_the_record() -> None:
    gone = Intent(CPU, Action.DELETE, Mark(7, 4), None, "now")
    assert [Introduced(CPU, "CPU", Mark(7, 4))] == list(of_records({CPU: RECORD}, (gone,)))[1:]
    assert [] == list(of_records({}, (gone,)))
    assert [] == list(of_records({}, (replace(gone, before=None),)))


def test_a_stranger_has_a_number_and_no_uid_that_a_file_could_have() -> None:
    assert (7, False) == (number_of(stranger(7)), is_legal_uid(stranger(7)))
    assert [None, None] == [number_of(Uid("cpu")), number_of(Uid("number:x"))]


def test_a_stranger_that_becomes_a_file_is_called_after_its_name_everywhere_and_always() -> None:
    [ours, one] = befriended([found("cpu", "CPU"), found(stranger(7), "Über RAM")], FOUR)
    [other] = befriended([found(stranger(99), "uber ram")], FOUR)
    assert ("cpu", True) == (ours.uid, is_legal_uid(one.uid))
    assert one.uid == other.uid
