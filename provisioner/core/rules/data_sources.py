"""Where a dashboard gives a data source by a plain name rather than by a uid or a variable.

In: a dashboard's own object, or its parts. Out: the names with their places and the objects that hold them. Most dashboards have none, so
nothing is built for what is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provisioner.core.model import Json
from provisioner.core.rules.anatomy import Anatomy, Object, Part, below, parts, specs, v2_elements, v2_variables

BUILT_IN = frozenset({"", "default", "grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "__expr__"})
"""Names that every Grafana knows: the default data source, and those that are part of it."""

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """A data source given by name. `owner` is the object whose key `datasource` says so, `pointer` the place of that key's value."""

    name: str
    pointer: str
    owner: Object


def name_of(source: Json) -> str | None:
    """The plain name by which a `datasource` is given, None where it is a uid, a variable, built in, or nothing at all.

    A text is a name (Grafana up to 8.2 knew no other way); the uid of an object is one where it cannot be a uid ("Netsage TSDS").
    """
    if isinstance(source, dict):
        uid = source.get("uid") or source.get("name")
        return None if not isinstance(uid, str) or _UID.match(uid) else name_of(uid)
    if not isinstance(source, str) or source.startswith(("$", "[[")) or source in BUILT_IN:
        return None
    return source


def classic_names(whole: Anatomy) -> Iterator[Named]:
    """Those of panels, their queries, variables and annotations of a classic dashboard."""
    for panel in whole.panels:
        if "datasource" in panel.value:
            yield from _named(panel.value, panel.pointer)
        targets = panel.value.get("targets")
        if isinstance(targets, list):
            for index, target in enumerate(targets):
                if isinstance(target, dict) and name_of(target.get("datasource")) is not None:
                    yield from _named(target, f"{panel.pointer}/targets/{index}")
    for part in (*whole.variables, *whole.annotations):
        yield from _named(part.value, part.pointer)


def v2_names(body: Mapping[str, Json]) -> Iterator[Named]:
    """Those of queries of panels, variables and annotations of a v2 spec (v2alpha1 has the data source a level higher)."""
    owners: list[Part] = [*v2_variables(body), *specs(parts(body.get("annotations"), "/annotations"))]
    for panel in v2_elements(body):
        group = below(below(panel, "data"), "spec")
        owners += specs(parts(group.value.get("queries"), f"{group.pointer}/queries"))
    for owner in owners:
        for part in (owner, below(owner, "query")):
            yield from _named(part.value, part.pointer)


def first_of_each(names: Iterable[Named]) -> dict[str, str]:
    """Each name with its first place."""
    places: dict[str, str] = {}
    for each in names:
        places.setdefault(each.name, each.pointer)
    return places


def _named(owner: Object, pointer: str) -> Iterator[Named]:
    name = name_of(owner.get("datasource"))
    if name is not None:
        yield Named(name, f"{pointer}/datasource", owner)
