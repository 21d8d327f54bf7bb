"""Two JSON values, walked side by side: what differs at which place, in a dashboard's words where it has some, by its path otherwise.

In: values in the normal form and the `Place` where they stand. Out: `Difference` values in a stable order, the order of keys ignored.
It is never silent: two values that are not the same give at least one. Panels are matched in `diff.py`; their inside is walked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from provisioner.core.changes import Difference, Turn
from provisioner.core.contrast import compact, contrast, shown
from provisioner.core.diff_place import Place
from provisioner.core.model import Json


class _Missing:
    """What stands for a key that one side does not have."""


MISSING = _Missing()

_QUERY_TEXTS = ("expr", "rawSql", "query", "target", "expression", "queryText", "jql", "definition", "metricQuery", "queryString")
"""Where a query keeps its text, by data source."""

_FIRST = (
    *("title", "name", "description", "tags", "time", "refresh", "timezone", "templating", "variables", "annotations", "links"),
    *("type", "datasource", "targets", "data", "gridPos", "fieldConfig", "vizConfig"),
)
_RANK: Mapping[str, int] = MappingProxyType({key: rank for rank, key in enumerate(_FIRST)})

_SIZES = (("w", "h"), ("width", "height"))


def same(one: Json, other: Json) -> bool:
    """Equal as JSON: numbers by value, truth values apart from numbers. Not recursive: a stranger's nesting cannot hurt."""
    pairs = [(one, other)]
    while pairs:
        old, new = pairs.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            if old.keys() != new.keys():
                return False
            pairs += [(old[key], new[key]) for key in old]
        elif isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                return False
            pairs += zip(old, new, strict=True)
        elif isinstance(old, bool) is not isinstance(new, bool) or old != new:
            return False
    return True


def walk(place: Place, before: Json, after: Json) -> Iterator[Difference]:
    """Every difference below this place; at least one when the two are not the same."""
    if before is MISSING:
        yield place.tell(Turn.ADDED, after=_gist(place, after))
    elif after is MISSING:
        yield place.tell(Turn.REMOVED, before=_gist(place, before))
    elif not same(before, after):
        known = tuple(_in_words(place, before, after))
        yield from known or _by_path(place, before, after)


