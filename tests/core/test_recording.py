"""What is written down of a pass, what a crash left, and when the records alone say that there is nothing to do."""

from dataclasses import replace

import pytest

from provisioner.core.changes import Comparison, ConflictKind, CreateDashboard, CreateFolder, Drift, LiveState, Plan, UpdateDashboard
from provisioner.core.conflicts import conflict
from provisioner.core.live import Ours
from provisioner.core.model import (
    BlobId,
    Desired,
    DesiredDashboard,
    DesiredFolder,
    Fingerprint,
    FolderUid,
    Origin,
    Revision,
    SourceName,
    TargetName,
    Uid,
)
from provisioner.core.policy import Policies
from provisioner.core.problems import Severity
from provisioner.core.recording import Moment, at_rest, has_news, history_message, notes, record_of, rest_key, stale
from provisioner.core.records import Record
from provisioner.core.server import Mark
from provisioner.core.settings import Connection, Policy, Prune, TargetSettings
from provisioner.core.upheaval import Upheaval
from tests.core.builders import BASE, LATER, OURS, PLATFORM, THEIRS, WRITTEN, dashboard, document, file, recorded, source, there, wanted

DESIRED = wanted(dashboard("ops/cpu.json"))
[CPU], [OPS] = DESIRED.dashboards, DESIRED.folders
RECORD = recorded(CPU)
MOMENT = Moment("2026-11-22T10:00:00Z", {PLATFORM: "beef"})
NEW = Ours(CPU.uid, "1:new:0:-")
"""What git has now. Its fingerprint was needed by nobody before the pass."""

AS_RECORDED = Ours(CPU.uid, RECORD.key, BASE)
MISSED = replace(RECORD, missing_since="2026-11-20T09:00:00Z")


def seen(ours: Fingerprint, live: LiveState, dashboard: DesiredDashboard = CPU) -> Plan:
    """A plan that looked at one dashboard and leaves it alone."""
    return Plan(unchanged=(dashboard,), seen=((dashboard, Comparison(ours, live)),))


def noted(plan: Plan, *records: Record, ours: Ours = NEW) -> tuple[Record, ...]:
    return notes(plan, {each.uid: each for each in records}, {ours.uid: ours}, MOMENT)


# Records


def test_a_record_says_what_was_sent_from_where_into_which_folder_and_what_was_answered() -> None:
    assert record_of(CPU, NEW, OURS, LATER, MOMENT) == Record(
        uid=Uid("cpu"),
        title="CPU",
        source=PLATFORM,
        path="ops/cpu.json",
        index=0,
        blob=CPU.origin.blob,
        commit="beef",
        key="1:new:0:-",
        content=OURS,
        folder=OPS.uid,
        titles=("ops",),
        mark=LATER,
        applied="2026-11-22T10:00:00Z",
    )


def test_a_directory_has_no_commit_and_a_derived_uid_is_remembered_as_one() -> None:
    [derived] = wanted(file("ops/cpu.json", document(None))).dashboards

    made = record_of(derived, NEW, OURS, LATER, Moment(MOMENT.when, {}))

    assert (made.commit, made.derived) == (None, True)


# What the server's history shows


@pytest.mark.parametrize(
    ("revision", "message", "expected"),
    [
        (Revision("main", "c0ffee1234567890", "Mend CPU"), None, "ops/cpu.json at c0ffee1234: Mend CPU"),
        (Revision("main"), None, "ops/cpu.json"),
        (None, None, "ops/cpu.json"),
        (Revision("main", "c0ffee1234567890"), "In its own words", "In its own words"),
    ],
)
def test_a_write_says_where_it_comes_from(revision: Revision | None, message: str | None, expected: str) -> None:
    said = replace(CPU, document=replace(CPU.document, message=message))

    assert history_message(said, {} if revision is None else {PLATFORM: revision}) == expected


# What is noted without a write


def test_what_is_adopted_is_recorded_as_never_written() -> None:
    plan = replace(seen(OURS, there(CPU, OURS)), adopted=(CPU,))

    assert noted(plan) == (replace(record_of(CPU, NEW, OURS, LATER, MOMENT), written=False),)


