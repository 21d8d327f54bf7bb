"""Validation: every problem of every file, without asking any server.

In: the library, and what each target states (or nothing, while none is named). Out: a `Validation`; a source that cannot be read is in it,
never raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from provisioner.core.desired import Wants, desire
from provisioner.core.errors import SourceError, SourceUnreachable
from provisioner.core.model import SourceFiles, SourceName
from provisioner.core.problems import Problem
from provisioner.core.report import Failure, SourceState, Validation
from provisioner.reading import Library, source_state


@dataclass(frozen=True, slots=True)
class Together:
    """Sources whose dashboards go to one place, so that a uid may stand in one of their files only; and what that place states."""

    sources: tuple[SourceName, ...]
    wants: Wants


def validate(library: Library, places: Iterable[Together], clock: Callable[[], float]) -> Validation:
    """Reads each source once and tells what is wrong, each problem once however many places it concerns."""
    started = clock()
    states: dict[SourceName, SourceState] = {}
    problems: list[Problem] = []
    for place in places:
        files = []
        for name in place.sources:
            read = files_of(library, name)
            states[name] = read if isinstance(read, SourceState) else source_state(read)
            files += [] if isinstance(read, SourceState) else [read]
        problems += desire(files, place.wants).problems
    return Validation(tuple(states.values()), library.placed(problems, notes=True), clock() - started)


def files_of(library: Library, name: SourceName) -> SourceFiles | SourceState:
    """What the source holds, or the state that says why it cannot be read."""
    try:
        return library.files(name)
    except SourceError as error:
        failure = Failure(f"source {name}", error.message, error.next_step, unreachable=isinstance(error, SourceUnreachable))
        return SourceState(name, None, failure=failure)
