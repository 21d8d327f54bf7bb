"""Discovery: which groups there are, in which versions, and what they hold.

In: the generation. Out: what GET /apis and below answer (transcript resources-12.4.0 "groups" to "folder group"). The
groups beside dashboards and folders are only named.
"""

from __future__ import annotations

from typing import Any

from provisioner.sandbox.apis.kinds import DASHBOARDS, FOLDERS, KINDS, Kind
from provisioner.sandbox.generation import Generation

_OTHERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("iam.grafana.app", ("v0alpha1",)),
    ("userstorage.grafana.app", ("v0alpha1",)),
    ("preferences.grafana.app", ("v1alpha1",)),
    ("collections.grafana.app", ("v1alpha1",)),
    ("features.grafana.app", ("v0alpha1",)),
    ("playlist.grafana.app", ("v1", "v0alpha1")),
    ("plugins.grafana.app", ("v0alpha1",)),
    ("example.grafana.app", ("v1alpha1", "v0alpha1")),
    ("notifications.alerting.grafana.app", ("v0alpha1",)),
)
_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update")


def _group(name: str, versions: tuple[str, ...]) -> dict[str, Any]:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def groups(generation: Generation, address: str) -> dict[str, Any]:
    """GET /apis."""
    everything = [(kind.group, kind.versions(generation)) for kind in KINDS] + list(_OTHERS)
    reached = {"serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]}
    return {"kind": "APIGroupList", "groups": [_group(name, versions) | reached for name, versions in everything]}


def group(generation: Generation, name: str) -> dict[str, Any] | None:
    """GET /apis/GROUP; None for one that there is not."""
    known = dict([(kind.group, kind.versions(generation)) for kind in KINDS] + list(_OTHERS))
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, known[name])} if name in known else None


def resources(generation: Generation, kind: Kind, version: str) -> dict[str, Any]:
    """GET /apis/GROUP/VERSION."""
    verbs = sorted([*_VERBS, "watch"]) if generation.resource_watch else list(_VERBS)
    main = {"name": kind.plural, "singularName": kind.singular, "namespaced": True, "kind": kind.name, "verbs": verbs}
    found = [main]
    if kind is DASHBOARDS:
        found.append(
            {"name": "dashboards/dto", "singularName": "", "namespaced": True, "kind": "DashboardWithAccessInfo", "verbs": ["get"]}
        )
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{kind.group}/{version}", "resources": found}


def kind_of(group_name: str, plural: str) -> Kind | None:
    """Dashboards or folders; None for another."""
    return next((kind for kind in (DASHBOARDS, FOLDERS) if (kind.group, kind.plural) == (group_name, plural)), None)
