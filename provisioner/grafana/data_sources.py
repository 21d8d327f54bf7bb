"""The data sources of an organisation: one list, the same on every server.

In: a client. Out: `DataSource`s; None when the credential may not list them. Nothing of their settings is taken.
"""

from __future__ import annotations

from provisioner.core.server import DataSource
from provisioner.grafana import failures
from provisioner.grafana.client import Client
from provisioner.grafana.search import Row


def data_sources(client: Client) -> tuple[DataSource, ...] | None:
    """Raises TargetError."""
    reply = client.read("/api/datasources")
    if reply.status == 403:
        return None
    rows = reply.rows
    if not reply.ok or rows is None:
        raise failures.of_read(client.site, "the list of data sources", reply)
    return tuple(_data_source(row) for row in rows)


def _data_source(row: Row) -> DataSource:
    """5.x has no uid for data sources; there dashboards name them by name."""
    name = str(row.get("name") or "")
    uid = row.get("uid")
    return DataSource(
        uid=uid if isinstance(uid, str) and uid else name,
        name=name,
        type=str(row.get("type") or ""),
        default=row.get("isDefault") is True,
    )
