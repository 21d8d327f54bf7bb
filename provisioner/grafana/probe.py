"""Who answers: a Grafana or not, which version, which organisation, whether it knows uids and folders, and whether those may have parents.

In: a client. Out: `core.server.Server`. Raises TargetUnsuitable for what we cannot work with, naming what answered.
Two requests where the version settles everything; the settings of the web page (large) are asked for only where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from provisioner.core.model import Json
from provisioner.core.server import Server
from provisioner.grafana import failures
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Reply

Release = tuple[int, int]
"""Major and minor, (9, 3)."""

FIRST_WITH_UIDS: Release = (5, 0)
_NESTED_BY_TOGGLE: Release = (9, 4)
_NESTED: Release = (11, 0)
_VERSION = re.compile(r"v?(\d+)\.(\d+)")


def release_of(version: str) -> Release | None:
    """(9, 3) of "9.3.2"; None when the server hides its version or says something else."""
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class _Organisation:
    id: int
    name: str


def probe(client: Client, org_id: int | None) -> Server:
    """Asks. Raises TargetError."""
    health = client.read("/api/health")
    organisation = _organisation(client, health, org_id)
    version, source = _text(health.fields.get("version")), "/api/health"
    release = release_of(version)
    settings: Mapping[str, Json] = {}
    if release is None or _NESTED_BY_TOGGLE <= release < _NESTED:
        settings = client.read("/api/frontend/settings").fields
    if release is None:
        version, source = _text(_object(settings.get("buildInfo")).get("version")), "/api/frontend/settings"
        release = release_of(version)
    if release < FIRST_WITH_UIDS if release is not None else _has_no_folders(client):
        said = f"version {version} by {source}" if version else "the version is hidden, and it knows no folders"
        why = f"{said}; /api/dashboards/db by slug is what 2 to 4 speak"
        return Server(client.site, version, "slug API", why, organisation.id, organisation.name, nested_folders=False, by_slug=True)
    said = f"version {version} by {source}" if version else "the version is hidden: taken for a new one"
    return Server(
        url=client.site,
        version=version,
        dialect="dashboard API",
        why=f"{said}; /api/dashboards is spoken by 5 and later",
        org_id=organisation.id,
        org_name=organisation.name,
        nested_folders=_nested(release, _object(settings.get("featureToggles"))),
    )


def _organisation(client: Client, health: Reply, org_id: int | None) -> _Organisation:
    """The organisation that the credential works in. That it may not be read (12: orgs:read) keeps nothing else from working."""
    is_grafana = "database" in health.fields
    if is_grafana and health.status >= 500:
        raise failures.unreachable(client.site, f"its own health check fails: {health.body[:200].decode('utf-8', 'replace')}")
    if health.status == 429 or health.status >= 500:
        raise failures.of_read(client.site, "the health check", health)
    reply = client.read("/api/org")
    fields = reply.fields
    number = fields.get("id")
    if reply.ok and type(number) is int:
        if org_id is not None and number != org_id:
            # Up to 9.3 a token works in its own organisation whatever the header says (transcripts, orgs-and-provisioned).
            raise failures.unsuitable(
                f"{client.site}: the credentials belong to organisation {number}, and org_id says {org_id}",
                "give a token of that organisation, or state the org_id that is meant",
            )
        return _Organisation(number, _text(fields.get("name")))
    if reply.status == 403 and reply.is_json and is_grafana:
        return _Organisation(org_id or 0, "")
    if reply.status == 404 and reply.is_json and org_id is not None:
        raise failures.unsuitable(
            f"{client.site} has no organisation {org_id}, or not for these credentials: {reply.words}",
            "state another org_id",
        )
    if reply.status == 429 or reply.status >= 500 or is_grafana:
        raise failures.of_read(client.site, "the question for the organisation", reply)
    raise failures.unsuitable(
        f"{client.site} is no Grafana: /api/health answered {health}; /api/org answered {reply}",
        "see that the url names a Grafana, with its sub-path if it has one",
    )


def _has_no_folders(client: Client) -> bool:
    """Whether the route of folders is not known: 5 and later answer it with a list, or forbid it (transcripts, "list folders")."""
    reply = client.read("/api/folders", {"limit": 1})
    return reply.status == 404 and reply.is_json


def _nested(release: Release | None, toggles: Mapping[str, Json]) -> bool:
    """11 and later have them, 9.4 to 10.4 behind a toggle (reference 3.3); who hides the version is taken for a new one."""
    if release is None:
        return True
    return release >= _NESTED or (release >= _NESTED_BY_TOGGLE and toggles.get("nestedFolders") is True)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _object(value: Json) -> Mapping[str, Json]:
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}
