"""Who saved: the resource API names identities ("user:dg51awuovqio0e"), people know logins.

In: a client, and the head of a dashboard, or identities alone. Out: the login, or the identity as it stands. The history of the dashboard
API says both of the same save, so one small question tells one person, once for as long as the target is open. What is in the trash has no
history there: then the lists of people are asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from urllib.parse import urlencode

from provisioner.core.errors import TargetUnauthorised
from provisioner.grafana.addresses import segment
from provisioner.grafana.client import Client
from provisioner.grafana.resource_heads import Head, object_in

_NAMED = ("user:", "service-account:")
_PEOPLE = "/api/org/users"
_DISPLAY = "/apis/iam.grafana.app/v0alpha1/namespaces/{}/display"
"""How the server's own pages name identities, for everybody who is signed in (12.4.0)."""
_AT_ONCE = 100
"""How many are asked for in one address."""


def named(client: Client, namespace: str, identities: Iterable[str]) -> dict[str, str]:
    """What people call those who are no more in any history: by login where the credential may list the organisation's people, else as the
    server's pages call them. Who stays unknown is left out. Raises TargetError where the server does not answer.
    """
    open_ = sorted({each for each in identities if each.startswith(_NAMED)})
    if not open_:
        return {}
    found = _logins(client) if any(each.startswith(_NAMED[0]) for each in open_) else {}
    left = [each for each in open_ if each not in found]
    for start in range(0, len(left), _AT_ONCE):
        found |= _displayed(client, namespace, left[start : start + _AT_ONCE])
    return {each: found[each] for each in open_ if each in found}


def _logins(client: Client) -> dict[str, str]:
    try:
        rows = client.read(_PEOPLE).rows or []
    except TargetUnauthorised:  # of this list alone: who we are was found good by the probe
        return {}
    return {f"user:{each['uid']}": str(each["login"]) for each in rows if each.get("uid") and each.get("login")}


def _displayed(client: Client, namespace: str, identities: list[str]) -> dict[str, str]:
    query = urlencode([("key", each) for each in identities])
    try:
        rows = client.read(f"{_DISPLAY.format(segment(namespace))}?{query}").fields.get("display")
    except TargetUnauthorised:
        return {}
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else []:
        identity = object_in(row, "identity") if isinstance(row, dict) else {}
        name = row.get("displayName") if isinstance(row, dict) else None
        if isinstance(name, str) and name:
            found[f"{identity.get('type')}:{identity.get('name')}"] = name
    return found


class People:
    """Thread-safe."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = Lock()
        self._logins: dict[str, str] = {}

    def who_saved(self, head: Head) -> str:
        """Raises TargetError where the server does not answer."""
        identity = head.updated_by
        if not identity.startswith(_NAMED):
            return identity
        with self._lock:
            known = self._logins.get(identity)
        if known is not None:
            return known
        rows = self._client.read(f"/api/dashboards/uid/{segment(head.name)}/versions", {"limit": 1}).fields.get("versions")
        newest = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        login = newest.get("createdBy")
        if newest.get("version") != head.generation or not isinstance(login, str) or not login:
            return identity  # saved again meanwhile, or not for us to see
        with self._lock:
            self._logins[identity] = login
        return login
