"""Opens a target: asks who answers, and picks the dialect that it speaks.

In: a `Connection` and the way to its secret. Out: an `OpenGrafana` that has been probed. Which dialect it is, is decided here and nowhere
else: as `api` states it, else the newest that the server offers. A server of 12 that hides /apis is spoken to as 11 is, and says why.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self

from provisioner.core.dialect import Grafana
from provisioner.core.secret import Reveal
from provisioner.core.server import Server
from provisioner.core.settings import Api, Connection
from provisioner.grafana import failures
from provisioner.grafana.client import Client, OnRequest
from provisioner.grafana.dashboards import Dashboards
from provisioner.grafana.given_uids import GivenUids
from provisioner.grafana.probe import Release, probe, release_of
from provisioner.grafana.resource_api import discover
from provisioner.grafana.resources import Resources
from provisioner.grafana.sessions import Sessions
from provisioner.grafana.slugs import Slugs
from provisioner.grafana.waiting import Waiting

_RESOURCES_SINCE: Release = (12, 0)


class OpenGrafana(Grafana, Protocol):
    """A `Grafana` that holds connections: `close` it, or use it in a `with`."""

    def close(self) -> None:
        """Drops the connections."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None: ...


def open_grafana(
    connection: Connection,
    reveal: Reveal,
    waiting: Waiting | None = None,
    on_request: OnRequest | None = None,
    sessions: Sessions | None = None,
) -> OpenGrafana:
    """Sends two to five requests. `waiting` carries the stop signal: `Waiting(pause=stop.wait)` of a `threading.Event`. `on_request` is
    told of every attempt, these included. With `sessions` it goes on with the session of the one before.

    Raises SecretUnreadable and TargetError.
    """
    with ExitStack() as unless_open:
        client = unless_open.enter_context(Client(connection, reveal, waiting, on_request, sessions))
        opened = spoken(client, probe(client, connection.org_id), connection)
        unless_open.pop_all()
    return opened


def spoken(client: Client, server: Server, connection: Connection) -> OpenGrafana:
    """By the dialect that is stated, or the newest that is offered. Raises TargetError, also where the stated one is not."""
    if server.by_slug:
        if connection.api in {Api.AUTO, Api.SLUG}:
            return Slugs(client, server, connection.org_id)
        what = f"{client.site} is {_named(server)}, which knows dashboards by slug alone"
        raise failures.unsuitable(f"{what}, and `api: {connection.api}` states another API", "leave `api` out")
    release = release_of(server.version)
    may_have = release is None or release >= _RESOURCES_SINCE
    if connection.api is Api.DASHBOARD or (connection.api is Api.AUTO and not may_have):
        return GivenUids(Dashboards(client, server, connection.org_id))
    if connection.api is Api.SLUG:
        raise failures.unsuitable(f"{client.site} is {_named(server)}, which does not know dashboards by slug", "leave `api` out")
    api = discover(client, server)
    if not isinstance(api, str):
        return GivenUids(Resources(client, server, api, connection.org_id))
    if connection.api is Api.RESOURCE:
        raise failures.unsuitable(f"{client.site} does not offer the resource API, which `api: resource` states: {api}", "leave `api` out")
    if release is None:
        return GivenUids(Dashboards(client, server, connection.org_id))
    return GivenUids(Dashboards(client, replace(server, why=f"{server.why}; {api}", passed_over=api), connection.org_id))


def _named(server: Server) -> str:
    return f"Grafana {server.version}" if server.version else "a Grafana that hides its version"
