"""Any interleaving of pushes, edits, deletions, bad files, lost replies, lost races and crashes: nobody's work is lost, and all of it
comes to rest within two passes. A longer profile of the same is `make soak`.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from provisioner.core.report import PassReport
from provisioner.core.settings import AdoptPolicy, Ceiling, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy, Prune
from provisioner.sandbox import Faults
from tests.model.town import FOLDERS, FOREIGN, OURS, File, Run, Town, town, written
from tests.model.witness import Witness
from tests.whole.house import SAVES

ours = st.sampled_from(OURS)
strangers = st.sampled_from(FOREIGN)
folders = st.sampled_from(FOLDERS)
revisions = st.integers(0, 3)
policies = st.builds(
    Policy,
    conflict=st.sampled_from(ConflictPolicy),
    drift=st.sampled_from(DriftPolicy),
    adopt=st.sampled_from(AdoptPolicy),
    deleted=st.sampled_from(DeletedPolicy),
    prune=st.builds(Prune, enabled=st.booleans(), max_deletions=st.sampled_from([Ceiling(1, 0), Ceiling(3, 0)]), grace=st.just(0.0)),
)
deeds = st.sampled_from(["edit", "move_by_hand", "save_without_a_change", "delete_by_hand", "make_by_hand"])
pushes = st.lists(st.tuples(ours, folders, revisions), max_size=4)
faults = st.one_of(
    st.just(Faults()),
    st.builds(Faults, path=st.just(SAVES), drop_after=st.integers(0, 2), error_after_write=st.integers(0, 2), lost_races=st.integers(0, 2)),
    st.builds(Faults, path=st.just(SAVES), drop_before=st.integers(1, 2)),
    st.builds(Faults, methods=st.just(("DELETE",)), drop_after=st.integers(0, 1), drop_before=st.integers(0, 1)),
    st.builds(Faults, path=st.just("/api/folders"), drop_after=st.integers(0, 1)),
    st.builds(Faults, path=st.just("/api/folders"), methods=st.just(("POST",)), drop_before=st.integers(0, 1)),
)


class TownMachine(RuleBasedStateMachine):
    """One server, one source, one state file; a person with a browser and a person with an editor."""

    generation = 9

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.edits = 0

    @initialize(policy=policies, git=st.integers(0, 4).map(lambda number: number == 4), files=pushes)
    def found(self, policy: Policy, files: list[tuple[str, str, int]], *, git: bool) -> None:
        self.town: Town = self.open.enter_context(town(self.generation, policy, git=git))
        self.witness = Witness(self.town)
        self.push(files)

    # --- files ---------------------------------------------------------------------------------------------------------------------------

    @rule(files=pushes)
    def push(self, files: list[tuple[str, str, int]]) -> None:
        """New ones, or other revisions of those that are there: mended, if they were broken."""
        for uid, folder, revision in files:
            path = self.town.path_of(uid) or f"{folder}/{uid}.json".lstrip("/")
            self.town.files[path] = File(uid, revision)

    @rule(uid=ours, folder=folders, renamed=st.booleans())
    def move_file(self, uid: str, folder: str, *, renamed: bool) -> None:
        path = self.town.path_of(uid)
        if path is not None:
            moved = self.town.files.pop(path)
            name = f"{uid}-renamed.json" if renamed else f"{uid}.json"
            self.town.files[f"{folder}/{name}".lstrip("/")] = moved

    @rule(uids=st.sets(ours, min_size=1, max_size=3))
    def delete_files(self, uids: set[str]) -> None:
        for uid in sorted(uids):
            self.town.files.pop(self.town.path_of(uid) or "", None)

    @rule(uid=ours)
    def break_file(self, uid: str) -> None:
        path = self.town.path_of(uid)
        if path is not None:
            self.town.files[path] = File(uid, self.town.files[path].revision, broken=True)

    # --- the browser ---------------------------------------------------------------------------------------------------------------------

    @rule(uid=ours)
    def edit(self, uid: str) -> None:
        """Its content, to what nobody ever wrote."""
        if self.town.live(uid) is not None:
            self.edits += 1
            self.town.save(uid, {**written(uid, 0), "description": f"edit {self.edits}"})
            self.witness.person_saved(uid)

    @rule(uid=ours, revision=revisions)
    def edit_as_some_file_says(self, uid: str, revision: int) -> None:
        if self.town.live(uid) is not None:
            self.town.save(uid, written(uid, revision))
            self.witness.person_saved(uid)

    @rule(uid=ours, folder=folders)
    def move_by_hand(self, uid: str, folder: str) -> None:
        if self.town.live(uid) is not None:
            self.town.save(uid, folder=folder)
            self.witness.person_saved(uid)

    @rule(uid=ours)
    def save_without_a_change(self, uid: str) -> None:
        if self.town.live(uid) is not None:
            self.town.save(uid)
            self.witness.person_saved(uid)

    @rule(uid=ours)
    def delete_by_hand(self, uid: str) -> None:
        if self.town.live(uid) is not None:
            self.town.delete(uid)
            self.witness.person_deleted(uid)

    @rule(uid=ours, folder=folders, as_file=st.booleans())
    def make_by_hand(self, uid: str, folder: str, *, as_file: bool) -> None:
        """A person's own, under a uid that a file has or will have."""
        if self.town.live(uid) is None:
            self.edits += 1
            self.town.create(uid, written(uid, 0) if as_file else {**written(uid, 0), "description": f"edit {self.edits}"}, folder)
            self.witness.person_saved(uid)

    @rule(uid=strangers, folder=folders)
    def make_or_edit_a_foreign_one(self, uid: str, folder: str) -> None:
        self.edits += 1
        body = {**written(uid, 0), "description": f"edit {self.edits}"}
        if self.town.live(uid) is None:
            self.town.create(uid, body, folder)
        else:
            self.town.save(uid, body, folder)
        self.witness.person_saved(uid)

    # --- passes --------------------------------------------------------------------------------------------------------------------------

    @rule(scan=st.booleans())
    def apply(self, *, scan: bool) -> None:
        self._pass(Run(scan=scan))

    @rule(files=pushes, wrong=faults, scan=st.booleans())
    def apply_while_replies_or_races_are_lost(self, files: list[tuple[str, str, int]], wrong: Faults, *, scan: bool) -> None:
        self.push(files)
        self._pass(Run(scan=scan, faults=wrong))

    @rule(files=pushes, at=st.integers(1, 24), wrong=faults)
    def apply_and_die(self, files: list[tuple[str, str, int]], at: int, wrong: Faults) -> None:
        self.push(files)
        self._pass(Run(faults=wrong, dies_at=at))

    @rule(uid=ours)
    def apply_and_let_git_win_for_one(self, uid: str) -> None:
        self._pass(Run(take=uid))

    @rule()
    def confirm_what_is_held_and_apply(self) -> None:
        """A person reads the report of the last pass, and the next one begins."""
        self.town.confirm()
        self._pass(Run())

    @rule(uid=ours, deed=deeds, folder=folders, revision=st.none() | revisions)
    def apply_while_somebody_works(self, uid: str, deed: str, folder: str, revision: int | None) -> None:
        """Between its reading and its writing, and on what is to be written if there is a new revision."""
        self.push([] if revision is None else [(uid, folder, revision)])

        def works() -> None:
            match deed:
                case "edit":
                    self.edit(uid)
                case "move_by_hand":
                    self.move_by_hand(uid, folder)
                case "save_without_a_change":
                    self.save_without_a_change(uid)
                case "delete_by_hand":
                    self.delete_by_hand(uid)
                case _:
                    self.delete_by_hand(uid)
                    self.make_by_hand(uid, folder, as_file=False)

        self._pass(Run(meanwhile=works))

    @rule()
    def restart(self) -> None:
        self.town.restart()

    @rule()
    def lose_the_state_file(self) -> None:
        self.town.lose_state()
        self.witness.state_lost()

    @rule(policy=policies)
    def change_the_policy(self, policy: Policy) -> None:
        self.town.policy = policy

    def _pass(self, run: Run) -> PassReport | None:
        before = self.witness.before()
        report, _ = self.town.run(run)
        self.witness.after(before, report)
        return report

    # --- the end -------------------------------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_of_strangers_is_changed(self) -> None:
        """After every step, whatever it was."""
        if hasattr(self, "witness"):
            assert self.witness.foreign == {uid: self.town.live(uid) for uid in self.witness.foreign}

    def teardown(self) -> None:
        """Everybody goes home, the files are put right, and two passes must be enough."""
        with self.open:
            if hasattr(self, "witness"):
                self.town.files = {path: File(each.uid, each.revision) for path, each in self.town.files.items()}
                self._pass(Run())
                self._pass(Run())
                self.town.house.forget()
                report = self._pass(Run())
                assert report is not None
                self.witness.at_rest(report)


class _Nine(TownMachine):
    """Flat folders, one dashboard of a title in each, every save a version."""


class _Twelve(TownMachine):
    """Nested folders, titles may repeat, a save that changes nothing is no version."""

    generation = 12


TestNine = pytest.mark.timeout(900)(_Nine.TestCase)
TestTwelve = pytest.mark.timeout(900)(_Twelve.TestCase)
TestNine.settings = TestTwelve.settings = settings(stateful_step_count=30)
