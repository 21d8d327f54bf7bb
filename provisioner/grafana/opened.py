"""What all dialects are: an open connection to one organisation, and what is known of the server that answers.

In: a client, and what a probe found just now. Out: `Opened`, to be built upon by each dialect: its life, the probe, and the routes that do
not depend on the dialect. It knows no dashboard and no folder.
"""

from __future__ import annotations

from threading import RLock
from types import TracebackType
from typing import Self

from provisioner.core.dialect import Rehearsal
from provisioner.core.server import Server
from provisioner.core.verdict import NoRehearsal
from provisioner.core.watching import NoWatch, Watch
from provisioner.grafana.client import Client
from provisioner.grafana.organisation import OrganisationRoutes
from provisioner.grafana.probe import Release, probe, release_of
from provisioner.grafana.trash import TrashRoutes

WITH_DRY_RUNS: Release = (12, 0)


class Opened:
    """Thread-safe. `close` it, or use it in a `with`."""

    def __init__(self, client: Client, server: Server, org_id: int | None) -> None:
        """`server` is what the probe found just now."""
        self._client = client
        self._org_id = org_id
        self._lock = RLock()
        self._server = server
        self._probed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Drops the connections."""
        self._client.close()

    @property
    def requests(self) -> int:
        return self._client.requests

    @property
    def probed(self) -> Server:
        """What the newest probe found. Asks nothing."""
        return self._server

    @property
    def organisation(self) -> OrganisationRoutes:
        return OrganisationRoutes(self._client, self._release)

    @property
    def trash(self) -> TrashRoutes:
        return TrashRoutes(self._client, self._server)

    def probe(self) -> Server:
        """What was found when this was opened, the first time; asked anew from the second time on, so that an upgrade is seen."""
        with self._lock:
            fresh, self._probed = self._probed, False
        if not fresh:
            server = self._as_spoken(probe(self._client, self._org_id))
            with self._lock:
                self._server = server
        return self._server

    def watch(self) -> Watch | NoWatch:
        """By the resource API alone."""
        return NoWatch("")

    def rehearsal(self) -> Rehearsal | NoRehearsal:
        """None but by the resource API: a save that nobody can take back would be the only way to ask."""
        server, release = self._server, self._release
        name = f"Grafana {server.version}" if server.version else "this server"
        words = f"{name} makes no dry runs by the {server.dialect}; the resource API of 12 and later does"
        if release is None or release < WITH_DRY_RUNS:
            return NoRehearsal(words)
        hidden = f", but {server.passed_over}" if server.passed_over else ""
        return NoRehearsal(f"{words}{hidden}", "let /apis through" if hidden else "leave `api` out of the target")

    def _as_spoken(self, server: Server) -> Server:
        """What the probe found, as this dialect tells it."""
        return server

    @property
    def _release(self) -> Release | None:
        return release_of(self._server.version)
