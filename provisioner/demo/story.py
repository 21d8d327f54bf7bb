"""The story that the demo tells, and what each step promises.

In: a stream, the environment. Out: text; 0 when every promise was kept. A promise that is broken ends the demo with 1, naming it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TextIO

from provisioner.core.changes import ConflictKind, Outcome, Result
from provisioner.core.model import SourceName, TargetName, Uid
from provisioner.core.report import PassReport, exit_code
from provisioner.core.secret import Secret
from provisioner.core.settings import (
    BasicAuth,
    Connection,
    GitSettings,
    RefKind,
    Settings,
    TargetSettings,
)
from provisioner.demo.colleague import LOGIN, PASSWORD, Colleague
from provisioner.demo.repository import Repository, make_repository
from provisioner.reconcile import reconcile
from provisioner.render.formats import render_apply, render_plan
from provisioner.render.options import Format
from provisioner.render.progress import OnOutcome, progress
from provisioner.render.terminal import console, options, write
from provisioner.sandbox.serve import Running, running
from provisioner.sandbox.settings import Person, SandboxSettings
from provisioner.wiring import Run, opened

GENERATION = 9
"""Up to 11.2 a folder holds one dashboard of a name: so both conflicts can be shown."""

NEXT = """
Now on your own Grafana, with a service account token (role Editor) in the file token:

  provisioner validate --directory dashboards
  provisioner plan     --directory dashboards --grafana https://grafana.example --token-file token
  provisioner apply    --directory dashboards --grafana https://grafana.example --token-file token

