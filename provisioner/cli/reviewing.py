"""Plan files: written by `plan`, held to by `apply`.

In: paths and reports. Out: a file, or a function that forbids what was not reviewed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid, PlanMoved
from provisioner.core.planfile import moved, plan_file
from provisioner.core.report import PassReport

_MOST_TOLD = 12


def written_to(path: Path, reports: tuple[PassReport, ...]) -> None:
    """The reviewed plan as a file. Raises ConfigurationInvalid when it cannot be written, or a target could not be planned."""
    if any(report.failure is not None for report in reports):
        with suppress(OSError):
            path.unlink(missing_ok=True)  # an older plan under this name was reviewed for another state of things
        return
    made = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        path.write_text(json.dumps(plan_file(reports, made), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise _unusable(path, f"it cannot be written: {error.strerror}") from error


def must_be_as_reviewed(path: Path | None) -> Callable[[PassReport], None]:
    """Raises PlanMoved for a plan that is not the one in the file; agrees to all where no file is given."""
    if path is None:
        return lambda _: None
    try:
        file = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, f"it cannot be read: {error}") from error
    if not isinstance(file, dict):
        raise _unusable(path, "it is no plan file")

    def agree(report: PassReport) -> None:
        told = moved(file, report)
        if told:
            rest = [f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
            words = "; ".join([*told[:_MOST_TOLD], *rest])
            raise PlanMoved(
                f"this is not what was reviewed: {words}", next_step="nothing was written to this target; plan again, review, apply"
            )

    return agree


def _unusable(path: Path, message: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        (problem("config-reference", str(path), message, remedy="write it with provisioner plan --plan-file FILE"),)
    )
