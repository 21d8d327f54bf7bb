"""Why a dashboard is treated as it is: the row that is told is the row that decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.changes import Comparison, LiveState
from provisioner.core.decide import Sides
from provisioner.core.explain import Explanation, Facts, Verdict, explain, nearest
from provisioner.core.guard import Deletion, Held, HoldReason, Pruning
from provisioner.core.model import Fingerprint, FolderUid, SourceName, TargetName, Uid
from provisioner.core.records import Record
from provisioner.core.server import Mark
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy
from tests.core.builders import SOMETHING, beside, dashboard, wanted

[CPU] = wanted(dashboard("cpu.json")).dashboards
BASE, EDITED, NEW = Fingerprint("1:base"), Fingerprint("1:edited"), Fingerprint("1:new")
RECORD = Record(
    uid=CPU.uid,
    title=CPU.title,
    source=SourceName("platform"),
    path="cpu.json",
    index=0,
    blob=CPU.origin.blob,
    commit="88e10d4",
    key="1:base",
    content=BASE,
    folder=CPU.folder,
    titles=CPU.titles,
    mark=Mark(7, 3),
    applied="2026-11-20T16:40:00Z",
)
POLICY = Policy()


def live(content: Fingerprint, version: int = 3, folder: str = CPU.folder) -> LiveState:
    return replace(beside(CPU, equal=True).live, fingerprint=content, mark=Mark(7, version), folder=FolderUid(folder))


def explained(git: Fingerprint | None, record: Record | None, there: LiveState | None, policy: Policy = POLICY) -> Explanation:
    comparison = None
    if git is not None and there is not None:
        comparison = Comparison(git, there, () if git == there.fingerprint else SOMETHING)
    sides = None if git is None else Sides(CPU, str(git), git, record, comparison, read=True)
    return explain(Facts(TargetName("t"), CPU.uid, policy, sides, record, there, path="cpu.json"))


# Every row of the table, in its own words


@pytest.mark.parametrize(
    ("git", "record", "there", "row", "verdict"),
    [
        (NEW, None, None, ("no record", "not on the server"), Verdict.CREATE),
        (NEW, None, live(NEW), ("no record", "live = desired"), Verdict.ADOPT),
        (NEW, None, live(EDITED), ("no record", "live ≠ desired"), Verdict.CONFLICT),
        (BASE, RECORD, live(BASE), ("record B", "desired = B", "live = B", "live = desired"), Verdict.IN_SYNC),
        (NEW, RECORD, live(BASE), ("record B", "desired ≠ B", "live = B", "live ≠ desired"), Verdict.UPDATE),
        (BASE, RECORD, live(EDITED, 4), ("record B", "desired = B", "live ≠ B", "live ≠ desired"), Verdict.DRIFTED),
        (NEW, RECORD, live(NEW, 4), ("record B", "desired ≠ B", "live ≠ B", "live = desired"), Verdict.IN_SYNC),
        (NEW, RECORD, live(EDITED, 4), ("record B", "desired ≠ B", "live ≠ B", "live ≠ desired"), Verdict.CONFLICT),
        (BASE, RECORD, None, ("record B", "desired = B", "not on the server"), Verdict.DELETED),
        (NEW, RECORD, None, ("record B", "desired ≠ B", "not on the server"), Verdict.CREATE),
        (None, RECORD, None, ("record B", "not in git", "not on the server"), Verdict.FORGOTTEN),
        (None, None, live(EDITED), ("no record", "not in git"), Verdict.FOREIGN),
        (None, None, None, ("no record", "not in git", "not on the server"), Verdict.FORGOTTEN),
    ],
)
def test_each_row_is_told_as_the_table_writes_it(
    git: Fingerprint | None, record: Record | None, there: LiveState | None, row: tuple[str, ...], verdict: Verdict
) -> None:
    told = explained(git, record, there)

    assert (told.row.words, told.verdict) == (row, verdict)
    assert told.reason


def test_a_mark_that_is_ours_is_live_as_we_left_it_whatever_the_server_made_of_it() -> None:
    told = explained(BASE, RECORD, live(EDITED, 3))

    assert (told.row.live_is_base, told.row.same_mark, told.verdict) == (True, True, Verdict.IN_SYNC)


def test_a_save_that_changed_nothing_is_live_as_we_left_it() -> None:
    told = explained(BASE, RECORD, live(BASE, 9))

    assert (told.row.live_is_base, told.row.same_mark) == (True, False)


def test_a_dashboard_that_was_moved_by_hand_is_not_as_we_left_it() -> None:
    told = explained(BASE, RECORD, live(BASE, 4, "elsewhere"))

    assert (told.row.live_is_base, told.verdict) == (False, Verdict.DRIFTED)


_POLICIES = st.builds(
    Policy,
    conflict=st.sampled_from(ConflictPolicy),
    drift=st.sampled_from(DriftPolicy),
    adopt=st.sampled_from(AdoptPolicy),
    deleted=st.sampled_from(DeletedPolicy),
)
_CONTENTS = st.sampled_from([BASE, EDITED, NEW])
_LIVES = st.none() | st.builds(live, _CONTENTS, st.integers(3, 5), st.sampled_from([CPU.folder, "elsewhere"]))


@given(_CONTENTS, st.sampled_from([None, RECORD]), _LIVES, _POLICIES)
def test_the_row_that_is_told_agrees_with_the_decision(
    git: Fingerprint, record: Record | None, there: LiveState | None, policy: Policy
) -> None:
    told = explained(git, record, there, policy)
    row = told.row

    if row.live_is_desired and (record is not None or policy.adopt is not AdoptPolicy.NEVER):
        assert told.verdict in {Verdict.IN_SYNC, Verdict.ADOPT}
    if row.desired_is_base and row.live_is_base:
        assert told.verdict is Verdict.IN_SYNC
    if told.verdict in {Verdict.DRIFTED, Verdict.DELETED}:
        assert row.record
        assert not row.live_is_base
    if told.verdict is Verdict.DRIFTED and policy.conflict is not ConflictPolicy.SERVER_WINS:
        assert row.desired_is_base
    if told.verdict is Verdict.CREATE:
        assert not row.live
    if row.record and not row.desired_is_base and row.live_is_base and not row.live_is_desired:
        assert told.verdict in {Verdict.UPDATE, Verdict.MOVE}


# Where nothing is decided


def test_a_file_that_is_gone_is_treated_as_the_guard_says() -> None:
    held = Held(RECORD, HoldReason.PRUNE_OFF, "its file is gone, and prune is off", "delete it by hand")
    facts = Facts(TargetName("t"), CPU.uid, POLICY, record=RECORD, live=live(BASE))

    kept = explain(replace(facts, pruning=Pruning(held=(held,))))
    deleted = explain(replace(facts, pruning=Pruning(deletions=(Deletion(RECORD, live(BASE)),))))

    assert (kept.verdict, kept.reason, kept.remedy) == (Verdict.HELD, held.message, held.remedy)
    assert deleted.verdict is Verdict.DELETE
    assert (kept.decision, deleted.decision) == (None, None)


def test_in_doubt_nothing_is_decided() -> None:
    told = explain(Facts(TargetName("t"), CPU.uid, POLICY, record=RECORD, live=live(EDITED), doubt=True))

    assert (told.verdict, told.decision) == (Verdict.KEPT_BACK, None)


# What may have been meant

NAMES = ["pay-overview", "pay-latency", "dashboards/payments/overview.json", "node"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("overview", ("pay-overview", "dashboards/payments/overview.json")),
        ("pay-overveiw", ("pay-overview",)),
        ("PAY-LATENCY", ("pay-latency",)),
        ("nothing like it", ()),
        ("", ()),
    ],
)
def test_names_that_contain_it_come_before_names_that_look_alike(asked: str, meant: tuple[str, ...]) -> None:
    assert nearest(asked, NAMES) == meant


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=20))
def test_at_most_five_names_are_offered_and_each_is_one_of_them(asked: str, names: list[str]) -> None:
    found = nearest(asked, map(Uid, names))

    assert len(found) == len(set(found)) <= 5
    assert set(found) <= set(names)
