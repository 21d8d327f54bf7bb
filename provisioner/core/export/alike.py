"""Which item of a list is which item of another: panels by id, queries by refId, variables by name.

In: two lists. Out: for each item of the second the place of its counterpart in the first. Never two with one counterpart.
"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.core.model import Json

_NAMES = ("id", "refId", "uid", "name", "key")


def counterparts(old: Sequence[Json], new: Sequence[Json]) -> list[int | None]:
    """By what names them, where every item of both has a name of its own; else by place."""
    before, after = [_name(each) for each in old], [_name(each) for each in new]
    if None not in (*before, *after) and len(set(before)) == len(before) and len(set(after)) == len(after):
        places = {name: place for place, name in enumerate(before)}
        return [places.get(name) for name in after]
    return [place if place < len(old) else None for place in range(len(new))]


def _name(value: Json) -> tuple[str, str] | None:
    match value:
        case dict():
            return next(((key, repr(value[key])) for key in _NAMES if isinstance(value.get(key), str | int)), None)
        case list():
            return None
        case _:
            return ("", repr(value))
