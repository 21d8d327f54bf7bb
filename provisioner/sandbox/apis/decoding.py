"""The body of a request, decoded as a typed server does it.

In: bytes, and what they are sent as. Out: an object, or StatusRefused: no JSON, another kind or version than the address names, a
value of a type that the field does not have, a field that there is not (with `fieldValidation=Strict`; nothing is asked of the spec
of v0alpha1 and v1, which may hold anything). It looks nothing up. Recorded on 12.4.0 (transcript refusals-12.4.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from provisioner.sandbox.apis import statuses
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.layouts import is_new_layout
from provisioner.sandbox.content import Json, Unreadable, read

_LARGEST_BODY = 16 * 1024 * 1024
_TOP = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_METADATA = frozenset(
    {
        *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp"),
        *("deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields"),
    }
)
_FOLDER_SPEC = frozenset({"title", "description"})
V2_SPEC = frozenset(
    {
        *("annotations", "cursorSync", "description", "editable", "elements", "layout", "links", "liveNow", "preload", "revision"),
        *("tags", "timeSettings", "title", "variables"),
    }
)
V2_TIMES = frozenset(
    {
        *("timezone", "from", "to", "autoRefresh", "autoRefreshIntervals", "quickRanges", "hideTimepicker", "weekStart"),
        *("fiscalYearStartMonth", "nowDelay"),
    }
)
_ELEMENTS = "map[string]{version}.DashboardPanelKindOrLibraryPanelKind"
_MAP = "map[string]interface {}"
# The fields of v2 whose types are looked at, and what they are in Go.
_V2_TYPES: dict[str, tuple[type, str]] = {
    "title": (str, "string"),
    "description": (str, "string"),
    "cursorSync": (str, "string"),
    "editable": (bool, "bool"),
    "preload": (bool, "bool"),
    "tags": (list, "[]string"),
    "elements": (dict, _ELEMENTS),
    "layout": (dict, _MAP),
}
_IN_GO = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}


def decoded(asked: Asked, raw: bytes, *, strict: bool) -> dict[str, Any]:
    """The object of a request. A kind and a version that are not told are those of the address."""
    if len(raw) > _LARGEST_BODY:
        raise statuses.StatusRefused(413, "Request entity too large: limit is 16777216", "RequestEntityTooLarge")
    begin = f"the object provided is unrecognized (must be of type {asked.kind.name}): couldn't get version/kind; json parse error:"
    text = raw.decode("utf-8", "replace") or "<empty>"
    try:
        body = read(raw) if raw.strip() else None
    except Unreadable as error:
        why = str(error).replace("unexpected EOF", "unexpected end of JSON input")
        raise statuses.bad_request(f"{begin} {why} ({text})") from error
    if not raw.strip():
        raise statuses.bad_request(f"{begin} unexpected end of JSON input ({text})")
    if not isinstance(body, dict):
        raise statuses.bad_request(f"{begin} json: cannot unmarshal {_in_go(body)} into Go value of type struct ({text[:30]})")
    _check_kind(asked, body)
    _check_types(asked, body)
    unknown = list(_unknown_fields(asked, body)) if strict else []
    if unknown:
        told = ", ".join(f"unknown field {json.dumps(field)}" for field in unknown)
        raise _unhandled(asked, f"strict decoding error: {told}")
    return body


def _in_go(value: Json) -> str:
    return _IN_GO.get(type(value), "null")


def _unhandled(asked: Asked, why: str, kind: str = "", version: str = "") -> statuses.StatusRefused:
    shown = f'{kind or asked.kind.name} in version "{version or asked.version}"'
    return statuses.bad_request(f"{shown} cannot be handled as a {asked.kind.name}: {why}")


def _check_kind(asked: Asked, body: dict[str, Any]) -> None:
    kind, told = (value if isinstance(value, str) and value else "" for value in (body.get("kind"), body.get("apiVersion")))
    kind, told = kind or asked.kind.name, told or asked.api_version
    group, _, version = told.rpartition("/")
    known = group == asked.kind.group and version in asked.kind.versions(asked.server.generation)
    if kind != asked.kind.name or not known:
        why = f'no kind "{kind}" is registered for version "{told}" in scheme "pkg/runtime/scheme.go:111"'
        raise _unhandled(asked, why, kind, version)
    if told != asked.api_version:
        message = f"the API version in the data ({told}) does not match the expected API version ({asked.api_version})"
        raise statuses.bad_request(message)


def _check_types(asked: Asked, body: dict[str, Any]) -> None:
    """The first value that does not fit where it stands; null fits everywhere."""
    for field, owner in (("metadata", "v1.ObjectMeta"), ("spec", _MAP)):
        if not isinstance(body.get(field), dict | None):
            raise _mismatch(asked, body[field], f"{asked.kind.name}.{field}", owner)
    revision = (body.get("metadata") or {}).get("resourceVersion")
    if not isinstance(revision, str | None):
        raise _mismatch(asked, revision, "ObjectMeta.metadata.resourceVersion", "string")
    spec = body.get("spec") or {}
    if asked.kind.is_folder and not isinstance(spec.get("title"), str | None):
        raise _mismatch(asked, spec["title"], "FolderSpec.spec.title", "string")
    if not asked.kind.is_folder and is_new_layout(asked.version):
        _check_v2_types(asked, spec)


def _check_v2_types(asked: Asked, spec: dict[str, Any]) -> None:
    for field, (kind, named) in _V2_TYPES.items():
        if not isinstance(spec.get(field), kind | None):
            raise _mismatch(
                asked, spec[field], f"DashboardSpec.spec.{field}", named.format(version=asked.version) if "{v" in named else named
            )
    for tag in spec.get("tags") or ():
        if not isinstance(tag, str | None):
            raise _mismatch(asked, tag, "DashboardSpec.spec.tags", "string")
    for element in (spec.get("elements") or {}).values():
        if not isinstance(element, dict | None):
            raise _mismatch(asked, element, "DashboardSpec.spec.elements", _MAP)


def _mismatch(asked: Asked, value: Json, field: str, wanted: str) -> statuses.StatusRefused:
    return _unhandled(asked, f"json: cannot unmarshal {_in_go(value)} into Go struct field {field} of type {wanted}")


def _unknown_fields(asked: Asked, body: dict[str, Any]) -> Iterator[str]:
    """In the order of the body. What nests deeper is not looked at here, though real servers do."""
    known = {"metadata": _METADATA}
    if asked.kind.is_folder:
        known["spec"] = _FOLDER_SPEC
    else:
        known["status"] = frozenset({"conversion"})
        if is_new_layout(asked.version):
            known |= {"spec": V2_SPEC, "spec.timeSettings": V2_TIMES}
    yield from _beyond("", body, _TOP, known)


def _beyond(path: str, value: dict[str, Any], fields: frozenset[str], known: dict[str, frozenset[str]]) -> Iterator[str]:
    for key, member in value.items():
        place = f"{path}.{key}" if path else key
        if key not in fields:
            yield place
        elif place in known and isinstance(member, dict):
            yield from _beyond(place, member, known[place], known)
