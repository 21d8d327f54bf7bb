"""Validation with the servers asked: every problem of every file, and what each target's server says of each dashboard.

In: the library, and the way to each target's server. Out: a `Validation`; a source or a server that cannot be asked is in it, never raised.
No plan is made, no record is read, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from provisioner.core.asking import documents_of, has_unmapped_input, wants_of
from provisioner.core.desired import desire
from provisioner.core.dialect import Grafana
from provisioner.core.errors import ProvisionerError, TargetUnreachable
from provisioner.core.live import Live
from provisioner.core.model import Desired, SourceFiles, SourceName
from provisioner.core.placing import settle_folders
from provisioner.core.problems import Problem, Severity
from provisioner.core.report import Failure, ServerAsked, SourceState, Validation
from provisioner.core.server import Server
from provisioner.core.settings import TargetSettings
from provisioner.core.verdict import Rehearsed
from provisioner.reading import Library, source_state
from provisioner.rehearsing import Stage, rehearse, scenes_for_all, stage_for
from provisioner.validation import files_of

OPTION = "--server"


@dataclass(frozen=True, slots=True)
class Court:
    """What all targets are judged with. `named` says that the targets were named: then a hole that nothing fills is an error."""

    library: Library
    severities: tuple[tuple[str, Severity], ...]
    stopping: Callable[[], bool]
    clock: Callable[[], float]
    named: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """The way to one target's server."""

    target: TargetSettings
    open_grafana: Callable[[], AbstractContextManager[Grafana]]


def judge(ways: Sequence[Way], court: Court) -> Validation:
    """One target after the other; a server that cannot be asked leaves what the files alone show. Of several servers, each is named with
    what it says.
    """
    started = court.clock()
    states: dict[SourceName, SourceState] = {}
    problems: list[Problem] = []
    servers: list[ServerAsked] = []
    for way in ways:
        files: list[SourceFiles] = []
        for name in way.target.sources:
            read = files_of(court.library, name)
            states[name] = read if isinstance(read, SourceState) else source_state(read)
            files += [] if isinstance(read, SourceState) else [read]
        asked, own, said = _asked(way, tuple(files), court)
        servers.append(asked)
        problems += own
        problems += (replace(each, message=f"{way.target.name}: {each.message}") for each in said) if len(ways) > 1 else said
    placed = court.library.placed(problems, notes=True)
    return Validation(tuple(states.values()), placed, court.clock() - started, tuple(servers))


def _asked(way: Way, files: tuple[SourceFiles, ...], court: Court) -> tuple[ServerAsked, tuple[Problem, ...], tuple[Problem, ...]]:
    """How asking went, what the files alone show, and what the server says of them."""
    target, asked = way.target, ServerAsked(way.target.name, way.target.connection.url)
    try:
        with way.open_grafana() as grafana:
            asked = replace(asked, server=(server := grafana.probe()))
            stage = stage_for(target, grafana, server, court, OPTION)
            desired = _desired(files, grafana, server, target, court)
            rehearsed, problems = _shown(desired, grafana, server, stage)
    except ProvisionerError as error:
        unasked = desire(files, replace(wants_of(target, court.severities), asked=court.named))
        failure = Failure(f"target {target.name}", error.message, error.next_step, unreachable=isinstance(error, TargetUnreachable))
        return replace(asked, failure=failure), unasked.problems, ()
    return replace(asked, rehearsed=rehearsed), desired.problems, problems


def _desired(files: tuple[SourceFiles, ...], grafana: Grafana, server: Server, target: TargetSettings, court: Court) -> Desired:
    """As in a pass, the server is asked for its data sources only where a file has a hole that the mapping does not fill."""
    wants = replace(wants_of(target, court.severities), forms=server.forms)
    has_holes = has_unmapped_input(documents_of(files), target)
    return desire(files, replace(wants, server=grafana.data_sources()) if has_holes else wants)


def _shown(desired: Desired, grafana: Grafana, server: Server, stage: Stage) -> tuple[Rehearsed, tuple[Problem, ...]]:
    """All that is desired, each in the folder that it would come into, or the nearest one above it that is there."""
    folders = grafana.folders() if desired.dashboards else ()
    placed = settle_folders(desired, Live(server, folders))
    there = {each.uid for each in folders}
    missing = {each.uid: each.parent for each in placed.folders if each.uid not in there}
    return rehearse(scenes_for_all(placed.dashboards, missing), stage)
