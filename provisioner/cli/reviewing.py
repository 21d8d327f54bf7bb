"""Plan files: written by `plan`, held to by `apply`.

In: paths, settings, reports of plans. Out: a file; the targets that were reviewed; what forbids to write since it is not what was
reviewed. All targets are held to the file before one of them is written: what was reviewed together is applied together, or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from provisioner.core.errors import OutputUnusable, PlanMoved, PlanUnusable
from provisioner.core.model import Json
from provisioner.core.planfile import moved, plan_file, targets_in
from provisioner.core.report import Failure, PassReport
from provisioner.core.settings import TargetSettings

_MOST_TOLD = 12
_NEXT = "nothing was written to any target; plan again, review, apply"


def written_to(path: Path, reports: tuple[PassReport, ...]) -> str:
    """Writes the reviewed plan, and says so; a target that could not be planned leaves no file. Raises OutputUnusable."""
    failed = [str(report.target) for report in reports if report.failure is not None]
    if failed:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # an older plan under this name was reviewed for another state of things
        return f"{path} was not written, since no plan could be made for {', '.join(failed)}"
    made = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        path.write_text(json.dumps(plan_file(reports, made), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputUnusable(f"the plan cannot be written to {path}: {error.strerror}", next_step="name another file with -o") from error
    return f"the plan is in {path}: provisioner apply {path} makes exactly this, or nothing"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan file that was read."""

    path: Path
    file: dict[str, Json]

    @staticmethod
    def read(path: Path) -> Reviewed:
        """Raises PlanUnusable."""
        try:
            file = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise _unusable(path, f"cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise _unusable(path, f"is no plan file: {error}") from error
        if not isinstance(file, dict):
            raise _unusable(path, "is no plan file")
        return Reviewed(path, file)

    def chosen(self, stated: Sequence[TargetSettings], asked: Sequence[TargetSettings], *, named: bool) -> tuple[TargetSettings, ...]:
        """The targets to be applied: those that were named, else those of the file. Raises PlanMoved when one of the file is not stated
        any more.
        """
        known = {str(each.name) for each in stated}
        lost = [name for name in targets_in(self.file) if name not in known]
        if lost:
            raise PlanMoved(f"this is not what was reviewed: {_listed(lost)} of {self.path} is not stated any more", next_step=_NEXT)
        inside = tuple(each for each in asked if str(each.name) in targets_in(self.file))
        return tuple(asked) if named or not inside else inside

    def left(self, stated: Sequence[TargetSettings], chosen: Sequence[TargetSettings]) -> tuple[str, ...]:
        """What of the file, and what of the configuration, is not applied, in sentences."""
        names, inside = {str(each.name) for each in chosen}, targets_in(self.file)
        unasked = [name for name in inside if name not in names]
        unreviewed = [str(each.name) for each in stated if str(each.name) not in names and str(each.name) not in inside]
        told = [f"{_listed(unasked)} was reviewed too, but not asked for: left as it is"] if unasked else []
        return (*told, *([f"{_listed(unreviewed)} is not in {self.path}: left as it is"] if unreviewed else []))

    def refused(self, plans: tuple[PassReport, ...]) -> tuple[PassReport, ...] | None:
        """The reports of an apply that writes nothing, since one of the targets is not as it was reviewed; None when all are."""
        told = {plan.target: self._moved(plan) for plan in plans}
        why = [plan.target for plan in plans if told[plan.target] is not None or plan.failure is not None]
        if not why:
            return None
        others = f"left out, since {_listed([str(each) for each in why])} is not as it was reviewed"
        return tuple(
            replace(plan, applied=True, failure=plan.failure or Failure(f"target {plan.target}", told[plan.target] or others, _NEXT))
            for plan in plans
        )

    def agree(self, report: PassReport) -> None:
        """Raises PlanMoved for a plan that is not the one in the file."""
        told = self._moved(report)
        if told is not None:
            raise PlanMoved(told, next_step="nothing was written to this target; plan again, review, apply")

    def _moved(self, report: PassReport) -> str | None:
        told = moved(self.file, report) if report.failure is None else ()
        rest = [f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
        return f"this is not what was reviewed: {'; '.join([*told[:_MOST_TOLD], *rest])}" if told else None


def agreeing(reviewed: Reviewed | None) -> Callable[[PassReport], None]:
    """What is shown each plan just before it is carried out: it agrees to all where nothing was reviewed."""
    return reviewed.agree if reviewed is not None else lambda _: None


def _listed(names: Sequence[str]) -> str:
    return f"target {names[0]}" if len(names) == 1 else f"each of the targets {', '.join(names)}"


def _unusable(path: Path, message: str) -> PlanUnusable:
    return PlanUnusable(f"{path} {message}", next_step="nothing was read or written; write it with provisioner plan -o FILE")
