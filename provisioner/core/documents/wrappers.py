"""Wrappers: what other tools put around a dashboard, and what the wrapper says of it.

In: a parsed value of any kind. Out: the dashboards in it, wherever they stand, with the uid and folder that the wrapper gives; or the
reason why there is none. Wrappers may hold wrappers (a List of ConfigMaps of exports). Nothing is decided here about the dashboards
themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from provisioner.core.documents import manifests
from provisioner.core.documents.bare import is_dashboard, is_new_schema, shape_of, what_else
from provisioner.core.documents.found import Candidate, Context, Found, Object, Texts, folder_of, object_at, text_of, uid_of
from provisioner.core.model import Json, Shape
from provisioner.core.syntax import Parsed
from provisioner.core.syntax_text import escaped

_AROUND = frozenset({"meta", "overwrite", "folderUid", "folderId", "inputs", "message"})
"""What stands beside `dashboard` in an answer of the API, or in a request to it."""


def find(value: Json, pointer: str, context: Context) -> Found:
    """The dashboards in a value."""
    if isinstance(value, list):
        return _all([find(each, f"{pointer}/{index}", context) for index, each in enumerate(value)])
    if not isinstance(value, dict):
        return Found(reason=what_else(value))
    if isinstance(value.get("apiVersion"), str) and isinstance(value.get("kind"), str):
        return _kubernetes(value, pointer, context)
    inner = value.get("dashboard")
    if isinstance(inner, dict) and not isinstance(inner.get("class"), str):
        if _is_api(value, inner):
            return _api(value, inner, pointer)
        if isinstance(inner.get("apiVersion"), str):
            # Grafana 13 takes a resource where the dashboard belongs (reference 1.1).
            return find(inner, f"{pointer}/dashboard", context)
    return _unwrapped(value, pointer)


def _all(found: Sequence[Found]) -> Found:
    candidates = tuple(each for one in found for each in one.candidates)
    problems = tuple(each for one in found for each in one.problems)
    return Found(candidates, problems, next((one.reason for one in found if one.reason), "no dashboard"))


def _is_api(value: Object, inner: Object) -> bool:
    return is_dashboard(inner) or ("title" in inner and not _AROUND.isdisjoint(value))


def _api(value: Object, inner: Object, pointer: str) -> Found:
    """`{dashboard, meta}` is an answer of the API (and gdg's backup), `{dashboard, folderUid, message, overwrite}` a request to it."""
    meta = object_at(value, "meta")
    if meta.get("isFolder") is True:
        return Found(reason="folder")
    folder = value["folderUid"] if "folderUid" in value else meta.get("folderUid")
    candidate = Candidate(f"{pointer}/dashboard", Shape.API, inner, uid_of(inner.get("uid")) or uid_of(meta.get("uid")))
    return Found((replace(candidate, folder=folder_of(folder), message=text_of(value.get("message"))),))


def _kubernetes(value: Object, pointer: str, context: Context) -> Found:
    """Anything with apiVersion and kind."""
    group, _, version = str(value["apiVersion"]).rpartition("/")
    kind = str(value["kind"])
    if kind.endswith("List") and isinstance(value.get("items"), list):
        return _all([find(_typed(each, value), f"{pointer}/items/{index}", context) for index, each in enumerate(value["items"])])
    match group, kind:
        case "dashboard.grafana.app", "Dashboard" | "DashboardWithAccessInfo":
            return manifests.resource(value, version, pointer, context)
        case "grizzly.grafana.com", "Dashboard":
            return manifests.grizzly(value, pointer, context)
        case "grafana.integreatly.org" | "integreatly.org", "GrafanaDashboard":
            return _operator(value, pointer, context)
        case "grafana.integreatly.org", "GrafanaManifest":
            return find(object_at(value, "spec", "template"), f"{pointer}/spec/template", context)
        case "", "ConfigMap":
            return _config_map(value, pointer, context)
        case _:
            return Found(reason=manifests.other(group, kind))


def _typed(item: Json, parent: Object) -> Json:
    """An item of a typed list may leave out what the list says for all of them."""
    if not isinstance(item, dict) or parent["kind"] == "List":
        return item
    return {"apiVersion": parent["apiVersion"], "kind": str(parent["kind"]).removesuffix("List"), **item}


def _unwrapped(value: Object, pointer: str) -> Found:
    """A dashboard as it stands. A v2 body without apiVersion is one too: that nobody can tell its version, `validate` says."""
    spec = object_at(value, "spec")
    if value.get("kind") == "Dashboard" and is_new_schema(spec):
        return Found((Candidate(f"{pointer}/spec", Shape.RESOURCE, spec, uid_of(object_at(value, "metadata").get("name"))),))
    if is_new_schema(value):
        return Found((Candidate(pointer, Shape.RESOURCE, value, uid_of(value.get("uid"))),))
    if is_dashboard(value) and "class" not in value:
        return Found((Candidate(pointer, shape_of(value), value, uid_of(value.get("uid"))),))
    return Found(reason=what_else(value))


# --- manifests whose dashboards are texts ------------------------------------------------------------------------------------------------


def _config_map(value: Object, pointer: str, context: Context) -> Found:
    """Each value under `data` is a file. One that is named .json must be JSON; another that looks like it is tried."""
    data = {f"{pointer}/data/{escaped(key)}": text for key, text in object_at(value, "data").items() if isinstance(text, str)}
    texts = Texts(context, data)
    found: list[Found] = []
    for at, text in data.items():
        named = at.lower().endswith(".json")
        if named or text.lstrip().startswith("{"):
            found.append(_opened(texts.unfold(text, at, aloud=named), at, Shape.CONFIG_MAP, context))
    packed = [key for key in object_at(value, "binaryData") if ".json" in key.lower()]
    if packed:
        message = f"{packed[0]} under binaryData is not unpacked"
        found.append(Found(problems=(context.problem("content-elsewhere", f"{pointer}/binaryData/{escaped(packed[0])}", message),)))
    return replace(_all(found), reason="Kubernetes ConfigMap")


def _operator(value: Object, pointer: str, context: Context) -> Found:
    """grafana-operator's GrafanaDashboard. Its spec.uid wins over the dashboard's own, as the operator has it."""
    spec = object_at(value, "spec")
    content = spec.get("json")
    at = f"{pointer}/spec/json"
    if isinstance(content, dict):
        found = Found((Candidate(at, Shape.OPERATOR, content, uid_of(content.get("uid"))),))
    elif text_of(content) is not None:
        found = _opened(Texts(context, [at]).unfold(str(content), at), at, Shape.OPERATOR, context)
    else:
        return manifests.elsewhere(spec, pointer, context)
    uid = uid_of(spec.get("uid"))
    folder = folder_of(spec.get("folderUID"))
    problems = [each for one in found.candidates for each in manifests.differing(uid, one, f"{pointer}/spec/uid", context)]
    candidates = tuple(replace(one, uid=uid or one.uid, folder=one.folder if folder is None else folder) for one in found.candidates)
    return replace(found, candidates=candidates, problems=(*found.problems, *problems))


def _opened(parsed: Parsed, pointer: str, shape: Shape, context: Context) -> Found:
    """The dashboards in a text. What the operator calls a dashboard is one, whatever it lacks."""
    found = _all([find(each, pointer, context) for each in parsed.documents])
    if shape is Shape.OPERATOR and not found.candidates and not found.problems:
        bodies = [each for each in parsed.documents if isinstance(each, dict)]
        found = replace(found, candidates=tuple(Candidate(pointer, shape, each, uid_of(each.get("uid"))) for each in bodies))
    candidates = tuple(one.within(shape, whole=parsed.whole) for one in found.candidates)
    return replace(found, candidates=candidates, problems=(*parsed.problems, *found.problems))
