"""Opens a target: asks who answers, and picks the dialect that it speaks.

In: a `Connection` and the way to its secret. Out: an `OpenGrafana` that has been probed. The dashboard API of 5 to 13 is the one dialect
so far: slug servers are refused by the probe, and 12 and later are spoken to as 11 is. Which one it is, is decided here and nowhere else.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

from provisioner.core.ports import Grafana
from provisioner.core.secret import Reveal
from provisioner.core.settings import Connection
from provisioner.grafana.client import Client, OnRequest
from provisioner.grafana.dashboards import Dashboards
from provisioner.grafana.probe import probe
from provisioner.grafana.waiting import Waiting


class OpenGrafana(Grafana, Protocol):
    """A `Grafana` that holds connections: `close` it, or use it in a `with`."""

    def close(self) -> None:
        """Drops the connections."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None: ...


def open_grafana(
    connection: Connection, reveal: Reveal, waiting: Waiting | None = None, on_request: OnRequest | None = None
) -> OpenGrafana:
    """Sends two or three requests. `waiting` carries the stop signal: `Waiting(pause=stop.wait)` of a `threading.Event`. `on_request` is
    told of every attempt, these included.

    Raises SecretUnreadable and TargetError.
    """
    with ExitStack() as unless_open:
        client = unless_open.enter_context(Client(connection, reveal, waiting, on_request))
        server = probe(client, connection.org_id)
        unless_open.pop_all()
    return Dashboards(client, server, connection.org_id)
