"""Requests of the resource API, as short as the tests want them."""

from __future__ import annotations

from typing import Any

import httpx

GROUP = "dashboard.grafana.app"
FOLDER = "grafana.app/folder"
MANAGER = "grafana.app/managedBy"


def dashboards(version: str = "v0alpha1", namespace: str = "default") -> str:
    """The address of the collection."""
    return f"/apis/{GROUP}/{version}/namespaces/{namespace}/dashboards"


def folders(version: str = "v1beta1") -> str:
    """The address of the folders."""
    return f"/apis/folder.grafana.app/{version}/namespaces/default/folders"


def body(name: str, version: str = "v0alpha1", spec: dict[str, Any] | None = None, **metadata: object) -> dict[str, Any]:
    """A dashboard as an object; its title is its name unless told."""
    content = {"title": name, "panels": []} if spec is None else spec
    return {"apiVersion": f"{GROUP}/{version}", "kind": "Dashboard", "metadata": {"name": name, **metadata}, "spec": content}


def folder(name: str, parent: str = "", title: str = "") -> dict[str, Any]:
    """A folder as an object."""
    annotations = {"annotations": {FOLDER: parent}} if parent else {}
    kind = {"apiVersion": "folder.grafana.app/v1beta1", "kind": "Folder"}
    return {**kind, "metadata": {"name": name, **annotations}, "spec": {"title": title or name}}


def make(
    client: httpx.Client, name: str, version: str = "v0alpha1", spec: dict[str, Any] | None = None, **metadata: object
) -> dict[str, Any]:
    """A new dashboard, as the server shows it."""
    answer = client.post(dashboards(version), json=body(name, version, spec, **metadata))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def names(answer: httpx.Response) -> list[str]:
    """Who is in a list."""
    return [item["metadata"]["name"] for item in answer.json()["items"]]
