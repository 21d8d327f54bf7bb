"""Patches of objects: merge patches (RFC 7386) and JSON patches (RFC 6902).

In: an object and a patch. Out: another object; the one given is left alone. PatchFailed: the patch does not fit.
"""

from __future__ import annotations

import copy
from typing import Any

Json = Any


class PatchFailed(ValueError):
    """A patch that cannot be carried out."""


def merged(target: Json, patch: Json) -> Json:
    """The target with a merge patch: null takes a member away, objects are merged, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = merged(made.get(key), value)
    return made


def patched(target: Json, operations: Json) -> Json:
    """The target after each operation in turn."""
    made = {"": copy.deepcopy(target)}
    if not isinstance(operations, list):
        raise PatchFailed("a JSON patch is a list of operations")
    for operation in operations:
        if not isinstance(operation, dict):
            raise PatchFailed("an operation is an object")
        _carry_out(made, operation)
    return made[""]


def _carry_out(made: dict[str, Json], operation: dict[str, Json]) -> None:
    kind, path = operation.get("op"), operation.get("path")
    if kind == "add":
        _put(made, path, operation.get("value"))
    elif kind == "replace":
        _take(made, path)
        _put(made, path, operation.get("value"))
    elif kind == "remove":
        _take(made, path)
    elif kind == "move":
        _put(made, path, _take(made, operation.get("from")))
    elif kind == "copy":
        _put(made, path, copy.deepcopy(_read(made, operation.get("from"))))
    elif kind == "test":
        if _read(made, path) != operation.get("value"):
            raise PatchFailed(f"testing path {path} failed")
    else:
        raise PatchFailed(f"there is no operation {kind}")


def _steps(path: Json) -> tuple[str, ...]:
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise PatchFailed(f"{path} is no path")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/"))


def _holder(made: dict[str, Json], path: Json) -> tuple[Json, str]:
    """What holds the place that a path names, and the last step to it."""
    *way, last = _steps(path)
    holder: Json = made
    for step in way:
        holder = _member(holder, step, path)
    return holder, last


def _member(holder: Json, step: str, path: Json) -> Json:
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    if isinstance(holder, list) and step.isdigit() and int(step) < len(holder):
        return holder[int(step)]
    raise PatchFailed(f"there is nothing at {path}")


def _read(made: dict[str, Json], path: Json) -> Json:
    return _member(*_holder(made, path), path)


def _take(made: dict[str, Json], path: Json) -> Json:
    holder, last = _holder(made, path)
    value = _member(holder, last, path)
    if isinstance(holder, dict):
        del holder[last]
    else:
        del holder[int(last)]
    return value


def _put(made: dict[str, Json], path: Json, value: Json) -> None:
    holder, last = _holder(made, path)
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list) and (last == "-" or (last.isdigit() and int(last) <= len(holder))):
        holder.insert(len(holder) if last == "-" else int(last), value)
    else:
        raise PatchFailed(f"nothing can be put at {path}")
