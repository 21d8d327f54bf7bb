"""Manifests that hold one dashboard as an object: Grafana's resources, Grizzly's, and what to say of those that hold none.

In: an object with apiVersion and kind. Out: the dashboard under its spec, and what is wrong with the wrapper. Whether the spec is of the
generation that apiVersion says is for `validate` to tell.
"""

from __future__ import annotations

from provisioner.core.documents.found import Candidate, Context, Found, Object, folder_of, object_at, uid_of
from provisioner.core.identity import is_legal_uid
from provisioner.core.model import Json, Shape, Uid
from provisioner.core.problems import Problem
from provisioner.core.syntax_text import printable

VERSIONS = ("v0alpha1", "v1alpha1", "v1beta1", "v1", "v2alpha1", "v2beta1", "v2")

_OTHERS = {
    "DashboardFolder": "folder",
    "Folder": "folder",
    "LibraryElement": "library panel",
    "LibraryPanel": "library panel",
    "GrafanaLibraryPanel": "library panel",
    "Datasource": "data source",
    "GrafanaDatasource": "data source",
    "AlertRuleGroup": "alert rules",
    "GrafanaAlertRuleGroup": "alert rules",
    "PrometheusRule": "alert rules",
}

_ELSEWHERE = ("url", "gzipJson", "jsonnet", "jsonnetLib", "grafanaCom", "configMapRef", "oci")


def resource(value: Object, version: str, pointer: str, context: Context) -> Found:
    """A resource of dashboard.grafana.app. metadata.name is the uid; the folder stands in an annotation."""
    uid, problems = _name(value, pointer, context)
    folder = folder_of(object_at(value, "metadata", "annotations").get("grafana.app/folder"))
    spec = value.get("spec")
    body = spec if isinstance(spec, dict) else None
    candidate = Candidate(f"{pointer}/spec", Shape.RESOURCE, body, uid, folder=folder, api_version=f"dashboard.grafana.app/{version}")
    if body is None:
        problems.append(_no_spec(value, pointer, context))
    elif version not in VERSIONS:
        message = f"apiVersion dashboard.grafana.app/{printable(version)} is not known"
        problems.append(context.problem("resource-version-unknown", f"{pointer}/apiVersion", message))
        candidate = Candidate(f"{pointer}/spec", Shape.RESOURCE, None, uid, folder=folder)
    else:
        problems.extend(differing(uid, candidate, f"{pointer}/metadata/name", context))
    return Found((candidate,), tuple(problems))


def grizzly(value: Object, pointer: str, context: Context) -> Found:
    """Grizzly's envelope: metadata.name is the uid, metadata.folder the folder's uid, spec a classic dashboard."""
    uid, problems = _name(value, pointer, context)
    spec = value.get("spec")
    body = spec if isinstance(spec, dict) else None
    candidate = Candidate(f"{pointer}/spec", Shape.GRIZZLY, body, uid, folder=folder_of(object_at(value, "metadata").get("folder")))
    if body is None:
        problems.append(_no_spec(value, pointer, context))
    problems.extend(differing(uid, candidate, f"{pointer}/metadata/name", context))
    return Found((candidate,), tuple(problems))


def elsewhere(spec: Object, pointer: str, context: Context) -> Found:
    """A GrafanaDashboard without inline json: the operator would fetch, unpack or compute it."""
    source = next((key for key in _ELSEWHERE if key in spec), None)
    reason = "GrafanaDashboard without inline json"
    if source is None:
        return Found(problems=(context.problem("content-elsewhere", f"{pointer}/spec", "spec has no json"),), reason=reason)
    message = f"the dashboard is not in the file: spec.{source} is not followed"
    return Found(problems=(context.problem("content-elsewhere", f"{pointer}/spec/{source}", message),), reason=reason)


def differing(uid: Uid | None, candidate: Candidate, pointer: str, context: Context) -> list[Problem]:
    """Wrapper and dashboard name two uids: the wrapper's counts."""
    own = uid_of(candidate.body.get("uid")) if candidate.body is not None else None
    if uid is None or own is None or own == uid:
        return []
    message = f'the wrapper names uid "{printable(uid)}", the dashboard "{printable(own)}"; the wrapper\'s is used'
    return [context.problem("uid-differs", pointer, message)]


def other(group: str, kind: str) -> str:
    """What a manifest is that holds no dashboard."""
    return _OTHERS.get(kind, f"{'Grafana' if 'grafana' in group else 'Kubernetes'} {printable(kind)}")


def _name(value: Object, pointer: str, context: Context) -> tuple[Uid | None, list[Problem]]:
    name: Json = object_at(value, "metadata").get("name")
    uid = uid_of(name)
    if uid is None:
        at = f"{pointer}/metadata/name" if name is not None else f"{pointer}/metadata"
        remedy = "generateName gives each copy another uid: add metadata.name" if "generateName" in object_at(value, "metadata") else ""
        return None, [context.problem("resource-name-missing", at, "metadata.name, the dashboard's uid, is missing", remedy)]
    if not is_legal_uid(uid):
        message = f"metadata.name \"{printable(uid)}\" cannot be a uid: at most 40 letters, digits, '-' and '_'"
        return uid, [context.problem("resource-name-invalid", f"{pointer}/metadata/name", message)]
    return uid, []


def _no_spec(value: Object, pointer: str, context: Context) -> Problem:
    if "spec" in value:
        return context.problem("resource-spec-missing", f"{pointer}/spec", "spec is not an object")
    return context.problem("resource-spec-missing", pointer, "this resource has no spec, which holds the dashboard")
