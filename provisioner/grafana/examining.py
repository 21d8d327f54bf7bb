"""Looks at a server without a pass: who answers, who we are to it and what we may do, what time it has there.

In: a `Connection` and the way to its secret. Out: `ServerSeen`. Only reads are sent.

    permissions   9 and later name them at /api/access-control/user/actions (transcripts orgs-and-provisioned "permissions of token"; 404
                  up to 8.5, on 6.7 a web page)
    role          up to 8.5: who may list data sources is an administrator (transcripts "editor reads data sources": 403, "admin …": 200);
                  `meta.canEdit` of the home page that comes with the server is said of an editor ("home"; read in the source for
                  viewers, of whom there is no transcript); an organisation with a home page of its own tells neither
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import cast

from provisioner.core.checkup import Credential, Role, ServerSeen
from provisioner.core.model import Json, Uid
from provisioner.core.secret import Reveal
from provisioner.core.server import Server
from provisioner.core.settings import Connection
from provisioner.grafana.client import Client
from provisioner.grafana.opening import spoken
from provisioner.grafana.probe import Release, probe, release_of
from provisioner.grafana.search import search
from provisioner.grafana.waiting import Waiting

_NAMED_SINCE: Release = (9, 0)


def examine(connection: Connection, reveal: Reveal, tag: str | None, waiting: Waiting | None = None) -> ServerSeen:
    """Some ten requests. `tag` is the one that marks our dashboards. Raises SecretUnreadable and TargetError."""
    waiting = waiting or Waiting()
    with Client(connection, reveal, waiting) as client:
        grafana = spoken(client, probe(client, connection.org_id), connection)
        server = grafana.probe()
        ahead = _ahead(client.read("/api/health").date, waiting.now())
        rows = [] if server.by_slug else search(client, release_of(server.version), "dash-db")
        dashboards = len(grafana.find()) if server.by_slug else len(rows)
        sources = grafana.data_sources()
        return ServerSeen(
            server=server,
            credential=_credential(client, server, may_list=sources is not None),
            dashboards=dashboards,
            folders=len(grafana.folders()),
            data_sources=None if sources is None else len(sources),
            ahead=ahead,
            tagged=tuple(Uid(str(row["uid"])) for row in rows if tag is not None and tag in _tags(row.get("tags"))),
        )


def _credential(client: Client, server: Server, *, may_list: bool) -> Credential:
    user = _text(client.read("/api/user").fields.get("login"))
    reply = client.read("/api/access-control/user/actions")
    actions = reply.value
    if reply.ok and isinstance(actions, dict):
        return Credential(user, frozenset(name for name, held in actions.items() if held is True))
    release = release_of(server.version)
    if release is None or release >= _NAMED_SINCE:
        return Credential(user)
    return Credential(user, role=Role.ADMIN if may_list else _role_by_home(client))


def _role_by_home(client: Client) -> Role | None:
    """What the home page that comes with the server says of us; None where the organisation has its own, or no answer says it."""
    reply = client.read("/api/dashboards/home")
    meta = reply.fields.get("meta")
    may_edit = cast("Mapping[str, Json]", meta).get("canEdit") if reply.ok and isinstance(meta, dict) else None
    match may_edit:
        case True:
            return Role.EDITOR
        case False:
            return Role.VIEWER
        case _:
            return None


def _ahead(date: str, now: float) -> float | None:
    """Seconds that a `Date` header (RFC 9110, 6.6.1: whole seconds, cut) is ahead of our clock; None when it says nothing usable."""
    try:
        when = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() + 0.5 - now


def _tags(value: Json) -> tuple[Json, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
