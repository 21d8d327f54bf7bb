"""Where in a dashboard the field lies that a server names: "spec.panels.0.datasource", `spec.elements["panel-1"].spec`.

In: the path of a field as the server writes it, what was sent, and what the server made of it. Out: a JSON pointer from the dashboard's own
object. Pure; any text gives a pointer, at the worst that of the whole dashboard.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from provisioner.core.model import Json
from provisioner.core.syntax_text import escaped

_STEP = re.compile(r'\[?"((?:[^"\\]|\\.)*)"\]?|\[([^\]]*)\]|([^.\[\]"]+)', re.DOTALL)
"""A quoted key, as CUE (`."panel-1"`) and others (`["panel-1"]`) write it; what Kubernetes puts into brackets (a number, a bare key); or
what stands between dots (12.4: "spec.panels.0.datasource").
"""

_Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """`pointer` leads to the field, or as far towards it as there is something. `there` says whether it was sent at all: a server that
    migrates finds fault with what it added itself.
    """

    pointer: str
    there: bool


def steps_of(path: str) -> _Way:
    """The path taken apart: keys as they are, numbers as digits."""
    return tuple(_unquoted(quoted) if quoted is not None else bracketed or bare or "" for quoted, bracketed, bare in _matches(path))


def field_in(content: Mapping[str, Json], path: Sequence[str], form: Mapping[str, Json] | None = None) -> Field:
    """The field at this path below `spec`. `form` is what the server makes of the content: panels of rows stand elsewhere in it, and are
    found again by their ids (transcript resources-12.4.0 "old schema").
    """
    if not isinstance(content.get("rows"), list) or "panels" not in path[:1]:
        return _followed(content, (), path)
    moved = _panel_at({} if form is None else form, path)
    way = None if moved is None else _home_of(moved[0], content)
    if moved is None or way is None:
        return Field("", there=False)
    panel: Json = content
    for step in way:
        panel = panel[int(step) if isinstance(panel, list) else step]
    return _followed(panel, way, moved[1])


def _matches(path: str) -> Iterator[tuple[str | None, str | None, str | None]]:
    for each in _STEP.finditer(path):
        yield each[1], each[2], each[3]


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:  # escapes that are none of JSON's
        return text


def _followed(value: Json, way: _Way, path: Sequence[str]) -> Field:
    """As far along the path as there is something. A key may have dots of its own, which not every server quotes."""
    rest = list(path)
    while rest:
        if isinstance(value, list) and rest[0].isascii() and rest[0].isdigit() and int(rest[0]) < len(value):
            taken, key = 1, rest[0]
            value = value[int(key)]
        elif isinstance(value, dict) and (taken := _length_of_key(value, rest)):
            key = ".".join(rest[:taken])
            value = value[key]
        else:
            break
        way, rest = (*way, key), rest[taken:]
    return Field("".join(f"/{escaped(each)}" for each in way), there=not rest)


def _length_of_key(value: Mapping[str, Json], rest: Sequence[str]) -> int:
    """How many steps the next key takes; 0 where there is none."""
    return next((taken for taken in range(1, len(rest) + 1) if ".".join(rest[:taken]) in value), 0)


def _panel_at(form: Mapping[str, Json], path: Sequence[str]) -> tuple[Mapping[str, Json], Sequence[str]] | None:
    """The innermost panel on the path, and what follows it."""
    found: tuple[Mapping[str, Json], Sequence[str]] | None = None
    holder: Mapping[str, Json] = form
    while len(path) > 1 and path[0] == "panels" and path[1].isascii() and path[1].isdigit():
        panels, number = holder.get("panels"), int(path[1])
        if not isinstance(panels, list) or number >= len(panels) or not isinstance(panels[number], dict):
            return None
        holder, path = panels[number], path[2:]
        found = holder, path
    return found


def _home_of(panel: Mapping[str, Json], content: Mapping[str, Json]) -> _Way | None:
    """Where the panel stands in what was sent; None where that is not certain."""
    if not isinstance(panel.get("id"), int):
        return None
    same = [way for way, each in _panels(content, ()) if each.get("id") == panel["id"]]
    return same[0] if len(same) == 1 else None


def _panels(holder: Mapping[str, Json], way: _Way) -> Iterator[tuple[_Way, Mapping[str, Json]]]:
    """All panels, in rows and in each other."""
    for key in ("rows", "panels"):
        inside = holder.get(key)
        for number, each in enumerate(inside if isinstance(inside, list) else ()):
            if isinstance(each, dict):
                if key == "panels":
                    yield (*way, key, str(number)), each
                yield from _panels(each, (*way, key, str(number)))