"""


_CHECKOUT_ERRORS = {
    "uid": "checkout-errors",
    "title": "Checkout errors",
    "schemaVersion": 39,
    "panels": [{"id": 1, "type": "text", "title": "Errors", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}}],
}


class PromiseBroken(Exception):
    """The demo did not do what it says: our own bug."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What all steps work with."""

    out: TextIO
    environment: Mapping[str, str]
    run: Run
    target: TargetSettings
    sandbox: Running
    repository: Repository
    colleague: Colleague

    def say(self, text: str) -> None:
        """A heading or a sentence."""
        write(f"{text}\n", self.out)

    def plan(self) -> PassReport:
        """What `provisioner plan` shows."""
        report = reconcile(self.target, self._fresh().parts(self.target), write=False)
        self._show(render_plan((report,), Format.TEXT, exit_code((report,)), options(self.out, self.environment)))
        return report

    def apply(self, meanwhile: Callable[[], None] = lambda: None, take: str = "") -> PassReport:
        """What `provisioner apply` shows. `meanwhile` happens between reading and writing, where people's edits fall.

        `take` is a uid for which git wins, this once.
        """
        with ExitStack() as shown:
            told: list[OnOutcome] = []

            def begin(changes: int) -> None:
                meanwhile()
                told.append(shown.enter_context(progress(console(self.out, self.environment), self.target.name, changes)))

            def advance(outcome: Outcome) -> None:
                told[0](outcome)

            taken = frozenset({Uid(take)} if take else ())
            parts = replace(self._fresh().parts(self.target), take=taken, on_plan=begin, on_outcome=advance)
            report = reconcile(self.target, parts, write=True)
        self._show(render_apply((report,), Format.TEXT, exit_code((report,)), options(self.out, self.environment)))
        return report

    def _fresh(self) -> Run:
        """As if the command were started again: sources are looked at anew."""
        return replace(self.run, library=replace(self.run.library, _read={}))

    def _show(self, text: str) -> None:
        write("\n" + "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True)) + "\n", self.out)


def run_demo(out: TextIO, environment: Mapping[str, str]) -> int:
    """Tells the whole story. 0 when every step kept its promise."""
    with tempfile.TemporaryDirectory(prefix="provisioner-demo-") as place, ExitStack() as held:
        settings = SandboxSettings(generation=GENERATION, people=(Person(LOGIN, PASSWORD),))
        sandbox = held.enter_context(running(settings))
        repository = make_repository(Path(place) / "repository")
        made = _settings(sandbox, repository, Path(place))
        secrets = {"SANDBOX_PASSWORD": sandbox.admin[1]}
        run = held.enter_context(opened(made, {**environment, **secrets}, Event()))
        stage = Stage(out, environment, run, made.targets[0], sandbox, repository, Colleague(sandbox.url))
        try:
            for step in STEPS:
                step(stage)
        except PromiseBroken as error:
            stage.say(f"the demo did not do what it promises: {error}")
            return 1
        stage.say(NEXT)
    return 0


def _settings(sandbox: Running, repository: Repository, place: Path) -> Settings:
    source = GitSettings(SourceName("examples"), repository.path.as_uri(), str(place / "store"), RefKind.BRANCH, "main", path="dashboards")
    auth = BasicAuth(sandbox.admin[0], Secret("SANDBOX_PASSWORD", variable="SANDBOX_PASSWORD"))
    connection = Connection(TargetName("demo"), sandbox.url, auth)
    target = TargetSettings(TargetName("demo"), connection, (source.name,))
    return Settings((source,), (target,), str(place / "provisioner.db"))


def first_plan(stage: Stage) -> None:
    """What would happen, before anything does."""
    stage.say(f"1. A git repository with six dashboards, and a Grafana {stage.sandbox.version} (a sandbox) at {stage.sandbox.url}.")
    stage.say("   What would happen?")
    report = stage.plan()
    _promise(report.creates == 6 and not report.conflicts and report.failure is None, "the plan has six new dashboards")


def first_apply(stage: Stage) -> None:
    """Cold start."""
    stage.say("2. Make it so.")
    report = stage.apply()
    _promise(report.written == len(report.plan.changes) and report.creates == 6, "all of it was written")


def second_pass(stage: Stage) -> None:
    """Steady state writes nothing."""
    stage.say("3. Once more: nothing differs, so nothing is written. (Servers make a new version of every identical save.)")
    before = _saves(stage)
    report = stage.apply()
    _promise(_saves(stage) == before and report.unchanged == 6, "a second pass writes nothing")


def one_panel(stage: Stage) -> None:
    """One commit, one save."""
    stage.say("4. mira commits a change of one panel. The records say what was written last, so only that dashboard is written.")
    stage.repository.edit("platform/fleet-overview.json", '"title": "CPU by role"', '"title": "CPU by role of host"')
    stage.repository.commit("say what the CPU panel shows")
    before = _saves(stage)
    report = stage.apply()
    _promise(_saves(stage) == before + 1 and report.count(Result.UPDATED) == 1, "only that dashboard is written")


def a_broken_file(stage: Stage) -> None:
    """One bad file never stops the rest."""
    stage.say("5. A commit with a missing comma in one file and a good change in another: the broken one is named with its line and")
    stage.say("   stays as it is on the server, the other goes.")
    stage.repository.edit("platform/hosts/host-detail.json", '"title": "Host detail",', '"title": "Host detail"')
    stage.repository.edit("services/pipelines/order-pipeline.yaml", "title: Order pipeline", "title: Orders, from cart to parcel")
    stage.repository.commit("rename the order pipeline (and break a file)")
    report = stage.apply()
    lines = [problem.line for problem in report.problems if problem.file.endswith("host-detail.json")]
    _promise(
        bool(lines) and all(lines) and report.count(Result.UPDATED) == 1, "the broken file is named with its line, the other one is written"
    )


def saved_meanwhile(stage: Stage) -> None:
    """Compare-and-set: version-mismatch."""
    stage.say("6. mira mends it and changes another panel; jonas saves the same dashboard by hand in the very moment between our")
    stage.say("   reading and our writing.")
    stage.repository.edit("platform/hosts/host-detail.json", '"title": "Host detail"', '"title": "Host detail",')
    stage.repository.edit("platform/fleet-overview.json", '"title": "CPU by role of host"', '"title": "CPU per role"')
    stage.repository.commit("shorten a title")
    report = stage.apply(meanwhile=lambda: stage.colleague.rename_panel("fleet-overview", "Fullest disks", "Disks to look at first"))
    kept = "Disks to look at first" in stage.colleague.panels("fleet-overview")
    _promise(kept and _kinds(report) == [ConflictKind.VERSION_MISMATCH], "jonas' edit stays and the conflict is told")


def a_name_that_is_taken(stage: Stage) -> None:
    """Never bulldozed: name-exists."""
    stage.say("7. mira takes the edit of jonas into the file, and says so: --take fleet-overview. He has made a dashboard")
    stage.say('   "Checkout errors" by hand, and she commits one of the same name: overwriting would replace his, so it is not done.')
    stage.repository.edit("platform/fleet-overview.json", '"title": "Fullest disks"', '"title": "Disks to look at first"')
    uid = stage.colleague.create("Checkout errors", "services")
    stage.repository.write("services/checkout-errors.json", json.dumps(_CHECKOUT_ERRORS, indent=2) + "\n")
    stage.repository.commit("add checkout errors")
    report = stage.apply(take="fleet-overview")
    found = [conflict for conflict in report.conflicts if conflict.kind is ConflictKind.NAME_EXISTS]
    named = [conflict.theirs.uid for conflict in found if conflict.theirs is not None]
    _promise(named == [uid] and report.count(Result.UPDATED) == 1, "the other dashboard is named and not overwritten")


STEPS: tuple[Callable[[Stage], None], ...] = (
    first_plan,
    first_apply,
    second_pass,
    one_panel,
    a_broken_file,
    saved_meanwhile,
    a_name_that_is_taken,
)


def _promise(kept: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not kept:
        raise PromiseBroken(what)


def _saves(stage: Stage) -> int:
    return stage.sandbox.requests.count("POST", status=200)


def _kinds(report: PassReport) -> list[ConflictKind]:
    return [conflict.kind for conflict in report.conflicts]