def keys(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[str]:
    """The keys of both, those first that matter most to a person."""
    return sorted(before.keys() | after.keys(), key=lambda key: (_RANK.get(key, len(_RANK)), key))


def _by_path(place: Place, before: Json, after: Json) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in keys(before, after):
            yield from _key(place, key, before, after)
    elif _are_lists_of_structures(before, after):
        yield from _lists(place, before, after)
    else:
        yield place.tell(Turn.CHANGED, *contrast(before, after))


def _key(place: Place, key: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Difference]:
    here = place.at(key, spoken=key not in before or key not in after)
    yield from walk(here, before.get(key, MISSING), after.get(key, MISSING))


def _are_lists_of_structures(before: Json, after: Json) -> bool:
    return isinstance(before, list) and isinstance(after, list) and any(isinstance(each, dict | list) for each in (*before, *after))


def _lists(place: Place, before: list[Json], after: list[Json]) -> Iterator[Difference]:
    old, new = entries(before), entries(after)
    if old is None or new is None:
        yield from _by_index(place, before, after)
        return
    for key in (*old, *(key for key in new if key not in old)):
        entry = place.entry(key)
        if key in place.names and key in old and key in new:
            entry = Place(place.names[key])
        yield from walk(entry, old.get(key, MISSING), new.get(key, MISSING))
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield replace(place, aspect=f"{place.aspect.strip()} order").tell(Turn.MOVED, *contrast(", ".join(old), ", ".join(new)))


def _by_index(place: Place, before: list[Json], after: list[Json]) -> Iterator[Difference]:
    """Entries without a name, one beside the other, once those that both begin and end with are put aside."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if not same(before[at], after[at])), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if not same(before[-1 - at], after[-1 - at])), rest)
    for at in range(head, max(len(before), len(after)) - tail):
        old = before[at] if at < len(before) - tail else MISSING
        new = after[at] if at < len(after) - tail else MISSING
        yield from walk(place.entry(f"#{at + 1}"), old, new)


def entries(values: list[Json]) -> dict[str, Json] | None:
    """The entries of a list by their own names, in order; a second one of a name gets a number. None when one of them has no name."""
    found: dict[str, Json] = {}
    for value in values:
        name = _name(value)
        if name is None:
            return None
        again = 2
        key = name
        while key in found:
            key = f"{name} ({again})"
            again += 1
        found[key] = value
    return found


def _name(value: Json) -> str | None:
    """How an entry of a list is told from the others: refId, name, title, id, what an override matches; in v2 the same inside `spec`."""
    match value:
        case {"refId": str(name)} | {"name": str(name)} | {"title": str(name)} if name:
            return name
        case {"matcher": {"options": str(name)}} if name:
            return name
        case {"id": str() | int() as number}:
            return str(number)
        case {"kind": "Transformation", "group": str(name)} | {"spec": {"element": {"name": str(name)}}}:
            return name
        case {"spec": dict(inner)}:
            return _name(inner)
        case _:
            return None


# --- what has words of its own ------------------------------------------------------------------------------------------------------------


def _in_words(place: Place, before: Json, after: Json) -> Iterator[Difference]:
    """What a person calls by another name than its path. Nothing when there are no such words, or when they show no difference."""
    key = place.path.rpartition(".")[2]
    match before, after:
        case list(), list() if key == "tags":
            yield from _tags(place, before, after)
        case {"from": start, "to": end}, {"from": new_start, "to": new_end} if key == "time" and len(before) == len(after) == 2:
            yield from _told(place, f"{start} to {end}", f"{new_start} to {new_end}")
        case _ if key == "datasource":
            yield from _told(place, _data_source(before), _data_source(after))
        case {"text": old}, {"text": new} if key == "current":
            yield from _told(place, old, new)
        case list(), list() if key == "options":
            yield from _told(place, _choices(before), _choices(after))
        case list(), list() if key == "steps" and "thresholds" in place.path:
            yield from _thresholds(place, before, after)
        case {"x": int() | float(), "y": int() | float()}, {"x": int() | float(), "y": int() | float()} if _sizes(before, after):
            yield from _grid(place, before, after)
        case ({"query": str(old)}, str(new)) | (str(old), {"query": str(new)}) if key == "query":
            yield from _told(place, old, new)
        case dict(), dict() if key.startswith(("targets[", "queries[")) or key == "query" or place.path.endswith("query.spec"):
            yield from _query(place, before, after)
        case _:
            pass


def _told(place: Place, before: Json, after: Json) -> Iterator[Difference]:
    if not same(before, after):
        yield place.tell(Turn.CHANGED, *contrast(before, after))


def _tags(place: Place, before: list[Json], after: list[Json]) -> Iterator[Difference]:
    for turn, tags, others in ((Turn.REMOVED, before, after), (Turn.ADDED, after, before)):
        for tag in tags:
            if tag not in others:
                yield replace(place, aspect=f"tag {compact(tag)}").tell(turn)


def _data_source(value: Json) -> Json:
    match value:
        case {"uid": uid}:
            return uid
        case {"name": name}:
            return name
        case None:
            return "default"
        case _:
            return value


def _choices(options: list[Json]) -> str:
    """What a variable offers, as people see it in its menu."""
    return ", ".join(shown(each["text"]) for each in options if isinstance(each, dict) and "text" in each)


def _thresholds(place: Place, before: list[Json], after: list[Json]) -> Iterator[Difference]:
    """The value of one step by itself; otherwise all steps side by side."""
    here = replace(place, aspect=place.aspect.removesuffix(".steps").removesuffix("steps"))
    changed = [(old, new) for old, new in zip(before, after, strict=False) if not same(old, new)]
    match changed:
        case [({"color": colour, "value": old}, {"color": same_colour, "value": new})] if colour == same_colour and len(before) == len(
            after
        ):
            yield from _told(replace(here, aspect=here.aspect.strip().removesuffix("s")), old, new)
        case _:
            yield from _told(here, _steps(before), _steps(after))


def _steps(steps: list[Json]) -> str:
    return ", ".join(_step(step) for step in steps)


def _step(step: Json) -> str:
    match step:
        case {"color": colour, "value": int() | float() as value}:
            return f"{shown(colour)} from {shown(value)}"
        case {"color": colour}:
            return shown(colour)
        case _:
            return shown(step)


def _sizes(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[str, str] | None:
    """By which names both tell their width and height."""
    return next((names for names in _SIZES if all(name in before and name in after for name in names)), None)


def _grid(place: Place, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Difference]:
    """A place on the grid: where it is and how large; what else the structure holds by its path."""
    wide, high = _sizes(before, after) or _SIZES[0]
    here = replace(place, part=place.part or place.aspect.strip())
    position = [f"x {shown(side['x'])}, y {shown(side['y'])}" for side in (before, after)]
    size = [f"{shown(side[wide])}×{shown(side[high])}" for side in (before, after)]
    for aspect, (old, new) in (("position", position), ("size", size)):
        if old != new:
            yield replace(here, aspect=aspect).tell(Turn.MOVED, old, new)
    for key in keys(before, after):
        if key not in {"x", "y", wide, high}:
            yield from _key(place, key, before, after)


def _query(place: Place, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Difference]:
    """The text of a query as the query itself, everything else as an aspect of it."""
    for key in keys(before, after):
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        if key in _QUERY_TEXTS and isinstance(old, str) and isinstance(new, str):
            yield from _told(place, old, new)
        else:
            yield from _key(place, key, before, after)


def _gist(place: Place, value: Json) -> str:
    """What was added or removed: of a query its text, of a whole part nothing, else the value."""
    match value:
        case {"spec": {"query": {"spec": dict(inner)}}}:
            return _gist(place, inner)
        case dict():
            text = next((value[key] for key in _QUERY_TEXTS if isinstance(value.get(key), str)), None)
            return shown(text) if text is not None else "" if place.part and not place.aspect else shown(value)
        case _:
            return shown(value)
