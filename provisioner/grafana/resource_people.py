"""Who saved: the resource API names identities ("user:dg51awuovqio0e"), people know logins.

In: a client, and the head of a dashboard. Out: the login, or the identity as it stands. The history of the dashboard API says both of the
same save, so one small question tells one person, once for as long as the target is open.
"""

from __future__ import annotations

from threading import Lock

from provisioner.grafana.addresses import segment
from provisioner.grafana.client import Client
from provisioner.grafana.resource_heads import Head

_NAMED = ("user:", "service-account:")


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
