"""The search of Grafana 2 to 4: about the first thousand dashboards by title, whatever limit is asked for.

In: a client. Out: rows with number, title and slug, and whether some may be missing. Never proof of absence.
Source: `SearchDashboards` of these releases reads 1000 rows of dashboards joined with their tags, so one with three tags counts thrice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.core.model import Json
from provisioner.grafana import failures
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Reply
from provisioner.grafana.slug_names import Row

MOST_ROWS = 1000
"""Of dashboards and their tags, together."""

_PLACE = "db/"
_KIND = "dash-db"


@dataclass(frozen=True, slots=True)
class Shown:
    """`is_cut` says that there may be more than is shown."""

    rows: tuple[Row, ...]
    is_cut: bool


def search(client: Client) -> Shown:
    """All that it shows. Files of the server's own disk are shown too, and are no dashboards of the database. Raises TargetError."""
    reply = client.read("/api/search", {"limit": MOST_ROWS})
    rows = reply.rows
    if not reply.ok or rows is None:
        raise failures.of_read(client.site, "the search", reply)
    joined = sum(max(1, len(_tags(row))) for row in rows)
    return Shown(_rows(reply), joined >= MOST_ROWS - 1)


def one_row(client: Client, number: int) -> Row | None:
    """The row of one number, where the server can be asked so (4 can; others show the first thousand again). Raises TargetError."""
    reply = client.read("/api/search", {"dashboardIds": number, "limit": MOST_ROWS})
    if not reply.ok or reply.rows is None:
        raise failures.of_read(client.site, "the search", reply)
    return next((row for row in _rows(reply) if row.id == number), None)


def _rows(reply: Reply) -> tuple[Row, ...]:
    return tuple(found for row in reply.rows or () if (found := _row(row)) is not None)


def _row(row: Mapping[str, Json]) -> Row | None:
    number, place = row.get("id"), row.get("uri")
    if type(number) is not int or not isinstance(place, str) or not place.startswith(_PLACE) or row.get("type", _KIND) != _KIND:
        return None
    return Row(number, str(row.get("title") or ""), place.removeprefix(_PLACE), _tags(row))


def _tags(row: Mapping[str, Json]) -> tuple[str, ...]:
    tags = row.get("tags")
    return tuple(str(each) for each in tags) if isinstance(tags, list) else ()