def test_what_is_adopted_on_another_server_owes_nothing_to_the_record_of_the_old_one() -> None:
    plan = replace(seen(BASE, there(CPU, BASE, Mark(90, 1))), adopted=(CPU,), notice=Upheaval.REPLACED.value)

    [made] = noted(plan, RECORD, ours=AS_RECORDED)

    assert (made.written, made.mark, made.applied) == (False, Mark(90, 1), MOMENT.when)


def test_what_is_as_recorded_is_not_noted_again() -> None:
    assert noted(seen(BASE, there(CPU, BASE, WRITTEN)), RECORD, ours=AS_RECORDED) == ()
    assert noted(Plan(unchanged=(CPU,)), RECORD, ours=AS_RECORDED) == ()


def test_what_was_saved_without_a_change_has_its_new_mark_noted_since_the_next_update_needs_it() -> None:
    assert noted(seen(BASE, there(CPU, BASE)), RECORD, ours=AS_RECORDED) == (replace(RECORD, mark=LATER),)


@pytest.mark.parametrize("written", [True, False])
def test_what_both_sides_changed_alike_is_recorded_with_the_contents_of_now_and_is_ours_no_more_than_before(*, written: bool) -> None:
    """With those of before, putting the dashboard back by hand would have looked as if nobody had touched it."""
    before = replace(RECORD, written=written)

    assert noted(seen(OURS, there(CPU, OURS)), before) == (replace(record_of(CPU, NEW, OURS, LATER, MOMENT), written=written),)


def test_what_lies_where_git_wants_it_by_now_is_recorded_there() -> None:
    [made] = noted(seen(BASE, there(CPU, BASE)), replace(RECORD, folder=FolderUid("elsewhere")), ours=AS_RECORDED)

    assert (made.folder, made.applied) == (OPS.uid, MOMENT.when)


def test_what_the_server_made_of_it_is_not_taken_for_what_we_sent() -> None:
    assert noted(seen(BASE, there(CPU, THEIRS, WRITTEN)), RECORD, ours=AS_RECORDED) == ()


@pytest.mark.parametrize("looked", [True, False])
def test_a_file_that_was_moved_keeps_its_record_and_when_it_was_applied(*, looked: bool) -> None:
    moved = replace(CPU, origin=Origin(SourceName("b"), "ops/load.json", BlobId("f00"), 9, "ops/load.json"), derived=True)
    plan = seen(BASE, there(CPU, BASE, WRITTEN), moved) if looked else Plan(unchanged=(moved,))

    assert noted(plan, RECORD) == (
        replace(RECORD, source=SourceName("b"), path="ops/load.json", blob=BlobId("f00"), key=NEW.key, derived=True),
    )


@pytest.mark.parametrize(
    "plan",
    [
        Plan((CreateDashboard(CPU, ""),)),
        Plan((CreateFolder(OPS, ""), UpdateDashboard(CPU, there(CPU), ""))),
        Plan(drifted=(Drift(CPU, MISSED, None, "", ""),)),
        Plan(conflicts=(conflict(ConflictKind.FOLDER_DIFFERS, OPS, ""), conflict(ConflictKind.BOTH_CHANGED, CPU, ""))),
        Plan(unchanged=(CPU,)),
        seen(BASE, there(CPU, BASE, WRITTEN)),
    ],
    ids=["create", "update", "drift", "conflict", "unread", "same"],
)
def test_a_file_that_is_back_is_not_missing_any_more_whatever_becomes_of_its_dashboard(plan: Plan) -> None:
    """Else the next time that it goes, no grace time would be left."""
    assert noted(plan, MISSED, ours=AS_RECORDED) == (RECORD,)


def test_what_has_no_record_and_is_not_adopted_is_not_noted() -> None:
    plan = Plan((CreateDashboard(CPU, ""),), conflicts=(conflict(ConflictKind.UNMANAGED, CPU, ""),), unchanged=(CPU,))

    assert noted(plan) == ()


@pytest.mark.parametrize(("notice", "forgotten"), [(Upheaval.EMPTIED, 1), (Upheaval.REPLACED, 1), (Upheaval.RESTORED, 0), ("", 0)])
def test_records_of_a_server_that_is_no_more_are_forgotten_before_anything_is_written(notice: str, forgotten: int) -> None:
    assert stale(Plan(notice=notice), {CPU.uid: RECORD}) == (CPU.uid,) * forgotten


