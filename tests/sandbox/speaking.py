"""The few requests that most tests of this room make."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from provisioner.sandbox import Running

# Nothing here speaks TLS; without it httpx reads all certificates of the machine for every client, 25 ms each time.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client_of(sandbox: Running, auth: tuple[str, str] | None = None, token: str = "") -> httpx.Client:
    """Somebody's connections to a sandbox; its administrator's unless told."""
    client = httpx.Client(base_url=sandbox.url, timeout=30, verify=_NO_CERTIFICATES)
    if token:
        client.headers["Authorization"] = f"Bearer {token}"
    else:
        client.auth = httpx.BasicAuth(*(auth or sandbox.admin))
    return client


def save(client: httpx.Client, uid: str, version: int = 0, **fields: object) -> httpx.Response:
    """Save a dashboard of that uid; its title is the uid unless told."""
    dashboard: dict[str, object] = {"uid": uid, "title": uid, "version": version, "panels": []} | fields
    return client.post("/api/dashboards/db", json={"dashboard": dashboard, "overwrite": False})


def read(client: httpx.Client, uid: str) -> dict[str, Any]:
    """The dashboard of that uid."""
    answer = client.get(f"/api/dashboards/uid/{uid}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
