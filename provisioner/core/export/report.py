"""One pull as a value: what was written into the directory, what was left alone, and why.

In: nothing. Out: frozen values, and the exit code. Seconds are measured by the caller, who has a clock. Paths are as people see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provisioner.core.model import TargetName
from provisioner.core.problems import Problem, errors, ordered
from provisioner.core.report import Exit, Failure
from provisioner.core.server import Server


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one dashboard, folder or file (`subject`), and what to do about it."""

    subject: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a pull did. `created` and `changed` are files; `moved` are files whose dashboard lies in another folder now, from and to.

    `folder_files` are those of the `_folder` files that were written. `equal` dashboards were in their files already; `elsewhere` are kept
    in another source of the target; `outside` lie beside the target's own folder. `gone` are files whose dashboards the server has no more:
    they are left. `held` could not be written truly, or not be read; `remarks` tell what is worth knowing of the rest, `problems` the
    errors that a pass would find in the directory.
    """

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    folder_files: tuple[str, ...] = ()
    equal: int = 0
    elsewhere: int = 0
    outside: int = 0
    gone: tuple[str, ...] = ()
    held: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    problems: tuple[Problem, ...] = ()


def total(parts: Iterable[Done]) -> Done:
    """All of them as one, files sorted by path."""
    every = tuple(parts)
    return Done(
        created=tuple(sorted(path for each in every for path in each.created)),
        changed=tuple(sorted(path for each in every for path in each.changed)),
        moved=tuple(sorted(pair for each in every for pair in each.moved)),
        folder_files=tuple(sorted(path for each in every for path in each.folder_files)),
        equal=sum(each.equal for each in every),
        elsewhere=sum(each.elsewhere for each in every),
        outside=sum(each.outside for each in every),
        gone=tuple(sorted(path for each in every for path in each.gone)),
        held=tuple(remark for each in every for remark in each.held),
        remarks=tuple(remark for each in every for remark in each.remarks),
        problems=ordered([problem for each in every for problem in each.problems]),
    )


@dataclass(frozen=True, slots=True)
class PullReport:
    """One pull from one target into one directory. `stopped` says that somebody asked to stop before all was done."""

    target: TargetName
    url: str
    directory: str
    done: Done = Done()
    server: Server | None = None
    requests: int = 0
    seconds: float = 0.0
    stopped: bool = False
    failure: Failure | None = None

    @property
    def written(self) -> int:
        """How many files are other than they were, `_folder` files included."""
        return len(set(self.done.created) | set(self.done.changed) | {to for _, to in self.done.moved}) + len(self.done.folder_files)


def pull_exit_code(report: PullReport) -> Exit:
    """5 or 1 for a failure or a stop, 3 when a file has an error, 4 when something was held, else 0."""
    if report.failure is not None:
        return Exit.UNREACHABLE if report.failure.unreachable else Exit.ERROR
    if report.stopped:
        return Exit.ERROR
    if errors(report.done.problems):
        return Exit.INVALID
    return Exit.CONFLICT if report.done.held else Exit.OK