# At rest


def rests(*records: Record, ours: Ours = AS_RECORDED, policies: Policies | None = None) -> bool:
    return at_rest(DESIRED, {each.uid: each for each in records}, {CPU.uid: ours}, policies)


def test_when_every_dashboard_is_as_it_was_applied_there_is_nothing_to_do() -> None:
    assert rests(RECORD)
    assert at_rest(Desired(), {}, {})


def test_a_folder_whose_stated_uid_changed_is_to_be_made_although_its_title_is_the_same() -> None:
    derived, stated = (replace(OPS, uid=FolderUid("another"), derived=each) for each in (True, False))
    moved = replace(CPU, folder=FolderUid("another"))

    def rests_in(folder: DesiredFolder) -> bool:
        return at_rest(Desired((folder,), (moved,)), {CPU.uid: RECORD}, {CPU.uid: AS_RECORDED})

    assert (rests_in(derived), rests_in(stated)) == (True, False)


def test_without_a_record_something_is_to_be_done() -> None:
    assert not rests()


def test_with_other_contents_something_is_to_be_done() -> None:
    assert not rests(RECORD, ours=NEW)


@pytest.mark.parametrize(
    "record",
    [
        replace(RECORD, titles=("infra",)),
        replace(RECORD, path="ops/load.json"),
        replace(RECORD, source=SourceName("b")),
        MISSED,
    ],
    ids=["directory", "file", "source", "missing"],
)
def test_with_another_directory_file_or_source_or_a_file_that_is_back_something_is_to_be_done(record: Record) -> None:
    assert not rests(record)


GONE = replace(MISSED, uid=Uid("gone"))


def test_with_a_record_that_has_no_file_something_may_have_to_be_done() -> None:
    assert not rests(RECORD, GONE)
    assert not rests(RECORD, GONE, policies=Policies(Policy(prune=Prune(enabled=True))))


def test_where_nothing_is_ever_deleted_a_record_without_a_file_is_at_rest_once_it_is_known_to_be_missing() -> None:
    assert rests(RECORD, GONE, policies=Policies(Policy()))
    assert not rests(RECORD, replace(GONE, missing_since=None), policies=Policies(Policy()))


# What rest depends on

TARGET = TargetSettings(TargetName("production"), Connection(TargetName("production"), "https://grafana.example"), (PLATFORM,))
FILES = [source(dashboard("a.json"), dashboard("b.json"))]
KEY = rest_key(FILES, TARGET, (), "1.0")


def test_the_same_files_settings_and_release_have_the_same_key_whatever_else_was_read() -> None:
    assert rest_key([replace(FILES[0], parsed=7)], replace(TARGET), (), "1.0") == KEY


@pytest.mark.parametrize(
    "other",
    [
        rest_key([source(dashboard("a.json"))], TARGET, (), "1.0"),
        rest_key([source(dashboard("a.json"), dashboard("c.json"))], TARGET, (), "1.0"),
        rest_key([source(*FILES[0].files, name="b")], TARGET, (), "1.0"),
        rest_key([source(*FILES[0].files, complete=False)], TARGET, (), "1.0"),
        rest_key(FILES, replace(TARGET, owner="us"), (), "1.0"),
        rest_key(FILES, TARGET, (("uid-derived", Severity.ERROR),), "1.0"),
        rest_key(FILES, TARGET, (), "1.1"),
    ],
    ids=["file gone", "other file", "other source", "in doubt", "other settings", "other weights", "other release"],
)
def test_with_other_files_settings_or_rules_there_is_another_key(other: str) -> None:
    assert other != KEY


def test_a_file_of_which_no_record_knows_the_contents_is_news_and_one_without_a_dashboard_is_none() -> None:
    ours = source(dashboard("cpu.json"), file("package.json"))
    [cpu] = wanted(dashboard("cpu.json")).dashboards
    known = {cpu.uid: recorded(cpu)}
    assert not has_news((ours,), known)
    assert has_news((ours,), {})
    assert has_news((ours, source(dashboard("mem.json", "mem"))), known)
