"""Gathers what is on a server, for `inventory`.

In: a target, the parts of a pass. Out: an `Inventory`; a failure of the world is in it, never raised, but for StateUnusable. A few requests
however much there is (search by pages of 5,000, folders, tags, preferences), unless bodies are asked for: then one for each dashboard. It
writes nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from provisioner.core.asking import wants_of
from provisioner.core.canonical import fingerprint
from provisioner.core.desired import desire
from provisioner.core.dialect import Grafana
from provisioner.core.errors import (
    ProvisionerError,
    SourceError,
    SourceUnreachable,
    TargetError,
    TargetForbidden,
    TargetUnreachable,
    TargetUnsuitable,
)
from provisioner.core.flattening import Flattening, servable
from provisioner.core.introducing import of_desired, of_records
from provisioner.core.inventory import Body, Inventory, Known, Seen, Unread, inventory
from provisioner.core.model import SourceFiles, Uid
from provisioner.core.ports import Ledger
from provisioner.core.problems import Severity
from provisioner.core.renames import with_kept_uids
from provisioner.core.report import Failure, SourceState
from provisioner.core.server import Found, Server
from provisioner.core.settings import TargetSettings
from provisioner.looking import StopAsked
from provisioner.reading import Library, source_state


class Desk(Protocol):
    """The parts of a pass that taking stock needs."""

    @property
    def library(self) -> Library: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def open_grafana(self) -> Callable[[], AbstractContextManager[Grafana]]: ...
    @property
    def clock(self) -> Callable[[], float]: ...
    @property
    def stopping(self) -> Callable[[], bool]: ...
    @property
    def severities(self) -> tuple[tuple[str, Severity], ...]: ...


def take_stock(target: TargetSettings, parts: Desk, *, deep: bool) -> Inventory:
    """What is on the target; with `deep` each dashboard is read too. Raises StateUnusable."""
    begun = parts.clock()
    files, states = _sources(target, parts)
    known = _known(target, parts, files)
    told = Inventory(target.name, target.connection.url)
    try:
        with parts.open_grafana() as grafana:
            server = grafana.probe()
            known = replace(known, desired=servable(known.desired, Flattening.of(server, target, parts.severities)))
            grafana.introduce((*of_records(known.records), *of_desired(known.desired)))
            seen = _seen(grafana, server, target.connection.reads, parts.stopping if deep else None)
            told = replace(inventory(target.name, seen, known), requests=grafana.requests)
    except (TargetError, StopAsked) as error:
        told = replace(told, failure=_failure(f"target {target.name}", error))
    return replace(told, sources=states, seconds=parts.clock() - begun)


def _sources(target: TargetSettings, parts: Desk) -> tuple[tuple[SourceFiles, ...], tuple[SourceState, ...]]:
    """What git has. A source that cannot be read keeps nobody from seeing what the server has: it is told."""
    files: list[SourceFiles] = []
    states: list[SourceState] = []
    for name in target.sources:
        try:
            files.append(parts.library.files(name))
            states.append(source_state(files[-1]))
        except SourceError as error:
            states.append(SourceState(name, None, failure=_failure(f"source {name}", error)))
    return tuple(files), tuple(states)


def _known(target: TargetSettings, parts: Desk, files: tuple[SourceFiles, ...]) -> Known:
    """Only what things are called is of interest, so holes that nobody fills are none here."""
    records = parts.ledger.records()
    desired = with_kept_uids(desire(files, replace(wants_of(target, parts.severities), asked=False)), records)
    return Known(records, parts.ledger.folders(), desired, target.owner_tag)


def _seen(grafana: Grafana, server: Server, reads: int, stopping: Callable[[], bool] | None) -> Seen:
    """With bodies where `stopping` is given, which can end that."""
    listed = grafana.organisation.listed()
    found = grafana.find() if listed is None else listed
    return Seen(
        server=server,
        found=found,
        folders=grafana.folders(),
        home=grafana.organisation.home(),
        tags=grafana.organisation.tags(),
        marks=grafana.marks() if stopping is None else None,
        bodies={} if stopping is None else _bodies(grafana, found, reads, stopping),
        deep=stopping is not None,
    )


def _bodies(grafana: Grafana, found: Iterable[Found], reads: int, stopping: Callable[[], bool]) -> dict[Uid, Body | Unread]:
    """Raises StopAsked."""

    def read(each: Found) -> tuple[Uid, Body | Unread]:
        if stopping():
            raise StopAsked
        return each.uid, _body(grafana, each.uid)

    with ThreadPoolExecutor(reads, thread_name_prefix="read") as pool:
        return dict(pool.map(read, found))


def _body(grafana: Grafana, uid: Uid) -> Body | Unread:
    try:
        live = grafana.dashboard(uid)
    except (TargetForbidden, TargetUnsuitable) as error:  # of this one alone
        return Unread(error.message)
    if live is None:
        return Unread("it is gone by now")
    return Body(fingerprint(live.content), live.folder, live.title, live.mark, live.updated_by, live.updated, live.managed_by)


def _failure(subject: str, error: ProvisionerError) -> Failure:
    return Failure(subject, error.message, error.next_step, isinstance(error, SourceUnreachable | TargetUnreachable))
